/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_FACTS_H
#define CONSOLE_FACTS_H

#include "console/model.h"
#include "console/sheet_rows.h"
#include "widgets/canvas.h"

/*
 * Parts that several views show. Each draws from the area's first row on and
 * returns how many rows it took.
 */

/* What a status tells about a service, a label and a value a row. doubtful: its
 * state may be another one by now. */
int facts_service(struct area area, const struct model_service *service, int64_t now_us,
    bool doubtful);
/* The cells that the labels of rows take: as wide as the longest, but never half
 * of the area. */
int facts_label_width(struct area area, const struct sheet_rows *rows);
/* The machine's figures: with bars, two rows, or five when the area is narrow. */
int facts_machine(struct area area, const struct model_machine *machine);
/* The newest journal lines that fit, in the order of time; of service only
 * when it is not NULL. Notices and what is worse stay longer than the rest. */
void facts_journal(struct area area, const struct model *model, const char *service,
    int64_t now_us);

#endif
