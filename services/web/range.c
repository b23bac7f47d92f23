/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A malformed header is ignored as a whole, as section 14.2 wants it: the
 * client then gets everything, which is never wrong. Many small or overlapping
 * ranges are the well-known way to make a server send a file a thousand times;
 * joining them and a low limit on their number take that away.
 */
#include "services/web/range.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "services/web/letters.h"

/* Digits at *p; a number that is too great becomes UINT64_MAX, which lies
 * behind every end. False when there is no digit. */
static bool read_number(const char **p, uint64_t *value_r)
{
	uint64_t value = 0;
	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++) {
		unsigned digit = (unsigned)(**p - '0');
		if (value > (UINT64_MAX - digit) / 10)
			value = UINT64_MAX;
		else
			value = value * 10 + digit;
	}
	*value_r = value;
	return true;
}

/* "first-last", "first-" or "-suffix" at *p. False: malformed. length 0: it is
 * well-formed and lies outside. */
static bool read_range(const char **p, uint64_t size, struct range *range_r)
{
	uint64_t first, last = UINT64_MAX;
	range_r->first = range_r->length = 0;
	if (**p == '-') {
		uint64_t suffix;
		(*p)++;
		if (!read_number(p, &suffix))
			return false;
		range_r->length = suffix < size ? suffix : size;
		range_r->first = size - range_r->length;
		return true;
	}
	if (!read_number(p, &first) || **p != '-')
		return false;
	(*p)++;
	if (**p >= '0' && **p <= '9' && !read_number(p, &last))
		return false;
	if (last < first)
		return false;
	if (first >= size)
		return true;
	range_r->first = first;
	range_r->length = (last < size ? last + 1 : size) - first;
	return true;
}

static bool touches(const struct range *a, const struct range *b)
{
	return a->first <= b->first + b->length && b->first <= a->first + a->length;
}

static void absorb(struct range *into, const struct range *other)
{
	uint64_t end = into->first + into->length;
	uint64_t other_end = other->first + other->length;
	if (other->first < into->first)
		into->first = other->first;
	into->length = (end > other_end ? end : other_end) - into->first;
}

/* A range that grew may touch one that stood apart before: again from the
 * start, which with so few costs nothing. */
static size_t join(struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = i + 1; j < count; j++) {
			if (!touches(&ranges[i], &ranges[j]))
				continue;
			absorb(&ranges[i], &ranges[j]);
			memmove(&ranges[j], &ranges[j + 1], (count - j - 1) * sizeof(ranges[0]));
			count--;
			j = i;
		}
	}
	return count;
}

enum range_answer range_parse(const char *header, uint64_t size, struct range ranges_r[RANGE_MAX],
    size_t *count_r)
{
	size_t seen = 0, count = 0;
	*count_r = 0;
	if (header == NULL || strncasecmp(header, "bytes", 5) != 0)
		return RANGE_ALL;
	const char *p = header + 5;
	if (*p++ != '=')
		return RANGE_ALL;
	for (;;) {
		p = skip_space(p);
		if (*p == ',') {
			p++;
			continue;
		}
		if (*p == '\0')
			break;
		struct range range;
		if (++seen > RANGE_MAX || !read_range(&p, size, &range))
			return RANGE_ALL;
		p = skip_space(p);
		if (*p != ',' && *p != '\0')
			return RANGE_ALL;
		if (range.length > 0)
			ranges_r[count++] = range;
	}
	if (seen == 0)
		return RANGE_ALL;
	if (count == 0)
		return RANGE_UNSATISFIABLE;
	*count_r = join(ranges_r, count);
	return RANGE_SOME;
}
