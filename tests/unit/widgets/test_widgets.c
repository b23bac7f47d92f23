/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Table, menu, input line and bars, drawn and pressed. */
#include "drawn.h"

#include "widgets/bar.h"
#include "widgets/cells.h"
#include "widgets/input.h"
#include "widgets/menu.h"
#include "widgets/table.h"

/* ---- Table ---- */

static void cell(void *arg, size_t row, size_t column, struct table_cell *cell_r)
{
	(void)arg;
	snprintf(cell_r->text, sizeof cell_r->text, "%c%zu", (int)('a' + column), row);
}

static const struct table_column columns[] = {
	{ "NAME", 4, 1, 0, 0, ALIGN_LEFT },
	{ "SIZE", 4, 0, 0, 2, ALIGN_RIGHT },
	{ "AGE", 4, 0, 0, 1, ALIGN_RIGHT },
	{ .title = NULL },
};

static struct table new_table(size_t rows)
{
	return (struct table){ .columns = columns, .rows = rows, .cell = cell };
}

static void test_table_columns(void **state)
{
	struct table table = new_table(2);
	struct canvas *wide = canvas_new(3, 20, false), *narrow = canvas_new(3, 12, false);
	struct canvas *tiny = canvas_new(3, 5, false);

	(void)state;
	table_draw(&table, canvas_area(wide));
	assert_drawn(wide, "  NAME     SIZE  AGE\n> a0         b0   c0\n  a1         b1   c1\n");
	assert_int_equal(wide->cursor_row, 1);
	/* SIZE is the least important one. */
	table_draw(&table, canvas_area(narrow));
	assert_drawn(narrow, "  NAME   AGE\n> a0      c0\n  a1      c1\n");
	table_draw(&table, canvas_area(tiny));
	assert_drawn(tiny, "  NAM\n> a0\n  a1\n");
	canvas_free(wide);
	canvas_free(narrow);
	canvas_free(tiny);
}

static void test_table_moves(void **state)
{
	static const struct {
		struct key key;
		size_t selected, top;
	} rows[] = {
		{ { .code = PRESS_ARROW_UP }, 0, 0 },
		{ { .code = PRESS_ARROW_DOWN }, 1, 0 },
		{ { .code = PRESS_CHARACTER, .character = 'j' }, 2, 0 },
		{ { .code = PRESS_WHEEL_DOWN }, 3, 1 },
		{ { .code = PRESS_PAGE_DOWN }, 6, 4 },
		{ { .code = PRESS_CHARACTER, .character = 'k' }, 5, 4 },
		{ { .code = PRESS_CHARACTER, .character = 'G' }, 9, 7 },
		{ { .code = PRESS_ARROW_DOWN }, 9, 7 },
		{ { .code = PRESS_PAGE_UP }, 6, 6 },
		{ { .code = PRESS_FIRST }, 0, 0 },
		{ { .code = PRESS_LAST }, 9, 7 },
		{ { .code = PRESS_CHARACTER, .character = 'g' }, 0, 0 },
	};
	struct table table = new_table(10);
	struct canvas *canvas = canvas_new(4, 20, false);

	(void)state;
	table_draw(&table, canvas_area(canvas));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(table_key(&table, &rows[i].key));
		assert_int_equal(table.selected, rows[i].selected);
		assert_int_equal(table.top, rows[i].top);
	}
	struct key other = typed('x');

	assert_false(table_key(&table, &other));
	canvas_free(canvas);
}

static void test_table_shrinks(void **state)
{
	struct table table = new_table(10);
	struct canvas *canvas = canvas_new(4, 20, false);

	(void)state;
	table_draw(&table, canvas_area(canvas));
	table.selected = 9;
	table.rows = 2;
	table_draw(&table, canvas_area(canvas));
	assert_int_equal(table.selected, 1);
	assert_int_equal(table.top, 0);
	assert_int_equal(table_row_at(&table, 2), 1);
	assert_int_equal(table_row_at(&table, 3), -1);
	assert_int_equal(table_row_at(&table, 0), -1);
	table.rows = 0;
	table_draw(&table, canvas_area(canvas));
	assert_int_equal(table.selected, 0);
	struct key down = press(PRESS_ARROW_DOWN);

	assert_true(table_key(&table, &down));
	assert_int_equal(table.selected, 0);
	canvas_free(canvas);
}

static bool third(void *arg, size_t row)
{
	(void)arg;
	return row % 3 == 2;
}

/* Marked rows have a sign and a weight, and the arrow spares the sign. */
static void test_table_marks(void **state)
{
	struct table table = new_table(10);
	struct canvas *canvas = canvas_new(4, 20, true);

	(void)state;
	table.marked = third;
	table_draw(&table, canvas_area(canvas));
	assert_drawn(canvas,
	    "  NAME     SIZE  AGE\n"
	    "> a0         b0   c0\n"
	    "  a1         b1   c1\n"
	    " *a2         b2   cv\n");
	char *styles = canvas_styles(canvas);

	assert_memory_equal(styles + 3 * 21, ".nssssssss.ssss.sss", 19);
	free(styles);
	table.selected = 2;
	canvas_clear(canvas);
	table_draw(&table, canvas_area(canvas));
	char *text = canvas_text(canvas);

	assert_non_null(strstr(text, "\n>*a2 "));
	free(text);
	canvas_free(canvas);
}

static void test_table_range(void **state)
{
	struct table table = new_table(10);
	struct canvas *canvas = canvas_new(4, 20, true);
	size_t first, last;

	(void)state;
	table_range(&table, &first, &last);
	assert_int_equal(last, 0);
	table.selected = 6;
	table_draw(&table, canvas_area(canvas));
	table_range(&table, &first, &last);
	assert_int_equal(first, 5);
	assert_int_equal(last, 7);
	table.rows = 2;
	table_draw(&table, canvas_area(canvas));
	table_range(&table, &first, &last);
	assert_int_equal(first, 1);
	assert_int_equal(last, 2);
	table.rows = 0;
	table_draw(&table, canvas_area(canvas));
	table_range(&table, &first, &last);
	assert_int_equal(first, 0);
	assert_int_equal(last, 0);
	canvas_free(canvas);
}

/* Columns that have no room are reached by the arrows; the first one stays. */
static void test_table_sideways(void **state)
{
	struct table table = new_table(1);
	struct canvas *canvas = canvas_new(2, 13, true);
	struct key left = press(PRESS_ARROW_LEFT), right = press(PRESS_ARROW_RIGHT);

	(void)state;
	assert_false(table_key(&table, &right));
	table.sideways = true;
	table_draw(&table, canvas_area(canvas));
	assert_drawn(canvas, "  NAME   SIZ>\n> a0       b0\n");
	assert_true(table_key(&table, &right));
	assert_true(table_key(&table, &right)); /* not past the last one */
	canvas_clear(canvas);
	table_draw(&table, canvas_area(canvas));
	assert_drawn(canvas, "  NAME  < AGE\n> a0       c0\n");
	assert_true(table_key(&table, &left));
	assert_int_equal(table.passed, 0);
	assert_true(table_key(&table, &left));
	/* With room for all of them none is passed over. */
	struct canvas *wide = canvas_new(2, 20, true);

	table.passed = 1;
	table_draw(&table, canvas_area(wide));
	assert_drawn(wide, "  NAME     SIZE  AGE\n> a0         b0   c0\n");
	canvas_free(wide);
	canvas_free(canvas);
}

/* ---- Menu ---- */

static const struct menu_entry entries[] = {
	{ "Start", "s", "it runs", 7 },
	{ "Stop", "x", NULL, 8 },
	{ NULL, NULL, NULL, -1 },
	{ "Help", NULL, NULL, 9 },
};

static void test_menu(void **state)
{
	struct menu menu = { .title = "web", .entries = entries, .count = 4 };
	struct canvas *canvas = canvas_new(7, 24, true);
	struct key enter = press(PRESS_ENTER), down = typed('j'), up = press(PRESS_ARROW_UP);
	struct key escape = press(PRESS_ESCAPE);

	(void)state;
	menu_open(&menu);
	assert_int_equal(menu.selected, 1);
	menu_draw(&menu, canvas_area(canvas), 1, 10);
	assert_drawn(canvas,
	    "\n"
	    "  +- web --------------+\n"
	    "  |  Start: it runs    |\n"
	    "  |  Stop           x  |\n"
	    "  | ------------------ |\n"
	    "  |  Help              |\n"
	    "  +--------------------+\n");
	assert_int_equal(menu_key(&menu, &enter), 8);
	assert_int_equal(menu_key(&menu, &down), MENU_NOTHING);
	assert_int_equal(menu.selected, 3); /* the line is stepped over */
	assert_int_equal(menu_key(&menu, &enter), 9);
	menu_key(&menu, &down);
	assert_int_equal(menu.selected, 0);                      /* round the end */
	assert_int_equal(menu_key(&menu, &enter), MENU_NOTHING); /* refused */
	menu_key(&menu, &up);
	assert_int_equal(menu.selected, 3);
	assert_int_equal(menu_key(&menu, &escape), MENU_CLOSED);
	canvas_free(canvas);
}

static void test_menu_clicks(void **state)
{
	struct menu menu = { .title = "web", .entries = entries, .count = 4 };
	struct canvas *canvas = canvas_new(7, 24, true);
	static const struct {
		int row, col, answer;
	} rows[] = {
		{ 0, 0, MENU_CLOSED },
		{ 6, 1, MENU_CLOSED },
		{ 1, 5, MENU_NOTHING },
		{ 2, 5, MENU_NOTHING },
		{ 3, 5, 8 },
		{ 4, 5, MENU_NOTHING },
		{ 5, 5, 9 },
		{ 6, 5, MENU_NOTHING },
	};

	(void)state;
	menu_open(&menu);
	menu_draw(&menu, canvas_area(canvas), 1, 10);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct key key = clicked(rows[i].row, rows[i].col);

		assert_int_equal(menu_key(&menu, &key), rows[i].answer);
	}
	canvas_free(canvas);
}

static void test_menu_scrolls(void **state)
{
	struct menu menu = { .entries = entries, .count = 4 };
	struct canvas *canvas = canvas_new(4, 24, true);
	struct key last = press(PRESS_LAST);

	(void)state;
	menu_open(&menu);
	menu_draw(&menu, canvas_area(canvas), 0, 0);
	menu_key(&menu, &last);
	menu_draw(&menu, canvas_area(canvas), 0, 0);
	char *text = canvas_text(canvas);

	assert_non_null(strstr(text, "Help"));
	assert_null(strstr(text, "Start"));
	free(text);
	canvas_free(canvas);
}

/* ---- Input ---- */

static void type(struct input *input, const char *text)
{
	for (; *text != '\0'; text++) {
		struct key key = typed((unsigned char)*text);

		assert_int_equal(input_key(input, &key), INPUT_CHANGED);
	}
}

static enum input_outcome control(struct input *input, uint32_t letter)
{
	struct key key = { .code = PRESS_CONTROL, .character = letter };

	return input_key(input, &key);
}

static void test_input(void **state)
{
	struct input input = { "", 0 };
	struct key wide = typed(0x7f51), erase = press(PRESS_ERASE);
	struct key left = press(PRESS_ARROW_LEFT), del = press(PRESS_DELETE);
	struct key home = press(PRESS_FIRST), end = press(PRESS_LAST);

	(void)state;
	type(&input, "ab");
	input_key(&input, &wide);
	type(&input, "c");
	assert_string_equal(input.text, "ab网c");
	input_key(&input, &left);
	input_key(&input, &erase);
	assert_string_equal(input.text, "abc");
	input_key(&input, &home);
	input_key(&input, &del);
	assert_string_equal(input.text, "bc");
	input_key(&input, &erase); /* nothing before the cursor */
	assert_string_equal(input.text, "bc");
	input_key(&input, &end);
	input_key(&input, &del);
	type(&input, " de  ");
	control(&input, 'W');
	assert_string_equal(input.text, "bc ");
	control(&input, 'A');
	control(&input, 'K');
	assert_string_equal(input.text, "");
	type(&input, "xyz");
	control(&input, 'U');
	assert_string_equal(input.text, "");
	assert_int_equal(control(&input, 'C'), INPUT_CANCELLED);
	assert_int_equal(control(&input, 'L'), INPUT_IGNORED);
}

static void test_input_full(void **state)
{
	struct input input = { "", 0 };
	struct key wide = typed(0x7f51), pasted = { .code = PRESS_PASTED, .character = 'p' };

	(void)state;
	for (int i = 0; i < 1000; i++)
		input_key(&input, i % 2 ? &wide : &pasted);
	assert_in_range(strlen(input.text), INPUT_MAX - 4, INPUT_MAX - 1);
	/* No character was cut. */
	for (const char *at = input.text; *at != '\0';) {
		uint32_t code = cells_next(&at);

		assert_true(code == 'p' || code == 0x7f51);
	}
}

static void test_input_scrolls(void **state)
{
	struct input input = { "", 0 };
	struct canvas *canvas = canvas_new(1, 8, false);
	struct key home = press(PRESS_FIRST);

	(void)state;
	type(&input, "abcdefghij");
	input_draw(&input, canvas_area(canvas), 0, "/ ");
	assert_drawn(canvas, "/ fghij\n");
	assert_int_equal(canvas->cursor_col, 7);
	input_key(&input, &home);
	input_draw(&input, canvas_area(canvas), 0, "/ ");
	assert_drawn(canvas, "/ abcdef\n");
	assert_int_equal(canvas->cursor_col, 2);
	canvas_free(canvas);
}

/* ---- Bars ---- */

static void test_bar_parts(void **state)
{
	const struct bar_part parts[] = {
		{ "name", STYLE_STRONG, 0, false },
		{ "uptime", STYLE_NORMAL, 2, false },
		{ "user", STYLE_NORMAL, 3, false },
		{ "12:00", STYLE_NORMAL, 1, true },
		{ "LIVE", STYLE_GOOD, 0, true },
	};
	struct canvas *canvas = canvas_new(4, 40, false);
	struct area area = canvas_area(canvas);

	(void)state;
	bar_draw(area, 0, STYLE_NORMAL, parts, 5);
	bar_draw(area_part(area, 1, 0, 1, 28), 0, STYLE_NORMAL, parts, 5);
	bar_draw(area_part(area, 2, 0, 1, 20), 0, STYLE_NORMAL, parts, 5);
	bar_draw(area_part(area, 3, 0, 1, 8), 0, STYLE_NORMAL, parts, 5);
	assert_drawn(canvas,
	    " name  uptime  user         12:00  LIVE\n"
	    " name  uptime   12:00  LIVE\n"
	    " name   12:00  LIVE\n"
	    " … LIVE\n");
	canvas_free(canvas);
}

static void test_hints(void **state)
{
	const struct bar_hint hints[] = {
		{ "s", "Start", 's' },
		{ "x", "Stop", 'x' },
		{ "R", "Restart", 'R' },
		{ "q", "Quit", 'q' },
	};
	struct canvas *canvas = canvas_new(2, 40, false);
	struct area narrow = area_part(canvas_area(canvas), 1, 0, 1, 26);

	(void)state;
	bar_hints(canvas_area(canvas), 0, hints, 4);
	bar_hints(narrow, 0, hints, 4);
	assert_drawn(canvas, " s Start  x Stop  R Restart  q Quit\n s Start  x Stop  q Quit\n");
	assert_int_equal(bar_hint_at(narrow, hints, 4, 0), -1);
	assert_int_equal(bar_hint_at(narrow, hints, 4, 1), 's');
	assert_int_equal(bar_hint_at(narrow, hints, 4, 7), 's');
	assert_int_equal(bar_hint_at(narrow, hints, 4, 8), -1);
	assert_int_equal(bar_hint_at(narrow, hints, 4, 18), 'q');
	canvas_free(canvas);
}

static void test_meter(void **state)
{
	static const struct {
		double filled;
		const char *drawn;
	} rows[] = {
		{ 0, "..........\n" },
		{ 0.001, "..........\n" },
		{ 0.02, "#.........\n" },
		{ 0.5, "#####.....\n" },
		{ 0.97, "#########.\n" },
		{ 1, "##########\n" },
		{ 7, "##########\n" },
		{ -1, "..........\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct canvas *canvas = canvas_new(1, 10, true);

		bar_meter(canvas_area(canvas), 0, 0, 10, rows[i].filled, STYLE_GOOD);
		assert_drawn(canvas, rows[i].drawn);
		canvas_free(canvas);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_columns),
		cmocka_unit_test(test_table_moves),
		cmocka_unit_test(test_table_shrinks),
		cmocka_unit_test(test_table_marks),
		cmocka_unit_test(test_table_range),
		cmocka_unit_test(test_table_sideways),
		cmocka_unit_test(test_menu),
		cmocka_unit_test(test_menu_clicks),
		cmocka_unit_test(test_menu_scrolls),
		cmocka_unit_test(test_input),
		cmocka_unit_test(test_input_full),
		cmocka_unit_test(test_input_scrolls),
		cmocka_unit_test(test_bar_parts),
		cmocka_unit_test(test_hints),
		cmocka_unit_test(test_meter),
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
