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

static void fields_of_a_later_version_survive(void **state)
{
	struct fault fault;
	size_t length;

	(void)state;
	put("{\"version\": 2, \"later\": {\"x\": 1}}");
	assert_true(state_load(path, &fault));
	assert_true(state_set_wanted("web", false));
	save();
	char *text = file_read(path, 65536, &length, &fault);
	assert_non_null(text);
	assert_non_null(strstr(text, "\"later\""));
	assert_non_null(strstr(text, "\"stopped\""));
	free(text);
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
		cmocka_unit_test(fields_of_a_later_version_survive),
	};

	return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
