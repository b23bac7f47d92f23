/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_CANVAS_CURSES_H
#define WIDGETS_CANVAS_CURSES_H

#include <stdbool.h>

#include "widgets/canvas.h"

/*
 * The ncurses backend of the canvas. ncurses has been started by
 * widgets/terminal.c, which is the only caller.
 */
struct canvas_curses;

/* colours: what the terminal has, 0 with NO_COLOR. */
struct canvas_curses *canvas_curses_new(int colours);
void canvas_curses_free(struct canvas_curses *curses); /* NULL allowed */
/* Hands the cells that differ from the last time to ncurses, which writes as
 * little as it can. all: forget what was there. */
void canvas_curses_show(struct canvas_curses *curses, const struct canvas *canvas, bool all);

#endif
