/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_TARGET_H
#define SERVICES_WEB_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * From the path of a request target as http_path gives it (RFC 3986 section
 * 3.3, without the query) to a path below the root that is safe to open:
 * relative, decoded once, without empty, "." or ".." segments, without names
 * that begin with a dot (but for .well-known at the top, RFC 8615), without NUL
 * and control characters. Pure, any thread.
 */
#define TARGET_PATH 4096 /* bytes of a decoded path, its NUL included */

struct target {
	char path[TARGET_PATH]; /* no slash at either end; "" is the root itself */
	size_t length;
	bool folder; /* the target ended in '/' */
	/* It looks like an attempt to escape from the root, though it cannot:
	 * where nothing of that name is found the connection is closed. */
	bool odd;
};

/* 0, or the status that answers it: 400 (malformed, or a way out of the root),
 * 404 (a name that is never served), 414 (too long). */
int target_parse(const char *raw, size_t length, struct target *target_r);

/* The one text that stands for all spellings of an accepted path: decoded, a
 * slash in front and one behind a folder. For a path without escapes it is that
 * path. Not NUL-terminated; returns its length. */
size_t target_key(const struct target *target, char out[TARGET_PATH + 2]);

#endif
