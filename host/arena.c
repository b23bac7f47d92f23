/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The figure is small + large allocations less what lies in thread caches,
 * which was measured to be exact for idle threads.
 */
#include "config.h"

#include "host/arena.h"

#ifdef HAVE_JEMALLOC
#include <jemalloc/jemalloc.h>
#include <stdio.h>

/* One arena for the program itself, small caches, memory given back soon. */
const char *malloc_conf = "narenas:1,tcache_max:4096,dirty_decay_ms:1000,muzzy_decay_ms:0";

int arena_new(void)
{
	unsigned arena;
	size_t size = sizeof arena;

	return mallctl("arenas.create", &arena, &size, NULL, 0) ? -1 : (int)arena;
}

void arena_bind(int arena)
{
	unsigned number = (unsigned)arena;

	if (arena >= 0)
		mallctl("thread.arena", NULL, NULL, &number, sizeof number);
}

void arena_refresh(void)
{
	uint64_t epoch = 1;

	mallctl("epoch", NULL, NULL, &epoch, sizeof epoch);
}

static int64_t arena_figure(int arena, const char *name)
{
	char path[64];
	size_t value = 0, size = sizeof value;

	snprintf(path, sizeof path, "stats.arenas.%d.%s", arena, name);
	return mallctl(path, &value, &size, NULL, 0) ? 0 : (int64_t)value;
}

int64_t arena_bytes(int arena)
{
	if (arena < 0)
		return -1;
	int64_t bytes = arena_figure(arena, "small.allocated") +
	    arena_figure(arena, "large.allocated") - arena_figure(arena, "tcache_bytes");
	return bytes < 0 ? 0 : bytes;
}

#else

int arena_new(void)
{
	return -1;
}

void arena_bind(int arena)
{
	(void)arena;
}

void arena_refresh(void)
{
}

int64_t arena_bytes(int arena)
{
	(void)arena;
	return -1;
}

#endif
