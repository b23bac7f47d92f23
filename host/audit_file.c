/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file that is only added to, so that a power cut can harm no entry but the
 * one that was not acknowledged yet. Each addition opens the file anew: they
 * are rare, and a file that somebody moved away is made again.
 */
#include "config.h"

#include "host/audit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/file.h"
#include "data/memory.h"

#define READ_FACTOR 16 /* one addition may be longer than the limit */
#define TAIL_BLOCK 4096

/* Where the last whole line ends; -1 and errno. */
static off_t audit_file_whole(int fd, off_t size)
{
	char block[TAIL_BLOCK];

	while (size > 0) {
		off_t start = size > TAIL_BLOCK ? size - TAIL_BLOCK : 0;
		ssize_t got = pread(fd, block, (size_t)(size - start), start);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		const char *end = memrchr(block, '\n', (size_t)got);
		if (end)
			return start + (end - block) + 1;
		size = start;
	}
	return 0;
}

/* The file, open at its whole end; -1 and errno. */
static int audit_file_open(const char *path, off_t *end_r)
{
	struct stat status;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0 && (*end_r = audit_file_whole(fd, status.st_size)) >= 0 &&
	    (*end_r == status.st_size || ftruncate(fd, *end_r) == 0))
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static bool audit_file_rotate(const char *path)
{
	char *older = memory_format("%s.1", path);
	bool done = rename(path, older) == 0 && file_sync_folder(path);

	free(older);
	return done;
}

static bool audit_file_write(int fd, off_t end, const char *lines, size_t length)
{
	if (lseek(fd, end, SEEK_SET) >= 0 && file_write_all(fd, lines, length))
		return fsync(fd) == 0;
	int error = errno;
	/* A torn line that stays is cut off by the next addition. */
	if (ftruncate(fd, end) < 0)
		error = errno;
	errno = error;
	return false;
}

bool audit_file_append(const char *path, size_t limit, const char *lines, size_t length,
    struct fault *fault)
{
	off_t end = 0;
	int fd = audit_file_open(path, &end);

	if (fd >= 0 && end > 0 && (size_t)end + length > limit) {
		close(fd);
		fd = audit_file_rotate(path) ? audit_file_open(path, &end) : -1;
	}
	bool done = fd >= 0 && audit_file_write(fd, end, lines, length) &&
	    (end > 0 || file_sync_folder(path));
	if (!done)
		fault_errno(fault, errno, "cannot write %s", path);
	if (fd >= 0)
		close(fd);
	return done;
}

static bool audit_file_entry(const char *line, size_t length, json_t **entry_r)
{
	json_t *entry = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	json_int_t version = json_integer_value(json_object_get(entry, "version"));

	*entry_r = entry;
	return version >= 1 && version <= AUDIT_FILE_VERSION &&
	    json_integer_value(json_object_get(entry, "number")) > 0;
}

static bool audit_file_read_one(const char *path, size_t limit,
    void (*each)(void *arg, json_t *entry), void *arg, unsigned *left_out, struct fault *fault)
{
	struct fault why;
	size_t length;
	char *text = file_read(path, limit * READ_FACTOR, &length, &why);

	if (!text) {
		if (errno == ENOENT)
			return true;
		*fault = why;
		return false;
	}
	for (size_t at = 0; at < length;) {
		const char *end = memchr(text + at, '\n', length - at);
		size_t size = end ? (size_t)(end - text) - at : length - at;
		json_t *entry = NULL;
		/* Without its newline it was never acknowledged. */
		if (end && audit_file_entry(text + at, size, &entry))
			each(arg, entry);
		else
			++*left_out;
		json_decref(entry);
		at += size + 1;
	}
	free(text);
	return true;
}

bool audit_file_read(const char *path, size_t limit, void (*each)(void *arg, json_t *entry),
    void *arg, unsigned *left_out_r, struct fault *fault)
{
	char *older = memory_format("%s.1", path);

	*left_out_r = 0;
	bool done = audit_file_read_one(older, limit, each, arg, left_out_r, fault);
	done &= audit_file_read_one(path, limit, each, arg, left_out_r, fault);
	free(older);
	return done;
}
