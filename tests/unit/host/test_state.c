/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What survives a restart: desired states and the numbers of ports.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/file.h"
#include "host/state.h"

static char folder[] = "/tmp/steward-state-XXXXXX";
static char path[64];

static void put(const char *text)
{
	struct fault fault;

	assert_true(file_replace(path, text, strlen(text), 0600, &fault));
}

static void save(void)
{
	struct fault fault;
	uint64_t changes;
	char *text = state_text(&changes);

	assert_non_null(text);
	assert_true(state_save(path, text, &fault));
	state_saved(changes);
	free(text);
}

static void a_missing_file_means_everything_runs(void **state)
{
	struct fault fault;

	(void)state;
	unlink(path);
	assert_true(state_load(path, &fault));
	assert_true(state_wanted("web"));
	assert_int_equal(state_port("web"), 0);
}

static void what_was_set_is_read_back(void **state)
{
	struct fault fault;

	(void)state;
	unlink(path);
	assert_true(state_load(path, &fault));
	assert_false(state_unsaved());
	assert_true(state_set_wanted("web", false));
	save();
	assert_false(state_set_wanted("web", false));
	assert_true(state_set_port("web listen tcp 127.0.0.1 0", 40123));
	save();
	assert_false(state_set_port("web listen tcp 127.0.0.1 0", 40123));
	assert_true(state_load(path, &fault));
	assert_false(state_wanted("web"));
	assert_true(state_wanted("dns"));
	assert_int_equal(state_port("web listen tcp 127.0.0.1 0"), 40123);
	assert_true(state_set_wanted("web", true));
	save();
	assert_true(state_load(path, &fault));
	assert_true(state_wanted("web"));
}

static void what_was_not_saved_is_told_until_it_is(void **state)
{
	struct fault fault;
	uint64_t first, second;

	(void)state;
	unlink(path);
	assert_true(state_load(path, &fault));
	assert_true(state_set_wanted("web", false));
	free(state_text(&first));
	assert_true(state_set_wanted("web", false));
	assert_true(state_set_port("a", 40123));
	free(state_text(&second));
	/* The first text does not have the port. */
	state_saved(first);
	assert_true(state_unsaved());
	state_saved(second);
	state_saved(first);
	assert_false(state_unsaved());
	assert_false(state_set_wanted("web", false));
}

static void a_damaged_file_is_told_and_counts_as_empty(void **state)
{
	static const char *const odd[] = {
		"",
		"{",
		"[]",
		"null",
		"{\"services\":",
		"\x01\x02",
	};
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		put(odd[i]);
		assert_false(state_load(path, &fault));
		assert_non_null(strstr(fault.text, "desired"));
		assert_true(state_wanted("web"));
	}
}

static void odd_values_are_ignored(void **state)
{
	struct fault fault;

	(void)state;
	put("{\"version\": 1, \"services\": {\"web\": 7, \"dns\": \"stopped\"},"
	    " \"ports\": {\"a\": 70000, \"b\": -1, \"c\": \"x\", \"d\": 80}}");
	assert_true(state_load(path, &fault));
	assert_true(state_wanted("web"));
	assert_false(state_wanted("dns"));
	assert_int_equal(state_port("a"), 0);
	assert_int_equal(state_port("b"), 0);
	assert_int_equal(state_port("c"), 0);
	assert_int_equal(state_port("d"), 80);
}

static void fields_of_a_later_program_survive(void **state)
{
	struct fault fault;
	size_t length;

	(void)state;
	put("{\"version\": 1, \"later\": {\"x\": 1}}");
	assert_true(state_load(path, &fault));
	assert_true(state_set_wanted("web", false));
	save();
	char *text = file_read(path, 65536, &length, &fault);
	assert_non_null(text);
	assert_non_null(strstr(text, "\"later\""));
	assert_non_null(strstr(text, "\"stopped\""));
	free(text);
}

static void expect_aside(const char *name, const char *text)
{
	char aside[100];
	struct fault fault;

	snprintf(aside, sizeof aside, "%s/%s", folder, name);
	char *kept = file_read(aside, 65536, NULL, &fault);
	assert_non_null(kept);
	assert_string_equal(kept, text);
	free(kept);
	assert_int_equal(unlink(aside), 0);
}

static void a_newer_version_is_set_aside(void **state)
{
	static const char *const newer[] = {
		"{\"version\": 2, \"services\": {\"web\": \"stopped\"}}",
		"{\"version\": 2, \"services\": {\"dns\": \"stopped\"}}",
		"{\"version\": 4000000000, \"services\": 7}",
	};
	static const char *const names[] = { "desired.version-2", "desired.version-2.1",
		"desired.version-4000000000" };
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		put(newer[i]);
		assert_false(state_load(path, &fault));
		assert_non_null(strstr(fault.text, names[i]));
		assert_non_null(strstr(fault.text, "this steward knows 1"));
		assert_non_null(strstr(fault.text, "every service starts"));
		assert_int_equal(access(path, F_OK), -1);
		assert_true(state_wanted("web") && state_wanted("dns"));
		/* What is saved is of this version, and found again. */
		assert_true(state_set_wanted("web", false));
		save();
		assert_true(state_load(path, &fault));
		assert_false(state_wanted("web"));
	}
	for (size_t i = 0; i < 3; i++)
		expect_aside(names[i], newer[i]);
}

static void a_newer_version_that_cannot_be_renamed_is_told(void **state)
{
	static const char newer[] = "{\"version\": 2}";
	struct fault fault;
	char name[100];

	(void)state;
	for (int i = 0; i < 100; i++) {
		put(newer);
		assert_false(state_load(path, &fault));
		assert_null(strstr(fault.text, "overwrites"));
	}
	put(newer);
	assert_false(state_load(path, &fault));
	assert_non_null(strstr(fault.text, "the next change overwrites it"));
	assert_true(state_wanted("web"));
	expect_aside("desired.version-2", newer);
	for (int i = 1; i < 100; i++) {
		snprintf(name, sizeof name, "desired.version-2.%d", i);
		expect_aside(name, newer);
	}
}

static int suite_begin(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/desired", folder);
	return 0;
}

static int suite_end(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_file_means_everything_runs),
		cmocka_unit_test(what_was_set_is_read_back),
		cmocka_unit_test(what_was_not_saved_is_told_until_it_is),
		cmocka_unit_test(a_damaged_file_is_told_and_counts_as_empty),
		cmocka_unit_test(odd_values_are_ignored),
		cmocka_unit_test(fields_of_a_later_program_survive),
		cmocka_unit_test(a_newer_version_is_set_aside),
		cmocka_unit_test(a_newer_version_that_cannot_be_renamed_is_told),
	};

	return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
