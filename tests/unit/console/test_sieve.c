/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <locale.h>
#include <regex.h>
#include <string.h>

#include "console/sieve.h"

static const struct {
	const char *text, *subject, *line;
	bool finds, plain, any_case;
	size_t from, end; /* of the first thing in line; 0, 0: nothing there */
} rows[] = {
	{ "get", "", "GET /", true, false, true, 0, 3 },
	{ "Get", "", "GET /", false, false, false, 0, 0 },
	{ "start", "start", "it did", true, false, true, 0, 0 },
	{ "a.c", "", "xabcx", true, false, true, 1, 4 },
	{ "a.c", "", "xa.c", true, false, true, 1, 4 },
	{ "a\\.c", "", "abc", false, false, true, 0, 0 },
	{ "(a", "", "f(a)", true, true, true, 1, 3 },
	{ "(A", "", "f(a)", false, true, false, 0, 0 },
	{ "a{300}", "", "a{300}", true, true, true, 0, 6 },
	{ "(a)\\1", "", "(a)\\1", true, true, true, 0, 5 },
	{ "*", "", "2*3", true, true, true, 1, 2 },
	{ "+x", "", "xxx", false, true, true, 0, 0 },
	{ "x|7", "", "3 7", true, false, true, 2, 3 },
	{ "^b", "", "ab", false, false, true, 0, 0 },
	{ "b$", "b", "ab", true, false, true, 1, 2 },
	{ "^$", "", "text", true, false, true, 0, 0 },
	{ "\\S", "", "x", true, false, true, 0, 1 },
	{ "caf.", "", "caf\xc3\xa9!", true, false, true, 0, 5 },
	{ "\xc3\xa9", "", "caf\xc3\xa9!", true, false, true, 3, 5 },
	{ "[[:upper:]]", "", "a", false, false, false, 0, 0 },
	{ " a", "", "b a", true, false, true, 1, 3 },
};

static void test_finds(void **state)
{
	struct sieve_span spans[4];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sieve *sieve = sieve_new(rows[i].text);

		if (sieve_finds(sieve, rows[i].subject, rows[i].line) != rows[i].finds ||
		    (sieve_plain(sieve) != NULL) != rows[i].plain ||
		    sieve_any_case(sieve) != rows[i].any_case)
			fail_msg("row %zu: %s", i, rows[i].text);
		size_t count = sieve_spans(sieve, rows[i].line, spans, 4);

		if (rows[i].end > 0 ?
			count == 0 || spans[0].from != rows[i].from || spans[0].end != rows[i].end :
			count != 0)
			fail_msg("row %zu: %s: span", i, rows[i].text);
		sieve_free(sieve);
	}
	assert_null(sieve_new(""));
	sieve_free(NULL);
}

static void test_spans(void **state)
{
	struct sieve *sieve = sieve_new("a|x*");
	struct sieve_span spans[3];

	(void)state;
	assert_int_equal(sieve_spans(sieve, "b a xx a a", spans, 3), 3);
	assert_int_equal(spans[1].from, 4);
	assert_int_equal(spans[1].end, 6);
	assert_int_equal(spans[2].from, 7);
	sieve_free(sieve);
}

/* The host's regcomp finds the same with what it is sent. */
static void test_pattern(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sieve *sieve = sieve_new(rows[i].text);
		char pattern[64];
		regex_t regex;

		assert_true(sieve_pattern(sieve, pattern, sizeof pattern));
		int error = regcomp(&regex, pattern,
		    REG_EXTENDED | REG_NOSUB | (rows[i].any_case ? REG_ICASE : 0));

		if (error != 0)
			fail_msg("row %zu: %s is sent as %s", i, rows[i].text, pattern);
		bool found = regexec(&regex, rows[i].line, 0, NULL, 0) == 0 ||
		    regexec(&regex, rows[i].subject, 0, NULL, 0) == 0;

		if (found != rows[i].finds)
			fail_msg("row %zu: %s finds otherwise", i, pattern);
		regfree(&regex);
		assert_false(sieve_pattern(sieve, pattern, strlen(rows[i].text)));
		sieve_free(sieve);
	}
}

/* What is looked for in ever other lines must not eat the memory: the pattern is
 * made anew, and finds on. */
static void test_goes_on(void **state)
{
	struct sieve *sieve = sieve_new("[a-z]+ .*[0-9]+x");
	char line[] = "some words and 0000000 numbers";

	(void)state;
	for (unsigned i = 0; i < 60000; i++) {
		line[15 + i % 7] = (char)('0' + i / 7 % 10);
		assert_false(sieve_finds(sieve, "", line));
	}
	assert_true(sieve_finds(sieve, "", "ab 1x"));
	sieve_free(sieve);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_goes_on),
	};

	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
