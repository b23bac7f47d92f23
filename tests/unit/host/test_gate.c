/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/gate.h"

/*
 * Each row is what a connection receives, and what the gate must make of it:
 * how many requests end, and which status refuses the rest (0: none). Every row
 * is fed whole, byte by byte, and cut in two at every position, from a block of
 * its exact size.
 */
#define HOST "Host: a\r\n"
#define GET "GET / HTTP/1.1\r\n" HOST "\r\n"
#define HEAD(lines) "GET / HTTP/1.1\r\n" lines "\r\n"
#define POST(lines) "POST / HTTP/1.1\r\n" HOST lines "\r\n"
#define CHUNKED POST("Transfer-Encoding: chunked\r\n")
#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

static const struct gate_limits limits = {
	.head_bytes = 400,
	.target_bytes = 100,
	.headers = 5,
	.body_bytes = 1000,
};

struct row {
	const char *bytes;
	size_t length;
	unsigned requests, status;
	enum gate_phase phase;
};
#define ROW(text, requests, status, phase)                      \
	{                                                       \
		text, sizeof(text) - 1, requests, status, phase \
	}
#define GOOD(text, requests) ROW(text, requests, 0, GATE_BETWEEN)
#define BAD(text, requests, status) ROW(text, requests, status, GATE_CLOSED)

static const struct row good[] = {
	ROW("", 0, 0, GATE_BETWEEN),
	GOOD(GET, 1),
	GOOD(GET GET GET, 3),
	GOOD("\r\n" GET, 1),
	GOOD(GET "\r\n" GET, 2),
	ROW("\r\n", 0, 0, GATE_IN_HEAD),
	ROW("\r", 0, 0, GATE_IN_HEAD),
	ROW("G", 0, 0, GATE_IN_HEAD),
	ROW("GET / HTTP/1.1\r\nHost: a\r\n", 0, 0, GATE_IN_HEAD),
	/* Methods: any token that begins with a letter. */
	GOOD("DELETE / HTTP/1.1\r\n" HOST "\r\n", 1),
	GOOD("M-SEARCH / HTTP/1.1\r\n" HOST "\r\n", 1),
	GOOD("get / HTTP/1.1\r\n" HOST "\r\n", 1),
	GOOD("ABCDEFGHIJKLMNOPQRSTUVWX / HTTP/1.1\r\n" HOST "\r\n", 1),
	/* Targets, RFC 9112 3.2. */
	GOOD("GET /a/b%00?c=d&e=%2F;f HTTP/1.1\r\n" HOST "\r\n", 1),
	GOOD("GET /\"<>[\\]^`{|} HTTP/1.1\r\n" HOST "\r\n", 1),
	GOOD("GET //x HTTP/1.1\r\n" HOST "\r\n", 1),
	GOOD("GET http://a.example/x HTTP/1.1\r\n" HOST "\r\n", 1),
	GOOD("GET HTTPS://a.example:8443?x HTTP/1.1\r\n" HOST "\r\n", 1),
	GOOD("GET http://[::1]:80 HTTP/1.1\r\n" HOST "\r\n", 1),
	GOOD("OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 1),
	GOOD("CONNECT a.example:443 HTTP/1.1\r\n" HOST "\r\n", 1),
	/* Versions. */
	ROW("GET / HTTP/1.0\r\n\r\n", 1, 0, GATE_CLOSED),
	ROW("GET / HTTP/1.0\r\n\r\nanything \x01", 1, 0, GATE_CLOSED),
	GOOD("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 1),
	ROW("GET / HTTP/1.0\r\n" HOST "\r\n", 1, 0, GATE_CLOSED),
	/* A higher minor version is as 1.1, RFC 9110 2.5. */
	GOOD("GET / HTTP/1.2\r\n" HOST "\r\n" GET, 2),
	GOOD("GET / HTTP/1.9\r\n" HOST "\r\n" GET, 2),
	GOOD("POST / HTTP/1.2\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1),
	ROW("GET / HTTP/1.2\r\n" HOST "Connection: close\r\n\r\n", 1, 0, GATE_CLOSED),
	/* Connection. */
	ROW(HEAD(HOST "Connection: close\r\n") GET, 1, 0, GATE_CLOSED),
	ROW(HEAD(HOST "Connection: x , CLOSE\r\n"), 1, 0, GATE_CLOSED),
	ROW(HEAD(HOST "Connection: x\r\nConnection: close\r\n"), 1, 0, GATE_CLOSED),
	GOOD(HEAD(HOST "Connection: closed, \"close\", keep-alive\r\n"), 1),
	GOOD(HEAD(HOST "Connection:\r\n"), 1),
	/* Header lines. */
	GOOD(HEAD("HOST:a\r\n"), 1),
	GOOD(HEAD("Host: \t a \t \r\n"), 1),
	GOOD(HEAD(HOST "X:\r\nY: \r\n!#$%&'*+-.^_`|~09azAZ: \x80\xff\t\x7e\r\n"), 1),
	GOOD(HEAD(HOST "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n"), 1),
	GOOD(HEAD(HOST "Content-Lengths: x\r\nTransfer-Encodin: y\r\nHosts: z\r\n"), 1),
	/* Host. */
	GOOD(HEAD("Host: a.example:8080\r\n"), 1),
	GOOD(HEAD("Host: 192.0.2.1:\r\n"), 1),
	GOOD(HEAD("Host: [2001:db8::1]\r\n"), 1),
	GOOD(HEAD("Host: [::ffff:192.0.2.1]:80\r\n"), 1),
	GOOD(HEAD("Host: a_b-c~d%20\r\n"), 1),
	/* Content. */
	GOOD(POST("Content-Length: 0\r\n") GET, 2),
	GOOD(POST("Content-Length: 5\r\n") "hello" GET, 2),
	GOOD(POST("content-length:\t000005\r\n") "\r\n\r\n\x00", 1),
	ROW(POST("Content-Length: 5\r\n") "hell", 0, 0, GATE_IN_CONTENT),
	GOOD(POST("Content-Length: 5\r\nExpect: 100-Continue\r\n") "hello", 1),
	GOOD(POST("") GET, 2),
	GOOD(CHUNKED "0\r\n\r\n" GET, 2),
	GOOD(CHUNKED "5\r\nhello\r\n0\r\n\r\n" GET, 2),
	GOOD(CHUNKED "a\r\n" TEN "\r\nA;b\r\n" TEN "\r\n00;x=\"y z\"\r\n\r\n" GET, 2),
	GOOD(CHUNKED "1\r\n\n\r\n0\r\nTrailer: x\r\nOther:y\r\n\r\n" GET, 2),
	GOOD(POST("transfer-encoding:CHUNKED\r\n") "0\r\n\r\n", 1),
	ROW(CHUNKED, 0, 0, GATE_IN_CONTENT),
	ROW(CHUNKED "5\r\nhello", 0, 0, GATE_IN_CONTENT),
	ROW(CHUNKED "0\r\nT: x\r\n", 0, 0, GATE_IN_CONTENT),
	ROW(POST("Content-Length: 1\r\nConnection: close\r\n") "xyz", 1, 0, GATE_CLOSED),
};

static const struct row bad[] = {
	/* The first byte. */
	BAD("\x16\x03\x01", 0, 400),
	BAD("\n", 0, 400),
	BAD(" ", 0, 400),
	BAD("\x00", 0, 400),
	BAD("1", 0, 400),
	BAD("{", 0, 400),
	BAD("\r\n\r\n" GET, 0, 400),
	BAD("\rG", 0, 400),
	BAD(GET "\x80", 1, 400),
	BAD(GET "\r\n\r\n", 1, 400),
	/* Methods. */
	BAD("GE(T / HTTP/1.1\r\n", 0, 400),
	BAD("GET\t/ HTTP/1.1\r\n", 0, 400),
	BAD("GET\r\n", 0, 400),
	BAD("G\x00T / HTTP/1.1\r\n", 0, 400),
	BAD("ABCDEFGHIJKLMNOPQRSTUVWXY / HTTP/1.1\r\n", 0, 501),
	/* Targets. */
	BAD("GET  / HTTP/1.1\r\n", 0, 400),
	BAD("GET /a b HTTP/1.1\r\n", 0, 400),
	BAD("GET / HTTP/1.1\r\n"
	    "\r\n",
	    0, 400),
	BAD("GET /\t HTTP/1.1\r\n", 0, 400),
	BAD("GET /a#b HTTP/1.1\r\n", 0, 400),
	BAD("GET /\xc3\xa4 HTTP/1.1\r\n", 0, 400),
	BAD("GET /\x00 HTTP/1.1\r\n", 0, 400),
	BAD("GET /\x7f HTTP/1.1\r\n", 0, 400),
	BAD("GET a HTTP/1.1\r\n", 0, 400),
	BAD("GET ../x HTTP/1.1\r\n", 0, 400),
	BAD("GET ftp://a/ HTTP/1.1\r\n", 0, 400),
	BAD("GET http:///x HTTP/1.1\r\n", 0, 400),
	BAD("GET http://u@a/ HTTP/1.1\r\n", 0, 400),
	BAD("GET http: HTTP/1.1\r\n", 0, 400),
	BAD("GET http://a:123456/ HTTP/1.1\r\n", 0, 400),
	BAD("GET http://[::1 HTTP/1.1\r\n", 0, 400),
	BAD("GET * HTTP/1.1\r\n" HOST "\r\n", 0, 400),
	BAD("OPTIONS *x HTTP/1.1\r\n", 0, 400),
	BAD("CONNECT / HTTP/1.1\r\n", 0, 400),
	BAD("CONNECT a HTTP/1.1\r\n", 0, 400),
	BAD("CONNECT a: HTTP/1.1\r\n", 0, 400),
	BAD("CONNECT * HTTP/1.1\r\n", 0, 400),
	BAD("GET /" FIFTY FIFTY " HTTP/1.1\r\n", 0, 414),
	BAD("GET /" FIFTY FIFTY "x", 0, 414),
	BAD("GET http://" FIFTY FIFTY " HTTP/1.1\r\n", 0, 414),
	/* Versions. */
	BAD("GET /\r\n", 0, 400),
	BAD("GET / \r\n", 0, 400),
	BAD("GET / HTTP/1.1 \r\n", 0, 400),
	BAD("GET / http/1.1\r\n", 0, 400),
	BAD("GET / HTTP/1\r\n", 0, 400),
	BAD("GET / HTTP/11.1\r\n", 0, 400),
	BAD("GET / HTTP/1.10\r\n", 0, 400),
	BAD("GET / HTTP/1,1\r\n", 0, 400),
	BAD("GET /  HTTP/1.1\r\n", 0, 400),
	BAD("GET / XTTP/1.1\r\n", 0, 400),
	BAD("GET / HTTP/+1.1\r\n", 0, 400),
	BAD("GET / HTTP/0.9\r\n", 0, 505),
	BAD("GET / HTTP/0.2\r\n", 0, 505),
	BAD("GET / HTTP/2.0\r\n", 0, 505),
	BAD("GET / HTTP/3.1\r\n", 0, 505),
	BAD("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, 505),
	/* Line ends. */
	BAD("GET / HTTP/1.1\nHost: a\n\n", 0, 400),
	BAD("GET / HTTP/1.1\rHost: a\r\r", 0, 400),
	BAD(HEAD("Host: a\n"), 0, 400),
	BAD(HEAD(HOST "X: y\n"), 0, 400),
	BAD(HEAD(HOST "X: y\rz\r\n"), 0, 400),
	BAD("GET / HTTP/1.1\r\n" HOST "\n", 0, 400),
	BAD("GET / HTTP/1.1\r\n" HOST "\rX", 0, 400),
	BAD("GET / HTTP/1.1\r\r\n", 0, 400),
	/* Header lines. */
	BAD(HEAD(HOST "X : y\r\n"), 0, 400),
	BAD(HEAD(HOST "X\t: y\r\n"), 0, 400),
	BAD(HEAD(HOST " X: y\r\n"), 0, 400),
	BAD(HEAD(" Host: a\r\n"), 0, 400),
	BAD(HEAD(HOST "X: y\r\n z\r\n"), 0, 400),
	BAD(HEAD(HOST "X: y\r\n\tz\r\n"), 0, 400),
	BAD(HEAD(HOST ": y\r\n"), 0, 400),
	BAD(HEAD(HOST "X\r\n"), 0, 400),
	BAD(HEAD(HOST "X y: z\r\n"), 0, 400),
	BAD(HEAD(HOST "X(: z\r\n"), 0, 400),
	BAD(HEAD(HOST "X\x80: z\r\n"), 0, 400),
	BAD(HEAD(HOST "X\x00: z\r\n"), 0, 400),
	BAD(HEAD(HOST "X: y\x00z\r\n"), 0, 400),
	BAD(HEAD(HOST "X: \x01\r\n"), 0, 400),
	BAD(HEAD(HOST "X: \x7f\r\n"), 0, 400),
	BAD(HEAD(HOST "X: \x0b\r\n"), 0, 400),
	BAD(HEAD(HOST "X: \x1b[2J\r\n"), 0, 400),
	BAD(HEAD(HOST "@: y\r\n"), 0, 400),
	BAD(HEAD(HOST "X: " FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY "\r\n"), 0, 431),
	BAD(HEAD(HOST FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY ":\r\n"), 0, 431),
	BAD(HEAD(HOST "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n"), 0, 431),
	/* Host. */
	BAD(HEAD(""), 0, 400),
	BAD(HEAD("X: y\r\n"), 0, 400),
	BAD(HEAD(HOST HOST), 0, 400),
	BAD(HEAD(HOST "hOST: b\r\n"), 0, 400),
	BAD(HEAD("Host:\r\n"), 0, 400),
	BAD(HEAD("Host: a b\r\n"), 0, 400),
	BAD(HEAD("Host: a, b\r\n"), 0, 400),
	BAD(HEAD("Host: a/b\r\n"), 0, 400),
	BAD(HEAD("Host: u@a\r\n"), 0, 400),
	BAD(HEAD("Host: a:x\r\n"), 0, 400),
	BAD(HEAD("Host: a:1:2\r\n"), 0, 400),
	BAD(HEAD("Host: :80\r\n"), 0, 400),
	BAD(HEAD("Host: [::1\r\n"), 0, 400),
	BAD(HEAD("Host: []\r\n"), 0, 400),
	BAD(HEAD("Host: [g::1]\r\n"), 0, 400),
	BAD(HEAD("Host: [::1]x\r\n"), 0, 400),
	BAD(HEAD("Host: \xe4\r\n"), 0, 400),
	BAD(HEAD("Host: <a>\r\n"), 0, 400),
	BAD(HEAD("Host: a\x00\r\n"), 0, 400),
	BAD("GET / HTTP/1.0\r\n" HOST HOST "\r\n", 0, 400),
	BAD("GET / HTTP/1.2\r\n\r\n", 0, 400),
	/* Content-Length, RFC 9112 6.2. */
	BAD(POST("Content-Length: 5\r\nContent-Length: 5\r\n"), 0, 400),
	BAD(POST("Content-Length: 5\r\nContent-Length: 6\r\n"), 0, 400),
	BAD(POST("Content-Length: 5, 5\r\n"), 0, 400),
	BAD(POST("Content-Length: +5\r\n"), 0, 400),
	BAD(POST("Content-Length: -5\r\n"), 0, 400),
	BAD(POST("Content-Length: 0x5\r\n"), 0, 400),
	BAD(POST("Content-Length:\r\n"), 0, 400),
	BAD(POST("Content-Length: 5 6\r\n"), 0, 400),
	BAD(POST("Content-Length: 5a\r\n"), 0, 400),
	BAD(POST("Content-Length: 5 \r\n"), 0, 400),
	BAD(POST("Content-Length: 18446744073709551621\r\n"), 0, 400),
	BAD(POST("Content-Length: " FIFTY "\r\n"), 0, 400),
	BAD(POST("Content-Length: 1001\r\n"), 0, 413),
	BAD(POST("Content-Length: 999999999999999999\r\n"), 0, 413),
	/* Transfer-Encoding, RFC 9112 6.1, 6.3. */
	BAD(POST("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 0, 400),
	BAD(POST("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 0, 400),
	BAD(POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 0, 400),
	BAD(POST("Transfer-Encoding: xchunked\r\n"), 0, 400),
	BAD(POST("Transfer-Encoding: identity\r\n"), 0, 400),
	BAD(POST("Transfer-Encoding: chunked, identity\r\n"), 0, 400),
	BAD(POST("Transfer-Encoding: gzip, chunked\r\n"), 0, 501),
	BAD(POST("Transfer-Encoding: gzip,chunked\r\n"), 0, 501),
	BAD(POST("Transfer-Encoding: chunked,chunked\r\n"), 0, 501),
	BAD(POST("Transfer-Encoding: ,chunked\r\n"), 0, 501),
	BAD(POST("Transfer-Encoding: chunked,\r\n"), 0, 400),
	BAD(POST("Transfer-Encoding: chunked;x\r\n"), 0, 400),
	BAD(POST("Transfer-Encoding: \"chunked\"\r\n"), 0, 400),
	BAD(POST("Transfer-Encoding: chunked \r\n"), 0, 400),
	BAD(POST("Transfer-Encoding: chunk ed\r\n"), 0, 400),
	BAD(POST("Transfer-Encoding:\r\n"), 0, 400),
	BAD(POST("Transfer-Encoding: \x0b"
		 "chunked\r\n"),
	    0, 400),
	BAD("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 0, 400),
	/* Chunks, RFC 9112 7.1. */
	BAD(CHUNKED "\r\n", 0, 400),
	BAD(CHUNKED "g\r\n", 0, 400),
	BAD(CHUNKED "-1\r\n", 0, 400),
	BAD(CHUNKED "0x5\r\n", 0, 400),
	BAD(CHUNKED " 5\r\n", 0, 400),
	BAD(CHUNKED "5 \r\n", 0, 400),
	BAD(CHUNKED "5\nhello\r\n", 0, 400),
	BAD(CHUNKED "5\r\nhelloX\r\n", 0, 400),
	BAD(CHUNKED "5\r\nhello\n0\r\n", 0, 400),
	BAD(CHUNKED "5\rX", 0, 400),
	BAD(CHUNKED "5;a\x01\r\n", 0, 400),
	BAD(CHUNKED "5;a\nhello", 0, 400),
	BAD(CHUNKED "10000000000000000\r\n", 0, 400),
	BAD(CHUNKED "0000000000000005\r\n", 0, 400),
	BAD(CHUNKED "5;" FIFTY FIFTY FIFTY "\r\n", 0, 400),
	BAD(CHUNKED "fffffffffffffff\r\n", 0, 413),
	BAD(CHUNKED "3e9\r\n", 0, 413),
	BAD(CHUNKED "0\r\nX : y\r\n\r\n", 0, 400),
	BAD(CHUNKED "0\r\n x\r\n\r\n", 0, 400),
	BAD(CHUNKED "0\r\nContent-Length: 5\r\n\r\n", 0, 400),
	BAD(CHUNKED "0\r\nHost: b\r\n\r\n", 0, 400),
	BAD(CHUNKED "0\r\n\rX", 0, 400),
	BAD(CHUNKED "0\r\nA:\r\nB:\r\nC:\r\nD:\r\nE:\r\nF:\r\n\r\n", 0, 431),
	BAD(CHUNKED "5\r\nhello\r\n0\r\n\r\n\x01", 1, 400),
	/* Expect, RFC 9110 10.1.1. */
	BAD(POST("Expect: 200-ok\r\n"), 0, 417),
	BAD(POST("Expect:\r\n"), 0, 417),
	BAD(POST("Expect: 100-continue, x\r\n"), 0, 417),
	/* Behind good requests. */
	BAD(GET GET "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 2, 400),
	BAD(POST("Content-Length: 5\r\n") "hello!", 1, 400),
};

struct outcome {
	unsigned requests, heads, status;
	size_t offset; /* of the last event */
	enum gate_phase phase;
	const char *reason;
};

/* Feeds portions: the first of `first` bytes, the others of `step`. */
static struct outcome feed(const char *bytes, size_t length, size_t first, size_t step)
{
	struct outcome outcome = { 0 };
	struct gate gate;
	size_t at = 0, end = first < length ? first : length;
	gate_reset(&gate);
	while (at < length) {
		size_t used;
		enum gate_event event = gate_feed(&gate, &limits, bytes + at, end - at, &used);
		at += used;
		outcome.requests += event == GATE_END;
		outcome.heads += event == GATE_HEAD;
		if (event != GATE_MORE)
			outcome.offset = at;
		if (event == GATE_REFUSE)
			break;
		if (at == end)
			end = length - end > step ? end + step : length;
	}
	outcome.status = gate.status;
	outcome.reason = gate.reason;
	outcome.phase = gate_phase(&gate);
	return outcome;
}

static void assert_outcome(const struct row *row, const struct outcome *outcome,
    const struct outcome *whole, const char *how)
{
	if (outcome->requests == row->requests && outcome->status == row->status &&
	    outcome->phase == row->phase && outcome->offset == whole->offset &&
	    outcome->heads == whole->heads && outcome->reason == whole->reason)
		return;
	fail_msg("%s: [%.*s]: %u requests, status %u (%s), phase %d; expected %u, %u, %d", how,
	    (int)row->length, row->bytes, outcome->requests, outcome->status,
	    outcome->reason != NULL ? outcome->reason : "-", outcome->phase, row->requests,
	    row->status, row->phase);
}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		char *bytes = malloc(row->length + (row->length == 0));
		assert_non_null(bytes);
		memcpy(bytes, row->bytes, row->length);
		struct outcome whole = feed(bytes, row->length, row->length, row->length);
		assert_outcome(row, &whole, &whole, "whole");
		struct outcome single = feed(bytes, row->length, 1, 1);
		assert_outcome(row, &single, &whole, "byte by byte");
		for (size_t cut = 1; cut < row->length; cut++) {
			struct outcome two = feed(bytes, row->length, cut, row->length);
			assert_outcome(row, &two, &whole, "cut");
		}
		free(bytes);
	}
}

static void test_good(void **state)
{
	(void)state;
	check_rows(good, sizeof good / sizeof *good);
}

static void test_bad(void **state)
{
	(void)state;
	check_rows(bad, sizeof bad / sizeof *bad);
}

/* A byte that cannot begin a method is refused before any other comes. */
static void test_first_byte(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		struct gate gate;
		char c = (char)byte;
		size_t used;
		bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
		gate_reset(&gate);
		enum gate_event event = gate_feed(&gate, &limits, &c, 1, &used);
		assert_int_equal(event, letter || c == '\r' ? GATE_MORE : GATE_REFUSE);
	}
}

/* No byte but CR, LF and what the RFC allows passes in a header value. */
static void test_value_bytes(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		char text[] = "GET / HTTP/1.1\r\nHost: a\r\nX: a?b\r\n\r\n";
		struct row row = { text, sizeof text - 1, 0, 400, GATE_CLOSED };
		*strchr(text, '?') = (char)byte;
		if (byte == '\t' || (byte >= ' ' && byte != 0x7f))
			row = (struct row){ text, sizeof text - 1, 1, 0, GATE_BETWEEN };
		check_rows(&row, 1);
	}
}

/* The head is judged for what comes after it. */
static void test_head_facts(void **state)
{
	(void)state;
	static const char head[] = POST("Content-Length: 7\r\nA: b\r\n");
	struct gate gate;
	size_t used;
	gate_reset(&gate);
	assert_int_equal(gate_feed(&gate, &limits, head, sizeof head - 1, &used), GATE_HEAD);
	assert_int_equal(used, sizeof head - 1);
	assert_int_equal(gate_head_bytes(&gate), sizeof head - 1);
	assert_int_equal(gate_head_lines(&gate), 3);
	assert_int_equal(gate_content(&gate), 7);
	assert_false(gate_closes(&gate));
	gate_reset(&gate);
	assert_int_equal(gate_feed(&gate, &limits, CHUNKED, sizeof CHUNKED - 1, &used), GATE_HEAD);
	assert_int_equal(gate_content(&gate), -1);
}

/* Exactly at each limit is good, one more is not. */
static void test_limits(void **state)
{
	(void)state;
	static const char text[] = "GET /12345 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
	struct gate_limits exact = {
		.head_bytes = sizeof text - 1,
		.target_bytes = 6,
		.headers = 2,
		.body_bytes = 0,
	};
	const struct {
		struct gate_limits limits;
		unsigned status;
	} cases[] = {
		{ exact, 0 },
		{ { exact.head_bytes - 1, 6, 2, 0 }, 431 },
		{ { exact.head_bytes, 5, 2, 0 }, 414 },
		{ { exact.head_bytes, 6, 1, 0 }, 431 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct gate gate;
		size_t used;
		gate_reset(&gate);
		enum gate_event event =
		    gate_feed(&gate, &cases[i].limits, text, sizeof text - 1, &used);
		assert_int_equal(event, cases[i].status == 0 ? GATE_END : GATE_REFUSE);
		assert_int_equal(gate.status, cases[i].status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_first_byte),
		cmocka_unit_test(test_value_bytes),
		cmocka_unit_test(test_head_facts),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
