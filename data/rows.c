/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All texts of a table lie one behind the other in one block, found by their
 * offsets: a table of thousands of rows costs a handful of allocations.
 */
#include "data/rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/text.h"

#define CELL_ROOM 1024

struct rows {
	const char *const *names;
	size_t columns;
	size_t *cells;      /* offsets into text, row by row */
	size_t count, room; /* of cells */
	char *text;
	size_t length, text_room;
};

struct rows *rows_new(void)
{
	return memory_new(sizeof(struct rows));
}

void rows_free(struct rows *rows)
{
	if (!rows)
		return;
	free(rows->cells);
	free(rows->text);
	free(rows);
}

void rows_columns(struct rows *rows, const char *const *names)
{
	rows->names = names;
	rows->columns = 0;
	while (names[rows->columns])
		rows->columns++;
}

static void rows_add(struct rows *rows, const char *bytes, size_t length)
{
	if (rows->count == rows->room) {
		rows->room = rows->room ? rows->room * 2 : 32;
		rows->cells = memory_resize(rows->cells, rows->room, sizeof *rows->cells);
	}
	if (rows->text_room - rows->length < length + 1) {
		while (rows->text_room - rows->length < length + 1)
			rows->text_room = rows->text_room ? rows->text_room * 2 : 512;
		rows->text = memory_resize(rows->text, rows->text_room, 1);
	}
	rows->cells[rows->count++] = rows->length;
	rows->length += text_clean(rows->text + rows->length, length + 1, bytes, length) + 1;
}

/* Fills a row that was left early, so that cells stay below their names. */
static void rows_end(struct rows *rows)
{
	while (rows->columns && rows->count % rows->columns)
		rows_add(rows, "", 0);
}

void rows_begin(struct rows *rows)
{
	rows_end(rows);
}

void rows_cell(struct rows *rows, const char *format, ...)
{
	char room[CELL_ROOM], *text = room;
	va_list list, again;

	va_start(list, format);
	va_copy(again, list);
	int length = vsnprintf(room, sizeof room, format, list);
	if (length >= (int)sizeof room) {
		text = memory_new((size_t)length + 1);
		vsnprintf(text, (size_t)length + 1, format, again);
	}
	va_end(again);
	va_end(list);
	if (length >= 0)
		rows_add(rows, text, (size_t)length);
	if (text != room)
		free(text);
}

size_t rows_count(const struct rows *rows)
{
	return rows->columns ? (rows->count + rows->columns - 1) / rows->columns : 0;
}

const char *const *rows_names(const struct rows *rows)
{
	return rows->names;
}

const char *rows_get(const struct rows *rows, size_t row, size_t column)
{
	size_t cell = row * rows->columns + column;

	if (column >= rows->columns || row >= rows_count(rows) || cell >= rows->count)
		return "";
	return rows->text + rows->cells[cell];
}
