/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_SHEET_ROWS_H
#define CONSOLE_SHEET_ROWS_H

#include <jansson.h>
#include <stddef.h>

#include "widgets/sheet.h"

/*
 * The facts of a sheet: rows whose texts belong to this list, made anew for
 * every frame. The owner zeroes it and clears it at the end. One thread.
 */
#define SHEET_ROWS 600

struct sheet_rows {
	struct pair rows[SHEET_ROWS];
	struct diff_row diffs[SHEET_ROWS];
	size_t count;
	char **texts;
	size_t text_count, text_room;
};

void sheet_rows_clear(struct sheet_rows *list);
/* label: NULL: the text has the whole width. Both are cleaned and copied; what
 * comes behind the last row that there is room for is left out. */
void sheet_rows_add(struct sheet_rows *list, const char *label, unsigned style, const char *format,
    ...) __attribute__((format(printf, 4, 5)));
/* The first most rows of a table (`columns`, `rows`, `more`) in columns below
 * each other, and how many more there are. */
void sheet_rows_table(struct sheet_rows *list, const char *label, const json_t *table, size_t most);
/* What a change does: old or new NULL as in widgets/diff.h; an empty value is shown
 * as "". All three are cleaned and copied. */
void sheet_rows_diff(struct sheet_rows *list, const char *name, const char *old, const char *new);
/* Lets the sheet show them. */
void sheet_rows_show(struct sheet_rows *list, struct sheet *sheet);

#endif
