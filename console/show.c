/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/show.h"

#include <string.h>
#include <time.h>

#include "data/intl.h"
#include "data/text.h"
#include "widgets/canvas.h"

static const struct {
	double from, by;
	const char *unit;
} scales[] = {
	{ 1e9 - 5e4, 1e9, "G" },
	{ 1e6 - 50, 1e6, "M" },
	{ 1e4, 1e3, "k" },
};

static void scaled(double value, char *out, size_t size)
{
	for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++)
		if (value >= scales[i].from) {
			value /= scales[i].by;
			text_format(out, size, "%.*f%s", value < 99.95 ? 1 : 0, value,
			    scales[i].unit);
			return;
		}
	text_format(out, size, "%.0f", value);
}

void show_rate(double rate, char *out, size_t size)
{
	if (rate < 0)
		text_format(out, size, "-");
	else if (rate < 0.05)
		text_format(out, size, "0");
	else if (rate < 9.95)
		text_format(out, size, "%.1f", rate);
	else
		scaled(rate, out, size);
}

void show_percent(double percent, char *out, size_t size)
{
	if (percent < 0)
		text_format(out, size, "-");
	else
		text_format(out, size, "%.*f", percent < 99.95 ? 1 : 0, percent);
}

void show_count(int64_t count, char *out, size_t size)
{
	if (count < 0)
		text_format(out, size, "-");
	else
		scaled((double)count, out, size);
}

void show_bytes(int64_t bytes, char *out, size_t size)
{
	if (bytes < 0)
		text_format(out, size, "-");
	else
		text_show_bytes(bytes, out, size);
}

void show_latency(int64_t us, char *out, size_t size)
{
	if (us <= 0)
		text_format(out, size, "-");
	else
		text_show_latency(us, out, size);
}

/* The local time, and whether its day is that of now; false: it is not known. */
static bool local_time(int64_t utc_us, int64_t now_us, struct tm *at_r, bool *today_r)
{
	time_t then = (time_t)(utc_us / 1000000), now = (time_t)(now_us / 1000000);
	struct tm day;

	if (utc_us < 0 || localtime_r(&then, at_r) == NULL || localtime_r(&now, &day) == NULL)
		return false;
	*today_r = at_r->tm_year == day.tm_year && at_r->tm_yday == day.tm_yday;
	return true;
}

void show_time(int64_t utc_us, int64_t now_us, char *out, size_t size)
{
	struct tm at;
	bool today;

	if (!local_time(utc_us, now_us, &at, &today) ||
	    strftime(out, size, today ? "%H:%M:%S" : "%b %d", &at) == 0)
		text_format(out, size, "-");
}

void show_moment(int64_t utc_us, bool date, char *out, size_t size)
{
	time_t then = (time_t)(utc_us / 1000000);
	struct tm at;

	if (utc_us < 0 || localtime_r(&then, &at) == NULL ||
	    strftime(out, size, date ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S", &at) == 0)
		text_format(out, size, "-");
}

void show_clock(int64_t utc_us, int64_t now_us, char *out, size_t size)
{
	struct tm at;
	bool today;

	if (!local_time(utc_us, now_us, &at, &today) ||
	    strftime(out, size, today ? "%H:%M" : "%b %d %H:%M", &at) == 0)
		text_format(out, size, "-");
}

void show_age(int64_t then_us, int64_t now_us, char *out, size_t size)
{
	if (then_us < 0)
		text_format(out, size, "-");
	else
		text_show_duration((now_us - then_us) / 1000000, out, size);
}

unsigned show_state_style(enum model_state state)
{
	switch (state) {
	case MODEL_RUNNING:
		return STYLE_GOOD;
	case MODEL_STOPPED:
		return STYLE_DIM;
	case MODEL_STARTING:
	case MODEL_DRAINING:
	case MODEL_UNKNOWN:
		return STYLE_WARN;
	default:
		return STYLE_BAD;
	}
}

static const struct {
	const char *word;
	unsigned style;
} levels[] = {
	[JOURNAL_ERROR] = { N_("ERROR"), STYLE_BAD },
	[JOURNAL_WARNING] = { N_("WARN"), STYLE_WARN },
	[JOURNAL_NOTICE] = { N_("notice"), STYLE_NOTE },
	[JOURNAL_INFO] = { N_("info"), STYLE_DIM },
	[JOURNAL_DEBUG] = { N_("debug"), STYLE_DIM },
};

unsigned show_level_style(enum journal_level level)
{
	return levels[level].style;
}

const char *show_level_word(enum journal_level level)
{
	return _(levels[level].word);
}

const char *show_word(const char *word)
{
	/* What the host says in one word of its own. */
	static const char *const words[] = {
		N_("stopped"),
		N_("starting"),
		N_("running"),
		N_("draining"),
		N_("hung"),
		N_("quarantined"),
		N_("open"),
		N_("shut"),
		N_("waiting"),
		N_("refused"),
		N_("done"),
		N_("failed"),
		N_("reverted"),
		N_("applying"),
		N_("reverting"),
		N_("viewer"),
		N_("operator"),
		N_("admin"),
		N_("default"),
		N_("text"),
		N_("integer"),
		N_("size"),
		N_("duration"),
		N_("boolean"),
		N_("choice"),
		N_("path"),
		N_("list"),
		N_("listen"),
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], word) == 0)
			return _(words[i]);
	return word;
}
