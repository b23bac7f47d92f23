/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_TEXT_ROWS_H
#define CONSOLE_TEXT_ROWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "widgets/table.h"

/*
 * An answer with `columns` and `rows` of texts (docs/control.md: list, do) as a
 * table that scrolls to all sides and can be sorted. Texts are cleaned when they
 * are drawn or copied, so that a long answer is kept once. The owner zeroes it
 * and frees what it holds. One thread.
 */
#define TEXT_ROWS_COLUMNS 16 /* further ones are not shown */

struct text_rows {
	json_t *answer; /* NULL: none has come */
	char titles[TEXT_ROWS_COLUMNS][64];
	struct table_column columns[TEXT_ROWS_COLUMNS + 1];
	size_t count;  /* of columns */
	size_t *order; /* of the rows, as they are sorted */
	int sort;      /* by this column; 0: as they came, else its number from 1 */
	struct table table;
	struct area drawn;
};

void text_rows_free(struct text_rows *rows); /* what it holds; it is empty then */
/* Takes an answer in the place of the last one; borrowed. The selected row stays
 * selected by its first column. */
void text_rows_take(struct text_rows *rows, const json_t *answer);
void text_rows_draw(struct text_rows *rows, struct area area);
/* Moves, scrolls to the sides, sorts (< and >), clicks. */
bool text_rows_key(struct text_rows *rows, const struct key *key);
/* The selected row, and all of them with the titles, with tabs between the
 * columns; the caller frees. NULL: there is none. */
char *text_rows_selected(const struct text_rows *rows);
char *text_rows_all(const struct text_rows *rows);

#endif
