/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The newest lines of one service out of those that have come anyway; nothing is
 * asked of the host. The whole journal, with filters, is the view of logs.
 */
#include <string.h>

#include "console/pages.h"
#include "console/show.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/pager.h"

struct lines_state {
	struct pager pager;
	char service[32];
	uint16_t picked[MODEL_RECORDS]; /* indexes into the model's records */
	uint64_t first;                 /* the number of the first one that is seen */
};

static struct lines_state *lines_of(struct ui *ui)
{
	return ui_state(ui, &page_log, sizeof(struct lines_state), NULL);
}

static void lines_opened(struct ui *ui, const char *table)
{
	struct lines_state *state = lines_of(ui);

	(void)table;
	if (strcmp(state->service, ui->selected) == 0)
		return;
	text_format(state->service, sizeof state->service, "%s", ui->selected);
	state->pager = (struct pager){ .follow = true, .wrap = state->pager.wrap };
	state->first = 0;
}

/* Which records are shown; what is seen stays in its place when older ones go. */
static void pick(struct ui *ui)
{
	struct lines_state *state = lines_of(ui);
	struct pager *pager = &state->pager;
	size_t count = 0, before = 0;

	for (size_t i = 0; i < ui->model->record_count; i++) {
		const struct model_record *r = model_record(ui->model, i);

		if (strcmp(r->service, state->service) != 0)
			continue;
		before += r->number < state->first;
		state->picked[count++] = (uint16_t)i;
	}
	if (!pager->follow && state->first > 0 && pager->top > before)
		pager_dropped(pager, pager->top - before);
	pager->lines = count;
}

static void remember(struct ui *ui)
{
	struct lines_state *state = lines_of(ui);

	state->first = state->pager.top < state->pager.lines ?
	    model_record(ui->model, state->picked[state->pager.top])->number :
	    0;
}

static void draw_line(void *arg, size_t index, struct pager_line *line)
{
	static char time[24], level[24], subject[80];
	struct ui *ui = arg;
	const struct model_record *r = model_record(ui->model, lines_of(ui)->picked[index]);
	char when[16];

	show_time(r->time_us, ui->now_us, when, sizeof when);
	text_format(time, sizeof time, " %-8s ", when);
	text_format(level, sizeof level, "%-6s ", show_level_word(r->level));
	text_format(subject, sizeof subject, "%s%s", r->subject, r->subject[0] != '\0' ? ": " : "");
	line->count = 4;
	line->spans[0].text = time;
	line->spans[0].style = STYLE_DIM;
	line->spans[1].text = level;
	line->spans[1].style = show_level_style(r->level);
	line->spans[2].text = subject;
	line->spans[2].style = STYLE_NORMAL;
	line->spans[3].text = r->text;
	line->spans[3].style = r->level <= JOURNAL_WARNING ? STYLE_STRONG : STYLE_NORMAL;
}

static void lines_draw(struct ui *ui, struct area area)
{
	struct lines_state *state = lines_of(ui);

	pick(ui);
	state->pager.line = draw_line;
	state->pager.arg = ui;
	pager_draw(&state->pager, area);
	remember(ui);
	if (state->pager.lines == 0)
		area_text(area, 0, 1, STYLE_DIM,
		    _("nothing of it has come to this screen yet; Enter opens its whole log"));
	area_cursor(area, state->pager.follow && area.rows > 0 ? area.rows - 1 : 0, 0);
}

static bool lines_key(struct ui *ui, const struct key *key)
{
	if (key->code == PRESS_ENTER) {
		ui_log_open(ui, ui->selected);
		return true;
	}
	pick(ui);
	bool taken = pager_key(&lines_of(ui)->pager, key);

	remember(ui);
	return taken;
}

static void lines_title(struct ui *ui, char *out, size_t size)
{
	const struct pager *pager = &lines_of(ui)->pager;
	size_t fresh = pager_new_lines(pager);
	const char *f = bindings_shown(&ui->bindings, 'f');

	if (pager->follow)
		text_format(out, size, "%s", _("following"));
	else if (fresh > 0)
		text_format(out, size,
		    ngettext("%zu new, %s follows", "%zu new, %s follows", fresh), fresh, f);
	else
		text_format(out, size, _("paused, %s follows"), f);
}

const struct page page_log = {
	.opened = lines_opened,
	.draw = lines_draw,
	.key = lines_key,
	.title = lines_title,
};
