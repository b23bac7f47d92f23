/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A unit's state, its queue of actions and its accounting. The sequences that
 * move it stand in unit_start.c, unit_stop.c and unit_reload.c; here is what
 * they have in common: one action at a time, each with one outcome.
 */
#include "config.h"

#include "host/unit.h"

#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/arena.h"
#include "host/crash.h"
#include "host/link.h"
#include "host/state.h"

#define ACTIONS_MAX 16

static const char *const state_names[] = {
	[UNIT_STOPPED] = "stopped",
	[UNIT_STARTING] = "starting",
	[UNIT_RUNNING] = "running",
	[UNIT_DRAINING] = "draining",
	[UNIT_FAILED] = "failed",
	[UNIT_QUARANTINED] = "quarantined",
};

void unit_init(struct unit *unit, struct host *host, const struct service *service)
{
	memset(unit, 0, sizeof *unit);
	unit->host = host;
	unit->service = service;
	unit->arena = -1;
	unit->since_us = clock_utc();
	unit->generation = 1;
	unit->last_start_ms = state_seconds(service->name, "start");
	unit->last_restart_ms = state_seconds(service->name, "restart");
}

void unit_free(struct unit *unit)
{
	while (unit->listeners) {
		struct unit_listener *next = unit->listeners->next;
		link_forget(unit->host->link, unit->listeners);
		for (size_t i = 0; i < unit->listeners->count; i++)
			close(unit->listeners->fds[i]);
		free(unit->listeners->fds);
		free(unit->listeners);
		unit->listeners = next;
	}
	if (unit->patience)
		event_free(unit->patience);
	for (unsigned i = 0; i <= WORKERS_MAX; i++)
		free(atomic_load(&unit->slots[i]));
	for (unsigned i = 0; i < UNIT_MINUTE; i++)
		free(unit->minute[i]);
}

const char *unit_state_name(const struct unit *unit)
{
	return unit->hung ? "hung" : state_names[unit->state];
}

bool unit_busy(const struct unit *unit)
{
	return unit->actions;
}

void unit_log(struct unit *unit, enum journal_level level, const char *subject, const char *format,
    ...)
{
	char text[512];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	journal_add(unit->host->journal, level, unit->service->name, subject, "%s", text);
}

void unit_set_state(struct unit *unit, enum unit_state state, const char *reason)
{
	unit->state = state;
	unit->since_us = clock_utc();
	unit->generation++;
	text_format(unit->reason, sizeof unit->reason, "%s", reason ? reason : "");
	host_moved(unit->host);
}

static void action_begin(struct unit *unit);

void unit_restarted(struct unit *unit)
{
	unit_set_state(unit, UNIT_STOPPED, NULL);
	unit_start(unit);
}

static void unit_stopped(struct unit *unit)
{
	unit_set_state(unit, UNIT_STOPPED, NULL);
	unit_log(unit, JOURNAL_NOTICE, "stop", "stopped");
	unit_acted(unit, NULL);
}

static void action_stop(struct unit *unit, const struct action *action, bool keep_open,
    void (*then)(struct unit *unit))
{
	int64_t drain_ms = action->drain_ms < 0 ? unit->host->drain_ms : action->drain_ms;

	if (unit->run) {
		unit_stop(unit, drain_ms, keep_open, then);
		return;
	}
	if (then == unit_restarted) {
		then(unit);
		return;
	}
	if (unit->state == UNIT_FAILED)
		unit_set_state(unit, UNIT_STOPPED, NULL);
	unit_acted(unit, NULL);
}

static bool action_refused(struct unit *unit, enum action_kind kind, struct fault *fault)
{
	if (unit->state != UNIT_QUARANTINED || (kind != ACTION_START && kind != ACTION_RESTART))
		return false;
	fault_set(fault, FAULT_FAILED, "%s is quarantined: %.400s", unit->service->name,
	    unit->reason);
	fault_next(fault, "steward resume %s", unit->service->name);
	return true;
}

static void action_begin(struct unit *unit)
{
	struct action *action = unit->actions;
	struct fault fault;

	if (action_refused(unit, action->kind, &fault)) {
		unit_acted(unit, &fault);
		return;
	}
	switch (action->kind) {
	case ACTION_START:
		unit_start(unit);
		break;
	case ACTION_STOP:
		action_stop(unit, action, false, unit_stopped);
		break;
	case ACTION_RESTART:
		unit->restarted_ns = unit->run ? clock_monotonic() : 0;
		action_stop(unit, action, true, unit_restarted);
		break;
	case ACTION_LEAVE:
		action_stop(unit, action, unit->host->hand_over, unit_stopped);
		break;
	case ACTION_RETRY:
		if (unit->run)
			unit_retry_waiting(unit);
		else
			unit_acted(unit, NULL);
		break;
	case ACTION_RELOAD:
		unit_reload(unit, action->book);
		break;
	}
}

bool unit_act(struct unit *unit, enum action_kind kind, int64_t drain_ms,
    struct settings_book *book,
    void (*done)(void *arg, struct unit *unit, const struct fault *fault), void *arg,
    struct fault *fault)
{
	struct action **end = &unit->actions;
	unsigned count = 0;

	if (action_refused(unit, kind, fault))
		return false;
	if (unit->host->ending && kind != ACTION_LEAVE)
		return fault_set(fault, FAULT_FAILED, "%s: steward is stopping",
		    unit->service->name);
	for (; *end; end = &(*end)->next)
		count++;
	/* What people ask for keeps neither the end away nor the way back from a trial. */
	bool must = kind == ACTION_LEAVE || (kind == ACTION_RELOAD && unit->host->going_back);
	if (count >= ACTIONS_MAX && !must)
		return fault_set(fault, FAULT_FAILED, "%s: %u actions are waiting already",
		    unit->service->name, count);
	struct action *action = memory_new(sizeof *action);
	action->kind = kind;
	action->drain_ms = drain_ms;
	action->book = book ? settings_ref(book) : NULL;
	action->done = done;
	action->arg = arg;
	*end = action;
	if (unit->actions == action && !unit->telling)
		action_begin(unit);
	return true;
}

void unit_acted(struct unit *unit, const struct fault *fault)
{
	struct action *action = unit->actions;

	unit->restarted_ns = unit->started_ns = 0;
	/* What done queues begins below, once, and not within it. */
	unit->actions = action->next;
	unit->telling = true;
	if (action->done)
		action->done(action->arg, unit, fault);
	unit->telling = false;
	settings_unref(action->book);
	free(action);
	host_moved(unit->host);
	if (unit->actions)
		action_begin(unit);
}

void unit_quarantine(struct unit *unit, const char *reason)
{
	unit_set_state(unit, UNIT_QUARANTINED, reason);
	unit_log(unit, JOURNAL_ERROR, "quarantine",
	    "quarantined: %s; `steward resume %s` starts it again", reason, unit->service->name);
}

void unit_resume(struct unit *unit)
{
	if (unit->state != UNIT_QUARANTINED)
		return;
	link_say(unit->host->link, KEEPER_RESUME, unit->service->name, 0, NULL);
	unit_set_state(unit, UNIT_STOPPED, NULL);
	unit_log(unit, JOURNAL_NOTICE, "resume", "quarantine ended");
}

/* ---- Accounting ---- */

void unit_thread_cpu(struct unit *unit, int64_t ns)
{
	atomic_fetch_add(&unit->cpu_retired, ns);
}

int64_t unit_cpu(const struct unit *unit)
{
	int64_t ns = atomic_load(&unit->cpu_retired);

	if (unit->run)
		for (unsigned i = 0; i < unit->run->workers; i++) {
			struct worker *worker = atomic_load(&unit->run->worker[i]);
			if (worker)
				ns += worker_cpu(worker);
		}
	return ns;
}

void unit_sum(const struct unit *unit, struct counter_sum *sum)
{
	memset(sum, 0, sizeof *sum);
	for (unsigned i = 0; i < WORKERS_MAX; i++) {
		const struct counter_slot *slot = atomic_load(&unit->slots[i]);
		if (slot)
			counter_sum_add(sum, slot);
	}
}

void unit_latency(const struct unit *unit, struct counter_sum *sum)
{
	const struct counter_sum *before = unit->minute[UNIT_MINUTE - 1];
	uint64_t highest = 0;

	unit_sum(unit, sum);
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (before)
			sum->latency[i] -= before->latency[i];
		if (sum->latency[i])
			highest = histogram_value(i);
	}
	if (before && highest < sum->latency_max)
		sum->latency_max = highest;
}

/* Every ten seconds the sums move one place back. */
static void unit_minute(struct unit *unit)
{
	struct counter_sum *oldest = unit->minute[UNIT_MINUTE - 1];

	for (unsigned i = UNIT_MINUTE - 1; i > 0; i--)
		unit->minute[i] = unit->minute[i - 1];
	unit->minute[0] = oldest ? oldest : memory_new(sizeof *oldest);
	unit_sum(unit, unit->minute[0]);
}

void unit_tick(struct unit *unit, unsigned second, double seconds)
{
	int64_t requests = 0, cpu = unit_cpu(unit);

	for (unsigned i = 0; i < WORKERS_MAX; i++) {
		const struct counter_slot *slot = atomic_load(&unit->slots[i]);
		if (slot)
			requests += atomic_load_explicit(&slot->value[COUNTER_REQUESTS],
			    memory_order_relaxed);
	}
	unit->rate_requests = (double)(requests - unit->sampled_requests) / seconds;
	unit->rate_cpu = (double)(cpu - unit->sampled_cpu) / 1e7 / seconds;
	unit->sampled_requests = requests;
	unit->sampled_cpu = cpu;
	if (second % 10 == 0)
		unit_minute(unit);
}

static void unit_set_hung(struct unit *unit, bool hung, int64_t since, const char *doing)
{
	if (hung == unit->hung)
		return;
	unit->hung = hung;
	if (hung) {
		text_format(unit->hung_text, sizeof unit->hung_text,
		    "does not answer for %lld s (in %s)", (long long)(since / CLOCK_SECOND), doing);
		unit_log(unit, JOURNAL_ERROR, "hung", "%s; the host ends it after %lld s",
		    unit->hung_text, (long long)(unit->host->hung_limit / CLOCK_SECOND));
	} else {
		unit_log(unit, JOURNAL_WARNING, "hung", "answers again");
	}
	unit->since_us = clock_utc();
	unit->generation++;
	host_moved(unit->host);
}

/* Of a run's workers, the longest silence in ns so far and what it is at. */
static void run_silence(struct service_run *run, int64_t now, int64_t *longest, const char **doing)
{
	for (unsigned i = 0; run && i < run->workers; i++) {
		struct worker *worker = atomic_load(&run->worker[i]);
		int64_t since = worker ? worker_ping(worker, now) : 0;
		if (since > *longest) {
			*longest = since;
			*doing = worker_doing(worker);
		}
	}
}

void unit_heartbeat(struct unit *unit, int64_t now)
{
	int64_t longest = 0;
	const char *doing = "";

	run_silence(unit->run, now, &longest, &doing);
	run_silence(unit->checker, now, &longest, &doing);
	unit_set_hung(unit, longest > unit->host->hung_after, longest, doing);
	if (longest <= unit->host->hung_limit)
		return;
	char reason[160];
	text_format(reason, sizeof reason, "did not answer for %lld s (in %s)",
	    (long long)(longest / CLOCK_SECOND), doing);
	unit_log(unit, JOURNAL_ERROR, "hung", "%s: the host ends with it and comes back", reason);
	journal_flush(unit->host->journal, 500);
	crash_end(unit->service->name, doing, reason);
}

/* ---- services/service.h: the run's log ---- */

void run_log(struct service_run *run, enum journal_level level, const char *subject,
    const char *format, ...)
{
	char text[512];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	journal_add(run->host->journal, level, run->service->name, subject, "%s", text);
}
