/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A unit's listeners. The records are kept between runs, since they carry the
 * port number that the keeper found for a port asked as 0. Sockets that the
 * keeper grants are copies: closing ours does not close the keeper's.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/memory.h"
#include "data/text.h"
#include "host/link.h"
#include "host/state.h"
#include "host/unit.h"

static void listener_close(struct unit_listener *l)
{
	for (size_t i = 0; i < l->count; i++)
		close(l->fds[i]);
	free(l->fds);
	l->fds = NULL;
	l->count = 0;
}

static void listener_key(const struct unit_listener *l, char *key, size_t size)
{
	text_format(key, size, "%s %s %s %s %u", l->unit->service->name, l->kind->setting,
	    l->transport == TRANSPORT_TCP ? "tcp" : "udp", l->address, l->asked);
}

static struct unit_listener *listener_record(struct unit *unit, const struct listener_kind *kind,
    enum transport transport, const char *item)
{
	char address[sizeof unit->listeners->address];
	struct unit_listener **end = &unit->listeners;
	uint16_t port;
	int family;

	if (!settings_address(item, &family, address, sizeof address, &port))
		return NULL;
	for (; *end; end = &(*end)->next) {
		struct unit_listener *l = *end;
		if (l->kind == kind && l->transport == transport && l->asked == port &&
		    !strcmp(l->address, address))
			return l;
	}
	struct unit_listener *l = memory_new(sizeof *l);
	l->id = ++unit->next_listener;
	l->unit = unit;
	l->kind = kind;
	l->transport = transport;
	l->family = family;
	l->asked = port;
	l->state = LISTENER_SHUT;
	text_format(l->address, sizeof l->address, "%s", address);
	*end = l;
	return l;
}

static void listen_answered(struct unit *unit)
{
	void (*then)(struct unit * unit, const struct fault *fault) = unit->listened;

	if (--unit->waiting)
		return;
	then(unit, unit->failed ? &unit->fault : NULL);
}

static bool listener_absent(int error)
{
	return error == EADDRNOTAVAIL || error == EAFNOSUPPORT || error == ENODEV;
}

static void listener_grant(struct unit_listener *l, struct link_grant *grant)
{
	char key[256];

	if (l->joined) {
		for (size_t i = 0; i < grant->count; i++)
			close(grant->fds[i]);
		free(grant->fds);
	} else {
		listener_close(l);
		l->fds = grant->fds;
		l->count = grant->count;
	}
	l->port = grant->port;
	l->state = LISTENER_OPEN;
	l->reason[0] = '\0';
	if (!l->asked) {
		listener_key(l, key, sizeof key);
		if (state_set_port(key, l->port))
			host_save_state(l->unit->host, NULL, NULL);
	}
}

static void listener_refuse(struct unit_listener *l, const struct link_grant *grant)
{
	struct unit *unit = l->unit;

	/* What the workers have stays theirs, whatever changed about asking. */
	if (l->joined) {
		unit_log(unit, JOURNAL_WARNING, l->kind->setting, "%s; it stays open as it is",
		    grant->text);
		return;
	}
	text_format(l->reason, sizeof l->reason, "%s", grant->text);
	if (listener_absent(grant->error)) {
		l->state = LISTENER_WAITING;
		unit_log(unit, JOURNAL_WARNING, l->kind->setting, "%s: waiting for the address",
		    l->reason);
		return;
	}
	l->state = LISTENER_REFUSED;
	if (unit->failed)
		return;
	unit->failed = true;
	fault_set(&unit->fault, FAULT_FAILED, "%s.%s: %s", unit->service->name, l->kind->setting,
	    l->reason);
	if (grant->error == EADDRINUSE)
		fault_next(&unit->fault,
		    "stop that program, or set another port: steward set %s.%s=ADDRESS:PORT",
		    unit->service->name, l->kind->setting);
}

static void listener_answered(void *arg, struct link_grant *grant)
{
	struct unit_listener *l = arg;

	if (grant->error)
		listener_refuse(l, grant);
	else
		listener_grant(l, grant);
	listen_answered(l->unit);
}

static void listener_ask(struct unit_listener *l,
    void (*answered)(void *arg, struct link_grant *grant))
{
	struct unit *unit = l->unit;
	struct keeper_message wanted = {
		.transport = l->transport == TRANSPORT_TCP ? KEEPER_TCP : KEEPER_UDP,
		.port = l->asked,
		.count = unit->run->workers,
		.round = unit->round,
	};
	char key[256];

	text_format(wanted.service, sizeof wanted.service, "%s", unit->service->name);
	text_format(wanted.setting, sizeof wanted.setting, "%s", l->kind->setting);
	text_format(wanted.address, sizeof wanted.address, "%s", l->address);
	if (!l->asked) {
		listener_key(l, key, sizeof key);
		wanted.hint = l->port ? l->port : state_port(key);
	}
	if (!l->joined)
		l->state = LISTENER_ASKED;
	link_listen(unit->host->link, &wanted, answered, l);
}

void unit_listen(struct unit *unit, const struct settings *set,
    void (*then)(struct unit *unit, const struct fault *fault))
{
	const struct listener_kind *kind = unit->service->listeners;

	unit->round++;
	unit->listened = then;
	unit->failed = false;
	unit->waiting = 1;
	for (struct unit_listener *l = unit->listeners; l; l = l->next)
		l->stale = true;
	for (; kind && kind->setting; kind++)
		for (size_t i = 0; i < settings_count(set, kind->setting); i++)
			for (int t = TRANSPORT_TCP; t <= TRANSPORT_UDP; t++) {
				if (!(t == TRANSPORT_TCP ? kind->tcp : kind->udp))
					continue;
				struct unit_listener *l = listener_record(unit, kind,
				    (enum transport)t, settings_item(set, kind->setting, i));
				if (l)
					l->stale = false;
			}
	for (struct unit_listener *l = unit->listeners; l; l = l->next)
		if (!l->stale) {
			unit->waiting++;
			listener_ask(l, listener_answered);
		}
	listen_answered(unit);
}

/* ---- To and from the workers ---- */

struct handout {
	unsigned count;
	struct {
		struct listener listener;
		unsigned id;
		bool take_back;
	} item[];
};

static void handout_free(struct question *question)
{
	free(question->arg);
}

static void handout_take_back(struct worker *worker, unsigned id)
{
	struct service_run *run = worker_run(worker);
	struct listener *listener;

	while ((listener = worker_find_listener(worker, id))) {
		if (run->service->unlisten)
			run->service->unlisten(run->state, worker, listener);
		worker_drop_listener(worker, listener);
	}
}

static void handout_work(struct question *question)
{
	struct handout *handout = question->arg;
	struct worker *worker = question->worker;
	struct service_run *run = worker_run(worker);

	question->ok = true;
	worker_activity(worker, "listen");
	for (unsigned i = 0; i < handout->count && question->ok; i++) {
		if (handout->item[i].take_back) {
			handout_take_back(worker, handout->item[i].id);
			continue;
		}
		struct listener *listener =
		    worker_add_listener(worker, &handout->item[i].listener, handout->item[i].id);
		question->ok = !run->service->listen ||
		    run->service->listen(run->state, worker, listener, &question->fault);
		if (!question->ok)
			worker_drop_listener(worker, listener);
	}
	worker_activity(worker, "its loop");
}

static void handout_finish(struct unit *unit)
{
	void (*then)(struct unit * unit, const struct fault *fault) = unit->handed;

	if (--unit->waiting)
		return;
	/* Also when it failed halfway: some worker may have it, so our copies stay
	 * until the workers have gone. */
	for (struct unit_listener *l = unit->listeners; l; l = l->next)
		l->joined = (!l->stale || unit->failed) && l->state == LISTENER_OPEN;
	then(unit, unit->failed ? &unit->fault : NULL);
}

static void handout_done(struct question *question, bool answered)
{
	struct unit *unit = worker_run(question->worker)->unit;

	(void)answered;
	if (!question->ok && !unit->failed) {
		unit->failed = true;
		unit->fault = question->fault;
	}
	handout_finish(unit);
}

static void listener_fill(struct listener *out, const struct unit_listener *l, int fd)
{
	socklen_t length = sizeof out->address;

	memset(out, 0, sizeof *out);
	out->fd = fd;
	out->transport = l->transport;
	out->setting = l->kind->setting;
	getsockname(fd, (struct sockaddr *)&out->address, &length);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static struct handout *handout_new(const struct unit *unit, unsigned number)
{
	size_t most = 0;
	struct handout *handout;

	for (struct unit_listener *l = unit->listeners; l; l = l->next)
		most += l->count + 1;
	handout = memory_new(sizeof *handout + most * sizeof handout->item[0]);
	for (struct unit_listener *l = unit->listeners; l; l = l->next) {
		if (l->stale && l->joined) {
			handout->item[handout->count].id = l->id;
			handout->item[handout->count++].take_back = true;
		}
		if (l->stale || l->joined || l->state != LISTENER_OPEN)
			continue;
		for (size_t j = number; j < l->count; j += unit->run->workers) {
			listener_fill(&handout->item[handout->count].listener, l, l->fds[j]);
			handout->item[handout->count++].id = l->id;
		}
	}
	return handout;
}

void unit_hand_out(struct unit *unit, void (*then)(struct unit *unit, const struct fault *fault))
{
	unit->handed = then;
	unit->failed = false;
	unit->waiting = 1;
	for (unsigned i = 0; i < unit->run->workers; i++) {
		struct worker *worker = atomic_load(&unit->run->worker[i]);
		struct handout *handout = handout_new(unit, i);
		unit->waiting++;
		question_ask(unit->host, worker, handout_work, handout_done, handout, handout_free,
		    0);
	}
	handout_finish(unit);
}

void unit_forget_stale(struct unit *unit)
{
	struct unit_listener **at = &unit->listeners;

	while (*at) {
		struct unit_listener *l = *at;
		if (!l->stale) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		link_forget(unit->host->link, l);
		listener_close(l);
		free(l);
	}
	link_say(unit->host->link, KEEPER_TRIM, unit->service->name, unit->round, NULL);
}

void unit_close_copies(struct unit *unit)
{
	for (struct unit_listener *l = unit->listeners; l; l = l->next) {
		listener_close(l);
		l->joined = false;
		if (l->state == LISTENER_OPEN || l->state == LISTENER_ASKED)
			l->state = LISTENER_SHUT;
	}
}

/* ---- An address that comes up late ---- */

static void retry_handed_out(struct unit *unit, const struct fault *fault)
{
	if (fault)
		text_format(unit->reason, sizeof unit->reason, "%s", fault->text);
	unit_acted(unit, NULL);
}

static void retry_answered(struct unit *unit)
{
	if (--unit->waiting)
		return;
	unit->reason[0] = '\0';
	for (struct unit_listener *l = unit->listeners; l; l = l->next)
		if (l->state == LISTENER_WAITING || l->state == LISTENER_REFUSED)
			text_format(unit->reason, sizeof unit->reason, "%s", l->reason);
	unit->generation++;
	unit_hand_out(unit, retry_handed_out);
}

static void retry_answer(void *arg, struct link_grant *grant)
{
	struct unit_listener *l = arg;

	if (!grant->error) {
		listener_grant(l, grant);
		unit_log(l->unit, JOURNAL_NOTICE, l->kind->setting,
		    "%s port %u: the address is there now", l->address, l->port);
	} else {
		l->state = listener_absent(grant->error) ? LISTENER_WAITING : LISTENER_REFUSED;
		text_format(l->reason, sizeof l->reason, "%s", grant->text);
	}
	retry_answered(l->unit);
}

void unit_retry_waiting(struct unit *unit)
{
	unit->waiting = 1;
	for (struct unit_listener *l = unit->listeners; l; l = l->next)
		if (l->state == LISTENER_WAITING) {
			unit->waiting++;
			listener_ask(l, retry_answer);
		}
	retry_answered(unit);
}
