/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two rounds over the touched units, each step answered by callback: checks,
 * then reloads. The way back, from there or from a trial, uses the same reloads
 * with the old book.
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
	struct fault fault; /* why it goes back, or did not begin */
	struct fault stuck; /* somebody did not take the old ones back */
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
		if (apply->mode == APPLY_FILES)
			apply_keep_good(host);
	}
	apply->done(apply->arg, fault);
	host_moved(host);
	settings_unref(apply->book);
	settings_unref(apply->old);
	free(apply->touched);
	free(apply);
}

/* ---- The way back ---- */

static void apply_back_next(struct apply *apply);

static void apply_back_failed(struct apply *apply, const struct unit *unit,
    const struct fault *fault)
{
	if (apply->stuck.code != FAULT_NONE)
		return;
	apply->stuck = *fault;
	if (strncmp(fault->text, unit->service->name, strlen(unit->service->name)))
		fault_prefix(&apply->stuck, "%s", unit->service->name);
}

static void apply_back_restarted(void *arg, struct unit *unit, const struct fault *fault)
{
	struct apply *apply = arg;

	if (fault)
		apply_back_failed(apply, unit, fault);
	apply_back_next(apply);
}

static void apply_back_reloaded(void *arg, struct unit *unit, const struct fault *fault)
{
	struct apply *apply = arg;
	struct fault why;

	if (!fault) {
		apply_back_next(apply);
		return;
	}
	/* It must not go on with the settings that are taken back. */
	if (unit->run &&
	    unit_act(unit, ACTION_RESTART, -1, apply->old, apply_back_restarted, apply, &why))
		return;
	apply_back_restarted(apply, unit, fault);
}

static void apply_back_end(struct apply *apply)
{
	const bool stuck = apply->stuck.code != FAULT_NONE;

	apply->host->stuck = stuck;
	if (apply->mode == APPLY_BACK) {
		apply_finish(apply, stuck ? &apply->stuck : NULL);
		return;
	}
	if (stuck) {
		fault_prefix(&apply->stuck, "%.200s; the old settings are back, but not everywhere",
		    apply->fault.text);
		apply->fault = apply->stuck;
	}
	apply_finish(apply, &apply->fault);
}

/* The last one first: what a service gave up may be what a later one took. */
static void apply_back_next(struct apply *apply)
{
	struct fault fault;

	while (apply->at > 0) {
		struct unit *unit = &apply->host->units[--apply->at];
		if (!apply->touched[apply->at])
			continue;
		if (unit_act(unit, ACTION_RELOAD, -1, apply->old, apply_back_reloaded, apply,
			&fault))
			return;
		apply_back_failed(apply, unit, &fault);
	}
	apply_back_end(apply);
}

/* Who has locked himself out does not wait for a long drain that somebody asked for
 * meanwhile. */
static void apply_back_begin(struct apply *apply)
{
	struct host *host = apply->host;
	int64_t most = settings_number(settings_of(apply->old, "host"), "drain_limit");

	for (size_t i = 0; i < host->unit_count; i++)
		if (apply->touched[i])
			unit_hurry(&host->units[i], most);
	apply->at = host->unit_count;
	apply_back_next(apply);
}

/* ---- The way there ---- */

static void apply_next(struct apply *apply);

/* Those before apply->at go back. */
static void apply_turn_back(struct apply *apply, const struct fault *fault)
{
	apply->fault = *fault;
	apply->host->going_back = true;
	apply->host->trying = false;
	apply_back_next(apply);
}

static void apply_reloaded(void *arg, struct unit *unit, const struct fault *fault)
{
	struct apply *apply = arg;

	(void)unit;
	/* The way back begins with the one that failed: it may stand still. */
	apply->at++;
	if (fault)
		apply_turn_back(apply, fault);
	else
		apply_next(apply);
}

static void apply_next(struct apply *apply)
{
	struct host *host = apply->host;
	struct fault fault;

	for (; apply->at < host->unit_count; apply->at++) {
		if (!apply->touched[apply->at])
			continue;
		if (!unit_act(&host->units[apply->at], ACTION_RELOAD, -1, apply->book,
			apply_reloaded, apply, &fault))
			apply_turn_back(apply, &fault);
		return;
	}
	apply_finish(apply, NULL);
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
	apply->old = settings_ref(mode == APPLY_BACK ? book : host->book);
	apply->mode = mode;
	apply->touched = memory_copy(touched, host->unit_count * sizeof *touched);
	apply->done = done;
	apply->arg = arg;
	host->applying = apply;
	host->going_back = mode == APPLY_BACK;
	host->stuck = false;
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
