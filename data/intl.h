/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_INTL_H
#define DATA_INTL_H

#include <libintl.h>

/*
 * Words for a person. _() looks a text up in the catalogue of the process's
 * language and gives it back unchanged where there is none; N_() only marks one,
 * for tables that are constant, and whoever shows it uses _(). Where a number
 * decides the words: ngettext("%d line", "%d lines", n).
 *
 * A text is a whole sentence or label, never a part to be glued to others, and
 * widths are counted in cells after the look-up. The formats of fault_set and its
 * kin are looked up by those functions. What is not translated: words that are
 * typed (commands, settings), the journal, and everything for programs (JSON).
 *
 * Any thread. A text belongs to the catalogue, and stays.
 */
#define _(text) gettext(text)
#define N_(text) text

/* Once at the start, after setlocale: catalogues are looked for in
 * STEWARD_LOCALEDIR, else beside the program, else where they are installed. All
 * texts are UTF-8, whatever the locale's letters. */
void intl_begin(void);

#endif
