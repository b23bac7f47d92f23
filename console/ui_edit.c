/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * steward.conf in the person's editor, from the screen: the editor has the
 * terminal, then one sheet after the other asks what becomes of the text. It is
 * put in place by this person (edit.c) and applied by the host, on trial.
 */
#include <string.h>
#include <sys/wait.h>

#include "console/config_page.h"
#include "console/edit.h"
#include "console/sheet_rows.h"
#include "console/trial.h"
#include "data/intl.h"
#include "data/text.h"

enum phase { WRONG, RIGHT, RESTART };

struct edit_state {
	struct edit edit;
	struct sheet sheet;
	struct sheet_rows rows;
	enum phase phase;
	struct fault fault;
	char button[96];
	const char *buttons[4];
};

static const struct overlay overlay_edit;

static struct edit_state *state_of(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_edit);
}

static void edit_state_end(void *state)
{
	struct edit_state *s = state;

	sheet_rows_clear(&s->rows);
	edit_end(&s->edit);
}

/* ---- The sheets ---- */

static void add_line(void *arg, char sign, const char *line, size_t length)
{
	struct edit_state *state = arg;
	unsigned style = sign == '+' ? STYLE_ADDED : sign == '-' ? STYLE_REMOVED : STYLE_DIM;

	if (sign == '@')
		sheet_rows_add(&state->rows, NULL, STYLE_DIM, "%s", "...");
	else
		sheet_rows_add(&state->rows, NULL, style, "%c %.*s", sign, (int)length, line);
}

static void fill_wrong(struct edit_state *state)
{
	sheet_rows_add(&state->rows, NULL, STYLE_BAD, "%s", state->fault.text);
	if (state->fault.next[0] != '\0')
		sheet_rows_add(&state->rows, NULL, STYLE_NORMAL, "%s", state->fault.next);
	sheet_rows_add(&state->rows, NULL, STYLE_NORMAL, "%s", _("steward.conf is as it was."));
	state->sheet.title = _("There is a mistake");
	state->buttons[0] = _("Edit again");
	state->buttons[1] = _("Drop my text");
	state->buttons[2] = NULL;
}

static void fill_right(struct edit_state *state)
{
	if (state->fault.code != FAULT_NONE) {
		sheet_rows_add(&state->rows, NULL, STYLE_BAD, "%s", state->fault.text);
		sheet_rows_add(&state->rows, NULL, STYLE_NORMAL, "%s", state->fault.next);
	}
	edit_diff(&state->edit, add_line, state);
	text_format(state->button, sizeof state->button, _("Put in place, apply on trial (%d s)"),
	    CONFIG_TRIAL_S);
	state->sheet.title = _("Put it in place?");
	state->buttons[0] = _("Edit again");
	state->buttons[1] = state->button;
	state->buttons[2] = _("Drop my text");
	state->buttons[3] = NULL;
}

static void fill_restart(struct edit_state *state)
{
	sheet_rows_add(&state->rows, NULL, STYLE_WARN, "%s.", state->fault.text);
	sheet_rows_add(&state->rows, NULL, STYLE_NORMAL, "%s",
	    _("steward.conf holds your text. The old settings are in force until it is "
	      "applied."));
	state->sheet.title = _("Restart?");
	state->buttons[0] = _("Not now");
	state->buttons[1] = _("Restart, on trial");
	state->buttons[2] = NULL;
}

static void fill(struct edit_state *state)
{
	sheet_rows_clear(&state->rows);
	if (state->phase == WRONG)
		fill_wrong(state);
	else if (state->phase == RIGHT)
		fill_right(state);
	else
		fill_restart(state);
	sheet_rows_show(&state->rows, &state->sheet);
	state->sheet.buttons = state->buttons;
}

static void open_sheet(struct ui *ui, enum phase phase)
{
	struct edit_state *state = state_of(ui);

	state->phase = phase;
	fill(state);
	sheet_open(&state->sheet);
	ui_lay_over(ui, &overlay_edit);
}

/* ---- The editor ---- */

static void ended(struct ui *ui, int status)
{
	struct edit_state *state = state_of(ui);

	ui->message[0] = '\0'; /* how the one before ended, maybe */
	if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		edit_end(&state->edit);
		ui_say(ui, STYLE_WARN, 0, "%s",
		    _("the editor did not end well; nothing was changed (EDITOR says which one is "
		      "run)"));
		return;
	}
	state->fault.code = FAULT_NONE;
	switch (edit_look(&state->edit, &state->fault)) {
	case EDIT_RIGHT:
		open_sheet(ui, RIGHT);
		break;
	case EDIT_WRONG:
		open_sheet(ui, WRONG);
		break;
	case EDIT_SAME:
		edit_end(&state->edit);
		ui_say(ui, STYLE_NOTE, 6, "%s", _("nothing was changed in steward.conf"));
		break;
	case EDIT_FAILED:
		edit_end(&state->edit);
		ui_say_fault(ui, &state->fault);
		break;
	}
}

static void run_editor(struct ui *ui)
{
	ui->shell = (struct ui_shell){ .argv = edit_argv(&state_of(ui)->edit), .ended = ended };
	ui->wants |= UI_SHELL;
}

void ui_config_edit(struct ui *ui)
{
	struct edit_state *state = state_of(ui);

	if (ui->port.read_only) {
		ui_say(ui, STYLE_NOTE, 8, "%s", config_refusal(ui));
		return;
	}
	edit_end(&state->edit);
	if (edit_begin(&state->edit, ui->port.home, &state->fault)) {
		run_editor(ui);
		return;
	}
	edit_end(&state->edit);
	ui_say_fault(ui, &state->fault);
}

/* ---- Applying ---- */

static bool reload(struct ui *ui, bool restart);

static void reloaded(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct edit_state *state = state_of(ui);
	char text[1200];

	(void)request;
	if (result != NULL) {
		model_entries(ui->model, json_object_get(result, "services"));
		if (json_array_size(json_object_get(result, "changes")) == 0)
			ui_say(ui, STYLE_NOTE, 20, "%s",
			    _("steward.conf is in place; no setting changes by it: what was set "
			      "here counts more"));
		else if (!json_is_object(json_object_get(result, "trial")))
			ui_say(ui, STYLE_GOOD, 8, "%s", _("steward.conf is applied"));
	} else if (fault->code == FAULT_RESTART && ui->overlay == NULL) {
		state->fault = *fault;
		open_sheet(ui, RESTART);
	} else if (ui->connected) {
		text_format(text, sizeof text, "%s\n%s\n%s", fault->text, fault->next,
		    _("steward.conf holds your text; the old settings are in force."));
		config_tell(ui, _("steward.conf was not applied"), text);
	}
}

/* The files hold one state, so all services are asked at once. */
static bool reload(struct ui *ui, bool restart)
{
	json_t *services = json_array();

	for (size_t i = 0; i < ui->model->service_count; i++)
		json_array_append_new(services, json_string(ui->model->services[i].name));
	ui->message[0] = '\0';
	return ui_ask_doing(ui, "reload",
	    json_pack("{s:o, s:i, s:b}", "services", services, "confirm", CONFIG_TRIAL_S, "restart",
		restart),
	    reloaded, NULL, _("apply steward.conf"), NULL);
}

static void put(struct ui *ui)
{
	struct edit_state *state = state_of(ui);

	if (trial_refusal(ui) != NULL) {
		fault_set(&state->fault, FAULT_FAILED, "%s", trial_refusal(ui));
		return;
	}
	if (!edit_put(&state->edit, &state->fault))
		return;
	ui_close(ui);
	edit_end(&state->edit);
	if (ui->connected && config_refusal(ui) == NULL)
		reload(ui, false);
	else
		ui_say(ui, STYLE_NOTE, 0, "%s",
		    _("steward.conf is in place; it is read at the next reload or start"));
}

static void drop(struct ui *ui)
{
	ui_close(ui);
	edit_end(&state_of(ui)->edit);
	ui_say(ui, STYLE_NOTE, 6, "%s", _("your text is dropped, steward.conf is as it was"));
}

static void edit_key(struct ui *ui, const struct key *key)
{
	struct edit_state *state = state_of(ui);

	fill(state);
	int answer = sheet_key(&state->sheet, key);

	if (answer == SHEET_OPEN)
		return;
	if (state->phase == RESTART) {
		ui_close(ui);
		if (answer == 1)
			reload(ui, true);
	} else if (answer == 0) {
		ui_close(ui);
		run_editor(ui);
	} else if (state->phase == RIGHT && answer == 1) {
		put(ui);
	} else {
		drop(ui);
	}
}

static void edit_draw(struct ui *ui, struct area area)
{
	fill(state_of(ui));
	sheet_draw(&state_of(ui)->sheet, area);
}

static const struct overlay overlay_edit = {
	.name = "edit",
	.state = sizeof(struct edit_state),
	.end = edit_state_end,
	.draw = edit_draw,
	.key = edit_key,
};
