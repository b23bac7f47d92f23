/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_GATE_H
#define HOST_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The request gate: follows the bytes of one HTTP/1 connection, request after
 * request, and refuses what is not well-formed by RFC 9112 and RFC 9110, or is
 * over a limit, before anything else parses it. Stricter than the RFCs where
 * leniency has been used for smuggling: line ends are CRLF only, one Host, one
 * Content-Length of digits only, Transfer-Encoding "chunked" only, no
 * whitespace behind those two or around a chunk's size.
 *
 * A pure state machine: no sockets, no allocation, no time. Bytes may come in
 * any portions; the outcome is the same. One gate belongs to one connection.
 */
struct gate_limits {
	size_t head_bytes;   /* request line, header lines and the empty line: 431 */
	size_t target_bytes; /* 414 */
	unsigned headers;    /* 431; also for trailer lines */
	uint64_t body_bytes; /* decoded content: 413 */
};

#define GATE_METHOD_BYTES 24      /* a longer one is nobody's: 501 (RFC 9112 3) */
#define GATE_CHUNK_LINE_BYTES 128 /* chunk size and extensions: 400 */

enum gate_event {
	GATE_MORE,   /* all bytes were taken, the request goes on */
	GATE_HEAD,   /* a head ended here, and content follows */
	GATE_END,    /* a request ended here */
	GATE_REFUSE, /* status and reason say why; nothing more is taken */
};

enum gate_phase {
	GATE_BETWEEN, /* no byte of a request has come */
	GATE_IN_HEAD,
	GATE_IN_CONTENT, /* or in trailers */
	GATE_CLOSED,     /* the last request ended the connection, or it was refused */
};

struct gate {
	uint8_t state, field, minor;
	bool in_content;                   /* a head has ended, its request has not */
	bool options, connect, stray_star; /* of the request line */
	bool trailer, chunked, has_length, has_host, has_coding, has_cookie;
	bool close, keep_alive; /* of the Connection header */
	uint8_t part_state;
	uint8_t name_length;
	char name[20]; /* the header name or list token at hand, in lower case */
	uint32_t part; /* bytes of the element at hand */
	uint32_t head; /* bytes of the head so far */
	uint32_t lines;
	uint64_t left;      /* content still to come, of the length or the chunk */
	uint64_t content;   /* of this request, announced so far: by length or chunks */
	uint16_t status;    /* GATE_REFUSE: 400, 413, 414, 417, 431, 501, 505 */
	const char *reason; /* a constant: "two Host headers" */
};

void gate_reset(struct gate *gate); /* a new connection */

/* Takes bytes until something is to be told; *used_r says how many were taken.
 * limits may change between calls. After GATE_HEAD and GATE_END call again
 * with the rest. After GATE_REFUSE nothing more is taken: the bytes since the
 * last GATE_END belong to the refused request. */
enum gate_event gate_feed(struct gate *gate, const struct gate_limits *limits, const void *bytes,
    size_t length, size_t *used_r);

enum gate_phase gate_phase(const struct gate *gate);

/* After GATE_HEAD, or a GATE_END without one: bytes and header lines of the head
 * that has just ended, and the content announced (0 none, -1 chunked). */
static inline size_t gate_head_bytes(const struct gate *gate)
{
	return gate->head;
}
static inline unsigned gate_head_lines(const struct gate *gate)
{
	return gate->lines;
}
static inline int64_t gate_content(const struct gate *gate)
{
	return gate->chunked ? -1 : (int64_t)gate->left;
}
/* Bytes of the request's content that came so far, without the chunked coding. */
uint64_t gate_content_taken(const struct gate *gate);
/* This request ends the connection: Connection: close, or HTTP/1.0 without
 * keep-alive. Bytes after it are nobody's. */
bool gate_closes(const struct gate *gate);

#endif
