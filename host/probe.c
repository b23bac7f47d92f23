/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * First the states, looked at again whenever something moves, until all are as
 * they should be; then the workers and the sockets are asked, all at once. A
 * question to a worker is answered or late, but never taken back: the probe's
 * memory stays until the last one has come back.
 */
#include "config.h"

#include "host/probe.h"

#include <errno.h>
#include <event2/event.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/unit.h"

struct probe_connection {
	struct probe_connection *next;
	struct probe *probe;
	struct event *writable;
	int fd;
	char what[160]; /* "web.listen: 127.0.0.1 port 80" */
};

struct probe {
	struct host *host;
	bool *touched;
	void (*done)(void *arg, const struct fault *fault);
	void *arg;
	struct event *deadline, *late, *begin;
	int64_t ends; /* monotonic ns */
	bool patient; /* a listener may still be waiting */
	bool asking;  /* states are right: workers and sockets are asked */
	bool over;    /* done was called, or nobody waits */
	unsigned questions, connections;
	struct probe_connection *first;
};

static void connection_free(struct probe_connection *connection)
{
	if (connection->writable)
		event_free(connection->writable);
	if (connection->fd >= 0)
		close(connection->fd);
	free(connection);
}

/* Nothing more is heard of it; its memory goes with the last question. */
static void probe_end(struct probe *probe)
{
	probe->over = true;
	while (probe->first) {
		struct probe_connection *next = probe->first->next;
		connection_free(probe->first);
		probe->first = next;
	}
	struct event **const events[] = { &probe->deadline, &probe->late, &probe->begin };
	for (size_t i = 0; i < 3; i++) {
		if (*events[i])
			event_free(*events[i]);
		*events[i] = NULL;
	}
	if (probe->questions)
		return;
	free(probe->touched);
	free(probe);
}

static void probe_tell(struct probe *probe, const struct fault *fault)
{
	void (*done)(void *arg, const struct fault *fault) = probe->done;
	void *arg = probe->arg;
	struct fault why;

	if (fault)
		why = *fault;
	probe_end(probe);
	done(arg, fault ? &why : NULL);
}

static void probe_answered(struct probe *probe)
{
	if (!probe->over && !probe->questions && !probe->connections)
		probe_tell(probe, NULL);
}

/* ---- Sockets ---- */

static void connection_fail(struct probe_connection *connection, int error)
{
	struct fault fault;

	fault_errno(&fault, error, "%s takes no connection", connection->what);
	probe_tell(connection->probe, &fault);
}

static void connection_writable(evutil_socket_t fd, short what, void *arg)
{
	struct probe_connection *connection = arg;
	struct probe *probe = connection->probe;
	socklen_t length = sizeof(int);
	int error = 0;

	(void)what;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	if (error) {
		connection_fail(connection, error);
		return;
	}
	event_free(connection->writable);
	connection->writable = NULL;
	close(connection->fd);
	connection->fd = -1;
	probe->connections--;
	probe_answered(probe);
}

static struct addrinfo *connection_address(const struct unit_listener *l)
{
	const struct addrinfo hints = {
		.ai_family = l->family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	const char *address = l->address;
	struct addrinfo *found = NULL;
	char port[8];

	if (!strcmp(address, "0.0.0.0"))
		address = "127.0.0.1";
	else if (!strcmp(address, "::"))
		address = "::1";
	text_format(port, sizeof port, "%u", l->port);
	return getaddrinfo(address, port, &hints, &found) ? NULL : found;
}

/* False: it failed, and that has been told. */
static bool connection_begin(struct probe *probe, const struct unit_listener *l)
{
	struct probe_connection *connection = memory_new(sizeof *connection);
	struct addrinfo *address = connection_address(l);
	int error = 0;

	connection->probe = probe;
	connection->next = probe->first;
	probe->first = connection;
	text_format(connection->what, sizeof connection->what, "%s.%s: %s port %u",
	    l->unit->service->name, l->kind->setting, l->address, l->port);
	connection->fd = socket(l->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (!address)
		error = EADDRNOTAVAIL;
	else if (connection->fd < 0)
		error = errno;
	else if (connect(connection->fd, address->ai_addr, address->ai_addrlen) < 0 &&
	    errno != EINPROGRESS)
		error = errno;
	if (address)
		freeaddrinfo(address);
	if (!error) {
		connection->writable = event_new(probe->host->base, connection->fd, EV_WRITE,
		    connection_writable, connection);
		if (!connection->writable || event_add(connection->writable, NULL) < 0)
			error = ENOMEM;
	}
	if (error) {
		connection_fail(connection, error);
		return false;
	}
	probe->connections++;
	return true;
}

/* ---- Workers ---- */

static void probe_ping(struct question *question)
{
	question->ok = true;
}

static void probe_ponged(struct question *question, bool answered)
{
	struct probe *probe = question->arg;
	struct fault fault;

	probe->questions--;
	if (probe->over) {
		if (!probe->questions)
			probe_end(probe);
		return;
	}
	if (!answered) {
		fault_set(&fault, FAULT_FAILED, "%s does not answer (in %s)",
		    worker_run(question->worker)->service->name, worker_doing(question->worker));
		probe_tell(probe, &fault);
		return;
	}
	probe_answered(probe);
}

/* False: one failed, and that has been told. */
static bool probe_ask_unit(struct probe *probe, struct unit *unit)
{
	int64_t left = (probe->ends - clock_monotonic()) / (CLOCK_SECOND / 1000);

	for (unsigned i = 0; i < unit->run->workers; i++) {
		probe->questions++;
		question_ask(probe->host, atomic_load(&unit->run->worker[i]), probe_ping,
		    probe_ponged, probe, NULL, left > 1 ? left : 1);
	}
	for (const struct unit_listener *l = unit->listeners; l; l = l->next)
		if (l->transport == TRANSPORT_TCP && l->state == LISTENER_OPEN &&
		    !connection_begin(probe, l))
			return false;
	return true;
}

/* ---- States ---- */

/* True when all is as it should be; else fault says what is not, with FAULT_STALE
 * when it may yet become so. */
static bool unit_works(const struct unit *unit, bool patient, struct fault *fault)
{
	const char *name = unit->service->name;

	if (unit_busy(unit))
		return fault_set(fault, FAULT_STALE, "%s is still %s", name, unit_state_name(unit));
	if (unit->state != UNIT_RUNNING || unit->hung)
		return fault_set(fault, FAULT_FAILED, "%s is %s%s%.400s", name,
		    unit_state_name(unit), *unit->reason ? ": " : "",
		    unit->hung ? unit->hung_text : unit->reason);
	for (const struct unit_listener *l = unit->listeners; l; l = l->next)
		if (l->state != LISTENER_OPEN && !(l->absent && l->state == LISTENER_WAITING))
			return fault_set(fault,
			    patient && l->state != LISTENER_REFUSED ? FAULT_STALE : FAULT_FAILED,
			    "%s.%s: %.400s", name, l->kind->setting,
			    *l->reason ? l->reason : _("the socket is not open"));
	return true;
}

static bool probe_concerns(const struct probe *probe, size_t index)
{
	return probe->touched[index] && probe->host->units[index].wanted;
}

static void probe_look(struct probe *probe, bool last)
{
	struct host *host = probe->host;
	struct fault fault;

	for (size_t i = 0; i < host->unit_count; i++)
		if (probe_concerns(probe, i) &&
		    !unit_works(&host->units[i], probe->patient, &fault)) {
			if (last || fault.code != FAULT_STALE) {
				fault.code = FAULT_FAILED;
				probe_tell(probe, &fault);
			}
			return;
		}
	if (probe->asking)
		return;
	probe->asking = true;
	if (last)
		event_add(probe->deadline, &(struct timeval){ .tv_sec = 1 });
	/* Held until all are asked, so that it does not end in between. */
	probe->questions++;
	for (size_t i = 0; i < host->unit_count && !probe->over; i++)
		if (probe_concerns(probe, i) && !probe_ask_unit(probe, &host->units[i]))
			break;
	probe->questions--;
	if (!probe->over)
		probe_answered(probe);
	else if (!probe->questions)
		probe_end(probe);
}

void probe_turn(struct probe *probe)
{
	if (!probe->over)
		probe_look(probe, false);
}

static void probe_begin(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	probe_look(arg, false);
}

static void probe_late(evutil_socket_t fd, short what, void *arg)
{
	struct probe *probe = arg;

	(void)fd;
	(void)what;
	probe->patient = false;
	probe_look(probe, false);
}

static void probe_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct probe *probe = arg;
	struct fault fault;

	(void)fd;
	(void)what;
	if (!probe->asking) {
		probe_look(probe, true);
		return;
	}
	const struct probe_connection *slow = probe->first;
	while (slow && slow->fd < 0)
		slow = slow->next;
	if (slow)
		fault_set(&fault, FAULT_FAILED, "%s takes no connection within %d s", slow->what,
		    PROBE_SECONDS);
	else
		fault_set(&fault, FAULT_FAILED, "not every worker answers within %d s",
		    PROBE_SECONDS);
	probe_tell(probe, &fault);
}

struct probe *probe_new(struct host *host, const bool *touched,
    void (*done)(void *arg, const struct fault *fault), void *arg)
{
	const struct timeval now = { 0 }, late = { .tv_sec = PROBE_LISTEN_SECONDS },
			     deadline = { .tv_sec = PROBE_SECONDS };
	struct probe *probe = memory_new(sizeof *probe);

	probe->host = host;
	probe->touched = memory_copy(touched, (host->unit_count + 1) * sizeof *touched);
	probe->done = done;
	probe->arg = arg;
	probe->patient = true;
	probe->ends = clock_monotonic() + PROBE_SECONDS * CLOCK_SECOND;
	probe->begin = evtimer_new(host->base, probe_begin, probe);
	probe->late = evtimer_new(host->base, probe_late, probe);
	probe->deadline = evtimer_new(host->base, probe_deadline, probe);
	/* An event that is not there means no memory: the deadline of a trial must not
	 * depend on it. */
	if (!probe->begin || !probe->late || !probe->deadline)
		abort();
	event_add(probe->begin, &now);
	event_add(probe->late, &late);
	event_add(probe->deadline, &deadline);
	return probe;
}

void probe_free(struct probe *probe)
{
	if (probe && !probe->over)
		probe_end(probe);
}
