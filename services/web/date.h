/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_DATE_H
#define SERVICES_WEB_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * HTTP dates as they are read (RFC 9110 section 5.6.7): IMF-fixdate and the
 * two obsolete forms. Always GMT, never the locale's names. Printing is
 * http_date in host/http.h. Pure, any thread.
 *
 * text need not end with a NUL. now (seconds since 1970) decides the century
 * of a two-digit year: more than 50 years ahead means the past. False when it
 * is no date; then when_r is left alone.
 */
bool date_parse(const char *text, size_t length, int64_t now, int64_t *when_r);

/* Days since 1970-01-01 of a day in the Gregorian calendar; month 1..12. */
int64_t date_days(int64_t year, unsigned month, unsigned day);

#endif
