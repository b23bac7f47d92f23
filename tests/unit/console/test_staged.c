/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Staged changes: what is kept, what is dropped, what comes back, and the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/staged.h"
#include "data/file.h"
#include "data/memory.h"

static int begin(void **state)
{
	*state = staged_new();
	return 0;
}

static int end(void **state)
{
	staged_free(*state);
	return 0;
}

static void put(struct staged *staged, const char *name, const char *text, const char *seen)
{
	struct fault fault = { 0 };

	assert_true(staged_put(staged, name, text, seen, "default", &fault));
}

static void test_put_and_drop(void **state)
{
	struct staged *staged = *state;

	put(staged, "web.workers", "2", "1");
	put(staged, "dns.cache", "8M", "4M");
	put(staged, "web.root", NULL, "/srv");
	assert_int_equal(staged_count(staged, NULL), 3);
	assert_int_equal(staged_count(staged, "web"), 2);
	assert_int_equal(staged_count(staged, "we"), 0);
	assert_int_equal(staged_sections(staged), 2);
	/* The second edit of a setting keeps what was seen at the first. */
	put(staged, "web.workers", "3", "99");
	assert_string_equal(staged_find(staged, "web.workers")->seen, "1");
	assert_string_equal(staged_find(staged, "web.workers")->text, "3");
	/* Back to what was seen: no change is left. */
	put(staged, "web.workers", "1", "99");
	assert_null(staged_find(staged, "web.workers"));
	assert_true(staged_drop(staged, "web.root"));
	assert_false(staged_drop(staged, "web.root"));
	assert_int_equal(staged_sections(staged), 1);
	/* What it was already is none either. */
	put(staged, "web.root", "/srv", "/srv");
	assert_int_equal(staged_count(staged, NULL), 1);
	staged_clear(staged);
	assert_int_equal(staged_count(staged, NULL), 0);
}

static void test_limits(void **state)
{
	struct staged *staged = *state;
	struct fault fault = { 0 };
	char *text = memory_new(STAGED_BYTES);
	char name[32];

	memset(text, 'x', STAGED_BYTES - 1);
	assert_false(staged_put(staged, "web.root", text, "", "", &fault));
	assert_string_not_equal(fault.next, "");
	text[1000] = '\0';
	size_t i = 0;

	do
		snprintf(name, sizeof name, "web.row%zu", i++);
	while (staged_put(staged, name, text, "", "", &fault) && i < 100);
	assert_in_range(i, 20, 30);
	free(text);
	staged_clear(staged);
	for (i = 0; i < STAGED_MOST; i++) {
		snprintf(name, sizeof name, "a.b%zu", i);
		assert_true(staged_put(staged, name, "1", "2", "", &fault));
	}
	assert_false(staged_put(staged, "a.more", "1", "2", "", &fault));
	assert_true(staged_put(staged, "a.b7", "3", "2", "", &fault));
	/* All of it fits into a request. */
	json_t *whole =
	    json_pack("{s:o, s:o}", "v", staged_values(staged), "e", staged_expect(staged));
	char *dump = json_dumps(whole, 0);

	assert_true(strlen(dump) < 60000);
	free(dump);
	json_decref(whole);
}

static void test_conflicts(void **state)
{
	struct staged *staged = *state;

	put(staged, "web.workers", "2", "1");
	put(staged, "web.root", "/a", "/b");
	assert_false(staged_conflict(staged_find(staged, "web.workers"), "1"));
	assert_true(staged_conflict(staged_find(staged, "web.workers"), "4"));
	staged_rebase(staged, "web.workers", "4", "set by op");
	assert_false(staged_conflict(staged_find(staged, "web.workers"), "4"));
	assert_string_equal(staged_find(staged, "web.workers")->text, "2");
	assert_string_equal(staged_find(staged, "web.workers")->origin, "set by op");
	/* They have set just what we wanted. */
	staged_rebase(staged, "web.root", "/a", "set by op");
	assert_null(staged_find(staged, "web.root"));
	staged_rebase(staged, "web.nothing", "1", "");
	assert_int_equal(staged_count(staged, NULL), 1);
}

static void test_what_is_sent(void **state)
{
	struct staged *staged = *state;
	char command[256];

	put(staged, "web.workers", "2", "1");
	put(staged, "web.name", "two words", "");
	assert_true(staged_command(staged, NULL, 0, command, sizeof command));
	assert_string_equal(command, "steward set web.workers=2 'web.name=two words'");
	put(staged, "web.root", NULL, "/b");
	assert_true(staged_command(staged, "/srv/my home", 60, command, sizeof command));
	assert_string_equal(command,
	    "steward --home '/srv/my home' set web.workers=2 'web.name=two words' web.root "
	    "--reset --confirm 60");
	assert_false(staged_command(staged, NULL, 60, command, 30));
	json_t *values = staged_values(staged), *expect = staged_expect(staged);

	assert_true(json_is_null(json_object_get(values, "web.root")));
	assert_string_equal(json_string_value(json_object_get(values, "web.workers")), "2");
	assert_string_equal(json_string_value(json_object_get(expect, "web.root")), "/b");
	assert_string_equal(json_string_value(json_object_get(expect, "web.name")), "");
	assert_int_equal(json_object_size(expect), 3);
	json_decref(values);
	json_decref(expect);
}

/* All that is staged. */
static void try_all(struct staged *staged, int64_t trial)
{
	json_t *sent = staged_pack(&staged->edits);

	staged_try(staged, sent, trial);
	json_decref(sent);
}

/* What was staged while the host looked is not taken for what it has. */
static void test_staged_meanwhile(void **state)
{
	struct staged *staged = *state;
	json_t *sent;

	put(staged, "web.workers", "2", "1");
	put(staged, "web.root", "/a", "/b");
	put(staged, "web.name", NULL, "n");
	sent = staged_pack(&staged->edits);
	put(staged, "web.root", "/c", "/b");
	put(staged, "web.gzip", "true", "false");
	assert_true(staged_drop(staged, "web.name"));
	staged_try(staged, sent, 7);
	json_decref(sent);
	assert_int_equal(staged->tried.count, 3);
	assert_int_equal(staged_kept(staged), 3);
	assert_int_equal(staged_count(staged, NULL), 2);
	assert_string_equal(staged_find(staged, "web.root")->text, "/c");
	assert_non_null(staged_find(staged, "web.gzip"));
}

static void test_trial(void **state)
{
	struct staged *staged = *state;

	put(staged, "web.workers", "2", "1");
	put(staged, "web.root", "/a", "/b");
	try_all(staged, 7);
	assert_int_equal(staged_count(staged, NULL), 0);
	assert_int_equal(staged->trial, 7);
	/* An edit that was made meanwhile counts more than one that comes back. */
	put(staged, "web.root", "/c", "/b");
	assert_int_equal(staged_back(staged), 1);
	assert_string_equal(staged_find(staged, "web.root")->text, "/c");
	assert_string_equal(staged_find(staged, "web.workers")->text, "2");
	assert_int_equal(staged->trial, -1);
	try_all(staged, 8);
	assert_int_equal(staged_kept(staged), 2);
	assert_int_equal(staged_back(staged), 0);
	assert_int_equal(staged_count(staged, NULL), 0);
}

/* ---- The file ---- */

static char folder[] = "/tmp/steward-staged-XXXXXX";

static void test_file(void **state)
{
	struct staged *staged = *state, *again;
	char path[PATH_MAX], other[PATH_MAX];
	struct fault fault = { 0 };
	struct stat status;

	assert_non_null(mkdtemp(folder));
	setenv("XDG_STATE_HOME", folder, 1);
	assert_true(staged_path("/srv/a", path, sizeof path, &fault));
	assert_true(staged_path("/srv/a/", other, sizeof other, &fault));
	assert_string_equal(path, other);
	assert_true(staged_path("/srv/b", other, sizeof other, &fault));
	assert_string_not_equal(path, other);
	put(staged, "web.root", "/tried", "/b");
	try_all(staged, 3);
	put(staged, "web.workers", "2", "1");
	put(staged, "web.name", NULL, "a \"name\"");
	assert_true(staged_save(staged, path, &fault));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	again = staged_load(path, &fault);
	assert_non_null(again);
	assert_int_equal(staged_count(again, NULL), 2);
	assert_null(staged_find(again, "web.name")->text);
	assert_string_equal(staged_find(again, "web.name")->seen, "a \"name\"");
	assert_int_equal(again->trial, 3);
	assert_int_equal(staged_back(again), 1);
	assert_string_equal(staged_find(again, "web.root")->text, "/tried");
	/* Nothing is staged: no file. */
	staged_clear(again);
	assert_true(staged_save(again, path, &fault));
	assert_int_not_equal(access(path, F_OK), 0);
	assert_true(staged_save(again, path, &fault));
	staged_free(again);
	again = staged_load(path, &fault);
	assert_int_equal(staged_count(again, NULL), 0);
	staged_free(again);
}

static void test_bad_files(void **state)
{
	static const struct {
		const char *text;
		int count; /* -1: it is refused */
	} rows[] = {
		{ "", -1 },
		{ "[]", -1 },
		{ "{", -1 },
		{ "{}", 0 },
		{ "{\"changes\": 5, \"tried\": {}, \"trial\": []}", 0 },
		{ "{\"changes\": [5, null, {}, {\"name\": 5}]}", 0 },
		{ "{\"changes\": [{\"name\": \"web.a\", \"text\": \"1\"}]}", 0 },
		{ "{\"changes\": [{\"name\": \"web.a\", \"text\": 5, \"seen\": \"\"}]}", 0 },
		{ "{\"changes\": [{\"name\": \"web\", \"text\": \"1\", \"seen\": \"\"}]}", 0 },
		{ "{\"changes\": [{\"name\": \"w\\u001b.a\", \"text\": \"1\", \"seen\": \"\"}]}",
		    0 },
		{ "{\"changes\": [{\"name\": \"web.a\", \"text\": \"1\", \"seen\": \"\"}]}", 1 },
		{ "{\"changes\": [{\"name\": \"web.a\", \"text\": null, \"seen\": \"\"},"
		  "{\"name\": \"web.a\", \"text\": \"2\", \"seen\": \"\"}], \"new\": 1}",
		    1 },
	};
	char path[PATH_MAX];
	struct fault fault = { 0 };

	(void)state;
	snprintf(path, sizeof path, "%s/bad", folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(file_replace(path, rows[i].text, strlen(rows[i].text), 0600, &fault));
		struct staged *staged = staged_load(path, &fault);

		if (rows[i].count < 0) {
			assert_null(staged);
			continue;
		}
		assert_non_null(staged);
		assert_int_equal(staged_count(staged, NULL), rows[i].count);
		staged_free(staged);
	}
	unlink(path);
	snprintf(path, sizeof path, "%s/steward", folder);
	rmdir(path);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_put_and_drop),
		TEST(test_limits),
		TEST(test_conflicts),
		TEST(test_what_is_sent),
		TEST(test_staged_meanwhile),
		TEST(test_trial),
		TEST(test_file),
		TEST(test_bad_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
