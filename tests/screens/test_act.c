/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a key to what becomes of it: what a sheet says before an action, what the
 * request carries, and what is shown when it was refused, failed, or the
 * connection broke on the way.
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

#include "data/file.h"
#include "data/text.h"
#include "tests/screens/stage.h"

#define THREE                           \
	SERVICE("web", "running", 7, 3) \
	", " SERVICE("dns", "running", 2, 1) ", " OFF
#define IMPACT                                                                             \
	"{\"result\": {\"services\": [{\"name\": \"web\", \"generation\": 7, "             \
	"\"connections\": 9, \"clients\": {\"columns\": [\"client\", \"page\"], "          \
	"\"rows\": [[\"192.0.2.1\", \"\\u001b[31m\\u202ered\"], [\"192.0.2.2\", \"b\"]], " \
	"\"more\": 5}, \"open\": {\"columns\": [\"file\"], \"rows\": [[\"report.odt\"]], " \
	"\"more\": 0}, \"needed_by\": [], \"last_restart_seconds\": 2.1, "                 \
	"\"drain_seconds\": 20, \"undo\": \"start web\"}]}}"

/* ---- Before ---- */

static void test_sheet_says_who_is_there(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "x");
	assert_sent(stage, "impact web; ");
	assert_string_equal(params_of(stage, "impact"),
	    "{\"action\": \"stop\", \"services\": [\"web\"]}");
	assert_seen(stage, "asking who that is");
	answer(stage, "impact", IMPACT);
	assert_unseen(stage, "asking who that is");
	assert_seen(stage, "9 connections are open");
	assert_seen(stage, "192.0.2.1");
	assert_seen(stage, "?[31m?red");
	assert_seen(stage, "and 5 more");
	assert_seen(stage, "report.odt");
	assert_seen(stage, "2.1 s");
	assert_seen(stage, "undo          start web");
	assert_seen(stage, "Drain 20 s first");
	pass(stage, 1100);
	answer(stage, "impact",
	    "{\"result\": {\"services\": [{\"name\": \"web\", \"connections\": 3, "
	    "\"clients\": null, "
	    "\"open\": null, \"undo\": null, \"reason\": \"web does not answer\"}]}}");
	assert_seen(stage, "web does not answer");
	assert_seen(stage, "this cannot be undone");
	assert_seen(stage, "steward --home /srv/home stop web");
}

/* Once a second while it is open, never before the last answer came. */
static void test_sheet_is_refreshed(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "x");
	pass(stage, 5000);
	assert_sent(stage, "impact web; ");
	assert_seen(stage, "the host has not said yet");
	answer(stage, "impact", IMPACT);
	pass(stage, 10);
	assert_sent(stage, "impact web; ");
	answer(stage, "impact", IMPACT);
	pass(stage, 500);
	assert_sent(stage, "");
	pass(stage, 600);
	assert_sent(stage, "impact web; ");
	type(stage, "\033");
	answer(stage, "impact", IMPACT);
	pass(stage, 3000);
	assert_sent(stage, "");
}

/* A host of another time does not know the question: one may act all the same. */
static void test_sheet_without_impact(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "x");
	answer(stage, "impact", "{\"error\": {\"code\": -32601, \"message\": \"no such method\"}}");
	assert_unseen(stage, "asking who");
	assert_seen(stage, "3 connections are open");
	pass(stage, 5000);
	type(stage, "\t\t\r");
	assert_sent(stage, "impact web; stop web 7; ");
}

static void test_drain(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "R");
	answer(stage, "impact", IMPACT);
	type(stage, "\t");
	assert_seen(stage, "restart web --drain 20");
	type(stage, "\r");
	assert_string_equal(params_of(stage, "restart"),
	    "{\"drain\": 20, \"generation\": 7, \"services\": [\"web\"]}");
	snapshot(stage,
	    "{\"name\": \"web\", \"state\": \"draining\", \"generation\": 8, "
	    "\"counters\": {\"connections\": 2}, \"drain_left_seconds\": 17.2}");
	assert_seen(stage, "web drains, 17s left, 2 still connected");
}

static void test_dependants_ask(void **state)
{
	struct stage *stage = *state;

	snapshot(stage,
	    "{\"name\": \"dns\", \"state\": \"running\", \"generation\": 3, \"counters\": "
	    "{\"connections\": 0}, \"needed_by\": [\"web\"]}, " QUIET);
	type(stage, "x");
	assert_sent(stage, "impact dns; ");
	assert_seen(stage, "Nobody is connected");
	assert_seen(stage, "web (RUNNING)");
	type(stage, "\033");
	snapshot(stage,
	    "{\"name\": \"dns\", \"state\": \"running\", \"generation\": 3, \"counters\": "
	    "{\"connections\": 0}, \"needed_by\": [\"web\"]}, " SERVICE("web", "stopped", 8, 0));
	type(stage, "x"); /* nobody who runs needs it */
	assert_sent(stage, "stop dns 3; ");
}

/* Whatever is typed into a sheet but Enter, Esc and Ctrl-C answers nothing. */
static void test_letters_never_act(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "x");
	stage->sent[0] = '\0';
	for (int c = ' '; c < 127; c++) {
		char bytes[2] = { (char)c, '\0' };

		type(stage, bytes);
	}
	type(stage, "\033[200~x\r\r\033[201~");
	assert_sent(stage, "");
	assert_seen(stage, "Stop web?");
	type(stage, "\003");
	assert_sent(stage, "");
	assert_unseen(stage, "Stop web?");
}

/* ---- Several ---- */

static void test_several_at_once(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, THREE);
	type(stage, " j jj "); /* mail is stopped and is left out */
	assert_seen(stage, "3 marked");
	type(stage, "x");
	assert_seen(stage, "Stop 2 services?");
	assert_seen(stage, "RUNNING, 3 connected");
	assert_seen(stage, "4 are connected in all");
	assert_seen(stage, "1 marked service is left out");
	assert_seen(stage, "stop web dns");
	type(stage, "\t\t\r");
	assert_string_equal(params_of(stage, "stop"),
	    "{\"generation\": {\"dns\": 2, \"web\": 7}, \"services\": [\"web\", \"dns\"]}");
	assert_seen(stage, "stop web, dns: under way");
	say(stage, "{\"result\": {\"services\": []}}");
	assert_unseen(stage, "marked");
	assert_seen(stage, "stop web, dns: done");
}

static void test_marks_stay_by_name(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, THREE);
	type(stage, "j "); /* dns */
	snapshot(stage, OFF ", " SERVICE("dns", "running", 2, 1) ", " BUSY);
	assert_seen(stage, "*RUNNING     dns");
	type(stage, "x\t\t\r");
	assert_string_equal(params_of(stage, "stop"),
	    "{\"generation\": 2, \"services\": [\"dns\"]}");
	say(stage, "{\"result\": {\"services\": []}}");
	type(stage, " \033"); /* the message goes first */
	assert_seen(stage, "1 marked");
	type(stage, "\033");
	assert_unseen(stage, "marked");
	/* One that is gone counts for nothing, and is marked again when it is back. */
	type(stage, " ");
	snapshot(stage, BUSY);
	assert_unseen(stage, "marked");
	snapshot(stage, THREE);
	assert_seen(stage, "1 marked");
}

/* What is started starts at once, however many there are. */
static void test_several_reversible(void **state)
{
	struct stage *stage = *state;

	snapshot(stage,
	    SERVICE("web", "stopped", 4, 0) ", " SERVICE("dns", "stopped", 6,
		0) ", " SERVICE("mail", "running", 8, 0));
	type(stage, " j j s");
	assert_string_equal(params_of(stage, "start"),
	    "{\"generation\": {\"dns\": 6, \"web\": 4}, \"services\": [\"web\", \"dns\"]}");
}

/* The page of one service acts on that one, whatever is marked elsewhere. */
static void test_marks_are_of_the_lists(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, THREE);
	type(stage, " j x");
	assert_seen(stage, "Stop 2 services?");
	type(stage, "\033");
	type(stage, "\r");
	assert_seen(stage, "[Status]");
	type(stage, "x");
	assert_seen(stage, "Stop dns?");
}

/* ---- Toasts ---- */

/* The entry may come before the answer or after it. */
static void test_toast_tells_the_undo(void **state)
{
	struct stage *stage = *state;

	for (int early = 0; early < 2; early++) {
		snapshot(stage, QUIET);
		type(stage, "x");
		if (early)
			say(stage, STOP_ENTRY(12, true));
		answer(stage, "stop",
		    early ? "{\"result\": {\"services\": [], \"audit\": 12}}" :
			    "{\"result\": {\"services\": [], \"audit\": 11}}");
		if (!early)
			say(stage, STOP_ENTRY(11, true));
		assert_seen(stage, "z undoes it (start web)");
		type(stage, "\033");
	}
	type(stage, "x");
	answer(stage, "stop", "{\"result\": {\"services\": [], \"audit\": 13}}");
	say(stage, STOP_ENTRY(13, false));
	assert_seen(stage, "stop web: done");
	assert_unseen(stage, "done; z");
	/* Not over what was said since. */
	type(stage, "x");
	answer(stage, "stop", "{\"result\": {\"services\": [], \"audit\": 14}}");
	type(stage, "u");
	say(stage, STOP_ENTRY(14, true));
	assert_seen(stage, "not quarantined");
}

/* ---- Refused ---- */

#define STALE                                                                         \
	"{\"error\": {\"code\": -32006, \"message\": \"web has changed since it was " \
	"shown\", \"data\": {\"exit\": 1, \"next\": \"look again\"}}}"

static void test_stale_shows_what_changed(void **state)
{
	struct stage *stage = *state;

	snapshot(stage,
	    "{\"name\": \"web\", \"state\": \"running\", \"desired\": \"running\", \"since\": "
	    "\"1970-01-01T00:10:00.000Z\", \"generation\": 7, \"counters\": {\"connections\": 3}}");
	type(stage, "x\t\t\r");
	stage->sent[0] = '\0';
	snapshot(stage, SERVICE("web", "stopped", 9, 0));
	say(stage, STOP_ENTRY(12, true)); /* by adm at 00:16:41 */
	answer(stage, "stop", STALE);
	assert_seen(stage, "was RUNNING, is STOPPED now");
	assert_seen(stage, "adm, 00:16:41: stop web");
	assert_seen(stage, "has changed since it was shown");
	assert_sent(stage, "status; ");
	pass(stage, 60000);
	assert_sent(stage, ""); /* nothing by itself */
	type(stage, "\r");      /* Cancel is the default */
	assert_sent(stage, "");
	assert_unseen(stage, "was RUNNING");
}

/* Looking again asks about the state that is known now. */
static void test_stale_look_again(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "x\t\t\r");
	answer(stage, "stop", STALE);
	/* Who stops it has no entry before it has stopped. */
	snapshot(stage, SERVICE("web", "draining", 8, 5));
	assert_seen(stage, "is DRAINING now");
	assert_seen(stage, "on the audit list yet");
	snapshot(stage, SERVICE("web", "running", 9, 5));
	assert_seen(stage, "is RUNNING as before");
	assert_unseen(stage, "on the audit list yet");
	stage->sent[0] = '\0';
	type(stage, "\t\r");
	assert_seen(stage, "Stop web?");
	assert_seen(stage, "5 connections are open");
	assert_unseen(stage, "has changed since this was asked");
	type(stage, "\t\t\r");
	assert_sent(stage, "impact web; stop web 9; ");
}

static void test_read_only(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	stage->ui->port.read_only = true;
	type(stage, "x");
	assert_sent(stage, "");
	assert_seen(stage, "only looks (--read-only)");
	assert_unseen(stage, "Stop web?");
}

/* A sudo that can be found, in a folder of its own. */
static void with_sudo(char *folder, bool there)
{
	char path[512];
	struct fault fault;

	text_format(folder, 64, "/tmp/steward-sudo-XXXXXX");
	assert_non_null(mkdtemp(folder));
	text_format(path, sizeof path, "%s/sudo", folder);
	if (there)
		assert_true(file_replace(path, "#!/bin/sh\n", 10, 0755, &fault));
	text_format(path, sizeof path, "%s/none:%s", folder, folder);
	setenv("PATH", path, 1);
}

static void test_sudo(void **state)
{
	struct stage *stage = *state;
	char folder[64], path[128], own[4096] = "", *before = strdup(getenv("PATH"));

	with_sudo(folder, true);
	answer(stage, "hello", "{\"result\": {\"role\": \"viewer\", \"user\": \"guest\"}}");
	snapshot(stage, BUSY);
	stage->sent[0] = '\0';
	type(stage, "x\t\t\r");
	assert_sent(stage, "impact web; "); /* the host need not be asked */
	assert_seen(stage, "needs the role operator");
	assert_seen(stage, "guest, with the role viewer");
	type(stage, "\r");
	assert_int_equal(ui_wants(stage->ui) & UI_SHELL, UI_SHELL);
	char *const *argv = stage->ui->shell.argv;
	const char *const rest[] = { "--home", "/srv/home", "stop", "web" };

	assert_true(readlink("/proc/self/exe", own, sizeof own - 1) > 0);
	text_format(path, sizeof path, "%s/sudo", folder);
	assert_string_equal(argv[0], path);
	assert_string_equal(argv[1], own);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(argv[2 + i], rest[i]);
	assert_null(argv[6]);
	assert_true(stage->ui->shell.pause);
	ui_shell_ended(stage->ui, 0);
	assert_seen(stage, "stop web: done, with sudo");
	/* The host's own refusal leads there as well. */
	say(stage, "{\"result\": {}}");
	stage->ui->role[0] = '\0';
	type(stage, "x\t\t\r");
	answer(stage, "stop",
	    "{\"error\": {\"code\": -32004, \"message\": \"stop needs the role operator\"}}");
	assert_seen(stage, "Run it with sudo");
	type(stage, "\r");
	ui_shell_ended(stage->ui, 1 << 8);
	assert_seen(stage, "not done; sudo ended with 1");
	/* Nor is sudo asked for what stands otherwise by now. */
	text_format(stage->ui->role, sizeof stage->ui->role, "viewer");
	type(stage, "x\t\t\r");
	snapshot(stage, SERVICE("web", "running", 9, 3));
	assert_int_equal(ui_wants(stage->ui) & UI_SHELL, UI_SHELL); /* of before */
	type(stage, "\r");
	assert_int_equal(ui_wants(stage->ui) & UI_SHELL, 0);
	assert_seen(stage, "Not done: it has changed");
	type(stage, "\003"); /* Ctrl-C is Esc, and says the same */
	assert_seen(stage, "cancelled, nothing was done");
	setenv("PATH", before, 1);
	free(before);
	unlink(path);
	rmdir(folder);
}

static void test_no_sudo(void **state)
{
	struct stage *stage = *state;
	char folder[64], *before = strdup(getenv("PATH"));

	with_sudo(folder, false);
	answer(stage, "hello", "{\"result\": {\"role\": \"viewer\", \"user\": \"guest\"}}");
	snapshot(stage, SERVICE("web", "stopped", 7, 0));
	type(stage, "s");
	assert_seen(stage, "group steward-operator");
	assert_unseen(stage, "sudo");
	type(stage, "\t\r");
	assert_int_equal(ui_wants(stage->ui), 0);
	assert_unseen(stage, "Not allowed");
	setenv("PATH", before, 1);
	free(before);
	rmdir(folder);
}

/* ---- Failed ---- */

#define FAILED                                                                          \
	"{\"error\": {\"code\": -32001, \"message\": \"web: 127.0.0.1:80 is in use by " \
	"nginx\", \"data\": {\"exit\": 1, \"next\": \"stop nginx\"}}}"

/* Only what was written since the key was pressed. */
static void test_failure_shows_the_log(void **state)
{
	struct stage *stage = *state;

	say(stage,
	    "{\"method\": \"journal\", \"params\": {\"records\": [{\"time\": "
	    "\"1970-01-01T00:16:00.000Z\", \"level\": \"error\", \"service\": \"web\", "
	    "\"subject\": \"start\", \"text\": \"of long ago\"}]}}");
	snapshot(stage, SERVICE("web", "stopped", 7, 0));
	type(stage, "s");
	say(stage,
	    "{\"method\": \"journal\", \"params\": {\"records\": [{\"time\": "
	    "\"1970-01-01T00:16:41.000Z\", \"level\": \"error\", \"service\": \"web\", "
	    "\"subject\": \"listen\", \"text\": \"no luck\\u001b[2J\"}, {\"time\": "
	    "\"1970-01-01T00:16:41.000Z\", \"level\": \"error\", \"service\": \"dns\", "
	    "\"subject\": \"listen\", \"text\": \"another one\"}]}}");
	snapshot(stage, SERVICE("web", "failed", 8, 0));
	stage->sent[0] = '\0';
	answer(stage, "start", FAILED);
	assert_seen(stage, "web did not start");
	assert_seen(stage, "in use by nginx");
	assert_seen(stage, "stop nginx");
	assert_seen(stage, "ERROR listen: no luck?[2J");
	char *sheet = strstr(stage->drawn, "web did not start");

	*strstr(sheet, "[ Close ]") = '\0';
	assert_null(strstr(sheet, "another one"));
	assert_null(strstr(sheet, "of long ago"));
	assert_sent(stage, ""); /* the host need not be asked */
	type(stage, "xR\t\t");  /* letters do nothing */
	assert_sent(stage, "");
	type(stage, "l");
	assert_seen(stage, "[5Logs]");
	assert_unseen(stage, "web did not start");
	/* It can be looked at again. */
	type(stage, "\033");
	pass(stage, 2000); /* an O right behind Esc may be a half sequence */
	type(stage, "O");
	assert_seen(stage, "web did not start");
	type(stage, "\033");
	assert_unseen(stage, "web did not start");
}

static void test_failure_asks_for_the_log(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, SERVICE("web", "stopped", 7, 0));
	type(stage, "s");
	answer(stage, "start", FAILED);
	assert_string_equal(params_of(stage, "log"),
	    "{\"last\": 8, \"service\": \"web\", \"since\": \"1970-01-01T00:16:40.000Z\"}");
	assert_seen(stage, "nothing has been written since");
	answer(stage, "log",
	    "{\"result\": {\"records\": [{\"time\": \"1970-01-01T00:16:41.000Z\", \"level\": "
	    "\"error\", \"service\": \"web\", \"subject\": \"\", \"text\": \"told late\"}]}}");
	assert_seen(stage, "told late");
	type(stage, "c"); /* to its settings */
	assert_seen(stage, "[Config]");
	assert_unseen(stage, "told late");
}

/* It was done: nobody is told that it was not. */
static void test_done_by_half(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, SERVICE("web", "stopped", 7, 0));
	type(stage, "s");
	answer(stage, "start",
	    "{\"error\": {\"code\": -32005, \"message\": \"web: one address is not there\"}}");
	assert_seen(stage, "start web: done, but not all is well");
	assert_seen(stage, "one address is not there");
	assert_unseen(stage, "did not start");
}

/* Who types is not interrupted, and is told how to look. */
static void test_failure_while_typing(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, SERVICE("web", "stopped", 7, 0));
	type(stage, "s/we");
	answer(stage, "start", FAILED);
	type(stage, "b");
	assert_unseen(stage, "[ Close ]");
	assert_seen(stage, "/ web");
	type(stage, "\r");
	assert_seen(stage, "O shows more");
	type(stage, "O");
	assert_seen(stage, "[ Close ]");
}

static void test_connection_lost(void **state)
{
	struct stage *stage = *state;
	struct fault fault;

	snapshot(stage, BUSY);
	type(stage, "x");
	fault_set(&fault, FAULT_NOT_RUNNING, "stewardd is not running");
	ui_disconnected(stage->ui, &fault);
	assert_seen(stage, "there is no connection; nothing can be done now");
	pass(stage, 3000);
	stage->sent[0] = '\0';
	stage->broken = true;
	type(stage, "\t\t\r");
	assert_seen(stage, "not sent");
	stage->broken = false;
	/* Back again: a sheet that is open goes on asking. */
	ui_connected(stage->ui);
	snapshot(stage, BUSY);
	type(stage, "x");
	ui_disconnected(stage->ui, NULL);
	ui_connected(stage->ui);
	stage->sent[0] = '\0';
	pass(stage, 1200);
	assert_sent(stage, "impact web; ");
	/* Lost while it is under way: no sheet, a sentence. */
	type(stage, "\t\t\r");
	ui_disconnected(stage->ui, NULL);
	assert_seen(stage, "the connection was lost before the answer came");
	assert_unseen(stage, "did not stop");
}

/* ---- A service's own commands ---- */

#define SCHEMA                                                                                 \
	"{\"result\": {\"services\": [{\"name\": \"web\", \"commands\": ["                     \
	"{\"pattern\": \"show\", \"help\": \"what there is\", \"grade\": \"read\"}, "          \
	"{\"pattern\": \"drop <path>... [--deep]\", \"help\": \"forget\", \"grade\": "         \
	"\"reversible\"}, "                                                                    \
	"{\"pattern\": \"ban <address> [--for <time>]\", \"help\": \"refuse\", \"grade\": "    \
	"\"disrupts\"}, "                                                                      \
	"{\"pattern\": \"site delete <name>\", \"help\": \"delete\", \"grade\": \"destroys\"}" \
	"]}]}}"

static void test_own_read(void **state)
{
	struct stage *stage = *state;

	answer(stage, "describe", SCHEMA);
	snapshot(stage, BUSY);
	type(stage, "m");
	assert_seen(stage, "show - what there is");
	assert_seen(stage, "ban... - refuse (no undo)");
	type(stage, "jjjjj\r");
	assert_string_equal(params_of(stage, "do"),
	    "{\"generation\": 7, \"service\": \"web\", \"words\": [\"show\"]}");
	answer(stage, "do",
	    "{\"result\": {\"columns\": [\"path\", \"bytes\"], \"rows\": [[\"/b\", \"9\"], "
	    "[\"/a\\u001b[0m\", \"10\"]]}}");
	assert_seen(stage, "web: show; 2 rows");
	assert_seen(stage, "/a?[0m");
	type(stage, "y");
	assert_string_equal(stage->ui->copy, "/b\t9");
	type(stage, "Y");
	assert_string_equal(stage->ui->copy, "path\tbytes\n/b\t9\n/a?[0m\t10\n");
	type(stage, ">");
	assert_seen(stage, "sorted by path");
	assert_true(strstr(stage->drawn, "/a?") < strstr(stage->drawn, "/b"));
	type(stage, ">"); /* by number, not by letter */
	assert_true(strstr(stage->drawn, "/b") < strstr(stage->drawn, "/a?"));
	type(stage, "\033");
	assert_seen(stage, "[1Home]");
}

static void test_own_arguments(void **state)
{
	struct stage *stage = *state;

	answer(stage, "describe", SCHEMA);
	snapshot(stage, BUSY);
	type(stage, "mjjjjjj\r");
	assert_seen(stage, "web drop <path>:");
	stage->sent[0] = '\0';
	type(stage, "\r");
	assert_seen(stage, "needed");
	type(stage, "--x\r");
	assert_seen(stage, "cannot begin with --");
	type(stage, "\177\177\177/a b\r");
	type(stage, "/c\r\r"); /* many, until nothing */
	assert_seen(stage, "--deep (y or nothing)");
	stage->sent[0] = '\0';
	type(stage, "n\r"); /* is no yes */
	assert_seen(stage, "y, or nothing");
	assert_sent(stage, "");
	type(stage, "\177y\r");
	assert_string_equal(params_of(stage, "do"),
	    "{\"generation\": 7, \"service\": \"web\", \"words\": [\"drop\", \"/a b\", \"/c\", "
	    "\"--deep\"]}");
	say(stage, "{\"result\": {\"columns\": [], \"rows\": []}}");
	assert_seen(stage, "web: drop: done");
	type(stage, "mjjjjjj\r/x\033");
	assert_seen(stage, "nothing was done");
	assert_sent(stage, "do 7; ");
}

static void test_own_grades(void **state)
{
	struct stage *stage = *state;

	answer(stage, "describe", SCHEMA);
	snapshot(stage, QUIET);
	stage->sent[0] = '\0';
	type(stage, "mjjjjjjj\r192.0.2.4\r1h\r");
	assert_sent(stage, "");
	assert_seen(stage, "do web ban 192.0.2.4 --for 1h");
	assert_seen(stage, "this cannot be undone");
	type(stage, "\t\r");
	assert_string_equal(params_of(stage, "do"),
	    "{\"generation\": 7, \"service\": \"web\", \"words\": [\"ban\", \"192.0.2.4\", "
	    "\"--for\", \"1h\"]}");
	say(stage, "{\"result\": {}}");
	stage->sent[0] = '\0';
	/* What destroys waits for the name. */
	type(stage, "mjjjjjjjj\rblog\r");
	assert_seen(stage, "destroys data for good");
	type(stage, "\r\t\t\r");
	type(stage, "\t\t\r");
	assert_sent(stage, "");
	type(stage, "\033");
	type(stage, "mjjjjjjjj\rblog\rblo\t\t\r");
	assert_sent(stage, "");
	assert_seen(stage, "site delete?");
	type(stage, "\tg\t\t\r");
	assert_string_equal(params_of(stage, "do"),
	    "{\"generation\": 7, \"service\": \"web\", \"words\": [\"site\", \"delete\", "
	    "\"blog\"]}");
}

/* What was refused leaves nothing behind: the option would be there twice. */
static void test_own_too_long(void **state)
{
	struct stage *stage = *state;
	char word[400];

	answer(stage, "describe", SCHEMA);
	snapshot(stage, QUIET);
	memset(word, '9', sizeof word - 1);
	word[sizeof word - 1] = '\0';
	type(stage, "mjjjjjjj\r192.0.2.4\r");
	type(stage, word);
	type(stage, "\r");
	assert_seen(stage, "too long");
	type(stage, "\0251h\r\t\r");
	assert_string_equal(params_of(stage, "do"),
	    "{\"generation\": 7, \"service\": \"web\", \"words\": [\"ban\", \"192.0.2.4\", "
	    "\"--for\", \"1h\"]}");
}

/* A command that the schema does not know may do anything. */
static void test_own_unknown(void **state)
{
	static const char *const words[] = { "wipe" };
	struct stage *stage = *state;

	answer(stage, "describe", SCHEMA);
	snapshot(stage, QUIET);
	stage->sent[0] = '\0';
	ui_do_words(stage->ui, "web", words, 1);
	assert_seen(stage, "\"web\" has to be typed first");
	assert_sent(stage, "");
}

/* ---- The menu ---- */

static void test_menu_says_what_asks(void **state)
{
	struct stage *stage = *state;

	snapshot(stage, BUSY);
	type(stage, "m");
	assert_seen(stage, "Stop...");
	assert_seen(stage, "Restart... (no undo)");
	type(stage, "\033");
	snapshot(stage, QUIET);
	type(stage, "m");
	assert_unseen(stage, "Stop...");
	assert_seen(stage, "Stop ");
	assert_seen(stage, "Restart (no undo)");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
	const struct CMUnitTest tests[] = {
		TEST(test_sheet_says_who_is_there),
		TEST(test_sheet_is_refreshed),
		TEST(test_sheet_without_impact),
		TEST(test_drain),
		TEST(test_dependants_ask),
		TEST(test_letters_never_act),
		TEST(test_several_at_once),
		TEST(test_marks_stay_by_name),
		TEST(test_several_reversible),
		TEST(test_marks_are_of_the_lists),
		TEST(test_toast_tells_the_undo),
		TEST(test_stale_shows_what_changed),
		TEST(test_stale_look_again),
		TEST(test_read_only),
		TEST(test_sudo),
		TEST(test_no_sudo),
		TEST(test_failure_shows_the_log),
		TEST(test_failure_asks_for_the_log),
		TEST(test_done_by_half),
		TEST(test_failure_while_typing),
		TEST(test_connection_lost),
		TEST(test_own_read),
		TEST(test_own_arguments),
		TEST(test_own_grades),
		TEST(test_own_too_long),
		TEST(test_own_unknown),
		TEST(test_menu_says_what_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
