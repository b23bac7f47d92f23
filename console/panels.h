/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_PANELS_H
#define CONSOLE_PANELS_H

#include "console/ui.h"
#include "console/verdict.h"
#include "widgets/table.h"

/*
 * Parts of Home, each drawn from the area's first row on; they return how many
 * rows they took.
 */

/* What verdict_make needs to know of this side. */
void panel_verdict_of(const struct ui *ui, struct verdict *verdict_r);
/* The sentence, its cause and consequence, the next step: 1 to most rows. */
int panel_verdict(const struct ui *ui, struct area area, int most);
/* What the sentence says is to be done next. */
void panel_next(struct ui *ui);
/* The newest of what happened and of what people did, in the order of time, as
 * many as fit. */
int panel_events(const struct ui *ui, struct area area);
/* Column titles in the person's language, each column as wide as its title at
 * least. to: room for as many as from has, with the end. Returns to. */
const struct table_column *panel_columns(const struct table_column *from, struct table_column *to,
    bool ascii);

#endif
