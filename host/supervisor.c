/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first thread: a loop with the control socket, the keeper's socket, a
 * mailbox for other threads and one tick. It never calls into a service and
 * never waits for one.
 */
#include "config.h"

#include "host/supervisor.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/addresses.h"
#include "host/apply.h"
#include "host/audit.h"
#include "host/control.h"
#include "host/disk.h"
#include "host/link.h"
#include "host/machine.h"
#include "host/rpc.h"
#include "host/state.h"
#include "host/trial.h"
#include "host/unit.h"
#include "host/watch.h"

struct letter {
	struct letter *next;
	void (*run)(void *arg);
	void (*ended)(struct worker *worker);
	void *arg;
};

struct mailbox {
	pthread_mutex_t lock;
	struct letter *first, **last;
	int fd;
	struct event *readable;
};

struct event_base *host_base(struct host *host)
{
	return host->base;
}

struct unit *host_unit(struct host *host, const char *name)
{
	for (size_t i = 0; i < host->unit_count; i++)
		if (!strcmp(host->units[i].service->name, name))
			return &host->units[i];
	return NULL;
}

/* ---- The mailbox ---- */

static void mailbox_put(struct mailbox *box, const struct letter *content)
{
	struct letter *letter = memory_copy(content, sizeof *content);
	uint64_t one = 1;

	letter->next = NULL;
	pthread_mutex_lock(&box->lock);
	*box->last = letter;
	box->last = &letter->next;
	pthread_mutex_unlock(&box->lock);
	while (write(box->fd, &one, sizeof one) < 0 && errno == EINTR)
		continue;
}

void host_post(struct host *host, void (*run)(void *arg), void *arg)
{
	mailbox_put(host->mailbox, &(struct letter){ .run = run, .arg = arg });
}

void host_post_ended(struct host *host, void (*ended)(struct worker *worker), struct worker *worker)
{
	mailbox_put(host->mailbox, &(struct letter){ .ended = ended, .arg = worker });
}

static void mailbox_readable(evutil_socket_t fd, short what, void *arg)
{
	struct mailbox *box = arg;
	struct letter *letters, *letter;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof count) < 0 && errno != EAGAIN)
		return;
	pthread_mutex_lock(&box->lock);
	letters = box->first;
	box->first = NULL;
	box->last = &box->first;
	pthread_mutex_unlock(&box->lock);
	while ((letter = letters)) {
		letters = letter->next;
		if (letter->ended)
			letter->ended(letter->arg);
		else
			letter->run(letter->arg);
		free(letter);
	}
}

static bool mailbox_open(struct host *host)
{
	struct mailbox *box = memory_new(sizeof *box);

	pthread_mutex_init(&box->lock, NULL);
	box->last = &box->first;
	box->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	host->mailbox = box;
	if (box->fd < 0)
		return false;
	box->readable = event_new(host->base, box->fd, EV_READ | EV_PERSIST, mailbox_readable, box);
	return box->readable && event_add(box->readable, NULL) == 0;
}

static void mailbox_close(struct mailbox *box)
{
	if (!box)
		return;
	if (box->readable)
		event_free(box->readable);
	if (box->fd >= 0)
		close(box->fd);
	/* From threads that ended after the loop: whom they tell has gone. */
	while (box->first) {
		struct letter *letter = box->first;
		box->first = letter->next;
		free(letter);
	}
	pthread_mutex_destroy(&box->lock);
	free(box);
}

/* ---- Settings of the host itself ---- */

static int64_t host_ns(const struct settings *set, const char *name)
{
	return settings_number(set, name) * (CLOCK_SECOND / 1000);
}

void host_configure(struct host *host)
{
	const struct settings *set = settings_of(host->book, "host");
	const char *name = settings_text(set, "name");
	enum journal_level level = JOURNAL_INFO;
	char *folder = memory_format("%s/journal", host->home.state);

	text_format(host->name, sizeof host->name, "%s", name);
	if (!*name && gethostname(host->name, sizeof host->name - 1) < 0)
		text_format(host->name, sizeof host->name, "unknown");
	host->hung_after = host_ns(set, "hung_after");
	host->hung_limit = host_ns(set, "hung_limit");
	host->drain_ms = settings_number(set, "drain_limit");
	journal_level_parse(settings_text(set, "journal_level"), &level);
	struct journal_limits limits = {
		.folder = folder,
		.file_bytes = settings_number(set, "journal_size"),
		.files = (unsigned)settings_number(set, "journal_files"),
		.level = level,
		.journald = host->flags & KEEPER_FLAG_SYSTEMD,
		.stderr_too =
		    (host->flags & KEEPER_FLAG_FOREGROUND) && !(host->flags & KEEPER_FLAG_SYSTEMD),
	};
	if (host->journal)
		journal_configure(host->journal, &limits);
	free(folder);
}

/* ---- Moves ---- */

static bool host_all_idle(const struct host *host)
{
	for (size_t i = 0; i < host->unit_count; i++)
		if (unit_busy(&host->units[i]) || host->units[i].checker)
			return false;
	return !host->applying && !host->waiters && !disk_busy(host->disk);
}

static void host_tell_status(struct host *host)
{
	char text[256];
	unsigned running = 0, wanted = 0;

	for (size_t i = 0; i < host->unit_count; i++) {
		running += host->units[i].state == UNIT_RUNNING && !host->units[i].hung;
		wanted += host->units[i].wanted;
	}
	text_format(text, sizeof text, "%u of %u services running", running, wanted);
	link_say(host->link, KEEPER_STATUS, NULL, 0, text);
}

void host_moved(struct host *host)
{
	control_moved(host->control);
	if (!host->was_ready || host->moving)
		return;
	host->moving = true;
	struct timeval now = { 0 };
	event_add(host->moved, &now);
}

/* On a turn of its own, so that what moved several times is told once. */
static void host_told(evutil_socket_t fd, short what, void *arg)
{
	struct host *host = arg;

	(void)fd;
	(void)what;
	host->moving = false;
	trial_turn(host);
	apply_turn(host);
	if (host->ending) {
		if (host_all_idle(host))
			event_base_loopbreak(host->base);
		return;
	}
	watch_look(host->watch);
	host_tell_status(host);
	if (host->reload_wanted && !host->trial && host_all_idle(host))
		host_reload_all(host);
	if (!host->settled && host_all_idle(host)) {
		host->settled = true;
		link_say(host->link, KEEPER_SETTLED, NULL, 0, NULL);
	}
}

static void host_address_changed(void *arg)
{
	struct host *host = arg;
	struct fault fault;

	for (size_t i = 0; i < host->unit_count && !host->ending; i++) {
		struct unit *unit = &host->units[i];
		bool waiting = false;
		for (struct unit_listener *l = unit->listeners; l; l = l->next)
			waiting |= l->state == LISTENER_WAITING;
		if (waiting && unit->run && !unit_busy(unit))
			unit_act(unit, ACTION_RETRY, -1, NULL, NULL, NULL, &fault);
	}
}

static void host_tick_again(struct host *host)
{
	int64_t ns = host->hung_after / 5;
	struct timeval next = { .tv_usec = 50000 };

	if (ns > CLOCK_SECOND)
		ns = CLOCK_SECOND;
	if (ns > 50 * (CLOCK_SECOND / 1000)) {
		next.tv_sec = ns / CLOCK_SECOND;
		next.tv_usec = ns % CLOCK_SECOND / 1000;
	}
	event_add(host->tick, &next);
}

static void host_ticked(evutil_socket_t fd, short what, void *arg)
{
	struct host *host = arg;
	int64_t now = clock_monotonic();
	int64_t passed = now - host->sampled;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < host->unit_count; i++)
		unit_heartbeat(&host->units[i], now);
	if (passed >= CLOCK_SECOND * 95 / 100) {
		host->sampled = now;
		host->second++;
		for (size_t i = 0; i < host->unit_count; i++)
			unit_tick(&host->units[i], host->second, (double)passed / 1e9);
		link_say(host->link, KEEPER_ALIVE, NULL, 0, NULL);
		if (host->second % 15 == 0)
			host_address_changed(host);
		watch_tick(host->watch);
		/* What could not be saved is tried again. */
		if (host->second % 60 == 0 && state_unsaved() && !disk_busy(host->disk))
			host_save_state(host, NULL, NULL);
		if (host->second % 60 == 0 && !disk_busy(host->disk))
			audit_retry(host);
	}
	host_tick_again(host);
}

/* ---- Reload of everything ---- */

void host_tell_ignored(struct host *host, const struct settings_book *book)
{
	const char *names = settings_ignored(book);

	if (names)
		journal_add(host->journal, JOURNAL_WARNING, "host", "settings",
		    "%s: this steward does not know these settings, they are left out: %s",
		    host->home.automatic, names);
}

void host_reload_refused(struct host *host, const struct fault *fault)
{
	text_format(host->settings_fault, sizeof host->settings_fault, "%s", fault->text);
	journal_add(host->journal, JOURNAL_ERROR, "host", "reload",
	    "not applied, the old settings stay in force: %s", fault->text);
}

static void host_reloaded(void *arg, const struct fault *fault)
{
	struct host *host = arg;

	if (fault)
		host_reload_refused(host, fault);
	link_say(host->link, KEEPER_RELOADED, NULL, 0, fault ? fault->text : NULL);
	host_moved(host);
}

void host_reload_all(struct host *host)
{
	struct fault fault;

	/* While something else is under way it waits for that, and is not lost. */
	host->reload_wanted = host->trial || !host_all_idle(host);
	if (host->reload_wanted)
		return;
	bool *touched = memory_array(host->unit_count + 1, sizeof *touched);
	struct settings_book *book = settings_load(&host->source, &fault);
	memset(touched, 1, host->unit_count * sizeof *touched);
	if (book)
		host_tell_ignored(host, book);
	if (!book || !apply_book(host, book, touched, APPLY_FILES, host_reloaded, host, &fault))
		host_reloaded(host, &fault);
	settings_unref(book);
	free(touched);
}

/* ---- Beginning and end ---- */

static void host_control_granted(void *arg, struct link_grant *grant)
{
	struct host *host = arg;
	struct fault fault;

	if (!grant->error)
		host->control = control_open(host, grant->fds, grant->count, &fault);
	else
		fault_set(&fault, FAULT_FAILED, "%s", grant->text);
	if (!host->control) {
		link_say(host->link, KEEPER_FAILED, NULL, 0, fault.text);
		journal_add(host->journal, JOURNAL_ERROR, "host", "control", "%s", fault.text);
		host->exit_status = 1;
		event_base_loopbreak(host->base);
		return;
	}
	host->was_ready = true;
	link_say(host->link, KEEPER_READY, NULL, 0, NULL);
	for (size_t i = 0; i < host->unit_count && !host->ending; i++)
		if (host->units[i].wanted && host->units[i].state == UNIT_STOPPED)
			unit_act(&host->units[i], ACTION_START, -1, NULL, NULL, NULL, &fault);
	host_moved(host);
}

static void host_ask_control(struct host *host)
{
	struct keeper_message wanted = { .transport = KEEPER_UNIX, .count = 1 };

	text_format(wanted.service, sizeof wanted.service, "host");
	text_format(wanted.setting, sizeof wanted.setting, "control");
	if (!text_format(wanted.address, sizeof wanted.address, "%s", host->home.control)) {
		link_say(host->link, KEEPER_FAILED, NULL, 0,
		    "the path of the control socket is too long (limit 511 bytes)");
		host->exit_status = 1;
		event_base_loopbreak(host->base);
		return;
	}
	link_listen(host->link, &wanted, host_control_granted, host);
}

void host_end(struct host *host, bool hand_over, int64_t drain_ms)
{
	struct fault fault;

	if (host->ending)
		return;
	host->ending = true;
	host->hand_over = hand_over;
	host->leave_ms = drain_ms;
	trial_leave(host);
	journal_add(host->journal, JOURNAL_NOTICE, "host", "stop",
	    hand_over ? "makes room for a new host" : "stops");
	if (state_unsaved())
		host_save_state(host, NULL, NULL);
	for (size_t i = 0; i < host->unit_count; i++) {
		unit_act(&host->units[i], ACTION_LEAVE, drain_ms, NULL, NULL, NULL, &fault);
		unit_hurry(&host->units[i], drain_ms);
	}
	if (!host->was_ready)
		event_base_loopbreak(host->base);
	host_moved(host);
}

/* A service that hangs would keep sockets open that the next keeper's share. */
static void host_left_over(evutil_socket_t fd, short what, void *arg)
{
	struct host *host = arg;

	(void)fd;
	(void)what;
	journal_add(host->journal, JOURNAL_ERROR, "host", "stop",
	    "not every service left in time: the host ends without them");
	journal_flush(host->journal, 500);
	_exit(1);
}

void host_abandoned(struct host *host)
{
	struct timeval limit = { .tv_sec = 3 };

	journal_add(host->journal, JOURNAL_ERROR, "host", "keeper",
	    "the keeper has gone: the host ends too");
	host_end(host, false, 2000);
	host->left_over = evtimer_new(host->base, host_left_over, host);
	if (!host->left_over || event_add(host->left_over, &limit) < 0)
		_exit(1);
}

/* ---- What survives a restart ---- */

struct save {
	struct host *host;
	char *path, *text;
	uint64_t changes;
	void (*done)(void *arg, const struct fault *fault);
	void *arg;
};

static bool save_work(void *arg, struct fault *fault)
{
	struct save *save = arg;

	return state_save(save->path, save->text, fault);
}

static void save_done(void *arg, const struct fault *fault)
{
	struct save *save = arg;

	struct host *host = save->host;

	/* Once, however often it is tried. */
	if (fault && !host->save_failed)
		journal_add(host->journal, JOURNAL_ERROR, "host", "state",
		    "what should run at the next start could not be kept: %s", fault->text);
	if (!fault) {
		state_saved(save->changes);
		if (host->save_failed)
			journal_add(host->journal, JOURNAL_NOTICE, "host", "state",
			    "what should run at the next start is kept again");
	}
	host->save_failed = fault;
	watch_written(host->watch, ALERT_STATE, fault);
	if (save->done)
		save->done(save->arg, fault);
	free(save->path);
	free(save->text);
	free(save);
}

static char *host_state_path(const struct host *host)
{
	return memory_format("%s/desired", host->home.state);
}

void host_save_state(struct host *host, void (*done)(void *arg, const struct fault *fault),
    void *arg)
{
	struct save *save = memory_new(sizeof *save);

	save->host = host;
	save->path = host_state_path(host);
	save->text = state_text(&save->changes);
	save->done = done;
	save->arg = arg;
	disk_do(host->disk, save_work, save_done, save);
}

static void host_load_state(struct host *host)
{
	char *path = host_state_path(host);
	struct fault fault;

	if (!state_load(path, &fault))
		journal_add(host->journal, JOURNAL_WARNING, "host", "state", "%s", fault.text);
	/* Settings that somebody set, by an older steward or in a copy of a home. */
	if (access(host->home.automatic, F_OK) == 0)
		state_end_first_run();
	free(path);
}

static void host_new_units(struct host *host)
{
	while (service_list[host->unit_count])
		host->unit_count++;
	host->units = memory_array(host->unit_count + 1, sizeof *host->units);
	for (size_t i = 0; i < host->unit_count; i++) {
		unit_init(&host->units[i], host, service_list[i]);
		host->units[i].wanted = state_wanted(service_list[i]->name);
	}
}

int host_run(struct host *host)
{
	struct addresses *addresses = NULL;
	struct fault fault;

	int64_t age = machine_process_age("/proc", host->keeper_pid);
	host->sampled = clock_monotonic();
	host->started = host->sampled - (age > 0 ? age : 0);
	host_load_state(host);
	host_new_units(host);
	host->tick = evtimer_new(host->base, host_ticked, host);
	host->moved = evtimer_new(host->base, host_told, host);
	host->disk = disk_open(host, &fault);
	if (!mailbox_open(host) || !host->disk || !host->tick || !host->moved ||
	    !link_watch(host->link, &fault)) {
		host->exit_status = 1;
		goto out;
	}
	audit_open(host);
	host->watch = watch_open(host);
	addresses = addresses_watch(host->base, host_address_changed, host);
	host_tick_again(host);
	host_ask_control(host);
	event_base_loop(host->base, EVLOOP_NO_EXIT_ON_EMPTY);
out:
	rpc_log_finish(host);
	watch_close(host->watch);
	host->watch = NULL;
	control_close(host->control);
	host->control = NULL;
	addresses_close(addresses);
	for (size_t i = 0; i < host->unit_count; i++)
		unit_free(&host->units[i]);
	free(host->units);
	if (host->tick)
		event_free(host->tick);
	if (host->moved)
		event_free(host->moved);
	if (host->left_over)
		event_free(host->left_over);
	trial_free(host);
	disk_close(host->disk);
	audit_close(host);
	mailbox_close(host->mailbox);
	return host->exit_status;
}
