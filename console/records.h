/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_RECORDS_H
#define CONSOLE_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/model.h"
#include "console/sieve.h"

/*
 * The part of the journal that a log view has at hand, and which lines of it pass
 * the filter. Records come at both ends and go at both ends; the order is that of
 * their arrival, whatever their times are. Each has a place, a number that stays
 * while it is here. Not more than RECORDS_MAX and RECORDS_BYTES are kept: whoever
 * adds asks records_full and drops. Pure; one thread.
 */
#define RECORDS_MAX 16000
#define RECORDS_BYTES ((size_t)3 << 19) /* of words, and RECORDS_EACH for each record */
#define RECORDS_EACH 16
#define RECORDS_CONTEXT 9

struct records;

/* A record as it is given and shown; borrowed. */
struct record {
	int64_t time_us; /* UTC, -1: unknown */
	enum journal_level level;
	bool beside; /* it does not match itself */
	const char *service, *subject, *text;
};

struct records *records_new(void);
void records_free(struct records *records); /* NULL allowed */
void records_clear(struct records *records);

/* Places: from first up to, but not including, end. */
int64_t records_first(const struct records *records);
int64_t records_end(const struct records *records);
size_t records_total(const struct records *records);
/* A record by its place; valid until something is added or dropped. */
void records_at(const struct records *records, int64_t place, struct record *record_r);
/* There are too many for good. */
bool records_full(const struct records *records);

void records_append(struct records *records, const struct record *record);
/* Before the first one, oldest first. sieved: the host has left out what does not
 * pass the filter; they are gone when the filter changes. */
void records_prepend(struct records *records, const struct record *list, size_t count, bool sieved);
/* Those before place, or from place on. */
void records_drop_front(struct records *records, int64_t place);
void records_drop_back(struct records *records, int64_t place);
/* From here on nothing has been left out. */
int64_t records_whole(const struct records *records);

/* ---- Which of them pass ---- */

/* Only lines that sieve finds (or, with invert, does not), and context lines on
 * both sides of each. sieve is borrowed until the next call; NULL: all lines pass.
 * Drops what was sieved before. */
void records_sieve(struct records *records, struct sieve *sieve, bool invert, unsigned context);
/* Looks lines through, the newest first, for about budget_ns; true: all are. */
bool records_sift(struct records *records, int64_t budget_ns);
bool records_sifted(const struct records *records);

size_t records_count(const struct records *records); /* that pass */
int64_t records_place(const struct records *records, size_t index);
/* The first one that passes from place on; records_count when there is none. */
size_t records_index(const struct records *records, int64_t place);
/* It is a match itself, not one that stands beside. True without a filter. */
bool records_matches(const struct records *records, int64_t place);
/* So many records before the first whole one stand beside a match behind it. */
unsigned records_beside(const struct records *records);

/* ---- Where a list of records belongs ---- */

/* The number of records in list before the one that is our first; count when
 * none of them is. list lacks what is later than until_us (INT64_MAX: nothing). */
size_t records_before_first(const struct records *records, const struct record *list, size_t count,
    int64_t until_us);
/* So many records at list's beginning end with our last one; 0: it is not there. */
size_t records_up_to_last(const struct records *records, const struct record *list, size_t count,
    int64_t until_us);
/* The place of list's first record, -1: it is not here. */
int64_t records_find(const struct records *records, const struct record *list, size_t count);

#endif
