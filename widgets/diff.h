/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_DIFF_H
#define WIDGETS_DIFF_H

#include "widgets/canvas.h"

/*
 * What a change does, as rows "~ name  old -> new", for sheets and pages. What
 * is added and what is removed has a sign besides its style. Without room for
 * one row the values stand below the name, wrapped, - before the old one and +
 * before the new one.
 */
struct diff_row {
	const char *name;
	const char *old; /* NULL: it is added */
	const char *new; /* NULL: it is removed */
};

/* Draws from row on; returns how many rows it took. Rows outside of the area
 * count all the same. drawn false: only counts. */
int diff_draw(struct area area, int row, const struct diff_row *diff, bool drawn);
/* A line of a text that was changed: sign is '+', '-' or ' '. The same else. */
int diff_line(struct area area, int row, char sign, const char *text, bool drawn);

#endif
