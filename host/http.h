/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_HTTP_H
#define HOST_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

#include <microhttpd.h>

#include "services/service.h"

/*
 * HTTP/1.0 and HTTP/1.1 for services: libmicrohttpd driven from a worker's
 * loop, with our own accept, our own deadlines, limits in all and per address,
 * and the request gate (host/gate.h) before everything: what is no well-formed
 * HTTP (RFC 9112) or is over a limit is answered here, and a service never
 * sees it.
 *
 * Shapes: an http_shared belongs to the run of a service (made in open, freed
 * in close), an http_server to one worker (made in join, freed in leave).
 * Everything but what is said otherwise happens on the worker's own thread and
 * is to be called from there only. Times are monotonic nanoseconds
 * (clock_monotonic) unless they say otherwise.
 *
 *	open	state->http = http_shared_new(&limits);
 *	join	server = http_new(worker, state->http, &handler, state, fault);
 *		worker_set_data(worker, server);
 *	listen	http_listen(server, listener, fault);
 *	unlisten http_unlisten(server, listener);
 *	drain	http_drain(server);
 *	leave	http_free(server);
 *	reload	http_shared_configure(state->http, &limits); and on each worker
 *		http_reconfigured(server);
 *	close	http_shared_free(state->http);
 *
 * Counting is done here: connections, requests, errors, bytes in and out and
 * the latency go to worker_counters. A refused request counts as a request and as
 * an error; so do answers with a status from 500 up, and answers that broke off.
 */

/* ---- Limits ---- */

struct http_limits {
	size_t head_bytes;            /* request line and header lines; else 431 */
	size_t target_bytes;          /* else 414 */
	unsigned headers;             /* lines of a head; else 431 */
	uint64_t body_bytes;          /* content of a request; else 413 */
	unsigned connections;         /* of all workers together; over it: 503 and close */
	unsigned address_connections; /* of one IPv4 address or IPv6 /64: 429; 0: no limit */
	bool loopback_counts;         /* address_connections holds for 127/8 and ::1 too */
	/* Deadlines in milliseconds; 0 turns one off. */
	unsigned head_ms; /* first byte (or accept) to the end of a head: 408 */
	unsigned idle_ms; /* kept alive without a request: closed silently */
	unsigned body_ms; /* brings less content than HTTP_CONTENT_RATE: 408 */
	unsigned send_ms; /* the client takes no byte of the answer: closed */
};

/* Fits a home server. */
#define HTTP_LIMITS_DEFAULT                                                                     \
	{                                                                                       \
		.head_bytes = 8192, .target_bytes = 4096, .headers = 64, .body_bytes = 1 << 20, \
		.connections = 12000, .address_connections = 256, .head_ms = 10000,             \
		.idle_ms = 60000, .body_ms = 20000, .send_ms = 30000                            \
	}
/* Bytes a second: each span of body_ms must bring so much of a request's content,
 * or its end. So content that fits one span has that span in all (10000 bytes
 * in 20 s), and the longest that body_bytes allows ends in about
 * body_bytes / HTTP_CONTENT_RATE seconds. */
#define HTTP_CONTENT_RATE 500
/* A connection costs about 6 KiB of memory, until one of its requests has a head
 * of more than HTTP_SMALL_HEAD_BYTES or HTTP_SMALL_HEAD_LINES header lines, or
 * content that is chunked or more than HTTP_SMALL_CONTENT_BYTES. From that request
 * to its end it costs 64 KiB, since a connection is not moved back. With head_bytes
 * and headers at or below these values no head can ask for that. */
#define HTTP_SMALL_HEAD_BYTES 1536
#define HTTP_SMALL_HEAD_LINES 20
#define HTTP_SMALL_CONTENT_BYTES 16384
/* The most of head_bytes, target_bytes and headers that there is memory for;
 * greater values count as these. */
#define HTTP_HEAD_BYTES_MAX 16384
#define HTTP_HEADERS_MAX 256

/* ---- What a run's workers share: limits, and who holds how many connections ---- */

struct http_shared;

struct http_shared *http_shared_new(const struct http_limits *limits);
/* Any thread. A worker takes them with the next event it handles, or at once with
 * http_reconfigured; a lower limit on connections closes nobody. */
void http_shared_configure(struct http_shared *shared, const struct http_limits *limits);
/* After every http_free. NULL allowed. */
void http_shared_free(struct http_shared *shared);

/* ---- A request, as its handler sees it ---- */

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_TRACE,
	HTTP_CONNECT,
	HTTP_PATCH,
	HTTP_OTHER,
};

struct http_request; /* valid from head (or request) until done returns */

enum http_method http_method(const struct http_request *request);
const char *http_method_text(const struct http_request *request);
const char *http_version(const struct http_request *request); /* "HTTP/1.1" */
/* The request target exactly as it was received, not decoded, with its query;
 * visible ASCII only. NUL-terminated. One of RFC 9112's four forms. */
const char *http_target(const struct http_request *request);
/* The target's path, not decoded: begins with '/', or is "*", or is empty for
 * CONNECT. An absolute-form's scheme and authority are left out. Not
 * NUL-terminated. */
const char *http_path(const struct http_request *request, size_t *length_r);
/* What follows the first '?', or NULL when there is none. Not NUL-terminated. */
const char *http_query(const struct http_request *request, size_t *length_r);
/* The authority asked for: an absolute-form's (RFC 9112 3.2.2), else the Host
 * header's value, valid in form; "" when a 1.0 client gave none. Not
 * NUL-terminated. */
const char *http_host(const struct http_request *request, size_t *length_r);
/* The first header of that name (any case), or NULL. */
const char *http_header(const struct http_request *request, const char *name);
/* How many headers of that name there are. */
unsigned http_header_count(const struct http_request *request, const char *name);
/* Every header line in order; each returns false to end. */
void http_headers(const struct http_request *request,
    bool (*each)(void *arg, const char *name, const char *value), void *arg);
/* What the head announced; 0 without content, -1 when chunked. */
int64_t http_content_length(const struct http_request *request);

const struct sockaddr *http_peer(const struct http_request *request);
/* Numeric, without the port: "192.0.2.1", "2001:db8::1"; a v4-mapped address as IPv4. */
const char *http_peer_text(const struct http_request *request);
int64_t http_arrived(const struct http_request *request);     /* monotonic ns: first byte of it */
int64_t http_arrived_utc(const struct http_request *request); /* µs since 1970 */
/* http_handler.data_size bytes, zeroed when the request began: the handler's. */
void *http_data(struct http_request *request);
struct http_server *http_request_server(const struct http_request *request);
struct worker *http_request_worker(const struct http_request *request);

/* ---- Handler ---- */

struct http_result {
	unsigned status;      /* 0: the client went before it was answered */
	uint64_t bytes;       /* of the answer's content that the kernel took */
	uint64_t duration_us; /* from the first byte of the request */
	bool complete;        /* false: it broke off */
};

/* A request that no handler saw: refused by the gate, late, or over a limit. */
struct http_refusal {
	const char *peer_text;
	unsigned status;
	const char *reason; /* a few words, constant: "two Host headers" */
	/* The request line as far as it is known; raw bytes of the network, at
	 * most 512. "" when nothing of it is known. */
	const char *line;
	size_t line_length;
	/* The first User-Agent's value as received, cut at 255 bytes; NULL: the head
	 * has none, or was refused before the end of that line. */
	const char *user_agent;
	int64_t utc_us;
	uint64_t bytes; /* content of the answer that was written */
};

struct http_handler {
	size_t data_size; /* of http_data; 0: none */
	/* The head is complete and content will follow. http_answer here refuses
	 * that content: the answer is sent and the connection closed. NULL: all
	 * content is let in. Not called for requests without content. */
	void (*head)(void *arg, struct http_request *request);
	/* A part of the content. NULL: it is read and dropped. */
	void (*content)(void *arg, struct http_request *request, const void *bytes, size_t length);
	/* The request is complete: must answer before it returns. */
	void (*request)(void *arg, struct http_request *request);
	/* Once for each request that head or request was called for; request is
	 * invalid afterwards. May be NULL. */
	void (*done)(void *arg, struct http_request *request, const struct http_result *result);
	/* May be NULL. */
	void (*refused)(void *arg, const struct http_refusal *refusal);
};

/* ---- Answers ---- */

/* Answers with response, which stays the caller's (libmicrohttpd counts
 * references): one object may answer any number of requests at the same time,
 * on any worker. For HEAD the content is left out by itself. Date, Content-
 * Length and Connection are added. A second answer to the same request is
 * ignored and gives false. */
bool http_answer(struct http_request *request, unsigned status, struct MHD_Response *response);
/* The same, and destroys response (also when it fails). */
bool http_answer_once(struct http_request *request, unsigned status, struct MHD_Response *response);
/* A response that one worker keeps and answers with again and again. Zeroed but
 * for response; it may be destroyed at any time. */
struct http_kept {
	struct MHD_Response *response; /* without a Date */
	int64_t dated;                 /* s since 1970: what its Date says */
};
/* The same as http_answer, for less: its Date is made once a second instead of
 * for every answer. */
bool http_answer_kept(struct http_request *request, unsigned status, struct http_kept *kept);
/* Before http_answer, when response is made from a descriptor and its content is
 * so many bytes (at least one): head and content then go out together, and the
 * content in big portions, which costs a third less than without. */
void http_from_file(struct http_request *request, uint64_t length);
/* A small page for status, made once for each server and used again. */
bool http_answer_error(struct http_request *request, unsigned status);
/* A new page of that kind, to which the caller may add headers (Allow,
 * Location, Content-Range); http_answer_once takes it. */
struct MHD_Response *http_error_response(unsigned status);
/* The connection ends with this answer, which says `Connection: close`. Before
 * http_answer. */
void http_close_after(struct http_request *request);

const char *http_reason(unsigned status); /* "Not Found"; "Unknown" */
/* RFC 9110 5.6.7 IMF-fixdate, 29 characters. Any thread. */
#define HTTP_DATE_SIZE 30
void http_date(time_t when, char out[HTTP_DATE_SIZE]);

/* ---- A worker's server ---- */

struct http_server;

/* handler and arg are borrowed until http_free. NULL: fault. */
struct http_server *http_new(struct worker *worker, struct http_shared *shared,
    const struct http_handler *handler, void *arg, struct fault *fault);
/* Ends whatever is open. NULL allowed. */
void http_free(struct http_server *server);
/* Accepts on listener, whose data member it uses. A TCP listener. */
bool http_listen(struct http_server *server, struct listener *listener, struct fault *fault);
void http_unlisten(struct http_server *server, struct listener *listener);
/* Requests under way, and those that have arrived in part, are answered with
 * `Connection: close`; connections between two requests are shut, and those
 * without a first one a second later; calls worker_idle when the last is gone (at
 * once when there is none). After http_unlisten. */
void http_drain(struct http_server *server);
/* After http_shared_configure: the limits hold on this worker at once, also for
 * the open connections, whose waits are measured anew from where they began. */
void http_reconfigured(struct http_server *server);
/* From services/service.h's act and list: arg of http_new. */
void *http_server_arg(const struct http_server *server);

/* ---- For tables and commands ---- */

struct http_connection {
	const char *peer_text; /* "192.0.2.1:40000", "[2001:db8::1]:40000" */
	const char *state;     /* "idle", "head", "content", "answer", "closing" */
	int64_t age_ms;        /* since accept */
	int64_t phase_ms;      /* in this state */
	uint64_t requests;     /* begun on it */
	uint64_t bytes_in, bytes_out;
};

/* Calls each for every open connection of this worker; each must not close any. */
void http_connections(struct http_server *server,
    void (*each)(void *arg, const struct http_connection *connection), void *arg);
/* Ends the connections of an address ("192.0.2.1", "2001:db8::1"), or only the
 * one of its port ("192.0.2.1:40000", "[2001:db8::1]:40000"); returns how many.
 * -1: this is no address. */
int http_disconnect(struct http_server *server, const char *address);

#endif
