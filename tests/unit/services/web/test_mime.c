/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/web/mime.h"
#include "services/web/mime_table.h"

static void test_types(void **state)
{
	static const struct {
		const char *path, *type;
	} rows[] = {
		{ "index.html", "text/html; charset=utf-8" },
		{ "INDEX.HTM", "text/html; charset=utf-8" },
		{ "a/b/c.css", "text/css; charset=utf-8" },
		{ "a.js", "text/javascript; charset=utf-8" },
		{ "a.min.mjs", "text/javascript; charset=utf-8" },
		{ "a.json", "application/json" },
		{ "a.svg", "image/svg+xml; charset=utf-8" },
		{ "a.JpG", "image/jpeg" },
		{ "a.wasm", "application/wasm" },
		{ "a.woff2", "font/woff2" },
		{ "a.tar.gz", "application/gzip" },
		{ "a.mp4", "video/mp4" },
		{ "a.txt", "text/plain; charset=utf-8" },
		{ "a.sh", "text/plain; charset=utf-8" },
		{ "a", "application/octet-stream" },
		{ "", "application/octet-stream" },
		{ "a.", "application/octet-stream" },
		{ ".html", "application/octet-stream" },
		{ "dir.html/a", "application/octet-stream" },
		{ "a.html.unknown", "application/octet-stream" },
		{ "a.htmlhtmlhtmlhtmlhtmlhtmlhtml", "application/octet-stream" },
		{ "a.htm\xc3\xa4", "application/octet-stream" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(mime_type(rows[i].path), rows[i].type);
}

/* bsearch needs it sorted, and every row must be found by its own name. */
static void test_table(void **state)
{
	const char *last = "";
	char path[64];
	(void)state;
	for (size_t i = 0; i < MIME_ROWS; i++) {
		const char *now = mime_rows[i].extension;
		if (strcmp(last, now) >= 0)
			fail_msg("%s stands before %s", last, now);
		assert_true(strlen(now) < 16);
		for (const char *p = now; *p != '\0'; p++)
			assert_true((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9'));
		snprintf(path, sizeof(path), "x.%s", now);
		const char *type = mime_type(path);
		assert_non_null(strchr(type, '/'));
		if (strncmp(type, "text/", 5) == 0)
			assert_non_null(strstr(type, "; charset=utf-8"));
		last = now;
	}
	assert_true(MIME_ROWS >= 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
