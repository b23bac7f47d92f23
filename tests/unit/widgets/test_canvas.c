/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawn.h"

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
static void test_palette(void **state)
{
	static const int counts[] = { 0, 8, 16, 256 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (unsigned style = 0; style < STYLE_COUNT; style++) {
			struct palette_look plain = palette_look(style, counts[i]);
			struct palette_look selected =
			    palette_look(style | STYLE_SELECTED, counts[i]);

			assert_false(same_look(plain, selected));
			assert_true(selected.reverse != plain.reverse);
			assert_true(plain.foreground < (counts[i] > 0 ? counts[i] : 0));
			assert_true(plain.background < (counts[i] > 0 ? counts[i] : 0));
		}
	/* What has to be found is not left to colour. */
	assert_true(palette_look(STYLE_BAD, 0).bold);
	assert_true(palette_look(STYLE_KEY, 0).bold);
	assert_true(palette_look(STYLE_BAR, 0).reverse);
	assert_true(palette_look(STYLE_INPUT, 0).underline);
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
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
