/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader and the checks are those of steward.conf (data/settings.h); only the
 * schema is another one, and its keys are made from the tables that have keys.
 * Unlike steward.conf this file is written by the program, for the person it
 * belongs to, when that person saves.
 */
#include "console/look.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/commands.h"
#include "console/person.h"
#include "data/file.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

#define FILE_MAX_BYTES ((size_t)64 << 10)
#define MISTAKES_MAX 50 /* lines that are passed over; then it is no such file */
#define KEYS_MAX 128

static const char *const colours[] = { "auto", "256", "16", "none", NULL };
static const char *const sets[] = { "dark", "light", "contrast", NULL };

static const struct setting screen_rows[] = {
	{
	    .name = "colours",
	    .type = SETTING_CHOICE,
	    .fallback = "auto",
	    .choices = colours,
	    .help = N_("how many colours at most; NO_COLOR in the environment means none"),
	},
	{
	    .name = "look",
	    .type = SETTING_CHOICE,
	    .fallback = "dark",
	    .choices = sets,
	    .help = N_("colours for a dark or a light background, or strong ones on their own"),
	},
	{
	    .name = "mouse",
	    .type = SETTING_BOOLEAN,
	    .fallback = "true",
	    .help = N_("clicks and the wheel; without it the terminal's own selecting works"),
	},
	{
	    .name = "ascii",
	    .type = SETTING_BOOLEAN,
	    .fallback = "false",
	    .help = N_("draw lines and bars with ASCII characters alone"),
	},
	{
	    .name = "escape_ms",
	    .type = SETTING_INTEGER,
	    .fallback = "40",
	    .min = 1,
	    .max = 5000,
	    .unit = "ms",
	    .help = N_("how long Esc may be the beginning of another key; from the next start"),
	},
	{
	    .name = "linear",
	    .type = SETTING_BOOLEAN,
	    .fallback = "false",
	    .help = N_("begin with lines instead of a screen, as steward --linear does"),
	},
	{ .name = NULL },
};

/* ---- The schema ---- */

static bool is_key(const char *value, const char **expected_r)
{
	*expected_r = _("a letter, a sign, or Space");
	return strcmp(value, "Space") == 0 || (isgraph((unsigned char)*value) && value[1] == '\0');
}

static void add_key(struct setting *rows, size_t *count, const char *name, int key,
    const char *help)
{
	char text[2] = { (char)key, '\0' };

	if (*count == KEYS_MAX)
		return;
	rows[(*count)++] = (struct setting){
		.name = memory_string(name),
		.type = SETTING_TEXT,
		.fallback = key == ' ' ? "Space" : memory_string(text),
		.help = help,
		.valid = is_key,
	};
}

const struct settings_section *look_schema(void)
{
	static struct setting rows[KEYS_MAX + 1];
	static struct settings_section sections[] = {
		{ "screen", N_("Colours and mouse"), screen_rows },
		{ "keys", N_("Which key does what"), rows },
		{ .name = NULL },
	};
	size_t count = 0;
	char name[32];

	if (rows[0].name != NULL)
		return sections;
	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		command_name(c, name, sizeof name);
		/* "help" stands in both tables, with one key. */
		if (c->key != 0 && strcmp(name, "help") != 0)
			add_key(rows, &count, name, c->key, c->help);
	}
	for (const struct binding *b = binding_list; b->name != NULL; b++)
		add_key(rows, &count, b->name, b->key, b->help);
	return sections;
}

/* ---- Keys ---- */

/* Gives bindings what the book says; false: the origin and what is wrong. */
static bool take_keys(const struct settings_book *book, struct bindings *bindings,
    struct fault *fault)
{
	const struct settings *set = settings_of(book, "keys");

	bindings_reset(bindings);
	for (const struct setting *row = look_schema()[1].rows; row->name != NULL; row++) {
		const char *key = settings_text(set, row->name);

		if (strcmp(key, row->fallback) == 0 ||
		    bindings_set(bindings, row->name, key, fault))
			continue;
		return fault_prefix(fault, "%s", settings_origin(set, row->name));
	}
	return bindings_settle(bindings, fault);
}

void look_keys(const struct look *look, struct bindings *bindings)
{
	struct fault fault;

	/* look_load and look_set let nothing in that is refused here. */
	if (!take_keys(look->book, bindings, &fault))
		bindings_reset(bindings);
}

/* Keys that overlap, or move on every page: all of them are as by default then. */
static void check_keys(struct look *look)
{
	struct bindings bindings;
	struct fault fault;

	if (take_keys(look->book, &bindings, &fault))
		return;
	if (look->fault.code == FAULT_NONE) {
		look->fault = fault;
		if (strncmp(fault.text, "console.conf", 12) != 0)
			fault_prefix(&look->fault, "console.conf");
	}
	for (const struct setting *row = look_schema()[1].rows; row->name != NULL; row++) {
		char *name = memory_format("keys.%s", row->name);
		const char *names[] = { name }, *values[] = { row->fallback };
		struct settings_book *next =
		    settings_change(look->book, names, values, 1, "steward", &fault);

		if (next != NULL) {
			settings_unref(look->book);
			look->book = next;
		}
		free(name);
	}
}

/* ---- The file ---- */

/* The line that a fault's "PATH:LINE: " names; 0: it names none. */
static unsigned long fault_line(const struct fault *fault, const char *path)
{
	size_t length = strlen(path);

	if (strncmp(fault->text, path, length) != 0 || fault->text[length] != ':')
		return 0;
	return strtoul(fault->text + length + 1, NULL, 10);
}

/* The first mistake is kept, with the file's name alone: it is for one line of a
 * screen, and there is one such file. */
static void mistake(struct look *look, const struct fault *fault)
{
	size_t length = strlen(look->path);

	if (look->fault.code != FAULT_NONE)
		return;
	look->fault = *fault;
	if (length > 0 && strncmp(fault->text, look->path, length) == 0)
		text_format(look->fault.text, sizeof look->fault.text, "console.conf%s",
		    fault->text + length);
}

/* Makes a line empty; false: it is already, or is not there. */
static bool blank_line(char *text, unsigned long line)
{
	bool found = false;

	for (; line > 1 && *text != '\0'; line--)
		text += strcspn(text, "\n") + (text[strcspn(text, "\n")] == '\n');
	for (; *text != '\0' && *text != '\n'; text++) {
		found |= *text != ' ' && *text != '\t';
		*text = ' ';
	}
	return found;
}

/* Reads text as often as it has mistakes, without their lines. */
static struct settings_book *read_text(struct look *look, char *text, size_t length)
{
	struct settings_source source = { .schema = look_schema(),
		.owner_path = look->path,
		.state_folder = "/" };
	struct fault fault = { 0 };

	for (int i = 0; text != NULL && i < MISTAKES_MAX; i++) {
		struct settings_book *book = settings_read(&source, text, length, &fault);

		if (book != NULL)
			return book;
		mistake(look, &fault);
		if (!blank_line(text, fault_line(&fault, look->path)))
			break;
	}
	return settings_read(&source, "", 0, &fault);
}

struct look *look_load(const char *path)
{
	struct look *look = memory_new(sizeof *look);
	struct fault fault = { 0 };
	size_t length = 0;
	char *text = NULL;

	if (path != NULL)
		text_format(look->path, sizeof look->path, "%s", path);
	else
		person_config("console.conf", look->path, sizeof look->path);
	if (look->path[0] != '\0' && access(look->path, F_OK) == 0) {
		text = file_read(look->path, FILE_MAX_BYTES, &length, &fault);
		if (text == NULL)
			mistake(look, &fault);
	}
	look->book = read_text(look, text, length);
	free(text);
	check_keys(look);
	return look;
}

void look_free(struct look *look)
{
	if (look == NULL)
		return;
	settings_unref(look->book);
	free(look);
}

/* ---- Values ---- */

const char *look_text(const struct look *look, const char *name)
{
	return settings_text(settings_of(look->book, "screen"), name);
}

bool look_boolean(const struct look *look, const char *name)
{
	return settings_boolean(settings_of(look->book, "screen"), name);
}

int look_number(const struct look *look, const char *name)
{
	return (int)settings_number(settings_of(look->book, "screen"), name);
}

bool look_set(struct look *look, const char *name, const char *value, struct fault *fault)
{
	const char *dot = strchr(name, '.');
	char section[16];
	struct bindings bindings;

	text_format(section, sizeof section, "%.*s", (int)strcspn(name, "."), name);
	/* Without a value the change would go back to what the file says. */
	if (value == NULL && dot != NULL && settings_of(look->book, section) != NULL)
		value = settings_default(settings_of(look->book, section), dot + 1);
	struct settings_book *next = settings_change(look->book, &name, &value, 1, "you", fault);

	if (next == NULL)
		return false;
	if (!take_keys(next, &bindings, fault)) {
		settings_unref(next);
		return false;
	}
	settings_unref(look->book);
	look->book = next;
	look->unsaved = true;
	return true;
}

/* ---- Saving ---- */

static const char head[] =
    "# The screen of steward, for you alone: colours, mouse, keys. The console\n"
    "# writes this file when you save its screen settings, and keeps nothing else in\n"
    "# it: your own comments are lost then. What is not here is as by default.\n";

static void put_row(FILE *out, const struct setting *row, const char *value)
{
	fprintf(out, "\t%s = \"", row->name);
	for (; *value != '\0'; value++)
		fprintf(out, "%s%c", strchr("\"\\$", *value) != NULL ? "\\" : "", *value);
	fputs("\"\n", out);
}

static char *file_text(const struct look *look, size_t *length_r)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, length_r);

	if (out == NULL)
		return memory_new(0); /* no memory: ends the program */
	fputs(head, out);
	for (const struct settings_section *s = look_schema(); s->name != NULL; s++) {
		const struct settings *set = settings_of(look->book, s->name);
		bool begun = false;

		for (const struct setting *row = s->rows; row->name != NULL; row++) {
			const char *value = settings_shown(set, row->name);

			if (strcmp(value, settings_default(set, row->name)) == 0)
				continue;
			if (!begun)
				fprintf(out, "\n%s {\n", s->name);
			begun = true;
			put_row(out, row, value);
		}
		if (begun)
			fputs("}\n", out);
	}
	fclose(out);
	return text;
}

bool look_save(struct look *look, struct fault *fault)
{
	size_t length;

	if (look->path[0] == '\0') {
		fault_set(fault, FAULT_FAILED, "there is no folder for console.conf");
		return fault_next(fault, "set HOME or XDG_CONFIG_HOME");
	}
	char *text = file_text(look, &length);
	bool done = person_write(look->path, text, length, fault);

	free(text);
	look->unsaved &= !done;
	return done;
}
