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
static void print_line(const char *label, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	printf("  %s%*s", label, (int)(14 - format_width(label)), "");
	format_text(text, stdout);
	putchar('\n');
}

static bool is_asleep(const json_t *alert)
{
	const char *until = json_text(alert, "snoozed_until", NULL);

	return until != NULL && clock_parse(until, 0) > clock_utc();
}

static void print_state(const json_t *alert)
{
	const json_t *acknowledged = json_object_get(alert, "acknowledged");
	char when[64], text[192];

	if (json_text(alert, "ended", NULL) != NULL) {
		format_time(json_text(alert, "ended", ""), when, sizeof when);
		print_line(_("ended"), when);
	}
	if (json_is_object(acknowledged)) {
		format_time(json_text(acknowledged, "time", ""), when, sizeof when);
		text_format(text, sizeof text, _("by %s, %s"), json_text(acknowledged, "user", "?"),
		    when);
		print_line(_("acknowledged"), text);
	}
	if (is_asleep(alert)) {
		format_time(json_text(alert, "snoozed_until", ""), when, sizeof when);
		text_format(text, sizeof text, _("until %s"), when);
		print_line(_("asleep"), text);
	}
}

static void print_alert(const json_t *alert, const struct invocation *call)
{
	const char *severity = json_text(alert, "severity", "notice");
	const char *next = json_text(alert, "next", "");
	int64_t count = json_whole(alert, "count", 1);
	char when[64], text[160];

	printf("%s%s%s  ", call->colour ? severity_colour(severity) : "", severity_word(severity),
	    call->colour ? "\033[0m" : "");
	format_text(json_text(alert, "id", "?"), stdout);
	fputs("  ", stdout);
	format_text(json_text(alert, "text", "?"), stdout);
	putchar('\n');
	print_line(_("cause"), json_text(alert, "cause", NULL));
	print_line(_("means"), json_text(alert, "consequence", NULL));
	format_time(json_text(alert, "since", ""), when, sizeof when);
	text_format(text, sizeof text, "%s", when);
	if (count > 1)
		text_format(text, sizeof text,
		    ngettext("%s, %lld time", "%s, %lld times", (unsigned long)count), when,
		    (long long)count);
	print_line(_("since"), text);
	print_state(alert);
	if (*next != '\0' && json_text(alert, "ended", NULL) == NULL) {
		text_format(text, sizeof text, "steward %s", next);
		print_line(_("next"), text);
	}
}

static void print_alerts(const json_t *result, const struct invocation *call)
{
	const json_t *alert;
	size_t i;

	json_array_foreach(json_object_get(result, "alerts"), i, alert)
	{
		if (i > 0)
			putchar('\n');
		print_alert(alert, call);
	}
	fflush(stdout);
	if (json_array_size(json_object_get(result, "alerts")) == 0)
		fprintf(stderr, "steward: %s\n", _("nothing is amiss"));
}

/* A critical one that nobody has seen to. */
static bool is_unattended(const json_t *alert)
{
	return strcmp(json_text(alert, "severity", ""), "critical") == 0 &&
	    strcmp(json_text(alert, "state", ""), "active") == 0 &&
	    !json_is_object(json_object_get(alert, "acknowledged")) && !is_asleep(alert);
}

static int print_result(const struct invocation *call, json_t *result, const struct fault *fault)
{
	if (result == NULL)
		return run_exit(fault);
	if (call->json)
		format_json(result, stdout);
	else
		print_alerts(result, call);
	json_decref(result);
	return 0;
}

int run_alerts(const struct invocation *call, const struct words *words, struct fault *fault)
{
	bool history = words_get(words, "history") != NULL, unattended = false;
	json_t *result = run_call(call, "alerts", json_pack("{s:b}", "history", history),
	    RUN_DEADLINE_MS, fault);
	const json_t *alert;
	size_t i;

	json_array_foreach(json_object_get(result, "alerts"), i, alert) unattended |=
	    is_unattended(alert);
	int status = print_result(call, result, fault);

	return status == 0 && unattended ? FAULT_DEGRADED : status;
}

int run_acknowledge(const struct invocation *call, const struct words *words, struct fault *fault)
{
	return print_result(call,
	    run_call(call, "acknowledge", json_pack("{s:s}", "alert", words_get(words, "alert")),
		RUN_DEADLINE_MS, fault),
	    fault);
}

int run_snooze(const struct invocation *call, const struct words *words, struct fault *fault)
{
	const char *text = words_get(words, "duration");
	int64_t ms = -1;

	if (!text_duration(text, &ms) ||
	    (ms != 0 && (ms < SNOOZE_LEAST_MS || ms > SNOOZE_MOST_MS))) {
		fault_set(fault, FAULT_USAGE,
		    "snooze: a duration from 1m to 30d, or 0, found \"%s\"", text);
		return FAULT_USAGE;
	}
	return print_result(call,
	    run_call(call, "snooze",
		json_pack("{s:s, s:I}", "alert", words_get(words, "alert"), "seconds",
		    (json_int_t)(ms / 1000)),
		RUN_DEADLINE_MS, fault),
	    fault);
}

int run_alert_test(const struct invocation *call, const struct words *words, struct fault *fault)
{
	json_t *result = run_call(call, "alert_test", NULL, TEST_DEADLINE_MS, fault);

	(void)words;
	if (result == NULL)
		return run_exit(fault);
	int status = (int)json_whole(result, "exit", 1);

	if (call->json) {
		format_json(result, stdout);
	} else {
		format_text(json_text(result, "text", ""), stdout);
		putchar('\n');
	}
	json_decref(result);
	if (status == 0)
		return 0;
	fault_set(fault, FAULT_FAILED, "the command ended with the exit status %d", status);
	fault_next(fault, "steward get host.alert_command tells which one it is");
	return FAULT_FAILED;
}
