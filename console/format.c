/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/format.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#include "data/clock.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/*
 * A table is collected whole before it is printed, because only then the widths
 * are known. Widths are cells (wcwidth), not bytes: names of files and people
 * are UTF-8, and some characters take two.
 */
#define CELL_MAX 4096

struct grid {
	size_t columns;
	char **titles;
	char *align;
	char **cells; /* row after row */
	size_t count, capacity;
};

size_t format_width(const char *text)
{
	mbstate_t state = { 0 };
	size_t cells = 0;
	size_t left = strlen(text);

	while (left > 0) {
		wchar_t wide;
		size_t n = mbrtowc(&wide, text, left, &state);

		if (n == 0 || n > left) {
			/* No character of this locale: the terminal shows one
			 * cell for the byte, more or less. */
			memset(&state, 0, sizeof state);
			n = 1;
			cells++;
		} else {
			int width = wcwidth(wide);
			cells += width > 0 ? (size_t)width : 0;
		}
		text += n;
		left -= n;
	}
	return cells;
}

/* A title in capitals of the language; the caller frees. */
static char *upper(const char *title)
{
	size_t size = strlen(title) * MB_LEN_MAX + 1, used = 0, left = strlen(title);
	char *out = memory_new(size);
	mbstate_t from = { 0 }, to = { 0 };

	while (left > 0) {
		wchar_t wide;
		size_t n = mbrtowc(&wide, title, left, &from);

		if (n == 0 || n > left) { /* no character of this locale */
			memset(&from, 0, sizeof from);
			n = 1;
			out[used++] = *title;
		} else {
			wide = wide == L'_' ? L' ' : (wchar_t)towupper((wint_t)wide);
			size_t more = wcrtomb(out + used, wide, &to);

			used += more <= MB_LEN_MAX ? more : 0;
		}
		title += n;
		left -= n;
	}
	return out;
}

struct grid *grid_new(const char *const *titles, const char *align)
{
	struct grid *grid = memory_new(sizeof *grid);

	while (titles[grid->columns] != NULL)
		grid->columns++;
	grid->titles = memory_array(grid->columns + 1, sizeof *grid->titles);
	grid->align = memory_new(grid->columns + 1);
	memset(grid->align, 'l', grid->columns);
	for (size_t i = 0; i < grid->columns; i++) {
		grid->titles[i] = upper(titles[i]);
		if (*align != '\0')
			grid->align[i] = *align++;
	}
	return grid;
}

void grid_free(struct grid *grid)
{
	if (grid == NULL)
		return;
	for (size_t i = 0; i < grid->columns; i++)
		free(grid->titles[i]);
	for (size_t i = 0; i < grid->count; i++)
		free(grid->cells[i]);
	free(grid->titles);
	free(grid->align);
	free(grid->cells);
	free(grid);
}

void grid_cell(struct grid *grid, const char *text)
{
	char clean[CELL_MAX];

	if (grid->count == grid->capacity) {
		grid->capacity = grid->capacity * 2 + 16;
		grid->cells = memory_resize(grid->cells, grid->capacity, sizeof *grid->cells);
	}
	if (text == NULL)
		text = "";
	text_clean(clean, sizeof clean, text, strlen(text));
	grid->cells[grid->count++] = memory_string(clean);
}

void grid_cellf(struct grid *grid, const char *format, ...)
{
	char text[CELL_MAX];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	grid_cell(grid, text);
}

size_t grid_rows(const struct grid *grid)
{
	return grid->columns == 0 ? 0 : (grid->count + grid->columns - 1) / grid->columns;
}

static void print_cells(const struct grid *grid, char *const *cells, size_t count,
    const size_t *widths, FILE *out)
{
	size_t owed = 0; /* spaces that only a later text makes necessary */

	for (size_t i = 0; i < count; i++) {
		size_t pad = widths[i] - format_width(cells[i]);

		if (*cells[i] != '\0') {
			if (grid->align[i] == 'r')
				owed += pad;
			fprintf(out, "%*s%s", (int)owed, "", cells[i]);
			owed = grid->align[i] == 'r' ? 0 : pad;
		} else {
			owed += widths[i];
		}
		owed += 2;
	}
	fputc('\n', out);
}

void grid_print(const struct grid *grid, bool titles, FILE *out)
{
	if (grid->columns == 0)
		return;
	size_t *widths = memory_array(grid->columns, sizeof *widths);

	for (size_t i = 0; titles && i < grid->columns; i++)
		widths[i] = format_width(grid->titles[i]);
	for (size_t i = 0; i < grid->count; i++) {
		size_t width = format_width(grid->cells[i]);
		if (width > widths[i % grid->columns])
			widths[i % grid->columns] = width;
	}
	if (titles)
		print_cells(grid, grid->titles, grid->columns, widths, out);
	for (size_t i = 0; i < grid->count; i += grid->columns) {
		size_t left = grid->count - i;
		print_cells(grid, grid->cells + i, left < grid->columns ? left : grid->columns,
		    widths, out);
	}
	free(widths);
}

void format_json(json_t *document, FILE *out)
{
	if (json_is_object(document) && json_object_get(document, "version") == NULL) {
		json_t *first = json_pack("{s:i}", "version", 1);

		json_object_update(first, document);
		json_dumpf(first, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
		json_decref(first);
	} else {
		json_dumpf(document, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	}
	fputc('\n', out);
}

void format_text(const char *text, FILE *out)
{
	size_t length = strlen(text);
	size_t size = length * 3 + 1;
	char *clean = memory_new(size);

	text_clean(clean, size, text, length);
	fputs(clean, out);
	free(clean);
}

void format_time(const char *rfc3339, char *out, size_t size)
{
	int64_t us = clock_parse(rfc3339, clock_utc());
	time_t seconds = (time_t)(us / 1000000);
	struct tm local;

	if (us < 0 || localtime_r(&seconds, &local) == NULL ||
	    strftime(out, size, "%Y-%m-%d %H:%M:%S", &local) == 0)
		text_clean(out, size, rfc3339, strlen(rfc3339));
}

void format_origin(const char *origin, char *out, size_t size)
{
	char who[96], when[64], time[64];

	if (strcmp(origin, "default") == 0)
		text_format(out, size, "%s", _("default"));
	else if (sscanf(origin, "set by %95s %63s", who, when) != 2)
		text_format(out, size, "%s", origin);
	else {
		format_time(when, time, sizeof time);
		text_format(out, size, _("set by %s %s"), who, time);
	}
}

bool format_quote(const char *text, char *out, size_t size)
{
	return text_quote(text, out, size);
}

/* In the largest unit that leaves it whole, as a person would write it in the
 * settings. */
static void show_limit(const char *type, int64_t whole, char *out, size_t size)
{
	static const struct {
		const char *type, *name;
		int64_t factor;
	} units[] = {
		{ "size", "G", 1 << 30 },
		{ "size", "M", 1 << 20 },
		{ "size", "K", 1 << 10 },
		{ "duration", "d", 86400000 },
		{ "duration", "h", 3600000 },
		{ "duration", "m", 60000 },
		{ "duration", "s", 1000 },
		{ "duration", "ms", 1 },
	};
	size_t count = sizeof units / sizeof units[0], i = 0;

	while (i < count &&
	    (strcmp(type, units[i].type) != 0 || whole % units[i].factor != 0 || whole == 0))
		i++;
	text_format(out, size, "%" PRId64 "%s", i < count ? whole / units[i].factor : whole,
	    i < count ? units[i].name : "");
}

bool format_limits(const json_t *setting, char *out, size_t size)
{
	const json_t *min = json_object_get(setting, "min");
	const json_t *max = json_object_get(setting, "max");
	const char *type = json_text(setting, "type", "");
	char least[24], most[24];

	if (!json_is_number(min) || !json_is_number(max))
		return false;
	show_limit(type, json_whole(setting, "min", 0), least, sizeof least);
	show_limit(type, json_whole(setting, "max", 0), most, sizeof most);
	return text_format(out, size, _("%s to %s"), least, most);
}

void format_fault(const struct fault *fault, FILE *out)
{
	if (*fault->text == '\0')
		return;
	fprintf(out, "steward: %s\n", fault->text);
	if (*fault->next != '\0')
		fprintf(out, "         %s\n", fault->next);
}

const char *json_text(const json_t *object, const char *key, const char *fallback)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : fallback;
}

void json_clean(const json_t *object, const char *key, char *out, size_t size)
{
	const char *text = json_text(object, key, "?");

	text_clean(out, size, text, strlen(text));
}

const char *format_words(const json_t *object, const char *key)
{
	const char *text = json_text(object, key, "");

	return *text != '\0' ? _(text) : "";
}

const char *format_value(const json_t *object, const char *key)
{
	const char *value = json_text(object, key, NULL);

	if (value == NULL)
		return "-";
	return *value != '\0' ? value : "\"\"";
}

double json_figure(const json_t *object, const char *key, double fallback)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : fallback;
}

int64_t json_whole(const json_t *object, const char *key, int64_t fallback)
{
	const double most = 9007199254740992.0;
	double value = json_figure(object, key, (double)fallback);

	return (int64_t)(value > most ? most : value < -most ? -most : value);
}
