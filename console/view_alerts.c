/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What somebody should know now, the worst first as the host has it, and below or
 * beside it all about the selected one. The selection goes by the alert's name:
 * when that one is gone, whatever came into its place is selected, and no request
 * is ever sent for another one than the one that was shown.
 */
#include <stdlib.h>
#include <string.h>

#include "console/alert_words.h"
#include "console/columns.h"
#include "console/overlay_snooze.h"
#include "console/show.h"
#include "console/text_page.h"
#include "console/tools.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

#define WIDE 100
#define ENDED_MAX 200

enum column_name { SEVERITY, STATE, AGE, COUNT, SERVICE, TEXT };

static const struct column columns[] = {
	[SEVERITY] = { N_("ALERT"), 4, 10, 0, 0, ALIGN_LEFT },
	[STATE] = { N_("STATE"), 6, 24, 0, 1, ALIGN_LEFT },
	[AGE] = { N_("AGE"), 6, 8, 0, 2, ALIGN_RIGHT },
	[COUNT] = { N_("TIMES"), 3, 6, 0, 4, ALIGN_RIGHT },
	[SERVICE] = { N_("SERVICE"), 4, 16, 0, 3, ALIGN_LEFT },
	[TEXT] = { N_("WHAT"), 16, 0, 1, 0, ALIGN_LEFT },
	{ .title = NULL },
};

enum hook { HOOK_UNKNOWN, HOOK_NONE, HOOK_SET };

struct alerts_state {
	struct table table;
	struct area table_area;
	char id[64]; /* of the selected one; empty: none */
	bool id_active;
	bool history, asking;
	struct model_alert *ended; /* ENDED_MAX, or NULL */
	size_t ended_count;
	int64_t ended_ms;                /* when they were told; 0: never */
	size_t known;                    /* how many were active when changed was last called */
	const struct model_alert **rows; /* of the table */
	enum hook hook;
	char command[256], origin[96];
};

static struct alerts_state *alerts(struct ui *ui)
{
	return ui_view_state(ui, &view_alerts);
}

static void alerts_end(void *arg)
{
	struct alerts_state *state = arg;

	free(state->ended);
	free(state->rows);
}

/* ---- Rows ---- */

static void fill(struct ui *ui, struct alerts_state *state)
{
	size_t count = 0, found = SIZE_MAX;

	if (state->rows == NULL)
		state->rows = memory_array(MODEL_ALERTS + ENDED_MAX, sizeof(void *));
	for (size_t i = 0; i < ui->model->alert_count; i++)
		state->rows[count++] = &ui->model->alerts[i];
	for (size_t i = 0; state->history && i < state->ended_count; i++)
		state->rows[count++] = &state->ended[i];
	state->table.rows = count;
	for (size_t i = 0; i < count && found == SIZE_MAX; i++)
		if (state->rows[i]->active == state->id_active &&
		    strcmp(state->rows[i]->id, state->id) == 0)
			found = i;
	if (found != SIZE_MAX)
		state->table.selected = found;
	table_clamp(&state->table);
	const struct model_alert *now = count > 0 ? state->rows[state->table.selected] : NULL;

	text_format(state->id, sizeof state->id, "%s", now != NULL ? now->id : "");
	state->id_active = now != NULL && now->active;
}

/* NULL: there is none. */
static const struct model_alert *selected(struct ui *ui)
{
	struct alerts_state *state = alerts(ui);

	fill(ui, state);
	return state->table.rows > 0 ? state->rows[state->table.selected] : NULL;
}

/* After the table moved: the row's alert is the selected one from now on. */
static void take_row(struct alerts_state *state)
{
	const struct model_alert *now =
	    state->table.rows > 0 ? state->rows[state->table.selected] : NULL;

	text_format(state->id, sizeof state->id, "%s", now != NULL ? now->id : "");
	state->id_active = now != NULL && now->active;
}

static void cell(void *arg, size_t row, size_t column, struct table_cell *cell)
{
	struct ui *ui = arg;
	const struct model_alert *a = alerts(ui)->rows[row];
	bool calls = model_alert_calls(a, ui->now_us), doubtful = ui_doubtful(ui);
	size_t size = sizeof cell->text;

	cell->style = calls ? STYLE_NORMAL : STYLE_DIM;
	if (column == SEVERITY) {
		cell->style = doubtful ? STYLE_DIM : alert_style(a, ui->now_us);
		text_format(cell->text, size, "%s%s", model_severity_word(a->severity),
		    doubtful ? "?" : "");
	} else if (column == STATE) {
		alert_state(a, ui->now_us, cell->text, size);
	} else if (column == AGE) {
		show_age(a->since_us, ui->now_us, cell->text, size);
	} else if (column == COUNT) {
		show_count(a->count, cell->text, size);
	} else if (column == SERVICE) {
		text_format(cell->text, size, "%s", a->service[0] != '\0' ? a->service : "-");
	} else {
		cell->style = calls ? STYLE_STRONG : STYLE_DIM;
		text_format(cell->text, size, "%s", a->text);
	}
}

/* ---- Asking ---- */

static void history_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct alerts_state *state = alerts(ui);
	struct model_alert alert;
	json_t *entry;
	size_t i;

	(void)request;
	state->asking = false;
	if (result == NULL) {
		if (ui->connected)
			ui_say_fault(ui, fault);
		return;
	}
	if (state->ended == NULL)
		state->ended = memory_array(ENDED_MAX, sizeof *state->ended);
	state->ended_count = 0;
	json_array_foreach(json_object_get(result, "alerts"), i, entry)
	{
		if (state->ended_count < ENDED_MAX && model_parse_alert(entry, &alert) &&
		    !alert.active)
			state->ended[state->ended_count++] = alert;
	}
	state->ended_ms = ui->now_ms;
	fill(ui, state);
}

static void ask_history(struct ui *ui)
{
	struct alerts_state *state = alerts(ui);

	if (state->asking || !ui->connected)
		return;
	state->asking =
	    ui_ask(ui, "alerts", json_pack("{s:b}", "history", true), history_came, NULL);
}

static void hook_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct alerts_state *state = alerts(ui);
	const json_t *row = json_array_get(json_object_get(result, "settings"), 0);
	const char *value = json_string_value(json_object_get(row, "value"));
	const char *origin = json_string_value(json_object_get(row, "origin"));

	(void)request;
	(void)fault;
	state->hook = value == NULL ? HOOK_UNKNOWN : *value != '\0' ? HOOK_SET : HOOK_NONE;
	text_clean(state->command, sizeof state->command, value != NULL ? value : "",
	    value != NULL ? strlen(value) : 0);
	text_clean(state->origin, sizeof state->origin, origin != NULL ? origin : "",
	    origin != NULL ? strlen(origin) : 0);
}

static void alerts_opened(struct ui *ui)
{
	if (!ui->connected)
		return;
	ui_ask(ui, "get", json_pack("{s:s}", "name", "host.alert_command"), hook_came, NULL);
	if (alerts(ui)->history)
		ask_history(ui);
}

/* One that has just ended is among the ended ones by now. */
static void alerts_changed(struct ui *ui)
{
	struct alerts_state *state = alerts(ui);
	size_t count = ui->model->alert_count;

	if (state->history && count < state->known && ui_view(ui) == &view_alerts)
		ask_history(ui);
	state->known = count;
	fill(ui, state);
}

/* ---- Drawing ---- */

static void ended_clause(struct ui *ui, char *out, size_t size)
{
	const struct alerts_state *state = alerts(ui);
	char age[32];

	text_show_duration((ui->now_ms - state->ended_ms) / 1000, age, sizeof age);
	if (state->ended_ms > 0)
		text_format(out, size,
		    ngettext("%zu ended, as of %s ago", "%zu ended, as of %s ago",
			state->ended_count),
		    state->ended_count, age);
	else
		text_format(out, size, "%s",
		    state->asking ? _("reading the ended ones") :
				    _("which have ended is not known"));
}

static void alerts_title(struct ui *ui, char *out, size_t size)
{
	size_t quiet = 0, count = ui->model->alert_count;
	char now[96], clause[96];

	*out = '\0';
	if (!ui->model->known)
		return;
	for (size_t i = 0; i < count; i++)
		quiet += !model_alert_calls(&ui->model->alerts[i], ui->now_us);
	text_format(now, sizeof now, ngettext("%zu active alert", "%zu active alerts", count),
	    count);
	text_format(out, size, ui_doubtful(ui) ? _("last known: %s") : "%s", now);
	if (quiet > 0) {
		text_format(clause, sizeof clause,
		    ngettext("%zu acknowledged or snoozed", "%zu acknowledged or snoozed", quiet),
		    quiet);
		text_format(out + strlen(out), size - strlen(out), "; %s", clause);
	}
	if (!alerts(ui)->history)
		return;
	ended_clause(ui, clause, sizeof clause);
	text_format(out + strlen(out), size - strlen(out), "; %s", clause);
}

static void nothing(struct ui *ui, struct area area)
{
	if (!ui->model->known)
		area_text(area, 1, 2, STYLE_DIM, _("waiting for the first figures"));
	else if (ui_doubtful(ui))
		area_text(area, 1, 2, STYLE_WARN,
		    _("no alert was known when the newest figures came"));
	else
		area_text(area, 1, 2, STYLE_GOOD, _("no alert is active"));
}

static void hook_line(struct ui *ui, struct area area, int row)
{
	struct alerts_state *state = alerts(ui);
	char text[512];

	if (state->hook == HOOK_SET)
		text_format(text, sizeof text,
		    _("told to: %s (host.alert_command, %s); %s tests it"), state->command,
		    state->origin, bindings_shown(&ui->bindings, 'T'));
	else if (state->hook == HOOK_NONE)
		text_format(text, sizeof text, "%s",
		    _("nobody is told: host.alert_command is empty, and seen here alone"));
	else
		text_format(text, sizeof text, "%s",
		    _("who is told is not known (host.alert_command)"));
	area_field(area, row, 1, area.cols - 2, ALIGN_LEFT,
	    state->hook == HOOK_NONE ? STYLE_NOTE : STYLE_DIM, text);
}

static void draw_facts(struct ui *ui, struct area area, const struct model_alert *alert)
{
	struct alert_facts facts;

	alert_facts(ui, alert, &facts);
	pairs_draw(area_part(area, 0, 1, area.rows, area.cols - 2), 0, facts.pairs, facts.count,
	    true);
}

/* Rows that everything about alert takes. */
static int facts_rows(struct ui *ui, struct area area, const struct model_alert *alert)
{
	struct alert_facts facts;

	alert_facts(ui, alert, &facts);
	return pairs_draw(area_part(area, 0, 1, area.rows, area.cols - 2), 0, facts.pairs,
	    facts.count, false);
}

static void draw_table(struct ui *ui, struct area area)
{
	struct alerts_state *state = alerts(ui);

	state->table.cell = cell;
	state->table.arg = ui;
	state->table_area = area;
	columns_draw(&state->table, area, columns);
	if (state->table.rows == 0) {
		nothing(ui, area);
		area_cursor(area, 1, 0);
	}
}

static void alerts_draw(struct ui *ui, struct area area)
{
	const struct model_alert *now = selected(ui);
	int list = area.rows - 1;

	if (area.rows >= 6)
		hook_line(ui, area, area.rows - 1);
	else
		list = area.rows;
	if (now == NULL || list < 5) {
		draw_table(ui, area_part(area, 0, 0, list, area.cols));
		return;
	}
	if (area.cols >= WIDE) {
		int left = area.cols * 3 / 5;

		draw_table(ui, area_part(area, 0, 0, list, left));
		draw_facts(ui, area_part(area, 0, left + 1, list, area.cols - left - 1), now);
		return;
	}
	int facts = facts_rows(ui, area, now), most = (list - 1) / 2;

	facts = facts < most ? facts : most;
	/* What the facts do not need is the list's. */
	list -= facts + 1;
	draw_table(ui, area_part(area, 0, 0, list, area.cols));
	area_rule(area_part(area, list, 0, 1, area.cols), 0, now->id);
	draw_facts(ui, area_part(area, list + 1, 0, facts, area.cols), now);
}

/* ---- Keys ---- */

static void acknowledged(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	if (result == NULL) {
		if (ui->connected)
			ui_say_fault(ui, fault);
		return;
	}
	model_alert_entries(ui->model, json_object_get(result, "alerts"));
	ui_say(ui, STYLE_GOOD, 8, "%s",
	    _("acknowledged: nobody is told any more, until it ends or becomes worse"));
}

/* Why the alert cannot be quietened; NULL: it can. */
static const char *refusal(struct ui *ui, const struct model_alert *alert)
{
	if (alert == NULL)
		return _("no alert is selected");
	if (!alert->active)
		return _("this alert has ended");
	if (!ui->connected)
		return _("no connection");
	if (!ui_may(ui, "operator"))
		return _("that needs the role operator");
	return NULL;
}

static void acknowledge(struct ui *ui)
{
	const struct model_alert *alert = selected(ui);
	const char *why = refusal(ui, alert);
	char doing[96];

	if (why != NULL) {
		ui_say(ui, STYLE_NOTE, 6, "%s", why);
		return;
	}
	if (alert->acknowledged[0] != '\0') {
		ui_say(ui, STYLE_NOTE, 8,
		    _("%s has acknowledged it; that cannot be taken back, it ends with the alert "
		      "or when the alert becomes worse"),
		    alert->acknowledged);
		return;
	}
	text_format(doing, sizeof doing, "acknowledge %s", alert->id);
	ui_ask_doing(ui, "acknowledge", json_pack("{s:s}", "alert", alert->id), acknowledged, NULL,
	    doing, NULL);
}

static void quiet(struct ui *ui)
{
	const struct model_alert *alert = selected(ui);
	const char *why = refusal(ui, alert);

	if (why != NULL)
		ui_say(ui, STYLE_NOTE, 6, "%s", why);
	else
		snooze_open(ui, alert);
}

static void next_step(struct ui *ui)
{
	const struct model_alert *alert = selected(ui);

	if (alert == NULL)
		ui_say(ui, STYLE_NOTE, 6, "%s", _("no alert is selected"));
	else
		ui_next_step(ui, alert->next);
}

static void history(struct ui *ui)
{
	struct alerts_state *state = alerts(ui);

	state->history = !state->history;
	if (state->history)
		ask_history(ui);
	fill(ui, state);
}

/* All of it, for a screen that shows only a part. */
static void open_facts(struct ui *ui)
{
	const struct model_alert *alert = selected(ui);
	struct alert_facts facts;
	char text[4096] = "";

	if (alert == NULL)
		return;
	alert_facts(ui, alert, &facts);
	for (size_t i = 0; i < facts.count; i++) {
		size_t at = strlen(text);
		const struct pair *pair = &facts.pairs[i];

		text_format(text + at, sizeof text - at, "%s%s%s\n",
		    pair->label != NULL ? pair->label : "", pair->label != NULL ? ": " : "",
		    pair->text);
	}
	ui_text_open(ui, alert->id, text);
}

static bool click(struct ui *ui, const struct key *key)
{
	struct alerts_state *state = alerts(ui);
	int row, col;

	if (!ui_inside(&state->table_area, key, &row, &col))
		return false;
	row = table_row_at(&state->table, row);
	if (row >= 0) {
		state->table.selected = (size_t)row;
		take_row(state);
	}
	return true;
}

static bool character(struct ui *ui, uint32_t c)
{
	switch (c) {
	case 'a':
		acknowledge(ui);
		return true;
	case 'S':
		quiet(ui);
		return true;
	case 'v':
		next_step(ui);
		return true;
	case 'H':
		history(ui);
		return true;
	case 'T':
		tools_alert_test(ui);
		return true;
	default:
		return false;
	}
}

static bool alerts_key(struct ui *ui, const struct key *key)
{
	struct alerts_state *state = alerts(ui);

	fill(ui, state);
	if (key->code == PRESS_CLICK)
		return click(ui, key);
	if (key->code == PRESS_ENTER) {
		next_step(ui);
		return true;
	}
	if (key->code == PRESS_ARROW_RIGHT) {
		open_facts(ui);
		return true;
	}
	if (key->code == PRESS_CHARACTER && character(ui, key->character))
		return true;
	if (!table_key(&state->table, key))
		return false;
	take_row(state);
	return true;
}

static size_t alerts_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = ui_hint(ui, hints, 0, most, _("Enter"), _("Next step"), PRESS_ENTER);

	n = ui_hint(ui, hints, n, most, NULL, _("Acknowledge"), 'a');
	n = ui_hint(ui, hints, n, most, NULL, _("Snooze..."), 'S');
	n = ui_hint(ui, hints, n, most, NULL,
	    alerts(ui)->history ? _("Active only") : _("Ended too"), 'H');
	n = ui_hint(ui, hints, n, most, NULL, _("Test hook"), 'T');
	n = ui_hint(ui, hints, n, most, NULL, _("Menu"), 'm');
	return ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
}

static const struct view_key keys[] = {
	{ N_("Up Down j k"), N_("select an alert") },
	{ N_("PgUp PgDn g G"), N_("a page on or back; the first, the last one") },
	{ N_("Enter v"), N_("do what helps: its log, its command") },
	{ N_("Right"), N_("all about it on a page") },
	{ "a", N_("acknowledge: nobody is told any more; cannot be taken back") },
	{ "S", N_("snooze for a time, or wake it") },
	{ "H", N_("show the ones that have ended, or not") },
	{ "T", N_("test the command that is told of alerts") },
	{ NULL, NULL },
};

const struct view view_alerts = {
	.name = N_("Alerts"),
	.short_name = N_("Alrt"),
	.digit = '6',
	.state = sizeof(struct alerts_state),
	.end = alerts_end,
	.opened = alerts_opened,
	.changed = alerts_changed,
	.title = alerts_title,
	.draw = alerts_draw,
	.key = alerts_key,
	.hints = alerts_hints,
	.keys = keys,
};
