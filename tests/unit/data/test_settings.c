/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file may say, and the exact words about what it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <pthread.h>
#include <sys/wait.h>

#include "data/settings.h"
#include "tests/unit/data/scratch.h"
#include "tests/unit/data/settings_schema.h"

static struct settings_source source(bool home)
{
	return (struct settings_source){
		.schema = schema,
		.owner_path = scratch_path("steward.conf"),
		.auto_path = scratch_path("steward.auto.conf"),
		.state_folder = "/state",
		.home = home,
	};
}

static struct settings_book *load(const char *text, struct fault *fault)
{
	struct settings_source from = source(false);

	scratch_write("steward.conf", text);
	return settings_load(&from, fault);
}

static struct settings_book *load_good(const char *text)
{
	struct fault fault = { 0 };
	struct settings_book *book = load(text, &fault);

	assert_string_equal(fault.text, "");
	assert_non_null(book);
	return book;
}

static void test_defaults(void **state)
{
	struct settings_source from = source(false);

	(void)state;
	struct settings_book *book = settings_load(&from, NULL);
	assert_non_null(book);
	const struct settings *web = settings_of(book, "web"), *host = settings_of(book, "host");
	assert_int_equal(settings_count(web, "listen"), 2);
	assert_string_equal(settings_item(web, "listen", 0), "0.0.0.0:80");
	assert_string_equal(settings_item(web, "listen", 1), "[::]:80");
	assert_null(settings_item(web, "listen", 2));
	assert_string_equal(settings_shown(web, "listen"), "*:80");
	assert_string_equal(settings_text(web, "root"), "/state/www");
	assert_string_equal(settings_shown(web, "root"), "www");
	assert_string_equal(settings_text(web, "extra"), "");
	assert_int_equal(settings_number(web, "header_limit"), 8192);
	assert_int_equal(settings_number(web, "offset"), -3);
	assert_int_equal(settings_number(host, "hung_limit"), 30000);
	assert_int_equal(settings_number(host, "grace"), 5000);
	assert_false(settings_boolean(web, "listing"));
	assert_string_equal(settings_text(host, "journal_level"), "info");
	assert_int_equal(settings_count(web, "names"), 0);
	assert_string_equal(settings_origin(web, "listen"), "default");
	assert_string_equal(settings_default(web, "header_limit"), "8K");
	assert_null(settings_of(book, "dns"));
	assert_null(settings_shown(web, "nothing"));
	assert_null(settings_default(web, "nothing"));
	assert_null(settings_origin(web, "nothing"));
	settings_unref(book);
	settings_unref(NULL);
}

static void test_home_defaults(void **state)
{
	struct settings_source from = source(true);

	(void)state;
	struct settings_book *book = settings_load(&from, NULL);
	assert_non_null(book);
	const struct settings *web = settings_of(book, "web");
	assert_int_equal(settings_count(web, "listen"), 1);
	assert_string_equal(settings_item(web, "listen", 0), "127.0.0.1:0");
	assert_string_equal(settings_default(web, "listen"), "127.0.0.1:0");
	assert_string_equal(settings_default(web, "root"), "www");
	settings_unref(book);
}

static void test_good_values(void **state)
{
	(void)state;
	struct settings_book *book =
	    load_good("\xef\xbb\xbf# a comment with \"quotes' and ${names}\n"
		      "host { journal_level = error }\r\n"
		      "web {\n"
		      "\tlisten = {\"127.0.0.1:8080\",\t// one\n"
		      "\t\t\"[0:0::1]:8080\", # two\n"
		      "\t\t[fe80::1%eth0]:81}\n"
		      "/* lines\n"
		      " * of it */ root = '/srv/${x}\\n'\n"
		      "\theader_limit=16K cache = 0.5M\n"
		      "\tlisting = on workers = 64\n"
		      "\taccess_log = /var/log/a*b\n"
		      "}\n"
		      "web {\n"
		      "\ttitle = \"a \\\"b\\\" \\\\ \\$\"\n"
		      "\tnames = nas.home\n"
		      "}\n");
	const struct settings *web = settings_of(book, "web");
	assert_string_equal(settings_text(settings_of(book, "host"), "journal_level"), "error");
	assert_int_equal(settings_count(web, "listen"), 3);
	assert_string_equal(settings_item(web, "listen", 1), "[::1]:8080");
	assert_string_equal(settings_item(web, "listen", 2), "[fe80::1%eth0]:81");
	assert_string_equal(settings_text(web, "root"), "/srv/${x}\\n");
	assert_int_equal(settings_number(web, "cache"), 512 * 1024);
	assert_true(settings_boolean(web, "listing"));
	assert_int_equal(settings_number(web, "workers"), 64);
	assert_string_equal(settings_text(web, "access_log"), "/var/log/a*b");
	assert_string_equal(settings_text(web, "title"), "a \"b\" \\ $");
	assert_string_equal(settings_shown(web, "names"), "nas.home");
	assert_string_equal(settings_origin(web, "listen"), "steward.conf:4");
	assert_string_equal(settings_origin(web, "root"), "steward.conf:8");
	assert_string_equal(settings_origin(web, "cache"), "steward.conf:9");
	assert_string_equal(settings_origin(web, "names"), "steward.conf:15");
	assert_string_equal(settings_origin(web, "offset"), "default");
	settings_unref(book);
}

static void test_empty_list(void **state)
{
	(void)state;
	struct settings_book *book = load_good("web {\n\n listen = {}\n names = { }\n}");
	const struct settings *web = settings_of(book, "web");
	assert_int_equal(settings_count(web, "listen"), 0);
	assert_string_equal(settings_origin(web, "listen"), "steward.conf:3");
	assert_string_equal(settings_shown(web, "names"), "");
	settings_unref(book);
}

/* text: inside "web {\n...\n}" when it does not begin with '!'. */
static const struct wrong {
	const char *text;
	unsigned line;
	const char *fault;
} wrongs[] = {
	{ "header_limit = foo", 2,
	    "web.header_limit: expected a size from 1K to 64K, found \"foo\"" },
	{ "header_limit = 1M", 2,
	    "web.header_limit: expected a size from 1K to 64K, found \"1M\"" },
	{ "header_limit = 1023", 2,
	    "web.header_limit: expected a size from 1K to 64K, found \"1023\"" },
	{ "cache = big", 2, "web.cache: expected a size such as 64K, found \"big\"" },
	{ "workers = 0", 2, "web.workers: expected a number from 1 to 64, found \"0\"" },
	{ "workers = 1.5", 2, "web.workers: expected a number from 1 to 64, found \"1.5\"" },
	{ "offset = x", 2, "web.offset: expected a whole number, found \"x\"" },
	{ "listing = maybe", 2, "web.listing: expected true or false, found \"maybe\"" },
	{ "listing = \"on;\"", 2, "web.listing: expected true or false, found \"on;\"" },
	{ "access_log = logs/a", 2,
	    "web.access_log: expected off, journal or a path that begins "
	    "with /, found \"logs/a\"" },
	{ "title = \"seventeen letters\"", 2,
	    "web.title: expected a text of 0 to 16 bytes, found "
	    "\"seventeen letters\"" },
	{ "title = \"\xff\"", 2,
	    "web.title: expected a text in UTF-8 without control characters, "
	    "found \"?\"" },
	{ "names = {a, b, c, d}", 2, "web.names: expected 0 to 3 items, found 4" },
	{ "names = {a, \"b,c\"}", 2,
	    "web.names: expected items that are not empty and have no "
	    "comma, found \"b,c\"" },
	{ "names = {\"\"}", 2,
	    "web.names: expected items that are not empty and have no comma, "
	    "found \"\"" },
	{ "names = {a,\n\nNAS}", 2, "web.names: expected names in small letters, found \"NAS\"" },
	{ "root = \"\"", 2, "web.root: expected a path, found \"\"" },
	{ "listen = localhost:80", 2,
	    "web.listen: expected ADDRESS:PORT with an address in numbers,"
	    " such as 127.0.0.1:8080, [::1]:8080 or *:80, found \"localhost:80\"" },
	{ "listen = 127.0.0.1", 2,
	    "web.listen: expected ADDRESS:PORT with an address in numbers,"
	    " such as 127.0.0.1:8080, [::1]:8080 or *:80, found \"127.0.0.1\"" },
	{ "listen = ::1:80", 2,
	    "web.listen: expected ADDRESS:PORT with an address in numbers,"
	    " such as 127.0.0.1:8080, [::1]:8080 or *:80, found \"::1:80\"" },
	{ "listen = 127.0.0.1:65536", 2,
	    "web.listen: expected a port from 0 to 65535 behind the "
	    "address, found \"127.0.0.1:65536\"" },
	{ "listen = *:http", 2,
	    "web.listen: expected a port from 0 to 65535 behind the address, "
	    "found \"*:http\"" },
	{ "listen = [::1]:-1", 2,
	    "web.listen: expected a port from 0 to 65535 behind the address, "
	    "found \"[::1]:-1\"" },
	{ "listen = {*:80, 0.0.0.0:80}", 2,
	    "web.listen: expected each address and port once, found "
	    "\"0.0.0.0:80\"" },
	{ "!host { journal_level = debug }", 1,
	    "host.journal_level: expected one of error, warning, "
	    "info, found \"debug\"" },
	{ "!host { hung_limit = 2h }", 1,
	    "host.hung_limit: expected a duration from 1s to 1h, found "
	    "\"2h\"" },
	{ "!host {\n\n\ngrace = soon }", 4,
	    "host.grace: expected a duration such as 30s, found "
	    "\"soon\"" },
	/* Names. */
	{ "rot = x", 2, "web.rot: there is no such setting, did you mean web.root?" },
	{ "zzzzzz = x", 2, "web.zzzzzz: there is no such setting" },
	{ "!wbe { root = x }", 1, "wbe: there is no such section, did you mean web?" },
	{ "!mail { root = x }", 1, "mail: there is no such section" },
	{ "!root = x", 1, "root: a setting stands in the section of its service, web { ... }" },
	{ "!\nnonsense = x", 2,
	    "nonsense: a setting stands in the section of its service, NAME { ... }" },
	{ "!web|root = x", 1,
	    "web|root: a setting stands in the section of its service, NAME { ... }" },
	{ "!web { host { grace = 1 } }", 1, "web.host: there is no such setting" },
	{ "root = a\n\nroot = b", 4, "web.root is set twice, first in line 2" },
	{ "root = a\n}\nweb {\nroot = b", 5, "web.root is set twice, first in line 2" },
	/* Structure. */
	{ "!web {\n root = x\n", 1,
	    "the section that begins here does not end: a \"}\" is missing" },
	{ "!web {\n names = {a\n", 3, "premature end of file" },
	{ "!}\n", 1, "unexpected closing brace" },
	{ "!web\n root = x", 2, "missing opening brace for section 'web'" },
	{ "root x", 2, "missing equal sign after option 'root'" },
	{ "root = {a}", 2, "unexpected token '{'" },
	{ "root = \n", 4, "unexpected token '}'" },
	{ "names = {a b}", 2, "unexpected token 'b'" },
	/* Characters. */
	{ "root = \"x\nlisting = on", 2, "the closing quote of a text is missing on its line" },
	{ "root = 'x", 2, "the closing quote of a text is missing on its line" },
	{ "root = \"a\\x41\"", 2,
	    "a backslash may stand before \", \\ and $ only; write \\\\ for a "
	    "backslash" },
	{ "root = \"a\\0b\"", 2,
	    "a backslash may stand before \", \\ and $ only; write \\\\ for a "
	    "backslash" },
	{ "root = \"a\x1b\"", 2, "a text may not contain control characters" },
	{ "root = \x01", 2, "a control character stands here" },
	{ "root = ${HOME}", 2,
	    "${...} is not expanded here: write the value itself, or in single "
	    "quotes when it is meant as it stands" },
	{ "root = \"a${HOME}\"", 2,
	    "${...} is not expanded here: write the value itself, or in "
	    "single quotes when it is meant as it stands" },
	{ "names += {a}", 2, "\"+=\" is not known here: give the whole list with \"=\"" },
	{ "!include(\"/etc/passwd\")", 1,
	    "there are no functions here: put a text with ( or ) in "
	    "quotes" },
	{ "!include \"x\"", 1, "include: there is no such section" },
	{ "!web { }\n/* x\n", 2, "the comment that begins here does not end" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		char text[256], expected[PATH_MAX + 512];
		struct fault fault = { 0 };
		bool whole = wrongs[i].text[0] == '!';
		snprintf(text, sizeof text, whole ? "%s" : "web {\n%s\n}", wrongs[i].text + whole);
		struct settings_book *book = load(text, &fault);
		snprintf(expected, sizeof expected, "%s:%u: %s", scratch_path("steward.conf"),
		    wrongs[i].line, wrongs[i].fault);
		assert_string_equal(fault.text, expected);
		assert_null(book);
		assert_int_equal(fault.code, FAULT_FAILED);
	}
}

/* A file that was broken must leave nothing behind for the next one: the lexer
 * of libconfuse keeps its state between files. */
static void test_after_wrong(void **state)
{
	struct fault fault = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		assert_null(load(wrongs[i].text, &fault));
		settings_unref(load_good("web { root = /x }"));
	}
}

static void test_files(void **state)
{
	struct settings_source from = source(false);
	struct fault fault = { 0 };
	char *large = malloc((1 << 20) + 2);

	(void)state;
	assert_non_null(large);
	memset(large, '\n', (1 << 20) + 1);
	large[(1 << 20) + 1] = '\0';
	scratch_write("steward.conf", large);
	free(large);
	assert_null(settings_load(&from, &fault));
	assert_non_null(strstr(fault.text, "it is longer than 1048576 bytes"));
	FILE *out = fopen(scratch_path("steward.conf"), "w");
	assert_non_null(out);
	fwrite("web {\n\0}\n", 1, 9, out);
	fclose(out);
	assert_null(settings_load(&from, &fault));
	assert_non_null(strstr(fault.text, ":2: a NUL byte stands here"));
	unlink(scratch_path("steward.conf"));
	assert_int_equal(mkdir(scratch_path("steward.conf"), 0700), 0);
	assert_null(settings_load(&from, &fault));
	assert_non_null(strstr(fault.text, "it is a folder"));
}

/* An owner's file that is there and cannot be read is not taken for missing. */
static void test_unreadable(void **state)
{
	int status;

	(void)state;
	scratch_write("steward.conf", "web { root = /x }");
	assert_int_equal(chmod(scratch_path("steward.conf"), 0), 0);
	assert_int_equal(chmod(scratch_folder, 0755), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct settings_source from = source(false);
		struct fault fault = { 0 };
		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(2);
		_exit(settings_load(&from, &fault) != NULL || !strstr(fault.text, "may not read") ||
		    !strstr(fault.text, "mode 0000)"));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_address(void **state)
{
	static const struct {
		const char *item;
		int family; /* 0: refused */
		const char *address;
		uint16_t port;
	} rows[] = {
		{ "127.0.0.1:80", AF_INET, "127.0.0.1", 80 },
		{ "0.0.0.0:0", AF_INET, "0.0.0.0", 0 },
		{ "[::]:65535", AF_INET6, "::", 65535 },
		{ "[2001:DB8:0::1]:53", AF_INET6, "2001:db8::1", 53 },
		{ "[fe80::1%eth0]:80", AF_INET6, "fe80::1%eth0", 80 },
		{ "[::ffff:10.0.0.1]:80", AF_INET6, "::ffff:10.0.0.1", 80 },
		{ "", 0, NULL, 0 },
		{ ":", 0, NULL, 0 },
		{ ":80", 0, NULL, 0 },
		{ "127.0.0.1", 0, NULL, 0 },
		{ "127.0.0.1:", 0, NULL, 0 },
		{ "127.0.0.1:65536", 0, NULL, 0 },
		{ "127.0.0.1:+1", 0, NULL, 0 },
		{ "127.0.0.1:000080", 0, NULL, 0 },
		{ "127.1:80", 0, NULL, 0 },
		{ "010.0.0.1:80", 0, NULL, 0 },
		{ "[::1]", 0, NULL, 0 },
		{ "[::1]80", 0, NULL, 0 },
		{ "[]:80", 0, NULL, 0 },
		{ "[:80", 0, NULL, 0 },
		{ "[127.0.0.1]:80", 0, NULL, 0 },
		{ "::1:80", 0, NULL, 0 },
		{ "[fe80::1%]:80", 0, NULL, 0 },
		{ "[fe80::1%a%b]:80", 0, NULL, 0 },
		{ "[fe80::1%a/b]:80", 0, NULL, 0 },
		{ "[fe80::1%sixteenletters16]:80", 0, NULL, 0 },
		{ "[%eth0]:80", 0, NULL, 0 },
		{ "*:80", 0, NULL, 0 },
		{ "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:80", 0, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char address[80];
		uint16_t port = 0;
		int family = 0;
		bool good = settings_address(rows[i].item, &family, address, sizeof address, &port);
		assert_int_equal(good, rows[i].family != 0);
		if (!good)
			continue;
		assert_int_equal(family, rows[i].family);
		assert_string_equal(address, rows[i].address);
		assert_int_equal(port, rows[i].port);
	}
}

static void *load_often(void *from)
{
	for (int i = 0; i < 50; i++) {
		struct settings_book *book = settings_load(from, NULL);
		if (!book || strcmp(settings_text(settings_of(book, "web"), "root"), "/x") != 0)
			return "a thread read something else";
		settings_unref(settings_ref(book));
		settings_unref(book);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct settings_source from = source(false);
	pthread_t threads[4];
	void *wrong;

	(void)state;
	scratch_write("steward.conf", "web { root = /x listen = {*:80, 127.0.0.1:81} }");
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, load_often, &from), 0);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(test_defaults),
		WITH_FOLDER(test_home_defaults),
		WITH_FOLDER(test_good_values),
		WITH_FOLDER(test_empty_list),
		WITH_FOLDER(test_wrong),
		WITH_FOLDER(test_after_wrong),
		WITH_FOLDER(test_files),
		WITH_FOLDER(test_unreadable),
		cmocka_unit_test(test_address),
		WITH_FOLDER(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
