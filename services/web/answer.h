/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_ANSWER_H
#define SERVICES_WEB_ANSWER_H

#include "host/http.h"
#include "services/web/entry.h"

/*
 * From a request and what its path leads to, to an answer (RFC 9110): methods,
 * preconditions, content coding, ranges. The worker's thread.
 */

/* The header lines that are looked at, found in one walk. Values of lists that
 * stood on several lines are joined. Borrowed from the request. */
#define ANSWER_JOINED 1024
struct answer_fields {
	const char *range, *if_range;
	const char *if_match, *if_none_match;
	const char *if_modified_since, *if_unmodified_since;
	const char *accept_encoding;
	const char *referer, *agent;
	char joined[3][ANSWER_JOINED]; /* not initialised */
};

void answer_fields(const struct http_request *request, struct answer_fields *fields_r);

/* GET or HEAD of what was found. boundary: a number unlike any before, for
 * several ranges. */
void answer_entry(struct http_request *request, const struct entry *entry,
    const struct answer_fields *fields, uint64_t boundary);
/* Any other method: 204 for OPTIONS, 405 with Allow, 501. */
void answer_method(struct http_request *request);
/* An error page; the statuses that tell of a broken client close. */
void answer_status(struct http_request *request, unsigned status, bool close);

#endif
