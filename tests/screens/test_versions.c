/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was set before: the list, one of its entries, and undoing it on trial. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "data/text.h"
#include "tests/screens/asked.h"
#include "tests/screens/stage.h"

static int begin(void **state)
{
	/* Nothing is staged here, and no file is to be looked for. */
	unsetenv("HOME");
	unsetenv("XDG_STATE_HOME");
	if (stage_begin(state) != 0)
		return -1;
	answer(*state, "hello",
	    "{\"result\": {\"role\": \"admin\", \"user\": \"adm\", \"session\": 12}}");
	snapshot(*state, QUIET);
	return 0;
}

#define CHANGE(number, who, was, is, undo)                                               \
	"{\"number\": " #number ", \"time\": \"2026-01-01T10:00:00Z\", \"user\": \"" who \
	"\", \"action\": \"set\", \"words\": \"set web.workers=" is "\", \"changes\": "  \
	"[{\"name\": \"web.workers\", \"old\": \"" was "\", \"new\": \"" is "\"}], "     \
	"\"outcome\": \"done\", \"undo\": " undo "}"
#define CAN "{\"possible\": true, \"words\": \"set --reset web.workers\"}"
#define CANNOT "{\"possible\": false, \"reason\": \"changed again by op\"}"
#define LIST                                                                                   \
	"{\"result\": {\"entries\": [" CHANGE(3, "adm", "1", "2", CANNOT) ", " CHANGE(9, "op", \
	    "2", "5", CAN) "]}}"

static void open_list(struct stage *stage)
{
	type(stage, "V");
	assert_true(json_is_true(json_object_get(asked(stage, "audit"), "settings")));
	answer(stage, "audit", LIST);
	stage->sent[0] = '\0';
}

static void test_list(void **state)
{
	struct stage *stage = *state;

	open_list(stage);
	assert_seen(stage, "2 changes of settings");
	/* The newest first. */
	assert_true(strstr(draw(stage), "2 -> 5") < strstr(stage->drawn, "1 -> 2"));
	type(stage, "\r");
	assert_seen(stage, "Change number 9");
	assert_seen(stage, "set --reset web.workers");
	type(stage, "\033");
	type(stage, "j\r");
	assert_seen(stage, "Change number 3");
	assert_seen(stage, "changed again by op");
	assert_unseen(stage, "Undo it...");
	type(stage, "\033");
	/* What is selected stays so when a new one comes. */
	say(stage,
	    "{\"method\": \"snapshot\", \"params\": {\"services\": [], \"audit_newest\": 10}}");
	answer(stage, "audit",
	    "{\"result\": {\"entries\": [" CHANGE(3, "adm", "1", "2", CANNOT) ", " CHANGE(9, "op",
		"2", "5", CAN) ", " CHANGE(10, "op", "5", "6", CAN) "]}}");
	type(stage, "\r");
	assert_seen(stage, "Change number 3");
}

/* What it would do is asked first, and what is undone is what was selected. */
static void test_undo(void **state)
{
	struct stage *stage = *state;

	open_list(stage);
	type(stage, "z");
	assert_int_equal(json_integer_value(json_object_get(asked(stage, "undo"), "entry")), 9);
	assert_true(json_is_true(json_object_get(asked(stage, "undo"), "dry_run")));
	answer(stage, "undo", "{\"error\": {\"code\": -32006, \"message\": \"changed by op\"}}");
	assert_seen(stage, "changed by op");
	type(stage, "\033");
	stage->sent[0] = '\0';
	type(stage, "\r"); /* the entry; Enter again closes it */
	type(stage, "\r");
	assert_sent(stage, "");
	type(stage, "\r");
	type(stage, "\t\r"); /* Undo it... */
	assert_sent(stage, "undo; ");
}

static void test_what_cannot_be_undone(void **state)
{
	struct stage *stage = *state;

	open_list(stage);
	type(stage, "jz");
	assert_sent(stage, "");
	assert_seen(stage, "cannot be undone: changed again by op");
}

/* The file cannot even be found: the editor is not begun. */
static void test_editor_without_a_file(void **state)
{
	struct stage *stage = *state;

	type(stage, "E");
	assert_int_equal(ui_wants(stage->ui) & UI_SHELL, 0);
	assert_seen(stage, "/srv/home");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, stage_end)
	const struct CMUnitTest tests[] = {
		TEST(test_list),
		TEST(test_undo),
		TEST(test_what_cannot_be_undone),
		TEST(test_editor_without_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
