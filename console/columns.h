/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_COLUMNS_H
#define CONSOLE_COLUMNS_H

#include "widgets/table.h"

/*
 * Columns of words: as wide as what stands in them in the language that is set,
 * which no number in a table can know. One thread.
 */
#define COLUMNS_MOST 12

struct column {
	const char *title; /* marked with N_; NULL ends the list */
	int least, most;   /* cells; between them what the widest text takes */
	int grow;          /* as table_column's; it is not measured then */
	int rank;
	enum align align;
};

/* Draws the table, whose columns are made from kinds. */
void columns_draw(struct table *table, struct area area, const struct column *kinds);

#endif
