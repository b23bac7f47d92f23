/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A position is a line's number and how many of its rows are passed over, so
 * that a resize or a switch of wrapping leaves what is being read on the
 * screen, and a line that is longer than the page can be read to its end. Keys
 * never ask for lines, whose text may be there for drawing only: what takes
 * counting of rows waits for that.
 */
#include "widgets/pager.h"

#define SIDE_STEP 16

static void stop_following(struct pager *pager)
{
	if (pager->follow)
		pager->seen = pager->lines;
	pager->follow = false;
}

/* ---- By lines ---- */

static void select_up(struct pager *pager, size_t lines)
{
	stop_following(pager);
	/* Inside of a line that is longer than the page first. */
	if (lines == 1 && pager->at == pager->top && pager->skip > 0) {
		pager->skip--;
		pager->beyond++;
		return;
	}
	pager->at -= lines < pager->at ? lines : pager->at;
	pager->beyond = 0;
}

static void select_down(struct pager *pager, size_t lines)
{
	size_t last = pager->lines > 0 ? pager->lines - 1 : 0;

	if (pager->follow)
		return;
	if (lines == 1 && pager->at == pager->top && pager->beyond > 0) {
		pager->skip++;
		pager->beyond--;
		return;
	}
	pager->at = pager->at + lines < last ? pager->at + lines : last;
	pager->beyond = 0;
}

/* ---- Keys ---- */

static void up(struct pager *pager, int rows)
{
	if (pager->select) {
		select_up(pager, (size_t)rows);
		return;
	}
	stop_following(pager);
	pager->scroll -= rows;
}

static void down(struct pager *pager, int rows)
{
	if (pager->select)
		select_down(pager, (size_t)rows);
	else if (!pager->follow)
		pager->scroll += rows;
}

static void to_front(struct pager *pager)
{
	stop_following(pager);
	pager->top = pager->at = 0;
	pager->skip = pager->scroll = pager->beyond = 0;
}

static void sideways(struct pager *pager, int cells)
{
	if (!pager->wrap)
		pager->left = pager->left + cells > 0 ? pager->left + cells : 0;
}

static bool mark(struct pager *pager)
{
	if (!pager->select)
		return false;
	stop_following(pager); /* what is marked stays on the screen */
	pager->anchored = !pager->anchored;
	pager->anchor = pager->at;
	return true;
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
		to_front(pager);
		return true;
	case 'G':
		pager->follow = true;
		return true;
	case ' ':
		down(pager, pager->page > 1 ? pager->page - 1 : 1);
		return true;
	case 'f':
		if (pager->follow)
			pager->seen = pager->lines;
		pager->follow = !pager->follow;
		return true;
	case 'w':
		pager->wrap = !pager->wrap;
		pager->skip = pager->beyond = 0;
		return true;
	case 'v':
		return mark(pager);
	default:
		return false;
	}
}

bool pager_key(struct pager *pager, const struct key *key)
{
	int page = pager->page > 1 ? pager->page - 1 : 1;

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
		to_front(pager);
		return true;
	case PRESS_LAST:
		pager->follow = true;
		return true;
	case PRESS_ESCAPE:
		if (!pager->anchored)
			return false;
		pager->anchored = false;
		return true;
	default:
		return false;
	}
}

/* ---- What the caller asks and tells ---- */

size_t pager_new_lines(const struct pager *pager)
{
	return pager->follow || pager->lines < pager->seen ? 0 : pager->lines - pager->seen;
}

bool pager_range(const struct pager *pager, size_t *first_r, size_t *count_r)
{
	size_t last = pager->lines > 0 ? pager->lines - 1 : 0;
	size_t at = pager->follow || pager->at > last ? last : pager->at;
	size_t other = pager->anchored ? pager->anchor : at;

	if (!pager->select || pager->lines == 0)
		return false;
	other = other < last ? other : last;
	*first_r = at < other ? at : other;
	*count_r = (at < other ? other - at : at - other) + 1;
	return true;
}

size_t pager_line_at(const struct pager *pager, int row)
{
	int at = -pager->skip;

	if (row < 0 || row >= pager->page)
		return pager->lines;
	for (size_t i = 0; i < pager->seen_lines; i++) {
		at += pager->seen_rows[i];
		if (row < at && pager->top + i < pager->lines)
			return pager->top + i;
	}
	return pager->lines;
}

void pager_show(struct pager *pager, size_t index)
{
	stop_following(pager);
	pager->at = index;
	pager->scroll = pager->beyond = 0;
	if (pager->select)
		return;
	pager->top = index;
	pager->skip = 0;
}

void pager_prepended(struct pager *pager, size_t count)
{
	pager->lines += count;
	pager->top += count;
	pager->seen += count;
	pager->at += count;
	pager->anchor += count;
}

static void drop(size_t *number, size_t count)
{
	*number -= count < *number ? count : *number;
}

void pager_dropped(struct pager *pager, size_t count)
{
	if (count > pager->top)
		pager->skip = 0; /* the line that it belonged to is gone */
	drop(&pager->lines, count);
	drop(&pager->top, count);
	drop(&pager->seen, count);
	drop(&pager->at, count);
	drop(&pager->anchor, count);
}

void pager_restart(struct pager *pager)
{
	pager->follow = true;
	pager->anchored = false;
	pager->top = pager->seen = pager->at = 0;
	pager->skip = pager->scroll = pager->beyond = 0;
}
