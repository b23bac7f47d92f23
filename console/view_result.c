/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answer to something that was asked: rows and columns, or lines of text. It
 * stands still; whoever wants newer figures asks again.
 */
#include <stdlib.h>
#include <string.h>

#include "console/text_rows.h"
#include "console/ui.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "widgets/pager.h"

struct result_state {
	char title[160];
	struct text_rows rows; /* when text is NULL */
	char *text;            /* lines, each ended by a zero byte */
	char *plain;           /* the same as it came, to be copied */
	char **lines;
	size_t count;
	struct pager pager;
};

static struct result_state *result(struct ui *ui)
{
	return ui_view_state(ui, &view_result);
}

static void clear(struct result_state *state)
{
	text_rows_free(&state->rows);
	free(state->text);
	free(state->plain);
	free(state->lines);
	memset(state, 0, sizeof *state);
}

static void result_end(void *state)
{
	clear(state);
}

static void begin(struct ui *ui, const char *title)
{
	struct result_state *state = result(ui);
	char clean[160];

	/* title may be the one that is shown now. */
	text_clean(clean, sizeof clean, title, strlen(title));
	clear(state);
	text_format(state->title, sizeof state->title, "%s", clean);
}

void ui_result_open(struct ui *ui, const char *title, const json_t *answer)
{
	begin(ui, title);
	text_rows_take(&result(ui)->rows, answer);
	ui_open(ui, &view_result);
}

void ui_result_text(struct ui *ui, const char *title, const char *text)
{
	char *own = memory_string(text), *plain = memory_string(text);
	struct result_state *state = result(ui);
	size_t most = 1;

	begin(ui, title);
	state->text = own;
	state->plain = plain;
	for (const char *at = own; *at != '\0'; at++)
		most += *at == '\n';
	state->lines = memory_array(most, sizeof *state->lines);
	for (char *at = own; at != NULL && *at != '\0';) {
		state->lines[state->count++] = at;
		at = strchr(at, '\n');
		if (at != NULL)
			*at++ = '\0';
	}
	state->pager.wrap = true;
	ui_open(ui, &view_result);
}

static void result_title(struct ui *ui, char *out, size_t size)
{
	const struct result_state *state = result(ui);
	size_t count = state->text != NULL ? state->count : state->rows.table.rows;

	if (state->text != NULL)
		text_format(out, size, ngettext("%s; %zu line", "%s; %zu lines", count),
		    state->title, count);
	else if (state->rows.sort > 0)
		text_format(out, size,
		    ngettext("%s; %zu row, sorted by %s", "%s; %zu rows, sorted by %s", count),
		    state->title, count, state->rows.titles[state->rows.sort - 1]);
	else
		text_format(out, size, ngettext("%s; %zu row", "%s; %zu rows", count), state->title,
		    count);
}

static void result_line(void *arg, size_t index, struct pager_line *line)
{
	static char clean[2048];
	const char *text = ((struct result_state *)arg)->lines[index];

	text_clean(clean, sizeof clean, text, strlen(text));
	line->count = 1;
	line->spans[0].text = clean;
	line->spans[0].style = STYLE_NORMAL;
}

static void result_draw(struct ui *ui, struct area area)
{
	struct result_state *state = result(ui);

	if (state->text == NULL) {
		text_rows_draw(&state->rows, area);
		if (state->rows.table.rows == 0)
			area_text(area, 1, 2, STYLE_DIM, _("there are no rows"));
		return;
	}
	state->pager.lines = state->count;
	state->pager.line = result_line;
	state->pager.arg = state;
	pager_draw(&state->pager, area);
	area_cursor(area, 0, 0);
}

static void copy(struct ui *ui, char *text, const char *said)
{
	if (text == NULL)
		return;
	ui_copy(ui, text);
	ui_say(ui, STYLE_NOTE, 5, "%s", said);
	free(text);
}

static bool text_key(struct result_state *state, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	/* A page that is read, not followed. */
	if (c == 'f' || !pager_key(&state->pager, key))
		return false;
	if (state->pager.follow) {
		state->pager.follow = false;
		state->pager.top = state->pager.lines; /* drawing finds the last page */
	}
	return true;
}

static bool result_key(struct ui *ui, const struct key *key)
{
	struct result_state *state = result(ui);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	if (c == 'y' && state->text != NULL)
		copy(ui, memory_string(state->plain),
		    _("all lines go to the terminal's clipboard"));
	else if (c == 'y')
		copy(ui, text_rows_selected(&state->rows),
		    _("this row goes to the terminal's clipboard"));
	else if (c == 'Y' && state->text == NULL)
		copy(ui, text_rows_all(&state->rows), _("all rows go to the terminal's clipboard"));
	else
		return state->text != NULL ? text_key(state, key) :
					     text_rows_key(&state->rows, key);
	return true;
}

static size_t result_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = ui_hint(ui, hints, 0, most, NULL, _("Copy"), 'y');

	if (result(ui)->text == NULL) {
		n = ui_hint(ui, hints, n, most, "Y", _("Copy all"), 'Y');
		n = ui_hint(ui, hints, n, most, "< >", _("Sort"), 0);
	}
	n = ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
	return ui_hint(ui, hints, n, most, _("Esc"), _("Back"), PRESS_ESCAPE);
}

static const struct view_key keys[] = {
	{ N_("Up Down j k"), N_("scroll") },
	{ N_("PgUp PgDn"), N_("a page up or down") },
	{ N_("g G Home End"), N_("the first row, the last row") },
	{ N_("Left Right h l"), N_("to the columns at the sides") },
	{ "< >", N_("sort by another column; as it came") },
	{ "y", N_("copy the selected row; of a text all lines") },
	{ "Y", N_("copy all rows") },
	{ N_("Esc"), N_("back") },
	{ NULL, NULL },
};

const struct view view_result = {
	.name = N_("Answer"),
	.state = sizeof(struct result_state),
	.end = result_end,
	.title = result_title,
	.draw = result_draw,
	.key = result_key,
	.hints = result_hints,
	.keys = keys,
};
