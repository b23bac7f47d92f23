/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_INPUT_H
#define WIDGETS_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"
#include "widgets/keys.h"

/*
 * One line of typed text, UTF-8. Pasted text goes in as text.
 */
#define INPUT_MAX 1024

struct input {
	char text[INPUT_MAX];
	size_t cursor; /* byte before which typing goes */
};

enum input_outcome {
	INPUT_IGNORED, /* the key is none of the line's */
	INPUT_MOVED,
	INPUT_CHANGED,
	INPUT_DONE,      /* Enter */
	INPUT_CANCELLED, /* Esc */
};

void input_set(struct input *input, const char *text); /* cursor at the end */
/* Draws label and text in one row, scrolled so that the cursor is seen. */
void input_draw(const struct input *input, struct area area, int row, const char *label);
enum input_outcome input_key(struct input *input, const struct key *key);

#endif
