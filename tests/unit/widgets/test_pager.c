/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawn.h"

#include "widgets/pager.h"

static void numbered(void *arg, size_t index, struct pager_line *line)
{
	static char text[32];

	snprintf(text, sizeof text, "line %zu", index + *(size_t *)arg);
	line->spans[line->count].text = text;
	line->spans[line->count++].style = STYLE_NORMAL;
}

static void long_lines(void *arg, size_t index, struct pager_line *line)
{
	(void)arg;
	line->spans[line->count].text = "ab ";
	line->spans[line->count++].style = STYLE_DIM;
	line->spans[line->count].text = index % 2 ? "short" : "word and wordswithoutend 网页";
	line->spans[line->count++].style = STYLE_NORMAL;
}

static void tap(struct pager *pager, struct canvas *canvas, struct key key)
{
	assert_true(pager_key(pager, &key));
	canvas_clear(canvas);
	pager_draw(pager, canvas_area(canvas));
}

static void test_follow(void **state)
{
	size_t base = 0;
	struct pager pager = { .line = numbered, .arg = &base, .lines = 10, .follow = true };
	struct canvas *canvas = canvas_new(3, 10, false);

	(void)state;
	pager_draw(&pager, canvas_area(canvas));
	assert_drawn(canvas, "line 7\nline 8\nline 9\n");
	pager.lines = 12;
	canvas_clear(canvas);
	pager_draw(&pager, canvas_area(canvas));
	assert_drawn(canvas, "line 9\nline 10\nline 11\n");
	assert_int_equal(pager_new_lines(&pager), 0);
	assert_int_equal(canvas->cursor_row, 2);
	canvas_free(canvas);
}

/* Scrolling stops it, and tells what came since. */
static void test_pause(void **state)
{
	size_t base = 0;
	struct pager pager = { .line = numbered, .arg = &base, .lines = 10, .follow = true };
	struct canvas *canvas = canvas_new(3, 10, false);

	(void)state;
	pager_draw(&pager, canvas_area(canvas));
	tap(&pager, canvas, press(PRESS_ARROW_UP));
	assert_drawn(canvas, "line 6\nline 7\nline 8\n");
	pager.lines += 12;
	tap(&pager, canvas, press(PRESS_ARROW_DOWN));
	assert_drawn(canvas, "line 7\nline 8\nline 9\n");
	assert_int_equal(pager_new_lines(&pager), 12);
	tap(&pager, canvas, press(PRESS_FIRST));
	assert_drawn(canvas, "line 0\nline 1\nline 2\n");
	tap(&pager, canvas, press(PRESS_PAGE_DOWN));
	assert_drawn(canvas, "line 2\nline 3\nline 4\n");
	tap(&pager, canvas, typed('G'));
	assert_drawn(canvas, "line 19\nline 20\nline 21\n");
	assert_true(pager.follow);
	tap(&pager, canvas, typed('f'));
	assert_false(pager.follow);
	tap(&pager, canvas, typed(' ')); /* not past the end */
	assert_drawn(canvas, "line 19\nline 20\nline 21\n");
	canvas_free(canvas);
}

/* What is read stays where it is when lines come or go elsewhere. */
static void test_front(void **state)
{
	size_t base = 100;
	struct pager pager = { .line = numbered, .arg = &base, .lines = 10, .follow = true };
	struct canvas *canvas = canvas_new(2, 10, false);

	(void)state;
	pager_draw(&pager, canvas_area(canvas));
	tap(&pager, canvas, typed('k'));
	tap(&pager, canvas, typed('k'));
	assert_drawn(canvas, "line 106\nline 107\n");
	base -= 50;
	pager_prepended(&pager, 50);
	canvas_clear(canvas);
	pager_draw(&pager, canvas_area(canvas));
	assert_drawn(canvas, "line 106\nline 107\n");
	base += 53;
	pager_dropped(&pager, 53);
	canvas_clear(canvas);
	pager_draw(&pager, canvas_area(canvas));
	assert_drawn(canvas, "line 106\nline 107\n");
	assert_int_equal(pager_new_lines(&pager), 0);
	pager_dropped(&pager, 1000);
	canvas_clear(canvas);
	pager_draw(&pager, canvas_area(canvas));
	assert_drawn(canvas, "\n\n");
	canvas_free(canvas);
}

static void test_wrap(void **state)
{
	struct pager pager = { .line = long_lines, .lines = 2, .wrap = true };
	struct canvas *canvas = canvas_new(6, 12, false);

	(void)state;
	pager_draw(&pager, canvas_area(canvas));
	assert_drawn(canvas, "ab word and\n  wordswitho\n  utend 网页\nab short\n\n\n");
	tap(&pager, canvas, typed('w'));
	assert_drawn(canvas, "ab word and\nab short\n\n\n\n\n");
	tap(&pager, canvas, press(PRESS_ARROW_RIGHT));
	assert_drawn(canvas, "swithoutend\n\n\n\n\n\n");
	tap(&pager, canvas, press(PRESS_ARROW_LEFT));
	assert_drawn(canvas, "ab word and\nab short\n\n\n\n\n");
	canvas_free(canvas);
}

/* A wrapped line that is longer than the page is seen from its beginning, and
 * no width makes it loop. */
static void test_tiny(void **state)
{
	struct pager pager = { .line = long_lines, .lines = 3, .wrap = true, .follow = true };

	(void)state;
	for (int rows = 1; rows < 6; rows++)
		for (int cols = 1; cols < 20; cols++) {
			struct canvas *canvas = canvas_new(rows, cols, false);

			pager_draw(&pager, canvas_area(canvas));
			assert_in_range(pager.top, 0, 2);
			tap(&pager, canvas, press(PRESS_PAGE_UP));
			tap(&pager, canvas, typed('f'));
			pager.follow = true;
			canvas_free(canvas);
		}
}

/* ---- A selected line, ranges, matches ---- */

static void test_select(void **state)
{
	size_t base = 0, first, count;
	struct pager pager = { .line = numbered,
		.arg = &base,
		.lines = 10,
		.follow = true,
		.select = true };
	struct canvas *canvas = canvas_new(3, 10, false);

	(void)state;
	assert_true(pager_range(&pager, &first, &count));
	assert_int_equal(first, 9);
	pager_draw(&pager, canvas_area(canvas));
	assert_int_equal(canvas->cursor_row, 2);
	tap(&pager, canvas, press(PRESS_ARROW_UP));
	assert_false(pager.follow);
	assert_drawn(canvas, "line 7\nline 8\nline 9\n");
	assert_styles(canvas, "..........\n##########\n..........\n");
	assert_int_equal(canvas->cursor_row, 1);
	tap(&pager, canvas, typed('k'));
	tap(&pager, canvas, typed('k'));
	assert_drawn(canvas, "line 6\nline 7\nline 8\n");
	assert_int_equal(canvas->cursor_row, 0);
	assert_int_equal(pager_line_at(&pager, 0), 6);
	assert_int_equal(pager_line_at(&pager, 2), 8);
	assert_int_equal(pager_line_at(&pager, 3), 10);
	/* What comes meanwhile does not move it. */
	pager.lines = 15;
	tap(&pager, canvas, typed('j'));
	assert_int_equal(pager.at, 7);
	assert_int_equal(pager_new_lines(&pager), 5);
	tap(&pager, canvas, press(PRESS_PAGE_DOWN));
	assert_int_equal(pager.at, 9);
	pager_show(&pager, 2);
	canvas_clear(canvas);
	pager_draw(&pager, canvas_area(canvas));
	assert_drawn(canvas, "line 2\nline 3\nline 4\n");
	pager_show(&pager, 12);
	canvas_clear(canvas);
	pager_draw(&pager, canvas_area(canvas));
	assert_drawn(canvas, "line 10\nline 11\nline 12\n");
	tap(&pager, canvas, typed('g'));
	assert_int_equal(pager.at, 0);
	tap(&pager, canvas, typed('G'));
	assert_int_equal(pager.at, 14);
	canvas_free(canvas);
}

static void test_range(void **state)
{
	size_t base = 0, first, count;
	struct pager pager = { .line = numbered, .arg = &base, .lines = 10, .follow = true };
	struct canvas *canvas = canvas_new(4, 10, false);
	struct key mark = typed('v'), escape = press(PRESS_ESCAPE);

	(void)state;
	/* Without a selected line v is none of the pager's. */
	assert_false(pager_key(&pager, &mark));
	assert_false(pager_range(&pager, &first, &count));
	pager.select = true;
	pager_draw(&pager, canvas_area(canvas));
	assert_false(pager_key(&pager, &escape));
	tap(&pager, canvas, typed('k'));
	tap(&pager, canvas, mark);
	tap(&pager, canvas, typed('k'));
	assert_drawn(canvas, "line 6\nline 7\nline 8\nline 9\n");
	assert_styles(canvas, "..........\nYYYYYYYYYY\nyyyyyyyyyy\n..........\n");
	assert_true(pager_range(&pager, &first, &count));
	assert_int_equal(first, 7);
	assert_int_equal(count, 2);
	/* The lines stay the same when others go or come in front. */
	pager_prepended(&pager, 5);
	pager_dropped(&pager, 7);
	assert_true(pager_range(&pager, &first, &count));
	assert_int_equal(first, 5);
	assert_int_equal(count, 2);
	tap(&pager, canvas, typed('j'));
	tap(&pager, canvas, typed('j'));
	pager_range(&pager, &first, &count);
	assert_int_equal(first, 6);
	assert_int_equal(count, 2);
	tap(&pager, canvas, escape);
	pager_range(&pager, &first, &count);
	assert_int_equal(count, 1);
	pager.lines = 0;
	assert_false(pager_range(&pager, &first, &count));
	canvas_free(canvas);
}

static void around(void *arg, size_t index, struct pager_line *line)
{
	(void)arg;
	line->dim = index == 0;
	line->spans[0].text = "12:00 ";
	line->spans[0].style = STYLE_NOTE;
	line->spans[1].text = "one two one";
	line->spans[1].style = STYLE_NORMAL;
	line->count = 2;
}

static size_t find_one(void *arg, size_t index, size_t span, const char *text,
    struct pager_match *matches, size_t most)
{
	size_t count = 0;

	(void)arg;
	if (index == 0 || span == 0)
		return 0;
	for (const char *at = text; (at = strstr(at, "one")) != NULL && count < most; at += 3)
		matches[count++] =
		    (struct pager_match){ (size_t)(at - text), (size_t)(at - text) + 3 };
	return count;
}

static void test_matches(void **state)
{
	struct pager pager = { .line = around, .matches = find_one, .lines = 2 };
	struct canvas *canvas = canvas_new(4, 18, false);

	(void)state;
	pager_draw(&pager, canvas_area(canvas));
	assert_drawn(canvas, "12:00 one two one\n12:00 one two one\n\n\n");
	assert_styles(canvas,
	    "ddddddddddddddddd.\n"
	    "nnnnnnhhh.....hhh.\n"
	    "..................\n"
	    "..................\n");
	/* In the rows that a line goes on in, and scrolled half out. */
	struct canvas *narrow = canvas_new(4, 8, false);

	pager.wrap = true;
	pager_draw(&pager, canvas_area(narrow));
	assert_drawn(narrow, "12:00\n  one\n  two\n  one\n");
	pager.top = 1;
	pager_draw(&pager, canvas_area(narrow));
	char *styles = canvas_styles(narrow);

	assert_memory_equal(styles + 9, "..hhh...\n........\n..hhh...\n", 27);
	free(styles);
	pager.top = 0;
	pager.wrap = false;
	pager.left = 7;
	canvas_clear(narrow);
	pager_draw(&pager, canvas_area(narrow));
	assert_drawn(narrow, "ne two o\nne two o\n\n\n");
	assert_styles(narrow, "dddddddd\nhh.....h\n........\n........\n");
	canvas_free(narrow);
	canvas_free(canvas);
}

/* How far it is scrolled to the right outlives another filter. */
static void test_restart(void **state)
{
	size_t base = 0;
	struct pager pager = { .line = numbered, .arg = &base, .lines = 10, .select = true };
	struct canvas *canvas = canvas_new(3, 40, false);

	(void)state;
	tap(&pager, canvas, typed('l'));
	tap(&pager, canvas, typed('v'));
	pager_restart(&pager);
	assert_true(pager.follow);
	assert_false(pager.anchored);
	assert_int_equal(pager.left, 16);
	canvas_free(canvas);
}

/* ---- Long lines ---- */

/* Line 1 is longer than any page here. */
static void one_long(void *arg, size_t index, struct pager_line *line)
{
	(void)arg;
	line->spans[0].text = index == 1 ? "aaaaaaaabbbbbbccccccddddddeeeeee" : "short";
	line->spans[0].style = STYLE_NORMAL;
	line->count = 1;
}

/* Row by row to its end and back. */
static void test_long_line(void **state)
{
	struct pager pager = { .line = one_long, .lines = 3, .wrap = true };
	struct canvas *canvas = canvas_new(3, 8, false);

	(void)state;
	pager_draw(&pager, canvas_area(canvas));
	assert_drawn(canvas, "short\naaaaaaaa\n  bbbbbb\n");
	tap(&pager, canvas, typed('j'));
	tap(&pager, canvas, typed('j'));
	assert_drawn(canvas, "  bbbbbb\n  cccccc\n  dddddd\n");
	assert_int_equal(pager_line_at(&pager, 0), 1);
	tap(&pager, canvas, press(PRESS_PAGE_DOWN));
	assert_drawn(canvas, "  dddddd\n  eeeeee\nshort\n");
	tap(&pager, canvas, press(PRESS_PAGE_DOWN)); /* not past the end */
	assert_drawn(canvas, "  dddddd\n  eeeeee\nshort\n");
	tap(&pager, canvas, typed('k'));
	assert_drawn(canvas, "  cccccc\n  dddddd\n  eeeeee\n");
	tap(&pager, canvas, press(PRESS_PAGE_UP));
	tap(&pager, canvas, press(PRESS_PAGE_UP));
	assert_drawn(canvas, "short\naaaaaaaa\n  bbbbbb\n");
	/* Following shows the last row, not only a part of the page. */
	pager.lines = 2;
	tap(&pager, canvas, typed('G'));
	assert_drawn(canvas, "  cccccc\n  dddddd\n  eeeeee\n");
	canvas_free(canvas);
}

/* With a selected line it can be read whole, too. */
static void test_long_selected(void **state)
{
	struct pager pager = { .line = one_long, .lines = 3, .wrap = true, .select = true };
	struct canvas *canvas = canvas_new(3, 8, false);

	(void)state;
	pager_draw(&pager, canvas_area(canvas));
	tap(&pager, canvas, typed('j'));
	assert_int_equal(pager.at, 1);
	for (int i = 0; i < 4 && pager.at == 1; i++)
		tap(&pager, canvas, typed('j'));
	assert_int_equal(pager.at, 2);
	assert_drawn(canvas, "  dddddd\n  eeeeee\nshort\n");
	assert_int_equal(canvas->cursor_row, 2);
	tap(&pager, canvas, typed('k'));
	assert_int_equal(pager.at, 1);
	for (int i = 0; i < 8 && pager.at == 1; i++)
		tap(&pager, canvas, typed('k'));
	assert_int_equal(pager.at, 0);
	assert_drawn(canvas, "short\naaaaaaaa\n  bbbbbb\n");
	canvas_free(canvas);
}

/* ---- Many lines ---- */

struct many {
	size_t asked;
};

static void counted(void *arg, size_t index, struct pager_line *line)
{
	struct many *many = arg;

	many->asked++;
	one_long(NULL, index % 3, line);
}

/* Keys ask for no line: its text may be there while it is drawn only. */
static void test_keys_alone(void **state)
{
	static const char letters[] = "jkgG fwvlh";

	(void)state;
	for (int select = 0; select < 2; select++) {
		struct pager pager = { .line = one_long,
			.lines = 3,
			.wrap = true,
			.select = select };
		struct canvas *canvas = canvas_new(3, 8, false);

		pager_draw(&pager, canvas_area(canvas));
		pager.line = NULL;
		for (enum press code = PRESS_ESCAPE; code <= PRESS_WHEEL_DOWN; code++) {
			struct key key = press(code);

			pager_key(&pager, &key);
		}
		for (const char *at = letters; *at != '\0'; at++) {
			struct key key = typed((unsigned char)*at);

			pager_key(&pager, &key);
			pager_line_at(&pager, 1);
		}
		/* Several before it is drawn add up. */
		pager_restart(&pager);
		pager.wrap = true;
		pager.line = one_long;
		pager_draw(&pager, canvas_area(canvas));
		tap(&pager, canvas, press(PRESS_FIRST));
		struct key down = typed('j');

		pager_key(&pager, &down);
		tap(&pager, canvas, down);
		assert_drawn(canvas,
		    select ? "  dddddd\n  eeeeee\nshort\n" : "  bbbbbb\n  cccccc\n  dddddd\n");
		canvas_free(canvas);
	}
}

/* However many lines there are, a key asks for those near the screen only. */
static void test_many(void **state)
{
	static const enum press presses[] = { PRESS_ARROW_UP, PRESS_ARROW_DOWN, PRESS_PAGE_UP,
		PRESS_PAGE_DOWN, PRESS_FIRST, PRESS_PAGE_DOWN, PRESS_ARROW_UP, PRESS_LAST,
		PRESS_WHEEL_UP };

	(void)state;
	for (int select = 0; select < 2; select++) {
		struct many many = { 0 };
		struct pager pager = { .line = counted,
			.arg = &many,
			.lines = 20000,
			.wrap = true,
			.follow = true,
			.select = select };
		struct canvas *canvas = canvas_new(40, 80, false);

		for (size_t i = 0; i < sizeof presses / sizeof presses[0]; i++) {
			many.asked = 0;
			tap(&pager, canvas, press(presses[i]));
			assert_in_range(many.asked, 1, 6 * 40);
		}
		many.asked = 0;
		pager_show(&pager, 10000);
		pager_draw(&pager, canvas_area(canvas));
		assert_in_range(many.asked, 1, 6 * 40);
		canvas_free(canvas);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_front),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_tiny),
		cmocka_unit_test(test_select),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_long_selected),
		cmocka_unit_test(test_keys_alone),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
