/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/gate_internal.h"

/*
 * The end of a head, and content: RFC 9112 6 and 7. Content is counted, not
 * looked at; of the chunked coding only the lines between the chunks are.
 */

bool gate_closes(const struct gate *gate)
{
	return gate->close || (gate->minor == 0 && !gate->keep_alive);
}

uint64_t gate_content_taken(const struct gate *gate)
{
	bool under_way = gate->state == S_CONTENT || gate->state == S_CHUNK;
	return gate->content - (under_way ? gate->left : 0);
}

static void request_end(struct gate *gate)
{
	gate->in_content = false;
	gate->state = gate_closes(gate) ? S_CLOSED : S_START;
	gate->part_state = 0;
}

size_t gate_head_lf(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)length;
	if (bytes[0] != '\n')
		return bad(gate, "CR without LF");
	if (gate->trailer) {
		request_end(gate);
		return 1;
	}
	if (gate->minor > 0 && !gate->has_host)
		return bad(gate, "no Host");
	if (gate->chunked) {
		gate->state = S_CHUNK_FIRST;
		gate->in_content = true;
	} else if (gate->left > 0) {
		gate->state = S_CONTENT;
		gate->in_content = true;
		gate->content = gate->left;
	} else {
		request_end(gate);
	}
	return 1;
}

size_t gate_content_bytes(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)bytes;
	size_t n = gate->left < length ? (size_t)gate->left : length;
	gate->left -= n;
	if (gate->left == 0)
		request_end(gate);
	return n;
}

size_t gate_chunk_first(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)length;
	if (byte_hex(bytes[0]) < 0)
		return bad(gate, "bad chunk size");
	gate->part = 0;
	gate->left = 0;
	gate->state = S_CHUNK_SIZE;
	return 0;
}

size_t gate_chunk_size(struct gate *gate, const uint8_t *bytes, size_t length)
{
	size_t n = 0;
	for (; n < length; n++) {
		int digit = byte_hex(bytes[n]);
		if (digit < 0)
			break;
		if (++gate->part > 15) {
			bad(gate, "bad chunk size");
			return n;
		}
		gate->left = gate->left << 4 | (uint64_t)digit;
	}
	if (n == length)
		return n;
	if (bytes[n] == '\r')
		gate->state = S_CHUNK_LF;
	else if (bytes[n] == ';')
		gate->state = S_CHUNK_EXTENSION;
	else {
		bad(gate, "bad chunk size");
		return n;
	}
	return n + 1;
}

size_t gate_chunk_extension(struct gate *gate, const uint8_t *bytes, size_t length)
{
	size_t n = byte_run(bytes, length, BYTE_VALUE);
	if (gate->part + n > GATE_CHUNK_LINE_BYTES) {
		n = GATE_CHUNK_LINE_BYTES - gate->part;
		bad(gate, "chunk extension too long");
		return n;
	}
	gate->part += (uint32_t)n;
	if (n == length)
		return n;
	if (bytes[n] != '\r') {
		bad(gate, bytes[n] == '\n' ? "LF without CR" : "control character");
		return n;
	}
	gate->state = S_CHUNK_LF;
	return n + 1;
}

size_t gate_chunk_lf(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)length;
	if (bytes[0] != '\n')
		return bad(gate, "CR without LF");
	gate->content += gate->left;
	gate->state = S_CHUNK;
	if (gate->left == 0) {
		gate->trailer = true;
		gate->lines = 0;
		gate->head = 0;
		gate->state = S_FIELD;
	}
	return 1;
}

size_t gate_chunk(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)bytes;
	size_t n = gate->left < length ? (size_t)gate->left : length;
	gate->left -= n;
	if (gate->left == 0)
		gate->state = S_CHUNK_CR;
	return n;
}

size_t gate_chunk_cr(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)length;
	if (bytes[0] != '\r')
		return bad(gate, "bad end of a chunk");
	gate->state = S_CHUNK_END_LF;
	return 1;
}

size_t gate_chunk_end_lf(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)length;
	if (bytes[0] != '\n')
		return bad(gate, "CR without LF");
	gate->state = S_CHUNK_FIRST;
	return 1;
}
