/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An action as a request, as a context that comes back with the answer, and as
 * words: whichever of them a person or the host sees, it is the same action.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "console/act.h"
#include "data/text.h"

static struct model_service service(const char *name, int64_t generation)
{
	struct model_service s = { .state = MODEL_RUNNING, .generation = generation };

	text_format(s.name, sizeof s.name, "%s", name);
	text_format(s.since, sizeof s.since, "2026-03-01T14:02:11Z");
	return s;
}

static void begin(struct act *act, const char *command, size_t count)
{
	static const char *const names[] = { "web", "dns", "mail", "files" };

	act_begin(act, command_by_name(command), 1234567);
	for (size_t i = 0; i < count; i++) {
		struct model_service s = service(names[i], 7 + (int64_t)i);

		act_add(act, &s);
	}
}

static void assert_params(const struct act *act, const char *expected)
{
	json_t *params = act_params(act);
	char *text = json_dumps(params, JSON_SORT_KEYS);

	assert_string_equal(text, expected);
	free(text);
	json_decref(params);
}

static void test_params(void **state)
{
	struct act act;

	(void)state;
	begin(&act, "stop", 1);
	assert_params(&act, "{\"generation\": 7, \"services\": [\"web\"]}");
	act.drain = 0;
	assert_params(&act, "{\"drain\": 0, \"generation\": 7, \"services\": [\"web\"]}");
	begin(&act, "restart", 2);
	assert_params(&act,
	    "{\"generation\": {\"dns\": 8, \"web\": 7}, \"services\": [\"web\", \"dns\"]}");
	begin(&act, "reload", 1);
	assert_params(&act, "{\"generation\": 7, \"restart\": false, \"services\": [\"web\"]}");
	act.agreed = true;
	assert_params(&act, "{\"generation\": 7, \"restart\": true, \"services\": [\"web\"]}");
	/* A generation that nobody told is not made up. */
	begin(&act, "stop", 2);
	act.targets[0].generation = -1;
	assert_params(&act, "{\"generation\": {\"dns\": 8}, \"services\": [\"web\", \"dns\"]}");
	begin(&act, "stop", 1);
	act.targets[0].generation = -1;
	assert_params(&act, "{\"services\": [\"web\"]}");
}

static void test_words(void **state)
{
	struct act act;
	char text[256];

	(void)state;
	begin(&act, "stop", 3);
	act.drain = 20;
	assert_true(act_text(&act, "/srv/o ne", text, sizeof text));
	assert_string_equal(text, "steward --home '/srv/o ne' stop web dns mail --drain 20");
	act_doing(&act, text, sizeof text);
	assert_string_equal(text, "stop web, dns, mail");
	begin(&act, "stop", 4);
	act_doing(&act, text, sizeof text);
	assert_string_equal(text, "stop web, dns and 2 more");
	assert_false(act_text(&act, NULL, text, 12));
	begin(&act, "do", 1);
	text_format(act.words[0], ACT_WORD, "site");
	text_format(act.words[1], ACT_WORD, "delete");
	text_format(act.words[2], ACT_WORD, "my blog; rm -rf /");
	act.word_count = 3;
	act.plain = 2;
	assert_true(act_text(&act, NULL, text, sizeof text));
	assert_string_equal(text, "steward do web site delete 'my blog; rm -rf /'");
	act_doing(&act, text, sizeof text);
	assert_string_equal(text, "web: site delete");
	assert_params(&act,
	    "{\"generation\": 7, \"service\": \"web\", \"words\": [\"site\", \"delete\", \"my "
	    "blog; rm -rf /\"]}");
	char **argv = act_argv(&act);

	assert_string_equal(argv[0], "do");
	assert_string_equal(argv[4], "my blog; rm -rf /");
	assert_null(argv[5]);
	act_argv_free(argv);
	act_argv_free(NULL);
}

/* What goes out with a request comes back as it was. */
static void test_context(void **state)
{
	struct act act, back;

	(void)state;
	begin(&act, "do", 1);
	text_format(act.words[0], ACT_WORD, "drop");
	text_format(act.words[1], ACT_WORD, "/ä \x01");
	act.word_count = 2;
	act.plain = 1;
	act.grade = COMMAND_DESTROYS;
	act.drain = 5;
	act.agreed = true;
	text_format(act.destroys, sizeof act.destroys, "/ä \x01");
	json_t *context = act_pack(&act);

	memset(&back, 0xff, sizeof back);
	assert_true(act_unpack(&back, context));
	assert_memory_equal(&act, &back, sizeof act);
	json_decref(context);
	context = json_pack("{s:s}", "command", "no-such");
	assert_false(act_unpack(&back, context));
	assert_false(act_unpack(&back, NULL));
	json_decref(context);
}

static void test_renew(void **state)
{
	struct model *model = model_new();
	struct act act;

	(void)state;
	begin(&act, "stop", 2);
	model->services[0] = service("web", 12);
	model->services[0].state = MODEL_FAILED;
	model->service_count = 1;
	act_renew(&act, model, 99);
	assert_int_equal(act.targets[0].generation, 12);
	assert_int_equal(act.targets[0].state, MODEL_FAILED);
	assert_int_equal(act.targets[1].generation, 8); /* gone: the host refuses it */
	assert_int_equal(act.begun_us, 99);
	model_free(model);
}

static void test_roles(void **state)
{
	struct act act;

	(void)state;
	begin(&act, "do", 1);
	assert_string_equal(act_role(&act), "viewer");
	act.grade = COMMAND_REVERSIBLE;
	assert_string_equal(act_role(&act), "operator");
	act.grade = COMMAND_DISRUPTS;
	assert_string_equal(act_role(&act), "operator");
	act.grade = COMMAND_DESTROYS;
	assert_string_equal(act_role(&act), "admin");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_context),
		cmocka_unit_test(test_renew),
		cmocka_unit_test(test_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
