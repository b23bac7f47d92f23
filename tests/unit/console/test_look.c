/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The person's own settings of the screen: read, checked, changed, written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/commands.h"
#include "console/look.h"
#include "data/file.h"
#include "data/memory.h"
#include "data/text.h"

struct folder {
	char path[64], file[128];
};

static int begin(void **state)
{
	struct folder *folder = memory_new(sizeof *folder);

	text_format(folder->path, sizeof folder->path, "/tmp/steward-look-XXXXXX");
	if (mkdtemp(folder->path) == NULL)
		return -1;
	text_format(folder->file, sizeof folder->file, "%s/deep/er/console.conf", folder->path);
	*state = folder;
	return 0;
}

static int end(void **state)
{
	struct folder *folder = *state;
	char command[128];

	text_format(command, sizeof command, "rm -r %s", folder->path);
	int status = system(command);

	free(folder);
	return status;
}

static struct look *load(const struct folder *folder, const char *text)
{
	char parent[128];
	struct fault fault;

	text_format(parent, sizeof parent, "%s/deep/er", folder->path);
	assert_true(file_make_folder(parent, 0700, &fault));
	assert_true(file_replace(folder->file, text, strlen(text), 0600, &fault));
	return look_load(folder->file);
}

static void test_no_file(void **state)
{
	struct folder *folder = *state;
	struct look *look = look_load(folder->file);
	struct bindings bindings;

	assert_int_equal(look->fault.code, FAULT_NONE);
	assert_string_equal(look_text(look, "colours"), "auto");
	assert_string_equal(look_text(look, "look"), "dark");
	assert_true(look_boolean(look, "mouse"));
	assert_int_equal(look_number(look, "escape_ms"), 40);
	look_keys(look, &bindings);
	assert_int_equal(bindings_meant(&bindings, 'z'), 'z');
	look_free(look);
	assert_int_equal(access(folder->file, F_OK), -1);
}

static void test_values(void **state)
{
	struct look *look = load(*state,
	    "# mine\nscreen {\n\tcolours = 16\n\tlook = \"light\"\n\tmouse = off\n"
	    "\tescape_ms = 25\n}\nkeys {\n\tundo = \"u\"\n\tresume = 'U'\n\tmark = \"#\"\n"
	    "\tall-logs = \"\\\"\"\n}\n");
	struct bindings bindings;

	assert_string_equal(look->fault.text, "");
	assert_string_equal(look_text(look, "colours"), "16");
	assert_string_equal(look_text(look, "look"), "light");
	assert_false(look_boolean(look, "mouse"));
	assert_int_equal(look_number(look, "escape_ms"), 25);
	look_keys(look, &bindings);
	assert_int_equal(bindings_meant(&bindings, 'u'), 'z');
	assert_int_equal(bindings_meant(&bindings, 'U'), 'u');
	assert_int_equal(bindings_meant(&bindings, '"'), 'L');
	assert_int_equal(bindings_meant(&bindings, 'z'), 0);
	assert_string_equal(bindings_shown(&bindings, ' '), "#");
	look_free(look);
}

/* Each mistake costs its own line; the first one is told, with its line. */
static void test_mistakes(void **state)
{
	static const struct {
		const char *text, *says;
		bool light; /* the right line still counts */
	} rows[] = {
		{ "screen {\n\tcolours = \"many\"\n\tlook = light\n}\n", ":2: screen.colours",
		    true },
		{ "screen {\n\tlook = light\n\tcolour = auto\n}\n", ":3: ", true },
		{ "screen {\n\tescape_ms = 0\n\tlook = light\n\tmouse = maybe\n}\n", ":4: ", true },
		{ "screen {\n\tlook = light\n}\nkeys {\n\tundoo = \"u\"\n}\n", ":5: ", true },
		{ "screen {\n\tlook = light\n}\nkeys {\n\tundo = \"uu\"\n}\n", ":5: keys.undo",
		    true },
		{ "screen {\n\tlook = light\n}\nkeys {\n\tundo = \"j\"\n}\n",
		    "console.conf:5: undo", true },
		{ "screen {\n\tlook = light\n", ":1: ", false },
		{ "\x01\x02", ":1: ", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct look *look = load(*state, rows[i].text);

		assert_int_not_equal(look->fault.code, FAULT_NONE);
		if (strstr(look->fault.text, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].text, look->fault.text);
		assert_string_equal(look_text(look, "look"), rows[i].light ? "light" : "dark");
		assert_string_equal(look_text(look, "colours"), "auto");
		look_free(look);
	}
}

/* Two names with one key: one line that names both, and all keys by default. */
static void test_overlap(void **state)
{
	struct look *look =
	    load(*state, "keys {\n\tundo = \"s\"\n\tfollow = \"F\"\n}\nscreen { look = light }\n");
	struct bindings bindings;

	assert_non_null(strstr(look->fault.text, "start"));
	assert_non_null(strstr(look->fault.text, "undo"));
	assert_null(strchr(look->fault.text, '\n'));
	look_keys(look, &bindings);
	assert_int_equal(bindings_meant(&bindings, 's'), 's');
	assert_int_equal(bindings_meant(&bindings, 'z'), 'z');
	assert_int_equal(bindings_meant(&bindings, 'f'), 'f');
	assert_string_equal(look_text(look, "look"), "light");
	look_free(look);
}

static void test_set_and_save(void **state)
{
	struct folder *folder = *state;
	struct look *look = look_load(folder->file);
	struct fault fault = { 0 };
	struct stat at;

	assert_false(look->unsaved);
	assert_true(look_set(look, "screen.look", "contrast", &fault));
	assert_true(look_set(look, "keys.undo", "\"", &fault));
	assert_true(look_set(look, "keys.follow", "\\", &fault));
	assert_true(look_set(look, "keys.wrap", "$", &fault));
	assert_true(look_set(look, "keys.mark", "#", &fault));
	assert_true(look_set(look, "keys.mouse", "Space", &fault));
	assert_true(look->unsaved);
	/* What overlaps, or is no value, changes nothing. */
	assert_false(look_set(look, "keys.filter", "x", &fault));
	assert_non_null(strstr(fault.text, "stop"));
	assert_false(look_set(look, "screen.colours", "7", &fault));
	assert_false(look_set(look, "screen.nothing", "7", &fault));
	assert_true(look_save(look, &fault));
	assert_false(look->unsaved);
	look_free(look);
	assert_int_equal(stat(folder->file, &at), 0);
	assert_int_equal(at.st_mode & 0777, 0600);
	look = look_load(folder->file);
	assert_string_equal(look->fault.text, "");
	assert_string_equal(look_text(look, "look"), "contrast");
	struct bindings bindings;

	look_keys(look, &bindings);
	assert_int_equal(bindings_meant(&bindings, '"'), 'z');
	assert_int_equal(bindings_meant(&bindings, '\\'), 'f');
	assert_int_equal(bindings_meant(&bindings, '$'), 'w');
	assert_int_equal(bindings_meant(&bindings, ' '), 'M');
	assert_int_equal(bindings_meant(&bindings, '/'), '/');
	/* Back to the default. */
	assert_true(look_set(look, "screen.look", NULL, &fault));
	assert_string_equal(look_text(look, "look"), "dark");
	look_free(look);
}

static void test_cannot_save(void **state)
{
	struct fault fault = { 0 };
	struct look *look = look_load("/proc/none/console.conf");

	(void)state;
	assert_true(look_set(look, "screen.look", "light", &fault));
	assert_false(look_save(look, &fault));
	assert_non_null(strstr(fault.text, "/proc/none"));
	assert_true(look->unsaved);
	look_free(look);
}

static void test_where(void **state)
{
	struct look *look;

	(void)state;
	setenv("XDG_CONFIG_HOME", "/tmp/steward-none", 1);
	look = look_load(NULL);
	assert_string_equal(look->path, "/tmp/steward-none/steward/console.conf");
	look_free(look);
	/* A relative one is to be ignored (XDG Base Directory Specification). */
	setenv("XDG_CONFIG_HOME", "none", 1);
	setenv("HOME", "/tmp/steward-home", 1);
	look = look_load(NULL);
	assert_string_equal(look->path, "/tmp/steward-home/.config/steward/console.conf");
	look_free(look);
}

/* Every key of both tables can be changed, once. */
static void test_every_key_has_a_row(void **state)
{
	const struct setting *rows = look_schema()[1].rows;
	size_t count = 0, keys = 0;

	(void)state;
	for (; rows[count].name != NULL; count++) {
		assert_true(strlen(rows[count].help) > 0);
		for (size_t i = 0; i < count; i++)
			assert_string_not_equal(rows[i].name, rows[count].name);
	}
	for (const struct binding *b = binding_list; b->name != NULL; b++)
		keys++;
	for (const struct command *c = command_table; c->pattern != NULL; c++)
		keys += c->key != 0 && c->key != '?';
	assert_int_equal(count, keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_no_file, begin, end),
		cmocka_unit_test_setup_teardown(test_values, begin, end),
		cmocka_unit_test_setup_teardown(test_mistakes, begin, end),
		cmocka_unit_test_setup_teardown(test_overlap, begin, end),
		cmocka_unit_test_setup_teardown(test_set_and_save, begin, end),
		cmocka_unit_test(test_cannot_save),
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_every_key_has_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
