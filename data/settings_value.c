/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One function a type, found by the type in a table: it makes a value of the
 * texts or says what it expected. Addresses are numeric, because a name that is
 * looked up while a service starts makes the start depend on a name server.
 */
#include <arpa/inet.h>
#include <limits.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/settings_private.h"
#include "data/text.h"

#define ADDRESS_ROOM (INET6_ADDRSTRLEN + IFNAMSIZ + 1)

struct take {
	const struct setting *row;
	const char *state_folder;
	struct settings_value *value;
	struct complaint *complaint;
};

/* ---- Complaints ---- */

static bool complain_found(struct take *take, const char *found)
{
	char some[128];
	size_t length = strlen(found);

	if (text_clean(some, sizeof some, found, length) < length && length > 100)
		text_format(take->complaint->found, sizeof take->complaint->found, "\"%s...\"",
		    some);
	else
		text_format(take->complaint->found, sizeof take->complaint->found, "\"%s\"", some);
	return false;
}

static bool complain(struct take *take, const char *expected, const char *found)
{
	text_format(take->complaint->expected, sizeof take->complaint->expected, "%s", expected);
	return complain_found(take, found);
}

/* A number as a person would write it: 65536 is 64K, 90000 is 90s. */
static void show_exact(enum setting_type type, int64_t value, char *out, size_t size)
{
	static const struct {
		enum setting_type type;
		int64_t worth;
		const char *unit;
	} units[] = {
		{ SETTING_SIZE, INT64_C(1) << 40, "T" },
		{ SETTING_SIZE, 1 << 30, "G" },
		{ SETTING_SIZE, 1 << 20, "M" },
		{ SETTING_SIZE, 1 << 10, "K" },
		{ SETTING_DURATION, 86400000, "d" },
		{ SETTING_DURATION, 3600000, "h" },
		{ SETTING_DURATION, 60000, "m" },
		{ SETTING_DURATION, 1000, "s" },
		{ SETTING_DURATION, 1, "ms" },
	};

	for (size_t i = 0; value && i < sizeof units / sizeof *units; i++)
		if (units[i].type == type && value % units[i].worth == 0) {
			text_format(out, size, "%lld%s", (long long)(value / units[i].worth),
			    units[i].unit);
			return;
		}
	text_format(out, size, "%lld", (long long)value);
}

static bool complain_range(struct take *take, const char *what, const char *example,
    const char *found)
{
	char least[32], most[32];

	if (!take->row->min && !take->row->max) {
		text_format(take->complaint->expected, sizeof take->complaint->expected, "%s%s",
		    what, example);
		return complain_found(take, found);
	}
	show_exact(take->row->type, take->row->min, least, sizeof least);
	show_exact(take->row->type, take->row->max, most, sizeof most);
	text_format(take->complaint->expected, sizeof take->complaint->expected, "%s from %s to %s",
	    what, least, most);
	return complain_found(take, found);
}

static bool in_limits(const struct setting *row, int64_t value)
{
	return (!row->min && !row->max) || (value >= row->min && value <= row->max);
}

/* ---- One text ---- */

static bool take_text(struct take *take, const char *text)
{
	if (!in_limits(take->row, (int64_t)strlen(text))) {
		text_format(take->complaint->expected, sizeof take->complaint->expected,
		    "a text of %lld to %lld bytes", (long long)take->row->min,
		    (long long)take->row->max);
		return complain_found(take, text);
	}
	take->value->text = memory_string(text);
	return true;
}

static bool take_integer(struct take *take, const char *text)
{
	if (!text_integer(text, &take->value->number) || !in_limits(take->row, take->value->number))
		return complain_range(take,
		    take->row->min || take->row->max ? "a number" : "a whole number", "", text);
	return true;
}

static bool take_size(struct take *take, const char *text)
{
	if (!text_size(text, &take->value->number) || !in_limits(take->row, take->value->number))
		return complain_range(take, "a size", " such as 64K", text);
	return true;
}

static bool take_duration(struct take *take, const char *text)
{
	if (!text_duration(text, &take->value->number) ||
	    !in_limits(take->row, take->value->number))
		return complain_range(take, "a duration", " such as 30s", text);
	return true;
}

static bool take_boolean(struct take *take, const char *text)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(text, words[i]) == 0) {
			take->value->boolean = i % 2;
			return true;
		}
	return complain(take, "true or false", text);
}

static bool take_choice(struct take *take, const char *text)
{
	char expected[160] = "one of ";
	size_t used = strlen(expected);

	for (const char *const *choice = take->row->choices; *choice; choice++) {
		if (strcmp(text, *choice) == 0) {
			take->value->text = memory_string(text);
			return true;
		}
		if (text_format(expected + used, sizeof expected - used, "%s%s",
			choice == take->row->choices ? "" : ", ", *choice))
			used += strlen(expected + used);
	}
	return complain(take, expected, text);
}

static bool take_path(struct take *take, const char *text)
{
	/* An empty path means none, where none is the default. */
	if (!*text && take->row->fallback && *take->row->fallback)
		return complain(take, "a path", text);
	if (*text == '/' || !*text || !take->state_folder)
		take->value->text = memory_string(text);
	else
		take->value->text = memory_format("%s/%s", take->state_folder, text);
	if (strlen(take->value->text) >= PATH_MAX)
		return complain(take, "a shorter path", text);
	return true;
}

/* ---- Lists ---- */

static bool has_item(const struct settings_value *value, const char *text)
{
	for (size_t i = 0; i < value->count; i++)
		if (strcmp(value->items[i], text) == 0)
			return true;
	return false;
}

static void add_item(struct settings_value *value, const char *text)
{
	value->items = memory_resize(value->items, value->count + 1, sizeof *value->items);
	value->items[value->count++] = memory_string(text);
}

static bool take_item(struct take *take, const char *text)
{
	if (!*text || strchr(text, ','))
		return complain(take, "items that are not empty and have no comma", text);
	add_item(take->value, text);
	return true;
}

static bool parse_port(const char *text, uint16_t *port_r)
{
	unsigned port = 0;
	size_t length = strlen(text);

	if (!length || length > 5)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		port = port * 10 + (unsigned)(*text - '0');
	}
	*port_r = (uint16_t)port;
	return port <= 65535;
}

/* "fe80::1%eth0": the number in its shortest form, the zone as it is. */
static bool parse_v6(const char *text, char *out, size_t size)
{
	char number[INET6_ADDRSTRLEN];
	struct in6_addr address;
	const char *zone = strchr(text, '%');
	size_t length = zone ? (size_t)(zone - text) : strlen(text);

	if (zone && (!zone[1] || strlen(zone + 1) >= IFNAMSIZ || strpbrk(zone + 1, "%/ ")))
		return false;
	return length < sizeof number &&
	    text_format(number, sizeof number, "%.*s", (int)length, text) &&
	    inet_pton(AF_INET6, number, &address) == 1 &&
	    inet_ntop(AF_INET6, &address, number, sizeof number) &&
	    text_format(out, size, "%s%s", number, zone ? zone : "");
}

bool settings_address(const char *item, int *family_r, char *address_r, size_t size,
    uint16_t *port_r)
{
	char host[ADDRESS_ROOM];
	struct in_addr v4;
	const char *colon = strrchr(item, ':');

	if (!colon || !parse_port(colon + 1, port_r))
		return false;
	size_t length = (size_t)(colon - item);
	bool brackets = length >= 2 && item[0] == '[' && colon[-1] == ']';
	if (length >= sizeof host)
		return false;
	text_format(host, sizeof host, "%.*s", (int)(brackets ? length - 2 : length),
	    brackets ? item + 1 : item);
	if (brackets) {
		*family_r = AF_INET6;
		return parse_v6(host, address_r, size);
	}
	*family_r = AF_INET;
	return inet_pton(AF_INET, host, &v4) == 1 && text_format(address_r, size, "%s", host);
}

static bool add_address(struct take *take, const char *text, int family, const char *address,
    uint16_t port)
{
	char item[ADDRESS_ROOM + 16];

	text_format(item, sizeof item, family == AF_INET6 ? "[%s]:%u" : "%s:%u", address,
	    (unsigned)port);
	if (has_item(take->value, item))
		return complain(take, "each address and port once", text);
	add_item(take->value, item);
	return true;
}

static bool take_address(struct take *take, const char *text)
{
	char address[ADDRESS_ROOM];
	const char *colon = strrchr(text, ':');
	uint16_t port;
	int family;

	if (strncmp(text, "*:", 2) == 0 && parse_port(text + 2, &port))
		return add_address(take, text, AF_INET, "0.0.0.0", port) &&
		    add_address(take, text, AF_INET6, "::", port);
	if (settings_address(text, &family, address, sizeof address, &port))
		return add_address(take, text, family, address, port);
	if (colon && colon != text && !parse_port(colon + 1, &port) && colon[1] &&
	    !strchr(colon + 1, ']') && (*text == '[' || strchr(text, ':') == colon))
		return complain(take, "a port from 0 to 65535 behind the address", text);
	return complain(take,
	    "ADDRESS:PORT with an address in numbers, such as "
	    "127.0.0.1:8080, [::1]:8080 or *:80",
	    text);
}

static bool take_count(struct take *take)
{
	size_t count = take->value->count;

	if (in_limits(take->row, (int64_t)count))
		return true;
	text_format(take->complaint->expected, sizeof take->complaint->expected,
	    "%lld to %lld items", (long long)take->row->min, (long long)take->row->max);
	text_format(take->complaint->found, sizeof take->complaint->found, "%zu", count);
	return false;
}

/* ---- All of them ---- */

static bool (*const takers[])(struct take *take, const char *text) = {
	[SETTING_TEXT] = take_text,
	[SETTING_INTEGER] = take_integer,
	[SETTING_SIZE] = take_size,
	[SETTING_DURATION] = take_duration,
	[SETTING_BOOLEAN] = take_boolean,
	[SETTING_CHOICE] = take_choice,
	[SETTING_PATH] = take_path,
	[SETTING_LIST] = take_item,
	[SETTING_LISTEN] = take_address,
};

static bool is_clean(const char *text)
{
	size_t length = strlen(text);
	char *copy = memory_new(length + 1);

	text_clean(copy, length + 1, text, length);
	bool same = strcmp(copy, text) == 0;
	free(copy);
	return same;
}

static char *join_items(char *const *items, size_t count)
{
	size_t length = 1;

	for (size_t i = 0; i < count; i++)
		length += strlen(items[i]) + 1;
	char *text = memory_new(length), *at = text;
	for (size_t i = 0; i < count; i++) {
		if (i)
			*at++ = ',';
		at = stpcpy(at, items[i]);
	}
	return text;
}

bool value_take(const struct setting *row, const struct settings_raw *raw, const char *state_folder,
    struct settings_value *value, struct complaint *complaint)
{
	struct take take = { row, state_folder, value, complaint };

	memset(value, 0, sizeof *value);
	for (size_t i = 0; i < raw->count; i++) {
		const char *text = raw->items[i], *expected = "another value";
		if (!is_clean(text))
			return complain(&take, "a text in UTF-8 without control characters", text);
		if (!takers[row->type](&take, text))
			return false;
		if (row->valid && !row->valid(text, &expected))
			return complain(&take, expected, text);
	}
	if (settings_is_list(row) && !take_count(&take))
		return false;
	value->shown = join_items(raw->items, raw->count);
	value->origin = memory_string(raw->origin);
	return true;
}

void value_clear(struct settings_value *value)
{
	for (size_t i = 0; i < value->count; i++)
		free(value->items[i]);
	free(value->items);
	free(value->text);
	free(value->shown);
	free(value->fallback);
	free(value->origin);
	memset(value, 0, sizeof *value);
}

bool settings_is_list(const struct setting *row)
{
	return row->type == SETTING_LIST || row->type == SETTING_LISTEN;
}

void raw_split(struct settings_raw *raw, const struct setting *row, const char *text,
    const char *origin)
{
	if (!settings_is_list(row)) {
		raw_fill(raw, &text, 1, 0, origin);
		return;
	}
	raw_fill(raw, NULL, 0, 0, origin);
	while (*text == ' ')
		text++;
	for (const char *at = text; *text && at;) {
		const char *comma = strchr(at, ',');
		size_t length = comma ? (size_t)(comma - at) : strlen(at);
		while (length && *at == ' ') {
			at++;
			length--;
		}
		while (length && at[length - 1] == ' ')
			length--;
		raw->items = memory_resize(raw->items, raw->count + 1, sizeof *raw->items);
		raw->items[raw->count++] = memory_format("%.*s", (int)length, at);
		at = comma ? comma + 1 : NULL;
	}
}
