/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_WHO_H
#define CONSOLE_WHO_H

#include "console/ui.h"

/*
 * What the pages about people share: the list of what was done, and how one entry
 * of it is drawn. One thread.
 */

/* NULL when it has not been read; borrowed until something comes from the host. */
const struct model_audit *who_entry(struct ui *ui, int64_t number);
/* The page of an entry. */
void entry_open(struct ui *ui, int64_t number);
/* All about entry, from row on, which may lie above the area; returns its rows.
 * drawn false: only counts. */
int entry_draw(struct ui *ui, struct area area, int row, const struct model_audit *entry,
    bool drawn);

#endif
