/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/host/fake_worker.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"

/* The one run of a test; its log lines go to the worker made last. */
static struct worker *newest;

struct worker *fake_worker_new(void)
{
	struct worker *worker = memory_new(sizeof *worker);
	worker->base = event_base_new();
	worker->slot = aligned_alloc(64, sizeof *worker->slot);
	if (worker->base == NULL || worker->slot == NULL)
		abort();
	memset(worker->slot, 0, sizeof *worker->slot);
	newest = worker;
	return worker;
}

void fake_worker_free(struct worker *worker)
{
	event_base_free(worker->base);
	free(worker->slot);
	free(worker);
	newest = NULL;
}

bool fake_worker_until(struct worker *worker, bool (*done)(void *arg), void *arg, unsigned ms)
{
	int64_t end = clock_monotonic() + (int64_t)ms * 1000000;
	while (!done(arg) && clock_monotonic() < end) {
		struct timeval tick = { .tv_usec = 2000 };
		event_base_loopexit(worker->base, &tick);
		event_base_loop(worker->base, EVLOOP_ONCE);
	}
	return done(arg);
}

int64_t fake_worker_count(const struct worker *worker, unsigned id)
{
	return atomic_load(&worker->slot->value[id]);
}

struct listener fake_listener(int family)
{
	struct listener listener = { .transport = TRANSPORT_TCP, .setting = "listen" };
	struct sockaddr_in *in = (struct sockaddr_in *)&listener.address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&listener.address;
	socklen_t size = family == AF_INET ? sizeof *in : sizeof *in6;
	listener.address.ss_family = (sa_family_t)family;
	if (family == AF_INET)
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		in6->sin6_addr = in6addr_loopback;
	listener.fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener.fd < 0)
		return listener;
	if (bind(listener.fd, (struct sockaddr *)&listener.address, size) != 0 ||
	    listen(listener.fd, 1024) != 0 ||
	    getsockname(listener.fd, (struct sockaddr *)&listener.address, &size) != 0) {
		close(listener.fd);
		listener.fd = -1;
	}
	return listener;
}

/* ---- services/service.h ---- */

struct event_base *worker_base(struct worker *worker)
{
	return worker->base;
}

unsigned worker_number(const struct worker *worker)
{
	(void)worker;
	return 0;
}

struct service_run *worker_run(const struct worker *worker)
{
	(void)worker;
	return NULL;
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
	worker->idle++;
}

void worker_busy(struct worker *worker, unsigned seconds)
{
	(void)worker;
	(void)seconds;
}

void worker_activity(struct worker *worker, const char *activity)
{
	worker->activity = activity;
}

const char *run_name(const struct service_run *run)
{
	(void)run;
	return "fake";
}

unsigned run_workers(const struct service_run *run)
{
	(void)run;
	return 1;
}

const char *run_state_folder(const struct service_run *run)
{
	(void)run;
	return "/nonexistent";
}

void run_log(struct service_run *run, enum journal_level level, const char *subject,
    const char *format, ...)
{
	(void)run;
	(void)level;
	(void)subject;
	va_list list;
	if (newest == NULL)
		return;
	va_start(list, format);
	vsnprintf(newest->log, sizeof newest->log, format, list);
	va_end(list);
	newest->logged++;
}

bool run_post(struct service_run *run, unsigned worker,
    void (*task)(struct worker *worker, void *arg), void *arg)
{
	(void)run;
	(void)worker;
	task(newest, arg);
	return true;
}
