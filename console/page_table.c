/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One of a service's own tables, asked for while it is seen: two seconds after the
 * last answer at the earliest, so that a slow service is never asked faster than
 * it answers. How old the rows are is said; of a service that does not run nothing
 * is asked. Without a table of its clients connections are told in words.
 */
#include <stdlib.h>
#include <string.h>

#include "console/pages.h"
#include "console/show.h"
#include "console/text_rows.h"
#include "data/intl.h"
#include "data/text.h"

#define EVERY_MS 2000

struct table_state {
	struct text_rows rows;
	char service[32], table[64]; /* table empty: the service has none of clients */
	bool asking;
	int64_t asked_ms, came_ms; /* came_ms 0: nothing has come */
	int64_t serial;            /* answers to what was asked before are dropped */
	struct fault fault;
};

static void table_end(void *state)
{
	text_rows_free(&((struct table_state *)state)->rows);
}

static struct table_state *table_of(struct ui *ui)
{
	return ui_state(ui, &page_table, sizeof(struct table_state), table_end);
}

/* ---- Asking ---- */

static void table_answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct table_state *state = table_of(ui);

	if (json_integer_value(json_object_get(request->context, "serial")) != state->serial)
		return;
	state->asking = false;
	state->asked_ms = ui->now_ms;
	if (result == NULL) {
		state->fault = *fault;
		return;
	}
	state->fault = (struct fault){ .code = FAULT_NONE };
	state->came_ms = ui->now_ms;
	text_rows_take(&state->rows, result);
}

static bool runs(const struct model_service *s)
{
	return s != NULL && (s->state == MODEL_RUNNING || s->state == MODEL_DRAINING);
}

static void ask(struct ui *ui)
{
	struct table_state *state = table_of(ui);

	state->asked_ms = ui->now_ms;
	state->asking = ui_ask(ui, "list",
	    json_pack("{s:s, s:s}", "service", state->service, "table", state->table),
	    table_answered, json_pack("{s:I}", "serial", (json_int_t)state->serial));
}

static void table_tick(struct ui *ui)
{
	struct table_state *state = table_of(ui);

	if (ui->connected && state->table[0] != '\0' && !state->asking && runs(ui_selected(ui)) &&
	    ui->now_ms - state->asked_ms >= EVERY_MS)
		ask(ui);
}

static void table_opened(struct ui *ui, const char *table)
{
	struct table_state *state = table_of(ui);
	int64_t serial = state->serial + 1;

	if (strcmp(state->service, ui->selected) == 0 && strcmp(state->table, table) == 0) {
		table_tick(ui);
		return;
	}
	text_rows_free(&state->rows);
	memset(state, 0, sizeof *state);
	state->serial = serial;
	state->asked_ms = ui->now_ms - EVERY_MS;
	text_format(state->service, sizeof state->service, "%s", ui->selected);
	text_format(state->table, sizeof state->table, "%s", table);
	table_tick(ui);
}

/* ---- Drawing ---- */

static void in_words(const struct model_service *s, struct area area)
{
	char text[256], count[16], all[16];

	show_count(s->connections, count, sizeof count);
	show_count(s->connections_total, all, sizeof all);
	text_format(text, sizeof text,
	    _("%s: %s connected now, %s in all. It does not tell who they are."), s->name, count,
	    all);
	area_wrap(area_part(area, 0, 1, area.rows, area.cols - 2), 0, area.rows, STYLE_NORMAL,
	    text);
	area_cursor(area, 0, 0);
}

/* What stands in the place of rows, or above old ones; empty: nothing. */
static void remark(struct ui *ui, char *out, size_t size)
{
	const struct table_state *state = table_of(ui);
	const struct model_service *s = ui_selected(ui);

	*out = '\0';
	if (!runs(s))
		text_format(out, size, _("%s is %s: there is nothing to list"), s->name,
		    model_state_word(s->state));
	else if (state->fault.code != FAULT_NONE && ui->connected)
		text_format(out, size, "%s", state->fault.text);
	else if (state->came_ms == 0)
		text_format(out, size, "%s",
		    ui->connected ? _("asking ...") : _("there is no connection"));
	else if (state->rows.table.rows == 0)
		text_format(out, size, "%s", _("there are no rows"));
}

static void table_page_draw(struct ui *ui, struct area area)
{
	struct table_state *state = table_of(ui);
	char text[600];

	if (state->table[0] == '\0') {
		in_words(ui_selected(ui), area);
		return;
	}
	remark(ui, text, sizeof text);
	if (text[0] == '\0') {
		text_rows_draw(&state->rows, area);
		return;
	}
	int rows = area_wrap(area_part(area, 0, 1, area.rows, area.cols - 2), 0, area.rows,
	    state->fault.code != FAULT_NONE ? STYLE_WARN : STYLE_DIM, text);

	area_cursor(area, 0, 0);
	/* Rows that are known stay, with their age above them. */
	if (state->came_ms > 0 && runs(ui_selected(ui)) && rows < area.rows)
		text_rows_draw(&state->rows, area_part(area, rows, 0, area.rows - rows, area.cols));
}

static void table_title(struct ui *ui, char *out, size_t size)
{
	const struct table_state *state = table_of(ui);
	size_t count = state->rows.table.rows;
	long long age = (ui->now_ms - state->came_ms) / 1000;

	*out = '\0';
	if (state->table[0] == '\0' || state->came_ms == 0)
		return;
	if (state->rows.sort > 0)
		text_format(out, size,
		    ngettext("%zu row, %llds old, sorted by %s",
			"%zu rows, %llds old, sorted by %s", count),
		    count, age, state->rows.titles[state->rows.sort - 1]);
	else
		text_format(out, size, ngettext("%zu row, %llds old", "%zu rows, %llds old", count),
		    count, age);
}

static bool table_page_key(struct ui *ui, const struct key *key)
{
	struct table_state *state = table_of(ui);

	if (key->code != PRESS_CHARACTER || key->character != 'y')
		return text_rows_key(&state->rows, key);
	char *line = text_rows_selected(&state->rows);

	if (line != NULL) {
		ui_copy(ui, line);
		ui_say(ui, STYLE_NOTE, 5, "%s", _("this row goes to the terminal's clipboard"));
	}
	free(line);
	return true;
}

const struct page page_table = {
	.opened = table_opened,
	.draw = table_page_draw,
	.key = table_page_key,
	.tick = table_tick,
	.title = table_title,
};
