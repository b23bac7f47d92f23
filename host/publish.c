/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Quiescence by loop turn: a reader keeps no snapshot beyond its callback, so
 * when a task posted after the exchange has run on a worker, that worker can
 * hold the old snapshot no longer.
 */
#include "config.h"

#include "host/publish.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "data/memory.h"

struct publish {
	struct service_run *run;
	void (*release)(void *snapshot);
	void *_Atomic current;
};

struct retired {
	void *snapshot;
	void (*release)(void *snapshot);
	_Atomic unsigned waiting;
};

struct publish *publish_new(struct service_run *run, void (*release)(void *snapshot))
{
	struct publish *publish = memory_new(sizeof *publish);

	publish->run = run;
	publish->release = release;
	return publish;
}

void publish_free(struct publish *publish)
{
	if (!publish)
		return;
	void *current = atomic_load(&publish->current);
	if (current)
		publish->release(current);
	free(publish);
}

static void retired_pass(struct retired *retired, unsigned workers)
{
	if (atomic_fetch_sub(&retired->waiting, workers) != workers)
		return;
	retired->release(retired->snapshot);
	free(retired);
}

static void publish_passed(struct worker *worker, void *arg)
{
	(void)worker;
	retired_pass(arg, 1);
}

void publish_set(struct publish *publish, void *snapshot)
{
	void *old = atomic_exchange(&publish->current, snapshot);

	if (!old)
		return;
	struct retired *retired = memory_new(sizeof *retired);
	unsigned workers = run_workers(publish->run), absent = 1;
	retired->snapshot = old;
	retired->release = publish->release;
	/* One more for this function, which still counts who has left. */
	atomic_store(&retired->waiting, workers + 1);
	for (unsigned i = 0; i < workers; i++)
		absent += !run_post(publish->run, i, publish_passed, retired);
	retired_pass(retired, absent);
}

void *publish_get(const struct publish *publish)
{
	return atomic_load_explicit(&publish->current, memory_order_acquire);
}
