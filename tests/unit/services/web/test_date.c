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

#include "services/web/date.h"

#define NOW INT64_C(1795305600) /* 2026-11-22 */
#define NONE INT64_C(-1)

static int64_t parse(const char *text)
{
	int64_t when = NONE;
	size_t length = strlen(text);
	char *block = malloc(length > 0 ? length : 1);
	assert_non_null(block);
	memcpy(block, text, length);
	bool ok = date_parse(block, length, NOW, &when);
	free(block);
	return ok ? when : NONE;
}

static void test_rows(void **state)
{
	static const struct {
		const char *text;
		int64_t when;
	} rows[] = {
		/* RFC 9110 5.6.7's own examples. */
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
		{ "Sun Nov  6 08:49:37 1994", 784111777 },
		{ "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
		{ "Tue, 29 Feb 2000 12:00:00 GMT", 951825600 },
		{ "Mon, 31 Dec 2029 23:59:60 GMT", 1893456000 },
		{ "Wed Nov 16 08:49:37 1994", 784975777 },
		/* A two-digit year is at most 50 years ahead. */
		{ "Saturday, 01-Jan-00 00:00:00 GMT", 946684800 },
		{ "Wednesday, 01-Jan-76 00:00:00 GMT", 3345062400 },
		{ "Saturday, 01-Jan-77 00:00:00 GMT", 220924800 },
		/* The day's name need not be right, but be one. */
		{ "Mon, 06 Nov 1994 08:49:37 GMT", 784111777 },
		{ "Xyz, 06 Nov 1994 08:49:37 GMT", NONE },
		{ "Sun, 06 Nov 1994 08:49:37 UTC", NONE },
		{ "Sun, 06 Nov 1994 08:49:37", NONE },
		{ "Sun, 06 Nov 1994 08:49:37 GMT ", NONE },
		{ " Sun, 06 Nov 1994 08:49:37 GMT", NONE },
		{ "Sun, 6 Nov 1994 08:49:37 GMT", NONE },
		{ "Sun, 06 nov 1994 08:49:37 GMT", NONE },
		{ "Sun, 00 Nov 1994 08:49:37 GMT", NONE },
		{ "Sun, 31 Nov 1994 08:49:37 GMT", NONE },
		{ "Sun, 29 Feb 1900 08:49:37 GMT", NONE },
		{ "Sun, 06 Nov 1994 24:00:00 GMT", NONE },
		{ "Sun, 06 Nov 1994 08:60:00 GMT", NONE },
		{ "Sun, 06 Nov 1994 08:00:61 GMT", NONE },
		{ "Sun, 06-Nov-94 08:49:37 GMT", NONE },
		{ "Sunday, 06-Nov-1994 08:49:37 GMT", NONE },
		{ "Sun Nov 6 08:49:37 1994", NONE },
		{ "Sun Nov  6 08:49:37 1994 GMT", NONE },
		{ "784111777", NONE },
		{ "", NONE },
		{ "S", NONE },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t when = parse(rows[i].text);
		if (when != rows[i].when)
			fail_msg("%s: %lld, expected %lld", rows[i].text, (long long)when,
			    (long long)rows[i].when);
	}
}

/* Cut anywhere, a date is none. */
static void test_cut(void **state)
{
	static const char text[] = "Sun, 06 Nov 1994 08:49:37 GMT";
	int64_t when;
	(void)state;
	for (size_t length = 0; length < strlen(text); length++)
		assert_false(date_parse(text, length, NOW, &when));
}

/* Against the C library, a day in each month over some centuries. */
static void test_days(void **state)
{
	(void)state;
	for (int year = 1601; year < 2500; year++) {
		for (unsigned month = 1; month <= 12; month++) {
			struct tm tm = { .tm_year = year - 1900,
				.tm_mon = (int)month - 1,
				.tm_mday = 28 };
			assert_int_equal(date_days(year, month, 28) * 86400, timegm(&tm));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_days),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
