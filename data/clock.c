/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading times is strict: a date that does not exist is refused here rather
 * than moved to another day by mktime.
 */
#include "data/clock.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "data/text.h"

int64_t clock_monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

int64_t clock_utc(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

void clock_rfc3339(int64_t utc_us, char *out, size_t size)
{
	int64_t second = utc_us / 1000000, part = utc_us % 1000000;
	struct tm tm;

	if (part < 0) {
		part += 1000000;
		second--;
	}
	time_t when = (time_t)second;
	if (!gmtime_r(&when, &tm))
		memset(&tm, 0, sizeof tm);
	text_format(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(part / 1000));
}

/* Exactly count digits, and what follows them. */
static const char *clock_digits(const char *at, int count, int *value_r)
{
	int value = 0;

	for (int i = 0; i < count; i++, at++) {
		if (*at < '0' || *at > '9')
			return NULL;
		value = value * 10 + (*at - '0');
	}
	*value_r = value;
	return at;
}

static const char *clock_date(const char *at, struct tm *tm)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;

	if (!(at = clock_digits(at, 4, &year)) || *at++ != '-' ||
	    !(at = clock_digits(at, 2, &month)) || *at++ != '-' ||
	    !(at = clock_digits(at, 2, &day)))
		return NULL;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days[month - 1] + (month == 2 && leap))
		return NULL;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return at;
}

/* hh:mm[:ss[.fraction]] */
static const char *clock_time(const char *at, struct tm *tm, int64_t *us_r)
{
	int hour, minute, second = 0;

	*us_r = 0;
	if (!(at = clock_digits(at, 2, &hour)) || *at++ != ':' ||
	    !(at = clock_digits(at, 2, &minute)))
		return NULL;
	if (*at == ':' && !(at = clock_digits(at + 1, 2, &second)))
		return NULL;
	if (*at == '.') {
		const char *first = ++at;
		int64_t worth = 100000;
		for (; *at >= '0' && *at <= '9'; at++, worth /= 10)
			*us_r += (*at - '0') * worth;
		if (at == first)
			return NULL;
	}
	if (hour > 23 || minute > 59 || second > 60)
		return NULL;
	tm->tm_hour = hour;
	tm->tm_min = minute;
	tm->tm_sec = second;
	return at;
}

/* What stands behind the time: nothing (local), Z, or +hh:mm. */
static int64_t clock_zone(const char *at, struct tm *tm)
{
	int hours, minutes;
	int64_t sign = *at == '-' ? -1 : 1;

	tm->tm_isdst = -1;
	if (!*at)
		return mktime(tm);
	if ((*at == 'Z' || *at == 'z') && !at[1])
		return timegm(tm);
	if ((*at != '+' && *at != '-') || !(at = clock_digits(at + 1, 2, &hours)) || *at++ != ':' ||
	    !(at = clock_digits(at, 2, &minutes)) || *at || hours > 23 || minutes > 59)
		return -1;
	return timegm(tm) - sign * (hours * 3600 + minutes * 60);
}

static int64_t clock_age(const char *text, int64_t now_us)
{
	size_t length = strlen(text);
	int64_t ms;

	/* A bare number could be anything. */
	if (!length || (text[length - 1] >= '0' && text[length - 1] <= '9') ||
	    !text_duration(text, &ms))
		return -1;
	return ms >= now_us / 1000 ? 0 : now_us - ms * 1000;
}

/* CLOCK_BOOTTIME runs through suspends, as the time of day does. */
static int64_t clock_boot(int64_t now_us)
{
	struct timespec up;

	if (clock_gettime(CLOCK_BOOTTIME, &up) != 0)
		return -1;
	int64_t boot = now_us - (int64_t)up.tv_sec * 1000000 - up.tv_nsec / 1000;

	return boot > 0 ? boot : 0;
}

int64_t clock_parse(const char *text, int64_t now_us)
{
	int64_t us = 0;
	struct tm tm = { 0 };
	time_t now = (time_t)(now_us / 1000000);

	if (strcmp(text, "boot") == 0)
		return clock_boot(now_us);
	const char *at = clock_date(text, &tm);
	if (at) {
		if (*at == 'T' || *at == 't' || *at == ' ')
			at = clock_time(at + 1, &tm, &us);
	} else {
		struct tm today;
		at = clock_time(text, &tm, &us);
		if (!at || !localtime_r(&now, &today))
			return clock_age(text, now_us);
		tm.tm_year = today.tm_year;
		tm.tm_mon = today.tm_mon;
		tm.tm_mday = today.tm_mday;
	}
	if (!at)
		return -1;
	int64_t second = clock_zone(at, &tm);
	return second < 0 ? -1 : second * 1000000 + us;
}
