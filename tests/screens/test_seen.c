/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What somebody sees and what a key then does are one: frames that were left out,
 * marks out of sight, old figures, and what the message line offers.
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

/* One that is marked where nobody may see it is no reason to act unasked. */
static void test_mark_out_of_sight(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, QUIET ", " SERVICE("dns", "running", 2, 0));
	type(stage, " x"); /* the selected one: as without a mark */
	assert_sent(stage, "stop web 7; ");
	answer(stage, "stop", "{\"result\": {\"services\": []}}");
	type(stage, "j");
	type(stage, " /w\rx"); /* dns is marked, web alone is seen */
	assert_seen(stage, "Stop dns?");
	assert_sent(stage, "impact dns; ");
}

/* Old figures do not say that nobody is connected. */
static void test_old_figures_are_asked_about(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, QUIET);
	pass(stage, 10000);
	type(stage, "x");
	assert_seen(stage, "Stop web?");
	assert_sent(stage, "impact web; ");
}

/* Marks are used up by the action that they were set for, and by no other. */
static void test_marks_set_meanwhile(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, SERVICE("web", "stopped", 4, 0) ", " OFF);
	type(stage, " s");
	assert_sent(stage, "start web 4; ");
	type(stage, "j ");
	answer(stage, "start", "{\"result\": {\"services\": []}}");
	assert_seen(stage, "*STOPPED     mail");
	type(stage, "s");
	assert_sent(stage, "start mail 5; ");
}

/* z takes what the message offers, whatever somebody else did since. */
static void test_undo_of_the_toast(void **state)
{
	struct stage *stage = *state;

	text_format(stage->ui->role, sizeof stage->ui->role, "admin");
	snapshot(stage, QUIET);
	type(stage, "x");
	answer(stage, "stop", "{\"result\": {\"services\": [], \"audit\": 11}}");
	say(stage, STOP_ENTRY(11, true));
	say(stage, STOP_ENTRY(12, true));
	assert_seen(stage, "z undoes it (start web)");
	type(stage, "z");
	assert_string_equal(params_of(stage, "undo"), "{\"dry_run\": true, \"entry\": 11}");
	answer(stage, "undo", "{\"error\": {\"code\": -32001, \"message\": \"no\"}}");
	pass(stage, 61000);
	type(stage, "z");
	assert_string_equal(params_of(stage, "undo"), "{\"dry_run\": true}");
}

/* Of the events the one that z would undo says so. */
static void test_events_name_one_undo(void **state)
{
	struct stage *stage = *state;
	const char *first;

	snapshot(stage, QUIET);
	say(stage, STOP_ENTRY(11, true));
	say(stage, STOP_ENTRY(12, true));
	first = strstr(draw(stage), "(z undoes it)");
	assert_non_null(first);
	assert_null(strstr(first + 1, "(z undoes it)"));
}

/* An action that takes long hides nothing that is said meanwhile. */
static void test_said_while_under_way(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, QUIET);
	type(stage, "R");
	assert_seen(stage, "restart web: under way");
	type(stage, "s");
	assert_seen(stage, "start web: it is running");
	pass(stage, 7000);
	assert_seen(stage, "restart web: under way");
}

/* A slow line leaves frames out: what counts is what the last one showed. */
static void test_generation_of_the_frame(void **state)
{
	struct stage *stage = *state;
	json_t *unseen = json_loads("{\"method\": \"snapshot\", \"params\": {\"version\": 1, "
				    "\"services\": [" SERVICE("web", "running", 8, 0) "]}}",
	    0, NULL);

	snapshot(stage, QUIET);
	ui_message(stage->ui, unseen);
	json_decref(unseen);
	type(stage, "R");
	assert_sent(stage, "restart web 7; ");
	answer(stage, "restart", "{\"result\": {\"services\": []}}");
	type(stage, "R"); /* which has been drawn since */
	assert_sent(stage, "restart web 8; ");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
	const struct CMUnitTest tests[] = {
		TEST(test_mark_out_of_sight),
		TEST(test_old_figures_are_asked_about),
		TEST(test_marks_set_meanwhile),
		TEST(test_undo_of_the_toast),
		TEST(test_events_name_one_undo),
		TEST(test_said_while_under_way),
		TEST(test_generation_of_the_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
