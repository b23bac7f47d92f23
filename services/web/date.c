/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A form is a pattern of letters that one small matcher walks along the text:
 * neither strptime (which reads the locale's names and skips space) nor three
 * parsers. A day's name must be a name, but not the right one for its date:
 * that is what other servers accept.
 */
#include "services/web/date.h"

#include <string.h>
#include <strings.h>

#include "services/web/letters.h"

struct date {
	int64_t year;
	unsigned month, day, hour, minute, second;
};

static const char days[] = "MonTueWedThuFriSatSun";
static const char *const long_days[] = {
	"Monday",
	"Tuesday",
	"Wednesday",
	"Thursday",
	"Friday",
	"Saturday",
	"Sunday",
};

int64_t date_days(int64_t year, unsigned month, unsigned day)
{
	/* Years begin in March here, so that the leap day is the last one. */
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Three letters out of a row of names; 1.., or 0. */
static unsigned name_index(const char *names, const char *text)
{
	for (unsigned i = 0; names[i * 3] != '\0'; i++) {
		if (memcmp(names + (size_t)i * 3, text, 3) == 0)
			return i + 1;
	}
	return 0;
}

static bool two_digits(const char *text, unsigned *value_r)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return false;
	*value_r = (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
	return true;
}

/* One letter of a pattern at text, of which there are left bytes. Returns how
 * many it took, 0 when it does not fit. */
static size_t match_field(char field, const char *text, size_t left, struct date *date)
{
	unsigned high, low;
	switch (field) {
	case 'a':
		return left >= 3 && name_index(days, text) ? 3 : 0;
	case 'b':
		return left >= 3 && (date->month = name_index(LETTERS_MONTHS, text)) ? 3 : 0;
	case 'd':
		return left >= 2 && two_digits(text, &date->day) ? 2 : 0;
	case 'e': /* asctime pads a day with a space */
		if (left >= 2 && text[0] == ' ' && text[1] >= '0' && text[1] <= '9') {
			date->day = (unsigned)(text[1] - '0');
			return 2;
		}
		return left >= 2 && two_digits(text, &date->day) ? 2 : 0;
	case 'H':
		return left >= 2 && two_digits(text, &date->hour) ? 2 : 0;
	case 'M':
		return left >= 2 && two_digits(text, &date->minute) ? 2 : 0;
	case 'S':
		return left >= 2 && two_digits(text, &date->second) ? 2 : 0;
	case 'Y':
		if (left < 4 || !two_digits(text, &high) || !two_digits(text + 2, &low))
			return 0;
		date->year = (int64_t)high * 100 + low;
		return 4;
	case 'y':
		if (left < 2 || !two_digits(text, &low))
			return 0;
		date->year = low;
		return 2;
	default:
		return left >= 1 && text[0] == field ? 1 : 0;
	}
}

/* In a pattern % marks a field, everything else stands for itself. */
static bool match(const char *pattern, const char *text, size_t length, struct date *date)
{
	size_t at = 0;
	for (const char *p = pattern; *p != '\0'; p++) {
		size_t took;
		if (*p == '%')
			took = match_field(*++p, text + at, length - at, date);
		else
			took = at < length && text[at] == *p;
		if (took == 0)
			return false;
		at += took;
	}
	return at == length;
}

/* RFC 850's form behind its long name of a day. */
static bool match_rfc850(const char *text, size_t length, struct date *date)
{
	for (size_t i = 0; i < sizeof(long_days) / sizeof(long_days[0]); i++) {
		size_t name = strlen(long_days[i]);
		if (length > name && memcmp(text, long_days[i], name) == 0)
			return match(", %d-%b-%y %H:%M:%S GMT", text + name, length - name, date);
	}
	return false;
}

static unsigned month_days(int64_t year, unsigned month)
{
	static const unsigned char in_month[] = {
		31,
		28,
		31,
		30,
		31,
		30,
		31,
		31,
		30,
		31,
		30,
		31,
	};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return in_month[month - 1] + (month == 2 && leap);
}

static bool is_date(const struct date *date)
{
	return date->day >= 1 && date->day <= month_days(date->year, date->month) &&
	    date->hour <= 23 && date->minute <= 59 && date->second <= 60;
}

static int64_t to_seconds(const struct date *date)
{
	return date_days(date->year, date->month, date->day) * 86400 + (int64_t)date->hour * 3600 +
	    date->minute * 60 + date->second;
}

bool date_parse(const char *text, size_t length, int64_t now, int64_t *when_r)
{
	struct date date = { 0 };
	if (match_rfc850(text, length, &date)) {
		/* The century that brings it nearest to at most 50 years ahead. */
		int64_t this_year = 1970 + now / 31556952;
		date.year += this_year - this_year % 100;
		if (date.year > this_year + 50)
			date.year -= 100;
		else if (date.year <= this_year - 50)
			date.year += 100;
	} else if (!match("%a, %d %b %Y %H:%M:%S GMT", text, length, &date) &&
	    !match("%a %b %e %H:%M:%S %Y", text, length, &date)) {
		return false;
	}
	if (!is_date(&date))
		return false;
	*when_r = to_seconds(&date);
	return true;
}
