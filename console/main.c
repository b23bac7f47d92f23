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
#include "console/line.h"
#include "console/linear.h"
#include "console/manual.h"
#include "console/offline.h"
#include "console/origin.h"
#include "console/run.h"
#include "console/screen.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"

/*
 * What the words of the shell ask for: a command of the table (console/line.h),
 * or, without one, the console on what there is for a terminal.
 */
#define OTHER_S 15 /* for a stewardd that somebody else is starting */

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

static bool is_dumb(void)
{
	const char *term = getenv("TERM");

	return term != NULL && strcmp(term, "dumb") == 0;
}

static int run_linear(const struct line *line, const char *origin, struct fault *fault)
{
	struct linear_options options = {
		.home = line->call.home,
		.origin = *origin != '\0' ? origin : NULL,
		.read_only = line->read_only,
		.note = line->linear || !is_dumb() ?
		    NULL :
		    _("TERM is dumb, so this is the console as lines (steward --linear)."),
	};

	/* Who only looks starts nothing; and without a host there is still the log. */
	if (!line->read_only && !start_when_needed(&line->call, fault) &&
	    fault->code != FAULT_NOT_RUNNING && fault->code != FAULT_FAILED)
		return run_exit(fault);
	if (fault->code != FAULT_NONE)
		format_fault(fault, stderr);
	*fault = (struct fault){ 0 };
	return linear_run(&options, fault);
}

static int print_status(const struct invocation *call, struct fault *fault)
{
	json_t *status = run_call(call, "status", NULL, RUN_DEADLINE_MS, fault);

	if (status == NULL)
		return run_exit(fault);
	if (call->json)
		format_json(status, stdout);
	else
		run_print_status(status, NULL, call, stdout);
	json_decref(status);
	return 0;
}

static int run_screen(const struct line *line, const char *origin, struct look *look,
    struct fault *fault)
{
	struct screen_options options = {
		.home = line->call.home,
		.origin = *origin != '\0' ? origin : NULL,
		.read_only = line->read_only,
		.look = look,
	};

	return screen_run(&options, fault);
}

static int run_console(const struct line *line, struct fault *fault)
{
	const struct invocation *call = &line->call;
	bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	struct look *look = look_load(NULL);
	bool lines = line->linear || (terminal && (is_dumb() || look_boolean(look, "linear")));
	char origin[72];
	int status;

	origin_find(origin, sizeof origin);
	if (lines && !call->json)
		status = run_linear(line, origin, fault);
	else if (!(line->read_only ? host_answers(call, fault) : start_when_needed(call, fault)))
		status = run_exit(fault);
	else if (call->json || !terminal)
		status = print_status(call, fault);
	else
		status = run_screen(line, origin, look, fault);
	look_free(look);
	return status;
}

/* ---- Words: a command ---- */

static int run_line(struct line *line, struct fault *fault)
{
	if (line->version) {
		printf("steward %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (line->argc == 0 && !line->help)
		return run_console(line, fault);
	/* For the completion script and the build; not for people. */
	if (line->argc > 0 && strcmp(line->argv[0], "__complete") == 0)
		return complete_names(line->call.home, line->argc - 1, line->argv + 1);
	if (line->argc > 0 && strcmp(line->argv[0], "__settings-manual") == 0)
		return manual_settings(stdout, fault) ? 0 : run_exit(fault);
	return line_match(line, fault) ?
	    run_command(line->command, &line->call, line->words, fault) :
	    FAULT_USAGE;
}

static bool wants_colour(void)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && (no_color == NULL || !*no_color) &&
	    getenv("TERM") != NULL && !is_dumb();
}

/* A full disk must not pass for success; a reader that has gone is no mistake. */
static int finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno != EPIPE)
		fprintf(stderr, _("steward: cannot write the output: %s\n"), strerror(errno));
	return status != 0 ? status : FAULT_FAILED;
}

int main(int argc, char **argv)
{
	struct line line = { 0 };
	struct fault fault = { 0 };
	int status = FAULT_USAGE;

	setlocale(LC_ALL, "");
	intl_begin();
	if (line_parse(argc - 1, argv + 1, &line, &fault)) {
		line.call.colour = wants_colour();
		status = run_line(&line, &fault);
	}
	line_clear(&line);
	status = finish(status);
	if (status != 0)
		format_fault(&fault, stderr);
	return status;
}
