/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole service, asked over a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/memory.h"
#include "tests/unit/services/web/trial.h"

#define BIG 300000 /* bytes: more than is kept in memory */

static struct trial trial;

static char *big_bytes(void)
{
	char *bytes = memory_new(BIG + 1);
	for (size_t i = 0; i < BIG; i++)
		bytes[i] = (char)('a' + (i * 7 + i / 1000) % 26);
	return bytes;
}

static int setup(void **state)
{
	(void)state;
	trial_start(&trial, "directory_listing = false");
	const struct folder *f = &trial.folder;
	folder_file(f, "secret", "outside");
	folder_file(f, "root/index.html", "<h1>hello</h1>");
	folder_file(f, "root/a.txt", "0123456789");
	folder_file(f, "root/empty", "");
	folder_file(f, "root/with space & more.txt", "spaced");
	folder_file(f, "root/.hidden", "hidden");
	folder_folder(f, "root/dir");
	folder_file(f, "root/dir/index.html", "dir index");
	folder_folder(f, "root/bare");
	folder_folder(f, "root/\xc3\xa4 ?+b");
	folder_file(f, "root/bare/x", "x");
	folder_folder(f, "root/.well-known");
	folder_file(f, "root/.well-known/security.txt", "mail");
	folder_link(f, "root/in", "a.txt");
	folder_link(f, "root/out", "../secret");
	folder_link(f, "root/passwd", "/etc/passwd");
	folder_link(f, "root/up", "..");
	folder_fifo(f, "root/fifo");
	folder_file(f, "root/p.css", "plain css");
	folder_file(f, "root/p.css.gz", "gzip css");
	folder_file(f, "root/p.css.br", "br css");
	folder_file(f, "root/p.css.zst", "zstd css");
	folder_file(f, "root/stale.css", "new css");
	folder_file(f, "root/stale.css.gz", "old gzip css");
	folder_age(f, "root/stale.css.gz", 7200);
	char *bytes = big_bytes();
	folder_bytes(f, "root/big", bytes, BIG);
	free(bytes);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	trial_stop(&trial);
	return 0;
}

static void ask(const char *method, const char *target, const char *headers, struct answer *answer)
{
	trial_ask(&trial, method, target, headers, answer);
}

static void expect_header(const struct answer *answer, const char *name, const char *value)
{
	const char *found = answer_header(answer, name);
	if (found == NULL || strcmp(found, value) != 0)
		fail_msg("%s: %s, expected %s", name, found ? found : "(none)", value);
}

static void test_get(void **state)
{
	struct answer answer;
	(void)state;
	ask("GET", "/a.txt", "", &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "0123456789");
	expect_header(&answer, "Content-Type", "text/plain; charset=utf-8");
	expect_header(&answer, "Content-Length", "10");
	expect_header(&answer, "X-Content-Type-Options", "nosniff");
	expect_header(&answer, "Accept-Ranges", "bytes");
	assert_non_null(answer_header(&answer, "ETag"));
	assert_non_null(answer_header(&answer, "Last-Modified"));
	assert_non_null(answer_header(&answer, "Date"));
	assert_null(answer_header(&answer, "Vary"));
	answer_free(&answer);
	expect_get(&trial, "/", "", 200, "<h1>hello</h1>");
	expect_get(&trial, "/index.html", "", 200, "<h1>hello</h1>");
	expect_get(&trial, "/?x=1", "", 200, "<h1>hello</h1>");
	expect_get(&trial, "/empty", "", 200, "");
	expect_get(&trial, "/with%20space%20&%20more.txt", "", 200, "spaced");
	expect_get(&trial, "/dir/", "", 200, "dir index");
	expect_get(&trial, "/in", "", 200, "0123456789");
	expect_get(&trial, "/.well-known/security.txt", "", 200, "mail");
	expect_get(&trial, "http://elsewhere/a.txt", "", 200, "0123456789");
}

static void test_big(void **state)
{
	struct answer answer;
	char *bytes = big_bytes();
	(void)state;
	for (int i = 0; i < 3; i++) {
		ask("GET", "/big", "", &answer);
		assert_int_equal(answer.status, 200);
		expect_header(&answer, "Content-Type", "application/octet-stream");
		assert_int_equal(answer.length, BIG);
		assert_memory_equal(answer.body, bytes, BIG);
		answer_free(&answer);
	}
	free(bytes);
}

static void test_head(void **state)
{
	static const char *const targets[] = { "/a.txt", "/big", "/missing", "/dir", "/empty" };
	struct answer get, head;
	char length[64];
	(void)state;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		ask("GET", targets[i], "", &get);
		ask("HEAD", targets[i], "", &head);
		assert_int_equal(head.status, get.status);
		assert_int_equal(head.length, 0);
		snprintf(length, sizeof(length), "%zu", get.length);
		expect_header(&head, "Content-Length", length);
		answer_free(&get);
		answer_free(&head);
	}
	/* Range is for GET alone. */
	ask("HEAD", "/a.txt", "Range: bytes=0-1\r\n", &head);
	assert_int_equal(head.status, 200);
	expect_header(&head, "Content-Length", "10");
	answer_free(&head);
}

static void test_not_found(void **state)
{
	static const char *const targets[] = {
		"/missing",
		"/a.txt/",
		"/a.txt/b",
		"/.hidden",
		"/bare/",
		"/out",
		"/passwd",
		"/up/",
		"/up/secret",
		"/fifo",
		"/dir/missing",
		"//a.txt",
		"/%252e%252e/secret",
		"/%c0%ae%c0%ae/secret",
		"/..%5c..%5csecret",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		expect_get(&trial, targets[i], "", 404, NULL);
	static const char *const bad[] = {
		"/../secret",
		"/dir/../a.txt",
		"/%2e%2e/secret",
		"/..%2fsecret",
		"/a.txt%00",
		"/a%",
		"/a%0d%0ab",
		"/./a.txt",
		"http://elsewhere/../secret",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_get(&trial, bad[i], "", 400, NULL);
}

/* Without Connection: close in the request: the server ends it by itself. */
static void test_odd_is_closed(void **state)
{
	static const char *const targets[] = {
		"/../secret",
		"/%2e%2e%2fsecret",
		"/%252e%252e/secret",
		"/%c0%ae%c0%ae/secret",
		"//secret",
		"/....//secret",
		"/..%5csecret",
	};
	char request[256];
	struct answer answer;
	(void)state;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: trial\r\n\r\n",
		    targets[i]);
		trial_raw(&trial, request, &answer);
		assert_true(answer.status == 400 || answer.status == 404);
		expect_header(&answer, "Connection", "close");
		answer_free(&answer);
	}
}

static void test_redirect(void **state)
{
	static const struct {
		const char *target, *place;
	} rows[] = {
		{ "/dir", "/dir/" },
		{ "/dir?a=b&c", "/dir/?a=b&c" },
		{ "/dir?", "/dir/?" },
		{ "/d%69r", "/dir/" },
		{ "/d%69r?x=%2F", "/dir/?x=%2F" },
		{ "/%C3%A4%20%3f+b", "/%C3%A4%20%3F+b/" },
		{ "http://elsewhere/dir", "/dir/" },
	};
	struct answer answer;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask("GET", rows[i].target, "", &answer);
		assert_int_equal(answer.status, 301);
		expect_header(&answer, "Location", rows[i].place);
		answer_free(&answer);
	}
}

static void test_methods(void **state)
{
	static const struct {
		const char *method;
		unsigned status;
	} rows[] = {
		{ "POST", 405 },
		{ "PUT", 405 },
		{ "DELETE", 405 },
		{ "PATCH", 405 },
		{ "TRACE", 405 },
		{ "OPTIONS", 204 },
		{ "PROPFIND", 501 },
		{ "get", 501 },
		{ "BREW", 501 },
	};
	struct answer answer;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(rows[i].method, "/a.txt", "", &answer);
		if (answer.status != rows[i].status)
			fail_msg("%s: %u", rows[i].method, answer.status);
		if (rows[i].status != 501)
			expect_header(&answer, "Allow", "GET, HEAD, OPTIONS");
		answer_free(&answer);
	}
	ask("OPTIONS", "*", "", &answer);
	assert_int_equal(answer.status, 204);
	assert_int_equal(answer.length, 0);
	answer_free(&answer);
	ask("GET", "*", "", &answer);
	assert_int_equal(answer.status, 400);
	answer_free(&answer);
}

static void test_content(void **state)
{
	struct answer answer;
	(void)state;
	trial_raw(&trial,
	    "GET /a.txt HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n"
	    "Connection: close\r\n\r\nhello",
	    &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "0123456789");
	answer_free(&answer);
	trial_raw(&trial,
	    "GET /a.txt HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n"
	    "Connection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	    &answer);
	assert_int_equal(answer.status, 200);
	answer_free(&answer);
	trial_raw(&trial,
	    "GET /a.txt HTTP/1.1\r\nHost: t\r\nContent-Length: 100000000\r\n"
	    "\r\nhello",
	    &answer);
	assert_int_equal(answer.status, 413);
	answer_free(&answer);
	/* Refused before it is sent, and closed. */
	trial_raw(&trial,
	    "POST /a.txt HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n"
	    "\r\nhello",
	    &answer);
	assert_int_equal(answer.status, 405);
	answer_free(&answer);
	trial_raw(&trial,
	    "PUT /a.txt HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n"
	    "Expect: 100-continue\r\n\r\n",
	    &answer);
	assert_int_equal(answer.status, 405);
	answer_free(&answer);
}

static void test_conditional(void **state)
{
	struct answer answer;
	char etag[128], modified[128], headers[512];
	(void)state;
	ask("GET", "/a.txt", "", &answer);
	snprintf(etag, sizeof(etag), "%s", answer_header(&answer, "ETag"));
	snprintf(modified, sizeof(modified), "%s", answer_header(&answer, "Last-Modified"));
	answer_free(&answer);
	assert_int_equal(etag[0], '"');

	snprintf(headers, sizeof(headers), "If-None-Match: %s\r\n", etag);
	ask("GET", "/a.txt", headers, &answer);
	assert_int_equal(answer.status, 304);
	assert_int_equal(answer.length, 0);
	expect_header(&answer, "ETag", etag);
	assert_null(answer_header(&answer, "Content-Type"));
	expect_header(&answer, "Content-Length", "10");
	answer_free(&answer);
	/* The length of what would have been sent (RFC 9110 8.6), once. */
	ask("GET", "/p.css", "If-None-Match: *\r\nAccept-Encoding: gzip\r\n", &answer);
	assert_int_equal(answer.status, 304);
	assert_int_equal(answer.length, 0);
	expect_header(&answer, "Content-Length", "8");
	const char *first = strstr(answer.head, "Content-Length:");
	assert_null(strstr(first + 1, "Content-Length:"));
	answer_free(&answer);
	ask("HEAD", "/big", "If-None-Match: *\r\n", &answer);
	assert_int_equal(answer.status, 304);
	expect_header(&answer, "Content-Length", "300000");
	answer_free(&answer);

	/* The connection goes on behind it: there is no content, whatever the length. */
	trial_raw(&trial,
	    "GET /big HTTP/1.1\r\nHost: t\r\nIf-None-Match: *\r\n\r\n"
	    "GET /a.txt HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n",
	    &answer);
	assert_int_equal(answer.status, 304);
	assert_int_equal(strncmp(answer.body, "HTTP/1.1 200 ", 13), 0);
	assert_non_null(strstr(answer.body, "\r\n\r\n0123456789"));
	answer_free(&answer);

	snprintf(headers, sizeof(headers), "If-None-Match: \"x\"\r\nIf-None-Match: W/%s\r\n", etag);
	expect_get(&trial, "/a.txt", headers, 304, NULL);
	expect_get(&trial, "/a.txt", "If-None-Match: \"x\"\r\n", 200, "0123456789");
	snprintf(headers, sizeof(headers), "If-Modified-Since: %s\r\n", modified);
	expect_get(&trial, "/a.txt", headers, 304, NULL);
	expect_get(&trial, "/a.txt", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 200,
	    NULL);
	snprintf(headers, sizeof(headers), "If-Match: %s\r\n", etag);
	expect_get(&trial, "/a.txt", headers, 200, NULL);
	expect_get(&trial, "/a.txt", "If-Match: \"x\"\r\n", 412, NULL);
	expect_get(&trial, "/a.txt", "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 412,
	    NULL);
	/* Two dates are none. */
	snprintf(headers, sizeof(headers),
	    "If-Modified-Since: %s\r\n"
	    "If-Modified-Since: %s\r\n",
	    modified, modified);
	expect_get(&trial, "/a.txt", headers, 200, NULL);
}

static void test_range(void **state)
{
	struct answer answer;
	char etag[128], headers[512];
	(void)state;
	ask("GET", "/a.txt", "Range: bytes=2-4\r\n", &answer);
	assert_int_equal(answer.status, 206);
	assert_string_equal(answer.body, "234");
	expect_header(&answer, "Content-Range", "bytes 2-4/10");
	expect_header(&answer, "Content-Length", "3");
	expect_header(&answer, "Content-Type", "text/plain; charset=utf-8");
	snprintf(etag, sizeof(etag), "%s", answer_header(&answer, "ETag"));
	answer_free(&answer);
	expect_get(&trial, "/a.txt", "Range: bytes=-3\r\n", 206, "789");
	expect_get(&trial, "/a.txt", "Range: bytes=8-\r\n", 206, "89");
	expect_get(&trial, "/a.txt", "Range: bytes=junk\r\n", 200, "0123456789");
	expect_get(&trial, "/a.txt", "Range: bytes=0-1\r\nRange: bytes=2-3\r\n", 200, NULL);
	ask("GET", "/a.txt", "Range: bytes=10-\r\n", &answer);
	assert_int_equal(answer.status, 416);
	expect_header(&answer, "Content-Range", "bytes */10");
	answer_free(&answer);
	snprintf(headers, sizeof(headers), "Range: bytes=0-0\r\nIf-Range: %s\r\n", etag);
	expect_get(&trial, "/a.txt", headers, 206, "0");
	expect_get(&trial, "/a.txt", "Range: bytes=0-0\r\nIf-Range: \"x\"\r\n", 200, NULL);
	snprintf(headers, sizeof(headers), "Range: bytes=0-0\r\nIf-None-Match: %s\r\n", etag);
	expect_get(&trial, "/a.txt", headers, 304, NULL);
	expect_get(&trial, "/empty", "Range: bytes=0-\r\n", 416, NULL);
	expect_get(&trial, "/missing", "Range: bytes=0-\r\n", 404, NULL);
}

static void test_range_of_big(void **state)
{
	struct answer answer;
	char *bytes = big_bytes();
	(void)state;
	ask("GET", "/big", "Range: bytes=100000-250000\r\n", &answer);
	assert_int_equal(answer.status, 206);
	assert_int_equal(answer.length, 150001);
	assert_memory_equal(answer.body, bytes + 100000, 150001);
	answer_free(&answer);
	ask("GET", "/big", "Range: bytes=-1\r\n", &answer);
	assert_int_equal(answer.length, 1);
	assert_memory_equal(answer.body, bytes + BIG - 1, 1);
	answer_free(&answer);
	free(bytes);
}

/* Takes a multipart body apart again; bytes: the whole file. */
static void check_parts(const struct answer *answer, const char *bytes, const char *const *ranges)
{
	char boundary[64], expected[256];
	const char *type = answer_header(answer, "Content-Type");
	assert_int_equal(sscanf(type, "multipart/byteranges; boundary=%60s", boundary), 1);
	const char *p = answer->body;
	for (size_t i = 0; ranges[i] != NULL; i++) {
		unsigned long first, last;
		int length = snprintf(expected, sizeof(expected),
		    "%s--%s\r\nContent-Type: application/octet-stream\r\n"
		    "Content-Range: bytes %s\r\n\r\n",
		    i > 0 ? "\r\n" : "", boundary, ranges[i]);
		assert_memory_equal(p, expected, length);
		p += length;
		assert_int_equal(sscanf(ranges[i], "%lu-%lu/", &first, &last), 2);
		assert_memory_equal(p, bytes + first, last - first + 1);
		p += last - first + 1;
	}
	snprintf(expected, sizeof(expected), "\r\n--%s--\r\n", boundary);
	assert_string_equal(p, expected);
}

static void test_several_ranges(void **state)
{
	static const char *const big_ranges[] = {
		"0-9/300000",
		"100000-199999/300000",
		"299999-299999/300000",
		NULL,
	};
	static const char *const small_ranges[] = { "8-9/10", "0-1/10", NULL };
	struct answer answer;
	char *bytes = big_bytes(), length[32];
	(void)state;
	ask("GET", "/big", "Range: bytes=0-9, 100000-199999, -1\r\n", &answer);
	assert_int_equal(answer.status, 206);
	snprintf(length, sizeof(length), "%zu", answer.length);
	expect_header(&answer, "Content-Length", length);
	assert_null(answer_header(&answer, "Content-Range"));
	check_parts(&answer, bytes, big_ranges);
	answer_free(&answer);
	folder_file(&trial.folder, "root/small", "0123456789");
	ask("GET", "/small", "Range: bytes=8-9,0-1\r\n", &answer);
	assert_int_equal(answer.status, 206);
	check_parts(&answer, "0123456789", small_ranges);
	answer_free(&answer);
	free(bytes);
}

static void test_precompressed(void **state)
{
	static const struct {
		const char *accept, *coding, *body;
	} rows[] = {
		{ "", NULL, "plain css" },
		{ "Accept-Encoding: gzip\r\n", "gzip", "gzip css" },
		{ "Accept-Encoding: gzip, deflate, br, zstd\r\n", "br", "br css" },
		{ "Accept-Encoding: zstd;q=1, br;q=0.1\r\n", "zstd", "zstd css" },
		{ "Accept-Encoding: br;q=0, gzip;q=0\r\n", NULL, "plain css" },
		{ "Accept-Encoding: gzip\r\nAccept-Encoding: br\r\n", "br", "br css" },
	};
	struct answer answer;
	char etags[6][128];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask("GET", "/p.css", rows[i].accept, &answer);
		assert_int_equal(answer.status, 200);
		assert_string_equal(answer.body, rows[i].body);
		expect_header(&answer, "Vary", "Accept-Encoding");
		expect_header(&answer, "Content-Type", "text/css; charset=utf-8");
		if (rows[i].coding != NULL)
			expect_header(&answer, "Content-Encoding", rows[i].coding);
		else
			assert_null(answer_header(&answer, "Content-Encoding"));
		snprintf(etags[i], sizeof(etags[i]), "%s", answer_header(&answer, "ETag"));
		answer_free(&answer);
	}
	assert_string_not_equal(etags[0], etags[1]);
	assert_string_not_equal(etags[1], etags[2]);
	assert_string_equal(etags[0], etags[4]);
	expect_get(&trial, "/stale.css", "Accept-Encoding: gzip\r\n", 200, "new css");
	expect_get(&trial, "/p.css", "Accept-Encoding: gzip\r\nRange: bytes=0-3\r\n", 206, "gzip");
	/* Asked for by its own name it is a file like any other. */
	ask("GET", "/p.css.gz", "", &answer);
	expect_header(&answer, "Content-Type", "application/gzip");
	assert_null(answer_header(&answer, "Content-Encoding"));
	answer_free(&answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_big),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_odd_is_closed),
		cmocka_unit_test(test_redirect),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_conditional),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_range_of_big),
		cmocka_unit_test(test_several_ranges),
		cmocka_unit_test(test_precompressed),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
