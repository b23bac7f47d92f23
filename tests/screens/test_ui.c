/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the console sends and remembers: which keys act, what is asked first,
 * and what the requests carry. What comes from the host is test_ui_link.c's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <string.h>

#include "tests/screens/stage.h"

/* ---- Acting ---- */

static void test_asks_first(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "x");
	assert_seen(stage, "3 connections are open");
	assert_sent(stage, "impact web; ");
	type(stage, "\r"); /* Enter is Cancel */
	assert_sent(stage, "");
	assert_seen(stage, "nothing was done");
	type(stage, "x");
	type(stage, "\033");
	assert_sent(stage, "impact web; ");
	assert_unseen(stage, "Stop web?");
	type(stage, "x\t\t\r");
	assert_sent(stage, "impact web; stop web 7; ");
	type(stage, "R\033[C\033[C\r");
	assert_sent(stage, "impact web; restart web 7; ");
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
	assert_sent(stage, "impact web; ");
	assert_seen(stage, "is not known");
}

static void test_hung_asks(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, SERVICE("web", "hung", 7, 0));
	type(stage, "R");
	assert_sent(stage, "impact web; ");
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
	type(stage, "\t\t\r");
	assert_sent(stage, "impact web; stop web 7; ");
	say(stage,
	    "{\"error\": {\"code\": -32006, \"message\": \"web has changed since it was "
	    "shown: it is failed now\", \"data\": {\"exit\": 1, \"next\": \"look again\"}}}");
	assert_seen(stage, "it is failed now");
	assert_seen(stage, "look again");
}

#define NEEDS_RESTART                                                                         \
	"{\"error\": {\"code\": -32007, \"message\": \"web.workers has changed, which needs " \
	"a restart of web: 3 connected\", \"data\": {\"exit\": 1}}}"

/* A reload disconnects nobody before that was agreed to. */
static void test_reload_asks_before_a_restart(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "r");
	assert_sent(stage, "reload web 7 gently; ");
	say(stage, NEEDS_RESTART);
	assert_seen(stage, "Restart web?");
	assert_seen(stage, "web.workers has changed");
	type(stage, "\r"); /* Enter is Cancel */
	assert_sent(stage, "impact web; ");
	assert_seen(stage, "nothing was done");
	type(stage, "r");
	say(stage, NEEDS_RESTART);
	stage->sent[0] = '\0';
	type(stage, "\t\r");
	assert_sent(stage, "reload web 7 restart; ");
	/* The next one asks again, and so does every other question. */
	say(stage, "{\"result\": {\"services\": [" BUSY "]}}");
	type(stage, "r");
	assert_sent(stage, "reload web 7 gently; ");
	say(stage, "{\"result\": {\"services\": [" BUSY "]}}");
	type(stage, "x");
	assert_unseen(stage, "web.workers");
	assert_seen(stage, "Stop web?");
}

/* The question does not open under the fingers of somebody who types. */
static void test_reload_answer_while_typing(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "r/w");
	stage->sent[0] = '\0';
	say(stage, NEEDS_RESTART);
	type(stage, "e\t\r");
	assert_sent(stage, "");
	assert_unseen(stage, "Restart web?");
	assert_seen(stage, "r asks again");
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
	assert_sent(stage, "reload web 7 gently; ");
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
	type(stage, "\033[<0;10;6M"); /* the second row of the table */
	assert_string_equal(stage->ui->selected, "dns");
	type(stage, "\033[<0;21;2M"); /* 5Logs in the bar of views */
	assert_seen(stage, "[5Logs]");
	type(stage, "\033[<0;3;2M"); /* 1Home */
	assert_seen(stage, "[1Home]");
	type(stage, "\033[<0;11;24M"); /* "x Stop" in the footer */
	assert_sent(stage, "log info; stop dns 2; ");
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

/* ---- Small windows ---- */

static void draw_at(struct stage *stage, int rows, int cols, const char *seen)
{
	struct canvas *canvas = canvas_new(rows, cols, false);

	ui_draw(stage->ui, canvas);
	char *text = canvas_text(canvas);

	if (strstr(text, seen) == NULL)
		fail_msg("\"%s\" is not on the screen:\n%s", seen, text);
	free(text);
	canvas_free(canvas);
}

static void press(struct stage *stage, uint32_t character)
{
	ui_key(stage->ui, &(struct key){ .code = PRESS_CHARACTER, .character = character });
}

/* Where nothing can be read nothing is done either. */
static void test_too_small(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, QUIET);
	draw_at(stage, 7, 60, "q leaves");
	press(stage, 'x');
	press(stage, 'm');
	assert_sent(stage, "");
	assert_null(stage->ui->overlay);
	draw_at(stage, 24, 80, "RUNNING");
	press(stage, 'm');
	assert_non_null(stage->ui->overlay);
	draw_at(stage, 24, 35, "q leaves");
	press(stage, 'q'); /* also over a menu that nobody sees */
	assert_int_equal(ui_wants(stage->ui), UI_LEAVE);
}

/* Without the bar of views the first line names what is seen. */
static void test_name_of_a_small_view(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, QUIET);
	draw_at(stage, 12, 40, "nas1  Home");
}

/* ---- The next step ---- */

/* The key that the verdict names works where the verdict stands. */
static void test_next_of_the_verdict(void **state)
{
	struct stage *stage = *state;

	say(stage,
	    "{\"method\": \"snapshot\", \"params\": {\"version\": 1, \"services\": [" BUSY
	    "], \"alerts\": [{\"id\": \"web/failed\", \"severity\": \"critical\", "
	    "\"service\": \"web\", \"state\": \"active\", \"text\": \"web does not run\", "
	    "\"next\": \"log web\"}]}}");
	assert_seen(stage, "next: v = steward log web");
	type(stage, "v");
	assert_seen(stage, "[5Logs]");
	type(stage, "1");
	pass(stage, 10000); /* old figures: what is named is a key all the same */
	assert_seen(stage, "next: v = steward log");
	struct fault lost = { .code = FAULT_NOT_RUNNING, .next = "start stewardd" };

	ui_disconnected(stage->ui, &lost);
	pass(stage, 2000);
	assert_seen(stage, "next: start stewardd"); /* which is for people */
	type(stage, "v");
	assert_unseen(stage, "steward start stewardd");
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
	assert_string_equal(ui_view(stage->ui)->filter(stage->ui), "FAIL");
	type(stage, "\033");
	assert_string_equal(ui_view(stage->ui)->filter(stage->ui), "");
	assert_seen(stage, "RUNNING");
	/* Typing a filter is not pressing keys; pasting goes into it. */
	type(stage, "/xRq\033[200~!\033[201~");
	assert_string_equal(ui_view(stage->ui)->filter(stage->ui), "xRq!");
	assert_sent(stage, "");
	assert_int_equal(ui_wants(stage->ui), 0);
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
	const struct CMUnitTest tests[] = {
		TEST(test_asks_first),
		TEST(test_acts_when_nobody_is_there),
		TEST(test_unknown_asks),
		TEST(test_hung_asks),
		TEST(test_generation_of_the_question),
		TEST(test_reload_asks_before_a_restart),
		TEST(test_reload_answer_while_typing),
		TEST(test_refusals),
		TEST(test_no_single_key_disrupts),
		TEST(test_pasted_and_alt_do_nothing),
		TEST(test_menu_acts),
		TEST(test_mouse),
		TEST(test_wishes),
		TEST(test_too_small),
		TEST(test_name_of_a_small_view),
		TEST(test_next_of_the_verdict),
		TEST(test_selection_stays),
		TEST(test_filter),
		TEST(test_wrong_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
