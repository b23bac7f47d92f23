/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_RECORDS_H
#define CONSOLE_RECORDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "console/model.h"

/*
 * The records of one log view: older ones that were asked for, newer ones as
 * they come, and which of them pass the filter. One thread.
 */
#define RECORDS_MAX 10000

struct records;

/* service: NULL or empty for all. */
struct records *records_new(const char *service);
void records_free(struct records *records);                 /* NULL allowed */
const char *records_service(const struct records *records); /* empty: all */
bool records_loaded(const struct records *records);         /* the older ones have come */

/* Takes the model's new records over. Returns how many lines that pass the
 * filter came at the end; dropped_r: how many went at the front. */
size_t records_update(struct records *records, const struct model *model, size_t *dropped_r);
/* The answer to `log`: what is older than the first record goes before it.
 * Returns how many lines that is. */
size_t records_older(struct records *records, const json_t *list);
/* Text that a line must hold, in any case of letters; empty: all lines. The
 * line that stood at index keep (or the next that passes) is now at the
 * returned index. */
size_t records_filter(struct records *records, const char *filter, size_t keep);

size_t records_count(const struct records *records); /* that pass */
size_t records_total(const struct records *records);
const struct model_record *records_get(const struct records *records, size_t index);

#endif
