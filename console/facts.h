/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_FACTS_H
#define CONSOLE_FACTS_H

#include "console/model.h"
#include "widgets/canvas.h"

/*
 * Parts that several views show. Each draws from the area's first row on and
 * returns how many rows it took.
 */

/* Everything a status tells about a service, a label and a value a row. */
int facts_service(struct area area, const struct model_service *service, int64_t now_us);
/* The machine's figures: with bars, two rows, or five when the area is narrow. */
int facts_machine(struct area area, const struct model_machine *machine);
/* The newest journal lines that fit, in the order of time; of service only
 * when it is not NULL. Notices and what is worse stay longer than the rest. */
void facts_journal(struct area area, const struct model *model, const char *service,
    int64_t now_us);

#endif
