/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_GATE_INTERNAL_H
#define HOST_GATE_INTERNAL_H

#include <string.h>

#include "host/gate.h"

/*
 * What gate.c (the loop), gate_line.c, gate_field.c and gate_content.c (the
 * steps) share. A step takes bytes of its state, at least one is there, and
 * returns how many it took; 0 when it only changed the state or refused.
 */
enum gate_state {
	/* Within the head's limit. */
	S_START,
	S_START_LF,
	S_METHOD,
	S_TARGET,
	S_TARGET_OTHER,
	S_VERSION,
	S_LINE_LF,
	S_FIELD,
	S_NAME,
	S_SPACE,
	S_VALUE,
	S_LISTED,
	S_VALUE_LF,
	S_HEAD_LF,
	/* Outside it. */
	S_CONTENT,
	S_CHUNK_FIRST,
	S_CHUNK_SIZE,
	S_CHUNK_EXTENSION,
	S_CHUNK_LF,
	S_CHUNK,
	S_CHUNK_CR,
	S_CHUNK_END_LF,
	S_CLOSED,
	S_REFUSED,
};

/* Header fields that decide about the framing. */
enum gate_field_kind {
	F_OTHER,
	F_HOST,
	F_LENGTH,
	F_CODING,
	F_EXPECT,
	F_CONNECTION,
};

/* Byte classes. */
enum {
	BYTE_TOKEN = 1,  /* RFC 9110 5.6.2 tchar */
	BYTE_TARGET = 2, /* VCHAR without '#' */
	BYTE_VALUE = 4,  /* VCHAR, SP, HTAB, obs-text */
	BYTE_HOST = 8,   /* of a reg-name or IPv4 address, RFC 3986 3.2.2; no comma */
	BYTE_LETTER = 16,
};
extern const uint8_t gate_classes[256];

static inline bool byte_is(uint8_t byte, uint8_t class)
{
	return (gate_classes[byte] & class) != 0;
}

/* How many bytes at the beginning are of the class. */
static inline size_t byte_run(const uint8_t *bytes, size_t length, uint8_t class)
{
	size_t i = 0;
	while (i < length && byte_is(bytes[i], class))
		i++;
	return i;
}

/* -1: no hexadecimal digit. */
static inline int byte_hex(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static inline size_t refuse(struct gate *gate, uint16_t status, const char *reason)
{
	gate->state = S_REFUSED;
	gate->status = status;
	gate->reason = reason;
	return 0;
}

static inline size_t bad(struct gate *gate, const char *reason)
{
	return refuse(gate, 400, reason);
}

/* Keeps the beginning of a name or token in lower case; one that does not fit
 * is none of those that are looked for. */
static inline void name_add(struct gate *gate, uint8_t byte)
{
	if (gate->name_length < sizeof gate->name)
		gate->name[gate->name_length++] =
		    (char)(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
}

static inline bool name_is(const struct gate *gate, const char *text, size_t length)
{
	return gate->name_length == length && memcmp(gate->name, text, length) == 0;
}
#define NAME_IS(gate, text) name_is(gate, text, sizeof(text) - 1)

/* The authority of Host, absolute-form and CONNECT, a byte at a time in
 * part_state. RFC 3986 3.2.2, 3.2.3. */
enum { A_START, A_NAME, A_BRACKET, A_BRACKET_END, A_PORT, A_SPACE };
bool gate_authority(struct gate *gate, uint8_t byte);
bool gate_authority_complete(const struct gate *gate);

typedef size_t gate_step(struct gate *gate, const uint8_t *bytes, size_t length);
gate_step gate_start, gate_start_lf, gate_method, gate_target, gate_target_other, gate_version,
    gate_line_lf;
gate_step gate_field, gate_name, gate_space, gate_value, gate_listed, gate_value_lf;
gate_step gate_head_lf, gate_content_bytes, gate_chunk_first, gate_chunk_size, gate_chunk_extension,
    gate_chunk_lf, gate_chunk, gate_chunk_cr, gate_chunk_end_lf;

#endif
