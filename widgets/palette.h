/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_PALETTE_H
#define WIDGETS_PALETTE_H

#include <stdbool.h>

/*
 * How styles look on a terminal of so many colours. Colours come on top of
 * words, weight and reverse: with 0 colours (NO_COLOR, monochrome) everything
 * can still be told apart. The terminal's own background is kept, so that
 * light and dark ones both work. Pure.
 */
struct palette_look {
	short foreground, background; /* a colour number, -1: the terminal's own */
	bool bold, dim, underline, reverse;
};

/* colours: 0, 8, 16, 256. style: enum style, with or without STYLE_SELECTED. */
struct palette_look palette_look(unsigned style, int colours);

#endif
