/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One service: all that its status tells, and the newest of its log.
 */
#include <string.h>

#include "console/facts.h"
#include "console/show.h"
#include "console/ui.h"
#include "data/intl.h"
#include "data/text.h"

static void service_title(struct ui *ui, char *out, size_t size)
{
	const struct model_service *s = ui_selected(ui);

	text_format(out, size, "%s%s%s%s", ui->selected, s != NULL ? ": " : "",
	    s != NULL ? model_state_word(s->state) : " is not there", ui_doubtful(ui) ? "?" : "");
}

static void service_draw(struct ui *ui, struct area area)
{
	const struct model_service *s = ui_selected(ui);

	if (s == NULL) {
		area_text(area, 0, 1, STYLE_NOTE, "this service is not there any more");
		return;
	}
	int row = facts_service(area, s, ui->now_us);

	area_cursor(area, 0, 0);
	if (row + 3 > area.rows)
		return;
	area_rule(area_part(area, row, 0, 1, area.cols), 0, "Newest of its log");
	facts_journal(area_part(area, row + 1, 0, area.rows - row - 1, area.cols), ui->model,
	    s->name, ui->now_us);
}

/* The service before the selected one, or the one behind it. */
static void step(struct ui *ui, int by)
{
	for (size_t i = 0; i < ui->model->service_count; i++) {
		size_t next = i + (size_t)by;

		if (strcmp(ui->model->services[i].name, ui->selected) != 0)
			continue;
		if (next < ui->model->service_count)
			ui_select(ui, ui->model->services[next].name);
		return;
	}
}

static bool service_key(struct ui *ui, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	if (key->code == PRESS_ARROW_UP || key->code == PRESS_WHEEL_UP || c == 'k')
		step(ui, -1);
	else if (key->code == PRESS_ARROW_DOWN || key->code == PRESS_WHEEL_DOWN || c == 'j')
		step(ui, 1);
	else if (key->code == PRESS_ENTER || key->code == PRESS_ARROW_RIGHT)
		ui_log_open(ui, ui->selected);
	else if (key->code == PRESS_ARROW_LEFT || c == 'h')
		ui_back(ui);
	else
		return false;
	return true;
}

static size_t service_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = ui_command_hints(ui, hints, most);

	n = ui_hint(ui, hints, n, most, "m", "Menu", 'm');
	n = ui_hint(ui, hints, n, most, "q", "Quit", 'q');
	return ui_hint(ui, hints, n, most, "Esc", "Back", PRESS_ESCAPE);
}

static const struct view_key keys[] = {
	{ "Up Down j k", "the service before, the one behind" },
	{ "Enter Right", "its log" },
	{ "Esc Left h", "back" },
	{ NULL, NULL },
};

const struct view view_service = {
	.name = N_("Service"),
	.acts = true,
	.title = service_title,
	.draw = service_draw,
	.key = service_key,
	.hints = service_hints,
	.keys = keys,
};
