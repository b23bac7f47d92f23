/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The system's names are these, and how often they were asked for is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pwd.h>
#include <stdio.h>

#include "data/clock.h"
#include "host/names.h"

static unsigned asked;

struct passwd *getpwuid(uid_t uid)
{
	static char text[16];
	static struct passwd entry = { .pw_name = text };

	asked++;
	if (uid > 100)
		return NULL;
	snprintf(text, sizeof text, "user%u", uid);
	return &entry;
}

static void check(struct names *names, uid_t uid, int64_t now, const char *expected,
    unsigned lookups)
{
	char name[33];

	asked = 0;
	names_user(names, uid, now, name, sizeof name);
	assert_string_equal(name, expected);
	assert_int_equal(asked, lookups);
}

static void test_kept_for_a_while(void **state)
{
	struct names names = { 0 };
	const int64_t later = NAMES_FRESH_SECONDS * CLOCK_SECOND;

	(void)state;
	check(&names, 0, 5, "user0", 1);
	check(&names, 0, 5 + later - 1, "user0", 0);
	check(&names, 7, 6, "user7", 1);
	check(&names, 0, 5 + later, "user0", 1);
	check(&names, 7, 7, "user7", 0);
}

static void test_no_name(void **state)
{
	struct names names = { 0 };

	(void)state;
	check(&names, 1234, 5, "uid 1234", 1);
	check(&names, 1234, 6, "uid 1234", 0);
}

static void test_the_oldest_makes_room(void **state)
{
	struct names names = { 0 };
	char expected[16];

	(void)state;
	for (unsigned i = 0; i <= NAMES_KEPT; i++) {
		snprintf(expected, sizeof expected, "user%u", i);
		check(&names, i, 5 + i, expected, 1);
	}
	check(&names, 1, 30, "user1", 0);
	check(&names, NAMES_KEPT, 30, expected, 0);
	check(&names, 0, 30, "user0", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept_for_a_while),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_the_oldest_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
