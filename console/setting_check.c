/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a row tells about its type and limits, so that a slip is told at once and
 * without a host. It must never refuse what the host takes: where a type has
 * rules that only the host knows, everything passes here. Words are whole
 * sentences for the place beside the field.
 */
#include <string.h>

#include "console/setting_rows.h"
#include "data/intl.h"
#include "data/settings.h"
#include "data/text.h"

static bool whole_number(const struct setting_row *row, const char *text, char *why, size_t size)
{
	int64_t value;

	if (!text_integer(text, &value)) {
		text_format(why, size, "%s", _("a whole number is expected"));
		return false;
	}
	if (!row->limited || (value >= row->min && value <= row->max))
		return true;
	text_format(why, size, _("a number from %lld to %lld is expected"), (long long)row->min,
	    (long long)row->max);
	return false;
}

static bool size_of(const struct setting_row *row, const char *text, char *why, size_t size)
{
	char least[16], most[16];
	int64_t value;

	if (!text_size(text, &value)) {
		text_format(why, size, "%s",
		    _("a size is expected: a number of bytes, or one with K, M or G, as in 8K"));
		return false;
	}
	if (!row->limited || (value >= row->min && value <= row->max))
		return true;
	text_show_bytes(row->min, least, sizeof least);
	text_show_bytes(row->max, most, sizeof most);
	text_format(why, size, _("a size from %s to %s is expected"), least, most);
	return false;
}

void setting_show_ms(int64_t ms, char *out, size_t size)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "m" }, { 1000, "s" } };

	for (size_t i = 0; ms != 0 && i < sizeof units / sizeof units[0]; i++) {
		if (ms % units[i].ms != 0)
			continue;
		text_format(out, size, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
		return;
	}
	text_format(out, size, ms == 0 ? "0s" : "%lldms", (long long)ms);
}

static bool duration(const struct setting_row *row, const char *text, char *why, size_t size)
{
	char least[32], most[32];
	int64_t value;

	if (!text_duration(text, &value)) {
		text_format(why, size, "%s",
		    _("a duration is expected: a number with ms, s, m, h or d, as in 30s"));
		return false;
	}
	if (!row->limited || (value >= row->min && value <= row->max))
		return true;
	setting_show_ms(row->min, least, sizeof least);
	setting_show_ms(row->max, most, sizeof most);
	text_format(why, size, _("a duration from %s to %s is expected"), least, most);
	return false;
}

static bool boolean(const struct setting_row *row, const char *text, char *why, size_t size)
{
	static const char *const words[] = { "true", "false", "yes", "no", "on", "off" };

	(void)row;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	text_format(why, size, "%s", _("true or false is expected"));
	return false;
}

static bool choice(const struct setting_row *row, const char *text, char *why, size_t size)
{
	size_t used = 0;
	char list[256] = "";

	for (char **one = row->choices; one != NULL && *one != NULL; one++) {
		if (strcmp(*one, text) == 0)
			return true;
		text_format(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", *one);
		used = strlen(list);
	}
	if (used == 0)
		return true;
	text_format(why, size, _("one of these is expected: %s"), list);
	return false;
}

/* ---- Lists ---- */

/* The next item of "a, b", trimmed; false at the end. */
static bool next_item(const char **at, char *item, size_t size)
{
	const char *from = *at + strspn(*at, " ");
	size_t length = strcspn(from, ",");

	if (*from == '\0')
		return false;
	*at = from + length + (from[length] == ',');
	while (length > 0 && from[length - 1] == ' ')
		length--;
	text_format(item, size, "%.*s", (int)length, from);
	return true;
}

static bool count_fits(const struct setting_row *row, size_t count, char *why, size_t size)
{
	if (!row->limited || ((int64_t)count >= row->min && (int64_t)count <= row->max))
		return true;
	if (row->min == row->max)
		text_format(why, size,
		    ngettext("%lld item is expected", "%lld items are expected",
			(unsigned long)row->max),
		    (long long)row->max);
	else
		text_format(why, size, _("%lld to %lld items are expected, with commas between"),
		    (long long)row->min, (long long)row->max);
	return false;
}

static bool address(const char *item)
{
	char host[128];
	uint16_t port;
	int family;

	if (strncmp(item, "*:", 2) != 0)
		return settings_address(item, &family, host, sizeof host, &port);
	int64_t number;

	return text_integer(item + 2, &number) && number >= 0 && number <= 65535;
}

static bool items(const struct setting_row *row, const char *text, char *why, size_t size)
{
	bool addresses = strcmp(row->type, "listen") == 0;
	char item[1100];
	size_t count = 0;

	for (const char *at = text; next_item(&at, item, sizeof item); count++) {
		/* "*" is every address of both kinds: two items. */
		count += addresses && *item == '*';
		if (!addresses || address(item))
			continue;
		text_format(why, size,
		    _("\"%s\" is no ADDRESS:PORT, [IPV6]:PORT or *:PORT with a port from 0 to "
		      "65535"),
		    item);
		return false;
	}
	return count_fits(row, count, why, size);
}

bool setting_row_check(const struct setting_row *row, const char *text, char *why, size_t size)
{
	static const struct {
		const char *type;
		bool (*check)(const struct setting_row *row, const char *text, char *why,
		    size_t size);
	} types[] = {
		{ "integer", whole_number },
		{ "size", size_of },
		{ "duration", duration },
		{ "boolean", boolean },
		{ "choice", choice },
		{ "list", items },
		{ "listen", items },
	};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(row->type, types[i].type) == 0)
			return types[i].check(row, text, why, size);
	return true;
}
