/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the command line prints: alignment by cells, cleaned texts, documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/format.h"
#include "console/manual.h"

static char *printed;
static size_t printed_size;

static FILE *paper(void)
{
	free(printed);
	printed = NULL;
	return open_memstream(&printed, &printed_size);
}

static void expect(FILE *out, const char *text)
{
	fclose(out);
	assert_string_equal(printed, text);
	free(printed);
	printed = NULL;
}

static void test_width(void **state)
{
	static const struct {
		const char *text;
		size_t cells;
	} rows[] = {
		{ "", 0 },
		{ "web", 3 },
		{ "größe", 5 },
		{ "日本", 4 },
		{ "e\xcc\x81", 1 }, /* a combining accent takes no cell of its own */
		{ "a\xff"
		  "b",
		    3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(format_width(rows[i].text), rows[i].cells);
}

static void test_grid(void **state)
{
	static const char *const titles[] = { "name", "bytes_in", "note", NULL };
	static const char *const cells[] = { "web", "1", "plain", "größe", "20", NULL, "日本",
		"300", "wide", "x" };
	struct grid *grid = grid_new(titles, "lr");
	FILE *out = paper();

	(void)state;
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
		grid_cell(grid, cells[i]);
	assert_int_equal(grid_rows(grid), 4);
	grid_print(grid, true, out);
	expect(out,
	    "NAME   BYTES IN  NOTE\n"
	    "web           1  plain\n"
	    "größe        20\n"
	    "日本        300  wide\n"
	    "x\n");
	out = paper();
	grid_print(grid, false, out);
	grid_free(grid);
	expect(out,
	    "web      1  plain\n"
	    "größe   20\n"
	    "日本   300  wide\n"
	    "x\n");
}

static void test_grid_cleans(void **state)
{
	static const char *const titles[] = { "a", NULL };
	struct grid *grid = grid_new(titles, "");
	FILE *out = paper();

	(void)state;
	grid_cell(grid,
	    "a\033[31mb\nc\xc2\x9b"
	    "d\xff");
	grid_print(grid, false, out);
	grid_free(grid);
	expect(out, "a?[31mb c?d?\n");
	out = paper();
	format_text("\033]0;title\007", out);
	expect(out, "?]0;title?");
	grid_free(NULL);
}

static void test_empty_grid(void **state)
{
	static const char *const titles[] = { "a", "b", NULL };
	struct grid *grid = grid_new(titles, "");
	FILE *out = paper();

	(void)state;
	assert_int_equal(grid_rows(grid), 0);
	grid_print(grid, true, out);
	grid_free(grid);
	expect(out, "A  B\n");
}

static void test_json(void **state)
{
	json_t *document = json_pack("{s:i}", "a", 1);
	FILE *out = paper();

	(void)state;
	format_json(document, out);
	expect(out, "{\n  \"version\": 1,\n  \"a\": 1\n}\n");
	json_object_set_new(document, "version", json_integer(2));
	out = paper();
	format_json(document, out);
	expect(out, "{\n  \"a\": 1,\n  \"version\": 2\n}\n");
	json_decref(document);
}

static void test_time(void **state)
{
	char text[64];

	(void)state;
	setenv("TZ", "EST5", 1);
	format_time("2026-01-31T12:30:05.123Z", text, sizeof text);
	assert_string_equal(text, "2026-01-31 07:30:05");
	format_time("no\033time", text, sizeof text);
	assert_string_equal(text, "no?time");
}

static void test_fault(void **state)
{
	struct fault fault = { 0 };
	FILE *out = paper();

	(void)state;
	format_fault(&fault, out);
	expect(out, "");
	fault_set(&fault, FAULT_FAILED, "web: no");
	out = paper();
	format_fault(&fault, out);
	expect(out, "steward: web: no\n");
	fault_next(&fault, "try again");
	out = paper();
	format_fault(&fault, out);
	expect(out, "steward: web: no\n         try again\n");
}

static void test_quote(void **state)
{
	static const struct {
		const char *text, *quoted;
	} rows[] = {
		{ "/srv/a-b_c.d", "/srv/a-b_c.d" },
		{ "a b", "'a b'" },
		{ "", "''" },
		{ "it's", "'it'\\''s'" },
		{ "$(reboot)", "'$(reboot)'" },
		{ "ä", "'ä'" },
	};
	char quoted[64];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(format_quote(rows[i].text, quoted, sizeof quoted));
		assert_string_equal(quoted, rows[i].quoted);
		assert_false(format_quote(rows[i].text, quoted, strlen(rows[i].quoted)));
	}
}

static void test_limits(void **state)
{
	static const struct {
		const char *type;
		json_int_t min, max;
		const char *text;
	} rows[] = {
		{ "integer", 1, 64, "1 to 64" },
		{ "size", 4096, 1073741824, "4K to 1G" },
		{ "duration", 500, 60000, "500ms to 1m" },
		{ "duration", 0, 90000, "0 to 90s" },
		{ "size", 1000, 86400, "1000 to 86400" },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *setting = json_pack("{s:s, s:I, s:I}", "type", rows[i].type, "min",
		    rows[i].min, "max", rows[i].max);
		assert_true(format_limits(setting, text, sizeof text));
		assert_string_equal(text, rows[i].text);
		json_object_set_new(setting, "max", json_null());
		assert_false(format_limits(setting, text, sizeof text));
		json_decref(setting);
	}
	assert_false(format_limits(NULL, text, sizeof text));
}

static void test_wrong_types(void **state)
{
	json_t *object = json_pack("{s:i, s:s, s:n}", "number", 7, "text", "a", "null");

	(void)state;
	assert_string_equal(json_text(object, "text", "-"), "a");
	assert_string_equal(json_text(object, "number", "-"), "-");
	assert_string_equal(json_text(object, "null", "-"), "-");
	assert_string_equal(json_text(NULL, "text", "-"), "-");
	assert_true(json_figure(object, "number", 1) == 7);
	assert_true(json_figure(object, "text", 1) == 1);
	assert_true(json_figure(NULL, "text", 1) == 1);
	json_decref(object);
}

/* The manual's part: nothing of a schema's text is taken for roff. */
static void test_manual(void **state)
{
	json_t *schema = json_pack("{s:{s:[]}, s:[{s:s, s:s, s:[{s:s, s:s, s:s, s:s, s:s, s:s,"
				   " s:i, s:i, s:[s, s]}]}]}",
	    "host", "settings", "services", "name", "web", "summary", ".evil \\fB", "settings",
	    "name", "web.mode", "type", "choice", "default", "a", "default_home", "b", "help",
	    "'what it does", "effect", "restart", "min", 1, "max", 9, "choices", "a", "b-c");
	FILE *out = paper();

	(void)state;
	manual_print(schema, out);
	json_decref(schema);
	fclose(out);
	assert_non_null(strstr(printed,
	    "\n.Ss web\n\\&.evil \\efB.\n.Bl -tag -width Ds\n"
	    ".It Cm mode\n"));
	assert_non_null(strstr(printed,
	    "\n\\&'what it does.\nOne of a, b\\-c.\n1 to 9.\n"
	    "Default: a.\n"));
	assert_non_null(strstr(printed, ": b.\n"));
	assert_non_null(strstr(printed, "restarts the service.\n.El\n"));
	out = paper();
	json_t *nothing = json_array();
	manual_print(nothing, out);
	json_decref(nothing);
	fclose(out);
}

static int end(void **state)
{
	(void)state;
	free(printed);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_grid),
		cmocka_unit_test(test_grid_cleans),
		cmocka_unit_test(test_empty_grid),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_fault),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_wrong_types),
		cmocka_unit_test(test_manual),
	};

	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, end);
}
