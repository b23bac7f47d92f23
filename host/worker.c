/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Threads hand over messages and wake by descriptor: a worker sleeps in its
 * loop, an eventfd tells it that tasks wait, and the same eventfd carries the
 * heartbeat, so that an answered ping proves that the loop turns.
 */
#include "config.h"

#include "host/worker.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/arena.h"
#include "host/crash.h"
#include "host/unit.h"

struct task {
	struct task *next;
	void (*run)(struct worker *worker, void *arg);
	void *arg;
};

struct worker_listener {
	struct listener listener; /* first: the service holds a pointer to it */
	unsigned id;
	struct worker_listener *next;
};

struct worker {
	struct service_run *run;
	unsigned number;
	int arena;
	pthread_t thread;
	_Atomic bool running; /* the thread's clock may be read */
	struct event_base *base;
	struct event *wake;
	int wake_fd;
	pthread_mutex_t lock; /* tasks, tasks_end, locked_out */
	struct task *tasks, **tasks_end;
	unsigned queued;
	bool locked_out;
	_Atomic uint64_t asked, seen; /* heartbeat numbers */
	int64_t asked_at;             /* supervisor's; of the oldest unanswered */
	_Atomic int64_t busy_until;   /* monotonic ns */
	_Atomic(const char *) activity;
	struct counter_slot *slot;
	void *data;
	struct worker_listener *listeners;
	void (*idle)(struct worker *worker);
	bool said_idle;
	void (*ended)(struct worker *worker);
};

static void worker_wake(struct worker *worker)
{
	uint64_t one = 1;

	while (write(worker->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
		continue;
}

static struct task *worker_take(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	struct task *task = worker->tasks;
	if (task) {
		worker->tasks = task->next;
		worker->queued--;
	}
	if (!worker->tasks)
		worker->tasks_end = &worker->tasks;
	pthread_mutex_unlock(&worker->lock);
	return task;
}

/* One at a time, so that a task that calls worker_lock_out has those behind it
 * run before it goes on. No more than there were: a task that posts itself
 * again waits for the next turn, and the loop goes round. */
static void worker_work(struct worker *worker, unsigned most)
{
	struct task *task;

	while (most-- && (task = worker_take(worker))) {
		task->run(worker, task->arg);
		free(task);
	}
}

static void worker_woken(evutil_socket_t fd, short what, void *arg)
{
	struct worker *worker = arg;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof count) < 0 && errno != EAGAIN && errno != EINTR)
		return;
	atomic_store(&worker->seen, atomic_load(&worker->asked));
	pthread_mutex_lock(&worker->lock);
	unsigned queued = worker->queued;
	pthread_mutex_unlock(&worker->lock);
	worker_work(worker, queued);
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	char name[16];

	arena_bind(worker->arena);
	snprintf(name, sizeof name, "%.10s/%u", worker->run->service->name, worker->number % 1000);
	prctl(PR_SET_NAME, name, 0, 0, 0);
	crash_thread(worker->run->service->name, &worker->activity);
	event_base_loop(worker->base, EVLOOP_NO_EXIT_ON_EMPTY);
	atomic_store(&worker->running, false);
	unit_thread_cpu(worker->run->unit, crash_thread_cpu());
	crash_thread_end();
	host_post_ended(worker->run->host, worker->ended, worker);
	return NULL;
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	struct task *task;
	while ((task = worker_take(worker)))
		free(task);
	if (worker->wake)
		event_free(worker->wake);
	if (worker->base)
		event_base_free(worker->base);
	if (worker->wake_fd >= 0)
		close(worker->wake_fd);
	while (worker->listeners) {
		struct worker_listener *next = worker->listeners->next;
		free(worker->listeners);
		worker->listeners = next;
	}
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

static struct event_base *worker_new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config) {
		event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
		event_config_set_flag(config, EVENT_BASE_FLAG_IGNORE_ENV);
		base = event_base_new_with_config(config);
		event_config_free(config);
	}
	return base;
}

struct worker *worker_start(struct service_run *run, unsigned number, struct counter_slot *slot,
    int arena, struct fault *fault)
{
	struct worker *worker = memory_new(sizeof *worker);
	sigset_t all, before;
	int error;

	worker->run = run;
	worker->number = number;
	worker->slot = slot;
	worker->arena = arena;
	worker->tasks_end = &worker->tasks;
	pthread_mutex_init(&worker->lock, NULL);
	worker->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	worker->base = worker_new_base();
	if (worker->wake_fd < 0 || !worker->base)
		goto out;
	worker->wake =
	    event_new(worker->base, worker->wake_fd, EV_READ | EV_PERSIST, worker_woken, worker);
	if (!worker->wake || event_add(worker->wake, NULL) < 0)
		goto out;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&worker->thread, NULL, worker_main, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error) {
		errno = error;
		goto out;
	}
	atomic_store(&worker->running, true);
	atomic_store(&run->worker[number], worker);
	return worker;
out:
	fault_errno(fault, errno, "%s: worker %u cannot be started", run->service->name, number);
	worker_free(worker);
	return NULL;
}

bool worker_post(struct worker *worker, bool lock_out,
    void (*run)(struct worker *worker, void *arg), void *arg)
{
	struct task *task = memory_new(sizeof *task);

	task->run = run;
	task->arg = arg;
	pthread_mutex_lock(&worker->lock);
	bool taken = !(lock_out && worker->locked_out);
	if (taken) {
		*worker->tasks_end = task;
		worker->tasks_end = &task->next;
		worker->queued++;
	}
	pthread_mutex_unlock(&worker->lock);
	if (taken)
		worker_wake(worker);
	else
		free(task);
	return taken;
}

void worker_lock_out(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->locked_out = true;
	pthread_mutex_unlock(&worker->lock);
	worker_work(worker, UINT_MAX);
}

void worker_end(struct worker *worker, void (*ended)(struct worker *worker))
{
	worker->ended = ended;
	event_base_loopbreak(worker->base);
}

void worker_reap(struct worker *worker)
{
	pthread_join(worker->thread, NULL);
}

int64_t worker_ping(struct worker *worker, int64_t now)
{
	uint64_t asked = atomic_load(&worker->asked);
	int64_t since = 0;

	if (!atomic_load(&worker->running))
		return 0;
	if (atomic_load(&worker->seen) < asked) {
		int64_t from = worker->asked_at;
		int64_t busy = atomic_load(&worker->busy_until);
		if (busy > from)
			from = busy;
		since = now > from ? now - from : 1;
	} else {
		worker->asked_at = now;
		atomic_store(&worker->asked, asked + 1);
		worker_wake(worker);
	}
	return since;
}

const char *worker_doing(const struct worker *worker)
{
	const char *activity = atomic_load(&worker->activity);

	return activity ? activity : "its loop";
}

int64_t worker_cpu(const struct worker *worker)
{
	struct timespec time;
	clockid_t clock;

	if (!atomic_load(&worker->running) || pthread_getcpuclockid(worker->thread, &clock) ||
	    clock_gettime(clock, &time))
		return 0;
	return time.tv_sec * CLOCK_SECOND + time.tv_nsec;
}

void worker_on_idle(struct worker *worker, void (*idle)(struct worker *worker))
{
	worker->idle = idle;
	worker->said_idle = false;
}

bool worker_is_busy(const struct worker *worker, int64_t now)
{
	return atomic_load(&worker->busy_until) > now;
}

struct listener *worker_add_listener(struct worker *worker, const struct listener *listener,
    unsigned id)
{
	struct worker_listener *entry = memory_new(sizeof *entry);

	entry->listener = *listener;
	entry->id = id;
	entry->next = worker->listeners;
	worker->listeners = entry;
	return &entry->listener;
}

struct listener *worker_find_listener(struct worker *worker, unsigned id)
{
	for (struct worker_listener *entry = worker->listeners; entry; entry = entry->next)
		if (entry->id == id)
			return &entry->listener;
	return NULL;
}

struct listener *worker_any_listener(struct worker *worker)
{
	return worker->listeners ? &worker->listeners->listener : NULL;
}

void worker_drop_listener(struct worker *worker, struct listener *listener)
{
	for (struct worker_listener **at = &worker->listeners; *at; at = &(*at)->next) {
		if (&(*at)->listener != listener)
			continue;
		struct worker_listener *gone = *at;
		*at = gone->next;
		free(gone);
		return;
	}
}

/* ---- services/service.h, the worker's part ---- */

struct event_base *worker_base(struct worker *worker)
{
	return worker->base;
}

unsigned worker_number(const struct worker *worker)
{
	return worker->number;
}

struct service_run *worker_run(const struct worker *worker)
{
	return worker->run;
}

void worker_set_data(struct worker *worker, void *data)
{
	worker->data = data;
}

void *worker_data(const struct worker *worker)
{
	return worker->data;
}

struct counter_slot *worker_counters(struct worker *worker)
{
	return worker->slot;
}

void worker_idle(struct worker *worker)
{
	if (worker->said_idle || !worker->idle)
		return;
	worker->said_idle = true;
	worker->idle(worker);
}

void worker_busy(struct worker *worker, unsigned seconds)
{
	atomic_store(&worker->busy_until, seconds ? clock_monotonic() + seconds * CLOCK_SECOND : 0);
}

void worker_activity(struct worker *worker, const char *activity)
{
	atomic_store_explicit(&worker->activity, activity, memory_order_relaxed);
}

/* ---- services/service.h, the run's part ---- */

const char *run_name(const struct service_run *run)
{
	return run->service->name;
}

unsigned run_workers(const struct service_run *run)
{
	return run->workers;
}

const char *run_state_folder(const struct service_run *run)
{
	return run->state_folder;
}

bool run_post(struct service_run *run, unsigned number,
    void (*task)(struct worker *worker, void *arg), void *arg)
{
	struct worker *worker = number < run->workers ? atomic_load(&run->worker[number]) : NULL;

	return worker && worker_post(worker, true, task, arg);
}
