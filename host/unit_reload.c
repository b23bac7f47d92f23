/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * New settings for a unit: new sockets first, then the service's own reload,
 * then the hand-over of listeners; what fails leaves the old settings and the
 * old sockets in force. A row that only a restart can apply restarts the
 * service with its sockets open, so that clients wait instead of being refused.
 */
#include "config.h"

#include <event2/event.h>
#include <stdio.h>

#include "host/link.h"
#include "host/probe.h"
#include "host/unit.h"

static void reload_rolled_back(struct unit *unit, const struct fault *fault)
{
	struct fault why = unit->reload_fault;

	(void)fault;
	unit_forget_stale(unit);
	unit_log(unit, JOURNAL_ERROR, "reload", "not applied: %s", why.text);
	unit_acted(unit, &why);
}

static void reload_relisten(struct unit *unit, const struct fault *fault)
{
	(void)fault;
	unit_hand_out(unit, reload_rolled_back);
}

static void reload_failed(struct unit *unit, const struct fault *fault)
{
	unit->reload_fault = *fault;
	unit_listen(unit, settings_of(unit->run->book, unit->service->name), reload_relisten);
}

static void reload_handed_out(struct unit *unit, const struct fault *fault)
{
	if (fault) {
		/* Some workers may have the new listeners and others not. */
		unit->reload_fault = *fault;
		unit->again = settings_ref(unit->run->book);
		unit_log(unit, JOURNAL_ERROR, "reload", "not applied, starts again: %s",
		    fault->text);
		unit_stop(unit, unit->host->drain_ms, true, unit_restarted);
		return;
	}
	unit_forget_stale(unit);
	settings_unref(unit->run->book);
	unit->run->book = settings_ref(unit->actions->book);
	unit->generation++;
	unit->reason[0] = '\0';
	for (struct unit_listener *l = unit->listeners; l; l = l->next)
		if (l->state == LISTENER_WAITING)
			snprintf(unit->reason, sizeof unit->reason, "%s", l->reason);
	unit_log(unit, JOURNAL_NOTICE, "reload", "%s",
	    unit->host->going_back ? "the settings before are in force again" : "settings applied");
	unit_acted(unit, NULL);
}

static void reload_work(struct question *question)
{
	struct service_run *run = worker_run(question->worker);
	const struct settings *set = settings_of(question->arg, run->service->name);

	worker_activity(question->worker, "reload");
	question->ok =
	    !run->service->reload || run->service->reload(run->state, set, &question->fault);
	worker_activity(question->worker, "its loop");
}

static void reload_done(struct question *question, bool answered)
{
	struct unit *unit = worker_run(question->worker)->unit;

	(void)answered;
	if (question->ok)
		unit_hand_out(unit, reload_handed_out);
	else
		reload_failed(unit, &question->fault);
}

static void reload_ask(struct unit *unit)
{
	question_ask(unit->host, atomic_load(&unit->run->worker[0]), reload_work, reload_done,
	    unit->actions->book, NULL, 0);
}

/* A listener of the new settings whose address is not there, and was not waited for
 * before. */
static const struct unit_listener *reload_waiting(const struct unit *unit)
{
	const struct unit_listener *l = unit->listeners;

	while (l && (l->stale || l->absent || l->state != LISTENER_WAITING))
		l = l->next;
	return l;
}

static void reload_listened_again(struct unit *unit, const struct fault *fault)
{
	const struct unit_listener *waiting = reload_waiting(unit);
	struct fault why;

	if (!fault && waiting) {
		fault_set(&why, FAULT_FAILED, "%s.%s: %s", unit->service->name,
		    waiting->kind->setting, waiting->reason);
		fault = &why;
	}
	if (fault)
		reload_failed(unit, fault);
	else
		reload_ask(unit);
}

static void reload_patience(evutil_socket_t fd, short what, void *arg)
{
	struct unit *unit = arg;

	(void)fd;
	(void)what;
	event_free(unit->patience);
	unit->patience = NULL;
	unit_listen(unit, settings_of(unit->actions->book, unit->service->name),
	    reload_listened_again);
}

/* On trial the old sockets are kept until every new one is open: an address that is
 * not there gets a moment to come up, and then it is a mistake. */
static void reload_listened(struct unit *unit, const struct fault *fault)
{
	const struct timeval moment = { .tv_sec = PROBE_LISTEN_SECONDS };

	if (fault) {
		reload_failed(unit, fault);
		return;
	}
	if (unit->host->trying && reload_waiting(unit)) {
		unit->patience = evtimer_new(unit->host->base, reload_patience, unit);
		if (unit->patience && event_add(unit->patience, &moment) == 0)
			return;
	}
	reload_ask(unit);
}

static void note_restart(void *arg, const struct setting *row)
{
	if (row->effect == SETTING_RESTART)
		*(const struct setting **)arg = row;
}

const struct setting *unit_needs_restart(const struct unit *unit, const struct settings_book *book)
{
	const char *name = unit->service->name;
	const struct setting *row = NULL;

	settings_differ(settings_of(unit->run->book, name), settings_of(book, name), note_restart,
	    &row);
	return row;
}

void unit_reload(struct unit *unit, struct settings_book *book)
{
	const char *name = unit->service->name;

	if (!unit->run) {
		/* It tries again, and when nothing of its own changed, it may fail
		 * again without keeping the change from the others. */
		unit->lenient = settings_differ(settings_of(unit->host->book, name),
				    settings_of(book, name), NULL, NULL) == 0;
		if (unit->state == UNIT_FAILED && unit->wanted) {
			unit_start(unit);
			return;
		}
		unit->lenient = false;
		unit_acted(unit, NULL);
		return;
	}
	if (unit->host->going_back && unit->run->book == book) {
		unit_acted(unit, NULL);
		return;
	}
	if (unit_needs_restart(unit, book))
		unit_stop(unit, unit->host->drain_ms, true, unit_restarted);
	else
		unit_listen(unit, settings_of(book, name), reload_listened);
}
