/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What linear mode tells of its own accord, and what it asks of the host, on a
 * model without a host. Whole sessions are tests/clients/test_linear.py's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "console/linear_private.h"
#include "data/memory.h"
#include "data/text.h"

struct bench {
	struct linear *l;
	struct linear_options options;
	char *text;
	size_t size;
	char said[8192];
};

static int begin(void **state)
{
	struct bench *bench = memory_new(sizeof *bench);

	bench->options = (struct linear_options){ .origin = "pts/3" };
	bench->l = memory_new(sizeof *bench->l);
	bench->l->options = &bench->options;
	bench->l->model = model_new();
	bench->l->out = open_memstream(&bench->text, &bench->size);
	bench->l->now_ms = 1000;
	text_format(bench->l->user, sizeof bench->l->user, "adm");
	*state = bench;
	return 0;
}

static int end(void **state)
{
	struct bench *bench = *state;

	linear_forget(bench->l);
	fclose(bench->l->out);
	json_decref(bench->l->schema);
	model_free(bench->l->model);
	free(bench->l->rest);
	free(bench->l);
	free(bench->text);
	free(bench);
	return 0;
}

/* What was printed since the last time. */
static const char *said(struct bench *bench)
{
	fflush(bench->l->out);
	text_format(bench->said, sizeof bench->said, "%s", bench->text);
	rewind(bench->l->out);
	fflush(bench->l->out);
	memset(bench->text, 0, strlen(bench->said));
	return bench->said;
}

static void assert_said(struct bench *bench, const char *expected)
{
	assert_string_equal(said(bench), expected);
}

static void snapshot(struct bench *bench, const char *text)
{
	json_error_t error;
	json_t *document = json_loads(text, 0, &error);

	if (document == NULL)
		fail_msg("%s: %s", error.text, text);
	model_status(bench->l->model, document);
	model_trial_came(bench->l->model, bench->l->now_ms);
	json_decref(document);
	linear_news(bench->l);
}

#define SNAPSHOT(web, rest)                                                               \
	"{\"host\": {\"name\": \"nas1\"}, \"services\": [{\"name\": \"web\", \"state\": " \
	"\"" web "\", \"generation\": 7}]" rest "}"

static void test_services(void **state)
{
	struct bench *bench = *state;

	snapshot(bench, SNAPSHOT("running", ""));
	assert_said(bench, "");
	snapshot(bench, SNAPSHOT("running", ""));
	assert_said(bench, "");
	snapshot(bench, SNAPSHOT("draining", ""));
	assert_said(bench, "web is DRAINING.\n");
	snapshot(bench,
	    "{\"services\": [{\"name\": \"web\", \"state\": \"failed\", \"reason\": "
	    "\"port 80\\u001b[2J is taken\"}]}");
	assert_said(bench, "web is FAILED: port 80?[2J is taken.\n");
	snapshot(bench,
	    "{\"services\": [{\"name\": \"web\", \"state\": \"running\"}, {\"name\": "
	    "\"dns\", \"state\": \"starting\"}]}");
	assert_said(bench, "web is RUNNING.\ndns is STARTING.\n");
}

#define ALERT(severity, text)                                                             \
	", \"alerts\": [{\"id\": \"web/failed\", \"severity\": \"" severity               \
	"\", \"state\": \"active\", \"text\": \"" text "\", \"cause\": \"80 is in use\"," \
	" \"next\": \"log web\"}]"

static void test_alerts(void **state)
{
	struct bench *bench = *state;

	snapshot(bench, SNAPSHOT("running", ", \"alerts\": []"));
	snapshot(bench, SNAPSHOT("running", ALERT("warning", "web is slow")));
	assert_said(bench, "WARN: web is slow: 80 is in use. What helps: log web.\n");
	snapshot(bench, SNAPSHOT("running", ALERT("warning", "web is slow")));
	assert_said(bench, "");
	snapshot(bench, SNAPSHOT("running", ALERT("critical", "web is very slow")));
	assert_said(bench, "CRIT: web is very slow: 80 is in use. What helps: log web.\n");
	snapshot(bench, SNAPSHOT("running", ", \"alerts\": []"));
	assert_said(bench, "Over: web is very slow.\n");
}

/* Each is a sentence, since a translator gets them one by one. */
static void test_alert_on_home(void **state)
{
	struct bench *bench = *state;

	snapshot(bench,
	    SNAPSHOT("running",
		", \"alerts\": [{\"id\": \"web/slow\", \"severity\": \"warning\", \"state\": "
		"\"active\", \"text\": \"web is slow\", \"next\": \"log web\", "
		"\"acknowledged\": {\"user\": \"op\", \"time\": \"2026-01-01T00:00:00Z\"}}, "
		"{\"id\": \"host/disk\", \"severity\": \"notice\", \"state\": \"active\", "
		"\"text\": \"the disk fills\", \"snoozed_until\": \"2999-01-01T00:00:00Z\"}]"));
	linear_status(bench->l);
	assert_non_null(strstr(said(bench),
	    "2 WARN: web is slow. Acknowledged by op. The number does: log web.\n"
	    "NOTE: the disk fills. Put to sleep for a time.\n"));
}

/* A latency is told when there is one: "-" is nothing that can be read aloud. */
static void test_service_page(void **state)
{
	struct bench *bench = *state;

	snapshot(bench, SNAPSHOT("running", ""));
	linear_service(bench->l, "web");
	assert_null(strstr(said(bench), "99 of 100"));
	snapshot(bench,
	    "{\"services\": [{\"name\": \"web\", \"state\": \"running\", \"latency_us\": "
	    "{\"p99\": 1500}}]}");
	linear_service(bench->l, "web");
	assert_non_null(strstr(said(bench), "99 of 100 answers take at most: 1.5ms.\n"));
}

#define TRIAL(left)                                                                            \
	", \"trial\": {\"id\": 3, \"state\": \"waiting\", \"user\": \"op\", \"seconds\": 90, " \
	"\"seconds_left\": " #left ", \"changes\": [{\"name\": \"web.root\", \"old\": "        \
	"\"/a\", \"new\": \"/b\"}]}"

/* Told at 60, 30 and 10 seconds, once each, however the snapshots fall. */
static void test_countdown(void **state)
{
	struct bench *bench = *state;

	snapshot(bench, SNAPSHOT("running", ", \"trial\": null"));
	assert_int_equal(linear_countdown(bench->l), -1);
	snapshot(bench, SNAPSHOT("running", TRIAL(90)));
	assert_said(bench,
	    "Settings of op are on trial.\nweb.root is /b, and was /a.\n"
	    "In 90 seconds the old settings come back. confirm keeps the new ones, revert goes "
	    "back now.\n");
	assert_true(linear_countdown(bench->l) > 0);
	assert_said(bench, "");
	bench->l->now_ms += 29500;
	linear_countdown(bench->l);
	assert_said(bench, "");
	bench->l->now_ms += 600;
	linear_countdown(bench->l);
	assert_said(bench, "60 seconds until the old settings come back: confirm or revert.\n");
	snapshot(bench, SNAPSHOT("running", TRIAL(59)));
	assert_said(bench, "");
	/* Two marks have passed while nobody looked. */
	bench->l->now_ms += 51000;
	linear_countdown(bench->l);
	assert_said(bench, "8 seconds until the old settings come back: confirm or revert.\n");
	bench->l->now_ms += 1000;
	linear_countdown(bench->l);
	assert_said(bench, "");
	snapshot(bench, SNAPSHOT("running", ", \"trial\": null"));
	assert_said(bench, "The trial of settings is over; get shows what is in force.\n");
	snapshot(bench, SNAPSHOT("running", ", \"trial\": null"));
	assert_said(bench, "");
}

static void audit(struct bench *bench, const char *user, const char *origin, const char *outcome,
    int number)
{
	json_t *entries = json_pack("[{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s}]", "number", number,
	    "time", "2026-01-01T00:00:00.000Z", "user", user, "origin", origin, "action", "stop",
	    "words", "stop web", "outcome", outcome, "reason", "it hangs");

	linear_audit(bench->l, entries);
	json_decref(entries);
}

static void test_what_others_do(void **state)
{
	struct bench *bench = *state;

	audit(bench, "op", "192.0.2.7", "done", 1);
	assert_said(bench, "op@192.0.2.7 did: stop web.\n");
	audit(bench, "op", "192.0.2.7", "done", 1);
	assert_said(bench, "");
	audit(bench, "adm", "pts/3", "done", 2);
	assert_said(bench, "");
	audit(bench, "adm", "pts/4", "failed", 3);
	assert_said(bench, "adm@pts/4 tried: stop web. It failed: it hangs.\n");
	audit(bench, "op", "\033]0;x", "waiting", 4);
	assert_said(bench, "op@?]0;x did: stop web.\n");
	audit(bench, "op", "\033]0;x", "reverted", 4);
	assert_said(bench, "What op@?]0;x did was taken back: stop web.\n");
}

static void answer(struct bench *bench, const char *text)
{
	linear_answered(bench->l, json_loads(text, 0, NULL));
}

/* Without a host nothing is done, and it is said why. */
static void test_no_host(void **state)
{
	struct bench *bench = *state;

	snapshot(bench, SNAPSHOT("running", ""));
	fault_set(&bench->l->lost, FAULT_NOT_RUNNING, "stewardd has gone");
	linear_do(bench->l, "stop web");
	assert_said(bench, "stewardd has gone.\n");
	assert_null(bench->l->ask.method);
}

/* The impact is told in lines, and then yes is needed. */
static void test_impact_lines(void **state)
{
	struct bench *bench = *state;
	struct linear *l = bench->l;
	struct fault fault;

	snapshot(bench, SNAPSHOT("running", ""));
	assert_true(line_type("stop web", NULL, &l->line, &fault));
	assert_true(l->line.command->ask(l->line.words, &l->ask, &fault));
	l->impact = true;
	l->pending = 5;
	answer(bench,
	    "{\"result\": {\"services\": [{\"name\": \"web\", \"connections\": 2, \"clients\": "
	    "{\"columns\": [\"a\"], \"rows\": [[\"10.0.0.2\", \"GET \\u009b2J\"]], \"more\": 1}, "
	    "\"open\": null, \"needed_by\": [\"media\"], \"last_restart_seconds\": 2.14, "
	    "\"undo\": \"start web\"}]}}");
	assert_said(bench,
	    "2 connections to web are open.\nClient: 10.0.0.2 GET ?2J\nand 1 more\nmedia needs "
	    "it.\nIts last restart took 2.1 seconds.\nWhat undoes it: start web\n"
	    "Type yes to go on; anything else cancels.\n");
	assert_int_equal(l->question, LINEAR_YES);
	linear_do(l, "Yes");
	assert_said(bench, "Cancelled, nothing was done.\n");
	assert_int_equal(l->question, LINEAR_NO_QUESTION);
	assert_null(l->ask.method);
}

/* A host that does not know the question is steered all the same. */
static void test_no_impact(void **state)
{
	struct bench *bench = *state;
	struct linear *l = bench->l;
	struct fault fault;

	snapshot(bench, SNAPSHOT("running", ""));
	assert_true(line_type("stop web", NULL, &l->line, &fault));
	assert_true(l->line.command->ask(l->line.words, &l->ask, &fault));
	l->impact = true;
	answer(bench, "{\"error\": {\"code\": -32601, \"message\": \"no such method\"}}");
	assert_said(bench,
	    "How many are connected to web is not known.\nType yes to go on; anything else "
	    "cancels.\n");
	linear_do(l, "no");
	said(bench);
	/* Who has no right to it is told so, and not asked. */
	assert_true(line_type("stop web", NULL, &l->line, &fault));
	assert_true(l->line.command->ask(l->line.words, &l->ask, &fault));
	l->impact = true;
	answer(bench, "{\"error\": {\"code\": -32004, \"message\": \"you may only look\"}}");
	assert_said(bench, "you may only look.\n");
	assert_int_equal(l->question, LINEAR_NO_QUESTION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_services, begin, end),
		cmocka_unit_test_setup_teardown(test_alerts, begin, end),
		cmocka_unit_test_setup_teardown(test_alert_on_home, begin, end),
		cmocka_unit_test_setup_teardown(test_service_page, begin, end),
		cmocka_unit_test_setup_teardown(test_countdown, begin, end),
		cmocka_unit_test_setup_teardown(test_what_others_do, begin, end),
		cmocka_unit_test_setup_teardown(test_no_host, begin, end),
		cmocka_unit_test_setup_teardown(test_impact_lines, begin, end),
		cmocka_unit_test_setup_teardown(test_no_impact, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
