/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_AUDIT_FILE_H
#define HOST_AUDIT_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "data/fault.h"

/*
 * The audit list's file: a JSON object a line, each with "version" and "number".
 * Lines are only ever added: an entry that changes is written again whole, and
 * the last line with its number counts. PATH is rotated into PATH.1, so both
 * together are bounded. Any thread, one at a time for a path.
 */
#define AUDIT_FILE_VERSION 1
#define AUDIT_FILE_BYTES ((size_t)1 << 20) /* rotated at this size */

/* Adds lines (length bytes, each with its newline) durably. A line that a power cut
 * tore before is cut off first. False: fault, and nothing was added, unless it was
 * the disk that did not say so. */
bool audit_file_append(const char *path, size_t limit, const char *lines, size_t length,
    struct fault *fault);
/* Calls each with every entry, oldest line first; entry is borrowed. What is no
 * entry, or of a newer version, is left out and counted. False: a file is there
 * and cannot be read; what the other had has been given. */
bool audit_file_read(const char *path, size_t limit, void (*each)(void *arg, json_t *entry),
    void *arg, unsigned *left_out_r, struct fault *fault);

#endif
