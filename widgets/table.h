/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_TABLE_H
#define WIDGETS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"
#include "widgets/keys.h"

/*
 * Rows and columns with one row selected. Columns that do not fit are left
 * out, the least important ones first; what width is left goes to the columns
 * that grow. Column places depend on the width alone, so that nothing jumps
 * when a figure changes. The caller owns the struct and zeroes it.
 */
struct table_column {
	const char *title; /* NULL ends the list */
	int width;         /* cells at least */
	int grow;          /* takes so many parts of what is left */
	int most;          /* and at most so many cells in all; 0: no limit */
	int rank;          /* 0: always there; higher ones are left out first */
	enum align align;
};

struct table_cell {
	char text[256];
	unsigned style;
};

struct table {
	const struct table_column *columns;
	size_t rows;
	size_t selected; /* below rows, 0 when there are none */
	size_t top;      /* the first row that is seen */
	int page;        /* rows that were seen when it was last drawn */
	/* Fills one cell; called while drawing. */
	void (*cell)(void *arg, size_t row, size_t column, struct table_cell *cell_r);
	/* Whether a row is marked: a sign and a weight of its own; NULL: none is. */
	bool (*marked)(void *arg, size_t row);
	void *arg;
	/* Columns are not left out but scrolled: the first one stays, and so many
	 * of the others are passed over. The arrows to the sides move that. */
	bool sideways;
	size_t passed;
	size_t passed_most; /* set by drawing: all columns are seen from there on */
};

/* A line of titles, then the rows; the cursor rests on the selected one. */
void table_draw(struct table *table, struct area area);
/* Moves the selection: arrows, j k, PgUp PgDn, Home End, g G, the wheel. */
bool table_key(struct table *table, const struct key *key);
/* The row that was drawn at an area's row, -1 when none was. */
int table_row_at(const struct table *table, int row);
/* The rows that were seen last, from 1; 0 and 0 when there are none. */
void table_range(const struct table *table, size_t *first_r, size_t *last_r);
/* Keeps selected and top in range after rows changed. */
void table_clamp(struct table *table);

#endif
