/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_CANVAS_H
#define WIDGETS_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

/*
 * A screenful of cells in memory. Widgets draw on an area of it and know of no
 * terminal; what becomes of the cells is one of two backends' business:
 * canvas_curses.h puts them on a terminal, canvas_text and canvas_styles give
 * them to a test. Rows and columns count from 0. Drawing outside of an area
 * does nothing. One thread.
 */

/* What a text is, never how it looks: widgets/palette.h decides that. */
enum style {
	STYLE_NORMAL,
	STYLE_DIM, /* less important than what is around it */
	STYLE_STRONG,
	STYLE_BAR, /* the host line */
	STYLE_BAR_GOOD,
	STYLE_BAR_WARN,
	STYLE_BAR_BAD,
	STYLE_TITLE, /* headings */
	STYLE_BORDER,
	STYLE_GOOD,
	STYLE_NOTE, /* worth a look */
	STYLE_WARN,
	STYLE_BAD,
	STYLE_KEY,   /* a key that can be pressed */
	STYLE_INPUT, /* text that is being typed */
	STYLE_BUTTON,
	STYLE_MATCH, /* letters that were looked for */
	STYLE_ADDED, /* of a difference; a sign stands before it as well */
	STYLE_REMOVED,
	STYLE_RANGE, /* lines that are marked */
	STYLE_COUNT,
	STYLE_SELECTED = 0x80, /* added to one of the above */
};

/* Signs that have a stand-in on ASCII screens. */
enum glyph {
	GLYPH_HORIZONTAL,
	GLYPH_VERTICAL,
	GLYPH_TOP_LEFT,
	GLYPH_TOP_RIGHT,
	GLYPH_BOTTOM_LEFT,
	GLYPH_BOTTOM_RIGHT,
	GLYPH_FULL,  /* a filled cell of a bar */
	GLYPH_EMPTY, /* an empty one */
	GLYPH_ELLIPSIS,
	GLYPH_MARK, /* before the selected row */
	GLYPH_UP,   /* there is more above */
	GLYPH_DOWN,
	GLYPH_COUNT,
};

/* What a curve is drawn with on a canvas that is not ASCII. */
enum signs {
	SIGNS_BLOCKS,
	SIGNS_BRAILLE,
	SIGNS_PLAIN, /* letters, as on an ASCII screen: the font has neither */
};

enum align { ALIGN_LEFT, ALIGN_RIGHT };

#define CANVAS_CHARACTERS 3 /* one and two that join it */

struct canvas_cell {
	wchar_t text[CANVAS_CHARACTERS + 1];
	uint8_t width; /* 0: the right half of the wide one before it */
	uint8_t style;
};

struct canvas {
	int rows, cols;
	bool ascii;
	enum signs signs;           /* SIGNS_BLOCKS unless the caller sets another */
	int cursor_row, cursor_col; /* where the terminal's cursor rests */
	struct canvas_cell *cells;
};

/* A rectangle of a canvas, handed by value; never larger than the canvas. */
struct area {
	struct canvas *canvas;
	int row, col, rows, cols;
};

struct canvas *canvas_new(int rows, int cols, bool ascii);
void canvas_free(struct canvas *canvas); /* NULL allowed */
void canvas_clear(struct canvas *canvas);
struct area canvas_area(struct canvas *canvas);
struct area area_part(struct area area, int row, int col, int rows, int cols);

/* The memory backend: rows of UTF-8, spaces at their ends cut off; and one
 * letter a cell for its style ('.' normal, capital when selected). The caller
 * frees. */
char *canvas_text(const struct canvas *canvas);
char *canvas_styles(const struct canvas *canvas);

/* Draws text from col on; cut at the area's edge. Returns the column behind. */
int area_text(struct area area, int row, int col, unsigned style, const char *text);
/* The same with the first length bytes of text. */
int area_bytes(struct area area, int row, int col, unsigned style, const char *text, size_t length);
int area_print(struct area area, int row, int col, unsigned style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Text in exactly width cells: filled with spaces, or cut with an ellipsis. */
void area_field(struct area area, int row, int col, int width, enum align align, unsigned style,
    const char *text);
void area_fill(struct area area, int row, int col, int width, unsigned style);
void area_glyph(struct area area, int row, int col, unsigned style, enum glyph glyph);
/* A line across the area with a title in it (NULL: none). */
void area_rule(struct area area, int row, const char *title);
/* The same with the rows that are seen behind the title, "(3-7)"; of no use
 * (last below first) or without room they are left out. Numbers count from 1. */
void area_rule_range(struct area area, int row, const char *title, size_t first, size_t last);
/* A frame round an emptied area; returns what is inside of it. */
struct area area_frame(struct area area, const char *title);
/* Lets the terminal's cursor rest there. */
void area_cursor(struct area area, int row, int col);
/* Adds STYLE_SELECTED to all cells of a row. */
void area_select(struct area area, int row);
/* Gives width cells another style; what stands in them stays. */
void area_restyle(struct area area, int row, int col, int width, unsigned style);
/* One sign that is not of the list above, where the canvas is not ASCII. */
void area_sign(struct area area, int row, int col, unsigned style, wchar_t sign);
/* Cells that text would take here. */
int area_width(struct area area, const char *text);
/* Draws text over at most rows rows, broken between words; returns how many
 * rows it took. With style -1 it only counts. Rows above the area (row below 0)
 * count and are not drawn. */
int area_wrap(struct area area, int row, int rows, int style, const char *text);

#endif
