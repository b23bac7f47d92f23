/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_MIME_H
#define SERVICES_WEB_MIME_H

#include <stddef.h>

/*
 * The media type that a file's name stands for, as a Content-Type value
 * (RFC 9110 section 8.3; types as registered with IANA where they are). Text
 * is taken to be UTF-8. Pure, any thread.
 */

/* path: a file name or a path. Never NULL: "application/octet-stream" for a
 * name without an extension or with one that is not known. A constant. */
const char *mime_type(const char *path);

/* For the tests: the table's rows in order; NULL behind the last. */
const char *mime_extension(size_t index);

#endif
