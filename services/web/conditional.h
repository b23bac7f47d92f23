/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_CONDITIONAL_H
#define SERVICES_WEB_CONDITIONAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Conditional requests (RFC 9110 section 13): whether a GET or HEAD of
 * something that exists is answered with it, with 304 or with 412. Pure, any
 * thread.
 */

/* What is known of the representation that would be sent. */
struct validators {
	const char *etag; /* with its quotes; "W/" before it when weak */
	int64_t modified; /* s since 1970 */
};

/* Header values as received (several lines of one list joined with ", "), NULL
 * for those that are not there. */
struct conditions {
	const char *if_match;
	const char *if_none_match;
	const char *if_modified_since;
	const char *if_unmodified_since;
	const char *if_range;
};

/* The status that section 13.2.2 arrives at: 200 (go on, with Range if there is
 * one), 304 or 412. now: s since 1970, for two-digit years. */
int conditional_check(const struct conditions *conditions, const struct validators *validators,
    int64_t now);

/* Whether Range is to be heeded (section 13.1.5): no If-Range, or one that
 * names this very representation. */
bool conditional_range(const struct conditions *conditions, const struct validators *validators,
    int64_t now);

/* Whether list (an entity-tag list or "*") names etag; weak: by weak
 * comparison (section 8.8.3.2). A list is read up to its first mistake. */
bool conditional_etag_listed(const char *list, const char *etag, bool weak);

#endif
