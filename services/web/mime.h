/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_MIME_H
#define SERVICES_WEB_MIME_H

/*
 * The media type that a file's name stands for, as a Content-Type value
 * (RFC 9110 section 8.3; types as registered with IANA where they are). Text
 * is taken to be UTF-8. Pure, any thread.
 */

/* path: a file name or a path. Never NULL: "application/octet-stream" for a
 * name without an extension or with one that is not known. A constant. */
const char *mime_type(const char *path);

#endif
