/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A question crosses to a worker and its answer comes back. Two sides hold it,
 * so that an answer after the deadline finds memory that is still there.
 */
#include "config.h"

#include <event2/event.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/supervisor.h"
#include "host/worker.h"

static void question_drop(struct question *question)
{
	if (atomic_fetch_sub(&question->references, 1) != 1)
		return;
	if (question->release)
		question->release(question);
	free(question);
}

/* Supervisor's thread. */
static void question_finish(struct question *question, bool answered)
{
	if (question->finished)
		return;
	question->finished = true;
	if (question->deadline)
		event_free(question->deadline);
	question->deadline = NULL;
	question->done(question, answered);
}

static void question_answered(void *arg)
{
	struct question *question = arg;

	question_finish(question, true);
	question_drop(question);
	question_drop(question);
}

static void question_late(evutil_socket_t fd, short what, void *arg)
{
	struct question *question = arg;

	(void)fd;
	(void)what;
	if (worker_is_busy(question->worker, clock_monotonic())) {
		struct timeval again = { .tv_usec = 500000 };
		event_add(question->deadline, &again);
		return;
	}
	question_finish(question, false);
}

static void question_work(struct worker *worker, void *arg)
{
	struct question *question = arg;

	(void)worker;
	question->work(question);
	host_post(question->host, question_answered, question);
}

void question_ask(struct host *host, struct worker *worker, void (*work)(struct question *question),
    void (*done)(struct question *question, bool answered), void *arg,
    void (*release)(struct question *question), int64_t deadline_ms)
{
	struct question *question = memory_new(sizeof *question);

	question->worker = worker;
	question->work = work;
	question->done = done;
	question->release = release;
	question->arg = arg;
	question->host = host;
	question->deadline_ms = deadline_ms;
	atomic_store(&question->references, 2);
	if (deadline_ms) {
		struct timeval limit = {
			.tv_sec = deadline_ms / 1000,
			.tv_usec = deadline_ms % 1000 * 1000,
		};
		question->deadline = evtimer_new(host_base(host), question_late, question);
		if (question->deadline)
			event_add(question->deadline, &limit);
	}
	worker_post(worker, false, question_work, question);
}
