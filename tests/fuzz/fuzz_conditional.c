/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first byte says which headers there are, the rest is their value: dates,
 * lists of entity tags and codings. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "services/web/conditional.h"
#include "services/web/date.h"
#include "services/web/encoding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct validators strong = { "\"abc\"", 784111777 };
	static const struct validators weak = { "W/\"abc\"", 784111777 };
	const int64_t now = 1795305600;
	int64_t when = 0;
	if (size < 1)
		return 0;
	unsigned mask = data[0];
	data++;
	size--;
	char *text = malloc(size + 1), *exact = malloc(size > 0 ? size : 1);
	require(text != NULL && exact != NULL);
	memcpy(text, data, size);
	memcpy(exact, data, size);
	text[size] = '\0';

	struct conditions conditions = {
		.if_match = mask & 1 ? text : NULL,
		.if_none_match = mask & 2 ? text : NULL,
		.if_modified_since = mask & 4 ? text : NULL,
		.if_unmodified_since = mask & 8 ? text : NULL,
		.if_range = mask & 16 ? text : NULL,
	};
	const struct validators *file = mask & 32 ? &weak : &strong;
	int status = conditional_check(&conditions, file, now);
	require(status == 200 || status == 304 || status == 412);
	conditional_range(&conditions, file, now);
	if (conditional_etag_listed(text, file->etag, false))
		require(conditional_etag_listed(text, file->etag, true));
	if (date_parse(exact, size, now, &when))
		require(when >= INT64_C(-62167219200) && when <= INT64_C(253402300800));
	unsigned there = mask >> 5 << 1;
	enum encoding chosen = encoding_choose(text, there);
	require(chosen == ENCODING_IDENTITY || (there & 1u << chosen) != 0);
	free(exact);
	free(text);
	return 0;
}
