/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GNU screen forwards what stands in a device control string, but keeps only a
 * few hundred bytes of one; so the sequence is cut, anywhere, into several.
 * tmux takes OSC 52 itself. Over SSH neither TMUX nor STY comes along, and a
 * TERM of "screen" may be either: then both get theirs, and each passes over
 * what is not its own.
 */
#include "widgets/copy.h"

#include <string.h>

#include "widgets/cells.h"

#define HEAD "\033]52;c;"
#define TAIL "\007"
#define PIECE 240

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

enum copy_way copy_way(const char *term, bool in_tmux, bool in_screen)
{
	static const char *const without[] = { "linux", "vt", "ansi", "cons", "dumb", "sun" };

	for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
		if (begins(term, without[i]))
			return COPY_NONE;
	if (in_tmux || begins(term, "tmux"))
		return COPY_PLAIN;
	if (in_screen)
		return COPY_SCREEN;
	return begins(term, "screen") ? COPY_BOTH : COPY_PLAIN;
}

/* RFC 4648, section 4 */
static char *base64(const unsigned char *bytes, size_t length, char *out)
{
	static const char signs[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned three = (unsigned)bytes[i] << 16 |
		    (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0);

		*out++ = signs[three >> 18];
		*out++ = signs[three >> 12 & 63];
		*out++ = left > 1 ? signs[three >> 6 & 63] : '=';
		*out++ = left > 2 ? signs[three & 63] : '=';
	}
	return out;
}

static char *append(char *out, const char *text, size_t length)
{
	memcpy(out, text, length);
	return out + length;
}

static char *in_pieces(const char *plain, size_t length, char *out)
{
	for (size_t at = 0; at < length; at += PIECE) {
		size_t piece = length - at < PIECE ? length - at : PIECE;

		out = append(out, "\033P", 2);
		out = append(out, plain + at, piece);
		out = append(out, "\033\\", 2);
	}
	return out;
}

char *copy_sequence(const void *bytes, size_t length, enum copy_way way, size_t *length_r)
{
	size_t most = strlen(HEAD) + (length + 2) / 3 * 4 + strlen(TAIL);
	char *plain = cells_memory(1, most + most + 4 * (most / PIECE + 1) + 1);
	char *end = append(plain, HEAD, strlen(HEAD));

	end = base64(bytes, length, end);
	end = append(end, TAIL, strlen(TAIL));
	size_t whole = (size_t)(end - plain);

	if (way != COPY_PLAIN)
		end = in_pieces(plain, whole, end);
	if (way == COPY_SCREEN)
		memmove(plain, plain + whole, (size_t)(end - plain) - whole);
	*length_r = (size_t)(end - plain) - (way == COPY_SCREEN ? whole : 0);
	plain[*length_r] = '\0';
	return plain;
}
