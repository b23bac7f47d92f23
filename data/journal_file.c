/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files of whole lines. A write that stops half way is cut back to the end of
 * the last whole line, and a line that a crash has torn is ended before another
 * follows it, so that one bad moment spoils one record.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/file.h"
#include "data/journal_private.h"
#include "data/memory.h"
#include "data/text.h"

#define RETRY_NS (5 * CLOCK_SECOND)
#define FILE_LEAST 4096 /* smaller ones would rotate with every batch */

bool journal_file_name(const char *folder, unsigned number, char *out, size_t size)
{
	return number ? text_format(out, size, "%s/" JOURNAL_NAME ".%u", folder, number) :
			text_format(out, size, "%s/" JOURNAL_NAME, folder);
}

void journal_file_close(struct journal_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

void journal_file_set(struct journal_file *file, const struct journal_limits *limits)
{
	bool same = file->folder && limits->folder && strcmp(file->folder, limits->folder) == 0;

	file->limit = limits->file_bytes > FILE_LEAST ? limits->file_bytes : FILE_LEAST;
	file->files = limits->files < 1 ? 1 : limits->files;
	if (file->files > JOURNAL_FILES_MOST)
		file->files = JOURNAL_FILES_MOST;
	file->retry_ns = 0;
	if (same)
		return;
	journal_file_close(file);
	free(file->folder);
	free(file->path);
	file->folder = memory_string(limits->folder);
	file->path = limits->folder ? memory_format("%s/" JOURNAL_NAME, limits->folder) : NULL;
	file->error = 0;
}

static bool failed(struct journal_file *file, int error)
{
	file->error = error;
	return false;
}

static bool ends_torn(int fd, int64_t size)
{
	char last;

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

bool journal_file_open(struct journal_file *file)
{
	struct stat status;

	if (!file->folder || file->fd >= 0)
		return true;
	const int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	int fd = open(file->path, flags, 0640);
	if (fd < 0 && errno == ENOENT && file_make_folder(file->folder, 0750, NULL))
		fd = open(file->path, flags, 0640);
	if (fd < 0)
		return failed(file, errno);
	int error = fstat(fd, &status) != 0 ? errno : S_ISREG(status.st_mode) ? 0 : EINVAL;
	if (error) {
		close(fd);
		return failed(file, error);
	}
	file->fd = fd;
	file->size = status.st_size;
	file->device = status.st_dev;
	file->inode = status.st_ino;
	file->torn = ends_torn(fd, file->size);
	file->error = 0;
	return true;
}

/* Somebody may have moved or removed the file under us. */
static void look(struct journal_file *file, int64_t now_ns)
{
	struct stat status;

	if (file->fd < 0 || now_ns - file->looked_ns < CLOCK_SECOND)
		return;
	file->looked_ns = now_ns;
	if (stat(file->path, &status) != 0 || status.st_dev != file->device ||
	    status.st_ino != file->inode)
		journal_file_close(file);
	else
		file->size = status.st_size;
}

/* journal.log becomes .1, .1 becomes .2; the oldest goes. Where names cannot be
 * moved nothing is written: a file that only grows would fill the disk. */
static bool rotate(struct journal_file *file)
{
	char from[PATH_MAX], to[PATH_MAX];

	for (unsigned number = file->files - 1; number > 0; number--) {
		if (!journal_file_name(file->folder, number - 1, from, sizeof from) ||
		    !journal_file_name(file->folder, number, to, sizeof to))
			return failed(file, ENAMETOOLONG);
		if (rename(from, to) != 0 && errno != ENOENT)
			return failed(file, errno);
	}
	if (file->files == 1 && unlink(file->path) != 0 && errno != ENOENT)
		return failed(file, errno);
	/* What a larger number of files left behind. */
	for (unsigned number = file->files; number <= JOURNAL_FILES_MOST; number++)
		if (!journal_file_name(file->folder, number, to, sizeof to) || unlink(to) != 0)
			break;
	journal_file_close(file);
	return journal_file_open(file);
}

static bool ready(struct journal_file *file, size_t length, int64_t now_ns)
{
	look(file, now_ns);
	if (file->fd < 0 && !journal_file_open(file))
		return false;
	if (file->size > 0 && file->size + (int64_t)length > file->limit && !rotate(file))
		return false;
	if (file->torn) {
		if (write(file->fd, "\n", 1) != 1)
			return failed(file, errno);
		file->torn = false;
		file->size++;
	}
	return true;
}

/* Keeps the whole lines of what was written and cuts the rest off. */
static size_t cut_back(struct journal_file *file, const char *lines, size_t written)
{
	size_t whole = written;

	while (whole > 0 && lines[whole - 1] != '\n')
		whole--;
	file->size += (int64_t)written;
	if (whole < written) {
		if (ftruncate(file->fd, file->size - (int64_t)(written - whole)) == 0)
			file->size -= (int64_t)(written - whole);
		else
			file->torn = true;
	}
	return whole;
}

size_t journal_file_write(struct journal_file *file, const char *lines, size_t length,
    int64_t now_ns)
{
	size_t written = 0;

	if (file->error && now_ns < file->retry_ns)
		return 0;
	file->error = 0;
	if (ready(file, length, now_ns)) {
		while (written < length && !file->error) {
			ssize_t put = write(file->fd, lines + written, length - written);
			if (put > 0)
				written += (size_t)put;
			else if (put == 0 || errno != EINTR)
				file->error = put == 0 ? EIO : errno;
		}
		written = cut_back(file, lines, written);
	}
	if (file->error)
		file->retry_ns = now_ns + RETRY_NS;
	return written;
}
