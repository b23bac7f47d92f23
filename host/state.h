/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_STATE_H
#define HOST_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/fault.h"
#include "data/home.h"

/*
 * What survives a restart: which services should run, and which numbers ports
 * asked for as 0 had. One file, STATE/desired, JSON with a version, replaced
 * atomically; a file that cannot be read counts as empty, and is told.
 * Supervisor's thread. The memory copy is in state.c, one a process.
 */
bool state_load(const struct home *home, struct fault *fault);
bool state_wanted(const char *service); /* true when nothing is known */
bool state_set_wanted(const struct home *home, const char *service, bool wanted,
    struct fault *fault);
uint16_t state_port(const struct home *home, const char *key);
void state_set_port(const struct home *home, const char *key, uint16_t port);

#endif
