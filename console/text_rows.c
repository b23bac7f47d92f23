/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Widths are found once when an answer comes, over all of its rows, so that
 * nothing jumps while one scrolls. Sorting moves an array of row numbers.
 */
#include "console/text_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "widgets/cells.h"

#define WIDEST 48 /* cells of a column; the selected row can be copied whole */

void text_rows_free(struct text_rows *rows)
{
	json_decref(rows->answer);
	free(rows->order);
	memset(rows, 0, sizeof *rows);
}

static const json_t *row_of(const struct text_rows *rows, size_t row)
{
	return json_array_get(json_object_get(rows->answer, "rows"), rows->order[row]);
}

static void cell_text(const json_t *row, size_t column, char *out, size_t size)
{
	const json_t *cell = json_array_get(row, column);

	if (json_is_string(cell))
		text_clean(out, size, json_string_value(cell), json_string_length(cell));
	else
		text_format(out, size, "-");
}

/* Services name their columns in English, which the catalogues know. */
static void title_text(const json_t *title, char *out, size_t size)
{
	const char *text = json_string_value(title);

	text = text == NULL ? "-" : *text != '\0' ? _(text) : "";
	text_clean(out, size, text, strlen(text));
}

static bool is_number(const char *text)
{
	return text[strspn(text, "0123456789.-")] == '\0';
}

/* ---- An answer comes ---- */

static void measure(struct text_rows *rows, size_t column)
{
	struct table_column *c = &rows->columns[column];
	bool numbers = rows->table.rows > 0;
	char text[256];

	c->title = rows->titles[column];
	c->width = cells_width(c->title, false);
	for (size_t i = 0; i < rows->table.rows; i++) {
		cell_text(row_of(rows, i), column, text, sizeof text);
		int width = cells_width(text, false);

		c->width = width > c->width ? width : c->width;
		numbers &= is_number(text);
	}
	c->width = c->width > WIDEST ? WIDEST : c->width < 1 ? 1 : c->width;
	c->align = numbers ? ALIGN_RIGHT : ALIGN_LEFT;
	c->grow = column + 1 == rows->count;
	c->most = 0;
	c->rank = 0;
}

struct sorting {
	const json_t *list;
	size_t column;
};

static int compare(const void *a, const void *b, void *arg)
{
	const struct sorting *sorting = arg;
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	char one[256], two[256];

	cell_text(json_array_get(sorting->list, left), sorting->column, one, sizeof one);
	cell_text(json_array_get(sorting->list, right), sorting->column, two, sizeof two);
	double x = strtod(one, NULL), y = strtod(two, NULL);
	int order = is_number(one) && is_number(two) ? (x > y) - (x < y) : strcmp(one, two);

	/* Equal ones stay as they came. */
	return order != 0 ? order : (left > right) - (left < right);
}

static void sort(struct text_rows *rows)
{
	struct sorting sorting = {
		.list = json_object_get(rows->answer, "rows"),
		.column = rows->sort > 0 ? (size_t)rows->sort - 1 : 0,
	};

	for (size_t i = 0; i < rows->table.rows; i++)
		rows->order[i] = i;
	if (rows->sort > 0 && rows->table.rows > 1)
		qsort_r(rows->order, rows->table.rows, sizeof *rows->order, compare, &sorting);
}

static void select_again(struct text_rows *rows, const char *first)
{
	char text[256];

	for (size_t i = 0; first[0] != '\0' && i < rows->table.rows; i++) {
		cell_text(row_of(rows, i), 0, text, sizeof text);
		if (strcmp(text, first) == 0) {
			rows->table.selected = i;
			break;
		}
	}
	table_clamp(&rows->table);
}

static void selected_first(const struct text_rows *rows, char *out, size_t size)
{
	*out = '\0';
	if (rows->table.selected < rows->table.rows)
		cell_text(row_of(rows, rows->table.selected), 0, out, size);
}

void text_rows_take(struct text_rows *rows, const json_t *answer)
{
	const json_t *columns = json_object_get(answer, "columns");
	char first[256];

	selected_first(rows, first, sizeof first);
	json_decref(rows->answer);
	rows->answer = json_incref((json_t *)answer);
	rows->count = json_array_size(columns);
	rows->count = rows->count > TEXT_ROWS_COLUMNS ? TEXT_ROWS_COLUMNS : rows->count;
	rows->table.rows = rows->count > 0 ? json_array_size(json_object_get(answer, "rows")) : 0;
	rows->order = memory_resize(rows->order, rows->table.rows + 1, sizeof *rows->order);
	if (rows->sort > (int)rows->count)
		rows->sort = 0;
	sort(rows);
	for (size_t i = 0; i < rows->count; i++) {
		title_text(json_array_get(columns, i), rows->titles[i], sizeof rows->titles[i]);
		measure(rows, i);
	}
	rows->columns[rows->count].title = NULL;
	select_again(rows, first);
}

/* ---- Drawing and keys ---- */

static void table_cell(void *arg, size_t row, size_t column, struct table_cell *cell)
{
	cell_text(row_of(arg, row), column, cell->text, sizeof cell->text);
	cell->style = STYLE_NORMAL;
}

void text_rows_draw(struct text_rows *rows, struct area area)
{
	rows->drawn = area;
	if (rows->count == 0)
		return;
	rows->table.columns = rows->columns;
	rows->table.cell = table_cell;
	rows->table.arg = rows;
	rows->table.sideways = true;
	table_draw(&rows->table, area);
}

static bool click(struct text_rows *rows, const struct key *key)
{
	int row = key->row - rows->drawn.row;

	if (row < 0 || row >= rows->drawn.rows || key->col < rows->drawn.col ||
	    key->col >= rows->drawn.col + rows->drawn.cols)
		return false;
	row = table_row_at(&rows->table, row);
	if (row >= 0)
		rows->table.selected = (size_t)row;
	return true;
}

bool text_rows_key(struct text_rows *rows, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	char first[256];

	if (rows->count == 0)
		return false;
	if (key->code == PRESS_CLICK)
		return click(rows, key);
	if (c != '<' && c != '>')
		return table_key(&rows->table, key);
	int all = (int)rows->count + 1;

	selected_first(rows, first, sizeof first);
	rows->sort = (rows->sort + (c == '>' ? 1 : all - 1)) % all;
	sort(rows);
	select_again(rows, first);
	return true;
}

/* ---- Copying ---- */

static char *line_of(const struct text_rows *rows, const json_t *row)
{
	char *line = memory_string(""), text[1024];

	for (size_t i = 0; i < rows->count; i++) {
		cell_text(row, i, text, sizeof text);
		char *longer = memory_format("%s%s%s", line, i > 0 ? "\t" : "", text);

		free(line);
		line = longer;
	}
	return line;
}

char *text_rows_selected(const struct text_rows *rows)
{
	if (rows->table.selected >= rows->table.rows)
		return NULL;
	return line_of(rows, row_of(rows, rows->table.selected));
}

char *text_rows_all(const struct text_rows *rows)
{
	char *all = NULL;
	size_t size;

	if (rows->count == 0)
		return NULL;
	FILE *out = open_memstream(&all, &size);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i <= rows->table.rows; i++) {
		char *line = i == 0 ? line_of(rows, json_object_get(rows->answer, "columns")) :
				      line_of(rows, row_of(rows, i - 1));

		fprintf(out, "%s\n", line);
		free(line);
	}
	fclose(out);
	return all;
}
