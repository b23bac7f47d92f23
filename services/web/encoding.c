/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Weights are kept in thousandths, -1 while a coding was not named; "*" gives
 * its own to those at the end. Something malformed is skipped up to the next
 * comma.
 */
#include "services/web/encoding.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "services/web/letters.h"

const struct encoding_kind encoding_kinds[ENCODING_COUNT] = {
	[ENCODING_IDENTITY] = { NULL, "" },
	[ENCODING_BR] = { "br", ".br" },
	[ENCODING_ZSTD] = { "zstd", ".zst" },
	[ENCODING_GZIP] = { "gzip", ".gz" },
};

/* "0.5" -> 500; -1 when it is no weight (section 12.4.2). */
static int read_weight(const char **p)
{
	int weight, scale = 100;
	if (**p != '0' && **p != '1')
		return -1;
	weight = (**p - '0') * 1000;
	(*p)++;
	if (**p != '.')
		return weight;
	for ((*p)++; **p >= '0' && **p <= '9'; (*p)++) {
		weight += (**p - '0') * scale;
		scale /= 10;
	}
	return weight <= 1000 ? weight : -1;
}

/* The weight behind a coding: 1000 without one, -1 when malformed. */
static int read_parameter(const char **p)
{
	*p = skip_space(*p);
	if (**p != ';')
		return 1000;
	*p = skip_space(*p + 1);
	if ((**p | 0x20) != 'q' || (*p)[1] != '=')
		return -1;
	*p += 2;
	int weight = read_weight(p);
	*p = skip_space(*p);
	return weight;
}

static int kind_of(const char *name, size_t length)
{
	static const struct {
		const char *name;
		int kind;
	} names[] = {
		{ "gzip", ENCODING_GZIP },
		{ "x-gzip", ENCODING_GZIP },
		{ "br", ENCODING_BR },
		{ "zstd", ENCODING_ZSTD },
		{ "identity", ENCODING_IDENTITY },
		{ "*", ENCODING_COUNT },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i].name) == length &&
		    strncasecmp(names[i].name, name, length) == 0)
			return names[i].kind;
	}
	return -1;
}

static void read_weights(const char *p, int weights[ENCODING_COUNT + 1])
{
	while (*p != '\0') {
		p += strspn(p, " \t,");
		size_t length = strcspn(p, " \t,;");
		int kind = kind_of(p, length);
		p += length;
		int weight = read_parameter(&p);
		if (kind >= 0 && weight >= 0 && (*p == ',' || *p == '\0'))
			weights[kind] = weight;
		p += strcspn(p, ",");
	}
}

enum encoding encoding_choose(const char *header, unsigned there)
{
	static const enum encoding order[] = {
		ENCODING_BR,
		ENCODING_ZSTD,
		ENCODING_GZIP,
		ENCODING_IDENTITY,
	};
	int weights[ENCODING_COUNT + 1] = { -1, -1, -1, -1, -1 };
	enum encoding best = ENCODING_IDENTITY;
	int best_weight = 0;

	if (header == NULL)
		return ENCODING_IDENTITY;
	read_weights(header, weights);
	there |= 1u << ENCODING_IDENTITY;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		enum encoding kind = order[i];
		int weight = weights[kind] >= 0 ? weights[kind] : weights[ENCODING_COUNT];
		/* Not named and no "*": a coding is refused, identity is
		 * acceptable, but anything that was named is preferred. */
		if (weight < 0)
			weight = kind == ENCODING_IDENTITY ? 1 : 0;
		if ((there & 1u << kind) != 0 && weight > best_weight) {
			best = kind;
			best_weight = weight;
		}
	}
	return best;
}
