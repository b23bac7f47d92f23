/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gate tells the same about a connection whether its bytes come at once, one
 * by one, or in portions that the input chooses: the same events at the same
 * offsets, the same status and reason. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	uint64_t events; /* a hash of what was told, and where */
	unsigned requests;
	enum gate_phase phase;
	unsigned status;
	const char *reason;
};

static const struct gate_limits limits = {
	.head_bytes = 300,
	.target_bytes = 60,
	.headers = 6,
	.body_bytes = 1000,
};

static void require(int holds)
{
	if (!holds)
		abort();
}

/* step 0: all at once; else portions of it. */
static struct outcome feed(const uint8_t *bytes, size_t size, size_t step)
{
	struct outcome outcome = { 0 };
	struct gate gate;
	size_t at = 0;
	gate_reset(&gate);
	while (at < size) {
		size_t used;
		size_t n = step == 0 || step > size - at ? size - at : step;
		enum gate_event event = gate_feed(&gate, &limits, bytes + at, n, &used);
		require(used <= n);
		require(used == n || event != GATE_MORE);
		require(event == GATE_REFUSE || used > 0);
		at += used;
		if (event != GATE_MORE)
			outcome.events = (outcome.events * 31 + at) * 31 + event;
		outcome.requests += event == GATE_END;
		if (event == GATE_REFUSE)
			break;
	}
	outcome.phase = gate_phase(&gate);
	outcome.status = gate.status;
	outcome.reason = gate.reason;
	require((gate.status != 0) == (gate.reason != NULL));
	return outcome;
}

static void same(const struct outcome *a, const struct outcome *b)
{
	require(a->events == b->events && a->requests == b->requests);
	require(a->phase == b->phase && a->status == b->status && a->reason == b->reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	uint8_t *bytes = malloc(size);
	require(bytes != NULL);
	memcpy(bytes, data, size);
	struct outcome whole = feed(bytes, size, 0);
	struct outcome single = feed(bytes, size, 1);
	struct outcome portions = feed(bytes, size, 2 + data[0] % 32);
	same(&whole, &single);
	same(&whole, &portions);
	free(bytes);
	return 0;
}
