/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One row a style and set; everything that has to do with looks is in this
 * table.
 */
#include "widgets/palette.h"

#include "widgets/canvas.h"

/* The eight colours, as terminals number them. */
enum { BLACK = 0, RED = 1, GREEN = 2, YELLOW = 3, BLUE = 4, MAGENTA = 5, CYAN = 6, WHITE = 7 };

struct row {
	short plain, plain_behind; /* with 8 or 16 colours */
	short rich, rich_behind;   /* with 256 */
	bool bold, dim, underline, reverse;
	bool reverse_mono; /* without colours */
};

static const struct row sets[PALETTE_SETS][STYLE_COUNT] = {
	[PALETTE_DARK] = {
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
		[STYLE_MATCH] = { YELLOW, -1, 220, -1, 1, 0, 1, 0, 0 },
		[STYLE_ADDED] = { GREEN, -1, 34, -1, 0, 0, 0, 0, 0 },
		[STYLE_REMOVED] = { RED, -1, 167, -1, 0, 0, 0, 0, 0 },
		[STYLE_RANGE] = { BLACK, CYAN, 255, 60, 0, 0, 0, 0, 1 },
	},
	[PALETTE_LIGHT] = {
		[STYLE_NORMAL] = { -1, -1, -1, -1, 0, 0, 0, 0, 0 },
		[STYLE_DIM] = { -1, -1, 242, -1, 0, 1, 0, 0, 0 },
		[STYLE_STRONG] = { -1, -1, -1, -1, 1, 0, 0, 0, 0 },
		[STYLE_BAR] = { BLACK, CYAN, 16, 252, 0, 0, 0, 0, 1 },
		[STYLE_BAR_GOOD] = { BLACK, CYAN, 22, 252, 1, 0, 0, 0, 1 },
		[STYLE_BAR_WARN] = { BLACK, YELLOW, 88, 252, 1, 0, 0, 0, 1 },
		[STYLE_BAR_BAD] = { WHITE, RED, 231, 124, 1, 0, 0, 0, 1 },
		[STYLE_TITLE] = { BLUE, -1, 25, -1, 1, 0, 0, 0, 0 },
		[STYLE_BORDER] = { BLUE, -1, 245, -1, 0, 0, 0, 0, 0 },
		[STYLE_GOOD] = { GREEN, -1, 28, -1, 0, 0, 0, 0, 0 },
		[STYLE_NOTE] = { BLUE, -1, 25, -1, 0, 0, 0, 0, 0 },
		[STYLE_WARN] = { MAGENTA, -1, 130, -1, 1, 0, 0, 0, 0 },
		[STYLE_BAD] = { RED, -1, 124, -1, 1, 0, 0, 0, 0 },
		[STYLE_KEY] = { BLUE, -1, 25, -1, 1, 0, 0, 0, 0 },
		[STYLE_INPUT] = { -1, -1, -1, -1, 0, 0, 1, 0, 0 },
		[STYLE_BUTTON] = { -1, -1, -1, -1, 1, 0, 0, 0, 0 },
		[STYLE_MATCH] = { MAGENTA, -1, 90, -1, 1, 0, 1, 0, 0 },
		[STYLE_ADDED] = { GREEN, -1, 28, -1, 0, 0, 0, 0, 0 },
		[STYLE_REMOVED] = { RED, -1, 124, -1, 0, 0, 0, 0, 0 },
		[STYLE_RANGE] = { BLACK, CYAN, 16, 153, 0, 0, 0, 0, 1 },
	},
	[PALETTE_CONTRAST] = {
		[STYLE_NORMAL] = { WHITE, BLACK, 231, 16, 0, 0, 0, 0, 0 },
		[STYLE_DIM] = { WHITE, BLACK, 252, 16, 0, 0, 0, 0, 0 },
		[STYLE_STRONG] = { WHITE, BLACK, 231, 16, 1, 0, 0, 0, 0 },
		[STYLE_BAR] = { BLACK, WHITE, 16, 231, 0, 0, 0, 0, 1 },
		[STYLE_BAR_GOOD] = { BLACK, WHITE, 16, 231, 1, 0, 0, 0, 1 },
		[STYLE_BAR_WARN] = { BLACK, YELLOW, 16, 226, 1, 0, 0, 0, 1 },
		[STYLE_BAR_BAD] = { WHITE, RED, 231, 88, 1, 0, 1, 0, 1 },
		[STYLE_TITLE] = { WHITE, BLACK, 231, 16, 1, 0, 1, 0, 0 },
		[STYLE_BORDER] = { WHITE, BLACK, 252, 16, 0, 0, 0, 0, 0 },
		[STYLE_GOOD] = { GREEN, BLACK, 120, 16, 0, 0, 0, 0, 0 },
		[STYLE_NOTE] = { CYAN, BLACK, 123, 16, 0, 0, 0, 0, 0 },
		[STYLE_WARN] = { YELLOW, BLACK, 226, 16, 1, 0, 0, 0, 0 },
		[STYLE_BAD] = { WHITE, RED, 231, 88, 1, 0, 0, 0, 0 },
		[STYLE_KEY] = { CYAN, BLACK, 123, 16, 1, 0, 1, 0, 0 },
		[STYLE_INPUT] = { WHITE, BLACK, 231, 16, 0, 0, 1, 0, 0 },
		[STYLE_BUTTON] = { WHITE, BLACK, 231, 16, 1, 0, 0, 0, 0 },
		[STYLE_MATCH] = { YELLOW, BLACK, 226, 16, 1, 0, 1, 0, 0 },
		[STYLE_ADDED] = { GREEN, BLACK, 120, 16, 1, 0, 0, 0, 0 },
		[STYLE_REMOVED] = { YELLOW, BLACK, 217, 16, 0, 0, 1, 0, 0 },
		[STYLE_RANGE] = { BLACK, CYAN, 16, 123, 0, 0, 0, 0, 1 },
	},
};

struct palette_look palette_look(unsigned style, int colours, enum palette_set set)
{
	const struct row *row =
	    &sets[set % PALETTE_SETS][(style & ~(unsigned)STYLE_SELECTED) % STYLE_COUNT];
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
