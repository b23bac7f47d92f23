/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_LISTING_H
#define SERVICES_WEB_LISTING_H

#include <stddef.h>
#include <stdio.h>

#include <microhttpd.h>

/*
 * The page that lists a folder: what could be fetched from it and nothing else
 * (no dot files, no links out of the root, no devices), folders first, at most
 * LISTING_MAX names. One thread at a time.
 */
#define LISTING_MAX 2000

/* 0 and a page that the caller destroys, with its size added to memory_r and the
 * number of names that were looked at to looked_r; or an errno. */
int listing_make(int root, const char *path, struct MHD_Response **page_r, size_t *memory_r,
    size_t *looked_r);

/* text as HTML: markup escaped, what is not valid UTF-8 made visible. */
void listing_escape(FILE *out, const char *text);
/* A file name as one segment of a relative reference (RFC 3986 4.2): all but
 * unreserved characters encoded. */
void listing_encode(FILE *out, const char *name);

#endif
