/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two small sheets of Config: something that must be read, and what becomes of
 * staged changes when somebody leaves.
 */
#include <string.h>

#include "console/config_page.h"
#include "console/sheet_rows.h"
#include "console/trial.h"
#include "data/intl.h"
#include "data/text.h"

/* ---- Telling ---- */

struct tell_state {
	struct sheet sheet;
	struct sheet_rows rows;
	char title[96];
	const char *buttons[2];
};

static const struct overlay overlay_tell;

static void tell_end(void *state)
{
	sheet_rows_clear(&((struct tell_state *)state)->rows);
}

void config_tell(struct ui *ui, const char *title, const char *text)
{
	struct tell_state *state = ui_overlay_state(ui, &overlay_tell);

	if (ui->overlay != NULL) {
		ui_say(ui, STYLE_BAD, 60, "%s: %.*s", title, (int)strcspn(text, "\n"), text);
		return;
	}
	text_format(state->title, sizeof state->title, "%s", title);
	sheet_rows_clear(&state->rows);
	for (size_t i = 0; *text != '\0'; i++) {
		size_t length = strcspn(text, "\n");

		if (length > 0)
			sheet_rows_add(&state->rows, NULL, i == 0 ? STYLE_BAD : STYLE_NORMAL,
			    "%.*s", (int)length, text);
		text += length + (text[length] == '\n');
	}
	sheet_rows_show(&state->rows, &state->sheet);
	state->buttons[0] = _("Close");
	state->buttons[1] = NULL;
	state->sheet.title = state->title;
	state->sheet.buttons = state->buttons;
	sheet_open(&state->sheet);
	ui_lay_over(ui, &overlay_tell);
}

static void tell_draw(struct ui *ui, struct area area)
{
	sheet_draw(&((struct tell_state *)ui_overlay_state(ui, &overlay_tell))->sheet, area);
}

static void tell_key(struct ui *ui, const struct key *key)
{
	struct tell_state *state = ui_overlay_state(ui, &overlay_tell);

	if (sheet_key(&state->sheet, key) != SHEET_OPEN)
		ui_close(ui);
}

static const struct overlay overlay_tell = {
	.name = "tell",
	.state = sizeof(struct tell_state),
	.end = tell_end,
	.draw = tell_draw,
	.key = tell_key,
};

/* ---- Leaving ---- */

struct leave_state {
	struct sheet sheet;
	struct sheet_rows rows;
	const char *buttons[4];
};

static const struct overlay overlay_leave;

static void leave_end(void *state)
{
	sheet_rows_clear(&((struct leave_state *)state)->rows);
}

enum { STAY, KEEP, DROP };

static void leave_fill(struct ui *ui, struct leave_state *state)
{
	bool edits = config_of(ui)->staged->edits.count > 0, tries = trial_is_mine(ui);
	long long left = (long long)model_trial_left(&ui->model->trial, ui->now_ms);
	char staged[160];

	config_staged_text(ui, staged, sizeof staged);
	sheet_rows_clear(&state->rows);
	if (edits)
		sheet_rows_add(&state->rows, NULL, STYLE_NORMAL, _("%s and not applied."), staged);
	if (edits && config_of(ui)->path[0] != '\0')
		sheet_rows_add(&state->rows, NULL, STYLE_NORMAL, "%s",
		    _("Kept changes are there again when you come back, from whatever terminal."));
	if (tries)
		sheet_rows_add(&state->rows, NULL, STYLE_WARN,
		    ngettext("Your settings are on trial: unless somebody keeps them (%s), the old "
			     "ones come back in %lld second, also when you have left.",
			"Your settings are on trial: unless somebody keeps them (%s), the old "
			"ones come back in %lld seconds, also when you have left.",
			(unsigned long)left),
		    bindings_shown(&ui->bindings, 'K'), left);
	else if (!edits)
		sheet_rows_add(&state->rows, NULL, STYLE_NORMAL, "%s", _("The trial is over."));
	sheet_rows_show(&state->rows, &state->sheet);
	state->buttons[STAY] = _("Stay");
	state->buttons[KEEP] = edits ? _("Leave and keep them") : _("Leave");
	state->buttons[DROP] = edits ? _("Drop them and leave") : NULL;
	state->sheet.title = _("Leave?");
	state->sheet.buttons = state->buttons;
}

bool ui_config_leave(struct ui *ui)
{
	struct leave_state *state = ui_overlay_state(ui, &overlay_leave);

	config_read(ui);
	bool tries = trial_is_mine(ui);

	if (config_of(ui)->staged->edits.count == 0 && !tries)
		return true;
	leave_fill(ui, state);
	sheet_open(&state->sheet);
	/* Leaving is what was asked for, and this way nothing is lost. */
	state->sheet.focus = tries ? STAY : KEEP;
	ui_lay_over(ui, &overlay_leave);
	return false;
}

static void leave_draw(struct ui *ui, struct area area)
{
	struct leave_state *state = ui_overlay_state(ui, &overlay_leave);

	leave_fill(ui, state);
	sheet_draw(&state->sheet, area);
}

static void leave_key(struct ui *ui, const struct key *key)
{
	struct leave_state *state = ui_overlay_state(ui, &overlay_leave);

	leave_fill(ui, state);
	int answer = sheet_key(&state->sheet, key);

	if (answer == SHEET_OPEN)
		return;
	ui_close(ui);
	if (answer == STAY)
		return;
	if (answer == DROP) {
		config_read(ui);
		staged_clear(config_of(ui)->staged);
		config_write(ui);
	}
	ui->wants |= UI_LEAVE;
}

static const struct overlay overlay_leave = {
	.name = "leave",
	.state = sizeof(struct leave_state),
	.end = leave_end,
	.draw = leave_draw,
	.key = leave_key,
};
