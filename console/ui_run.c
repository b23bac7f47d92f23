/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A typed line on the screen. What a key does too goes the key's way (ui_command),
 * with its questions; the rest sends what the command line would send, asks first
 * by the same grades, and shows the same lines in answer.
 */
#include <stdlib.h>
#include <string.h>

#include "console/asked.h"
#include "console/format.h"
#include "console/ui.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "widgets/sheet.h"

#define SHORT_ANSWER 200 /* bytes of a line that the message line takes */

struct run_state {
	struct sheet sheet;
	struct pair rows[2 * MODEL_SERVICES + 6];
	char title[96], facts[MODEL_SERVICES][256], by[MODEL_SERVICES][256], shown[2048];
	char *text; /* the line */
	struct command_ask ask;
	const char *buttons[3];
};

static const struct overlay overlay_run;

static struct run_state *state_of(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_run);
}

/* ---- Answers ---- */

static bool is_short(const char *text)
{
	const char *end = strchr(text, '\n');

	return strlen(text) < SHORT_ANSWER && (end == NULL || end[1] == '\0');
}

static void show(struct ui *ui, const struct line *line, const char *words, char *text)
{
	size_t length = strlen(text);

	if (line->command->grade == COMMAND_READ && length > 0) {
		ui_result_text(ui, words, text);
	} else if (length == 0) {
		ui_say(ui, STYLE_GOOD, 8, _("%s: done"), words);
	} else if (is_short(text)) {
		text[strcspn(text, "\n")] = '\0';
		ui_say(ui, STYLE_GOOD, 10, _("%s: done. %s"), words, text);
	} else {
		ui_result_text(ui, words, text);
	}
	free(text);
}

static void ran(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	const char *words = json_string_value(json_object_get(request->context, "line"));
	struct fault wrong;
	struct line line;

	if (result == NULL) {
		if (ui->connected)
			ui_say_fault(ui, fault);
		return;
	}
	model_entries(ui->model, json_object_get(result, "services"));
	/* It matched when it was sent. */
	if (line_type(words, ui->port.home, &line, &wrong))
		show(ui, &line, words, asked_text(&line, result));
	line_clear(&line);
}

static void send_ask(struct ui *ui, struct command_ask *ask, const char *text)
{
	json_t *params = ask->params;

	ask->params = NULL;
	ui->message[0] = '\0';
	ui_ask_doing(ui, ask->method, params, ran, json_pack("{s:s}", "line", text), text, NULL);
}

/* ---- The question ---- */

static void forget(struct run_state *state)
{
	json_decref(state->ask.params);
	state->ask.params = NULL;
	free(state->text);
	state->text = NULL;
}

static void run_end(void *state)
{
	forget(state);
}

static void service_facts(const struct model_service *s, char *out, size_t size)
{
	if (s->connections < 0)
		text_format(out, size, _("%s is %s; how many are connected is not known."), s->name,
		    model_state_word(s->state));
	else
		text_format(out, size,
		    ngettext("%s is %s; %lld connection is open.",
			"%s is %s; %lld connections are open.", (unsigned long)s->connections),
		    s->name, model_state_word(s->state), (long long)s->connections);
}

static void needed_by(const struct model_service *s, char *out, size_t size)
{
	*out = '\0';
	for (size_t i = 0; i < s->needed_by_count; i++) {
		size_t used = strlen(out);

		text_format(out + used, size - used, "%s%s", i > 0 ? ", " : "", s->needed_by[i]);
	}
}

/* The facts, from the newest figures. */
static void refresh(struct ui *ui, struct run_state *state)
{
	const json_t *services = json_object_get(state->ask.params, "services"), *one;
	size_t count = 0, said = 0, i;

	json_array_foreach(services, i, one)
	{
		const char *name = json_string_value(one);
		const struct model_service *s =
		    name != NULL ? model_service(ui->model, name) : NULL;

		if (s == NULL || said == MODEL_SERVICES)
			continue;
		service_facts(s, state->facts[said], sizeof state->facts[0]);
		needed_by(s, state->by[said], sizeof state->by[0]);
		state->rows[count++] = (struct pair){ .text = state->facts[said] };
		if (state->by[said][0] != '\0')
			state->rows[count++] = (struct pair){ .label = _("needed by"),
				.text = state->by[said],
				.style = STYLE_WARN };
		said++;
	}
	state->rows[count++] = (struct pair){ .text = _("Who is connected may be disconnected.") };
	state->rows[count++] = (struct pair){ .label = _("command"), .text = state->shown };
	state->sheet.rows = state->rows;
	state->sheet.count = count;
}

static void question(struct ui *ui, struct command_ask *ask, const char *text)
{
	struct run_state *state = state_of(ui);
	char *own = memory_string(text);

	forget(state);
	state->text = own;
	state->ask = *ask;
	ask->params = NULL;
	text_format(state->title, sizeof state->title, _("Run %s?"), text);
	ui_typed(ui, text, state->shown, sizeof state->shown);
	state->buttons[0] = _("Cancel");
	state->buttons[1] = _("Run it now");
	state->buttons[2] = NULL;
	state->sheet = (struct sheet){ .title = state->title, .buttons = state->buttons };
	refresh(ui, state);
	sheet_open(&state->sheet);
	ui_lay_over(ui, &overlay_run);
}

static void run_draw(struct ui *ui, struct area area)
{
	refresh(ui, state_of(ui));
	sheet_draw(&state_of(ui)->sheet, area);
}

static void run_key(struct ui *ui, const struct key *key)
{
	struct run_state *state = state_of(ui);
	int answer = ui_answer(ui, &state->sheet, key);

	if (answer == SHEET_OPEN)
		return;
	if (answer > 0)
		send_ask(ui, &state->ask, state->text);
	forget(state);
}

static const struct overlay overlay_run = {
	.name = "run",
	.state = sizeof(struct run_state),
	.end = run_end,
	.draw = run_draw,
	.key = run_key,
};

/* ---- Lines ---- */

/* What keys do, too: services, no options. */
static bool as_keys(const struct line *line)
{
	static const char *const options[] = { "drain", "confirm", "level", "since", "until",
		"grep", "invert", "context", "last", NULL };

	if (line->command->label == NULL || !(line->command->flags & COMMAND_SERVICE) ||
	    line->call.json || words_count(line->words, "service") == 0)
		return false;
	for (const char *const *option = options; *option != NULL; option++)
		if (words_get(line->words, *option) != NULL)
			return false;
	return true;
}

/* With the sheet that the key would open. */
static bool run_as_keys(struct ui *ui, const struct line *line)
{
	size_t count = words_count(line->words, "service"), known = 0;
	const char **names = memory_array(count, sizeof *names);

	for (size_t i = 0; i < count; i++)
		names[i] = words_item(line->words, "service", i);
	while (known < count && model_service(ui->model, names[known]) != NULL)
		known++;
	if (known < count)
		ui_say(ui, STYLE_WARN, 10, _("there is no service \"%s\""), names[known]);
	else if (count == 1)
		ui_command(ui, line->command, names[0]);
	else
		ui_command_several(ui, line->command, names, count);
	free(names);
	return known == count;
}

static bool for_the_shell(struct ui *ui, const char *text)
{
	struct fault fault;

	fault_set(&fault, FAULT_USAGE, "this is for a shell: steward %s", text);
	ui_say_fault(ui, &fault);
	return false;
}

static bool send_line(struct ui *ui, struct line *line, const char *text)
{
	struct command_ask ask = { .method = NULL };
	struct fault fault = { 0 };

	if (!line->command->ask(line->words, &ask, &fault)) {
		ui_say_fault(ui, &fault);
		return false;
	}
	if (ask.method == NULL && words_get(line->words, "follow") != NULL) {
		const char *service = words_get(line->words, "service");

		ui_log_open(ui, service != NULL ? service : "");
		return true;
	}
	if (ask.method == NULL)
		return for_the_shell(ui, text);
	enum command_grade grade = asked_grade(line, ui->schema);

	if (grade > COMMAND_READ && ui->port.read_only) {
		json_decref(ask.params);
		fault_set(&fault, FAULT_REFUSED, "this console was started with --read-only");
		fault_next(&fault, "start one without it to change something");
		ui_say_fault(ui, &fault);
		return false;
	}
	asked_shown(&ask, ui->model);
	if (grade >= COMMAND_DISRUPTS)
		question(ui, &ask, text);
	else
		send_ask(ui, &ask, text);
	json_decref(ask.params);
	return true;
}

/* "do web cache flush": with the questions of the service's menu. */
static bool own_words(struct ui *ui, const struct line *line)
{
	const char *service = words_get(line->words, "service");
	size_t count = words_count(line->words, "command");
	const char **words = memory_array(count, sizeof *words);

	for (size_t i = 0; i < count; i++)
		words[i] = words_item(line->words, "command", i);
	ui_do_words(ui, service, words, count);
	free(words);
	return true;
}

static bool is_undo(const struct line *line)
{
	return strcmp(line->command->method != NULL ? line->command->method : "", "undo") == 0 &&
	    !line->call.json && words_get(line->words, "dry-run") == NULL &&
	    words_get(line->words, "confirm") == NULL;
}

static bool run_line(struct ui *ui, struct line *line, const char *text)
{
	if (as_keys(line)) {
		return run_as_keys(ui, line);
	} else if (line->command->flags & COMMAND_REST && words_count(line->words, "command") > 0) {
		return own_words(ui, line);
	} else if (is_undo(line)) {
		const char *entry = words_get(line->words, "entry");
		int64_t number = -1;

		if (entry != NULL && !text_integer(entry, &number))
			return send_line(ui, line, text); /* which says what is wrong */
		ui_undo(ui, number);
	} else if (line->command->ask != NULL) {
		return send_line(ui, line, text);
	} else if (line->command->show != NULL) {
		char *answer = asked_text(line, NULL);

		ui_result_text(ui, text, answer);
		free(answer);
	} else {
		return for_the_shell(ui, text);
	}
	return true;
}

/* The line again, as a shell takes it: without "steward" and --home. */
static void plain_line(const struct line *line, char *out, size_t size)
{
	bool rest = (line->command->flags & COMMAND_REST) != 0;
	size_t used = 0;

	*out = '\0';
	for (int i = 0; i < line->argc; i++) {
		char quoted[1024];

		/* line_match puts it there again. */
		if (rest && strcmp(line->argv[i], "--") == 0)
			continue;
		if (!format_quote(line->argv[i], quoted, sizeof quoted))
			continue;
		text_format(out + used, size - used, "%s%s", used > 0 ? " " : "", quoted);
		used = strlen(out);
	}
	if (line->call.json)
		text_format(out + used, size - used, " --json");
}

bool ui_run(struct ui *ui, const char *text)
{
	struct fault fault = { 0 };
	struct line line;
	char words[2048];
	bool taken = line_type(text, ui->port.home, &line, &fault);

	if (taken) {
		plain_line(&line, words, sizeof words);
		taken = run_line(ui, &line, words);
	} else {
		ui_say_fault(ui, &fault);
	}
	line_clear(&line);
	return taken;
}
