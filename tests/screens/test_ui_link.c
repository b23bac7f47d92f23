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
#include <string.h>

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
	assert_sent(stage, "subscribe; hello; ");
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

static void troubles(struct stage *stage, const char *crash, const char *settings)
{
	char text[2048];

	assert_true(text_format(text, sizeof text,
	    "{\"method\": \"snapshot\", \"params\": {\"version\": 1, \"host\": {"
	    "\"name\": \"nas1\", \"last_crash\": {\"time\": \"1970-01-01T00:16:%s.000Z\", "
	    "\"text\": \"web crashed\"}, \"settings_fault\": \"%s\"}, \"services\": [%s]}}",
	    crash, settings, QUIET));
	say(stage, text);
}

/* Esc shows the next one; each comes back when it is another one. */
static void test_banners_one_by_one(void **state)
{
#define LONG                                                                      \
	"/srv/home/settings/web.conf: line 12: a value that takes so many words " \
	"that more than a hundred and twenty-seven bytes are the same: "
	struct stage *stage = *state;

	troubles(stage, "30", LONG "one");
	assert_seen(stage, "web crashed");
	assert_unseen(stage, "SETTINGS");
	type(stage, "\033");
	assert_unseen(stage, "web crashed");
	assert_seen(stage, "SETTINGS");
	type(stage, "\033");
	assert_unseen(stage, "web crashed");
	assert_unseen(stage, "SETTINGS");
	troubles(stage, "30", LONG "two");
	assert_seen(stage, "SETTINGS");
	troubles(stage, "31", LONG "two");
	assert_seen(stage, "web crashed");
	/* Ctrl-C puts away what is shown, and then leaves. */
	type(stage, "\003\003");
	assert_int_equal(ui_wants(stage->ui), 0);
	assert_unseen(stage, "SETTINGS");
	type(stage, "\003");
	assert_int_equal(ui_wants(stage->ui), UI_LEAVE);
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
	assert_in_range(records_count(stage->ui->records), RECORDS_MAX / 2, RECORDS_MAX);
	assert_int_equal(records_count(stage->ui->records), stage->ui->pager.lines);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
	const struct CMUnitTest tests[] = {
		TEST(test_lost_connection),
		TEST(test_refused_connection),
		TEST(test_banners_one_by_one),
		TEST(test_records_come_once),
		TEST(test_older_records),
		TEST(test_log_page),
		TEST(test_many_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
