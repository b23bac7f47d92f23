/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_SHEET_DRAW_H
#define WIDGETS_SHEET_DRAW_H

#include "widgets/sheet.h"

/* What the two halves of the sheet share: which number of the focus is what. */
size_t sheet_buttons(const struct sheet *sheet);
/* The focus of the line to type in; that of answer 0 when there is none. */
size_t sheet_input_focus(const struct sheet *sheet);
size_t sheet_button_focus(const struct sheet *sheet, size_t button);
size_t sheet_focuses(const struct sheet *sheet);

#endif
