/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "data/rows.h"

static const char *const names[] = { "address", "requests", NULL };

static void test_cells(void **state)
{
	struct rows *rows = rows_new();

	(void)state;
	assert_int_equal(rows_count(rows), 0);
	assert_null(rows_names(rows));
	assert_string_equal(rows_get(rows, 0, 0), "");
	rows_columns(rows, names);
	for (int i = 0; i < 1000; i++) {
		rows_begin(rows);
		rows_cell(rows, "10.0.0.%d", i);
		rows_cell(rows, "%d", i * 2);
	}
	assert_int_equal(rows_count(rows), 1000);
	assert_string_equal(rows_get(rows, 0, 0), "10.0.0.0");
	assert_string_equal(rows_get(rows, 999, 1), "1998");
	assert_string_equal(rows_get(rows, 999, 2), "");
	assert_string_equal(rows_get(rows, 1000, 0), "");
	assert_string_equal(rows_names(rows)[1], "requests");
	rows_free(rows);
	rows_free(NULL);
}

/* A row that is left early does not shift the next one. */
static void test_short_row(void **state)
{
	struct rows *rows = rows_new();

	(void)state;
	rows_columns(rows, names);
	rows_begin(rows);
	rows_cell(rows, "a");
	rows_begin(rows);
	rows_cell(rows, "b");
	rows_cell(rows, "2");
	assert_int_equal(rows_count(rows), 2);
	assert_string_equal(rows_get(rows, 0, 1), "");
	assert_string_equal(rows_get(rows, 1, 0), "b");
	rows_free(rows);
}

static void test_clean_and_long(void **state)
{
	struct rows *rows = rows_new();
	char *text = malloc(100001);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 100000);
	text[100000] = '\0';
	rows_columns(rows, names);
	rows_begin(rows);
	rows_cell(rows, "\x1b[2J%s", "\xff");
	rows_cell(rows, "%s", text);
	assert_string_equal(rows_get(rows, 0, 0), "?[2J?");
	assert_string_equal(rows_get(rows, 0, 1), text);
	rows_free(rows);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_short_row),
		cmocka_unit_test(test_clean_and_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
