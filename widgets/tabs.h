/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_TABS_H
#define WIDGETS_TABS_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"
#include "widgets/keys.h"

/*
 * One row of names, one of which is selected and stands in brackets:
 * " Status [Log] Config ". The tabs of a page, and the numbered views of a
 * whole screen. Names come closer, then shorter ones stand in for them, and at
 * last the row scrolls, with < and > where there is more. A tab's place does
 * not depend on which one is selected unless it scrolls. The caller owns the
 * struct and zeroes it.
 */
#define TABS_MAX 32

struct tab {
	const char *key;     /* stands before the name, "1"; NULL: none */
	const char *name;    /* borrowed while it is drawn */
	const char *shorter; /* NULL: there is none */
};

struct tabs {
	const struct tab *tabs;
	size_t count; /* at most TABS_MAX */
	size_t selected;
	size_t first; /* that is seen */
	/* where they were last drawn, on the canvas */
	int row;
	struct {
		int from, end; /* the same: not drawn */
	} places[TABS_MAX];
	int left, right; /* columns of < and >, -1: not there */
};

enum { TABS_NOTHING = -1 };

void tabs_draw(struct tabs *tabs, struct area area, int row, unsigned style);
/* Left, right, Tab and BackTab select the next one, round the ends. */
bool tabs_key(struct tabs *tabs, const struct key *key);
/* The number of the tab that a click hits, TABS_NOTHING when it hits none. It
 * is not selected by that. < and > stand for the next one there. */
int tabs_click(const struct tabs *tabs, const struct key *key);

#endif
