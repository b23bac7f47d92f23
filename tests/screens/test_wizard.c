/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first run on the screen: back and forth, left and gone on with from another
 * console, and the requests that put it in force, one after the other.
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
#include <sys/stat.h>
#include <unistd.h>

#include "console/wizard.h"
#include "data/text.h"
#include "tests/screens/people.h"

#define SETTINGS                                                                                 \
	"{\"result\": {\"settings\": [{\"name\": \"host.name\", \"type\": \"text\", \"value\": " \
	"\"\", \"origin\": \"default\"}, {\"name\": \"web.listen\", \"type\": \"listen\", "      \
	"\"value\": \"127.0.0.1:8080,[::1]:8080\", \"help\": \"where\"}, {\"name\": "            \
	"\"dns.listen\", \"type\": \"listen\", \"value\": \"127.0.0.1:5353\", \"help\": "        \
	"\"where\"}, {\"name\": \"web.root\", \"type\": \"path\", \"value\": \"www\"}]}}"
#define DNS_OFF                                                \
	"{\"name\": \"dns\", \"summary\": \"answers names\", " \
	"\"state\": \"stopped\", \"desired\": "                \
	"\"stopped\", \"generation\": 4}"
#define DNS_ON                                                 \
	"{\"name\": \"dns\", \"summary\": \"answers names\", " \
	"\"state\": \"running\", \"desired\": "                \
	"\"running\", \"generation\": 5}"
#define WEB_OFF \
	"{\"name\": \"web\", \"state\": \"stopped\", \"desired\": \"stopped\", \"generation\": 9}"

static char folder[64];

static int wizard_begin(void **state)
{
	text_format(folder, sizeof folder, "/tmp/steward-test-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	setenv("XDG_STATE_HOME", folder, 1);
	return stage_begin(state);
}

static int wizard_end(void **state)
{
	char path[512], below[96];
	struct fault fault;

	wizard_forget("/srv/home");
	if (wizard_path("/srv/home", path, sizeof path, &fault))
		unlink(path);
	text_format(below, sizeof below, "%s/steward", folder);
	rmdir(below);
	/* Nothing else was left there. */
	assert_int_equal(rmdir(folder), 0);
	return stage_end(state);
}

static void begin(struct stage *stage, const char *role)
{
	be(stage, role);
	snapshot(stage, BUSY ", " DNS_OFF);
	ui_wizard_open(stage->ui);
	draw(stage);
	answer(stage, "get", SETTINGS);
	draw(stage);
	stage->sent[0] = '\0';
}

/* Another console of the same person, which sees what the host says now. */
static void another(struct stage *stage, const char *services)
{
	struct ui_port port = stage->ui->port;

	ui_free(stage->ui);
	stage->ui = ui_new(&port);
	pass(stage, 1000);
	ui_connected(stage->ui);
	be(stage, "admin");
	snapshot(stage, services);
	ui_wizard_open(stage->ui);
	answer(stage, "get", SETTINGS);
	stage->sent[0] = '\0';
}

/* ---- Steps ---- */

static void test_steps(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	assert_seen(stage, "step 1 of 4");
	assert_seen(stage, "name of this server");
	at_every_size(stage);
	/* Letters are typed into the field, keys or not. */
	type(stage, "\r");
	type(stage, "nas-qzx1");
	at_every_size(stage);
	type(stage, "\r");
	assert_seen(stage, "nas-qzx1");
	assert_sent(stage, "");
	type(stage, "]");
	assert_seen(stage, "step 2 of 4");
	assert_seen(stage, "answers names");
	at_every_size(stage);
	type(stage, "[");
	assert_seen(stage, "nas-qzx1");
	type(stage, "\t"); /* behind the last field */
	assert_seen(stage, "step 2 of 4");
	type(stage, "]");
	assert_seen(stage, "step 3 of 4");
	assert_seen(stage, "web.listen");
	assert_unseen(stage, "dns.listen"); /* it is not to run */
	assert_seen(stage, "this machine only");
	assert_seen(stage, "port 8080");
	at_every_size(stage);
	type(stage, "]");
	assert_seen(stage, "step 4 of 4");
	type(stage, "]");
	assert_seen(stage, "step 4 of 4");
	at_every_size(stage);
	assert_seen_at(stage, 12, 40, "host.name");
}

/* What is rebound to another key is typed as it is. */
static void test_typing_with_other_keys(void **state)
{
	struct stage *stage = *state;
	struct fault fault;

	begin(stage, "admin");
	assert_true(bindings_set(&stage->ui->bindings, "undo", "~", &fault));
	assert_true(bindings_settle(&stage->ui->bindings, &fault));
	type(stage, "\r");
	type(stage, "z~\033[200~pasted\033[201~");
	type(stage, "\r");
	assert_seen(stage, "z~pasted");
	assert_sent(stage, "");
}

static void test_bad_name(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	type(stage, "\r");
	type(stage, "0123456789012345678901234567890123456789012345678901234567890123456789");
	type(stage, "\r");
	assert_seen(stage, "at most 63 letters");
	type(stage, "\033");
	assert_seen(stage, "step 1 of 4"); /* Esc left the field, not the page */
	type(stage, "\033");
	assert_seen(stage, "[1Home]");
}

static void test_where(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	type(stage, "]]");
	draw(stage);
	type(stage, "\033[C\033[C"); /* the home network, everything */
	assert_seen(stage, "everything");
	assert_seen(stage, "that is: *:8080");
	assert_seen(stage, "from the internet as well");
	type(stage, "\033[C");
	assert_seen(stage, "its addresses");
	assert_seen(stage, "127.0.0.1:8080,[::1]:8080");
	type(stage, "j\r");
	type(stage, "\025nonsense\r");
	assert_seen(stage, "ADDRESS:PORT such as");
	type(stage,
	    "\025"
	    "192.168.7.5:80\r");
	assert_seen(stage, "192.168.7.5:80");
	type(stage, "]");
	assert_seen(stage, "192.168.7.5:80");
	assert_seen(stage, "web.listen=192.168.7.5:80");
}

/* ---- Leaving and going on ---- */

static void test_goes_on_elsewhere(void **state)
{
	struct stage *stage = *state;
	char path[512];
	struct fault fault;
	struct stat info;

	begin(stage, "admin");
	type(stage, "\r");
	type(stage, "nas7\r");
	type(stage, "]j");
	type(stage, " "); /* dns is to run */
	type(stage, "]");
	type(stage, "j\033[C\033[C"); /* dns.listen: everything */
	assert_seen(stage, "that is: *:5353");
	type(stage, "\033");
	assert_seen(stage, "your answers are kept");
	assert_seen(stage, "[1Home]");
	assert_sent(stage, "");
	assert_true(wizard_path("/srv/home", path, sizeof path, &fault));
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	another(stage, BUSY ", " DNS_OFF);
	assert_seen(stage, "step 3 of 4");
	assert_seen(stage, "everything");
	type(stage, "]");
	assert_seen(stage, "host.name");
	assert_seen(stage, "nas7");
	assert_seen(stage, "dns.listen");
	assert_seen(stage, "*:5353");
	/* Left again before anything has come: nothing is lost by that. */
	type(stage, "\033");
	struct ui_port port = stage->ui->port;

	ui_free(stage->ui);
	stage->ui = ui_new(&port);
	pass(stage, 1000);
	ui_wizard_open(stage->ui);
	type(stage, "[");
	type(stage, "\033");
	another(stage, BUSY ", " DNS_OFF);
	type(stage, "]");
	assert_seen(stage, "nas7");
	assert_seen(stage, "*:5353");
}

static void test_broken_answers(void **state)
{
	static const char *const texts[] = { "", "{", "[]", "5",
		"{\"name\": 5, \"services\": 7, \"listen\": [], \"step\": {}}",
		"{\"services\": {\"web\": 5}, \"listen\": "
		"{\"web.listen\": {\"reach\": 99, \"own\": "
		"[]}, \"dns.listen\": 4}, \"step\": \"nowhere\"}",
		("{\"name\": \"\\u001b[31m\", \"listen\": {\"web.listen\": {\"reach\": 3, \"own\": "
		 "\"\\u202e\"}}}") };
	struct stage *stage = *state;
	char path[512], below[96];
	struct fault fault;

	text_format(below, sizeof below, "%s/steward", folder);
	assert_int_equal(mkdir(below, 0700), 0);
	assert_true(wizard_path("/srv/home", path, sizeof path, &fault));
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		FILE *out = fopen(path, "w");

		assert_non_null(out);
		fputs(texts[i], out);
		fclose(out);
		another(stage, BUSY ", " DNS_OFF);
		if (i < 4)
			assert_seen(stage, "holds no answers");
		for (int k = 0; k < 4; k++) {
			draw(stage);
			at_every_size(stage);
			type(stage, "]");
		}
	}
}

/* ---- Putting it in force ---- */

static void audit(struct stage *stage, const char *outcome, const char *reason)
{
	char text[512];

	text_format(text, sizeof text,
	    "{\"method\": \"audit\", \"params\": {\"entries\": [{\"number\": 31, "
	    "\"user\": \"adm\", "
	    "\"action\": \"set\", \"outcome\": \"%s\", \"reason\": \"%s\"}]}}",
	    outcome, reason);
	say(stage, text);
}

/* Answers: name nas7, dns runs, web does not. On the last step. */
static void answered(struct stage *stage)
{
	type(stage, "\r");
	type(stage, "nas7\r");
	type(stage, "] j ");
	type(stage, "]");
	type(stage, "]");
	stage->sent[0] = '\0';
}

static void test_apply(void **state)
{
	struct stage *stage = *state;
	char path[512];
	struct fault fault;

	begin(stage, "admin");
	answered(stage);
	assert_seen(stage, "host.name");
	assert_seen(stage, "init --name nas7 --services dns");
	type(stage, "\r");
	assert_seen(stage, "Put this in force?");
	assert_seen(stage, "web (3 connections are open)");
	at_every_size(stage);
	type(stage, "\r"); /* Enter is Cancel */
	assert_sent(stage, "");
	assert_seen(stage, "nothing was done");
	type(stage, "\r\t\r");
	assert_sent(stage, "set; ");
	assert_string_equal(params_of(stage, "set"),
	    "{\"confirm\": 60, \"expect\": {\"host.name\": \"\"}, \"values\": {\"host.name\": "
	    "\"nas7\"}}");
	answer(stage, "set", "{\"result\": {\"trial\": {\"id\": 31}, \"audit\": 31}}");
	assert_seen(stage, "then K keeps them");
	audit(stage, "waiting", "");
	/* Nothing else is begun before somebody kept them, wherever one looks. */
	type(stage, "1");
	stage->sent[0] = '\0';
	snapshot(stage, BUSY ", " DNS_OFF);
	assert_sent(stage, "");
	audit(stage, "done", "");
	assert_sent(stage, "get; start dns 0; ");
	assert_string_equal(params_of(stage, "start"),
	    "{\"generation\": {\"dns\": 4}, \"services\": [\"dns\"]}");
	answer(stage, "start", "{\"result\": {\"services\": [" DNS_ON "]}}");
	assert_sent(stage, "stop web 0; ");
	assert_string_equal(params_of(stage, "stop"),
	    "{\"generation\": {\"web\": 7}, \"services\": [\"web\"]}");
	answer(stage, "stop", "{\"result\": {\"services\": [" WEB_OFF "]}}");
	assert_sent(stage, "init; ");
	assert_string_equal(params_of(stage, "init"), "{\"done\": true}");
	answer(stage, "init", "{\"result\": {}}");
	assert_seen(stage, "the first run is done");
	assert_true(wizard_path("/srv/home", path, sizeof path, &fault));
	assert_int_equal(access(path, F_OK), -1);
}

static void test_trial_reverted(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	answered(stage);
	type(stage, "\r\t\r");
	answer(stage, "set", "{\"result\": {\"trial\": {\"id\": 31}, \"audit\": 31}}");
	stage->sent[0] = '\0';
	/* Not twice while it waits. */
	type(stage, "\r");
	assert_sent(stage, "");
	assert_seen(stage, "it is under way");
	audit(stage, "reverted", "nobody confirmed it");
	assert_sent(stage, "");
	assert_seen(stage, "the old settings are back");
	assert_seen(stage, "nobody confirmed it");
	/* Everything is still answered, and can be tried again. */
	type(stage, "\r\t\r");
	assert_sent(stage, "set; ");
}

static void test_set_fails(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	answered(stage);
	type(stage, "\r\t\r");
	answer(stage, "set",
	    "{\"error\": {\"code\": -32001, \"message\": \"10.9.9.9:80 is not an address of this "
	    "machine\", \"data\": {\"next\": \"everything is as before\"}}}");
	assert_sent(stage, "set; ");
	assert_seen(stage, "10.9.9.9:80 is not an address");
	assert_seen(stage, "everything is as before");
}

static void test_start_fails(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	type(stage, "]j ");
	type(stage, "]");
	type(stage, "]");
	stage->sent[0] = '\0';
	/* No setting changes: no trial. */
	type(stage, "\r\t\r");
	assert_sent(stage, "start dns 0; ");
	answer(stage, "start",
	    "{\"error\": {\"code\": -32001, \"message\": \"dns did not start: port 53 is "
	    "taken\"}}");
	assert_sent(stage, "");
	assert_seen(stage, "dns did not start: port 53 is taken");
	type(stage, "\r\t\r");
	assert_sent(stage, "start dns 0; ");
}

/* A host that says done and does not do it is not asked for ever. */
static void test_host_that_does_nothing(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	type(stage, "] j ");
	type(stage, "]");
	type(stage, "]");
	type(stage, "\r\t\r");
	stage->sent[0] = '\0';
	for (int i = 0; i < 10; i++)
		say(stage, "{\"result\": {\"services\": []}}");
	assert_sent(stage, "start dns 0; init; ");
}

static void test_nothing_to_do(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	type(stage, "]]]");
	assert_seen(stage, "Nothing would change");
	stage->sent[0] = '\0';
	type(stage, "\r");
	assert_seen(stage, "the first run is over then");
	type(stage, "\t\r");
	assert_sent(stage, "init; ");
}

static void test_rights_and_no_host(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator");
	assert_seen(stage, "only an admin can apply it");
	answered(stage);
	type(stage, "\r");
	assert_sent(stage, "");
	assert_seen(stage, "that needs the role admin");
	assert_unseen(stage, "Put this in force?");
	ui_disconnected(stage->ui, NULL);
	type(stage, "\r");
	assert_seen(stage, "there is no connection");
	at_every_size(stage);
}

/* The connection goes while the question is open. */
static void test_lost_while_asked(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	answered(stage);
	type(stage, "\r");
	ui_disconnected(stage->ui, NULL);
	type(stage, "\t\r");
	assert_sent(stage, "");
	assert_seen(stage, "there is no connection");
}

static void test_other_trial(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	answered(stage);
	snapshot_with(stage, BUSY,
	    "\"trial\": {\"id\": 3, \"state\": \"waiting\", \"user\": \"op\", \"seconds\": 60, "
	    "\"seconds_left\": 41.2, \"changes\": []}");
	type(stage, "\r");
	assert_sent(stage, "");
	assert_seen(stage, "other settings are on trial");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, wizard_begin, wizard_end)
	const struct CMUnitTest tests[] = {
		TEST(test_steps),
		TEST(test_typing_with_other_keys),
		TEST(test_bad_name),
		TEST(test_where),
		TEST(test_goes_on_elsewhere),
		TEST(test_broken_answers),
		TEST(test_apply),
		TEST(test_trial_reverted),
		TEST(test_set_fails),
		TEST(test_start_fails),
		TEST(test_host_that_does_nothing),
		TEST(test_nothing_to_do),
		TEST(test_rights_and_no_host),
		TEST(test_lost_while_asked),
		TEST(test_other_trial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
