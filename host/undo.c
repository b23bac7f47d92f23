/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An entry says what it did in one of three words, with what it takes to do the
 * opposite; everything else here asks whether that is still the opposite.
 */
#include "config.h"

#include "host/undo.h"

#include <stdlib.h>
#include <string.h>

#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/snapshot.h"
#include "host/unit.h"

/* ---- Words ---- */

bool undo_word(char *out, size_t size, const char *word)
{
	size_t used = strlen(out);

	if (used && !text_format(out + used, size - used, " "))
		return false;
	used = strlen(out);
	if (text_quote(word, out + used, size - used))
		return true;
	out[used ? used - 1 : 0] = '\0';
	return false;
}

bool undo_words_names(char *out, size_t size, const char *verb, json_t *names)
{
	bool fits = text_format(out, size, "%s", verb);
	json_t *name;
	size_t index;

	json_array_foreach(names, index, name) if (json_is_string(name)) fits =
	    fits && undo_word(out, size, json_string_value(name));
	return fits;
}

/* Those of values that have a text (given), or those that have none. */
static bool words_some(char *out, size_t size, json_t *values, bool given)
{
	bool fits = true, begun = false;
	const char *name;
	json_t *value;

	json_object_foreach(values, name, value)
	{
		if (json_is_string(value) != given)
			continue;
		size_t used = strlen(out);
		if (!begun)
			fits = fits &&
			    text_format(out + used, size - used, "%sset%s", used ? "; " : "",
				given ? "" : " --reset");
		begun = true;
		char *word = given ? memory_format("%s=%s", name, json_string_value(value)) :
				     memory_string(name);
		fits = fits && undo_word(out, size, word);
		free(word);
	}
	return fits;
}

bool undo_words_set(char *out, size_t size, json_t *values)
{
	*out = '\0';
	return words_some(out, size, values, true) && words_some(out, size, values, false);
}

/* ---- Services ---- */

/* The services that stand as the entry left them, in plan->services. */
static bool plan_services(struct host *host, json_t *moved, bool ran, struct undo_plan *plan)
{
	json_t *name;
	size_t index;

	plan->kind = ran ? UNDO_STOP : UNDO_START;
	plan->grade = ran ? "disrupts" : "reversible";
	plan->services = json_array();
	if (!json_array_size(moved)) {
		if (ran)
			return fault_set(&plan->why, FAULT_FAILED,
			    "it started nothing: the services ran already");
		return fault_set(&plan->why, FAULT_FAILED,
		    "it stopped nothing: the services did not run");
	}
	json_array_foreach(moved, index, name)
	{
		const char *text = json_string_value(name);
		const struct unit *unit = text ? host_unit(host, text) : NULL;
		bool runs = unit && (unit->run || unit->wanted);
		if (unit && runs == ran)
			json_array_append(plan->services, name);
		else if (unit && ran)
			fault_set(&plan->why, FAULT_STALE, "%s does not run any more",
			    unit->service->name);
		else if (unit)
			fault_set(&plan->why, FAULT_STALE, "%s runs again", unit->service->name);
		else
			fault_set(&plan->why, FAULT_STALE, "there is no service %s any more",
			    text ? text : "?");
	}
	undo_words_names(plan->words, sizeof plan->words, ran ? "stop" : "start",
	    json_array_size(plan->services) ? plan->services : moved);
	return json_array_size(plan->services) > 0;
}

/* ---- Settings ---- */

/* What the entry left name at; NULL when it does not say. */
static const char *plan_left_at(json_t *entry, const char *name)
{
	json_t *change;
	size_t index;

	json_array_foreach(json_object_get(entry, "changes"), index, change)
	{
		const char *text = json_string_value(json_object_get(change, "name"));
		if (text && !strcmp(text, name))
			return json_string_value(json_object_get(change, "new"));
	}
	return NULL;
}

static bool plan_one_setting(struct host *host, json_t *entry, const char *name,
    struct undo_plan *plan)
{
	const struct setting *row;
	const struct settings *set = settings_find(host->book, name, &row);
	const char *left = plan_left_at(entry, name);

	if (!set) {
		fault_set(&plan->why, FAULT_STALE, "there is no setting %s any more", name);
		return false;
	}
	const struct unit *unit = NULL;
	for (size_t i = 0; i < host->unit_count; i++)
		if (settings_of(host->book, host->units[i].service->name) == set)
			unit = &host->units[i];
	if (row->effect == SETTING_RESTART && unit && unit->run)
		plan->grade = "disrupts";
	const char *now = settings_shown(set, row->name);
	/* As the entry has it, bytes that were no UTF-8 included. */
	json_t *clean = snapshot_text(now);
	bool same = left && !strcmp(json_string_value(clean), left);
	if (!same)
		fault_set(&plan->why, FAULT_STALE,
		    "%s has been changed since: it is %.128s (%.128s)", name, *now ? now : "\"\"",
		    settings_origin(set, row->name));
	json_decref(clean);
	return same;
}

static bool plan_settings(struct host *host, json_t *entry, struct undo_plan *plan)
{
	bool possible = true;
	bool given = false, reset = false;
	const char *name;
	json_t *value;

	plan->kind = UNDO_SET;
	plan->grade = "reversible";
	plan->values = json_object_get(entry, "inverse");
	/* The file is anybody's to damage. */
	if (!json_object_size(plan->values)) {
		fault_set(&plan->why, FAULT_FAILED, "the entry does not say what was before");
		plan->grade = NULL;
		return false;
	}
	json_object_foreach(plan->values, name, value)
	{
		given |= json_is_string(value);
		reset |= !json_is_string(value);
		possible &= plan_one_setting(host, entry, name, plan);
	}
	/* No single command does both. */
	if ((given && reset) || !undo_words_set(plan->words, sizeof plan->words, plan->values))
		text_format(plan->words, sizeof plan->words, "undo %lld",
		    (long long)json_integer_value(json_object_get(entry, "number")));
	return possible;
}

/* ---- All ---- */

/* Why nothing that an action did can be taken back, or NULL. */
static const char *plan_never(const char *action)
{
	static const struct {
		const char *action, *why;
	} never[] = {
		{ "restart", N_("a restart cannot be taken back") },
		{ "reload",
		    N_("what stands in the files was taken over: change them and reload again") },
		{ "resume", N_("the quarantine has ended; a stop would be another action") },
		{ "do", N_("the service was told to; only itself knows how to take that back") },
	};

	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (!strcmp(never[i].action, action))
			return _(never[i].why);
	return _("it cannot be taken back");
}

static bool plan_over(json_t *entry, struct fault *why)
{
	const char *outcome = json_string_value(json_object_get(entry, "outcome"));
	json_int_t by = json_integer_value(json_object_get(entry, "undone_by"));

	if (!outcome || !strcmp(outcome, "failed"))
		fault_set(why, FAULT_FAILED, "it failed: there is nothing to take back");
	else if (!strcmp(outcome, "reverted"))
		fault_set(why, FAULT_FAILED, "it went back already");
	else if (!strcmp(outcome, "waiting"))
		fault_set(why, FAULT_FAILED, "it is on trial: steward revert takes it back");
	else if (by)
		fault_set(why, FAULT_STALE, "entry %lld has taken it back", (long long)by);
	else
		return false;
	return true;
}

bool undo_plan(struct host *host, json_t *entry, struct undo_plan *plan)
{
	const char *did = json_string_value(json_object_get(entry, "did"));
	const char *action = json_string_value(json_object_get(entry, "action"));
	json_t *moved = json_object_get(entry, "moved");
	struct fault over;
	bool possible = false;

	memset(plan, 0, sizeof *plan);
	if (did && !strcmp(did, "set"))
		possible = plan_settings(host, entry, plan);
	else if (did && (!strcmp(did, "start") || !strcmp(did, "stop")))
		possible = plan_services(host, moved, !strcmp(did, "start"), plan);
	else
		fault_set(&plan->why, FAULT_FAILED, "%s", plan_never(action ? action : ""));
	if (plan_over(entry, &over)) {
		plan->why = over;
		possible = false;
	}
	return possible;
}

void undo_plan_clear(struct undo_plan *plan)
{
	json_decref(plan->services);
	plan->services = NULL;
}

json_t *undo_shown(struct host *host, json_t *entry)
{
	struct undo_plan plan;
	bool possible = undo_plan(host, entry, &plan);
	json_t *shown = json_pack("{s:b, s:o, s:o, s:o}", "possible", possible, "words",
	    *plan.words ? snapshot_text(plan.words) : json_null(), "grade",
	    plan.grade ? json_string(plan.grade) : json_null(), "reason",
	    possible ? json_null() : snapshot_text(plan.why.text));

	undo_plan_clear(&plan);
	return shown;
}
