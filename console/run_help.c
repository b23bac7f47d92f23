/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "console/format.h"
#include "console/run.h"
#include "data/text.h"

/* help: the table for a reader. Text is wrapped here, so that the table can
 * hold whole sentences. */
#define WRAP_COLUMN 78

static const char *const option_lines[][2] = {
	{ "--home DIR", "the steward below DIR instead of the installed one (STEWARD_HOME)" },
	{ "--json", "print a document for programs, with its version" },
	{ "--help", "all about a command, or this" },
	{ "--version", "print the version" },
};

static const char *const status_lines[][2] = {
	{ "0", "done" },
	{ "1", "failed" },
	{ "2", "wrong words or values" },
	{ "3", "stewardd is not running" },
	{ "4", "refused: no right to it" },
	{ "5", "degraded: a service that should run does not" },
};

static void print_pairs(const char *const (*lines)[2], size_t count)
{
	static const char *const titles[] = { "", "", "", NULL };
	struct grid *grid = grid_new(titles, "");

	for (size_t i = 0; i < count; i++) {
		grid_cell(grid, NULL);
		grid_cell(grid, lines[i][0]);
		grid_cell(grid, lines[i][1]);
	}
	grid_print(grid, false, stdout);
	grid_free(grid);
}

/* Words one after the other, new lines before the border; '\n' begins a new
 * paragraph. */
static void print_wrapped(const char *text, int indent)
{
	int column = 0;

	while (*text != '\0') {
		int length = (int)strcspn(text, " \n");

		if (column > 0 && column + 1 + length > WRAP_COLUMN) {
			putchar('\n');
			column = 0;
		}
		column += printf("%*s%.*s", column == 0 ? indent : 1, "", length, text);
		text += length;
		if (*text == '\n') {
			fputs("\n\n", stdout);
			column = 0;
		}
		text += *text != '\0';
	}
	putchar('\n');
}

static void print_all(void)
{
	static const char *const titles[] = { "", "", "", NULL };
	struct grid *grid = grid_new(titles, "");

	printf("usage: steward [--home DIR] [--json] [COMMAND ...]\n\n"
	       "Without a command: the console; it starts stewardd when none runs.\n\n");
	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		char name[32];

		command_name(c, name, sizeof name);
		grid_cell(grid, NULL);
		grid_cell(grid, name);
		grid_cell(grid, c->help);
	}
	grid_print(grid, false, stdout);
	grid_free(grid);
	printf("\nOptions, before or behind the words of a command:\n");
	print_pairs(option_lines, sizeof option_lines / sizeof option_lines[0]);
	printf("\nExit status:\n");
	print_pairs(status_lines, sizeof status_lines / sizeof status_lines[0]);
	printf("\nsteward help COMMAND says all about one of them; see also steward(1).\n");
}

static void print_one(const struct command *c)
{
	char usage[512];

	text_format(usage, sizeof usage, "%s%s", c->pattern,
	    c->flags & COMMAND_JSON ? " [--json]" : "");
	printf("usage: steward %s\n\n", usage);
	print_wrapped(c->help, 0);
	if (c->detail != NULL) {
		putchar('\n');
		print_wrapped(c->detail, 0);
	}
	if (c->grade == COMMAND_DISRUPTS)
		printf("\nPeople who use the service are disconnected.\n");
	if (c->key != 0)
		printf("\nOn the console: %c\n", c->key);
}

int run_help(const struct invocation *call, const struct words *words, struct fault *fault)
{
	const char *topic = words == NULL ? NULL : words_get(words, "topic");
	const struct command *c = topic == NULL ? NULL : command_by_name(topic);

	(void)call;
	if (topic == NULL) {
		print_all();
		return 0;
	}
	if (c == NULL) {
		fault_set(fault, FAULT_USAGE, "there is no command \"%s\"", topic);
		fault_next(fault, "steward help shows all of them");
		return FAULT_USAGE;
	}
	print_one(c);
	return 0;
}
