/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sheets and the differences that stand in them. */
#include "drawn.h"

#include "widgets/sheet.h"

/* ---- Differences ---- */

static int diff_rows(int cols, const struct diff_row *diff, const char *expected)
{
	struct canvas *canvas = canvas_new(6, cols, true);
	int used = diff_draw(canvas_area(canvas), 0, diff, true);

	assert_int_equal(diff_draw(canvas_area(canvas), 0, diff, false), used);
	assert_drawn(canvas, expected);
	canvas_free(canvas);
	return used;
}

static void test_diff(void **state)
{
	static const struct diff_row changed = { "web.root", "/srv/www", "/data/www" };
	static const struct diff_row added = { "web.index", NULL, "yes" };
	static const struct diff_row removed = { "web.log", "info", NULL };

	(void)state;
	assert_int_equal(diff_rows(40, &changed, "~ web.root  /srv/www -> /data/www\n\n\n\n\n\n"),
	    1);
	assert_int_equal(diff_rows(40, &added, "+ web.index  yes\n\n\n\n\n\n"), 1);
	assert_int_equal(diff_rows(40, &removed, "- web.log  info\n\n\n\n\n\n"), 1);
	assert_int_equal(diff_rows(20, &changed, "~ web.root\n  - /srv/www\n  + /data/www\n\n\n\n"),
	    3);
	assert_int_equal(diff_rows(9, &changed,
			     "~ web.roo\n  t\n  - /srv/\n    www\n  + /data\n    /www\n"),
	    6);
	for (int cols = 1; cols < 9; cols++) {
		struct canvas *canvas = canvas_new(3, cols, true);

		assert_true(diff_draw(canvas_area(canvas), 0, &changed, true) > 2);
		canvas_free(canvas);
	}
}

static void test_diff_styles(void **state)
{
	static const struct diff_row changed = { "a", "b", "c" };
	struct canvas *canvas = canvas_new(3, 12, true);
	struct area area = canvas_area(canvas);

	(void)state;
	diff_draw(area, 0, &changed, true);
	assert_int_equal(diff_line(area, 1, '+', "new", true), 1);
	assert_int_equal(diff_line(area, 2, '-', "", true), 1);
	assert_drawn(canvas, "~ a  b -> c\n+ new\n-\n");
	assert_styles(canvas, "n....rdddda.\na.aaa.......\nr...........\n");
	assert_int_equal(diff_line(area, 0, ' ', "a text longer than a row is", false), 4);
	canvas_free(canvas);
}

/* ---- Sheets ---- */

static const char *const answers[] = { "Cancel", "Drain 60s then restart", "Restart now", NULL };
static const struct diff_row change = { "web.root", "/srv", "/data" };
static const struct pair facts[] = {
	{ "clients", "4 sessions, 2 files open for writing", STYLE_NORMAL, NULL },
	{ "needed by", "media, backup", STYLE_NORMAL, NULL },
	{ NULL, "", STYLE_NORMAL, NULL },
	{ NULL, NULL, STYLE_NORMAL, &change },
	{ NULL, "steward restart files --drain 60", STYLE_DIM, NULL },
};

static struct sheet new_sheet(void)
{
	return (struct sheet){ .title = "Restart files?",
		.rows = facts,
		.count = 5,
		.buttons = answers,
		.hint = "Enter: Cancel" };
}

static void draw(struct sheet *sheet, struct canvas *canvas)
{
	canvas_clear(canvas);
	sheet_draw(sheet, canvas_area(canvas));
}

static int tap(struct sheet *sheet, struct canvas *canvas, struct key key)
{
	int answer = sheet_key(sheet, &key);

	draw(sheet, canvas);
	return answer;
}

static bool has(const struct canvas *canvas, const char *what)
{
	char *text = canvas_text(canvas);
	bool found = strstr(text, what) != NULL;

	free(text);
	return found;
}

static void test_drawn(void **state)
{
	struct sheet sheet = new_sheet();
	struct canvas *canvas = canvas_new(14, 70, true);

	(void)state;
	sheet_open(&sheet);
	draw(&sheet, canvas);
	assert_drawn(canvas,
	    "\n\n"
	    "  +- Restart files? -----------------------------------------------+\n"
	    "  | clients    4 sessions, 2 files open for writing                |\n"
	    "  | needed by  media, backup                                       |\n"
	    "  |                                                                |\n"
	    "  | ~ web.root  /srv -> /data                                      |\n"
	    "  | steward restart files --drain 60                               |\n"
	    "  |                                                                |\n"
	    "  | [ Cancel ] [ Drain 60s then restart ] [ Restart now ]          |\n"
	    "  | Enter: Cancel                                                  |\n"
	    "  +----------------------------------------------------------------+\n"
	    "\n\n");
	assert_int_equal(canvas->cursor_row, 9);
	assert_int_equal(canvas->cursor_col, 6);
	canvas_free(canvas);
}

/* 40x12: everything that counts is there, the rest scrolls. */
static void test_small(void **state)
{
	struct sheet sheet = new_sheet();
	struct canvas *canvas = canvas_new(12, 40, true);

	(void)state;
	sheet.countdown = "back in 58 s";
	sheet_open(&sheet);
	draw(&sheet, canvas);
	assert_drawn(canvas,
	    "  +- Restart files? -----------------+\n"
	    "  | clients    4 sessions, 2 files   |\n"
	    "  |            open for writing      |\n"
	    "  | needed by  media, backup         |\n"
	    "  |                                  |\n"
	    "  | ~ web.root  /srv -> /data        v\n"
	    "  | back in 58 s                     |\n"
	    "  | [ Cancel ]                       |\n"
	    "  | [ Drain 60s then restart ]       |\n"
	    "  | [ Restart now ]                  |\n"
	    "  | Enter: Cancel                    |\n"
	    "  +----------------------------------+\n");
	tap(&sheet, canvas, press(PRESS_ARROW_DOWN));
	assert_true(has(canvas, "| steward restart files --drain 60 |"));
	assert_false(has(canvas, "4 sessions"));
	tap(&sheet, canvas, press(PRESS_FIRST));
	assert_true(has(canvas, "4 sessions"));
	tap(&sheet, canvas, press(PRESS_PAGE_DOWN));
	assert_true(has(canvas, "| steward restart files --drain 60 |"));
	assert_false(has(canvas, "v\n"));
	tap(&sheet, canvas, press(PRESS_WHEEL_UP));
	assert_true(has(canvas, "4 sessions"));
	canvas_free(canvas);
}

/* Nothing but Enter, Esc and a click answers. */
static void test_answers(void **state)
{
	struct sheet sheet = new_sheet();
	struct canvas *canvas = canvas_new(14, 70, true);

	(void)state;
	sheet_open(&sheet);
	draw(&sheet, canvas);
	for (uint32_t c = ' '; c < 127; c++)
		assert_int_equal(tap(&sheet, canvas, typed(c)), SHEET_OPEN);
	sheet_open(&sheet);
	assert_int_equal(tap(&sheet, canvas, press(PRESS_DELETE)), SHEET_OPEN);
	assert_int_equal(tap(&sheet, canvas, press(PRESS_ENTER)), 0);
	tap(&sheet, canvas, press(PRESS_TAB));
	assert_int_equal(tap(&sheet, canvas, press(PRESS_ENTER)), 1);
	tap(&sheet, canvas, press(PRESS_ARROW_RIGHT));
	assert_int_equal(tap(&sheet, canvas, press(PRESS_ENTER)), 2);
	tap(&sheet, canvas, press(PRESS_TAB));
	assert_int_equal(sheet.focus, 0);
	tap(&sheet, canvas, press(PRESS_BACKTAB));
	assert_int_equal(sheet.focus, 2);
	assert_int_equal(tap(&sheet, canvas, press(PRESS_ESCAPE)), 0);
	for (int row = 0; row < 14; row++)
		for (int col = 0; col < 70; col++) {
			int expected = row != 9   ? SHEET_OPEN :
			    col >= 4 && col < 14  ? 0 :
			    col >= 15 && col < 41 ? 1 :
			    col >= 42 && col < 57 ? 2 :
						    SHEET_OPEN;

			assert_int_equal(tap(&sheet, canvas, clicked(row, col)), expected);
		}
	canvas_free(canvas);
}

/* Grade 3: what destroys waits for the name. */
static void test_word(void **state)
{
	static const char *const buttons[] = { "Cancel", "Destroy", NULL };
	struct sheet sheet = { .title = "Destroy?",
		.rows = facts,
		.count = 2,
		.buttons = buttons,
		.word = "files",
		.prompt = "Type files: ",
		.guarded = 1U << 1 };
	struct canvas *canvas = canvas_new(12, 40, true);

	(void)state;
	sheet_open(&sheet);
	draw(&sheet, canvas);
	assert_true(has(canvas, "| Type files:  "));
	assert_int_equal(canvas->cursor_row, sheet.input_row);
	for (const char *at = "file"; *at != '\0'; at++)
		assert_int_equal(tap(&sheet, canvas, typed((unsigned char)*at)), SHEET_OPEN);
	assert_false(sheet_answers(&sheet, 1));
	assert_true(sheet_answers(&sheet, 0));
	assert_int_equal(tap(&sheet, canvas, press(PRESS_ENTER)), SHEET_OPEN);
	assert_int_equal(sheet.focus, 0);
	int row = sheet.places[1].row, col = sheet.places[1].from;

	/* Neither by Enter on it nor by a click. */
	tap(&sheet, canvas, press(PRESS_BACKTAB));
	assert_int_equal(tap(&sheet, canvas, press(PRESS_ENTER)), SHEET_OPEN);
	assert_int_equal(tap(&sheet, canvas, clicked(row, col)), SHEET_OPEN);
	tap(&sheet, canvas, press(PRESS_ARROW_UP));
	tap(&sheet, canvas, press(PRESS_ARROW_UP));
	assert_int_equal(sheet.focus, 0);
	tap(&sheet, canvas, typed('s'));
	/* Enter leads to the answer, the second one gives it. */
	assert_int_equal(tap(&sheet, canvas, press(PRESS_ENTER)), SHEET_OPEN);
	assert_int_equal(canvas->cursor_row, sheet.places[1].row);
	assert_int_equal(tap(&sheet, canvas, press(PRESS_ENTER)), 1);
	assert_int_equal(tap(&sheet, canvas, press(PRESS_ESCAPE)), 0);
	/* A longer word is not the word. */
	sheet.focus = 0;
	tap(&sheet, canvas, typed('x'));
	assert_false(sheet_answers(&sheet, 1));
	sheet_open(&sheet);
	assert_string_equal(sheet.input.text, "");
	canvas_free(canvas);
}

static void test_checks(void **state)
{
	static const char *const buttons[] = { "Not now", "Next", NULL };
	struct sheet_check checks[] = {
		{ "web", "files over HTTP", NULL, true },
		{ "dns", NULL, NULL, false },
		{ "print", "printers", "is not built in", false },
		{ "chat", NULL, NULL, false },
		{ "mail", NULL, NULL, false },
	};
	static const struct pair lead = { NULL, "Which services?", STYLE_NORMAL, NULL };
	struct sheet sheet = { .title = "First run",
		.rows = &lead,
		.count = 1,
		.checks = checks,
		.check_count = 5,
		.buttons = buttons };
	struct canvas *canvas = canvas_new(8, 40, true);

	(void)state;
	sheet_open(&sheet);
	draw(&sheet, canvas);
	assert_drawn(canvas,
	    "  +- First run ----------------------+\n"
	    "  | Which services?                  |\n"
	    "  | [x] web  files over HTTP         |\n"
	    "  | [ ] dns                          |\n"
	    "  | [ ] print  is not built in       |\n"
	    "  | [ ] chat                         v\n"
	    "  | [ Not now ] [ Next ]             |\n"
	    "  +----------------------------------+\n");
	assert_int_equal(canvas->cursor_row, 2);
	tap(&sheet, canvas, typed(' '));
	assert_false(checks[0].on);
	tap(&sheet, canvas, press(PRESS_ARROW_DOWN));
	tap(&sheet, canvas, typed(' '));
	assert_true(checks[1].on);
	tap(&sheet, canvas, typed('j'));
	tap(&sheet, canvas, typed(' '));
	assert_false(checks[2].on); /* refused */
	tap(&sheet, canvas, typed('j'));
	tap(&sheet, canvas, typed('j'));
	assert_true(has(canvas, "[ ] mail"));
	/* A click toggles; the list has moved by a row. */
	assert_int_equal(tap(&sheet, canvas, clicked(1, 8)), SHEET_OPEN);
	assert_true(checks[0].on);
	/* Enter leads on, and answers only there. */
	assert_int_equal(tap(&sheet, canvas, press(PRESS_ENTER)), SHEET_OPEN);
	assert_int_equal(tap(&sheet, canvas, press(PRESS_ENTER)), 1);
	tap(&sheet, canvas, press(PRESS_ARROW_UP));
	tap(&sheet, canvas, press(PRESS_ARROW_UP));
	assert_true(sheet.focus < 6);
	canvas_free(canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_diff_styles),
		cmocka_unit_test(test_drawn),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_word),
		cmocka_unit_test(test_checks),
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
