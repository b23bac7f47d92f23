/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything is ranked anew after each key that changes the line: with a few
 * thousand entries that takes about a millisecond, and nothing can be stale.
 */
#include "widgets/chooser.h"

#include <stdlib.h>

#include "widgets/cells.h"
#include "widgets/fuzzy.h"

#define WIDTH_MOST 90
#define ROWS_MOST 18
#define DETAIL_SHARE 3 /* a hit in the detail counts a third */

/* ---- Ranking ---- */

static int compare(const void *left, const void *right)
{
	const struct chooser_found *a = left, *b = right;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

static int score_of(const struct fuzzy_query *query, const struct chooser_entry *entry)
{
	int score = fuzzy_score(query, entry->label, NULL);

	if (score >= 0 || entry->detail == NULL)
		return score;
	score = fuzzy_score(query, entry->detail, NULL);
	return score < 0 ? -1 : score / DETAIL_SHARE;
}

static void rank(struct chooser *chooser)
{
	struct fuzzy_query query;

	fuzzy_query(&query, chooser->input.text);
	chooser->found_count = 0;
	for (size_t i = 0; i < chooser->count; i++) {
		struct chooser_entry entry = { .label = "" };

		chooser->entry(chooser->arg, i, &entry);
		int score = score_of(&query, &entry);

		if (score >= 0)
			chooser->found[chooser->found_count++] = (struct chooser_found){ i, score };
	}
	if (query.count > 0)
		qsort(chooser->found, chooser->found_count, sizeof *chooser->found, compare);
}

void chooser_refresh(struct chooser *chooser)
{
	size_t before = chooser->selected < chooser->found_count ?
	    chooser->found[chooser->selected].index :
	    chooser->count;

	free(chooser->found);
	chooser->found = cells_memory(chooser->count, sizeof *chooser->found);
	rank(chooser);
	chooser->selected = 0;
	for (size_t i = 0; i < chooser->found_count; i++)
		if (chooser->found[i].index == before)
			chooser->selected = i;
}

void chooser_open(struct chooser *chooser, const char *query)
{
	input_set(&chooser->input, query);
	chooser->found_count = chooser->selected = chooser->top = 0;
	chooser_refresh(chooser);
	chooser->selected = 0;
}

void chooser_close(struct chooser *chooser)
{
	free(chooser->found);
	chooser->found = NULL;
	chooser->found_count = 0;
}

/* ---- Drawing ---- */

/* Text with the letters that were hit in another style; cut with an ellipsis.
 * Returns the column behind it. */
static int draw_hits(struct area area, int row, int col, int width, unsigned style,
    const char *text, const struct fuzzy_match *match)
{
	int whole = area_width(area, text), at = col;
	int end = col + (whole < width ? whole : width);

	if (width < 1)
		return col;
	area_field(area, row, col, end - col, ALIGN_LEFT, style, text);
	if (whole > width)
		end--; /* the ellipsis */
	for (size_t i = 0; i < FUZZY_TEXT && *text != '\0'; i++) {
		uint32_t shown;
		int cells = cells_shown(cells_next(&text), area.canvas->ascii, &shown);

		if (cells < 1)
			continue;
		if (at + cells > end)
			break;
		if (match->hit[i])
			area_restyle(area, row, at, cells, STYLE_MATCH);
		at += cells;
	}
	return col + (whole < width ? whole : width);
}

static void draw_entry(const struct chooser *chooser, const struct fuzzy_query *query, int row,
    size_t place)
{
	struct area list = chooser->list;
	struct chooser_entry entry = { .label = "" };
	struct fuzzy_match hits;

	chooser->entry(chooser->arg, chooser->found[place].index, &entry);
	const char *behind = entry.refusal != NULL ? entry.refusal : entry.detail;
	unsigned style = entry.refusal != NULL ? STYLE_DIM : STYLE_NORMAL;
	int key = entry.key != NULL ? area_width(list, entry.key) : 0;
	int room = list.cols - 2; /* the mark */

	/* A key that leaves no room for the label is left out. */
	if (key > 0 && key + 8 < room) {
		area_text(list, row, list.cols - key, STYLE_KEY, entry.key);
		room -= key + 2;
	}
	bool in_label = fuzzy_score(query, entry.label, &hits) >= 0;
	int col = draw_hits(list, row, 2, room, style, entry.label, &hits);

	room -= col;
	if (behind != NULL && room > 4) {
		hits = (struct fuzzy_match){ 0 };
		if (!in_label && behind == entry.detail)
			fuzzy_score(query, behind, &hits);
		draw_hits(list, row, col + 2, room, STYLE_DIM, behind, &hits);
	}
	if (place == chooser->selected) {
		area_glyph(list, row, 0, STYLE_NORMAL, GLYPH_MARK);
		area_select(list, row);
	}
}

static void draw_list(struct chooser *chooser)
{
	struct fuzzy_query query;
	size_t page = chooser->list.rows > 0 ? (size_t)chooser->list.rows : 0;

	chooser->page = page;
	if (chooser->selected < chooser->top)
		chooser->top = chooser->selected;
	if (page > 0 && chooser->selected >= chooser->top + page)
		chooser->top = chooser->selected - page + 1;
	if (chooser->top + page > chooser->found_count)
		chooser->top = chooser->found_count > page ? chooser->found_count - page : 0;
	if (chooser->found_count == 0 && chooser->nothing != NULL && page > 0)
		area_field(chooser->list, 0, 2, chooser->list.cols - 2, ALIGN_LEFT, STYLE_DIM,
		    chooser->nothing);
	fuzzy_query(&query, chooser->input.text);
	for (size_t i = 0; i < page && chooser->top + i < chooser->found_count; i++)
		draw_entry(chooser, &query, (int)i, chooser->top + i);
}

/* Always as high as all entries would want, so that it does not jump while
 * somebody types. Without room for a frame there is none. */
static struct area place(const struct chooser *chooser, struct area area)
{
	int width = area.cols < WIDTH_MOST ? area.cols : WIDTH_MOST;
	int rows = chooser->count < ROWS_MOST ? (int)chooser->count : ROWS_MOST;
	int height = (rows > 0 ? rows : 1) + 3;

	return area_part(area, 0, (area.cols - width) / 2, height < area.rows ? height : area.rows,
	    width);
}

void chooser_draw(struct chooser *chooser, struct area area)
{
	struct area inside = chooser->drawn = place(chooser, area);
	bool framed = inside.rows >= 4 && inside.cols >= 12;

	if (framed)
		inside = area_frame(inside, chooser->title);
	else
		for (int row = 0; row < inside.rows; row++)
			area_fill(inside, row, 0, inside.cols, STYLE_NORMAL);
	chooser->list = area_part(inside, 1, 0, inside.rows - 1, inside.cols);
	draw_list(chooser);
	input_draw(&chooser->input, inside, 0, chooser->prompt != NULL ? chooser->prompt : "");
	if (!framed)
		return;
	if (chooser->top > 0)
		area_glyph(chooser->drawn, 0, chooser->drawn.cols - 3, STYLE_NOTE, GLYPH_UP);
	if (chooser->top + chooser->page < chooser->found_count)
		area_glyph(chooser->drawn, chooser->drawn.rows - 1, chooser->drawn.cols - 3,
		    STYLE_NOTE, GLYPH_DOWN);
}

/* ---- Keys ---- */

static int choose(struct chooser *chooser, size_t place)
{
	struct chooser_entry entry = { .label = "" };

	if (place >= chooser->found_count)
		return CHOOSER_NOTHING;
	chooser->selected = place;
	chooser->entry(chooser->arg, chooser->found[place].index, &entry);
	return entry.refusal == NULL ? (int)chooser->found[place].index : CHOOSER_NOTHING;
}

static int click(struct chooser *chooser, const struct key *key)
{
	struct area d = chooser->drawn, list = chooser->list;

	if (key->row < d.row || key->row >= d.row + d.rows || key->col < d.col ||
	    key->col >= d.col + d.cols)
		return CHOOSER_CLOSED;
	if (key->row < list.row || key->row >= list.row + list.rows)
		return CHOOSER_NOTHING;
	return choose(chooser, chooser->top + (size_t)(key->row - list.row));
}

static void move(struct chooser *chooser, size_t by, bool down)
{
	size_t last = chooser->found_count > 0 ? chooser->found_count - 1 : 0;

	if (down)
		chooser->selected = by > last - chooser->selected ? last : chooser->selected + by;
	else
		chooser->selected = by > chooser->selected ? 0 : chooser->selected - by;
}

static bool moves(struct chooser *chooser, const struct key *key)
{
	uint32_t control = key->code == PRESS_CONTROL ? key->character : 0;
	size_t page = chooser->page > 0 ? chooser->page : 1;

	if (key->code == PRESS_ARROW_UP || key->code == PRESS_WHEEL_UP || control == 'P')
		move(chooser, 1, false);
	else if (key->code == PRESS_ARROW_DOWN || key->code == PRESS_WHEEL_DOWN || control == 'N')
		move(chooser, 1, true);
	else if (key->code == PRESS_PAGE_UP)
		move(chooser, page, false);
	else if (key->code == PRESS_PAGE_DOWN)
		move(chooser, page, true);
	else
		return false;
	return true;
}

int chooser_key(struct chooser *chooser, const struct key *key)
{
	if (key->code == PRESS_CLICK)
		return click(chooser, key);
	if (moves(chooser, key))
		return CHOOSER_NOTHING;
	switch (input_key(&chooser->input, key)) {
	case INPUT_CHANGED:
		rank(chooser);
		chooser->selected = chooser->top = 0;
		return CHOOSER_NOTHING;
	case INPUT_DONE:
		return choose(chooser, chooser->selected);
	case INPUT_CANCELLED:
		return CHOOSER_CLOSED;
	default:
		return CHOOSER_NOTHING;
	}
}
