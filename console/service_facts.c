/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One function a fact; a figure that is not known is a dash, never left out, so
 * that rows stay where they are.
 */
#include "console/service_facts.h"

#include <string.h>

#include "console/show.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"

static void state_fact(struct sheet_rows *rows, const struct model_service *s, int64_t now_us,
    bool doubtful)
{
	int64_t since = clock_parse(s->since, now_us);
	char when[32], age[32], word[64];
	char text[192];

	show_time(since, now_us, when, sizeof when);
	show_age(since, now_us, age, sizeof age);
	text_format(word, sizeof word, "%s%s", model_state_word(s->state), doubtful ? "?" : "");
	if (s->wanted == model_state_up(s->state))
		text_format(text, sizeof text, _("%s since %s (%s)"), word, when, age);
	else if (s->wanted)
		text_format(text, sizeof text, _("%s since %s (%s), should run"), word, when, age);
	else
		text_format(text, sizeof text, _("%s since %s (%s), should be stopped"), word, when,
		    age);
	sheet_rows_add(rows, _("state"), doubtful ? STYLE_DIM : show_state_style(s->state), "%s",
	    text);
	if (s->drain_left >= 0)
		sheet_rows_add(rows, _("drains"), STYLE_WARN,
		    _("%lld s left for the work under way"), (long long)s->drain_left);
	if (s->reason[0] != '\0')
		sheet_rows_add(rows, _("reason"), model_state_up(s->state) ? STYLE_WARN : STYLE_BAD,
		    "%s", s->reason);
}

static void listener_facts(struct sheet_rows *rows, const struct model_service *s)
{
	for (size_t i = 0; i < s->listener_count; i++) {
		const struct model_listener *l = &s->listeners[i];

		sheet_rows_add(rows, i == 0 ? _("listens") : "",
		    strcmp(l->state, "open") == 0     ? STYLE_NORMAL :
			strcmp(l->state, "shut") == 0 ? STYLE_DIM :
							STYLE_WARN,
		    "%s %s %s%s%s", l->transport, l->address, show_word(l->state),
		    l->reason[0] != '\0' ? ": " : "", l->reason);
	}
}

static void traffic_facts(struct sheet_rows *rows, const struct model_service *s)
{
	char a[16], b[16], c[16], d[16];

	show_count(s->connections, a, sizeof a);
	show_count(s->connections_total, b, sizeof b);
	sheet_rows_add(rows, _("connections"), STYLE_NORMAL, _("%s now, %s in all"), a, b);
	show_rate(s->requests_rate, a, sizeof a);
	show_count(s->requests, b, sizeof b);
	show_count(s->errors, c, sizeof c);
	sheet_rows_add(rows, _("requests"), s->errors > 0 ? STYLE_NOTE : STYLE_NORMAL,
	    _("%s a second, %s in all, %s errors"), a, b, c);
	show_bytes(s->bytes_in, a, sizeof a);
	show_bytes(s->bytes_out, b, sizeof b);
	sheet_rows_add(rows, _("bytes"), STYLE_NORMAL, _("%s in, %s out"), a, b);
	show_latency(s->p50, a, sizeof a);
	show_latency(s->p90, b, sizeof b);
	show_latency(s->p99, c, sizeof c);
	show_latency(s->slowest, d, sizeof d);
	sheet_rows_add(rows, _("latency"), STYLE_NORMAL, _("p50 %s  p90 %s  p99 %s  max %s"), a, b,
	    c, d);
}

void service_facts(struct sheet_rows *rows, const struct model_service *s, int64_t now_us,
    bool doubtful)
{
	long long workers = s->workers > 0 ? s->workers : 0;
	char cpu[16], memory[16];

	sheet_rows_add(rows, _("what"), STYLE_NORMAL, "%s",
	    s->summary[0] != '\0' ? _(s->summary) : "");
	state_fact(rows, s, now_us, doubtful);
	listener_facts(rows, s);
	traffic_facts(rows, s);
	show_percent(s->cpu_percent, cpu, sizeof cpu);
	show_bytes(s->memory, memory, sizeof memory);
	sheet_rows_add(rows, _("uses"), STYLE_NORMAL,
	    ngettext("cpu %s %%, memory %s, %lld worker", "cpu %s %%, memory %s, %lld workers",
		(unsigned long)workers),
	    cpu, memory, workers);
}

/* Names with the state of each. */
static void neighbours(struct sheet_rows *rows, const char *label, const struct model *model,
    const char (*names)[32], size_t count, bool doubtful)
{
	char text[1024] = "";
	bool down = false;

	for (size_t i = 0; i < count; i++) {
		const struct model_service *s = model_service(model, names[i]);
		size_t used = strlen(text);

		down |= s != NULL && !model_state_up(s->state);
		text_format(text + used, sizeof text - used, "%s%s (%s%s)", i > 0 ? ", " : "",
		    names[i], s != NULL ? model_state_word(s->state) : "-",
		    s != NULL && doubtful ? "?" : "");
	}
	sheet_rows_add(rows, label, down ? STYLE_WARN : STYLE_NORMAL, "%s",
	    count > 0 ? text : _("none"));
}

static void took_fact(struct sheet_rows *rows, const char *label, double seconds)
{
	if (seconds < 0)
		sheet_rows_add(rows, label, STYLE_NORMAL, "-");
	else
		sheet_rows_add(rows, label, STYLE_NORMAL, _("took %.1f s"), seconds);
}

void service_facts_more(struct sheet_rows *rows, const struct model *model,
    const struct model_service *s, bool doubtful)
{
	neighbours(rows, _("needs"), model, s->needs, s->needs_count, doubtful);
	neighbours(rows, _("needed by"), model, s->needed_by, s->needed_by_count, doubtful);
	took_fact(rows, _("last start"), s->last_start);
	took_fact(rows, _("last restart"), s->last_restart);
}
