/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log's window against a reading as simple as can be: all records in an array,
 * and everything decided anew each time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/records.h"
#include "data/text.h"

#define ALL 4000
#define MOST_NS (INT64_C(1) << 60)
#define HOUR INT64_C(3600000000)

static char texts[ALL][32];
static struct record all[ALL];
static unsigned seed;

static unsigned chance(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

/* Many at the same time, many alike, a clock that is set back. */
static void write_all(unsigned from)
{
	int64_t now = 100 * HOUR;

	seed = from;
	for (size_t i = 0; i < ALL; i++) {
		snprintf(texts[i], sizeof texts[i], "%s %zu", chance(9) ? "plain" : "An Apple",
		    chance(4) ? i : i / 50);
		all[i] = (struct record){
			.time_us = now,
			.level = (enum journal_level)chance(5),
			.service = chance(3) ? "web" : "dns",
			.subject = chance(2) ? "start" : "",
			.text = texts[i],
		};
		now += chance(2) ? 0 : chance(60) ? 1000 : -HOUR;
	}
}

struct world {
	struct records *records;
	struct sieve *sieve;
	bool invert;
	unsigned context;
	size_t first, end; /* of all */
	int64_t shift;     /* a record's place less its number */
};

static bool matches(const struct world *w, size_t number)
{
	return w->sieve == NULL ||
	    sieve_finds(w->sieve, all[number].subject, all[number].text) != w->invert;
}

/* Near a match of those from first up to end. */
static bool near(const struct world *w, size_t number, size_t first, size_t end)
{
	size_t from = number > first + w->context ? number - w->context : first;

	for (size_t i = from; i < end && i <= number + w->context; i++)
		if (matches(w, i))
			return true;
	return false;
}

static void check_record(const struct world *w, int64_t place, size_t number)
{
	struct record r;

	records_at(w->records, place, &r);
	assert_string_equal(r.text, all[number].text);
	assert_string_equal(r.subject, all[number].subject);
	assert_string_equal(r.service, all[number].service);
	assert_int_equal(r.level, all[number].level);
	assert_true(r.time_us == all[number].time_us);
	assert_int_equal(r.beside, !matches(w, number));
}

/* What stood beside a match stays when the match is dropped at an end. */
static void check(const struct world *w)
{
	size_t index = 0;

	assert_true(records_sift(w->records, MOST_NS));
	assert_int_equal(records_total(w->records), w->end - w->first);
	assert_true(records_first(w->records) == (int64_t)w->first + w->shift);
	for (size_t i = w->first; i < w->end; i++) {
		int64_t place = index < records_count(w->records) ?
		    records_place(w->records, index) :
		    INT64_MAX;

		if (place != (int64_t)i + w->shift) {
			assert_false(near(w, i, w->first, w->end));
			continue;
		}
		assert_true(near(w, i, 0, ALL));
		check_record(w, place, i);
		assert_int_equal(records_index(w->records, place), index);
		index++;
	}
	assert_int_equal(index, records_count(w->records));
	assert_int_equal(records_index(w->records, records_end(w->records)), index);
}

static void begin(struct world *w, unsigned from)
{
	write_all(from);
	*w = (struct world){ .records = records_new(), .first = ALL / 2, .end = ALL / 2 };
	w->shift = records_first(w->records) - ALL / 2;
}

static void end(struct world *w)
{
	records_free(w->records);
	sieve_free(w->sieve);
}

static void set_sieve(struct world *w, const char *text, bool invert, unsigned context)
{
	struct sieve *before = w->sieve;

	w->sieve = sieve_new(text);
	w->invert = invert;
	w->context = w->sieve != NULL ? context : 0;
	records_sieve(w->records, w->sieve, invert, context);
	sieve_free(before);
}

static void step(struct world *w)
{
	static const char *const patterns[] = { "apple", "", "Apple", "a.*7", "plain", "^$" };
	size_t some = 1 + chance(60);

	switch (chance(7)) {
	case 0:
	case 1:
		for (; some > 0 && w->end < ALL; some--)
			records_append(w->records, &all[w->end++]);
		break;
	case 2:
	case 3:
		some = some < w->first ? some : w->first;
		w->first -= some;
		records_prepend(w->records, &all[w->first], some, false);
		break;
	case 4:
		some = w->first + some / 2 < w->end ? some / 2 : 0;
		w->first += some;
		records_drop_front(w->records, (int64_t)w->first + w->shift);
		break;
	case 5:
		some = w->first + some / 2 < w->end ? some / 2 : 0;
		w->end -= some;
		records_drop_back(w->records, (int64_t)w->end + w->shift);
		break;
	default:
		set_sieve(w, patterns[chance(6)], chance(3) == 0, chance(5));
		break;
	}
}

static void test_any_order(void **state)
{
	struct world w;

	(void)state;
	for (unsigned i = 1; i < 30; i++) {
		begin(&w, i);
		for (int j = 0; j < 60; j++) {
			step(&w);
			/* A part only, so that what comes next meets it half done; at
			 * other times all of it. */
			records_sift(w.records, 0);
			if (chance(2))
				check(&w);
		}
		check(&w);
		end(&w);
	}
}

/* The newest are there first; what is not looked at yet is not shown. */
static void test_sifts_from_the_end(void **state)
{
	struct world w;

	(void)state;
	begin(&w, 5);
	for (w.end = w.first; w.end < ALL; w.end++)
		records_append(w.records, &all[w.end]);
	set_sieve(&w, "plain", false, 0);
	assert_int_equal(records_count(w.records), 0);
	assert_false(records_sift(w.records, 0));
	assert_true(records_count(w.records) > 50);
	struct record last;

	records_at(w.records, records_place(w.records, records_count(w.records) - 1), &last);
	assert_non_null(strstr(last.text, "plain"));
	while (!records_sift(w.records, 0))
		;
	check(&w);
	end(&w);
}

/* A ring that has been full many times over. */
static void test_round(void **state)
{
	struct records *r = records_new();
	char text[32];

	(void)state;
	for (int i = 0; i < 3 * RECORDS_MAX + 7; i++) {
		snprintf(text, sizeof text, "%d", i);
		records_append(r,
		    &(struct record){ .service = "web", .subject = "", .text = text });
	}
	assert_int_equal(records_total(r), RECORDS_MAX);
	assert_true(records_full(r));
	for (int64_t i = 0; i < RECORDS_MAX; i++) {
		struct record record;

		records_at(r, records_first(r) + i, &record);
		assert_int_equal(atoi(record.text), 2 * RECORDS_MAX + 7 + (int)i);
	}
	records_clear(r);
	assert_int_equal(records_total(r), 0);
	assert_false(records_full(r));
	records_free(r);
}

/* Long texts count as well. */
static void test_bytes(void **state)
{
	struct records *r = records_new();
	char text[512];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	while (!records_full(r))
		records_append(r,
		    &(struct record){ .service = "web", .subject = "", .text = text });
	assert_in_range(records_total(r), RECORDS_BYTES / 535, RECORDS_BYTES / 525);
	records_drop_front(r, records_first(r) + 10);
	assert_false(records_full(r));
	records_free(r);
}

/* More services than have ever been: their names run out, nothing else does. */
static void test_services(void **state)
{
	struct records *r = records_new();
	struct record record;
	char name[32];

	(void)state;
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof name, "s%d", i);
		records_append(r, &(struct record){ .service = name, .subject = "", .text = "" });
	}
	records_at(r, records_first(r) + 7, &record);
	assert_string_equal(record.service, "s7");
	records_free(r);
}

/* What the host sieved passes, and goes when the filter changes. */
static void test_sieved(void **state)
{
	struct record older[] = { all[0], all[1] };
	struct world w;

	(void)state;
	begin(&w, 9);
	for (; w.end < w.first + 20; w.end++)
		records_append(w.records, &all[w.end]);
	set_sieve(&w, "apple", false, 2);
	assert_true(records_sift(w.records, MOST_NS));
	size_t before = records_count(w.records);

	older[0] = (struct record){ .service = "web", .subject = "", .text = "context" };
	older[1] = (struct record){ .service = "web", .subject = "", .text = "apple" };
	older[0].beside = true;
	records_prepend(w.records, older, 2, true);
	assert_true(records_sifted(w.records));
	assert_true(records_count(w.records) >= before + 2);
	assert_true(records_whole(w.records) == records_first(w.records) + 2);
	assert_false(records_matches(w.records, records_place(w.records, 0)));
	assert_true(records_matches(w.records, records_place(w.records, 1)));
	set_sieve(&w, "plain", false, 0);
	check(&w);
	end(&w);
}

/* How far a match near the beginning reaches before it. */
static void test_beside(void **state)
{
	static const char *const lines[] = { "a", "b", "match", "c" };
	struct records *r = records_new();
	struct sieve *sieve = sieve_new("match");

	(void)state;
	for (size_t i = 0; i < 4; i++)
		records_append(r,
		    &(struct record){ .service = "web", .subject = "", .text = lines[i] });
	for (unsigned context = 0; context <= RECORDS_CONTEXT; context++) {
		records_sieve(r, sieve, false, context);
		assert_true(records_sift(r, MOST_NS));
		assert_int_equal(records_beside(r), context > 2 ? context - 2 : 0);
	}
	records_free(r);
	sieve_free(sieve);
}

/* ---- Where a list belongs ---- */

static void fill(struct records *r, size_t from, size_t to)
{
	records_clear(r);
	for (size_t i = from; i < to; i++)
		records_append(r, &all[i]);
}

static void test_overlaps(void **state)
{
	struct records *r = records_new();

	(void)state;
	for (unsigned round = 1; round < 6; round++) {
		write_all(round);
		for (int i = 0; i < 60; i++) {
			size_t from = 200 + chance(500), to = from + 50 + chance(300);
			size_t other = from - chance(150), until = from + 1 + chance(50);

			fill(r, from, to);
			assert_int_equal(records_before_first(r, &all[other], until - other,
					     INT64_MAX),
			    from - other);
			other = to - 1 - chance(40);
			assert_int_equal(records_up_to_last(r, &all[other], 300, INT64_MAX),
			    to - other);
			other = from + chance((unsigned)(to - from - 40));
			assert_true(records_find(r, &all[other], 100) ==
			    records_first(r) + (int64_t)(other - from));
			/* What is not there is not found. */
			assert_int_equal(records_before_first(r, &all[to + 1], 100, INT64_MAX),
			    100);
			assert_int_equal(records_up_to_last(r, &all[to], 0, INT64_MAX), 0);
			assert_true(records_find(r, &all[to + 1], 100) < 0);
		}
	}
	records_free(r);
}

/* The clock was set back in what we have: a list up to a time lacks much of it. */
static void test_overlaps_until(void **state)
{
	static const int64_t times[] = { 1, 5, 7, 9, 9, 3, 4, 5, 5, 8 };
	struct record list[10], upto[10];
	struct records *r = records_new();
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		list[i] = (struct record){ .time_us = times[i] * 1000,
			.service = "web",
			.subject = "",
			.text = texts[i] };
		snprintf(texts[i], sizeof texts[i], "%zu", i);
		if (i > 0)
			records_append(r, &list[i]);
		if (times[i] <= 5)
			upto[count++] = list[i];
	}
	assert_int_equal(records_before_first(r, upto, count, 5000), 1);
	assert_int_equal(records_before_first(r, upto, count, INT64_MAX), count);
	records_drop_back(r, records_end(r) - 1);
	assert_int_equal(records_up_to_last(r, upto, count, 5000), count);
	assert_int_equal(records_up_to_last(r, upto, count, INT64_MAX), 0);
	records_free(r);
}

/* Lines that are all the same: none is lost, none is there twice. */
static void test_alike(void **state)
{
	struct records *r = records_new();
	struct record same[30];

	(void)state;
	for (size_t i = 0; i < 30; i++)
		same[i] = (struct record){ .time_us = HOUR,
			.service = "web",
			.subject = "",
			.text = "same" };
	for (size_t i = 0; i < 25; i++)
		records_append(r, &same[i]);
	/* A page up to that time ends with the ones that we have. */
	assert_int_equal(records_before_first(r, same, 25, INT64_MAX), 0);
	same[15].text = "another";
	assert_int_equal(records_before_first(r, same, 25, INT64_MAX), 16);
	assert_int_equal(records_up_to_last(r, same, 15, INT64_MAX), 15);
	records_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_sifts_from_the_end),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_sieved),
		cmocka_unit_test(test_beside),
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_overlaps_until),
		cmocka_unit_test(test_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
