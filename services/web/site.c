/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way that is taken a hundred thousand times a second is the first line of
 * site_find: an entry that was checked within this second is taken as it is.
 */
#include "services/web/site.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"
#include "services/web/root.h"

struct site {
	struct entry_source source;
	struct cache *cache;
	uint64_t generation;
	int64_t now; /* never goes back */
	int64_t root_checked;
	bool root_told;       /* that it cannot be entered */
	struct entry *single; /* in use and not in the cache */
};

static void close_root(struct site *site)
{
	if (site->source.root >= 0)
		close(site->source.root);
	site->source.root = -1;
}

static void open_root(struct site *site)
{
	struct fault fault;
	close_root(site);
	site->source.root = root_open(site->source.root_path, &fault);
	if (site->source.root >= 0)
		site->root_told = false;
	else if (!site->root_told) {
		site->root_told = true;
		run_log(site->source.run, JOURNAL_ERROR, "root", "%s", fault.text);
	}
}

/* Whether root_path still leads to the folder that is open. */
static bool root_is_current(const struct site *site)
{
	struct stat named, opened;
	if (stat(site->source.root_path, &named) != 0)
		return site->source.root < 0;
	return site->source.root >= 0 && fstat(site->source.root, &opened) == 0 &&
	    named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

/* True when there is another root, and no entry any more. */
static bool check_root(struct site *site)
{
	if (site->now - site->root_checked < CLOCK_SECOND)
		return false;
	site->root_checked = site->now;
	if (root_is_current(site))
		return false;
	cache_flush(site->cache);
	open_root(site);
	return true;
}

struct site *site_new(struct service_run *run, const struct options *options)
{
	struct site *site = memory_new(sizeof(*site));
	site->source.root = -1;
	site->source.run = run;
	site_apply(site, options);
	return site;
}

void site_free(struct site *site)
{
	if (site == NULL)
		return;
	cache_free(site->cache);
	close_root(site);
	free(site);
}

void site_apply(struct site *site, const struct options *options)
{
	site->generation = options->generation;
	site->source.root_path = options->root;
	site->source.index = options->index;
	site->source.listing = options->listing;
	site->source.precompressed = options->precompressed;
	site->root_told = false;
	cache_free(site->cache);
	site->cache = cache_new(options->cache_files, options->cache_memory);
	open_root(site);
}

uint64_t site_generation(const struct site *site)
{
	return site->generation;
}

struct entry *site_find(struct site *site, const char *raw, size_t length, int64_t now,
    bool *cached_r)
{
	struct entry *entry = cache_find(site->cache, raw, length);
	if (now > site->now)
		site->now = now;
	*cached_r = true;
	if (entry != NULL && site->now - entry->checked < CLOCK_SECOND)
		return entry;
	if (check_root(site))
		entry = NULL;
	if (entry != NULL && entry_current(&site->source, entry)) {
		entry->checked = site->now;
		return entry;
	}
	*cached_r = false;
	if (entry != NULL)
		cache_drop(site->cache, entry);
	entry = entry_open(&site->source, raw, length, site->now);
	if (!cache_keep(site->cache, entry))
		site->single = entry;
	return entry;
}

void site_done(struct site *site, struct entry *entry)
{
	if (entry != site->single)
		return;
	entry_close(entry);
	site->single = NULL;
}

struct cache *site_cache(struct site *site)
{
	return site->cache;
}
