/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page of tools: what each asks the host, what is asked of the person first,
 * and what becomes of the answers, a report in a file among them.
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
#include "tests/screens/people.h"

static void begin(struct stage *stage, const char *role)
{
	be(stage, role);
	snapshot(stage, QUIET ", " SERVICE("dns", "running", 4, 0));
	type(stage, "0");
	stage->sent[0] = '\0';
}

/* Selects the tool in a row, counted from 0, and does it. */
static void tool(struct stage *stage, int row)
{
	type(stage, "g");
	for (int i = 0; i < row; i++)
		type(stage, "j");
	type(stage, "\r");
}

enum { WIZARD, CHECK, RELOAD, EDIT, HOOK, METRICS, SHOW, SCREEN, ABOUT, REPORT };

static void copied(struct stage *stage, const char *text)
{
	type(stage, "y");
	assert_true(ui_wants(stage->ui) & UI_COPY);
	if (strstr(stage->ui->copy, text) == NULL)
		fail_msg("\"%s\" was not copied: %s", text, stage->ui->copy);
	free(stage->ui->copy);
	stage->ui->copy = NULL;
}

static void test_list(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	assert_seen(stage, "[0Tools]");
	assert_seen(stage, "Save a report to a file...");
	assert_seen(stage, "steward alert-test");
	assert_seen_at(stage, 12, 40, "First run");
	at_every_size(stage);
	type(stage, "G");
	assert_seen(stage, "settings without secrets");
}

static void test_check(void **state)
{
	struct stage *stage = *state;

	begin(stage, "viewer");
	tool(stage, CHECK);
	assert_sent(stage, "check; ");
	answer(stage, "check", "{\"result\": {\"ok\": true}}");
	assert_seen(stage, "no mistakes");
	tool(stage, CHECK);
	answer(stage, "check",
	    "{\"error\": {\"code\": -32602, \"message\": \"steward.conf:7: web.workers: a number "
	    "was expected\", \"data\": {\"next\": \"mend the line\"}}}");
	assert_seen(stage, "mistake in the settings files");
	assert_seen(stage, "steward.conf:7: web.workers");
	assert_seen(stage, "mend the line");
	copied(stage, "steward.conf:7: web.workers: a number was expected\nmend the line\n");
	at_every_size(stage);
	type(stage, "\033");
	type(stage, "\033");
	assert_seen(stage, "[0Tools]");
}

/* A result does not take the page away from under what is being typed. */
static void test_result_while_typing(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	tool(stage, CHECK);
	type(stage, "9/ad");
	answer(stage, "check",
	    "{\"error\": {\"code\": -32602, \"message\": \"steward.conf:7: mistake\"}}");
	type(stage, "m");
	assert_string_equal(ui_view(stage->ui)->filter(stage->ui), "adm");
	type(stage, "\r");
	assert_seen(stage, "[9Who]");
	assert_seen(stage, "mistake in the settings files: steward.conf:7: mistake");
}

static void test_reload_asks(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	tool(stage, RELOAD);
	assert_sent(stage, "");
	assert_seen(stage, "Reload the settings files?");
	at_every_size(stage);
	type(stage, "\r"); /* Enter is Cancel */
	assert_sent(stage, "");
	tool(stage, RELOAD);
	type(stage, "\t\r");
	assert_sent(stage, "reload web gently; ");
	assert_string_equal(params_of(stage, "reload"),
	    "{\"confirm\": 60, \"restart\": false, \"services\": [\"web\", \"dns\"]}");
	/* It would disconnect people: asked once more. */
	answer(stage, "reload",
	    "{\"error\": {\"code\": -32007, \"message\": \"web.workers has changed, which needs a "
	    "restart of web: 3 connected\"}}");
	assert_seen(stage, "Restart for new settings?");
	assert_seen(stage, "3 connected");
	type(stage, "\r");
	assert_sent(stage, "");
	tool(stage, RELOAD);
	type(stage, "\t\r");
	answer(stage, "reload",
	    "{\"error\": {\"code\": -32007, \"message\": \"web.workers has changed\"}}");
	stage->sent[0] = '\0';
	type(stage, "\t\r");
	assert_string_equal(params_of(stage, "reload"),
	    "{\"confirm\": 60, \"restart\": true, \"services\": [\"web\", \"dns\"]}");
	answer(stage, "reload", "{\"result\": {\"services\": [], \"trial\": {\"id\": 3}}}");
	assert_seen(stage, "in force, on trial");
}

/* Who may not put settings on trial reloads without. */
static void test_reload_of_an_operator(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator");
	tool(stage, RELOAD);
	type(stage, "\t\r");
	assert_string_equal(params_of(stage, "reload"),
	    "{\"restart\": false, \"services\": [\"web\", \"dns\"]}");
	answer(stage, "reload",
	    "{\"error\": {\"code\": -32602, \"message\": \"steward.conf:2: mistake\"}}");
	assert_seen(stage, "steward.conf:2: mistake");
}

static void test_rights(void **state)
{
	struct stage *stage = *state;

	begin(stage, "viewer");
	tool(stage, RELOAD);
	assert_seen(stage, "reload needs the role operator; you are viewer");
	tool(stage, HOOK);
	assert_seen(stage, "alert-test needs the role admin; you are viewer");
	assert_sent(stage, "");
	ui_disconnected(stage->ui, NULL);
	tool(stage, METRICS);
	assert_seen(stage, "metrics: there is no connection");
	tool(stage, REPORT);
	assert_seen(stage, "a report needs a connection");
}

static void test_hook(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	tool(stage, HOOK);
	assert_sent(stage, "alert_test; ");
	answer(stage, "alert_test", "{\"result\": {\"exit\": 0, \"text\": \"mail \\u001bsent\"}}");
	assert_seen(stage, "test of the alert hook, status 0");
	assert_seen(stage, "somebody was told");
	assert_seen(stage, "mail ?sent");
	type(stage, "\033");
	tool(stage, HOOK);
	answer(stage, "alert_test", "{\"result\": {\"exit\": 3, \"text\": \"\"}}");
	assert_seen(stage, "nobody may have been told");
	assert_seen(stage, "It printed nothing.");
	type(stage, "\033");
	tool(stage, HOOK);
	answer(stage, "alert_test",
	    "{\"error\": {\"code\": -32001, \"message\": \"host.alert_command is empty\"}}");
	assert_seen(stage, "the alert hook was not run");
	assert_seen(stage, "host.alert_command is empty");
}

static void test_metrics(void **state)
{
	struct stage *stage = *state;

	begin(stage, "viewer");
	tool(stage, METRICS);
	answer(stage, "metrics",
	    "{\"result\": {\"text\": \"# TYPE a counter\\na_total 7\\n# EOF\\n\"}}");
	assert_seen(stage, "a_total 7");
	assert_seen(stage, "3 lines");
	copied(stage, "# TYPE a counter\na_total 7\n# EOF\n");
	at_every_size(stage);
}

static void test_about(void **state)
{
	struct stage *stage = *state;

	be(stage, "admin");
	type(stage, "0");
	tool(stage, ABOUT);
	assert_seen(stage, "Of the host nothing is known yet.");
	say(stage,
	    "{\"method\": \"snapshot\", \"params\": {\"version\": 1, \"services\": [], \"host\": "
	    "{\"name\": \"nas1\", \"pid\": 812, \"software\": \"0.1.0\", \"user\": \"steward\", "
	    "\"home\": \"/srv/home\", \"sandbox\": \"no new privileges\", \"crashes\": 2, "
	    "\"last_crash\": {\"time\": \"2026-01-01T00:00:00Z\", \"service\": \"web\", "
	    "\"signal\": \"SIGSEGV\", \"address\": \"0x10\", \"text\": \"web crashed\", "
	    "\"frames\": [\"site_find+0x12 (steward-host)\"]}}}}");
	type(stage, "\033");
	tool(stage, ABOUT);
	copied(stage, "site_find+0x12 (steward-host)");
	assert_seen(stage, "sandbox: no new privileges");
	assert_seen(stage, "process: 812");
	assert_seen(stage, "signal: SIGSEGV");
	assert_seen(stage, "control socket: /srv/home/state/control");
	at_every_size(stage);
}

/* The keys of others are pressed, whatever they have been given to. */
static void test_keys_of_others(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	tool(stage, SHOW);
	assert_seen(stage, "As commands");
	type(stage, "\033");
	tool(stage, SCREEN);
	assert_ptr_equal(ui_view(stage->ui), &view_screen);
	type(stage, "\033");
	tool(stage, EDIT);
	assert_int_equal(ui_wants(stage->ui) & ~(unsigned)UI_SHELL, 0);
}

/* ---- The report ---- */

#define SETTINGS                                                                                 \
	"{\"result\": {\"settings\": [{\"name\": \"web.root\", \"value\": \"www\", \"origin\": " \
	"\"default\"}, {\"name\": \"mail.relay_password\", \"value\": \"hunter2\", \"origin\": " \
	"\"steward.conf:3\"}, {\"name\": \"web.tls_KEY\", \"value\": \"/k\", \"origin\": "       \
	"\"steward.conf:4\"}, {\"name\": \"db.SecretSauce\", \"value\": \"ketchup\"}]}}"

static void play_report(struct stage *stage)
{
	answer(stage, "status",
	    "{\"result\": {\"host\": {\"name\": \"nas1\", \"settings_fault\": \"steward.conf:9: "
	    "mail.relay_password: found hunter2\"}}}");
	answer(stage, "alerts", "{\"result\": {\"alerts\": [{\"text\": \"web \\u001bdown\"}]}}");
	answer(stage, "get", SETTINGS);
	assert_string_equal(params_of(stage, "log"), "{\"last\": 1000}");
	answer(stage, "log",
	    "{\"result\": {\"records\": [{\"time\": \"T\", \"level\": \"notice\", \"service\": "
	    "\"host\", \"subject\": \"set\", \"text\": \"mail.relay_password: hunter2 -> hunter3 "
	    "by adm\"}, {\"time\": \"T\", \"level\": \"info\", \"service\": \"web\", "
	    "\"subject\": \"a\", \"text\": \"GET /server.key 200\"}]}}");
}

static void test_report(void **state)
{
	struct stage *stage = *state;
	char folder[] = "/tmp/steward-test-XXXXXX", path[128], keys[256];
	struct fault fault;
	struct stat info;

	assert_non_null(mkdtemp(folder));
	text_format(path, sizeof path, "%s/report.txt", folder);
	setenv("HOME", folder, 1);
	begin(stage, "admin");
	tool(stage, REPORT);
	assert_seen(stage, "Save to the file: ~/steward-report-1970-01-01-0016.txt");
	assert_sent(stage, "");
	/* Ctrl-U empties the line. */
	text_format(keys, sizeof keys, "\025~/report.txt\r");
	type(stage, keys);
	assert_sent(stage, "status; ");
	play_report(stage);
	assert_seen(stage, "saved to ");
	char *text = file_read(path, 65536, NULL, &fault);

	assert_non_null(text);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_null(strstr(text, "hunter"));
	assert_null(strstr(text, "ketchup"));
	assert_null(strstr(text, "\033"));
	assert_non_null(strstr(text, "web.root = www  [default]"));
	assert_non_null(strstr(text, "mail.relay_password (hidden)\n"));
	assert_non_null(strstr(text, "web.tls_KEY (hidden)\n"));
	assert_non_null(strstr(text, "GET /server.key 200"));
	assert_non_null(strstr(text, "host.name: nas1"));
	assert_non_null(strstr(text, "web ?down"));
	/* What is there is not written over. */
	tool(stage, REPORT);
	type(stage, keys);
	assert_sent(stage, "alerts; get; log; ");
	assert_seen(stage, "that file is there already");
	type(stage, "\033");
	char *again = file_read(path, 65536, NULL, &fault);

	assert_string_equal(again, text);
	free(text);
	free(again);
	unlink(path);
	rmdir(folder);
}

/* What the host does not tell is said to be missing; the rest is there. */
static void test_report_of_a_part(void **state)
{
	struct stage *stage = *state;
	char folder[] = "/tmp/steward-test-XXXXXX", path[128], keys[256];
	struct fault fault;

	assert_non_null(mkdtemp(folder));
	text_format(path, sizeof path, "%s/report.txt", folder);
	text_format(keys, sizeof keys, "\025%s\r", path);
	begin(stage, "admin");
	tool(stage, REPORT);
	type(stage, keys);
	answer(stage, "status", "{\"result\": 5}");
	answer(stage, "alerts", "{\"error\": {\"code\": -32601, \"message\": \"no such method\"}}");
	answer(stage, "get", "{\"result\": {\"settings\": {\"a\": 1}}}");
	answer(stage, "log", "{\"result\": {\"records\": [5, {\"text\": \"a line\"}]}}");
	char *text = file_read(path, 65536, NULL, &fault);

	assert_non_null(text);
	assert_non_null(strstr(text, "== alerts\nno such method\n"));
	assert_non_null(strstr(text, "a line"));
	free(text);
	unlink(path);
	rmdir(folder);
}

static void test_report_fails(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin");
	tool(stage, REPORT);
	type(stage, "\025/dev/null/x\r");
	stage->sent[0] = '\0';
	play_report(stage);
	assert_seen(stage, "cannot write /dev/null/x");
	tool(stage, REPORT);
	type(stage, "\025/tmp/\r");
	assert_seen(stage, "a path is needed");
	type(stage, "\033");
	/* A file that came meanwhile is not written over, nor followed. */
	char folder[] = "/tmp/steward-test-XXXXXX", path[128], keys[256], target[16] = "";

	assert_non_null(mkdtemp(folder));
	text_format(path, sizeof path, "%s/report.txt", folder);
	text_format(keys, sizeof keys, "\025%s\r", path);
	tool(stage, REPORT);
	type(stage, keys);
	assert_int_equal(symlink("/dev/null", path), 0);
	play_report(stage);
	assert_seen(stage, "is there already");
	assert_int_equal(readlink(path, target, sizeof target - 1), 9);
	unlink(path);
	rmdir(folder);
	tool(stage, REPORT);
	type(stage, "\025here.txt\r");
	assert_seen(stage, "a path is needed");
	type(stage, "\033");
	/* The connection goes in the middle: no file, and that is said. */
	tool(stage, REPORT);
	type(stage, "\025/tmp/steward-test-never\r");
	ui_disconnected(stage->ui, NULL);
	assert_int_equal(access("/tmp/steward-test-never", F_OK), -1);
	assert_seen(stage, "the connection was lost before");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
	const struct CMUnitTest tests[] = {
		TEST(test_list),
		TEST(test_check),
		TEST(test_result_while_typing),
		TEST(test_reload_asks),
		TEST(test_reload_of_an_operator),
		TEST(test_rights),
		TEST(test_hook),
		TEST(test_metrics),
		TEST(test_about),
		TEST(test_keys_of_others),
		TEST(test_report),
		TEST(test_report_of_a_part),
		TEST(test_report_fails),
	};

	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
