/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_SERVICE_FACTS_H
#define CONSOLE_SERVICE_FACTS_H

#include "console/model.h"
#include "console/sheet_rows.h"

/*
 * Everything that a status tells about a service as labels and sentences, for
 * whoever lays them out. One thread.
 */

/* What it is, how it is, where it listens, what it does and needs. */
void service_facts(struct sheet_rows *rows, const struct model_service *service, int64_t now_us,
    bool doubtful);
/* What its own page says besides: what depends on what, how long starts took. */
void service_facts_more(struct sheet_rows *rows, const struct model *model,
    const struct model_service *service, bool doubtful);

#endif
