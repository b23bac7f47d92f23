/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of lines. Each line is a whole statement that can be understood when it is
 * read alone, with the number to be typed at its beginning, since a screen reader
 * goes from line to line and columns mean nothing to it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "console/format.h"
#include "console/linear_private.h"
#include "console/show.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

#define PAGE_LINES 22 /* of a terminal that does not tell its height */

/* ---- Parts ---- */

void linear_choice(struct linear *l, const char *service, const char *line)
{
	if (l->choice_count == LINEAR_CHOICES) {
		fputs("- ", l->out);
		return;
	}
	struct linear_choice *choice = &l->choices[l->choice_count++];

	text_format(choice->service, sizeof choice->service, "%s", service);
	text_format(choice->line, sizeof choice->line, "%s", line);
	fprintf(l->out, "%zu ", l->choice_count);
}

void linear_fault(struct linear *l, const struct fault *fault)
{
	if (fault->text[0] == '\0')
		return;
	fprintf(l->out, "%s.\n", fault->text);
	if (fault->next[0] != '\0')
		fprintf(l->out, "%s.\n", fault->next);
}

const char *linear_state(const struct linear *l, const struct model_service *service, char *out,
    size_t size)
{
	text_format(out, size, "%s%s", model_state_word(service->state),
	    linear_connected(l) ? "" : "?");
	return out;
}

void linear_verdict(struct linear *l, bool short_form)
{
	struct verdict_view view = {
		.now_us = clock_utc(),
		.cut_off = l->client == NULL,
		.doubtful = !linear_connected(l),
		.age_ms = l->fresh_ms > 0 ? l->now_ms - l->fresh_ms : -1,
		.lost = l->lost.text[0] != '\0' ? l->lost.text : NULL,
		.mend = l->lost.next[0] != '\0' ? l->lost.next : NULL,
	};
	struct verdict v;

	verdict_make(l->model, &view, &v);
	fprintf(l->out, "%s: %s.\n", verdict_word(v.grade), v.text);
	if (short_form)
		return;
	if (v.cause[0] != '\0')
		fprintf(l->out, _("Why: %s.\n"), v.cause);
	if (v.consequence[0] != '\0')
		fprintf(l->out, _("What it means: %s.\n"), v.consequence);
	if (v.next[0] != '\0')
		fprintf(l->out, _("What helps: %s\n"), v.next);
}

/* ---- The status ---- */

static void addresses(const struct model_service *s, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < s->listener_count && used < size; i++) {
		bool tcp = strcmp(s->listeners[i].transport, "tcp") == 0;

		text_format(out + used, size - used, "%s%s%s%s", used > 0 ? ", " : "",
		    s->listeners[i].address, tcp ? "" : "/", tcp ? "" : s->listeners[i].transport);
		used = strlen(out);
	}
}

static void service_line(struct linear *l, const struct model_service *s)
{
	char state[48], where[512], rate[16];

	addresses(s, where, sizeof where);
	show_rate(s->requests_rate, rate, sizeof rate);
	linear_choice(l, s->name, "");
	fprintf(l->out, "%s: %s, ", s->name, linear_state(l, s, state, sizeof state));
	if (where[0] != '\0')
		fprintf(l->out, "%s, ", where);
	if (s->requests_rate < 0)
		fputs(_("requests not known"), l->out);
	else
		fprintf(l->out, _("%s requests a second"), rate);
	if (s->reason[0] != '\0')
		fprintf(l->out, ": %s", s->reason);
	fputs(".\n", l->out);
}

static void alert_line(struct linear *l, const struct model_alert *alert)
{
	if (alert->next[0] != '\0')
		linear_choice(l, "", alert->next);
	fprintf(l->out, "%s: %s", model_severity_word(alert->severity), alert->text);
	if (alert->cause[0] != '\0')
		fprintf(l->out, ": %s", alert->cause);
	fputc('.', l->out);
	if (alert->acknowledged[0] != '\0') {
		fputc(' ', l->out);
		fprintf(l->out, _("Acknowledged by %s."), alert->acknowledged);
	} else if (alert->snoozed_until_us > clock_utc()) {
		fprintf(l->out, " %s", _("Put to sleep for a time."));
	}
	if (alert->next[0] != '\0') {
		fputc(' ', l->out);
		fprintf(l->out, _("The number does: %s."), alert->next);
	}
	fputc('\n', l->out);
}

void linear_status(struct linear *l)
{
	const struct model *m = l->model;

	l->choice_count = 0;
	linear_verdict(l, false);
	for (size_t i = 0; i < m->service_count; i++)
		service_line(l, &m->services[i]);
	for (size_t i = 0; i < m->alert_count; i++)
		alert_line(l, &m->alerts[i]);
	if (m->trial.present) {
		linear_choice(l, "", "confirm");
		fputs(_("Keep the settings that are on trial.\n"), l->out);
		linear_choice(l, "", "revert");
		fputs(_("Bring back the settings before the trial.\n"), l->out);
	}
	if (l->choice_count > 0)
		fputs(_("A number and Enter shows more about it or does it; help shows all "
			"words.\n"),
		    l->out);
	else
		fputs(_("help shows all words.\n"), l->out);
}

/* ---- A service ---- */

static void facts(struct linear *l, const struct model_service *s)
{
	char state[48], age[32], a[16], b[16], c[16];

	if (s->summary[0] != '\0')
		fprintf(l->out, "%s: %s.\n", s->name, _(s->summary));
	show_age(clock_parse(s->since, clock_utc()), clock_utc(), age, sizeof age);
	fprintf(l->out, _("%s is %s, for %s.\n"), s->name, linear_state(l, s, state, sizeof state),
	    age);
	if (s->wanted != model_state_up(s->state))
		fputs(s->wanted ? _("It should run.\n") : _("It should be stopped.\n"), l->out);
	if (s->reason[0] != '\0')
		fprintf(l->out, _("Why: %s.\n"), s->reason);
	for (size_t i = 0; i < s->listener_count; i++) {
		const struct model_listener *at = &s->listeners[i];

		if (at->reason[0] != '\0')
			fprintf(l->out, _("Listens: %s %s is %s: %s.\n"), at->transport,
			    at->address, show_word(at->state), at->reason);
		else
			fprintf(l->out, _("Listens: %s %s is %s.\n"), at->transport, at->address,
			    show_word(at->state));
	}
	show_count(s->connections, a, sizeof a);
	show_rate(s->requests_rate, b, sizeof b);
	show_count(s->errors, c, sizeof c);
	fprintf(l->out, _("Connections: %s now. Requests: %s a second. Errors: %s in all.\n"), a, b,
	    c);
	show_percent(s->cpu_percent, a, sizeof a);
	show_bytes(s->memory, b, sizeof b);
	fprintf(l->out, _("CPU: %s percent. Memory: %s.\n"), a, b);
	/* Without a request in the last minute there is nothing to say. */
	if (s->p99 <= 0)
		return;
	show_latency(s->p99, c, sizeof c);
	fprintf(l->out, _("99 of 100 answers take at most: %s.\n"), c);
}

static const char *names(const char (*list)[32], size_t count, char *out, size_t size)
{
	*out = '\0';
	for (size_t i = 0; i < count; i++)
		text_format(out + strlen(out), size - strlen(out), "%s%s", i > 0 ? ", " : "",
		    list[i]);
	return out;
}

/* Commands of the table that are meant for a service and make sense now. */
static void table_choices(struct linear *l, const struct model_service *s)
{
	char name[32], line[96];

	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		bool stopped = s->state == MODEL_STOPPED;

		command_name(c, name, sizeof name);
		if (c->label == NULL || !(c->flags & COMMAND_SERVICE) ||
		    (strcmp(name, "start") == 0 && s->state == MODEL_RUNNING) ||
		    (strcmp(name, "stop") == 0 && stopped && !s->wanted) ||
		    ((strcmp(name, "resume") == 0) != (s->state == MODEL_QUARANTINED) &&
			(strcmp(name, "resume") == 0 || strcmp(name, "start") == 0)))
			continue;
		text_format(line, sizeof line, "%s %s", name, s->name);
		linear_choice(l, "", line);
		fprintf(l->out, "%s: %s.\n", line, _(c->help));
	}
}

static const json_t *schema_of(const struct linear *l, const char *name)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(l->schema, "services"), i,
	    entry) if (strcmp(json_text(entry, "name", ""), name) == 0) return entry;
	return NULL;
}

/* What the service has of its own: "list web connections", "do web cache flush". */
static void own_choices(struct linear *l, const char *service, const char *what, const char *key,
    const char *word)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(schema_of(l, service), what), i, entry)
	{
		char line[256], clean[256];
		const char *name = json_text(entry, key, "");
		const char *help = format_words(entry, "help");

		if (!text_format(line, sizeof line, "%s %s %s", word, service, name))
			continue;
		text_clean(clean, sizeof clean, help, strlen(help));
		/* What must be filled in is typed whole. */
		if (strchr(name, '<') == NULL)
			linear_choice(l, "", line);
		fprintf(l->out, "%s: %s.\n", line, clean);
	}
}

void linear_service(struct linear *l, const char *name)
{
	const struct model_service *s = model_service(l->model, name);
	char line[64], text[512];

	l->choice_count = 0;
	if (s == NULL) {
		fprintf(l->out, _("There is no service \"%s\".\n"), name);
		return;
	}
	facts(l, s);
	if (s->needs_count > 0)
		fprintf(l->out, _("Needs: %s.\n"),
		    names(s->needs, s->needs_count, text, sizeof text));
	if (s->needed_by_count > 0)
		fprintf(l->out, _("Needed by: %s.\n"),
		    names(s->needed_by, s->needed_by_count, text, sizeof text));
	fputs(_("What can be done:\n"), l->out);
	table_choices(l, s);
	own_choices(l, name, "tables", "name", "list");
	own_choices(l, name, "commands", "pattern", "do");
	text_format(line, sizeof line, "get %s", name);
	linear_choice(l, "", line);
	fprintf(l->out, "%s: %s.\n", line, _("its settings"));
}

/* ---- Long answers ---- */

static size_t page_lines(const struct linear *l)
{
	struct winsize size;

	if (!l->terminal || !isatty(STDOUT_FILENO))
		return SIZE_MAX;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 4)
		return size.ws_row - 2U;
	return PAGE_LINES;
}

static void print_line(struct linear *l, const char *text, size_t length)
{
	char *clean = memory_new(length * 3 + 1);

	text_clean(clean, length * 3 + 1, text, length);
	fputs(clean, l->out);
	fputc('\n', l->out);
	free(clean);
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n')
		lines++;
	return lines;
}

static void print_page(struct linear *l)
{
	size_t most = page_lines(l);

	for (size_t i = 0; i < most && *l->rest_at != '\0'; i++) {
		size_t length = strcspn(l->rest_at, "\n");

		print_line(l, l->rest_at, length);
		l->rest_at += length + (l->rest_at[length] == '\n');
	}
	size_t left = count_lines(l->rest_at);

	if (left > 0)
		fprintf(l->out,
		    ngettext("%zu line is left: more shows it.\n",
			"%zu lines are left: more shows them.\n", left),
		    left);
}

void linear_answer(struct linear *l, char *text)
{
	free(l->rest);
	l->rest = l->rest_at = text;
	print_page(l);
}

void linear_more(struct linear *l)
{
	if (l->rest == NULL || *l->rest_at == '\0')
		fputs(_("There is no more.\n"), l->out);
	else
		print_page(l);
}
