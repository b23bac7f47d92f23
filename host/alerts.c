/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For each severity a switch of its own, which needs the condition to hold for a
 * time to go on and to be gone for a time to go off; an alert is as severe as the
 * worst that is on. So one that moves between two severities is as calm as one that
 * comes and goes. Nothing here asks what time it is or what the host does.
 */
#include "config.h"

#include "host/alerts.h"

#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"

#define TRIES 3
#define TRY_AGAIN (60 * CLOCK_SECOND)

struct alerts {
	struct alert *newest;
	size_t present, ended; /* present: those that have not ended, alerts or not yet */
	int64_t quiet_ns;
	bool unsaved;
};

/* How long it must hold, by severity, and how long be gone; seconds. */
static const struct {
	unsigned raise[ALERT_CRITICAL + 1], end;
} delays[ALERT_KINDS] = {
	[ALERT_FAILED] = { .end = 5 },
	[ALERT_QUARANTINED] = { .end = 5 },
	[ALERT_HUNG] = { .end = 5 },
	[ALERT_LISTENER] = { .raise = { 0, 10, 10, 10 }, .end = 10 },
	[ALERT_SETTINGS] = { .end = 2 },
	[ALERT_CRASH] = { .end = 0 },
	[ALERT_STATE] = { .end = 5 },
	[ALERT_JOURNAL] = { .end = 10 },
	[ALERT_AUDIT] = { .end = 5 },
	[ALERT_STORE] = { .end = 5 },
	[ALERT_MEMORY] = { .raise = { 0, 60, 60, 10 }, .end = 120 },
	[ALERT_DISK] = { .end = 60 },
	[ALERT_HOOK] = { .end = 0 },
};

struct alerts *alerts_new(void)
{
	struct alerts *alerts = memory_new(sizeof *alerts);

	alerts->quiet_ns = 600 * CLOCK_SECOND;
	return alerts;
}

void alerts_free(struct alerts *alerts)
{
	while (alerts && alerts->newest) {
		struct alert *older = alerts->newest->older;
		free(alerts->newest);
		alerts->newest = older;
	}
	free(alerts);
}

void alerts_set_quiet(struct alerts *alerts, int64_t quiet_ns)
{
	alerts->quiet_ns = quiet_ns;
}

/* ---- Finding ---- */

void alert_name(enum alert_kind kind, const char *service, char *out, size_t size)
{
	text_format(out, size, "%.32s/%s", service, alert_kind_name(kind));
}

static struct alert *find(const struct alerts *alerts, const char *id, bool ended)
{
	struct alert *alert = alerts->newest;

	while (alert && (alert->ended != ended || strcmp(alert->id, id) != 0))
		alert = alert->older;
	return alert;
}

static void drop(struct alerts *alerts, struct alert *alert)
{
	struct alert **at = &alerts->newest;

	while (*at != alert)
		at = &(*at)->older;
	*at = alert->older;
	if (alert->ended)
		alerts->ended--;
	else
		alerts->present--;
	free(alert);
}

static void put(struct alerts *alerts, struct alert *alert)
{
	alert->older = alerts->newest;
	alerts->newest = alert;
	if (alert->ended)
		alerts->ended++;
	else
		alerts->present++;
}

/* Those that nobody waits to hear of go first. */
static void drop_oldest(struct alerts *alerts)
{
	struct alert *oldest = NULL;

	for (struct alert *alert = alerts->newest; alert; alert = alert->older)
		if (alert->ended && !alert->telling &&
		    (!oldest || alert->told_end > oldest->told_end ||
			(alert->told_end == oldest->told_end &&
			    alert->ended_us <= oldest->ended_us)))
			oldest = alert;
	if (oldest)
		drop(alerts, oldest);
}

/* ---- Conditions ---- */

static bool take_text(char *out, size_t size, const char *text)
{
	char clean[512];

	text_clean(clean, size < sizeof clean ? size : sizeof clean, text ? text : "",
	    text ? strlen(text) : 0);
	bool same = strcmp(out, clean) == 0;
	text_format(out, size, "%s", clean);
	return !same;
}

void alerts_feed(struct alerts *alerts, const struct alert_condition *condition)
{
	char id[sizeof alerts->newest->id];

	alert_name(condition->kind, condition->service, id, sizeof id);
	struct alert *alert = find(alerts, id, false);
	if (!alert) {
		if (condition->unknown || condition->severity == ALERT_NONE ||
		    alerts->present >= ALERTS_MAX)
			return;
		alert = memory_new(sizeof *alert);
		alert->kind = condition->kind;
		text_format(alert->id, sizeof alert->id, "%s", id);
		text_format(alert->service, sizeof alert->service, "%s", condition->service);
		alert->edition = condition->edition;
		put(alerts, alert);
	}
	alert->fed = true;
	alert->unknown = condition->unknown;
	alert->condition = condition->severity;
	if (condition->unknown || condition->severity == ALERT_NONE)
		return;
	bool news = take_text(alert->text, sizeof alert->text, condition->text);
	news |= take_text(alert->cause, sizeof alert->cause, condition->cause);
	news |= take_text(alert->consequence, sizeof alert->consequence, condition->consequence);
	news |= take_text(alert->next, sizeof alert->next, condition->next);
	alert->reworded |= news;
	if (alert->edition != condition->edition && alert->severity != ALERT_NONE) {
		alert->count++;
		alert->again = true;
	}
	alert->edition = condition->edition;
}

/* Moves the switches; returns the severity that is on now. */
static enum alert_severity switches(struct alert *alert, int64_t now)
{
	enum alert_severity severity = ALERT_NONE;

	for (int level = ALERT_NOTICE; level <= ALERT_CRITICAL; level++) {
		int64_t *above = &alert->above_ns[level], *below = &alert->below_ns[level];
		int64_t raise = delays[alert->kind].raise[level] * CLOCK_SECOND;
		int64_t end = delays[alert->kind].end * CLOCK_SECOND;
		bool holds = !alert->unknown && alert->condition >= (enum alert_severity)level;
		bool gone = !alert->unknown && !holds;
		*above = !holds ? 0 : *above ? *above : now;
		*below = !gone ? 0 : *below ? *below : now;
		if (!alert->on[level] && holds && now - *above >= raise)
			alert->on[level] = true;
		else if (alert->on[level] && gone && now - *below >= end)
			alert->on[level] = false;
		if (alert->on[level])
			severity = (enum alert_severity)level;
	}
	return severity;
}

/* What is known of the one that ended not long ago, or was put to sleep. */
static void take_over(struct alerts *alerts, struct alert *alert, const struct alert_time *now)
{
	struct alert *before = find(alerts, alert->id, true);

	if (!before)
		return;
	if (before->snoozed_us > now->utc_us)
		alert->snoozed_us = before->snoozed_us;
	if (before->telling || now->ns - before->ended_ns >= alerts->quiet_ns)
		return;
	alert->since_us = before->since_us;
	alert->count = before->count + !before->restored;
	alert->told = before->told;
	alert->told_ns = before->told_ns;
	alert->told_us = before->told_us;
	if (before->restored) {
		memcpy(alert->acknowledged, before->acknowledged, sizeof alert->acknowledged);
		alert->acknowledged_us = before->acknowledged_us;
		if (alert->severity > before->severity)
			alert->acknowledged[0] = '\0';
	}
	drop(alerts, before);
}

static void raise_alert(struct alerts *alerts, struct alert *alert, enum alert_severity severity,
    const struct alert_time *now)
{
	alert->severity = severity;
	alert->since_us = now->utc_us;
	alert->count = 1;
	take_over(alerts, alert, now);
}

static void end_alert(struct alerts *alerts, struct alert *alert, const struct alert_time *now)
{
	alerts->present--;
	alerts->ended++;
	alert->ended = true;
	alert->ended_us = now->utc_us;
	alert->ended_ns = now->ns;
	alert->acknowledged[0] = '\0';
	alert->restored = false;
	alert->tries = 0;
	alert->next_try_ns = 0;
	alert->told_end = alert->told == ALERT_NONE && !alert->telling;
	while (alerts->ended > ALERTS_ENDED)
		drop_oldest(alerts);
}

/* One whose condition has gone before it was an alert is nothing. */
static bool is_nothing(const struct alert *alert)
{
	return alert->severity == ALERT_NONE && alert->condition == ALERT_NONE && !alert->unknown;
}

static bool settle_one(struct alerts *alerts, struct alert *alert, const struct alert_time *now)
{
	if (!alert->fed) {
		alert->condition = ALERT_NONE;
		alert->unknown = false;
	}
	alert->fed = false;
	enum alert_severity was = alert->severity, severity = switches(alert, now->ns);
	bool news = (alert->reworded || alert->again) && was != ALERT_NONE;
	bool moved = severity != was || (alert->again && was != ALERT_NONE);
	alert->reworded = alert->again = false;
	if (moved) {
		alert->changed_us = now->utc_us;
		alerts->unsaved = true;
	}
	if (is_nothing(alert)) {
		drop(alerts, alert);
	} else if (was == ALERT_NONE && severity != ALERT_NONE) {
		raise_alert(alerts, alert, severity, now);
	} else if (severity == ALERT_NONE && was != ALERT_NONE) {
		end_alert(alerts, alert, now);
	} else if (severity > was) {
		alert->acknowledged[0] = '\0';
		alert->snoozed_us = 0;
		alert->severity = severity;
	} else {
		alert->severity = severity;
	}
	return news || moved;
}

bool alerts_settle(struct alerts *alerts, const struct alert_time *now)
{
	struct alert *present[ALERTS_MAX];
	size_t count = 0;
	bool news = false;

	/* Settling one may drop others, but only those that have ended. */
	for (struct alert *alert = alerts->newest; alert; alert = alert->older)
		if (!alert->ended)
			present[count++] = alert;
	for (size_t i = 0; i < count; i++) {
		/* A sleep that is over is news, too. */
		if (present[i]->snoozed_us && present[i]->snoozed_us <= now->utc_us) {
			present[i]->snoozed_us = 0;
			alerts->unsaved = news = true;
		}
		news |= settle_one(alerts, present[i], now);
	}
	return news;
}

enum alert_severity alerts_figure(const struct alerts *alerts, enum alert_kind kind,
    const char *service, double value, const struct alert_limits *limits)
{
	char id[sizeof alerts->newest->id];

	alert_name(kind, service, id, sizeof id);
	const struct alert *alert = find(alerts, id, false);
	enum alert_severity now = alert ? alert->severity : ALERT_NONE;
	if (value < (now >= ALERT_CRITICAL ? limits->critical_end : limits->critical))
		return ALERT_CRITICAL;
	return value < (now >= ALERT_WARNING ? limits->warning_end : limits->warning) ?
	    ALERT_WARNING :
	    ALERT_NONE;
}

/* ---- People ---- */

const struct alert *alerts_active(const struct alerts *alerts, const char *id, struct fault *fault)
{
	const struct alert *alert = find(alerts, id, false);

	if (alert && alert->severity != ALERT_NONE)
		return alert;
	fault_set(fault, FAULT_FAILED, "there is no active alert %.100s", id);
	fault_next(fault, "steward alerts lists them");
	return NULL;
}

bool alerts_acknowledge(struct alerts *alerts, const char *id, const char *user,
    const struct alert_time *now, struct fault *fault)
{
	if (!alerts_active(alerts, id, fault))
		return false;
	struct alert *alert = find(alerts, id, false);
	text_clean(alert->acknowledged, sizeof alert->acknowledged, user, strlen(user));
	alert->acknowledged_us = now->utc_us;
	alerts->unsaved = true;
	return true;
}

bool alerts_snooze(struct alerts *alerts, const char *id, int64_t seconds,
    const struct alert_time *now, struct fault *fault)
{
	if (!alerts_active(alerts, id, fault))
		return false;
	find(alerts, id, false)->snoozed_us = seconds ? now->utc_us + seconds * 1000000 : 0;
	alerts->unsaved = true;
	return true;
}

/* ---- Telling ---- */

static bool active_due(const struct alert *alert, const struct alert_policy *policy,
    const struct alert_time *now)
{
	if (alert->severity < policy->level || *alert->acknowledged ||
	    alert->snoozed_us > now->utc_us)
		return false;
	return alert->told < alert->severity ||
	    (policy->repeat_ns && now->ns - alert->told_ns >= policy->repeat_ns);
}

static bool end_due(const struct alerts *alerts, const struct alert *alert,
    const struct alert_time *now)
{
	return !alert->told_end && now->ns - alert->ended_ns >= alerts->quiet_ns;
}

struct alert *alerts_due(struct alerts *alerts, const struct alert_policy *policy,
    const struct alert_time *now)
{
	struct alert *worst = NULL;

	for (struct alert *alert = alerts->newest; alert; alert = alert->older) {
		/* That the hook fails cannot be told by the hook. */
		if (alert->telling || alert->severity == ALERT_NONE ||
		    alert->next_try_ns > now->ns || alert->kind == ALERT_HOOK)
			continue;
		bool due =
		    alert->ended ? end_due(alerts, alert, now) : active_due(alert, policy, now);
		/* What ended in its sleep has woken nobody, and what is back has not ended. */
		if (due && alert->ended &&
		    (alert->snoozed_us > now->utc_us || find(alerts, alert->id, false))) {
			alert->told_end = alerts->unsaved = true;
			due = false;
		}
		if (due &&
		    (!worst || worst->ended > alert->ended ||
			(worst->ended == alert->ended && alert->severity > worst->severity)))
			worst = alert;
	}
	if (worst)
		worst->telling = true;
	return worst;
}

void alerts_told(struct alerts *alerts, struct alert *alert, enum alert_severity severity,
    bool ended, bool done, const struct alert_time *now)
{
	alert->telling = false;
	if (!done && ++alert->tries < TRIES) {
		alert->next_try_ns = now->ns + TRY_AGAIN;
	} else if (ended) {
		alert->told_end = true;
	} else {
		alert->told = severity > alert->told ? severity : alert->told;
		alert->told_ns = now->ns;
		alert->told_us = now->utc_us;
		alert->tries = 0;
		alert->next_try_ns = 0;
	}
	/* It may have ended while it was being told of for the first time. */
	if (alert->ended && alert->told == ALERT_NONE)
		alert->told_end = true;
	alerts->unsaved = true;
}

/* ---- For alerts_json.c ---- */

static int compare(const void *left, const void *right)
{
	const struct alert *a = *(const struct alert *const *)left;
	const struct alert *b = *(const struct alert *const *)right;
	int64_t a_us = a->ended ? a->ended_us : a->since_us;
	int64_t b_us = b->ended ? b->ended_us : b->since_us;

	if (a->ended != b->ended)
		return a->ended ? 1 : -1;
	if (!a->ended && a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	return a_us != b_us ? (a_us > b_us ? -1 : 1) : strcmp(a->id, b->id);
}

const struct alert **alerts_sorted(const struct alerts *alerts, size_t *count_r)
{
	const struct alert **list =
	    memory_array(alerts->present + alerts->ended + 1, sizeof(struct alert *));
	size_t count = 0;

	for (const struct alert *alert = alerts->newest; alert; alert = alert->older)
		if (alert->severity != ALERT_NONE)
			list[count++] = alert;
	qsort(list, count, sizeof(struct alert *), compare);
	*count_r = count;
	return list;
}

bool alerts_unsaved(const struct alerts *alerts)
{
	return alerts->unsaved;
}

void alerts_set_unsaved(struct alerts *alerts, bool unsaved)
{
	alerts->unsaved = unsaved;
}

void alerts_restore(struct alerts *alerts, const struct alert *given)
{
	if (find(alerts, given->id, false) || (!given->ended && alerts->present >= ALERTS_MAX) ||
	    (given->ended && alerts->ended >= ALERTS_ENDED))
		return;
	struct alert *alert = memory_copy(given, sizeof *given);
	for (int level = ALERT_NOTICE; !alert->ended && level <= (int)alert->severity; level++)
		alert->on[level] = true;
	alert->condition = alert->ended ? ALERT_NONE : alert->severity;
	put(alerts, alert);
}
