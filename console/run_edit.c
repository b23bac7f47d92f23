/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `steward edit`, as visudo: the editor again and again until the text is right
 * or dropped; then it is put in place and applied on trial, and whoever does not
 * answer in time gets the old settings back.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/edit.h"
#include "console/format.h"
#include "console/run.h"
#include "console/shell.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"

#define RELOAD_DEADLINE_MS (300 * 1000) /* services are restarted meanwhile */
#define CONFIRM_S 60

/* ---- Asking ---- */

/* Waits for a line, or for a signal that says that nobody answers any more: 1, 0
 * when until_ns has passed, -1 for the signal, which is taken. */
static int wait_line(int signals, int64_t until_ns)
{
	struct signalfd_siginfo taken;
	struct pollfd in[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	for (;;) {
		int64_t left = until_ns > 0 ? (until_ns - clock_monotonic()) / 1000000 : -1;

		if (until_ns > 0 && left <= 0)
			return 0;
		int ready = poll(in, 2, (int)left);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return 0;
		if (in[1].revents != 0 && read(signals, &taken, sizeof taken) > 0)
			return -1;
		if (in[0].revents != 0)
			return 1;
	}
}

static char ask_until(const char *question, const char *choices, int signals, int64_t until_ns)
{
	char line[64];

	for (;;) {
		fprintf(stderr, "%s ", question);
		int there = wait_line(signals, until_ns);

		if (there == 0)
			return 0;
		if (there < 0)
			fputc('\n', stderr);
		if (there < 0 || fgets(line, sizeof line, stdin) == NULL)
			return choices[0];
		if (line[0] != '\0' && (line[1] == '\n' || line[1] == '\0') &&
		    strchr(choices, line[0]) != NULL)
			return line[0];
	}
}

/* A letter of choices (the first one when nobody is there any more, or Ctrl-C is
 * pressed: the copy must not stay behind), or 0 when until_ns (monotonic, 0: for
 * ever) has passed. */
static char ask(const char *question, const char *choices, int64_t until_ns)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t ending, before;

	sigemptyset(&ending);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		sigaddset(&ending, numbers[i]);
	sigprocmask(SIG_BLOCK, &ending, &before);
	int signals = signalfd(-1, &ending, SFD_CLOEXEC);

	char answer = ask_until(question, choices, signals, until_ns);

	if (signals >= 0)
		close(signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return answer;
}

/* ---- The editor ---- */

static void print_line(void *arg, char sign, const char *line, size_t length)
{
	char text[1024];

	(void)arg;
	text_clean(text, sizeof text, line, length);
	if (sign == '@')
		printf("...\n");
	else
		printf("%c %s\n", sign, text);
}

enum decision { PUT, DROP, FAIL };

/* Edits until there is something to decide about. */
static enum decision edit_loop(struct edit *edit, struct fault *fault)
{
	for (;;) {
		int status = shell_wait(edit_argv(edit));

		if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
			fault_set(fault, FAULT_FAILED,
			    "the editor did not end well; nothing was changed");
			fault_next(fault, "EDITOR says which one is run");
			return FAIL;
		}
		enum edit_outcome outcome = edit_look(edit, fault);
		char answer;

		if (outcome == EDIT_FAILED)
			return FAIL;
		if (outcome == EDIT_SAME)
			return DROP;
		if (outcome == EDIT_WRONG) {
			format_fault(fault, stderr);
			answer = ask(_("(e)dit again, or drop your te(x)t?"), "xe", 0);
		} else {
			edit_diff(edit, print_line, NULL);
			fflush(stdout);
			answer = ask(_("(p)ut it in place and apply it on trial, (e)dit again, or "
				       "drop your te(x)t?"),
			    "xpe", 0);
		}
		if (answer != 'e')
			return answer == 'p' ? PUT : DROP;
	}
}

/* ---- Applying ---- */

/* All services: the files hold one state. NULL: fault. */
static json_t *service_names(const struct invocation *call, struct fault *fault)
{
	json_t *status = run_call(call, "status", NULL, RUN_DEADLINE_MS, fault);
	json_t *names = status != NULL ? json_array() : NULL;
	const json_t *service;
	size_t i;

	json_array_foreach(json_object_get(status, "services"), i, service)
	    json_array_append(names, json_object_get(service, "name"));
	json_decref(status);
	return names;
}

static json_t *reload(const struct invocation *call, int64_t seconds, bool restart,
    struct fault *fault)
{
	json_t *names = service_names(call, fault);

	if (names == NULL)
		return NULL;
	return run_call(call, "reload",
	    json_pack("{s:o, s:I, s:b}", "services", names, "confirm", (json_int_t)seconds,
		"restart", restart),
	    RELOAD_DEADLINE_MS, fault);
}

/* Asks whether to keep what is on trial. */
static int decide(const struct invocation *call, int64_t trial, int64_t seconds,
    struct fault *fault)
{
	char question[200];
	int64_t until = clock_monotonic() + seconds * CLOCK_SECOND;

	text_format(question, sizeof question,
	    _("The new settings are in force. (k)eep them, or (z) go back? Without an answer the "
	      "old ones are back in %llds."),
	    (long long)seconds);
	char answer = ask(question, "zk", until);

	if (answer == 0) {
		fault_set(fault, FAULT_FAILED,
		    "nobody confirmed in time: the old settings are back");
		fault_next(fault, "steward.conf holds your text; steward reload applies it");
		return FAULT_FAILED;
	}
	json_t *result = run_call(call, answer == 'k' ? "confirm" : "revert",
	    json_pack("{s:I}", "trial", (json_int_t)trial), RELOAD_DEADLINE_MS, fault);

	if (result == NULL)
		return run_exit(fault);
	json_decref(result);
	fprintf(stderr, "steward: %s\n",
	    answer == 'k' ? _("kept") :
			    _("the old settings are back; steward.conf holds your text"));
	return 0;
}

static int apply(const struct invocation *call, int64_t seconds, struct fault *fault)
{
	json_t *result = reload(call, seconds, false, fault);

	if (result == NULL && fault->code == FAULT_RESTART) {
		format_fault(fault, stderr);
		if (ask(_("(r)estart on trial, or (n)ot now?"), "nr", 0) != 'r') {
			fprintf(stderr, "steward: %s\n",
			    _("steward.conf is in place; the old settings are in force"));
			return 0;
		}
		result = reload(call, seconds, true, fault);
	}
	if (result == NULL && fault->code == FAULT_NOT_RUNNING) {
		fprintf(stderr, "steward: %s\n",
		    _("steward.conf is in place; stewardd does not run and reads it when it "
		      "starts"));
		return 0;
	}
	if (result == NULL) {
		if (fault->next[0] == '\0')
			fault_next(fault,
			    "steward.conf holds your text; the old settings are in force");
		return run_exit(fault);
	}
	int64_t trial = json_whole(json_object_get(result, "trial"), "id", -1);
	bool moved = json_array_size(json_object_get(result, "changes")) > 0;

	json_decref(result);
	if (trial >= 0)
		return decide(call, trial, seconds, fault);
	fprintf(stderr, "steward: %s\n",
	    moved ? _("steward.conf is in place and applied") :
		    _("steward.conf is in place; no setting changes by it. What was set with "
		      "`steward set` or on the console counts more than steward.conf."));
	return 0;
}

int run_edit(const struct invocation *call, const struct words *words, struct fault *fault)
{
	json_t *confirm = json_object();
	struct edit edit;

	bool right = run_confirm_seconds(words, confirm, fault);
	int64_t seconds = json_whole(confirm, "confirm", CONFIRM_S);

	json_decref(confirm);
	if (!right)
		return FAULT_USAGE;
	/* What stays in a buffer, poll does not see. */
	setvbuf(stdin, NULL, _IONBF, 0);
	enum decision decision =
	    edit_begin(&edit, call->home, fault) ? edit_loop(&edit, fault) : FAIL;
	bool failed = decision == FAIL || (decision == PUT && !edit_put(&edit, fault));

	edit_end(&edit);
	if (failed)
		return run_exit(fault);
	fault_set(fault, FAULT_NONE, "%s", "");
	if (decision == PUT)
		return apply(call, seconds, fault);
	fprintf(stderr, "steward: %s\n", _("steward.conf is as it was"));
	return 0;
}
