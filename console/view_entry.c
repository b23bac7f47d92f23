/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One entry of the audit list with its difference and its inverse. The entry is
 * looked up by its number each time, since what can be undone changes.
 */
#include <stdlib.h>
#include <string.h>

#include "console/audit_list.h"
#include "console/who.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/diff.h"

struct entry_state {
	int64_t number;
	int top, height, page; /* rows: passed over, in all, seen */
};

static struct entry_state *entry_of(struct ui *ui)
{
	return ui_view_state(ui, &view_entry);
}

void entry_open(struct ui *ui, int64_t number)
{
	*entry_of(ui) = (struct entry_state){ .number = number };
	ui_open(ui, &view_entry);
}

static void entry_title(struct ui *ui, char *out, size_t size)
{
	text_format(out, size, _("number %lld"), (long long)entry_of(ui)->number);
}

static int draw_changes(struct area area, int row, const struct model_audit *entry, bool drawn)
{
	int first = row;

	row += 1;
	if (drawn)
		area_text(area, row, 0, STYLE_TITLE,
		    strcmp(entry->action, "undo") == 0 ? _("What it brought back") :
							 _("What it changed"));
	row += 1;
	for (size_t i = 0; i < entry->change_count; i++) {
		const struct model_change *c = &entry->changes[i];
		struct diff_row diff = { c->name, c->was, c->is };

		row += diff_draw(area, row, &diff, drawn);
	}
	if (!entry->can_undo)
		return row - first;
	row += 1;
	if (drawn)
		area_text(area, row, 0, STYLE_TITLE, _("What undoing it would change"));
	row += 1;
	for (size_t i = 0; i < entry->change_count; i++) {
		const struct model_change *c = &entry->changes[i];
		struct diff_row diff = { c->name, c->is, c->was };

		row += diff_draw(area, row, &diff, drawn);
	}
	return row - first;
}

int entry_draw(struct ui *ui, struct area area, int row, const struct model_audit *entry,
    bool drawn)
{
	struct entry_facts facts;
	int first = row;

	entry_facts(ui, entry, &facts);
	row += pairs_draw(area, row, facts.pairs, facts.count, drawn);
	if (entry->change_count > 0)
		row += draw_changes(area, row, entry, drawn);
	return row - first;
}

static void entry_view_draw(struct ui *ui, struct area area)
{
	struct entry_state *state = entry_of(ui);
	const struct model_audit *entry = who_entry(ui, state->number);
	struct area inside = area_part(area, 0, 1, area.rows, area.cols - 2);

	area_cursor(inside, 0, 0);
	if (entry == NULL) {
		area_text(inside, 0, 0, STYLE_NOTE, _("this entry is not known any more"));
		return;
	}
	state->height = entry_draw(ui, inside, 0, entry, false);
	state->page = area.rows;
	int most = state->height > state->page ? state->height - state->page : 0;

	state->top = state->top > most ? most : state->top < 0 ? 0 : state->top;
	entry_draw(ui, inside, -state->top, entry, true);
	if (state->top > 0)
		area_glyph(area, 0, area.cols - 1, STYLE_NOTE, GLYPH_UP);
	if (state->top < most)
		area_glyph(area, area.rows - 1, area.cols - 1, STYLE_NOTE, GLYPH_DOWN);
}

static void copy(struct ui *ui, const struct model_audit *entry)
{
	char text[1024];

	if (!ui_typed(ui, entry->can_undo ? entry->undo_words : entry->words, text, sizeof text))
		return;
	ui_copy(ui, text);
	ui_say(ui, STYLE_NOTE, 6, _("to the terminal's clipboard: %s"), text);
}

static bool entry_key(struct ui *ui, const struct key *key)
{
	struct entry_state *state = entry_of(ui);
	const struct model_audit *entry = who_entry(ui, state->number);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	int page = state->page > 1 ? state->page - 1 : 1;

	if (c == 'z')
		ui_undo(ui, state->number);
	else if (c == 'y' && entry != NULL)
		copy(ui, entry);
	else if (key->code == PRESS_ARROW_UP || key->code == PRESS_WHEEL_UP || c == 'k')
		state->top--;
	else if (key->code == PRESS_ARROW_DOWN || key->code == PRESS_WHEEL_DOWN || c == 'j')
		state->top++;
	else if (key->code == PRESS_PAGE_UP)
		state->top -= page;
	else if (key->code == PRESS_PAGE_DOWN || c == ' ')
		state->top += page;
	else if (key->code == PRESS_FIRST || c == 'g')
		state->top = 0;
	else if (key->code == PRESS_LAST || c == 'G')
		state->top = state->height;
	else if (key->code == PRESS_ARROW_LEFT || c == 'h')
		ui_back(ui);
	else
		return false;
	return true;
}

static size_t entry_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	const struct model_audit *entry = who_entry(ui, entry_of(ui)->number);
	size_t n = 0;

	if (entry != NULL && entry->can_undo)
		n = ui_hint(ui, hints, n, most, NULL, _("Undo it"), 'z');
	n = ui_hint(ui, hints, n, most, NULL, _("Copy command"), 'y');
	n = ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
	return ui_hint(ui, hints, n, most, _("Esc"), _("Back"), PRESS_ESCAPE);
}

static const struct view_key keys[] = {
	{ N_("Up Down j k"), N_("scroll") },
	{ N_("PgUp PgDn Space g G"), N_("a page on or back; the beginning, the end") },
	{ "z", N_("undo this entry") },
	{ "y", N_("copy the command that undoes it; else the one that did it") },
	{ N_("Esc Left h"), N_("back to the list") },
	{ NULL, NULL },
};

const struct view view_entry = {
	.name = N_("Audit entry"),
	.state = sizeof(struct entry_state),
	.title = entry_title,
	.draw = entry_view_draw,
	.key = entry_key,
	.hints = entry_hints,
	.keys = keys,
};
