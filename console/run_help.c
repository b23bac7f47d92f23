/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/format.h"
#include "console/look.h"
#include "console/run.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/* help: the table for a reader. Text is wrapped here, so that the table can
 * hold whole sentences. */
#define WRAP_COLUMN 78

static const char *const option_lines[][2] = {
	{ "--home DIR", N_("the steward below DIR instead of the installed one (STEWARD_HOME)") },
	{ "--json", N_("print a document for programs, with its version") },
	{ "--linear", N_("without a command: the console as lines, for screen readers and pipes") },
	{ "--read-only", N_("without a command: look only") },
	{ "--help", N_("all about a command, or this") },
	{ "--version", N_("print the version") },
};

static const char *const status_lines[][2] = {
	{ "0", N_("done") },
	{ "1", N_("failed") },
	{ "2", N_("wrong words or values") },
	{ "3", N_("stewardd is not running") },
	{ "4", N_("refused: no right to it") },
	{ "5", N_("degraded: a service that should run does not, or there is a critical alert") },
};

static void print_pairs(const char *const (*lines)[2], size_t count, FILE *out)
{
	static const char *const titles[] = { "", "", "", NULL };
	struct grid *grid = grid_new(titles, "");

	for (size_t i = 0; i < count; i++) {
		grid_cell(grid, NULL);
		grid_cell(grid, lines[i][0]);
		grid_cell(grid, _(lines[i][1]));
	}
	grid_print(grid, false, out);
	grid_free(grid);
}

/* Words one after the other, new lines before the border; '\n' begins a new
 * paragraph. */
static void print_wrapped(const char *text, int indent, FILE *out)
{
	int column = 0;

	while (*text != '\0') {
		size_t length = strcspn(text, " \n");
		char *word = memory_format("%.*s", (int)length, text);
		int width = (int)format_width(word);

		if (column > 0 && column + 1 + width > WRAP_COLUMN) {
			fputc('\n', out);
			column = 0;
		}
		fprintf(out, "%*s%s", column == 0 ? indent : 1, "", word);
		free(word);
		column += (column == 0 ? indent : 1) + width;
		text += length;
		if (*text == '\n') {
			fputs("\n\n", out);
			column = 0;
		}
		text += *text != '\0';
	}
	fputc('\n', out);
}

static void print_all(FILE *out)
{
	static const char *const titles[] = { "", "", "", NULL };
	struct grid *grid = grid_new(titles, "");

	fputs(_("usage: steward [--home DIR] [--json] [COMMAND ...]\n"
		"       steward [--home DIR] [--linear] [--read-only]\n\n"
		"Without a command: the console; it starts stewardd when none runs.\n\n"),
	    out);
	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		char name[32];

		command_name(c, name, sizeof name);
		grid_cell(grid, NULL);
		grid_cell(grid, name);
		grid_cell(grid, _(c->help));
	}
	grid_print(grid, false, out);
	grid_free(grid);
	fputs(_("\nOptions, before or behind the words of a command:\n"), out);
	print_pairs(option_lines, sizeof option_lines / sizeof option_lines[0], out);
	fputs(_("\nExit status:\n"), out);
	print_pairs(status_lines, sizeof status_lines / sizeof status_lines[0], out);
	fputs(_("\nsteward help COMMAND says all about one of them; see also steward(1).\n"), out);
}

static void print_one(const struct command *c, FILE *out)
{
	char usage[512];

	text_format(usage, sizeof usage, "%s%s", c->pattern,
	    c->flags & COMMAND_JSON ? " [--json]" : "");
	fprintf(out, _("usage: steward %s\n\n"), usage);
	print_wrapped(_(c->help), 0, out);
	if (c->detail != NULL) {
		fputc('\n', out);
		print_wrapped(_(c->detail), 0, out);
	}
	if (c->grade == COMMAND_DISRUPTS)
		fputs(c->flags & COMMAND_SERVICE ?
			_("\nPeople who use the service are disconnected.\n") :
			_("\nIt may disconnect people who use a service.\n"),
		    out);
	if (c->key != 0)
		fprintf(out, _("\nOn the console: %c\n"), c->key);
}

/* The names that console.conf knows, and what is pressed now. */
static void print_keys(FILE *out)
{
	const char *const titles[] = { _("name"), _("key"), _("default"), _("what it does"), NULL };
	struct look *look = look_load(NULL);
	const struct settings *set = settings_of(look->book, "keys");
	struct grid *grid = grid_new(titles, "");

	for (const struct setting *row = look_schema()[1].rows; row->name != NULL; row++) {
		grid_cell(grid, row->name);
		grid_cell(grid, settings_text(set, row->name));
		grid_cell(grid, row->fallback);
		grid_cell(grid, _(row->help));
	}
	grid_print(grid, true, out);
	grid_free(grid);
	fprintf(out,
	    _("\nAnother key: `%s = \"U\"` in keys { } of %s, or on the console with the key "
	      "\",\". Digits, arrows and j k h l g G n N stay as they are.\n"),
	    "undo", look->path[0] != '\0' ? look->path : "console.conf");
	look_free(look);
}

static bool print_help(const struct words *words, FILE *out, struct fault *fault)
{
	const char *topic = words_get(words, "topic");
	const struct command *c = topic == NULL ? NULL : command_by_name(topic);

	if (topic == NULL)
		print_all(out);
	else if (strcmp(topic, "keys") == 0)
		print_keys(out);
	else if (c != NULL)
		print_one(c, out);
	else {
		fault_set(fault, FAULT_USAGE, "there is no command \"%s\"", topic);
		return fault_next(fault, "steward help shows all of them");
	}
	return true;
}

void show_help(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	struct fault fault = { 0 };

	(void)call;
	(void)result;
	if (!print_help(words, out, &fault))
		format_fault(&fault, talk);
}

int run_help(const struct invocation *call, const struct words *words, struct fault *fault)
{
	(void)call;
	return print_help(words, stdout, fault) ? 0 : FAULT_USAGE;
}
