/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page of alerts: what it says of them, that a request is about the one that
 * was shown, and what the next step does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "data/text.h"
#include "tests/screens/people.h"

#define ALERT(id, severity, service, text, next, more)                                        \
	"{\"id\": \"" id "\", \"severity\": \"" severity "\", \"service\": \"" service "\", " \
	"\"state\": \"active\", \"text\": \"" text "\", \"cause\": \"the port is taken\", "   \
	"\"consequence\": \"nobody reaches it\", \"next\": \"" next "\", "                    \
	"\"since\": \"1970-01-01T00:10:00.000Z\", \"ended\": null, \"count\": 2, " more "}"
#define CALLS "\"acknowledged\": null, \"snoozed_until\": null"
#define WEB ALERT("web/failed", "critical", "web", "web does not run", "log web", CALLS)
#define DNS ALERT("dns/listen", "warning", "dns", "dns is not on :53", "start dns", CALLS)
#define TAKEN                                                                                \
	ALERT("web/failed", "critical", "web", "web does not run", "log web",                \
	    "\"acknowledged\": {\"user\": \"op\", \"time\": \"1970-01-01T00:11:00.000Z\"}, " \
	    "\"snoozed_until\": null")
#define ENDED                                                                                \
	"{\"id\": \"mail/hung\", \"severity\": \"critical\", \"service\": \"mail\", "        \
	"\"state\": \"ended\", \"text\": \"mail hung\", \"cause\": \"\", "                   \
	"\"consequence\": \"\", \"next\": \"log mail\", "                                    \
	"\"since\": \"1970-01-01T00:05:00.000Z\", \"ended\": \"1970-01-01T00:06:00.000Z\", " \
	"\"count\": 1, \"acknowledged\": null, \"snoozed_until\": null}"
#define HOOK(value)                                                                           \
	"{\"result\": {\"settings\": [{\"name\": \"host.alert_command\", \"value\": \"" value \
	"\", \"origin\": \"steward.conf:3\"}]}}"
#define SERVICES QUIET ", " SERVICE("dns", "stopped", 4, 0)

static void alerts(struct stage *stage, const char *list)
{
	char fields[8192];

	assert_true(text_format(fields, sizeof fields, "\"alerts\": [%s]", list));
	snapshot_with(stage, SERVICES, fields);
}

static void begin(struct stage *stage, const char *role, const char *list)
{
	be(stage, role);
	alerts(stage, list);
	type(stage, "6");
	stage->sent[0] = '\0';
}

/* ---- What is shown ---- */

static void test_all_about_it(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", WEB ", " DNS);
	answer(stage, "get", HOOK("/usr/local/bin/tell"));
	assert_seen(stage, "[6Alerts]");
	assert_seen(stage, "2 active alerts");
	assert_seen(stage, "CRIT");
	assert_seen(stage, "WARN");
	assert_seen(stage, "the port is taken");
	assert_seen(stage, "nobody reaches it");
	assert_seen(stage, "Enter or v = steward log web");
	assert_seen(stage, "/usr/local/bin/tell (host.alert_command, steward.conf:3)");
	assert_seen_at(stage, 24, 120, "the port is taken");
	assert_seen_at(stage, 12, 40, "web does not run");
	assert_seen_at(stage, 12, 40, "CRIT");
	at_every_size(stage);
}

static void test_state_words(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator",
	    TAKEN ", " ALERT("dns/listen", "warning", "dns", "dns is not on :53", "",
		"\"acknowledged\": null, \"snoozed_until\": \"1970-01-01T14:30:00.000Z\""));
	assert_seen(stage, "ACK by op");
	assert_seen(stage, "SNOOZED until 14:30");
	assert_seen(stage, "2 active alerts; 2 acknowledged or snoozed");
	/* Its time is over: it calls again without anybody's doing. */
	pass(stage, INT64_C(15) * 3600 * 1000);
	snapshot_with(stage, SERVICES,
	    "\"alerts\": [" ALERT("dns/listen", "warning", "dns", "dns is not on :53", "",
		"\"acknowledged\": null, \"snoozed_until\": \"1970-01-01T14:30:00.000Z\"") "]");
	assert_seen(stage, "ACTIVE");
}

static void test_nothing_is_good_in_doubt(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", "");
	assert_seen(stage, "no alert is active");
	answer(stage, "get", HOOK(""));
	assert_seen(stage, "host.alert_command is empty");
	pass(stage, 20000);
	assert_unseen(stage, "no alert is active");
	assert_seen(stage, "last known: 0 active alerts");
	alerts(stage, WEB);
	pass(stage, 20000);
	assert_seen(stage, "CRIT?");
}

static void test_hook_that_is_not_known(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", "");
	answer(stage, "get", "{\"error\": {\"code\": -32602, \"message\": \"no such setting\"}}");
	assert_seen(stage, "who is told is not known");
}

/* ---- The selection ---- */

static void test_selection_goes_by_name(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", WEB ", " DNS);
	type(stage, "j");
	/* Another one comes in front. */
	alerts(stage,
	    ALERT("disk/full", "critical", "", "disk is full", "", CALLS) ", " WEB ", " DNS);
	type(stage, "a");
	assert_string_equal(params_of(stage, "acknowledge"), "{\"alert\": \"dns/listen\"}");
	/* It ends under the cursor: another one is selected, and nothing breaks. */
	alerts(stage, WEB);
	assert_seen(stage, "Enter or v = steward log web");
	alerts(stage, "");
	answer(stage, "acknowledge", "{\"result\": {\"alerts\": []}}");
	stage->sent[0] = '\0';
	type(stage, "aS\rv");
	assert_sent(stage, "");
	assert_seen(stage, "no alert is selected");
}

/* ---- Acknowledging ---- */

static void test_acknowledge(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", WEB);
	type(stage, "a");
	assert_sent(stage, "acknowledge; ");
	assert_string_equal(params_of(stage, "acknowledge"), "{\"alert\": \"web/failed\"}");
	assert_seen(stage, "acknowledge web/failed: under way");
	answer(stage, "acknowledge", "{\"result\": {\"alerts\": [" TAKEN "]}}");
	assert_seen(stage, "ACK by op"); /* before the next snapshot */
	type(stage, "a");
	assert_sent(stage, "");
	assert_seen(stage, "cannot be taken back");
}

static void test_acknowledge_refused(void **state)
{
	struct stage *stage = *state;

	begin(stage, "viewer", WEB);
	type(stage, "aS");
	assert_sent(stage, "");
	assert_seen(stage, "needs the role operator");
	assert_unseen(stage, "15 minutes");
}

static void test_acknowledge_fails(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", WEB);
	type(stage, "a");
	answer(stage, "acknowledge",
	    "{\"error\": {\"code\": -32602, \"message\": \"there is no alert web/failed any "
	    "more\"}}");
	assert_seen(stage, "no alert web/failed any more");
	assert_seen(stage, "ACTIVE");
}

/* ---- Snoozing ---- */

static void test_snooze(void **state)
{
	static const struct {
		const char *keys, *params;
	} rows[] = {
		{ "S1", "{\"alert\": \"web/failed\", \"seconds\": 900}" },
		{ "S\r", "{\"alert\": \"web/failed\", \"seconds\": 900}" },
		{ "S2", "{\"alert\": \"web/failed\", \"seconds\": 3600}" },
		{ "S\033[B\033[B\r", "{\"alert\": \"web/failed\", \"seconds\": 28800}" },
		{ "S4", "{\"alert\": \"web/failed\", \"seconds\": 86400}" },
		{ "S690m\r", "{\"alert\": \"web/failed\", \"seconds\": 5400}" },
	};
	struct stage *stage = *state;

	begin(stage, "operator", WEB);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		type(stage, rows[i].keys);
		assert_sent(stage, "snooze; ");
		assert_string_equal(params_of(stage, "snooze"), rows[i].params);
		answer(stage, "snooze", "{\"result\": {\"alerts\": [" WEB "]}}");
		assert_seen(stage, "snoozed until");
	}
}

/* From 00:16:40 on, tomorrow at 8:00 is 31 h 43 min 20 s away. */
static void test_snooze_until_tomorrow(void **state)
{
	struct stage *stage = *state;
	long long seconds = 0;

	begin(stage, "operator", WEB);
	type(stage, "S");
	assert_seen(stage, "until tomorrow morning (Jan 02 08:00)");
	at_every_size(stage);
	type(stage, "5");
	assert_int_equal(sscanf(params_of(stage, "snooze"),
			     "{\"alert\": \"web/failed\", \"seconds\": %lld}", &seconds),
	    1);
	assert_int_equal(seconds, (86400 + 8 * 3600) - stage->ms / 1000);
}

static void test_snooze_bad_time(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", WEB);
	type(stage, "S630\r"); /* 30 seconds */
	assert_sent(stage, "");
	assert_seen(stage, "not a time from 1m");
	type(stage, "\033");
	assert_sent(stage, "");
	type(stage, "S640d\r");
	assert_sent(stage, "");
	type(stage, "\033");
	/* Letters in the menu choose nothing. */
	type(stage, "Sxaq");
	assert_sent(stage, "");
	assert_int_equal(ui_wants(stage->ui), 0);
}

static void test_wake(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", WEB);
	type(stage, "S0"); /* it does not sleep */
	assert_sent(stage, "");
	assert_seen(stage, "it is not snoozed");
	type(stage, "\033");
	alerts(stage,
	    ALERT("web/failed", "critical", "web", "web does not run", "log web",
		"\"acknowledged\": null, \"snoozed_until\": \"1970-01-01T14:30:00.000Z\""));
	type(stage, "S0");
	assert_sent(stage, "snooze; ");
	assert_string_equal(params_of(stage, "snooze"),
	    "{\"alert\": \"web/failed\", \"seconds\": 0}");
	answer(stage, "snooze", "{\"result\": {\"alerts\": [" WEB "]}}");
	assert_seen(stage, "awake again");
	assert_seen(stage, "ACTIVE");
}

/* The menu is about the alert it was opened for. */
static void test_snooze_of_what_vanished(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", WEB ", " DNS);
	type(stage, "S");
	alerts(stage, DNS);
	type(stage, "1");
	assert_string_equal(params_of(stage, "snooze"),
	    "{\"alert\": \"web/failed\", \"seconds\": 900}");
}

/* ---- Ended ones ---- */

static void test_history(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", WEB);
	type(stage, "H");
	assert_sent(stage, "alerts; ");
	assert_string_equal(params_of(stage, "alerts"), "{\"history\": true}");
	assert_seen(stage, "reading the ended ones");
	answer(stage, "alerts", "{\"result\": {\"alerts\": [" WEB ", " ENDED "]}}");
	assert_seen(stage, "mail hung");
	assert_seen(stage, "ENDED");
	alerts(stage, WEB);
	pass(stage, 3000);
	assert_seen(stage, "1 ended, as of 3s ago");
	/* Nobody acts on what is over. */
	type(stage, "ja");
	assert_sent(stage, "");
	assert_seen(stage, "this alert has ended");
	/* One more ends: it is read again. */
	type(stage, "k");
	alerts(stage, "");
	assert_sent(stage, "alerts; ");
	answer(stage, "alerts", "{\"result\": {\"alerts\": [" ENDED "]}}");
	type(stage, "H");
	assert_unseen(stage, "mail hung");
}

static void test_history_fails(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", WEB);
	type(stage, "H");
	answer(stage, "alerts", "{\"error\": {\"code\": -32601, \"message\": \"no such method\"}}");
	assert_seen(stage, "which have ended is not known");
	type(stage, "HH");
	assert_sent(stage, "alerts; alerts; ");
}

/* ---- The next step ---- */

static void test_next_step(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", WEB ", " DNS);
	type(stage, "\r");
	assert_seen(stage, "[5Logs]");
	assert_sent(stage, "log info; ");
	type(stage, "6");
	stage->sent[0] = '\0';
	type(stage, "jv");
	assert_sent(stage, "start dns 4; ");
}

/* What is not for the screen is shown, and copied; nothing is run. */
static void test_words_are_shown(void **state)
{
	static const char *const words[] = { "do web cache flush", "stop nothing",
		"log web --last 5", "log web;reboot", "set web.root='/a b'", "check x",
		"stop web; reboot", "frobnicate" };
	struct stage *stage = *state;

	begin(stage, "admin", "");
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		char whole[128];

		ui_next_step(stage->ui, words[i]);
		assert_sent(stage, "");
		text_format(whole, sizeof whole, "steward --home /srv/home %s", words[i]);
		assert_seen(stage, whole);
		at_every_size(stage);
		type(stage, i % 2 == 0 ? "y" : "\t\r");
		assert_int_equal(ui_wants(stage->ui), UI_COPY);
		assert_string_equal(stage->ui->copy, whole);
		free(stage->ui->copy);
		stage->ui->copy = NULL;
		assert_sent(stage, "");
	}
	ui_next_step(stage->ui, "frobnicate");
	type(stage, "\r"); /* Enter closes */
	assert_int_equal(ui_wants(stage->ui), 0);
	ui_next_step(stage->ui, " ");
	assert_seen(stage, "there is no next step");
}

static void test_steps_that_the_screen_has(void **state)
{
	static const struct {
		const char *words, *sent, *seen;
	} rows[] = {
		{ "log", "log info; ", "[5Logs]" },
		{ "log web", "log info; ", "web: following" },
		{ "status", "", "[1Home]" },
		{ "status web", "", "Service" },
		{ "alerts", "get; ", "[6Alerts]" },
		{ "audit", "", "[9Who]" },
		{ "who", "", "[9Who]" },
		{ "check", "check; ", "check: under way" },
		{ "metrics", "metrics; ", "metrics: under way" },
		{ "alert-test", "alert_test; ", "alert-test: under way" },
		{ "undo", "undo; ", NULL },
		{ "undo 17", "undo; ", NULL },
		{ "init", "get; ", "First run" },
		{ "resume web", "", "not quarantined" },
	};
	struct stage *stage = *state;

	begin(stage, "admin", WEB);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ui_next_step(stage->ui, rows[i].words);
		assert_sent(stage, rows[i].sent);
		if (rows[i].seen != NULL)
			assert_seen(stage, rows[i].seen);
		say(stage, "{\"result\": {}}");
		for (int k = 0; k < 4; k++)
			type(stage, "\033");
		stage->sent[0] = '\0';
	}
	assert_string_equal(params_of(stage, "undo"), "{\"dry_run\": true, \"entry\": 17}");
}

/* With people connected a next step asks as the key does. */
static void test_step_that_disrupts_asks(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin", "");
	snapshot_with(stage, BUSY, "\"alerts\": []");
	ui_next_step(stage->ui, "restart web");
	if (strstr(stage->sent, "restart") != NULL)
		fail_msg("sent %s", stage->sent);
	assert_seen(stage, "Restart web?");
}

/* ---- All of it on a page, and hostile texts ---- */

static void test_page(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", WEB);
	type(stage, "\033[C");
	assert_seen(stage, "cause: the port is taken");
	type(stage, "y");
	assert_int_equal(ui_wants(stage->ui), UI_COPY);
	assert_non_null(strstr(stage->ui->copy, "consequence: nobody reaches it\n"));
	free(stage->ui->copy);
	stage->ui->copy = NULL;
	type(stage, "\033\033");
	assert_seen(stage, "[6Alerts]");
}

static void test_hostile(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator",
	    "{\"id\": \"a\\u001b[31m\", \"severity\": \"x\\u0007\", \"text\": "
	    "\"\\u202eevil\\u009b2J\", \"cause\": \"\\u2066c\\nd\", \"next\": \"log "
	    "\\u001b]52;c;AAAA\\u0007\", \"service\": \"\\u202e\", \"acknowledged\": {\"user\": "
	    "\"\\u001b[0m\"}, \"count\": -4, \"since\": 7}, 5, null, {}");
	assert_seen(stage, "?evil");
	type(stage, "\033[C");
	at_every_size(stage);
	type(stage, "\033");
	at_every_size(stage);
	type(stage, "v");
	at_every_size(stage);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
	const struct CMUnitTest tests[] = {
		TEST(test_all_about_it),
		TEST(test_state_words),
		TEST(test_nothing_is_good_in_doubt),
		TEST(test_hook_that_is_not_known),
		TEST(test_selection_goes_by_name),
		TEST(test_acknowledge),
		TEST(test_acknowledge_refused),
		TEST(test_acknowledge_fails),
		TEST(test_snooze),
		TEST(test_snooze_until_tomorrow),
		TEST(test_snooze_bad_time),
		TEST(test_wake),
		TEST(test_snooze_of_what_vanished),
		TEST(test_history),
		TEST(test_history_fails),
		TEST(test_next_step),
		TEST(test_words_are_shown),
		TEST(test_steps_that_the_screen_has),
		TEST(test_step_that_disrupts_asks),
		TEST(test_page),
		TEST(test_hostile),
	};

	/* The first run keeps answers: not among those of whoever runs this. */
	setenv("XDG_STATE_HOME", "/dev/null/none", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
