/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_BAR_H
#define WIDGETS_BAR_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"

/*
 * Lines of the screen's edge: a status bar whose parts go to the left and to
 * the right, a footer of keys, and meters.
 */
struct bar_part {
	char text[128];
	unsigned style;
	int rank; /* 0: always; higher ones are left out first */
	bool right;
};

/* One row. Parts that do not fit are left out by rank. */
void bar_draw(struct area area, int row, unsigned style, const struct bar_part *parts,
    size_t count);

struct bar_hint {
	const char *key; /* as it is shown: "s", "Enter" */
	const char *label;
	int id; /* the caller's, for clicks */
};

/* One row of keys; what does not fit at the end is left out, but the last hint
 * always stands. */
void bar_hints(struct area area, int row, const struct bar_hint *hints, size_t count);
/* The id of the hint that was drawn at col, -1 when none was. */
int bar_hint_at(struct area area, const struct bar_hint *hints, size_t count, int col);

/* A bar of width cells, filled by part of whole (0 .. 1; below 0: unknown, an
 * empty frame of dots). */
void bar_meter(struct area area, int row, int col, int width, double filled, unsigned style);

#endif
