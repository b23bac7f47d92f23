/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reason why the text was not taken stands before it, since the row is the one
 * that messages have.
 */
#include "console/prompt.h"

#include <string.h>

#include "data/intl.h"
#include "data/text.h"
#include "widgets/input.h"

struct prompt_state {
	struct input input;
	char label[160], error[200];
	prompt_entered *entered;
};

static struct prompt_state *prompt(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_prompt);
}

void ui_prompt(struct ui *ui, const char *label, const char *initial, prompt_entered *entered)
{
	struct prompt_state *state = prompt(ui);

	text_format(state->label, sizeof state->label, "%s", label);
	state->error[0] = '\0';
	state->entered = entered;
	input_set(&state->input, initial);
	ui_lay_over(ui, &overlay_prompt);
}

static void prompt_draw(struct ui *ui, struct area area)
{
	struct prompt_state *state = prompt(ui);
	int col = 0;

	if (state->error[0] != '\0') {
		int width = area_width(area, state->error);

		/* What is typed is worth more than all of the reason. */
		col = width < area.cols / 2 ? width : area.cols / 2;
		area_field(area, 0, 0, col, ALIGN_LEFT, STYLE_BAD, state->error);
		col++;
	}
	input_draw(&state->input, area_part(area, 0, col, 1, area.cols - col), 0, state->label);
}

static void prompt_key(struct ui *ui, const struct key *key)
{
	struct prompt_state *state = prompt(ui);

	switch (input_key(&state->input, key)) {
	case INPUT_CANCELLED:
		ui_cancel(ui);
		break;
	case INPUT_DONE:
		state->error[0] = '\0';
		if (state->entered(ui, state->input.text, state->error, sizeof state->error) &&
		    ui->overlay == &overlay_prompt)
			ui_close(ui);
		break;
	case INPUT_CHANGED:
		state->error[0] = '\0';
		break;
	default:
		break;
	}
}

const struct overlay overlay_prompt = {
	.name = "prompt",
	.state = sizeof(struct prompt_state),
	.draw = prompt_draw,
	.key = prompt_key,
	.line = true,
};
