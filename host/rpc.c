/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Methods that act on services: start, stop, restart, resume. They answer when
 * the state is reached and what was done stands in the audit list. What only
 * reads stands in rpc_read.c, settings in rpc_settings.c.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/text.h"
#include "host/audit.h"
#include "host/control.h"
#include "host/rpc.h"
#include "host/snapshot.h"
#include "host/state.h"
#include "host/trial.h"
#include "host/undo.h"
#include "host/unit.h"

/* ---- Parameters that several methods have ---- */

bool rpc_flag(json_t *params, const char *name, bool *bad)
{
	json_t *value = json_object_get(params, name);

	*bad |= value && !json_is_boolean(value) && !json_is_null(value);
	return json_is_true(value);
}

bool rpc_generation(const struct unit *unit, json_t *params, struct fault *fault)
{
	json_t *shown = json_object_get(params, "generation");

	if (json_is_object(shown))
		shown = json_object_get(shown, unit->service->name);
	if (!shown || json_is_null(shown))
		return true;
	if (!json_is_integer(shown))
		return fault_set(fault, FAULT_USAGE, "generation must be a number");
	if ((uint64_t)json_integer_value(shown) == unit->generation)
		return true;
	fault_set(fault, FAULT_STALE, "%s has changed since it was shown: it is %s now%s%s",
	    unit->service->name, unit_state_name(unit), *unit->reason ? ": " : "", unit->reason);
	return fault_next(fault, "look at it again and repeat");
}

bool rpc_named(struct host *host, json_t *params, bool *touched, struct fault *fault)
{
	json_t *names = json_object_get(params, "services"), *name;
	size_t index;

	if (!json_is_array(names) || !json_array_size(names))
		return fault_set(fault, FAULT_USAGE, "services must be an array of names");
	json_array_foreach(names, index, name)
	{
		const char *text = json_string_value(name);
		struct unit *unit = text ? host_unit(host, text) : NULL;
		if (!unit) {
			fault_set(fault, FAULT_USAGE, "there is no service %s",
			    text ? text : "of that kind");
			return fault_next(fault, "steward status lists them");
		}
		if (!rpc_generation(unit, params, fault))
			return false;
		touched[unit - host->units] = true;
	}
	return true;
}

bool rpc_drain(json_t *params, int64_t *drain_ms, struct fault *fault)
{
	json_t *drain = json_object_get(params, "drain");

	*drain_ms = -1;
	if (!drain || json_is_null(drain))
		return true;
	if (!json_is_number(drain) || json_number_value(drain) < 0 ||
	    json_number_value(drain) > 86400)
		return fault_set(fault, FAULT_USAGE, "drain must be 0 to 86400 seconds");
	*drain_ms = (int64_t)(json_number_value(drain) * 1000);
	return true;
}

bool rpc_seconds(json_t *params, unsigned *seconds, struct fault *fault)
{
	json_t *confirm = json_object_get(params, "confirm");

	*seconds = 0;
	if (!confirm || json_is_null(confirm))
		return true;
	if (!json_is_integer(confirm) || json_integer_value(confirm) < TRIAL_MIN ||
	    json_integer_value(confirm) > TRIAL_MAX)
		return fault_set(fault, FAULT_USAGE, "confirm must be %d to %d seconds", TRIAL_MIN,
		    TRIAL_MAX);
	*seconds = (unsigned)json_integer_value(confirm);
	return true;
}

json_t *rpc_touched(const struct host *host, const bool *touched)
{
	json_t *services = json_array();

	for (size_t i = 0; i < host->unit_count; i++)
		if (touched[i])
			json_array_append_new(services, snapshot_unit(&host->units[i]));
	return services;
}

json_t *rpc_names(const struct host *host, const bool *touched)
{
	json_t *names = json_array();

	for (size_t i = 0; i < host->unit_count; i++)
		if (touched[i])
			json_array_append_new(names, json_string(host->units[i].service->name));
	return names;
}

/* ---- Several services, one answer ---- */

struct batch {
	struct call *call;
	const char *action; /* for the audit list */
	const char *did;
	json_t *names;
	char words[1024];
	size_t waiting;
	bool *touched, *moved; /* by unit */
	json_int_t undoes;     /* 0: none */
	char *instead;         /* with undoes: the words of what is done */
	bool failed;
	struct fault fault; /* the first one */
	bool unsaved;
	struct fault unsaved_fault;
};

static void batch_free(struct batch *batch)
{
	json_decref(batch->names);
	free(batch->touched);
	free(batch->moved);
	free(batch->instead);
	free(batch);
}

static void batch_done(struct batch *batch)
{
	struct host *host = batch->call->host;

	if (--batch->waiting)
		return;
	/* What is not kept for the next start has been done all the same. */
	struct audit_note note = {
		.action = batch->undoes ? "undo" : batch->action,
		.words = batch->words,
		.services = json_incref(batch->names),
		.outcome = batch->failed ? "failed" : "done",
		.reason = batch->failed ? batch->fault.text :
		    batch->unsaved      ? batch->unsaved_fault.text :
					  NULL,
		.undoes = batch->undoes,
		.did = batch->did,
		.moved = batch->did ? rpc_names(host, batch->moved) : NULL,
	};
	const struct fault *fault = batch->failed ? &batch->fault :
	    batch->unsaved                        ? &batch->unsaved_fault :
						    NULL;
	json_t *result = fault ?
	    NULL :
	    json_pack("{s:i, s:o}", "version", 1, "services", rpc_touched(host, batch->touched));
	if (result && batch->undoes)
		json_object_update_new(result,
		    json_pack("{s:I, s:o}", "entry", batch->undoes, "words",
			snapshot_text(batch->instead)));
	audit_answer(batch->call, &note, result, fault);
	batch_free(batch);
}

static void batch_fail(struct batch *batch, const struct fault *fault)
{
	if (!batch->failed)
		batch->fault = *fault;
	batch->failed = true;
}

static void batch_acted(void *arg, struct unit *unit, const struct fault *fault)
{
	struct batch *batch = arg;
	struct fault why;

	if (fault) {
		why = *fault;
		if (strncmp(why.text, unit->service->name, strlen(unit->service->name)))
			fault_prefix(&why, "%s", unit->service->name);
		batch_fail(batch, &why);
	}
	batch_done(batch);
}

static struct batch *batch_new(struct call *call, json_t *params, const char *action,
    const struct rpc_undone *undone)
{
	struct host *host = call->host;
	struct batch *batch = memory_new(sizeof *batch);
	struct fault fault;

	batch->call = call;
	batch->action = action;
	batch->touched = memory_array(host->unit_count + 1, sizeof *batch->touched);
	batch->moved = memory_array(host->unit_count + 1, sizeof *batch->moved);
	if (!rpc_named(host, params, batch->touched, &fault)) {
		call_fault(call, &fault);
		batch_free(batch);
		return NULL;
	}
	batch->names = rpc_names(host, batch->touched);
	undo_words_names(batch->words, sizeof batch->words, action, batch->names);
	if (undone) {
		batch->undoes = undone->entry;
		batch->instead = memory_string(undone->words);
		text_format(batch->words, sizeof batch->words, "undo %lld",
		    (long long)undone->entry);
	}
	return batch;
}

static void batch_saved(void *arg, const struct fault *fault)
{
	struct batch *batch = arg;

	if (fault) {
		batch->unsaved = true;
		batch->unsaved_fault = *fault;
		fault_prefix(&batch->unsaved_fault, "done, but not kept for the next start");
	}
	batch_done(batch);
}

static void batch_drain_words(struct batch *batch, int64_t drain_ms)
{
	size_t used = strlen(batch->words);

	if (drain_ms >= 0)
		text_format(batch->words + used, sizeof batch->words - used, " --drain %g",
		    (double)drain_ms / 1000);
}

void rpc_steer(struct call *call, json_t *params, enum action_kind kind,
    const struct rpc_undone *undone)
{
	struct host *host = call->host;
	const char *action = kind == ACTION_START ? "start" :
	    kind == ACTION_STOP                   ? "stop" :
						    "restart";
	struct fault fault;
	int64_t drain_ms;
	bool news;

	if (!rpc_drain(params, &drain_ms, &fault)) {
		call_fault(call, &fault);
		return;
	}
	struct batch *batch = batch_new(call, params, action, undone);
	if (!batch)
		return;
	batch->did = kind == ACTION_RESTART ? NULL : action;
	if (kind != ACTION_START)
		batch_drain_words(batch, drain_ms);
	batch->waiting = 1;
	news = state_end_first_run();
	for (size_t i = 0; i < host->unit_count; i++) {
		struct unit *unit = &host->units[i];
		if (!batch->touched[i])
			continue;
		batch->waiting++;
		unit_log(unit, JOURNAL_NOTICE, "control", "%s by %s", action, call->user);
		bool wanted = kind != ACTION_STOP;
		batch->moved[i] = wanted ? !unit->run || !unit->wanted : unit->run || unit->wanted;
		unit->wanted = wanted;
		news |= state_set_wanted(unit->service->name, wanted);
		if (!unit_act(unit, kind, drain_ms, NULL, batch_acted, batch, &fault)) {
			batch_fail(batch, &fault);
			batch->waiting--; /* ours is still counted */
		}
	}
	/* Answered when it is also kept for the next start. */
	if (news) {
		batch->waiting++;
		host_save_state(host, batch_saved, batch);
	}
	batch_done(batch);
}

void rpc_start(struct call *call, json_t *params)
{
	rpc_steer(call, params, ACTION_START, NULL);
}

void rpc_stop(struct call *call, json_t *params)
{
	rpc_steer(call, params, ACTION_STOP, NULL);
}

void rpc_restart(struct call *call, json_t *params)
{
	rpc_steer(call, params, ACTION_RESTART, NULL);
}

void rpc_resume(struct call *call, json_t *params)
{
	struct host *host = call->host;
	struct batch *batch = batch_new(call, params, "resume", NULL);
	struct fault fault;

	if (!batch)
		return;
	batch->waiting = 1;
	for (size_t i = 0; i < host->unit_count; i++) {
		if (!batch->touched[i])
			continue;
		struct unit *unit = &host->units[i];
		unit_log(unit, JOURNAL_NOTICE, "control", "resume by %s", call->user);
		unit_resume(unit);
		if (!unit->wanted)
			continue;
		batch->waiting++;
		if (!unit_act(unit, ACTION_START, -1, NULL, batch_acted, batch, &fault)) {
			batch_fail(batch, &fault);
			batch->waiting--; /* ours is still counted */
		}
	}
	batch_done(batch);
}
