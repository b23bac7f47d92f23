/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stopping: the keeper refuses new clients at once, the workers give their
 * listeners back and drain until they say that they are idle or the time is
 * over, then they leave, worker 0 last, which closes what all shared. A worker
 * that hangs in any of this is the heartbeat's business.
 */
#include "config.h"

#include <event2/event.h>
#include <stdlib.h>

#include "data/clock.h"
#include "host/link.h"
#include "host/unit.h"

/* ---- Leaving ---- */

static void teardown_finish(struct unit *unit)
{
	void (*then)(struct unit * unit) = unit->then;

	unit_close_copies(unit);
	run_free(unit->run);
	unit->run = NULL;
	unit->leaving = false;
	unit->hung = false;
	then(unit);
}

static void teardown_last(struct unit *unit);

static void teardown_ended(struct worker *worker)
{
	struct unit *unit = worker_run(worker)->unit;
	bool last = worker_number(worker) == 0;

	worker_reap(worker);
	if (last)
		teardown_finish(unit);
	else if (--unit->waiting == 0)
		teardown_last(unit);
}

static void worker_take_listeners(struct worker *worker)
{
	struct service_run *run = worker_run(worker);
	struct listener *listener;

	while ((listener = worker_any_listener(worker))) {
		if (run->service->unlisten)
			run->service->unlisten(run->state, worker, listener);
		worker_drop_listener(worker, listener);
	}
}

static void teardown_work(struct worker *worker, void *arg)
{
	struct service_run *run = worker_run(worker);
	unsigned number = worker_number(worker);
	bool joined = arg;

	worker_on_idle(worker, NULL);
	worker_activity(worker, "leave");
	worker_lock_out(worker);
	worker_take_listeners(worker);
	if (joined && run->service->leave)
		run->service->leave(run->state, worker);
	if (number == 0 && run->state && run->service->close) {
		worker_activity(worker, "close");
		run->service->close(run->state);
	}
	worker_end(worker, teardown_ended);
}

static void teardown_last(struct unit *unit)
{
	struct worker *worker = atomic_load(&unit->run->worker[0]);

	if (!worker) {
		teardown_finish(unit);
		return;
	}
	worker_post(worker, false, teardown_work, unit->joined[0] ? unit : NULL);
}

void unit_teardown(struct unit *unit, void (*then)(struct unit *unit))
{
	unit->then = then;
	unit->leaving = true;
	unit->waiting = 0;
	if (unit->drain_timer)
		event_free(unit->drain_timer);
	unit->drain_timer = NULL;
	for (struct unit_listener *l = unit->listeners; l; l = l->next)
		link_forget(unit->host->link, l);
	for (unsigned i = 1; i < unit->run->workers; i++) {
		struct worker *worker = atomic_load(&unit->run->worker[i]);
		if (!worker)
			continue;
		unit->waiting++;
		worker_post(worker, false, teardown_work, unit->joined[i] ? unit : NULL);
	}
	if (!unit->waiting)
		teardown_last(unit);
}

/* ---- Draining ---- */

static void stop_worker_idle(void *arg)
{
	struct unit *unit = arg;

	if (unit->state == UNIT_DRAINING && !unit->leaving &&
	    ++unit->idle_workers == unit->run->workers)
		unit_teardown(unit, unit->then);
}

static void stop_said_idle(struct worker *worker)
{
	struct service_run *run = worker_run(worker);

	host_post(run->host, stop_worker_idle, run->unit);
}

static void stop_work(struct worker *worker, void *arg)
{
	struct service_run *run = worker_run(worker);

	(void)arg;
	worker_on_idle(worker, stop_said_idle);
	worker_activity(worker, "drain");
	worker_take_listeners(worker);
	if (run->service->drain)
		run->service->drain(run->state, worker);
	else
		worker_idle(worker);
	worker_activity(worker, "its loop");
}

static void stop_late(evutil_socket_t fd, short what, void *arg)
{
	struct unit *unit = arg;

	(void)fd;
	(void)what;
	unit_log(unit, JOURNAL_WARNING, "stop", "not idle in time: what is open is ended");
	unit_teardown(unit, unit->then);
}

static bool drain_arm(struct unit *unit, int64_t drain_ms)
{
	struct timeval limit = {
		.tv_sec = drain_ms / 1000,
		.tv_usec = drain_ms % 1000 * 1000,
	};

	unit->drain_ends = clock_monotonic() + drain_ms * (CLOCK_SECOND / 1000);
	return event_add(unit->drain_timer, &limit) == 0;
}

static void stop_drain(struct unit *unit)
{
	unit->idle_workers = 0;
	for (unsigned i = 0; i < unit->run->workers; i++)
		worker_post(atomic_load(&unit->run->worker[i]), false, stop_work, NULL);
	unit->drain_timer = evtimer_new(host_base(unit->host), stop_late, unit);
	if (!unit->drain_timer || !drain_arm(unit, unit->drain_ms))
		unit_teardown(unit, unit->then);
}

static void stop_shut(void *arg, struct link_grant *grant)
{
	free(grant->fds);
	stop_drain(arg);
}

void unit_hurry(struct unit *unit, int64_t most)
{
	for (struct action *action = unit->actions; action; action = action->next)
		if (action->drain_ms > most)
			action->drain_ms = most;
	if (unit->state != UNIT_DRAINING)
		return;
	if (unit->drain_ms > most)
		unit->drain_ms = most;
	if (unit->drain_timer &&
	    unit->drain_ends > clock_monotonic() + most * (CLOCK_SECOND / 1000) &&
	    !drain_arm(unit, most))
		unit_teardown(unit, unit->then);
}

/* Who is told that it stopped finds that it refuses. */
void unit_stop(struct unit *unit, int64_t drain_ms, bool keep_open, void (*then)(struct unit *unit))
{
	unit_set_state(unit, UNIT_DRAINING, NULL);
	unit->then = then;
	unit->drain_ms = drain_ms;
	unit->drain_ends = clock_monotonic() + drain_ms * (CLOCK_SECOND / 1000);
	if (unit->host->ending)
		unit_hurry(unit, unit->host->leave_ms);
	if (keep_open)
		stop_drain(unit);
	else
		link_shut(unit->host->link, unit->service->name, stop_shut, unit);
}
