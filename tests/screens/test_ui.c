/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the console sends and remembers: which keys act, what is asked first,
 * what the requests carry, and how it takes answers, lost connections and
 * records that come twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/ui.h"
#include "data/text.h"

struct stage {
	struct ui *ui;
	struct keys *keys;
	int64_t ms;
	int last_id;
	bool broken;     /* sending fails */
	char sent[4096]; /* since it was last forgotten: "stop web 7; " */
	char drawn[65536];
};

static int stage_send(void *arg, const char *method, json_t *params)
{
	struct stage *stage = arg;
	size_t at = strlen(stage->sent);
	const char *service =
	    json_string_value(json_array_get(json_object_get(params, "services"), 0));
	json_t *generation = json_object_get(params, "generation");

	snprintf(stage->sent + at, sizeof stage->sent - at, "%s%s%s%s", method,
	    service != NULL ? " " : "", service != NULL ? service : "",
	    generation != NULL ? "" : "; ");
	at = strlen(stage->sent);
	if (generation != NULL)
		snprintf(stage->sent + at, sizeof stage->sent - at, " %d; ",
		    (int)json_integer_value(generation));
	json_decref(params);
	return stage->broken ? 0 : ++stage->last_id;
}

static void stage_key(void *arg, const struct key *key)
{
	ui_key(((struct stage *)arg)->ui, key);
}

static void pass(struct stage *stage, int64_t ms)
{
	stage->ms += ms;
	ui_time(stage->ui, stage->ms, stage->ms * 1000);
	keys_tick(stage->keys, stage->ms, stage_key, stage);
}

static const char *draw(struct stage *stage)
{
	struct canvas *canvas = canvas_new(24, 80, false);

	ui_draw(stage->ui, canvas);
	char *text = canvas_text(canvas);

	text_format(stage->drawn, sizeof stage->drawn, "%s", text);
	free(text);
	canvas_free(canvas);
	return stage->drawn;
}

/* Types bytes, a lone Escape included, and draws. */
static void type(struct stage *stage, const char *bytes)
{
	keys_feed(stage->keys, bytes, strlen(bytes), stage->ms, stage_key, stage);
	pass(stage, 100);
	draw(stage);
}

static void say(struct stage *stage, const char *text)
{
	json_error_t error;
	json_t *message = json_loads(text, 0, &error);

	if (message == NULL)
		fail_msg("%s: %s", error.text, text);
	if (json_object_get(message, "method") == NULL)
		json_object_set_new(message, "id", json_integer(stage->last_id));
	ui_message(stage->ui, message);
	json_decref(message);
	draw(stage);
}

static void snapshot(struct stage *stage, const char *services)
{
	char text[8192];

	assert_true(text_format(text, sizeof text,
	    "{\"method\": \"snapshot\", \"params\": "
	    "{\"version\": 1, \"host\": {\"name\": \"nas1\"}, \"services\": [%s]}}",
	    services));
	say(stage, text);
}

#define SERVICE(name, state, generation, connections)                                   \
	"{\"name\": \"" name "\", \"state\": \"" state "\", \"desired\": \"running\", " \
	"\"generation\": " #generation ", \"counters\": {\"connections\": " #connections "}}"
#define BUSY SERVICE("web", "running", 7, 3)
#define QUIET SERVICE("web", "running", 7, 0)

static int begin(void **state)
{
	struct stage *stage = calloc(1, sizeof *stage);
	struct ui_port port = { .arg = stage, .send = stage_send, .home = "/srv/home" };

	if (stage == NULL || setlocale(LC_ALL, "C.UTF-8") == NULL)
		return -1;
	setenv("TZ", "UTC", 1);
	stage->ui = ui_new(&port);
	stage->keys = keys_new(true, 40);
	pass(stage, 1000000);
	ui_connected(stage->ui);
	assert_string_equal(stage->sent, "subscribe; hello; log; ");
	stage->sent[0] = '\0';
	*state = stage;
	return 0;
}

static int end(void **state)
{
	struct stage *stage = *state;

	ui_free(stage->ui);
	keys_free(stage->keys);
	free(stage);
	return 0;
}

static void assert_sent(struct stage *stage, const char *expected)
{
	assert_string_equal(stage->sent, expected);
	stage->sent[0] = '\0';
}

static void assert_seen(struct stage *stage, const char *text)
{
	if (strstr(draw(stage), text) == NULL)
		fail_msg("\"%s\" is not on the screen:\n%s", text, stage->drawn);
}

static void assert_unseen(struct stage *stage, const char *text)
{
	if (strstr(draw(stage), text) != NULL)
		fail_msg("\"%s\" is on the screen:\n%s", text, stage->drawn);
}

/* ---- Acting ---- */

static void test_asks_first(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "x");
	assert_seen(stage, "3 connections are open");
	assert_sent(stage, "");
	type(stage, "\r"); /* Enter is Cancel */
	assert_sent(stage, "");
	assert_seen(stage, "nothing was done");
	type(stage, "x");
	type(stage, "\033");
	assert_sent(stage, "");
	assert_unseen(stage, "Stop web?");
	type(stage, "x\t\r");
	assert_sent(stage, "stop web 7; ");
	type(stage, "R\033[C\r");
	assert_sent(stage, "restart web 7; ");
}

static void test_acts_when_nobody_is_there(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, QUIET);
	type(stage, "x");
	assert_sent(stage, "stop web 7; ");
	assert_seen(stage, "stop web: under way");
	snapshot(stage, SERVICE("web", "stopped", 9, 0));
	say(stage, "{\"result\": {\"services\": [" SERVICE("web", "stopped", 9, 0) "]}}");
	assert_seen(stage, "s starts it again");
	type(stage, "s");
	assert_sent(stage, "start web 9; ");
}

/* Who cannot be counted may be there. */
static void test_unknown_asks(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, "{\"name\": \"web\", \"state\": \"running\", \"generation\": 1}");
	type(stage, "x");
	assert_sent(stage, "");
	assert_seen(stage, "is not known");
}

static void test_hung_asks(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, SERVICE("web", "hung", 7, 0));
	type(stage, "R");
	assert_sent(stage, "");
	assert_seen(stage, "web hangs");
}

/* The request carries what was shown when the question was asked. */
static void test_generation_of_the_question(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "x");
	snapshot(stage, SERVICE("web", "running", 8, 3));
	assert_seen(stage, "has changed since this was asked");
	type(stage, "\t\r");
	assert_sent(stage, "stop web 7; ");
	say(stage,
	    "{\"error\": {\"code\": -32006, \"message\": \"web has changed since it was "
	    "shown: it is failed now\", \"data\": {\"exit\": 1, \"next\": \"look again\"}}}");
	assert_seen(stage, "it is failed now");
	assert_seen(stage, "look again");
}

static void test_refusals(void **state)
{
	static const struct {
		const char *service, *key, *why;
	} rows[] = {
		{ QUIET, "s", "it is running" },
		{ QUIET, "u", "not quarantined" },
		{ SERVICE("web", "quarantined", 4, 0), "s", "resume it" },
		{ "", "x", "no service is selected" },
	};
	struct stage *stage = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snapshot(stage, rows[i].service);
		type(stage, rows[i].key);
		assert_sent(stage, "");
		assert_seen(stage, rows[i].why);
	}
	snapshot(stage, SERVICE("web", "quarantined", 4, 0));
	type(stage, "u");
	assert_sent(stage, "resume web 4; ");
}

/* With people connected no single key, in whatever order, acts on them. */
static void test_no_single_key_disrupts(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	for (int c = 1; c < 127; c++) {
		char bytes[3] = { (char)c, '\0' };

		if (c == 0x1b)
			continue;
		type(stage, bytes);
		if (strstr(stage->sent, "stop") != NULL || strstr(stage->sent, "restart") != NULL)
			fail_msg("key %d sent %s", c, stage->sent);
		stage->sent[0] = '\0';
		/* Back to Home, whatever it opened. */
		for (int i = 0; i < 4; i++)
			type(stage, "\033");
		say(stage, "{\"result\": {}}");
		ui_wants(stage->ui);
	}
}

static void test_pasted_and_alt_do_nothing(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, QUIET);
	type(stage, "\033[200~xRr\r\033[201~");
	assert_seen(stage, "pasted text is not taken for keys");
	type(stage, "\033x");
	type(stage, "\033]11;rgb:x/R/r\033\\");
	type(stage, "\033[24;80R");
	assert_sent(stage, "");
	assert_int_equal(ui_wants(stage->ui), 0);
}

static void test_menu_acts(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, QUIET);
	type(stage, "m");
	assert_seen(stage, "Reload settings");
	type(stage, "r");
	assert_sent(stage, "reload web 7; ");
	type(stage, "\033[20~"); /* F9 */
	type(stage, "\r");       /* the first one that can be chosen: Stop */
	assert_sent(stage, "stop web 7; ");
	type(stage, "mm");
	assert_unseen(stage, "Reload settings");
	type(stage, "mq"); /* q closes the menu, not the console */
	assert_int_equal(ui_wants(stage->ui), 0);
}

static void test_mouse(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, QUIET ", " SERVICE("dns", "running", 2, 0));
	type(stage, "\033[<0;10;5M"); /* the second row of the table */
	assert_string_equal(stage->ui->selected, "dns");
	type(stage, "\033[<0;67;2M"); /* the word Menu */
	assert_seen(stage, "Reload settings");
	type(stage, "\033");
	type(stage, "\033[<0;11;24M"); /* "x Stop" in the footer */
	assert_sent(stage, "stop dns 2; ");
}

/* ---- Wishes ---- */

static void test_wishes(void **state)
{
	static const struct {
		const char *keys;
		unsigned wants;
	} rows[] = {
		{ "q", UI_LEAVE },
		{ "\033[21~", UI_LEAVE },
		{ "\032", UI_SUSPEND },
		{ "\014", UI_REDRAW },
		{ "M", UI_MOUSE },
		{ "\003", UI_LEAVE },
		{ "\033", 0 },
	};
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		type(stage, rows[i].keys);
		assert_int_equal(ui_wants(stage->ui), rows[i].wants);
	}
	/* Ctrl-C first cancels what is open. */
	type(stage, "x\003");
	assert_int_equal(ui_wants(stage->ui), 0);
	assert_unseen(stage, "Stop web?");
}

/* ---- Selection and filter ---- */

static void test_selection_stays(void **state)
{
	struct stage *stage = *state;

	snapshot(stage,
	    QUIET ", " SERVICE("dns", "running", 2, 0) ", " SERVICE("mail", "running", 3, 0));
	type(stage, "j");
	assert_string_equal(stage->ui->selected, "dns");
	snapshot(stage,
	    SERVICE("mail", "running", 3, 0) ", " SERVICE("new", "running", 1,
		0) ", " SERVICE("dns", "running", 2, 0));
	assert_string_equal(stage->ui->selected, "dns");
	snapshot(stage, SERVICE("mail", "running", 3, 0));
	assert_string_equal(stage->ui->selected, "mail");
}

static void test_filter(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, QUIET ", " SERVICE("dns", "failed", 2, 0));
	type(stage, "/FAIL");
	assert_unseen(stage, "RUNNING");
	type(stage, "\r");
	assert_string_equal(stage->ui->selected, "dns");
	type(stage, "/\177\177\177\177x\033"); /* Esc gives the old one back */
	assert_string_equal(stage->ui->filter, "FAIL");
	type(stage, "\033");
	assert_string_equal(stage->ui->filter, "");
	assert_seen(stage, "RUNNING");
	/* Typing a filter is not pressing keys; pasting goes into it. */
	type(stage, "/xRq\033[200~!\033[201~");
	assert_string_equal(stage->ui->filter, "xRq!");
	assert_sent(stage, "");
	assert_int_equal(ui_wants(stage->ui), 0);
}

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
	assert_sent(stage, "log; ");
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

/* ---- Nonsense ---- */

static void test_wrong_types(void **state)
{
	static const char *const messages[] = {
		"{\"method\": \"snapshot\", \"params\": 5}",
		"{\"method\": \"snapshot\", \"params\": {\"services\": 5}}",
		"{\"method\": \"snapshot\", \"params\": {\"services\": [5, null, {}, []]}}",
		"{\"method\": \"snapshot\", \"params\": {\"host\": [], \"machine\": 1, "
		"\"services\": [{\"name\": [], \"state\": 7, \"listeners\": {\"a\": 1}, "
		"\"counters\": [], \"rates\": {\"requests\": \"x\"}, \"latency_us\": -1}]}}",
		"{\"method\": \"snapshot\", \"params\": {\"services\": [{\"name\": \"web\", "
		"\"rates\": {\"requests\": 1e300, \"cpu_percent\": -5}, \"memory_bytes\": "
		"9223372036854775807, \"listeners\": [1, {\"port\": -7}]}], \"host\": "
		"{\"uptime_seconds\": 1e200, \"crashes\": 1e30, "
		"\"last_crash\": {\"frames\": [1]}}}}",
		"{\"method\": \"journal\", \"params\": {\"records\": [1, {}, {\"text\": 5}]}}",
		"{\"method\": \"journal\", \"params\": null}",
		"{\"method\": 5}",
		"{\"result\": 5}",
		"{\"error\": 5}",
		"{\"error\": {\"code\": \"x\", \"message\": [], \"data\": 7}}",
		"{}",
	};
	struct stage *stage = *state;

	for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
		say(stage, messages[i]);
		type(stage, "\rl\033\033");
	}
	snapshot(stage, QUIET);
	assert_seen(stage, "RUNNING");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_asks_first),
		TEST(test_acts_when_nobody_is_there),
		TEST(test_unknown_asks),
		TEST(test_hung_asks),
		TEST(test_generation_of_the_question),
		TEST(test_refusals),
		TEST(test_no_single_key_disrupts),
		TEST(test_pasted_and_alt_do_nothing),
		TEST(test_menu_acts),
		TEST(test_mouse),
		TEST(test_wishes),
		TEST(test_selection_stays),
		TEST(test_filter),
		TEST(test_lost_connection),
		TEST(test_records_come_once),
		TEST(test_older_records),
		TEST(test_log_page),
		TEST(test_many_records),
		TEST(test_wrong_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
