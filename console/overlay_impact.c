/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an action would do to people, before it is done. The sheet is open at
 * once with what is on the screen anyway; who is connected and what is open comes
 * from the host and is asked for again each second. A host that does not know
 * the question, or does not answer, keeps nobody from acting.
 */
#include <string.h>

#include "console/sheet_rows.h"
#include "console/show.h"
#include "console/ui_act.h"
#include "data/intl.h"
#include "data/text.h"

#define EVERY_MS 1000
#define SLOW_MS 4000 /* the host takes long to say who is there */
#define CLIENTS 6    /* rows that are shown of each table */
#define DRAIN 10     /* seconds, when the host does not say */

struct impact_state {
	struct sheet sheet;
	struct sheet_rows rows;
	struct act act;
	char reason[512]; /* what the host said that a reload would do; or empty */
	json_t *told;     /* the newest answer, NULL: none yet */
	bool asking;      /* one is under way */
	bool silent;      /* the host does not know the question */
	int64_t asked_ms;
	int64_t serial; /* of the sheet: answers to an older one are dropped */
	char title[160], drain[64], now[64];
	const char *buttons[4];
};

static const struct overlay overlay_impact;

static struct impact_state *impact(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_impact);
}

static bool drains(const struct act *act)
{
	return strstr(act->command->pattern, "--drain") != NULL;
}

/* ---- Asking the host ---- */

static void told(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct impact_state *state = impact(ui);

	if (json_integer_value(json_object_get(request->context, "serial")) != state->serial)
		return;
	state->asking = false;
	if (result != NULL) {
		json_decref(state->told);
		state->told = json_incref((json_t *)result);
	} else if (ui->connected && fault->code == FAULT_USAGE) {
		state->silent = true;
	}
}

static void ask(struct ui *ui)
{
	struct impact_state *state = impact(ui);
	json_t *services = json_array();

	for (size_t i = 0; i < state->act.count; i++)
		json_array_append_new(services, json_string(state->act.targets[i].name));
	state->asked_ms = ui->now_ms;
	state->asking = ui_ask(ui, "impact",
	    json_pack("{s:o, s:s}", "services", services, "action",
		act_is(&state->act, "stop") ? "stop" : "restart"),
	    told, json_pack("{s:I}", "serial", (json_int_t)state->serial));
}

/* Only of what the host knows the question for. */
static bool asks(const struct impact_state *state)
{
	return !state->silent && !act_is(&state->act, "do");
}

static void impact_tick(struct ui *ui)
{
	struct impact_state *state = impact(ui);

	if (ui->connected && asks(state) && !state->asking &&
	    ui->now_ms - state->asked_ms >= EVERY_MS)
		ask(ui);
}

/* ---- Opening ---- */

static void set_buttons(struct impact_state *state)
{
	size_t n = 0;

	state->buttons[n++] = _("Cancel");
	if (drains(&state->act))
		state->buttons[n++] = state->drain;
	state->buttons[n++] = state->now;
	state->buttons[n] = NULL;
	state->sheet.buttons = state->buttons;
}

static void set_words(struct impact_state *state)
{
	char word[80], names[160];

	act_names(&state->act, names, sizeof names);
	act_verb(&state->act, word, sizeof word);
	if (act_is(&state->act, "reload") && state->act.agreed)
		text_format(word, sizeof word, "%s", _("Restart"));
	text_format(state->now, sizeof state->now, _("%s now"), word);
	if (state->act.count > 1)
		text_format(state->title, sizeof state->title,
		    ngettext("%s %zu service?", "%s %zu services?", state->act.count), word,
		    state->act.count);
	else if (act_is(&state->act, "do"))
		text_format(state->title, sizeof state->title, _("%s: %s?"), names, word);
	else
		text_format(state->title, sizeof state->title, _("%s %s?"), word, names);
	state->sheet.title = state->title;
}

void impact_open(struct ui *ui, const struct act *act, const char *reason)
{
	struct impact_state *state = impact(ui);

	ui_close(ui);
	sheet_rows_clear(&state->rows);
	json_decref(state->told);
	state->told = NULL;
	state->serial++;
	state->asking = state->silent = false;
	state->act = *act;
	text_format(state->reason, sizeof state->reason, "%s", reason != NULL ? reason : "");
	memset(&state->sheet, 0, sizeof state->sheet);
	set_words(state);
	text_format(state->drain, sizeof state->drain, _("Drain %d s first"), DRAIN);
	set_buttons(state);
	if (act->grade == COMMAND_DESTROYS) {
		state->sheet.word = state->act.destroys;
		state->sheet.prompt = _("type it to go on: ");
		state->sheet.guarded = ~1U;
	}
	sheet_open(&state->sheet);
	if (asks(state))
		ask(ui);
	ui_lay_over(ui, &overlay_impact);
}

/* ---- The facts ---- */

static const json_t *told_of(const struct impact_state *state, const char *name)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(state->told, "services"), i, entry)
	{
		const char *own = json_string_value(json_object_get(entry, "name"));

		if (own != NULL && strcmp(own, name) == 0)
			return entry;
	}
	return NULL;
}

static int64_t connections(const json_t *told, const struct model_service *service)
{
	const json_t *count = json_object_get(told, "connections");

	if (!model_state_up(service->state))
		return 0;
	return json_is_integer(count) ? json_integer_value(count) : service->connections;
}

/* -1: unknown. */
static double last_restart(const json_t *told, const struct model_service *service)
{
	const json_t *seconds = json_object_get(told, "last_restart_seconds");

	return json_is_number(seconds) ? json_number_value(seconds) : service->last_restart;
}

static void moved(struct sheet_rows *rows, const struct act_target *target,
    const struct model_service *service)
{
	if (service == NULL)
		sheet_rows_add(rows, NULL, STYLE_WARN, _("%s is not there any more."),
		    target->name);
	else if (service->generation != target->generation)
		sheet_rows_add(rows, NULL, STYLE_WARN,
		    _("%s has changed since this was asked: it is %s now. Look again before you go "
		      "on."),
		    service->name, model_state_word(service->state));
}

static void who_is_there(struct sheet_rows *rows, const struct model_service *service,
    const json_t *told)
{
	int64_t count = connections(told, service);
	char rate[16];

	show_rate(service->requests_rate, rate, sizeof rate);
	if (service->state == MODEL_HUNG)
		sheet_rows_add(rows, NULL, STYLE_WARN,
		    _("%s hangs: if it does not stop in its time, the whole host is started again, "
		      "and the other services are interrupted for a moment."),
		    service->name);
	if (count < 0)
		sheet_rows_add(rows, NULL, STYLE_WARN, "%s",
		    _("How many are connected is not known."));
	else if (count == 0)
		sheet_rows_add(rows, NULL, STYLE_NORMAL, "%s", _("Nobody is connected."));
	else
		sheet_rows_add(rows, NULL, STYLE_NORMAL,
		    ngettext("%lld connection is open now, with %s requests a second.",
			"%lld connections are open now, with %s requests a second.",
			(unsigned long)count),
		    (long long)count, rate);
}

/* Names with the state of each: a service that is down loses nothing. */
static void dependants(struct ui *ui, struct sheet_rows *rows, const struct model_service *service)
{
	char text[1024] = "";

	for (size_t i = 0; i < service->needed_by_count; i++) {
		const struct model_service *by = model_service(ui->model, service->needed_by[i]);
		size_t used = strlen(text);

		text_format(text + used, sizeof text - used, "%s%s (%s)", i > 0 ? ", " : "",
		    service->needed_by[i], by != NULL ? model_state_word(by->state) : "-");
	}
	if (text[0] != '\0')
		sheet_rows_add(rows, _("needed by"), STYLE_WARN, "%s", text);
}

static void what_undoes(struct sheet_rows *rows, const struct act *act, const json_t *told)
{
	const json_t *undo = json_object_get(told, "undo");

	if (json_is_string(undo))
		sheet_rows_add(rows, _("undo"), STYLE_NORMAL, "%s", json_string_value(undo));
	else if (json_is_null(undo) || (act->command->flags & COMMAND_FINAL) != 0)
		sheet_rows_add(rows, _("undo"), STYLE_NOTE, "%s", _("this cannot be undone"));
}

static void asked_facts(struct ui *ui, struct impact_state *state, const json_t *told)
{
	struct sheet_rows *rows = &state->rows;

	if (told != NULL) {
		if (json_array_size(json_object_get(json_object_get(told, "clients"), "rows")) > 0)
			sheet_rows_table(rows, _("connected"), json_object_get(told, "clients"),
			    CLIENTS);
		if (json_array_size(json_object_get(json_object_get(told, "open"), "rows")) > 0)
			sheet_rows_table(rows, _("open"), json_object_get(told, "open"), CLIENTS);
		if (json_is_string(json_object_get(told, "reason")))
			sheet_rows_add(rows, _("connected"), STYLE_NOTE, "%s",
			    json_string_value(json_object_get(told, "reason")));
	} else if (!ui->connected) {
		sheet_rows_add(rows, _("connected"), STYLE_WARN, "%s",
		    _("there is no connection; nothing can be done now"));
	} else if (asks(state)) {
		sheet_rows_add(rows, _("connected"), STYLE_DIM, "%s",
		    ui->now_ms - state->asked_ms < SLOW_MS ?
			_("asking who that is ...") :
			_("the host has not said yet who that is"));
	}
}

static void one_service(struct ui *ui, struct impact_state *state)
{
	const struct act_target *target = &state->act.targets[0];
	const struct model_service *service = model_service(ui->model, target->name);
	const json_t *told = told_of(state, target->name);
	struct sheet_rows *rows = &state->rows;
	char took[32];

	moved(rows, target, service);
	if (service == NULL)
		return;
	who_is_there(rows, service, told);
	asked_facts(ui, state, told);
	dependants(ui, rows, service);
	double seconds = last_restart(told, service);

	text_format(took, sizeof took, _("%.1f s"), seconds);
	if (!act_is(&state->act, "do"))
		sheet_rows_add(rows, _("last restart"), STYLE_NORMAL, "%s",
		    seconds < 0 ? "-" : took);
	what_undoes(rows, &state->act, told);
}

static void several(struct ui *ui, struct impact_state *state)
{
	long long all = 0;
	bool unknown = false;
	char count[16], by[256];

	for (size_t i = 0; i < state->act.count; i++) {
		const struct act_target *target = &state->act.targets[i];
		const struct model_service *s = model_service(ui->model, target->name);

		if (s == NULL || s->generation != target->generation) {
			moved(&state->rows, target, s);
			continue;
		}
		int64_t here = connections(told_of(state, target->name), s);

		show_count(here, count, sizeof count);
		all += here > 0 ? here : 0;
		unknown |= here < 0;
		by[0] = '\0';
		for (size_t n = 0; n < s->needed_by_count; n++)
			text_format(by + strlen(by), sizeof by - strlen(by), "%s%s",
			    n > 0 ? ", " : "", s->needed_by[n]);
		sheet_rows_add(&state->rows, target->name,
		    by[0] != '\0' ? STYLE_WARN : STYLE_NORMAL,
		    by[0] != '\0' ? _("%s, %s connected, needed by %s") : _("%s, %s connected"),
		    model_state_word(s->state), count, by);
	}
	sheet_rows_add(&state->rows, NULL, unknown ? STYLE_WARN : STYLE_NORMAL,
	    unknown ? _("At least %lld are connected in all.") : _("%lld are connected in all."),
	    all);
	what_undoes(&state->rows, &state->act, told_of(state, state->act.targets[0].name));
}

static int64_t drain_seconds(const struct impact_state *state)
{
	int64_t most = 0;

	for (size_t i = 0; i < state->act.count; i++) {
		const json_t *seconds =
		    json_object_get(told_of(state, state->act.targets[i].name), "drain_seconds");

		if (json_is_number(seconds) && json_number_value(seconds) > (double)most &&
		    json_number_value(seconds) < 86400)
			most = (int64_t)json_number_value(seconds);
	}
	return most > 0 ? most : DRAIN;
}

/* The answer in focus as a command; that of the last one on Cancel. */
static void command_row(struct ui *ui, struct impact_state *state)
{
	bool drain = drains(&state->act) && state->sheet.focus == 1;
	char text[1400];

	state->act.drain = drain ? drain_seconds(state) : -1;
	if (act_text(&state->act, ui->port.home, text, sizeof text))
		sheet_rows_add(&state->rows, _("command"), STYLE_NORMAL, "%s", text);
	state->act.drain = -1;
}

static void refresh(struct ui *ui, struct impact_state *state)
{
	sheet_rows_clear(&state->rows);
	if (state->reason[0] != '\0')
		sheet_rows_add(&state->rows, NULL, STYLE_WARN, "%s.", state->reason);
	if (state->act.grade == COMMAND_DESTROYS)
		sheet_rows_add(&state->rows, NULL, STYLE_BAD,
		    _("This destroys data for good. \"%s\" has to be typed first."),
		    state->act.destroys);
	if (state->act.count > 1)
		several(ui, state);
	else
		one_service(ui, state);
	if (state->act.left_out > 0)
		sheet_rows_add(&state->rows, NULL, STYLE_NOTE,
		    ngettext("%zu marked service is left out: its state has no use for this.",
			"%zu marked services are left out: their state has no use for this.",
			state->act.left_out),
		    state->act.left_out);
	command_row(ui, state);
	text_format(state->drain, sizeof state->drain, _("Drain %lld s first"),
	    (long long)drain_seconds(state));
	sheet_rows_show(&state->rows, &state->sheet);
	state->sheet.hint = _("Tab chooses, Enter answers, Esc cancels");
}

static void impact_draw(struct ui *ui, struct area area)
{
	struct impact_state *state = impact(ui);

	refresh(ui, state);
	sheet_draw(&state->sheet, area);
}

/* ---- Answers ---- */

static void impact_key(struct ui *ui, const struct key *key)
{
	struct impact_state *state = impact(ui);
	int answer = ui_answer(ui, &state->sheet, key);
	struct act act = state->act;

	if (answer < 1)
		return;
	if (drains(&act) && answer == 1)
		act.drain = drain_seconds(state);
	act.begun_us = ui->now_us;
	ui_act_now(ui, &act);
}

static void impact_end(void *state)
{
	struct impact_state *own = state;

	sheet_rows_clear(&own->rows);
	json_decref(own->told);
}

static const struct overlay overlay_impact = {
	.name = "impact",
	.state = sizeof(struct impact_state),
	.end = impact_end,
	.draw = impact_draw,
	.key = impact_key,
	.tick = impact_tick,
};
