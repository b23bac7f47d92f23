/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_COUNTERS_H
#define DATA_COUNTERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Counters and latencies. A thread has a slot of its own and is its only
 * writer, so adding costs no lock and no atomic read-modify-write; readers add
 * the slots up at any time from any thread.
 */
enum counter_standard {
	COUNTER_CONNECTIONS, /* open now */
	COUNTER_CONNECTIONS_TOTAL,
	COUNTER_REQUESTS,
	COUNTER_ERRORS,
	COUNTER_BYTES_IN,
	COUNTER_BYTES_OUT,
	COUNTER_STANDARD, /* how many every service has */
	COUNTER_MAX = 32, /* with the service's own */
};

struct counter_kind {
	const char *name; /* as in JSON and metrics: "requests"; NULL ends a list */
	const char *help;
	int gauge; /* may fall */
};

extern const struct counter_kind counter_standard_kinds[]; /* COUNTER_STANDARD rows and a NULL */

/* Log-linear: 16 buckets for each power of two of microseconds; an error of at
 * most 1/16. Values over an hour fall in the last one. */
#define HISTOGRAM_BUCKETS 512

struct counter_slot {
	_Atomic int64_t value[COUNTER_MAX];
	_Atomic uint64_t latency[HISTOGRAM_BUCKETS];
	_Atomic uint64_t latency_max; /* µs */
} __attribute__((aligned(64)));

/* Only by the thread that owns the slot. */
static inline void counter_add(struct counter_slot *slot, unsigned id, int64_t n)
{
	atomic_store_explicit(&slot->value[id],
	    atomic_load_explicit(&slot->value[id], memory_order_relaxed) + n, memory_order_relaxed);
}

unsigned histogram_bucket(uint64_t us);
uint64_t histogram_value(unsigned bucket);                    /* the middle of the bucket, µs */
void counter_latency(struct counter_slot *slot, uint64_t us); /* owner only */

struct counter_sum {
	int64_t value[COUNTER_MAX];
	uint64_t latency[HISTOGRAM_BUCKETS];
	uint64_t latency_max;
};

/* Adds slot to sum. Any thread. */
void counter_sum_add(struct counter_sum *sum, const struct counter_slot *slot);
/* permille 990 = p99; 0 when nothing was counted. µs. */
uint64_t counter_quantile(const struct counter_sum *sum, unsigned permille);

#endif
