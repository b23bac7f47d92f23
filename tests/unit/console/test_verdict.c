/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said to be worst; and which key does what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <string.h>

#include "console/bindings.h"
#include "console/verdict.h"

#define NOW INT64_C(1772373731000000)

#define SERVICE(state, desired, reason)                                                \
	"{\"name\": \"web\", \"state\": \"" state "\", \"desired\": \"" desired "\", " \
	"\"reason\": " reason "}"
#define RUNS SERVICE("running", "running", "null")
#define LEAVES \
	"{\"name\": \"dns\", \"state\": \"draining\", \"desired\": \"stopped\", \"reason\": null}"
#define MACHINE "\"machine\": {\"cpu_percent\": 1.0, \"memory_used\": 5}, "
#define ALERT(id, severity, more)                                                        \
	"{\"id\": \"" id "\", \"severity\": \"" severity "\", \"service\": \"web\", "    \
	"\"state\": \"active\", \"text\": \"" id " is wrong\", \"cause\": \"a cause\", " \
	"\"consequence\": \"so what\", \"next\": \"log web\"" more "}"
#define ACKNOWLEDGED ", \"acknowledged\": {\"user\": \"adm\", \"time\": \"2026-03-01T14:00:00Z\"}"
#define SNOOZED ", \"snoozed_until\": \"2026-03-01T15:00:00Z\""
#define AWAKE ", \"snoozed_until\": \"2026-03-01T14:00:00Z\""

static const struct {
	const char *snapshot; /* NULL: none has come */
	bool cut_off, doubtful;
	enum verdict_grade grade;
	const char *text;
	size_t more;
} rows[] = {
	{ NULL, false, false, VERDICT_UNKNOWN, "waiting for the first figures", 0 },
	{ NULL, true, false, VERDICT_UNKNOWN, "there is no connection to the host", 0 },
	{ "{\"services\": [" RUNS "], " MACHINE "\"alerts\": []}", false, false, VERDICT_GOOD,
	    "all is well: the service that should run does", 0 },
	/* What cannot be seen is not good, whatever was seen last. */
	{ "{\"services\": [" RUNS "], " MACHINE "\"alerts\": []}", true, false, VERDICT_UNKNOWN,
	    "there is no connection to the host", 0 },
	{ "{\"services\": [" RUNS "], " MACHINE "\"alerts\": []}", false, true, VERDICT_UNKNOWN,
	    "the newest figures are 9s old", 0 },
	{ "{\"services\": [" RUNS "], \"alerts\": []}", false, false, VERDICT_NOTICE,
	    "all services run; how the machine is, is not known", 0 },
	{ "{\"services\": [" SERVICE("odd", "running", "null") "], \"alerts\": []}", false, false,
	    VERDICT_UNKNOWN, "web should run and is UNKNOWN", 0 },
	/* The worst first, whatever the order; what is seen to is not counted. */
	{ "{\"services\": [" RUNS "], \"alerts\": [" ALERT("a", "warning", "") ", " ALERT("b",
	      "critical", "") ", " ALERT("c", "critical", ACKNOWLEDGED) "]}",
	    false, false, VERDICT_CRITICAL, "b is wrong", 1 },
	{ "{\"services\": [" RUNS
	  "], \"alerts\": [" ALERT("a", "critical", SNOOZED) ", " ALERT("b", "warning", AWAKE) "]}",
	    false, false, VERDICT_WARNING, "b is wrong", 0 },
	/* Acknowledged is not well. */
	{ "{\"services\": [" RUNS "], " MACHINE
	  "\"alerts\": [" ALERT("a", "critical", ACKNOWLEDGED) "]}",
	    false, false, VERDICT_NOTICE, "a is wrong (acknowledged by adm)", 0 },
	{ "{\"services\": [" RUNS "], " MACHINE "\"alerts\": [" ALERT("a", "warning", SNOOZED) "]}",
	    false, false, VERDICT_NOTICE, "a is wrong (snoozed)", 0 },
	/* A severity of a later version is a warning. */
	{ "{\"services\": [" RUNS "], \"alerts\": [" ALERT("a", "dire", "") "]}", false, false,
	    VERDICT_WARNING, "a is wrong", 0 },
	/* A host without alerts. */
	{ "{\"services\": [" SERVICE("failed", "running", "\"in use\"") "]}", false, false,
	    VERDICT_CRITICAL, "web should run and is FAILED", 0 },
	{ "{\"services\": [" SERVICE("stopped", "stopped", "null") "], " MACHINE "\"alerts\": []}",
	    false, false, VERDICT_NOTICE, "no service is meant to run", 0 },
	{ "{\"services\": [" SERVICE("starting", "running", "null") "], " MACHINE "\"alerts\": []}",
	    false, false, VERDICT_NOTICE, "0 of 1 services run, the others are on their way", 0 },
	/* What is being stopped is none of those that should run. */
	{ "{\"services\": [" RUNS ", " LEAVES "], " MACHINE "\"alerts\": []}", false, false,
	    VERDICT_NOTICE, "what should run does; dns is DRAINING", 0 },
	{ "{\"services\": [], \"alerts\": []}", false, false, VERDICT_NOTICE,
	    "this steward has no services built in", 0 },
};

static void test_ladder(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct model *model = model_new();
		struct verdict_view view = { .now_us = NOW,
			.cut_off = rows[i].cut_off,
			.doubtful = rows[i].doubtful,
			.age_ms = 9000,
			.lost = "why",
			.mend = "do" };
		struct verdict verdict;

		if (rows[i].snapshot != NULL) {
			json_t *snapshot = json_loads(rows[i].snapshot, 0, NULL);

			assert_non_null(snapshot);
			model_status(model, snapshot);
			json_decref(snapshot);
		}
		verdict_make(model, &view, &verdict);
		assert_string_equal(verdict.text, rows[i].text);
		assert_int_equal(verdict.grade, rows[i].grade);
		assert_int_equal(verdict.more, rows[i].more);
		model_free(model);
	}
}

/* ---- Keys ---- */

static void test_default_keys(void **state)
{
	struct bindings b;
	struct fault fault;

	(void)state;
	bindings_reset(&b);
	assert_true(bindings_settle(&b, &fault));
	for (uint32_t c = 0; c < 300; c++)
		assert_int_equal(bindings_meant(&b, c), c);
	assert_string_equal(bindings_shown(&b, ' '), "Space");
	assert_string_equal(bindings_shown(&b, 'x'), "x");
}

static void test_given_keys(void **state)
{
	struct bindings b;
	struct fault fault;

	(void)state;
	bindings_reset(&b);
	assert_true(bindings_set(&b, "stop", "X", &fault));
	assert_true(bindings_set(&b, "start", "x", &fault));
	assert_true(bindings_settle(&b, &fault));
	assert_int_equal(bindings_meant(&b, 'X'), 'x');
	assert_int_equal(bindings_meant(&b, 'x'), 's');
	assert_int_equal(bindings_meant(&b, 's'), 0); /* given away */
	assert_string_equal(bindings_shown(&b, 'x'), "X");
}

static void test_wrong_keys(void **state)
{
	static const struct {
		const char *name, *key, *why;
	} wrong[] = {
		{ "stop", "j", "stop: \"j\" moves on every page and cannot do anything else" },
		{ "stop", "xx", "stop: \"xx\" is no key; a letter or a sign, or Space" },
		{ "stop", "", "stop: \"\" is no key; a letter or a sign, or Space" },
		{ "nothing", "x", "there is no key called \"nothing\"" },
		{ "metrics", "x", "there is no key called \"metrics\"" },
	};
	struct bindings b;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		bindings_reset(&b);
		assert_false(bindings_set(&b, wrong[i].name, wrong[i].key, &fault));
		assert_string_equal(fault.text, wrong[i].why);
	}
	bindings_reset(&b);
	assert_true(bindings_set(&b, "stop", "m", &fault));
	assert_false(bindings_settle(&b, &fault));
	assert_string_equal(fault.text, "the key \"m\" is given to both menu and stop");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ladder),
		cmocka_unit_test(test_default_keys),
		cmocka_unit_test(test_given_keys),
		cmocka_unit_test(test_wrong_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
