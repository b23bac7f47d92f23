/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_DATA_SETTINGS_SCHEMA_H
#define TESTS_UNIT_DATA_SETTINGS_SCHEMA_H

/* A schema with a row of every type, for the tests and the fuzzer of settings. */
#include <string.h>

#include "data/settings.h"

static bool schema_valid_log(const char *value, const char **expected)
{
	*expected = "off, journal or a path that begins with /";
	return strcmp(value, "off") == 0 || strcmp(value, "journal") == 0 || *value == '/';
}

static bool schema_valid_name(const char *value, const char **expected)
{
	*expected = "names in small letters";
	return value[strspn(value, "abcdefghijklmnopqrstuvwxyz.")] == '\0';
}

static const char *const schema_levels[] = { "error", "warning", "info", NULL };

static const struct setting schema_host[] = {
	{ .name = "journal_level",
	    .type = SETTING_CHOICE,
	    .fallback = "info",
	    .choices = schema_levels,
	    .help = "what is stored" },
	{ .name = "hung_limit",
	    .type = SETTING_DURATION,
	    .fallback = "30s",
	    .min = 1000,
	    .max = 3600000,
	    .help = "when it ends" },
	{ .name = "grace", .type = SETTING_DURATION, .fallback = "5", .help = "no limits" },
	{ 0 },
};

static const struct setting schema_web[] = {
	{ .name = "listen",
	    .type = SETTING_LISTEN,
	    .fallback = "*:80",
	    .fallback_home = "127.0.0.1:0",
	    .help = "where",
	    .effect = SETTING_RESTART },
	{ .name = "root", .type = SETTING_PATH, .fallback = "www", .help = "what" },
	{ .name = "header_limit",
	    .type = SETTING_SIZE,
	    .fallback = "8K",
	    .min = 1024,
	    .max = 65536,
	    .help = "bytes" },
	{ .name = "cache", .type = SETTING_SIZE, .fallback = "16M", .help = "no limits" },
	{ .name = "workers",
	    .type = SETTING_INTEGER,
	    .fallback = "1",
	    .min = 1,
	    .max = 64,
	    .help = "threads" },
	{ .name = "offset", .type = SETTING_INTEGER, .fallback = "-3", .help = "no limits" },
	{ .name = "listing", .type = SETTING_BOOLEAN, .fallback = "false", .help = "or not" },
	{ .name = "access_log",
	    .type = SETTING_TEXT,
	    .fallback = "off",
	    .valid = schema_valid_log,
	    .help = "where it goes" },
	{ .name = "title", .type = SETTING_TEXT, .fallback = "", .max = 16, .help = "short" },
	{ .name = "names",
	    .type = SETTING_LIST,
	    .fallback = "",
	    .max = 3,
	    .valid = schema_valid_name,
	    .help = "hosts" },
	{ .name = "extra", .type = SETTING_PATH, .fallback = "", .help = "none by default" },
	{ 0 },
};

static const struct settings_section schema[] = {
	{ "host", "the program", schema_host },
	{ "web", "a web server", schema_web },
	{ 0 },
};

#endif
