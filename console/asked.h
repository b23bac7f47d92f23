/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_ASKED_H
#define CONSOLE_ASKED_H

#include <jansson.h>

#include "console/line.h"
#include "console/model.h"

/*
 * What a console that stays adds to a typed line, which the command line cannot
 * know: what was shown when it was typed, and how grave it is. Shared by the
 * palette and linear mode. Pure.
 */

/* The grade of a matched line; of a service's own command (`do`) as the schema has
 * it (borrowed, NULL: it has not come). What nobody knows disrupts. */
enum command_grade asked_grade(const struct line *line, const json_t *schema);
/* Adds the generations of the services, or the trial's number, to the parameters
 * of ask, so that a state which moved meanwhile is not acted on. */
void asked_shown(struct command_ask *ask, const struct model *model);
/* The answer to line's question in lines for people, or as a document with --json;
 * the caller frees. Never NULL. result: NULL for a command that asks nothing and
 * can be shown (help). */
char *asked_text(const struct line *line, const json_t *result);

#endif
