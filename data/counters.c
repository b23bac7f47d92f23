/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Relaxed loads and stores are enough: each slot has one writer, and a sum over
 * slots is a figure for people, not a promise about one instant.
 */
#include "data/counters.h"

#define ONE_HOUR UINT64_C(3600000000) /* µs */

const struct counter_kind counter_standard_kinds[] = {
	[COUNTER_CONNECTIONS] = { "connections", "connections open now", 1 },
	[COUNTER_CONNECTIONS_TOTAL] = { "connections_total", "connections accepted", 0 },
	[COUNTER_REQUESTS] = { "requests", "requests answered", 0 },
	[COUNTER_ERRORS] = { "errors", "requests that failed", 0 },
	[COUNTER_BYTES_IN] = { "bytes_in", "bytes received", 0 },
	[COUNTER_BYTES_OUT] = { "bytes_out", "bytes sent", 0 },
	[COUNTER_STANDARD] = { NULL, NULL, 0 },
};

/* 0..15 have a bucket each; from 16 on a power of two e has the 16 buckets from
 * (e - 3) * 16. One hour is below the last bucket. */
unsigned histogram_bucket(uint64_t us)
{
	if (us < 16)
		return (unsigned)us;
	if (us > ONE_HOUR)
		return HISTOGRAM_BUCKETS - 1;
	unsigned power = 63 - (unsigned)__builtin_clzll(us);
	return (power - 3) * 16 + (unsigned)(us >> (power - 4) & 15);
}

uint64_t histogram_value(unsigned bucket)
{
	if (bucket < 16)
		return bucket;
	if (bucket >= HISTOGRAM_BUCKETS - 1)
		return ONE_HOUR;
	unsigned shift = bucket / 16 - 1;
	uint64_t least = (uint64_t)(16 + bucket % 16) << shift;
	return least + ((UINT64_C(1) << shift) - 1) / 2;
}

void counter_latency(struct counter_slot *slot, uint64_t us)
{
	_Atomic uint64_t *bucket = &slot->latency[histogram_bucket(us)];

	atomic_store_explicit(bucket, atomic_load_explicit(bucket, memory_order_relaxed) + 1,
	    memory_order_relaxed);
	if (us > atomic_load_explicit(&slot->latency_max, memory_order_relaxed))
		atomic_store_explicit(&slot->latency_max, us, memory_order_relaxed);
}

void counter_sum_add(struct counter_sum *sum, const struct counter_slot *slot)
{
	for (size_t i = 0; i < COUNTER_MAX; i++)
		sum->value[i] += atomic_load_explicit(&slot->value[i], memory_order_relaxed);
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		sum->latency[i] += atomic_load_explicit(&slot->latency[i], memory_order_relaxed);
	uint64_t most = atomic_load_explicit(&slot->latency_max, memory_order_relaxed);
	if (most > sum->latency_max)
		sum->latency_max = most;
}

uint64_t counter_quantile(const struct counter_sum *sum, unsigned permille)
{
	uint64_t total = 0, seen = 0;
	unsigned bucket = 0;

	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		total += sum->latency[i];
	if (!total)
		return 0;
	if (permille > 1000)
		permille = 1000;
	/* The rank, rounded up and at least 1, without an overflow. */
	uint64_t rank = total / 1000 * permille + (total % 1000 * permille + 999) / 1000;
	if (!rank)
		rank = 1;
	for (; bucket < HISTOGRAM_BUCKETS; bucket++) {
		seen += sum->latency[bucket];
		if (seen >= rank)
			break;
	}
	uint64_t value = histogram_value(bucket);
	/* The greatest is known exactly, unless the sum is a difference of two. */
	if (sum->latency_max && (value > sum->latency_max || bucket >= HISTOGRAM_BUCKETS - 1))
		return sum->latency_max;
	return value;
}
