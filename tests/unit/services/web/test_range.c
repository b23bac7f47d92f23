/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/web/range.h"

struct row {
	const char *header;
	uint64_t size;
	const char *expected; /* "all", "none", or "first+length ..." */
};

static const struct row rows[] = {
	{ NULL, 100, "all" },
	{ "bytes=0-9", 100, "0+10" },
	{ "bytes=0-0", 100, "0+1" },
	{ "bytes=99-99", 100, "99+1" },
	{ "bytes=90-", 100, "90+10" },
	{ "bytes=0-", 100, "0+100" },
	{ "bytes=-10", 100, "90+10" },
	{ "bytes=-100", 100, "0+100" },
	{ "bytes=-1000", 100, "0+100" },
	{ "bytes=50-1000", 100, "50+50" },
	{ "bytes=0-99999999999999999999999999", 100, "0+100" },
	{ "BYTES=0-9", 100, "0+10" },
	{ "bytes=0-9,20-29", 100, "0+10 20+10" },
	{ "bytes=20-29,0-9", 100, "20+10 0+10" },
	{ "bytes= 0-9 , 20-29 ", 100, "0+10 20+10" },
	{ "bytes=,0-9,,20-29,", 100, "0+10 20+10" },
	{ "bytes=0-9,-10", 100, "0+10 90+10" },
	{ "bytes=0-9,200-300", 100, "0+10" },
	{ "bytes=0-9,-0", 100, "0+10" },
	/* Joined where they touch or overlap, whatever their order. */
	{ "bytes=0-9,10-19", 100, "0+20" },
	{ "bytes=10-19,0-9", 100, "0+20" },
	{ "bytes=0-50,25-75", 100, "0+76" },
	{ "bytes=0-,0-,0-,0-", 100, "0+100" },
	{ "bytes=0-9,20-29,5-24", 100, "0+30" },
	{ "bytes=0-1,4-5,2-3,8-9", 100, "0+6 8+2" },
	{ "bytes=30-39,0-9,10-29", 100, "0+40" },
	/* Outside. */
	{ "bytes=100-", 100, "none" },
	{ "bytes=100-200", 100, "none" },
	{ "bytes=-0", 100, "none" },
	{ "bytes=100-,-0", 100, "none" },
	{ "bytes=0-", 0, "none" },
	{ "bytes=0-0", 0, "none" },
	{ "bytes=-1", 0, "none" },
	{ "bytes=18446744073709551615-", 100, "none" },
	{ "bytes=99999999999999999999999999-", 100, "none" },
	/* Malformed, so ignored. */
	{ "", 100, "all" },
	{ "bytes", 100, "all" },
	{ "bytes=", 100, "all" },
	{ "bytes=,", 100, "all" },
	{ "bytes=-", 100, "all" },
	{ "bytes=--1", 100, "all" },
	{ "bytes=0", 100, "all" },
	{ "bytes=9-0", 100, "all" },
	{ "bytes=0-9;20-29", 100, "all" },
	{ "bytes=0-9 20-29", 100, "all" },
	{ "bytes=0 -9", 100, "all" },
	{ "bytes=0- 9", 100, "all" },
	{ "bytes=a-b", 100, "all" },
	{ "bytes=0x0-9", 100, "all" },
	{ "bytes=+0-9", 100, "all" },
	{ "bytes=0-9,junk", 100, "all" },
	{ "bytes =0-9", 100, "all" },
	{ "bytes: 0-9", 100, "all" },
	{ "items=0-9", 100, "all" },
	{ "0-9", 100, "all" },
	{ "bytes=1-2,3-1", 100, "all" },
};

static void describe(const char *header, uint64_t size, char *out, size_t room)
{
	struct range ranges[RANGE_MAX];
	size_t count;
	switch (range_parse(header, size, ranges, &count)) {
	case RANGE_ALL:
		snprintf(out, room, "all");
		return;
	case RANGE_UNSATISFIABLE:
		snprintf(out, room, "none");
		return;
	case RANGE_SOME:
		break;
	}
	size_t used = 0;
	assert_true(count > 0 && count <= RANGE_MAX);
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(out + used, room - used, "%s%llu+%llu", i > 0 ? " " : "",
		    (unsigned long long)ranges[i].first, (unsigned long long)ranges[i].length);
}

static void test_rows(void **state)
{
	char found[1024];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		describe(rows[i].header, rows[i].size, found, sizeof(found));
		if (strcmp(found, rows[i].expected) != 0)
			fail_msg("%s of %llu: %s, expected %s", rows[i].header,
			    (unsigned long long)rows[i].size, found, rows[i].expected);
	}
}

static void test_limits(void **state)
{
	char header[512] = "bytes=", found[1024];
	(void)state;
	for (unsigned i = 0; i < RANGE_MAX; i++)
		snprintf(header + strlen(header), 16, "%s%u-%u", i > 0 ? "," : "", i * 4,
		    i * 4 + 1);
	describe(header, 1000, found, sizeof(found));
	assert_string_not_equal(found, "all");
	strcat(header, ",900-901");
	describe(header, 1000, found, sizeof(found));
	assert_string_equal(found, "all");
	/* The largest file there can be. */
	describe("bytes=0-", UINT64_MAX, found, sizeof(found));
	assert_string_equal(found, "0+18446744073709551615");
	describe("bytes=-18446744073709551615", UINT64_MAX, found, sizeof(found));
	assert_string_equal(found, "0+18446744073709551615");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
