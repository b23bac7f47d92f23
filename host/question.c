/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A question crosses to a worker and its answer comes back. It is freed when
 * the worker has given it back and not at the deadline, so that a late answer
 * finds memory that is still there; a worker that never answers ends the host.
 */
#include "config.h"

#include <event2/event.h>
#include <stdlib.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/supervisor.h"
#include "host/worker.h"

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
	if (question->release)
		question->release(question);
	free(question);
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
