/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From words of the command line to what the screen does for them. What it has
 * no page or action for is not guessed at: the words are shown as they are to be
 * typed, and copied on request.
 */
#include <string.h>

#include "console/tools.h"
#include "console/ui.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/sheet.h"

#define STEP_WORDS 8

struct step {
	char text[256];
	char *words[STEP_WORDS];
	size_t count;
};

/* False: too many words, or some that only a shell takes apart. */
static bool take_apart(const char *words, struct step *step)
{
	char *rest = NULL;

	memset(step, 0, sizeof *step);
	if (strpbrk(words, "'\"\\;|&<>$`") != NULL ||
	    !text_format(step->text, sizeof step->text, "%s", words))
		return false;
	for (char *word = strtok_r(step->text, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		if (step->count == STEP_WORDS)
			return false;
		step->words[step->count++] = word;
	}
	return step->count > 0;
}

/* ---- Words that are shown ---- */

struct words_state {
	struct sheet sheet;
	struct pair rows[3];
	const char *buttons[3];
	char line[512], hint[160];
};

static struct words_state *words_of(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_words);
}

void ui_words_show(struct ui *ui, const char *words)
{
	struct words_state *state = words_of(ui);

	memset(state, 0, sizeof *state);
	ui_typed(ui, words, state->line, sizeof state->line);
	state->rows[0] = (struct pair){ .text = _("To be typed at a shell of this machine:") };
	state->rows[1] = (struct pair){ .text = "" };
	state->rows[2] = (struct pair){ .text = state->line, .style = STYLE_STRONG };
	state->buttons[0] = _("Close");
	state->buttons[1] = _("Copy");
	text_format(state->hint, sizeof state->hint, _("%s copies it as well"),
	    bindings_shown(&ui->bindings, 'y'));
	state->sheet = (struct sheet){ .title = _("Next step"),
		.rows = state->rows,
		.count = 3,
		.buttons = state->buttons,
		.hint = state->hint };
	sheet_open(&state->sheet);
	ui_lay_over(ui, &overlay_words);
}

static void words_draw(struct ui *ui, struct area area)
{
	sheet_draw(&words_of(ui)->sheet, area);
}

static void words_key(struct ui *ui, const struct key *key)
{
	struct words_state *state = words_of(ui);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	bool copies = c != 0 && bindings_meant(&ui->bindings, c) == 'y';
	int answer = copies ? 1 : sheet_key(&state->sheet, key);

	if (answer == SHEET_OPEN)
		return;
	ui_close(ui);
	if (answer == 0)
		return;
	ui_copy(ui, state->line);
	ui_say(ui, STYLE_NOTE, 8, _("to the terminal's clipboard: %s"), state->line);
}

const struct overlay overlay_words = {
	.name = "words",
	.state = sizeof(struct words_state),
	.draw = words_draw,
	.key = words_key,
};

/* ---- What the screen does ---- */

static bool is(const struct step *step, const char *word, size_t count)
{
	return step->count == count && strcmp(step->words[0], word) == 0;
}

/* Commands on one service, graded as their keys are. */
static bool act(struct ui *ui, const struct step *step)
{
	const struct command *command = command_by_name(step->words[0]);

	if (step->count != 2 || command == NULL || command->key == 0 ||
	    !(command->flags & COMMAND_SERVICE) || model_service(ui->model, step->words[1]) == NULL)
		return false;
	ui_select(ui, step->words[1]);
	ui_command(ui, command, step->words[1]);
	return true;
}

static bool look(struct ui *ui, const struct step *step)
{
	if (is(step, "log", 1)) {
		ui_log_open(ui, "");
	} else if (is(step, "log", 2) && strncmp(step->words[1], "--", 2) != 0) {
		ui_log_open(ui, step->words[1]);
	} else if (is(step, "status", 1)) {
		ui_go(ui, &view_home);
	} else if (is(step, "status", 2) && model_service(ui->model, step->words[1]) != NULL) {
		ui_select(ui, step->words[1]);
		ui_open(ui, &view_service);
	} else if (is(step, "alerts", 1)) {
		ui_go(ui, &view_alerts);
	} else if (is(step, "audit", 1) || is(step, "who", 1)) {
		ui_go(ui, &view_who);
		ui_who_tab(ui, step->words[0][0] == 'a');
	} else {
		return false;
	}
	return true;
}

static bool run(struct ui *ui, const struct step *step)
{
	int64_t number = 0;

	if (is(step, "check", 1))
		tools_check(ui);
	else if (is(step, "metrics", 1))
		tools_metrics(ui);
	else if (is(step, "alert-test", 1))
		tools_alert_test(ui);
	else if (is(step, "init", 1))
		ui_wizard_open(ui);
	else if (is(step, "undo", 1))
		ui_undo(ui, -1);
	else if (is(step, "undo", 2) && text_integer(step->words[1], &number) && number >= 0)
		ui_undo(ui, number);
	else
		return false;
	return true;
}

void ui_next_step(struct ui *ui, const char *words)
{
	struct step step;

	if (words[strspn(words, " ")] == '\0') {
		ui_say(ui, STYLE_NOTE, 5, "%s", _("there is no next step"));
		return;
	}
	if (take_apart(words, &step) && (look(ui, &step) || act(ui, &step) || run(ui, &step)))
		return;
	ui_words_show(ui, words);
}
