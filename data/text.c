/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cleaning, and numbers with units. Nothing here asks the locale: a byte means
 * the same on every machine, and a decimal point is a point.
 */
#include "data/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ONE_K INT64_C(1024)

/* ---- Cleaning ---- */

/* The bytes of the well-formed character at in (RFC 3629: no overlong forms, no
 * surrogates, nothing over U+10FFFF) and its code point; 0 when there is none. */
static size_t text_decode(const unsigned char *in, size_t length, uint32_t *code_r)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};

	for (size_t more = 0; more < 4; more++) {
		if ((in[0] & forms[more].mask) != forms[more].lead)
			continue;
		if (length < more + 1)
			return 0;
		uint32_t code = in[0] & (unsigned char)~forms[more].mask;
		for (size_t i = 1; i <= more; i++) {
			if ((in[i] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (in[i] & 0x3f);
		}
		if (code < forms[more].least || code > 0x10ffff ||
		    (code >= 0xd800 && code <= 0xdfff))
			return 0;
		*code_r = code;
		return more + 1;
	}
	return 0;
}

static bool text_harmful(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x61c || code == 0x200e ||
	    code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069);
}

size_t text_clean(char *out, size_t size, const char *in, size_t length)
{
	const unsigned char *from = (const unsigned char *)in;
	size_t at = 0, written = 0;

	if (!size)
		return 0;
	while (at < length && written < size - 1) {
		uint32_t code = from[at];
		if (code >= 0x20 && code < 0x7f) {
			out[written++] = in[at++];
			continue;
		}
		size_t bytes = text_decode(from + at, length - at, &code);
		if (bytes == 0 || text_harmful(code)) {
			out[written++] = code == '\n' || code == '\t' ? ' ' : '?';
			at += bytes ? bytes : 1;
			continue;
		}
		if (bytes > size - 1 - written)
			break;
		memcpy(out + written, in + at, bytes);
		written += bytes;
		at += bytes;
	}
	out[written] = '\0';
	return written;
}

bool text_format(char *out, size_t size, const char *format, ...)
{
	va_list list;

	if (!size)
		return false;
	va_start(list, format);
	int length = vsnprintf(out, size, format, list);
	va_end(list);
	if (length < 0)
		*out = '\0';
	return length >= 0 && (size_t)length < size;
}

bool text_quote(const char *text, char *out, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+=:,@%";
	size_t used = 0;

	if (*text != '\0' && text[strspn(text, plain)] == '\0')
		return text_format(out, size, "%s", text);
	if (!text_format(out, size, "'"))
		return false;
	for (used = 1; *text != '\0'; text++) {
		if (!text_format(out + used, size - used, "%.*s", *text == '\'' ? 4 : 1,
			*text == '\'' ? "'\\''" : text))
			return false;
		used += strlen(out + used);
	}
	return text_format(out + used, size - used, "'");
}

/* ---- Numbers in ---- */

struct text_unit {
	const char *name; /* NULL ends a list */
	int64_t worth;
};

/* DIGITS[.DIGITS]UNIT, at most six digits behind the point. */
static bool text_number(const char *text, const struct text_unit *units, int64_t *value_r)
{
	int64_t whole = 0, part = 0, scale = 1;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, *at - '0', &whole))
			return false;
	if (at == text)
		return false;
	bool fraction = *at == '.';
	if (fraction) {
		const char *first = ++at;
		for (; *at >= '0' && *at <= '9'; at++) {
			if (at - first >= 6)
				return false;
			part = part * 10 + (*at - '0');
			scale *= 10;
		}
		if (at == first)
			return false;
	}
	for (; units->name; units++)
		if (strcmp(at, units->name) == 0)
			break;
	/* Half a byte and half a millisecond are mistakes. */
	if (!units->name || (fraction && units->worth == 1))
		return false;
	return !__builtin_mul_overflow(whole, units->worth, &whole) &&
	    !__builtin_add_overflow(whole, part * units->worth / scale, value_r);
}

bool text_size(const char *text, int64_t *bytes_r)
{
	static const struct text_unit units[] = {
		{ "", 1 },
		{ "K", ONE_K },
		{ "k", ONE_K },
		{ "M", ONE_K * ONE_K },
		{ "m", ONE_K * ONE_K },
		{ "G", ONE_K * ONE_K * ONE_K },
		{ "g", ONE_K * ONE_K * ONE_K },
		{ "T", ONE_K * ONE_K * ONE_K * ONE_K },
		{ "t", ONE_K * ONE_K * ONE_K * ONE_K },
		{ NULL, 0 },
	};

	return text_number(text, units, bytes_r);
}

bool text_duration(const char *text, int64_t *ms_r)
{
	static const struct text_unit units[] = {
		{ "ms", 1 },
		{ "", 1000 },
		{ "s", 1000 },
		{ "m", 60 * 1000 },
		{ "h", 3600 * 1000 },
		{ "d", 86400 * 1000 },
		{ NULL, 0 },
	};

	return text_number(text, units, ms_r);
}

bool text_integer(const char *text, int64_t *value_r)
{
	bool negative = *text == '-';
	const char *at = text + negative;
	int64_t value = 0;

	if (!*at)
		return false;
	/* Counted downwards, where there is room for INT64_MIN. */
	for (; *at; at++)
		if (*at < '0' || *at > '9' || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, *at - '0', &value))
			return false;
	if (!negative && __builtin_sub_overflow(0, value, &value))
		return false;
	*value_r = value;
	return true;
}

/* ---- Numbers out ---- */

/* Two digits at least: "8.0K", "12K". No %f, which asks the locale. */
static void text_show(char *out, size_t size, const char *sign, double value, const char *unit)
{
	int tenths = (int)(value * 10 + 0.5);

	if (tenths < 100)
		text_format(out, size, "%s%d.%d%s", sign, tenths / 10, tenths % 10, unit);
	else
		text_format(out, size, "%s%d%s", sign, (int)(value + 0.5), unit);
}

void text_show_bytes(int64_t bytes, char *out, size_t size)
{
	static const char *const units[] = { "K", "M", "G", "T", "P", "E" };
	const char *sign = bytes < 0 ? "-" : "";
	uint64_t left = bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes;

	if (left < 1024) {
		text_format(out, size, "%s%d", sign, (int)left);
		return;
	}
	double value = (double)left / 1024;
	size_t unit = 0;
	/* What would be rounded to 1024 is 1.0 of the next unit. */
	while (value >= 1023.5) {
		value /= 1024;
		unit++;
	}
	text_show(out, size, sign, value, units[unit]);
}

void text_show_duration(int64_t seconds, char *out, size_t size)
{
	if (seconds < 0)
		seconds = 0;
	if (seconds < 60)
		text_format(out, size, "%ds", (int)seconds);
	else if (seconds < 3600)
		text_format(out, size, "%dm", (int)(seconds / 60));
	else if (seconds < 86400)
		text_format(out, size, "%dh%02dm", (int)(seconds / 3600), (int)(seconds / 60 % 60));
	else
		text_format(out, size, "%lldd", (long long)(seconds / 86400));
}

void text_show_latency(int64_t us, char *out, size_t size)
{
	if (us < 0)
		us = 0;
	if (us < 1000)
		text_format(out, size, "%dus", (int)us);
	else if (us < 999500)
		text_show(out, size, "", (double)us / 1e3, "ms");
	else if (us < INT64_C(1000000000000))
		text_show(out, size, "", (double)us / 1e6, "s");
	else
		text_format(out, size, "%lldd", (long long)(us / INT64_C(86400000000)));
}

/* ---- Near words ---- */

#define NEAR_LENGTH 64

/* Edit distance with swapped neighbours counting one (optimal string
 * alignment); words too long to be meant are far away. */
static size_t text_distance(const char *a, const char *b)
{
	size_t rows[3][NEAR_LENGTH + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	size_t m = strlen(a), n = strlen(b);

	if (m > NEAR_LENGTH || n > NEAR_LENGTH)
		return NEAR_LENGTH;
	for (size_t j = 0; j <= n; j++)
		last[j] = j;
	for (size_t i = 1; i <= m; i++) {
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		size_t *free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	return last[n];
}

const char *text_nearest(const char *word, const char *const *candidates)
{
	/* Two edits make a short word out of any other. */
	size_t limit = strlen(word) < 5 ? 1 : 2, best = limit + 1;
	const char *nearest = NULL;

	for (; *candidates; candidates++) {
		size_t distance = text_distance(word, *candidates);
		if (distance < best) {
			best = distance;
			nearest = *candidates;
		}
	}
	return nearest;
}
