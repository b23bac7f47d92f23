/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way that is taken a hundred thousand times a second is the first lines of
 * site_find: an entry that was checked within this second is taken as it is.
 */
#include "services/web/site.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"
#include "services/web/root.h"
#include "services/web/target.h"

#define DISK_WAIT 60 /* s that a disk may take to spin up before it counts as hung */

struct site {
	struct worker *worker;
	struct entry_source source;
	char *root_path, *index; /* of the options; source borrows them */
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

struct site *site_new(struct worker *worker, const struct options *options)
{
	struct site *site = memory_new(sizeof(*site));
	site->source.root = -1;
	site->worker = worker;
	site->source.run = worker_run(worker);
	site_apply(site, options);
	return site;
}

void site_free(struct site *site)
{
	if (site == NULL)
		return;
	cache_free(site->cache);
	close_root(site);
	free(site->root_path);
	free(site->index);
	free(site);
}

void site_apply(struct site *site, const struct options *options)
{
	site->generation = options->generation;
	free(site->root_path);
	free(site->index);
	site->source.root_path = site->root_path = memory_string(options->root);
	site->source.index = site->index = memory_string(options->index);
	site->source.listing = options->listing;
	site->source.precompressed = options->precompressed;
	site->root_told = false;
	cache_free(site->cache);
	site->cache =
	    cache_new(options->cache_files, options->cache_memory, run_workers(site->source.run));
	open_root(site);
}

uint64_t site_generation(const struct site *site)
{
	return site->generation;
}

/* An escape means another spelling of what may be there already; without one
 * the path is its own key. NULL: it has none. */
static struct entry *find_kept(struct site *site, const char *raw, size_t length)
{
	struct target target;
	char key[TARGET_PATH + 2];
	if (memchr(raw, '%', length) == NULL)
		return cache_find(site->cache, raw, length);
	if (target_parse(raw, length, &target) != 0)
		return NULL;
	size_t key_length = target_key(&target, key);
	return cache_find(site->cache, key, key_length);
}

/* Looks at the disk. entry: what was kept of it, or NULL. */
static struct entry *look_up(struct site *site, struct entry *entry, const char *raw, size_t length,
    bool *cached_r)
{
	if (check_root(site))
		entry = NULL;
	*cached_r = entry != NULL && entry_current(&site->source, entry);
	if (*cached_r) {
		entry->checked = site->now;
		return entry;
	}
	if (entry != NULL)
		cache_drop(site->cache, entry);
	entry = entry_open(&site->source, raw, length, site->now);
	if (!cache_keep(site->cache, entry))
		site->single = entry;
	return entry;
}

struct entry *site_find(struct site *site, const char *raw, size_t length, int64_t now,
    bool *cached_r)
{
	struct entry *entry = find_kept(site, raw, length);
	if (now > site->now)
		site->now = now;
	*cached_r = true;
	if (entry != NULL && site->now - entry->checked < CLOCK_SECOND)
		return entry;
	worker_busy(site->worker, DISK_WAIT);
	entry = look_up(site, entry, raw, length, cached_r);
	worker_busy(site->worker, 0);
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
