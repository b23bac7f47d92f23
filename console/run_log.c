/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "console/format.h"
#include "console/run.h"
#include "data/clock.h"
#include "data/home.h"
#include "data/intl.h"
#include "data/journal.h"
#include "data/text.h"

/*
 * log without --follow: one answer of the host, or the journal's files when
 * there is no host to ask. Both reach the printing as the same JSON records.
 */
#define LAST_DEFAULT 100 /* as the host has it */

static const char *level_colour(const char *level)
{
	if (strcmp(level, "error") == 0)
		return "\033[31m";
	if (strcmp(level, "warning") == 0)
		return "\033[33m";
	return NULL;
}

/* Alone on its line it is a document, and each of those has its version. */
static void print_document(const json_t *record, FILE *out)
{
	json_t *document = json_pack("{s:i}", "version", 1);

	json_object_update(document, (json_t *)record);
	json_dumpf(document, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(document);
}

void run_print_record(const json_t *record, const struct invocation *call, FILE *out)
{
	if (call->json) {
		print_document(record, out);
		return;
	}
	const char *level = json_text(record, "level", "?");
	const char *subject = json_text(record, "subject", "");
	bool beside = json_is_true(json_object_get(record, "context"));
	const char *colour = !call->colour ? NULL : beside ? "\033[2m" : level_colour(level);
	char when[64], level_shown[16], service[32];

	format_time(json_text(record, "time", ""), when, sizeof when);
	text_clean(level_shown, sizeof level_shown, level, strlen(level));
	level = json_text(record, "service", "?");
	text_clean(service, sizeof service, level, strlen(level));
	fprintf(out, "%s  %s%-7s%s  %-6s  ", when, colour != NULL ? colour : "", level_shown,
	    colour != NULL ? "\033[0m" : "", service);
	format_text(subject, out);
	fputs(*subject != '\0' ? ": " : "", out);
	format_text(json_text(record, "text", ""), out);
	fputc('\n', out);
}

json_t *run_log_params(const struct log_query *query)
{
	char when[40];
	json_t *params = json_pack("{s:s*, s:s*, s:s*}", "service", query->service, "level",
	    query->level, "grep", query->grep);

	/* Our clock's zone may not be the host's: say it in UTC. */
	if (query->since_us > 0) {
		clock_rfc3339(query->since_us, when, sizeof when);
		json_object_set_new(params, "since", json_string(when));
	}
	if (query->until_us > 0) {
		clock_rfc3339(query->until_us, when, sizeof when);
		json_object_set_new(params, "until", json_string(when));
	}
	if (query->invert)
		json_object_set_new(params, "invert", json_true());
	if (query->context > 0)
		json_object_set_new(params, "context", json_integer(query->context));
	if (query->last > 0)
		json_object_set_new(params, "last", json_integer(query->last));
	return params;
}

struct scan {
	void (*each)(void *arg, json_t *record);
	void *arg;
};

static bool scan_each(void *arg, const struct journal_record *record)
{
	struct scan *scan = arg;
	char when[40];

	clock_rfc3339(record->time_us, when, sizeof when);
	json_t *given = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "sequence",
	    (json_int_t)record->sequence, "time", when, "level", journal_level_name(record->level),
	    "service", record->service, "subject", record->subject, "text", record->text);

	if (given != NULL && record->context)
		json_object_set_new(given, "context", json_true());
	if (given != NULL)
		scan->each(scan->arg, given);
	json_decref(given);
	return !ferror(stdout);
}

bool run_log_files(const struct invocation *call, const struct log_query *query,
    void (*each)(void *arg, json_t *record), void *arg, struct fault *fault)
{
	struct scan scan = { .each = each, .arg = arg };
	struct journal_filter filter = {
		.service = query->service,
		.level = JOURNAL_DEBUG,
		.since_us = query->since_us,
		.until_us = query->until_us,
		.grep = query->grep,
		.invert = query->invert,
		.context = (size_t)query->context,
		.last = query->last > 0 ? (size_t)query->last :
		    query->since_us > 0 ? JOURNAL_LAST_MAX :
					  LAST_DEFAULT,
	};
	struct home home;
	char folder[PATH_MAX + 16], why[512];

	if (!home_find(call->home, true, &home, why, sizeof why))
		return fault_set(fault, FAULT_USAGE, "%s", why);
	if (query->level != NULL)
		journal_level_parse(query->level, &filter.level);
	text_format(folder, sizeof folder, "%s/journal", home.state);
	return journal_scan(folder, &filter, scan_each, &scan, NULL, fault);
}

static void append_record(void *arg, json_t *record)
{
	json_array_append(arg, record);
}

/* The journal of a host that is not there: not_running stays the verdict when
 * there are no files either. */
static json_t *log_files(const struct invocation *call, const struct log_query *query,
    struct fault *fault)
{
	struct fault reading = { 0 };
	json_t *records = json_array();

	if (!run_log_files(call, query, append_record, records, &reading)) {
		json_decref(records);
		fprintf(stderr, "steward: %s\n", reading.text);
		return NULL;
	}
	fprintf(stderr, _("steward: %s; this is from the journal's files\n"), fault->text);
	return json_pack("{s:i, s:o}", "version", 1, "records", records);
}

static bool parse_number(const struct words *words, const char *name, int least, int most,
    int64_t *value, struct fault *fault)
{
	const char *text = words_get(words, name);

	if (text == NULL || (text_integer(text, value) && *value >= least && *value <= most))
		return true;
	return fault_set(fault, FAULT_USAGE, "--%s: a number from %d to %d, found \"%s\"", name,
	    least, most, text);
}

static bool parse_time(const struct words *words, const char *name, int64_t *us,
    struct fault *fault)
{
	const char *text = words_get(words, name);

	if (text == NULL)
		return true;
	*us = clock_parse(text, clock_utc());
	if (*us >= 0)
		return true;
	fault_set(fault, FAULT_USAGE, "--%s: \"%s\" is no time", name, text);
	return fault_next(fault,
	    "for example: 10m, 2h, 3d, 12:30, 2026-01-31, "
	    "\"2026-01-31 12:30\"");
}

static bool parse_query(const struct words *words, struct log_query *query, struct fault *fault)
{
	enum journal_level level;

	query->service = words_get(words, "service");
	query->level = words_get(words, "level");
	query->since = words_get(words, "since");
	query->grep = words_get(words, "grep");
	query->invert = words_get(words, "invert") != NULL;
	if (query->level != NULL && !journal_level_parse(query->level, &level))
		return fault_set(fault, FAULT_USAGE,
		    "--level: error, warning, notice, "
		    "info or debug, found \"%s\"",
		    query->level);
	if (query->invert && query->grep == NULL)
		return fault_set(fault, FAULT_USAGE, "--invert needs --grep");
	if (words_get(words, "follow") != NULL && words_get(words, "until") != NULL)
		return fault_set(fault, FAULT_USAGE, "--follow has no end, so --until has no use");
	if (words_get(words, "follow") != NULL && words_get(words, "context") != NULL)
		return fault_set(fault, FAULT_USAGE,
		    "--context needs to know what comes next: it cannot be used with --follow");
	return parse_number(words, "last", 1, JOURNAL_LAST_MAX, &query->last, fault) &&
	    parse_number(words, "context", 0, JOURNAL_CONTEXT_MAX, &query->context, fault) &&
	    parse_time(words, "since", &query->since_us, fault) &&
	    parse_time(words, "until", &query->until_us, fault);
}

bool ask_log(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	struct log_query query = { 0 };

	if (!parse_query(words, &query, fault))
		return false;
	/* Following is no question that has an answer. */
	if (words_get(words, "follow") != NULL)
		return run_ask(ask, NULL, NULL, 0);
	return run_ask(ask, "log", run_log_params(&query), RUN_DEADLINE_MS);
}

void show_records(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	const json_t *record;
	size_t i;

	(void)words;
	json_array_foreach(json_object_get(result, "records"), i, record)
	    run_print_record(record, call, out);
	/* Else a name with a slip in it looks like a service that is silent. */
	if (i == 0)
		fprintf(talk, "steward: %s\n", _("the journal has no such record"));
}

int run_log(const struct invocation *call, const struct words *words, struct fault *fault)
{
	struct log_query query = { 0 };

	if (!parse_query(words, &query, fault))
		return FAULT_USAGE;
	if (words_get(words, "follow") != NULL)
		return run_log_follow(call, &query, fault);
	json_t *result = run_call(call, "log", run_log_params(&query), RUN_DEADLINE_MS, fault);

	if (result == NULL && fault->code == FAULT_NOT_RUNNING)
		result = log_files(call, &query, fault);
	if (result == NULL)
		return run_exit(fault);
	if (call->json)
		format_json(result, stdout);
	else
		show_records(call, words, result, stdout, stderr);
	json_decref(result);
	return 0;
}
