/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what is staged to what is in force: the settings are asked for once more,
 * then whatever somebody else changed meanwhile is decided field by field, then
 * everything is shown with what it does, and only then sent, with the values that
 * were seen. The host takes it on trial. One overlay in three phases.
 */
#include <string.h>

#include "console/config_page.h"
#include "console/format.h"
#include "console/sheet_rows.h"
#include "console/trial.h"
#include "data/intl.h"
#include "data/text.h"

#define CLIENTS 5 /* that are named */

enum phase { ASKING, CONFLICT, DIFF };

struct apply_state {
	enum phase phase;
	struct sheet sheet;
	struct sheet_rows rows;
	char title[160], trial[64];
	const char *buttons[4];
	char setting[96]; /* that the conflict is about */
	json_t *impact;   /* what restarting would do; NULL: it is not known */
};

static const struct overlay overlay_apply;

static void apply_end(void *state)
{
	sheet_rows_clear(&((struct apply_state *)state)->rows);
	json_decref(((struct apply_state *)state)->impact);
}

static struct apply_state *state_of(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_apply);
}

/* ---- What is said ---- */

static const char *or_reset(const char *text)
{
	return text != NULL ? text : _("(as in steward.conf, or the default)");
}

static size_t conflicts(const struct config *config)
{
	size_t count = 0;

	for (size_t i = 0; i < config->staged->edits.count; i++) {
		const struct staged_change *c = &config->staged->edits.changes[i];
		const struct setting_row *row = setting_rows_find(config->rows, c->name);

		count += row != NULL && staged_conflict(c, row->value);
	}
	return count;
}

static void fill_conflict(struct apply_state *state, const struct config *config,
    const struct staged_change *change, const struct setting_row *row)
{
	struct sheet_rows *rows = &state->rows;
	char origin[200];
	size_t left = conflicts(config);

	format_origin(row->origin, origin, sizeof origin);
	text_format(state->title, sizeof state->title, _("%s was changed meanwhile"), row->name);
	sheet_rows_add(rows, _("yours"), STYLE_ADDED, "%s",
	    change->text != NULL ? config_shown(change->text) : or_reset(NULL));
	sheet_rows_add(rows, _("theirs"), STYLE_WARN, "%s (%s)", config_shown(row->value), origin);
	sheet_rows_add(rows, _("before"), STYLE_REMOVED, "%s", config_shown(change->seen));
	sheet_rows_add(rows, NULL, STYLE_NORMAL, "%s", "");
	sheet_rows_add(rows, NULL, STYLE_NORMAL,
	    ngettext("%zu setting is to be decided. Nothing is applied before.",
		"%zu settings are to be decided. Nothing is applied before.", left),
	    left);
	state->buttons[0] = _("Cancel");
	state->buttons[1] = _("Keep mine");
	state->buttons[2] = _("Take theirs");
	state->buttons[3] = NULL;
}

static bool restarts(const struct config *config, const char *service)
{
	size_t length = strlen(service);

	for (size_t i = 0; i < config->staged->edits.count; i++) {
		const char *name = config->staged->edits.changes[i].name;
		const struct setting_row *row = setting_rows_find(config->rows, name);

		if (row != NULL && row->restarts && strncmp(name, service, length) == 0 &&
		    name[length] == '.')
			return true;
	}
	return false;
}

static const json_t *impact_of(const struct apply_state *state, const char *service)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(state->impact, "services"), i, one)
	{
		if (strcmp(json_text(one, "name", ""), service) == 0)
			return one;
	}
	return NULL;
}

static void add_services(struct ui *ui, struct apply_state *state)
{
	const struct config *config = config_of(ui);
	struct sheet_rows *rows = &state->rows;

	for (size_t i = 0; i < ui->model->service_count; i++) {
		const struct model_service *s = &ui->model->services[i];

		if (!restarts(config, s->name))
			continue;
		if (!model_state_up(s->state))
			sheet_rows_add(rows, s->name, STYLE_NORMAL,
			    _("It is %s, nobody is disconnected."), model_state_word(s->state));
		else if (s->connections < 0)
			sheet_rows_add(rows, s->name, STYLE_WARN, "%s",
			    _("It is restarted. How many are connected is not known."));
		else
			sheet_rows_add(rows, s->name,
			    s->connections > 0 ? STYLE_WARN : STYLE_NORMAL,
			    ngettext("It is restarted: %lld connection is open there now.",
				"It is restarted: %lld connections are open there now.",
				(unsigned long)s->connections),
			    (long long)s->connections);
		const json_t *clients = json_object_get(impact_of(state, s->name), "clients");

		if (json_is_object(clients))
			sheet_rows_table(rows, "", clients, CLIENTS);
	}
}

static void add_verdict(const struct config *config, struct sheet_rows *rows)
{
	if (config->checked != config->version) {
		sheet_rows_add(rows, NULL, STYLE_DIM, "%s", _("The host is checking the values."));
		return;
	}
	if (config->fault.code == FAULT_NONE) {
		sheet_rows_add(rows, NULL, STYLE_GOOD, "%s",
		    _("The host has checked the values: they are right."));
		return;
	}
	sheet_rows_add(rows, NULL, STYLE_BAD, _("The host would refuse this: %s"),
	    config->fault.text);
	if (config->fault.next[0] != '\0')
		sheet_rows_add(rows, _("next"), STYLE_NORMAL, "%s", config->fault.next);
}

static bool wrong(const struct config *config)
{
	return config->checked == config->version && config->fault.code != FAULT_NONE;
}

static void fill_diff(struct ui *ui, struct apply_state *state)
{
	const struct config *config = config_of(ui);
	struct sheet_rows *rows = &state->rows;
	char command[2000], origin[200];

	config_staged_text(ui, state->title, sizeof state->title);
	for (size_t i = 0; i < config->staged->edits.count; i++) {
		const struct staged_change *c = &config->staged->edits.changes[i];
		const char *becomes = config_becomes(config, c->name);

		sheet_rows_diff(rows, c->name, c->seen,
		    c->text != NULL     ? c->text :
			becomes != NULL ? becomes :
					  or_reset(NULL));
		format_origin(c->origin, origin, sizeof origin);
		sheet_rows_add(rows, "", STYLE_DIM, _("now: %s"), origin);
		if (wrong(config) && strcmp(config->fault_name, c->name) == 0)
			sheet_rows_add(rows, "", STYLE_BAD, "%s", config->fault.text);
	}
	sheet_rows_add(rows, NULL, STYLE_NORMAL, "%s", "");
	add_services(ui, state);
	add_verdict(config, rows);
	sheet_rows_add(rows, NULL, STYLE_NORMAL, "%s", _("The same as a command:"));
	if (staged_command(config->staged, ui->port.home, CONFIG_TRIAL_S, command, sizeof command))
		sheet_rows_add(rows, NULL, STYLE_NOTE, "%s", command);
	else
		sheet_rows_add(rows, NULL, STYLE_DIM, "%s", _("(too long to be shown)"));
	text_format(state->trial, sizeof state->trial, _("Apply on trial (%d s)"), CONFIG_TRIAL_S);
	state->buttons[0] = _("Cancel");
	state->buttons[1] = wrong(config) ? _("Check again") : state->trial;
	state->buttons[2] = wrong(config) ? NULL : _("Check only");
	state->buttons[3] = NULL;
}

static void fill(struct ui *ui, struct apply_state *state)
{
	const struct config *config = config_of(ui);
	const struct setting_row *row = setting_rows_find(config->rows, state->setting);
	const struct staged_change *change = staged_find(config->staged, state->setting);

	sheet_rows_clear(&state->rows);
	if (state->phase == CONFLICT && row != NULL && change != NULL) {
		fill_conflict(state, config, change, row);
	} else if (state->phase == DIFF) {
		fill_diff(ui, state);
	} else {
		text_format(state->title, sizeof state->title, "%s", _("Apply"));
		sheet_rows_add(&state->rows, NULL, STYLE_DIM, "%s",
		    _("Asking the host what the settings are now."));
		state->buttons[0] = _("Cancel");
		state->buttons[1] = NULL;
	}
	sheet_rows_show(&state->rows, &state->sheet);
	state->sheet.title = state->title;
	state->sheet.buttons = state->buttons;
}

/* ---- Phases ---- */

static void impact_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	(void)fault; /* how many are there is known all the same */
	json_decref(state_of(ui)->impact);
	state_of(ui)->impact = json_incref((json_t *)result);
}

/* Who would be disconnected. */
static void ask_impact(struct ui *ui)
{
	struct apply_state *state = state_of(ui);
	json_t *services = json_array();

	json_decref(state->impact);
	state->impact = NULL;
	for (size_t i = 0; i < ui->model->service_count; i++) {
		const struct model_service *s = &ui->model->services[i];

		if (model_state_up(s->state) && s->connections != 0 &&
		    restarts(config_of(ui), s->name))
			json_array_append_new(services, json_string(s->name));
	}
	if (json_array_size(services) > 0)
		ui_ask(ui, "impact",
		    json_pack("{s:O, s:s}", "services", services, "action", "restart"), impact_came,
		    NULL);
	json_decref(services);
}

static void next_phase(struct ui *ui)
{
	struct apply_state *state = state_of(ui);
	struct config *config = config_of(ui);
	const struct setting_row *row;
	const struct staged_change *change = config_conflict(config, &row);

	if (config->staged->edits.count == 0) {
		ui_close(ui);
		ui_say(ui, STYLE_NOTE, 8, "%s", _("nothing is left to be applied"));
		return;
	}
	state->phase = change != NULL ? CONFLICT : DIFF;
	text_format(state->setting, sizeof state->setting, "%s", change != NULL ? row->name : "");
	if (change == NULL) {
		config_check(ui, true);
		ask_impact(ui);
	}
	fill(ui, state);
	sheet_open(&state->sheet);
}

static void fresh(struct ui *ui, const struct fault *fault)
{
	/* Cancelled meanwhile. */
	if (ui->overlay != &overlay_apply || state_of(ui)->phase != ASKING)
		return;
	if (fault == NULL) {
		next_phase(ui);
		return;
	}
	ui_close(ui);
	if (ui->connected)
		ui_say_fault(ui, fault);
}

void ui_config_apply(struct ui *ui)
{
	struct apply_state *state = state_of(ui);
	struct config *config = config_of(ui);

	config_read(ui);
	if (config->staged->edits.count == 0) {
		ui_say(ui, STYLE_NOTE, 8, "%s",
		    _("nothing is staged; Enter on a setting in Config changes it"));
		return;
	}
	if (!config_may(ui))
		return;
	if (trial_refusal(ui) != NULL) {
		ui_say(ui, STYLE_NOTE, 8, "%s", trial_refusal(ui));
		return;
	}
	state->phase = ASKING;
	fill(ui, state);
	sheet_open(&state->sheet);
	ui_lay_over(ui, &overlay_apply);
	config_get(ui, fresh);
}

/* ---- Sending ---- */

/* The host has tried and gone back, or has not begun: both change nothing. */
static void failed(struct ui *ui, const struct fault *fault)
{
	char text[1200];

	text_format(text, sizeof text, "%s\n%s\n%s\n%s", fault->text, fault->next,
	    _("Everything is as it was before."),
	    _("Your changes are still staged: mend what is wrong and apply them again."));
	config_tell(ui, _("The settings were not applied"), text);
}

static void applied(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct config *config = config_of(ui);

	if (result == NULL && !ui->connected) {
		json_decref(config->unanswered);
		config->unanswered = json_incref(request->context);
		return;
	}
	if (result != NULL) {
		model_entries(ui->model, json_object_get(result, "services"));
		config_read(ui);
		staged_try(config->staged, json_object_get(request->context, "sent"),
		    json_whole(json_object_get(result, "trial"), "id", -1));
		/* Nothing that would have to be confirmed. */
		if (config->staged->trial < 0) {
			staged_kept(config->staged);
			ui_say(ui, STYLE_GOOD, 8, "%s", _("applied and stored"));
		}
		config_write(ui);
		trial_follow(ui);
	} else if (fault->code == FAULT_STALE && ui->overlay == NULL) {
		ui_config_apply(ui);
	} else {
		failed(ui, fault);
	}
	config_refresh(ui);
}

static void send(struct ui *ui)
{
	struct config *config = config_of(ui);
	char staged[64];

	config_staged_text(ui, staged, sizeof staged);
	ui->message[0] = '\0';
	ui_ask_doing(ui, "set",
	    json_pack("{s:o, s:o, s:i}", "values", staged_values(config->staged), "expect",
		staged_expect(config->staged), "confirm", CONFIG_TRIAL_S),
	    applied,
	    json_pack("{s:I, s:o}", "session", (json_int_t)ui->session, "sent",
		staged_pack(&config->staged->edits)),
	    _("apply on trial"), NULL);
}

/* ---- Keys ---- */

static void conflict_answer(struct ui *ui, int answer)
{
	struct apply_state *state = state_of(ui);
	struct config *config = config_of(ui);
	const struct setting_row *row = setting_rows_find(config->rows, state->setting);

	config_read(ui);
	if (row != NULL && answer == 1)
		staged_rebase(config->staged, row->name, row->value, row->origin);
	else if (row != NULL)
		staged_drop(config->staged, row->name);
	config_write(ui);
	next_phase(ui);
}

static void apply_draw(struct ui *ui, struct area area)
{
	fill(ui, state_of(ui));
	sheet_draw(&state_of(ui)->sheet, area);
}

static void apply_key(struct ui *ui, const struct key *key)
{
	struct apply_state *state = state_of(ui);

	fill(ui, state);
	int answer = sheet_key(&state->sheet, key);

	if (answer == SHEET_OPEN)
		return;
	if (answer == 0) {
		ui_close(ui);
		ui_say(ui, STYLE_NORMAL, 6, "%s",
		    _("nothing was applied; what is staged stays staged"));
	} else if (state->phase == CONFLICT) {
		conflict_answer(ui, answer);
	} else if (answer == 2 || wrong(config_of(ui))) {
		config_of(ui)->checked = 0;
		config_check(ui, true);
	} else {
		ui_close(ui);
		send(ui);
	}
}

static const struct overlay overlay_apply = {
	.name = "apply",
	.state = sizeof(struct apply_state),
	.end = apply_end,
	.draw = apply_draw,
	.key = apply_key,
};
