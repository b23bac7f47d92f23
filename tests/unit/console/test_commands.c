/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of commands, as what is made from it relies on it, and the manual
 * page that a person wrote beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/commands.h"
#include "console/pattern.h"
#include "console/run.h"
#include "data/file.h"
#include "data/memory.h"

#define EACH(c) for (const struct command *c = command_table; c->pattern != NULL; c++)

/* Words that pattern takes: everything once, options with "=". */
static int make_words(const char *pattern, char *argv[16])
{
	struct pattern_part part;
	int argc = 0;

	while (pattern_next(&pattern, &part)) {
		assert_true(argc < 15);
		if (part.kind == PATTERN_PLAIN)
			argv[argc++] = memory_string(part.name);
		else if (part.kind == PATTERN_NAME)
			argv[argc++] = memory_format("a-%s", part.name);
		else if (part.kind == PATTERN_FLAG)
			argv[argc++] = memory_format("--%s", part.name);
		else
			argv[argc++] = memory_format("--%s=a-%s", part.name, part.value);
	}
	argv[argc] = NULL;
	return argc;
}

static void free_words(char *argv[16])
{
	for (int i = 0; argv[i] != NULL; i++)
		free(argv[i]);
}

static void test_patterns_parse(void **state)
{
	(void)state;
	EACH(c)
	{
		struct fault fault = { 0 };
		struct pattern_part part;
		char *argv[16];
		bool other = true;
		int argc = make_words(c->pattern, argv);
		struct words *words = words_match(c->pattern, argc, argv, &other, &fault);

		if (words == NULL)
			fail_msg("%s: %s", c->pattern, fault.text);
		assert_false(other);
		for (const char *at = c->pattern; pattern_next(&at, &part);)
			if (part.kind != PATTERN_PLAIN)
				assert_non_null(words_get(words, part.name));
		words_free(words);
		free_words(argv);
	}
}

static void test_pattern_parts(void **state)
{
	static const struct pattern_part parts[] = {
		{ .kind = PATTERN_PLAIN, .name = "log" },
		{ .kind = PATTERN_NAME, .name = "service", .many = true },
		{ .kind = PATTERN_NAME, .name = "table", .optional = true },
		{ .kind = PATTERN_NAME, .name = "word", .optional = true, .many = true },
		{ .kind = PATTERN_FLAG, .name = "follow", .optional = true },
		{ .kind = PATTERN_OPTION, .name = "level", .value = "level", .optional = true },
	};
	const char *at = "log <service>... [<table>] [<word>]... [--follow] [--level <level>]";
	struct pattern_part part;

	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		assert_true(pattern_next(&at, &part));
		assert_int_equal(part.kind, parts[i].kind);
		assert_int_equal(part.optional, parts[i].optional);
		assert_int_equal(part.many, parts[i].many);
		assert_string_equal(part.name, parts[i].name);
		assert_string_equal(part.value, parts[i].value);
	}
	assert_false(pattern_next(&at, &part));
	assert_false(pattern_next(&at, &part));
}

/* One command a first word: an error can always name the one that was meant. */
static void test_no_conflicts(void **state)
{
	(void)state;
	EACH(c)
	{
		char *argv[16];
		char name[32];
		int argc = make_words(c->pattern, argv), matched = 0;

		command_name(c, name, sizeof name);
		assert_ptr_equal(command_by_name(name), c);
		EACH(d)
		{
			struct fault fault;
			bool other = false;
			struct words *words = words_match(d->pattern, argc, argv, &other, &fault);

			matched += words != NULL;
			assert_int_equal(other, d != c);
			words_free(words);
		}
		assert_int_equal(matched, 1);
		free_words(argv);
	}
}

static void test_keys(void **state)
{
	(void)state;
	EACH(c)
	{
		if (c->key == 0)
			continue;
		assert_ptr_equal(command_by_key(c->key), c);
		assert_true(isgraph(c->key));
		/* Quit, menu, filter: the screen's own. */
		assert_null(strchr("qm/:!", c->key));
		assert_non_null(c->label);
	}
	assert_null(command_by_key(0));
	assert_null(command_by_key('q'));
}

static void test_rows(void **state)
{
	(void)state;
	EACH(c)
	{
		/* It is carried out here, or it asks the host and shows the answer. */
		assert_true(c->run != NULL || c->ask != NULL);
		assert_true(c->ask == NULL || c->show != NULL);
		/* What the host is asked for can be asked from anywhere, unless it takes
		 * several questions. */
		assert_true((c->ask != NULL) == (c->method != NULL) || c->run == run_init ||
		    c->run == run_edit);
		assert_true(strlen(c->help) > 0 && strlen(c->help) <= 64);
		assert_true(islower((unsigned char)c->help[0]));
		assert_true(c->help[strlen(c->help) - 1] != '.');
		assert_non_null(c->flags & COMMAND_OFFLINE ? c->pattern : c->method);
		if (c->flags & COMMAND_SERVICE)
			assert_non_null(strstr(c->pattern, "<service>"));
		if (c->grade == COMMAND_READ && c->method != NULL)
			assert_true(c->flags & COMMAND_JSON);
	}
	assert_null(command_by_name("stat"));
	assert_null(command_by_name("status "));
	assert_null(command_by_name(""));
}

static void test_text(void **state)
{
	static const char *const words[] = { "web", "o'ne", "--drain", "10" };
	const struct command *restart = command_by_name("restart");
	char text[64];

	(void)state;
	assert_true(command_text(restart, NULL, "web", text, sizeof text));
	assert_string_equal(text, "steward restart web");
	assert_true(command_text(restart, "/srv/o'ne two", "web", text, sizeof text));
	assert_string_equal(text, "steward --home '/srv/o'\\''ne two' restart web");
	assert_true(command_text(restart, "/srv/one", NULL, text, sizeof text));
	assert_string_equal(text, "steward --home /srv/one restart");
	assert_false(command_text(restart, NULL, "web", text, 10));
	assert_true(command_text_words(restart, NULL, words, 4, text, sizeof text));
	assert_string_equal(text, "steward restart web 'o'\\''ne' --drain 10");
	assert_false(command_text_words(restart, NULL, words, 4, text, 24));
}

static void test_grades(void **state)
{
	(void)state;
	assert_int_equal(command_grade_parse("read"), COMMAND_READ);
	assert_int_equal(command_grade_parse("reversible"), COMMAND_REVERSIBLE);
	assert_int_equal(command_grade_parse("disrupts"), COMMAND_DISRUPTS);
	assert_int_equal(command_grade_parse("destroys"), COMMAND_DESTROYS);
	assert_int_equal(command_grade_parse("harmless"), COMMAND_DESTROYS);
	assert_int_equal(command_grade_parse(NULL), COMMAND_DESTROYS);
}

/* ---- The manual page ---- */

/* The page from the line of the command to the next command's. */
static char *manual_of(const char *page, const char *name)
{
	char *start = memory_format("\n.It Ic %s", name);
	size_t length = strlen(start);
	const char *at = page;

	while ((at = strstr(at, start)) != NULL && at[length] != ' ' && at[length] != '\n')
		at++;
	free(start);
	if (at == NULL)
		return NULL;
	const char *end = strstr(at, "\n.Sh ");

	for (const char *next = at; (next = strstr(next + 1, "\n.It Ic ")) != NULL;) {
		if (strncmp(next + 8, name, strlen(name)) != 0) {
			end = next < end ? next : end;
			break;
		}
	}
	return memory_format("%.*s", (int)(end - at), at);
}

static void test_manual_has_commands(void **state)
{
	const char *page = *state;

	EACH(c)
	{
		struct pattern_part part;
		char name[32];

		command_name(c, name, sizeof name);
		char *text = manual_of(page, name);
		if (text == NULL)
			fail_msg("steward.1 says nothing of \"%s\"", name);
		for (const char *at = c->pattern; pattern_next(&at, &part);) {
			if (part.kind != PATTERN_FLAG && part.kind != PATTERN_OPTION)
				continue;
			char *option = memory_format("Fl -%s", part.name);
			if (strstr(text, option) == NULL)
				fail_msg("steward.1: \"%s\" lacks --%s", name, part.name);
			free(option);
		}
		free(text);
	}
}

static void test_manual_has_no_others(void **state)
{
	const char *page = *state;

	for (const char *at = page; (at = strstr(at, "\n.It Ic ")) != NULL; at++) {
		char *name = memory_format("%.*s", (int)strcspn(at + 8, " \n"), at + 8);
		if (command_by_name(name) == NULL)
			fail_msg("steward.1 speaks of \"%s\", which is no command", name);
		free(name);
	}
}

static int read_manual(void **state)
{
	struct fault fault;
	size_t length;

	*state = file_read(MANUAL, 1 << 20, &length, &fault);
	return *state != NULL ? 0 : -1;
}

static int free_manual(void **state)
{
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns_parse),
		cmocka_unit_test(test_pattern_parts),
		cmocka_unit_test(test_no_conflicts),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_grades),
		cmocka_unit_test_setup_teardown(test_manual_has_commands, read_manual, free_manual),
		cmocka_unit_test_setup_teardown(test_manual_has_no_others, read_manual,
		    free_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
