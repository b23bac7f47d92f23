/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines that were typed: cut as a shell cuts them, and matched as its words are;
 * and what they ask the host, which is the same wherever they come from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "console/format.h"
#include "console/line.h"

static void test_cut(void **state)
{
	static const struct {
		const char *text;
		const char *words[6];
	} rows[] = {
		{ "", { NULL } },
		{ " \t ", { NULL } },
		{ "start web", { "start", "web" } },
		{ "  start\tweb  ", { "start", "web" } },
		{ "a'b c'd", { "ab cd" } },
		{ "set 'web.root=/srv/o'\\''ne two'", { "set", "web.root=/srv/o'ne two" } },
		{ "\"a b\" \"\" ''", { "a b", "", "" } },
		{ "\"a\\\"b\\\\c\\d\"", { "a\"b\\c\\d" } },
		{ "a\\ b \\'", { "a b", "'" } },
		{ "'\\'", { "\\" } },
		{ "x\\", { "x\\" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault;
		char **argv, *text;
		int argc, n = 0;

		assert_true(line_cut(rows[i].text, &argc, &argv, &text, &fault));
		for (; rows[i].words[n] != NULL; n++) {
			assert_true(n < argc);
			assert_string_equal(argv[n], rows[i].words[n]);
		}
		assert_int_equal(argc, n);
		free(argv);
		free(text);
	}
}

static void test_cut_refuses(void **state)
{
	static const char *const texts[] = { "'a", "a \"b", "a'b'\"", "\"a\\\"" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct fault fault = { 0 };
		char **argv, *text;
		int argc;

		assert_false(line_cut(texts[i], &argc, &argv, &text, &fault));
		assert_int_equal(fault.code, FAULT_USAGE);
	}
}

/* What is quoted for a shell is the same word again. */
static void test_quote_and_cut(void **state)
{
	static const char *const texts[] = { "web", "", "a b", "it's", "'", "\\", "a\"b", "$x `y`",
		"*?[", "\xc3\xa4 \xe2\x82\xac" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct fault fault;
		char quoted[64], **argv, *text;
		int argc;

		assert_true(format_quote(texts[i], quoted, sizeof quoted));
		assert_true(line_cut(quoted, &argc, &argv, &text, &fault));
		assert_int_equal(argc, 1);
		assert_string_equal(argv[0], texts[i]);
		free(argv);
		free(text);
	}
}

/* The question as text: "stop {...}". */
static void test_asks(void **state)
{
	static const struct {
		const char *line, *asks;
	} rows[] = {
		{ "status", "status" },
		{ "steward status web", "status {\"service\": \"web\"}" },
		{ "start web dns", "start {\"services\": [\"web\", \"dns\"]}" },
		{ "stop web --drain 1.5", "stop {\"drain\": 1.5, \"services\": [\"web\"]}" },
		{ "stop --drain=2m web", "stop {\"drain\": 120, \"services\": [\"web\"]}" },
		{ "reload web", "reload {\"services\": [\"web\"]}" },
		{ "resume web", "resume {\"services\": [\"web\"]}" },
		{ "log web --last 3 --grep 'a b'",
		    "log {\"grep\": \"a b\", \"last\": 3, \"service\": \"web\"}" },
		{ "list", "describe" },
		{ "list web", "describe" },
		{ "list web connections",
		    "list {\"service\": \"web\", \"table\": \"connections\"}" },
		{ "do web", "describe" },
		{ "do web cache flush --all --json",
		    "do {\"service\": \"web\", \"words\": [\"cache\", \"flush\", \"--all\"]}" },
		{ "get web.root", "get {\"name\": \"web.root\"}" },
		{ "set 'web.root=/srv/a b' --dry-run",
		    "set {\"dry_run\": true, \"values\": {\"web.root\": \"/srv/a b\"}}" },
		{ "set --reset web.root",
		    "set {\"dry_run\": false, \"values\": {\"web.root\": null}}" },
		{ "check", "check" },
		{ "metrics", "metrics" },
		{ "--home /srv/home metrics", "metrics" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = { 0 };
		struct command_ask ask;
		struct line line;
		char text[512];

		if (!line_type(rows[i].line, "/srv/home", &line, &fault) ||
		    !line.command->ask(line.words, &ask, &fault))
			fail_msg("%s: %s", rows[i].line, fault.text);
		char *params = ask.params != NULL ? json_dumps(ask.params, JSON_SORT_KEYS) : NULL;

		snprintf(text, sizeof text, "%s%s%s", ask.method, params != NULL ? " " : "",
		    params != NULL ? params : "");
		assert_string_equal(text, rows[i].asks);
		assert_true(ask.deadline_ms >= 1000);
		free(params);
		json_decref(ask.params);
		line_clear(&line);
	}
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "", "no command" },
		{ "steward", "no command" },
		{ "strat web", "no command \"strat\"" },
		{ "start", "service" },
		{ "start --hard web", "--hard" },
		{ "metrics now", "now" },
		{ "completion bash --json", "--json" },
		{ "status --linear", "--linear" },
		{ "--read-only status", "--read-only" },
		{ "--home /srv/other status", "/srv/other" },
		{ "--home", "--home" },
		{ "set 'web.root=x", "quote" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = { 0 };
		struct line line;

		assert_false(line_type(rows[i].line, "/srv/home", &line, &fault));
		assert_int_equal(fault.code, FAULT_USAGE);
		if (strstr(fault.text, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].line, fault.text);
		line_clear(&line);
	}
}

static void test_values_are_checked(void **state)
{
	static const char *const lines[] = { "stop web --drain soon", "set web.root",
		"set web.root=/a web.root=/b", "set --reset web.root=/a", "log --level loud",
		"log --last 0", "log --since nie" };

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct fault fault = { 0 };
		struct command_ask ask;
		struct line line;

		assert_true(line_type(lines[i], NULL, &line, &fault));
		assert_false(line.command->ask(line.words, &ask, &fault));
		assert_int_equal(fault.code, FAULT_USAGE);
		line_clear(&line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_refuses),
		cmocka_unit_test(test_quote_and_cut),
		cmocka_unit_test(test_asks),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_values_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
