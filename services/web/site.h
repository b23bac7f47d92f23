/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_SITE_H
#define SERVICES_WEB_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/service.h"
#include "services/web/cache.h"
#include "services/web/options.h"

/*
 * What one worker serves: its root, its open files and the options it goes by.
 * The root is looked at again at most every second, so that a root that is
 * replaced (a link set to a new release) is noticed without a reload. The
 * worker's thread.
 */
struct site;

/* Of the options copies are kept. */
struct site *site_new(struct worker *worker, const struct options *options);
void site_free(struct site *site); /* NULL allowed */
void site_apply(struct site *site, const struct options *options);
/* Of the options in use. */
uint64_t site_generation(const struct site *site);

/* What raw (a target's path, encoded) leads to; now: monotonic ns. Valid until
 * site_done. cached_r: nothing had to be looked up. What was looked at within a
 * second costs no system call; all else may wait for a disk, and the worker is
 * declared busy meanwhile. */
struct entry *site_find(struct site *site, const char *raw, size_t length, int64_t now,
    bool *cached_r);
void site_done(struct site *site, struct entry *entry);

struct cache *site_cache(struct site *site);

#endif
