/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NAME=VALUE, and the verdict on a status document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "console/run.h"
#include "data/memory.h"

static void test_assignments(void **state)
{
	static const struct {
		const char *given, *name, *value;
	} rows[] = {
		{ "web.root=/srv/www", "web.root", "/srv/www" },
		{ "web.root=", "web.root", "" },
		{ "a=b=c", "a", "b=c" },
		{ "a==", "a", "=" },
		{ "a= b ", "a", " b " },
		{ "a=x,y", "a", "x,y" },
		{ "a=größe", "a", "größe" },
		{ "a", NULL, NULL },
		{ "", NULL, NULL },
		{ "=a", NULL, NULL },
		{ "=", NULL, NULL },
		{ "a=\xff", NULL, NULL },
		{ "\xff=a", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = { 0 };
		json_t *values = json_object();
		bool done = run_assignment(rows[i].given, values, &fault);

		assert_int_equal(done, rows[i].name != NULL);
		if (done) {
			assert_int_equal(json_object_size(values), 1);
			assert_string_equal(json_string_value(
						json_object_get(values, rows[i].name)),
			    rows[i].value);
		} else {
			assert_int_equal(json_object_size(values), 0);
			assert_int_equal(fault.code, FAULT_USAGE);
			assert_string_not_equal(fault.text, "");
		}
		json_decref(values);
	}
}

static void test_twice(void **state)
{
	struct fault fault = { 0 };
	json_t *values = json_object();

	(void)state;
	assert_true(run_assignment("a=1", values, &fault));
	assert_true(run_assignment("b=1", values, &fault));
	assert_false(run_assignment("a=2", values, &fault));
	assert_int_equal(fault.code, FAULT_USAGE);
	assert_string_equal(json_string_value(json_object_get(values, "a")), "1");
	json_decref(values);
}

static void test_degraded(void **state)
{
	static const struct {
		const char *document;
		enum fault_code code;
	} rows[] = {
#define ONE(state, desired)                                               \
	"{\"services\":[{\"state\":\"running\",\"desired\":\"running\"}," \
	"{\"state\":\"" state "\",\"desired\":\"" desired "\"}]}"
		{ ONE("running", "running"), FAULT_NONE },
		{ ONE("stopped", "stopped"), FAULT_NONE },
		{ ONE("starting", "running"), FAULT_NONE },
		{ ONE("draining", "running"), FAULT_NONE },
		{ ONE("failed", "running"), FAULT_DEGRADED },
		{ ONE("hung", "running"), FAULT_DEGRADED },
		{ ONE("quarantined", "running"), FAULT_DEGRADED },
		{ ONE("failed", "stopped"), FAULT_NONE },
#undef ONE
		{ "{}", FAULT_NONE },
		{ "[]", FAULT_NONE },
		{ "{\"services\":{\"state\":\"failed\"}}", FAULT_NONE },
		{ "{\"services\":[1,null,{\"state\":3,\"desired\":[]},{}]}", FAULT_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *document = json_loads(rows[i].document, 0, NULL);

		assert_non_null(document);
		assert_int_equal(run_degraded(document), rows[i].code);
		json_decref(document);
	}
}

/* Which service, why, and what to do. */
static void test_degraded_words(void **state)
{
	static const struct {
		const char *services, *text, *next;
	} rows[] = {
		{ "{\"name\":\"web\",\"state\":\"failed\",\"desired\":\"running\","
		  "\"reason\":\"port 80 is taken\"}",
		    "web should run and is failed: port 80 is taken",
		    "steward log web tells more; steward start web tries again" },
		{ "{\"name\":\"dns\",\"state\":\"running\",\"desired\":\"running\"},"
		  "{\"name\":\"web\",\"state\":\"quarantined\",\"desired\":\"running\"}",
		    "web should run and is quarantined",
		    "steward log web tells more; steward resume web tries again" },
		{ "{\"name\":\"a\",\"state\":\"hung\",\"desired\":\"running\"},"
		  "{\"name\":\"b\",\"state\":\"hung\",\"desired\":\"running\"},"
		  "{\"name\":\"c\",\"state\":\"failed\",\"desired\":\"running\"}",
		    "a should run and is hung; 2 more are not as they should be",
		    "steward log a tells more; steward restart a tries again" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = { 0 };
		json_t *document = json_pack("{s:o}", "services", json_array());
		char *text = memory_format("[%s]", rows[i].services);
		json_t *services = json_loads(text, 0, NULL);

		assert_non_null(services);
		json_object_set_new(document, "services", services);
		assert_int_equal(run_why_degraded(document, &fault), FAULT_DEGRADED);
		assert_int_equal(fault.code, FAULT_DEGRADED);
		assert_string_equal(fault.text, rows[i].text);
		assert_string_equal(fault.next, rows[i].next);
		free(text);
		json_decref(document);
	}
}

static void test_exit(void **state)
{
	static const int statuses[] = {
		[FAULT_NONE] = 0,
		[FAULT_FAILED] = 1,
		[FAULT_USAGE] = 2,
		[FAULT_NOT_RUNNING] = 3,
		[FAULT_REFUSED] = 4,
		[FAULT_DEGRADED] = 5,
		[FAULT_STALE] = 1,
		[FAULT_RESTART] = 1,
	};

	(void)state;
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		struct fault fault = { .code = (enum fault_code)i };

		assert_int_equal(run_exit(&fault), statuses[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assignments),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_degraded),
		cmocka_unit_test(test_degraded_words),
		cmocka_unit_test(test_exit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
