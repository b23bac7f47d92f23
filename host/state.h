/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_STATE_H
#define HOST_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/fault.h"

/*
 * What survives a restart: which services should run, and which numbers ports
 * asked for as 0 had. One file, JSON with a version, replaced atomically by
 * state_save; a file that cannot be read counts as empty, and is told; one of a
 * newer version is renamed first. The copy in memory is in state.c, one a process.
 * One thread, but for state_save.
 */
bool state_load(const char *path, struct fault *fault);
bool state_wanted(const char *service); /* true when nothing is known */
/* True when anything is not saved: this, or what could not be saved before. */
bool state_set_wanted(const char *service, bool wanted);
uint16_t state_port(const char *key); /* 0: not known */
bool state_set_port(const char *key, uint16_t port);

bool state_unsaved(void);

/* All of it as text, the caller's to free, with a number for state_saved; and the
 * text written durably. */
char *state_text(uint64_t *changes_r);
bool state_save(const char *path, const char *text, struct fault *fault);
/* The text with that number has been written. */
void state_saved(uint64_t up_to);

#endif
