/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A trial never writes a file before it is confirmed, so that everything that
 * can go wrong meanwhile, a power cut included, ends with what the files have: the
 * old settings, but for a trial of the files themselves. Its audit entry is written
 * first: whoever finds the entry waiting knows that the host died over it.
 */
#include "config.h"

#include "host/trial.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/apply.h"
#include "host/audit.h"
#include "host/control.h"
#include "host/disk.h"
#include "host/probe.h"
#include "host/rpc.h"
#include "host/snapshot.h"
#include "host/state.h"
#include "host/unit.h"

enum trial_state { TRIAL_APPLYING, TRIAL_PROBING, TRIAL_WAITING, TRIAL_STORING, TRIAL_REVERTING };

struct trial {
	struct host *host;
	json_int_t id;
	const char *action;
	enum trial_state state;
	char user[33], origin[65];
	uint64_t session;
	unsigned seconds;
	int64_t ends; /* monotonic ns, once it waits */
	struct settings_book *book, *old;
	bool *touched;
	bool files;
	bool back_wanted; /* as soon as nothing else is under way */
	json_t *services, *changes, *more;
	struct call *call;  /* that began it, until it is answered */
	struct call *asker; /* that confirms or reverts it */
	struct event *timer;
	struct probe *probe;
	struct fault unwritten; /* the audit entry's */
	struct fault why;       /* it goes back, or does not begin */
	struct fault stuck;     /* the way back failed */
};

static void trial_end(struct trial *trial)
{
	struct host *host = trial->host;

	probe_free(trial->probe);
	if (trial->timer)
		event_free(trial->timer);
	settings_unref(trial->book);
	settings_unref(trial->old);
	json_decref(trial->services);
	json_decref(trial->changes);
	json_decref(trial->more);
	free(trial->touched);
	free(trial);
	host->trial = NULL;
	host_moved(host);
}

/* What going back changed. */
static json_t *trial_back_changes(const struct trial *trial)
{
	json_t *changes = json_array(), *one;
	size_t index;

	json_array_foreach(trial->changes, index, one) json_array_append_new(changes,
	    json_pack("{s:O, s:O, s:O}", "name", json_object_get(one, "name"), "old",
		json_object_get(one, "new"), "new", json_object_get(one, "old")));
	return changes;
}

static void trial_answer(struct trial *trial, struct call *call)
{
	json_t *changes = trial->state == TRIAL_REVERTING ? trial_back_changes(trial) :
							    json_incref(trial->changes);
	json_t *result = json_pack("{s:i, s:o, s:o, s:I}", "version", 1, "changes", changes,
	    "services", rpc_touched(trial->host, trial->touched), "audit", trial->id);

	if (trial->more)
		json_object_update(result, trial->more);
	if (trial->state == TRIAL_WAITING)
		json_object_set_new(result, "trial", trial_shown(trial->host));
	call_result(call, result);
}

/* ---- Going back ---- */

static void trial_gone_back(void *arg, const struct fault *fault)
{
	struct trial *trial = arg;
	struct fault why = trial->why;

	if (trial->call && trial->stuck.code == FAULT_NONE) {
		fault_prefix(&why, "not applied, everything is as before");
		call_fault(trial->call, &why);
	} else if (trial->call) {
		call_fault(trial->call, &trial->stuck);
	}
	if (trial->asker && trial->stuck.code != FAULT_NONE) {
		call_fault(trial->asker, &trial->stuck);
	} else if (trial->asker && fault) {
		why = *fault;
		fault_prefix(&why, "done, but not written to the audit list");
		call_fault(trial->asker, &why);
	} else if (trial->asker) {
		trial_answer(trial, trial->asker);
	}
	trial_end(trial);
}

static void trial_back(void *arg, const struct fault *fault)
{
	struct trial *trial = arg;
	struct host *host = trial->host;
	struct fault why;

	if (fault) {
		trial->stuck = *fault;
		fault_prefix(&trial->stuck, "%.200s; the old settings are back, but not everywhere",
		    trial->why.text);
	}
	journal_add(host->journal, fault ? JOURNAL_ERROR : JOURNAL_WARNING, "host", "trial", "%s%s",
	    fault ? trial->stuck.text : trial->why.text,
	    fault ? "" : ": the settings before are in force again");
	if (trial->files) {
		why = trial->why;
		fault_prefix(&why, "the files were on trial");
		host_reload_refused(host, &why);
	}
	audit_settle(host, trial->id, "reverted", fault ? trial->stuck.text : trial->why.text,
	    trial_gone_back, trial);
}

/* What a service does meanwhile is waited for by its own queue of actions. */
static void trial_back_begin(struct trial *trial)
{
	struct host *host = trial->host;
	struct fault fault;

	trial->back_wanted = false;
	apply_touched(host, trial->old, trial->touched);
	if (!apply_book(host, trial->old, trial->touched, APPLY_BACK, trial_back, trial, &fault))
		trial_back(trial, &fault);
}

static void trial_go_back(struct trial *trial, const struct fault *why)
{
	trial->state = TRIAL_REVERTING;
	trial->why = *why;
	trial->back_wanted = true;
	if (trial->timer)
		event_del(trial->timer);
	host_moved(trial->host);
}

static void trial_expired(evutil_socket_t fd, short what, void *arg)
{
	struct trial *trial = arg;
	struct fault why;

	(void)fd;
	(void)what;
	fault_set(&why, FAULT_FAILED, "nobody confirmed it within %u s", trial->seconds);
	trial_go_back(trial, &why);
}

/* The trial with that id while it waits; else NULL, and the call has been told. */
static struct trial *trial_waiting(const struct host *host, json_int_t id, struct call *call)
{
	struct trial *trial = host->trial;
	struct fault fault;

	if (trial && trial->id == id && trial->state == TRIAL_WAITING)
		return trial;
	if (trial && trial->id == id)
		fault_set(&fault, FAULT_STALE, "trial %lld does not wait to be confirmed now",
		    (long long)id);
	else
		fault_set(&fault, FAULT_STALE, "trial %lld is over", (long long)id);
	fault_next(&fault, "steward audit shows what became of it");
	call_fault(call, &fault);
	return NULL;
}

void trial_revert(struct host *host, json_int_t id, struct call *call)
{
	struct trial *trial = trial_waiting(host, id, call);
	struct fault fault;

	if (!trial)
		return;
	trial->asker = call;
	fault_set(&fault, FAULT_FAILED, "taken back by %s", call->user);
	trial_go_back(trial, &fault);
}

/* ---- Storing ---- */

static void trial_kept(void *arg, const struct fault *fault)
{
	struct trial *trial = arg;
	struct fault why;

	if (fault) {
		why = *fault;
		fault_prefix(&why, "done, but not written to the audit list");
		call_fault(trial->asker, &why);
	} else {
		trial_answer(trial, trial->asker);
	}
	trial_end(trial);
}

static void trial_count_down(struct trial *trial)
{
	int64_t left = (trial->ends - clock_monotonic()) / 1000;

	if (left < 0)
		left = 0;
	struct timeval wait = { .tv_sec = left / 1000000, .tv_usec = left % 1000000 };
	trial->state = TRIAL_WAITING;
	event_add(trial->timer, &wait);
	host_moved(trial->host);
}

static void trial_stored(void *arg, const struct fault *fault)
{
	struct trial *trial = arg;
	struct host *host = trial->host;
	struct fault why;

	host->storing = false;
	if (fault) {
		why = *fault;
		fault_prefix(&why, "not confirmed, the trial goes on");
		call_fault(trial->asker, &why);
		trial->asker = NULL;
		trial_count_down(trial);
		return;
	}
	state_end_first_run();
	if (trial->files)
		host->settings_fault[0] = '\0';
	apply_keep_good(host);
	rpc_tell_changes(host, trial->changes, trial->action, trial->user);
	journal_add(host->journal, JOURNAL_NOTICE, "host", "trial", "entry %lld confirmed by %s",
	    (long long)trial->id, trial->asker->user);
	audit_settle(host, trial->id, "done", NULL, trial_kept, trial);
}

static bool trial_store(void *arg, struct fault *fault)
{
	const struct trial *trial = arg;

	return trial->files || settings_store(trial->book, trial->host->home.automatic, fault);
}

void trial_confirm(struct host *host, json_int_t id, struct call *call)
{
	struct trial *trial = trial_waiting(host, id, call);

	if (!trial)
		return;
	trial->state = TRIAL_STORING;
	trial->asker = call;
	event_del(trial->timer);
	host->storing = true;
	disk_do(host->disk, trial_store, trial_stored, trial);
}

/* ---- Applying ---- */

/* What begins no more is as good as taken back: nothing was stored. */
static void trial_stopped(struct trial *trial)
{
	struct fault fault;

	fault_set(&fault, FAULT_FAILED,
	    "steward is stopping: the settings before come back with it");
	if (trial->call)
		call_fault(trial->call, &fault);
	if (trial->asker)
		call_fault(trial->asker, &fault);
	trial->call = trial->asker = NULL;
}

/* Nothing was changed, or it is changed back by now. */
static void trial_refused(struct trial *trial, const struct fault *why)
{
	trial->why = *why;
	if (trial->files)
		host_reload_refused(trial->host, why);
	audit_settle(trial->host, trial->id, "failed", why->text, trial_gone_back, trial);
}

static void trial_probed(void *arg, const struct fault *fault)
{
	struct trial *trial = arg;
	struct host *host = trial->host;
	struct fault why;

	trial->probe = NULL;
	if (fault) {
		trial_go_back(trial, fault);
		return;
	}
	trial->ends = clock_monotonic() + (int64_t)trial->seconds * CLOCK_SECOND;
	trial_count_down(trial);
	journal_add(host->journal, JOURNAL_NOTICE, "host", "trial",
	    "settings of %s are on trial for %u s (entry %lld)", trial->user, trial->seconds,
	    (long long)trial->id);
	struct call *call = trial->call;
	trial->call = NULL;
	if (trial->unwritten.code == FAULT_NONE) {
		trial_answer(trial, call);
		return;
	}
	why = trial->unwritten;
	fault_prefix(&why, "on trial, but not written to the audit list");
	call_fault(call, &why);
}

static void trial_applied(void *arg, const struct fault *fault)
{
	struct trial *trial = arg;
	struct host *host = trial->host;

	if (fault) {
		/* apply has gone back already, but for the entry and the answer. */
		if (host->stuck)
			trial->stuck = *fault;
		trial_refused(trial, fault);
		return;
	}
	if (host->ending) {
		trial_stopped(trial);
		return;
	}
	trial->state = TRIAL_PROBING;
	trial->probe = probe_new(host, trial->touched, trial_probed, trial);
}

static void trial_apply(void *arg)
{
	struct trial *trial = arg;
	struct host *host = trial->host;
	struct fault fault;

	if (host->ending)
		trial_stopped(trial);
	else if (!apply_book(host, trial->book, trial->touched, APPLY_TRIAL, trial_applied, trial,
		     &fault))
		trial_refused(trial, &fault);
}

static void trial_recorded(void *arg, const struct fault *fault)
{
	struct trial *trial = arg;
	struct fault why;

	if (fault)
		trial->unwritten = *fault;
	if (!apply_in_turn(trial->host, trial_apply, trial, &why))
		trial_refused(trial, &why);
}

void trial_begin(struct host *host, struct trial_order *order)
{
	struct trial *trial = memory_new(sizeof *trial);
	const struct call *call = order->call;
	struct audit_note note = {
		.user = call->user,
		.origin = call->origin,
		.action = order->action,
		.words = order->words,
		.services = json_incref(order->services),
		.changes = order->moved,
		.outcome = "waiting",
		.undoes = order->undoes,
		.did = order->inverse ? "set" : NULL,
		.inverse = order->inverse,
	};

	trial->host = host;
	trial->call = order->call;
	trial->action = order->action;
	text_format(trial->user, sizeof trial->user, "%s", call->user);
	text_format(trial->origin, sizeof trial->origin, "%s", call->origin);
	trial->session = call->session;
	trial->seconds = order->seconds;
	trial->book = settings_ref(order->book);
	trial->old = settings_ref(host->book);
	trial->touched =
	    memory_copy(order->touched, (host->unit_count + 1) * sizeof *trial->touched);
	trial->files = order->files;
	trial->services = order->services;
	trial->changes = order->changes;
	trial->more = order->more;
	trial->timer = evtimer_new(host->base, trial_expired, trial);
	if (!trial->timer)
		abort(); /* no memory; a trial without its end must not begin */
	host->trial = trial;
	trial->id = audit_record(host, &note, trial_recorded, trial);
	host_moved(host);
}

/* ---- Looking, and the end ---- */

static int64_t trial_left(const struct trial *trial)
{
	int64_t left = trial->ends - clock_monotonic();

	if (trial->state == TRIAL_APPLYING || trial->state == TRIAL_PROBING)
		return (int64_t)trial->seconds * CLOCK_SECOND;
	return left < 0 || trial->state == TRIAL_REVERTING ? 0 : left;
}

bool trial_absent(const struct host *host, struct fault *fault)
{
	const struct trial *trial = host->trial;

	if (!trial)
		return true;
	if (trial->state == TRIAL_REVERTING)
		return fault_set(fault, FAULT_FAILED, "settings of %s are just being taken back",
		    trial->user);
	fault_set(fault, FAULT_FAILED, "settings of %s%s%s%s are on trial for %lld s more",
	    trial->user, *trial->origin ? " (" : "", trial->origin, *trial->origin ? ")" : "",
	    (long long)((trial_left(trial) + CLOCK_SECOND - 1) / CLOCK_SECOND));
	return fault_next(fault, "steward confirm keeps them, steward revert takes them back");
}

json_t *trial_shown(const struct host *host)
{
	static const char *const states[] = {
		[TRIAL_APPLYING] = "applying",
		[TRIAL_PROBING] = "applying",
		[TRIAL_WAITING] = "waiting",
		[TRIAL_STORING] = "waiting",
		[TRIAL_REVERTING] = "reverting",
	};
	const struct trial *trial = host->trial;

	if (!trial)
		return json_null();
	/* Whole tenths: more would only look exact. */
	int64_t tenths = trial_left(trial) / (CLOCK_SECOND / 10);
	double seconds = (double)tenths / 10;
	return json_pack("{s:I, s:s, s:s, s:o, s:o, s:I, s:i, s:f, s:O, s:O}", "id", trial->id,
	    "action", trial->action, "state", states[trial->state], "user",
	    snapshot_text(trial->user), "origin",
	    *trial->origin ? snapshot_text(trial->origin) : json_null(), "session",
	    (json_int_t)trial->session, "seconds", (int)trial->seconds, "seconds_left", seconds,
	    "services", trial->services, "changes", trial->changes);
}

void trial_turn(struct host *host)
{
	struct trial *trial = host->trial;

	if (!trial || host->ending)
		return;
	if (trial->back_wanted && !host->applying && !host->storing)
		trial_back_begin(trial);
	else if (trial->probe)
		probe_turn(trial->probe);
}

void trial_leave(struct host *host)
{
	struct trial *trial = host->trial;

	if (!trial)
		return;
	event_del(trial->timer);
	probe_free(trial->probe);
	trial->probe = NULL;
	/* What is being applied or stored answers by itself when it is done. */
	if (trial->state == TRIAL_PROBING || trial->back_wanted)
		trial_stopped(trial);
}

void trial_free(struct host *host)
{
	if (!host->trial)
		return;
	trial_stopped(host->trial);
	trial_end(host->trial);
}
