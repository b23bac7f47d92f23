/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_TARGET_H
#define SERVICES_WEB_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * From a request target as it came over the wire (RFC 9112 section 3.2) to a
 * path below the root that is safe to open: relative, decoded once, without
 * empty, "." or ".." segments, without names that begin with a dot (but for
 * .well-known at the top, RFC 8615), without NUL and control characters.
 * Pure, any thread.
 */
#define TARGET_PATH 4096 /* bytes of a decoded path, its NUL included */

struct target {
	char path[TARGET_PATH]; /* no slash at either end; "" is the root itself */
	size_t length;
	bool folder;   /* the target ended in '/' */
	bool asterisk; /* "*": the server itself; path is empty */
	/* It looks like an attempt to escape from the root, though it cannot:
	 * where nothing of that name is found the connection is closed. */
	bool odd;
	/* Borrowed from the raw target: the path still encoded, beginning with
	 * '/' (empty for "http://host"), and the query without its '?' (NULL:
	 * none). */
	const char *raw_path;
	size_t raw_path_length;
	const char *query;
	size_t query_length;
};

/* Where the path begins and ends in raw: what comes before a query, without
 * scheme and authority. False when it is in none of the three forms. */
bool target_split(const char *raw, size_t length, struct target *target_r);

/* 0, or the status that answers it: 400 (malformed, or a way out of the root),
 * 404 (a name that is never served), 414 (too long). */
int target_parse(const char *raw, size_t length, struct target *target_r);

#endif
