/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_PALETTE_H
#define WIDGETS_PALETTE_H

#include <stdbool.h>

/*
 * How styles look on a terminal of so many colours. Colours come on top of
 * words, weight and reverse: with 0 colours (NO_COLOR, monochrome) everything
 * can still be told apart. Pure.
 */
struct palette_look {
	short foreground, background; /* a colour number, -1: the terminal's own */
	bool bold, dim, underline, reverse;
};

/* The first two keep the terminal's own background; the third paints one, so
 * that its contrast does not depend on the terminal. */
enum palette_set {
	PALETTE_DARK, /* the default; can be read on light ones too */
	PALETTE_LIGHT,
	PALETTE_CONTRAST,
	PALETTE_SETS,
};

/* colours: 0, 8, 16, 256. style: enum style, with or without STYLE_SELECTED. */
struct palette_look palette_look(unsigned style, int colours, enum palette_set set);

#endif
