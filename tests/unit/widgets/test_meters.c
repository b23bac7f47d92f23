/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves and gauges on every kind of screen. */
#include "drawn.h"

#include <math.h>

#include "widgets/meters.h"

static void check_curve(bool ascii, enum signs signs, int width, const double *values, size_t count,
    double most, const char *expected)
{
	struct canvas *canvas = canvas_new(1, 12, ascii);

	canvas->signs = signs;
	meters_curve(canvas_area(canvas), 0, 0, width, STYLE_GOOD, values, count, most);
	assert_drawn(canvas, expected);
	canvas_free(canvas);
}

static void test_curve(void **state)
{
	static const double rise[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	static const double gaps[] = { 4, NAN, 0, NAN, NAN, 4 };

	(void)state;
	check_curve(false, SIGNS_BLOCKS, 8, rise, 8, 7, "▁▂▃▄▅▆▇█\n");
	check_curve(false, SIGNS_BRAILLE, 4, rise, 8, 7, "⣀⣤⣶⣿\n");
	check_curve(false, SIGNS_PLAIN, 8, rise, 8, 7, "__..::||\n");
	check_curve(true, SIGNS_BRAILLE, 8, rise, 8, 7, "__..::||\n");
	/* Gaps are gaps, zero is not one. */
	check_curve(false, SIGNS_BLOCKS, 6, gaps, 6, 4, "█ ▁  █\n");
	check_curve(false, SIGNS_BRAILLE, 3, gaps, 6, 4, "⡇⡀⢸\n");
	check_curve(true, SIGNS_BLOCKS, 6, gaps, 6, 4, "| _  |\n");
	/* The newest at the right; without a top the largest is it. */
	check_curve(true, SIGNS_BLOCKS, 3, rise, 8, 0, ":||\n");
	check_curve(true, SIGNS_BLOCKS, 6, rise, 2, 0, "    _|\n");
	check_curve(true, SIGNS_BLOCKS, 3, gaps + 1, 1, 0, "\n");
	check_curve(true, SIGNS_BLOCKS, 3, rise, 0, 0, "\n");
	check_curve(true, SIGNS_BLOCKS, 0, rise, 8, 0, "\n");
	check_curve(true, SIGNS_BLOCKS, 2, (const double[]){ 1e300, INFINITY }, 2, 1, "||\n");
}

static void test_values(void **state)
{
	struct canvas *canvas = canvas_new(1, 12, false);

	(void)state;
	assert_int_equal(meters_values(canvas_area(canvas), 10), 10);
	canvas->signs = SIGNS_BRAILLE;
	assert_int_equal(meters_values(canvas_area(canvas), 10), 20);
	canvas->ascii = true;
	assert_int_equal(meters_values(canvas_area(canvas), 10), 10);
	assert_int_equal(meters_values(canvas_area(canvas), -3), 0);
	canvas_free(canvas);
}

static void test_gauge(void **state)
{
	static const struct {
		int width;
		double value, most;
		const char *drawn;
	} rows[] = {
		{ 8, 0, 100, "[      ]\n" },
		{ 8, 0.1, 100, "[|     ]\n" },
		{ 8, 50, 100, "[|||   ]\n" },
		{ 8, 99, 100, "[||||| ]\n" },
		{ 8, 100, 100, "[||||||]\n" },
		{ 8, 700, 100, "[||||||]\n" },
		{ 8, NAN, 100, "[  ?   ]\n" },
		{ 8, 5, 0, "[  ?   ]\n" },
		{ 3, 50, 100, "[|]\n" },
		{ 2, 50, 100, "|\n" },
		{ 1, NAN, 100, "?\n" },
		{ 0, 50, 100, "\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct canvas *canvas = canvas_new(1, 12, true);

		meters_gauge(canvas_area(canvas), 0, 0, rows[i].width, STYLE_GOOD, rows[i].value,
		    rows[i].most);
		assert_drawn(canvas, rows[i].drawn);
		canvas_free(canvas);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_curve),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_gauge),
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
