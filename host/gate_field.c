/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/gate_internal.h"

/*
 * Header lines, RFC 9112 5. The value of a header that says nothing about the
 * framing is taken in one run; five are looked at byte by byte.
 */

size_t gate_field(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)length;
	gate->name_length = 0;
	gate->part = 0;
	if (bytes[0] == '\r') {
		gate->state = S_HEAD_LF;
		return 1;
	}
	if (bytes[0] == ' ' || bytes[0] == '\t')
		return bad(gate, "folded header line");
	if (!byte_is(bytes[0], BYTE_TOKEN))
		return bad(gate, "bad header name");
	gate->state = S_NAME;
	/* Most names begin with none of the letters that matter. */
	uint8_t letter = bytes[0] | 0x20;
	gate->field = letter == 'h' || letter == 'c' || letter == 't' || letter == 'e';
	return 0;
}

static enum gate_field_kind field_known(struct gate *gate)
{
	switch (gate->name_length) {
	case 4:
		return NAME_IS(gate, "host") ? F_HOST : F_OTHER;
	case 6:
		if (NAME_IS(gate, "cookie"))
			gate->has_cookie = true;
		return NAME_IS(gate, "expect") ? F_EXPECT : F_OTHER;
	case 10:
		return NAME_IS(gate, "connection") ? F_CONNECTION : F_OTHER;
	case 14:
		return NAME_IS(gate, "content-length") ? F_LENGTH : F_OTHER;
	case 17:
		return NAME_IS(gate, "transfer-encoding") ? F_CODING : F_OTHER;
	default:
		return F_OTHER;
	}
}

static size_t field_begin(struct gate *gate)
{
	gate->field = (uint8_t)field_known(gate);
	gate->name_length = 0;
	gate->part = 0;
	gate->part_state = 0;
	gate->state = S_SPACE;
	if (gate->trailer && gate->field != F_OTHER)
		return bad(gate, "framing in a trailer");
	switch (gate->field) {
	case F_HOST:
		if (gate->has_host)
			return bad(gate, "two Host headers");
		gate->has_host = true;
		break;
	case F_LENGTH:
		if (gate->has_length)
			return bad(gate, "two Content-Length headers");
		gate->has_length = true;
		gate->left = 0;
		break;
	case F_CODING:
		if (gate->has_coding)
			return bad(gate, "two Transfer-Encoding headers");
		if (gate->minor == 0)
			return bad(gate, "Transfer-Encoding in HTTP/1.0");
		gate->has_coding = true;
		break;
	default:
		break;
	}
	if (gate->has_length && gate->has_coding)
		return bad(gate, "Content-Length and Transfer-Encoding");
	return 1;
}

size_t gate_name(struct gate *gate, const uint8_t *bytes, size_t length)
{
	size_t n = byte_run(bytes, length, BYTE_TOKEN);
	if (gate->field != 0) {
		for (size_t i = 0; i < n && gate->name_length < sizeof gate->name; i++)
			name_add(gate, bytes[i]);
	}
	gate->part += (uint32_t)n;
	if (n == length)
		return n;
	if (bytes[n] != ':') {
		bad(gate,
		    bytes[n] == ' ' || bytes[n] == '\t' ? "space before the colon" :
							  "bad header name");
		return n;
	}
	return n + field_begin(gate);
}

size_t gate_space(struct gate *gate, const uint8_t *bytes, size_t length)
{
	size_t n = 0;
	while (n < length && (bytes[n] == ' ' || bytes[n] == '\t'))
		n++;
	if (n < length)
		gate->state = gate->field == F_OTHER ? S_VALUE : S_LISTED;
	return n;
}

/* How many bytes at the beginning are plain, looked at eight at a time: neither
 * control characters nor DEL; the rest is byte_run's. */
static size_t plain_run(const uint8_t *bytes, size_t length)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;
	size_t n = 0;
	for (; length - n >= 8; n += 8) {
		uint64_t word;
		memcpy(&word, bytes + n, sizeof word);
		uint64_t control = (word - ones * 0x20) & ~word;
		uint64_t other = word ^ ones * 0x7f;
		uint64_t delete = (other - ones) & ~other;
		if (((control | delete) & highs) != 0)
			break;
	}
	return n;
}

size_t gate_value(struct gate *gate, const uint8_t *bytes, size_t length)
{
	size_t n = plain_run(bytes, length);
	n += byte_run(bytes + n, length - n, BYTE_VALUE);
	if (n == length)
		return n;
	if (bytes[n] != '\r') {
		bad(gate, bytes[n] == '\n' ? "LF without CR" : "control character");
		return n;
	}
	gate->state = S_VALUE_LF;
	return n + 1;
}

static bool length_byte(struct gate *gate, uint8_t byte)
{
	/* 18 digits cannot overflow; a longer number is over any limit. */
	if (byte < '0' || byte > '9' || ++gate->name_length > 18)
		return false;
	gate->left = gate->left * 10 + (uint64_t)(byte - '0');
	return true;
}

/* A member of a Connection, Expect or Transfer-Encoding list has ended. */
static void listed_end(struct gate *gate)
{
	if (gate->field == F_CONNECTION) {
		gate->close = gate->close || NAME_IS(gate, "close");
		gate->keep_alive = gate->keep_alive || NAME_IS(gate, "keep-alive");
	} else if (gate->field == F_CODING) {
		/* part counts the members; chunked tells of the last. */
		gate->chunked = NAME_IS(gate, "chunked");
		gate->part++;
	}
	gate->name_length = 0;
}

/* One byte of such a list. part_state: 0 before a member, 1 in it, 2 behind. */
static void listed_byte(struct gate *gate, uint8_t byte)
{
	bool blank = byte == ' ' || byte == '\t';
	if (byte == ',' && gate->field != F_EXPECT) {
		listed_end(gate);
		gate->part_state = 0;
	} else if (blank && gate->part_state == 0) {
		return;
	} else if (blank) {
		gate->part_state = 2;
		/* What parses Transfer-Encoding next knows no space behind. */
		if (gate->field == F_CODING)
			gate->name_length = sizeof gate->name;
	} else {
		if (gate->part_state == 2)
			gate->name_length = sizeof gate->name;
		gate->part_state = 1;
		name_add(gate, byte);
	}
}

static bool host_byte(struct gate *gate, uint8_t byte)
{
	if (byte == ' ' || byte == '\t') {
		if (!gate_authority_complete(gate))
			return false;
		gate->part_state = A_SPACE;
		return true;
	}
	return gate_authority(gate, byte);
}

static size_t listed_last(struct gate *gate)
{
	switch (gate->field) {
	case F_HOST:
		if (!gate_authority_complete(gate))
			return bad(gate, "bad Host");
		break;
	case F_LENGTH:
		if (gate->name_length == 0)
			return bad(gate, "bad Content-Length");
		break;
	case F_EXPECT:
		if (!NAME_IS(gate, "100-continue"))
			return refuse(gate, 417, "unknown expectation");
		break;
	case F_CODING:
		listed_end(gate);
		/* RFC 9112 6.3: chunked must come last; 6.1: what is unknown, 501. */
		if (!gate->chunked)
			return bad(gate, "bad Transfer-Encoding");
		if (gate->part > 1)
			return refuse(gate, 501, "unknown transfer coding");
		break;
	default:
		listed_end(gate);
		break;
	}
	gate->state = S_VALUE_LF;
	return 1;
}

size_t gate_listed(struct gate *gate, const uint8_t *bytes, size_t length)
{
	for (size_t n = 0; n < length; n++) {
		if (gate->field == F_HOST && gate->part_state == A_NAME) {
			n += byte_run(bytes + n, length - n, BYTE_HOST);
			if (n == length)
				break;
		}
		uint8_t byte = bytes[n];
		if (byte == '\r')
			return n + listed_last(gate);
		if (!byte_is(byte, BYTE_VALUE)) {
			bad(gate, byte == '\n' ? "LF without CR" : "control character");
			return n;
		}
		if (gate->field == F_HOST ? !host_byte(gate, byte) :
					    gate->field == F_LENGTH && !length_byte(gate, byte)) {
			bad(gate, gate->field == F_HOST ? "bad Host" : "bad Content-Length");
			return n;
		}
		if (gate->field > F_LENGTH)
			listed_byte(gate, byte);
	}
	return length;
}

size_t gate_value_lf(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)length;
	if (bytes[0] != '\n')
		return bad(gate, "CR without LF");
	gate->lines++;
	gate->state = S_FIELD;
	return 1;
}
