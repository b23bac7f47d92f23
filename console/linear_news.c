/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What has changed is told once, in sentences, by comparing what came with what was
 * told. The first figures are no news, and after a lost connection the comparison
 * goes on from what was told before it.
 */
#include <string.h>

#include "console/linear_private.h"
#include "data/intl.h"
#include "data/text.h"

/* ---- Services ---- */

static void service_news(struct linear *l, const struct model_service *s, bool first)
{
	struct linear_told *told = &l->told;
	size_t i = 0;

	while (i < told->service_count && strcmp(told->services[i].name, s->name) != 0)
		i++;
	if (i == MODEL_SERVICES)
		return;
	bool known = i < told->service_count;
	bool moved = !known || told->services[i].state != s->state;
	bool reasoned = !known || strcmp(told->services[i].reason, s->reason) != 0;

	told->service_count += !known;
	text_format(told->services[i].name, sizeof told->services[i].name, "%s", s->name);
	text_format(told->services[i].reason, sizeof told->services[i].reason, "%s", s->reason);
	told->services[i].state = s->state;
	if (first || (!moved && (!reasoned || s->reason[0] == '\0')))
		return;
	linear_interrupt(l);
	if (s->reason[0] != '\0')
		fprintf(l->out, _("%s is %s: %s.\n"), s->name, model_state_word(s->state),
		    s->reason);
	else
		fprintf(l->out, _("%s is %s.\n"), s->name, model_state_word(s->state));
}

/* ---- Alerts ---- */

static const struct model_alert *alert_by_id(const struct model *m, const char *id)
{
	for (size_t i = 0; i < m->alert_count; i++)
		if (strcmp(m->alerts[i].id, id) == 0)
			return &m->alerts[i];
	return NULL;
}

static void new_alert(struct linear *l, const struct model_alert *alert)
{
	const struct linear_told *told = &l->told;

	for (size_t i = 0; i < told->alert_count; i++)
		if (strcmp(told->alerts[i].id, alert->id) == 0 &&
		    told->alerts[i].severity <= alert->severity)
			return;
	linear_interrupt(l);
	fprintf(l->out, "%s: %s", model_severity_word(alert->severity), alert->text);
	if (alert->cause[0] != '\0')
		fprintf(l->out, ": %s", alert->cause);
	fputc('.', l->out);
	if (alert->next[0] != '\0') {
		fputc(' ', l->out);
		fprintf(l->out, _("What helps: %s."), alert->next);
	}
	fputc('\n', l->out);
}

static void alert_news(struct linear *l, bool first)
{
	struct linear_told *told = &l->told;
	const struct model *m = l->model;

	for (size_t i = 0; i < told->alert_count && !first; i++) {
		if (alert_by_id(m, told->alerts[i].id) != NULL)
			continue;
		linear_interrupt(l);
		fprintf(l->out, _("Over: %s.\n"), told->alerts[i].text);
	}
	for (size_t i = 0; i < m->alert_count && !first; i++)
		new_alert(l, &m->alerts[i]);
	told->alert_count = m->alert_count;
	for (size_t i = 0; i < m->alert_count; i++) {
		text_format(told->alerts[i].id, sizeof told->alerts[i].id, "%s", m->alerts[i].id);
		text_format(told->alerts[i].text, sizeof told->alerts[i].text, "%s",
		    m->alerts[i].text);
		told->alerts[i].severity = m->alerts[i].severity;
	}
}

/* ---- Settings on trial ---- */

static void trial_begins(struct linear *l, int64_t left)
{
	const struct model_trial *trial = &l->model->trial;

	linear_interrupt(l);
	fprintf(l->out, _("Settings of %s are on trial.\n"), trial->user);
	for (size_t i = 0; i < trial->change_count; i++)
		fprintf(l->out, _("%s is %s, and was %s.\n"), trial->changes[i].name,
		    trial->changes[i].is[0] != '\0' ? trial->changes[i].is : _("empty"),
		    trial->changes[i].was[0] != '\0' ? trial->changes[i].was : _("empty"));
	fprintf(l->out,
	    ngettext("In %lld second the old settings come back. confirm keeps the new ones, "
		     "revert goes back now.\n",
		"In %lld seconds the old settings come back. confirm keeps the new ones, revert "
		"goes back now.\n",
		(unsigned long)left),
	    (long long)left);
}

int linear_countdown(struct linear *l)
{
	static const int64_t marks[] = { 60, 30, 10 };
	const struct model_trial *trial = &l->model->trial;
	struct linear_told *told = &l->told;
	bool waits = trial->present && strcmp(trial->state, "waiting") == 0;

	if (!waits && told->trial != 0 && !trial->present) {
		linear_interrupt(l);
		fputs(_("The trial of settings is over; get shows what is in force.\n"), l->out);
		told->trial = 0;
	}
	if (!waits)
		return -1;
	int64_t left = model_trial_left(trial, l->now_ms);

	if (told->trial != trial->id)
		trial_begins(l, left);
	for (size_t i = 0; told->trial == trial->id && i < sizeof marks / sizeof marks[0]; i++) {
		if (left > marks[i] || told->trial_left <= marks[i])
			continue;
		/* Of several that have passed the last one is told. */
		if (i + 1 < sizeof marks / sizeof marks[0] && left <= marks[i + 1])
			continue;
		linear_interrupt(l);
		fprintf(l->out,
		    ngettext("%lld second until the old settings come back: confirm or revert.\n",
			"%lld seconds until the old settings come back: confirm or revert.\n",
			(unsigned long)left),
		    (long long)left);
	}
	told->trial = trial->id;
	told->trial_left = left;
	return 1000;
}

/* ---- All of it ---- */

static void host_news(struct linear *l, bool first)
{
	const struct model_host *host = &l->model->host;
	struct linear_told *told = &l->told;

	if (!first && host->crashes > told->crashes && told->crashes >= 0) {
		linear_interrupt(l);
		fprintf(l->out, _("steward-host has crashed and was started again: %s.\n"),
		    host->crash.text);
	}
	told->crashes = host->crashes;
	if (strcmp(told->settings_fault, host->settings_fault) == 0)
		return;
	text_format(told->settings_fault, sizeof told->settings_fault, "%s", host->settings_fault);
	if (first || host->settings_fault[0] == '\0')
		return;
	linear_interrupt(l);
	fprintf(l->out, _("Settings are not applied: %s.\n"), host->settings_fault);
}

void linear_news(struct linear *l)
{
	bool first = !l->told.any;

	l->told.any = true;
	host_news(l, first);
	for (size_t i = 0; i < l->model->service_count; i++)
		service_news(l, &l->model->services[i], first);
	alert_news(l, first);
	if (!first)
		linear_countdown(l);
}

/* ---- What others do ---- */

static bool told_before(struct linear_told *told, const struct model_audit *entry)
{
	for (size_t i = 0; i < LINEAR_TOLD; i++)
		if (told->audit[i].number == entry->number &&
		    strcmp(told->audit[i].outcome, entry->outcome) == 0)
			return true;
	told->audit[told->audit_next].number = entry->number;
	text_format(told->audit[told->audit_next].outcome, sizeof told->audit[0].outcome, "%s",
	    entry->outcome);
	told->audit_next = (told->audit_next + 1) % LINEAR_TOLD;
	return false;
}

static bool own(const struct linear *l, const struct model_audit *entry)
{
	const char *origin = l->options->origin != NULL ? l->options->origin : "";

	return strcmp(entry->user, l->user) == 0 && strcmp(entry->origin, origin) == 0;
}

static void audit_line(struct linear *l, const struct model_audit *entry)
{
	const char *at = entry->origin[0] != '\0' ? "@" : "";

	linear_interrupt(l);
	if (strcmp(entry->outcome, "failed") == 0)
		fprintf(l->out, _("%s%s%s tried: %s. It failed: %s.\n"), entry->user, at,
		    entry->origin, entry->words, entry->reason);
	else if (strcmp(entry->outcome, "reverted") == 0)
		fprintf(l->out, _("What %s%s%s did was taken back: %s.\n"), entry->user, at,
		    entry->origin, entry->words);
	else
		fprintf(l->out, _("%s%s%s did: %s.\n"), entry->user, at, entry->origin,
		    entry->words);
}

void linear_audit(struct linear *l, const json_t *entries)
{
	const json_t *one;
	size_t i;

	model_audit(l->model, entries);
	json_array_foreach(entries, i, one)
	{
		int64_t number = (int64_t)json_integer_value(json_object_get(one, "number"));
		const struct model_audit *entry = model_audit_entry(l->model, number);

		if (entry != NULL && !told_before(&l->told, entry) && !own(l, entry))
			audit_line(l, entry);
	}
}
