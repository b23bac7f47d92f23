/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One row a style; everything that has to do with looks is in this table.
 */
#include "widgets/palette.h"

#include "widgets/canvas.h"

/* The eight colours, as terminals number them. */
enum { RED = 1, GREEN = 2, YELLOW = 3, BLUE = 4, MAGENTA = 5, CYAN = 6, WHITE = 7 };

struct row {
	short plain, plain_behind; /* with 8 or 16 colours */
	short rich, rich_behind;   /* with 256 */
	bool bold, dim, underline, reverse;
	bool reverse_mono; /* without colours */
};

static const struct row rows[STYLE_COUNT] = {
	[STYLE_NORMAL] = { -1, -1, -1, -1, 0, 0, 0, 0, 0 },
	[STYLE_DIM] = { -1, -1, 245, -1, 0, 1, 0, 0, 0 },
	[STYLE_STRONG] = { -1, -1, -1, -1, 1, 0, 0, 0, 0 },
	[STYLE_BAR] = { WHITE, BLUE, 255, 24, 0, 0, 0, 0, 1 },
	[STYLE_BAR_GOOD] = { WHITE, BLUE, 157, 24, 1, 0, 0, 0, 1 },
	[STYLE_BAR_WARN] = { YELLOW, BLUE, 221, 24, 1, 0, 0, 0, 1 },
	[STYLE_BAR_BAD] = { WHITE, RED, 231, 160, 1, 0, 0, 0, 1 },
	[STYLE_TITLE] = { CYAN, -1, 38, -1, 1, 0, 0, 0, 0 },
	[STYLE_BORDER] = { BLUE, -1, 242, -1, 0, 0, 0, 0, 0 },
	[STYLE_GOOD] = { GREEN, -1, 34, -1, 0, 0, 0, 0, 0 },
	[STYLE_NOTE] = { CYAN, -1, 38, -1, 0, 0, 0, 0, 0 },
	[STYLE_WARN] = { YELLOW, -1, 172, -1, 1, 0, 0, 0, 0 },
	[STYLE_BAD] = { RED, -1, 160, -1, 1, 0, 0, 0, 0 },
	[STYLE_KEY] = { CYAN, -1, 38, -1, 1, 0, 0, 0, 0 },
	[STYLE_INPUT] = { -1, -1, -1, -1, 0, 0, 1, 0, 0 },
	[STYLE_BUTTON] = { -1, -1, -1, -1, 1, 0, 0, 0, 0 },
};

struct palette_look palette_look(unsigned style, int colours)
{
	const struct row *row = &rows[(style & ~(unsigned)STYLE_SELECTED) % STYLE_COUNT];
	struct palette_look look = {
		.foreground = -1,
		.background = -1,
		.bold = row->bold,
		.underline = row->underline,
		.reverse = row->reverse,
	};

	if (colours >= 256) {
		look.foreground = row->rich;
		look.background = row->rich_behind;
	} else if (colours >= 8) {
		look.foreground = row->plain;
		look.background = row->plain_behind;
		look.dim = row->dim;
	} else {
		look.dim = row->dim;
		look.reverse = look.reverse != row->reverse_mono;
	}
	if (style & STYLE_SELECTED) {
		look.reverse = !look.reverse;
		look.dim = false;
	}
	return look;
}
