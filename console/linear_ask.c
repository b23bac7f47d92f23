/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a line does. Words go through the table of commands, as the shell's do: the
 * same question to the host, the same lines in answer. Only what disconnects people
 * or destroys something is asked about first, with the facts in front.
 */
#include <stdlib.h>
#include <string.h>

#include "console/asked.h"
#include "console/format.h"
#include "console/linear_private.h"
#include "console/run.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

#define IMPACT_DEADLINE_MS 5000
#define REFRESH_DEADLINE_MS 5000

void linear_forget(struct linear *l)
{
	l->pending = 0;
	l->impact = false;
	l->refresh = false;
	l->question = LINEAR_NO_QUESTION;
	json_decref(l->ask.params);
	l->ask = (struct command_ask){ .method = NULL };
	line_clear(&l->line);
}

/* ---- Sending ---- */

static void send_request(struct linear *l, const char *method, json_t *params, int deadline_ms)
{
	struct fault fault = { 0 };

	l->pending = l->client != NULL ? client_send(l->client, method, params) : 0;
	if (l->client == NULL)
		json_decref(params);
	l->pending_since_ms = l->now_ms;
	l->pending_until_ms = l->now_ms + deadline_ms;
	if (l->pending != 0)
		return;
	fault_set(&fault, FAULT_NOT_RUNNING, "not sent: there is no connection");
	linear_failed(l, &fault);
}

static void send_command(struct linear *l)
{
	json_t *params = l->ask.params;

	l->ask.params = NULL;
	l->impact = false;
	send_request(l, l->ask.method, params, l->ask.deadline_ms);
}

/* ---- Questions ---- */

static void question(struct linear *l, enum linear_question kind)
{
	l->question = kind;
	fputs(kind == LINEAR_YES ? _("Type yes to go on; anything else cancels.\n") :
				   _("This cannot be undone. Type the service's name to go on; "
				     "anything else cancels.\n"),
	    l->out);
}

static void plain_facts(struct linear *l)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(l->ask.params, "services"), i, one)
	{
		const struct model_service *s =
		    json_is_string(one) ? model_service(l->model, json_string_value(one)) : NULL;

		if (s == NULL)
			continue;
		if (s->connections < 0)
			fprintf(l->out, _("How many are connected to %s is not known.\n"), s->name);
		else
			fprintf(l->out,
			    ngettext("%lld connection to %s is open.\n",
				"%lld connections to %s are open.\n",
				(unsigned long)s->connections),
			    (long long)s->connections, s->name);
	}
}

/* "10.0.0.2 GET /index.html" for each row, and how many more there are. */
static void print_rows(struct linear *l, const char *title, const json_t *table)
{
	const json_t *row, *cell;
	char clean[256];
	size_t i, n;
	long long more = json_whole(table, "more", 0);

	json_array_foreach(json_object_get(table, "rows"), i, row)
	{
		fprintf(l->out, "%s", title);
		json_array_foreach(row, n, cell)
		{
			const char *text = json_is_string(cell) ? json_string_value(cell) : "";

			text_clean(clean, sizeof clean, text, strlen(text));
			fprintf(l->out, " %s", clean);
		}
		fputc('\n', l->out);
	}
	if (more > 0)
		fprintf(l->out, ngettext("and %lld more\n", "and %lld more\n", (unsigned long)more),
		    more);
}

static void impact_lines(struct linear *l, const json_t *one)
{
	char name[64];
	const char *given = json_text(one, "name", "?"), *undo = json_text(one, "undo", NULL);
	long long connections = json_whole(one, "connections", -1);
	double last = json_figure(one, "last_restart_seconds", -1);
	const json_t *by;
	size_t i;

	text_clean(name, sizeof name, given, strlen(given));
	if (connections < 0)
		fprintf(l->out, _("How many are connected to %s is not known.\n"), name);
	else
		fprintf(l->out,
		    ngettext("%lld connection to %s is open.\n",
			"%lld connections to %s are open.\n", (unsigned long)connections),
		    connections, name);
	print_rows(l, _("Client:"), json_object_get(one, "clients"));
	print_rows(l, _("Open:"), json_object_get(one, "open"));
	json_array_foreach(json_object_get(one, "needed_by"), i, by)
	{
		char user[64];

		text_clean(user, sizeof user, json_is_string(by) ? json_string_value(by) : "",
		    json_string_length(by));
		fprintf(l->out, _("%s needs it.\n"), user);
	}
	if (last >= 0)
		fprintf(l->out, _("Its last restart took %.1f seconds.\n"), last);
	if (undo != NULL) {
		char clean[512];

		text_clean(clean, sizeof clean, undo, strlen(undo));
		fprintf(l->out, _("What undoes it: %s\n"), clean);
	} else {
		fputs(_("It cannot be undone.\n"), l->out);
	}
}

static bool is_undo(const struct linear *l)
{
	return strcmp(l->ask.method, "undo") == 0;
}

/* The facts were asked for: also a host that does not tell them must be steered. */
static void impact_answered(struct linear *l, const json_t *result)
{
	const json_t *one;
	size_t i;

	l->impact = false;
	if (result == NULL)
		plain_facts(l);
	if (is_undo(l)) {
		char words[1100];

		json_clean(result, "words", words, sizeof words);
		fprintf(l->out, _("Entry %lld of the audit list is taken back by: %s\n"),
		    (long long)json_whole(result, "entry", 0), words);
	} else {
		json_array_foreach(json_object_get(result, "services"), i, one)
		    impact_lines(l, one);
	}
	question(l, LINEAR_YES);
}

/* What an undo does is known by the host alone. */
static void ask_impact(struct linear *l)
{
	l->impact = true;
	if (is_undo(l)) {
		json_t *params = json_copy(l->ask.params);

		json_object_set_new(params, "dry_run", json_true());
		send_request(l, "undo", params, IMPACT_DEADLINE_MS);
		return;
	}
	send_request(l, "impact",
	    json_pack("{s:O, s:s}", "services", json_object_get(l->ask.params, "services"),
		"action", l->ask.method),
	    IMPACT_DEADLINE_MS);
}

/* What asks nothing of the host, or must do without it. */
static void run_here(struct linear *l)
{
	struct fault fault = { 0 };
	bool moved = asked_grade(&l->line, l->schema) > COMMAND_READ;

	fflush(l->out);
	l->line.call.colour = false;
	l->line.command->run(&l->line.call, l->line.words, &fault);
	fflush(stdout);
	linear_fault(l, &fault);
	linear_forget(l);
	if (!moved || l->client == NULL)
		return;
	/* It had a connection of its own: the next line would be about a state that
	 * this one has not been told of, and be refused. */
	l->refresh = true;
	send_request(l, "status", NULL, REFRESH_DEADLINE_MS);
}

static void answer_question(struct linear *l, const char *text)
{
	bool yes = l->question == LINEAR_YES ?
	    strcmp(text, "yes") == 0 :
	    strcmp(text, words_get(l->line.words, "service")) == 0;

	l->question = LINEAR_NO_QUESTION;
	if (yes && l->line.command->ask == NULL) {
		run_here(l);
		return;
	}
	if (yes) {
		send_command(l);
		return;
	}
	fputs(_("Cancelled, nothing was done.\n"), l->out);
	linear_forget(l);
}

/* ---- Answers ---- */

static void show(struct linear *l, const json_t *result)
{
	char *text = asked_text(&l->line, result);

	if (*text == '\0') {
		free(text);
		text = memory_format("%s\n", _("Done; there is nothing to show."));
	}
	linear_answer(l, text);
}

void linear_failed(struct linear *l, const struct fault *fault)
{
	linear_fault(l, fault);
	linear_forget(l);
}

void linear_answered(struct linear *l, json_t *message)
{
	struct fault fault = { 0 };
	bool good = client_answer(message, &fault);
	const json_t *result = good ? json_object_get(message, "result") : NULL;

	l->pending = 0;
	if (l->refresh) {
		l->refresh = false;
		if (good) {
			model_status(l->model, result);
			model_trial_came(l->model, l->now_ms);
		}
	} else if (l->impact) {
		/* No right to it, or no such service: that is the answer. */
		if (!good &&
		    (is_undo(l) || fault.code == FAULT_REFUSED || fault.code == FAULT_STALE))
			linear_failed(l, &fault);
		else
			impact_answered(l, result);
	} else if (good) {
		model_entries(l->model, json_object_get(result, "services"));
		/* The next line may be its confirm already. */
		model_trial_began(l->model, result, l->now_ms);
		show(l, result);
		linear_forget(l);
	} else {
		linear_failed(l, &fault);
	}
	json_decref(message);
}

/* ---- Words ---- */

static void not_connected(struct linear *l)
{
	if (l->line.command->flags & COMMAND_OFFLINE && l->line.command->run != NULL)
		run_here(l);
	else
		linear_failed(l, &l->lost);
}

static void begin(struct linear *l)
{
	struct fault fault = { 0 };
	enum command_grade grade = asked_grade(&l->line, l->schema);

	if (grade > COMMAND_READ && l->options->read_only) {
		fault_set(&fault, FAULT_REFUSED, "this console was started with --read-only");
		fault_next(&fault, "start one without it to change something");
		linear_failed(l, &fault);
	} else if (l->line.command->ask == NULL && l->line.command->show != NULL) {
		show(l, NULL);
		linear_forget(l);
	} else if (l->line.command->ask == NULL) {
		/* What works without a host asks by itself: an editor, say. */
		if (grade > COMMAND_REVERSIBLE && !(l->line.command->flags & COMMAND_OFFLINE))
			question(l, LINEAR_YES);
		else
			run_here(l);
	} else if (!l->line.command->ask(l->line.words, &l->ask, &fault)) {
		linear_failed(l, &fault);
	} else if (l->ask.method == NULL && words_get(l->line.words, "follow") != NULL) {
		fault_set(&fault, FAULT_USAGE,
		    "--follow never ends, and this is one line at a time");
		fault_next(&fault, "steward log --follow in a shell goes on with new records");
		linear_failed(l, &fault);
	} else if (l->ask.method == NULL) {
		run_here(l);
	} else if (l->client == NULL) {
		not_connected(l);
	} else {
		asked_shown(&l->ask, l->model);
		if (grade == COMMAND_DESTROYS)
			question(l, LINEAR_NAME);
		else if (grade == COMMAND_DISRUPTS &&
		    (is_undo(l) || json_object_get(l->ask.params, "services")))
			ask_impact(l);
		else if (grade == COMMAND_DISRUPTS)
			question(l, LINEAR_YES);
		else
			send_command(l);
	}
}

static void help(struct linear *l)
{
	fputs(_("Enter: how things are, in a line.\n"
		"home: everything again, numbered.\n"
		"A number: what stands behind it in what was numbered last.\n"
		"The name of a service: all about it, and what can be done.\n"
		"more: the rest of a long answer.\n"
		"confirm, revert: keep the settings that are on trial, or go back.\n"
		"quit or Ctrl-D: leave; the services go on.\n"
		"Ctrl-C: forget the line that is being typed.\n"
		"And the words of the command line:\n"),
	    l->out);
	fflush(l->out);
}

static void typed(struct linear *l, const char *text)
{
	struct fault fault = { 0 };

	if (!line_type(text, l->options->home, &l->line, &fault)) {
		linear_failed(l, &fault);
		return;
	}
	begin(l);
}

/* "confirm" and "revert" alone speak of the trial that is under way. */
static void end_trial(struct linear *l, const char *method)
{
	if (l->model->trial.present)
		typed(l, method);
	else
		fputs(_("No settings are on trial.\n"), l->out);
}

static void number(struct linear *l, int64_t n)
{
	if (n == 0) {
		linear_status(l);
	} else if (n < 0 || (size_t)n > l->choice_count) {
		fprintf(l->out,
		    l->choice_count > 0 ? _("The numbers go from 1 to %zu; 0 shows them.\n") :
					  _("Nothing is numbered now (%zu); 0 shows what is.\n"),
		    l->choice_count);
	} else {
		struct linear_choice choice = l->choices[n - 1];

		if (choice.line[0] == '\0') {
			linear_service(l, choice.service);
			return;
		}
		fprintf(l->out, "%s\n", choice.line);
		linear_do(l, choice.line);
	}
}

static bool own_word(struct linear *l, const char *text)
{
	if (strcmp(text, "quit") == 0 || strcmp(text, "exit") == 0 || strcmp(text, "q") == 0)
		l->leave = true;
	else if (strcmp(text, "more") == 0)
		linear_more(l);
	else if (strcmp(text, "home") == 0)
		linear_status(l);
	else if (strcmp(text, "confirm") == 0 || strcmp(text, "revert") == 0)
		end_trial(l, text);
	else if (model_service(l->model, text) != NULL)
		linear_service(l, text);
	else
		return false;
	return true;
}

void linear_do(struct linear *l, const char *text)
{
	char line[LINEAR_LINE];
	int64_t n;

	text += strspn(text, " \t");
	text_format(line, sizeof line, "%s", text);
	for (size_t end = strlen(line); end > 0 && strchr(" \t", line[end - 1]); end--)
		line[end - 1] = '\0';
	if (l->question != LINEAR_NO_QUESTION)
		answer_question(l, line);
	else if (line[0] == '\0')
		linear_verdict(l, true);
	else if (text_integer(line, &n))
		number(l, n);
	else if (!own_word(l, line)) {
		if (strcmp(line, "help") == 0)
			help(l);
		typed(l, line);
	}
}
