/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_SHOW_H
#define CONSOLE_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/model.h"

/*
 * Figures and words as the screen shows them: short, of a width that changes
 * little, and "-" for what is not known. Pure but for the local time zone.
 */
void show_rate(double rate, char *out, size_t size);       /* "0", "4.2", "118", "12.3k" */
void show_percent(double percent, char *out, size_t size); /* "1.2", "101" */
void show_count(int64_t count, char *out, size_t size);    /* "42", "12.3k" */
void show_bytes(int64_t bytes, char *out, size_t size);
void show_latency(int64_t us, char *out, size_t size); /* 0: nothing was measured */
/* Local "14:02:11"; "Nov 21" when it was not on the day of now. */
void show_time(int64_t utc_us, int64_t now_us, char *out, size_t size);
/* Local "14:02:11", with date "2026-03-01 14:02:11". */
void show_moment(int64_t utc_us, bool date, char *out, size_t size);
/* Local "14:30"; with the day before it when it is not that of now. */
void show_clock(int64_t utc_us, int64_t now_us, char *out, size_t size);
/* Seconds from then until now as "42s", "3h12m"; "-" when then is unknown. */
void show_age(int64_t then_us, int64_t now_us, char *out, size_t size);
unsigned show_state_style(enum model_state state);
unsigned show_level_style(enum journal_level level);
const char *show_level_word(enum journal_level level); /* translated */
/* A state, outcome, role or type as the host names it, translated; what is none of
 * them comes back as it is. */
const char *show_word(const char *word);

#endif
