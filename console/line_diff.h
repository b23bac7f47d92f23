/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_LINE_DIFF_H
#define CONSOLE_LINE_DIFF_H

#include <stddef.h>

/*
 * What differs between two texts, line by line, with a few lines around it. For
 * files as small as settings: texts that differ in more than some thousand lines
 * are shown as all taken away and all added. Pure. Any thread.
 */

/* Calls each for every line that is to be shown, without its newline: sign is
 * '-', '+', ' ' (the same in both) or '@' (lines are left out here; the text is
 * empty). around: how many lines that are the same stand beside one that is not.
 * Returns how many lines differ. */
size_t line_diff(const char *old, const char *new, size_t around,
    void (*each)(void *arg, char sign, const char *line, size_t length), void *arg);

#endif
