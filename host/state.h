/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_STATE_H
#define HOST_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/fault.h"

/*
 * What survives a restart: which services should run, which numbers ports asked
 * for as 0 had, how long starts took, and whether anybody has set anything up.
 * One file, JSON with a version, replaced atomically by state_save; a file that
 * cannot be read counts as empty, and is told; one of a
 * newer version is renamed first. The copy in memory is in state.c, one a process.
 * One thread, but for state_save.
 */
bool state_load(const char *path, struct fault *fault);
bool state_wanted(const char *service); /* true when nothing is known */
/* True when anything is not saved: this, or what could not be saved before. */
bool state_set_wanted(const char *service, bool wanted);
uint16_t state_port(const char *key); /* 0: not known */
bool state_set_port(const char *key, uint16_t port);

/* How long the last one took, in ms; -1: not known. what: "start", "restart". It is
 * kept with the next change, or within a minute. */
int64_t state_seconds(const char *service, const char *what);
void state_set_seconds(const char *service, const char *what, int64_t ms);

/* The state is new, and nobody has acted yet. A file that was there when it was
 * loaded, or that lacks the word, means that somebody has. */
bool state_first_run(void);
/* True when anything is not saved, as state_set_wanted. */
bool state_end_first_run(void);

bool state_unsaved(void);

/* All of it as text, the caller's to free, with a number for state_saved; and the
 * text written durably. */
char *state_text(uint64_t *changes_r);
bool state_save(const char *path, const char *text, struct fault *fault);
/* The text with that number has been written. */
void state_saved(uint64_t up_to);

#endif
