/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A record is a line of five fields. No field can hold a tab or a newline,
 * because text_clean makes spaces of them; so there is nothing to escape and a
 * line is split at its first four tabs.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "data/clock.h"
#include "data/journal_private.h"
#include "data/text.h"

#define TIME_LENGTH 27U /* 2026-01-01T00:00:00.000000Z */

static const char *const level_names[] = {
	[JOURNAL_ERROR] = "error",
	[JOURNAL_WARNING] = "warning",
	[JOURNAL_NOTICE] = "notice",
	[JOURNAL_INFO] = "info",
	[JOURNAL_DEBUG] = "debug",
};

const char *journal_level_name(enum journal_level level)
{
	return (size_t)level < sizeof level_names / sizeof *level_names ? level_names[level] :
									  "unknown";
}

bool journal_level_parse(const char *name, enum journal_level *level_r)
{
	for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++)
		if (strcmp(name, level_names[i]) == 0) {
			*level_r = (enum journal_level)i;
			return true;
		}
	return false;
}

static size_t print_time(int64_t time_us, char *out, size_t size)
{
	char second[64];

	if (time_us < 0)
		time_us = 0;
	clock_rfc3339(time_us, second, sizeof second);
	second[strcspn(second, ".")] = '\0';
	text_format(out, size, "%s.%06dZ", second, (int)(time_us % 1000000));
	return strlen(out);
}

size_t journal_print(const struct journal_record *record, char *out, size_t size)
{
	char time[80], service[sizeof record->service], subject[sizeof record->subject];
	char text[sizeof record->text];

	if (size < 2)
		return 0;
	print_time(record->time_us, time, sizeof time);
	text_clean(service, sizeof service, record->service, strlen(record->service));
	text_clean(subject, sizeof subject, record->subject, strlen(record->subject));
	text_clean(text, sizeof text, record->text, strlen(record->text));
	/* One byte is kept for the newline, whatever fits. */
	text_format(out, size - 1, "%s\t%s\t%s\t%s\t%s", time, journal_level_name(record->level),
	    service, subject, text);
	size_t length = strlen(out);
	out[length++] = '\n';
	out[length] = '\0';
	return length;
}

/* The field at *at, which ends before the next tab; NULL when there is none. */
static const char *next_field(const char **at, const char *end, size_t *length_r)
{
	const char *field = *at;
	const char *tab = memchr(field, '\t', (size_t)(end - field));

	if (!tab)
		return NULL;
	*length_r = (size_t)(tab - field);
	*at = tab + 1;
	return field;
}

bool journal_parse(const char *line, size_t length, struct journal_record *record)
{
	const char *at = line, *end = line + length, *field;
	char time[TIME_LENGTH + 1], level[16];
	size_t size;

	record->sequence = 0;
	field = next_field(&at, end, &size);
	if (!field || size != TIME_LENGTH || field[10] != 'T' || field[19] != '.' ||
	    field[TIME_LENGTH - 1] != 'Z' || memchr(field, '\0', size))
		return false;
	memcpy(time, field, size);
	time[size] = '\0';
	record->time_us = clock_parse(time, 0);
	field = record->time_us < 0 ? NULL : next_field(&at, end, &size);
	if (!field || size >= sizeof level || memchr(field, '\0', size))
		return false;
	memcpy(level, field, size);
	level[size] = '\0';
	if (!journal_level_parse(level, &record->level))
		return false;
	if (!(field = next_field(&at, end, &size)))
		return false;
	text_clean(record->service, sizeof record->service, field, size);
	if (!(field = next_field(&at, end, &size)))
		return false;
	text_clean(record->subject, sizeof record->subject, field, size);
	text_clean(record->text, sizeof record->text, at, (size_t)(end - at));
	return true;
}
