/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table becomes lines of text: a sheet wraps and scrolls lines, and the few
 * rows that it shows need no columns of their own.
 */
#include "console/sheet_rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "widgets/cells.h"

#define COLUMNS 8
#define CELL 24 /* cells at most of a column */

void sheet_rows_clear(struct sheet_rows *list)
{
	for (size_t i = 0; i < list->text_count; i++)
		free(list->texts[i]);
	free(list->texts);
	list->texts = NULL;
	list->text_count = list->text_room = list->count = 0;
}

/* Each has an allocation of its own, so that a pointer that was handed out stays
 * right while others are added. */
static const char *keep(struct sheet_rows *list, const char *text)
{
	size_t size = strlen(text) * 3 + 1; /* what is no UTF-8 may become longer */
	char *copy = memory_new(size);

	text_clean(copy, size, text, strlen(text));
	if (list->text_count == list->text_room) {
		list->text_room = list->text_room > 0 ? 2 * list->text_room : 16;
		list->texts = memory_resize(list->texts, list->text_room, sizeof *list->texts);
	}
	list->texts[list->text_count++] = copy;
	return copy;
}

void sheet_rows_add(struct sheet_rows *list, const char *label, unsigned style, const char *format,
    ...)
{
	char text[2048];
	va_list values;

	if (list->count == SHEET_ROWS)
		return;
	va_start(values, format);
	vsnprintf(text, sizeof text, format, values);
	va_end(values);
	list->rows[list->count++] = (struct pair){
		.label = label != NULL ? keep(list, label) : NULL,
		.text = keep(list, text),
		.style = style,
	};
}

static const char *value(struct sheet_rows *list, const char *text)
{
	return text == NULL ? NULL : *text == '\0' ? "\"\"" : keep(list, text);
}

void sheet_rows_diff(struct sheet_rows *list, const char *name, const char *old, const char *new)
{
	if (list->count == SHEET_ROWS)
		return;
	list->diffs[list->count] = (struct diff_row){
		.name = keep(list, name),
		.old = value(list, old),
		.new = value(list, new),
	};
	list->rows[list->count] = (struct pair){ .diff = &list->diffs[list->count] };
	list->count++;
}

static void cell_text(const json_t *cell, char *out, size_t size)
{
	if (json_is_string(cell))
		text_clean(out, size, json_string_value(cell), json_string_length(cell));
	else
		text_format(out, size, "-");
}

static void widen(int *widths, const json_t *row)
{
	char text[128];

	for (size_t i = 0; i < COLUMNS && i < json_array_size(row); i++) {
		cell_text(json_array_get(row, i), text, sizeof text);
		int width = cells_width(text, false);

		width = width > CELL ? CELL : width;
		widths[i] = width > widths[i] ? width : widths[i];
	}
}

static void line_of(const int *widths, const json_t *row, char *out, size_t size)
{
	char text[128];

	*out = '\0';
	for (size_t i = 0; i < COLUMNS && i < json_array_size(row); i++) {
		size_t used = strlen(out);
		bool last = i + 1 == json_array_size(row) || i + 1 == COLUMNS;

		cell_text(json_array_get(row, i), text, sizeof text);
		int pad = last ? 0 : widths[i] - cells_width(text, false) + 2;

		text_format(out + used, size - used, "%s%*s", text,
		    pad > 0  ? pad :
			last ? 0 :
			       2,
		    "");
	}
}

void sheet_rows_table(struct sheet_rows *list, const char *label, const json_t *table, size_t most)
{
	const json_t *columns = json_object_get(table, "columns");
	const json_t *rows = json_object_get(table, "rows");
	const json_t *told = json_object_get(table, "more");
	long long more = json_is_integer(told) ? json_integer_value(told) : 0;
	int widths[COLUMNS] = { 0 };
	char line[640];

	widen(widths, columns);
	for (size_t i = 0; i < json_array_size(rows) && i < most; i++)
		widen(widths, json_array_get(rows, i));
	line_of(widths, columns, line, sizeof line);
	sheet_rows_add(list, label, STYLE_TITLE, "%s", line);
	for (size_t i = 0; i < json_array_size(rows) && i < most; i++) {
		line_of(widths, json_array_get(rows, i), line, sizeof line);
		sheet_rows_add(list, "", STYLE_NORMAL, "%s", line);
	}
	if (json_array_size(rows) > most)
		more += (long long)(json_array_size(rows) - most);
	if (more > 0)
		sheet_rows_add(list, "", STYLE_DIM,
		    ngettext("and %lld more", "and %lld more", (unsigned long)more), more);
}

void sheet_rows_show(struct sheet_rows *list, struct sheet *sheet)
{
	sheet->rows = list->rows;
	sheet->count = list->count;
}
