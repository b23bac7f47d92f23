/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alerts over time that the test hands in: tables of what is the case at which
 * second, and what should be shown then.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/clock.h"
#include "host/alerts.h"

#define BEGIN INT64_C(1767225600000000) /* 2026-01-01 */

enum {
	UNKNOWN = -1,
	NO = ALERT_NONE,
	NOTE = ALERT_NOTICE,
	WARN = ALERT_WARNING,
	CRIT = ALERT_CRITICAL
};

static struct alerts *alerts;

static int setup(void **state)
{
	(void)state;
	alerts = alerts_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	alerts_free(alerts);
	return 0;
}

static struct alert_time at(int64_t second)
{
	return (struct alert_time){
		.ns = (1000 + second) * CLOCK_SECOND,
		.utc_us = BEGIN + second * 1000000,
	};
}

static void feed(enum alert_kind kind, const char *service, int severity)
{
	if (severity == NO)
		return;
	alerts_feed(alerts,
	    &(struct alert_condition){
		.kind = kind,
		.service = service,
		.severity = severity == UNKNOWN ? ALERT_NONE : (enum alert_severity)severity,
		.unknown = severity == UNKNOWN,
		.text = "text",
		.cause = "cause",
		.consequence = "consequence",
		.next = "log web",
	    });
}

static bool settle(int64_t second)
{
	const struct alert_time now = at(second);

	return alerts_settle(alerts, &now);
}

/* One round with one condition. */
static bool round_of(enum alert_kind kind, int severity, int64_t second)
{
	feed(kind, "web", severity);
	return settle(second);
}

/* What is shown of it: its severity, or NO. */
static int shown(const char *id)
{
	const struct alert *alert = alerts_active(alerts, id, NULL);

	return alert ? (int)alert->severity : NO;
}

static size_t count_of(bool history)
{
	json_t *list = alerts_document(alerts, history);
	size_t count = json_array_size(list);

	json_decref(list);
	return count;
}

/* ---- Hysteresis ---- */

static void times_decide(void **state)
{
	static const struct {
		const char *what;
		enum alert_kind kind;
		const char *id;
		struct {
			int second, condition, shown;
		} round[16]; /* ends with second 0 after the first */
	} rows[] = {
		{ "a failure is told at once, and ends after 5 s", ALERT_FAILED, "web/failed",
		    { { 1, CRIT, CRIT }, { 2, NO, CRIT }, { 6, NO, CRIT }, { 7, NO, NO } } },
		{ "back before it ended", ALERT_FAILED, "web/failed",
		    { { 1, CRIT, CRIT }, { 2, NO, CRIT }, { 6, CRIT, CRIT }, { 7, NO, CRIT },
			{ 11, NO, CRIT }, { 12, NO, NO } } },
		{ "a listener must be shut for 10 s", ALERT_LISTENER, "web/listener",
		    { { 1, WARN, NO }, { 10, WARN, NO }, { 11, WARN, WARN }, { 12, NO, WARN },
			{ 21, NO, WARN }, { 22, NO, NO } } },
		{ "and without a break", ALERT_LISTENER, "web/listener",
		    { { 1, WARN, NO }, { 9, NO, NO }, { 10, WARN, NO }, { 19, WARN, NO },
			{ 20, WARN, WARN } } },
		{ "unknown does not raise", ALERT_LISTENER, "web/listener",
		    { { 1, WARN, NO }, { 5, UNKNOWN, NO }, { 60, UNKNOWN, NO }, { 61, WARN, NO },
			{ 70, WARN, NO }, { 71, WARN, WARN } } },
		{ "unknown does not end", ALERT_LISTENER, "web/listener",
		    { { 1, WARN, NO }, { 11, WARN, WARN }, { 12, NO, WARN }, { 20, UNKNOWN, WARN },
			{ 900, UNKNOWN, WARN }, { 901, NO, WARN }, { 910, NO, WARN },
			{ 911, NO, NO } } },
		{ "little memory for a minute", ALERT_MEMORY, "web/memory",
		    { { 1, WARN, NO }, { 60, WARN, NO }, { 61, WARN, WARN }, { 62, CRIT, WARN },
			{ 72, CRIT, CRIT }, { 73, WARN, CRIT }, { 192, WARN, CRIT },
			{ 193, WARN, WARN }, { 200, NO, WARN }, { 319, NO, WARN },
			{ 320, NO, NO } } },
		{ "critical for ten seconds is at once", ALERT_MEMORY, "web/memory",
		    { { 1, CRIT, NO }, { 10, CRIT, NO }, { 11, CRIT, CRIT } } },
		{ "worse at once, better after a while", ALERT_DISK, "web/disk",
		    { { 1, WARN, WARN }, { 2, CRIT, CRIT }, { 3, WARN, CRIT }, { 62, WARN, CRIT },
			{ 63, WARN, WARN }, { 64, NO, WARN }, { 124, NO, NO } } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		alerts_free(alerts);
		alerts = alerts_new();
		for (size_t j = 0; j < 16 && (!j || rows[i].round[j].second); j++) {
			round_of(rows[i].kind, rows[i].round[j].condition, rows[i].round[j].second);
			if (shown(rows[i].id) != rows[i].round[j].shown)
				fail_msg("%s: second %d shows %d", rows[i].what,
				    rows[i].round[j].second, shown(rows[i].id));
		}
	}
}

static void figures_have_a_lower_way_out(void **state)
{
	static const struct alert_limits limits = { 5, 7, 2, 3 };
	static const struct {
		double value;
		int condition;
	} rows[] = {
		{ 5.1, NO },
		{ 4.9, WARN },
		{ 6.9, WARN },
		{ 7, NO },
		{ 6, NO },
		{ 4, WARN },
		{ 1.9, CRIT },
		{ 2.9, CRIT },
		{ 3, WARN },
		{ 2.5, WARN },
		{ 1, CRIT },
		{ 7, NO },
	};
	int64_t now = 1;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int found = (int)alerts_figure(alerts, ALERT_DISK, "web", rows[i].value, &limits);
		if (found != rows[i].condition)
			fail_msg("row %zu: %d", i, found);
		round_of(ALERT_DISK, found, now);
		round_of(ALERT_DISK, found, now += 100);
	}
}

static void what_comes_back_soon_is_the_same(void **state)
{
	(void)state;
	round_of(ALERT_FAILED, CRIT, 1);
	round_of(ALERT_FAILED, NO, 10);
	round_of(ALERT_FAILED, NO, 20);
	assert_int_equal(count_of(false), 0);
	assert_int_equal(count_of(true), 1);
	round_of(ALERT_FAILED, CRIT, 619);
	const struct alert *alert = alerts_active(alerts, "web/failed", NULL);
	assert_non_null(alert);
	assert_int_equal(alert->count, 2);
	assert_int_equal(alert->since_us, BEGIN + 1000000);
	assert_int_equal(alert->changed_us, BEGIN + 619000000);
	assert_int_equal(count_of(true), 1);
	round_of(ALERT_FAILED, NO, 620);
	round_of(ALERT_FAILED, NO, 625);
	round_of(ALERT_FAILED, CRIT, 1225);
	alert = alerts_active(alerts, "web/failed", NULL);
	assert_int_equal(alert->count, 1);
	assert_int_equal(alert->since_us, BEGIN + 1225000000);
	assert_int_equal(count_of(true), 2);
}

static void a_crash_that_happens_again_counts(void **state)
{
	struct alert_condition crash = {
		.kind = ALERT_CRASH,
		.service = "web",
		.severity = ALERT_WARNING,
		.edition = 1,
		.text = "t",
	};

	(void)state;
	for (int second = 1; second < 9; second++) {
		crash.edition = second < 4 ? 1 : 2;
		alerts_feed(alerts, &crash);
		assert_int_equal(settle(second), second == 1 || second == 4);
	}
	assert_int_equal(alerts_active(alerts, "web/crash", NULL)->count, 2);
}

static void the_worst_and_newest_come_first(void **state)
{
	(void)state;
	for (int second = 1; second < 5; second++) {
		feed(ALERT_SETTINGS, "host", WARN);
		if (second > 1)
			feed(ALERT_FAILED, "dns", CRIT);
		if (second > 2)
			feed(ALERT_FAILED, "web", CRIT);
		if (second > 3)
			feed(ALERT_CRASH, "web", WARN);
		settle(second);
	}
	static const char *const order[] = { "web/failed", "dns/failed", "web/crash",
		"host/settings" };
	json_t *list = alerts_document(alerts, false);
	assert_int_equal(json_array_size(list), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(json_string_value(
					json_object_get(json_array_get(list, i), "id")),
		    order[i]);
	json_decref(list);
}

static void only_news_is_news(void **state)
{
	(void)state;
	assert_true(round_of(ALERT_FAILED, CRIT, 1));
	assert_false(round_of(ALERT_FAILED, CRIT, 2));
	assert_false(round_of(ALERT_FAILED, NO, 3));
	assert_true(round_of(ALERT_FAILED, NO, 8));
	assert_false(round_of(ALERT_FAILED, NO, 9));
}

static void there_is_an_end_to_everything(void **state)
{
	char name[16];

	(void)state;
	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 300; i++) {
			snprintf(name, sizeof name, "s%d.%d", round, i);
			feed(ALERT_FAILED, name, CRIT);
		}
		settle(round * 20 + 1);
		assert_int_equal(count_of(false), ALERTS_MAX);
		settle(round * 20 + 2);
		settle(round * 20 + 10);
		assert_int_equal(count_of(false), 0);
		assert_int_equal(count_of(true), ALERTS_ENDED);
	}
}

/* ---- People ---- */

static void acknowledging_ends_with_the_alert_or_when_it_is_worse(void **state)
{
	const struct alert_time now = at(2);
	struct fault fault = { 0 };

	(void)state;
	assert_false(alerts_acknowledge(alerts, "web/disk", "adm", &now, &fault));
	assert_int_equal(fault.code, FAULT_FAILED);
	round_of(ALERT_DISK, WARN, 1);
	assert_true(alerts_acknowledge(alerts, "web/disk", "adm", &now, &fault));
	round_of(ALERT_DISK, WARN, 3);
	assert_string_equal(alerts_active(alerts, "web/disk", NULL)->acknowledged, "adm");
	round_of(ALERT_DISK, CRIT, 4);
	assert_string_equal(alerts_active(alerts, "web/disk", NULL)->acknowledged, "");
	assert_true(alerts_acknowledge(alerts, "web/disk", "adm", &now, &fault));
	round_of(ALERT_DISK, WARN, 5);
	round_of(ALERT_DISK, WARN, 65);
	assert_int_equal(shown("web/disk"), WARN);
	assert_string_equal(alerts_active(alerts, "web/disk", NULL)->acknowledged, "adm");
	round_of(ALERT_DISK, NO, 66);
	round_of(ALERT_DISK, NO, 126);
	round_of(ALERT_DISK, WARN, 130);
	assert_string_equal(alerts_active(alerts, "web/disk", NULL)->acknowledged, "");
}

/* ---- Telling ---- */

static const struct alert_policy warnings = { .level = ALERT_WARNING };

/* Who is told of what now: its id and end, "" for nothing. It goes well, or not. */
static const char *tell(const struct alert_policy *policy, int64_t second, bool good)
{
	static char text[96];
	const struct alert_time now = at(second);
	struct alert *alert = alerts_due(alerts, policy, &now);

	text[0] = '\0';
	if (!alert)
		return text;
	snprintf(text, sizeof text, "%s%s", alert->id, alert->ended ? " ended" : "");
	assert_null(alerts_due(alerts, policy, &now));
	alerts_told(alerts, alert, alert->severity, alert->ended, good, &now);
	return text;
}

static void each_is_told_once_and_its_end_when_it_is_quiet(void **state)
{
	(void)state;
	round_of(ALERT_FAILED, CRIT, 1);
	assert_string_equal(tell(&warnings, 1, true), "web/failed");
	assert_string_equal(tell(&warnings, 2, true), "");
	/* It comes and goes: nobody hears of that. */
	for (int second = 10; second < 500; second += 20) {
		round_of(ALERT_FAILED, NO, second);
		round_of(ALERT_FAILED, NO, second + 6);
		assert_int_equal(shown("web/failed"), NO);
		assert_string_equal(tell(&warnings, second + 6, true), "");
		round_of(ALERT_FAILED, CRIT, second + 10);
		assert_string_equal(tell(&warnings, second + 10, true), "");
	}
	round_of(ALERT_FAILED, NO, 600);
	round_of(ALERT_FAILED, NO, 605);
	assert_string_equal(tell(&warnings, 1204, true), "");
	assert_string_equal(tell(&warnings, 1205, true), "web/failed ended");
	assert_string_equal(tell(&warnings, 9999, true), "");
	round_of(ALERT_FAILED, CRIT, 10000);
	assert_string_equal(tell(&warnings, 10000, true), "web/failed");
}

static void what_is_known_is_not_told(void **state)
{
	const struct alert_time now = at(2);

	(void)state;
	round_of(ALERT_DISK, WARN, 1);
	feed(ALERT_DISK, "web", WARN);
	feed(ALERT_DISK, "dns", WARN);
	settle(2);
	assert_true(alerts_acknowledge(alerts, "web/disk", "adm", &now, NULL));
	assert_true(alerts_snooze(alerts, "dns/disk", 60, &now, NULL));
	assert_string_equal(tell(&warnings, 3, true), "");
	/* The one wakes, the other becomes worse. */
	feed(ALERT_DISK, "web", CRIT);
	feed(ALERT_DISK, "dns", WARN);
	settle(4);
	assert_string_equal(tell(&warnings, 4, true), "web/disk");
	assert_string_equal(tell(&warnings, 61, true), "");
	feed(ALERT_DISK, "web", CRIT);
	feed(ALERT_DISK, "dns", WARN);
	assert_true(settle(62));
	assert_int_equal(alerts_active(alerts, "dns/disk", NULL)->snoozed_us, 0);
	assert_string_equal(tell(&warnings, 62, true), "dns/disk");
	assert_string_equal(tell(&warnings, 63, true), "");
}

static void a_snooze_is_ended_by_zero_and_by_what_is_worse(void **state)
{
	const struct alert_time now = at(2);

	(void)state;
	round_of(ALERT_DISK, WARN, 1);
	assert_true(alerts_snooze(alerts, "web/disk", 3600, &now, NULL));
	assert_string_equal(tell(&warnings, 3, true), "");
	assert_true(alerts_snooze(alerts, "web/disk", 0, &now, NULL));
	assert_string_equal(tell(&warnings, 3, true), "web/disk");
	assert_true(alerts_snooze(alerts, "web/disk", 3600, &now, NULL));
	round_of(ALERT_DISK, CRIT, 4);
	assert_string_equal(tell(&warnings, 4, true), "web/disk");
	/* It comes and goes in its sleep. */
	assert_true(alerts_snooze(alerts, "web/disk", 36000, &now, NULL));
	round_of(ALERT_DISK, NO, 10);
	round_of(ALERT_DISK, NO, 70);
	assert_string_equal(tell(&warnings, 700, true), "");
	round_of(ALERT_DISK, CRIT, 2000);
	assert_int_equal(shown("web/disk"), CRIT);
	assert_string_equal(tell(&warnings, 2001, true), "");
	round_of(ALERT_DISK, CRIT, 36002);
	assert_string_equal(tell(&warnings, 36002, true), "web/disk");
}

static void the_level_and_the_worst_decide(void **state)
{
	static const struct alert_policy critical = { .level = ALERT_CRITICAL };

	(void)state;
	feed(ALERT_SETTINGS, "host", WARN);
	feed(ALERT_FAILED, "web", CRIT);
	feed(ALERT_HOOK, "host", WARN);
	settle(1);
	assert_string_equal(tell(&critical, 1, true), "web/failed");
	assert_string_equal(tell(&critical, 1, true), "");
	assert_string_equal(tell(&warnings, 1, true), "host/settings");
	/* That nobody can be told is told to nobody. */
	assert_string_equal(tell(&warnings, 1, true), "");
}

static void it_is_repeated_until_somebody_acknowledges(void **state)
{
	static const struct alert_policy repeat = { ALERT_WARNING, 60 * CLOCK_SECOND };
	const struct alert_time now = at(200);

	(void)state;
	round_of(ALERT_FAILED, CRIT, 1);
	assert_string_equal(tell(&repeat, 1, true), "web/failed");
	assert_string_equal(tell(&repeat, 60, true), "");
	assert_string_equal(tell(&repeat, 61, true), "web/failed");
	assert_string_equal(tell(&repeat, 120, true), "");
	assert_string_equal(tell(&repeat, 121, true), "web/failed");
	assert_true(alerts_acknowledge(alerts, "web/failed", "adm", &now, NULL));
	assert_string_equal(tell(&repeat, 300, true), "");
}

static void a_failure_is_tried_again_twice(void **state)
{
	(void)state;
	round_of(ALERT_FAILED, CRIT, 1);
	assert_string_equal(tell(&warnings, 1, false), "web/failed");
	assert_string_equal(tell(&warnings, 60, false), "");
	assert_string_equal(tell(&warnings, 61, false), "web/failed");
	assert_string_equal(tell(&warnings, 121, false), "web/failed");
	assert_string_equal(tell(&warnings, 500, false), "");
}

/* ---- Restarts ---- */

/* The same alerts in another host, whose clock began anew. */
static void restart(bool follows, int64_t second)
{
	const struct alert_time now = { 5 * CLOCK_SECOND, BEGIN + second * 1000000 };
	struct fault fault = { 0 };
	char *text = alerts_text(alerts);

	alerts_free(alerts);
	alerts = alerts_new();
	assert_true(alerts_load(alerts, text, strlen(text), follows, &now, &fault));
	free(text);
}

/* at() of the new clock. */
static bool settle_anew(int64_t second, int64_t begun)
{
	const struct alert_time now = {
		.ns = (5 + second - begun) * CLOCK_SECOND,
		.utc_us = BEGIN + second * 1000000,
	};

	return alerts_settle(alerts, &now);
}

static void what_people_said_survives(void **state)
{
	struct alert_time now;

	(void)state;
	for (int follows = 0; follows < 2; follows++) {
		now = at(2);
		alerts_free(alerts);
		alerts = alerts_new();
		feed(ALERT_FAILED, "web", CRIT);
		feed(ALERT_LISTENER, "dns", WARN);
		feed(ALERT_SETTINGS, "host", WARN);
		settle(1);
		feed(ALERT_FAILED, "web", CRIT);
		feed(ALERT_LISTENER, "dns", WARN);
		feed(ALERT_SETTINGS, "host", WARN);
		settle(11);
		assert_true(alerts_acknowledge(alerts, "web/failed", "adm", &now, NULL));
		assert_true(alerts_snooze(alerts, "dns/listener", 3600, &now, NULL));
		assert_true(alerts_unsaved(alerts));
		assert_string_equal(tell(&warnings, 12, true), "host/settings");
		restart(follows, 100);
		assert_false(alerts_unsaved(alerts));
		/* Only after an upgrade or a crash is what was there a moment ago there. */
		assert_int_equal(count_of(false), follows ? 3 : 0);
		for (int second = 101; second < 130; second++) {
			feed(ALERT_FAILED, "web", CRIT);
			feed(ALERT_LISTENER, "dns", WARN);
			feed(ALERT_SETTINGS, "host", WARN);
			settle_anew(second, 100);
			now = (struct alert_time){ (5 + second - 100) * CLOCK_SECOND,
				BEGIN + second * 1000000 };
			assert_null(alerts_due(alerts, &warnings, &now));
		}
		const struct alert *alert = alerts_active(alerts, "web/failed", NULL);
		assert_string_equal(alert->acknowledged, "adm");
		assert_int_equal(alert->count, 1);
		assert_int_equal(alert->since_us, BEGIN + 1000000);
		alert = alerts_active(alerts, "dns/listener", NULL);
		assert_int_equal(alert->snoozed_us, BEGIN + 3602000000);
		assert_int_equal(alerts_active(alerts, "host/settings", NULL)->count, 1);
	}
}

static void what_was_mended_meanwhile_ends(void **state)
{
	(void)state;
	for (int follows = 0; follows < 2; follows++) {
		alerts_free(alerts);
		alerts = alerts_new();
		round_of(ALERT_FAILED, CRIT, 1);
		assert_string_equal(tell(&warnings, 1, true), "web/failed");
		restart(follows, 100);
		assert_int_equal(count_of(false), follows);
		settle_anew(101, 100);
		settle_anew(106, 100);
		assert_int_equal(count_of(false), 0);
		struct alert_time now = { 704 * CLOCK_SECOND, BEGIN + 799000000 };
		now.ns = (5 + 600 + (follows ? 6 : 0)) * CLOCK_SECOND;
		struct alert *alert = alerts_due(alerts, &warnings, &now);
		assert_non_null(alert);
		assert_true(alert->ended);
	}
}

static void a_broken_file_is_refused_and_a_strange_one_is_bearable(void **state)
{
	static const char *const bad[] = { "", "[]", "{}", "{\"version\": 2, \"alerts\": []}",
		"{\"version\": 1, \"alerts\": [" };
	static const char *const strange[] = {
		"{\"version\": 1}",
		"{\"version\": 1, \"alerts\": 7}",
		"{\"version\": 1, \"alerts\": [7, null, {}, {\"id\": \"web/failed\"}]}",
		"{\"version\": 1, \"alerts\": [{\"id\": \"web/failed\", \"service\": \"dns\","
		" \"severity\": \"critical\", \"state\": \"active\"}]}",
		"{\"version\": 1, \"alerts\": [{\"id\": \"web/nothing\", \"service\": \"web\","
		" \"severity\": \"critical\", \"state\": \"active\"}]}",
	};
	const struct alert_time now = at(1);
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(alerts_load(alerts, bad[i], strlen(bad[i]), true, &now, &fault));
	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
		assert_true(
		    alerts_load(alerts, strange[i], strlen(strange[i]), true, &now, &fault));
		assert_int_equal(count_of(true), 0);
	}
	static const char text[] =
	    "{\"version\": 1, \"alerts\": [{\"id\": \"web/failed\", \"service\": \"web\","
	    " \"severity\": \"critical\", \"state\": \"active\", \"text\": \"a\\u001bb\","
	    " \"count\": -4, \"since\": \"yesterday\", \"acknowledged\": 3}]}";
	assert_true(alerts_load(alerts, text, strlen(text), true, &now, &fault));
	const struct alert *alert = alerts_active(alerts, "web/failed", &fault);
	assert_string_equal(alert->text, "a?b");
	assert_int_equal(alert->count, 1);
	assert_string_equal(alert->acknowledged, "");
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(times_decide),
		FRESH(figures_have_a_lower_way_out),
		FRESH(what_comes_back_soon_is_the_same),
		FRESH(a_crash_that_happens_again_counts),
		FRESH(the_worst_and_newest_come_first),
		FRESH(only_news_is_news),
		FRESH(there_is_an_end_to_everything),
		FRESH(acknowledging_ends_with_the_alert_or_when_it_is_worse),
		FRESH(each_is_told_once_and_its_end_when_it_is_quiet),
		FRESH(what_is_known_is_not_told),
		FRESH(a_snooze_is_ended_by_zero_and_by_what_is_worse),
		FRESH(the_level_and_the_worst_decide),
		FRESH(it_is_repeated_until_somebody_acknowledges),
		FRESH(a_failure_is_tried_again_twice),
		FRESH(what_people_said_survives),
		FRESH(what_was_mended_meanwhile_ends),
		FRESH(a_broken_file_is_refused_and_a_strange_one_is_bearable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
