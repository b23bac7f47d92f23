/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes by command: steward.auto.conf and the copy of the last good settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/settings.h"
#include "tests/unit/data/scratch.h"
#include "tests/unit/data/settings_schema.h"

static struct settings_source source(void)
{
	return (struct settings_source){
		.schema = schema,
		.owner_path = scratch_path("steward.conf"),
		.auto_path = scratch_path("steward.auto.conf"),
		.state_folder = "/state",
	};
}

static struct settings_book *load(void)
{
	struct settings_source from = source();
	struct fault fault = { 0 };
	struct settings_book *book = settings_load(&from, &fault);

	assert_string_equal(fault.text, "");
	assert_non_null(book);
	return book;
}

static struct settings_book *change(struct settings_book *book, const char *name, const char *value)
{
	struct fault fault = { 0 };
	struct settings_book *next = settings_change(book, &name, &value, 1, "adm", &fault);

	assert_string_equal(fault.text, "");
	assert_non_null(next);
	settings_unref(book);
	return next;
}

/* "set by WHO 2026-01-01T00:00:00Z" */
static void check_set_by(const char *origin, const char *who)
{
	char start[64];

	snprintf(start, sizeof start, "set by %s ", who);
	assert_memory_equal(origin, start, strlen(start));
	const char *when = origin + strlen(start);
	assert_int_equal(strlen(when), 20);
	assert_int_equal(when[10], 'T');
	assert_int_equal(when[19], 'Z');
}

static void test_change(void **state)
{
	(void)state;
	scratch_write("steward.conf", "web {\n root = /owner\n workers = 2\n}\n");
	struct settings_book *old = load(), *book = change(settings_ref(old), "web.root", "set");
	const struct settings *web = settings_of(book, "web");
	assert_string_equal(settings_text(web, "root"), "/state/set");
	assert_string_equal(settings_shown(web, "root"), "set");
	check_set_by(settings_origin(web, "root"), "adm");
	assert_int_equal(settings_number(web, "workers"), 2);
	assert_string_equal(settings_origin(web, "workers"), "steward.conf:3");
	/* The old book is as it was. */
	assert_string_equal(settings_text(settings_of(old, "web"), "root"), "/owner");
	book = change(book, "web.root", NULL);
	web = settings_of(book, "web");
	assert_string_equal(settings_text(web, "root"), "/owner");
	assert_string_equal(settings_origin(web, "root"), "steward.conf:2");
	settings_unref(book);
	settings_unref(old);
}

static void test_change_lists(void **state)
{
	(void)state;
	struct settings_book *book = change(load(), "web.listen", "127.0.0.1:0, *:81");
	const struct settings *web = settings_of(book, "web");
	assert_int_equal(settings_count(web, "listen"), 3);
	assert_string_equal(settings_item(web, "listen", 1), "0.0.0.0:81");
	assert_string_equal(settings_shown(web, "listen"), "127.0.0.1:0,*:81");
	book = change(book, "web.names", " a , b ");
	web = settings_of(book, "web");
	assert_string_equal(settings_shown(web, "names"), "a,b");
	book = change(book, "web.names", "");
	web = settings_of(book, "web");
	assert_int_equal(settings_count(web, "names"), 0);
	settings_unref(book);
}

static void test_change_refused(void **state)
{
	static const struct {
		const char *name, *value, *fault;
	} rows[] = {
		{ "web.header_limit", "foo",
		    "web.header_limit: expected a size from 1K to 64K, "
		    "found \"foo\"" },
		{ "web.names", "a,,b",
		    "web.names: expected items that are not empty and have no "
		    "comma, found \"\"" },
		{ "web.title", "a\nb",
		    "web.title: expected a text in UTF-8 without control "
		    "characters, found \"a b\"" },
		{ "web.rot", "x", "web.rot: there is no such setting, did you mean web.root?" },
		{ "wbe.root", "x", "wbe: there is no such section, did you mean web?" },
		{ "root", "x", "root: expected a name such as host.journal_level" },
		{ "web.", "x", "web.: expected a name such as host.journal_level" },
		{ ".root", "x", ".root: expected a name such as host.journal_level" },
		{ "", "x", ": expected a name such as host.journal_level" },
		{ "web.root.x", "x",
		    "web.root.x: there is no such setting, did you mean web.root?" },
		{ "web.rot", NULL, "web.rot: there is no such setting, did you mean web.root?" },
	};

	(void)state;
	struct settings_book *book = load();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fault fault = { 0 };
		assert_null(settings_change(book, &rows[i].name, &rows[i].value, 1, "adm", &fault));
		assert_int_equal(fault.code, FAULT_USAGE);
		assert_string_equal(fault.text, rows[i].fault);
	}
	const char *names[] = { "web.root", "web.root" }, *values[] = { "/a", "/b" };
	struct fault fault = { 0 };
	assert_null(settings_change(book, names, values, 2, "adm", &fault));
	assert_string_equal(fault.text, "web.root is given twice");
	settings_unref(book);
}

/* All or nothing: the second of two values is wrong. */
static void test_change_several(void **state)
{
	const char *names[] = { "web.root", "web.workers" }, *values[] = { "/a", "100" };
	struct fault fault = { 0 };

	(void)state;
	struct settings_book *book = load();
	assert_null(settings_change(book, names, values, 2, "adm", &fault));
	assert_string_equal(fault.text,
	    "web.workers: expected a number from 1 to 64, found \"100\"");
	values[1] = "10";
	struct settings_book *next = settings_change(book, names, values, 2, "adm", &fault);
	assert_non_null(next);
	assert_int_equal(settings_number(settings_of(next, "web"), "workers"), 10);
	assert_string_equal(settings_text(settings_of(next, "web"), "root"), "/a");
	settings_unref(next);
	settings_unref(book);
}

static void check_same(const struct settings_book *a, const struct settings_book *b)
{
	for (const struct settings_section *section = schema; section->name; section++) {
		const struct settings *x = settings_of(a, section->name);
		const struct settings *y = settings_of(b, section->name);
		assert_int_equal(settings_differ(x, y, NULL, NULL), 0);
		for (const struct setting *row = section->rows; row->name; row++) {
			assert_string_equal(settings_shown(x, row->name),
			    settings_shown(y, row->name));
			assert_string_equal(settings_origin(x, row->name),
			    settings_origin(y, row->name));
		}
	}
}

static void test_store(void **state)
{
	struct fault fault = { 0 };
	struct stat status;

	(void)state;
	scratch_write("steward.conf", "web {\n workers = 2\n}\n");
	struct settings_book *book = change(load(), "web.title", "\"q\" \\ ${x} 'y' #");
	book = change(book, "web.listen", "127.0.0.1:81,[::1]:82");
	book = change(book, "web.names", "");
	book = change(book, "host.grace", "7s");
	assert_true(settings_store(book, scratch_path("steward.auto.conf"), &fault));
	assert_int_equal(stat(scratch_path("steward.auto.conf"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	char *text = scratch_read("steward.auto.conf");
	assert_non_null(strstr(text, "# steward.auto.conf: what was set"));
	assert_non_null(strstr(text, "\tlisten = {\"127.0.0.1:81\", \"[::1]:82\"}\n"));
	assert_null(strstr(text, "workers"));
	free(text);
	struct settings_book *again = load();
	check_same(book, again);
	check_set_by(settings_origin(settings_of(again, "web"), "title"), "adm");
	assert_string_equal(settings_text(settings_of(again, "web"), "title"),
	    "\"q\" \\ ${x} 'y' #");
	/* And once more, to the byte. */
	text = scratch_read("steward.auto.conf");
	assert_true(settings_store(again, scratch_path("steward.auto.conf"), &fault));
	char *second = scratch_read("steward.auto.conf");
	assert_string_equal(text, second);
	free(text);
	free(second);
	settings_unref(again);
	settings_unref(book);
}

/* Whoever sets a value cannot write lines of the file by his name. */
static void test_store_name(void **state)
{
	const char *name = "web.root", *value = "/a";

	(void)state;
	struct settings_book *book = load();
	struct settings_book *next =
	    settings_change(book, &name, &value, 1, "x\n}\nhost { grace = 1", NULL);
	assert_non_null(next);
	assert_true(settings_store(next, scratch_path("steward.auto.conf"), NULL));
	struct settings_book *again = load();
	check_same(next, again);
	assert_string_equal(settings_origin(settings_of(again, "host"), "grace"), "default");
	settings_unref(again);
	settings_unref(next);
	settings_unref(book);
}

static void test_auto_by_hand(void **state)
{
	struct settings_source from = source();
	struct fault fault = { 0 };
	char expected[PATH_MAX + 256];

	(void)state;
	scratch_write("steward.auto.conf", "web {\n\troot = /hand\n}\n");
	struct settings_book *book = load();
	assert_string_equal(settings_origin(settings_of(book, "web"), "root"),
	    "steward.auto.conf:2");
	settings_unref(book);
	scratch_write("steward.auto.conf", "web {\n\tworkers = 0\n}\n");
	assert_null(settings_load(&from, &fault));
	snprintf(expected, sizeof expected,
	    "%s:2: web.workers: expected a number from 1 to 64, "
	    "found \"0\"",
	    scratch_path("steward.auto.conf"));
	assert_string_equal(fault.text, expected);
}

/* What another version set is left out and named; the rest counts. */
static void test_auto_unknown(void **state)
{
	static const struct {
		const char *text, *ignored;
	} rows[] = {
		{ "web {\n\troot = /hand\n\told = 1\n}\n", "web.old" },
		{ "web {\n\told = 1\n\troot = /hand\n}\n", "web.old" },
		{ "web {\n\t# set by adm 2026-01-01T00:00:00Z\n\told = {\"a\", \"b\"}\n"
		  "\troot = \"/hand\"\n}\n",
		    "web.old" },
		{ "web {\n\told = {}\n\troot = /hand\n}\n", "web.old" },
		{ "gone {\n\tone = 1\n\ttwo = {a, \"}\"}\n}\nweb {\n\troot = /hand\n}\n",
		    "gone.one, gone.two" },
		{ "web {\n\troot = /hand\n}\ngone {\n}\n", NULL },
		{ "web {\n\troot = /hand\n\tlisten_old = \"127.0.0.1:80\"\n}\n"
		  "host {\n\tcolour = \"red\"\n}\n",
		    "web.listen_old, host.colour" },
		{ "web {\n\troot = /hand\n}\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		scratch_write("steward.auto.conf", rows[i].text);
		struct settings_book *book = load();
		assert_string_equal(settings_text(settings_of(book, "web"), "root"), "/hand");
		if (rows[i].ignored)
			assert_string_equal(settings_ignored(book), rows[i].ignored);
		else
			assert_null(settings_ignored(book));
		settings_unref(book);
	}
}

/* Names alone are forgiven there, and none in the owner's file. */
static void test_unknown_refused(void **state)
{
	static const struct {
		const char *file, *text, *part;
	} rows[] = {
		{ "steward.conf", "web {\n\told = 1\n}\n", "steward.conf:2: web.old" },
		{ "steward.conf", "gone {\n}\n", "steward.conf:1: gone" },
		{ "steward.auto.conf", "old = 1\n", "steward.auto.conf:1: old" },
		{ "steward.auto.conf", "web {\n\told = 1\n", "steward.auto.conf:" },
		{ "steward.auto.conf", "web {\n\told 1\n}\n", "steward.auto.conf:" },
		{ "steward.auto.conf", "web {\n\told = 1\n\tworkers = many\n}\n",
		    "steward.auto.conf:3: web.workers" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct settings_source from = source();
		struct fault fault = { 0 };
		scratch_write("steward.conf", "");
		scratch_write("steward.auto.conf", "");
		scratch_write(rows[i].file, rows[i].text);
		if (settings_load(&from, &fault))
			fail_msg("row %zu is taken", i);
		if (!strstr(fault.text, rows[i].part))
			fail_msg("row %zu: %s", i, fault.text);
	}
}

static void test_given(void **state)
{
	(void)state;
	scratch_write("steward.conf", "web {\n\tworkers = 2\n}\n");
	struct settings_book *book = load();
	assert_null(settings_given(book, "web.workers"));
	assert_null(settings_given(book, "web.nonsense"));
	assert_null(settings_given(book, "nonsense"));
	book = change(book, "web.workers", "2");
	char *given = settings_given(book, "web.workers");
	assert_string_equal(given, "2");
	free(given);
	book = change(book, "web.listen", "127.0.0.1:80, [::1]:80");
	given = settings_given(book, "web.listen");
	/* As it can be set again. */
	book = change(book, "web.listen", given);
	assert_int_equal(settings_count(settings_of(book, "web"), "listen"), 2);
	free(given);
	settings_unref(book);
}

/* A value that is overruled must be right too. */
static void test_overruled(void **state)
{
	struct settings_source from = source();
	struct fault fault = { 0 };

	(void)state;
	scratch_write("steward.conf", "web {\n workers = many\n}\n");
	scratch_write("steward.auto.conf", "web {\n workers = 3\n}\n");
	assert_null(settings_load(&from, &fault));
	assert_non_null(strstr(fault.text, "steward.conf:2: web.workers: expected"));
}

static void test_good_copy(void **state)
{
	struct settings_source from = source();
	struct fault fault = { 0 };

	(void)state;
	scratch_write("steward.conf", "# mine\nweb {\n root = /owner\n workers = 2\n}\n");
	struct settings_book *book = change(load(), "web.workers", "5");
	assert_true(settings_keep_good(book, scratch_path("good"), &fault));
	scratch_write("steward.conf", "web {\n root = ");
	assert_null(settings_load(&from, &fault));
	struct settings_book *again = settings_load_good(&from, scratch_path("good"), &fault);
	assert_non_null(again);
	check_same(book, again);
	/* What came from the copy can be kept and changed like any other. */
	assert_true(settings_keep_good(again, scratch_path("good"), &fault));
	again = change(again, "web.workers", NULL);
	assert_int_equal(settings_number(settings_of(again, "web"), "workers"), 2);
	settings_unref(again);
	settings_unref(book);
}

static void test_good_copy_without_files(void **state)
{
	struct settings_source from = source();
	struct fault fault = { 0 };

	(void)state;
	struct settings_book *book = load();
	assert_null(settings_load_good(&from, scratch_path("good"), &fault));
	assert_true(settings_keep_good(book, scratch_path("good"), &fault));
	scratch_write("steward.conf", "web {");
	struct settings_book *again = settings_load_good(&from, scratch_path("good"), &fault);
	assert_non_null(again);
	check_same(book, again);
	settings_unref(again);
	settings_unref(book);
}

static void test_good_copy_broken(void **state)
{
	static const char *const heads[] = {
		"",
		"x",
		"steward good settings 1 -1 0",
		"steward good settings 2 -1 0\n",
		"steward good settings 1 5 0\n",
		"steward good settings 1 -2 0\n",
		"steward good settings 1 -1 -1\n",
		"steward good settings 1 -1 0\nx",
		"steward good settings 1 99999999999999999999 0\n",
	};
	struct settings_source from = source();

	(void)state;
	assert_int_equal(mkdir(scratch_path("good"), 0700), 0);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		struct fault fault = { 0 };
		scratch_write("good/settings", heads[i]);
		assert_null(settings_load_good(&from, scratch_path("good"), &fault));
		assert_non_null(strstr(fault.text, "is not a copy of good settings"));
	}
}

static void add_name(void *names, const struct setting *row)
{
	strcat(names, row->name);
	strcat(names, " ");
}

static void test_differ(void **state)
{
	char names[128] = "";

	(void)state;
	struct settings_book *book = load(), *next = change(settings_ref(book), "web.root", "/a");
	next = change(next, "web.listen", "0.0.0.0:80,[::]:80"); /* what *:80 is */
	next = change(next, "web.listing", "true");
	next = change(next, "web.names", "a");
	next = change(next, "web.header_limit", "8192"); /* what 8K is */
	assert_int_equal(settings_differ(settings_of(book, "web"), settings_of(next, "web"),
			     add_name, names),
	    3);
	assert_string_equal(names, "root listing names ");
	assert_int_equal(settings_differ(settings_of(book, "host"), settings_of(next, "host"), NULL,
			     NULL),
	    0);
	settings_unref(next);
	settings_unref(book);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(test_change),
		WITH_FOLDER(test_change_lists),
		WITH_FOLDER(test_change_refused),
		WITH_FOLDER(test_change_several),
		WITH_FOLDER(test_store),
		WITH_FOLDER(test_store_name),
		WITH_FOLDER(test_auto_by_hand),
		WITH_FOLDER(test_auto_unknown),
		WITH_FOLDER(test_unknown_refused),
		WITH_FOLDER(test_given),
		WITH_FOLDER(test_overruled),
		WITH_FOLDER(test_good_copy),
		WITH_FOLDER(test_good_copy_without_files),
		WITH_FOLDER(test_good_copy_broken),
		WITH_FOLDER(test_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
