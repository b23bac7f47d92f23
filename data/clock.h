/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_CLOCK_H
#define DATA_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Time. Deadlines and rates use the monotonic clock, which does not jump;
 * what is stored or shown uses UTC microseconds since 1970. Any thread.
 */
#define CLOCK_SECOND INT64_C(1000000000) /* monotonic unit: nanoseconds */

int64_t clock_monotonic(void); /* ns, CLOCK_MONOTONIC */
int64_t clock_utc(void);       /* µs since 1970, CLOCK_REALTIME */
/* RFC 3339 in UTC with milliseconds, "2026-01-01T00:00:00.000Z". */
void clock_rfc3339(int64_t utc_us, char *out, size_t size);
/* RFC 3339, "2026-01-01", "2026-01-01 12:00[:00]", "12:00[:00]" (today), "boot"
 * (when the machine was started), or an age such as "90s", "10m", "2h", "3d"; local
 * time unless it ends in Z.
 * Returns -1 when the text is none of these. */
int64_t clock_parse(const char *text, int64_t now_us);

#endif
