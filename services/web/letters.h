/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_LETTERS_H
#define SERVICES_WEB_LETTERS_H

/*
 * What several parsers and printers here need of single characters. Pure, any
 * thread.
 */

/* Three letters each, as in dates of RFC 9110 and in the Combined format. */
#define LETTERS_MONTHS "JanFebMarAprMayJunJulAugSepOctNovDec"
#define LETTERS_HEX "0123456789ABCDEF"

/* OWS of RFC 9110 5.6.3: where the text goes on behind it. */
static inline const char *skip_space(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

/* The value of a hexadecimal digit in either case, or -1. */
static inline int hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

#endif
