/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/http_internal.h"
#include "tests/unit/host/http_world.h"

#define HOST "Host: a\r\n"
#define GET "GET / HTTP/1.1\r\n" HOST "\r\n"

static const struct http_limits usual = HTTP_LIMITS_DEFAULT;

static int setup(void **state)
{
	*state = world_new(&usual, AF_INET);
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* ---- Requests and answers ---- */

static void test_keep_alive(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	for (unsigned i = 1; i <= 5; i++) {
		client_say(client, GET);
		assert_int_equal(client_answers(client, i), i);
		assert_int_equal(client_status(client, i - 1), 200);
		assert_true(world_done(world, i));
		assert_int_equal(world->result.bytes, 6);
		assert_true(world->result.complete);
	}
	assert_int_equal(fake_worker_count(world->worker, COUNTER_CONNECTIONS_TOTAL), 1);
	assert_int_equal(fake_worker_count(world->worker, COUNTER_REQUESTS), 5);
	assert_int_equal(fake_worker_count(world->worker, COUNTER_ERRORS), 0);
	assert_int_equal(fake_worker_count(world->worker, COUNTER_BYTES_IN), 5 * strlen(GET));
	assert_int_equal(fake_worker_count(world->worker, COUNTER_BYTES_OUT), client->in_length);
	assert_null(strstr(client_text(client), "Connection: close"));
	client_free(client);
	assert_true(world_connections(world, 0));
}

/* The Date of answer number index; that answer has one only. */
static const char *date_of(struct client *client, unsigned index)
{
	static char date[HTTP_DATE_SIZE];
	const char *answer = client_text(client), *end, *line;
	for (unsigned i = 0; i < index; i++)
		answer = strstr(answer + 1, "HTTP/1.1 ");
	end = strstr(answer, "\r\n\r\n");
	line = strstr(answer, "\r\nDate: ");
	assert_non_null(end);
	assert_true(line != NULL && line < end);
	snprintf(date, sizeof date, "%s", line + strlen("\r\nDate: "));
	const char *second = strstr(line + 2, "\r\nDate: ");
	assert_true(second == NULL || second > end);
	return date;
}

/* An answer that is used again says when it is used. The server's clock is set, and
 * never looked at again. */
static void test_date(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	const time_t base = 1000000000; /* Sun, 09 Sep 2001 01:46:40 GMT */
	static const int after[] = { 0, 0, 1, 1, 3600, 3599 };
	for (unsigned i = 0; i < sizeof after / sizeof after[0]; i++) {
		char date[HTTP_DATE_SIZE];
		world->server->utc_seen = INT64_MAX / 2;
		world->server->utc_offset =
		    ((int64_t)base + after[i]) * 1000000 + 500000 - clock_monotonic() / 1000;
		client_say(client, GET);
		assert_int_equal(client_answers(client, i + 1), i + 1);
		http_date(base + after[i], date);
		assert_string_equal(date_of(client, i), date);
	}
	assert_string_equal(date_of(client, 0), "Sun, 09 Sep 2001 01:46:40 GMT");
	client_free(client);
}

static void test_ipv6(void **state)
{
	(void)state;
	struct world *world = world_new(&usual, AF_INET6);
	struct client *client = client_new(world);
	client_say(client, GET);
	assert_int_equal(client_answers(client, 1), 1);
	client_free(client);
	world_free(world);
}

static void test_head_method(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	client_say(client, "HEAD / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
	assert_true(client_closed(client));
	assert_int_equal(client_status(client, 0), 200);
	assert_non_null(strstr(client_text(client), "Content-Length: 6\r\n"));
	assert_non_null(strstr(client_text(client), "Connection: close\r\n"));
	assert_null(strstr(client_text(client), "hello"));
	assert_int_equal(world->result.bytes, 0);
	client_free(client);
}

/* The target comes to the handler as it was sent. */
static void test_target(void **state)
{
	static const struct {
		const char *target, *path, *host;
	} rows[] = {
		{ "/a%2Fb%00/../c?d=%20&e=f?g", "/a%2Fb%00/../c", "a" },
		{ "/?", "/", "a" },
		{ "http://other.example:81/x%41?y", "/x%41", "other.example:81" },
		{ "http://other.example", "/", "other.example" },
		{ "http://other.example?q", "/", "other.example" },
	};
	struct world *world = *state;
	struct client *client = client_new(world);
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[256];
		snprintf(text, sizeof text, "GET %s HTTP/1.1\r\n" HOST "\r\n", rows[i].target);
		client_say(client, text);
		assert_int_equal(client_answers(client, i + 1), i + 1);
		assert_string_equal(world->target, rows[i].target);
		assert_string_equal(world->path, rows[i].path);
		assert_string_equal(world->host, rows[i].host);
	}
	client_free(client);
}

/* Nor does a query cost memory, whatever it is made of: nobody but the handler
 * takes it apart. The last rows need the large engine. */
static void test_queries(void **state)
{
	static const struct {
		const char *begin, *part;
		unsigned parts;
	} rows[] = {
		{ "/?x?", "&a", 100 },
		{ "/?", "&a", 500 },
		{ "/", "?", 1000 },
		{ "/?x?", "?&a", 300 },
		{ "http://other.example?x?", "&a=?", 250 },
		{ "/?x?", "&a", 3000 },
		{ "/", "?", 6000 },
	};
	(void)state;
	struct http_limits limits = usual;
	limits.target_bytes = 7000;
	struct world *world = world_new(&limits, AF_INET);
	char *text = memory_new(8192);
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct client *client = client_new(world);
		char *target = text + sprintf(text, "GET ");
		char *at = target + sprintf(target, "%s", rows[i].begin);
		for (unsigned part = 0; part < rows[i].parts; part++)
			at += sprintf(at, "%s", rows[i].part);
		size_t length = (size_t)(at - target);
		strcpy(at, " HTTP/1.1\r\n" HOST "\r\n");
		for (unsigned count = 1; count <= 2; count++) {
			client_say(client, text);
			assert_int_equal(client_answers(client, count), count);
			assert_int_equal(client_status(client, count - 1), 200);
			assert_int_equal(strlen(world->target), length);
			assert_memory_equal(world->target, target, length);
			assert_string_equal(world->path, "/");
		}
		client_free(client);
	}
	free(text);
	world_free(world);
}

/* The agent of a refused request is told when its line was complete. */
static void test_refused_agent(void **state)
{
	static const struct {
		const char *head, *agent;
	} rows[] = {
		{ "User-Agent: one/1 (x; y)\r\nHost: b\r\n\r\n", "one/1 (x; y)" },
		{ "X-User-Agent: no\r\nuser-agent:\ttwo \t\r\nHost: b\r\n\r\n", "two" },
		{ "User-Agent: 1\r\nUser-Agent: 2\r\nHost: b\r\n\r\n", "1" },
		{ "User-Agent:\r\nHost: b\r\n\r\n", "" },
		{ "Host: b\r\nUser-Agent: late\r\n\r\n", "(unknown)" },
		{ "User-Agent: cut\x01ter\r\n\r\n", "(unknown)" },
	};
	struct world *world = *state;
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[256];
		snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" HOST "%s", rows[i].head);
		/* At once, and in two parts that end anywhere. */
		for (size_t cut = 0; cut < strlen(text); cut += 7) {
			struct client *client = client_new(world);
			client_send(client, text, cut);
			client_say(client, text + cut);
			assert_true(client_closed(client));
			assert_int_equal(client_status(client, 0), 400);
			assert_string_equal(world->refused_agent, rows[i].agent);
			client_free(client);
		}
	}
	struct client *client = client_new(world);
	char text[600] = "GET / HTTP/1.1\r\nUser-Agent: ";
	memset(text + strlen(text), 'u', 400);
	strcat(text, "\r\n\r\n");
	client_say(client, text);
	assert_true(client_closed(client));
	assert_int_equal(strlen(world->refused_agent), 255);
	client_free(client);
}

static void test_byte_by_byte(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	for (const char *at = "\r\n" GET "\r\n" GET; *at != '\0'; at++)
		client_send(client, at, 1);
	assert_int_equal(client_answers(client, 2), 2);
	client_free(client);
}

/* More than fits a connection's small memory, between small requests. */
static void test_big_head(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	char *text = memory_new(20000), *at = text;
	for (int i = 0; i < 3; i++) {
		at += sprintf(at, GET "GET /big-head HTTP/1.1\r\n" HOST "X: ");
		memset(at, 'x', 5000);
		at += 5000;
		at += sprintf(at, "\r\n\r\n" GET);
	}
	client_say(client, text);
	assert_int_equal(client_answers(client, 9), 9);
	for (unsigned i = 0; i < 9; i++)
		assert_int_equal(client_status(client, i), 200);
	at = text + sprintf(text, "GET /lines HTTP/1.1\r\n" HOST);
	for (int i = 0; i < 60; i++)
		at += sprintf(at, "X-%d: y\r\n", i);
	strcpy(at, "\r\n");
	client_say(client, text);
	assert_int_equal(client_answers(client, 10), 10);
	assert_int_equal(client_status(client, 9), 200);
	assert_int_equal(fake_worker_count(world->worker, COUNTER_CONNECTIONS_TOTAL), 1);
	assert_true(world_connections(world, 1));
	free(text);
	client_free(client);
}

static void test_many_pipelined(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	const unsigned count = 3000;
	char *text = memory_new(count * strlen(GET) + 1);
	for (unsigned i = 0; i < count; i++)
		memcpy(text + i * strlen(GET), GET, strlen(GET));
	client_say(client, text);
	assert_int_equal(client_answers(client, count), count);
	free(text);
	client_free(client);
}

/* From a descriptor, whole and in order, to a fast and to a slow reader. */
static void check_file(struct world *world, bool slow)
{
	struct client *client = client_new(world);
	if (slow)
		assert_int_equal(setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &(int){ 200000 },
				     sizeof(int)),
		    0);
	client_say(client, "GET /file HTTP/1.1\r\n" HOST "\r\n" GET);
	assert_int_equal(client_answers(client, 2), 2);
	const char *content = strstr(client_text(client), "\r\n\r\n") + 4;
	for (size_t i = 0; i < FILE_BYTES; i++) {
		if (content[i] != world_file_byte(i))
			fail_msg("byte %zu of the file is wrong", i);
	}
	assert_memory_equal(content + FILE_BYTES, "HTTP/1.1 200", 12);
	client_free(client);
}

static void test_file(void **state)
{
	struct world *world = *state;
	check_file(world, false);
	check_file(world, true);
	struct client *client = client_new(world);
	client_say(client, "HEAD /file HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
	assert_true(client_closed(client));
	assert_int_equal(client_status(client, 0), 200);
	assert_string_equal(strstr(client_text(client), "\r\n\r\n"), "\r\n\r\n");
	client_free(client);
}

/* A file that has become shorter than what was promised ends the connection. */
static void test_short_file(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	assert_int_equal(ftruncate(world->file_fd, FILE_BYTES / 3), 0);
	client_say(client, "GET /file HTTP/1.1\r\n" HOST "\r\n" GET);
	assert_true(client_closed(client));
	assert_int_equal(client_answers(client, 1), 0);
	assert_int_equal(world->done, 1);
	assert_false(world->result.complete);
	assert_int_equal(world->result.bytes, FILE_BYTES / 3);
	client_free(client);
}

/* More cookies and query arguments than libmicrohttpd has memory for, each of
 * which it would keep apart. */
static void test_many_parts(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	char *text = memory_new(9000), *at = text;
	at += sprintf(at, "\r\nGET /?");
	for (int i = 0; i < 1900; i++)
		at = stpcpy(at, "a&");
	at += sprintf(at, " HTTP/1.1\r\ncookie: x\r\n" HOST "X: ?\r\nCookie: ");
	for (int i = 0; i < 1200; i++)
		at = stpcpy(at, "a=;");
	strcpy(at, "\r\n\r\n");
	for (unsigned i = 1; i <= 3; i++) {
		client_say(client, text);
		assert_int_equal(client_answers(client, i), i);
		assert_int_equal(client_status(client, i - 1), 200);
		assert_int_equal(strlen(world->target), 2 + 3800);
		assert_memory_equal(world->target, "/?a&a&", 6);
		assert_string_equal(world->path, "/");
		assert_int_equal(world->cookies, 2);
		assert_string_equal(world->cookie, "x");
	}
	free(text);
	client_free(client);
}

/* ---- Content ---- */

static void test_content(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	char *text = memory_new(300000);
	int n = sprintf(text, "POST / HTTP/1.1\r\n" HOST "Content-Length: 200000\r\n\r\n");
	memset(text + n, 'x', 200000);
	strcpy(text + n + 200000,
	    GET "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello"
		"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
		"5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n" GET);
	client_say(client, text);
	assert_int_equal(client_answers(client, 5), 5);
	const char *all = client_text(client);
	assert_non_null(strstr(all, "\r\n\r\n200000HTTP/1.1 200"));
	assert_non_null(strstr(all, "\r\n\r\n5HTTP/1.1 200"));
	assert_non_null(strstr(all, "\r\n\r\n6HTTP/1.1 200"));
	free(text);
	client_free(client);
}

static void test_expect_continue(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	client_say(client,
	    "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
	assert_int_equal(client_answers(client, 1), 1);
	assert_int_equal(client_status(client, 0), 100);
	client_say(client, "hello");
	assert_int_equal(client_answers(client, 2), 2);
	assert_int_equal(client_status(client, 1), 200);
	client_free(client);
}

/* The handler refuses content that is on its way, or here already with more
 * behind it: the answer can be read. */
static void check_content_refused(struct world *world, size_t length)
{
	struct client *client = client_new(world);
	char *text = memory_new(600000);
	int n =
	    sprintf(text, "POST /refuse HTTP/1.1\r\n" HOST "Content-Length: %zu\r\n\r\n", length);
	memset(text + n, 'x', 500000);
	client_say(client, text);
	assert_true(client_closed(client));
	assert_false(client->reset);
	assert_int_equal(client_status(client, 0), 413);
	assert_int_equal(client_answers(client, 1), 1);
	assert_non_null(strstr(client_text(client), "Connection: close\r\n"));
	assert_int_equal(world->result.status, 413);
	free(text);
	client_free(client);
}

static void test_content_refused(void **state)
{
	check_content_refused(*state, 500000);
	check_content_refused(*state, 20000);
	check_content_refused(*state, 5);
	assert_true(world_connections(*state, 0));
}

/* ---- Refusals ---- */

struct refusal {
	const char *text;
	unsigned status;
	const char *line;
};

static const struct refusal refusals[] = {
	{ "\x16\x03\x01", 400, "\x16\x03\x01" },
	{ "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, "GET / HTTP/1.1" },
	{ "GET /x HTTP/1.1\n", 400, "GET /x HTTP/1.1" },
	{ "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400, "GET / HTTP/1.1" },
	{ "GET / HTTP/3.0\r\n", 505, "GET / HTTP/3.0" },
	{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 9999999\r\n\r\n", 413, "POST / HTTP/1.1" },
	{ "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", 501,
	    "POST / HTTP/1.1" },
};

/* Refused also while the client goes on sending: it reads the whole answer, and
 * the connection ends. What came before it is answered first. */
static void check_refusal(struct world *world, const struct refusal *refusal, unsigned before,
    bool more)
{
	struct client *client = client_new(world);
	char *text = memory_new(400000), *at = text;
	unsigned told = world->refused;
	for (unsigned i = 0; i < before; i++)
		at = stpcpy(at, GET);
	at = stpcpy(at, refusal->text);
	if (more)
		memset(at, 'x', 300000);
	client_say(client, text);
	assert_true(client_closed(client));
	assert_false(client->reset);
	assert_int_equal(client_answers(client, before + 1), before + 1);
	for (unsigned i = 0; i < before; i++)
		assert_int_equal(client_status(client, i), 200);
	assert_int_equal(client_status(client, before), refusal->status);
	assert_non_null(strstr(client_text(client), "X-Content-Type-Options: nosniff\r\n"));
	assert_non_null(strstr(client_text(client), "Connection: close\r\n"));
	assert_non_null(strstr(client_text(client), "\r\nDate: "));
	assert_int_equal(world->refused, told + 1);
	assert_int_equal(world->refused_status, refusal->status);
	if (!more)
		assert_string_equal(world->refused_line, refusal->line);
	client_free(client);
	free(text);
}

static void test_refusals(void **state)
{
	struct world *world = *state;
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
		check_refusal(world, &refusals[i], 0, false);
		check_refusal(world, &refusals[i], 1, false);
		check_refusal(world, &refusals[i], 7, false);
		check_refusal(world, &refusals[i], 0, true);
		check_refusal(world, &refusals[i], 3, true);
	}
	assert_int_equal(fake_worker_count(world->worker, COUNTER_ERRORS), world->refused);
	assert_true(world_connections(world, 0));
}

/* A chunk is bad: the handler that had begun with it hears about the end. */
static void test_bad_chunk(void **state)
{
	struct world *world = *state;
	static const char *const texts[] = {
		"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n",
		GET "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
	};
	for (unsigned i = 0; i < 2; i++) {
		struct client *client = client_new(world);
		client_say(client, texts[i]);
		assert_true(client_closed(client));
		assert_int_equal(client_answers(client, i + 1), i + 1);
		assert_int_equal(client_status(client, i), 400);
		assert_int_equal(world->result.status, 400);
		assert_false(world->result.complete);
		client_free(client);
	}
	assert_int_equal(world->refused, 0);
	assert_int_equal(world->done, 3);
}

/* After a request that ends the connection nothing is looked at. */
static void test_after_the_last(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	client_say(client, "GET / HTTP/1.0\r\n\r\n\x01\x02garbage");
	assert_true(client_closed(client));
	assert_int_equal(client_answers(client, 2), 1);
	assert_int_equal(world->refused, 0);
	client_free(client);
}

/* A client that says that it will send no more gets its answers and the end. */
static void test_half_closed(void **state)
{
	struct world *world = *state;
	static const char *const texts[] = {
		GET,
		GET GET GET,
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello",
	};
	static const unsigned counts[] = { 1, 3, 1 };
	for (unsigned i = 0; i < 3; i++) {
		struct client *client = client_new(world);
		client_say(client, texts[i]);
		shutdown(client->fd, SHUT_WR);
		assert_true(client_closed(client));
		assert_int_equal(client_answers(client, counts[i]), counts[i]);
		client_free(client);
	}
	/* The same with a later request. */
	struct client *client = client_new(world);
	client_say(client, GET);
	assert_int_equal(client_answers(client, 1), 1);
	client_say(client, GET);
	shutdown(client->fd, SHUT_WR);
	assert_true(client_closed(client));
	assert_int_equal(client_answers(client, 2), 2);
	client_free(client);
	assert_true(world_connections(world, 0));
}

/* A request that is cut off reaches no handler. */
static void test_cut_off(void **state)
{
	struct world *world = *state;
	struct client *client = client_new(world);
	client_say(client, "GET / HTTP/1.1\r\nHost:");
	shutdown(client->fd, SHUT_WR);
	assert_true(client_closed(client));
	assert_int_equal(client->in_length, 0);
	client_free(client);
	client = client_new(world);
	client_say(client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 500\r\n\r\nhello");
	shutdown(client->fd, SHUT_WR);
	assert_true(client_closed(client));
	assert_true(world_done(world, 1));
	assert_false(world->result.complete);
	client_free(client);
	assert_true(world_connections(world, 0));
}

/* Descriptors that are no connections are left alone. */
static void test_other_descriptors(void **state)
{
	int pair[2];
	char bytes[8] = "";
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(send(pair[0], "\x16\x03", 2, 0), 2);
	assert_int_equal(recv(pair[1], bytes, sizeof bytes, 0), 2);
	struct iovec iov = { .iov_base = bytes, .iov_len = 2 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	assert_int_equal(sendmsg(pair[1], &message, 0), 2);
	assert_int_equal(recv(pair[0], bytes, sizeof bytes, MSG_DONTWAIT), 2);
	assert_int_equal(recv(pair[0], bytes, sizeof bytes, MSG_DONTWAIT), -1);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_keep_alive),
		TEST(test_date),
		cmocka_unit_test(test_ipv6),
		TEST(test_head_method),
		TEST(test_target),
		cmocka_unit_test(test_queries),
		TEST(test_refused_agent),
		TEST(test_byte_by_byte),
		TEST(test_big_head),
		TEST(test_many_pipelined),
		TEST(test_file),
		TEST(test_many_parts),
		TEST(test_short_file),
		TEST(test_content),
		TEST(test_expect_continue),
		TEST(test_content_refused),
		TEST(test_refusals),
		TEST(test_bad_chunk),
		TEST(test_after_the_last),
		TEST(test_half_closed),
		TEST(test_cut_off),
		cmocka_unit_test(test_other_descriptors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
