/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_OFFLINE_H
#define CONSOLE_OFFLINE_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

#include "data/fault.h"

/*
 * What must work without a running stewardd: finding the programs that belong
 * to this one, asking steward-host for its schema and its opinion of a file,
 * starting stewardd. Programs are looked for beside this one first, so that a
 * build tree uses its own, then where they are installed. One thread.
 */

/* The path of program: beside us or in folder. False: it is in neither. */
bool offline_program(const char *program, const char *folder, char path_r[PATH_MAX],
    struct fault *fault);

/* The document of `describe`, the caller's to json_decref; NULL: fault. */
json_t *offline_describe(struct fault *fault);

/* Whether file (empty: the home's own files) is a settings file without mistakes
 * for home (NULL: as everywhere). False: fault is what steward-host says about it. */
bool offline_check(const char *file, const char *home, struct fault *fault);

/* Runs stewardd for home (NULL: as everywhere) and waits until it says that it
 * is up. What it says is put into said_r, the caller's to free, NULL when it
 * said nothing. An installed one is started by systemd where that has a unit for
 * it. */
bool offline_start(const char *home, char **said_r, struct fault *fault);

/* Whether the process that holds home's lock is alive. */
bool offline_runs(const char *home);

#endif
