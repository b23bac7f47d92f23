/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "data/text.h"

static const struct {
	const char *in, *out;
} clean_rows[] = {
	{ "", "" },
	{ "plain text 09 ~", "plain text 09 ~" },
	{ "a\nb\tc", "a b c" },
	{ "\x01\x02\x1f\x7f", "????" },
	{ "\r\b\a\v\f", "?????" },
	{ "\x1b[31mred", "?[31mred" },
	{ "\xc2\x80\xc2\x9b\xc2\x9f", "???" }, /* C1, CSI among them */
	{ "\xc2\xa0", "\xc2\xa0" },            /* the first behind them */
	{ "\xd8\x9c", "?" },                   /* U+061C */
	{ "\xe2\x80\x8d\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\x90", "\xe2\x80\x8d??\xe2\x80\x90" },
	{ "\xe2\x80\xa9\xe2\x80\xaa\xe2\x80\xae\xe2\x80\xaf", "\xe2\x80\xa9??\xe2\x80\xaf" },
	{ "\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa", "\xe2\x81\xa5??\xe2\x81\xaa" },
	{ "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
	    "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "\xef\xbf\xbf\xf4\x8f\xbf\xbf", "\xef\xbf\xbf\xf4\x8f\xbf\xbf" },
	/* Not UTF-8 (RFC 3629): alone, overlong, surrogate, too great, cut off. */
	{ "\x80\xbf", "??" },
	{ "\xc0\x80\xc1\xbf", "????" },
	{ "\xe0\x80\x80\xe0\x9f\xbf", "??????" },
	{ "\xf0\x80\x80\x80\xf0\x8f\xbf\xbf", "????????" },
	{ "\xed\xa0\x80\xed\xbf\xbf", "??????" },
	{ "\xf4\x90\x80\x80\xf5\x80\x80\x80\xff\xfe", "??????????" },
	{ "\xc3", "?" },
	{ "\xe2\x82", "??" },
	{ "\xf0\x9f\x98", "???" },
	{ "\xc3"
	  "a\xe2\x82"
	  "b",
	    "?a??b" },
};

static void test_clean(void **state)
{
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof clean_rows / sizeof *clean_rows; i++) {
		size_t length =
		    text_clean(out, sizeof out, clean_rows[i].in, strlen(clean_rows[i].in));
		assert_string_equal(out, clean_rows[i].out);
		assert_int_equal(length, strlen(out));
	}
}

static void test_clean_nul(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(text_clean(out, sizeof out, "a\0b", 3), 3);
	assert_string_equal(out, "a?b");
}

/* Every beginning of a text, into a block of every size, each exactly as long as
 * told: a byte too far is seen by the sanitizers. */
static void test_clean_bounds(void **state)
{
	static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
	const size_t whole = sizeof text - 1;

	(void)state;
	for (size_t length = 0; length <= whole; length++)
		for (size_t size = 1; size <= whole + 1; size++) {
			char *in = malloc(length ? length : 1), *out = malloc(size);
			assert_non_null(in);
			assert_non_null(out);
			memcpy(in, text, length);
			size_t written = text_clean(out, size, in, length);
			assert_true(written < size && written <= length);
			assert_int_equal(out[written], '\0');
			/* No character was cut: what is there is clean. */
			char again[32];
			assert_int_equal(text_clean(again, sizeof again, out, written), written);
			assert_string_equal(again, out);
			free(in);
			free(out);
		}
	assert_int_equal(text_clean(NULL, 0, "abc", 3), 0);
}

static void test_format(void **state)
{
	char out[4];

	(void)state;
	assert_true(text_format(out, sizeof out, "%d", 123));
	assert_false(text_format(out, sizeof out, "%d", 1234));
	assert_string_equal(out, "123");
	assert_false(text_format(out, 0, "x"));
}

static const struct {
	const char *text;
	int64_t value; /* -1: refused */
} size_rows[] = {
	{ "0", 0 }, { "64", 64 }, { "8K", 8192 }, { "8k", 8192 }, { "1.5M", 1572864 },
	{ "2G", INT64_C(2147483648) }, { "1T", INT64_C(1099511627776) },
	{ "0.25K", 256 }, { "9223372036854775807", INT64_MAX },
	{ "", -1 }, { "K", -1 }, { "1.5", -1 }, { "1.", -1 }, { ".5K", -1 },
	{ "1.K", -1 }, { "-1", -1 }, { "+1", -1 }, { " 1", -1 }, { "1 ", -1 },
	{ "1KB", -1 }, { "1KiB", -1 }, { "0x10", -1 }, { "1,5M", -1 }, { "foo", -1 },
	{ "9223372036854775808", -1 }, { "9223372036854775807K", -1 },
	{ "99999999999999999999", -1 }, { "1.1234567K", -1 },
}, duration_rows[] = {
	{ "30", 30000 }, { "30s", 30000 }, { "500ms", 500 }, { "5m", 300000 },
	{ "2h", 7200000 }, { "1d", 86400000 }, { "0.5s", 500 }, { "1.5h", 5400000 },
	{ "0", 0 }, { "", -1 }, { "s", -1 }, { "5w", -1 }, { "1.5ms", -1 },
	{ "-5s", -1 }, { "5 s", -1 }, { "9223372036854775807d", -1 },
};

static void test_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof size_rows / sizeof *size_rows; i++) {
		int64_t value = -1;
		assert_int_equal(text_size(size_rows[i].text, &value), size_rows[i].value >= 0);
		if (size_rows[i].value >= 0)
			assert_int_equal(value, size_rows[i].value);
	}
}

static void test_durations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof duration_rows / sizeof *duration_rows; i++) {
		int64_t value = -1;
		assert_int_equal(text_duration(duration_rows[i].text, &value),
		    duration_rows[i].value >= 0);
		if (duration_rows[i].value >= 0)
			assert_int_equal(value, duration_rows[i].value);
	}
}

static void test_integers(void **state)
{
	static const char *const wrong[] = {
		"",
		"-",
		"+1",
		"1.0",
		"0x1",
		" 1",
		"1 ",
		"a",
		"9223372036854775808",
		"-9223372036854775809",
		"99999999999999999999999",
	};
	int64_t value;

	(void)state;
	assert_true(text_integer("0", &value) && value == 0);
	assert_true(text_integer("-12", &value) && value == -12);
	assert_true(text_integer("9223372036854775807", &value) && value == INT64_MAX);
	assert_true(text_integer("-9223372036854775808", &value) && value == INT64_MIN);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(text_integer(wrong[i], &value));
}

static void test_show(void **state)
{
	static const struct {
		void (*show)(int64_t value, char *out, size_t size);
		int64_t value;
		const char *text;
	} rows[] = {
		{ text_show_bytes, 0, "0" },
		{ text_show_bytes, 512, "512" },
		{ text_show_bytes, 1023, "1023" },
		{ text_show_bytes, 1024, "1.0K" },
		{ text_show_bytes, 8192, "8.0K" },
		{ text_show_bytes, 10188, "9.9K" },
		{ text_show_bytes, 10189, "10K" },
		{ text_show_bytes, 1048063, "1023K" },
		{ text_show_bytes, 1048064, "1.0M" },
		{ text_show_bytes, 1258291, "1.2M" },
		{ text_show_bytes, INT64_MAX, "8.0E" },
		{ text_show_bytes, -2048, "-2.0K" },
		{ text_show_bytes, INT64_MIN, "-8.0E" },
		{ text_show_duration, 0, "0s" },
		{ text_show_duration, 42, "42s" },
		{ text_show_duration, 60, "1m" },
		{ text_show_duration, 479, "7m" },
		{ text_show_duration, 3600, "1h00m" },
		{ text_show_duration, 11520, "3h12m" },
		{ text_show_duration, 86399, "23h59m" },
		{ text_show_duration, 86400, "1d" },
		{ text_show_duration, 41 * 86400 + 5, "41d" },
		{ text_show_duration, -1, "0s" },
		{ text_show_latency, 0, "0us" },
		{ text_show_latency, 850, "850us" },
		{ text_show_latency, 999, "999us" },
		{ text_show_latency, 1200, "1.2ms" },
		{ text_show_latency, 9960, "10ms" },
		{ text_show_latency, 120400, "120ms" },
		{ text_show_latency, 999600, "1.0s" },
		{ text_show_latency, 3100000, "3.1s" },
		{ text_show_latency, 12000000, "12s" },
	};
	char out[16];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		rows[i].show(rows[i].value, out, sizeof out);
		assert_string_equal(out, rows[i].text);
		assert_true(strlen(out) <= 8);
	}
}

static void test_nearest(void **state)
{
	static const char *const words[] = { "start", "stop", "restart", "web", "dns", NULL };
	static const char *const none[] = { NULL };

	(void)state;
	assert_string_equal(text_nearest("strat", words), "start");
	assert_string_equal(text_nearest("stopp", words), "stop");
	assert_string_equal(text_nearest("restrt", words), "restart");
	assert_string_equal(text_nearest("wbe", words), "web");
	assert_string_equal(text_nearest("web", words), "web");
	assert_null(text_nearest("mail", words));
	assert_null(text_nearest("dnsweb", words));
	assert_null(text_nearest("", words));
	assert_null(text_nearest("web", none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_clean_nul),
		cmocka_unit_test(test_clean_bounds),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
