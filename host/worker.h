/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_WORKER_H
#define HOST_WORKER_H

#include <pthread.h>

#include "services/service.h"

/*
 * A worker: one thread of a service with a loop, a wake-up descriptor and a
 * queue of tasks. The supervisor starts it, posts to it and joins it; the
 * service uses the functions in services/service.h on the worker's thread.
 */
struct host;
struct unit;

#define WORKERS_MAX 64

struct service_run {
	struct host *host;
	struct unit *unit;
	const struct service *service;
	void *state;                /* what open returned */
	struct settings_book *book; /* what it runs with; supervisor's thread */
	unsigned workers;           /* planned; set before the first thread starts */
	struct worker *_Atomic worker[WORKERS_MAX]; /* NULL: not started, or gone */
	char state_folder[4096];
};

/* A question: work runs on the worker's thread, done on the supervisor's, once.
 * done's answered is false when the deadline passed before; the work may then
 * still run later, and the question is freed after that. */
struct question {
	struct worker *worker;
	void (*work)(struct question *question);
	void (*done)(struct question *question, bool answered);
	void (*release)(struct question *question); /* frees arg; may be NULL */
	void *arg;
	bool ok;            /* set by work */
	struct fault fault; /* filled by work when not ok */
	/* The rest is question.c's. */
	struct host *host;
	struct event *deadline;
	bool finished; /* done was called */
};

/* Supervisor's thread. Makes the loop and the thread; the thread runs until
 * worker_end. arena: jemalloc arena number or -1. NULL: fault. */
struct worker *worker_start(struct service_run *run, unsigned number, struct counter_slot *slot,
    int arena, struct fault *fault);
/* Any thread: task runs on the worker's thread, in order. False when the worker
 * takes no more (only with lock_out: the service's own posts). */
bool worker_post(struct worker *worker, bool lock_out,
    void (*task)(struct worker *worker, void *arg), void *arg);
/* On the worker's thread: the service's own posts are refused from now on, and
 * those already taken are run. */
void worker_lock_out(struct worker *worker);
/* On the worker's thread: the loop ends after this turn, and ended is posted
 * to the supervisor. */
void worker_end(struct worker *worker, void (*ended)(struct worker *worker));
/* Supervisor's thread, after ended: joins the thread. The memory stays until
 * every worker of the run has ended, since another may just be posting to it. */
void worker_reap(struct worker *worker);
/* A reaped worker, or one whose thread never began; NULL allowed. */
void worker_free(struct worker *worker);

/* Supervisor's thread: asks for a sign of life, and how long an earlier one
 * has been unanswered (ns, 0: none), not counting declared operations. */
int64_t worker_ping(struct worker *worker, int64_t now);
/* What it is at, for a report. Borrowed constant. */
const char *worker_doing(const struct worker *worker);
/* CPU time of the thread in ns. */
int64_t worker_cpu(const struct worker *worker);
/* While draining: called once when the service said worker_idle; set by the
 * supervisor's drain task on the worker's thread. */
void worker_on_idle(struct worker *worker, void (*idle)(struct worker *worker));
/* True while a declared long operation runs. */
bool worker_is_busy(const struct worker *worker, int64_t now);

/* Listeners of a worker, on its thread. */
struct listener *worker_add_listener(struct worker *worker, const struct listener *listener,
    unsigned id);
struct listener *worker_find_listener(struct worker *worker, unsigned id);
struct listener *worker_any_listener(struct worker *worker); /* NULL: none */
void worker_drop_listener(struct worker *worker, struct listener *listener);

/* Supervisor's thread. deadline_ms 0: none. */
void question_ask(struct host *host, struct worker *worker, void (*work)(struct question *question),
    void (*done)(struct question *question, bool answered), void *arg,
    void (*release)(struct question *question), int64_t deadline_ms);

#endif
