/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of services and the page of one: which tabs the schema gives, what is
 * asked of the host for each and how often, and what is shown when there is
 * nothing to ask.
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

#include "data/text.h"
#include "tests/screens/stage.h"

#define SCHEMA                                                                   \
	"{\"result\": {\"services\": [{\"name\": \"web\", \"tables\": ["         \
	"{\"name\": \"sites\", \"help\": \"\", \"role\": \"plain\"}, "           \
	"{\"name\": \"connections\", \"help\": \"\", \"role\": \"clients\"}]}, " \
	"{\"name\": \"dns\", \"tables\": [{\"name\": \"sites\", \"role\": \"plain\"}]}]}}"

#define TWO BUSY ", " SERVICE("dns", "running", 2, 4)

static void begin(struct stage *stage)
{
	answer(stage, "describe", SCHEMA);
	snapshot(stage, TWO);
	type(stage, "2");
	assert_seen(stage, "[2Services]");
	stage->sent[0] = '\0';
}

static void rows(struct stage *stage, const char *text)
{
	char message[2048];

	assert_true(text_format(message, sizeof message,
	    "{\"result\": {\"columns\": [\"client\", \"sent\"], \"rows\": [%s]}}", text));
	answer(stage, "list", message);
}

static void test_tabs_are_of_the_schema(void **state)
{
	struct stage *stage = *state;

	begin(stage);
	type(stage, "\r");
	assert_seen(stage, "[Status] Log  Config  Clients  sites");
	assert_unseen(stage, "connections  sites"); /* that one is Clients */
	type(stage, "[");
	assert_seen(stage, "[sites]");
	type(stage, "}"); /* the same tab of the next service */
	assert_seen(stage, "dns: RUNNING");
	assert_seen(stage, "[sites]");
	type(stage, "}"); /* round the end */
	assert_seen(stage, "web: RUNNING");
	type(stage, "{\t");
	assert_seen(stage, "[Status]");
	type(stage, "\033[Z\033[Z");
	assert_seen(stage, "dns: RUNNING");
	assert_seen(stage, "[Clients]");
	/* The schema may change with the host: the tab is gone, Status stands in. */
	type(stage, "]");
	assert_seen(stage, "[sites]");
	json_decref(stage->ui->schema);
	stage->ui->schema = NULL;
	pass(stage, 10);
	assert_seen(stage, "[Status] Log  Config  Clients");
}

/* Every two seconds while it is seen, and never before the last answer came. */
static void test_table_is_asked_for(void **state)
{
	struct stage *stage = *state;

	begin(stage);
	type(stage, "\r");
	assert_sent(stage, "");
	type(stage, "\t\t\t");
	assert_string_equal(params_of(stage, "list"),
	    "{\"service\": \"web\", \"table\": \"connections\"}");
	assert_seen(stage, "asking");
	stage->sent[0] = '\0';
	pass(stage, 10000);
	assert_sent(stage, "");
	rows(stage, "[\"192.0.2.1\\u001b[1m\", \"17\"], [\"192.0.2.2\", \"5\"]");
	assert_seen(stage, "192.0.2.1?[1m");
	assert_seen(stage, "2 rows, 0s old");
	pass(stage, 1900);
	assert_seen(stage, "2 rows, 1s old");
	assert_sent(stage, "");
	pass(stage, 200);
	assert_sent(stage, "list; ");
	/* The selected row stays by what it is. */
	type(stage, "j");
	rows(stage, "[\"192.0.2.2\", \"6\"], [\"192.0.2.3\", \"1\"], [\"192.0.2.4\", \"1\"]");
	assert_seen(stage, "> 192.0.2.2");
	type(stage, "y");
	assert_string_equal(stage->ui->copy, "192.0.2.2\t6");
	/* Elsewhere nothing is asked. */
	type(stage, "\033");
	type(stage, "\033");
	pass(stage, 9000);
	assert_sent(stage, "");
}

/* The letter that the footer shows does what it says on every tab. */
static void test_log_key(void **state)
{
	struct stage *stage = *state;

	begin(stage);
	for (int tab = 0; tab < 5; tab++) {
		type(stage, "\r");
		type(stage, "l");
		assert_seen(stage, "[5Logs]");
		type(stage, "2");
		type(stage, "\r");
		type(stage, "]");
		type(stage, "2");
	}
}

static void test_answers_to_another_tab(void **state)
{
	struct stage *stage = *state;

	begin(stage);
	type(stage, "\r\t\t\t");
	type(stage, "\t"); /* to sites, before the clients came */
	assert_string_equal(params_of(stage, "list"),
	    "{\"service\": \"web\", \"table\": \"sites\"}");
	rows(stage, "[\"of the sites\", \"1\"]");
	rows(stage, "[\"of the clients\", \"1\"]"); /* the older request's */
	assert_seen(stage, "of the sites");
	assert_unseen(stage, "of the clients");
}

static void test_table_of_what_does_not_run(void **state)
{
	struct stage *stage = *state;

	begin(stage);
	snapshot(stage, SERVICE("web", "stopped", 9, 0));
	type(stage, "\r\t\t\t");
	stage->sent[0] = '\0';
	assert_seen(stage, "web is STOPPED: there is nothing to list");
	pass(stage, 9000);
	assert_sent(stage, "");
	snapshot(stage, BUSY);
	pass(stage, 10);
	assert_sent(stage, "list; ");
	answer(stage, "list", "{\"error\": {\"code\": -32001, \"message\": \"web: busy\"}}");
	assert_seen(stage, "web: busy");
	pass(stage, 2100);
	assert_sent(stage, "list; ");
	rows(stage, "[\"192.0.2.1\", \"1\"]");
	assert_seen(stage, "192.0.2.1");
	assert_unseen(stage, "web: busy");
}

static void test_clients_in_words(void **state)
{
	struct stage *stage = *state;

	begin(stage);
	type(stage, "j\r\t\t\t");
	assert_seen(stage, "dns: 4 connected now");
	stage->sent[0] = '\0';
	pass(stage, 9000);
	assert_sent(stage, "");
}

static void test_connection_lost(void **state)
{
	struct stage *stage = *state;

	begin(stage);
	type(stage, "\r\t\t\t");
	rows(stage, "[\"192.0.2.1\", \"1\"]");
	ui_disconnected(stage->ui, NULL);
	stage->sent[0] = '\0';
	pass(stage, 9000);
	assert_sent(stage, "");
	assert_seen(stage, "192.0.2.1"); /* what is known stays, with its age */
	assert_seen(stage, "1 row, 9s old");
	ui_connected(stage->ui);
	stage->sent[0] = '\0';
	pass(stage, 10);
	assert_sent(stage, "list; ");
}

static void test_config_page(void **state)
{
	struct stage *stage = *state;

	begin(stage);
	type(stage, "\r\t\t");
	assert_string_equal(params_of(stage, "get"), "{\"name\": \"web\"}");
	answer(stage, "get",
	    "{\"result\": {\"settings\": [{\"name\": \"web.root\", \"value\": \"/srv\", "
	    "\"origin\": \"steward.conf:12\", \"default\": \"\", \"help\": \"what is served\"}, "
	    "{\"name\": \"web.workers\", \"value\": \"2\", \"origin\": \"default\", "
	    "\"default\": \"2\", \"help\": \"threads\\u001b[3m\"}]}}");
	assert_seen(stage, "root");
	assert_seen(stage, "steward.conf:12");
	assert_seen(stage, "what is served");
	type(stage, "j");
	assert_seen(stage, "threads?[3m");
	/* Another generation may come with other settings. */
	stage->sent[0] = '\0';
	pass(stage, 9000);
	assert_sent(stage, "");
	snapshot(stage, SERVICE("web", "running", 8, 3));
	pass(stage, 10);
	assert_sent(stage, "get; ");
	type(stage, "\r"); /* to its form, and back */
	assert_seen(stage, "[8Config]");
	type(stage, "\033");
	assert_seen(stage, "threads?[3m");
}

/* A line that was lost while they were asked for is no reason never to ask again. */
static void test_config_page_after_a_lost_line(void **state)
{
	struct stage *stage = *state;

	begin(stage);
	type(stage, "\r\t\t");
	ui_disconnected(stage->ui, NULL);
	pass(stage, 1000);
	ui_connected(stage->ui);
	stage->sent[0] = '\0';
	pass(stage, 1000);
	assert_sent(stage, "get; ");
}

static void test_log_page(void **state)
{
	struct stage *stage = *state;
	char text[400];

	begin(stage);
	type(stage, "\r\t");
	assert_seen(stage, "nothing of it has come");
	for (int i = 0; i < 60; i++) {
		snprintf(text, sizeof text,
		    "{\"method\": \"journal\", \"params\": {\"records\": [{\"time\": "
		    "\"1970-01-01T00:16:41.000Z\", \"level\": \"info\", \"service\": \"%s\", "
		    "\"subject\": \"s\", \"text\": \"line %d.\"}]}}",
		    i % 2 ? "dns" : "web", i);
		say(stage, text);
	}
	assert_seen(stage, "line 58.");
	assert_unseen(stage, "line 59.");
	assert_seen(stage, "following");
	type(stage, "k");
	assert_seen(stage, "paused");
	say(stage,
	    "{\"method\": \"journal\", \"params\": {\"records\": [{\"time\": "
	    "\"1970-01-01T00:16:41.000Z\", \"level\": \"info\", \"service\": \"web\", "
	    "\"subject\": \"s\", \"text\": \"the newest\"}]}}");
	assert_seen(stage, "1 new");
	assert_unseen(stage, "the newest");
	type(stage, "\r");
	assert_seen(stage, "[5Logs]");
}

/* When the oldest records make room, the lines that are seen stay. */
static void test_log_page_stays(void **state)
{
	struct stage *stage = *state;
	char text[400];

	begin(stage);
	type(stage, "\r\t");
	for (int i = 0; i < MODEL_RECORDS + 1000; i++) {
		snprintf(text, sizeof text,
		    "{\"method\": \"journal\", \"params\": {\"records\": [{\"time\": "
		    "\"1970-01-01T00:16:41.000Z\", \"level\": \"info\", \"service\": \"web\", "
		    "\"subject\": \"s\", \"text\": \"line %d.\"}]}}",
		    i);
		json_t *message = json_loads(text, 0, NULL);

		ui_message(stage->ui, message);
		json_decref(message);
		if (i == 2000) {
			draw(stage);
			type(stage, "k");
		}
	}
	assert_seen(stage, "line 1999.");
	assert_unseen(stage, "line 2000.");
}

static void test_services_list(void **state)
{
	struct stage *stage = *state;

	begin(stage);
	assert_seen(stage, "2 of 2 running");
	assert_seen(stage, "ERRORS");
	type(stage, " ");
	assert_seen(stage, "1 marked");
	type(stage, "1");
	assert_seen(stage, "1 marked"); /* the same ones on Home */
	type(stage, "2/dn\r");
	assert_string_equal(stage->ui->selected, "dns");
	assert_seen(stage, "filter \"dn\" shows 1");
	type(stage, "\033");
	type(stage, "\033");
	assert_unseen(stage, "filter");
	assert_unseen(stage, "marked");
}

static void test_status_scrolls(void **state)
{
	struct stage *stage = *state;
	struct canvas *canvas = canvas_new(12, 40, false);

	begin(stage);
	type(stage, "\r");
	ui_draw(stage->ui, canvas);
	char *top = canvas_text(canvas);

	assert_non_null(strstr(top, "what"));
	assert_null(strstr(top, "last restart"));
	ui_key(stage->ui, &(struct key){ .code = PRESS_LAST });
	ui_draw(stage->ui, canvas);
	char *end = canvas_text(canvas);

	assert_null(strstr(end, "what"));
	assert_non_null(strstr(end, "last restart"));
	free(top);
	free(end);
	canvas_free(canvas);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
	const struct CMUnitTest tests[] = {
		TEST(test_tabs_are_of_the_schema),
		TEST(test_table_is_asked_for),
		TEST(test_log_key),
		TEST(test_answers_to_another_tab),
		TEST(test_table_of_what_does_not_run),
		TEST(test_clients_in_words),
		TEST(test_connection_lost),
		TEST(test_config_page),
		TEST(test_config_page_after_a_lost_line),
		TEST(test_log_page),
		TEST(test_log_page_stays),
		TEST(test_services_list),
		TEST(test_status_scrolls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
