/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_LOOK_H
#define CONSOLE_LOOK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "console/bindings.h"
#include "data/fault.h"
#include "data/settings.h"

/*
 * The person's own settings of the screen: colours, keys, mouse. They lie in
 * $XDG_CONFIG_HOME/steward/console.conf (~/.config/steward/console.conf), are
 * written like steward.conf, and have nothing to do with the server's. A mistake
 * in the file costs its line, not the rest. One thread.
 */
struct look {
	char path[PATH_MAX];        /* empty: there is no home to keep it in */
	struct settings_book *book; /* what counts */
	struct fault fault;         /* the first mistake in the file, or FAULT_NONE */
	bool unsaved;               /* look_set changed something */
};

/* The schema: sections "screen" and "keys", the latter with a row for each name
 * of bindings.h. Lives as long as the program. */
const struct settings_section *look_schema(void);

/* Reads path, or NULL: the person's file. Never NULL. */
struct look *look_load(const char *path);
void look_free(struct look *look); /* NULL allowed */

/* By row name of the section screen. */
const char *look_text(const struct look *look, const char *name);
bool look_boolean(const struct look *look, const char *name);
int look_number(const struct look *look, const char *name);
/* Gives bindings the person's keys. */
void look_keys(const struct look *look, struct bindings *bindings);

/* Changes "screen.mouse" or "keys.undo", here and not in the file (NULL: back to
 * the default). False, and nothing is changed: fault, also for a key that two
 * would have. */
bool look_set(struct look *look, const char *name, const char *value, struct fault *fault);
/* Writes what is not the default to the file. */
bool look_save(struct look *look, struct fault *fault);

#endif
