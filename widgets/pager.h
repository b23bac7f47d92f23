/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_PAGER_H
#define WIDGETS_PAGER_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"
#include "widgets/keys.h"

/*
 * Lines of text, oldest first, the newest at the bottom. It follows new lines
 * until somebody scrolls; then it stands still and counts what came meanwhile.
 * The lines are the caller's, got by callback; it tells when lines were put in
 * front or taken away there. The caller owns the struct and zeroes it. How many
 * lines there are costs nothing: only those near the ones that are seen are
 * asked for, and only while it is drawn.
 */
#define PAGER_SPANS 8
#define PAGER_MATCHES 32 /* that are drawn of a span */
#define PAGER_SEEN 160   /* lines of a page that can be found by their row */

struct pager_line {
	size_t count;
	struct {
		const char *text; /* borrowed until the next call */
		unsigned style;
	} spans[PAGER_SPANS];
	bool dim; /* stands around what was looked for: all of it is drawn dim */
};

/* Bytes of a span, from .. end - 1. */
struct pager_match {
	size_t from, end;
};

struct pager {
	size_t lines;
	void (*line)(void *arg, size_t index, struct pager_line *line_r);
	/* Which bytes of a span are to be seen at once, in their order and apart
	 * from each other; returns how many, at most most. Only asked for what is
	 * drawn, after line. NULL: none. */
	size_t (*matches)(void *arg, size_t index, size_t span, const char *text,
	    struct pager_match *matches_r, size_t most);
	void *arg;
	bool follow;
	bool wrap;
	bool select;     /* one line is selected; keys move that */
	size_t at;       /* which one */
	bool anchored;   /* a range is being marked, */
	size_t anchor;   /* from here to the selected line */
	size_t top;      /* the first line that is seen */
	int skip;        /* rows of it that are not */
	size_t seen;     /* lines that were there when following stopped */
	int indent;      /* of the rows that a wrapped line goes on in; 0: 2 */
	int left;        /* cells scrolled to the right, without wrap; kept over filters */
	int page, width; /* of the area it was last drawn in */
	bool ascii;
	int scroll; /* rows to go when it is drawn next */
	int beyond; /* rows of the selected line that are below the page */
	size_t seen_lines;
	short seen_rows[PAGER_SEEN]; /* rows of each line on the page */
};

void pager_draw(struct pager *pager, struct area area);
/* Arrows, j k h l, PgUp PgDn, Space, g G, Home End, the wheel, f, w; with
 * select also v, which begins and ends a range, and Esc, which ends one. */
bool pager_key(struct pager *pager, const struct key *key);
/* Lines that came since following stopped. */
size_t pager_new_lines(const struct pager *pager);
/* The lines that are marked: the range, or the selected one. False: none. */
bool pager_range(const struct pager *pager, size_t *first_r, size_t *count_r);
/* The line that was drawn at an area's row; lines when none was. */
size_t pager_line_at(const struct pager *pager, int row);
/* Stops following and goes to a line, which is selected then. */
void pager_show(struct pager *pager, size_t index);
/* count lines were put before the first one. */
void pager_prepended(struct pager *pager, size_t count);
/* The first count lines are gone. */
void pager_dropped(struct pager *pager, size_t count);
/* The lines are other ones now (another filter): to the end, following; how far
 * it was scrolled to the right stays. */
void pager_restart(struct pager *pager);

#endif
