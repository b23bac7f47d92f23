/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_DIALOG_H
#define WIDGETS_DIALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"
#include "widgets/keys.h"

/*
 * A question with its facts and a few answers. Answer 0 is the harmless one
 * and the one that Enter gives unless another was moved to first; Esc gives it
 * always. No other key answers, so that none can be hit by mistake.
 */
#define DIALOG_LINES 8

struct dialog {
	const char *title;
	const char *lines[DIALOG_LINES]; /* each is wrapped; NULL ends them */
	const char *const *buttons;      /* ends with NULL, at least one */
	const char *hint; /* below the buttons: which keys do what; NULL: in English */
	size_t focused;
	struct area drawn;
	int button_row, button_col[8], button_end[8];
};

enum { DIALOG_OPEN = -1 };

void dialog_draw(struct dialog *dialog, struct area area);
/* The number of the answer, or DIALOG_OPEN. */
int dialog_key(struct dialog *dialog, const struct key *key);

#endif
