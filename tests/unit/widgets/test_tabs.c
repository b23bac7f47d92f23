/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawn.h"

#include "widgets/tabs.h"

static const struct tab pages[] = {
	{ NULL, "Status", NULL },
	{ NULL, "Log", NULL },
	{ NULL, "Config", NULL },
	{ NULL, "Clients", NULL },
};

static const struct tab views[] = {
	{ "1", "Home", "" },
	{ "2", "Services", "Svc" },
	{ "3", "Storage", "Sto" },
	{ "4", "Hardware", "Hw" },
	{ "5", "Logs", "" },
	{ "6", "Alerts", "" },
	{ "7", "History", "" },
	{ "8", "Config", "" },
	{ "9", "Who", "" },
	{ "0", "Tools", "" },
};

static void check(const struct tab *tabs, size_t count, size_t selected, int cols,
    const char *expected)
{
	struct tabs row = { .tabs = tabs, .count = count, .selected = selected };
	struct canvas *canvas = canvas_new(1, cols, true);

	tabs_draw(&row, canvas_area(canvas), 0, STYLE_NORMAL);
	assert_drawn(canvas, expected);
	canvas_free(canvas);
}

static void test_ways(void **state)
{
	(void)state;
	check(pages, 4, 0, 60, "[Status] Log  Config  Clients\n");
	check(pages, 4, 2, 60, " Status  Log [Config] Clients\n");
	/* Closer; a bracket stands where the space between two is. */
	check(pages, 4, 1, 29, " Status[Log]Config Clients\n");
	/* Then it scrolls. */
	check(pages, 4, 0, 20, " [Status]Log       >\n");
	check(pages, 4, 3, 20, "< Config[Clients]\n");
	check(pages, 4, 2, 10, "<[Config]>\n");
	check(pages, 4, 2, 5, "<[Co>\n");
	check(pages, 4, 2, 1, "<\n");
	check(pages, 0, 0, 10, "\n");
}

/* The numbered views of a whole screen. */
static void test_views(void **state)
{
	(void)state;
	check(views, 10, 1, 120,
	    " 1 Home [2 Services] 3 Storage  4 Hardware  5 Logs  6 Alerts  7 History  8 Config  "
	    "9 Who  0 Tools\n");
	check(views, 10, 1, 80,
	    " 1Home[2Services]3Storage 4Hardware 5Logs 6Alerts 7History 8Config 9Who 0Tools\n");
	check(views, 10, 1, 41, " 1 [2 Svc] 3 Sto  4 Hw  5  6  7  8  9  0\n");
	check(views, 10, 1, 40, " 1[2Svc]3Sto 4Hw 5 6 7 8 9 0\n");
	check(views, 10, 0, 30, "[1]2Svc 3Sto 4Hw 5 6 7 8 9 0\n");
	check(views, 10, 9, 20, "< 4Hw 5 6 7 8 9[0]\n");
}

static void test_clicks(void **state)
{
	struct tabs row = { .tabs = pages, .count = 4, .selected = 1 };
	struct canvas *canvas = canvas_new(3, 20, true);

	(void)state;
	/* All of it: " Status[Log]Config " with more to the right. */
	tabs_draw(&row, area_part(canvas_area(canvas), 1, 0, 1, 20), 0, STYLE_NORMAL);
	assert_drawn(canvas, "\n  Status[Log]      >\n\n");
	struct key key = clicked(1, 4);

	assert_int_equal(tabs_click(&row, &key), 0);
	key = clicked(1, 10);
	assert_int_equal(tabs_click(&row, &key), 1);
	key = clicked(1, 19);
	assert_int_equal(tabs_click(&row, &key), 2);
	key = clicked(1, 0);
	assert_int_equal(tabs_click(&row, &key), TABS_NOTHING);
	key = clicked(2, 4);
	assert_int_equal(tabs_click(&row, &key), TABS_NOTHING);
	/* The other end. */
	row.selected = 3;
	tabs_draw(&row, area_part(canvas_area(canvas), 1, 0, 1, 20), 0, STYLE_NORMAL);
	key = clicked(1, 0);
	assert_int_equal(tabs_click(&row, &key), 1);
	canvas_free(canvas);
}

static void test_keys(void **state)
{
	struct tabs row = { .tabs = pages, .count = 4 };
	struct key left = press(PRESS_ARROW_LEFT), right = press(PRESS_ARROW_RIGHT);
	struct key tab = press(PRESS_TAB), back = press(PRESS_BACKTAB), other = typed('x');

	(void)state;
	assert_true(tabs_key(&row, &left));
	assert_int_equal(row.selected, 3);
	assert_true(tabs_key(&row, &right));
	assert_true(tabs_key(&row, &tab));
	assert_int_equal(row.selected, 1);
	assert_true(tabs_key(&row, &back));
	assert_int_equal(row.selected, 0);
	assert_false(tabs_key(&row, &other));
	row.count = 0;
	assert_false(tabs_key(&row, &tab));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_views),
		cmocka_unit_test(test_clicks),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
