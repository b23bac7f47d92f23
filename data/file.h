/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_FILE_H
#define DATA_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "data/fault.h"

/*
 * Whole small files. Replacing is atomic and durable: temporary file, fsync,
 * rename, fsync of the folder; a failed fsync is not tried again. Any thread.
 */

/* The file's bytes with a NUL behind them, the caller frees; NULL and fault
 * when it cannot be read or is longer than limit bytes; errno tells the error
 * (ENOENT, EACCES, EFBIG, EISDIR, ...). length_r may be NULL. */
char *file_read(const char *path, size_t limit, size_t *length_r, struct fault *fault);
bool file_replace(const char *path, const void *bytes, size_t length, unsigned mode,
    struct fault *fault);
/* Its two halves, for a file that must keep owner and mode: all bytes to fd, and an
 * fsync of the folder that path lies in. False: errno. */
bool file_write_all(int fd, const char *bytes, size_t length);
bool file_sync_folder(const char *path);
/* mkdir -p with the given mode for what is missing. */
bool file_make_folder(const char *path, unsigned mode, struct fault *fault);
/* Why the process cannot read path: the first component that refuses, its
 * owner and mode, and who asks. Writes a sentence to out. */
void file_explain(const char *path, int error, char *out, size_t size);

/* True when fd is among the last numbers below the limit of open files (32, or a
 * quarter of a small limit). The kernel gives the lowest free number, so this few
 * are left: what clients cause gives it back, so that the journal, the settings and
 * who steers always have one. */
bool file_kept_back(int fd);

#endif
