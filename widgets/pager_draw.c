/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line is walked along once, character by character, whether its rows are
 * counted or drawn. What stands side by side in one style is drawn in one go.
 */
#include "widgets/pager.h"

#include "widgets/cells.h"

#define INDENT 2

/* Cells from text to the end of its word; more than most do not matter. */
static int word_width(const char *text, bool ascii, int most)
{
	uint32_t code, shown;
	int width = 0;

	while (width <= most && (code = cells_next(&text)) != 0 && code != ' ') {
		int cells = cells_shown(code, ascii, &shown);

		width += cells > 0 ? cells : 0;
	}
	return width;
}

struct walk {
	const struct pager *pager;
	struct area area;
	bool drawn;
	int row, at, used;
	int indent, skip;
	uint32_t before;
	/* what waits to be drawn */
	const char *run;
	int run_col;
	unsigned run_style;
};

/* Whether a wrapped line goes on in the next row before text: a character that
 * has no room, or a word that has none but would have a row of its own. */
static bool breaks(const struct walk *w, int width, uint32_t code, const char *text)
{
	int cols = w->pager->width;

	if (w->at + width > cols)
		return true;
	if (w->before != ' ' || code == ' ' || w->at <= w->indent)
		return false;
	int word = word_width(text, w->pager->ascii, cols);

	return w->at + word > cols && word <= (cols - w->indent) / 2;
}

static void flush(struct walk *w, const char *end)
{
	if (w->run != NULL && end > w->run)
		area_bytes(w->area, w->row + w->used - 1, w->run_col, w->run_style, w->run,
		    (size_t)(end - w->run));
	w->run = NULL;
}

static void next_row(struct walk *w, const char *text)
{
	flush(w, text);
	w->used++;
	w->at = w->indent;
}

/* Adds the character at text to the run, or begins a new one with it. */
static void add(struct walk *w, const char *text, unsigned style)
{
	if (w->at < w->skip) {
		flush(w, text);
		return;
	}
	if (w->run != NULL && w->run_style != style)
		flush(w, text);
	if (w->run == NULL) {
		w->run = text;
		w->run_col = w->at - w->skip;
		w->run_style = style;
	}
}

struct hits {
	struct pager_match matches[PAGER_MATCHES];
	size_t count, next;
};

static unsigned style_at(struct hits *hits, size_t byte, unsigned style)
{
	while (hits->next < hits->count && byte >= hits->matches[hits->next].end)
		hits->next++;
	return hits->next < hits->count && byte >= hits->matches[hits->next].from ? STYLE_MATCH :
										    style;
}

static void walk_span(struct walk *w, const char *text, unsigned style, struct hits *hits)
{
	const char *begin = text, *next = text;
	uint32_t code, shown;

	for (; (code = cells_next(&next)) != 0; text = next) {
		int width = cells_shown(code, w->pager->ascii, &shown);

		if (w->pager->wrap && width > 0 && breaks(w, width, code, text)) {
			next_row(w, text);
			if (code == ' ')
				continue;
		}
		w->before = code;
		if (w->drawn)
			add(w, text, style_at(hits, (size_t)(text - begin), style));
		w->at += width > 0 ? width : 0;
	}
	flush(w, text);
}

/* Draws a line from row on, which may lie above the area, or only counts;
 * returns the rows it takes. */
static int walk_line(const struct pager *pager, struct area area, int row, size_t index, bool drawn)
{
	struct pager_line line = { 0 };
	int indent = pager->indent > 0 ? pager->indent : INDENT;
	struct walk w = {
		.pager = pager,
		.area = area,
		.drawn = drawn,
		.row = row,
		.used = 1,
		.indent = indent < pager->width / 2 ? indent : INDENT,
		.skip = pager->wrap ? 0 : pager->left,
		.before = ' ',
	};

	/* In a very narrow area every row has room for a character. */
	if (w.indent + 2 > pager->width)
		w.indent = 0;
	pager->line(pager->arg, index, &line);
	for (size_t i = 0; i < line.count; i++) {
		struct hits hits = { .count = 0 };

		if (drawn && pager->matches != NULL)
			hits.count = pager->matches(pager->arg, index, i, line.spans[i].text,
			    hits.matches, PAGER_MATCHES);
		walk_span(&w, line.spans[i].text, line.dim ? STYLE_DIM : line.spans[i].style,
		    &hits);
	}
	return w.used;
}

/* Rows that a line takes. */
static int rows_of(const struct pager *pager, size_t index)
{
	struct area none = { 0 };

	if (!pager->wrap || pager->width < 1 || index >= pager->lines)
		return 1;
	return walk_line(pager, none, 0, index, false);
}

/* What keys asked for. Not behind the last line; the last page is kept full by
 * keep_in_range. */
static void apply_scroll(struct pager *pager)
{
	int rows = pager->scroll;

	pager->scroll = 0;
	if (rows == 0 || pager->follow)
		return;
	/* What was seen last may have become shorter. */
	if (pager->top >= pager->lines)
		pager->top = pager->lines > 0 ? pager->lines - 1 : 0;
	pager->skip += rows;
	while (pager->skip < 0 && pager->top > 0)
		pager->skip += rows_of(pager, --pager->top);
	if (pager->skip < 0)
		pager->skip = 0;
	while (pager->top + 1 < pager->lines) {
		int taken = rows_of(pager, pager->top);

		if (pager->skip < taken)
			return;
		pager->skip -= taken;
		pager->top++;
	}
}

/* The position from which the last row stands at the bottom. */
static void last_position(const struct pager *pager, size_t *top_r, int *skip_r)
{
	size_t top = pager->lines;
	int rows = 0;

	while (top > 0 && rows < pager->page)
		rows += rows_of(pager, --top);
	*top_r = top;
	*skip_r = rows > pager->page ? rows - pager->page : 0;
}

/* The selected line is seen: whole, when the page has room for it. */
static void keep_in_view(struct pager *pager)
{
	int rows = rows_of(pager, pager->at), above = -pager->skip;

	if (pager->at < pager->top ||
	    (pager->at == pager->top && pager->skip > 0 && rows <= pager->page)) {
		pager->top = pager->at;
		pager->skip = 0;
		return;
	}
	for (size_t i = pager->top; i < pager->at && above < pager->page; i++)
		above += rows_of(pager, i);
	if (above < pager->page && (above + rows <= pager->page || rows > pager->page))
		return;
	/* From the line back until the page is full. */
	size_t top = pager->at;
	int have = rows;

	while (top > 0 && have < pager->page)
		have += rows_of(pager, --top);
	pager->top = top;
	pager->skip = have > pager->page && rows <= pager->page ? have - pager->page : 0;
}

static void keep_in_range(struct pager *pager)
{
	size_t last, end = pager->lines > 0 ? pager->lines - 1 : 0;
	int skip;

	if (pager->follow) {
		pager->seen = pager->lines;
		pager->at = end;
	}
	pager->at = pager->at < end ? pager->at : end;
	pager->anchor = pager->anchor < end ? pager->anchor : end;
	last_position(pager, &last, &skip);
	if (pager->follow || pager->top > last || (pager->top == last && pager->skip > skip)) {
		pager->top = last;
		pager->skip = skip;
	}
	if (pager->skip >= rows_of(pager, pager->top))
		pager->skip = 0;
	if (pager->select && !pager->follow && pager->lines > 0)
		keep_in_view(pager);
}

static bool in_range(const struct pager *pager, size_t index)
{
	size_t low = pager->at < pager->anchor ? pager->at : pager->anchor;
	size_t high = pager->at < pager->anchor ? pager->anchor : pager->at;

	return pager->select && pager->anchored && index >= low && index <= high;
}

static void mark_rows(const struct pager *pager, struct area area, int row, int rows, size_t index)
{
	bool selected = pager->select && index == pager->at;

	for (int i = row; i < row + rows; i++) {
		if (in_range(pager, index))
			area_restyle(area, i, 0, area.cols, STYLE_RANGE);
		if (selected)
			area_select(area, i);
	}
	if (selected)
		area_cursor(area, row, 0);
}

void pager_draw(struct pager *pager, struct area area)
{
	pager->page = area.rows;
	pager->width = area.cols;
	if (area.rows < 1 || area.cols < 1)
		return;
	pager->ascii = area.canvas->ascii;
	apply_scroll(pager);
	keep_in_range(pager);
	int row = -pager->skip;

	pager->seen_lines = 0;
	pager->beyond = 0;

	for (size_t i = pager->top; i < pager->lines && row < area.rows; i++) {
		int rows = walk_line(pager, area, row, i, true);

		mark_rows(pager, area, row, rows, i);
		row += rows;
		if (pager->seen_lines < PAGER_SEEN)
			pager->seen_rows[pager->seen_lines++] = (short)rows;
		if (i == pager->at && row > area.rows)
			pager->beyond = row - area.rows;
	}
	row = row < area.rows ? row : area.rows;
	if (!pager->select || pager->lines == 0)
		area_cursor(area, pager->follow && row > 0 ? row - 1 : 0, 0);
}
