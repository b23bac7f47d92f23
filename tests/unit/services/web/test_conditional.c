/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/web/conditional.h"

#define NOW INT64_C(1795305600)
#define MODIFIED INT64_C(784111777)
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define SAME "Sun, 06 Nov 1994 08:49:37 GMT"
#define AFTER "Sun, 06 Nov 1994 08:49:38 GMT"

static const struct validators file = { "\"abc\"", MODIFIED };
static const struct validators weak_file = { "W/\"abc\"", MODIFIED };

static void test_lists(void **state)
{
	static const struct {
		const char *list;
		int strong, weak;
	} rows[] = {
		{ "\"abc\"", 1, 1 },
		{ "W/\"abc\"", 0, 1 },
		{ "*", 1, 1 },
		{ " * ", 1, 1 },
		{ "*, \"x\"", 0, 0 },
		{ "\"x\"", 0, 0 },
		{ "\"x\", \"abc\"", 1, 1 },
		{ "\"x\",\"abc\"", 1, 1 },
		{ "\"x\" ,\t\"abc\" ", 1, 1 },
		{ ",,\"abc\",,", 1, 1 },
		{ "\"x\", W/\"abc\"", 0, 1 },
		{ "\"ab\", \"abcd\", \"ABC\"", 0, 0 },
		{ "\"x,\\\"abc\"", 0, 0 },
		{ "\"a,b\", \"abc\"", 1, 1 },
		{ "\"\"", 0, 0 },
		{ "abc", 0, 0 },
		{ "\"abc", 0, 0 },
		{ "abc\"", 0, 0 },
		{ "w/\"abc\"", 0, 0 },
		{ "W/abc", 0, 0 },
		{ "\"x\" \"abc\"", 0, 0 },
		{ "\"x\"\"abc\"", 0, 0 },
		{ "\"x y\", \"abc\"", 0, 0 },
		{ "garbage, \"abc\"", 0, 0 },
		{ "", 0, 0 },
		{ ",", 0, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int strong = conditional_etag_listed(rows[i].list, "\"abc\"", false);
		int weak = conditional_etag_listed(rows[i].list, "\"abc\"", true);
		if (strong != rows[i].strong || weak != rows[i].weak)
			fail_msg("%s: %d %d", rows[i].list, strong, weak);
	}
	assert_false(conditional_etag_listed("W/\"abc\"", "W/\"abc\"", false));
	assert_true(conditional_etag_listed("\"abc\"", "W/\"abc\"", true));
	assert_true(conditional_etag_listed("\"\"", "\"\"", false));
}

/* RFC 9110 13.2.2, in its order. */
static void test_precedence(void **state)
{
	static const struct {
		struct conditions conditions;
		int status;
	} rows[] = {
		{ { 0 }, 200 },
		{ { .if_match = "\"abc\"" }, 200 },
		{ { .if_match = "\"x\"" }, 412 },
		{ { .if_match = "W/\"abc\"" }, 412 },
		{ { .if_match = "*" }, 200 },
		{ { .if_match = "junk" }, 412 },
		{ { .if_unmodified_since = BEFORE }, 412 },
		{ { .if_unmodified_since = SAME }, 200 },
		{ { .if_unmodified_since = AFTER }, 200 },
		{ { .if_unmodified_since = "junk" }, 200 },
		{ { .if_match = "\"abc\"", .if_unmodified_since = BEFORE }, 200 },
		{ { .if_match = "\"x\"", .if_unmodified_since = AFTER }, 412 },
		{ { .if_none_match = "\"abc\"" }, 304 },
		{ { .if_none_match = "W/\"abc\"" }, 304 },
		{ { .if_none_match = "*" }, 304 },
		{ { .if_none_match = "\"x\"" }, 200 },
		{ { .if_none_match = "\"x\", \"abc\"" }, 304 },
		{ { .if_modified_since = BEFORE }, 200 },
		{ { .if_modified_since = SAME }, 304 },
		{ { .if_modified_since = AFTER }, 304 },
		{ { .if_modified_since = "junk" }, 200 },
		{ { .if_modified_since = "Sunday, 06-Nov-94 08:49:37 GMT" }, 304 },
		{ { .if_modified_since = "Sun Nov  6 08:49:37 1994" }, 304 },
		/* If-None-Match outdoes If-Modified-Since either way. */
		{ { .if_none_match = "\"x\"", .if_modified_since = AFTER }, 200 },
		{ { .if_none_match = "\"abc\"", .if_modified_since = BEFORE }, 304 },
		/* A failed precondition outdoes a 304. */
		{ { .if_match = "\"x\"", .if_none_match = "\"abc\"" }, 412 },
		{ { .if_match = "\"abc\"", .if_none_match = "\"abc\"" }, 304 },
		{ { .if_unmodified_since = BEFORE, .if_modified_since = AFTER }, 412 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = conditional_check(&rows[i].conditions, &file, NOW);
		if (status != rows[i].status)
			fail_msg("row %zu: %d, expected %d", i, status, rows[i].status);
	}
}

static void test_if_range(void **state)
{
	static const struct {
		const char *value;
		int heeded;
	} rows[] = {
		{ NULL, 1 },
		{ "\"abc\"", 1 },
		{ "W/\"abc\"", 0 },
		{ "\"x\"", 0 },
		{ "\"abc\", \"x\"", 0 },
		{ "\"abc", 0 },
		{ "*", 0 },
		{ "", 0 },
		{ SAME, 1 },
		{ BEFORE, 0 },
		{ AFTER, 0 },
		{ "junk", 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct conditions conditions = { .if_range = rows[i].value };
		assert_int_equal(conditional_range(&conditions, &file, NOW), rows[i].heeded);
	}
	struct conditions etag = { .if_range = "W/\"abc\"" };
	assert_false(conditional_range(&etag, &weak_file, NOW));
	/* Modified within this second: it may still change. */
	struct conditions date = { .if_range = SAME };
	assert_false(conditional_range(&date, &file, MODIFIED));
	assert_true(conditional_range(&date, &file, MODIFIED + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_if_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
