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
 * front or taken away there. The caller owns the struct and zeroes it.
 */
#define PAGER_SPANS 8

struct pager_line {
	size_t count;
	struct {
		const char *text; /* borrowed until the next call */
		unsigned style;
	} spans[PAGER_SPANS];
};

struct pager {
	size_t lines;
	void (*line)(void *arg, size_t index, struct pager_line *line_r);
	void *arg;
	bool follow;
	bool wrap;
	size_t top;      /* the first line that is seen */
	size_t seen;     /* lines that were there when following stopped */
	int indent;      /* of the rows that a wrapped line goes on in; 0: 2 */
	int left;        /* cells scrolled to the right, without wrap */
	int page, width; /* of the area it was last drawn in */
};

void pager_draw(struct pager *pager, struct area area);
/* Arrows, j k h l, PgUp PgDn, Space, g G, Home End, the wheel, f, w. */
bool pager_key(struct pager *pager, const struct key *key);
/* Lines that came since following stopped. */
size_t pager_new_lines(const struct pager *pager);
/* count lines were put before the first one. */
void pager_prepended(struct pager *pager, size_t count);
/* The first count lines are gone. */
void pager_dropped(struct pager *pager, size_t count);
/* The lines are other ones now (another filter): to the end, following. */
void pager_restart(struct pager *pager);

#endif
