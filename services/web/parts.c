/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts of a version. One range is sent as a whole file is: from a descriptor
 * with an offset, or a copy of its bytes. Several ranges are a body that is put
 * together while it is sent: all heads of parts are printed beforehand (their
 * number is limited), so that the length is known and the reader only has to
 * find which piece a position lies in.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/memory.h"
#include "data/text.h"
#include "services/web/version.h"

#define PARTS_BLOCK (32 * 1024)
#define PARTS_HEAD 256

struct piece {
	uint64_t begin; /* in the body */
	size_t head_length;
	struct range range; /* length 0: the closing delimiter */
	char head[PARTS_HEAD];
};

struct parts {
	int fd;       /* -1: bytes */
	char *bytes;  /* a copy */
	size_t count; /* pieces, the closing one included */
	struct piece piece[RANGE_MAX + 1];
};

static int duplicate(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

struct MHD_Response *version_part(const struct version *version, const struct range *range)
{
	struct MHD_Response *response;
	char text[96];

	if (version->bytes != NULL) {
		response = MHD_create_response_from_buffer((size_t)range->length,
		    (void *)(uintptr_t)(version->bytes + range->first), MHD_RESPMEM_MUST_COPY);
	} else {
		int fd = duplicate(version->fd);
		if (fd < 0)
			return NULL;
		response = MHD_create_response_from_fd_at_offset64(range->length, fd, range->first);
		if (response == NULL)
			close(fd);
	}
	if (response == NULL)
		return NULL;
	version_headers(version, response);
	text_format(text, sizeof(text), "bytes %llu-%llu/%llu", (unsigned long long)range->first,
	    (unsigned long long)(range->first + range->length - 1),
	    (unsigned long long)version->size);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_RANGE, text);
	return response;
}

static uint64_t piece_end(const struct piece *piece)
{
	return piece->begin + piece->head_length + piece->range.length;
}

static ssize_t read_file(const struct parts *parts, uint64_t from, char *out, size_t size)
{
	if (parts->bytes != NULL) {
		memcpy(out, parts->bytes + from, size);
		return (ssize_t)size;
	}
	ssize_t n;
	do
		n = pread(parts->fd, out, size, (off_t)from);
	while (n < 0 && errno == EINTR);
	/* Cut short meanwhile: the length that was promised cannot be kept. */
	return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t read_parts(void *arg, uint64_t position, char *out, size_t size)
{
	const struct parts *parts = arg;
	size_t i = 0;
	while (i < parts->count && position >= piece_end(&parts->piece[i]))
		i++;
	if (i == parts->count)
		return MHD_CONTENT_READER_END_OF_STREAM;
	const struct piece *piece = &parts->piece[i];
	uint64_t at = position - piece->begin;
	if (at < piece->head_length) {
		size_t left = piece->head_length - (size_t)at;
		size = size < left ? size : left;
		memcpy(out, piece->head + at, size);
		return (ssize_t)size;
	}
	at -= piece->head_length;
	uint64_t left = piece->range.length - at;
	return read_file(parts, piece->range.first + at, out, size < left ? size : (size_t)left);
}

static void free_parts(void *arg)
{
	struct parts *parts = arg;
	if (parts->fd >= 0)
		close(parts->fd);
	free(parts->bytes);
	free(parts);
}

/* Prints the heads and says where each piece begins; returns the length of the
 * body. */
static uint64_t lay_out(struct parts *parts, const struct version *version,
    const struct range *ranges, size_t count, uint64_t boundary)
{
	uint64_t begin = 0;
	for (size_t i = 0; i <= count; i++) {
		struct piece *piece = &parts->piece[i];
		piece->begin = begin;
		if (i < count) {
			piece->range = ranges[i];
			text_format(piece->head, sizeof(piece->head),
			    "%s--%016llx\r\nContent-Type: %s\r\n"
			    "Content-Range: bytes %llu-%llu/%llu\r\n\r\n",
			    i > 0 ? "\r\n" : "", (unsigned long long)boundary, version->type,
			    (unsigned long long)ranges[i].first,
			    (unsigned long long)(ranges[i].first + ranges[i].length - 1),
			    (unsigned long long)version->size);
		} else {
			text_format(piece->head, sizeof(piece->head), "\r\n--%016llx--\r\n",
			    (unsigned long long)boundary);
		}
		piece->head_length = strlen(piece->head);
		begin = piece_end(piece);
	}
	parts->count = count + 1;
	return begin;
}

struct MHD_Response *version_parts(const struct version *version, const struct range *ranges,
    size_t count, uint64_t boundary)
{
	struct parts *parts = memory_new(sizeof(*parts));
	struct version multipart = *version;
	char type[64];

	parts->fd = -1;
	if (version->bytes != NULL) {
		parts->bytes = memory_copy(version->bytes, (size_t)version->size);
	} else {
		parts->fd = duplicate(version->fd);
		if (parts->fd < 0)
			goto failed;
	}
	uint64_t length = lay_out(parts, version, ranges, count, boundary);
	struct MHD_Response *response =
	    MHD_create_response_from_callback(length, PARTS_BLOCK, read_parts, parts, free_parts);
	if (response == NULL)
		goto failed;
	text_format(type, sizeof(type), "multipart/byteranges; boundary=%016llx",
	    (unsigned long long)boundary);
	multipart.type = type;
	version_headers(&multipart, response);
	return response;
failed:
	free_parts(parts);
	return NULL;
}
