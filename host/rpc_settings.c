/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Methods that change settings: set, reload, and the undo of either's kind. All
 * go one way: in turn, a book is made, what it changes is listed, then it is
 * checked only, put on trial, or applied, stored and written to the audit list
 * before the answer. confirm and revert end a trial.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/apply.h"
#include "host/audit.h"
#include "host/control.h"
#include "host/disk.h"
#include "host/rpc.h"
#include "host/snapshot.h"
#include "host/state.h"
#include "host/trial.h"
#include "host/undo.h"
#include "host/unit.h"

struct change {
	struct call *call;
	const char *action;
	json_t *params; /* counted; NULL: none */
	json_t *values; /* name to text or null; NULL: what the files say */
	bool dry_run;
	unsigned seconds; /* of a trial, 0: none */
	json_int_t undoes;
	char *instead; /* with undoes: the words of what is done */
	/* Once it is in its turn: */
	struct settings_book *book;
	bool *touched;
	json_t *changes; /* all that were asked for, with the values in force */
	json_t *moved;   /* those that change something */
	json_t *inverse; /* what was set by command before, of those */
};

static void change_free(struct change *change)
{
	settings_unref(change->book);
	json_decref(change->params);
	json_decref(change->values);
	json_decref(change->changes);
	json_decref(change->moved);
	json_decref(change->inverse);
	free(change->instead);
	free(change->touched);
	free(change);
}

static void change_fault(struct change *change, const struct fault *fault)
{
	call_fault(change->call, fault);
	change_free(change);
}

/* ---- What is to be changed ---- */

static const char *shown_in(const struct settings_book *book, const char *name)
{
	const struct setting *row;
	const struct settings *set = settings_find(book, name, &row);

	return set ? settings_shown(set, row->name) : NULL;
}

static json_t *change_one(const struct host *host, const struct settings_book *book,
    const char *name)
{
	return json_pack("{s:s, s:o, s:o}", "name", name, "old",
	    snapshot_text(shown_in(host->book, name)), "new", snapshot_text(shown_in(book, name)));
}

static bool same_text(const char *a, const char *b)
{
	return !a == !b && (!a || !strcmp(a, b));
}

/* A value that stays what it is counts all the same when it was not set by command
 * before: from now on the files do not reach it. */
static void change_list_values(struct change *change)
{
	const struct host *host = change->call->host;
	const char *name;
	json_t *value;

	json_object_foreach(change->values, name, value)
	{
		json_t *one = change_one(host, change->book, name);
		char *before = settings_given(host->book, name);
		char *after = settings_given(change->book, name);
		json_array_append(change->changes, one);
		if (!same_text(before, after) ||
		    !same_text(shown_in(host->book, name), shown_in(change->book, name))) {
			json_array_append(change->moved, one);
			json_object_set_new(change->inverse, name,
			    before ? snapshot_text(before) : json_null());
		}
		json_decref(one);
		free(before);
		free(after);
	}
}

struct differing {
	struct change *change;
	const char *section;
};

static void change_list_row(void *arg, const struct setting *row)
{
	const struct differing *differing = arg;
	struct change *change = differing->change;
	char *name = memory_format("%s.%s", differing->section, row->name);

	json_array_append_new(change->changes, change_one(change->call->host, change->book, name));
	free(name);
}

static void change_list_files(struct change *change)
{
	const struct host *host = change->call->host;

	for (const struct settings_section *at = host->schema; at->name; at++) {
		struct differing differing = { change, at->name };
		settings_differ(settings_of(host->book, at->name),
		    settings_of(change->book, at->name), change_list_row, &differing);
	}
	json_array_extend(change->moved, change->changes);
}

static struct settings_book *change_book(struct change *change, struct fault *fault)
{
	const struct call *call = change->call;
	size_t count = json_object_size(change->values), index = 0;
	const char **names = memory_array(count + 1, sizeof *names);
	const char **texts = memory_array(count + 1, sizeof *texts);
	struct settings_book *book = NULL;
	const char *name;
	json_t *value;

	json_object_foreach(change->values, name, value)
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

/* The values that the person had before his eyes are still those in force. */
static bool change_expected(const struct change *change, struct fault *fault)
{
	const struct host *host = change->call->host;
	json_t *expect = json_object_get(change->params, "expect"), *value;
	const char *name;

	if (!expect || json_is_null(expect))
		return true;
	if (!json_is_object(expect))
		return fault_set(fault, FAULT_USAGE,
		    "expect must be an object of setting and text");
	json_object_foreach(expect, name, value)
	{
		const struct setting *row;
		const struct settings *set = settings_find(host->book, name, &row);
		if (!set || !json_is_string(value))
			return fault_set(fault, FAULT_USAGE,
			    "expect: %.64s: expected a setting and the text that it has", name);
		json_t *now = snapshot_text(settings_shown(set, row->name));
		bool same = json_equal(now, value);
		json_decref(now);
		if (same)
			continue;
		const char *shown = settings_shown(set, row->name);
		fault_set(fault, FAULT_STALE,
		    "%s has been changed meanwhile: it is %.160s now (%s)", name,
		    *shown ? shown : "\"\"", settings_origin(set, row->name));
		return fault_next(fault, "look at it again and repeat");
	}
	return true;
}

/* With "restart": false a reload that would disconnect people is refused. */
static bool change_allowed(const struct change *change, struct fault *fault)
{
	const struct host *host = change->call->host;
	json_t *restart = json_object_get(change->params, "restart");

	if (restart && !json_is_boolean(restart) && !json_is_null(restart))
		return fault_set(fault, FAULT_USAGE, "restart must be a boolean");
	for (size_t i = 0; i < host->unit_count && json_is_false(restart); i++) {
		const struct unit *unit = &host->units[i];
		const struct setting *row;
		struct counter_sum sum;
		if (!change->touched[i] || !unit->run)
			continue;
		row = unit_needs_restart(unit, change->book);
		unit_sum(unit, &sum);
		if (row && sum.value[COUNTER_CONNECTIONS] > 0)
			return fault_set(fault, FAULT_RESTART,
			    "%s.%s has changed, which needs a restart of %s: %lld connected",
			    unit->service->name, row->name, unit->service->name,
			    (long long)sum.value[COUNTER_CONNECTIONS]);
	}
	return true;
}

/* ---- What becomes of it ---- */

static void change_words(const struct change *change, char *out, size_t size)
{
	if (change->undoes)
		text_format(out, size, "undo %lld", (long long)change->undoes);
	else if (change->values && !undo_words_set(out, size, change->values))
		text_format(out, size, "set of %zu settings", json_object_size(change->values));
	else if (!change->values)
		undo_words_names(out, size, "reload", json_object_get(change->params, "services"));
	size_t used = strlen(out);
	if (change->seconds)
		text_format(out + used, size - used, " --confirm %u", change->seconds);
}

static json_t *change_more(const struct change *change)
{
	return change->undoes ? json_pack("{s:I, s:o}", "entry", change->undoes, "words",
				    snapshot_text(change->instead)) :
				NULL;
}

static json_t *change_result(const struct change *change)
{
	json_t *result = json_pack("{s:i, s:O, s:o, s:n}", "version", 1, "changes", change->changes,
	    "services", rpc_touched(change->call->host, change->touched), "audit");
	json_t *more = change_more(change);

	if (more)
		json_object_update_new(result, more);
	if (change->seconds)
		json_object_set_new(result, "trial", json_null());
	return result;
}

/* The answer, with its entry; fault NULL: done. outcome NULL: by the fault. */
static void change_answer(struct change *change, const struct fault *fault, const char *outcome)
{
	char words[1024] = "";
	/* What changed nothing is no action; a reload always is one. */
	bool recorded =
	    !change->dry_run && (fault || !change->values || json_array_size(change->moved));

	json_t *result = fault ? NULL : change_result(change);
	if (recorded) {
		change_words(change, words, sizeof words);
		struct audit_note note = {
			.action = change->action,
			.words = words,
			.services = rpc_names(change->call->host, change->touched),
			.changes = json_incref(change->moved),
			.outcome = outcome,
			.reason = outcome && fault ? fault->text : NULL,
			.undoes = change->undoes,
			.did = change->values ? "set" : NULL,
			.inverse = change->values ? json_incref(change->inverse) : NULL,
		};
		audit_answer(change->call, &note, result, fault);
	} else if (fault) {
		call_fault(change->call, fault);
	} else {
		call_result(change->call, result);
	}
	change_free(change);
}

void rpc_tell_changes(struct host *host, json_t *changes, const char *action, const char *user)
{
	json_t *entry;
	size_t index;

	json_array_foreach(changes, index, entry) journal_add(host->journal, JOURNAL_NOTICE, "host",
	    action, "%s: %s -> %s by %s", json_string_value(json_object_get(entry, "name")),
	    json_string_value(json_object_get(entry, "old")),
	    json_string_value(json_object_get(entry, "new")), user);
}

static void change_stored(void *arg, const struct fault *fault)
{
	struct change *change = arg;
	struct host *host = change->call->host;
	struct fault why;

	host->storing = false;
	apply_keep_good(host);
	/* The file that it was stored in says so, too. */
	state_end_first_run();
	if (fault) {
		why = *fault;
		fault_prefix(&why, "in force now, but not kept for the next start");
		change_answer(change, &why, "done");
		return;
	}
	rpc_tell_changes(host, change->changes, change->action, change->call->user);
	change_answer(change, NULL, NULL);
}

static bool change_store(void *arg, struct fault *fault)
{
	const struct change *change = arg;

	return settings_store(change->book, change->call->host->home.automatic, fault);
}

/* Those that do not run in spite of a reload are named, though it is applied. */
static bool change_all_run(const struct change *change, struct fault *fault)
{
	const struct host *host = change->call->host;

	for (size_t i = 0; i < host->unit_count; i++)
		if (change->touched[i] && host->units[i].state == UNIT_FAILED)
			return fault_set(fault, FAULT_FAILED, "%s did not start: %.400s",
			    host->units[i].service->name, host->units[i].reason);
	return true;
}

static void change_applied(void *arg, const struct fault *fault)
{
	struct change *change = arg;
	struct host *host = change->call->host;
	struct fault why;

	if (fault && !change->values && !change->dry_run)
		host_reload_refused(host, fault);
	if (fault || change->dry_run) {
		change_answer(change, fault, NULL);
	} else if (!change->values) {
		change_answer(change, change_all_run(change, &why) ? NULL : &why, NULL);
	} else {
		/* A reload in between would read the file as it was, and bring
		 * the old value back. */
		host->storing = true;
		disk_do(host->disk, change_store, change_stored, change);
	}
}

static void change_try(struct change *change)
{
	char words[1024] = "";

	change_words(change, words, sizeof words);
	struct trial_order order = {
		.call = change->call,
		.action = change->action,
		.words = words,
		.book = change->book,
		.touched = change->touched,
		.seconds = change->seconds,
		.files = !change->values,
		.services = rpc_names(change->call->host, change->touched),
		.changes = json_incref(change->changes),
		.moved = json_incref(change->moved),
		.inverse = change->values ? json_incref(change->inverse) : NULL,
		.more = change_more(change),
		.undoes = change->undoes,
	};
	trial_begin(change->call->host, &order);
	change_free(change);
}

/* ---- In its turn ---- */

/* The book, and what it changes. */
static bool change_make(struct change *change, struct fault *fault)
{
	struct host *host = change->call->host;

	change->touched = memory_array(host->unit_count + 1, sizeof *change->touched);
	change->changes = json_array();
	change->moved = json_array();
	change->inverse = json_object();
	if (!change_expected(change, fault))
		return false;
	/* The files hold one state: what changed in other sections goes with it. */
	if (!change->values && !rpc_named(host, change->params, change->touched, fault))
		return false;
	change->book =
	    change->values ? change_book(change, fault) : settings_load(&host->source, fault);
	if (!change->book && !change->values)
		host_reload_refused(host, fault);
	if (!change->book)
		return false;
	apply_touched(host, change->book, change->touched);
	if (change->values)
		change_list_values(change);
	else
		change_list_files(change);
	if (!change->values)
		host_tell_ignored(host, change->book);
	return true;
}

/* An undo that waited in the queue may be late. */
static bool change_still_undoes(const struct change *change, struct fault *fault)
{
	struct host *host = change->call->host;
	json_t *entry = change->undoes ? audit_find(host, change->undoes) : NULL;
	struct undo_plan plan;

	if (!entry)
		return true;
	bool possible = undo_plan(host, entry, &plan);
	if (!possible)
		*fault = plan.why;
	undo_plan_clear(&plan);
	return possible;
}

static void change_run(void *arg)
{
	struct change *change = arg;
	struct host *host = change->call->host;
	struct fault fault;

	if (host->ending) {
		fault_set(&fault, FAULT_FAILED, "steward is stopping");
		change_fault(change, &fault);
		return;
	}
	if ((!change->dry_run && !trial_absent(host, &fault)) ||
	    !change_still_undoes(change, &fault)) {
		change_fault(change, &fault);
		return;
	}
	if (!change_make(change, &fault)) {
		/* A file that cannot be read is a reload that failed; a value that is
		 * none is no action. */
		if (!change->values && fault.code == FAULT_FAILED)
			change_answer(change, &fault, NULL);
		else
			change_fault(change, &fault);
		return;
	}
	if (!change->values && !change_allowed(change, &fault)) {
		change_fault(change, &fault);
		return;
	}
	/* What changes nothing has nothing to be tried. */
	if (change->seconds && !change->dry_run && json_array_size(change->moved)) {
		change_try(change);
		return;
	}
	enum apply_mode mode = change->dry_run ? APPLY_CHECK :
	    change->values                     ? APPLY_SET :
						 APPLY_FILES;
	if (!apply_book(host, change->book, change->touched, mode, change_applied, change, &fault))
		change_fault(change, &fault);
}

static void change_begin(struct call *call, json_t *params, json_t *values, const char *action,
    const struct rpc_undone *undone)
{
	struct change *change = memory_new(sizeof *change);
	bool bad = false;
	struct fault fault;

	change->call = call;
	change->action = action;
	change->params = json_incref(params);
	change->values = json_incref(values);
	if (undone) {
		change->undoes = undone->entry;
		change->instead = memory_string(undone->words);
	}
	change->dry_run = rpc_flag(params, "dry_run", &bad);
	if (bad)
		fault_set(&fault, FAULT_USAGE, "dry_run must be a boolean");
	if (bad || !rpc_seconds(params, &change->seconds, &fault) ||
	    !apply_in_turn(call->host, change_run, change, &fault))
		change_fault(change, &fault);
}

void rpc_set(struct call *call, json_t *params)
{
	json_t *values = json_object_get(params, "values");
	struct fault fault;

	if (json_is_object(values) && json_object_size(values)) {
		change_begin(call, params, values, "set", NULL);
		return;
	}
	fault_set(&fault, FAULT_USAGE, "values must be an object of setting and text");
	call_fault(call, &fault);
}

void rpc_set_back(struct call *call, json_t *params, json_t *values,
    const struct rpc_undone *undone)
{
	change_begin(call, params, values, "undo", undone);
}

void rpc_reload(struct call *call, json_t *params)
{
	json_t *confirm = json_object_get(params, "confirm");
	bool *touched = memory_array(call->host->unit_count + 1, sizeof *touched);
	struct fault fault;
	bool good = rpc_named(call->host, params, touched, &fault);

	free(touched);
	/* It is a change of settings then, and only who may make one may keep it. */
	if (good && confirm && !json_is_null(confirm))
		good = call_may(call, _("reload with confirm"), ROLE_ADMIN, &fault);
	if (good)
		change_begin(call, params, NULL, "reload", NULL);
	else
		call_fault(call, &fault);
}

/* ---- The end of a trial ---- */

static void rpc_trial(struct call *call, json_t *params,
    void (*end)(struct host *host, json_int_t id, struct call *call))
{
	json_t *id = json_object_get(params, "trial");
	struct fault fault;

	if (json_is_integer(id)) {
		end(call->host, json_integer_value(id), call);
		return;
	}
	fault_set(&fault, FAULT_USAGE, "trial must be the number of a trial");
	fault_next(&fault, "status tells which one is under way");
	call_fault(call, &fault);
}

void rpc_confirm(struct call *call, json_t *params)
{
	rpc_trial(call, params, trial_confirm);
}

void rpc_revert(struct call *call, json_t *params)
{
	rpc_trial(call, params, trial_revert);
}
