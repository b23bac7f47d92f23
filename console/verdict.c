/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ladder: what hides everything else, then the alerts as the host orders them,
 * then what services say of themselves (a host of an older version has no alerts),
 * and only at its end that all is well, said with what it goes by.
 */
#include "console/verdict.h"

#include <string.h>

#include "data/intl.h"
#include "data/text.h"
#include "widgets/canvas.h"

static const struct {
	const char *word;
	unsigned style;
} grades[] = {
	[VERDICT_GOOD] = { N_("OK"), STYLE_GOOD },
	[VERDICT_NOTICE] = { N_("NOTE"), STYLE_NOTE },
	[VERDICT_WARNING] = { N_("WARN"), STYLE_WARN },
	[VERDICT_CRITICAL] = { N_("CRIT"), STYLE_BAD },
	[VERDICT_UNKNOWN] = { N_("UNKNOWN"), STYLE_WARN },
};

const char *verdict_word(enum verdict_grade grade)
{
	return _(grades[grade].word);
}

unsigned verdict_style(enum verdict_grade grade)
{
	return grades[grade].style;
}

static bool unseen(const struct model *model, const struct verdict_view *view, struct verdict *v)
{
	char age[32];

	text_show_duration(view->age_ms / 1000, age, sizeof age);
	if (view->cut_off) {
		text_format(v->text, sizeof v->text, "%s", _("there is no connection to the host"));
		text_format(v->cause, sizeof v->cause, "%s", view->lost != NULL ? view->lost : "");
		if (model->known)
			text_format(v->consequence, sizeof v->consequence,
			    _("what is seen is %s old; services may run or not"), age);
		text_format(v->next, sizeof v->next, "%s", view->mend != NULL ? view->mend : "");
	} else if (!model->known) {
		text_format(v->text, sizeof v->text, "%s", _("waiting for the first figures"));
	} else if (view->doubtful) {
		text_format(v->text, sizeof v->text, _("the newest figures are %s old"), age);
		text_format(v->consequence, sizeof v->consequence, "%s",
		    _("nobody can say how things are now"));
		text_format(v->next, sizeof v->next, "log");
	} else {
		return false;
	}
	v->grade = VERDICT_UNKNOWN;
	return true;
}

static bool alerted(const struct model *model, const struct verdict_view *view, struct verdict *v)
{
	static const enum verdict_grade by_severity[] = {
		[MODEL_CRITICAL] = VERDICT_CRITICAL,
		[MODEL_WARNING] = VERDICT_WARNING,
		[MODEL_NOTICE] = VERDICT_NOTICE,
	};
	const struct model_alert *first = NULL;
	size_t calling = 0;

	for (size_t i = 0; i < model->alert_count; i++) {
		const struct model_alert *alert = &model->alerts[i];

		if (!model_alert_calls(alert, view->now_us))
			continue;
		if (calling++ == 0 || alert->severity < first->severity)
			first = alert;
	}
	if (first == NULL)
		return false;
	v->grade = by_severity[first->severity];
	text_format(v->text, sizeof v->text, "%s", first->text);
	text_format(v->cause, sizeof v->cause, "%s", first->cause);
	text_format(v->consequence, sizeof v->consequence, "%s", first->consequence);
	text_format(v->next, sizeof v->next, "%s", first->next);
	text_format(v->alert, sizeof v->alert, "%s", first->id);
	text_format(v->service, sizeof v->service, "%s", first->service);
	v->more = calling - 1;
	return true;
}

/* A service that should run and does not, which no alert speaks of. */
static bool amiss(const struct model_service *s)
{
	return s->wanted &&
	    (s->state == MODEL_FAILED || s->state == MODEL_HUNG || s->state == MODEL_QUARANTINED ||
		s->state == MODEL_UNKNOWN);
}

static bool has_alert(const struct model *model, const char *service)
{
	for (size_t i = 0; i < model->alert_count; i++)
		if (strcmp(model->alerts[i].service, service) == 0)
			return true;
	return false;
}

static bool failing(const struct model *model, struct verdict *v)
{
	for (size_t i = 0; i < model->service_count; i++) {
		const struct model_service *s = &model->services[i];

		if (!amiss(s) || has_alert(model, s->name))
			continue;
		v->grade = s->state == MODEL_UNKNOWN ? VERDICT_UNKNOWN : VERDICT_CRITICAL;
		text_format(v->text, sizeof v->text, _("%s should run and is %s"), s->name,
		    model_state_word(s->state));
		text_format(v->cause, sizeof v->cause, "%s", s->reason);
		text_format(v->service, sizeof v->service, "%s", s->name);
		text_format(v->next, sizeof v->next, "log %s", s->name);
		return true;
	}
	return false;
}

/* What somebody has seen already, and sees to. */
static bool quiet(const struct model *model, struct verdict *v)
{
	const struct model_alert *alert = &model->alerts[0];

	if (model->alert_count == 0)
		return false;
	v->grade = VERDICT_NOTICE;
	if (alert->acknowledged[0] != '\0')
		text_format(v->text, sizeof v->text, _("%s (acknowledged by %s)"), alert->text,
		    alert->acknowledged);
	else
		text_format(v->text, sizeof v->text, _("%s (snoozed)"), alert->text);
	text_format(v->cause, sizeof v->cause, "%s", alert->cause);
	text_format(v->consequence, sizeof v->consequence, "%s", alert->consequence);
	text_format(v->alert, sizeof v->alert, "%s", alert->id);
	text_format(v->service, sizeof v->service, "%s", alert->service);
	v->more = model->alert_count - 1;
	text_format(v->next, sizeof v->next, "alerts");
	return true;
}

/* moving_r: the first one on its way to another state, NULL: none is. */
static void count(const struct model *model, size_t *wanted_r, size_t *up_r,
    const struct model_service **moving_r)
{
	*wanted_r = *up_r = 0;
	*moving_r = NULL;
	for (size_t i = 0; i < model->service_count; i++) {
		const struct model_service *s = &model->services[i];

		*wanted_r += s->wanted;
		*up_r += s->wanted && s->state == MODEL_RUNNING;
		if (*moving_r == NULL && (s->state == MODEL_STARTING || s->state == MODEL_DRAINING))
			*moving_r = s;
	}
}

static void well(const struct model *model, struct verdict *v)
{
	const struct model_service *moving;
	size_t wanted, up;

	count(model, &wanted, &up, &moving);
	v->grade = VERDICT_NOTICE;
	if (model->service_count == 0) {
		text_format(v->text, sizeof v->text, "%s",
		    _("this steward has no services built in"));
	} else if (wanted == 0) {
		text_format(v->text, sizeof v->text, "%s", _("no service is meant to run"));
		text_format(v->next, sizeof v->next, "start %s", model->services[0].name);
	} else if (up < wanted) {
		text_format(v->text, sizeof v->text,
		    _("%zu of %zu services run, the others are on their way"), up, wanted);
	} else if (moving != NULL) {
		/* Somebody stops it: it is none of those that should run. */
		text_format(v->text, sizeof v->text, _("what should run does; %s is %s"),
		    moving->name, model_state_word(moving->state));
		text_format(v->service, sizeof v->service, "%s", moving->name);
	} else if (model->machine.cpu_percent < 0 || model->machine.memory_used < 0) {
		text_format(v->text, sizeof v->text, "%s",
		    _("all services run; how the machine is, is not known"));
	} else {
		v->grade = VERDICT_GOOD;
		text_format(v->text, sizeof v->text,
		    ngettext("all is well: the service that should run does",
			"all is well: the %zu services that should run do", wanted),
		    wanted);
	}
}

void verdict_make(const struct model *model, const struct verdict_view *view, struct verdict *v)
{
	memset(v, 0, sizeof *v);
	if (!unseen(model, view, v) && !alerted(model, view, v) && !failing(model, v) &&
	    !quiet(model, v))
		well(model, v);
}
