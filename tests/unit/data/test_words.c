/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "data/words.h"

#define START "start <service>... [--drain <seconds>]"
#define LOG "log [<service>] [--follow] [--level <level>]"
#define COPY "copy <source>... <target>"

/* Splits at spaces; "''" is an empty word. */
static int split(char *line, char **argv)
{
	int argc = 0;

	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
	return argc;
}

struct match_row {
	const char *pattern, *line;
	const char *text; /* the fault's; NULL: it matches; "": another command */
	struct {
		const char *name, *items; /* joined by a comma */
	} found[4];
};

static const struct match_row rows[] = {
	{ START, "start web", NULL, { { "service", "web" }, { "drain", NULL } } },
	{ START, "start web dns", NULL, { { "service", "web,dns" } } },
	{ START, "start web --drain 5 dns", NULL, { { "service", "web,dns" }, { "drain", "5" } } },
	{ START, "--drain=5 start web", NULL, { { "service", "web" }, { "drain", "5" } } },
	{ START, "start --drain= web", NULL, { { "drain", "" } } },
	{ START, "start --drain=--x web", NULL, { { "drain", "--x" } } },
	{ START, "start -- --drain", NULL, { { "service", "--drain" }, { "drain", NULL } } },
	{ START, "start web -- --drain 5", NULL, { { "service", "web,--drain,5" } } },
	{ START, "start -5 ''", NULL, { { "service", "-5," } } },
	{ START, "start", "start: which service?", { { 0 } } },
	{ START, "start --drain 5", "start: which service?", { { 0 } } },
	{ START, "start web --drain", "start: --drain needs a value: --drain <seconds>",
	    { { 0 } } },
	{ START, "start web --drain --x", "start: --drain needs a value: --drain <seconds>",
	    { { 0 } } },
	{ START, "start web --drain 5 --drain 6", "start: --drain is given twice", { { 0 } } },
	{ START, "start web --drian 5", "start: unknown option --drian, did you mean --drain?",
	    { { 0 } } },
	{ START, "start web --xyz=5", "start: unknown option --xyz", { { 0 } } },
	{ START, "stop web", "", { { 0 } } },
	{ START, "", "", { { 0 } } },
	{ START, "web start", "", { { 0 } } },
	{ LOG, "log", NULL, { { "service", NULL }, { "follow", NULL }, { "level", NULL } } },
	{ LOG, "log web --follow", NULL, { { "service", "web" }, { "follow", "" } } },
	{ LOG, "log --follow --follow", NULL, { { "follow", "" } } },
	{ LOG, "log --level error web", NULL, { { "service", "web" }, { "level", "error" } } },
	{ LOG, "log web dns", "log: \"dns\" is one word too many", { { 0 } } },
	{ LOG, "log --follow=yes", "log: --follow takes no value", { { 0 } } },
	{ COPY, "copy a b c", NULL, { { "source", "a,b" }, { "target", "c" } } },
	{ COPY, "copy a b", NULL, { { "source", "a" }, { "target", "b" } } },
	{ COPY, "copy a", "copy: which target?", { { 0 } } },
	{ COPY, "copy", "copy: which source?", { { 0 } } },
	{ "job cancel <number>", "job cancel 12", NULL, { { "number", "12" } } },
	{ "job cancel <number>", "job cancel", "job cancel: which number?", { { 0 } } },
	{ "job cancel <number>", "job", "", { { 0 } } },
	{ "job cancel <number>", "job list 3", "", { { 0 } } },
	{ "move <a> to <b>", "move x to y", NULL, { { "a", "x" }, { "b", "y" } } },
	{ "move <a> to <b>", "move x at y", "move: expected \"to\", found \"at\"", { { 0 } } },
	{ "move <a> to <b>", "move x", "move: \"to\" is missing", { { 0 } } },
	{ "list [<name>]...", "list", NULL, { { "name", NULL } } },
	{ "list [<name>]...", "list a b", NULL, { { "name", "a,b" } } },
	{ "list [<name>...]", "list a b", NULL, { { "name", "a,b" } } },
	{ "pick [<a>] <b>", "pick 1", NULL, { { "a", NULL }, { "b", "1" } } },
	{ "pick [<a>] <b>", "pick 1 2", NULL, { { "a", "1" }, { "b", "2" } } },
	{ "<word>", "x", NULL, { { "word", "x" } } },
	{ "<word>", "", "which word?", { { 0 } } },
	{ "quit", "quit", NULL, { { "quit", NULL } } },
	{ "quit", "quit now", "quit: \"now\" is one word too many", { { 0 } } },
	{ "set <name=value>... [--dry-run]", "set a=1 b=2 --dry-run", NULL,
	    { { "name=value", "a=1,b=2" }, { "dry-run", "" } } },
};

static void check_found(const struct words *words, const char *name, const char *items)
{
	char joined[128] = "";

	for (size_t i = 0; i < words_count(words, name); i++) {
		if (i)
			strcat(joined, ",");
		strcat(joined, words_item(words, name, i));
	}
	if (!items) {
		assert_int_equal(words_count(words, name), 0);
		assert_null(words_get(words, name));
		return;
	}
	assert_string_equal(joined, items);
	assert_ptr_equal(words_get(words, name), words_item(words, name, 0));
	assert_null(words_item(words, name, words_count(words, name)));
}

static void test_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char line[128], *argv[16];
		struct fault fault = { .code = FAULT_NONE, .text = "untouched" };
		bool other = false;
		strcpy(line, rows[i].line);
		int argc = split(line, argv);
		struct words *words = words_match(rows[i].pattern, argc, argv, &other, &fault);
		assert_int_equal(words != NULL, rows[i].text == NULL);
		assert_int_equal(other, rows[i].text && !*rows[i].text);
		if (!words && !other) {
			char usage[256] = "usage: ";
			strcat(usage, rows[i].pattern);
			assert_int_equal(fault.code, FAULT_USAGE);
			assert_string_equal(fault.text, rows[i].text);
			assert_string_equal(fault.next, usage);
		} else {
			assert_string_equal(fault.text, "untouched");
		}
		for (size_t n = 0; words && n < 4 && rows[i].found[n].name; n++)
			check_found(words, rows[i].found[n].name, rows[i].found[n].items);
		words_free(words);
	}
}

static void test_plain(void **state)
{
	(void)state;
	assert_int_equal(words_plain(START), 1);
	assert_int_equal(words_plain("job cancel <number>"), 2);
	assert_int_equal(words_plain("<word> x"), 0);
	assert_int_equal(words_plain(""), 0);
	assert_int_equal(words_plain("a  b"), 2);
}

static void test_unknown_name(void **state)
{
	char *argv[] = { "quit" };

	(void)state;
	struct words *words = words_match("quit", 1, argv, NULL, NULL);
	assert_non_null(words);
	assert_null(words_get(words, "nothing"));
	words_free(words);
	words_free(NULL);
}

/* Their values stay together and in order, whatever stands between them. */
static void test_repeated_option(void **state)
{
	static const char pattern[] =
	    "init [<rest>]... [--name <name>] [--listen <assignment>]... [--done]";
	char *argv[] = { "init", "--listen", "a=1", "x", "--name=n", "--listen=b=2", "y", "--done",
		"--listen", "c=3" };
	static const char *const listen[] = { "a=1", "b=2", "c=3" };
	struct words *words = words_match(pattern, sizeof argv / sizeof *argv, argv, NULL, NULL);

	(void)state;
	assert_non_null(words);
	assert_int_equal(words_count(words, "listen"), 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(words_item(words, "listen", i), listen[i]);
	assert_string_equal(words_get(words, "name"), "n");
	assert_non_null(words_get(words, "done"));
	assert_int_equal(words_count(words, "rest"), 2);
	assert_string_equal(words_item(words, "rest", 0), "x");
	assert_string_equal(words_item(words, "rest", 1), "y");
	words_free(words);
	char *twice[] = { "init", "--name=n", "--name=m" };
	struct fault fault;
	assert_null(words_match(pattern, 3, twice, NULL, &fault));
	char *empty[] = { "init", "--listen=a", "--listen" };
	assert_null(words_match(pattern, 3, empty, NULL, &fault));
	assert_int_equal(fault.code, FAULT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_unknown_name),
		cmocka_unit_test(test_repeated_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
