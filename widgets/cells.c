/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8 is taken apart here and not by mbrtowc, because text from the host is
 * UTF-8 whatever the locale of the person who looks at it. Only the width is
 * the C library's, since it is what terminals follow.
 */
#include "widgets/cells.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define REPLACEMENT 0xfffd

size_t cells_bytes(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

uint32_t cells_next(const char **text)
{
	/* By the number of bytes; a smaller code has a shorter sequence. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *at = (const unsigned char *)*text;

	if (*at == '\0')
		return 0;
	(*text)++;
	size_t bytes = cells_bytes(*at);

	if (bytes < 2)
		return bytes == 1 ? *at : REPLACEMENT;
	uint32_t code = *at & (0x7fU >> bytes);

	for (size_t i = 1; i < bytes; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		code = code << 6 | (at[i] & 0x3f);
	}
	if (code < least[bytes] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return REPLACEMENT;
	*text += bytes - 1;
	return code;
}

/* Zero-width marks that change what is around them are left out: terminals
 * disagree about the width of what they join. Direction controls could turn a
 * whole line round. */
static bool left_out(uint32_t code)
{
	return (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2060 && code <= 0x2069) || (code >= 0xfe00 && code <= 0xfe0f) ||
	    code == 0xfeff || code == 0x61c || (code >= 0xe0000 && code <= 0xe0fff);
}

static uint32_t plain(uint32_t code)
{
	static const struct {
		uint16_t code;
		char shown;
	} likes[] = {
		{ 0xa0, ' ' },
		{ 0xb5, 'u' },
		{ 0xb7, '*' },
		{ 0xd7, 'x' },
		{ 0x2010, '-' },
		{ 0x2011, '-' },
		{ 0x2013, '-' },
		{ 0x2014, '-' },
		{ 0x2018, '\'' },
		{ 0x2019, '\'' },
		{ 0x201c, '"' },
		{ 0x201d, '"' },
		{ 0x2022, '*' },
		{ 0x2026, '.' },
		{ 0x2190, '<' },
		{ 0x2192, '>' },
	};

	for (size_t i = 0; i < sizeof likes / sizeof likes[0]; i++)
		if (likes[i].code == code)
			return (unsigned char)likes[i].shown;
	return '?';
}

int cells_shown(uint32_t code, bool ascii, uint32_t *shown_r)
{
	*shown_r = code;
	if (code >= 0x20 && code < 0x7f)
		return 1;
	if (left_out(code))
		return -1;
	if (code < 0xa0) {
		*shown_r = code == '\t' || code == '\n' ? ' ' : '?';
		return 1;
	}
	if (ascii) {
		*shown_r = plain(code);
		return 1;
	}
	if (code == 0xad) { /* terminals show it, wcwidth does not know */
		*shown_r = '-';
		return 1;
	}
	int width = wcwidth((wchar_t)code);

	if (width < 0) {
		*shown_r = '?';
		return 1;
	}
	return width;
}

int cells_width(const char *text, bool ascii)
{
	uint32_t code, shown;
	int width = 0;

	while ((code = cells_next(&text)) != 0) {
		int cells = cells_shown(code, ascii, &shown);

		if (cells > 0)
			width += cells;
	}
	return width;
}

size_t cells_fit(const char *text, int width, bool ascii, int *used_r)
{
	const char *at = text;
	int used = 0;

	for (;;) {
		const char *next = at;
		uint32_t shown, code = cells_next(&next);

		if (code == 0)
			break;
		int cells = cells_shown(code, ascii, &shown);

		if (cells > 0) {
			if (used + cells > width)
				break;
			used += cells;
		}
		at = next;
	}
	if (used_r != NULL)
		*used_r = used;
	return (size_t)(at - text);
}

size_t cells_encode(uint32_t code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

void *cells_memory(size_t count, size_t size)
{
	void *memory = calloc(count > 0 ? count : 1, size);

	if (memory == NULL) {
		fprintf(stderr, "steward: no memory left\n");
		abort();
	}
	return memory;
}
