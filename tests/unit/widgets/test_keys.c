/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What terminals send, and what comes out of it. Every row is fed whole and a
 * byte at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "widgets/keys.h"

#define ESCAPE_MS 40

struct heard {
	char text[2048];
};

/* A key as text: "x", "^C", "Up", "F1", "A-x", "<x>" for a pasted one. */
static void hear(void *arg, const struct key *key)
{
	static const char *const names[] = {
		[PRESS_ESCAPE] = "Esc",
		[PRESS_ENTER] = "Enter",
		[PRESS_TAB] = "Tab",
		[PRESS_BACKTAB] = "Backtab",
		[PRESS_ERASE] = "Erase",
		[PRESS_DELETE] = "Del",
		[PRESS_INSERT] = "Ins",
		[PRESS_ARROW_UP] = "Up",
		[PRESS_ARROW_DOWN] = "Down",
		[PRESS_ARROW_LEFT] = "Left",
		[PRESS_ARROW_RIGHT] = "Right",
		[PRESS_PAGE_UP] = "PgUp",
		[PRESS_PAGE_DOWN] = "PgDn",
		[PRESS_FIRST] = "Home",
		[PRESS_LAST] = "End",
		[PRESS_WHEEL_UP] = "WheelUp",
		[PRESS_WHEEL_DOWN] = "WheelDown",
	};
	struct heard *heard = arg;
	size_t at = strlen(heard->text);
	char *out = heard->text + at;
	size_t size = sizeof heard->text - at;
	const char *space = at > 0 ? " " : "", *alt = key->alt ? "A-" : "";

	switch (key->code) {
	case PRESS_CHARACTER:
		snprintf(out, size, key->character < 127 ? "%s%s%c" : "%s%sU+%04X", space, alt,
		    (int)key->character);
		break;
	case PRESS_PASTED:
		snprintf(out, size, key->character < 127 ? "%s%s<%c>" : "%s%s<U+%04X>", space, alt,
		    (int)key->character);
		break;
	case PRESS_CONTROL:
		snprintf(out, size, "%s%s^%c", space, alt, (int)key->character);
		break;
	case PRESS_FUNCTION:
		snprintf(out, size, "%s%sF%d", space, alt, key->number);
		break;
	case PRESS_CLICK:
		snprintf(out, size, "%s%sClick(%d,%d)", space, alt, key->row, key->col);
		break;
	default:
		snprintf(out, size, "%s%s%s", space, alt, names[key->code]);
		break;
	}
}

static const struct {
	const char *bytes, *expected;
} rows[] = {
	/* Plain ones. */
	{ "q", "q" },
	{ "\r", "Enter" },
	{ "\n", "Enter" },
	{ "\t", "Tab" },
	{ "\177", "Erase" },
	{ "\b", "Erase" },
	{ "\003\014\032", "^C ^L ^Z" },
	{ "\303\251", "U+00E9" },
	{ "\347\275\221x", "U+7F51 x" },
	{ "\360\237\230\200", "U+1F600" },
	/* Broken UTF-8 is dropped, what follows counts. */
	{ "\303x", "x" },
	{ "\347\275q", "q" },
	{ "\377q", "q" },
	{ "\300\200q", "q" },
	/* xterm, tmux, screen, rxvt, Linux console, VT100. */
	{ "\033[A\033[B\033[C\033[D", "Up Down Right Left" },
	{ "\033OA\033OB\033OC\033OD", "Up Down Right Left" },
	{ "\033[H\033[F\033OH\033OF", "Home End Home End" },
	{ "\033[1~\033[4~\033[7~\033[8~", "Home End Home End" },
	{ "\033[2~\033[3~\033[5~\033[6~", "Ins Del PgUp PgDn" },
	{ "\033OP\033OQ\033OR\033OS", "F1 F2 F3 F4" },
	{ "\033[11~\033[15~\033[17~\033[20~\033[21~\033[24~", "F1 F5 F6 F9 F10 F12" },
	{ "\033[[A\033[[E", "F1 F5" },
	{ "\033[Z", "Backtab" },
	{ "\033[1;5A\033[1;2D", "Up Left" },
	{ "\033[1;2P", "F1" },
	{ "\033[5;2~", "PgUp" },
	{ "\033OM\033Oq", "Enter 1" },
	/* Alt, or Esc with a key close behind it. */
	{ "\033x", "A-x" },
	{ "\033\r", "A-Enter" },
	{ "\033\033[A", "Esc Up" },
	{ "\033\033\033[A", "Esc Up" },
	/* The mouse: SGR (1006) and the old report. */
	{ "\033[<0;5;3M\033[<0;5;3m", "Click(2,4)" },
	{ "\033[<64;1;1M\033[<65;1;1M", "WheelUp WheelDown" },
	{ "\033[<2;5;3M\033[<32;5;3M\033[<35;5;3M", "" },
	{ "\033[<0;0;0M", "" },
	{ "\033[M %#q", "Click(2,4) q" },
	{ "\033[M`!!", "WheelUp" },
	/* Answers and reports are no keys. */
	{ "\033[24;80Rq", "q" },
	{ "\033[?1;2cq", "q" },
	{ "\033[>41;354;0cq", "q" },
	{ "\033[0nq", "q" },
	{ "\033[?2026;2$yq", "q" },
	{ "\033[8;24;80tq", "q" },
	{ "\033[I\033[Oq", "q" },
	{ "\033[27;5;120~q", "q" },
	{ "\033[120;5uq", "q" },
	{ "\033]10;rgb:ffff/ffff/ffff\007q", "q" },
	{ "\033]11;rgb:0000/0000/0000\033\\q", "q" },
	{ "\033]52;c;cVhS\033\\q", "q" },
	{ "\033P>|tmux 3.3a\033\\q", "q" },
	{ "\033P1$r0m\033\\x", "x" },
	{ "\033_Gi=31;OK\033\\q", "q" },
	{ "\033^private\033\\q", "q" },
	{ "\033Xstring\033\\q", "q" },
	{ "\033P\303\251\234q\033\\x", "x" },
	/* 8-bit controls, bare and as UTF-8. */
	{ "\23324;80Rq", "q" },
	{ "\302\23324;80Rq", "q" },
	{ "\23511;rgb:0/0/0\234q", "q" },
	{ "\302\220>|x\033\\q", "q" },
	/* Broken off, overlong. */
	{ "\033[12\030q", "q" },
	{ "\033]12\032q", "q" },
	{ "\033]12\003q", "^C q" },
	{ "\033[12\003q", "^C q" },
	{ "\033[12\033[A", "Up" },
	{ "\033]rest\033[A", "Up" },
	{ "\033]rest\033\033\\q", "A-\\ q" },
	{ "\033[111111111111111111111111111111111111111111111111~q", "q" },
	{ "\033[1;2;3;4;5Aq", "q" },
	{ "\033[\303Aq", "q" },
	/* Pasted text. */
	{ "\033[200~xR\r\033[201~q", "<x> <R> < > q" },
	{ "\033[200~\033[A\003\033[201~q", "<[> <A> q" },
	{ "\033[200~a\033[201b\033[201~q", "<a> <[> <2> <0> <1> <b> q" },
	{ "\033[200~\033\033[201~q", "q" },
	{ "\033[200~\303\251\033[201~", "<U+00E9>" },
	{ "\033[200~\303\033[201~q", "q" },
	{ "\033[201~q", "q" },
	{ "\033[200~\033[200~x\033[201~q", "<[> <2> <0> <0> <~> <x> q" },
};

static void feed(struct keys *keys, const char *bytes, size_t count, int64_t now,
    struct heard *heard)
{
	keys_feed(keys, bytes, count, now, hear, heard);
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (int split = 0; split < 2; split++) {
			struct keys *keys = keys_new(true, ESCAPE_MS);
			struct heard heard = { "" };
			size_t length = strlen(rows[i].bytes);

			for (size_t at = 0; split && at < length; at++)
				feed(keys, rows[i].bytes + at, 1, 1000 + (int64_t)at, &heard);
			if (!split)
				feed(keys, rows[i].bytes, length, 1000, &heard);
			if (strcmp(heard.text, rows[i].expected) != 0)
				fail_msg("row %zu (%s): expected \"%s\", heard \"%s\"", i,
				    split ? "split" : "whole", rows[i].expected, heard.text);
			assert_int_equal(keys_wait(keys, 1000 + 100), -1);
			keys_free(keys);
		}
}

static void test_lone_escape(void **state)
{
	struct keys *keys = keys_new(true, ESCAPE_MS);
	struct heard heard = { "" };

	(void)state;
	feed(keys, "\033", 1, 1000, &heard);
	assert_string_equal(heard.text, "");
	assert_int_equal(keys_wait(keys, 1010), 30);
	keys_tick(keys, 1039, hear, &heard);
	assert_string_equal(heard.text, "");
	keys_tick(keys, 1040, hear, &heard);
	assert_string_equal(heard.text, "Esc");
	assert_int_equal(keys_wait(keys, 1041), -1);
	/* The next key is one, a second Escape too. */
	feed(keys, "q\033", 2, 1050, &heard);
	keys_tick(keys, 1100, hear, &heard);
	assert_string_equal(heard.text, "Esc q Esc");
	keys_free(keys);
}

/* However late the rest of an answer comes, it does not become keys. */
static void test_late_rest(void **state)
{
	static const char *const answers[] = {
		"\033[24;80R",
		"\033]11;rgb:0000/ffff/xxxx\033\\",
		"\033P>|RxR\033\\",
		"\033[?62;22c",
	};

	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		for (size_t cut = 1; cut < strlen(answers[i]); cut++) {
			struct keys *keys = keys_new(true, ESCAPE_MS);
			struct heard heard = { "" };
			int64_t now = 1000;

			feed(keys, answers[i], cut, now, &heard);
			for (int step = 0; step < 9; step++)
				keys_tick(keys, now += 100, hear, &heard);
			feed(keys, answers[i] + cut, strlen(answers[i]) - cut, now, &heard);
			feed(keys, "j", 1, now + 5000, &heard);
			/* Escape itself is harmless; no other key may come out. */
			if (strcmp(heard.text, "j") != 0 && strcmp(heard.text, "Esc j") != 0 &&
			    strcmp(heard.text, "Esc A-\\ j") != 0)
				fail_msg("%zu cut at %zu: \"%s\"", i, cut, heard.text);
			keys_free(keys);
		}
}

/* An unfinished sequence does not swallow keys for ever. */
static void test_quiet_ends(void **state)
{
	static const char *const begins[] = { "\033[12", "\033]11;", "\033O", "\033[M ", "\303" };

	(void)state;
	for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
		struct keys *keys = keys_new(true, ESCAPE_MS);
		struct heard heard = { "" };

		feed(keys, begins[i], strlen(begins[i]), 1000, &heard);
		assert_in_range(keys_wait(keys, 1000), 1, 5000);
		keys_tick(keys, 1000 + keys_wait(keys, 1000), hear, &heard);
		feed(keys, "q", 1, 9000, &heard);
		assert_string_equal(heard.text, "q");
		keys_free(keys);
	}
}

/* What waited to be read while the program was stopped has come in time. */
static void test_stopped_in_a_paste(void **state)
{
	struct keys *keys = keys_new(true, ESCAPE_MS);
	struct heard heard = { "" };

	(void)state;
	feed(keys, "\033[200~x", 7, 1000, &heard);
	feed(keys, "R\033[201~", 7, 900000, &heard);
	assert_string_equal(heard.text, "<x> <R>");
	keys_free(keys);
}

static void test_no_utf8(void **state)
{
	struct keys *keys = keys_new(false, ESCAPE_MS);
	struct heard heard = { "" };

	(void)state;
	feed(keys, "\303\251q\3701", 5, 1000, &heard);
	assert_string_equal(heard.text, "q 1");
	keys_free(keys);
}

/* ---- Reports ---- */

static void note_report(void *arg, int mode, int value)
{
	char *text = arg;
	size_t at = strlen(text);

	snprintf(text + at, 256 - at, "%d=%d ", mode, value);
}

static const struct {
	const char *bytes, *reports, *keys;
} reports[] = {
	{ "\033[?2026;2$yq", "2026=2 ", "q" },
	{ "\033[?2026;0$y\033[?2004;1$yq", "2026=0 2004=1 ", "q" },
	{ "\2332026$y\233?2026;1$yq", "2026=1 ", "q" },
	{ "\302\233?2026;1$yq", "2026=1 ", "q" },
	/* What is none, or is broken. */
	{ "\033[?2026;2yq", "", "q" },
	{ "\033[?2026;22yq", "", "q" },
	{ "\033[2026;2$yq", "", "q" },
	{ "\033[?2026$yq", "", "q" },
	{ "\033[?$yq", "", "q" },
	{ "\033[?yq", "", "q" },
	{ "\033[?1;2;3$yq", "", "q" },
	{ "\033[?2026;2$\030yq", "", "y q" },
	{ "\033[?2026;2$\033[Aq", "", "Up q" },
	{ "\033[?99999999999999999999;2$yq", "999999=2 ", "q" },
	/* Nobody who pastes answers for the terminal. */
	{ "\033[200~\033[?2026;2$y\033[201~q", "", "<[> <?> <2> <0> <2> <6> <;> <2> <$> <y> q" },
	{ "\033]11;\233?2026;2$y\007q", "", "q" },
};

/* Each whole, and cut in two at every place, the rest as late as it likes. */
static void test_reports(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
		size_t length = strlen(reports[i].bytes);

		for (size_t cut = 0; cut <= length; cut++) {
			struct keys *keys = keys_new(true, ESCAPE_MS);
			struct heard heard = { "" };
			char text[256] = "";

			keys_reports(keys, note_report, text);
			feed(keys, reports[i].bytes, cut, 1000, &heard);
			feed(keys, reports[i].bytes + cut, length - cut, 1000, &heard);
			if (strcmp(text, reports[i].reports) != 0 ||
			    strcmp(heard.text, reports[i].keys) != 0)
				fail_msg("row %zu cut at %zu: \"%s\", heard \"%s\"", i, cut, text,
				    heard.text);
			keys_free(keys);
		}
	}
}

/* A report whose ESC had been taken for a key counts all the same. */
static void test_late_report(void **state)
{
	struct keys *keys = keys_new(true, ESCAPE_MS);
	struct heard heard = { "" };
	char text[256] = "";

	(void)state;
	keys_reports(keys, note_report, text);
	feed(keys, "\033", 1, 1000, &heard);
	keys_tick(keys, 1100, hear, &heard);
	feed(keys, "[?2026;2$yq", 11, 1150, &heard);
	assert_string_equal(heard.text, "Esc q");
	assert_string_equal(text, "2026=2 ");
	keys_free(keys);
}

/* Answers cut at every byte: what came before a reset counts no more, and no
 * answer becomes a key. */
static void test_every_cut(void **state)
{
	static const char *const answers[] = {
		"\033]11;rgb:1e1e/1e1e/1e1e\033\\",
		"\033]52;c;cVhS\007",
		"\033P>|XTerm(379)\033\\",
		"\033P1$r0;1m\033\\",
		"\033[?64;1;2;6;9;15;18;21;22c",
		"\033[?2026;2$y",
	};

	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		for (size_t cut = 1; cut < strlen(answers[i]); cut++) {
			struct keys *keys = keys_new(true, ESCAPE_MS);
			struct heard heard = { "" };

			feed(keys, answers[i], cut, 1000, &heard);
			feed(keys, answers[i] + cut, strlen(answers[i]) - cut, 1500, &heard);
			feed(keys, "q", 1, 1501, &heard);
			assert_string_equal(heard.text, "q");
			feed(keys, answers[i], cut, 2000, &heard);
			keys_reset(keys);
			assert_int_equal(keys_wait(keys, 2000), -1);
			feed(keys, "j", 1, 2001, &heard);
			assert_string_equal(heard.text, "q j");
			keys_free(keys);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_lone_escape),
		cmocka_unit_test(test_late_rest),
		cmocka_unit_test(test_quiet_ends),
		cmocka_unit_test(test_stopped_in_a_paste),
		cmocka_unit_test(test_no_utf8),
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_late_report),
		cmocka_unit_test(test_every_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
