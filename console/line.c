/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One way for words to become a command. A shell has cut its line into words
 * already; what is typed here is cut by the same rules, without expansions, so
 * that a line shown by `!` can be pasted into either.
 */
#include "console/line.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "console/run.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/* ---- Options of every command ---- */

static bool take_home(struct line *line, int argc, char *const *argv, int *i, struct fault *fault)
{
	const char *word = argv[*i];

	if (strncmp(word, "--home=", 7) == 0)
		line->call.home = word + 7;
	else if (strcmp(word, "--home") == 0)
		line->call.home = ++*i < argc ? argv[*i] : NULL;
	else
		return false;
	if (line->call.home == NULL || *line->call.home == '\0')
		fault_set(fault, FAULT_USAGE, "--home needs a folder: --home DIR");
	return true;
}

static bool take_flag(struct line *line, const char *word)
{
	if (strcmp(word, "--json") == 0)
		line->call.json = true;
	else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		line->help = true;
	else if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
		line->version = true;
	else if (strcmp(word, "--linear") == 0)
		line->linear = true;
	else if (strcmp(word, "--read-only") == 0)
		line->read_only = true;
	else
		return false;
	return true;
}

bool line_parse(int argc, char *const *argv, struct line *line, struct fault *fault)
{
	bool ended = false;

	*line = (struct line){ .argv = memory_array((size_t)argc + 2, sizeof *line->argv) };
	*fault = (struct fault){ 0 };
	for (int i = 0; i < argc; i++) {
		if (!ended && (take_flag(line, argv[i]) || take_home(line, argc, argv, &i, fault)))
			continue;
		ended |= strcmp(argv[i], "--") == 0;
		line->argv[line->argc++] = argv[i];
	}
	return fault->code == FAULT_NONE;
}

void line_clear(struct line *line)
{
	words_free(line->words);
	free(line->argv);
	free(line->text);
	*line = (struct line){ .argc = 0 };
}

/* ---- The command ---- */

static bool unknown_command(const char *word, struct fault *fault)
{
	const char *names[64] = { NULL };
	char copies[63][32];
	size_t count = 0;

	for (const struct command *c = command_table; c->pattern != NULL && count < 63; c++) {
		command_name(c, copies[count], sizeof copies[count]);
		names[count] = copies[count];
		count++;
	}
	const char *near = text_nearest(word, names);

	fault_set(fault, FAULT_USAGE, "there is no command \"%s\"", word);
	if (near != NULL)
		return fault_next(fault, "did you mean \"steward %s\"? steward help shows all",
		    near);
	return fault_next(fault, "steward help shows all of them");
}

/* What goes to the host goes as JSON, which is UTF-8. */
static bool words_are_text(const struct line *line, struct fault *fault)
{
	for (int i = 0; i < line->argc; i++) {
		json_t *text = json_string(line->argv[i]);

		if (text == NULL)
			return fault_set(fault, FAULT_USAGE, "\"%s\" is no UTF-8 text",
			    line->argv[i]);
		json_decref(text);
	}
	return true;
}

/* "do web cancel --all": from the word behind the service on, options are the
 * service's. */
static void end_options(struct line *line)
{
	int service = 1;

	for (int i = 1; i < line->argc; i++)
		if (strcmp(line->argv[i], "--") == 0)
			return;
	while (service < line->argc && strncmp(line->argv[service], "--", 2) == 0)
		service++;
	if (service + 1 >= line->argc)
		return;
	memmove(line->argv + service + 2, line->argv + service + 1,
	    (size_t)(line->argc - service - 1) * sizeof *line->argv);
	line->argv[service + 1] = (char *)"--";
	line->argc++;
}

/* "stop --help" is "help stop". */
static void ask_for_help(struct line *line)
{
	line->argv[1] = line->argc > 0 ? line->argv[0] : NULL;
	line->argv[0] = (char *)"help";
	line->argc = line->argc > 0 ? 2 : 1;
	line->call.json = false;
}

bool line_match(struct line *line, struct fault *fault)
{
	if (line->help)
		ask_for_help(line);

	const struct command *command = command_by_name(line->argv[0]);
	bool other = false;

	if (command == NULL)
		return unknown_command(line->argv[0], fault);
	if (line->call.json && (command->flags & COMMAND_JSON) == 0)
		return fault_set(fault, FAULT_USAGE, "%s takes no --json", line->argv[0]);
	if (line->linear || line->read_only)
		return fault_set(fault, FAULT_USAGE, "%s is for the console, without a command",
		    line->linear ? "--linear" : "--read-only");
	/* A file's name need not be a text. */
	if (command->run != run_check && !words_are_text(line, fault))
		return false;
	if (command->flags & COMMAND_REST)
		end_options(line);
	line->command = command;
	line->words = words_match(command->pattern, line->argc, line->argv, &other, fault);
	if (line->words != NULL)
		return true;
	return fault_next(fault, "usage: steward %s%s", command->pattern,
	    command->flags & COMMAND_JSON ? " [--json]" : "");
}

/* ---- Typed lines ---- */

/* One word from *at on, written to *out without its quotes; false: a quote does
 * not end. */
static bool cut_word(const char **at, char **out)
{
	char quote = '\0';

	for (; **at != '\0' && (quote != '\0' || strchr(" \t", **at) == NULL); (*at)++) {
		char c = **at;

		if (quote == '\0' && (c == '\'' || c == '"')) {
			quote = c;
		} else if (c == quote && quote != '\0') {
			quote = '\0';
		} else {
			if (c == '\\' && quote != '\'' && (*at)[1] != '\0' &&
			    (quote == '\0' || strchr("\"\\", (*at)[1]) != NULL))
				c = *++*at;
			*(*out)++ = c;
		}
	}
	*(*out)++ = '\0';
	return quote == '\0';
}

bool line_cut(const char *text, int *argc_r, char ***argv_r, char **text_r, struct fault *fault)
{
	size_t length = strlen(text);
	char *out = memory_new(length + 2);
	char **argv = memory_array(length / 2 + 2, sizeof *argv);
	bool ended = true;

	*text_r = out;
	*argv_r = argv;
	*argc_r = 0;
	while (ended && *(text += strspn(text, " \t")) != '\0') {
		argv[(*argc_r)++] = out;
		ended = cut_word(&text, &out);
	}
	if (ended)
		return true;
	free(argv);
	free(*text_r);
	fault_set(fault, FAULT_USAGE, "a quote begins in the line and does not end");
	fault_next(fault, "close it, or put \\ before it");
	return false;
}

static bool same_home(const char *given, const char *home, struct fault *fault)
{
	if (given == NULL || (home != NULL && strcmp(given, home) == 0))
		return true;
	fault_set(fault, FAULT_USAGE, "--home %s: this is the console of another one", given);
	return fault_next(fault, "leave --home out, or give the line to a shell");
}

bool line_type(const char *text, const char *home, struct line *line, struct fault *fault)
{
	char **argv, *cut;
	int argc;

	*line = (struct line){ .argc = 0 };
	if (!line_cut(text, &argc, &argv, &cut, fault))
		return false;
	int skip = argc > 0 && strcmp(argv[0], "steward") == 0 ? 1 : 0;
	bool right = line_parse(argc - skip, argv + skip, line, fault) &&
	    same_home(line->call.home, home, fault);

	free(argv);
	line->text = cut;
	line->call.home = home;
	if (!right)
		return false;
	if (line->argc == 0 && !line->help) {
		fault_set(fault, FAULT_USAGE, "there is no command in the line");
		return fault_next(fault, "help shows all of them");
	}
	return line_match(line, fault);
}
