/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings on the screen: forms, what is staged, the diff, conflicts, and a trial
 * from its beginning to whatever end. Each test has a state folder of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/config_page.h"
#include "data/text.h"
#include "tests/screens/settings.h"

/* ---- Forms ---- */

static void test_sections_and_form(void **state)
{
	struct stage *stage = *state;

	open_config(stage);
	assert_seen(stage, "SECTION");
	assert_seen(stage, "host");
	type(stage, "\r");
	assert_seen(stage, "127.0.0.1:80");
	assert_seen(stage, "about web.listen");
	assert_seen(stage, "steward.conf:3");
	type(stage, "j");
	assert_seen(stage, "A change restarts web.");
	assert_seen(stage, "It may be 1 to 64.");
	type(stage, "\033");
	assert_seen(stage, "SECTION");
	type(stage, "\033");
	assert_unseen(stage, "SECTION");
}

static void test_error_beside_the_field(void **state)
{
	struct stage *stage = *state;

	open_workers(stage);
	type(stage, "\r5\r"); /* 15 */
	assert_seen(stage, "1 change staged");
	type(stage, "\r9\r"); /* 159: too many; the edit stays open */
	assert_seen(stage, "a number from 1 to 64 is expected");
	assert_seen(stage, "159");
	type(stage, "\033");
	assert_unseen(stage, "is expected");
	assert_seen(stage, "15");
	/* Letters that are keys elsewhere are text here. */
	type(stage, "\rqAZ");
	assert_int_equal(ui_wants(stage->ui), 0);
	type(stage, "\033");
	/* What only the host knows stands at the field, too. */
	answer(stage, "set",
	    "{\"error\": {\"code\": -32602, \"message\": \"web.workers: expected an even "
	    "number, found 15\"}}");
	assert_seen(stage, "expected an even number, found 15");
	type(stage, "k"); /* also while another field is selected */
	assert_seen(stage, "expected an even number, found 15");
}

static size_t times(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		count++;
	}
	return count;
}

/* A refusal that names nothing can only be about what is staged, when that is one;
 * one that names another setting is about that. */
static void test_error_without_a_name(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	answer(stage, "set",
	    "{\"error\": {\"code\": -32001, \"message\": \"/w: not there\", \"data\": "
	    "{\"exit\": 1, \"next\": \"make the folder\"}}}");
	assert_seen(stage, "/w: not there");
	assert_int_equal(times(stage->drawn, "/w: not there"), 2); /* title and field */
	type(stage, "A");
	answer(stage, "get", AS_BEFORE);
	assert_seen(stage, "make the folder");
	answer(stage, "set",
	    "{\"error\": {\"code\": -32001, \"message\": \"f:3: web.gzip: not there\"}}");
	assert_unseen(stage, "make the folder");
	type(stage, "\033");
	assert_seen(stage, "web.gzip: not there");
	assert_int_equal(times(stage->drawn, "web.gzip: not there"), 1);
}

/* Rows that come while somebody types take nobody's place, drawn or not. */
static void test_rows_come_while_typing(void **state)
{
	struct stage *stage = *state;
	json_t *message;

	open_workers(stage);
	type(stage,
	    "\r\177"
	    "2");
	snapshot(stage, SERVICE("web", "running", 8, 0));
	message = json_loads(CHANGED, 0, NULL);
	json_object_set_new(message, "id", json_integer(stage->last_id));
	ui_message(stage->ui, message);
	json_decref(message);
	ui_key(stage->ui, &(struct key){ .code = PRESS_ENTER });
	assert_seen(stage, "1 change staged in web");
	assert_string_equal(carried(stage, "set", "values", "web.workers"), "2");
	/* And what was typed is about the value that stood there. */
	assert_seen(stage, "It was 1 when you began and is 4 now (set by op");
}

/* One request at a time; what was staged meanwhile is asked about afterwards. */
static void test_host_checks_what_is_staged(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	assert_sent(stage, "set; ");
	assert_string_equal(carried(stage, "set", "values", "web.workers"), "2");
	assert_true(json_is_true(json_object_get(asked(stage, "set"), "dry_run")));
	type(stage, "j "); /* gzip: false -> true */
	assert_seen(stage, "2 changes staged in web");
	assert_sent(stage, "");
	pass(stage, 400);
	answer(stage, "set", RIGHT);
	assert_sent(stage, "set; ");
	assert_string_equal(carried(stage, "set", "values", "web.gzip"), "true");
	answer(stage, "set", RIGHT);
	pass(stage, 400);
	snapshot(stage, QUIET);
	assert_sent(stage, "get; "); /* dns has gone from the list: look again */
	answer(stage, "get", AS_BEFORE);
	pass(stage, 400);
	snapshot(stage, QUIET);
	assert_sent(stage, "");
}

static void test_several_services(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	type(stage, "\033");
	type(stage, "j\rj "); /* dns.mode: the next choice */
	assert_seen(stage, "2 changes staged in 2 services");
	type(stage, "k=");
	assert_seen(stage, "3 changes staged in 2 services");
	type(stage, "="); /* takes it back */
	assert_seen(stage, "2 changes staged in 2 services");
	/* A value that nobody set here cannot go back. */
	type(stage, "\033"); /* the message */
	type(stage, "\033"); /* the form */
	type(stage, "k\r=");
	assert_seen(stage, "was not set here");
	type(stage, "j=");
	assert_seen(stage, "your change is dropped");
	assert_seen(stage, "1 change staged in dns");
	type(stage, "1");
	assert_seen(stage, "1 staged"); /* on every page */
}

static void test_filter_over_all_sections(void **state)
{
	struct stage *stage = *state;

	open_config(stage);
	type(stage, "/8M\r");
	assert_seen(stage, "cache");
	assert_unseen(stage, "workers");
	type(stage, "\033");
	type(stage, "/ABOUT\r");
	assert_seen(stage, "dns");
	assert_seen(stage, "workers");
	type(stage, "G ");
	assert_seen(stage, "1 change staged in dns");
	type(stage, "/zzz\r");
	assert_seen(stage, "no setting matches");
	type(stage, "\033");
	assert_seen(stage, "workers");
}

static void test_opened_at_a_row(void **state)
{
	struct stage *stage = *state;

	ui_config_open(stage->ui, "dns", "mode");
	answer(stage, "get", AS_BEFORE);
	assert_seen(stage, "about dns.mode");
	type(stage, "\033");
	assert_seen(stage, "[1Home]");
	/* c: the settings of the selected service. */
	type(stage, "gc");
	assert_seen(stage, "about web.listen");
}

/* Keys may come before anything has been drawn. */
static void test_keys_before_the_first_frame(void **state)
{
	struct stage *stage = *state;

	ui_config_open(stage->ui, "dns", "mode");
	for (const char *c = " =jkgG"; *c != '\0'; c++)
		ui_press(stage->ui, (uint32_t)*c);
	ui_key(stage->ui, &(struct key){ .code = PRESS_ENTER });
	ui_key(stage->ui, &(struct key){ .code = PRESS_CLICK, .row = 5, .col = 5 });
	assert_seen(stage, "waiting for the settings");
}

static void test_viewers_look_only(void **state)
{
	struct stage *stage = *state;

	text_format(stage->ui->role, sizeof stage->ui->role, "viewer");
	open_workers(stage);
	type(stage, "\r\r=");
	assert_seen(stage, "role admin");
	assert_unseen(stage, "staged");
	type(stage, "A");
	assert_sent(stage, "");
}

static void test_who_else_edits(void **state)
{
	struct stage *stage = *state;

	open_config(stage);
	say(stage,
	    "{\"method\": \"snapshot\", \"params\": {\"services\": [" QUIET
	    ", " SERVICE("dns", "running", 3,
		5) "], \"sessions\": [{\"session\": 12, \"user\": \"adm\", \"editing\": \"dns\"}, "
		   "{\"session\": 14, \"user\": \"op\", \"origin\": \"vpn\", \"editing\": "
		   "\"web\"}]}}");
	assert_seen(stage, "op@vpn");
	type(stage, "\rj\r3\r");
	pass(stage, 400);
	ui_tell_page(stage->ui);
	assert_string_equal(json_string_value(json_object_get(asked(stage, "present"), "editing")),
	    "web");
}

static void test_hostile_texts(void **state)
{
	struct stage *stage = *state;

	type(stage, "8");
	answer(stage, "get",
	    "{\"result\": {\"settings\": [{\"name\": \"web.a\\u001b[2J\", \"type\": \"text\", "
	    "\"value\": \"x\\u009b\\u202ey\", \"default\": \"\\u0007\", \"origin\": "
	    "\"set by \\u001bz q\", \"help\": \"\\u202e\"}]}}");
	type(stage, "\r");
	for (const char *at = draw(stage); *at != '\0'; at++)
		assert_true(*at == '\n' || (unsigned char)*at >= 32);
	assert_null(strstr(stage->drawn, "\302\233"));
	assert_null(strstr(stage->drawn, "\342\200\256"));
}

/* ---- The diff ---- */

static void test_diff_and_expect(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	answer(stage, "set", RIGHT);
	type(stage, "\033");
	type(stage,
	    "j\r\r\177\177"
	    "16M\r=="); /* dns.cache; = drops, = resets */
	assert_seen(stage, "2 changes staged in 2 services");
	open_diff(stage);
	assert_seen(stage, "web.workers  1 -> 2");
	assert_seen(stage, "as in steward.conf, or the default");
	assert_seen(stage, "It is restarted: 0 connections");
	assert_seen(stage, "they are right");
	stage->sent[0] = '\0';
	type(stage, "\r"); /* Enter is Cancel */
	assert_seen(stage, "nothing was applied");
	assert_sent(stage, "");
	open_diff(stage);
	stage->sent[0] = '\0';
	type(stage, "\t\t\r"); /* Check only */
	assert_true(json_is_true(json_object_get(asked(stage, "set"), "dry_run")));
	answer(stage, "set", RIGHT);
	type(stage, "\033[Z\r"); /* Apply */
	assert_int_equal(json_integer_value(json_object_get(asked(stage, "set"), "confirm")), 60);
	assert_string_equal(carried(stage, "set", "values", "web.workers"), "2");
	assert_string_equal(carried(stage, "set", "values", "dns.cache"), "null");
	assert_string_equal(carried(stage, "set", "expect", "web.workers"), "1");
	assert_string_equal(carried(stage, "set", "expect", "dns.cache"), "8M");
}

/* Who would be disconnected is named, as far as the host tells. */
static void test_diff_names_who_is_there(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY ", " SERVICE("dns", "running", 3, 5));
	stage_workers(stage);
	open_diff(stage);
	assert_seen(stage, "3 connections are open there now");
	assert_int_equal(json_array_size(json_object_get(asked(stage, "impact"), "services")), 1);
	answer(stage, "impact",
	    "{\"result\": {\"services\": [{\"name\": \"web\", \"clients\": {\"columns\": "
	    "[\"who\", \"what\"], \"rows\": [[\"192.0.2.9\", \"GET\\u001b /big\"]], \"more\": 2}"
	    "}]}}");
	assert_seen(stage, "192.0.2.9  GET? /big");
	assert_seen(stage, "and 2 more");
	/* A host that cannot tell is no reason not to apply. */
	type(stage, "\033");
	open_diff(stage);
	answer(stage, "impact", "{\"error\": {\"code\": -32601, \"message\": \"no such method\"}}");
	assert_unseen(stage, "no such method");
	assert_seen(stage, "Apply on trial");
}

/* What the host would refuse is not sent. */
static void test_diff_with_a_mistake(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	type(stage, "A");
	answer(stage, "get", AS_BEFORE);
	answer(stage, "set",
	    "{\"error\": {\"code\": -32001, \"message\": \"web: 2 workers are too many\"}}");
	assert_seen(stage, "The host would refuse this: web: 2 workers are too many");
	assert_unseen(stage, "Apply on trial");
	type(stage, "\t\r");
	assert_true(json_is_true(json_object_get(asked(stage, "set"), "dry_run")));
	answer(stage, "set", RIGHT);
	assert_seen(stage, "Apply on trial");
}

/* No letter applies anything. */
static void test_no_letter_applies(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	open_diff(stage);
	stage->sent[0] = '\0';
	type(stage, "AKZyYcsxEqVd \177");
	assert_sent(stage, "");
	assert_seen(stage, "Apply on trial");
}

/* ---- Conflicts ---- */

static void test_conflict_is_decided_first(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	answer(stage, "set", RIGHT);
	type(stage, "A");
	answer(stage, "get", CHANGED);
	assert_seen(stage, "web.workers was changed meanwhile");
	assert_seen(stage, "set by op 2026-01-02");
	assert_unseen(stage, "Apply on trial");
	stage->sent[0] = '\0';
	type(stage, "\r");
	assert_sent(stage, ""); /* Cancel */
	type(stage, "A");
	answer(stage, "get", CHANGED);
	type(stage, "\t\r"); /* Keep mine */
	assert_seen(stage, "web.workers  4 -> 2");
	answer(stage, "set", RIGHT);
	type(stage, "\t\r");
	assert_string_equal(carried(stage, "set", "expect", "web.workers"), "4");
}

static void test_take_theirs(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	type(stage, "A");
	answer(stage, "get", CHANGED);
	stage->sent[0] = '\0';
	type(stage, "\t\t\r");
	assert_seen(stage, "nothing is left to be applied");
	assert_unseen(stage, "staged");
	assert_sent(stage, "");
}

/* Somebody was quicker than the request: the host refuses, and the field is asked
 * about. */
static void test_stale_at_the_host(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	open_diff(stage);
	type(stage, "\t\r");
	answer(stage, "set",
	    "{\"error\": {\"code\": -32006, \"message\": \"web.workers is 4 by now\"}}");
	answer(stage, "get", CHANGED);
	assert_seen(stage, "web.workers was changed meanwhile");
	assert_seen(stage, "yours");
}

/* ---- Trials ---- */

static void test_failed_trial(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	open_diff(stage);
	type(stage, "\t\r");
	answer(stage, "set",
	    "{\"error\": {\"code\": -32001, \"message\": \"web: 192.0.2.1:80 cannot be bound\","
	    "\"data\": {\"next\": \"use an address of this machine\"}}}");
	assert_seen(stage, "The settings were not applied");
	assert_seen(stage, "192.0.2.1:80 cannot be bound");
	assert_seen(stage, "Everything is as it was before");
	type(stage, "\r");
	assert_seen(stage, "1 change staged in web");
}

static void test_keep(void **state)
{
	struct stage *stage = *state;

	apply(stage);
	assert_seen(stage, "Keep the new settings?");
	assert_seen(stage, "60 SECONDS");
	assert_seen(stage, "web.workers  1 -> 2");
	assert_unseen(stage, "staged");
	assert_seen(stage, "Look from another machine");
	pass(stage, 2000);
	/* One that no service goes by leaves nothing to be looked at. */
	say(stage,
	    "{\"method\": \"snapshot\", \"params\": {\"services\": [" QUIET
	    "], \"trial\": {\"id\": 17, \"state\": \"waiting\", \"user\": \"adm\", "
	    "\"session\": 12, "
	    "\"seconds_left\": 58, \"services\": [], \"changes\": []}}}");
	assert_seen(stage, "58 SECONDS");
	assert_unseen(stage, "Look from another machine");
	trial(stage, 12, 57);
	assert_seen(stage, "57 SECONDS");
	/* It goes back when nobody is there to keep it. */
	type(stage, "\033");
	type(stage, "q");
	assert_seen(stage, "also when you have left");
	type(stage, "\r"); /* stays */
	assert_int_equal(ui_wants(stage->ui), 0);
	type(stage, "q\t\r");
	assert_int_equal(ui_wants(stage->ui), UI_LEAVE);
	type(stage, "K");
	assert_sent(stage, "confirm; ");
	assert_int_equal(json_integer_value(json_object_get(asked(stage, "confirm"), "trial")), 17);
	answer(stage, "confirm", "{\"result\": {\"changes\": [], \"services\": []}}");
	audit_entry(stage, "done", "");
	trial_is_gone(stage);
	assert_seen(stage, "kept");
	assert_unseen(stage, "staged");
	assert_unseen(stage, "Keep the new");
}

/* A key that was on its way when the sheet came up does nothing. */
static void test_sheet_waits_a_second(void **state)
{
	struct stage *stage = *state;

	apply(stage);
	/* type() lets 100 ms pass after each. */
	type(stage, "\t\r");
	type(stage, "K");
	type(stage, "Z");
	assert_null(asked(stage, "confirm"));
	assert_null(asked(stage, "revert"));
	assert_seen(stage, "Keep the new settings?");
	pass(stage, 1000);
	type(stage, "\t\r");
	assert_non_null(asked(stage, "confirm"));
}

/* What is staged while the host looks is neither kept nor lost with the trial. */
static void test_staged_while_it_is_applied(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	open_diff(stage);
	type(stage, "\t\r");
	type(stage, "j "); /* web.gzip */
	assert_seen(stage, "2 changes staged");
	answer(stage, "set", RIGHT); /* the check of both */
	answer(stage, "set",
	    "{\"result\": {\"changes\": [], \"services\": [], \"audit\": 17, \"trial\": "
	    "{\"id\": 17}}}");
	assert_seen(stage, "1 change staged in web");
	trial(stage, 12, 50);
	trial_is_gone(stage);
	audit_entry(stage, "done", "");
	assert_seen(stage, "1 change staged in web");
}

/* Who types is not interrupted by the question whether to keep. */
static void test_sheet_waits_for_a_line(void **state)
{
	struct stage *stage = *state;

	ui_wizard_open(stage->ui);
	type(stage, "\r");
	assert_true(ui_view(stage->ui)->typing(stage->ui));
	trial(stage, 12, 50);
	assert_unseen(stage, "Keep the new settings?");
	type(stage, "\033");
	assert_false(ui_view(stage->ui)->typing(stage->ui));
	trial(stage, 12, 49);
	assert_seen(stage, "Keep the new settings?");
}

static void test_go_back(void **state)
{
	struct stage *stage = *state;

	apply(stage);
	pass(stage, 1500);
	type(stage, "\r"); /* the default is to hide it */
	assert_seen(stage, "hidden");
	assert_unseen(stage, "Keep the new");
	assert_sent(stage, "");
	trial(stage, 12, 50);
	assert_unseen(stage, "Keep the new"); /* it does not come again */
	type(stage, "1Z");
	assert_int_equal(json_integer_value(json_object_get(asked(stage, "revert"), "trial")), 17);
	answer(stage, "revert", "{\"result\": {}}");
	audit_entry(stage, "reverted", "adm went back");
	trial_is_gone(stage);
	assert_seen(stage, "the old settings are back");
	type(stage, "8");
	assert_seen(stage, "1 change staged in web");
}

static void test_trial_that_nobody_confirms(void **state)
{
	struct stage *stage = *state;

	apply(stage);
	trial_is_gone(stage); /* it is gone before its entry says how */
	assert_unseen(stage, "Keep the new");
	assert_unseen(stage, "the old settings are back");
	audit_entry(stage, "reverted", "nobody confirmed");
	assert_seen(stage, "the old settings are back: nobody confirmed");
	assert_seen(stage, "your change is staged again");
}

/* The line is lost before the answer; the trial is found again, and its end. */
static void test_lost_before_the_answer(void **state)
{
	struct stage *stage = *state;

	stage_workers(stage);
	open_diff(stage);
	type(stage, "\t\r");
	ui_disconnected(stage->ui, NULL);
	forget_asked(stage);
	pass(stage, 500);
	ui_connected(stage->ui);
	answer(stage, "hello",
	    "{\"result\": {\"role\": \"admin\", \"user\": \"adm\", \"session\": 19}}");
	answer(stage, "audit",
	    "{\"result\": {\"entries\": [{\"number\": 17, \"action\": \"set\", \"outcome\": "
	    "\"waiting\"}]}}");
	trial(stage, 12, 40);
	assert_seen(stage, "Keep the new settings?");
	assert_seen(stage, "40 SECONDS");
	pass(stage, 1500);
	audit_entry(stage, "reverted", "nobody confirmed");
	trial_is_gone(stage);
	assert_seen(stage, "staged again");
}

/* Another console of the same person, later: the file knows what was on trial. */
static void test_found_by_the_next_console(void **state)
{
	struct stage *stage = *state;
	struct ui_port port;

	apply(stage);
	port = stage->ui->port;
	ui_free(stage->ui);
	stage->ui = ui_new(&port);
	pass(stage, 1000);
	forget_asked(stage);
	ui_connected(stage->ui);
	answer(stage, "hello",
	    "{\"result\": {\"role\": \"admin\", \"user\": \"adm\", \"session\": 20}}");
	answer(stage, "audit", "{\"result\": {\"entries\": []}}");
	trial_is_gone(stage); /* the trial is over */
	assert_int_equal(json_integer_value(json_object_get(asked(stage, "audit"), "before")), 18);
	answer(stage, "audit",
	    "{\"result\": {\"entries\": [{\"number\": 17, \"outcome\": \"reverted\", \"reason\": "
	    "\"the host died\"}]}}");
	assert_seen(stage, "the host died");
	type(stage, "8");
	assert_seen(stage, "1 change staged in web");
}

static void test_trial_of_somebody_else(void **state)
{
	struct stage *stage = *state;

	audit_entry(stage, "waiting", "");
	trial(stage, 99, 30);
	assert_seen(stage, "TRIAL of adm@lan");
	assert_unseen(stage, "Keep the new");
	stage_workers(stage);
	type(stage, "A");
	assert_seen(stage, "settings are on trial");
	type(stage, "K");
	answer(stage, "confirm", "{\"result\": {}}");
	audit_entry(stage, "done", "");
	trial_is_gone(stage);
	assert_seen(stage, "are kept");
	assert_seen(stage, "1 change staged");
}

/* Keys are offered to those who may use them. */
static void test_trial_for_a_viewer(void **state)
{
	struct stage *stage = *state;

	text_format(stage->ui->role, sizeof stage->ui->role, "operator");
	trial(stage, 9, 50);
	assert_seen(stage, "TRIAL of adm@lan");
	assert_unseen(stage, "goes back now");
	text_format(stage->ui->role, sizeof stage->ui->role, "admin");
	assert_seen(stage, "K keeps it, Z goes back now");
}

static void test_keys_without_a_trial(void **state)
{
	struct stage *stage = *state;

	type(stage, "K");
	assert_seen(stage, "no settings are on trial");
	trial(stage, 99, 30);
	text_format(stage->ui->role, sizeof stage->ui->role, "operator");
	type(stage, "Z");
	assert_seen(stage, "role admin");
	assert_null(asked(stage, "revert"));
}

/* ---- Keeping ---- */

static void test_q_asks(void **state)
{
	struct stage *stage = *state;

	type(stage, "q");
	assert_int_equal(ui_wants(stage->ui), UI_LEAVE);
	stage_workers(stage);
	type(stage, "q");
	assert_int_equal(ui_wants(stage->ui), 0);
	assert_seen(stage, "Leave and keep them");
	type(stage, "\033"); /* stays */
	assert_int_equal(ui_wants(stage->ui), 0);
	type(stage, "q\r");
	assert_int_equal(ui_wants(stage->ui), UI_LEAVE);
	assert_seen(stage, "1 change staged");
	type(stage, "q\t\r"); /* drops them */
	assert_int_equal(ui_wants(stage->ui), UI_LEAVE);
	assert_unseen(stage, "1 change staged");
}

/* A line that is lost loses nothing, and two consoles add up. */
static void test_two_consoles(void **state)
{
	struct stage *stage = *state;
	struct ui *first;
	struct ui_port port;

	stage_workers(stage);
	first = stage->ui;
	port = first->port;
	stage->ui = ui_new(&port);
	pass(stage, 10);
	forget_asked(stage);
	ui_connected(stage->ui);
	answer(stage, "hello",
	    "{\"result\": {\"role\": \"admin\", \"user\": \"adm\", \"session\": 20}}");
	snapshot(stage, QUIET ", " SERVICE("dns", "running", 3, 5));
	open_config(stage);
	assert_seen(stage, "1 change staged in web");
	type(stage, "j\rj "); /* dns.mode */
	assert_seen(stage, "2 changes staged in 2 services");
	ui_free(stage->ui);
	stage->ui = first;
	pass(stage, 10);
	type(stage, "j "); /* web.gzip */
	assert_seen(stage, "3 changes staged in 2 services");
}

/* A console that only looks has no part in what is staged. */
static void test_read_only_beside_it(void **state)
{
	struct stage *stage = *state;
	struct ui *first = stage->ui;
	struct ui_port port = first->port;

	stage_workers(stage);
	port.read_only = true;
	stage->ui = ui_new(&port);
	pass(stage, 10);
	assert_unseen(stage, "1 staged");
	type(stage, "q");
	assert_int_equal(ui_wants(stage->ui), UI_LEAVE);
	ui_free(stage->ui);
	stage->ui = first;
}

/* Nor by what an answer of the host changes in the list. */
static void test_two_consoles_and_an_answer(void **state)
{
	struct stage *stage = *state;
	struct fault fault;
	struct staged *other;
	struct config *config;

	stage_workers(stage);
	config = config_of(stage->ui);
	other = staged_load(config->path, &fault);
	assert_non_null(other);
	assert_true(staged_put(other, "dns.mode", "fast", "slow", "default", &fault));
	assert_true(staged_save(other, config->path, &fault));
	staged_free(other);
	/* Somebody sets workers to just that: nothing is left to do for this edit. */
	snapshot(stage, SERVICE("web", "running", 8, 0));
	answer(stage, "get", SETTINGS(WORKERS("2", "set by op 2026-01-02T00:00:00Z")));
	other = staged_load(config->path, &fault);
	assert_non_null(other);
	assert_null(staged_find(other, "web.workers"));
	assert_non_null(staged_find(other, "dns.mode"));
	staged_free(other);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, settings_begin, settings_end)
	const struct CMUnitTest tests[] = {
		TEST(test_sections_and_form),
		TEST(test_error_beside_the_field),
		TEST(test_error_without_a_name),
		TEST(test_rows_come_while_typing),
		TEST(test_host_checks_what_is_staged),
		TEST(test_several_services),
		TEST(test_filter_over_all_sections),
		TEST(test_opened_at_a_row),
		TEST(test_keys_before_the_first_frame),
		TEST(test_viewers_look_only),
		TEST(test_who_else_edits),
		TEST(test_hostile_texts),
		TEST(test_diff_and_expect),
		TEST(test_diff_names_who_is_there),
		TEST(test_diff_with_a_mistake),
		TEST(test_no_letter_applies),
		TEST(test_conflict_is_decided_first),
		TEST(test_take_theirs),
		TEST(test_stale_at_the_host),
		TEST(test_failed_trial),
		TEST(test_keep),
		TEST(test_sheet_waits_a_second),
		TEST(test_staged_while_it_is_applied),
		TEST(test_sheet_waits_for_a_line),
		TEST(test_go_back),
		TEST(test_trial_that_nobody_confirms),
		TEST(test_lost_before_the_answer),
		TEST(test_found_by_the_next_console),
		TEST(test_trial_of_somebody_else),
		TEST(test_trial_for_a_viewer),
		TEST(test_keys_without_a_trial),
		TEST(test_q_asks),
		TEST(test_two_consoles),
		TEST(test_two_consoles_and_an_answer),
		TEST(test_read_only_beside_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
