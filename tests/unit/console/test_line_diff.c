/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/line_diff.h"
#include "data/memory.h"

static char out[4096];

static void each(void *arg, char sign, const char *line, size_t length)
{
	size_t used = strlen(out);

	(void)arg;
	snprintf(out + used, sizeof out - used, "%c%.*s;", sign, (int)length, line);
}

static void test_diffs(void **state)
{
	static const struct {
		const char *old, *new;
		size_t around;
		const char *shown;
		size_t differ;
	} rows[] = {
		{ "", "", 1, "", 0 },
		{ "a\nb\n", "a\nb\n", 1, "@;", 0 },
		{ "", "a\n", 1, "+a;", 1 },
		{ "a\n", "", 1, "-a;", 1 },
		{ "a\nb\nc\n", "a\nx\nc\n", 1, " a;-b;+x; c;", 2 },
		{ "a\nb\nc\n", "a\nx\nc\n", 0, "@;-b;+x;@;", 2 },
		{ "1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n", 1, "@; 5;+6;", 1 },
		{ "1\n2\n3\n4\n5\n6\n7\n", "0\n1\n2\n3\n4\n5\n6\n", 1, "+0; 1;@; 6;-7;", 2 },
		{ "a\nb\n", "b\na\n", 0, "-a;@;+a;", 2 },
		{ "a", "a\nb", 1, " a;+b;", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		out[0] = '\0';
		assert_int_equal(line_diff(rows[i].old, rows[i].new, rows[i].around, each, NULL),
		    rows[i].differ);
		assert_string_equal(out, rows[i].shown);
	}
}

static void count(void *arg, char sign, const char *line, size_t length)
{
	size_t *counts = arg;

	(void)line;
	(void)length;
	counts[sign == '+']++;
}

/* Too large for the table: all of the one goes and all of the other comes. */
static void test_large(void **state)
{
	size_t size = 60000, counts[2] = { 0 };
	char *a = memory_new(size + 1), *b = memory_new(size + 1);

	(void)state;
	for (size_t i = 0; i < size; i++) {
		a[i] = i % 2 ? '\n' : 'a';
		b[i] = i % 2 ? '\n' : 'b';
	}
	assert_int_equal(line_diff(a, b, 0, count, counts), size);
	assert_int_equal(counts[0], size / 2);
	assert_int_equal(counts[1], size / 2);
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diffs),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
