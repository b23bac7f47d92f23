/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/gate_internal.h"

/*
 * The request line, RFC 9112 3. The target of almost every request begins with
 * '/' and is taken in one run; the other three forms go byte by byte.
 */

size_t gate_start(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)length;
	/* RFC 9112 2.2: an empty line before a request is ignored; one of them. */
	if (bytes[0] == '\r' && !gate->part_state) {
		gate->part_state = 1;
		gate->state = S_START_LF;
		return 1;
	}
	if (!byte_is(bytes[0], BYTE_LETTER))
		return bad(gate, "no method");
	gate->part_state = 0;
	gate->state = S_METHOD;
	gate->part = 0;
	return 0;
}

size_t gate_start_lf(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)length;
	if (bytes[0] != '\n')
		return bad(gate, "CR without LF");
	gate->state = S_START;
	return 1;
}

size_t gate_method(struct gate *gate, const uint8_t *bytes, size_t length)
{
	size_t n = byte_run(bytes, length, BYTE_TOKEN);
	for (size_t i = 0; i < n && gate->part + i < 8; i++)
		name_add(gate, bytes[i]);
	if (gate->part + n > GATE_METHOD_BYTES) {
		n = GATE_METHOD_BYTES - gate->part;
		refuse(gate, 501, "method too long");
		return n;
	}
	gate->part += (uint32_t)n;
	if (n == length)
		return n;
	if (bytes[n] != ' ') {
		bad(gate, "bad method");
		return n;
	}
	/* "OPTIONS" and "CONNECT" have target forms of their own. */
	gate->options = NAME_IS(gate, "options");
	gate->connect = NAME_IS(gate, "connect");
	gate->name_length = 0;
	gate->part = 0;
	gate->state = S_TARGET;
	return n + 1;
}

bool gate_authority(struct gate *gate, uint8_t byte)
{
	switch (gate->part_state) {
	case A_START:
		gate->part_state = byte == '[' ? A_BRACKET : A_NAME;
		gate->name_length = 0;
		return byte == '[' || byte_is(byte, BYTE_HOST);
	case A_NAME:
		if (byte == ':')
			break;
		return byte_is(byte, BYTE_HOST);
	case A_BRACKET:
		if (byte == ']') {
			gate->part_state = A_BRACKET_END;
			return gate->name_length >= 2;
		}
		name_add(gate, byte);
		return byte_hex(byte) >= 0 || byte == ':' || byte == '.';
	case A_BRACKET_END:
		if (byte != ':')
			return false;
		break;
	case A_PORT:
		return byte >= '0' && byte <= '9' && ++gate->name_length <= 5;
	default:
		return false;
	}
	gate->part_state = A_PORT;
	gate->name_length = 0;
	return true;
}

bool gate_authority_complete(const struct gate *gate)
{
	return gate->part_state == A_NAME || gate->part_state == A_BRACKET_END ||
	    gate->part_state == A_PORT || gate->part_state == A_SPACE;
}

size_t gate_target(struct gate *gate, const uint8_t *bytes, size_t length)
{
	if (gate->part == 0 && bytes[0] != '/') {
		gate->state = S_TARGET_OTHER;
		gate->part_state = A_START;
		return 0;
	}
	size_t n = byte_run(bytes, length, BYTE_TARGET);
	gate->part += (uint32_t)n;
	if (n == length)
		return n;
	if (bytes[n] != ' ' || gate->connect) {
		bad(gate, "bad request target");
		return n;
	}
	gate->part = 0;
	gate->state = S_VERSION;
	return n + 1;
}

static size_t target_end(struct gate *gate)
{
	bool star = gate->part == 1 && gate->name_length == 1 && gate->name[0] == '*';
	bool good;
	if (star)
		good = gate->options;
	else if (gate->connect)
		good = gate->part_state == A_PORT && gate->name_length > 0;
	else
		good = gate_authority_complete(gate);
	if (!good && !(star && !gate->connect))
		return bad(gate, "bad request target");
	/* "PRI * HTTP/2.0" shall hear about its version, not its target. */
	gate->stray_star = !good;
	gate->part_state = 0;
	gate->name_length = 0;
	gate->part = 0;
	gate->state = S_VERSION;
	return 1;
}

/* "*", authority-form and absolute-form: rare, so byte by byte. field counts
 * the scheme: 0 within it, 1 in the authority, 2 behind it. */
size_t gate_target_other(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)length;
	static const char http[] = "http://", https[] = "https://";
	uint8_t byte = bytes[0];
	if (byte == ' ' && gate->part > 0)
		return target_end(gate);
	if (!byte_is(byte, BYTE_TARGET))
		return bad(gate, "bad request target");
	gate->part++;
	if (gate->connect)
		return gate_authority(gate, byte) ? 1 : bad(gate, "bad request target");
	if (gate->field == 0) {
		size_t i = gate->name_length;
		name_add(gate, byte);
		if (i == 0 && byte == '*')
			return 1;
		bool one = i < 7 && memcmp(gate->name, http, i + 1) == 0;
		bool two = i < 8 && memcmp(gate->name, https, i + 1) == 0;
		if (!one && !two)
			return bad(gate, "bad request target");
		gate->field = (one && i == 6) || (two && i == 7);
		return 1;
	}
	if (gate->field == 2)
		return 1;
	if ((byte == '/' || byte == '?') && gate_authority_complete(gate)) {
		gate->field = 2;
		return 1;
	}
	return gate_authority(gate, byte) ? 1 : bad(gate, "bad request target");
}

size_t gate_version(struct gate *gate, const uint8_t *bytes, size_t length)
{
	static const char form[] = "HTTP/d.d\r";
	size_t n = 0;
	for (; n < length && gate->part < sizeof form - 1; n++, gate->part++) {
		uint8_t byte = bytes[n];
		if (form[gate->part] == 'd' ? byte < '0' || byte > '9' :
					      byte != (uint8_t)form[gate->part]) {
			bad(gate, "bad version");
			return n;
		}
		if (gate->part == 5)
			gate->field = (uint8_t)(byte - '0');
		if (gate->part == 7)
			gate->minor = (uint8_t)(byte - '0');
	}
	if (gate->part < sizeof form - 1)
		return n;
	/* RFC 9110 2.5: a higher minor version is taken as 1.1; libmicrohttpd does so too. */
	if (gate->field != 1)
		refuse(gate, 505, "unsupported version");
	else if (gate->stray_star)
		bad(gate, "bad request target");
	else
		gate->state = S_LINE_LF;
	if (gate->state == S_REFUSED)
		n--;
	return n;
}

size_t gate_line_lf(struct gate *gate, const uint8_t *bytes, size_t length)
{
	(void)length;
	if (bytes[0] != '\n')
		return bad(gate, "CR without LF");
	gate->state = S_FIELD;
	return 1;
}
