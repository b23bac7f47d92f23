/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_CANVAS_CURSES_H
#define WIDGETS_CANVAS_CURSES_H

#include <stdbool.h>

#include "widgets/canvas.h"
#include "widgets/palette.h"

/*
 * The ncurses backend of the canvas. ncurses has been started by
 * widgets/terminal.c, which is the only caller.
 */
struct canvas_curses;

/* colours: what the terminal has, 0 with NO_COLOR. */
struct canvas_curses *canvas_curses_new(int colours, enum palette_set set);
void canvas_curses_free(struct canvas_curses *curses); /* NULL allowed */
/* Use so many colours from the next canvas_curses_palette on. */
void canvas_curses_colours(struct canvas_curses *curses, int colours);
/* Other colours from the next frame on, which is to be a whole one. */
void canvas_curses_palette(struct canvas_curses *curses, enum palette_set set);
/* Hands the cells that differ from the last time to ncurses; returns in how
 * many rows some did. all: forget what was there. */
int canvas_curses_put(struct canvas_curses *curses, const struct canvas *canvas, bool all);
/* Lets ncurses write, as little as it can. */
void canvas_curses_write(void);

#endif
