/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <poll.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/client.h"
#include "console/format.h"
#include "console/run.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/*
 * log --follow. On each connection it subscribes first and asks for what went
 * before second, so that no record falls between the two; what comes twice is
 * told by the sequence number, or, across a restart of the host, by what was
 * printed. It ends with a signal, or when nobody reads its output any more.
 */
#define SEEN_MAX 4096
#define RETRY_MS 200 /* between attempts to reach a host that is away */

struct seen {
	uint64_t key;
	unsigned connection; /* that it was printed on; 0: before the first */
	bool taken;          /* came a second time */
};

struct follow {
	const struct invocation *call;
	const struct log_query *query;
	regex_t regex;
	struct seen *seen; /* a ring: what was printed last */
	size_t next;
	unsigned connection; /* counts them */
	double newest;       /* highest sequence number of this connection */
	bool settled;        /* of this connection's catching up nothing is left */
	char last_time[40];  /* of the newest record printed */
};

static uint64_t record_key(const json_t *record)
{
	static const char *const parts[] = { "time", "level", "service", "subject", "text" };
	uint64_t key = UINT64_C(14695981039346656037); /* FNV-1a */

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		const char *text = json_text(record, parts[i], "");

		do
			key = (key ^ (unsigned char)*text) * UINT64_C(1099511628211);
		while (*text++ != '\0');
	}
	return key;
}

/* Whether key was printed on this connection, or before it, and has not come a
 * second time yet. */
static bool take_seen(struct follow *follow, uint64_t key, bool before)
{
	for (size_t i = 0; i < SEEN_MAX; i++) {
		struct seen *seen = &follow->seen[i];

		if (seen->key == key && !seen->taken &&
		    (seen->connection < follow->connection) == before) {
			seen->taken = true;
			return true;
		}
	}
	return false;
}

static void next_connection(struct follow *follow)
{
	follow->connection++;
	follow->newest = 0;
	follow->settled = false;
	for (size_t i = 0; i < SEEN_MAX; i++)
		follow->seen[i].taken = false;
}

static void print_new(struct follow *follow, const json_t *record, uint64_t key)
{
	const char *when = json_text(record, "time", "");

	run_print_record(record, follow->call, stdout);
	follow->seen[follow->next] = (struct seen){
		.key = key,
		.connection = follow->connection,
	};
	follow->next = (follow->next + 1) % SEEN_MAX;
	text_format(follow->last_time, sizeof follow->last_time, "%s", when);
}

/* ---- What went before ---- */

static void catch_up_record(void *arg, json_t *record)
{
	struct follow *follow = arg;
	uint64_t key = record_key(record);
	double sequence = json_figure(record, "sequence", 0);

	if (sequence > follow->newest)
		follow->newest = sequence;
	if (!take_seen(follow, key, true))
		print_new(follow, record, key);
}

static bool catch_up(struct follow *follow, struct client *client, bool first, struct fault *fault)
{
	struct log_query query = *follow->query;
	json_t *record;
	size_t i;

	if (!first) {
		query.since_us = clock_parse(follow->last_time, clock_utc());
		query.last = 0;
	}
	json_t *result = client_call(client, "log", run_log_params(&query), RUN_DEADLINE_MS, fault);

	if (result == NULL)
		return false;
	json_array_foreach(json_object_get(result, "records"), i, record)
	    catch_up_record(follow, record);
	json_decref(result);
	return true;
}

static bool subscribe(struct client *client, const struct log_query *query, struct fault *fault)
{
	json_t *result = client_call(client, "subscribe",
	    json_pack("{s:i, s:i, s:{s:s*, s:s*}}", "snapshot", 0, "backlog", 0, "journal",
		"service", query->service, "level", query->level),
	    RUN_DEADLINE_MS, fault);
	bool done = result != NULL;

	json_decref(result);
	return done;
}

/* ---- What comes ---- */

static bool wanted(const struct follow *follow, const json_t *record)
{
	if (follow->query->grep == NULL)
		return true;
	bool found = regexec(&follow->regex, json_text(record, "subject", ""), 0, NULL, 0) == 0 ||
	    regexec(&follow->regex, json_text(record, "text", ""), 0, NULL, 0) == 0;

	return found != follow->query->invert;
}

static void notified(struct follow *follow, const json_t *message)
{
	const json_t *record;
	size_t i;

	if (strcmp(json_text(message, "method", ""), "journal") != 0)
		return;
	const json_t *params = json_object_get(message, "params");
	double missed = json_figure(params, "missed", 0);

	if (missed > 0) {
		fflush(stdout);
		fprintf(stderr,
		    ngettext("steward: %.0f record was left out here, more came than was read; "
			     "steward log has it\n",
			"steward: %.0f records were left out here, more came than was read; "
			"steward log has them\n",
			(unsigned long)missed),
		    missed);
	}
	json_array_foreach(json_object_get(params, "records"), i, record)
	{
		double sequence = json_figure(record, "sequence", 0);
		uint64_t key = record_key(record);

		if (!wanted(follow, record))
			continue;
		if (!follow->settled &&
		    (follow->newest > 0 ? sequence <= follow->newest :
					  take_seen(follow, key, false)))
			continue;
		/* Records come in order: after one that is new, all are. */
		follow->settled = true;
		print_new(follow, record, key);
	}
}

/* Waits for fd (-1: for none) at most timeout_ms; false when stdout's reader
 * has gone. */
static bool wait_for(int fd, int timeout_ms)
{
	struct pollfd p[] = {
		{ .fd = STDOUT_FILENO },
		{ .fd = fd, .events = POLLIN },
	};

	if (fflush(stdout) != 0)
		return false;
	if (poll(p, 2, timeout_ms) < 0)
		return errno == EINTR;
	return (p[0].revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

/* False: stdout's reader has gone. True: the host has. */
static bool listen_to(struct follow *follow, struct client *client)
{
	bool there;

	do {
		json_t *message;

		there = client_receive(client);
		while ((message = client_next(client)) != NULL) {
			notified(follow, message);
			json_decref(message);
		}
	} while (there && wait_for(client_descriptor(client), -1));
	return !there;
}

static void first_without_host(struct follow *follow, const struct fault *why)
{
	struct fault reading = { 0 };

	if (!run_log_files(follow->call, follow->query, catch_up_record, follow, &reading))
		fprintf(stderr, "steward: %s\n", reading.text);
	fflush(stdout);
	fprintf(stderr,
	    _("steward: %s; that was from the journal's files, waiting for it "
	      "(Ctrl-C ends)\n"),
	    why->text);
}

static int follow_loop(struct follow *follow, struct fault *fault)
{
	bool first = true, told = false;

	for (;;) {
		struct client *client = client_open(follow->call->home, fault);

		next_connection(follow);
		if (client != NULL && subscribe(client, follow->query, fault) &&
		    catch_up(follow, client, first, fault)) {
			if (told)
				fputs(_("steward: connected again\n"), stderr);
			first = told = false;
			*fault = (struct fault){ 0 };
			if (!listen_to(follow, client)) {
				client_close(client);
				return 0;
			}
			fflush(stdout);
			fault_set(fault, FAULT_NOT_RUNNING, "stewardd has gone");
		}
		client_close(client);
		/* A wrong word or a missing right does not mend by waiting. */
		if (fault->code == FAULT_USAGE || fault->code == FAULT_REFUSED)
			return run_exit(fault);
		if (first && !told)
			first_without_host(follow, fault);
		else if (!told)
			fprintf(stderr, _("steward: %s; waiting for it\n"), fault->text);
		told = true;
		first = false;
		if (!wait_for(-1, RETRY_MS))
			return 0;
	}
}

int run_log_follow(const struct invocation *call, const struct log_query *query,
    struct fault *fault)
{
	struct follow follow = { .call = call, .query = query };
	char why[128];

	if (query->grep != NULL) {
		int error = regcomp(&follow.regex, query->grep, REG_EXTENDED | REG_NOSUB);
		if (error != 0) {
			regerror(error, &follow.regex, why, sizeof why);
			fault_set(fault, FAULT_USAGE, "--grep: %s", why);
			return FAULT_USAGE;
		}
	}
	follow.seen = memory_array(SEEN_MAX, sizeof *follow.seen);
	clock_rfc3339(clock_utc(), follow.last_time, sizeof follow.last_time);
	int status = follow_loop(&follow, fault);

	free(follow.seen);
	if (query->grep != NULL)
		regfree(&follow.regex);
	return status;
}
