/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_WATCH_PRIVATE_H
#define HOST_WATCH_PRIVATE_H

#include "host/machine.h"
#include "host/supervisor.h"
#include "host/watch.h"

/* What watch.c (what is amiss) and watch_keep.c (keeping and telling) share. */
struct watch {
	struct host *host;
	struct alerts *alerts;
	struct hook *hook;
	unsigned seconds;
	struct machine machine;           /* its memory */
	int64_t disk_free, disk_total;    /* bytes, of the state folder; -1: not known */
	int64_t disk_ns;                  /* when; monotonic */
	bool sampling, saving;            /* with the disk's thread */
	int64_t save_again;               /* not before; monotonic ns */
	char unwritten[ALERT_KINDS][256]; /* why what a kind stands for fails, or empty */
	/* The alert that the command is being told of, as it was when that began. */
	struct alert *telling;
	enum alert_severity telling_severity;
	bool telling_end;
	/* Who waits for a test. */
	void (*test_done)(void *arg, const struct hook_outcome *outcome);
	void *test_arg;
};

/* One round's conditions. */
void watch_feed(struct watch *watch, const struct alert_time *now);
void watch_sample_disk(struct watch *watch);

#endif
