/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop of linear mode: poll(2) on what is typed, on the control socket and on
 * signals. One line is done at a time; what is typed meanwhile waits in the
 * terminal, or in the pipe.
 */
#include "console/linear.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/linear_private.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

#define RETRY_LEAST_MS 50
#define RETRY_MOST_MS 1000
#define OLD_MS 6000   /* older figures are in doubt */
#define FIRST_MS 3000 /* how long the beginning waits for figures */

static int signal_pipe[2] = { -1, -1 };

bool linear_connected(const struct linear *l)
{
	return l->client != NULL && l->fresh_ms > 0 && l->now_ms - l->fresh_ms < OLD_MS;
}

/* ---- The connection ---- */

static void hello(struct linear *l)
{
	json_t *params = json_pack("{s:s}", "client", "linear");

	if (l->options->origin != NULL)
		json_object_set_new(params, "origin", json_string(l->options->origin));
	if (l->options->read_only)
		json_object_set_new(params, "read_only", json_true());
	l->hello_id = client_send(l->client, "hello", params);
	client_send(l->client, "subscribe",
	    json_pack("{s:i, s:n, s:i, s:b}", "snapshot", 1, "journal", "backlog", 0, "audit", 1));
	l->describe_id = client_send(l->client, "describe", NULL);
	client_send(l->client, "present", json_pack("{s:s, s:n}", "page", "linear", "editing"));
}

static void tell_lost(struct linear *l)
{
	if (l->told_lost)
		return;
	l->told_lost = true;
	linear_interrupt(l);
	linear_fault(l, &l->lost);
	fputs(_("Nothing can be changed until it answers again; log and check read the files "
		"meanwhile. It is tried again and again.\n"),
	    l->out);
	l->greeted = true;
}

static void retry_later(struct linear *l)
{
	l->retry_at_ms = l->now_ms + l->retry_ms;
	l->retry_ms = l->retry_ms * 2 < RETRY_MOST_MS ? l->retry_ms * 2 : RETRY_MOST_MS;
}

static void attempt(struct linear *l)
{
	struct fault fault = { 0 };

	l->client = client_try(l->options->home, &fault);
	if (l->client != NULL) {
		hello(l);
		return;
	}
	l->lost = fault;
	tell_lost(l);
	retry_later(l);
}

/* fault: what the host said, NULL: the connection broke. */
static void lost(struct linear *l, const struct fault *fault)
{
	bool served = l->fresh_ms > 0;

	client_close(l->client);
	l->client = NULL;
	l->fresh_ms = 0;
	if (fault != NULL)
		l->lost = *fault;
	else
		fault_set(&l->lost, FAULT_NOT_RUNNING, "the connection to stewardd broke");
	if (l->pending != 0) {
		struct fault broke;

		fault_set(&broke, FAULT_NOT_RUNNING,
		    "the connection was lost before the answer came");
		fault_next(&broke, "home shows what became of it");
		linear_failed(l, &broke);
	}
	if (served)
		l->retry_ms = RETRY_LEAST_MS;
	tell_lost(l);
	retry_later(l);
}

/* ---- What comes ---- */

static void greet(struct linear *l)
{
	linear_interrupt(l);
	if (l->told_lost) {
		fputs(_("stewardd answers again.\n"), l->out);
		linear_verdict(l, false);
	} else if (!l->greeted) {
		linear_status(l);
	}
	l->greeted = true;
	l->told_lost = false;
}

static void notification(struct linear *l, const char *method, const json_t *params)
{
	if (strcmp(method, "snapshot") == 0) {
		bool first = l->fresh_ms == 0;

		model_status(l->model, params);
		model_trial_came(l->model, l->now_ms);
		l->fresh_ms = l->now_ms;
		l->retry_ms = RETRY_LEAST_MS;
		if (first)
			greet(l);
		linear_news(l);
	} else if (strcmp(method, "audit") == 0) {
		linear_audit(l, json_object_get(params, "entries"));
	}
}

static void take_hello(struct linear *l, const json_t *result)
{
	const char *role = json_string_value(json_object_get(result, "role"));
	const char *user = json_string_value(json_object_get(result, "user"));

	text_format(l->role, sizeof l->role, "%s", role != NULL ? role : "");
	text_format(l->user, sizeof l->user, "%s", user != NULL ? user : "");
}

/* False: the host has sent us away. */
static bool message_came(struct linear *l, json_t *message)
{
	const char *method = json_string_value(json_object_get(message, "method"));
	const json_t *id = json_object_get(message, "id");
	int number = json_is_integer(id) ? (int)json_integer_value(id) : 0;
	struct fault fault = { 0 };

	if (method != NULL) {
		notification(l, method, json_object_get(message, "params"));
	} else if (number != 0 && number == l->pending) {
		linear_answered(l, json_incref(message));
	} else if (number != 0 && number == l->hello_id) {
		take_hello(l, json_object_get(message, "result"));
	} else if (number != 0 && number == l->describe_id) {
		json_decref(l->schema);
		l->schema = json_incref(json_object_get(message, "result"));
	} else if (number == 0 && !client_answer(message, &fault)) {
		json_decref(message);
		lost(l, &fault);
		return false;
	}
	json_decref(message);
	return true;
}

static void receive(struct linear *l)
{
	bool alive = client_receive(l->client);
	json_t *message;

	while ((message = client_next(l->client)) != NULL)
		if (!message_came(l, message))
			return;
	if (!alive)
		lost(l, NULL);
}

/* ---- Signals ---- */

static void signalled(int number)
{
	int before = errno;
	char byte = (char)number;

	/* A full pipe wakes as well. */
	if (write(signal_pipe[1], &byte, 1) < 0)
		errno = before;
	errno = before;
}

static bool watch_signals(struct linear *l, struct fault *fault)
{
	struct sigaction action = { .sa_handler = signalled };

	if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return fault_errno(fault, errno, "cannot make a pipe");
	l->wake = signal_pipe[0];
	sigemptyset(&action.sa_mask);
	if (l->terminal)
		sigaction(SIGINT, &action, NULL);
	sigaction(SIGCONT, &action, NULL);
	return true;
}

static void interrupted(struct linear *l)
{
	linear_drop_typed(l);
	fputc('\n', l->out);
	l->prompted = false;
	if (l->pending != 0)
		fputs(_("Not waited for any more; it may still be done.\n"), l->out);
	else if (l->question != LINEAR_NO_QUESTION)
		fputs(_("Cancelled, nothing was done.\n"), l->out);
	else
		fputs(_("quit leaves.\n"), l->out);
	linear_forget(l);
}

static void signals(struct linear *l)
{
	char bytes[64];
	ssize_t n = read(l->wake, bytes, sizeof bytes);

	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i] == SIGINT)
			interrupted(l);
		else if (bytes[i] == SIGCONT && l->prompted)
			linear_interrupt(l); /* the shell had the screen meanwhile */
	}
}

/* ---- The loop ---- */

static int sooner(int a, int64_t b)
{
	if (b < 0)
		b = 0;
	return a < 0 || b < a ? (int)b : a;
}

static int patience(struct linear *l)
{
	int wait = linear_countdown(l);

	if (l->client == NULL)
		wait = sooner(wait, l->retry_at_ms - l->now_ms);
	if (l->pending != 0)
		wait = sooner(wait, l->pending_until_ms - l->now_ms);
	if (!l->greeted)
		wait = sooner(wait, l->started_ms + FIRST_MS - l->now_ms);
	return wait;
}

static void lines(struct linear *l)
{
	while (l->greeted && l->pending == 0 && !l->leave) {
		char *line = linear_next_line(l);

		if (line != NULL)
			linear_do(l, line);
		else if (l->in_ended)
			l->leave = true;
		else
			return;
	}
}

static void late(struct linear *l)
{
	struct fault fault;

	if (!l->greeted && l->now_ms - l->started_ms >= FIRST_MS) {
		l->greeted = true;
		linear_verdict(l, false);
	}
	if (l->pending == 0 || l->now_ms < l->pending_until_ms)
		return;
	fault_set(&fault, FAULT_FAILED, "no answer came in time");
	fault_next(&fault, "home shows what became of it");
	linear_failed(l, &fault);
}

static void turn(struct linear *l)
{
	bool room = l->in_length < sizeof l->in - 1 && !l->in_ended;
	struct pollfd fds[] = {
		{ .fd = l->wake, .events = POLLIN },
		{ .fd = room ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = -1, .events = POLLIN },
	};

	linear_prompt(l);
	fflush(l->out);
	if (l->client != NULL) {
		fds[2].fd = client_descriptor(l->client);
		fds[2].events |= client_wants_write(l->client) ? POLLOUT : 0;
	}
	int wait = patience(l);

	/* What the countdown had to say made the prompt vanish. */
	linear_prompt(l);
	fflush(l->out);
	if (poll(fds, 3, wait) < 0 && errno != EINTR) {
		l->leave = true;
		return;
	}
	l->now_ms = clock_monotonic() / 1000000;
	if (fds[0].revents)
		signals(l);
	if (fds[1].revents)
		linear_read(l);
	if (l->client != NULL && fds[2].revents & POLLOUT)
		client_flush(l->client);
	if (l->client != NULL && fds[2].revents & (POLLIN | POLLHUP | POLLERR))
		receive(l);
	else if (l->client == NULL && l->now_ms >= l->retry_at_ms)
		attempt(l);
	late(l);
	lines(l);
}

int linear_run(const struct linear_options *options, struct fault *fault)
{
	struct linear *l = memory_new(sizeof *l);

	l->options = options;
	l->out = stdout;
	l->terminal = isatty(STDIN_FILENO);
	l->retry_ms = RETRY_LEAST_MS;
	l->started_ms = l->now_ms = clock_monotonic() / 1000000;
	l->model = model_new();
	if (!watch_signals(l, fault)) {
		model_free(l->model);
		free(l);
		return FAULT_FAILED;
	}
	if (options->note != NULL)
		fprintf(l->out, "%s\n", options->note);
	attempt(l);
	while (!l->leave)
		turn(l);
	if (l->prompted)
		fputc('\n', l->out);
	linear_forget(l);
	client_close(l->client);
	model_free(l->model);
	json_decref(l->schema);
	free(l->rest);
	free(l);
	close(signal_pipe[0]);
	close(signal_pipe[1]);
	return 0;
}
