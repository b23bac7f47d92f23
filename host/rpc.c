/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Methods that act: on services (start, stop, restart, reload, resume, do) and
 * on settings (set). They answer when the state is reached. What only reads
 * stands in rpc_read.c.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/text.h"
#include "host/apply.h"
#include "host/control.h"
#include "host/disk.h"
#include "host/rpc.h"
#include "host/snapshot.h"
#include "host/state.h"
#include "host/unit.h"

/* ---- Several services, one answer ---- */

struct batch {
	struct call *call;
	size_t waiting;
	bool *touched; /* by unit */
	bool failed;
	struct fault fault; /* the first one */
};

static void batch_done(struct batch *batch)
{
	struct host *host = batch->call->host;

	if (--batch->waiting)
		return;
	json_t *services = json_array();
	for (size_t i = 0; i < host->unit_count; i++)
		if (batch->touched[i])
			json_array_append_new(services, snapshot_unit(&host->units[i]));
	if (batch->failed) {
		json_decref(services);
		call_fault(batch->call, &batch->fault);
	} else {
		call_result(batch->call,
		    json_pack("{s:i, s:o}", "version", 1, "services", services));
	}
	free(batch->touched);
	free(batch);
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

static bool generation_right(const struct unit *unit, json_t *params, struct fault *fault)
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

/* The services of params, each looked up and its generation compared. */
static struct batch *batch_new(struct call *call, json_t *params)
{
	struct host *host = call->host;
	json_t *names = json_object_get(params, "services"), *name;
	struct batch *batch = memory_new(sizeof *batch);
	struct fault fault = { .code = FAULT_NONE };
	size_t index;

	batch->call = call;
	batch->touched = memory_array(host->unit_count + 1, sizeof *batch->touched);
	if (!json_is_array(names) || !json_array_size(names))
		fault_set(&fault, FAULT_USAGE, "services must be an array of names");
	json_array_foreach(names, index, name)
	{
		const char *text = json_string_value(name);
		struct unit *unit = text ? host_unit(host, text) : NULL;
		if (fault.code != FAULT_NONE)
			break;
		if (!unit) {
			fault_set(&fault, FAULT_USAGE, "there is no service %s",
			    text ? text : "of that kind");
			fault_next(&fault, "steward status lists them");
		} else if (generation_right(unit, params, &fault)) {
			batch->touched[unit - host->units] = true;
		}
	}
	if (fault.code == FAULT_NONE)
		return batch;
	call_fault(call, &fault);
	free(batch->touched);
	free(batch);
	return NULL;
}

static bool drain_of(json_t *params, int64_t *drain_ms, struct fault *fault)
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

static void batch_saved(void *arg, const struct fault *fault)
{
	struct batch *batch = arg;
	struct fault why;

	if (fault) {
		why = *fault;
		fault_prefix(&why, "done, but not kept for the next start");
		batch_fail(batch, &why);
	}
	batch_done(batch);
}

static void rpc_act(struct call *call, json_t *params, enum action_kind kind)
{
	struct host *host = call->host;
	struct fault fault;
	int64_t drain_ms;
	bool news = false;

	if (!drain_of(params, &drain_ms, &fault)) {
		call_fault(call, &fault);
		return;
	}
	struct batch *batch = batch_new(call, params);
	if (!batch)
		return;
	batch->waiting = 2;
	for (size_t i = 0; i < host->unit_count; i++) {
		struct unit *unit = &host->units[i];
		if (!batch->touched[i])
			continue;
		batch->waiting++;
		unit_log(unit, JOURNAL_NOTICE, "control", "%s by %s",
		    kind == ACTION_START    ? "start" :
			kind == ACTION_STOP ? "stop" :
					      "restart",
		    call->user);
		bool wanted = kind != ACTION_STOP;
		unit->wanted = wanted;
		news |= state_set_wanted(unit->service->name, wanted);
		if (!unit_act(unit, kind, drain_ms, NULL, batch_acted, batch, &fault)) {
			batch_fail(batch, &fault);
			batch_done(batch);
		}
	}
	/* Answered when it is also kept for the next start. */
	if (news)
		host_save_state(host, batch_saved, batch);
	else
		batch_done(batch);
	batch_done(batch);
}

void rpc_start(struct call *call, json_t *params)
{
	rpc_act(call, params, ACTION_START);
}

void rpc_stop(struct call *call, json_t *params)
{
	rpc_act(call, params, ACTION_STOP);
}

void rpc_restart(struct call *call, json_t *params)
{
	rpc_act(call, params, ACTION_RESTART);
}

void rpc_resume(struct call *call, json_t *params)
{
	struct host *host = call->host;
	struct batch *batch = batch_new(call, params);
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
			batch_done(batch);
		}
	}
	batch_done(batch);
}

/* ---- Settings ---- */

static void reload_done(void *arg, const struct fault *fault)
{
	struct batch *batch = arg;
	struct host *host = batch->call->host;
	struct fault why;

	if (fault)
		batch_fail(batch, fault);
	/* Those that do not run in spite of it are named, though it is applied. */
	for (size_t i = 0; i < host->unit_count && !fault; i++)
		if (batch->touched[i] && host->units[i].state == UNIT_FAILED) {
			fault_set(&why, FAULT_FAILED, "%s did not start: %.400s",
			    host->units[i].service->name, host->units[i].reason);
			batch_fail(batch, &why);
		}
	batch_done(batch);
}

static void reload_applied(void *arg, const struct fault *fault)
{
	const struct batch *batch = arg;

	if (fault)
		host_reload_refused(batch->call->host, fault);
	reload_done(arg, fault);
}

/* With "restart": false a reload that would disconnect people is refused. */
static bool reload_allowed(const struct batch *batch, const struct settings_book *book,
    json_t *params, struct fault *fault)
{
	const struct host *host = batch->call->host;
	json_t *restart = json_object_get(params, "restart");

	if (restart && !json_is_boolean(restart) && !json_is_null(restart))
		return fault_set(fault, FAULT_USAGE, "restart must be a boolean");
	for (size_t i = 0; i < host->unit_count && json_is_false(restart); i++) {
		const struct unit *unit = &host->units[i];
		const struct setting *row;
		struct counter_sum sum;
		if (!batch->touched[i] || !unit->run)
			continue;
		row = unit_needs_restart(unit, book);
		unit_sum(unit, &sum);
		if (row && sum.value[COUNTER_CONNECTIONS] > 0)
			return fault_set(fault, FAULT_RESTART,
			    "%s.%s has changed, which needs a restart of %s: %lld connected",
			    unit->service->name, row->name, unit->service->name,
			    (long long)sum.value[COUNTER_CONNECTIONS]);
	}
	return true;
}

void rpc_reload(struct call *call, json_t *params)
{
	struct host *host = call->host;
	struct batch *batch = batch_new(call, params);
	struct fault fault;

	if (!batch)
		return;
	batch->waiting = 1;
	struct settings_book *book = settings_load(&host->source, &fault);
	if (!book) {
		host_reload_refused(host, &fault);
		reload_done(batch, &fault);
		return;
	}
	/* The files hold one state: what changed in other sections goes with it. */
	apply_touched(host, book, batch->touched);
	if (!reload_allowed(batch, book, params, &fault) ||
	    !apply_book(host, book, batch->touched, APPLY_FILES, reload_applied, batch, &fault))
		reload_done(batch, &fault);
	settings_unref(book);
}

struct change {
	struct call *call;
	struct settings_book *book;
	json_t *changes;
	bool *touched;
	bool dry_run;
};

static void change_free(struct change *change)
{
	settings_unref(change->book);
	json_decref(change->changes);
	free(change->touched);
	free(change);
}

static void change_answer(struct change *change)
{
	struct host *host = change->call->host;
	json_t *services = json_array();

	for (size_t i = 0; i < host->unit_count; i++)
		if (change->touched[i])
			json_array_append_new(services, snapshot_unit(&host->units[i]));
	call_result(change->call,
	    json_pack("{s:i, s:O, s:o}", "version", 1, "changes", change->changes, "services",
		services));
	change_free(change);
}

static void change_stored(void *arg, const struct fault *fault)
{
	struct change *change = arg;
	struct host *host = change->call->host;
	struct fault why;
	json_t *entry;
	size_t index;

	host->storing = false;
	if (fault) {
		why = *fault;
		fault_prefix(&why, "in force now, but not kept for the next start");
		call_fault(change->call, &why);
		change_free(change);
		return;
	}
	json_array_foreach(change->changes, index, entry) journal_add(host->journal, JOURNAL_NOTICE,
	    "host", "set", "%s: %s -> %s by %s", json_string_value(json_object_get(entry, "name")),
	    json_string_value(json_object_get(entry, "old")),
	    json_string_value(json_object_get(entry, "new")), change->call->user);
	change_answer(change);
}

static bool change_store(void *arg, struct fault *fault)
{
	const struct change *change = arg;

	return settings_store(change->book, change->call->host->home.automatic, fault);
}

static void change_applied(void *arg, const struct fault *fault)
{
	struct change *change = arg;

	if (fault) {
		call_fault(change->call, fault);
		change_free(change);
	} else if (change->dry_run) {
		change_answer(change);
	} else {
		/* A reload in between would read the file as it was, and bring
		 * the old value back. */
		change->call->host->storing = true;
		disk_do(change->call->host->disk, change_store, change_stored, change);
	}
}

static const char *shown_in(const struct settings_book *book, const char *name)
{
	const char *dot = strchr(name, '.');
	char section[64];

	if (!dot || (size_t)(dot - name) >= sizeof section)
		return NULL;
	memcpy(section, name, (size_t)(dot - name));
	section[dot - name] = '\0';
	const struct settings *set = settings_of(book, section);
	return set ? settings_shown(set, dot + 1) : NULL;
}

static json_t *change_list(const struct host *host, const struct settings_book *book,
    json_t *values)
{
	json_t *changes = json_array(), *value;
	const char *name;

	json_object_foreach(values, name, value)
	{
		const char *old = shown_in(host->book, name), *new = shown_in(book, name);
		json_array_append_new(changes,
		    json_pack("{s:s, s:o, s:o}", "name", name, "old", snapshot_text(old), "new",
			snapshot_text(new)));
	}
	return changes;
}

static struct settings_book *change_book(struct call *call, json_t *values, struct fault *fault)
{
	size_t count = json_object_size(values), index = 0;
	const char **names = memory_array(count + 1, sizeof *names);
	const char **texts = memory_array(count + 1, sizeof *texts);
	struct settings_book *book = NULL;
	const char *name;
	json_t *value;

	json_object_foreach(values, name, value)
	{
		if (!json_is_string(value) && !json_is_null(value)) {
			fault_set(fault, FAULT_USAGE, "%s: a value is a text, or null", name);
			goto out;
		}
		names[index] = name;
		texts[index++] = json_string_value(value);
	}
	book = settings_change(call->host->book, names, texts, count, call->user, fault);
out:
	free(names);
	free(texts);
	return book;
}

void rpc_set(struct call *call, json_t *params)
{
	struct host *host = call->host;
	json_t *values = json_object_get(params, "values");
	struct fault fault;

	json_t *dry_run = json_object_get(params, "dry_run");
	bool good = json_is_object(values) && json_object_size(values) &&
	    (!dry_run || json_is_boolean(dry_run) || json_is_null(dry_run));

	if (!good) {
		fault_set(&fault, FAULT_USAGE,
		    "values must be an object of setting and text, dry_run a boolean");
		call_fault(call, &fault);
		return;
	}
	struct settings_book *book = change_book(call, values, &fault);
	if (!book) {
		call_fault(call, &fault);
		return;
	}
	struct change *change = memory_new(sizeof *change);
	change->call = call;
	change->book = book;
	change->changes = change_list(host, book, values);
	change->touched = memory_array(host->unit_count + 1, sizeof *change->touched);
	apply_touched(host, book, change->touched);
	change->dry_run = json_is_true(dry_run);
	if (!apply_book(host, book, change->touched, change->dry_run ? APPLY_CHECK : APPLY_SET,
		change_applied, change, &fault)) {
		call_fault(call, &fault);
		change_free(change);
	}
}
