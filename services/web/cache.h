/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_CACHE_H
#define SERVICES_WEB_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/web/entry.h"

/*
 * A worker's open files, found by the key that all spellings of a path share
 * (target_key). Bounded in number, memory and descriptors; the least recently used
 * goes first. What is no file (404, redirects, listings) has a quarter of the
 * places for itself, so that asking for names that do not exist drives no file
 * out. One thread.
 */
#define CACHE_KEY_MAX 512 /* a longer path is not kept */
/* Descriptors of one worker: its part of a 32nd of what the program may have,
 * within these. */
#define CACHE_DESCRIPTORS 1024
#define CACHE_DESCRIPTORS_MIN 16

struct cache;

/* files: entries kept, 0: none. memory: bytes of all of them. workers: how many
 * such caches the program has. */
struct cache *cache_new(size_t files, size_t memory, unsigned workers);
void cache_free(struct cache *cache); /* NULL allowed */

/* NULL when there is none. Counts a hit. */
struct entry *cache_find(struct cache *cache, const char *key, size_t length);
/* Takes entry over and may close others to make room; false when it is not
 * one that is kept: then it stays the caller's. */
bool cache_keep(struct cache *cache, struct entry *entry);
/* Closes it. */
void cache_drop(struct cache *cache, struct entry *entry);
/* Closes all; returns how many. */
size_t cache_flush(struct cache *cache);
/* Files, the most recently used first. */
void cache_each(const struct cache *cache, void (*each)(void *arg, const struct entry *entry),
    void *arg);

#endif
