/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Positions are line numbers, never rows: a resize or a switch of wrapping
 * changes how many rows a line takes, but not what is being read.
 */
#include "widgets/pager.h"

#include "widgets/cells.h"

#define SIDE_STEP 16
#define INDENT 2

/* Cells from text to the end of its word. */
static int word_width(const char *text, bool ascii)
{
	uint32_t code, shown;
	int width = 0;

	while ((code = cells_next(&text)) != 0 && code != ' ') {
		int cells = cells_shown(code, ascii, &shown);

		width += cells > 0 ? cells : 0;
	}
	return width;
}

/* Whether a wrapped line goes on in the next row before text: a character that
 * has no room, or a word that has none but would have a row of its own. */
static bool breaks(struct area area, int at, int width, bool word_begins, const char *text,
    int indent)
{
	if (at + width > area.cols)
		return true;
	if (!word_begins || at <= indent)
		return false;
	int word = word_width(text, area.canvas->ascii);

	return at + word > area.cols && word <= (area.cols - indent) / 2;
}

/* Draws a line from row on over at most rows rows and returns how many it
 * takes; with row -1 it only counts. */
static int draw_line(const struct pager *pager, struct area area, int row, int rows, size_t index)
{
	struct pager_line line = { 0 };
	bool ascii = area.canvas->ascii;
	int indent = pager->indent > 0 ? pager->indent : INDENT;
	int at = 0, used = 1, skip = pager->wrap ? 0 : pager->left;
	uint32_t before = ' ';

	pager->line(pager->arg, index, &line);
	for (size_t i = 0; i < line.count; i++) {
		const char *text = line.spans[i].text;
		const char *next = text;
		uint32_t code, shown;

		for (; (code = cells_next(&next)) != 0; text = next) {
			int width = cells_shown(code, ascii, &shown);
			char one[5];

			if (pager->wrap && width > 0 &&
			    breaks(area, at, width, before == ' ' && code != ' ', text, indent)) {
				if (used == rows)
					return used;
				used++;
				at = indent < area.cols / 2 ? indent : INDENT;
				if (code == ' ')
					continue;
			}
			before = code;
			one[cells_encode(shown, one)] = '\0';
			if (row >= 0 && width >= 0 && at - skip >= 0)
				area_text(area, row + used - 1, at - skip, line.spans[i].style,
				    one);
			at += width > 0 ? width : 0;
		}
	}
	return used;
}

static int line_rows(const struct pager *pager, struct area area, size_t index)
{
	return pager->wrap ? draw_line(pager, area, -1, area.rows, index) : 1;
}

/* The first line of the last page. */
static size_t last_top(const struct pager *pager, struct area area)
{
	size_t top = pager->lines;
	int rows = 0;

	while (top > 0) {
		rows += line_rows(pager, area, top - 1);
		if (rows > area.rows)
			break;
		top--;
	}
	/* A line longer than the page is seen from its beginning. */
	return top == pager->lines && top > 0 ? top - 1 : top;
}

void pager_draw(struct pager *pager, struct area area)
{
	int row = 0;

	pager->page = area.rows;
	pager->width = area.cols;
	if (area.rows < 1 || area.cols < 1)
		return;
	size_t last = last_top(pager, area);

	if (pager->follow || pager->top > last)
		pager->top = last;
	if (pager->follow)
		pager->seen = pager->lines;
	for (size_t i = pager->top; i < pager->lines && row < area.rows; i++)
		row += draw_line(pager, area, row, area.rows - row, i);
	area_cursor(area, pager->follow && row > 0 ? row - 1 : 0, 0);
}

static void up(struct pager *pager, size_t lines)
{
	if (pager->follow)
		pager->seen = pager->lines;
	pager->follow = false;
	pager->top = pager->top > lines ? pager->top - lines : 0;
}

static void down(struct pager *pager, size_t lines)
{
	if (!pager->follow)
		pager->top += lines; /* drawing keeps it in range */
}

static void sideways(struct pager *pager, int cells)
{
	if (!pager->wrap)
		pager->left = pager->left + cells > 0 ? pager->left + cells : 0;
}

static bool character(struct pager *pager, uint32_t c)
{
	switch (c) {
	case 'k':
		up(pager, 1);
		return true;
	case 'j':
		down(pager, 1);
		return true;
	case 'h':
		sideways(pager, -SIDE_STEP);
		return true;
	case 'l':
		sideways(pager, SIDE_STEP);
		return true;
	case 'g':
		up(pager, pager->lines);
		return true;
	case 'G':
		pager->follow = true;
		return true;
	case ' ':
		down(pager, pager->page > 1 ? (size_t)pager->page - 1 : 1);
		return true;
	case 'f':
		if (pager->follow)
			pager->seen = pager->lines;
		pager->follow = !pager->follow;
		return true;
	case 'w':
		pager->wrap = !pager->wrap;
		return true;
	default:
		return false;
	}
}

bool pager_key(struct pager *pager, const struct key *key)
{
	size_t page = pager->page > 1 ? (size_t)pager->page - 1 : 1;

	switch (key->code) {
	case PRESS_CHARACTER:
		return character(pager, key->character);
	case PRESS_ARROW_UP:
		up(pager, 1);
		return true;
	case PRESS_ARROW_DOWN:
		down(pager, 1);
		return true;
	case PRESS_WHEEL_UP:
		up(pager, 3);
		return true;
	case PRESS_WHEEL_DOWN:
		down(pager, 3);
		return true;
	case PRESS_ARROW_LEFT:
		sideways(pager, -SIDE_STEP);
		return true;
	case PRESS_ARROW_RIGHT:
		sideways(pager, SIDE_STEP);
		return true;
	case PRESS_PAGE_UP:
		up(pager, page);
		return true;
	case PRESS_PAGE_DOWN:
		down(pager, page);
		return true;
	case PRESS_FIRST:
		up(pager, pager->lines);
		return true;
	case PRESS_LAST:
		pager->follow = true;
		return true;
	default:
		return false;
	}
}

size_t pager_new_lines(const struct pager *pager)
{
	return pager->follow || pager->lines < pager->seen ? 0 : pager->lines - pager->seen;
}

void pager_prepended(struct pager *pager, size_t count)
{
	pager->lines += count;
	pager->top += count;
	pager->seen += count;
}

void pager_dropped(struct pager *pager, size_t count)
{
	pager->lines -= count < pager->lines ? count : pager->lines;
	pager->top -= count < pager->top ? count : pager->top;
	pager->seen -= count < pager->seen ? count : pager->seen;
}

void pager_restart(struct pager *pager)
{
	pager->follow = true;
	pager->left = 0;
	pager->top = pager->seen = 0;
}
