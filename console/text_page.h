/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_TEXT_PAGE_H
#define CONSOLE_TEXT_PAGE_H

#include "console/ui.h"

/*
 * A page of plain text that something gave as its result: scrolled, and copied as
 * a whole. There is one; opening it again shows the newer text.
 */
extern const struct view view_text;

/* While something lies over the page, its first line is told in a message instead.
 * title: translated; text: lines, from whomever, both copied and cleaned. */
void ui_text_open(struct ui *ui, const char *title, const char *text);

#endif
