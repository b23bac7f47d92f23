/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alerts as documents: for those who ask, and for the file that lets what was
 * acknowledged, put to sleep or told survive a restart. A file is read as
 * carefully as a message: what it lacks is left at nothing, and an entry that
 * makes no sense is passed over.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/alerts.h"

#define FILE_VERSION 1

static const char *const severities[] = {
	[ALERT_NONE] = "none",
	[ALERT_NOTICE] = "notice",
	[ALERT_WARNING] = "warning",
	[ALERT_CRITICAL] = "critical",
};

static const char *const kinds[ALERT_KINDS] = {
	[ALERT_FAILED] = "failed",
	[ALERT_QUARANTINED] = "quarantined",
	[ALERT_HUNG] = "hung",
	[ALERT_LISTENER] = "listener",
	[ALERT_SETTINGS] = "settings",
	[ALERT_CRASH] = "crash",
	[ALERT_STATE] = "state",
	[ALERT_JOURNAL] = "journal",
	[ALERT_AUDIT] = "audit",
	[ALERT_STORE] = "alerts",
	[ALERT_MEMORY] = "memory",
	[ALERT_DISK] = "disk",
	[ALERT_HOOK] = "hook",
};

const char *alert_severity_name(enum alert_severity severity)
{
	return severities[severity];
}

const char *alert_kind_name(enum alert_kind kind)
{
	return kinds[kind];
}

static json_t *time_or_null(int64_t utc_us)
{
	char text[40];

	if (!utc_us)
		return json_null();
	clock_rfc3339(utc_us, text, sizeof text);
	return json_string(text);
}

json_t *alert_document(const struct alert *alert)
{
	json_t *acknowledged = *alert->acknowledged ?
	    json_pack("{s:s, s:o}", "user", alert->acknowledged, "time",
		time_or_null(alert->acknowledged_us)) :
	    json_null();

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:I, s:o, s:o}",
	    "id", alert->id, "severity", severities[alert->severity], "service", alert->service,
	    "state", alert->ended ? "ended" : "active", "text", alert->text, "cause", alert->cause,
	    "consequence", alert->consequence, "next", alert->next, "since",
	    time_or_null(alert->since_us), "changed", time_or_null(alert->changed_us), "ended",
	    time_or_null(alert->ended_us), "count", (json_int_t)alert->count, "acknowledged",
	    acknowledged, "snoozed_until", time_or_null(alert->snoozed_us));
}

json_t *alerts_document(const struct alerts *alerts, bool history)
{
	json_t *list = json_array();
	size_t count;
	const struct alert **all = alerts_sorted(alerts, &count);

	for (size_t i = 0; i < count && (history || !all[i]->ended); i++)
		json_array_append_new(list, alert_document(all[i]));
	free(all);
	return list;
}

/* ---- The file ---- */

/* What nobody waits for any more needs no keeping. */
static bool is_kept(const struct alert *alert)
{
	return !alert->ended || !alert->told_end || alert->snoozed_us;
}

char *alerts_text(struct alerts *alerts)
{
	json_t *list = json_array();
	size_t count;
	const struct alert **all = alerts_sorted(alerts, &count);

	for (size_t i = 0; i < count; i++) {
		if (!is_kept(all[i]))
			continue;
		json_t *one = alert_document(all[i]);
		json_object_set_new(one, "told", json_string(severities[all[i]->told]));
		json_object_set_new(one, "told_at", time_or_null(all[i]->told_us));
		json_object_set_new(one, "told_end", json_boolean(all[i]->told_end));
		json_object_set_new(one, "edition", json_integer((json_int_t)all[i]->edition));
		json_array_append_new(list, one);
	}
	free(all);
	json_t *document = json_pack("{s:i, s:o}", "version", FILE_VERSION, "alerts", list);
	char *text = json_dumps(document, JSON_INDENT(1));
	json_decref(document);
	alerts_set_unsaved(alerts, false);
	return text;
}

static void read_text(const json_t *object, const char *name, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(object, name));

	text_clean(out, size, text ? text : "", text ? strlen(text) : 0);
}

static int64_t read_time(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	int64_t time_us = text ? clock_parse(text, 0) : 0;

	return time_us > 0 ? time_us : 0;
}

static enum alert_severity read_severity(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	for (int i = ALERT_CRITICAL; text && i > ALERT_NONE; i--)
		if (strcmp(text, severities[i]) == 0)
			return (enum alert_severity)i;
	return ALERT_NONE;
}

static bool read_kind(struct alert *alert)
{
	const char *slash = strrchr(alert->id, '/');
	char name[sizeof alert->id];

	for (int kind = 0; slash && kind < ALERT_KINDS; kind++) {
		alert_name((enum alert_kind)kind, alert->service, name, sizeof name);
		if (strcmp(kinds[kind], slash + 1) == 0 && strcmp(name, alert->id) == 0) {
			alert->kind = (enum alert_kind)kind;
			return true;
		}
	}
	return false;
}

/* The same moment by the clock that does not jump, as far as it can be told. */
static int64_t monotonic_of(int64_t utc_us, const struct alert_time *now)
{
	int64_t age_us = utc_us && utc_us < now->utc_us ? now->utc_us - utc_us : 0;

	return age_us > INT64_MAX / 2000 ? INT64_MIN / 2 : now->ns - age_us * 1000;
}

static bool read_alert(const json_t *object, struct alert *alert, bool follows,
    const struct alert_time *now)
{
	const json_t *acknowledged = json_object_get(object, "acknowledged");
	const char *state = json_string_value(json_object_get(object, "state"));

	memset(alert, 0, sizeof *alert);
	read_text(object, "id", alert->id, sizeof alert->id);
	read_text(object, "service", alert->service, sizeof alert->service);
	alert->severity = read_severity(object, "severity");
	if (!read_kind(alert) || alert->severity == ALERT_NONE || !state)
		return false;
	read_text(object, "text", alert->text, sizeof alert->text);
	read_text(object, "cause", alert->cause, sizeof alert->cause);
	read_text(object, "consequence", alert->consequence, sizeof alert->consequence);
	read_text(object, "next", alert->next, sizeof alert->next);
	read_text(acknowledged, "user", alert->acknowledged, sizeof alert->acknowledged);
	alert->acknowledged_us = read_time(acknowledged, "time");
	alert->since_us = read_time(object, "since");
	alert->changed_us = read_time(object, "changed");
	alert->ended_us = read_time(object, "ended");
	alert->snoozed_us = read_time(object, "snoozed_until");
	alert->told = read_severity(object, "told");
	alert->told_us = read_time(object, "told_at");
	alert->told_ns = monotonic_of(alert->told_us, now);
	json_int_t count = json_integer_value(json_object_get(object, "count"));
	alert->count = count > 0 ? (uint64_t)count : 1;
	alert->edition = (uint64_t)json_integer_value(json_object_get(object, "edition"));
	alert->told_end = json_is_true(json_object_get(object, "told_end"));
	alert->ended = strcmp(state, "active") != 0;
	if (!alert->ended && !follows) {
		/* Perhaps all is well by now: the conditions will tell. */
		alert->ended = alert->restored = true;
		alert->ended_us = now->utc_us;
		alert->told_end = alert->told == ALERT_NONE && !*alert->acknowledged;
	}
	alert->ended_ns = monotonic_of(alert->ended_us, now);
	return true;
}

bool alerts_load(struct alerts *alerts, const char *text, size_t length, bool follows,
    const struct alert_time *now, struct fault *fault)
{
	json_error_t error;
	json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error), *one;
	struct alert alert;
	size_t i;

	if (!json_is_object(document)) {
		json_decref(document);
		return fault_set(fault, FAULT_FAILED, "%s, line %d", error.text, error.line);
	}
	if (json_integer_value(json_object_get(document, "version")) != FILE_VERSION) {
		json_decref(document);
		return fault_set(fault, FAULT_FAILED, "it is of another version than %d",
		    FILE_VERSION);
	}
	/* Backwards, so that the list is in the order that it had. */
	const json_t *list = json_object_get(document, "alerts");
	for (i = json_array_size(list); i-- > 0;) {
		one = json_array_get(list, i);
		if (read_alert(one, &alert, follows, now))
			alerts_restore(alerts, &alert);
	}
	json_decref(document);
	return true;
}
