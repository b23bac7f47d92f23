/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_MEMORY_H
#define DATA_MEMORY_H

#include <stddef.h>

/*
 * Small allocations: they end the program with a message when the system has
 * no memory, so callers need no check. Never for a size that a peer chose:
 * check that against a limit first. The caller owns the result and gives it
 * to free(). Any thread.
 */
void *memory_new(size_t size);                             /* zeroed */
void *memory_array(size_t count, size_t size);             /* zeroed; overflow ends the program */
void *memory_resize(void *old, size_t count, size_t size); /* new part not zeroed */
void *memory_copy(const void *bytes, size_t size);
char *memory_string(const char *text); /* NULL gives NULL */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
