/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_SIEVE_H
#define CONSOLE_SIEVE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What a person types to find lines of the journal: a POSIX extended regular
 * expression when it is one, else the text as it stands. Small letters stand for
 * capital ones too, unless a capital one is typed. It finds what the host finds
 * with the same pattern (method log: grep, any_case), byte by byte, on text and
 * subject. One thread.
 */
struct sieve;

struct sieve_span {
	size_t from, end; /* bytes; whole characters */
};

/* NULL for an empty text. */
struct sieve *sieve_new(const char *text);
void sieve_free(struct sieve *sieve); /* NULL allowed */

bool sieve_finds(struct sieve *sieve, const char *subject, const char *text);
/* Where it finds something in text, from the left and apart from each other;
 * returns how many, at most most. */
size_t sieve_spans(struct sieve *sieve, const char *text, struct sieve_span *spans_r, size_t most);
/* The pattern as the host takes it; false: it has no room in size bytes. */
bool sieve_pattern(const struct sieve *sieve, char *out, size_t size);
bool sieve_any_case(const struct sieve *sieve);
/* Why it is taken as plain text, translated; NULL: it is a regular expression. */
const char *sieve_plain(const struct sieve *sieve);

#endif
