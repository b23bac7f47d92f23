/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each row is parsed from a block of its exact size, so that a read past its
 * end is seen by the address sanitizer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/web/target.h"

struct row {
	const char *raw;
	int status;
	const char *path; /* when status is 0 */
	int folder;
};

static const struct row accepted[] = {
	{ "/", 0, "", 1 },
	{ "/a", 0, "a", 0 },
	{ "/a/", 0, "a", 1 },
	{ "/a/b.html", 0, "a/b.html", 0 },
	{ "/a/b/c/", 0, "a/b/c", 1 },
	{ "/a%20b", 0, "a b", 0 },
	{ "/%61", 0, "a", 0 },
	{ "/%C3%A4.txt", 0, "\xc3\xa4.txt", 0 },
	{ "/\xc3\xa4.txt", 0, "\xc3\xa4.txt", 0 },
	{ "/%ff", 0, "\xff", 0 },
	{ "/a%3Fb", 0, "a?b", 0 },
	{ "/a%23b", 0, "a#b", 0 },
	{ "/a%25b", 0, "a%b", 0 },
	{ "/a+b", 0, "a+b", 0 },
	{ "/a;b=c", 0, "a;b=c", 0 },
	{ "/a..b", 0, "a..b", 0 },
	{ "/a..", 0, "a..", 0 },
	{ "/a.", 0, "a.", 0 },
	{ "/a/b..c/d", 0, "a/b..c/d", 0 },
	{ "/.well-known/acme-challenge/x", 0, ".well-known/acme-challenge/x", 0 },
	{ "/%2ewell-known/x", 0, ".well-known/x", 0 },
};

/* Ways out of a root that have worked against some server, and their kin. None
 * may give a path; those that no name could ever match are 400. */
static const struct row refused[] = {
	{ "/..", 400, NULL, 0 },
	{ "/../", 400, NULL, 0 },
	{ "/../etc/passwd", 400, NULL, 0 },
	{ "/../../../../../../etc/passwd", 400, NULL, 0 },
	{ "/a/..", 400, NULL, 0 },
	{ "/a/../", 400, NULL, 0 },
	{ "/a/../../etc/passwd", 400, NULL, 0 },
	{ "/a/../b", 400, NULL, 0 },
	{ "/.", 400, NULL, 0 },
	{ "/./", 400, NULL, 0 },
	{ "/./../etc/passwd", 400, NULL, 0 },
	{ "/a/./b", 400, NULL, 0 },
	{ "/%2e%2e/etc/passwd", 400, NULL, 0 },
	{ "/%2E%2E/etc/passwd", 400, NULL, 0 },
	{ "/%2e./etc/passwd", 400, NULL, 0 },
	{ "/.%2e/etc/passwd", 400, NULL, 0 },
	{ "/%2e", 400, NULL, 0 },
	{ "/..%2fetc/passwd", 400, NULL, 0 },
	{ "/..%2Fetc%2Fpasswd", 400, NULL, 0 },
	{ "/%2e%2e%2fetc%2fpasswd", 400, NULL, 0 },
	{ "/a%2f..%2f..%2fetc/passwd", 400, NULL, 0 },
	{ "/a/..%2f..%2fetc/passwd", 400, NULL, 0 },
	{ "/%2f..%2fetc/passwd", 400, NULL, 0 },
	{ "/%2fetc/passwd", 404, NULL, 0 },
	{ "/a%2fb", 404, NULL, 0 },
	{ "//", 404, NULL, 0 },
	{ "///", 404, NULL, 0 },
	{ "//etc/passwd", 404, NULL, 0 },
	{ "//../etc/passwd", 400, NULL, 0 },
	{ "/a//b", 404, NULL, 0 },
	{ "/a//../b", 400, NULL, 0 },
	{ "/....//....//etc/passwd", 404, NULL, 0 },
	{ "/.../etc/passwd", 404, NULL, 0 },
	{ "/..;/etc/passwd", 404, NULL, 0 },
	{ "/..;a=b/../etc/passwd", 400, NULL, 0 },
	{ "/..\\..\\etc\\passwd", 404, NULL, 0 },
	{ "/..%5c..%5cetc%5cpasswd", 404, NULL, 0 },
	{ "/..%5c../..%5c../etc/passwd", 404, NULL, 0 },
	{ "/.%00./etc/passwd", 400, NULL, 0 },
	{ "/%00", 400, NULL, 0 },
	{ "/a%00.html", 400, NULL, 0 },
	{ "/a%00/../b", 400, NULL, 0 },
	{ "/a%0a", 400, NULL, 0 },
	{ "/a%0d%0aSet-Cookie:x", 400, NULL, 0 },
	{ "/a%1b[2J", 400, NULL, 0 },
	{ "/a%7f", 400, NULL, 0 },
	{ "/a\tb", 400, NULL, 0 },
	{ "/a b", 400, NULL, 0 },
	{ "/a\x7f", 400, NULL, 0 },
	{ "/a#b", 400, NULL, 0 },
	{ "/%", 400, NULL, 0 },
	{ "/%2", 400, NULL, 0 },
	{ "/%zz", 400, NULL, 0 },
	{ "/%2 ", 400, NULL, 0 },
	{ "/%u002e%u002e/etc/passwd", 400, NULL, 0 },
	{ "/%uff0e%uff0e/", 400, NULL, 0 },
	{ "/%-1", 400, NULL, 0 },
	{ "/a/%2e%2e", 400, NULL, 0 },
	{ "/a/%2e%2e/", 400, NULL, 0 },
	{ "/a/.%2e/%2e./etc/passwd", 400, NULL, 0 },
	{ "/.git/config", 404, NULL, 0 },
	{ "/.htaccess", 404, NULL, 0 },
	{ "/%2egit/config", 404, NULL, 0 },
	{ "/a/.env", 404, NULL, 0 },
	{ "/a/.well-known/x", 404, NULL, 0 },
	{ "/.well-known/.secret", 404, NULL, 0 },
	{ "/.well-known/../a", 400, NULL, 0 },
	{ "/.well-knownx", 404, NULL, 0 },
	{ "", 400, NULL, 0 },
	{ "a", 400, NULL, 0 },
	{ "?", 400, NULL, 0 },
	{ "..", 400, NULL, 0 },
	{ "../etc/passwd", 400, NULL, 0 },
	{ "\\..\\etc", 400, NULL, 0 },
	{ "*", 400, NULL, 0 },
	{ "http://host/a", 400, NULL, 0 },
	{ "/a?b", 400, NULL, 0 },
	{ "/?", 400, NULL, 0 },
};

/* Well-formed names that must be looked for as they are, and lead nowhere. */
static const struct row literal[] = {
	{ "/%252e%252e/etc/passwd", 0, "%2e%2e/etc/passwd", 0 },
	{ "/%252e%252e%252fetc", 0, "%2e%2e%2fetc", 0 },
	{ "/%25252e%25252e/", 0, "%252e%252e", 1 },
	{ "/%c0%ae%c0%ae/etc/passwd", 0, "\xc0\xae\xc0\xae/etc/passwd", 0 },
	{ "/%c0%af..%c0%afetc", 0,
	    "\xc0\xaf..\xc0\xaf"
	    "etc",
	    0 },
	{ "/%e0%80%ae%e0%80%ae/", 0, "\xe0\x80\xae\xe0\x80\xae", 1 },
	{ "/%f0%80%80%ae/x", 0, "\xf0\x80\x80\xae/x", 0 },
	{ "/a%5c..%5cb", 0, "a\\..\\b", 0 },
	{ "/%255c..%255c", 0, "%5c..%5c", 0 },
};

static int parse(const char *raw, struct target *target)
{
	size_t length = strlen(raw);
	char *block = malloc(length > 0 ? length : 1);
	assert_non_null(block);
	memcpy(block, raw, length);
	int status = target_parse(block, length, target);
	free(block);
	return status;
}

static void check_rows(const struct row *rows, size_t count)
{
	struct target target;
	for (size_t i = 0; i < count; i++) {
		int status = parse(rows[i].raw, &target);
		if (status != rows[i].status)
			fail_msg("%s: %d, expected %d", rows[i].raw, status, rows[i].status);
		if (status != 0)
			continue;
		assert_string_equal(target.path, rows[i].path);
		assert_int_equal(target.length, strlen(target.path));
		assert_int_equal(target.folder, rows[i].folder);
	}
}

static void test_accepted(void **state)
{
	(void)state;
	check_rows(accepted, sizeof(accepted) / sizeof(accepted[0]));
}

static void test_refused(void **state)
{
	(void)state;
	check_rows(refused, sizeof(refused) / sizeof(refused[0]));
}

static void test_literal(void **state)
{
	struct target target;
	(void)state;
	check_rows(literal, sizeof(literal) / sizeof(literal[0]));
	for (size_t i = 0; i < sizeof(literal) / sizeof(literal[0]); i++) {
		parse(literal[i].raw, &target);
		assert_true(target.odd);
	}
}

static void test_ordinary_is_not_odd(void **state)
{
	static const char *const names[] = {
		"/a",
		"/%C3%A4",
		"/100%25",
		"/a..b",
		"/.git/config",
	};
	struct target target;
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		parse(names[i], &target);
		assert_false(target.odd);
	}
}

/* One key for all spellings of a path, and different ones for different paths. */
static void test_key(void **state)
{
	static const struct {
		const char *raw, *key;
	} rows[] = {
		{ "/", "/" },
		{ "/a", "/a" },
		{ "/%61", "/a" },
		{ "/a/", "/a/" },
		{ "/%61/", "/a/" },
		{ "/a%2fb", NULL },
		{ "/%C3%a4", "/\xc3\xa4" },
		{ "/a%2541", "/a%41" },
		{ "/.well-known/x", "/.well-known/x" },
	};
	struct target target;
	char key[TARGET_PATH + 2];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = parse(rows[i].raw, &target);
		assert_int_equal(status == 0, rows[i].key != NULL);
		if (status != 0)
			continue;
		size_t length = target_key(&target, key);
		assert_int_equal(length, strlen(rows[i].key));
		assert_memory_equal(key, rows[i].key, length);
	}
}

static void test_nul_inside(void **state)
{
	struct target target;
	(void)state;
	assert_int_equal(target_parse("/a\0b", 4, &target), 400);
	assert_int_equal(target_parse("/a\0", 3, &target), 400);
	assert_int_equal(target_parse("\0", 1, &target), 400);
}

/* The decoded path is bounded; one byte less than the bound fits. */
static void test_length(void **state)
{
	size_t size = TARGET_PATH * 3 + 8;
	char *raw = malloc(size);
	struct target target;
	(void)state;
	assert_non_null(raw);
	memset(raw, 'a', size);
	raw[0] = '/';
	assert_int_equal(target_parse(raw, TARGET_PATH - 1, &target), 0);
	assert_int_equal(target.length, TARGET_PATH - 2);
	assert_int_equal(target_parse(raw, size, &target), 414);
	for (size_t i = 1; i + 2 < size; i += 3)
		memcpy(raw + i, "%61", 3);
	assert_int_equal(target_parse(raw, 1 + 3 * (TARGET_PATH - 2), &target), 0);
	assert_int_equal(target_parse(raw, 1 + 3 * (TARGET_PATH + 1), &target), 414);
	free(raw);
}

/* Whatever a single byte is, raw or escaped, the path stays one that may be
 * opened. */
static void test_every_byte(void **state)
{
	struct target target;
	char raw[16];
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		for (int escaped = 0; escaped < 2; escaped++) {
			int length = escaped ? snprintf(raw, sizeof(raw), "/a%%%02xb", byte) :
					       snprintf(raw, sizeof(raw), "/a%cb", (int)byte);
			int status = target_parse(raw, (size_t)length, &target);
			bool control = byte < ' ' || byte == 0x7f;
			if (control)
				assert_int_equal(status, 400);
			else if (escaped && byte == '/')
				assert_int_equal(status, 404);
			else if (!escaped &&
			    (byte == ' ' || byte == '#' || byte == '?' || byte == '%'))
				assert_int_equal(status, 400);
			else
				assert_int_equal(status, 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_literal),
		cmocka_unit_test(test_ordinary_is_not_odd),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_nul_inside),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_every_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
