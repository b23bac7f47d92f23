/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/client.h"
#include "console/format.h"
#include "console/manual.h"
#include "console/offline.h"
#include "console/run.h"
#include "console/screen.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/*
 * From words to a row of the table. Options that every command takes are taken
 * out first, wherever they stand; the rest is matched against the one command
 * that the first word names, so that an error speaks of that command.
 */
#define OTHER_S 15 /* for a stewardd that somebody else is starting */

struct line {
	struct invocation call;
	bool help, version;
	int argc;
	char **argv; /* the words that are left, a NULL behind them */
};

static bool take_home(struct line *line, int argc, char **argv, int *i, struct fault *fault)
{
	const char *word = argv[*i];

	if (strncmp(word, "--home=", 7) == 0) {
		line->call.home = word + 7;
	} else if (strcmp(word, "--home") == 0) {
		line->call.home = ++*i < argc ? argv[*i] : NULL;
	} else {
		return false;
	}
	if (line->call.home == NULL || *line->call.home == '\0')
		fault_set(fault, FAULT_USAGE, "--home needs a folder: --home DIR");
	return true;
}

static bool parse_line(int argc, char **argv, struct line *line, struct fault *fault)
{
	bool ended = false;

	line->argv = memory_array((size_t)argc + 2, sizeof *line->argv);
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (!ended && strcmp(word, "--json") == 0)
			line->call.json = true;
		else if (!ended && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0))
			line->help = true;
		else if (!ended && (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0))
			line->version = true;
		else if (ended || !take_home(line, argc, argv, &i, fault)) {
			ended |= strcmp(word, "--") == 0;
			line->argv[line->argc++] = argv[i];
		}
	}
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	line->call.colour = isatty(STDOUT_FILENO) && (no_color == NULL || !*no_color) &&
	    term != NULL && strcmp(term, "dumb") != 0;
	return fault->code == FAULT_NONE;
}

/* ---- No words: the console ---- */

static bool host_answers(const struct invocation *call, struct fault *fault)
{
	struct client *client = client_open(call->home, fault);

	client_close(client);
	return client != NULL;
}

/* Somebody else was quicker and starts one now: waits while that process lives
 * and does not answer yet. */
static bool other_answers(const struct invocation *call, struct fault *fault)
{
	int64_t until = clock_monotonic() + OTHER_S * CLOCK_SECOND;

	while (!host_answers(call, fault)) {
		if (fault->code != FAULT_NOT_RUNNING || !offline_runs(call->home) ||
		    clock_monotonic() > until)
			return false;
		poll(NULL, 0, 50);
	}
	return true;
}

static bool start_when_needed(const struct invocation *call, struct fault *fault)
{
	struct fault starting = { 0 };
	bool installed = false;
	char *said;

	if (host_answers(call, fault))
		return true;
	client_home(call->home, NULL, NULL, NULL, 0, &installed);
	if (fault->code != FAULT_NOT_RUNNING || (installed && geteuid() != 0))
		return false;
	bool started = offline_start(call->home, &said, &starting);
	bool answers = started || other_answers(call, fault);

	/* That somebody else was quicker is nothing to say. */
	if (said != NULL && (started || !answers))
		fputs(said, stderr);
	free(said);
	if (!answers)
		*fault = starting;
	return answers;
}

static int run_console(const struct invocation *call, struct fault *fault)
{
	if (!start_when_needed(call, fault))
		return run_exit(fault);
	if (!call->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return screen_run(call->home, fault);
	json_t *status = run_call(call, "status", NULL, RUN_DEADLINE_MS, fault);

	if (status == NULL)
		return run_exit(fault);
	if (call->json)
		format_json(status, stdout);
	else
		run_print_status(status, NULL, call);
	json_decref(status);
	return 0;
}

/* ---- Words: a command ---- */

static int unknown_command(const char *word, struct fault *fault)
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
		fault_next(fault, "did you mean \"steward %s\"? steward help shows all", near);
	else
		fault_next(fault, "steward help shows all of them");
	return FAULT_USAGE;
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

static int run_command(struct line *line, struct fault *fault)
{
	const struct command *command = command_by_name(line->argv[0]);
	bool other = false;

	if (command == NULL)
		return unknown_command(line->argv[0], fault);
	if (line->call.json && (command->flags & COMMAND_JSON) == 0) {
		fault_set(fault, FAULT_USAGE, "%s takes no --json", line->argv[0]);
		return FAULT_USAGE;
	}
	if (command->run != run_check && !words_are_text(line, fault))
		return FAULT_USAGE;
	if (command->flags & COMMAND_REST)
		end_options(line);
	struct words *words = words_match(command->pattern, line->argc, line->argv, &other, fault);

	if (words == NULL) {
		fault_next(fault, "usage: steward %s%s", command->pattern,
		    command->flags & COMMAND_JSON ? " [--json]" : "");
		return FAULT_USAGE;
	}
	int status = command->run(&line->call, words, fault);

	words_free(words);
	return status;
}

static int show_help(const struct line *line, struct fault *fault)
{
	char *argv[] = { (char *)"help", line->argc > 0 ? line->argv[0] : NULL, NULL };
	bool other = false;
	struct words *words =
	    words_match("help [<topic>]", line->argc > 0 ? 2 : 1, argv, &other, fault);
	int status = words == NULL ? FAULT_USAGE : run_help(&line->call, words, fault);

	words_free(words);
	return status;
}

static int run_line(struct line *line, struct fault *fault)
{
	if (line->version) {
		printf("steward %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (line->help)
		return show_help(line, fault);
	if (line->argc == 0)
		return run_console(&line->call, fault);
	/* For the completion script and the build; not for people. */
	if (strcmp(line->argv[0], "__complete") == 0)
		return complete_names(line->call.home, line->argc - 1, line->argv + 1);
	if (strcmp(line->argv[0], "__settings-manual") == 0)
		return manual_settings(stdout, fault) ? 0 : run_exit(fault);
	return run_command(line, fault);
}

/* A full disk must not pass for success; a reader that has gone is no mistake. */
static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno != EPIPE)
		fprintf(stderr, "steward: cannot write the output: %s\n", strerror(errno));
	return status != 0 ? status : FAULT_FAILED;
}

int main(int argc, char **argv)
{
	struct line line = { 0 };
	struct fault fault = { 0 };
	int status = FAULT_USAGE;

	setlocale(LC_ALL, "");
	intl_begin();
	if (parse_line(argc, argv, &line, &fault))
		status = run_line(&line, &fault);
	free(line.argv);
	status = finish(status);
	if (status != 0)
		format_fault(&fault, stderr);
	return status;
}
