/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ncurses keeps what is on the screen and finds the cheapest way to change it;
 * so it gets only the cells that changed. Colour pairs are made when a look is
 * first used: there are at most two looks a style.
 */
#define NCURSES_WIDECHAR 1
#include "widgets/canvas_curses.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "widgets/cells.h"

#define LOOKS (2 * STYLE_COUNT)

struct canvas_curses {
	int colours;
	struct {
		attr_t attributes;
		short pair;
	} looks[LOOKS];
	struct canvas *shown;
};

static size_t look_index(unsigned style)
{
	size_t plain = style & ~(unsigned)STYLE_SELECTED;

	return (style & STYLE_SELECTED ? STYLE_COUNT : 0) + plain % STYLE_COUNT;
}

void canvas_curses_palette(struct canvas_curses *curses, enum palette_set set)
{
	short pairs = 0;

	for (unsigned i = 0; i < LOOKS; i++) {
		unsigned style = i % STYLE_COUNT + (i >= STYLE_COUNT ? STYLE_SELECTED : 0);
		struct palette_look look = palette_look(style, curses->colours, set);
		attr_t attributes = A_NORMAL;

		attributes |= look.bold ? A_BOLD : 0;
		attributes |= look.dim ? A_DIM : 0;
		attributes |= look.underline ? A_UNDERLINE : 0;
		attributes |= look.reverse ? A_REVERSE : 0;
		curses->looks[i].attributes = attributes;
		curses->looks[i].pair = 0;
		if ((look.foreground >= 0 || look.background >= 0) && curses->colours > 0 &&
		    init_pair((short)(pairs + 1), look.foreground, look.background) == OK)
			curses->looks[i].pair = ++pairs;
	}
}

void canvas_curses_colours(struct canvas_curses *curses, int colours)
{
	curses->colours = colours;
}

struct canvas_curses *canvas_curses_new(int colours, enum palette_set set)
{
	struct canvas_curses *curses = cells_memory(1, sizeof *curses);

	curses->colours = colours;
	canvas_curses_palette(curses, set);
	return curses;
}

void canvas_curses_free(struct canvas_curses *curses)
{
	if (curses == NULL)
		return;
	canvas_free(curses->shown);
	free(curses);
}

static void show_cell(const struct canvas_curses *curses, const struct canvas_cell *cell, int row,
    int col)
{
	size_t look = look_index(cell->style);
	cchar_t wide;

	if (setcchar(&wide, cell->text, curses->looks[look].attributes, curses->looks[look].pair,
		NULL) == OK)
		mvadd_wch(row, col, &wide);
}

static bool same(const struct canvas_cell *a, const struct canvas_cell *b)
{
	return a->style == b->style && a->width == b->width &&
	    memcmp(a->text, b->text, sizeof a->text) == 0;
}

int canvas_curses_put(struct canvas_curses *curses, const struct canvas *canvas, bool all)
{
	struct canvas *shown = curses->shown;
	int rows = 0, last = -1;

	if (shown == NULL || shown->rows != canvas->rows || shown->cols != canvas->cols) {
		canvas_free(shown);
		shown = curses->shown = canvas_new(canvas->rows, canvas->cols, canvas->ascii);
		all = true;
	}
	if (all) {
		erase();
		clearok(curscr, TRUE);
	}
	for (int i = 0; i < canvas->rows * canvas->cols; i++) {
		const struct canvas_cell *cell = &canvas->cells[i];

		if (!all && same(cell, &shown->cells[i]))
			continue;
		if (cell->width > 0)
			show_cell(curses, cell, i / canvas->cols, i % canvas->cols);
		shown->cells[i] = *cell;
		rows += i / canvas->cols != last;
		last = i / canvas->cols;
	}
	move(canvas->cursor_row, canvas->cursor_col);
	return rows;
}

void canvas_curses_write(void)
{
	refresh();
}
