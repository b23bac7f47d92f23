/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A trial is the host's: it is shown from its snapshots alone, so that a console
 * which lost its line, or was started anew, goes on where it was. What became of
 * it is told by its entry in the audit list, whose number is its id, since a trial
 * that has ended is simply gone from the snapshot. Staged changes that were on trial are put back
 * when it was not kept.
 */
#include "console/trial.h"

#include <string.h>

#include "console/config_page.h"
#include "console/format.h"
#include "console/sheet_rows.h"
#include "data/intl.h"
#include "data/text.h"

#define CALM_MS 1000 /* so long no key that was meant for something else counts */

struct trial_state {
	struct sheet sheet;
	struct sheet_rows rows;
	char title[128], countdown[160], keep[64], back[64];
	const char *buttons[4];
	int64_t opened_ms;

	int64_t id;    /* of the one that is known; 0: none */
	int64_t shown; /* the one whose sheet has been open */
	bool mine;
	char who[128];

	/* One that has ended and whose entry has not come yet. */
	bool ending, end_mine, asked;
	int64_t end_id;
};

static const struct overlay overlay_trial;

static void trial_end(void *state)
{
	sheet_rows_clear(&((struct trial_state *)state)->rows);
}

static struct trial_state *state_of(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_trial);
}

/* ---- Answering ---- */

static void answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	if (result != NULL)
		model_entries(ui->model, json_object_get(result, "services"));
	else if (ui->connected)
		ui_say_fault(ui, fault);
}

void trial_answer(struct ui *ui, bool keep)
{
	const struct model_trial *trial = &ui->model->trial;

	if (!trial->present) {
		ui_say(ui, STYLE_NOTE, 6, "%s", _("no settings are on trial"));
		return;
	}
	if (!config_may(ui))
		return;
	if (strcmp(trial->state, "waiting") != 0) {
		ui_say(ui, STYLE_NOTE, 6, "%s",
		    strcmp(trial->state, "applying") == 0 ?
			_("the new settings are still being looked at; wait a moment") :
			_("the old settings are on their way back"));
		return;
	}
	ui->message[0] = '\0';
	ui_ask_doing(ui, keep ? "confirm" : "revert",
	    json_pack("{s:I}", "trial", (json_int_t)trial->id), answered, NULL,
	    keep ? "confirm" : "revert", NULL);
}

bool trial_is_mine(struct ui *ui)
{
	const struct trial_state *state = state_of(ui);

	return ui->model->trial.present && state->mine && state->id == ui->model->trial.id;
}

const char *trial_refusal(const struct ui *ui)
{
	return ui->model->trial.present ?
	    _("settings are on trial: they must be kept or taken back first") :
	    NULL;
}

/* ---- The sheet ---- */

/* Whether name is one of "web, dns". */
static bool listed(const char *names, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = names; (at = strstr(at, name)) != NULL; at += length)
		if ((at == names || at[-1] == ' ') && (at[length] == '\0' || at[length] == ','))
			return true;
	return false;
}

static void add_service(struct trial_state *state, const struct model_service *service)
{
	sheet_rows_add(&state->rows, service->name,
	    model_state_up(service->state) ? STYLE_NORMAL : STYLE_BAD, "%s",
	    model_state_word(service->state));
	for (size_t i = 0; i < service->listener_count; i++) {
		const struct model_listener *l = &service->listeners[i];
		bool open = strcmp(l->state, "open") == 0;

		sheet_rows_add(&state->rows, "", open ? STYLE_NORMAL : STYLE_BAD, "%s %s%s%s%s",
		    l->address, l->transport, open ? "" : " ", open ? "" : l->state, l->reason);
	}
}

static void fill(struct ui *ui, struct trial_state *state)
{
	const struct model_trial *trial = &ui->model->trial;
	long long left = (long long)model_trial_left(trial, ui->now_ms);

	sheet_rows_clear(&state->rows);
	sheet_rows_add(&state->rows, NULL, STYLE_STRONG, "%s",
	    _("The new settings are in force now, but not stored. Without an answer the old ones "
	      "come back by themselves."));
	for (size_t i = 0; i < trial->change_count; i++)
		sheet_rows_diff(&state->rows, trial->changes[i].name, trial->changes[i].was,
		    trial->changes[i].is);
	bool looked_at = false;

	for (size_t i = 0; i < ui->model->service_count; i++) {
		if (!listed(trial->services, ui->model->services[i].name))
			continue;
		if (!looked_at) {
			sheet_rows_add(&state->rows, NULL, STYLE_NORMAL, "%s", "");
			sheet_rows_add(&state->rows, NULL, STYLE_NORMAL, "%s",
			    _("Look from another machine whether this works:"));
		}
		looked_at = true;
		add_service(state, &ui->model->services[i]);
	}
	sheet_rows_show(&state->rows, &state->sheet);
	text_format(state->countdown, sizeof state->countdown,
	    ngettext("%lld SECOND until the old settings come back.",
		"%lld SECONDS until the old settings come back.", (unsigned long)left),
	    left);
	text_format(state->keep, sizeof state->keep, _("Keep (%s)"),
	    bindings_shown(&ui->bindings, 'K'));
	text_format(state->back, sizeof state->back, _("Go back (%s)"),
	    bindings_shown(&ui->bindings, 'Z'));
	state->buttons[0] = _("Hide");
	state->buttons[1] = state->keep;
	state->buttons[2] = state->back;
	state->buttons[3] = NULL;
	state->sheet.title = _("Keep the new settings?");
	state->sheet.countdown = state->countdown;
	state->sheet.buttons = state->buttons;
}

static void trial_draw(struct ui *ui, struct area area)
{
	struct trial_state *state = state_of(ui);

	fill(ui, state);
	sheet_draw(&state->sheet, area);
}

static void open_sheet(struct ui *ui, struct trial_state *state)
{
	state->shown = state->id;
	state->opened_ms = ui->now_ms;
	fill(ui, state);
	sheet_open(&state->sheet);
	ui_lay_over(ui, &overlay_trial);
}

static void trial_key(struct ui *ui, const struct key *key)
{
	struct trial_state *state = state_of(ui);
	uint32_t meant =
	    key->code == PRESS_CHARACTER ? bindings_meant(&ui->bindings, key->character) : 0;

	fill(ui, state);
	/* Enter or a letter that was on its way when the sheet came up. */
	if (ui->now_ms - state->opened_ms < CALM_MS && key->code != PRESS_ESCAPE)
		return;
	int answer = meant == 'K' ? 1 : meant == 'Z' ? 2 : sheet_key(&state->sheet, key);

	if (answer == SHEET_OPEN)
		return;
	ui_close(ui);
	if (answer == 0)
		ui_say(ui, STYLE_NOTE, 8, _("hidden; %s keeps the new settings, %s goes back"),
		    bindings_shown(&ui->bindings, 'K'), bindings_shown(&ui->bindings, 'Z'));
	else
		trial_answer(ui, answer == 1);
}

static const struct overlay overlay_trial = {
	.name = "trial",
	.state = sizeof(struct trial_state),
	.end = trial_end,
	.draw = trial_draw,
	.key = trial_key,
};

/* ---- The end ---- */

static void tell_mine(struct ui *ui, const struct model_audit *entry, bool kept)
{
	struct config *config = config_of(ui);
	size_t count;

	config_read(ui);
	/* Another console of this person may have begun the next one since. */
	bool own = config->staged->trial == state_of(ui)->end_id;

	if (kept && own)
		staged_kept(config->staged);
	if (kept) {
		config_write(ui);
		ui_say(ui, STYLE_GOOD, 10, "%s", _("kept: the new settings are stored"));
		return;
	}
	count = own ? staged_back(config->staged) : 0;
	config_write(ui);
	char back[400];

	if (entry != NULL && entry->reason[0] != '\0')
		text_format(back, sizeof back, _("the old settings are back: %s"), entry->reason);
	else
		text_format(back, sizeof back, "%s", _("the old settings are back"));
	if (count == 0)
		ui_say(ui, STYLE_WARN, 0, "%s", back);
	else
		ui_say(ui, STYLE_WARN, 0,
		    ngettext("%s; your change is staged again, %s applies it",
			"%s; your changes are staged again, %s applies them", count),
		    back, bindings_shown(&ui->bindings, 'A'));
}

static void tell(struct ui *ui, const struct model_audit *entry)
{
	struct trial_state *state = state_of(ui);
	bool kept = entry != NULL && strcmp(entry->outcome, "done") == 0;

	state->ending = false;
	if (state->end_mine)
		tell_mine(ui, entry, kept);
	else if (kept)
		ui_say(ui, STYLE_NOTE, 10, _("%s: the settings that were on trial are kept"),
		    state->who);
	else
		ui_say(ui, STYLE_NOTE, 10, _("%s: the trial is over, the old settings are back"),
		    state->who);
}

static void entry_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct trial_state *state = state_of(ui);

	if (result == NULL) {
		state->asked = false;
		return;
	}
	ui_audit_answered(ui, request, result, fault);
	/* There is no such entry: nothing says that it was kept. */
	if (state->ending && model_audit_entry(ui->model, state->end_id) == NULL)
		tell(ui, NULL);
}

static void settle(struct ui *ui)
{
	struct trial_state *state = state_of(ui);
	const struct model_audit *entry;

	if (!state->ending)
		return;
	entry = model_audit_entry(ui->model, state->end_id);
	if (state->end_id < 0 || (entry != NULL && strcmp(entry->outcome, "waiting") != 0)) {
		tell(ui, entry);
	} else if (!state->asked && ui->connected) {
		state->asked = true;
		ui_ask(ui, "audit",
		    json_pack("{s:i, s:I}", "last", 1, "before", (json_int_t)state->end_id + 1),
		    entry_came, NULL);
	}
}

static void ended(struct ui *ui, bool mine, int64_t id)
{
	struct trial_state *state = state_of(ui);

	state->ending = true;
	state->end_mine = mine;
	state->end_id = id;
	state->asked = false;
	state->id = 0;
	if (ui->overlay == &overlay_trial)
		ui_close(ui);
}

/* ---- Following ---- */

/* The answer to our `set` was lost with the line, the trial was not. */
static void adopt(struct ui *ui)
{
	struct config *config = config_of(ui);
	const struct model_trial *trial = &ui->model->trial;

	if (config->unanswered == NULL)
		return;
	if (trial->present && trial->session == json_whole(config->unanswered, "session", 0)) {
		config_read(ui);
		staged_try(config->staged, json_object_get(config->unanswered, "sent"), trial->id);
		config_write(ui);
	}
	json_decref(config->unanswered);
	config->unanswered = NULL;
}

static void is_there(struct ui *ui)
{
	struct trial_state *state = state_of(ui);
	struct config *config = config_of(ui);
	const struct model_trial *trial = &ui->model->trial;
	bool tried = config->staged->tried.count > 0 && trial->id == config->staged->trial;

	if (state->id != trial->id) {
		if (state->id != 0)
			ended(ui, state->mine, state->id);
		state->id = trial->id;
		text_format(state->who, sizeof state->who, "%s%s%s", trial->user,
		    trial->origin[0] != '\0' ? "@" : "", trial->origin);
	}
	state->mine = tried || (ui->session != 0 && trial->session == ui->session) ||
	    (state->mine && state->shown == trial->id);
	/* Nobody who types or is asked something else is interrupted. */
	bool typing = ui_view(ui)->typing != NULL && ui_view(ui)->typing(ui);

	if (state->mine && state->shown != trial->id && ui->overlay == NULL && !typing &&
	    strcmp(trial->state, "waiting") == 0)
		open_sheet(ui, state);
}

void trial_follow(struct ui *ui)
{
	struct trial_state *state = state_of(ui);
	struct config *config = config_of(ui);

	/* Before a snapshot of this connection nothing is known of now. */
	if (!ui->connected || ui->fresh_ms == 0)
		return;
	adopt(ui);
	if (ui->model->trial.present)
		is_there(ui);
	else if (state->id != 0)
		ended(ui, state->mine, state->id);
	else if (config->staged->tried.count > 0 && !state->ending)
		ended(ui, true, config->staged->trial); /* while nobody looked */
	settle(ui);
}
