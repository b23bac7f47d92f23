/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How texts are ranked, and the list that is made of it. */
#include "drawn.h"

#include "widgets/chooser.h"
#include "widgets/fuzzy.h"

/* ---- Scores ---- */

static int score(const char *typed, const char *text, struct fuzzy_match *match)
{
	struct fuzzy_query query;

	fuzzy_query(&query, typed);
	return fuzzy_score(&query, text, match);
}

/* The characters that were hit. */
static void hit_text(const char *typed, const char *text, char *out, size_t size)
{
	struct fuzzy_match match;
	size_t at = 0;

	score(typed, text, &match);
	for (size_t i = 0; text[i] != '\0' && at + 1 < size; i++)
		out[at++] = match.hit[i] ? text[i] : '.';
	out[at] = '\0';
}

static void test_matches(void **state)
{
	static const struct {
		const char *query, *text, *hits; /* hits NULL: no match */
	} rows[] = {
		{ "", "Restart web", "..........." },
		{ "rw", "Restart web", "R.......w.." },
		{ "RESTART", "Restart web", "Restart...." },
		{ "web re", "Restart web", "Re......web" },
		{ "wr", "Restart web", NULL },
		{ "restartx", "Restart", NULL },
		{ "a", "", NULL },
		/* The best place, not the first one. */
		{ "se", "use service", "....se....." },
		{ "log", "lo long log", "........log" },
		{ "ab", "a_b ab", "....ab" },
		{ "fb", "fooBar", "f..B.." },
		{ "  ", "anything", "........" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char hits[64];
		int got = score(rows[i].query, rows[i].text, NULL);

		if ((got >= 0) != (rows[i].hits != NULL))
			fail_msg("row %zu: %d", i, got);
		if (rows[i].hits == NULL)
			continue;
		hit_text(rows[i].query, rows[i].text, hits, sizeof hits);
		assert_string_equal(hits, rows[i].hits);
	}
}

/* The left text comes before the right one. */
static void test_order(void **state)
{
	static const struct {
		const char *query, *better, *worse;
	} rows[] = {
		{ "web", "web", "webcam" },
		{ "web", "Stop web", "Stop wide ebb" },
		{ "st", "Stop dns", "List" },
		{ "sd", "Stop dns", "Misdeed" },
		{ "log", "Log of dns", "Catalog" },
		{ "dns", "Restart dns", "Restart db, not so" },
		{ "abc", "xx abc", "a b c d" },
		{ "rs", "Restart services", "Restart" },
		{ "c", "config", "a config" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int better = score(rows[i].query, rows[i].better, NULL);
		int worse = score(rows[i].query, rows[i].worse, NULL);

		if (better <= worse)
			fail_msg("%s: %d for %s, %d for %s", rows[i].query, better, rows[i].better,
			    worse, rows[i].worse);
	}
}

static void test_letters(void **state)
{
	char many[1000];

	(void)state;
	assert_true(score("ÄRGER", "ärger", NULL) > 0);
	assert_true(score("网", "页网", NULL) > 0);
	assert_int_equal(score("网", "页", NULL), -1);
	assert_true(score("\377", "\376", NULL) >= 0); /* both are no characters */
	/* What is too long never matches, and nothing runs over. */
	memset(many, 'a', sizeof many - 1);
	many[sizeof many - 1] = '\0';
	assert_int_equal(score(many, many, NULL), -1);
	assert_true(score("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", many, NULL) > 0);
	many[500] = 'z';
	assert_int_equal(score("z", many, NULL), -1);
}

/* ---- The list ---- */

static const struct chooser_entry entries[] = {
	{ "Start web", "files over HTTP", "s", "it runs" },
	{ "Stop web", "files over HTTP", "x", NULL },
	{ "Restart web", "files over HTTP", "R", NULL },
	{ "Show the log", "of all services", NULL, NULL },
	{ "Quit", NULL, "q", NULL },
};

static void entry(void *arg, size_t index, struct chooser_entry *entry_r)
{
	const struct chooser_entry *list = arg;

	*entry_r = list[index];
}

static struct chooser new_chooser(void)
{
	return (struct chooser){ .title = "Do",
		.prompt = ": ",
		.nothing = "nothing like it",
		.count = 5,
		.entry = entry,
		.arg = (void *)(uintptr_t)entries };
}

static int type(struct chooser *chooser, const char *text)
{
	int answer = CHOOSER_NOTHING;

	for (; *text != '\0'; text++) {
		struct key key = typed((unsigned char)*text);

		answer = chooser_key(chooser, &key);
	}
	return answer;
}

static int tap(struct chooser *chooser, struct key key)
{
	return chooser_key(chooser, &key);
}

static void test_drawn(void **state)
{
	struct chooser chooser = new_chooser();
	struct canvas *canvas = canvas_new(9, 40, true);

	(void)state;
	chooser_open(&chooser, "");
	chooser_draw(&chooser, canvas_area(canvas));
	assert_drawn(canvas,
	    "+- Do ---------------------------------+\n"
	    "| :                                    |\n"
	    "| > Start web  it runs               s |\n"
	    "|   Stop web  files over HTTP        x |\n"
	    "|   Restart web  files over HTTP     R |\n"
	    "|   Show the log  of all services      |\n"
	    "|   Quit                             q |\n"
	    "+--------------------------------------+\n"
	    "\n");
	assert_int_equal(canvas->cursor_row, 1);
	assert_int_equal(canvas->cursor_col, 4);
	type(&chooser, "st");
	canvas_clear(canvas);
	chooser_draw(&chooser, canvas_area(canvas));
	assert_drawn(canvas,
	    "+- Do ---------------------------------+\n"
	    "| : st                                 |\n"
	    "| > Start web  it runs               s |\n"
	    "|   Stop web  files over HTTP        x |\n"
	    "|   Show the log  of all services      |\n"
	    "|   Restart web  files over HTTP     R |\n"
	    "|                                      |\n"
	    "+--------------------------------------+\n"
	    "\n");
	char *styles = canvas_styles(canvas);

	/* "St" of "Stop web" */
	assert_memory_equal(styles + 3 * 41 + 4, "hh......", 8);
	/* The selected one: the letters of a refused one are found as well. */
	assert_memory_equal(styles + 2 * 41 + 4, "HHDDDDDDD", 9);
	free(styles);
	type(&chooser, "zzz");
	canvas_clear(canvas);
	chooser_draw(&chooser, canvas_area(canvas));
	char *text = canvas_text(canvas);

	assert_non_null(strstr(text, "|   nothing like it "));
	free(text);
	chooser_close(&chooser);
	canvas_free(canvas);
}

static void test_chosen(void **state)
{
	struct chooser chooser = new_chooser();

	(void)state;
	chooser_open(&chooser, "");
	/* Refused, but one can rest on it and read why. */
	assert_int_equal(tap(&chooser, press(PRESS_ENTER)), CHOOSER_NOTHING);
	assert_int_equal(tap(&chooser, press(PRESS_ARROW_DOWN)), CHOOSER_NOTHING);
	assert_int_equal(tap(&chooser, press(PRESS_ENTER)), 1);
	/* Letters are typed, whatever they are elsewhere; q is one. */
	assert_int_equal(type(&chooser, "qj"), CHOOSER_NOTHING);
	assert_int_equal(chooser.found_count, 0);
	assert_int_equal(tap(&chooser, press(PRESS_ENTER)), CHOOSER_NOTHING);
	assert_int_equal(tap(&chooser, press(PRESS_ERASE)), CHOOSER_NOTHING);
	assert_int_equal(tap(&chooser, press(PRESS_ENTER)), 4);
	/* By its detail. */
	tap(&chooser, (struct key){ .code = PRESS_CONTROL, .character = 'U' });
	type(&chooser, "allserv");
	assert_int_equal(tap(&chooser, press(PRESS_ENTER)), 3);
	assert_int_equal(tap(&chooser, press(PRESS_ESCAPE)), CHOOSER_CLOSED);
	chooser_close(&chooser);
	/* With a text to begin with. */
	chooser_open(&chooser, "rweb");
	assert_int_equal(tap(&chooser, press(PRESS_ENTER)), 2);
	chooser_close(&chooser);
}

static void test_moves(void **state)
{
	struct chooser chooser = new_chooser();
	struct canvas *canvas = canvas_new(5, 40, true); /* two entries are seen */
	static const struct {
		struct key key;
		size_t selected;
	} rows[] = {
		{ { .code = PRESS_ARROW_UP }, 0 },
		{ { .code = PRESS_CONTROL, .character = 'N' }, 1 },
		{ { .code = PRESS_ARROW_DOWN }, 2 },
		{ { .code = PRESS_CONTROL, .character = 'P' }, 1 },
		{ { .code = PRESS_PAGE_DOWN }, 3 },
		{ { .code = PRESS_PAGE_DOWN }, 4 },
		{ { .code = PRESS_WHEEL_DOWN }, 4 },
		{ { .code = PRESS_PAGE_UP }, 2 },
	};

	(void)state;
	chooser_open(&chooser, "");
	chooser_draw(&chooser, canvas_area(canvas));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(tap(&chooser, rows[i].key), CHOOSER_NOTHING);
		assert_int_equal(chooser.selected, rows[i].selected);
		canvas_clear(canvas);
		chooser_draw(&chooser, canvas_area(canvas));
	}
	assert_drawn(canvas,
	    "+- Do -------------------------------^-+\n"
	    "| :                                    |\n"
	    "| > Restart web  files over HTTP     R |\n"
	    "|   Show the log  of all services      |\n"
	    "+------------------------------------v-+\n");
	/* Clicks: beside it, on the line, on an entry. */
	assert_int_equal(tap(&chooser, clicked(1, 5)), CHOOSER_NOTHING);
	assert_int_equal(tap(&chooser, clicked(3, 5)), 3);
	assert_int_equal(tap(&chooser, clicked(4, 5)), CHOOSER_NOTHING);
	assert_int_equal(tap(&chooser, clicked(7, 5)), CHOOSER_CLOSED);
	chooser_close(&chooser);
	canvas_free(canvas);
}

/* Ties keep the caller's order, and what is selected stays so. */
static void test_refresh(void **state)
{
	struct chooser chooser = new_chooser();

	(void)state;
	chooser_open(&chooser, "web");
	for (size_t i = 1; i < chooser.found_count; i++)
		assert_true(chooser.found[i - 1].score > chooser.found[i].score ||
		    chooser.found[i - 1].index < chooser.found[i].index);
	tap(&chooser, press(PRESS_ARROW_DOWN));
	size_t index = chooser.found[chooser.selected].index;

	chooser.count = 3;
	chooser_refresh(&chooser);
	assert_int_equal(chooser.found[chooser.selected].index, index);
	chooser.count = 0;
	chooser_refresh(&chooser);
	assert_int_equal(tap(&chooser, press(PRESS_ENTER)), CHOOSER_NOTHING);
	assert_int_equal(tap(&chooser, press(PRESS_PAGE_DOWN)), CHOOSER_NOTHING);
	chooser_close(&chooser);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_drawn),
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_refresh),
	};

	return cmocka_run_group_tests(tests, with_utf8, NULL);
}
