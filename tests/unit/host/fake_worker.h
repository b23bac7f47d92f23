/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_HOST_FAKE_WORKER_H
#define TESTS_UNIT_HOST_FAKE_WORKER_H

#include <event2/event.h>

#include "services/service.h"

/*
 * A worker for tests: the functions of services/service.h over a loop that the
 * test runs itself, on its own thread.
 */
struct worker {
	struct event_base *base;
	struct counter_slot *slot;
	void *data;
	const char *activity;
	unsigned idle; /* how often worker_idle was called */
	unsigned logged;
	char log[512]; /* the newest line */
};

struct worker *fake_worker_new(void);
void fake_worker_free(struct worker *worker);
/* Runs the loop until done says so; at most ms. Returns what done says. */
bool fake_worker_until(struct worker *worker, bool (*done)(void *arg), void *arg, unsigned ms);
int64_t fake_worker_count(const struct worker *worker, unsigned id);
/* A listening TCP socket on a loopback address, nonblocking; port 0. */
struct listener fake_listener(int family);

#endif
