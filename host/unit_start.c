/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starting: check and open on worker 0's thread, sockets from the keeper, the
 * other workers, join on each in turn, listeners to all. A step that fails
 * takes down what stood and leaves the unit failed with the reason. The check
 * of settings for a service that does not run uses a thread of the same kind,
 * so that nothing of a service ever runs on the supervisor's.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/arena.h"
#include "host/link.h"
#include "host/state.h"
#include "host/unit.h"

static struct service_run *run_new(struct unit *unit, struct settings_book *book)
{
	struct service_run *run = memory_new(sizeof *run);

	run->host = unit->host;
	run->unit = unit;
	run->service = unit->service;
	run->book = settings_ref(book);
	text_format(run->state_folder, sizeof run->state_folder, "%s", unit->host->home.state);
	return run;
}

void run_free(struct service_run *run)
{
	for (unsigned i = 0; i < run->workers; i++)
		worker_free(atomic_load(&run->worker[i]));
	settings_unref(run->book);
	free(run);
}

static const struct settings *run_settings(const struct service_run *run)
{
	return settings_of(run->book, run->service->name);
}

static unsigned run_plan_workers(const struct service_run *run)
{
	int64_t workers = 1;

	for (const struct setting *row = run->service->settings; row && row->name; row++)
		if (!strcmp(row->name, "workers") && row->type == SETTING_INTEGER) {
			workers = settings_number(run_settings(run), "workers");
			if (workers <= 0)
				workers = sysconf(_SC_NPROCESSORS_ONLN);
		}
	return workers < 1 ? 1 : workers > WORKERS_MAX ? WORKERS_MAX : (unsigned)workers;
}

static struct worker *unit_start_worker(struct unit *unit, struct service_run *run, unsigned number,
    struct fault *fault)
{
	unsigned index = run == unit->checker ? WORKERS_MAX : number;

	if (unit->arena < 0)
		unit->arena = arena_new();
	if (!atomic_load(&unit->slots[index])) {
		struct counter_slot *slot = aligned_alloc(64, sizeof *slot);
		if (!slot) {
			fault_set(fault, FAULT_FAILED, "no memory for a worker's counters");
			return NULL;
		}
		memset(slot, 0, sizeof *slot);
		atomic_store(&unit->slots[index], slot);
	}
	return worker_start(run, number, atomic_load(&unit->slots[index]), unit->arena, fault);
}

/* A start belongs to what asked for it: a reload that failed halfway and came
 * back to the old settings has failed all the same. */
static void start_over(struct unit *unit, const struct fault *fault)
{
	bool again = unit->again;

	settings_unref(unit->again);
	unit->again = NULL;
	if (fault && unit->lenient)
		fault = NULL;
	unit->lenient = false;
	unit_acted(unit, again ? &unit->reload_fault : fault);
}

/* ---- Failure ---- */

static void start_torn_down(struct unit *unit)
{
	struct fault fault = unit->fault;

	unit_set_state(unit, UNIT_FAILED, fault.text);
	unit_log(unit, JOURNAL_ERROR, "start", "did not start: %s", fault.text);
	start_over(unit, &fault);
}

static void start_failed(struct unit *unit, const struct fault *fault)
{
	unit->fault = *fault;
	link_say(unit->host->link, KEEPER_SHUT, unit->service->name, 0, NULL);
	unit_teardown(unit, start_torn_down);
}

/* ---- Steps ---- */

/* How long it took: kept for those who must decide about the next time. */
static void start_timed(struct unit *unit)
{
	const int64_t ms = CLOCK_SECOND / 1000;
	const char *name = unit->service->name;
	int64_t now = clock_monotonic();

	if (unit->restarted_ns) {
		unit->last_restart_ms = (now - unit->restarted_ns) / ms;
		state_set_seconds(name, "restart", unit->last_restart_ms);
	} else if (unit->started_ns) {
		unit->last_start_ms = (now - unit->started_ns) / ms;
		state_set_seconds(name, "start", unit->last_start_ms);
	}
}

static void start_handed_out(struct unit *unit, const struct fault *fault)
{
	unsigned waiting = 0, open = 0;
	char reason[640] = "";

	if (fault) {
		start_failed(unit, fault);
		return;
	}
	unit_forget_stale(unit);
	for (struct unit_listener *l = unit->listeners; l; l = l->next) {
		open += l->state == LISTENER_OPEN;
		waiting += l->state == LISTENER_WAITING;
		if (l->state == LISTENER_WAITING)
			text_format(reason, sizeof reason, "%s", l->reason);
	}
	start_timed(unit);
	unit_set_state(unit, UNIT_RUNNING, waiting ? reason : NULL);
	unit_log(unit, JOURNAL_NOTICE, "start", "running with %u worker%s, %u socket%s open%s%s",
	    unit->run->workers, unit->run->workers == 1 ? "" : "s", open, open == 1 ? "" : "s",
	    waiting ? "; " : "", reason);
	start_over(unit, NULL);
}

static void start_work_join(struct question *question)
{
	struct service_run *run = worker_run(question->worker);

	worker_activity(question->worker, "join");
	question->ok = !run->service->join ||
	    run->service->join(run->state, question->worker, &question->fault);
	worker_activity(question->worker, "its loop");
}

static void start_joined(struct question *question, bool answered)
{
	struct unit *unit = question->arg;
	unsigned next = worker_number(question->worker) + 1;

	(void)answered;
	if (!question->ok) {
		start_failed(unit, &question->fault);
		return;
	}
	unit->joined[next - 1] = true;
	if (next < unit->run->workers)
		question_ask(unit->host, atomic_load(&unit->run->worker[next]), start_work_join,
		    start_joined, unit, NULL, 0);
	else
		unit_hand_out(unit, start_handed_out);
}

static void start_listened(struct unit *unit, const struct fault *fault)
{
	struct fault why;

	if (fault) {
		start_failed(unit, fault);
		return;
	}
	for (unsigned i = 1; i < unit->run->workers; i++)
		if (!unit_start_worker(unit, unit->run, i, &why)) {
			start_failed(unit, &why);
			return;
		}
	question_ask(unit->host, atomic_load(&unit->run->worker[0]), start_work_join, start_joined,
	    unit, NULL, 0);
}

static void start_work_open(struct question *question)
{
	struct service_run *run = worker_run(question->worker);
	const struct service *service = run->service;
	const struct settings *set = run_settings(run);

	worker_activity(question->worker, "check");
	question->ok = !service->check || service->check(set, &question->fault);
	if (question->ok && service->open) {
		worker_activity(question->worker, "open");
		run->state = service->open(run, set, &question->fault);
		question->ok = run->state;
	}
	worker_activity(question->worker, "its loop");
}

static void start_opened(struct question *question, bool answered)
{
	struct unit *unit = question->arg;

	(void)answered;
	if (!question->ok) {
		start_failed(unit, &question->fault);
		return;
	}
	unit->opened = true;
	unit_listen(unit, run_settings(unit->run), start_listened);
}

void unit_start(struct unit *unit)
{
	struct fault fault;

	if (unit->run) {
		unit_acted(unit, NULL);
		return;
	}
	unit->started_ns = clock_monotonic();
	unit_set_state(unit, UNIT_STARTING, NULL);
	unit->run = run_new(unit,
	    unit->again             ? unit->again :
		unit->actions->book ? unit->actions->book :
				      unit->host->book);
	unit->run->workers = run_plan_workers(unit->run);
	unit->opened = false;
	memset(unit->joined, 0, sizeof unit->joined);
	if (!unit_start_worker(unit, unit->run, 0, &fault)) {
		start_failed(unit, &fault);
		return;
	}
	question_ask(unit->host, atomic_load(&unit->run->worker[0]), start_work_open, start_opened,
	    unit, NULL, 0);
}

/* ---- A check of settings that are not in force yet ---- */

struct check {
	struct unit *unit;
	struct service_run *run; /* of its own, or NULL: the unit's worker 0 */
	struct settings_book *book;
	void (*done)(void *arg, const struct fault *fault);
	void *arg;
	bool ok;
	struct fault fault;
};

static void check_finish(struct check *check)
{
	check->done(check->arg, check->ok ? NULL : &check->fault);
	if (check->run) {
		check->unit->checker = NULL;
		run_free(check->run);
	}
	settings_unref(check->book);
	free(check);
}

static void check_ended(struct worker *worker)
{
	struct service_run *run = worker_run(worker);
	struct check *check = run->state;

	worker_reap(worker);
	check_finish(check);
}

static void check_work(struct question *question)
{
	struct check *check = question->arg;
	const struct service *service = check->unit->service;

	worker_activity(question->worker, "check");
	question->ok = service->check(settings_of(check->book, service->name), &question->fault);
	worker_activity(question->worker, "its loop");
	if (check->run)
		worker_end(question->worker, check_ended);
}

static void check_answered(struct question *question, bool answered)
{
	struct check *check = question->arg;

	(void)answered;
	check->ok = question->ok;
	check->fault = question->fault;
	if (!check->run)
		check_finish(check);
}

void unit_check(struct unit *unit, struct settings_book *book,
    void (*done)(void *arg, const struct fault *fault), void *arg)
{
	struct fault fault;

	if (!unit->service->check) {
		done(arg, NULL);
		return;
	}
	struct check *check = memory_new(sizeof *check);
	/* A worker that may just be leaving is asked nothing. */
	struct worker *worker = unit->state == UNIT_RUNNING && !unit_busy(unit) ?
	    atomic_load(&unit->run->worker[0]) :
	    NULL;
	check->unit = unit;
	check->book = settings_ref(book);
	check->done = done;
	check->arg = arg;
	if (!worker) {
		check->run = run_new(unit, book);
		check->run->workers = 1;
		check->run->state = check;
		unit->checker = check->run;
		worker = unit_start_worker(unit, check->run, 0, &fault);
	}
	if (!worker) {
		check->fault = fault;
		check_finish(check);
		return;
	}
	question_ask(unit->host, worker, check_work, check_answered, check, NULL, 0);
}
