/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_CHOOSER_H
#define WIDGETS_CHOOSER_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"
#include "widgets/input.h"
#include "widgets/keys.h"

/*
 * A line to type in and below it what fits, best first: the palette. Entries
 * are the caller's, got by callback; what fits is widgets/fuzzy.h's business.
 * A word that is not in an entry's label may be in its detail, which counts
 * less. An entry that cannot be chosen now says why instead of vanishing.
 */
struct chooser_entry {
	const char *label;   /* borrowed until the next call */
	const char *detail;  /* NULL: none */
	const char *key;     /* what does the same without the list; NULL: nothing */
	const char *refusal; /* why it cannot be chosen; NULL: it can */
};

struct chooser_found {
	size_t index;
	int score;
};

/* The caller sets the first group and zeroes the rest. */
struct chooser {
	const char *title;
	const char *prompt;  /* before what is typed, ": " */
	const char *nothing; /* what stands there when nothing fits */
	size_t count;
	/* Called while it is drawn and from the functions below. */
	void (*entry)(void *arg, size_t index, struct chooser_entry *entry_r);
	void *arg;

	struct input input;
	struct chooser_found *found;
	size_t found_count, selected, top, page;
	struct area drawn, list;
};

enum { CHOOSER_NOTHING = -1, CHOOSER_CLOSED = -2 };

void chooser_open(struct chooser *chooser, const char *query);
/* Frees what opening took. */
void chooser_close(struct chooser *chooser);
/* The entries are other ones now, count with them; what was selected stays so
 * when its number still fits. */
void chooser_refresh(struct chooser *chooser);
/* In a frame at the top of the area. */
void chooser_draw(struct chooser *chooser, struct area area);
/* The number of the entry that was chosen, CHOOSER_CLOSED by Esc, Ctrl-C or a
 * click beside it, else CHOOSER_NOTHING. */
int chooser_key(struct chooser *chooser, const struct key *key);

#endif
