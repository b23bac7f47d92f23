/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request after the other, each sent when the one before was answered well.
 * Whatever fails ends it there with its reason; what was done stays done, so that
 * another try does only the rest.
 */
#include <limits.h>
#include <string.h>

#include "console/wizard_page.h"
#include "data/intl.h"
#include "data/text.h"

#define CONFIRM_S 60

static void move_services(struct ui *ui);
static void end(struct ui *ui);

static void stop_here(struct ui *ui, const char *why)
{
	struct wizard_state *state = wizard_state(ui);

	state->phase = PHASE_ASKING;
	text_format(state->fault, sizeof state->fault, "%s", why);
	ui_say(ui, STYLE_BAD, 30, "%s", why);
}

static void failed(struct ui *ui, const struct fault *fault)
{
	char why[sizeof wizard_state(ui)->fault];

	text_format(why, sizeof why, "%s%s%s", fault->text, fault->next[0] != '\0' ? " - " : "",
	    fault->next);
	stop_here(ui, why);
}

/* ---- Settings ---- */

static void set_answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct wizard_state *state = wizard_state(ui);
	const json_t *audit = json_object_get(result, "audit");

	(void)request;
	if (result == NULL) {
		failed(ui, fault);
		return;
	}
	model_entries(ui->model, json_object_get(result, "services"));
	if (!json_is_object(json_object_get(result, "trial"))) {
		move_services(ui);
		return;
	}
	state->phase = PHASE_TRIAL;
	state->audit = json_is_integer(audit) ? json_integer_value(audit) : -1;
	ui_say(ui, STYLE_WARN, 0,
	    _("The settings are on trial: look whether all is well, then %s keeps them and goes "
	      "on; %s brings the old ones back"),
	    bindings_shown(&ui->bindings, 'K'), bindings_shown(&ui->bindings, 'Z'));
	wizard_moved(ui);
}

static bool set(struct ui *ui)
{
	struct wizard_state *state = wizard_state(ui);
	struct model_change changes[MODEL_CHANGES];
	size_t count = wizard_changes(&state->wizard, changes, MODEL_CHANGES);
	json_t *values = json_object(), *expect = json_object();

	for (size_t i = 0; i < count; i++) {
		json_object_set_new(values, changes[i].name, json_string(changes[i].is));
		json_object_set_new(expect, changes[i].name, json_string(changes[i].was));
	}
	if (count == 0) {
		json_decref(values);
		json_decref(expect);
		return false;
	}
	if (ui_ask_doing(ui, "set",
		json_pack("{s:o, s:o, s:i}", "values", values, "expect", expect, "confirm",
		    CONFIRM_S),
		set_answered, NULL, _("first run: settings"), NULL))
		state->phase = PHASE_SETTING;
	return true;
}

static void settings_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	(void)fault;
	if (result != NULL)
		wizard_settings(&wizard_state(ui)->wizard, json_object_get(result, "settings"));
}

void wizard_moved(struct ui *ui)
{
	struct wizard_state *state = wizard_state(ui);

	if (!state->opened)
		return;
	wizard_services(&state->wizard, ui->model);
	if (state->phase != PHASE_TRIAL)
		return;
	const struct model_audit *entry = model_audit_entry(ui->model, state->audit);

	if (entry == NULL || strcmp(entry->outcome, "waiting") == 0)
		return;
	ui->message[0] = '\0';
	if (strcmp(entry->outcome, "done") == 0) {
		ui_ask(ui, "get", NULL, settings_came, NULL);
		move_services(ui);
		return;
	}
	char why[sizeof state->fault];

	text_format(why, sizeof why, _("the old settings are back, nothing else was done: %s"),
	    entry->reason[0] != '\0' ? entry->reason : entry->outcome);
	stop_here(ui, why);
}

/* ---- Services ---- */

static void moved(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	if (result == NULL) {
		failed(ui, fault);
		return;
	}
	model_entries(ui->model, json_object_get(result, "services"));
	wizard_services(&wizard_state(ui)->wizard, ui->model);
	move_services(ui);
}

/* What was seen of each is what is acted on. */
static json_t *generations(const struct wizard *wizard, const json_t *names)
{
	json_t *all = json_object(), *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		for (size_t k = 0; k < wizard->service_count; k++)
			if (strcmp(wizard->services[k].name, json_string_value(name)) == 0 &&
			    wizard->services[k].generation >= 0)
				json_object_set_new(all, wizard->services[k].name,
				    json_integer(wizard->services[k].generation));
	}
	return all;
}

static bool move(struct ui *ui, bool on)
{
	struct wizard_state *state = wizard_state(ui);
	json_t *names = wizard_moves(&state->wizard, on);
	const char *doing = on ? _("first run: starts services") : _("first run: stops services");

	if (json_array_size(names) == 0) {
		json_decref(names);
		return false;
	}
	json_t *seen = generations(&state->wizard, names);

	ui_ask_doing(ui, on ? "start" : "stop",
	    json_pack("{s:o, s:o}", "services", names, "generation", seen), moved, NULL, doing,
	    NULL);
	return true;
}

static void move_services(struct ui *ui)
{
	struct wizard_state *state = wizard_state(ui);

	/* A host that says done and does not do it is not asked for ever. */
	if (state->moves++ < 2 && (move(ui, true) || move(ui, false)))
		state->phase = PHASE_MOVING;
	else
		end(ui);
}

/* ---- The end ---- */

static void ended(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct wizard_state *state = wizard_state(ui);

	(void)request;
	if (result == NULL) {
		failed(ui, fault);
		return;
	}
	wizard_forget(ui->port.home);
	wizard_clear(&state->wizard);
	state->phase = PHASE_ASKING;
	state->opened = false;
	ui->model->host.first_run = false;
	ui_say(ui, STYLE_GOOD, 20, "%s", _("the first run is done; it can be run again any time"));
	if (ui_view(ui) == &view_wizard)
		ui_back(ui);
}

static void end(struct ui *ui)
{
	if (ui_ask_doing(ui, "init", json_pack("{s:b}", "done", true), ended, NULL,
		_("first run: ends it"), NULL))
		wizard_state(ui)->phase = PHASE_ENDING;
	else
		wizard_state(ui)->phase = PHASE_ASKING;
}

/* ---- The question ---- */

bool wizard_typed(struct ui *ui, char *out, size_t size)
{
	char words[WIZARD_WORDS];

	return wizard_words(&wizard_state(ui)->wizard, words, sizeof words) &&
	    ui_typed(ui, words, out, size);
}

struct ask_state {
	struct sheet sheet;
	struct pair rows[WIZARD_ROWS];
	struct model_change changes[MODEL_CHANGES];
	struct diff_row diffs[MODEL_CHANGES];
	const char *buttons[3];
	char starts[512], stops[512], words[WIZARD_WORDS + PATH_MAX];
};

static const struct overlay overlay_wizard;

const char *wizard_refusal(struct ui *ui)
{
	const struct wizard_state *state = wizard_state(ui);

	if (!ui->connected)
		return _("there is no connection");
	if (!ui_may(ui, "admin"))
		return _("that needs the role admin");
	if (!state->wizard.known || !ui->model->known)
		return _("the settings have not come yet");
	if (state->phase != PHASE_ASKING)
		return _("it is under way");
	if (ui->model->trial.present)
		return _("other settings are on trial; keep them or go back first");
	return NULL;
}

static void add(struct ask_state *ask, const char *label, unsigned style, const char *text)
{
	if (ask->sheet.count < WIZARD_ROWS)
		ask->rows[ask->sheet.count++] =
		    (struct pair){ .label = label, .text = text, .style = style };
}

/* "web (3 connections), dns" */
static void name_moves(const struct wizard *wizard, bool on, char *out, size_t size)
{
	*out = '\0';
	for (size_t i = 0; i < wizard->service_count; i++) {
		const struct wizard_service *s = &wizard->services[i];
		size_t at = strlen(out);

		if (s->on != on || s->wanted == on)
			continue;
		if (at > 0) {
			text_format(out + at, size - at, ", ");
			at = strlen(out);
		}
		if (!on && s->connections > 0)
			text_format(out + at, size - at,
			    ngettext("%s (%lld connection is open)",
				"%s (%lld connections are open)", (unsigned long)s->connections),
			    s->name, (long long)s->connections);
		else
			text_format(out + at, size - at, "%s", s->name);
	}
}

static void add_changes(struct ask_state *ask, const struct wizard *wizard)
{
	size_t count = wizard_changes(wizard, ask->changes, MODEL_CHANGES);

	for (size_t i = 0; i < count && ask->sheet.count < WIZARD_ROWS; i++) {
		ask->diffs[i] = (struct diff_row){ ask->changes[i].name, ask->changes[i].was,
			ask->changes[i].is };
		ask->rows[ask->sheet.count++] = (struct pair){ .diff = &ask->diffs[i] };
	}
	if (count > 0)
		add(ask, NULL, STYLE_NORMAL,
		    _("The settings go on trial: they go back by themselves after 60 s unless "
		      "somebody keeps them. Services follow when they were kept."));
}

void wizard_apply(struct ui *ui)
{
	struct ask_state *ask = ui_overlay_state(ui, &overlay_wizard);
	const struct wizard *wizard = &wizard_state(ui)->wizard;
	const char *why = wizard_refusal(ui);

	if (why != NULL) {
		ui_say(ui, STYLE_NOTE, 8, "%s", why);
		return;
	}
	memset(ask, 0, sizeof *ask);
	add_changes(ask, wizard);
	bool trial = ask->sheet.count > 0;

	name_moves(wizard, true, ask->starts, sizeof ask->starts);
	name_moves(wizard, false, ask->stops, sizeof ask->stops);
	if (ask->starts[0] != '\0')
		add(ask, _("starts"), STYLE_NORMAL, ask->starts);
	if (ask->stops[0] != '\0')
		add(ask, _("stops"), STYLE_WARN, ask->stops);
	if (ask->sheet.count == 0)
		add(ask, NULL, STYLE_NORMAL, _("Nothing changes; the first run is over then."));
	if (wizard_typed(ui, ask->words, sizeof ask->words))
		add(ask, _("as a command"), STYLE_NORMAL, ask->words);
	ask->buttons[0] = _("Cancel");
	ask->buttons[1] = trial ? _("Apply on trial (60 s)") : _("Apply");
	ask->sheet.title = _("Put this in force?");
	ask->sheet.rows = ask->rows;
	ask->sheet.buttons = ask->buttons;
	sheet_open(&ask->sheet);
	ui_lay_over(ui, &overlay_wizard);
}

static void ask_draw(struct ui *ui, struct area area)
{
	struct ask_state *ask = ui_overlay_state(ui, &overlay_wizard);

	sheet_draw(&ask->sheet, area);
}

static void ask_key(struct ui *ui, const struct key *key)
{
	struct ask_state *ask = ui_overlay_state(ui, &overlay_wizard);
	struct wizard_state *state = wizard_state(ui);
	int answer = sheet_key(&ask->sheet, key);

	if (answer == SHEET_OPEN)
		return;
	ui_close(ui);
	const char *why = wizard_refusal(ui);

	if (answer == 0 || why != NULL) {
		ui_say(ui, STYLE_NORMAL, 5, "%s",
		    answer == 0 ? _("cancelled, nothing was done") : why);
		return;
	}
	state->fault[0] = '\0';
	state->moves = 0;
	ui->message[0] = '\0';
	if (!set(ui))
		move_services(ui);
}

static const struct overlay overlay_wizard = {
	.name = "wizard",
	.state = sizeof(struct ask_state),
	.draw = ask_draw,
	.key = ask_key,
};
