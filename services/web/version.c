/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files are read and never mapped: one that is cut short while it is sent ends
 * that answer, and not the program. A descriptor belongs to the 200 answer that
 * was made of it, whose last reference closes it; ranges get a duplicate.
 */
#include "services/web/version.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "data/file.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/http.h"
#include "services/web/mime.h"
#include "services/web/root.h"

#define TICK_NS INT64_C(20000000) /* two ticks of the slowest kernel clock */

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool version_same(const struct stat *seen, const struct stat *stat)
{
	return seen->st_ino == stat->st_ino && seen->st_dev == stat->st_dev &&
	    seen->st_size == stat->st_size &&
	    nanoseconds(seen->st_mtim) == nanoseconds(stat->st_mtim) &&
	    nanoseconds(seen->st_ctim) == nanoseconds(stat->st_ctim);
}

static bool is_fresh(const struct stat *stat)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return nanoseconds(now) - nanoseconds(stat->st_ctim) < TICK_NS;
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
	if (MHD_add_response_header(response, name, value) != MHD_YES)
		abort(); /* constants and our own texts only */
}

void version_headers(const struct version *version, struct MHD_Response *response)
{
	add(response, MHD_HTTP_HEADER_CONTENT_TYPE, version->type);
	add(response, "X-Content-Type-Options", "nosniff");
	add(response, MHD_HTTP_HEADER_LAST_MODIFIED, version->modified_text);
	add(response, MHD_HTTP_HEADER_ETAG, version->etag);
	add(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
	if (version->encoding != ENCODING_IDENTITY)
		add(response, MHD_HTTP_HEADER_CONTENT_ENCODING,
		    encoding_kinds[version->encoding].coding);
	if (version->varies)
		add(response, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
}

static ssize_t read_nothing(void *arg, uint64_t position, char *out, size_t size)
{
	(void)arg;
	(void)position;
	(void)out;
	(void)size;
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* A 304 has the length of the 200 that it stands for (RFC 9110 8.6). The size of
 * a response is what libmicrohttpd prints, whatever header is added, and a 304's
 * content is never asked for: so it is one of that size without content. */
static struct MHD_Response *new_unchanged(const struct version *version)
{
	struct MHD_Response *response =
	    MHD_create_response_from_callback(version->size, 1, read_nothing, NULL, NULL);
	if (response == NULL)
		abort(); /* no memory for a few hundred bytes */
	add(response, MHD_HTTP_HEADER_ETAG, version->etag);
	add(response, MHD_HTTP_HEADER_LAST_MODIFIED, version->modified_text);
	if (version->varies)
		add(response, MHD_HTTP_HEADER_VARY, "Accept-Encoding");
	return response;
}

/* The whole file in memory, or NULL with errno; EAGAIN: it is being changed. */
static char *read_small(int fd, const struct stat *stat)
{
	size_t size = (size_t)stat->st_size, have = 0;
	char *bytes = memory_new(size + 1);
	while (have < size) {
		ssize_t n = pread(fd, bytes + have, size - have, (off_t)have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = EAGAIN;
			free(bytes);
			return NULL;
		}
		have += (size_t)n;
	}
	return bytes;
}

static void describe(struct version *version)
{
	const struct stat *seen = &version->seen;
	const char *coding = encoding_kinds[version->encoding].coding;
	version->size = (uint64_t)seen->st_size;
	version->modified = seen->st_mtim.tv_sec;
	http_date((time_t)version->modified, version->modified_text);
	text_format(version->etag, sizeof(version->etag), "\"%llx-%llx-%llx%s%s\"",
	    (unsigned long long)nanoseconds(seen->st_mtim), (unsigned long long)version->size,
	    (unsigned long long)seen->st_ino, coding != NULL ? "-" : "",
	    coding != NULL ? coding : "");
}

static bool build_answers(struct version *version, char *bytes, int fd)
{
	if (bytes != NULL)
		version->full.response = MHD_create_response_from_buffer((size_t)version->size,
		    bytes, MHD_RESPMEM_MUST_FREE);
	else
		version->full.response =
		    MHD_create_response_from_fd_at_offset64(version->size, fd, 0);
	if (version->full.response == NULL) {
		free(bytes);
		close(fd);
		return false;
	}
	if (bytes != NULL)
		close(fd);
	version->bytes = bytes;
	version->fd = bytes != NULL ? -1 : fd;
	version_headers(version, version->full.response);
	version->unchanged.response = new_unchanged(version);
	return true;
}

int version_open(int root, const char *path, enum encoding encoding, bool varies,
    struct version *version_r)
{
	char whole[4096 + 8];
	char *bytes = NULL;
	int fd, error;

	memset(version_r, 0, sizeof(*version_r));
	version_r->fd = -1;
	if (!text_format(whole, sizeof(whole), "%s%s", path, encoding_kinds[encoding].suffix))
		return ENAMETOOLONG;
	error = root_read(root, whole, &fd, &version_r->seen);
	if (error != 0)
		return error;
	version_r->encoding = encoding;
	version_r->varies = varies;
	version_r->type = mime_type(path);
	version_r->fresh = is_fresh(&version_r->seen);
	if (version_r->seen.st_size <= VERSION_SMALL) {
		bytes = read_small(fd, &version_r->seen);
		if (bytes == NULL) {
			error = errno;
			close(fd);
			return error;
		}
	} else if (file_kept_back(fd)) {
		/* It would stay open as long as somebody loads it. */
		close(fd);
		return EMFILE;
	}
	describe(version_r);
	return build_answers(version_r, bytes, fd) ? 0 : ENOMEM;
}

void version_close(struct version *version)
{
	if (version->full.response != NULL)
		MHD_destroy_response(version->full.response);
	if (version->unchanged.response != NULL)
		MHD_destroy_response(version->unchanged.response);
	version->full.response = version->unchanged.response = NULL;
	version->bytes = NULL;
	version->fd = -1;
}
