/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why an action failed: the host's reason, how the services stand now, and what
 * they wrote since the action began. The lines are those that have come anyway;
 * the host is asked when there are none. The last failure is kept, so that
 * somebody who was typing can look at it afterwards.
 */
#include <stdlib.h>
#include <string.h>

#include "console/pages.h"
#include "console/sheet_rows.h"
#include "console/show.h"
#include "console/ui_act.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"

#define LINES 8 /* of the log */

struct outcome_state {
	struct sheet sheet;
	struct sheet_rows rows;
	struct act act;
	struct fault fault;
	json_t *records; /* the host's answer, NULL: not asked, or none */
	int64_t serial;
	char title[160];
	const char *buttons[4];
	bool known; /* there is something to show */
};

static const struct overlay overlay_outcome;

static struct outcome_state *outcome(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_outcome);
}

static bool concerns(const struct act *act, const char *service)
{
	for (size_t i = 0; i < act->count; i++)
		if (strcmp(act->targets[i].name, service) == 0)
			return true;
	return false;
}

/* The one that the reason is about: the first that is not as it should be. */
static const char *culprit(const struct ui *ui, const struct act *act)
{
	for (size_t i = 0; i < act->count; i++) {
		const struct model_service *s = model_service(ui->model, act->targets[i].name);

		if (s != NULL && show_state_style(s->state) == STYLE_BAD)
			return s->name;
	}
	return act->targets[0].name;
}

/* ---- Its log ---- */

/* Records of the model since the action began: the newest, in the order of time. */
static size_t pick(const struct ui *ui, const struct act *act, size_t *picked)
{
	int64_t from = act->begun_us - act->begun_us % 1000; /* as exact as a record's time */
	size_t count = 0;

	for (size_t i = ui->model->record_count; i-- > 0 && count < LINES;) {
		const struct model_record *r = model_record(ui->model, i);

		if (r->time_us >= from && concerns(act, r->service))
			picked[count++] = i;
	}
	return count;
}

static void record_row(struct sheet_rows *rows, const char *label, const struct model_record *r,
    int64_t now_us)
{
	char time[32];

	show_time(r->time_us, now_us, time, sizeof time);
	sheet_rows_add(rows, label, r->level <= JOURNAL_WARNING ? STYLE_STRONG : STYLE_NORMAL,
	    "%s %s %s%s%s", time, show_level_word(r->level), r->subject,
	    r->subject[0] != '\0' ? ": " : "", r->text);
}

static void log_rows(struct ui *ui, struct outcome_state *state)
{
	size_t picked[LINES], count = pick(ui, &state->act, picked), shown = 0, i;
	const char *label = _("log");
	const json_t *entry;

	for (size_t n = count; n-- > 0;)
		record_row(&state->rows, shown++ == 0 ? label : "",
		    model_record(ui->model, picked[n]), ui->now_us);
	if (count > 0)
		return;
	json_array_foreach(state->records, i, entry)
	{
		struct model_record record;

		if (!model_parse_record(entry, &record))
			continue;
		record_row(&state->rows, shown++ == 0 ? label : "", &record, ui->now_us);
		free(record.text);
	}
	if (shown == 0)
		sheet_rows_add(&state->rows, label, STYLE_DIM, "%s",
		    _("nothing has been written since this began"));
}

static void records_answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct outcome_state *state = outcome(ui);

	(void)fault;
	if (result == NULL ||
	    json_integer_value(json_object_get(request->context, "serial")) != state->serial)
		return;
	json_decref(state->records);
	state->records = json_incref(json_object_get(result, "records"));
}

static void ask_records(struct ui *ui, struct outcome_state *state)
{
	char since[40];

	clock_rfc3339(state->act.begun_us, since, sizeof since);
	ui_ask(ui, "log",
	    json_pack("{s:s, s:s, s:i}", "service", culprit(ui, &state->act), "since", since,
		"last", LINES),
	    records_answered, json_pack("{s:I}", "serial", (json_int_t)state->serial));
}

/* ---- Opening ---- */

static void set_title(struct outcome_state *state)
{
	const struct act *act = &state->act;
	char names[160], own[80], doing[96];

	act_verb(act, own, sizeof own);
	act_names(act, names, sizeof names);
	act_doing(act, doing, sizeof doing);
	if (state->fault.code == FAULT_DEGRADED)
		text_format(state->title, sizeof state->title, _("%s: done, but not all is well"),
		    doing);
	else if (act_is(act, "stop"))
		text_format(state->title, sizeof state->title, _("%s did not stop"), names);
	else if (act_is(act, "reload"))
		text_format(state->title, sizeof state->title, _("%s was not reloaded"), names);
	else if (act_is(act, "do"))
		text_format(state->title, sizeof state->title, _("%s did not do it: %s"), names,
		    own);
	else
		text_format(state->title, sizeof state->title, _("%s did not start"), names);
}

static void outcome_show(struct ui *ui)
{
	struct outcome_state *state = outcome(ui);

	memset(&state->sheet, 0, sizeof state->sheet);
	state->buttons[0] = _("Close");
	state->buttons[1] = _("Its log");
	state->buttons[2] = _("Its settings");
	state->buttons[3] = NULL;
	state->sheet.buttons = state->buttons;
	state->sheet.title = state->title;
	sheet_open(&state->sheet);
	ui_lay_over(ui, &overlay_outcome);
}

void outcome_failed(struct ui *ui, const struct act *act, const struct fault *fault)
{
	bool busy = ui_act_busy(ui);
	struct outcome_state *state = outcome(ui);
	size_t picked[LINES];

	/* The sheet of an older failure that is looked at stays as it is. */
	if (ui->overlay == &overlay_outcome) {
		ui_say_fault(ui, fault);
		return;
	}
	state->act = *act;
	state->fault = *fault;
	state->known = true;
	state->serial++;
	json_decref(state->records);
	state->records = NULL;
	set_title(state);
	if (pick(ui, act, picked) == 0)
		ask_records(ui, state);
	if (busy)
		ui_say(ui, STYLE_BAD, 60, _("%s: %s - %s shows more"), state->title, fault->text,
		    bindings_shown(&ui->bindings, 'O'));
	else
		outcome_show(ui);
}

void ui_outcome(struct ui *ui)
{
	if (outcome(ui)->known)
		outcome_show(ui);
	else
		ui_say(ui, STYLE_NOTE, 6, "%s", _("nothing that was done here has failed"));
}

/* ---- Drawing ---- */

static void target_rows(struct ui *ui, struct outcome_state *state)
{
	for (size_t i = 0; i < state->act.count; i++) {
		const struct model_service *s =
		    model_service(ui->model, state->act.targets[i].name);

		if (s == NULL)
			continue;
		bool said = s->reason[0] == '\0' || strstr(state->fault.text, s->reason) != NULL;

		sheet_rows_add(&state->rows, s->name, show_state_style(s->state), "%s%s%s",
		    model_state_word(s->state), said ? "" : ": ", said ? "" : s->reason);
	}
}

static void outcome_draw(struct ui *ui, struct area area)
{
	struct outcome_state *state = outcome(ui);

	sheet_rows_clear(&state->rows);
	sheet_rows_add(&state->rows, NULL, STYLE_BAD, "%s", state->fault.text);
	if (state->fault.next[0] != '\0')
		sheet_rows_add(&state->rows, _("next"), STYLE_NORMAL, "%s", state->fault.next);
	target_rows(ui, state);
	log_rows(ui, state);
	sheet_rows_show(&state->rows, &state->sheet);
	sheet_draw(&state->sheet, area);
}

/* ---- Keys ---- */

static void go(struct ui *ui, char key)
{
	char name[32];

	text_format(name, sizeof name, "%s", culprit(ui, &outcome(ui)->act));
	ui_close(ui);
	ui_select(ui, name);
	if (key == 'l')
		ui_log_open(ui, name);
	else
		page_config_edit(ui, name, NULL);
}

static void outcome_key(struct ui *ui, const struct key *key)
{
	struct outcome_state *state = outcome(ui);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	uint32_t meant = bindings_meant(&ui->bindings, c);

	if (meant == 'l' || meant == 'c') {
		go(ui, (char)meant);
		return;
	}
	int answer = sheet_key(&state->sheet, key);

	if (answer == 0)
		ui_close(ui);
	else if (answer != SHEET_OPEN)
		go(ui, answer == 1 ? 'l' : 'c');
}

static void outcome_end(void *state)
{
	struct outcome_state *own = state;

	sheet_rows_clear(&own->rows);
	json_decref(own->records);
}

static const struct overlay overlay_outcome = {
	.name = "outcome",
	.state = sizeof(struct outcome_state),
	.end = outcome_end,
	.draw = outcome_draw,
	.key = outcome_key,
};
