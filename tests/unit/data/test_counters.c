/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "data/counters.h"

#define HOUR UINT64_C(3600000000)

static void test_buckets(void **state)
{
	unsigned last = 0;

	(void)state;
	for (uint64_t us = 0; us <= HOUR; us += us / 1000 + 1) {
		unsigned bucket = histogram_bucket(us);
		uint64_t value = histogram_value(bucket);
		uint64_t error = value > us ? value - us : us - value;
		assert_true(bucket < HISTOGRAM_BUCKETS - 1);
		assert_true(bucket >= last && bucket <= last + 1);
		assert_true(error * 16 <= us);
		last = bucket;
	}
	assert_int_equal(histogram_bucket(HOUR + 1), HISTOGRAM_BUCKETS - 1);
	assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
	assert_int_equal(histogram_value(HISTOGRAM_BUCKETS - 1), HOUR);
	assert_int_equal(histogram_value(UINT32_MAX), HOUR);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Against the exact quantile of the same values. */
static void test_quantiles(void **state)
{
	enum { COUNT = 20000 };
	static const unsigned permilles[] = { 1, 10, 100, 500, 900, 990, 999, 1000 };
	struct counter_slot *slot = aligned_alloc(64, sizeof *slot);
	struct counter_sum *sum = calloc(1, sizeof *sum);
	uint64_t *values = calloc(COUNT, sizeof *values), random = 88172645463325252U;

	(void)state;
	assert_true(slot && sum && values);
	memset(slot, 0, sizeof *slot);
	assert_int_equal(counter_quantile(sum, 990), 0);
	for (size_t i = 0; i < COUNT; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		/* All magnitudes from 1 µs to some minutes. */
		values[i] = (random & 0xfffffff) >> (random >> 59);
		counter_latency(slot, values[i]);
	}
	counter_sum_add(sum, slot);
	qsort(values, COUNT, sizeof *values, compare);
	for (size_t i = 0; i < sizeof permilles / sizeof *permilles; i++) {
		uint64_t exact = values[(COUNT * permilles[i] + 999) / 1000 - 1];
		uint64_t found = counter_quantile(sum, permilles[i]);
		uint64_t error = found > exact ? found - exact : exact - found;
		assert_true(error * 16 <= exact);
	}
	assert_true(counter_quantile(sum, 1000) <= values[COUNT - 1]);
	assert_int_equal(counter_quantile(sum, 5000), counter_quantile(sum, 1000));
	free(values);
	free(sum);
	free(slot);
}

static void test_one_value(void **state)
{
	struct counter_slot *slot = aligned_alloc(64, sizeof *slot);
	struct counter_sum *sum = calloc(1, sizeof *sum);

	(void)state;
	assert_true(slot && sum);
	memset(slot, 0, sizeof *slot);
	counter_latency(slot, 2 * HOUR);
	counter_sum_add(sum, slot);
	assert_int_equal(sum->latency_max, 2 * HOUR);
	assert_int_equal(counter_quantile(sum, 0), 2 * HOUR);
	assert_int_equal(counter_quantile(sum, 990), 2 * HOUR);
	free(sum);
	free(slot);
}

static void test_sums(void **state)
{
	struct counter_slot *slots = aligned_alloc(64, 2 * sizeof *slots);
	struct counter_sum *sum = calloc(1, sizeof *sum);

	(void)state;
	assert_true(slots && sum);
	memset(slots, 0, 2 * sizeof *slots);
	counter_add(&slots[0], COUNTER_REQUESTS, 3);
	counter_add(&slots[1], COUNTER_REQUESTS, 4);
	/* A connection may be counted by one worker and end with another. */
	counter_add(&slots[0], COUNTER_CONNECTIONS, 1);
	counter_add(&slots[1], COUNTER_CONNECTIONS, -1);
	counter_add(&slots[0], COUNTER_MAX - 1, INT64_C(1) << 40);
	counter_sum_add(sum, &slots[0]);
	counter_sum_add(sum, &slots[1]);
	assert_int_equal(sum->value[COUNTER_REQUESTS], 7);
	assert_int_equal(sum->value[COUNTER_CONNECTIONS], 0);
	assert_int_equal(sum->value[COUNTER_MAX - 1], INT64_C(1) << 40);
	free(sum);
	free(slots);
}

static void *count_up(void *slot)
{
	for (int i = 0; i < 100000; i++) {
		counter_add(slot, COUNTER_REQUESTS, 1);
		counter_latency(slot, (uint64_t)i);
	}
	return NULL;
}

/* A reader beside a writer: nothing is lost, and nothing runs backwards. */
static void test_threads(void **state)
{
	struct counter_slot *slot = aligned_alloc(64, sizeof *slot);
	struct counter_sum *sum = calloc(1, sizeof *sum);
	pthread_t thread;
	int64_t last = 0;

	(void)state;
	assert_true(slot && sum);
	memset(slot, 0, sizeof *slot);
	assert_int_equal(pthread_create(&thread, NULL, count_up, slot), 0);
	for (int i = 0; i < 200; i++) {
		memset(sum, 0, sizeof *sum);
		counter_sum_add(sum, slot);
		assert_true(sum->value[COUNTER_REQUESTS] >= last);
		last = sum->value[COUNTER_REQUESTS];
	}
	pthread_join(thread, NULL);
	memset(sum, 0, sizeof *sum);
	counter_sum_add(sum, slot);
	assert_int_equal(sum->value[COUNTER_REQUESTS], 100000);
	free(sum);
	free(slot);
}

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNTER_STANDARD; i++)
		assert_non_null(counter_standard_kinds[i].name);
	assert_null(counter_standard_kinds[COUNTER_STANDARD].name);
	assert_string_equal(counter_standard_kinds[COUNTER_BYTES_OUT].name, "bytes_out");
	assert_true(counter_standard_kinds[COUNTER_CONNECTIONS].gauge);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_one_value),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
