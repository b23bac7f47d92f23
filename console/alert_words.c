/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sentence for each fact and none for what is not known, so that the page of an
 * alert is as long as there is something to say.
 */
#include "console/alert_words.h"

#include <string.h>

#include "console/show.h"
#include "data/intl.h"
#include "data/text.h"

static bool snoozed(const struct model_alert *alert, int64_t now_us)
{
	return alert->snoozed_until_us >= now_us;
}

void alert_state(const struct model_alert *alert, int64_t now_us, char *out, size_t size)
{
	char until[32];

	show_clock(alert->snoozed_until_us, now_us, until, sizeof until);
	if (!alert->active)
		text_format(out, size, "%s", _("ENDED"));
	else if (alert->acknowledged[0] != '\0')
		text_format(out, size, _("ACK by %s"), alert->acknowledged);
	else if (snoozed(alert, now_us))
		text_format(out, size, _("SNOOZED until %s"), until);
	else
		text_format(out, size, "%s", _("ACTIVE"));
}

unsigned alert_style(const struct model_alert *alert, int64_t now_us)
{
	if (!model_alert_calls(alert, now_us))
		return STYLE_DIM;
	return alert->severity == MODEL_CRITICAL ? STYLE_BAD :
	    alert->severity == MODEL_WARNING     ? STYLE_WARN :
						   STYLE_NOTE;
}

static void add(struct alert_facts *facts, const char *label, unsigned style, const char *text)
{
	if (text[0] != '\0' && facts->count < ALERT_PAIRS)
		facts->pairs[facts->count++] = (struct pair){ label, text, style, NULL };
}

static void state_text(const struct model_alert *alert, int64_t now_us, struct alert_facts *facts)
{
	char when[32];

	if (alert->active && alert->acknowledged[0] != '\0') {
		show_clock(alert->acknowledged_us, now_us, when, sizeof when);
		text_format(facts->state, sizeof facts->state,
		    _("acknowledged by %s at %s, until it ends or becomes worse"),
		    alert->acknowledged, when);
	} else if (alert->active && snoozed(alert, now_us)) {
		show_clock(alert->snoozed_until_us, now_us, when, sizeof when);
		text_format(facts->state, sizeof facts->state,
		    _("snoozed until %s, unless it becomes worse"), when);
	} else {
		text_format(facts->state, sizeof facts->state, "%s",
		    alert->active ? _("active, nobody has acknowledged it") : _("ended"));
	}
}

void alert_facts(const struct ui *ui, const struct model_alert *alert, struct alert_facts *facts)
{
	char when[32], age[32];

	memset(facts, 0, sizeof *facts);
	state_text(alert, ui->now_us, facts);
	if (alert->since_us >= 0) {
		show_moment(alert->since_us, true, when, sizeof when);
		show_age(alert->since_us, ui->now_us, age, sizeof age);
		text_format(facts->since, sizeof facts->since, _("%s (%s ago)"), when, age);
	}
	if (alert->ended_us >= 0)
		show_moment(alert->ended_us, true, facts->ended, sizeof facts->ended);
	if (alert->count > 1)
		text_format(facts->times, sizeof facts->times,
		    ngettext("%lld time", "%lld times", (unsigned long)alert->count),
		    (long long)alert->count);
	if (alert->next[0] != '\0')
		text_format(facts->next, sizeof facts->next, _("Enter or %s = steward %s"),
		    bindings_shown(&ui->bindings, 'v'), alert->next);
	add(facts, NULL, STYLE_STRONG, alert->text);
	add(facts, _("cause"), STYLE_NORMAL, alert->cause);
	add(facts, _("consequence"), STYLE_NORMAL, alert->consequence);
	add(facts, _("next step"), STYLE_NOTE, facts->next);
	add(facts, _("state"), STYLE_NORMAL, facts->state);
	add(facts, _("since"), STYLE_NORMAL, facts->since);
	add(facts, _("ended"), STYLE_NORMAL, facts->ended);
	add(facts, _("it came"), STYLE_NORMAL, facts->times);
	add(facts, _("service"), STYLE_NORMAL, alert->service);
	add(facts, _("name"), STYLE_DIM, alert->id);
}
