/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "services/web/access_log.h"

#define STAMP "22/Nov/2026:01:43:00 +0000"

/* Into a block of the size that was promised to be enough. */
static char *print(const struct access_line *line)
{
	size_t bound = access_line_bound(line);
	char *exact = malloc(bound);
	assert_non_null(exact);
	size_t length = access_line_print(line, STAMP, exact);
	assert_true(length <= bound);
	char *text = calloc(1, length + 1);
	assert_non_null(text);
	memcpy(text, exact, length);
	free(exact);
	return text;
}

static void check(const struct access_line *line, const char *expected)
{
	char *text = print(line);
	assert_string_equal(text, expected);
	free(text);
}

static void test_lines(void **state)
{
	(void)state;
	struct access_line line = {
		.peer = "192.0.2.1",
		.method = "GET",
		.target = "/a?b=c",
		.version = "HTTP/1.1",
		.status = 200,
		.bytes = 18446744073709551615u,
		.referer = "http://x/",
		.agent = "curl/7.88.1",
	};
	check(&line,
	    "192.0.2.1 - - [" STAMP "] \"GET /a?b=c HTTP/1.1\" 200 "
	    "18446744073709551615 \"http://x/\" \"curl/7.88.1\"\n");
	line.referer = line.agent = NULL;
	line.status = 0;
	line.bytes = 0;
	check(&line,
	    "192.0.2.1 - - [" STAMP "] \"GET /a?b=c HTTP/1.1\" 499 0 "
	    "\"-\" \"-\"\n");
}

/* Nothing of the network may begin a line, end a field or reach a terminal. */
static void test_escapes(void **state)
{
	(void)state;
	static const char raw[] = "GET /\0\r\nX \"\\\x1b[2J\x7f\xff";
	struct access_line line = {
		.peer = "::1",
		.line = raw,
		.line_length = sizeof(raw) - 1,
		.status = 400,
		.agent = "a\"b\\c\xc3\xa4\td",
	};
	check(&line,
	    "::1 - - [" STAMP "] \"GET /\\x00\\x0D\\x0AX \\x22\\x5C\\x1B[2J"
	    "\\x7F\\xFF\" 400 0 \"-\" \"a\\x22b\\x5Cc\\xC3\\xA4\\x09d\"\n");
	line.line_length = 0;
	line.agent = "";
	check(&line, "::1 - - [" STAMP "] \"-\" 400 0 \"-\" \"\"\n");
}

/* The longest there can be stays within its bound, all of it escaped. */
static void test_bound(void **state)
{
	(void)state;
	enum { LENGTH = 100000 };
	char *big = malloc(LENGTH + 1);
	assert_non_null(big);
	memset(big, '\xff', LENGTH);
	big[LENGTH] = '\0';
	struct access_line line = {
		.peer = big,
		.method = big,
		.target = big,
		.version = big,
		.status = 599,
		.bytes = UINT64_MAX,
		.referer = big,
		.agent = big,
	};
	assert_true(access_line_bound(&line) < 100 * 1024);
	free(print(&line));
	struct access_line refused = {
		.peer = big,
		.line = big,
		.line_length = LENGTH,
		.status = 400,
	};
	assert_true(access_line_bound(&refused) < 100 * 1024);
	free(print(&refused));
	free(big);
}

static void test_stamp(void **state)
{
	static const struct {
		const char *zone;
		int64_t when;
		const char *text;
	} rows[] = {
		{ "UTC0", 0, "01/Jan/1970:00:00:00 +0000" },
		{ "UTC0", 1795311780, "22/Nov/2026:01:43:00 +0000" },
		{ "EST5", 0, "31/Dec/1969:19:00:00 -0500" },
		{ "IST-5:30", 0, "01/Jan/1970:05:30:00 +0530" },
		{ "NST3:30", 0, "31/Dec/1969:20:30:00 -0330" },
	};
	char stamp[ACCESS_STAMP];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setenv("TZ", rows[i].zone, 1);
		tzset();
		access_log_stamp(rows[i].when, stamp);
		assert_string_equal(stamp, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_stamp),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
