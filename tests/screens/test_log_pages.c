/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading a journal that is much longer than what is at hand: wherever one goes,
 * the lines follow each other, none is there twice and none is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "data/text.h"
#include "tests/screens/library.h"

#define PAGE_UP "\033[5~"
#define PAGE_DOWN "\033[6~"

static void assert_has(struct library *library, const char *text)
{
	if (strstr(library_drawn(library), text) == NULL)
		fail_msg("\"%s\" is not on the screen:\n%s", text, library_drawn(library));
}

static const struct log_state *log_in(struct library *library)
{
	return log_of(library->ui);
}

/* Up to the oldest line, a page at a time, and each page joins the one before. */
static void to_the_top(struct library *library)
{
	long before = library_selected(library);

	while (before > 0) {
		library_type(library, PAGE_UP);
		long now = library_selected(library);

		if (now >= before || before - now > 30)
			fail_msg("from line %ld to line %ld", before, now);
		if (before % 7 == 0)
			library_check(library);
		before = now;
	}
	library_check(library);
}

static void to_the_bottom(struct library *library)
{
	long before = library_selected(library);
	long last = (long)library->written - 1;

	while (before < last) {
		library_type(library, PAGE_DOWN);
		long now = library_selected(library);

		if (now <= before || now - before > 30)
			fail_msg("from line %ld to line %ld", before, now);
		if (before % 7 == 0)
			library_check(library);
		before = now;
	}
	library_check(library);
}

static void write_files(struct library *library, size_t files, size_t each)
{
	for (size_t i = 0; i < files; i++) {
		library_rotate(library);
		library_write(library, each, false);
	}
}

static void test_up_and_down(void **state)
{
	struct library *library = *state;

	write_files(library, 4, 6000);
	library_type(library, "5");
	assert_int_equal(library_selected(library), 23999);
	library_write(library, 300, true);
	assert_int_equal(library_selected(library), 24299);
	to_the_top(library);
	assert_has(library, "the oldest record is reached");
	/* What comes meanwhile is counted, and there when one comes down. */
	library_write(library, 50, true);
	assert_has(library, "50 new");
	library_rotate(library);
	library_write(library, 200, true);
	to_the_bottom(library);
	assert_true(log_in(library)->load.follows);
	library_type(library, "f");
	library_write(library, 10, true);
	assert_int_equal(library_selected(library), 24559);
	assert_has(library, "following");
	library_check(library);
}

/* All that is at hand came by itself, so the host never named a place in it. */
static void test_followed_for_long(void **state)
{
	struct library *library = *state;

	library_write(library, 200, false);
	library_type(library, "5");
	for (int i = 0; i < 23; i++)
		library_write(library, 1000, true);
	assert_int_equal(library_selected(library), 23199);
	library_check(library);
	unsigned asked = library->asked;

	to_the_top(library);
	assert_true(library->asked > asked);
	/* And its end was dropped meanwhile. */
	assert_false(log_in(library)->load.follows);
	to_the_bottom(library);
	assert_true(log_in(library)->load.follows);
}

/* Times tell nothing: they are the same for all. */
static void test_same_time(void **state)
{
	struct library *library = *state;

	library->alike = true;
	library_write(library, 3000, false);
	library_type(library, "5");
	library_write(library, 20000, true);
	to_the_top(library);
	to_the_bottom(library);
}

/* Reading above while thousands come: what is read stays. */
static void test_stays_in_a_flood(void **state)
{
	struct library *library = *state;

	write_files(library, 2, 3000);
	library_type(library, "5");
	for (int i = 0; i < 20; i++)
		library_type(library, PAGE_UP);
	long selected = library_selected(library);
	size_t row = log_in(library)->pager.at - log_in(library)->pager.top;

	for (int i = 0; i < 40; i++) {
		library_write(library, 1000, true);
		library_drawn(library);
		assert_int_equal(library_selected(library), selected);
		assert_int_equal(log_in(library)->pager.at - log_in(library)->pager.top, row);
	}
	library_check(library);
	char told[32];

	text_format(told, sizeof told, "all services: %d new", 40000);
	assert_has(library, told);
	library_type(library, "G");
	assert_int_equal(library_selected(library), 45999);
	library_check(library);
}

static void lose(struct library *library)
{
	struct fault fault;

	fault_set(&fault, FAULT_NOT_RUNNING, "gone");
	ui_disconnected(library->ui, &fault);
}

/* From where we are to the newest line, which is selected then. */
static void nothing_lacks(struct library *library, bool paused)
{
	library_check(library);
	if (paused)
		to_the_bottom(library);
	library_type(library, "G");
	assert_int_equal(library_selected(library), library->written - 1);
	library_check(library);
}

/* Lines that were written while there was no connection. */
static void test_connection_lost(void **state)
{
	static const size_t missed[] = { 0, 5, 120, 499, 3000 };
	struct library *library = *state;

	library_write(library, 2000, false);
	library_type(library, "5");
	library_write(library, 40, true);
	for (size_t i = 0; i < 5; i++) {
		for (int paused = 0; paused < 2; paused++) {
			if (paused)
				library_type(library, PAGE_UP PAGE_UP);
			lose(library);
			library_write(library, missed[i], false);
			ui_connected(library->ui);
			library_backlog(library, 100, 0);
			library_answer(library);
			library_write(library, 7, true);
			library_answer(library);
			nothing_lacks(library, paused);
		}
	}
}

/* Lines that the host left out, because we read too slowly. */
static void test_left_out(void **state)
{
	static const size_t missed[] = { 1, 120, 499, 3000 };
	struct library *library = *state;

	library_write(library, 2000, false);
	library_type(library, "5");
	library_write(library, 40, true);
	for (size_t i = 0; i < 8; i++) {
		bool paused = i % 2 == 1;

		if (paused)
			library_type(library, PAGE_UP PAGE_UP);
		library_write(library, missed[i / 2], false);
		json_t *news = json_pack("{s:s, s:{s:[], s:I}}", "method", "journal", "params",
		    "records", "missed", (json_int_t)missed[i / 2]);

		ui_message(library->ui, news);
		json_decref(news);
		library_write(library, 7, true);
		library_drawn(library);
		library_answer(library);
		library_write(library, 7, true);
		library_drawn(library);
		library_answer(library);
		nothing_lacks(library, paused);
	}
}

/* More came than the model keeps while another page was looked at. */
static void test_elsewhere_meanwhile(void **state)
{
	struct library *library = *state;

	library_write(library, 300, false);
	library_type(library, "5");
	library_write(library, 40, true);
	library_type(library, "1");
	library_write(library, MODEL_RECORDS + 700, true);
	library_type(library, "5");
	library_answer(library);
	library_check(library);
	assert_int_equal(library_selected(library), library->written - 1);
	to_the_top(library);
	to_the_bottom(library);
}

/* Answers and live records overlap however they please. */
static void test_overlap(void **state)
{
	struct library *library = *state;

	library_write(library, 1000, false);
	ui_key(library->ui, &(struct key){ .code = PRESS_CHARACTER, .character = '5' });
	/* The page was read; this comes before its answer and is not in it. */
	library_write(library, 30, true);
	library_answer(library);
	library_check(library);
	assert_int_equal(library_selected(library), 1029);
	/* This is in the page, and comes by itself behind the answer. */
	library_write(library, 20, false);
	ui_key(library->ui, &(struct key){ .code = PRESS_CHARACTER, .character = 'e' });
	ui_key(library->ui, &(struct key){ .code = PRESS_CHARACTER, .character = 'e' });
	ui_key(library->ui, &(struct key){ .code = PRESS_CHARACTER, .character = 'e' });
	ui_key(library->ui, &(struct key){ .code = PRESS_CHARACTER, .character = 'e' });
	library_answer(library);
	assert_string_equal(library->level, "debug");
	assert_int_equal(library_selected(library), 1049);
	for (int i = 0; i < 3; i++) {
		library_write(library, 20, false);
		library_type(library, "eeeee");
		assert_int_equal(library_selected(library), 1069 + 25 * i);
		library_backlog(library, 20, 13);
		library_check(library);
		if (i > 0) {
			library_backlog(library, 13, 5);
			library_check(library);
		}
		library_backlog(library, i > 0 ? 5 : 13, 0);
		library_check(library);
		library_write(library, 5, true);
		library_check(library);
		assert_int_equal(library_selected(library), 1074 + 25 * i);
	}
}

static void test_filter_asks_the_host(void **state)
{
	struct library *library = *state;

	write_files(library, 3, 10000);
	library_type(library, "5/needle");
	unsigned asked = library->asked;

	/* 13 were at hand: the rest of a screenful is one page away. */
	assert_true(asked <= 6);
	assert_has(library, "+ lines");
	library_type(library, "\r");
	long before = library_selected(library);

	assert_int_equal(before, 29960);
	for (int i = 0; before > 0 && i < 1000; i++) {
		library_type(library, "k");
		assert_int_equal(library_selected(library), before - 40);
		before -= 40;
	}
	assert_int_equal(before, 0);
	assert_int_equal(records_count(log_in(library)->records), 750);
	/* Dropped, what had been left out is there again. */
	library_type(library, "\033");
	library_check(library);
	library_type(library, "g");
	assert_int_equal(library_selected(library), 0);
	library_check(library);
	/* And it comes back on / with the text that it had. */
	library_type(library, "/");
	assert_has(library, "/ needle");
	assert_has(library, "regular expression, a is A");
}

/* Context is the same as if all had been at hand. */
static void test_context_over_pages(void **state)
{
	struct library *library = *state;

	write_files(library, 2, 3010); /* the first page begins right behind a needle */
	library_type(library, "5/Needle\r+++");
	assert_has(library, "with 3 around each match");
	for (int i = 0; i < 200; i++)
		library_type(library, PAGE_UP);
	const struct records *records = log_in(library)->records;
	size_t index = 0;

	assert_int_equal(library_selected(library), 0);
	for (long number = 0; number < 6020; number++) {
		bool passes = number % 40 <= 3 || (number % 40 >= 37 && number < 6000);

		if (!passes)
			continue;
		assert_int_equal(library_number(library, records_place(records, index)), number);
		assert_int_equal(records_matches(records, records_place(records, index)),
		    number % 40 == 0);
		index++;
	}
	assert_int_equal(index, records_count(records));
}

static void test_oldest_and_newest(void **state)
{
	struct library *library = *state;

	write_files(library, 3, 10000);
	library_type(library, "5g");
	assert_int_equal(library_selected(library), 0);
	assert_has(library, "the oldest record is reached");
	library_type(library, PAGE_DOWN PAGE_DOWN);
	library_check(library);
	library_type(library, "\033[F"); /* End */
	assert_int_equal(library_selected(library), 29999);
	library_write(library, 3, true);
	assert_int_equal(library_selected(library), 30002);
	library_check(library);
}

static void test_to_a_time(void **state)
{
	struct library *library = *state;

	write_files(library, 3, 10000);
	library_type(library, "5t");
	assert_has(library, "time: ");
	library_type(library, "xyz\r");
	assert_has(library, "this is no time yet");
	/* Lines 20000 on are written 2 s after the beginning, set back 10 minutes. */
	library_type(library,
	    "\025"
	    "2026-03-01T11:52:13Z\r");
	long at = library_selected(library);

	assert_in_range(at, 19980, 20020);
	library_check(library);
	to_the_bottom(library);
	library_type(library, "tuntil 2026-03-01T11:52:13Z\r");
	library_type(library,
	    "\025"
	    "until 2026-03-01T11:52:13Z\r");
	assert_has(library, "until 11:52:13");
}

static void test_limits(void **state)
{
	struct library *library = *state;

	library->alike = true;
	library_write(library, 100, false);
	library->now_us += 60000000;
	library_write(library, 100, false);
	library->now_us += 60000000;
	library_write(library, 100, false);
	library_type(library, "5tsince 2026-03-01T12:02:41Z\r");
	assert_has(library, "since 12:02:41");
	assert_int_equal(records_total(log_in(library)->records), 200);
	library_type(library, "t\025until 2026-03-01T12:03:41Z\r");
	assert_int_equal(records_total(log_in(library)->records), 100);
	assert_has(library, "from 12:02:41 to");
	assert_int_equal(library_selected(library), 199);
	library_write(library, 3, true);
	assert_int_equal(records_total(log_in(library)->records), 100);
	library_type(library, "t\025since\r");
	assert_int_equal(records_total(log_in(library)->records), 200);
	library_type(library, "t\025until\r");
	assert_int_equal(records_total(log_in(library)->records), 303);
}

static void test_search_goes_far(void **state)
{
	struct library *library = *state;

	write_files(library, 3, 10000);
	library_type(library, "5&/line 1234 \r");
	assert_has(library, "searching \"line 1234 \"");
	assert_int_equal(library_selected(library), 29999);
	library_type(library, "N");
	assert_int_equal(library_selected(library), 1234);
	library_check(library);
	library_type(library, "N");
	assert_has(library, "no match before this one");
	library_type(library, "/\025line 2000[0-9]\r");
	library_type(library, "n");
	assert_int_equal(library_selected(library), 20000);
	library_type(library, "nn");
	assert_int_equal(library_selected(library), 20002);
	library_type(library, "N");
	assert_int_equal(library_selected(library), 20001);
	library_type(library, PAGE_UP PAGE_UP PAGE_DOWN);
	library_check(library);
	library_type(library, "/\025line 99999\rn");
	assert_has(library, "no match behind this one");
}

static void test_level_and_service(void **state)
{
	struct library *library = *state;

	library_write(library, 3000, false);
	library_type(library, "5ee");
	assert_has(library, "WARN and worse");
	assert_int_equal(library_selected(library), 2957);
	assert_int_equal(records_total(log_in(library)->records), 60);
	library_write(library, 60, true);
	assert_int_equal(library_selected(library), 3057);
	library_type(library, "ee");
	assert_string_equal(library->level, "debug");
	assert_has(library, "debug and worse");
	library_write(library, 10, true);
	library_check(library);
	library_type(library, "1");
	library_write(library, 10, true);
	assert_string_equal(library->level, "info"); /* nobody needs more */
	library_answer(library);
	library_type(library, "5");
	assert_string_equal(library->level, "debug");
	library_check(library);
	assert_int_equal(library_selected(library), 3079);
	library->keeps = "warning";
	library_type(library, "e");
	assert_has(library, "host.journal_level is warning");
	library_type(library, "ee");
	assert_null(strstr(library_drawn(library), "host.journal_level"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, library_begin, library_end)
	const struct CMUnitTest tests[] = {
		TEST(test_up_and_down),
		TEST(test_followed_for_long),
		TEST(test_same_time),
		TEST(test_stays_in_a_flood),
		TEST(test_connection_lost),
		TEST(test_left_out),
		TEST(test_elsewhere_meanwhile),
		TEST(test_overlap),
		TEST(test_filter_asks_the_host),
		TEST(test_context_over_pages),
		TEST(test_oldest_and_newest),
		TEST(test_to_a_time),
		TEST(test_limits),
		TEST(test_search_goes_far),
		TEST(test_level_and_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
