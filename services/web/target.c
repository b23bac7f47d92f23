/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over the raw bytes, segment by segment: each segment is decoded
 * into the outcome and judged there, so that what is judged is what will be
 * opened. Nothing is decoded twice and nothing is normalised away: a path
 * that needs ".." to be resolved is refused, which leaves no second reading of
 * it. Backslashes and bytes from 0x80 on are ordinary bytes of a name.
 */
#include "services/web/target.h"

#include <string.h>

#include "services/web/letters.h"

/* What no path on the wire may hold; a query or a fragment is none of it. */
static bool has_strangers(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c <= ' ' || c == 0x7f || c == '#' || c == '?')
			return true;
	}
	return false;
}

/* Overlong UTF-8 or a second layer of percent-encoding: nobody writes a link
 * like that by accident. */
static bool looks_odd(const unsigned char *name, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned next = i + 1 < length ? name[i + 1] : 0;
		if (name[i] == 0xc0 || name[i] == 0xc1 || name[i] >= 0xf8)
			return true;
		if (name[i] == 0xe0 && next >= 0x80 && next < 0xa0)
			return true;
		if (name[i] == 0xf0 && next >= 0x80 && next < 0x90)
			return true;
		if (name[i] == '\\')
			return true;
		if (name[i] == '%' &&
		    (hex_digit((unsigned char)next) >= 0 || next == 'u' || next == '%'))
			return true;
	}
	return false;
}

/* A whole segment, decoded, at path[begin..length). The first one of a path may
 * be ".well-known". */
static int judge_segment(struct target *target, size_t begin)
{
	const char *name = target->path + begin;
	size_t length = target->length - begin;
	if (length == 0) {
		target->odd = true;
		return 404;
	}
	if (looks_odd((const unsigned char *)name, length))
		target->odd = true;
	if (name[0] != '.')
		return 0;
	if (length == 1 || (length == 2 && name[1] == '.'))
		return 400;
	if (begin == 0 && length == 11 && memcmp(name, ".well-known", 11) == 0)
		return 0;
	if (name[1] == '.')
		target->odd = true;
	return 404;
}

/* The byte at raw[*at], decoded; -1: a bad escape or one that no name may hold. */
static int decode_byte(const char *raw, size_t length, size_t *at)
{
	unsigned char c = (unsigned char)raw[(*at)++];
	if (c != '%')
		return c;
	if (length - *at < 2)
		return -1;
	int high = hex_digit((unsigned char)raw[*at]);
	int low = hex_digit((unsigned char)raw[*at + 1]);
	if (high < 0 || low < 0)
		return -1;
	*at += 2;
	int byte = high << 4 | low;
	return byte < ' ' || byte == 0x7f ? -1 : byte;
}

/* An answer that is more telling wins: a way out of the root (400) over a name
 * that is not served (404), whichever segment comes first. */
static int worse(int status, int other)
{
	if (status == 400 || other == 400)
		return 400;
	return status != 0 ? status : other;
}

static int decode_path(const char *raw, size_t length, struct target *target)
{
	size_t at = 1, begin = 0;
	int status = 0;

	while (at < length) {
		bool escaped = raw[at] == '%';
		int byte = decode_byte(raw, length, &at);
		if (byte < 0)
			return 400;
		if (target->length + 1 >= sizeof(target->path))
			return 414;
		if (byte != '/') {
			target->path[target->length++] = (char)byte;
			continue;
		}
		/* No name holds a slash; it ends the segment all the same, so
		 * that "..%2f" is seen for what it is. */
		if (escaped) {
			target->odd = true;
			status = worse(status, 404);
		}
		status = worse(status, judge_segment(target, begin));
		target->path[target->length++] = '/';
		begin = target->length;
	}
	target->folder = target->length == begin;
	if (!target->folder)
		status = worse(status, judge_segment(target, begin));
	else if (begin > 0)
		target->length--;
	target->path[target->length] = '\0';
	return status;
}

int target_parse(const char *raw, size_t length, struct target *target_r)
{
	target_r->length = 0;
	target_r->path[0] = '\0';
	target_r->folder = target_r->odd = false;
	if (length == 0 || raw[0] != '/' || has_strangers(raw, length))
		return 400;
	return decode_path(raw, length, target_r);
}

size_t target_key(const struct target *target, char out[TARGET_PATH + 2])
{
	size_t length = 1;
	out[0] = '/';
	memcpy(out + 1, target->path, target->length);
	length += target->length;
	if (target->folder && target->length > 0)
		out[length++] = '/';
	return length;
}
