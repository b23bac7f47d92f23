/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_SHEET_H
#define WIDGETS_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"
#include "widgets/input.h"
#include "widgets/keys.h"
#include "widgets/pairs.h"

/*
 * A question with all its facts: what hangs on it, what it changes, which of
 * several things are meant, and a few answers. The body scrolls when it is
 * longer than the screen; the answers are always seen. Answer 0 is the
 * harmless one and where the focus begins, unless there is something to check
 * or to type first; Esc gives it always. Nothing but Enter, Esc and a click
 * answers, so that no answer can be hit by mistake. Answers that are guarded
 * wait until a word has been typed. The caller sets the first group, whose
 * texts are borrowed while the sheet is open, and may change them any time;
 * the rest is zeroed.
 */
#define SHEET_BUTTONS 8

struct sheet_check {
	const char *label, *detail; /* detail: NULL: none */
	const char *refusal;        /* why it cannot be toggled; NULL: it can */
	bool on;
};

struct sheet {
	const char *title;
	const struct pair *rows;
	size_t count;
	struct sheet_check *checks; /* the caller's; Space toggles them */
	size_t check_count;
	const char *countdown;      /* a line above the answers; NULL: none */
	const char *word;           /* that is to be typed; NULL: none */
	const char *prompt;         /* before what is typed */
	const char *const *buttons; /* ends with NULL, at least one */
	unsigned guarded;           /* bit i: answer i waits for the word */
	const char *hint;           /* below the answers; NULL: none */

	struct input input;
	size_t focus;          /* checks, then the line to type in, then the answers */
	int top, page, height; /* rows of the body: passed over, seen, in all */
	bool follow;           /* the focus moved: it is to be seen */
	struct area drawn, body;
	int input_row;
	struct {
		int row, from, end;
	} places[SHEET_BUTTONS];
};

enum { SHEET_OPEN = -1 };

/* Sets the focus to where it begins; the text that is typed is empty. */
void sheet_open(struct sheet *sheet);
void sheet_draw(struct sheet *sheet, struct area area);
/* The number of the answer, or SHEET_OPEN. Arrows and PgUp PgDn scroll the
 * body, Tab and the arrows move, Space toggles what is checked. */
int sheet_key(struct sheet *sheet, const struct key *key);
/* Whether an answer can be given: its word has been typed. */
bool sheet_answers(const struct sheet *sheet, size_t button);

#endif
