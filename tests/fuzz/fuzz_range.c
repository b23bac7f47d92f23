/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first eight bytes are the size of the file, the rest the header: what
 * comes out lies inside the file, apart from each other, and is not more. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "services/web/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_ranges(const struct range *ranges, size_t count, uint64_t size)
{
	uint64_t total = 0;
	require(count >= 1 && count <= RANGE_MAX);
	for (size_t i = 0; i < count; i++) {
		require(ranges[i].length > 0);
		require(ranges[i].first < size);
		require(ranges[i].length <= size - ranges[i].first);
		total += ranges[i].length;
		for (size_t j = 0; j < i; j++)
			require(ranges[i].first > ranges[j].first + ranges[j].length ||
			    ranges[j].first > ranges[i].first + ranges[i].length);
	}
	require(total <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct range ranges[RANGE_MAX];
	uint64_t file;
	size_t count;
	if (size < sizeof(file))
		return 0;
	memcpy(&file, data, sizeof(file));
	data += sizeof(file);
	size -= sizeof(file);
	if ((file & 1) != 0)
		file = file >> 1 & 0xfff;
	char *header = malloc(size + 1);
	require(header != NULL);
	memcpy(header, data, size);
	header[size] = '\0';
	if (range_parse(header, file, ranges, &count) == RANGE_SOME)
		check_ranges(ranges, count, file);
	free(header);
	return 0;
}
