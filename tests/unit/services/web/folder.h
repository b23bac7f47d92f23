/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_SERVICES_WEB_FOLDER_H
#define TESTS_UNIT_SERVICES_WEB_FOLDER_H

#include <stddef.h>
#include <sys/types.h>

/*
 * A folder of a test's own, with a root in it and things outside of that root.
 * Every function ends the test when something goes wrong.
 */
struct folder {
	char path[256]; /* what is removed in the end */
	char root[280]; /* path/root */
};

void folder_make(struct folder *folder);
void folder_remove(struct folder *folder);
/* name is below path ("root/a.txt"). The file's times lie an hour back, so
 * that it does not count as being written at the moment. */
void folder_file(const struct folder *folder, const char *name, const char *text);
void folder_bytes(const struct folder *folder, const char *name, const void *bytes, size_t length);
void folder_folder(const struct folder *folder, const char *name);
void folder_link(const struct folder *folder, const char *name, const char *to);
void folder_fifo(const struct folder *folder, const char *name);
void folder_delete(const struct folder *folder, const char *name);
void folder_mode(const struct folder *folder, const char *name, mode_t mode);
/* Seconds back from now. */
void folder_age(const struct folder *folder, const char *name, long seconds);
/* path/name in a buffer that the next call uses again. */
const char *folder_path(const struct folder *folder, const char *name);

#endif
