/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_PAIRS_H
#define WIDGETS_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"
#include "widgets/diff.h"

/*
 * Everything about one thing: labels and what stands behind them, wrapped. The
 * texts begin in the same column, which the labels' real widths decide; a label
 * that is far too long has a row of its own. One thread.
 */
struct pair {
	const char *label;           /* translated; NULL: the text has the whole width */
	const char *text;            /* wrapped; empty, without a label: an empty row */
	unsigned style;              /* of the text */
	const struct diff_row *diff; /* instead of label and text; NULL: none */
};

/* From row on, which may lie above the area; returns the rows that it takes.
 * drawn false: only counts. */
int pairs_draw(struct area area, int row, const struct pair *pairs, size_t count, bool drawn);

#endif
