/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All facts below each other, drawn from a row that may lie above the area: a
 * canvas clips what sticks out, so that scrolling is a number.
 */
#include "console/facts.h"
#include "console/pages.h"
#include "console/service_facts.h"
#include "data/intl.h"

#define MANY 1000 /* rows of one fact at most */

struct status_state {
	int top, height, page;
};

static struct status_state *status(struct ui *ui)
{
	return ui_state(ui, &page_status, sizeof(struct status_state), NULL);
}

static void status_opened(struct ui *ui, const char *table)
{
	(void)table;
	status(ui)->top = 0;
}

int page_status_draw(const struct ui *ui, struct area area, const struct model_service *service,
    int top)
{
	struct sheet_rows rows = { .count = 0 };
	bool doubtful = ui_doubtful(ui);
	int row = -top;

	service_facts(&rows, service, ui->now_us, doubtful);
	service_facts_more(&rows, ui->model, service, doubtful);
	int label = facts_label_width(area, &rows);
	struct area side = { area.canvas, area.row, area.col + label + 2, area.rows,
		area.cols - label - 3 };

	for (size_t i = 0; i < rows.count; i++) {
		const struct pair *fact = &rows.rows[i];

		if (row >= 0 && row < area.rows)
			area_field(area, row, 1, label, ALIGN_LEFT, STYLE_DIM, fact->label);
		int used = area_wrap(side, row, MANY, (int)fact->style, fact->text);

		row += used > 0 ? used : 1;
	}
	sheet_rows_clear(&rows);
	return row + top;
}

static void clamp(struct status_state *state)
{
	int most = state->height > state->page ? state->height - state->page : 0;

	state->top = state->top > most ? most : state->top < 0 ? 0 : state->top;
}

static void status_draw(struct ui *ui, struct area area)
{
	struct status_state *state = status(ui);

	state->page = area.rows;
	/* How many rows there are is known only after they have been laid out. */
	state->height =
	    page_status_draw(ui, area_part(area, 0, 0, 0, area.cols), ui_selected(ui), 0);
	clamp(state);
	page_status_draw(ui, area, ui_selected(ui), state->top);
	area_cursor(area, 0, 0);
	if (state->top > 0)
		area_glyph(area, 0, area.cols - 1, STYLE_NOTE, GLYPH_UP);
	if (state->top + state->page < state->height)
		area_glyph(area, area.rows - 1, area.cols - 1, STYLE_NOTE, GLYPH_DOWN);
}

static bool status_key(struct ui *ui, const struct key *key)
{
	struct status_state *state = status(ui);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	int page = state->page > 1 ? state->page - 1 : 1;

	if (key->code == PRESS_ARROW_UP || key->code == PRESS_WHEEL_UP || c == 'k')
		state->top--;
	else if (key->code == PRESS_ARROW_DOWN || key->code == PRESS_WHEEL_DOWN || c == 'j')
		state->top++;
	else if (key->code == PRESS_PAGE_UP)
		state->top -= page;
	else if (key->code == PRESS_PAGE_DOWN)
		state->top += page;
	else if (key->code == PRESS_FIRST || c == 'g')
		state->top = 0;
	else if (key->code == PRESS_LAST || c == 'G')
		state->top = state->height;
	else if (key->code == PRESS_ENTER || key->code == PRESS_ARROW_RIGHT)
		ui_log_open(ui, ui->selected);
	else if (key->code == PRESS_ARROW_LEFT || c == 'h')
		ui_back(ui);
	else
		return false;
	clamp(state);
	return true;
}

const struct page page_status = {
	.opened = status_opened,
	.draw = status_draw,
	.key = status_key,
};
