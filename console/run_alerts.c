/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "console/format.h"
#include "console/run.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"

/*
 * alerts, acknowledge, snooze and alert-test. An alert is told in lines of its own
 * and not as a row of a table: cause and consequence are sentences, and who reads
 * them has trouble enough.
 */
#define TEST_DEADLINE_MS 45000 /* the command itself has 30 s */
#define LABEL_CELLS 14
#define SNOOZE_LEAST_MS INT64_C(60000)
#define SNOOZE_MOST_MS INT64_C(2592000000)

static const char *severity_colour(const char *severity)
{
	if (strcmp(severity, "critical") == 0)
		return "\033[31m";
	return strcmp(severity, "warning") == 0 ? "\033[33m" : "";
}

static const char *severity_word(const char *severity)
{
	if (strcmp(severity, "critical") == 0)
		return _("critical");
	return strcmp(severity, "warning") == 0 ? _("warning") : _("notice");
}

/* A line below the alert's first one; nothing when there is nothing to say. */
static void print_line(const char *label, const char *text, FILE *out)
{
	if (text == NULL || *text == '\0')
		return;
	int pad = LABEL_CELLS - (int)format_width(label);

	fprintf(out, "  %s%*s", label, pad > 2 ? pad : 2, "");
	format_text(text, out);
	fputc('\n', out);
}

static bool is_asleep(const json_t *alert)
{
	const char *until = json_text(alert, "snoozed_until", NULL);

	return until != NULL && clock_parse(until, 0) > clock_utc();
}

static void print_state(const json_t *alert, FILE *out)
{
	const json_t *acknowledged = json_object_get(alert, "acknowledged");
	char when[64], text[192];

	if (json_text(alert, "ended", NULL) != NULL) {
		format_time(json_text(alert, "ended", ""), when, sizeof when);
		print_line(_("ended"), when, out);
	}
	if (json_is_object(acknowledged)) {
		format_time(json_text(acknowledged, "time", ""), when, sizeof when);
		text_format(text, sizeof text, _("by %s, %s"), json_text(acknowledged, "user", "?"),
		    when);
		print_line(_("acknowledged"), text, out);
	}
	if (is_asleep(alert)) {
		format_time(json_text(alert, "snoozed_until", ""), when, sizeof when);
		text_format(text, sizeof text, _("until %s"), when);
		print_line(_("asleep"), text, out);
	}
}

static void print_alert(const json_t *alert, const struct invocation *call, FILE *out)
{
	const char *severity = json_text(alert, "severity", "notice");
	const char *next = json_text(alert, "next", "");
	int64_t count = json_whole(alert, "count", 1);
	char when[64], text[160];

	fprintf(out, "%s%s%s  ", call->colour ? severity_colour(severity) : "",
	    severity_word(severity), call->colour ? "\033[0m" : "");
	format_text(json_text(alert, "id", "?"), out);
	fputs("  ", out);
	format_text(json_text(alert, "text", "?"), out);
	fputc('\n', out);
	print_line(_("cause"), json_text(alert, "cause", NULL), out);
	print_line(_("means"), json_text(alert, "consequence", NULL), out);
	format_time(json_text(alert, "since", ""), when, sizeof when);
	text_format(text, sizeof text, "%s", when);
	if (count > 1)
		text_format(text, sizeof text,
		    ngettext("%s, %lld time", "%s, %lld times", (unsigned long)count), when,
		    (long long)count);
	print_line(_("since"), text, out);
	print_state(alert, out);
	if (*next != '\0' && json_text(alert, "ended", NULL) == NULL) {
		text_format(text, sizeof text, "steward %s", next);
		print_line(_("next"), text, out);
	}
}

void show_alerts(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	const json_t *alert;
	size_t i;

	(void)words;
	json_array_foreach(json_object_get(result, "alerts"), i, alert)
	{
		if (i > 0)
			fputc('\n', out);
		print_alert(alert, call, out);
	}
	fflush(out);
	if (json_array_size(json_object_get(result, "alerts")) == 0)
		fprintf(talk, "steward: %s\n", _("nothing is amiss"));
}

/* A critical one that nobody has seen to. */
static bool is_unattended(const json_t *alert)
{
	return strcmp(json_text(alert, "severity", ""), "critical") == 0 &&
	    strcmp(json_text(alert, "state", ""), "active") == 0 &&
	    !json_is_object(json_object_get(alert, "acknowledged")) && !is_asleep(alert);
}

bool ask_alerts(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	(void)fault;
	return run_ask(ask, "alerts",
	    json_pack("{s:b}", "history", words_get(words, "history") != NULL), RUN_DEADLINE_MS);
}

int run_alerts(const struct invocation *call, const struct words *words, struct fault *fault)
{
	struct command_ask ask;
	const json_t *alert;
	bool unattended = false;
	size_t i;

	ask_alerts(words, &ask, fault);
	json_t *result = run_call(call, ask.method, ask.params, ask.deadline_ms, fault);

	if (result == NULL)
		return run_exit(fault);
	json_array_foreach(json_object_get(result, "alerts"), i, alert) unattended |=
	    is_unattended(alert);
	if (call->json)
		format_json(result, stdout);
	else
		show_alerts(call, words, result, stdout, stderr);
	json_decref(result);
	return unattended ? FAULT_DEGRADED : 0;
}

bool ask_acknowledge(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	(void)fault;
	return run_ask(ask, "acknowledge", json_pack("{s:s}", "alert", words_get(words, "alert")),
	    RUN_DEADLINE_MS);
}

bool ask_snooze(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	const char *text = words_get(words, "duration");
	int64_t ms = -1;

	if (!text_duration(text, &ms) || (ms != 0 && (ms < SNOOZE_LEAST_MS || ms > SNOOZE_MOST_MS)))
		return fault_set(fault, FAULT_USAGE,
		    "snooze: a duration from 1m to 30d, or 0, found \"%s\"", text);
	return run_ask(ask, "snooze",
	    json_pack("{s:s, s:I}", "alert", words_get(words, "alert"), "seconds",
		(json_int_t)(ms / 1000)),
	    RUN_DEADLINE_MS);
}

bool ask_alert_test(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	(void)words;
	(void)fault;
	return run_ask(ask, "alert_test", NULL, TEST_DEADLINE_MS);
}

static bool test_failed(const json_t *result, struct fault *fault)
{
	int status = (int)json_whole(result, "exit", 1);

	if (status == 0)
		return false;
	fault_set(fault, FAULT_FAILED, "the command ended with the exit status %d", status);
	fault_next(fault, "steward get host.alert_command tells which one it is");
	return true;
}

void show_alert_test(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	struct fault fault;

	(void)call;
	(void)words;
	format_text(json_text(result, "text", ""), out);
	fputc('\n', out);
	/* Else it is the reason of the exit status. */
	if (out == talk && test_failed(result, &fault))
		format_fault(&fault, talk);
}

int run_alert_test(const struct invocation *call, const struct words *words, struct fault *fault)
{
	json_t *result = run_call(call, "alert_test", NULL, TEST_DEADLINE_MS, fault);

	if (result == NULL)
		return run_exit(fault);
	if (call->json)
		format_json(result, stdout);
	else
		show_alert_test(call, words, result, stdout, stderr);
	int status = test_failed(result, fault) ? FAULT_FAILED : 0;

	json_decref(result);
	return status;
}
