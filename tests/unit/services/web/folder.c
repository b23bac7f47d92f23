/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Built into the tests that need files; see folder.h. */
#include "tests/unit/services/web/folder.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void require(int holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	abort();
}

const char *folder_path(const struct folder *folder, const char *name)
{
	static char path[1024];
	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	return path;
}

void folder_make(struct folder *folder)
{
	const char *base = getenv("TMPDIR");
	snprintf(folder->path, sizeof(folder->path), "%s/web-test-XXXXXX",
	    base != NULL ? base : "/tmp");
	require(mkdtemp(folder->path) != NULL, folder->path);
	require(chmod(folder->path, 0755) == 0, folder->path);
	snprintf(folder->root, sizeof(folder->root), "%s/root", folder->path);
	folder_folder(folder, "root");
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *where)
{
	(void)stat;
	(void)kind;
	(void)where;
	return remove(path);
}

void folder_remove(struct folder *folder)
{
	nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void folder_age(const struct folder *folder, const char *name, long seconds)
{
	struct timespec times[2];
	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec -= seconds;
	times[1] = times[0];
	const char *path = folder_path(folder, name);
	require(utimensat(AT_FDCWD, path, times, 0) == 0, path);
}

void folder_bytes(const struct folder *folder, const char *name, const void *bytes, size_t length)
{
	const char *path = folder_path(folder, name);
	FILE *file = fopen(path, "w");
	require(file != NULL, path);
	require(fwrite(bytes, 1, length, file) == length, path);
	require(fclose(file) == 0, path);
	folder_age(folder, name, 3600);
}

void folder_file(const struct folder *folder, const char *name, const char *text)
{
	folder_bytes(folder, name, text, strlen(text));
}

void folder_folder(const struct folder *folder, const char *name)
{
	const char *path = folder_path(folder, name);
	require(mkdir(path, 0755) == 0, path);
}

void folder_link(const struct folder *folder, const char *name, const char *to)
{
	const char *path = folder_path(folder, name);
	require(symlink(to, path) == 0, path);
}

void folder_fifo(const struct folder *folder, const char *name)
{
	const char *path = folder_path(folder, name);
	require(mkfifo(path, 0644) == 0, path);
}

void folder_delete(const struct folder *folder, const char *name)
{
	const char *path = folder_path(folder, name);
	require(remove(path) == 0, path);
}

void folder_mode(const struct folder *folder, const char *name, mode_t mode)
{
	const char *path = folder_path(folder, name);
	require(chmod(path, mode) == 0, path);
}
