/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A grid of cells and the few ways to draw on it. Everything goes through
 * put(), which clips and keeps the two halves of wide characters together, so
 * that no widget has to.
 */
#include "widgets/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "widgets/cells.h"

#define CANVAS_LIMIT 2000 /* rows and columns; a terminal may say anything */

static const struct {
	wchar_t wide;
	char plain;
} glyphs[GLYPH_COUNT] = {
	[GLYPH_HORIZONTAL] = { 0x2500, '-' },
	[GLYPH_VERTICAL] = { 0x2502, '|' },
	[GLYPH_TOP_LEFT] = { 0x250c, '+' },
	[GLYPH_TOP_RIGHT] = { 0x2510, '+' },
	[GLYPH_BOTTOM_LEFT] = { 0x2514, '+' },
	[GLYPH_BOTTOM_RIGHT] = { 0x2518, '+' },
	[GLYPH_FULL] = { 0x2588, '#' },
	[GLYPH_EMPTY] = { 0x2591, '.' },
	[GLYPH_ELLIPSIS] = { 0x2026, '~' },
	[GLYPH_MARK] = { '>', '>' },
	[GLYPH_UP] = { 0x2191, '^' },
	[GLYPH_DOWN] = { 0x2193, 'v' },
};

static int clamp(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

struct canvas *canvas_new(int rows, int cols, bool ascii)
{
	struct canvas *canvas = cells_memory(1, sizeof *canvas);

	canvas->rows = clamp(rows, 1, CANVAS_LIMIT);
	canvas->cols = clamp(cols, 1, CANVAS_LIMIT);
	canvas->ascii = ascii;
	canvas->cells =
	    cells_memory((size_t)canvas->rows * (size_t)canvas->cols, sizeof *canvas->cells);
	canvas_clear(canvas);
	return canvas;
}

void canvas_free(struct canvas *canvas)
{
	if (canvas == NULL)
		return;
	free(canvas->cells);
	free(canvas);
}

static void blank(struct canvas_cell *cell, unsigned style)
{
	memset(cell, 0, sizeof *cell);
	cell->text[0] = L' ';
	cell->width = 1;
	cell->style = (uint8_t)style;
}

void canvas_clear(struct canvas *canvas)
{
	for (int i = 0; i < canvas->rows * canvas->cols; i++)
		blank(&canvas->cells[i], STYLE_NORMAL);
	canvas->cursor_row = canvas->cursor_col = 0;
}

struct area canvas_area(struct canvas *canvas)
{
	return (struct area){ canvas, 0, 0, canvas->rows, canvas->cols };
}

struct area area_part(struct area area, int row, int col, int rows, int cols)
{
	int top = clamp(row, 0, area.rows), left = clamp(col, 0, area.cols);

	return (struct area){
		.canvas = area.canvas,
		.row = area.row + top,
		.col = area.col + left,
		.rows = clamp(row + rows - top, 0, area.rows - top),
		.cols = clamp(col + cols - left, 0, area.cols - left),
	};
}

static struct canvas_cell *cell_at(struct area area, int row, int col)
{
	if (row < 0 || row >= area.rows || col < 0 || col >= area.cols)
		return NULL;
	return &area.canvas->cells[(area.row + row) * area.canvas->cols + area.col + col];
}

/* Before a cell is written over: the other half of a wide character that
 * stands there becomes a space. */
static void part_halves(struct canvas *canvas, struct canvas_cell *cell)
{
	struct canvas_cell *end = canvas->cells + canvas->rows * canvas->cols;

	if (cell->width == 0 && cell > canvas->cells)
		blank(cell - 1, cell[-1].style);
	else if (cell->width == 2 && cell + 1 < end)
		blank(cell + 1, cell[1].style);
}

static void put(struct area area, int row, int col, unsigned style, wchar_t code, int width)
{
	struct canvas_cell *cell = cell_at(area, row, col);

	if (cell == NULL || width < 1)
		return;
	if (width == 2 && cell_at(area, row, col + 1) == NULL) {
		code = L' '; /* half of it would stick out */
		width = 1;
	}
	part_halves(area.canvas, cell);
	if (width == 2) {
		part_halves(area.canvas, cell + 1);
		blank(cell + 1, style);
		cell[1].text[0] = L'\0';
		cell[1].width = 0;
	}
	blank(cell, style);
	cell->text[0] = code;
	cell->width = (uint8_t)width;
}

static void join(struct area area, int row, int col, wchar_t code)
{
	struct canvas_cell *cell = cell_at(area, row, col);

	if (cell != NULL && cell->width == 0)
		cell = cell_at(area, row, col - 1);
	if (cell == NULL)
		return;
	for (int i = 1; i < CANVAS_CHARACTERS; i++)
		if (cell->text[i] == L'\0') {
			cell->text[i] = code;
			return;
		}
}

int area_bytes(struct area area, int row, int col, unsigned style, const char *text, size_t length)
{
	const char *end = text + length;
	int first = col;

	while (text < end) {
		uint32_t shown, code = cells_next(&text);

		if (code == 0)
			break;
		int width = cells_shown(code, area.canvas->ascii, &shown);

		if (width > 0) {
			put(area, row, col, style, (wchar_t)shown, width);
			col += width;
		} else if (width == 0 && col > first) {
			join(area, row, col - 1, (wchar_t)shown);
		}
	}
	return col;
}

int area_text(struct area area, int row, int col, unsigned style, const char *text)
{
	return area_bytes(area, row, col, style, text, strlen(text));
}

int area_print(struct area area, int row, int col, unsigned style, const char *format, ...)
{
	char text[1024];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	return area_text(area, row, col, style, text);
}

void area_fill(struct area area, int row, int col, int width, unsigned style)
{
	for (int i = 0; i < width; i++)
		put(area, row, col + i, style, L' ', 1);
}

void area_glyph(struct area area, int row, int col, unsigned style, enum glyph glyph)
{
	put(area, row, col, style,
	    area.canvas->ascii ? (wchar_t)glyphs[glyph].plain : glyphs[glyph].wide, 1);
}

void area_field(struct area area, int row, int col, int width, enum align align, unsigned style,
    const char *text)
{
	bool ascii = area.canvas->ascii;
	int whole = cells_width(text, ascii);

	if (width <= 0)
		return;
	area_fill(area, row, col, width, style);
	if (whole <= width) {
		area_text(area, row, align == ALIGN_RIGHT ? col + width - whole : col, style, text);
		return;
	}
	int used;
	size_t bytes = cells_fit(text, width - 1, ascii, &used);

	area_bytes(area, row, col, style, text, bytes);
	area_glyph(area, row, col + used, style, GLYPH_ELLIPSIS);
}

void area_rule(struct area area, int row, const char *title)
{
	for (int col = 0; col < area.cols; col++)
		area_glyph(area, row, col, STYLE_BORDER, GLYPH_HORIZONTAL);
	if (title == NULL || area.cols < 8)
		return;
	int width = area_width(area, title);

	if (width > area.cols - 6)
		width = area.cols - 6;
	area_fill(area, row, 2, width + 2, STYLE_BORDER);
	area_field(area, row, 3, width, ALIGN_LEFT, STYLE_TITLE, title);
}

void area_rule_range(struct area area, int row, const char *title, size_t first, size_t last)
{
	char text[64];
	size_t length = (size_t)snprintf(text, sizeof text, "(%zu-%zu)", first, last);
	int name = area_width(area, title);

	area_rule(area, row, title);
	if (last >= first && first > 0 && name + 1 + (int)length <= area.cols - 6) {
		area_fill(area, row, 3 + name, 1, STYLE_BORDER);
		area_text(area, row, 4 + name, STYLE_DIM, text);
		area_fill(area, row, 4 + name + (int)length, 1, STYLE_BORDER);
	}
}

struct area area_frame(struct area area, const char *title)
{
	int bottom = area.rows - 1, right = area.cols - 1;

	for (int row = 0; row < area.rows; row++)
		area_fill(area, row, 0, area.cols, STYLE_NORMAL);
	area_rule(area, 0, title);
	area_rule(area, bottom, NULL);
	for (int row = 1; row < bottom; row++) {
		area_glyph(area, row, 0, STYLE_BORDER, GLYPH_VERTICAL);
		area_glyph(area, row, right, STYLE_BORDER, GLYPH_VERTICAL);
	}
	area_glyph(area, 0, 0, STYLE_BORDER, GLYPH_TOP_LEFT);
	area_glyph(area, 0, right, STYLE_BORDER, GLYPH_TOP_RIGHT);
	area_glyph(area, bottom, 0, STYLE_BORDER, GLYPH_BOTTOM_LEFT);
	area_glyph(area, bottom, right, STYLE_BORDER, GLYPH_BOTTOM_RIGHT);
	return area_part(area, 1, 2, area.rows - 2, area.cols - 4);
}

void area_cursor(struct area area, int row, int col)
{
	if (area.rows < 1 || area.cols < 1)
		return;
	area.canvas->cursor_row = area.row + clamp(row, 0, area.rows - 1);
	area.canvas->cursor_col = area.col + clamp(col, 0, area.cols - 1);
}

void area_select(struct area area, int row)
{
	for (int col = 0; col < area.cols; col++) {
		struct canvas_cell *cell = cell_at(area, row, col);

		if (cell != NULL)
			cell->style |= STYLE_SELECTED;
	}
}

void area_restyle(struct area area, int row, int col, int width, unsigned style)
{
	for (int i = 0; i < width; i++) {
		struct canvas_cell *cell = cell_at(area, row, col + i);

		if (cell != NULL)
			cell->style = (uint8_t)style;
	}
}

void area_sign(struct area area, int row, int col, unsigned style, wchar_t sign)
{
	put(area, row, col, style, area.canvas->ascii ? L'?' : sign, 1);
}

int area_width(struct area area, const char *text)
{
	return cells_width(text, area.canvas->ascii);
}

/* The bytes of the first row's worth of text: up to the last space that fits,
 * or as much as fits when that would leave most of the row empty. */
static size_t first_line(const char *text, int width, bool ascii)
{
	size_t fit = cells_fit(text, width, ascii, NULL);

	if (text[fit] == '\0' || text[fit] == ' ')
		return fit;
	for (size_t i = fit; i > fit / 2; i--)
		if (text[i - 1] == ' ')
			return i;
	return fit;
}

int area_wrap(struct area area, int row, int rows, int style, const char *text)
{
	int used = 0;

	while (*text != '\0' && used < rows) {
		size_t bytes = first_line(text, area.cols, area.canvas->ascii);

		if (bytes == 0)
			break;
		bool last = used + 1 == rows;

		if (style >= 0 && last)
			area_field(area, row + used, 0, area.cols, ALIGN_LEFT, (unsigned)style,
			    text);
		else if (style >= 0)
			area_bytes(area, row + used, 0, (unsigned)style, text, bytes);
		text += bytes;
		text += strspn(text, " ");
		used++;
	}
	return used;
}

/* ---- The memory backend ---- */

char *canvas_text(const struct canvas *canvas)
{
	size_t row_bytes = (size_t)canvas->cols * CANVAS_CHARACTERS * 4 + 1;
	char *text = cells_memory((size_t)canvas->rows * row_bytes + 1, 1);
	size_t at = 0;

	for (int row = 0; row < canvas->rows; row++) {
		size_t end = at;

		for (int col = 0; col < canvas->cols; col++) {
			const struct canvas_cell *cell = &canvas->cells[row * canvas->cols + col];

			for (int i = 0; cell->text[i] != L'\0'; i++)
				at += cells_encode((uint32_t)cell->text[i], text + at);
			if (cell->width > 0 && cell->text[0] != L' ')
				end = at;
		}
		at = end;
		text[at++] = '\n';
	}
	text[at] = '\0';
	return text;
}

char *canvas_styles(const struct canvas *canvas)
{
	static const char letters[STYLE_COUNT + 1] = ".dsbefgtlmnwxkiphary";
	char *text = cells_memory((size_t)canvas->rows * ((size_t)canvas->cols + 1) + 1, 1);
	size_t at = 0;

	for (int row = 0; row < canvas->rows; row++) {
		for (int col = 0; col < canvas->cols; col++) {
			unsigned style = canvas->cells[row * canvas->cols + col].style;
			char letter = letters[(style & ~(unsigned)STYLE_SELECTED) % STYLE_COUNT];

			if (style & STYLE_SELECTED)
				letter = letter == '.' ? '#' : (char)(letter - 'a' + 'A');
			text[at++] = letter;
		}
		text[at++] = '\n';
	}
	return text;
}
