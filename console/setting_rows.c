/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One array for all sections, since a filter goes over all of them; a section is
 * a run of it.
 */
#include "console/setting_rows.h"

#include <stdlib.h>
#include <string.h>

#include "console/format.h"
#include "data/memory.h"
#include "data/text.h"

#define ROWS_MOST 4096
#define CHOICES_MOST 31 /* as many as a form shows, without the end */

static const char *member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static char *cleaned(const char *text)
{
	size_t size = strlen(text) * 3 + 1; /* what is no UTF-8 may become longer */
	char *out = memory_new(size);

	text_clean(out, size, text, strlen(text));
	return out;
}

static char **take_choices(const json_t *list)
{
	size_t count = json_array_size(list), used = 0;
	char **choices;

	if (count == 0 || count > CHOICES_MOST)
		return NULL;
	choices = memory_array(count + 1, sizeof *choices);
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (text != NULL)
			choices[used++] = cleaned(text);
	}
	return choices;
}

static void take_row(struct setting_row *row, const json_t *object)
{
	const json_t *min = json_object_get(object, "min"), *max = json_object_get(object, "max");

	row->name = cleaned(member(object, "name"));
	row->dot = strcspn(row->name, ".") + 1;
	row->value = memory_string(member(object, "value"));
	row->standard = cleaned(member(object, "default"));
	row->origin = cleaned(member(object, "origin"));
	row->type = cleaned(member(object, "type"));
	row->unit = cleaned(member(object, "unit"));
	row->help = cleaned(format_words(object, "help"));
	row->choices = take_choices(json_object_get(object, "choices"));
	row->limited = json_is_integer(min) && json_is_integer(max);
	row->min = (int64_t)json_integer_value(min);
	row->max = (int64_t)json_integer_value(max);
	row->restarts = strcmp(member(object, "effect"), "restart") == 0;
	row->written = strcmp(row->origin, "default") != 0;
}

/* Rows of a section come together; a section that comes again is the same. */
static void into_section(struct setting_rows *list, size_t index)
{
	const struct setting_row *row = &list->rows[index];
	size_t last = list->section_count;
	struct setting_section *section = last > 0 ? &list->sections[last - 1] : NULL;

	if (section == NULL || strncmp(section->name, row->name, row->dot - 1) != 0 ||
	    section->name[row->dot - 1] != '\0') {
		list->sections = memory_resize(list->sections, last + 1, sizeof *list->sections);
		section = &list->sections[list->section_count++];
		*section = (struct setting_section){ .first = index,
			.name = memory_format("%.*s", (int)row->dot - 1, row->name) };
	}
	section->count++;
	section->written += row->written;
}

struct setting_rows *setting_rows_new(const json_t *result)
{
	struct setting_rows *list = memory_new(sizeof *list);
	const json_t *settings = json_object_get(result, "settings"), *object;
	size_t i, most = json_array_size(settings);

	most = most < ROWS_MOST ? most : ROWS_MOST;
	list->rows = memory_array(most > 0 ? most : 1, sizeof *list->rows);
	json_array_foreach(settings, i, object)
	{
		const char *dot = strchr(member(object, "name"), '.');

		if (dot == NULL || dot == member(object, "name") || list->count == most)
			continue;
		take_row(&list->rows[list->count], object);
		into_section(list, list->count++);
	}
	return list;
}

void setting_rows_free(struct setting_rows *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->count; i++) {
		struct setting_row *row = &list->rows[i];

		for (char **choice = row->choices; choice != NULL && *choice != NULL; choice++)
			free(*choice);
		free(row->choices);
		free(row->name);
		free(row->value);
		free(row->standard);
		free(row->origin);
		free(row->type);
		free(row->unit);
		free(row->help);
	}
	for (size_t i = 0; i < list->section_count; i++)
		free(list->sections[i].name);
	free(list->rows);
	free(list->sections);
	free(list);
}

const struct setting_row *setting_rows_find(const struct setting_rows *list, const char *name)
{
	for (size_t i = 0; list != NULL && i < list->count; i++)
		if (strcmp(list->rows[i].name, name) == 0)
			return &list->rows[i];
	return NULL;
}

const struct setting_section *setting_rows_section(const struct setting_rows *list,
    const char *name)
{
	for (size_t i = 0; list != NULL && i < list->section_count; i++)
		if (strcmp(list->sections[i].name, name) == 0)
			return &list->sections[i];
	return NULL;
}

bool setting_row_matches(const struct setting_row *row, const char *text)
{
	return strcasestr(row->name, text) != NULL || strcasestr(row->help, text) != NULL ||
	    strcasestr(row->value, text) != NULL;
}
