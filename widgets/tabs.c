/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Brackets stand where there is a space otherwise, so that nothing moves when
 * another tab is selected. Ways to lay the row out are tried from the roomiest
 * on; the first one that fits is taken.
 */
#include "widgets/tabs.h"

struct way {
	bool shorter; /* names */
	bool spaced;  /* between key and name, and a space of its own for each side */
};

static const struct way ways[] = { { false, true }, { false, false }, { true, true },
	{ true, false } };
#define WAYS (sizeof ways / sizeof ways[0])

static const char *name_of(const struct tab *tab, struct way way)
{
	return way.shorter && tab->shorter != NULL ? tab->shorter : tab->name;
}

/* Without the cells beside it. */
static int tab_width(struct area area, const struct tab *tab, struct way way)
{
	int width = area_width(area, name_of(tab, way));

	if (tab->key != NULL)
		width += area_width(area, tab->key) + (way.spaced && *name_of(tab, way) != '\0');
	return width;
}

/* Cells from one tab's beginning to that of the next one. */
static int pitch(struct area area, const struct tab *tab, struct way way)
{
	return tab_width(area, tab, way) + (way.spaced ? 2 : 1);
}

static int all_width(const struct tabs *tabs, struct area area, struct way way)
{
	int width = way.spaced ? 0 : 1;

	for (size_t i = 0; i < tabs->count; i++)
		width += pitch(area, &tabs->tabs[i], way);
	return width;
}

/* Draws tab number i between two cells; returns the column behind the second. */
static int draw_tab(struct tabs *tabs, struct area area, int row, int col, size_t i, struct way way,
    unsigned style)
{
	const struct tab *tab = &tabs->tabs[i];
	bool selected = i == tabs->selected;
	unsigned name = selected ? STYLE_SELECTED | STYLE_STRONG : style;
	int from = col;

	if (selected)
		area_text(area, row, col, name, "[");
	col++;
	if (tab->key != NULL) {
		col = area_text(area, row, col, selected ? name : (unsigned)STYLE_KEY, tab->key);
		if (way.spaced && *name_of(tab, way) != '\0')
			col = area_text(area, row, col, name, " ");
	}
	col = area_text(area, row, col, name, name_of(tab, way));
	if (selected) {
		area_text(area, row, col, name, "]");
		area_cursor(area, row, from + 1);
	}
	tabs->places[i].from = area.col + from;
	tabs->places[i].end = area.col + (col + 1 < area.cols ? col + 1 : area.cols);
	return col + 1;
}

/* The first tab of a row that scrolls: as few steps as it takes to see the
 * selected one whole. */
static void scroll(struct tabs *tabs, struct area area, struct way way)
{
	if (tabs->first > tabs->selected)
		tabs->first = tabs->selected;
	while (tabs->first < tabs->selected) {
		int width = 3; /* a bracket's cell and the two arrows */

		for (size_t i = tabs->first; i <= tabs->selected; i++)
			width += pitch(area, &tabs->tabs[i], way);
		if (width <= area.cols)
			break;
		tabs->first++;
	}
}

static void draw_scrolled(struct tabs *tabs, struct area area, int row, unsigned style)
{
	struct way way = ways[WAYS - 1];
	struct area inner = area_part(area, row, 1, 1, area.cols - 2);
	int col = 0;

	scroll(tabs, area, way);
	size_t i = tabs->first;

	for (; i < tabs->count; i++) {
		/* Whole ones, but the first always. */
		if (i > tabs->first && col + pitch(area, &tabs->tabs[i], way) + 1 > inner.cols)
			break;
		col = draw_tab(tabs, inner, 0, col, i, way, style) - 1;
	}
	if (tabs->first > 0) {
		area_text(area, row, 0, STYLE_NOTE, "<");
		tabs->left = area.col;
	}
	if (i < tabs->count && area.cols > 1) {
		area_text(area, row, area.cols - 1, STYLE_NOTE, ">");
		tabs->right = area.col + area.cols - 1;
	}
}

void tabs_draw(struct tabs *tabs, struct area area, int row, unsigned style)
{
	if (tabs->count > TABS_MAX)
		tabs->count = TABS_MAX;
	if (tabs->selected >= tabs->count)
		tabs->selected = tabs->count > 0 ? tabs->count - 1 : 0;
	tabs->row = area.row + row;
	tabs->left = tabs->right = -1;
	for (size_t i = 0; i < TABS_MAX; i++)
		tabs->places[i].from = tabs->places[i].end = -1;
	area_fill(area, row, 0, area.cols, style);
	for (size_t w = 0; w < WAYS; w++) {
		int col = 0;

		if (all_width(tabs, area, ways[w]) > area.cols)
			continue;
		tabs->first = 0;
		for (size_t i = 0; i < tabs->count; i++) {
			col = draw_tab(tabs, area, row, col, i, ways[w], style);
			col -= ways[w].spaced ? 0 : 1;
		}
		return;
	}
	draw_scrolled(tabs, area, row, style);
}

bool tabs_key(struct tabs *tabs, const struct key *key)
{
	if (tabs->count == 0)
		return false;
	if (key->code == PRESS_ARROW_RIGHT || key->code == PRESS_TAB)
		tabs->selected = (tabs->selected + 1) % tabs->count;
	else if (key->code == PRESS_ARROW_LEFT || key->code == PRESS_BACKTAB)
		tabs->selected = (tabs->selected + tabs->count - 1) % tabs->count;
	else
		return false;
	return true;
}

int tabs_click(const struct tabs *tabs, const struct key *key)
{
	if (key->code != PRESS_CLICK || key->row != tabs->row)
		return TABS_NOTHING;
	if (key->col == tabs->left && tabs->first > 0)
		return (int)tabs->first - 1;
	for (size_t i = 0; i < tabs->count; i++)
		if (key->col >= tabs->places[i].from && key->col < tabs->places[i].end)
			return (int)i;
	if (key->col != tabs->right)
		return TABS_NOTHING;
	for (size_t i = tabs->count; i-- > 1;)
		if (tabs->places[i].from < 0 && tabs->places[i - 1].from >= 0)
			return (int)i;
	return TABS_NOTHING;
}
