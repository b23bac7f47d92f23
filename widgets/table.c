/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drawn anew from the callback each time: tables here have tens of rows, and
 * the canvas finds out what changed.
 */
#include "widgets/table.h"

#include <string.h>

#define COLUMNS_MAX 16
#define MARK 2 /* cells before the first column */

struct layout {
	size_t count;
	int width[COLUMNS_MAX]; /* 0: left out */
};

static int taken(const struct layout *layout)
{
	int sum = MARK;

	for (size_t i = 0; i < layout->count; i++)
		sum += layout->width[i] > 0 ? layout->width[i] + 1 : 0;
	return sum;
}

/* False when there is none to leave out any more. */
static bool leave_out(const struct table_column *columns, struct layout *layout)
{
	size_t worst = layout->count;

	for (size_t i = 0; i < layout->count; i++)
		if (layout->width[i] > 0 && columns[i].rank > 0 &&
		    (worst == layout->count || columns[i].rank >= columns[worst].rank))
			worst = i;
	if (worst == layout->count)
		return false;
	layout->width[worst] = 0;
	return true;
}

static void grow(const struct table_column *columns, struct layout *layout, int left)
{
	int parts = 0;

	for (size_t i = 0; i < layout->count; i++)
		parts += layout->width[i] > 0 ? columns[i].grow : 0;
	for (size_t i = 0; i < layout->count && parts > 0; i++) {
		if (layout->width[i] == 0 || columns[i].grow == 0)
			continue;
		int more = left * columns[i].grow / parts;

		if (columns[i].most > 0 && layout->width[i] + more > columns[i].most)
			more = columns[i].most - layout->width[i];
		layout->width[i] += more;
		left -= more;
		parts -= columns[i].grow;
	}
}

/* Passes over columns behind the first until the rest fits, or as many as are
 * asked for; tells how many would do. */
static void pass_over(struct table *table, struct layout *layout, int width)
{
	struct layout all = *layout;

	table->passed_most = 0;
	while (table->passed_most + 2 < all.count && taken(&all) - 1 > width)
		all.width[++table->passed_most] = 0;
	if (table->passed > table->passed_most)
		table->passed = table->passed_most;
	for (size_t i = 1; i <= table->passed; i++)
		layout->width[i] = 0;
	/* What sticks out at the right is not begun. */
	for (size_t i = layout->count; i-- > table->passed + 2 && taken(layout) - 1 > width;)
		layout->width[i] = 0;
}

static void lay_out(struct table *table, int width, struct layout *layout)
{
	const struct table_column *columns = table->columns;

	*layout = (struct layout){ 0 };
	while (layout->count < COLUMNS_MAX && columns[layout->count].title != NULL) {
		layout->width[layout->count] = columns[layout->count].width;
		layout->count++;
	}
	/* The last column needs no space behind it. */
	if (table->sideways)
		pass_over(table, layout, width);
	while (!table->sideways && taken(layout) - 1 > width && leave_out(columns, layout))
		;
	int left = width - taken(layout) + 1;

	if (left > 0)
		grow(columns, layout, left);
}

static void draw_titles(const struct table *table, struct area area, const struct layout *layout)
{
	int col = MARK;

	for (size_t i = 0; i < layout->count; i++)
		if (layout->width[i] > 0) {
			area_field(area, 0, col, layout->width[i], table->columns[i].align,
			    STYLE_TITLE, table->columns[i].title);
			col += layout->width[i] + 1;
		}
	if (!table->sideways || area.cols < MARK + 2)
		return;
	if (table->passed > 0)
		area_text(area, 0, MARK + layout->width[0], STYLE_NOTE, "<");
	if (table->passed < table->passed_most)
		area_text(area, 0, area.cols - 1, STYLE_NOTE, ">");
}

static bool is_marked(const struct table *table, size_t row)
{
	return table->marked != NULL && table->marked(table->arg, row);
}

static void draw_row(const struct table *table, struct area area, int at, size_t row,
    const struct layout *layout)
{
	bool marked = is_marked(table, row);
	int col = MARK;

	for (size_t i = 0; i < layout->count; i++) {
		struct table_cell cell = { .style = STYLE_NORMAL };

		if (layout->width[i] == 0)
			continue;
		table->cell(table->arg, row, i, &cell);
		if (marked && (cell.style == STYLE_NORMAL || cell.style == STYLE_DIM))
			cell.style = STYLE_STRONG;
		area_field(area, at, col, layout->width[i], table->columns[i].align, cell.style,
		    cell.text);
		col += layout->width[i] + 1;
	}
	if (marked)
		area_text(area, at, 1, STYLE_NOTE, "*");
	if (row == table->selected) {
		area_glyph(area, at, 0, STYLE_NORMAL, GLYPH_MARK);
		area_select(area, at);
		area_cursor(area, at, 0);
	}
}

void table_clamp(struct table *table)
{
	size_t page = table->page > 0 ? (size_t)table->page : 1;

	if (table->selected >= table->rows)
		table->selected = table->rows > 0 ? table->rows - 1 : 0;
	if (table->selected < table->top)
		table->top = table->selected;
	if (table->selected >= table->top + page)
		table->top = table->selected - page + 1;
	if (table->rows < page)
		table->top = 0;
	else if (table->top > table->rows - page)
		table->top = table->rows - page;
}

void table_draw(struct table *table, struct area area)
{
	struct layout layout;

	table->page = area.rows - 1;
	table_clamp(table);
	lay_out(table, area.cols, &layout);
	draw_titles(table, area, &layout);
	for (int i = 0; i < table->page && table->top + (size_t)i < table->rows; i++)
		draw_row(table, area, i + 1, table->top + (size_t)i, &layout);
	if (table->page < 1)
		return;
	if (table->top > 0)
		area_glyph(area, 0, 0, STYLE_NOTE, GLYPH_UP);
	size_t last = table->top + (size_t)table->page - 1;

	/* Not over the sign of a marked row. */
	if (last + 1 < table->rows)
		area_glyph(area, table->page, is_marked(table, last) ? area.cols - 1 : 1,
		    STYLE_NOTE | (table->selected == last ? STYLE_SELECTED : 0), GLYPH_DOWN);
}

void table_range(const struct table *table, size_t *first_r, size_t *last_r)
{
	size_t page = table->page > 0 ? (size_t)table->page : 0;
	size_t end = table->top + page < table->rows ? table->top + page : table->rows;

	*first_r = end > table->top ? table->top + 1 : 0;
	*last_r = end > table->top ? end : 0;
}

static void move(struct table *table, int by)
{
	size_t most = table->rows > 0 ? table->rows - 1 : 0;

	if (by < 0)
		table->selected = (size_t)-by > table->selected ? 0 : table->selected - (size_t)-by;
	else
		table->selected =
		    table->selected + (size_t)by > most ? most : table->selected + (size_t)by;
	table_clamp(table);
}

bool table_key(struct table *table, const struct key *key)
{
	int page = table->page > 1 ? table->page : 1;
	int all = (int)table->rows;
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	if (key->code == PRESS_ARROW_UP || key->code == PRESS_WHEEL_UP || c == 'k')
		move(table, -1);
	else if (key->code == PRESS_ARROW_DOWN || key->code == PRESS_WHEEL_DOWN || c == 'j')
		move(table, 1);
	else if (key->code == PRESS_PAGE_UP)
		move(table, -page);
	else if (key->code == PRESS_PAGE_DOWN)
		move(table, page);
	else if (key->code == PRESS_FIRST || c == 'g')
		move(table, -all);
	else if (key->code == PRESS_LAST || c == 'G')
		move(table, all);
	else if (table->sideways && (key->code == PRESS_ARROW_LEFT || c == 'h'))
		table->passed -= table->passed > 0;
	else if (table->sideways && (key->code == PRESS_ARROW_RIGHT || c == 'l'))
		table->passed += table->passed < table->passed_most;
	else
		return false;
	return true;
}

int table_row_at(const struct table *table, int row)
{
	if (row < 1 || row > table->page || table->top + (size_t)row - 1 >= table->rows)
		return -1;
	return (int)table->top + row - 1;
}
