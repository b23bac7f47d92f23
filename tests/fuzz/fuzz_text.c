/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text_clean: whatever comes in, what goes out is UTF-8 without control
 * characters, not longer, and clean already. The first byte is the size of the
 * block that it is written to.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool truth)
{
	if (!truth)
		abort();
}

/* Written apart from text_clean on purpose: a decoder that knows the ranges of
 * RFC 3629, section 4, and nothing else. */
static size_t character(const unsigned char *at, size_t left, uint32_t *code)
{
	static const struct {
		unsigned char first, last, low, high;
		size_t more;
	} forms[] = {
		{ 0x00, 0x7f, 0, 0, 0 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 1 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 2 },
		{ 0xe1, 0xec, 0x80, 0xbf, 2 },
		{ 0xed, 0xed, 0x80, 0x9f, 2 },
		{ 0xee, 0xef, 0x80, 0xbf, 2 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 3 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 3 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 3 },
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (*at < forms[i].first || *at > forms[i].last)
			continue;
		need(left > forms[i].more);
		need(!forms[i].more || (at[1] >= forms[i].low && at[1] <= forms[i].high));
		*code = *at & (forms[i].more ? 0x3fU >> forms[i].more : 0x7fU);
		for (size_t n = 1; n <= forms[i].more; n++) {
			need((at[n] & 0xc0) == 0x80);
			*code = *code << 6 | (at[n] & 0x3f);
		}
		return forms[i].more + 1;
	}
	abort();
}

static void need_clean(const char *text, size_t length)
{
	for (size_t i = 0; i < length;) {
		uint32_t code;
		i += character((const unsigned char *)text + i, length - i, &code);
		need(code >= 0x20 && (code < 0x7f || code > 0x9f));
		need(code != 0x61c && code != 0x200e && code != 0x200f);
		need((code < 0x202a || code > 0x202e) && (code < 0x2066 || code > 0x2069));
	}
}

static void try_numbers(const char *text)
{
	int64_t value = 0;
	char out[16];

	if (text_size(text, &value))
		need(value >= 0);
	if (text_duration(text, &value))
		need(value >= 0);
	text_integer(text, &value);
	text_show_bytes(value, out, sizeof out);
	need(strlen(out) <= 8);
	text_show_duration(value, out, sizeof out);
	text_show_latency(value, out, sizeof out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	size_t length = size - 1, room = (size_t)data[0] + 1;
	char *in = malloc(length ? length : 1), *out = malloc(room), *again = malloc(room);
	char *text = calloc(1, length + 1);
	need(in && out && again && text);
	memcpy(in, data + 1, length);
	size_t written = text_clean(out, room, in, length);
	need(written < room && written <= length && out[written] == '\0');
	need(strlen(out) == written);
	need_clean(out, written);
	need(text_clean(again, room, out, written) == written);
	need(memcmp(again, out, written) == 0);
	memcpy(text, in, length);
	try_numbers(text);
	free(text);
	free(again);
	free(out);
	free(in);
	return 0;
}
