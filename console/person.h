/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_PERSON_H
#define CONSOLE_PERSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "data/fault.h"

/*
 * Files of the person in front of the console, none of which is in force on the
 * server. Folders as in the XDG Base Directory Specification. Any thread.
 */

/* $XDG_CONFIG_HOME/steward/NAME, or below ~/.config. False: there is no home. */
bool person_config(const char *name, char *out, size_t size);
/* The file of a kind ("staged") about one steward, below $XDG_STATE_HOME/steward or
 * ~/.local/state/steward. home: as --home was given, or NULL. */
bool person_state(const char *kind, const char *home, char *out, size_t size, struct fault *fault);
/* Writes such a file: mode 0600, atomic and durable; its folder is made. A link
 * stays one, and what it leads to is written. */
bool person_write(const char *path, const char *text, size_t length, struct fault *fault);
/* The same with a document (taken over; NULL: there was no memory for it). */
bool person_write_json(const char *path, json_t *document, struct fault *fault);

#endif
