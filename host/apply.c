/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two rounds over the touched units, each step answered by callback: checks,
 * then reloads. The way back uses the same reloads with the old book.
 */
#include "config.h"

#include "host/apply.h"

#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "host/disk.h"

struct apply {
	struct host *host;
	struct settings_book *book, *old;
	bool *touched;
	enum apply_mode mode;
	size_t at;
	bool back; /* on the way back */
	struct fault fault;
	void (*done)(void *arg, const struct fault *fault);
	void *arg;
};

#define WAITERS_MAX 16

struct apply_waiter {
	struct apply_waiter *next;
	void (*run)(void *arg);
	void *arg;
};

struct good {
	struct host *host;
	struct settings_book *book;
	char *folder;
};

static bool good_keep(void *arg, struct fault *fault)
{
	const struct good *good = arg;

	return settings_keep_good(good->book, good->folder, fault);
}

static void good_kept(void *arg, const struct fault *fault)
{
	struct good *good = arg;

	if (fault)
		journal_add(good->host->journal, JOURNAL_WARNING, "host", "settings",
		    "the settings in force could not be kept: %s", fault->text);
	settings_unref(good->book);
	free(good->folder);
	free(good);
}

void apply_keep_good(struct host *host)
{
	struct good *good = memory_new(sizeof *good);

	good->host = host;
	good->book = settings_ref(host->book);
	good->folder = memory_format("%s/good", host->home.state);
	disk_do(host->disk, good_keep, good_kept, good);
}

static void apply_finish(struct apply *apply, const struct fault *fault)
{
	struct host *host = apply->host;

	host->applying = NULL;
	host->going_back = host->trying = false;
	if (apply->mode == APPLY_BACK || (!fault && apply->mode != APPLY_CHECK)) {
		settings_unref(host->book);
		host->book = settings_ref(apply->book);
		if (apply->mode == APPLY_FILES)
			host->settings_fault[0] = '\0';
		host_configure(host);
		if (apply->mode == APPLY_SET || apply->mode == APPLY_FILES)
			apply_keep_good(host);
	}
	apply->done(apply->arg, fault);
	host_moved(host);
	settings_unref(apply->book);
	settings_unref(apply->old);
	free(apply->touched);
	free(apply);
}

/* ---- The way back from a trial ---- */

static void apply_back_next(struct apply *apply);

static void apply_back_failed(struct apply *apply, const struct unit *unit,
    const struct fault *fault)
{
	if (apply->fault.code != FAULT_NONE)
		return;
	apply->fault = *fault;
	if (strncmp(fault->text, unit->service->name, strlen(unit->service->name)))
		fault_prefix(&apply->fault, "%s", unit->service->name);
}

static void apply_back_restarted(void *arg, struct unit *unit, const struct fault *fault)
{
	struct apply *apply = arg;

	if (fault)
		apply_back_failed(apply, unit, fault);
	apply->at++;
	apply_back_next(apply);
}

static void apply_back_reloaded(void *arg, struct unit *unit, const struct fault *fault)
{
	struct apply *apply = arg;
	struct fault why;

	if (!fault) {
		apply->at++;
		apply_back_next(apply);
		return;
	}
	/* It must not go on with the settings of the trial. */
	if (unit->run &&
	    unit_act(unit, ACTION_RESTART, -1, apply->book, apply_back_restarted, apply, &why))
		return;
	apply_back_restarted(apply, unit, fault);
}

/* Who has locked himself out does not wait for a long drain that somebody asked for
 * meanwhile. */
static void apply_back_begin(struct apply *apply)
{
	struct host *host = apply->host;
	int64_t most = settings_number(settings_of(apply->book, "host"), "drain_limit");

	for (size_t i = 0; i < host->unit_count; i++)
		if (apply->touched[i])
			unit_hurry(&host->units[i], most);
	apply_back_next(apply);
}

static void apply_back_next(struct apply *apply)
{
	struct host *host = apply->host;
	struct fault fault;

	for (; apply->at < host->unit_count; apply->at++) {
		struct unit *unit = &host->units[apply->at];
		if (!apply->touched[apply->at])
			continue;
		if (unit_act(unit, ACTION_RELOAD, -1, apply->book, apply_back_reloaded, apply,
			&fault))
			return;
		apply_back_failed(apply, unit, &fault);
	}
	apply_finish(apply, apply->fault.code == FAULT_NONE ? NULL : &apply->fault);
}

/* ---- The way there ---- */

static void apply_next(struct apply *apply);

static void apply_reloaded(void *arg, struct unit *unit, const struct fault *fault)
{
	struct apply *apply = arg;

	(void)unit;
	if (apply->back) {
		apply_next(apply);
		return;
	}
	if (fault) {
		apply->fault = *fault;
		apply->back = apply->host->going_back = true;
		apply->host->trying = false;
	}
	/* The way back begins with the one that failed: it may stand still. */
	apply->at++;
	apply_next(apply);
}

static void apply_next(struct apply *apply)
{
	struct host *host = apply->host;
	struct settings_book *book = apply->back ? apply->old : apply->book;
	struct fault fault;

	for (;;) {
		if (apply->back ? apply->at == 0 : apply->at == host->unit_count) {
			apply_finish(apply, apply->back ? &apply->fault : NULL);
			return;
		}
		size_t index = apply->back ? --apply->at : apply->at;
		if (apply->touched[index]) {
			if (unit_act(&host->units[index], ACTION_RELOAD, -1, book, apply_reloaded,
				apply, &fault))
				return;
			if (!apply->back) {
				apply->fault = fault;
				apply->back = host->going_back = true;
				host->trying = false;
				continue;
			}
		}
		if (!apply->back)
			apply->at++;
	}
}

static void apply_check_next(struct apply *apply);

static void apply_checked(void *arg, const struct fault *fault)
{
	struct apply *apply = arg;

	if (fault) {
		apply->fault = *fault;
		apply_finish(apply, &apply->fault);
		return;
	}
	apply->at++;
	apply_check_next(apply);
}

static void apply_check_next(struct apply *apply)
{
	struct host *host = apply->host;

	while (apply->at < host->unit_count && !apply->touched[apply->at])
		apply->at++;
	if (apply->at < host->unit_count) {
		unit_check(&host->units[apply->at], apply->book, apply_checked, apply);
		return;
	}
	if (apply->mode == APPLY_CHECK) {
		apply_finish(apply, NULL);
		return;
	}
	apply->at = 0;
	apply_next(apply);
}

/* A trial is not blamed for an address that was waited for before it. */
static void apply_note_absent(struct host *host)
{
	for (size_t i = 0; i < host->unit_count; i++)
		for (struct unit_listener *l = host->units[i].listeners; l; l = l->next)
			l->absent = l->state == LISTENER_WAITING;
}

bool apply_book(struct host *host, struct settings_book *book, const bool *touched,
    enum apply_mode mode, void (*done)(void *arg, const struct fault *fault), void *arg,
    struct fault *fault)
{
	if (host->applying || host->storing)
		return fault_set(fault, FAULT_FAILED, "another change of settings is under way");
	for (size_t i = 0; i < host->unit_count; i++)
		if (mode != APPLY_CHECK && mode != APPLY_BACK && touched[i] &&
		    unit_busy(&host->units[i]))
			return fault_set(fault, FAULT_FAILED,
			    "%s is %s; try again when that is done", host->units[i].service->name,
			    unit_state_name(&host->units[i]));
	struct apply *apply = memory_new(sizeof *apply);
	apply->host = host;
	apply->book = settings_ref(book);
	apply->old = settings_ref(host->book);
	apply->mode = mode;
	apply->touched = memory_copy(touched, host->unit_count * sizeof *touched);
	apply->done = done;
	apply->arg = arg;
	host->applying = apply;
	host->going_back = mode == APPLY_BACK;
	host->trying = mode == APPLY_TRIAL;
	if (host->trying)
		apply_note_absent(host);
	if (mode == APPLY_BACK)
		apply_back_begin(apply);
	else
		apply_check_next(apply);
	return true;
}

/* ---- One after the other ---- */

unsigned apply_waiting(const struct host *host)
{
	unsigned count = 0;

	for (const struct apply_waiter *at = host->waiters; at; at = at->next)
		count++;
	return count;
}

bool apply_in_turn(struct host *host, void (*run)(void *arg), void *arg, struct fault *fault)
{
	struct apply_waiter **end = &host->waiters;
	unsigned count = apply_waiting(host);

	while (*end)
		end = &(*end)->next;
	if (!count && !host->applying && !host->storing) {
		run(arg);
		return true;
	}
	if (count >= WAITERS_MAX) {
		fault_set(fault, FAULT_FAILED, "%u changes of settings are waiting already", count);
		return fault_next(fault, "try again when they are done");
	}
	*end = memory_new(sizeof **end);
	(*end)->run = run;
	(*end)->arg = arg;
	return true;
}

void apply_turn(struct host *host)
{
	while (host->waiters && !host->applying && !host->storing) {
		struct apply_waiter *first = host->waiters;
		void (*run)(void *arg) = first->run;
		void *arg = first->arg;
		host->waiters = first->next;
		free(first);
		run(arg);
	}
}

void apply_touched(const struct host *host, const struct settings_book *book, bool *touched)
{
	for (size_t i = 0; i < host->unit_count; i++) {
		const char *name = host->units[i].service->name;
		touched[i] |= settings_differ(settings_of(host->book, name),
				  settings_of(book, name), NULL, NULL) > 0;
	}
}
