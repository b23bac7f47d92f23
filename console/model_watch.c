/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of the model that is about people and what they must know: alerts,
 * settings on trial, who else is there, who did what.
 */
#include <stdlib.h>
#include <string.h>

#include "console/model_private.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

int64_t model_time(const json_t *object, const char *key)
{
	char text[40];

	model_text(object, key, text, sizeof text);
	return clock_parse(text, 0);
}

/* ---- Alerts ---- */

static const struct {
	const char *name, *word;
} severities[] = {
	[MODEL_CRITICAL] = { "critical", N_("CRIT") },
	[MODEL_WARNING] = { "warning", N_("WARN") },
	[MODEL_NOTICE] = { "notice", N_("NOTE") },
};

const char *model_severity_word(enum model_severity value)
{
	return _(severities[value].word);
}

/* What this program does not know is taken for a warning: seen, not cried. */
static enum model_severity severity(const json_t *object)
{
	char name[16];

	model_text(object, "severity", name, sizeof name);
	for (size_t i = 0; i < MODEL_SEVERITIES; i++)
		if (strcmp(severities[i].name, name) == 0)
			return (enum model_severity)i;
	return MODEL_WARNING;
}

bool model_parse_alert(const json_t *object, struct model_alert *alert)
{
	const json_t *acknowledged = json_object_get(object, "acknowledged");
	char state[16];

	if (!json_is_object(object))
		return false;
	memset(alert, 0, sizeof *alert);
	model_text(object, "id", alert->id, sizeof alert->id);
	alert->severity = severity(object);
	model_text(object, "service", alert->service, sizeof alert->service);
	model_text(object, "state", state, sizeof state);
	alert->active = strcmp(state, "ended") != 0;
	model_text(object, "text", alert->text, sizeof alert->text);
	model_text(object, "cause", alert->cause, sizeof alert->cause);
	model_text(object, "consequence", alert->consequence, sizeof alert->consequence);
	model_text(object, "next", alert->next, sizeof alert->next);
	alert->since_us = model_time(object, "since");
	alert->ended_us = model_time(object, "ended");
	alert->count = model_integer(object, "count");
	alert->snoozed_until_us = model_time(object, "snoozed_until");
	alert->acknowledged_us = -1;
	if (json_is_object(acknowledged)) {
		model_text(acknowledged, "user", alert->acknowledged, sizeof alert->acknowledged);
		alert->acknowledged_us = model_time(acknowledged, "time");
	}
	return alert->id[0] != '\0';
}

bool model_alert_calls(const struct model_alert *alert, int64_t now_us)
{
	return alert->active && alert->acknowledged[0] == '\0' && alert->snoozed_until_us < now_us;
}

static void take_alerts(struct model *model, const json_t *list)
{
	json_t *entry;
	size_t i;

	if (!json_is_array(list))
		return;
	model->alert_count = 0;
	json_array_foreach(list, i, entry)
	{
		if (model->alert_count == MODEL_ALERTS)
			break;
		if (model_parse_alert(entry, &model->alerts[model->alert_count]))
			model->alert_count++;
	}
}

static struct model_alert *find_alert(const struct model *model, const char *id)
{
	for (size_t i = 0; i < model->alert_count; i++)
		if (strcmp(model->alerts[i].id, id) == 0)
			return (struct model_alert *)&model->alerts[i];
	return NULL;
}

const struct model_alert *model_alert(const struct model *model, const char *id)
{
	return find_alert(model, id);
}

void model_alert_entries(struct model *model, const json_t *alerts)
{
	json_t *entry;
	size_t i;

	json_array_foreach(alerts, i, entry)
	{
		struct model_alert alert, *known;

		if (!model_parse_alert(entry, &alert))
			continue;
		known = find_alert(model, alert.id);
		if (known != NULL)
			*known = alert;
	}
}

/* ---- Changes and lists ---- */

static void joined(const json_t *list, char *out, size_t size)
{
	char name[64];
	json_t *entry;
	size_t i;

	*out = '\0';
	json_array_foreach(list, i, entry)
	{
		size_t used = strlen(out);

		if (!json_is_string(entry))
			continue;
		text_clean(name, sizeof name, json_string_value(entry), json_string_length(entry));
		text_format(out + used, size - used, "%s%s", used > 0 ? ", " : "", name);
	}
}

static size_t take_changes(struct model_change *changes, size_t most, const json_t *list)
{
	size_t count = 0, i;
	json_t *entry;

	json_array_foreach(list, i, entry)
	{
		if (count == most)
			break;
		model_text(entry, "name", changes[count].name, sizeof changes[0].name);
		model_text(entry, "old", changes[count].was, sizeof changes[0].was);
		model_text(entry, "new", changes[count].is, sizeof changes[0].is);
		count++;
	}
	return count;
}

/* ---- The trial ---- */

static void take_trial(struct model_trial *trial, const json_t *object)
{
	memset(trial, 0, sizeof *trial);
	if (!json_is_object(object))
		return;
	trial->present = true;
	trial->id = model_integer(object, "id");
	trial->session = model_integer(object, "session");
	model_text(object, "action", trial->action, sizeof trial->action);
	model_text(object, "state", trial->state, sizeof trial->state);
	model_text(object, "user", trial->user, sizeof trial->user);
	model_text(object, "origin", trial->origin, sizeof trial->origin);
	trial->seconds = model_figure(object, "seconds");
	trial->left = model_figure(object, "seconds_left");
	joined(json_object_get(object, "services"), trial->services, sizeof trial->services);
	trial->change_total = json_array_size(json_object_get(object, "changes"));
	trial->change_count =
	    take_changes(trial->changes, MODEL_CHANGES, json_object_get(object, "changes"));
}

void model_trial_came(struct model *model, int64_t now_ms)
{
	model->trial.came_ms = now_ms;
}

void model_trial_began(struct model *model, const json_t *result, int64_t now_ms)
{
	const json_t *trial = json_object_get(result, "trial");

	if (!json_is_object(trial))
		return;
	take_trial(&model->trial, trial);
	model_trial_came(model, now_ms);
}

int64_t model_trial_left(const struct model_trial *trial, int64_t now_ms)
{
	double left = trial->left - (double)(now_ms - trial->came_ms) / 1000;

	return left > 0 ? (int64_t)(left + 0.999) : 0;
}

/* ---- Sessions ---- */

static void take_sessions(struct model *model, const json_t *list)
{
	json_t *entry;
	size_t i;

	if (!json_is_array(list))
		return;
	model->session_count = 0;
	json_array_foreach(list, i, entry)
	{
		struct model_session *s = &model->sessions[model->session_count];

		if (model->session_count == MODEL_SESSIONS)
			break;
		s->number = model_integer(entry, "session");
		model_text(entry, "user", s->user, sizeof s->user);
		model_text(entry, "origin", s->origin, sizeof s->origin);
		model_text(entry, "client", s->client, sizeof s->client);
		model_text(entry, "role", s->role, sizeof s->role);
		model_text(entry, "page", s->page, sizeof s->page);
		model_text(entry, "editing", s->editing, sizeof s->editing);
		s->since_us = model_time(entry, "since");
		model->session_count++;
	}
}

/* ---- The audit list ---- */

bool model_parse_audit(const json_t *object, struct model_audit *entry)
{
	const json_t *undo = json_object_get(object, "undo");
	const json_t *changes = json_object_get(object, "changes");
	size_t count = json_array_size(changes);

	memset(entry, 0, sizeof *entry);
	entry->number = model_integer(object, "number");
	entry->time_us = model_time(object, "time");
	model_text(object, "user", entry->user, sizeof entry->user);
	model_text(object, "origin", entry->origin, sizeof entry->origin);
	model_text(object, "action", entry->action, sizeof entry->action);
	model_text(object, "words", entry->words, sizeof entry->words);
	joined(json_object_get(object, "services"), entry->services, sizeof entry->services);
	model_text(object, "outcome", entry->outcome, sizeof entry->outcome);
	model_text(object, "reason", entry->reason, sizeof entry->reason);
	if (count > MODEL_CHANGES)
		count = MODEL_CHANGES;
	if (count > 0) {
		entry->changes = memory_array(count, sizeof *entry->changes);
		entry->change_count = take_changes(entry->changes, count, changes);
	}
	entry->can_undo = json_is_true(json_object_get(undo, "possible"));
	model_text(undo, "words", entry->undo_words, sizeof entry->undo_words);
	model_text(undo, "grade", entry->undo_grade, sizeof entry->undo_grade);
	model_text(undo, "reason", entry->undo_reason, sizeof entry->undo_reason);
	entry->undoes = model_integer(object, "undoes");
	entry->undone_by = model_integer(object, "undone_by");
	return entry->number >= 0;
}

/* The place of number, or where it would go. */
static size_t audit_place(const struct model *model, int64_t number)
{
	size_t place = model->audit_count;

	while (place > 0 && model->audit[place - 1].number >= number)
		place--;
	return place;
}

static void take_entry(struct model *model, struct model_audit *entry)
{
	size_t place = audit_place(model, entry->number);

	if (place < model->audit_count && model->audit[place].number == entry->number) {
		free(model->audit[place].changes);
		model->audit[place] = *entry;
		return;
	}
	if (model->audit_count == MODEL_AUDIT) {
		if (place == 0) { /* older than all that there is room for */
			free(entry->changes);
			return;
		}
		free(model->audit[0].changes);
		memmove(model->audit, model->audit + 1, (MODEL_AUDIT - 1) * sizeof *model->audit);
		model->audit_count--;
		place--;
	}
	memmove(model->audit + place + 1, model->audit + place,
	    (model->audit_count - place) * sizeof *model->audit);
	model->audit[place] = *entry;
	model->audit_count++;
}

void model_audit(struct model *model, const json_t *entries)
{
	json_t *object;
	size_t i;

	json_array_foreach(entries, i, object)
	{
		struct model_audit entry;

		if (model_parse_audit(object, &entry))
			take_entry(model, &entry);
		else
			free(entry.changes);
		model->audit_edition++;
	}
}

const struct model_audit *model_audit_entry(const struct model *model, int64_t number)
{
	size_t place = audit_place(model, number);

	return place < model->audit_count && model->audit[place].number == number ?
	    &model->audit[place] :
	    NULL;
}

/* ---- All of them ---- */

/* The answer to `status` may have none of these: what is known then stays. */
void model_watch(struct model *model, const json_t *document)
{
	take_alerts(model, json_object_get(document, "alerts"));
	take_sessions(model, json_object_get(document, "sessions"));
	if (json_object_get(document, "trial") != NULL)
		take_trial(&model->trial, json_object_get(document, "trial"));
	if (model_integer(document, "audit_newest") >= 0)
		model->audit_newest = model_integer(document, "audit_newest");
}
