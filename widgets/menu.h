/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_MENU_H
#define WIDGETS_MENU_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"
#include "widgets/keys.h"

/*
 * A list of things that can be done, in a frame over what else is on the
 * screen. An entry that cannot be chosen now says why instead of vanishing.
 */
struct menu_entry {
	const char *label;   /* NULL: a line between groups */
	const char *key;     /* what does the same without the menu */
	const char *refusal; /* why it cannot be chosen; NULL: it can */
	int id;              /* the caller's, from 0 */
};

struct menu {
	const char *title;
	const struct menu_entry *entries; /* the caller's */
	size_t count;
	size_t selected, top;
	struct area drawn; /* where it was last drawn */
};

enum { MENU_NOTHING = -1, MENU_CLOSED = -2 };

/* Selects the first entry that can be chosen. */
void menu_open(struct menu *menu);
/* Draws below row and right of col, moved so that it fits. */
void menu_draw(struct menu *menu, struct area area, int row, int col);
/* The id of the entry that was chosen, MENU_CLOSED by Esc or a click beside
 * it, else MENU_NOTHING. */
int menu_key(struct menu *menu, const struct key *key);

#endif
