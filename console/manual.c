/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/manual.h"

#include <string.h>

#include "console/format.h"
#include "console/offline.h"

/*
 * mdoc from the schema, so that the manual of the settings has no second list.
 * Texts stand on lines of their own or as arguments of a macro; both need what
 * is special to roff escaped.
 */
static void escaped(const char *text, FILE *out)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else if (*text == '"')
			fputs("\\(dq", out);
		else
			fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
	}
}

static void line(const char *before, const char *text, const char *behind, FILE *out)
{
	fputs(before, out);
	escaped(text, out);
	fputs(behind, out);
	fputc('\n', out);
}

/* Help begins with a small letter in tables; here it is a sentence. */
static void sentence(const char *text, FILE *out)
{
	if (*text >= 'a' && *text <= 'z')
		fputc(*text++ - 'a' + 'A', out);
	line("", text, ".", out);
}

static void print_limits(const json_t *setting, FILE *out)
{
	char limits[64];
	const json_t *choice;
	size_t i;

	if (json_array_size(json_object_get(setting, "choices")) > 0) {
		fputs("One of", out);
		json_array_foreach(json_object_get(setting, "choices"), i, choice)
		{
			fputs(i > 0 ? ", " : " ", out);
			escaped(json_is_string(choice) ? json_string_value(choice) : "?", out);
		}
		fputs(".\n", out);
	}
	if (format_limits(setting, limits, sizeof limits))
		line("", limits, ".", out);
}

static void print_setting(const json_t *setting, FILE *out)
{
	const char *fallback = json_text(setting, "default", "");
	const char *below = json_text(setting, "default_home", NULL);
	const char *unit = json_text(setting, "unit", "");

	const char *name = json_text(setting, "name", "?");
	const char *dot = strchr(name, '.');

	/* In the file the section's name stands before the brace. */
	line(".It Cm ", dot != NULL ? dot + 1 : name, "", out);
	fputs(".Pq ", out);
	escaped(json_text(setting, "type", "text"), out);
	fputs(*unit != '\0' ? ", " : "", out);
	escaped(unit, out);
	fputc('\n', out);
	sentence(json_text(setting, "help", "?"), out);
	print_limits(setting, out);
	if (*fallback != '\0')
		line("Default: ", fallback, ".", out);
	else
		fputs("Default: empty.\n", out);
	if (below != NULL)
		line("Below a folder given by --home: ", below, ".", out);
	if (strcmp(json_text(setting, "effect", "live"), "restart") == 0)
		fputs("A change restarts the service.\n", out);
}

static void print_section(const json_t *section, const char *name, const char *summary, FILE *out)
{
	const json_t *setting;
	size_t i;

	line(".Ss ", name, "", out);
	sentence(summary, out);
	fputs(".Bl -tag -width Ds\n", out);
	json_array_foreach(json_object_get(section, "settings"), i, setting)
	    print_setting(setting, out);
	fputs(".El\n", out);
}

void manual_print(const json_t *schema, FILE *out)
{
	const json_t *section;
	size_t i;

	print_section(json_object_get(schema, "host"), "host",
	    "What belongs to no service: the journal, crashes, the program itself", out);
	json_array_foreach(json_object_get(schema, "services"), i, section) print_section(section,
	    json_text(section, "name", "?"), json_text(section, "summary", ""), out);
}

bool manual_settings(FILE *out, struct fault *fault)
{
	json_t *schema = offline_describe(fault);

	if (schema == NULL)
		return false;
	manual_print(schema, out);
	json_decref(schema);
	return true;
}
