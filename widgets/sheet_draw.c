/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sheet from the bottom up: the answers take what they need, then the line
 * to type in and the countdown; the body gets what is left and scrolls in it.
 * The body is drawn whole at a row that may lie above its area; what sticks
 * out is clipped by the canvas.
 */
#include "widgets/sheet_draw.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define WIDTH_MOST 76
#define BUTTON_TEXT 96
#define MANY (INT_MAX / 2)

/* ---- The body ---- */

static void check_draw(const struct sheet *sheet, struct area body, int at, size_t i)
{
	const struct sheet_check *check = &sheet->checks[i];
	const char *behind = check->refusal != NULL ? check->refusal : check->detail;
	unsigned style = check->refusal != NULL ? STYLE_DIM : STYLE_NORMAL;
	int col = area_text(body, at, 0, style, check->on ? "[x] " : "[ ] ");
	int width = area_width(body, check->label), room = body.cols - col;

	area_field(body, at, col, width < room ? width : room, ALIGN_LEFT, style, check->label);
	col += width + 2;
	if (behind != NULL)
		area_field(body, at, col, body.cols - col, ALIGN_LEFT, STYLE_DIM, behind);
	if (i == sheet->focus && at >= 0 && at < body.rows) {
		area_select(body, at);
		area_cursor(body, at, 1);
	}
}

/* From row at on; returns the rows it takes. */
static int body_draw(const struct sheet *sheet, struct area body, int at, bool drawn)
{
	int first = at;

	at += pairs_draw(body, at, sheet->rows, sheet->count, drawn);
	for (size_t i = 0; i < sheet->check_count; i++, at++)
		if (drawn)
			check_draw(sheet, body, at, i);
	return at - first;
}

/* ---- The answers ---- */

static int button_width(struct area area, const char *text)
{
	return area_width(area, text) + 4;
}

static void button_draw(struct sheet *sheet, struct area area, int row, int col, size_t i)
{
	bool focused = sheet->focus == sheet_button_focus(sheet, i);
	unsigned style = sheet_answers(sheet, i) ? STYLE_BUTTON : STYLE_DIM;
	char text[BUTTON_TEXT];

	snprintf(text, sizeof text, "[ %s ]", sheet->buttons[i]);
	int end = col + area_width(area, text);

	end = end < area.cols ? end : area.cols;
	if (focused) {
		style |= STYLE_SELECTED;
		area_cursor(area, row, col + 2);
	}
	area_field(area, row, col, end - col, ALIGN_LEFT, style, text);
	sheet->places[i].row = area.row + row;
	sheet->places[i].from = area.col + col;
	sheet->places[i].end = area.col + end;
}

/* In as many rows as they need; row below 0: only counts. */
static int buttons_draw(struct sheet *sheet, struct area area, int row)
{
	int col = 0, used = 1;

	for (size_t i = 0; i < sheet_buttons(sheet); i++) {
		int width = button_width(area, sheet->buttons[i]);

		if (col > 0 && col + width > area.cols) {
			used++;
			col = 0;
		}
		if (row >= 0)
			button_draw(sheet, area, row + used - 1, col, i);
		col += width + 1;
	}
	return used;
}

/* ---- All of it ---- */

/* What stands below the body, from its least important row on. */
struct below {
	bool gap, hint, countdown, input;
	int buttons;
};

static int below_rows(const struct below *below)
{
	return below->gap + below->hint + below->countdown + below->input + below->buttons;
}

/* height: of the body. Facts are worth more than air, and than help when there
 * is hardly any room for them. */
static struct below below_of(struct sheet *sheet, struct area inside, int height)
{
	struct below below = {
		.gap = height > 0,
		.hint = sheet->hint != NULL,
		.countdown = sheet->countdown != NULL,
		.input = sheet->word != NULL,
		.buttons = buttons_draw(sheet, inside, -1),
	};

	if (below_rows(&below) + height > inside.rows)
		below.gap = false;
	if (below_rows(&below) + (height < 4 ? height : 4) > inside.rows)
		below.hint = false;
	return below;
}

static void keep_in_view(struct sheet *sheet)
{
	int most = sheet->height > sheet->page ? sheet->height - sheet->page : 0;
	int row = sheet->height - (int)sheet->check_count + (int)sheet->focus;

	if (sheet->follow && sheet->focus < sheet->check_count) {
		if (row < sheet->top)
			sheet->top = row;
		if (row >= sheet->top + sheet->page)
			sheet->top = row - sheet->page + 1;
	}
	sheet->top = sheet->top > most ? most : sheet->top < 0 ? 0 : sheet->top;
}

static struct area place(struct sheet *sheet, struct area area)
{
	int width = area.cols - 4 < WIDTH_MOST ? area.cols - 4 : WIDTH_MOST;

	width = area.cols < 24 ? area.cols : width;
	struct area ruler = { area.canvas, area.row, area.col, area.rows,
		width > 4 ? width - 4 : 1 };
	int height = body_draw(sheet, ruler, 0, false);
	struct below below =
	    below_of(sheet, (struct area){ area.canvas, 0, 0, MANY, ruler.cols }, height);

	height += below_rows(&below) + 2;
	height = height < area.rows ? height : area.rows;
	return area_part(area, (area.rows - height) / 2, (area.cols - width) / 2, height, width);
}

/* The cursor is only there when the focus is. */
static void draw_input(struct sheet *sheet, struct area inside, int row)
{
	struct canvas *canvas = inside.canvas;
	int cursor_row = canvas->cursor_row, cursor_col = canvas->cursor_col;

	sheet->input_row = inside.row + row;
	input_draw(&sheet->input, inside, row, sheet->prompt != NULL ? sheet->prompt : "");
	if (sheet->focus == sheet_input_focus(sheet))
		return;
	canvas->cursor_row = cursor_row;
	canvas->cursor_col = cursor_col;
}

void sheet_draw(struct sheet *sheet, struct area area)
{
	if (sheet->focus >= sheet_focuses(sheet))
		sheet->focus = sheet_button_focus(sheet, 0);
	for (size_t i = 0; i < SHEET_BUTTONS; i++)
		sheet->places[i].row = -1;
	sheet->input_row = -1;
	sheet->drawn = place(sheet, area);
	struct area inside = area_frame(sheet->drawn, sheet->title);
	struct below below = below_of(sheet, inside, body_draw(sheet, inside, 0, false));
	int row = inside.rows - below_rows(&below);

	row = row > 0 ? row : 0;
	sheet->body = area_part(inside, 0, 0, row, inside.cols);
	sheet->page = sheet->body.rows;
	sheet->height = body_draw(sheet, sheet->body, 0, false);
	keep_in_view(sheet);
	body_draw(sheet, sheet->body, -sheet->top, true);
	if (sheet->top > 0)
		area_glyph(sheet->drawn, 0, sheet->drawn.cols - 3, STYLE_NOTE, GLYPH_UP);
	if (sheet->top + sheet->page < sheet->height)
		area_glyph(sheet->drawn, row, sheet->drawn.cols - 1, STYLE_NOTE, GLYPH_DOWN);
	row += below.gap;
	if (below.countdown)
		area_field(inside, row++, 0, inside.cols, ALIGN_LEFT, STYLE_WARN, sheet->countdown);
	if (below.input)
		draw_input(sheet, inside, row++);
	row += buttons_draw(sheet, inside, row);
	if (below.hint)
		area_field(inside, row, 0, inside.cols, ALIGN_LEFT, STYLE_DIM, sheet->hint);
}
