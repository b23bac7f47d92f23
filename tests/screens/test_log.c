/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of the log view: what they choose, show, copy and save.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/file.h"
#include "data/text.h"
#include "tests/screens/library.h"

static void assert_has(struct library *library, const char *text)
{
	if (strstr(library_drawn(library), text) == NULL)
		fail_msg("\"%s\" is not on the screen:\n%s", text, library_drawn(library));
}

static void assert_lacks(struct library *library, const char *text)
{
	if (strstr(library_drawn(library), text) != NULL)
		fail_msg("\"%s\" is on the screen:\n%s", text, library_drawn(library));
}

static void tell(struct library *library, const char *text)
{
	json_t *message = json_pack("{s:s, s:{s:[{s:s, s:s, s:s, s:s, s:s}]}}", "method", "journal",
	    "params", "records", "time", "2026-03-01T14:02:12.250Z", "level", "error", "service",
	    "web", "subject", "192.0.2.7", "text", text);

	assert_non_null(message);
	ui_message(library->ui, message);
	json_decref(message);
}

/* ---- Choosing ---- */

static void test_filter(void **state)
{
	struct library *library = *state;

	library_write(library, 100, false);
	library_type(library, "5/line [13]0 ");
	assert_has(library, "2 of 100 lines; \"line [13]0 \"");
	assert_has(library, "regular expression");
	assert_has(library, "line 10 of");
	assert_lacks(library, "line 11 of");
	library_type(library, "\r");
	library_type(library, "i");
	assert_has(library, "98 of 100 lines; without \"line [13]0 \"");
	library_type(library, "i");
	library_type(library, "i\033");
	assert_has(library, "; 100 lines;");
	/* Dropped with Esc it comes back on / and can be edited. */
	library_type(library, "/");
	assert_has(library, "/ line [13]0 ");
	library_type(library, "\025(of");
	assert_has(library, "taken as plain text: ");
	assert_has(library, "the text \"(of\"");
	assert_has(library, "no line passes");
	/* A service's name stands in each line, but that is no text of it. */
	library_type(library, "\025host");
	assert_has(library, "no subject or text passes \"host\"; Esc shows all, b the log");
	library_type(library, "\025\r");
	library_type(library, "i");
	assert_has(library, "a filter will show what does not match it");
	library_type(library, "i");
	assert_has(library, "a filter will show what matches it");
	library_type(library, "\033"); /* the state before the line was opened */
	assert_has(library, "; 100 lines;");
	/* Capital letters count when they are typed. */
	library_type(library, "/\025Needle");
	assert_has(library, "3 of 100 lines");
	library_type(library, "\025NEEDLE");
	assert_has(library, "0 of 100 lines");
	library_type(library, "\025needle\r");
	assert_has(library, "3 of 100 lines");
	library_type(library, "++");
	assert_has(library, "13 of 100 lines, with 2 around each match");
	library_type(library, "-");
	assert_has(library, "with 1 around each match");
	library_type(library, "&");
	assert_has(library, "; 100 lines; searching \"needle\"");
	library_type(library, "N");
	assert_int_equal(library_selected(library), 80);
	library_type(library, "NN");
	assert_int_equal(library_selected(library), 0);
	library_type(library, "n");
	assert_int_equal(library_selected(library), 40);
	library_type(library, "i");
	library_type(library, "n");
	assert_int_equal(library_selected(library), 41);
	/* Esc drops the filter first, and leaves then. */
	library_type(library, "\033"); /* what was said goes first */
	library_type(library, "\033");
	assert_lacks(library, "searching");
	library_type(library, "\033");
	assert_has(library, "[1Home]");
}

/* What is being read stays when the filter goes; so does the column. */
static void test_place_is_kept(void **state)
{
	struct library *library = *state;

	library_write(library, 400, false);
	library_type(library, "5");
	library_type(library, "/needle\rkkk");
	assert_int_equal(library_selected(library), 240);
	library_type(library, "ll");
	assert_has(library, "from column 33");
	library_type(library, "\033");
	assert_int_equal(library_selected(library), 240);
	assert_has(library, "from column 33");
	library_type(library, "/\r");
	assert_int_equal(library_selected(library), 240);
	assert_has(library, "from column 33");
	/* New lines are counted while it is filtered, those that match. */
	library_write(library, 85, true);
	assert_has(library, "3 new");
}

static void test_whose(void **state)
{
	struct library *library = *state;

	library_write(library, 300, false);
	library_type(library, "5b");
	assert_has(library, "Whose log");
	assert_has(library, "all services");
	library_type(library, "\033[B\r"); /* host has written nothing */
	assert_has(library, "Logs  host: following");
	assert_has(library, "nothing has been written yet");
	library_type(library, "b\033[A\r");
	assert_has(library, "all services: following; 300 lines");
}

/* ---- All of one ---- */

static void test_record(void **state)
{
	struct library *library = *state;

	library_type(library, "5");
	tell(library, "not found");
	library_type(library, "\r");
	assert_has(library, "2026-03-01 14:02:12.250 UTC (+0000)");
	assert_has(library, "192.0.2.7");
	assert_has(library, "ERROR");
	/* What comes meanwhile does not change it. */
	tell(library, "another one");
	assert_has(library, "not found");
	library_type(library, "y");
	assert_string_equal(library->ui->copy,
	    "2026-03-01T14:02:12.250000Z\terror\tweb\t192.0.2.7\tnot found\n");
	library_type(library, "\r\r");
	assert_lacks(library, "14:02:12.250");
}

/* ---- Copying ---- */

static size_t lines_in(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

static void test_copy(void **state)
{
	struct library *library = *state;

	library_type(library, "5y");
	assert_has(library, "there is no line to copy");
	library_write(library, 60, true);
	library_type(library, "y");
	assert_non_null(strstr(library->ui->copy, "\tweb\trequest\tline 59 of a log"));
	assert_int_equal(lines_in(library->ui->copy), 1);
	library_type(library, "kkvkkk");
	library_write(library, 10, true); /* what is marked stays marked */
	library_type(library, "y");
	assert_int_equal(lines_in(library->ui->copy), 4);
	assert_true(strncmp(library->ui->copy, "2026-03-01T12:02:11.", 20) == 0);
	assert_non_null(strstr(library->ui->copy, "line 54 of"));
	assert_non_null(strstr(library->ui->copy, "line 57 of"));
	assert_has(library, "4 lines go to the terminal's clipboard");
	/* With a filter only what is seen. */
	library_type(library, "/needle\rgv");
	library_type(library, "jy");
	assert_int_equal(lines_in(library->ui->copy), 2);
}

/* ---- Saving ---- */

static char *saved(const char *name, mode_t *mode_r)
{
	char path[512];
	struct fault fault;
	struct stat status;

	text_format(path, sizeof path, "%s/%s", getenv("HOME"), name);
	char *text = file_read(path, 1 << 24, NULL, &fault);

	if (text != NULL && stat(path, &status) == 0)
		*mode_r = status.st_mode & 0777;
	return text;
}

static void test_save(void **state)
{
	struct library *library = *state;
	char home[] = "/tmp/steward-home-XXXXXX", path[512];
	mode_t mode = 0;

	assert_non_null(mkdtemp(home));
	setenv("HOME", home, 1);
	library_write(library, 7300, false);
	library_type(library, "5/needle\ro");
	assert_has(library, "save to: ~/steward-all-2026-03-01-14");
	library_type(library, "\025~/a.log\r");
	assert_has(library, "183 lines saved to /tmp/steward-home-");
	char *text = saved("a.log", &mode);

	assert_non_null(text);
	assert_int_equal(mode, 0600);
	assert_int_equal(lines_in(text), 183);
	assert_non_null(strstr(text, "\tdns\t\tline 0 of a log, a Needle in it\n"));
	assert_true(strstr(text, "line 0 of") < strstr(text, "line 7280 of"));
	free(text);
	/* All of them, the older ones are with the host alone. */
	library_type(library, "\033");
	library_type(library, "\033");
	library_type(library, "o\025~/b.log\r");
	text = saved("b.log", &mode);
	assert_non_null(text);
	assert_int_equal(lines_in(text), 7300);
	char *at = text;

	for (int i = 0; i < 7300; i++) {
		char line[32];

		snprintf(line, sizeof line, "\tline %d of ", i);
		at = strstr(at, line);
		assert_non_null(at);
	}
	free(text);
	/* Nothing is overwritten. */
	library_type(library, "o\025~/a.log\r");
	assert_has(library, "it exists; choose another name");
	library_type(library, "x\r");
	text = saved("a.logx", &mode);
	assert_non_null(text);
	free(text);
	library_type(library, "o\025/nonexistent/x\r");
	assert_has(library, "No such file");
	library_type(library, "\033");
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = { "a.log", "b.log", "a.logx" };

		text_format(path, sizeof path, "%s/%s", home, names[i]);
		assert_int_equal(unlink(path), 0);
	}
	/* No line, no file; and what is cancelled leaves none. */
	library_type(library, "/\025zzzz\ro\025~/c.log\r");
	assert_has(library, "no line passes the filter; there is no file");
	library_type(library, "\033");
	library_type(library, "\033");
	ui_key(library->ui, &(struct key){ .code = PRESS_CHARACTER, .character = 'o' });
	ui_key(library->ui, &(struct key){ .code = PRESS_ENTER });
	assert_has(library, "Esc cancels");
	ui_key(library->ui, &(struct key){ .code = PRESS_ESCAPE });
	assert_has(library, "saving was cancelled");
	library_answer(library);
	ui_key(library->ui, &(struct key){ .code = PRESS_CHARACTER, .character = 'o' });
	ui_key(library->ui, &(struct key){ .code = PRESS_ENTER });
	ui_disconnected(library->ui, NULL);
	assert_has(library, "before the answer came; nothing is saved");
	assert_int_equal(rmdir(home), 0);
}

/* ---- What is seen ---- */

static void test_hostile(void **state)
{
	static const char *const texts[] = {
		"esc \033]0;owned\007 here",
		"c1 \xc2\x9b"
		"31m here",
		"bidi \xe2\x80\xae"
		"evil\xe2\x81\xa6 here",
		"zero\xe2\x80\x8bwidth\xe2\x80\x8d here",
		"z\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88 here",
		"line\nbreak\rreturn\ttab here",
	};
	struct library *library = *state;

	library_type(library, "5");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		tell(library, texts[i]);
	for (int round = 0; round < 4; round++) {
		static const char *const keys[] = { "", "w", "/here\r", "\r" };

		library_type(library, keys[round]);
		const char *drawn = library_drawn(library);

		assert_non_null(strstr(drawn, "here"));
		for (const char *at = drawn; *at != '\0'; at++)
			assert_true(*at == '\n' || (unsigned char)*at >= ' ');
		assert_null(strchr(drawn, 0x7f));
		assert_null(strstr(drawn, "\xc2\x9b"));
		assert_null(strstr(drawn, "\xe2\x80\xae"));
		assert_null(strstr(drawn, "\xe2\x81\xa6"));
	}
	/* A search for what surrounds it, highlighted, breaks nothing either. */
	library_type(library, "\033");
	library_type(library, "/\025.\r");
	assert_has(library, "6 of 6");
	library_type(library, "gvjjjy");
	for (const char *at = library->ui->copy; *at != '\0'; at++)
		assert_true(*at == '\n' || *at == '\t' || (unsigned char)*at >= ' ');
}

/* Days ago, the day is told; today it is not. */
static void test_dates(void **state)
{
	struct library *library = *state;

	library_write(library, 3, true);
	library_type(library, "5");
	assert_has(library, " 12:02:11 info");
	assert_lacks(library, "2026-03-01");
	library_type(library, "1");
	library->now_us -= INT64_C(86400000000);
	library_write(library, 1, true);
	library_type(library, "5");
	assert_lacks(library, "2026-02-28"); /* the first line decides on the columns */
	library_type(library, "tsince 2026-02-28 12:02:11\r");
	assert_has(library, "since 2026-02-28 12:02:11");
	library_type(library, "t\025until 2026-03-01\r");
	assert_has(library, " 2026-02-28 12:02:11 info");
}

static void test_no_connection(void **state)
{
	struct library *library = *state;
	struct fault fault;

	library_write(library, 30, false);
	library_type(library, "5");
	fault_set(&fault, FAULT_NOT_RUNNING, "gone");
	ui_disconnected(library->ui, &fault);
	library_type(library, "kkg");
	assert_int_equal(library_selected(library), 0);
	library_type(library, "/needle\r");
	assert_has(library, "1 of 30 lines");
	library_type(library, "o\r");
	assert_has(library, "no connection");
	library_type(library, "\033");
	library_type(library, "eb");
	library_type(library, "\033");
	library_type(library, "t10m\r");
	assert_has(library, "no connection");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, library_begin, library_end)
	const struct CMUnitTest tests[] = {
		TEST(test_filter),
		TEST(test_place_is_kept),
		TEST(test_whose),
		TEST(test_record),
		TEST(test_copy),
		TEST(test_save),
		TEST(test_hostile),
		TEST(test_dates),
		TEST(test_no_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
