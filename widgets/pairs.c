/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drawing and counting are one walk, so that a page that scrolls never disagrees
 * with itself about its height.
 */
#include "widgets/pairs.h"

#include <limits.h>

#define MANY (INT_MAX / 2)

static int text_col(struct area area, const struct pair *pairs, size_t count)
{
	int widest = 0, most = area.cols * 2 / 5;

	for (size_t i = 0; i < count; i++) {
		bool side = pairs[i].label != NULL && pairs[i].diff == NULL;
		int width = side ? area_width(area, pairs[i].label) + 2 : 0;

		/* One that is far too long has a row of its own. */
		if (width <= most && width > widest)
			widest = width;
	}
	return widest > 0 ? widest : 2;
}

static int draw_one(struct area area, int row, const struct pair *pair, int col, bool drawn)
{
	int style = drawn ? (int)pair->style : -1, used = 0;

	if (pair->diff != NULL)
		return diff_draw(area, row, pair->diff, drawn);
	if (pair->label == NULL) {
		used = area_wrap(area, row, MANY, style, pair->text);
		return used > 0 ? used : 1;
	}
	if (col >= area.cols)
		col = 0;
	if (area_width(area, pair->label) + 1 > col)
		used = area_wrap(area, row, MANY, drawn ? STYLE_DIM : -1, pair->label);
	else if (drawn)
		area_text(area, row, 0, STYLE_DIM, pair->label);
	struct area side = { area.canvas, area.row, area.col + col, area.rows, area.cols - col };
	int lines = area_wrap(side, row + used, MANY, style, pair->text);

	return used + lines > 0 ? used + lines : 1;
}

int pairs_draw(struct area area, int row, const struct pair *pairs, size_t count, bool drawn)
{
	int col = text_col(area, pairs, count), first = row;

	if (area.cols < 1)
		return 0;
	for (size_t i = 0; i < count; i++)
		row += draw_one(area, row, &pairs[i], col, drawn);
	return row - first;
}
