/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawn.h"

#include <math.h>

#include "widgets/cells.h"
#include "widgets/palette.h"

static void test_characters(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t code;
		size_t length;
	} rows[] = {
		{ "a", 'a', 1 },
		{ "\303\251", 0xe9, 2 },
		{ "\342\202\254", 0x20ac, 3 },
		{ "\360\237\230\200", 0x1f600, 4 },
		{ "", 0, 0 },
		/* Not UTF-8: one replacement a byte. */
		{ "\200", 0xfffd, 1 },
		{ "\300\257", 0xfffd, 1 },
		{ "\303", 0xfffd, 1 },
		{ "\355\240\200", 0xfffd, 1 },
		{ "\364\220\200\200", 0xfffd, 1 },
		{ "\340\200\200", 0xfffd, 1 },
		{ "\377", 0xfffd, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *at = rows[i].bytes;

		assert_int_equal(cells_next(&at), rows[i].code);
		assert_int_equal(at - rows[i].bytes, rows[i].length);
	}
}

static void test_encode(void **state)
{
	static const uint32_t codes[] = { 1, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff };

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		char bytes[5] = "";
		const char *at = bytes;

		bytes[cells_encode(codes[i], bytes)] = '\0';
		assert_int_equal(cells_next(&at), codes[i]);
	}
}

static void test_widths(void **state)
{
	int used;

	(void)state;
	assert_int_equal(cells_width("abc", false), 3);
	assert_int_equal(cells_width("网页", false), 4);
	assert_int_equal(cells_width("e\314\201", false), 1);
	assert_int_equal(cells_width("网页", true), 2);
	/* Not drawn at all: zero-width and direction marks. */
	assert_int_equal(cells_width("a\342\200\213b\342\200\256c\357\273\277", false), 3);
	/* Controls take a cell: a question mark is seen. */
	assert_int_equal(cells_width("\033[m\177", false), 4);
	assert_int_equal(cells_fit("网页x", 3, false, &used), 3);
	assert_int_equal(used, 2);
	assert_int_equal(cells_fit("e\314\201x", 1, false, &used), 3);
	assert_int_equal(cells_fit("", 5, false, &used), 0);
}

static void test_drawing(void **state)
{
	struct canvas *canvas = canvas_new(3, 10, false);
	struct area area = canvas_area(canvas);

	(void)state;
	area_text(area, 0, 8, STYLE_NORMAL, "cut");
	area_text(area, 0, -1, STYLE_NORMAL, "xab");
	area_text(area, 1, 0, STYLE_BAD, "\033[2J\302\205");
	area_text(area, 2, 9, STYLE_NORMAL, "网");
	area_text(area, 3, 0, STYLE_NORMAL, "below");
	area_text(area, -1, 0, STYLE_NORMAL, "above");
	assert_drawn(canvas, "ab      cu\n?[2J?\n\n");
	assert_styles(canvas, "..........\nxxxxx.....\n..........\n");
	canvas_free(canvas);
}

/* Half of a wide character never stays behind. */
static void test_wide_halves(void **state)
{
	struct canvas *canvas = canvas_new(1, 8, false);
	struct area area = canvas_area(canvas);

	(void)state;
	area_text(area, 0, 0, STYLE_NORMAL, "网页网页");
	area_text(area, 0, 1, STYLE_NORMAL, "x");
	assert_drawn(canvas, " x页网页\n");
	area_text(area, 0, 4, STYLE_NORMAL, "y");
	assert_drawn(canvas, " x页y 页\n");
	area_text(area, 0, 3, STYLE_NORMAL, "网");
	assert_drawn(canvas, " x 网 页\n");
	canvas_free(canvas);
}

static void test_joining(void **state)
{
	struct canvas *canvas = canvas_new(1, 6, false);
	struct area area = canvas_area(canvas);

	(void)state;
	area_text(area, 0, 0, STYLE_NORMAL, "\314\201e\314\201x\314\201\314\202\314\203y");
	assert_drawn(canvas, "e\314\201x\314\201\314\202y\n");
	canvas_free(canvas);
}

static void test_ascii(void **state)
{
	struct canvas *canvas = canvas_new(4, 12, true);

	(void)state;
	area_frame(canvas_area(canvas), "t");
	area_text(canvas_area(canvas), 1, 2, STYLE_NORMAL, "网é\342\200\246\342\206\222x");
	area_field(canvas_area(canvas), 2, 2, 5, ALIGN_LEFT, STYLE_NORMAL, "too long");
	assert_drawn(canvas, "+- t ------+\n| ??.>x    |\n| too ~    |\n+----------+\n");
	canvas_free(canvas);
}

static void test_fields(void **state)
{
	struct canvas *canvas = canvas_new(4, 9, false);
	struct area area = canvas_area(canvas);

	(void)state;
	area_field(area, 0, 1, 5, ALIGN_RIGHT, STYLE_NORMAL, "ab");
	area_field(area, 1, 1, 5, ALIGN_LEFT, STYLE_NORMAL, "abcdef");
	area_field(area, 2, 1, 4, ALIGN_LEFT, STYLE_NORMAL, "网页网");
	area_field(area, 3, 1, 0, ALIGN_LEFT, STYLE_NORMAL, "none");
	assert_drawn(canvas, "    ab\n abcd…\n 网…\n\n");
	canvas_free(canvas);
}

static void test_parts(void **state)
{
	struct canvas *canvas = canvas_new(4, 8, false);
	struct area part = area_part(canvas_area(canvas), 1, 2, 2, 3);

	(void)state;
	area_text(part, 0, 0, STYLE_NORMAL, "abcdef");
	area_text(part, 1, 1, STYLE_NORMAL, "xyz");
	area_text(part, 2, 0, STYLE_NORMAL, "no");
	area_cursor(part, 9, 9);
	assert_drawn(canvas, "\n  abc\n   xy\n\n");
	assert_int_equal(canvas->cursor_row, 2);
	assert_int_equal(canvas->cursor_col, 4);
	/* A part that lies outside is empty, and a part of it too. */
	part = area_part(canvas_area(canvas), 9, 9, 5, 5);
	assert_int_equal(part.rows, 0);
	assert_int_equal(area_part(part, -3, -3, 9, 9).cols, 0);
	area_text(part, 0, 0, STYLE_NORMAL, "no");
	part = area_part(canvas_area(canvas), -1, -1, 3, 3);
	assert_int_equal(part.rows, 2);
	assert_int_equal(part.cols, 2);
	canvas_free(canvas);
}

static void test_wrapping(void **state)
{
	struct canvas *canvas = canvas_new(4, 8, false);
	struct area area = canvas_area(canvas);

	(void)state;
	assert_int_equal(area_wrap(area, 0, 4, STYLE_NORMAL, "one two three"), 2);
	assert_drawn(canvas, "one two\nthree\n\n\n");
	assert_int_equal(area_wrap(area, 0, 4, -1, "aaaaaaaaaaaaaaaaaaaa"), 3);
	assert_int_equal(area_wrap(area, 0, 4, -1, ""), 0);
	assert_int_equal(area_wrap(area, 2, 2, STYLE_NORMAL, "one two three four five"), 2);
	assert_drawn(canvas, "one two\nthree\none two\nthree f…\n");
	canvas_free(canvas);
}

static void test_select(void **state)
{
	struct canvas *canvas = canvas_new(2, 4, false);

	(void)state;
	area_text(canvas_area(canvas), 0, 0, STYLE_GOOD, "ab");
	area_select(canvas_area(canvas), 0);
	area_select(canvas_area(canvas), 7);
	assert_styles(canvas, "MM##\n....\n");
	canvas_free(canvas);
}

static bool same_look(struct palette_look a, struct palette_look b)
{
	return a.foreground == b.foreground && a.background == b.background && a.bold == b.bold &&
	    a.dim == b.dim && a.underline == b.underline && a.reverse == b.reverse;
}

/* With any number of colours a selected cell looks unlike one that is not, and
 * without colours none is asked for. */
static void check_palette(enum palette_set set)
{
	static const int counts[] = { 0, 8, 16, 256 };

	for (size_t i = 0; i < 4; i++)
		for (unsigned style = 0; style < STYLE_COUNT; style++) {
			struct palette_look plain = palette_look(style, counts[i], set);
			struct palette_look selected =
			    palette_look(style | STYLE_SELECTED, counts[i], set);

			assert_false(same_look(plain, selected));
			assert_true(selected.reverse != plain.reverse);
			assert_true(plain.foreground < (counts[i] > 0 ? counts[i] : 0));
			assert_true(plain.background < (counts[i] > 0 ? counts[i] : 0));
		}
	/* What has to be found is not left to colour. */
	assert_true(palette_look(STYLE_BAD, 0, set).bold);
	assert_true(palette_look(STYLE_KEY, 0, set).bold);
	assert_true(palette_look(STYLE_BAR, 0, set).reverse);
	assert_true(palette_look(STYLE_INPUT, 0, set).underline);
	assert_true(palette_look(STYLE_MATCH, 0, set).underline);
	assert_true(palette_look(STYLE_RANGE, 0, set).reverse);
}

static void test_palette(void **state)
{
	(void)state;
	for (int set = 0; set < PALETTE_SETS; set++)
		check_palette((enum palette_set)set);
}

/* The luminance of a colour of the 256, 16 and up (WCAG 2.1). */
static double luminance(short colour)
{
	static const int steps[] = { 0, 95, 135, 175, 215, 255 };
	int cube = colour - 16, grey = 8 + (colour - 232) * 10;
	int parts[3] = { grey, grey, grey };
	static const double weights[] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	assert_true(colour >= 16);
	if (colour < 232) {
		parts[0] = steps[cube / 36];
		parts[1] = steps[cube / 6 % 6];
		parts[2] = steps[cube % 6];
	}
	for (int i = 0; i < 3; i++) {
		double c = parts[i] / 255.0;

		sum += weights[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double contrast(struct palette_look look, short own_front, short own_back)
{
	double a = luminance(look.foreground >= 0 ? look.foreground : own_front);
	double b = luminance(look.background >= 0 ? look.background : own_back);

	return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

/* With 256 colours everything can be read on the background it is made for. */
static void test_contrast(void **state)
{
	static const struct {
		short front, back;
		double least, border;
	} sets[PALETTE_SETS] = {
		[PALETTE_DARK] = { 231, 16, 3.8, 3 },
		[PALETTE_LIGHT] = { 16, 231, 4.5, 3 },
		[PALETTE_CONTRAST] = { 244, 244, 7, 7 },
	};

	(void)state;
	for (int set = 0; set < PALETTE_SETS; set++)
		for (unsigned style = 0; style < STYLE_COUNT; style++) {
			double found = contrast(palette_look(style, 256, (enum palette_set)set),
			    sets[set].front, sets[set].back);

			if (found < (style == STYLE_BORDER ? sets[set].border : sets[set].least))
				fail_msg("set %d, style %u: %.2f", set, style, found);
		}
}

static void test_rules(void **state)
{
	struct canvas *canvas = canvas_new(4, 20, true);
	struct area area = canvas_area(canvas);

	(void)state;
	area_rule_range(area, 0, "Log", 3, 7);
	area_rule_range(area, 1, "Log", 0, 0);
	area_rule_range(area, 2, "Services", 10, 20);
	area_rule_range(area_part(area, 3, 0, 1, 7), 0, "Log", 3, 7);
	assert_drawn(canvas,
	    "-- Log (3-7) -------\n"
	    "-- Log -------------\n"
	    "-- Services --------\n"
	    "-------\n");
	canvas_free(canvas);
}

static void test_restyle(void **state)
{
	struct canvas *canvas = canvas_new(2, 6, false);
	struct area area = canvas_area(canvas);

	(void)state;
	area_text(area, 0, 0, STYLE_GOOD, "abc");
	area_restyle(area, 0, 1, 99, STYLE_MATCH);
	area_restyle(area, 5, 0, 3, STYLE_MATCH);
	assert_styles(canvas, "mhhhhh\n......\n");
	assert_int_equal(area_bytes(area, 1, 0, STYLE_NORMAL, "abcdef", 3), 3);
	assert_drawn(canvas, "abc\nabc\n");
	/* Without any room the cursor stays where it is. */
	area_cursor(area, 1, 1);
	area_cursor(area_part(area, 9, 9, 3, 3), 0, 0);
	assert_int_equal(canvas->cursor_row, 1);
	assert_int_equal(canvas->cursor_col, 1);
	canvas_free(canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_drawing),
		cmocka_unit_test(test_wide_halves),
		cmocka_unit_test(test_joining),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_wrapping),
		cmocka_unit_test(test_select),
		cmocka_unit_test(test_palette),
		cmocka_unit_test(test_contrast),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_restyle),
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
