/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The selection moves over lines and refused entries too, so that a reader can
 * rest on a refused one and see why.
 */
#include "widgets/menu.h"

#include <string.h>

static bool choosable(const struct menu_entry *entry)
{
	return entry->label != NULL && entry->refusal == NULL;
}

void menu_open(struct menu *menu)
{
	menu->top = 0;
	for (menu->selected = 0; menu->selected + 1 < menu->count; menu->selected++)
		if (choosable(&menu->entries[menu->selected]))
			return;
	menu->selected = 0;
}

static int entry_width(struct area area, const struct menu_entry *entry)
{
	if (entry->label == NULL)
		return 0;
	int width = area_width(area, entry->label) + 2;

	if (entry->refusal != NULL)
		return width + area_width(area, entry->refusal) + 2;
	return width + (entry->key != NULL ? area_width(area, entry->key) + 1 : 0);
}

static struct area place(const struct menu *menu, struct area area, int row, int col)
{
	int width = 20, height = (int)menu->count + 2;

	for (size_t i = 0; i < menu->count; i++) {
		int wants = entry_width(area, &menu->entries[i]) + 6;

		width = wants > width ? wants : width;
	}
	width = width > area.cols ? area.cols : width;
	height = height > area.rows ? area.rows : height;
	if (col + width > area.cols)
		col = area.cols - width;
	if (row + height > area.rows)
		row = area.rows - height;
	return area_part(area, row, col, height, width);
}

static void draw_entry(struct area inside, int row, const struct menu_entry *entry, bool selected)
{
	if (entry->label == NULL) {
		for (int col = 0; col < inside.cols; col++)
			area_glyph(inside, row, col, STYLE_BORDER, GLYPH_HORIZONTAL);
		return;
	}
	unsigned style = entry->refusal != NULL ? STYLE_DIM : STYLE_NORMAL;
	const char *key = entry->key != NULL ? entry->key : "";
	int right = area_width(inside, key);

	area_fill(inside, row, 0, inside.cols, STYLE_NORMAL);
	int col = area_text(inside, row, 1, style, entry->label);

	if (entry->refusal != NULL)
		area_print(inside, row, col, STYLE_DIM, ": %s", entry->refusal);
	else
		area_text(inside, row, inside.cols - right - 1, STYLE_KEY, key);
	if (selected) {
		area_select(inside, row);
		area_cursor(inside, row, 0);
	}
}

void menu_draw(struct menu *menu, struct area area, int row, int col)
{
	menu->drawn = place(menu, area, row, col);
	struct area inside = area_frame(menu->drawn, menu->title);
	size_t page = inside.rows > 0 ? (size_t)inside.rows : 1;

	if (menu->selected < menu->top)
		menu->top = menu->selected;
	if (menu->selected >= menu->top + page)
		menu->top = menu->selected - page + 1;
	for (size_t i = 0; i < page && menu->top + i < menu->count; i++)
		draw_entry(inside, (int)i, &menu->entries[menu->top + i],
		    menu->top + i == menu->selected);
	if (menu->top > 0)
		area_glyph(menu->drawn, 0, menu->drawn.cols - 3, STYLE_NOTE, GLYPH_UP);
	if (menu->top + page < menu->count)
		area_glyph(menu->drawn, menu->drawn.rows - 1, menu->drawn.cols - 3, STYLE_NOTE,
		    GLYPH_DOWN);
}

static void move(struct menu *menu, int by)
{
	size_t at = menu->selected;

	do {
		at = (at + menu->count + (size_t)(by + (int)menu->count)) % menu->count;
	} while (menu->entries[at].label == NULL && at != menu->selected);
	menu->selected = at;
}

static int choose(const struct menu *menu)
{
	const struct menu_entry *entry = &menu->entries[menu->selected];

	return choosable(entry) ? entry->id : MENU_NOTHING;
}

static int click(struct menu *menu, const struct key *key)
{
	struct area d = menu->drawn;
	int row = key->row - d.row - 1 + (int)menu->top;

	if (key->row < d.row || key->row >= d.row + d.rows || key->col < d.col ||
	    key->col >= d.col + d.cols)
		return MENU_CLOSED;
	if (key->row == d.row || key->row == d.row + d.rows - 1 || row < 0 ||
	    (size_t)row >= menu->count || menu->entries[row].label == NULL)
		return MENU_NOTHING;
	menu->selected = (size_t)row;
	return choose(menu);
}

int menu_key(struct menu *menu, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	if (menu->count == 0 || key->code == PRESS_ESCAPE)
		return MENU_CLOSED;
	if (key->code == PRESS_CLICK)
		return click(menu, key);
	if (key->code == PRESS_ARROW_UP || key->code == PRESS_WHEEL_UP || c == 'k')
		move(menu, -1);
	else if (key->code == PRESS_ARROW_DOWN || key->code == PRESS_WHEEL_DOWN || c == 'j')
		move(menu, 1);
	else if (key->code == PRESS_FIRST || key->code == PRESS_PAGE_UP)
		menu->selected = 0;
	else if (key->code == PRESS_LAST || key->code == PRESS_PAGE_DOWN)
		menu->selected = menu->count - 1;
	else if (key->code == PRESS_ENTER)
		return choose(menu);
	return MENU_NOTHING;
}
