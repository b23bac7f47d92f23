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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_front),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_tiny),
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
