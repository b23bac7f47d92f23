/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audit list's file: what was acknowledged is read back whatever became of
 * the line after it, and two files are all that there ever are.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/file.h"
#include "host/audit_file.h"

#define SMALL ((size_t)200) /* rotated at */

static char folder[] = "/tmp/steward-audit-XXXXXX";
static char path[64], older[64];

/* "7a 8b" for the entries that were read, in their order. */
struct seen {
	char text[512];
};

static void see(void *arg, json_t *entry)
{
	struct seen *seen = arg;
	size_t used = strlen(seen->text);

	snprintf(seen->text + used, sizeof seen->text - used, "%s%lld%s", used ? " " : "",
	    (long long)json_integer_value(json_object_get(entry, "number")),
	    json_string_value(json_object_get(entry, "what")));
}

static void expect(const char *expected, unsigned left_out)
{
	struct seen seen = { "" };
	struct fault fault;
	unsigned count;

	assert_true(audit_file_read(path, SMALL, see, &seen, &count, &fault));
	assert_string_equal(seen.text, expected);
	assert_int_equal(count, left_out);
}

static void add(const char *lines)
{
	struct fault fault;

	if (!audit_file_append(path, SMALL, lines, strlen(lines), &fault))
		fail_msg("%s", fault.text);
}

static void put(const char *where, const char *text)
{
	struct fault fault;

	assert_true(file_replace(where, text, strlen(text), 0600, &fault));
}

#define ENTRY(number, what) "{\"version\":1,\"number\":" #number ",\"what\":\"" what "\"}\n"

static int fresh(void **state)
{
	(void)state;
	unlink(path);
	unlink(older);
	return 0;
}

static void what_was_added_is_read_back(void **state)
{
	(void)state;
	expect("", 0);
	add(ENTRY(1, "a"));
	add(ENTRY(2, "b") ENTRY(3, "c"));
	add(ENTRY(1, "z"));
	expect("1a 2b 3c 1z", 0);
}

static void a_torn_line_is_left_out_and_cut_off(void **state)
{
	static const char whole[] = ENTRY(1, "a") ENTRY(2, "b");

	(void)state;
	/* Wherever the power went: the entry before it stays, the next is whole. */
	for (size_t length = sizeof ENTRY(1, "a") - 1; length < sizeof whole - 1; length++) {
		char text[sizeof whole] = "";
		memcpy(text, whole, length);
		put(path, text);
		expect("1a", length > sizeof ENTRY(1, "a") - 1);
		add(ENTRY(3, "c"));
		expect("1a 3c", 0);
	}
}

static void a_file_that_is_one_torn_line_begins_anew(void **state)
{
	char text[10000];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	put(path, text);
	add(ENTRY(1, "a"));
	expect("1a", 0);
}

static void what_is_no_entry_is_left_out(void **state)
{
	static const char *const bad[] = {
		"garbage\n",
		"\n",
		"[]\n",
		"{}\n",
		"{\"version\":1}\n",
		"{\"version\":1,\"number\":0}\n",
		"{\"version\":2,\"number\":7}\n",
		"{\"version\":0,\"number\":7}\n",
		"{\"version\":1,\"number\":\"7\"}\n",
		"{\"version\":1,\"number\":7,\"number\":8}\n",
		"\xff\xfe\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[300];
		snprintf(text, sizeof text, ENTRY(1, "a") "%s" ENTRY(2, "b"), bad[i]);
		put(path, text);
		expect("1a 2b", 1);
	}
}

static void two_files_and_no_more(void **state)
{
	struct stat status;
	char line[64];

	(void)state;
	for (int i = 1; i <= 40; i++) {
		snprintf(line, sizeof line, "{\"version\":1,\"number\":%d,\"what\":\"-\"}\n", i);
		add(line);
		assert_int_equal(stat(path, &status), 0);
		assert_true((size_t)status.st_size <= SMALL);
	}
	struct seen seen = { "" };
	struct fault fault;
	unsigned count;
	assert_true(audit_file_read(path, SMALL, see, &seen, &count, &fault));
	/* The newest are there without a gap. */
	assert_non_null(strstr(seen.text, "37- 38- 39- 40-"));
	assert_null(strstr(seen.text, " 20-"));
	assert_int_equal(stat(older, &status), 0);
	assert_true((size_t)status.st_size <= SMALL);
}

static void a_long_addition_is_written_whole(void **state)
{
	char line[3 * SMALL];
	int length = snprintf(line, sizeof line, "{\"version\":1,\"number\":2,\"what\":\"");

	(void)state;
	memset(line + length, 'y', 2 * SMALL);
	memcpy(line + length + 2 * SMALL, "\"}\n", sizeof "\"}\n");
	add(ENTRY(1, "a"));
	add(line);
	add(ENTRY(3, "c"));
	struct seen seen = { "" };
	struct fault fault;
	unsigned count;
	assert_true(audit_file_read(path, SMALL, see, &seen, &count, &fault));
	assert_int_equal(count, 0);
	assert_non_null(strstr(seen.text, "yy"));
}

static void a_folder_that_is_not_there_is_told(void **state)
{
	static const char nowhere[] = "/tmp/steward-audit-none/audit";
	struct fault fault;

	(void)state;
	assert_false(audit_file_append(nowhere, SMALL, "x\n", 2, &fault));
	assert_non_null(strstr(fault.text, nowhere));
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
	struct seen seen = { "" };
	struct fault fault;
	unsigned count;

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	put(older, ENTRY(1, "a"));
	assert_false(audit_file_read(path, SMALL, see, &seen, &count, &fault));
	assert_string_equal(seen.text, "1a");
	assert_non_null(strstr(fault.text, path));
	rmdir(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_added_is_read_back, fresh),
		cmocka_unit_test_setup(a_torn_line_is_left_out_and_cut_off, fresh),
		cmocka_unit_test_setup(a_file_that_is_one_torn_line_begins_anew, fresh),
		cmocka_unit_test_setup(what_is_no_entry_is_left_out, fresh),
		cmocka_unit_test_setup(two_files_and_no_more, fresh),
		cmocka_unit_test_setup(a_long_addition_is_written_whole, fresh),
		cmocka_unit_test_setup(a_folder_that_is_not_there_is_told, fresh),
		cmocka_unit_test_setup(a_file_that_cannot_be_read_is_told, fresh),
	};

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/audit", folder);
	snprintf(older, sizeof older, "%s/audit.1", folder);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	unlink(older);
	rmdir(folder);
	return failed;
}
