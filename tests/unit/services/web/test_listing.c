/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/web/listing.h"
#include "services/web/root.h"
#include "services/web/welcome.h"
#include "tests/unit/services/web/folder.h"

static struct folder folder;

static int setup(void **state)
{
	(void)state;
	folder_make(&folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	folder_remove(&folder);
	return 0;
}

static char *with(void (*print)(FILE *out, const char *text), const char *text)
{
	char *result = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&result, &length);
	assert_non_null(out);
	print(out, text);
	fclose(out);
	return result;
}

static void test_escape(void **state)
{
	static const struct {
		const char *in, *html, *href;
	} rows[] = {
		{ "a.txt", "a.txt", "a.txt" },
		{ "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
		    "%3Cscript%3Ealert%281%29%3C%2Fscript%3E" },
		{ "\"' &", "&quot;&#39; &amp;", "%22%27%20%26" },
		{ "a?b#c%d", "a?b#c%d", "a%3Fb%23c%25d" },
		{ "javascript:x", "javascript:x", "javascript%3Ax" },
		{ "\xc3\xa4", "\xc3\xa4", "%C3%A4" },
		{ "\xff", "?", "%FF" },
		{ "-._~", "-._~", "-._~" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *html = with(listing_escape, rows[i].in);
		char *href = with(listing_encode, rows[i].in);
		assert_string_equal(html, rows[i].html);
		assert_string_equal(href, rows[i].href);
		free(html);
		free(href);
	}
}

/* The order in which the names stand, and nothing that cannot be fetched. */
static void test_page(void **state)
{
	struct MHD_Response *page = NULL;
	struct fault fault;
	size_t memory = 0, looked = 0;
	(void)state;
	folder_folder(&folder, "root/zdir");
	folder_file(&folder, "root/file10", "x");
	folder_file(&folder, "root/file9", "x");
	folder_file(&folder, "root/.hidden", "x");
	folder_file(&folder, "root/<b>", "x");
	folder_file(&folder, "root/line\nbreak", "x");
	folder_fifo(&folder, "root/fifo");
	folder_link(&folder, "root/out", "..");
	folder_link(&folder, "root/in", "file9");
	int root = root_open(folder.root, &fault);
	assert_true(root >= 0);
	assert_int_equal(listing_make(root, "", &page, &memory, &looked), 0);
	assert_in_range(looked, 8, 11);
	assert_non_null(page);
	assert_true(memory > 100);
	assert_string_equal(MHD_get_response_header(page, "Content-Type"),
	    "text/html; charset=utf-8");
	assert_non_null(MHD_get_response_header(page, "Content-Security-Policy"));
	MHD_destroy_response(page);
	assert_int_not_equal(listing_make(root, "missing", &page, &memory, &looked), 0);
	close(root);
}

static void test_welcome(void **state)
{
	struct fault fault;
	struct stat stat_now;
	char text[4096] = "";
	bool made = false;
	(void)state;
	char where[512];
	snprintf(where, sizeof(where), "%s", folder_path(&folder, "www&<x>"));
	assert_true(welcome_make(where, &made, &fault));
	assert_true(made);
	FILE *file = fopen(folder_path(&folder, "www&<x>/index.html"), "r");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	assert_non_null(strstr(text, "www&amp;&lt;x&gt;"));
	assert_non_null(strstr(text, "steward set web.root="));
	assert_int_equal(stat(where, &stat_now), 0);
	assert_int_equal(stat_now.st_mode & 07777, 0755);
	/* What is there is the owner's. */
	assert_true(welcome_make(where, &made, &fault));
	assert_false(made);
	folder_folder(&folder, "empty");
	assert_true(welcome_make(folder_path(&folder, "empty"), &made, &fault));
	assert_false(made);
	assert_int_equal(access(folder_path(&folder, "empty/index.html"), F_OK), -1);
	/* A link that leads nowhere is the owner's too. */
	folder_link(&folder, "dangling", "nowhere");
	assert_true(welcome_make(folder_path(&folder, "dangling"), &made, &fault));
	assert_false(made);
	assert_int_equal(access(folder_path(&folder, "nowhere"), F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_welcome),
	};
	umask(077);
	return cmocka_run_group_tests(tests, setup, teardown);
}
