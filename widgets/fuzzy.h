/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_FUZZY_H
#define WIDGETS_FUZZY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How well a text fits what somebody typed for it. Each word that was typed
 * has to be in the text as a subsequence, in any case; beginnings of words and
 * runs of letters count more, letters passed over count against it. UTF-8.
 * Pure, no allocation; setlocale decides about upper and lower case.
 */
#define FUZZY_TEXT 192 /* characters of a text that are looked at */
#define FUZZY_QUERY 64 /* and of a query; more never match */

struct fuzzy_query {
	uint32_t letters[FUZZY_QUERY]; /* lower case; 0 between words */
	size_t count;
	bool too_long;
};

/* Bytes of a text that were matched, one flag a character. */
struct fuzzy_match {
	bool hit[FUZZY_TEXT];
};

void fuzzy_query(struct fuzzy_query *query, const char *text);
/* -1: does not match; else the higher the better, 0 for an empty query. match_r
 * (NULL allowed) tells which characters were hit. */
int fuzzy_score(const struct fuzzy_query *query, const char *text, struct fuzzy_match *match_r);

#endif
