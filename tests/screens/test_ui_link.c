/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the console takes what comes, or does not come, from the host: lost and
 * refused connections, what its banner tells, and records that come twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "console/records.h"
#include "data/text.h"
#include "tests/screens/stage.h"

/* ---- The connection ---- */

static void test_lost_connection(void **state)
{
	struct stage *stage = *state;
	struct fault fault;

	snapshot(stage, QUIET);
	type(stage, "x");
	assert_sent(stage, "stop web 7; ");
	fault_set(&fault, FAULT_NOT_RUNNING, "stewardd is not running");
	fault_next(&fault, "start it with: stewardd");
	ui_disconnected(stage->ui, &fault);
	assert_seen(stage, "RECONNECTING");
	assert_seen(stage, "start it with: stewardd");
	assert_seen(stage, "the connection was lost before");
	type(stage, "s");
	assert_sent(stage, "");
	assert_seen(stage, "no connection");
	pass(stage, 7000);
	assert_seen(stage, "7s old");
	assert_seen(stage, "RUNNING?");
	ui_connected(stage->ui);
	assert_sent(stage, "hello; subscribe; describe; audit; ");
	assert_seen(stage, "CONNECTING");
	snapshot(stage, QUIET);
	assert_seen(stage, "LIVE");
	pass(stage, 9000);
	assert_seen(stage, "9s OLD");
}

/* Who is taken and sent away each time learns why, and how old all is. */
static void test_refused_connection(void **state)
{
	struct stage *stage = *state;
	struct fault fault;

	snapshot(stage, QUIET);
	for (int i = 0; i < 5; i++) {
		ui_disconnected(stage->ui, NULL);
		assert_seen(stage, i == 0 ? "The connection to stewardd broke" : "too many");
		ui_connected(stage->ui);
		json_t *message = json_pack("{s:{s:i, s:s}}", "error", "code", -32010, "message",
		    "too many clients are connected");

		assert_true(ui_message(stage->ui, message));
		json_decref(message);
		assert_seen(stage, "too many clients are connected");
		assert_seen(stage, "RECONNECTING");
		pass(stage, 1000);
	}
	assert_seen(stage, "what is seen is 5s old");
	assert_seen(stage, "RUNNING?");
	fault_set(&fault, FAULT_NOT_RUNNING, "stewardd is not running");
	ui_disconnected(stage->ui, &fault);
	assert_unseen(stage, "too many");
	assert_seen(stage, "stewardd is not running");
	ui_connected(stage->ui);
	snapshot(stage, QUIET);
	assert_seen(stage, "LIVE");
	assert_unseen(stage, "RUNNING?");
}

/* ---- The banner ---- */

/* A trial is seen by everybody, on every page, and counts down by itself. */
static void test_trial_banner(void **state)
{
	struct stage *stage = *state;

	say(stage,
	    "{\"method\": \"snapshot\", \"params\": {\"version\": 1, \"services\": [], \"trial\": "
	    "{\"id\": 3, \"state\": \"waiting\", \"user\": \"adm\", \"origin\": \"192.0.2.7\", "
	    "\"seconds\": 60, \"seconds_left\": 41.2, \"changes\": [{\"name\": \"web.listen\", "
	    "\"old\": \"a:80\", \"new\": \"b:80\"}]}}}");
	assert_seen(stage, "TRIAL of adm@192.0.2.7: it goes back in 42s. K keeps it, Z goes back");
	assert_seen(stage, "(web.listen a:80 -> b:80)");
	type(stage, "5");
	pass(stage, 2000);
	assert_seen(stage, "TRIAL 40s");
	say(stage,
	    "{\"method\": \"snapshot\", \"params\": {\"version\": 1, \"services\": [], \"trial\": "
	    "null}}");
	assert_unseen(stage, "TRIAL");
}

/* ---- The journal ---- */

#define RECORD(second, text)                                                        \
	"{\"sequence\": 1, \"time\": \"2026-01-01T00:00:" second                    \
	".000Z\", \"level\": \"notice\", \"service\": \"web\", \"subject\": \"\", " \
	"\"text\": \"" text "\"}"

static void journal(struct stage *stage, const char *records)
{
	char text[4096];

	assert_true(text_format(text, sizeof text,
	    "{\"method\": \"journal\", \"params\": "
	    "{\"records\": [%s]}}",
	    records));
	say(stage, text);
}

static void test_records_come_once(void **state)
{
	struct stage *stage = *state;
	struct fault fault;

	fault_set(&fault, FAULT_NOT_RUNNING, "gone");
	journal(stage, RECORD("01", "one") ", " RECORD("02", "two"));
	ui_disconnected(stage->ui, &fault);
	ui_connected(stage->ui);
	/* The backlog repeats what is known and brings what was missed. */
	journal(stage,
	    RECORD("01", "one") ", " RECORD("02", "two") ", " RECORD("02",
		"two and a half") ", " RECORD("03", "three"));
	assert_int_equal(stage->ui->model->record_count, 4);
	/* Live ones may well be equal. */
	journal(stage, RECORD("04", "same") ", " RECORD("04", "same"));
	assert_int_equal(stage->ui->model->record_count, 6);
}

static void test_older_records(void **state)
{
	struct stage *stage = *state;

	/* The answer to the first `log` comes before or after the backlog. */
	say(stage,
	    "{\"result\": {\"records\": [" RECORD("01", "one") ", " RECORD("02", "two") "]}}");
	journal(stage, RECORD("02", "two") ", " RECORD("03", "three"));
	assert_int_equal(stage->ui->model->record_count, 3);
}

static void test_log_page(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, QUIET);
	journal(stage, RECORD("05", "five"));
	type(stage, "l");
	assert_sent(stage, "log info; ");
	say(stage,
	    "{\"result\": {\"records\": [" RECORD("03", "three") ", " RECORD("05", "five") "]}}");
	assert_seen(stage, "2 lines");
	journal(stage, RECORD("06", "six"));
	assert_seen(stage, "six");
	type(stage, "k");
	journal(stage, RECORD("07", "seven"));
	assert_seen(stage, "1 new");
	type(stage, "/ee\r");
	assert_seen(stage, "three");
	assert_unseen(stage, "six");
	journal(stage, RECORD("08", "nothing") ", " RECORD("09", "sweet"));
	assert_seen(stage, "1 new");
	type(stage, "\033");
	assert_seen(stage, "six");
	type(stage, "\033");
	assert_seen(stage, "Home");
}

/* However many come, the newest are there and memory stays bounded. */
static void test_many_records(void **state)
{
	struct stage *stage = *state;
	json_t *records = json_array();

	snapshot(stage, QUIET);
	type(stage, "l");
	for (int i = 0; i < 1000; i++)
		json_array_append_new(records,
		    json_pack("{s:s, s:s, s:s, s:s, s:s}", "time", "2026-01-01T00:00:09.000Z",
			"level", "info", "service", "web", "subject", "", "text", "line"));
	json_t *message =
	    json_pack("{s:s, s:{s:o}}", "method", "journal", "params", "records", records);

	for (int i = 0; i < 15; i++)
		ui_message(stage->ui, message);
	json_decref(message);
	journal(stage, RECORD("10", "the last one"));
	assert_seen(stage, "the last one");
	assert_int_equal(stage->ui->model->record_count, MODEL_RECORDS);
	/* "Logs  web: following; N lines" */
	const char *told = strstr(draw(stage), "following; ");

	assert_non_null(told);
	assert_in_range(atoi(told + strlen("following; ")), RECORDS_MAX / 2, RECORDS_MAX);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
	const struct CMUnitTest tests[] = {
		TEST(test_lost_connection),
		TEST(test_refused_connection),
		TEST(test_trial_banner),
		TEST(test_records_come_once),
		TEST(test_older_records),
		TEST(test_log_page),
		TEST(test_many_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
