/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text is cut into lines once, when it is opened; what is copied is put
 * together from them again, so that nobody copies what was not shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/text_page.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "widgets/pager.h"

#define LINE_BYTES 4096
#define LINES_MOST 100000

struct text_state {
	char title[160];
	char **lines;
	size_t count;
	struct pager pager;
};

static struct text_state *text_of(struct ui *ui)
{
	return ui_view_state(ui, &view_text);
}

static void clear(struct text_state *state)
{
	for (size_t i = 0; i < state->count; i++)
		free(state->lines[i]);
	free(state->lines);
	state->lines = NULL;
	state->count = 0;
}

static void text_end(void *state)
{
	clear(state);
}

static void cut(struct text_state *state, const char *text)
{
	size_t room = 0;

	while (*text != '\0' && state->count < LINES_MOST) {
		size_t length = strcspn(text, "\n");
		char line[LINE_BYTES];

		text_clean(line, sizeof line, text, length);
		if (state->count == room) {
			room = room > 0 ? 2 * room : 64;
			state->lines = memory_resize(state->lines, room, sizeof *state->lines);
		}
		state->lines[state->count++] = memory_string(line);
		text += length + (text[length] == '\n');
	}
}

void ui_text_open(struct ui *ui, const char *title, const char *text)
{
	struct text_state *state = text_of(ui);

	/* Whoever types or answers a question is told, and not sent elsewhere. */
	if (ui->overlay != NULL) {
		ui_say(ui, STYLE_NOTE, 30, "%s: %.*s", title, (int)strcspn(text, "\n"), text);
		return;
	}
	clear(state);
	text_clean(state->title, sizeof state->title, title, strlen(title));
	cut(state, text);
	state->pager = (struct pager){ .wrap = true };
	ui_open(ui, &view_text);
}

static void text_title(struct ui *ui, char *out, size_t size)
{
	const struct text_state *state = text_of(ui);

	text_format(out, size, ngettext("%s; %zu line", "%s; %zu lines", state->count),
	    state->title, state->count);
}

static void text_line(void *arg, size_t index, struct pager_line *line)
{
	const struct text_state *state = arg;

	line->count = 1;
	line->spans[0].text = state->lines[index];
	line->spans[0].style = STYLE_NORMAL;
}

static void text_draw(struct ui *ui, struct area area)
{
	struct text_state *state = text_of(ui);
	struct area inside = area_part(area, 0, 1, area.rows, area.cols - 2);

	state->pager.lines = state->count;
	state->pager.line = text_line;
	state->pager.arg = state;
	if (state->count > 0)
		pager_draw(&state->pager, inside);
	else
		area_text(inside, 0, 0, STYLE_DIM, _("there is nothing to show"));
	area_cursor(inside, 0, 0);
	if (state->pager.top > 0)
		area_glyph(area, 0, area.cols - 1, STYLE_NOTE, GLYPH_UP);
	if (state->pager.top + (size_t)area.rows < state->count)
		area_glyph(area, area.rows - 1, area.cols - 1, STYLE_NOTE, GLYPH_DOWN);
}

static void copy_all(struct ui *ui)
{
	const struct text_state *state = text_of(ui);
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	for (size_t i = 0; out != NULL && i < state->count; i++)
		fprintf(out, "%s\n", state->lines[i]);
	if (out != NULL && fclose(out) == 0)
		ui_copy(ui, text);
	free(text);
	ui_say(ui, STYLE_NOTE, 5,
	    ngettext("%zu line goes to the terminal's clipboard",
		"%zu lines go to the terminal's clipboard", state->count),
	    state->count);
}

static bool text_key(struct ui *ui, const struct key *key)
{
	struct text_state *state = text_of(ui);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	if (c == 'y') {
		copy_all(ui);
		return true;
	}
	if (c == 'f') /* it is read, not followed */
		return true;
	if (!pager_key(&state->pager, key))
		return false;
	if (state->pager.follow) {
		state->pager.follow = false;
		state->pager.top = state->count; /* drawing finds the last page */
	}
	return true;
}

static size_t text_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = ui_hint(ui, hints, 0, most, NULL, _("Copy all"), 'y');

	n = ui_hint(ui, hints, n, most, NULL, _("Wrap"), 'w');
	n = ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
	return ui_hint(ui, hints, n, most, _("Esc"), _("Back"), PRESS_ESCAPE);
}

static const struct view_key keys[] = {
	{ N_("Up Down j k"), N_("a line up or down") },
	{ N_("PgUp PgDn Space"), N_("a page up or down") },
	{ N_("g G Home End"), N_("the first, the last line") },
	{ "w", N_("wrap long lines, or cut them") },
	{ N_("Left Right h l"), N_("move sideways while lines are cut") },
	{ "y", N_("copy all of it to the terminal's clipboard") },
	{ N_("Esc"), N_("back") },
	{ NULL, NULL },
};

const struct view view_text = {
	.name = N_("Result"),
	.state = sizeof(struct text_state),
	.end = text_end,
	.title = text_title,
	.draw = text_draw,
	.key = text_key,
	.hints = text_hints,
	.keys = keys,
};
