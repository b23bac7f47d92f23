/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of settings without asking: rows, sections, and what a text must
 * be. What the host takes must never be refused here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "console/setting_rows.h"

static struct setting_rows *rows_from(const char *text)
{
	json_error_t error;
	json_t *result = json_loads(text, 0, &error);

	if (result == NULL)
		fail_msg("%s: %s", error.text, text);
	struct setting_rows *rows = setting_rows_new(result);

	json_decref(result);
	return rows;
}

static void test_rows(void **state)
{
	struct setting_rows *rows = rows_from(
	    "{\"settings\": [{\"name\": \"host.name\", \"value\": \"\", \"origin\": \"default\"},"
	    "{\"name\": \"web.workers\", \"value\": \"2\", \"default\": \"1\", \"type\": "
	    "\"integer\", \"min\": 0, \"max\": 64, \"effect\": \"restart\", \"help\": "
	    "\"Threads\\u001b[31m\", \"origin\": \"set by adm 2026-01-01T00:00:00Z\"},"
	    "{\"name\": \"web.colour\", \"choices\": [\"red\", 5, \"blue\"], \"value\": \"red\","
	    "\"origin\": \"steward.conf:3\"}, {\"name\": \"nodot\"}, 5, {\"name\": \".x\"}]}");

	(void)state;
	assert_int_equal(rows->count, 3);
	assert_int_equal(rows->section_count, 2);
	assert_string_equal(rows->sections[1].name, "web");
	assert_int_equal(rows->sections[1].first, 1);
	assert_int_equal(rows->sections[1].count, 2);
	assert_int_equal(rows->sections[1].written, 2);
	assert_int_equal(rows->sections[0].written, 0);
	const struct setting_row *row = setting_rows_find(rows, "web.workers");

	assert_string_equal(row->name + row->dot, "workers");
	assert_true(row->restarts && row->limited && row->written);
	assert_null(strchr(row->help, '\033'));
	assert_true(setting_row_matches(row, "THREADS"));
	assert_true(setting_row_matches(row, "web.w"));
	assert_true(setting_row_matches(row, "2"));
	assert_false(setting_row_matches(row, "blue"));
	row = setting_rows_find(rows, "web.colour");
	assert_string_equal(row->choices[1], "blue");
	assert_null(row->choices[2]);
	assert_null(setting_rows_find(rows, "web.nothing"));
	assert_null(setting_rows_find(NULL, "web.nothing"));
	setting_rows_free(rows);
	setting_rows_free(rows_from("{}"));
	setting_rows_free(rows_from("{\"settings\": {\"a\": 1}}"));
}

static void test_durations(void **state)
{
	static const struct {
		int64_t ms;
		const char *shown;
	} rows[] = { { 0, "0s" }, { 200, "200ms" }, { 1500, "1500ms" }, { 90000, "90s" },
		{ 600000, "10m" }, { 86400000, "1d" }, { INT64_C(2592000000), "30d" } };
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		setting_show_ms(rows[i].ms, text, sizeof text);
		assert_string_equal(text, rows[i].shown);
	}
}

static void test_checks(void **state)
{
	static const struct {
		const char *type; /* with limits */
		const char *text;
		bool right;
	} rows[] = {
		{ "\"integer\", \"min\": 1, \"max\": 64", "1", true },
		{ "\"integer\", \"min\": 1, \"max\": 64", "64", true },
		{ "\"integer\", \"min\": 1, \"max\": 64", "65", false },
		{ "\"integer\", \"min\": 1, \"max\": 64", "0", false },
		{ "\"integer\", \"min\": 1, \"max\": 64", "many", false },
		{ "\"integer\", \"min\": 1, \"max\": 64", "", false },
		{ "\"integer\"", "-5", true },
		{ "\"size\", \"min\": 4096, \"max\": 8192", "4K", true },
		{ "\"size\", \"min\": 4096, \"max\": 8192", "8192", true },
		{ "\"size\", \"min\": 4096, \"max\": 8192", "1M", false },
		{ "\"size\", \"min\": 4096, \"max\": 8192", "8 apples", false },
		{ "\"duration\", \"min\": 200, \"max\": 60000", "500ms", true },
		{ "\"duration\", \"min\": 200, \"max\": 60000", "30s", true },
		{ "\"duration\", \"min\": 200, \"max\": 60000", "2m", false },
		{ "\"duration\", \"min\": 200, \"max\": 60000", "soon", false },
		{ "\"boolean\"", "true", true },
		{ "\"boolean\"", "off", true },
		{ "\"boolean\"", "perhaps", false },
		{ "\"choice\", \"choices\": [\"red\", \"blue\"]", "blue", true },
		{ "\"choice\", \"choices\": [\"red\", \"blue\"]", "mauve", false },
		{ "\"list\", \"min\": 1, \"max\": 3", "a, b,c", true },
		{ "\"list\", \"min\": 1, \"max\": 3", "a,b,c,d", false },
		{ "\"list\", \"min\": 1, \"max\": 3", "", false },
		{ "\"list\"", "", true },
		{ "\"listen\"", "127.0.0.1:80", true },
		{ "\"listen\"", "127.0.0.1:80, [::1]:80,*:8080", true },
		{ "\"listen\"", "127.0.0.1", false },
		{ "\"listen\"", "127.0.0.1:70000", false },
		{ "\"listen\"", "300.0.0.1:80", false },
		{ "\"listen\"", "*:", false },
		{ "\"listen\"", "*:x", false },
		{ "\"listen\", \"min\": 2, \"max\": 2", "*:80", true },
		{ "\"listen\", \"min\": 1, \"max\": 1", "*:80", false },
		{ "\"path\"", "anything at all", true },
		{ "\"text\"", "", true },
		{ "\"something new\"", "anything", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[256], why[256] = "";

		snprintf(text, sizeof text, "{\"settings\": [{\"name\": \"a.b\", \"type\": %s}]}",
		    rows[i].type);
		struct setting_rows *list = rows_from(text);

		if (setting_row_check(&list->rows[0], rows[i].text, why, sizeof why) !=
		    rows[i].right)
			fail_msg("%s: \"%s\": %s", rows[i].type, rows[i].text, why);
		assert_int_equal(why[0] == '\0', rows[i].right);
		setting_rows_free(list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
