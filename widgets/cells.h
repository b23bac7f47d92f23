/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_CELLS_H
#define WIDGETS_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How much room text takes on a screen. Text is UTF-8; a cell is one column of
 * the terminal. Widths are wcwidth's, so the program must have called
 * setlocale; on an ASCII screen every character takes one cell. Pure.
 */

/* How many bytes a character has that begins with lead, 1 to 4; 0: none does. */
size_t cells_bytes(unsigned char lead);
/* The character at *text, which moves behind it; 0 at the end. What is no
 * UTF-8 gives U+FFFD, one for each byte. */
uint32_t cells_next(const char **text);
/* What is drawn in place of code, and how wide it is: 0 (joins the character
 * before it), 1 or 2; -1 when nothing is to be drawn. Control characters and
 * what the screen cannot show become '?'. */
int cells_shown(uint32_t code, bool ascii, uint32_t *shown_r);
/* Cells of the whole text. */
int cells_width(const char *text, bool ascii);
/* The bytes of the part of text that fits into width cells; its real width is
 * put into used_r (NULL allowed). */
size_t cells_fit(const char *text, int width, bool ascii, int *used_r);
/* Writes code as UTF-8, at most 4 bytes and no NUL; returns how many. */
size_t cells_encode(uint32_t code, char *out);

/* Zeroed memory; without any the program ends with a message. */
void *cells_memory(size_t count, size_t size);

#endif
