/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/gate_internal.h"

/*
 * One small function a state: it takes as many bytes as belong to its state
 * and says which state follows. Long runs (target, header values, content) are
 * taken by tight loops over a table of byte classes or by counting, so that a
 * usual head costs a few steps a header line. gate_feed cuts the bytes a step
 * may see at the next limit, so that a limit is found at the same byte however
 * the bytes arrive.
 */
#define L (BYTE_TOKEN | BYTE_TARGET | BYTE_VALUE | BYTE_HOST | BYTE_LETTER)
#define D (BYTE_TOKEN | BYTE_TARGET | BYTE_VALUE | BYTE_HOST)
#define T (BYTE_TOKEN | BYTE_TARGET | BYTE_VALUE)
#define H (BYTE_TARGET | BYTE_VALUE | BYTE_HOST)
#define V (BYTE_TARGET | BYTE_VALUE)
const uint8_t gate_classes[256] = {
	['\t'] = BYTE_VALUE,
	[' '] = BYTE_VALUE,
	['!'] = D,
	['"'] = V,
	['#'] = BYTE_TOKEN | BYTE_VALUE,
	['$'] = D,
	['%'] = D,
	['&'] = D,
	['\''] = D,
	['('] = H,
	[')'] = H,
	['*'] = D,
	['+'] = D,
	[','] = V,
	['-'] = D,
	['.'] = D,
	['/'] = V,
	['0' ... '9'] = D,
	[':'] = V,
	[';'] = H,
	['<'] = V,
	['='] = H,
	['>'] = V,
	['?'] = V,
	['@'] = V,
	['A' ... 'Z'] = L,
	['['] = V,
	['\\'] = V,
	[']'] = V,
	['^'] = T,
	['_'] = D,
	['`'] = T,
	['a' ... 'z'] = L,
	['{'] = V,
	['|'] = T,
	['}'] = V,
	['~'] = D,
	[0x80 ... 0xff] = BYTE_VALUE,
};
#undef L
#undef D
#undef T
#undef H
#undef V

void gate_reset(struct gate *gate)
{
	memset(gate, 0, sizeof *gate);
}

static size_t closed(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)gate;
	(void)bytes;
	return length;
}

static size_t refused(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)gate;
	(void)bytes;
	(void)length;
	return 0;
}

static gate_step *const steps[] = {
	[S_START] = gate_start,
	[S_START_LF] = gate_start_lf,
	[S_METHOD] = gate_method,
	[S_TARGET] = gate_target,
	[S_TARGET_OTHER] = gate_target_other,
	[S_VERSION] = gate_version,
	[S_LINE_LF] = gate_line_lf,
	[S_FIELD] = gate_field,
	[S_NAME] = gate_name,
	[S_SPACE] = gate_space,
	[S_VALUE] = gate_value,
	[S_LISTED] = gate_listed,
	[S_VALUE_LF] = gate_value_lf,
	[S_HEAD_LF] = gate_head_lf,
	[S_CONTENT] = gate_content_bytes,
	[S_CHUNK_FIRST] = gate_chunk_first,
	[S_CHUNK_SIZE] = gate_chunk_size,
	[S_CHUNK_EXTENSION] = gate_chunk_extension,
	[S_CHUNK_LF] = gate_chunk_lf,
	[S_CHUNK] = gate_chunk,
	[S_CHUNK_CR] = gate_chunk_cr,
	[S_CHUNK_END_LF] = gate_chunk_end_lf,
	[S_CLOSED] = closed,
	[S_REFUSED] = refused,
};

/* How many of length bytes the state may see before a limit of its own; 0: it is
 * refused for one. */
static size_t room(struct gate *gate, const struct gate_limits *limits, size_t length)
{
	if (gate->state == S_NAME && gate->part == 0 && gate->lines >= limits->headers)
		return refuse(gate, 431, "too many header lines");
	if (gate->state != S_TARGET && gate->state != S_TARGET_OTHER)
		return length;
	if (gate->part > limits->target_bytes)
		return refuse(gate, 414, "request target too long");
	/* One byte more, so that the space behind it can be seen. */
	size_t left = limits->target_bytes + 1 - gate->part;
	return length < left ? length : left;
}

/* Takes bytes of a head (or of trailers), until it ends or they do. */
static size_t head(struct gate *gate, const struct gate_limits *limits, const uint8_t *bytes,
    size_t length)
{
	size_t at = 0;
	/* The first step of a request forgets the head before it. */
	if (gate->state == S_START && gate->head > 0 && !gate->part_state)
		gate_reset(gate);
	if (gate->head >= limits->head_bytes)
		return refuse(gate, 431, "head too large");
	if (length > limits->head_bytes - gate->head)
		length = limits->head_bytes - gate->head;
	while (at < length) {
		size_t n = room(gate, limits, length - at);
		if (n == 0)
			break;
		at += steps[gate->state](gate, bytes + at, n);
		if (gate->state >= S_CONTENT || (gate->state == S_START && !gate->part_state))
			break;
	}
	gate->head += (uint32_t)at;
	return at;
}

static enum gate_event event_of(const struct gate *gate, bool in_head, bool in_content)
{
	if (!in_content && gate->in_content)
		return GATE_HEAD;
	if (gate->state == S_START && !gate->part_state)
		return GATE_END;
	if (gate->state == S_CLOSED && (in_content || in_head))
		return GATE_END;
	return GATE_MORE;
}

enum gate_event gate_feed(struct gate *gate, const struct gate_limits *limits, const void *bytes,
    size_t length, size_t *used_r)
{
	const uint8_t *next = bytes;
	const uint8_t *end = next + length;
	enum gate_event event = GATE_MORE;
	while (next < end && event == GATE_MORE && gate->state != S_REFUSED) {
		bool in_content = gate->in_content;
		bool in_head = gate->state < S_CONTENT;
		if (in_head)
			next += head(gate, limits, next, (size_t)(end - next));
		else
			next += steps[gate->state](gate, next, (size_t)(end - next));
		event = event_of(gate, in_head, in_content);
		/* The limit on content holds before the first byte of it is seen. */
		if ((event == GATE_HEAD && gate->left > limits->body_bytes) ||
		    (in_content && gate->chunked && gate->content > limits->body_bytes))
			refuse(gate, 413, "content too large");
	}
	*used_r = (size_t)(next - (const uint8_t *)bytes);
	return gate->state == S_REFUSED ? GATE_REFUSE : event;
}

enum gate_phase gate_phase(const struct gate *gate)
{
	switch (gate->state) {
	case S_START:
		return gate->part_state ? GATE_IN_HEAD : GATE_BETWEEN;
	case S_CLOSED:
	case S_REFUSED:
		return GATE_CLOSED;
	default:
		return gate->in_content ? GATE_IN_CONTENT : GATE_IN_HEAD;
	}
}
