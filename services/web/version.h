/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_VERSION_H
#define SERVICES_WEB_VERSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include <microhttpd.h>

#include "host/http.h"
#include "services/web/conditional.h"
#include "services/web/encoding.h"
#include "services/web/range.h"

/*
 * One version of one file, ready to be sent: answers for 200 and 304 are built
 * once and then only queued. A small file's bytes are in memory, a bigger one
 * keeps its descriptor. It does not change when the file does; version_same
 * with what it has seen tells that it did. One thread.
 */
/* Bytes; up to here in memory. Measured: from memory a 16 KiB file costs a
 * seventh more CPU than from a descriptor, a 4 KiB file a fifth less. */
#define VERSION_SMALL (8 * 1024)
#define VERSION_ETAG 64

struct version {
	int fd;            /* -1: in memory; owned by full */
	const char *bytes; /* NULL: on disk; owned by full */
	uint64_t size;
	struct stat seen;
	/* It changed in the very tick in which it was read, so that a second
	 * change would not show in its times. */
	bool fresh;
	const char *type; /* a constant */
	enum encoding encoding;
	bool varies;      /* Vary: Accept-Encoding */
	int64_t modified; /* s since 1970 */
	char etag[VERSION_ETAG];
	char modified_text[32];
	struct http_kept full;      /* 200 */
	struct http_kept unchanged; /* 304 */
};

/* path below root, with the suffix of encoding; its type comes from path
 * without it. 0 and a version that is given to version_close, or an errno. */
int version_open(int root, const char *path, enum encoding encoding, bool varies,
    struct version *version_r);
/* Answers under way keep what they need of it. */
void version_close(struct version *version);
/* Both are the same file, unchanged. */
bool version_same(const struct stat *seen, const struct stat *stat);

/* Parts of it, for 206; the caller gives it to http_answer_once. Several ranges
 * become multipart/byteranges with this boundary. NULL: no descriptor. */
struct MHD_Response *version_part(const struct version *version, const struct range *range);
struct MHD_Response *version_parts(const struct version *version, const struct range *ranges,
    size_t count, uint64_t boundary);
/* The headers that all answers with this version carry. */
void version_headers(const struct version *version, struct MHD_Response *response);

#endif
