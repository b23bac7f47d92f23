/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One way to lay a change out serves counting and drawing, so that a sheet
 * that scrolls never disagrees with itself about its height.
 */
#include "widgets/diff.h"

#include <limits.h>
#include <string.h>

#define ARROW " -> "
#define MARGIN 2 /* the sign and a space */

static unsigned style_of(char sign)
{
	return sign == '+' ? STYLE_ADDED : sign == '-' ? STYLE_REMOVED : STYLE_NORMAL;
}

/* A sign and a text that is wrapped behind it, at col. */
static int signed_text(struct area area, int row, int col, char sign, const char *text, bool drawn)
{
	int margin = col + MARGIN < area.cols ? col + MARGIN : 0;
	struct area body = { area.canvas, area.row, area.col + margin, area.rows,
		area.cols - margin };
	int used = area_wrap(body, row, INT_MAX / 2, drawn ? (int)style_of(sign) : -1, text);

	if (drawn && margin > 0)
		area_bytes(area, row, col, style_of(sign), &sign, 1);
	return used > 0 ? used : 1;
}

int diff_line(struct area area, int row, char sign, const char *text, bool drawn)
{
	return signed_text(area, row, 0, sign, text, drawn);
}

static char sign_of(const struct diff_row *diff)
{
	return diff->old == NULL ? '+' : diff->new == NULL ? '-' : '~';
}

/* All in one row, when that has room. */
static bool one_row(struct area area, const struct diff_row *diff)
{
	int width = MARGIN + area_width(area, diff->name) + 2;

	width += diff->old != NULL ? area_width(area, diff->old) : 0;
	width += diff->new != NULL ? area_width(area, diff->new) : 0;
	width += diff->old != NULL && diff->new != NULL ? (int)strlen(ARROW) : 0;
	return width <= area.cols;
}

static void draw_row(struct area area, int row, const struct diff_row *diff)
{
	char sign = sign_of(diff);
	int col = MARGIN;

	area_bytes(area, row, 0, sign == '~' ? STYLE_NOTE : style_of(sign), &sign, 1);
	col = area_text(area, row, col, STYLE_NORMAL, diff->name) + 2;
	if (diff->old != NULL)
		col = area_text(area, row, col, STYLE_REMOVED, diff->old);
	if (diff->old != NULL && diff->new != NULL)
		col = area_text(area, row, col, STYLE_DIM, ARROW);
	if (diff->new != NULL)
		area_text(area, row, col, STYLE_ADDED, diff->new);
}

int diff_draw(struct area area, int row, const struct diff_row *diff, bool drawn)
{
	char sign = sign_of(diff);

	if (area.cols < 1)
		return 1;
	if (one_row(area, diff)) {
		if (drawn)
			draw_row(area, row, diff);
		return 1;
	}
	int used = signed_text(area, row, 0, sign, diff->name, drawn);

	if (drawn && sign == '~' && area.cols > MARGIN)
		area_restyle(area, row, 0, 1, STYLE_NOTE);
	if (diff->old != NULL)
		used += signed_text(area, row + used, MARGIN, '-', diff->old, drawn);
	if (diff->new != NULL)
		used += signed_text(area, row + used, MARGIN, '+', diff->new, drawn);
	return used;
}
