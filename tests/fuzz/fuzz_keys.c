/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sources: widgets/keys.c widgets/cells.c; libs: */
/*
 * The decoder of what a terminal sends: whatever comes, in whatever pieces, the
 * same keys and reports come out, and between the marks of a paste nothing but
 * text, no report either.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "widgets/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#define HEARD_MAX 4096

struct heard {
	struct key *keys;
	size_t count;
	size_t reports;
	int64_t sum; /* of what was reported, in its order */
};

static void hear(void *arg, const struct key *key)
{
	struct heard *heard = arg;

	if (heard->count == HEARD_MAX)
		abort();
	if (key->code == PRESS_CHARACTER &&
	    (key->character < 0x20 || key->character == 0x7f ||
		(key->character >= 0x80 && key->character < 0xa0)))
		abort();
	if (key->code == PRESS_CONTROL && (key->character < 'A' || key->character > 'Z'))
		abort();
	if (key->code == PRESS_CLICK && (key->row < 0 || key->col < 0))
		abort();
	heard->keys[heard->count++] = *key;
}

static void report(void *arg, int mode, int value)
{
	struct heard *heard = arg;

	if (mode < 0 || value < 0 || heard->reports++ > HEARD_MAX)
		abort();
	heard->sum = (heard->sum * 31 + mode * 7 + value) % 1000003;
}

static void compare(const struct heard *a, const struct heard *b)
{
	if (a->count != b->count || a->reports != b->reports || a->sum != b->sum)
		abort();
	for (size_t i = 0; i < a->count; i++)
		if (a->keys[i].code != b->keys[i].code ||
		    a->keys[i].character != b->keys[i].character ||
		    a->keys[i].alt != b->keys[i].alt || a->keys[i].row != b->keys[i].row ||
		    a->keys[i].col != b->keys[i].col || a->keys[i].number != b->keys[i].number)
			abort();
}

static void in_a_paste(const uint8_t *bytes, size_t length)
{
	struct heard heard = { .keys = calloc(HEARD_MAX, sizeof(struct key)) };
	struct keys *keys = keys_new(true, 40);

	keys_reports(keys, report, &heard);
	if (memmem(bytes, length, "\033[201~", 6) == NULL) {
		keys_feed(keys, "\033[200~", 6, 0, hear, &heard);
		keys_feed(keys, bytes, length, 0, hear, &heard);
		if (heard.reports > 0)
			abort();
		for (size_t i = 0; i < heard.count; i++)
			if (heard.keys[i].code != PRESS_PASTED)
				abort();
	}
	keys_free(keys);
	free(heard.keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	if (length < 1 || length > HEARD_MAX / 2)
		return 0;
	struct heard whole = { .keys = calloc(HEARD_MAX, sizeof(struct key)) };
	struct heard pieces = { .keys = calloc(HEARD_MAX, sizeof(struct key)) };
	struct keys *a = keys_new(bytes[0] & 1, 40), *b = keys_new(bytes[0] & 1, 40);
	/* A block of the exact size, so that reading past its end is seen. */
	uint8_t *copy = malloc(length);

	memcpy(copy, bytes, length);
	keys_reports(a, report, &whole);
	keys_reports(b, report, &pieces);
	keys_feed(a, copy + 1, length - 1, 1000, hear, &whole);
	for (size_t at = 1, step = 1; at < length; at += step) {
		step = 1 + copy[at] % 7;
		step = step < length - at ? step : length - at;
		keys_feed(b, copy + at, step, 1000, hear, &pieces);
	}
	compare(&whole, &pieces);
	for (int64_t now = 1000; keys_wait(a, now) >= 0; now += 1000) {
		keys_tick(a, now, hear, &whole);
		if (now > 60000)
			abort(); /* it waits for ever */
	}
	keys_reset(b);
	if (keys_wait(b, 1000) >= 0)
		abort();
	in_a_paste(copy, length);
	free(copy);
	keys_free(a);
	keys_free(b);
	free(whole.keys);
	free(pieces.keys);
	return 0;
}
