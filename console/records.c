/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ring of slots, and a ring of the places that pass. Words lie in blocks of their
 * own size, since a console may use a few megabytes and the longest text is five
 * hundred bytes. A pattern is tried on each line once, from the newest back, in
 * portions: whoever types sees the newest lines at once. What is before a line
 * that has not been looked at is not decided either, because a match further up
 * may bring its context with it.
 */
#include "console/records.h"

#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"

#define BEGIN (INT64_C(1) << 40) /* places stay positive, however far one goes back */
#define SERVICES 128
#define RUN 32      /* records that are compared to find a place */
#define PORTION 128 /* lines between two looks at the clock */

struct slot {
	int64_t time_us;
	char *words; /* subject, NUL, text */
	uint16_t text;
	uint8_t service, level;
	bool match;
};

struct records {
	struct slot *slots;
	int64_t first, end, whole;
	size_t bytes;
	char services[SERVICES][32];
	size_t service_count;

	struct sieve *sieve;
	bool invert;
	unsigned context;
	int64_t sifted;  /* from here on match is known, */
	int64_t decided; /* and from here on what passes is */
	int64_t *shown;
	size_t shown_first, shown_count;
};

struct records *records_new(void)
{
	struct records *r = memory_new(sizeof *r);

	r->slots = memory_array(RECORDS_MAX, sizeof *r->slots);
	r->shown = memory_array(RECORDS_MAX, sizeof *r->shown);
	r->first = r->end = r->whole = r->sifted = r->decided = BEGIN;
	return r;
}

void records_free(struct records *r)
{
	if (r == NULL)
		return;
	records_clear(r);
	free(r->slots);
	free(r->shown);
	free(r);
}

void records_clear(struct records *r)
{
	records_drop_front(r, r->end);
	r->first = r->end = r->whole = r->sifted = r->decided = BEGIN;
	r->shown_count = 0;
}

/* ---- Places ---- */

static struct slot *slot(const struct records *r, int64_t place)
{
	return &r->slots[place % RECORDS_MAX];
}

int64_t records_first(const struct records *r)
{
	return r->first;
}

int64_t records_end(const struct records *r)
{
	return r->end;
}

int64_t records_whole(const struct records *r)
{
	return r->whole;
}

size_t records_total(const struct records *r)
{
	return (size_t)(r->end - r->first);
}

bool records_full(const struct records *r)
{
	return records_total(r) >= RECORDS_MAX || r->bytes >= RECORDS_BYTES;
}

void records_at(const struct records *r, int64_t place, struct record *record)
{
	const struct slot *s = slot(r, place);

	*record = (struct record){
		.time_us = s->time_us,
		.level = s->level,
		.beside = r->sieve != NULL && !s->match,
		.service = r->services[s->service],
		.subject = s->words,
		.text = s->words + s->text,
	};
}

static uint8_t service_number(struct records *r, const char *name)
{
	for (size_t i = 0; i < r->service_count; i++)
		if (strcmp(r->services[i], name) == 0)
			return (uint8_t)i;
	if (r->service_count < SERVICES - 1)
		r->service_count++;
	text_format(r->services[r->service_count - 1], sizeof r->services[0], "%s", name);
	return (uint8_t)(r->service_count - 1);
}

static void put(struct records *r, int64_t place, const struct record *record)
{
	size_t subject = strnlen(record->subject, UINT16_MAX - 1) + 1;
	size_t text = strlen(record->text) + 1;
	struct slot *s = slot(r, place);

	*s = (struct slot){
		.time_us = record->time_us,
		.words = memory_array(subject + text, 1),
		.text = (uint16_t)subject,
		.service = service_number(r, record->service),
		.level = (uint8_t)record->level,
	};
	memcpy(s->words, record->subject, subject - 1);
	memcpy(s->words + subject, record->text, text);
	r->bytes += subject + text + RECORDS_EACH;
}

static void drop(struct records *r, int64_t place)
{
	struct slot *s = slot(r, place);

	r->bytes -= s->text + strlen(s->words + s->text) + 1 + RECORDS_EACH;
	free(s->words);
	s->words = NULL;
}

/* ---- What passes ---- */

static int64_t shown_at(const struct records *r, size_t index)
{
	return r->shown[(r->shown_first + index) % RECORDS_MAX];
}

static void show_last(struct records *r, int64_t place)
{
	r->shown[(r->shown_first + r->shown_count++) % RECORDS_MAX] = place;
}

static void show_first(struct records *r, int64_t place)
{
	r->shown_first = (r->shown_first + RECORDS_MAX - 1) % RECORDS_MAX;
	r->shown[r->shown_first] = place;
	r->shown_count++;
}

static void unshow_before(struct records *r, int64_t place)
{
	while (r->shown_count > 0 && shown_at(r, 0) < place) {
		r->shown_first = (r->shown_first + 1) % RECORDS_MAX;
		r->shown_count--;
	}
}

static void unshow_from(struct records *r, int64_t place)
{
	while (r->shown_count > 0 && shown_at(r, r->shown_count - 1) >= place)
		r->shown_count--;
}

static bool finds(const struct records *r, int64_t place)
{
	const struct slot *s = slot(r, place);

	return sieve_finds(r->sieve, s->words, s->words + s->text) != r->invert;
}

/* A match, or near one. What the host sieved passes. */
static bool passes(const struct records *r, int64_t place)
{
	int64_t from = place - (int64_t)r->context, to = place + (int64_t)r->context;

	if (place < r->whole)
		return true;
	if (from < r->first)
		from = r->first;
	if (to >= r->end)
		to = r->end - 1;
	for (int64_t at = from; at <= to; at++)
		if (slot(r, at)->match)
			return true;
	return false;
}

static void decide(struct records *r)
{
	int64_t to = r->sifted == r->first ? r->first : r->sifted + (int64_t)r->context;

	while (r->decided > to)
		if (passes(r, --r->decided))
			show_first(r, r->decided);
}

/* The newest one may bring lines before it with it. */
static void decide_last(struct records *r)
{
	int64_t last = r->end - 1;
	int64_t from = last - (int64_t)r->context;

	slot(r, last)->match = finds(r, last);
	if (!slot(r, last)->match) {
		if (passes(r, last))
			show_last(r, last);
		return;
	}
	if (from < r->decided)
		from = r->decided;
	unshow_from(r, from);
	for (; from <= last; from++)
		show_last(r, from);
}

void records_sieve(struct records *r, struct sieve *sieve, bool invert, unsigned context)
{
	r->sieve = NULL;
	records_drop_front(r, r->whole);
	r->sieve = sieve;
	r->invert = invert;
	r->context = context < RECORDS_CONTEXT ? context : RECORDS_CONTEXT;
	r->sifted = r->decided = r->end;
	r->shown_count = 0;
	for (int64_t at = r->first; at < r->end; at++)
		slot(r, at)->match = false;
}

bool records_sift(struct records *r, int64_t budget_ns)
{
	int64_t until = clock_monotonic() + budget_ns;

	if (r->sieve == NULL)
		return true;
	while (r->sifted > r->first) {
		for (int i = 0; i < PORTION && r->sifted > r->first; i++) {
			r->sifted--;
			slot(r, r->sifted)->match = finds(r, r->sifted);
		}
		decide(r);
		if (clock_monotonic() >= until)
			break;
	}
	decide(r);
	return records_sifted(r);
}

bool records_sifted(const struct records *r)
{
	return r->sieve == NULL || r->sifted == r->first;
}

size_t records_count(const struct records *r)
{
	return r->sieve == NULL ? records_total(r) : r->shown_count;
}

int64_t records_place(const struct records *r, size_t index)
{
	return r->sieve == NULL ? r->first + (int64_t)index : shown_at(r, index);
}

size_t records_index(const struct records *r, int64_t place)
{
	size_t low = 0, high = records_count(r);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (records_place(r, middle) < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool records_matches(const struct records *r, int64_t place)
{
	return r->sieve == NULL || slot(r, place)->match;
}

unsigned records_beside(const struct records *r)
{
	for (unsigned i = 0; r->sieve != NULL && i < r->context && r->whole + i < r->end; i++)
		if (slot(r, r->whole + i)->match)
			return r->context - i;
	return 0;
}

/* ---- Coming and going ---- */

void records_append(struct records *r, const struct record *record)
{
	if (records_total(r) == RECORDS_MAX)
		records_drop_front(r, r->first + 1);
	bool later = r->sieve == NULL || (r->sifted == r->end && r->sifted > r->first);

	put(r, r->end, record);
	r->end++;
	if (later)
		r->sifted = r->decided = r->end; /* nothing has been looked at yet */
	else
		decide_last(r);
}

void records_prepend(struct records *r, const struct record *list, size_t count, bool sieved)
{
	int64_t before = r->first;
	bool all = r->sifted == r->first;

	for (size_t i = count; i > 0 && records_total(r) < RECORDS_MAX; i--) {
		put(r, --r->first, &list[i - 1]);
		slot(r, r->first)->match = sieved && !list[i - 1].beside;
		if (sieved && r->sieve != NULL)
			show_first(r, r->first);
	}
	if (!sieved)
		r->whole = r->first;
	if (r->sieve == NULL) {
		r->sifted = r->decided = r->end;
	} else if (sieved) {
		r->sifted = r->decided = r->first;
	} else if (all && count > 0) {
		/* What is near the old first one may be near a match before it. */
		int64_t again = before + (int64_t)r->context;

		r->decided = again < r->end ? again : r->end;
		unshow_before(r, r->decided);
	}
}

static int64_t at_least(int64_t value, int64_t least)
{
	return value > least ? value : least;
}

void records_drop_front(struct records *r, int64_t place)
{
	while (r->first < place && r->first < r->end)
		drop(r, r->first++);
	r->whole = at_least(r->whole, r->first);
	r->sifted = at_least(r->sifted, r->first);
	r->decided = at_least(r->decided, r->first);
	unshow_before(r, r->first);
}

static int64_t at_most(int64_t value, int64_t most)
{
	return value < most ? value : most;
}

void records_drop_back(struct records *r, int64_t place)
{
	while (r->end > place && r->end > r->first)
		drop(r, --r->end);
	r->whole = at_most(r->whole, r->end);
	r->sifted = at_most(r->sifted, r->end);
	r->decided = at_most(r->decided, r->end);
	unshow_from(r, r->end);
}

/* ---- Where a list belongs ---- */

/* Times are told in milliseconds. */
static bool same(const struct records *r, int64_t place, const struct record *record)
{
	const struct slot *s = slot(r, place);

	return s->time_us / 1000 == record->time_us / 1000 && s->level == record->level &&
	    strcmp(s->words + s->text, record->text) == 0 &&
	    strcmp(s->words, record->subject) == 0 &&
	    strcmp(r->services[s->service], record->service) == 0;
}

/* Whether list stands at place, as far as both go; it lacks what is later than
 * until_us. */
static bool stands_at(const struct records *r, int64_t place, const struct record *list,
    size_t count, int64_t until_us)
{
	for (size_t i = 0; i < count && i < RUN && place < r->end; place++) {
		if (slot(r, place)->time_us / 1000 > until_us / 1000)
			continue;
		if (!same(r, place, &list[i++]))
			return false;
	}
	return true;
}

size_t records_before_first(const struct records *r, const struct record *list, size_t count,
    int64_t until_us)
{
	size_t i = 0;

	while (i < count &&
	    (r->first == r->end || !stands_at(r, r->first, list + i, count - i, until_us)))
		i++;
	return i;
}

/* Whether list ends at our last one, as far as both go. */
static bool ends_here(const struct records *r, const struct record *list, size_t count,
    int64_t until_us)
{
	size_t i = 0;

	for (int64_t at = r->end; at > r->first && i < count && i < RUN;) {
		if (slot(r, --at)->time_us / 1000 > until_us / 1000)
			continue;
		if (!same(r, at, &list[count - ++i]))
			return false;
	}
	return i > 0;
}

size_t records_up_to_last(const struct records *r, const struct record *list, size_t count,
    int64_t until_us)
{
	while (count > 0 && !ends_here(r, list, count, until_us))
		count--;
	return count;
}

int64_t records_find(const struct records *r, const struct record *list, size_t count)
{
	for (int64_t at = r->first; count > 0 && at < r->end; at++)
		if (stands_at(r, at, list, count, INT64_MAX))
			return at;
	return -1;
}
