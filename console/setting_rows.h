/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_SETTING_ROWS_H
#define CONSOLE_SETTING_ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The rows of the method get, as a form needs them: every setting with what it
 * takes, what it is now and where that comes from; and what can be said of a
 * text without asking the host. Texts to be shown have been cleaned; value is as
 * the host gave it, since it is compared and sent back. Pure. One thread.
 */
struct setting_row {
	char *name; /* "web.workers" */
	size_t dot; /* where its own name begins, behind the section's */
	char *value, *standard, *origin, *type, *unit, *help;
	char **choices; /* ends with NULL; NULL: there are none */
	bool limited;
	int64_t min, max;
	bool restarts; /* a change restarts the service */
	bool written;  /* the value does not come from the default */
};

struct setting_section {
	char *name;
	size_t first, count; /* of the rows */
	size_t written;
};

struct setting_rows {
	struct setting_row *rows;
	size_t count;
	struct setting_section *sections; /* in the host's order */
	size_t section_count;
};

/* From the answer to get, borrowed; what is none of the sort is left out. */
struct setting_rows *setting_rows_new(const json_t *result);
void setting_rows_free(struct setting_rows *list); /* NULL allowed */
/* NULL when there is none; list may be NULL. */
const struct setting_row *setting_rows_find(const struct setting_rows *list, const char *name);
const struct setting_section *setting_rows_section(const struct setting_rows *list,
    const char *name);
/* Whether name, help or value holds text, in whatever case. */
bool setting_row_matches(const struct setting_row *row, const char *text);

/* False: text is none of what the row takes; why, translated. What passes may
 * still be refused by the host. (setting_check.c) */
bool setting_row_check(const struct setting_row *row, const char *text, char *why, size_t size);
/* A duration in the largest unit that it is a whole number of, as it is typed: "90s",
 * "30d". */
void setting_show_ms(int64_t ms, char *out, size_t size);

#endif
