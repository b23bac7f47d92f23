/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_ARENA_H
#define HOST_ARENA_H

#include <stdint.h>

/*
 * Memory by service: a jemalloc arena for each, to which its threads are bound,
 * so that what libraries allocate counts too. Without jemalloc (sanitizers)
 * there are none and every figure is -1, unknown.
 */
int arena_new(void);            /* -1: not available */
void arena_bind(int arena);     /* this thread, before its first malloc */
void arena_refresh(void);       /* at most once a second; before arena_bytes */
int64_t arena_bytes(int arena); /* allocated now, -1: unknown */

#endif
