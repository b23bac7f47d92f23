/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rows of section host, which belong to the program and to no service.
 */
#include "config.h"

#include "data/intl.h"
#include "data/text.h"
#include "host/supervisor.h"

#define REPEAT_LEAST 60000 /* ms */

static const char *const level_choices[] = {
	"error",
	"warning",
	"notice",
	"info",
	"debug",
	NULL,
};

static const char *const severity_choices[] = { "critical", "warning", "notice", NULL };

static bool valid_command(const char *value, const char **expected_r)
{
	*expected_r = "the path of a program, from / on, or nothing";
	return !*value || *value == '/';
}

/* A command that is run without a pause would be all that steward does. */
static bool valid_repeat(const char *value, const char **expected_r)
{
	int64_t ms;

	*expected_r = "0 for never, or a minute or more";
	return text_duration(value, &ms) && (ms == 0 || ms >= REPEAT_LEAST);
}

const struct setting host_settings[] = {
	{ .name = "name",
	    .type = SETTING_TEXT,
	    .fallback = "",
	    .help = N_("what this server is called on the screen; empty: the machine's name") },
	{ .name = "hung_after",
	    .type = SETTING_DURATION,
	    .fallback = "5s",
	    .min = 200,
	    .max = 600000,
	    .help = N_("a service that does not answer for so long is shown as hung") },
	{ .name = "hung_limit",
	    .type = SETTING_DURATION,
	    .fallback = "30s",
	    .min = 400,
	    .max = 3600000,
	    .help =
		N_("a service that hangs for so long is ended with the host, which comes back") },
	{ .name = "drain_limit",
	    .type = SETTING_DURATION,
	    .fallback = "10s",
	    .min = 0,
	    .max = 25000,
	    .help = N_("how long a stop waits for what is under way") },
	{ .name = "journal_size",
	    .type = SETTING_SIZE,
	    .fallback = "8M",
	    .min = 65536,
	    .max = INT64_C(1) << 30,
	    .help = N_("a journal file is rotated at this size") },
	{ .name = "journal_files",
	    .type = SETTING_INTEGER,
	    .fallback = "4",
	    .min = 1,
	    .max = 100,
	    .help = N_("how many journal files are kept") },
	{ .name = "journal_level",
	    .type = SETTING_CHOICE,
	    .fallback = "info",
	    .choices = level_choices,
	    .help = N_("less important records are not kept") },
	{ .name = "alert_command",
	    .type = SETTING_TEXT,
	    .fallback = "",
	    .help = N_("a program that is told of alerts, see steward(1); empty: none"),
	    .valid = valid_command },
	{ .name = "alert_level",
	    .type = SETTING_CHOICE,
	    .fallback = "warning",
	    .choices = severity_choices,
	    .help = N_("it is told of alerts from this severity up") },
	{ .name = "alert_repeat",
	    .type = SETTING_DURATION,
	    .fallback = "0",
	    .min = 0,
	    .max = INT64_C(30) * 86400000,
	    .valid = valid_repeat,
	    .help = N_("it is told again after so long, until somebody acknowledges; 0: never") },
	{ .name = "alert_quiet",
	    .type = SETTING_DURATION,
	    .fallback = "10m",
	    .min = 0,
	    .max = 86400000,
	    .help = N_("an alert that comes back within this time is the same one; that it ended "
		       "is told after it") },
	{ .name = NULL },
};
