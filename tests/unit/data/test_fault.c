/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "data/fault.h"

static void test_set(void **state)
{
	struct fault fault = { 0 };

	(void)state;
	assert_false(fault_set(&fault, FAULT_USAGE, "web: %s is %d", "it", 5));
	assert_int_equal(fault.code, FAULT_USAGE);
	assert_string_equal(fault.text, "web: it is 5");
	assert_string_equal(fault.next, "");
	assert_false(fault_next(&fault, "try %s", "again"));
	assert_string_equal(fault.next, "try again");
	assert_false(fault_set(&fault, FAULT_FAILED, "other"));
	assert_string_equal(fault.next, "");
}

static void test_errno(void **state)
{
	struct fault fault = { 0 };

	(void)state;
	assert_false(fault_errno(&fault, ENOENT, "cannot read %s", "x"));
	assert_int_equal(fault.code, FAULT_FAILED);
	assert_string_equal(fault.text, "cannot read x: No such file or directory");
	fault_errno(&fault, 99999, "x");
	assert_string_equal(fault.text, "x: error 99999");
}

/* A fault's own text may go into its next one. */
static void test_prefix(void **state)
{
	struct fault fault = { 0 };

	(void)state;
	fault_set(&fault, FAULT_REFUSED, "no");
	fault_next(&fault, "ask");
	assert_false(fault_prefix(&fault, "%s:%d", "file", 3));
	assert_string_equal(fault.text, "file:3: no");
	assert_int_equal(fault.code, FAULT_REFUSED);
	assert_string_equal(fault.next, "ask");
	fault_set(&fault, FAULT_FAILED, "again: %s", fault.text);
	assert_string_equal(fault.text, "again: file:3: no");
}

static void test_clean(void **state)
{
	struct fault fault = { 0 };
	char text[3000];

	(void)state;
	fault_set(&fault, FAULT_FAILED, "a\nb\x1b%s", "\xff");
	assert_string_equal(fault.text, "a b??");
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	fault_set(&fault, FAULT_FAILED, "%s", text);
	assert_int_equal(strlen(fault.text), sizeof fault.text - 1);
	fault_prefix(&fault, "%s", "p");
	assert_int_equal(strlen(fault.text), sizeof fault.text - 1);
	assert_memory_equal(fault.text, "p: xxx", 6);
}

static void test_null(void **state)
{
	(void)state;
	assert_false(fault_set(NULL, FAULT_FAILED, "x"));
	assert_false(fault_errno(NULL, EIO, "x"));
	assert_false(fault_next(NULL, "x"));
	assert_false(fault_prefix(NULL, "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
