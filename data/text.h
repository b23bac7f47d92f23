/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_TEXT_H
#define DATA_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Text from outside made harmless, and numbers with units. Pure, any thread.
 */

/* Copies at most size - 1 bytes of in (length bytes) to out, ending it with a
 * NUL. C0 and C1 control characters, ESC, DEL, bidirectional controls
 * (U+202A..202E, U+2066..2069, U+200E, U+200F, U+061C) and invalid UTF-8 become
 * '?' (newline and tab become a space). Never cuts inside a character.
 * Returns the bytes written. */
size_t text_clean(char *out, size_t size, const char *in, size_t length);

/* snprintf that always ends the string; true when all of it fitted. */
bool text_format(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* text as one word of a shell: as it is when nothing in it is special, else in
 * single quotes. False when it did not fit. */
bool text_quote(const char *text, char *out, size_t size);

/* "64", "8K", "1.5M", "2G" (1024 each) -> bytes; false when it is none. */
bool text_size(const char *text, int64_t *bytes_r);
/* "500ms", "30", "30s", "5m", "2h", "1d" -> milliseconds; a bare number is
 * seconds. */
bool text_duration(const char *text, int64_t *ms_r);
bool text_integer(const char *text, int64_t *value_r);

/* Shortest readable form, at most 8 characters: "512", "8.0K", "1.2M". */
void text_show_bytes(int64_t bytes, char *out, size_t size);
/* "42s", "7m", "3h12m", "41d". */
void text_show_duration(int64_t seconds, char *out, size_t size);
/* "850us", "1.2ms", "3.1s". */
void text_show_latency(int64_t us, char *out, size_t size);

/* The candidate nearest to word (edit distance at most 2), or NULL. Borrowed. */
const char *text_nearest(const char *word, const char *const *candidates);

#endif
