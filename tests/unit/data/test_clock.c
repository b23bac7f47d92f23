/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "data/clock.h"

#define S INT64_C(1000000)
/* 2026-03-10T09:30:00Z; the tests run at UTC+1 without daylight saving, so the
 * local day began at 2026-03-09T23:00:00Z. */
#define NOW (INT64_C(1773135000) * S)
#define TODAY (INT64_C(1773097200) * S)

static int set_zone(void **state)
{
	(void)state;
	setenv("TZ", "XST-1", 1);
	tzset();
	return 0;
}

static void test_rfc3339(void **state)
{
	char out[64];

	(void)state;
	clock_rfc3339(0, out, sizeof out);
	assert_string_equal(out, "1970-01-01T00:00:00.000Z");
	clock_rfc3339(NOW + 123456, out, sizeof out);
	assert_string_equal(out, "2026-03-10T09:30:00.123Z");
	clock_rfc3339(-1, out, sizeof out);
	assert_string_equal(out, "1969-12-31T23:59:59.999Z");
	clock_rfc3339(NOW, out, 11);
	assert_string_equal(out, "2026-03-10");
}

/* The machine was started before this program, and is up for a while. */
static void test_boot(void **state)
{
	struct timespec up;
	int64_t now = clock_utc(), boot = clock_parse("boot", now);

	(void)state;
	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &up), 0);
	assert_in_range(now - boot, (up.tv_sec - 60) * S, (up.tv_sec + 1) * S);
	assert_int_equal(clock_parse("boot", 0), 0); /* never before 1970 */
	assert_int_equal(clock_parse("boots", now), -1);
}

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t value; /* -1: none of these */
	} rows[] = {
		{ "2026-03-10T09:30:00Z", NOW },
		{ "2026-03-10t09:30:00z", NOW },
		{ "2026-03-10T09:30:00.5Z", NOW + 500000 },
		{ "2026-03-10T09:30:00.123456789Z", NOW + 123456 },
		{ "2026-03-10T09:30:00", NOW - 3600 * S },
		{ "2026-03-10T11:30:00+02:00", NOW },
		{ "2026-03-10T04:00:00-05:30", NOW },
		{ "2026-03-10", TODAY },
		{ "2026-03-10 12:00", TODAY + 12 * 3600 * S },
		{ "2026-03-10 12:00:30", TODAY + (12 * 3600 + 30) * S },
		{ "12:00", TODAY + 12 * 3600 * S },
		{ "12:00:30", TODAY + (12 * 3600 + 30) * S },
		{ "12:00Z", TODAY + 13 * 3600 * S },
		{ "90s", NOW - 90 * S },
		{ "10m", NOW - 600 * S },
		{ "2h", NOW - 7200 * S },
		{ "3d", NOW - 3 * 86400 * S },
		{ "500ms", NOW - S / 2 },
		{ "40000d", 0 },
		{ "2024-02-29", INT64_C(1709161200) * S },
		{ "", -1 },
		{ "90", -1 },
		{ "now", -1 },
		{ "yesterday", -1 },
		{ "-5m", -1 },
		{ "2026-02-29", -1 },
		{ "2026-13-01", -1 },
		{ "2026-00-01", -1 },
		{ "2026-01-32", -1 },
		{ "2026-04-31", -1 },
		{ "2100-02-29", -1 },
		{ "2026-1-1", -1 },
		{ "26-01-01", -1 },
		{ "1969-12-31", -1 },
		{ "2026-03-10T", -1 },
		{ "2026-03-10T24:00", -1 },
		{ "2026-03-10T12:60", -1 },
		{ "2026-03-10T12:00:61", -1 },
		{ "2026-03-10T12:00:00.", -1 },
		{ "2026-03-10T12:00:00ZZ", -1 },
		{ "2026-03-10T12:00:00+2", -1 },
		{ "2026-03-10T12:00:00+24:00", -1 },
		{ "2026-03-10x", -1 },
		{ "12:0", -1 },
		{ "12", -1 },
		{ "12:00 ", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(clock_parse(rows[i].text, NOW), rows[i].value);
}

/* What is printed is read back, to the millisecond. */
static void test_round(void **state)
{
	char out[64];

	(void)state;
	for (int64_t us = 0; us < INT64_C(4102444800) * S; us += INT64_C(98765432123456)) {
		clock_rfc3339(us, out, sizeof out);
		assert_int_equal(clock_parse(out, NOW), us / 1000 * 1000);
	}
}

static void test_now(void **state)
{
	(void)state;
	int64_t first = clock_monotonic(), utc = clock_utc();
	assert_true(clock_monotonic() >= first);
	assert_true(utc > INT64_C(1600000000) * S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc3339),
		cmocka_unit_test(test_boot),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_now),
	};

	return cmocka_run_group_tests(tests, set_zone, NULL);
}
