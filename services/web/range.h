/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_RANGE_H
#define SERVICES_WEB_RANGE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Range requests in bytes (RFC 9110 section 14). Pure, any thread.
 */
#define RANGE_MAX 16 /* ranges of one request; with more it is ignored */

struct range {
	uint64_t first;
	uint64_t length; /* never 0, never past the end */
};

enum range_answer {
	RANGE_ALL,           /* no range, or one to be ignored: send everything */
	RANGE_SOME,          /* count_r ranges, in the order asked for */
	RANGE_UNSATISFIABLE, /* 416 */
};

/* header: the value of Range, or NULL. size: of the representation. Ranges that
 * overlap or touch are joined, so that what is sent is never more than size
 * bytes (beside the parts' heads). */
enum range_answer range_parse(const char *header, uint64_t size, struct range ranges_r[RANGE_MAX],
    size_t *count_r);

#endif
