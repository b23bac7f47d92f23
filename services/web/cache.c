/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chained buckets and two lists in order of use. The hash is seeded, so that
 * nobody can choose paths that all fall into one bucket.
 */
#include "services/web/cache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>

#include "data/clock.h"
#include "data/memory.h"

struct order {
	struct entry *newest, *oldest;
	size_t count, limit;
};

struct cache {
	struct entry **bucket;
	size_t mask;
	struct order files, others;
	size_t memory, memory_limit;
	unsigned descriptors, descriptor_limit;
	uint64_t seed;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_key(const struct cache *cache, const char *key, size_t length)
{
	uint64_t hash = cache->seed ^ length, word;
	while (length >= sizeof(word)) {
		memcpy(&word, key, sizeof(word));
		hash = mix(hash ^ word, UINT64_C(0x9e3779b97f4a7c15));
		key += sizeof(word);
		length -= sizeof(word);
	}
	word = 0;
	memcpy(&word, key, length);
	return mix(hash ^ word, cache->seed | 1);
}

static struct order *order_of(struct cache *cache, const struct entry *entry)
{
	return entry->kind == ENTRY_FILE ? &cache->files : &cache->others;
}

static void order_remove(struct order *order, struct entry *entry)
{
	if (entry->newer != NULL)
		entry->newer->older = entry->older;
	else
		order->newest = entry->older;
	if (entry->older != NULL)
		entry->older->newer = entry->newer;
	else
		order->oldest = entry->newer;
	order->count--;
}

static void order_add(struct order *order, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = order->newest;
	if (order->newest != NULL)
		order->newest->newer = entry;
	else
		order->oldest = entry;
	order->newest = entry;
	order->count++;
}

/* A small part of what the program may have open: connections come first. */
static unsigned descriptor_limit(unsigned workers)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return CACHE_DESCRIPTORS_MIN;
	rlim_t part = limit.rlim_cur / 32 / (workers > 0 ? workers : 1);
	if (part < CACHE_DESCRIPTORS_MIN)
		return CACHE_DESCRIPTORS_MIN;
	return part < CACHE_DESCRIPTORS ? (unsigned)part : CACHE_DESCRIPTORS;
}

struct cache *cache_new(size_t files, size_t memory, unsigned workers)
{
	struct cache *cache = memory_new(sizeof(*cache));
	size_t buckets = 16;
	cache->files.limit = files - files / 4;
	cache->others.limit = files / 4;
	cache->memory_limit = memory;
	cache->descriptor_limit = descriptor_limit(workers);
	while (buckets < files)
		buckets *= 2;
	cache->bucket = memory_array(buckets, sizeof(struct entry *));
	cache->mask = buckets - 1;
	if (getrandom(&cache->seed, sizeof(cache->seed), GRND_NONBLOCK) < 0)
		cache->seed = (uint64_t)clock_monotonic() ^ (uintptr_t)cache;
	return cache;
}

void cache_free(struct cache *cache)
{
	if (cache == NULL)
		return;
	cache_flush(cache);
	free(cache->bucket);
	free(cache);
}

struct entry *cache_find(struct cache *cache, const char *key, size_t length)
{
	uint64_t hash = hash_key(cache, key, length);
	struct entry *entry = cache->bucket[hash & cache->mask];
	for (; entry != NULL; entry = entry->chain) {
		if (entry->hash == hash && entry->key_length == length &&
		    memcmp(entry->key, key, length) == 0)
			break;
	}
	if (entry == NULL)
		return NULL;
	entry->hits++;
	struct order *order = order_of(cache, entry);
	if (order->newest != entry) {
		order_remove(order, entry);
		order_add(order, entry);
	}
	return entry;
}

void cache_drop(struct cache *cache, struct entry *entry)
{
	struct entry **link = &cache->bucket[entry->hash & cache->mask];
	while (*link != entry)
		link = &(*link)->chain;
	*link = entry->chain;
	order_remove(order_of(cache, entry), entry);
	cache->memory -= entry->memory;
	cache->descriptors -= entry->descriptors;
	entry_close(entry);
}

static void drop_oldest_descriptor(struct cache *cache)
{
	struct entry *entry = cache->files.oldest;
	while (entry != NULL && entry->descriptors == 0)
		entry = entry->newer;
	if (entry != NULL)
		cache_drop(cache, entry);
}

static void make_room(struct cache *cache, const struct entry *entry)
{
	struct order *order = order_of(cache, entry);
	while (order->count >= order->limit)
		cache_drop(cache, order->oldest);
	/* Listings are made again every second anyway: they go before files. */
	while (cache->memory + entry->memory > cache->memory_limit) {
		struct entry *oldest = cache->others.oldest;
		cache_drop(cache, oldest != NULL ? oldest : cache->files.oldest);
	}
	while (cache->descriptors + entry->descriptors > cache->descriptor_limit)
		drop_oldest_descriptor(cache);
}

bool cache_keep(struct cache *cache, struct entry *entry)
{
	if (entry->key_length == 0 || entry->key_length > CACHE_KEY_MAX ||
	    entry->memory > cache->memory_limit || order_of(cache, entry)->limit == 0)
		return false;
	make_room(cache, entry);
	entry->hash = hash_key(cache, entry->key, entry->key_length);
	struct entry **bucket = &cache->bucket[entry->hash & cache->mask];
	entry->chain = *bucket;
	*bucket = entry;
	order_add(order_of(cache, entry), entry);
	cache->memory += entry->memory;
	cache->descriptors += entry->descriptors;
	return true;
}

size_t cache_flush(struct cache *cache)
{
	size_t count = cache->files.count + cache->others.count;
	while (cache->files.oldest != NULL)
		cache_drop(cache, cache->files.oldest);
	while (cache->others.oldest != NULL)
		cache_drop(cache, cache->others.oldest);
	return count;
}

void cache_each(const struct cache *cache, void (*each)(void *arg, const struct entry *entry),
    void *arg)
{
	for (const struct entry *entry = cache->files.newest; entry != NULL; entry = entry->older)
		each(arg, entry);
}
