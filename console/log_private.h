/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_LOG_PRIVATE_H
#define CONSOLE_LOG_PRIVATE_H

#include "console/log.h"

/*
 * Between log_load.c, which keeps the window, and log_page.c, which fills it from
 * the host's pages.
 */

void log_set_time(json_t *params, const char *name, int64_t time_us);
/* The one request that is under way; what was asked before is forgotten. params is
 * taken over; last: how many. */
void log_ask(struct ui *ui, enum log_op op, json_t *params, int last);
ui_answered log_page_came;

/* The host's name for a place of ours, NULL: not known. */
const char *log_anchor_name(const struct log_load *load, int64_t place);
/* name may be NULL: then nothing is known of place. */
void log_set_anchor(struct log_load *load, int64_t place, const char *name);
/* Keeps those from first to end. */
void log_drop_anchors(struct log_load *load, int64_t first, int64_t end);

/* The oldest ones go, so many at least. */
void log_cut_front(struct log_state *log, size_t count);
/* The newest ones go, so many at least; what the host writes does not come any
 * more. */
void log_cut_back(struct log_state *log, size_t count);
/* How many have to go before count more are added. */
size_t log_too_many(const struct log_state *log, size_t count);
void log_clear(struct log_state *log);

void log_view_record(const struct model_record *from, struct record *record_r);
/* Adds what is new in the model, or counts it. */
void log_take_new(struct ui *ui, struct log_state *log);

#endif
