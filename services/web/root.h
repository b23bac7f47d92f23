/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_ROOT_H
#define SERVICES_WEB_ROOT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "data/fault.h"

/*
 * Opening below a folder and never outside of it (openat2 with RESOLVE_BENEATH):
 * ".." and symbolic links that lead out give an error, relative links that stay
 * inside are followed. Any thread. Paths are relative; "" is the folder itself.
 */

/* The folder's descriptor (O_PATH), the caller closes it; -1: fault says who
 * may not enter what. */
int root_open(const char *folder, struct fault *fault);

/* What path is, without opening it in earnest: a fifo or a device feels
 * nothing of it. 0, or an errno: ENOENT, EACCES, EXDEV (leads out), ... */
int root_look(int root, const char *path, struct stat *stat_r);

/* A regular file, for reading. 0 or an errno; ENOENT for what is no regular
 * file. The caller closes *fd_r. */
int root_read(int root, const char *path, int *fd_r, struct stat *stat_r);

/* A folder, to list its names. As root_read. */
int root_folder(int root, const char *path, int *fd_r, struct stat *stat_r);

/* Whether path, or what would be made under that name, lies in folder: by inodes
 * and through links, whatever the spelling. Neither need exist. */
bool root_holds(const char *folder, const char *path);

/* The status that an errno of these stands for: 404, 403, 503 or 500. */
int root_status(int error);

/* Whether this kernel has openat2; fault says what is needed. */
bool root_supported(struct fault *fault);

#endif
