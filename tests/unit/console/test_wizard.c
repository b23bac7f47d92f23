/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the first run makes of answers, without a screen: who an address reaches,
 * values, changes, commands; and what a report leaves out.
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

#include "console/report.h"
#include "console/wizard.h"
#include "data/text.h"

/* ---- Addresses ---- */

static void test_reach(void **state)
{
	static const struct {
		const char *value;
		enum reach reach;
	} rows[] = {
		{ "127.0.0.1:80", REACH_MACHINE },
		{ "127.0.0.1:80,[::1]:80", REACH_MACHINE },
		{ "127.8.9.1:80", REACH_MACHINE },
		{ "192.168.1.5:80", REACH_NETWORK },
		{ "127.0.0.1:80,10.0.0.1:80", REACH_NETWORK },
		{ "172.16.0.1:80", REACH_NETWORK },
		{ "172.31.255.1:80", REACH_NETWORK },
		{ "172.32.0.1:80", REACH_OTHER },
		{ "[fd00::5]:80", REACH_NETWORK },
		{ "[fe80::5]:80", REACH_OTHER },
		{ "*:80", REACH_EVERYBODY },
		{ "0.0.0.0:80,[::]:80", REACH_EVERYBODY },
		{ "127.0.0.1:80,*:81", REACH_EVERYBODY },
		{ "8.8.8.8:80", REACH_OTHER },
		{ "127.0.0.1:80,8.8.8.8:80", REACH_OTHER },
		{ "", REACH_OTHER },
		{ "nonsense", REACH_OTHER },
		{ "127.0.0.1", REACH_OTHER },
		{ "127.0.0.1:99999", REACH_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (addresses_reach(rows[i].value) != rows[i].reach)
			fail_msg("\"%s\" reaches %d", rows[i].value,
			    (int)addresses_reach(rows[i].value));
}

static void test_value(void **state)
{
	static const struct addresses home = { .text = { "192.168.1.5", "[fd00::5]" }, .count = 2 };
	static const struct addresses none = { .count = 0 };
	char out[256];

	(void)state;
	assert_true(addresses_value(REACH_MACHINE, "*:80", &home, out, sizeof out));
	assert_string_equal(out, "127.0.0.1:80,[::1]:80");
	assert_true(addresses_value(REACH_EVERYBODY, "127.0.0.1:80,[::1]:80,127.0.0.1:443", &home,
	    out, sizeof out));
	assert_string_equal(out, "*:80,*:443");
	assert_true(addresses_value(REACH_NETWORK, "127.0.0.1:80", &home, out, sizeof out));
	assert_string_equal(out, "127.0.0.1:80,[::1]:80,192.168.1.5:80,[fd00::5]:80");
	assert_int_equal(addresses_reach(out), REACH_NETWORK);
	assert_false(addresses_value(REACH_NETWORK, "127.0.0.1:80", &none, out, sizeof out));
	assert_string_equal(out, "");
	assert_false(addresses_value(REACH_MACHINE, "", &home, out, sizeof out));
	/* Half a list would be another one. */
	assert_false(addresses_value(REACH_NETWORK, "127.0.0.1:80", &home, out, 30));
	assert_string_equal(out, "");
	addresses_ports("127.0.0.1:80,[::1]:80,1.2.3.4:443", out, sizeof out);
	assert_string_equal(out, "80, 443");
	addresses_ports("", out, sizeof out);
	assert_string_equal(out, "-");
}

static void test_right(void **state)
{
	(void)state;
	assert_true(addresses_right(""));
	assert_true(addresses_right("*:80, [::1]:80,1.2.3.4:0"));
	assert_false(addresses_right("*:80,"
				     "localhost:80"));
	assert_false(addresses_right("80"));
	assert_false(addresses_right("[::1:80"));
	assert_false(addresses_right("*:65536"));
}

/* This machine's own: whatever there is, it is an address of a home network. */
static void test_home(void **state)
{
	struct addresses home;
	char item[96];

	(void)state;
	addresses_home(&home);
	assert_true(home.count <= ADDRESSES_MOST);
	for (size_t i = 0; i < home.count; i++) {
		text_format(item, sizeof item, "%s:80", home.text[i]);
		assert_int_equal(addresses_reach(item), REACH_NETWORK);
	}
}

/* ---- What follows from answers ---- */

static void load(struct wizard *wizard, struct model *model, const char *services,
    const char *settings)
{
	json_t *document = json_pack("{s:o}", "services", json_loads(services, 0, NULL));
	json_t *list = json_loads(settings, 0, NULL);

	assert_non_null(list);
	model_status(model, document);
	wizard_services(wizard, model);
	wizard_settings(wizard, list);
	json_decref(document);
	json_decref(list);
}

#define SERVICES                                                                              \
	"[{\"name\": \"web\", \"desired\": \"running\", \"state\": \"running\"}, {\"name\": " \
	"\"dns\", \"desired\": \"stopped\", \"state\": \"stopped\"}]"
#define SETTINGS                                                                          \
	"[{\"name\": \"host.name\", \"type\": \"text\", \"value\": \"nas\"}, {\"name\": " \
	"\"web.listen\", \"type\": \"listen\", \"value\": \"127.0.0.1:80,[::1]:80\"}, "   \
	"{\"name\": \"dns.listen\", \"type\": \"listen\", \"value\": \"0.0.0.0:53\"}]"

static void test_changes(void **state)
{
	struct model *model = model_new();
	struct wizard wizard = { .answers = NULL };
	struct model_change changes[8];
	char words[1024];

	(void)state;
	load(&wizard, model, SERVICES, SETTINGS);
	/* What is so already changes nothing, in whatever form it is written. */
	assert_int_equal(wizard_changes(&wizard, changes, 8), 0);
	wizard.services[1].on = true;
	assert_int_equal(wizard_changes(&wizard, changes, 8), 0);
	wizard.listens[1].reach = REACH_MACHINE;
	text_format(wizard.name, sizeof wizard.name, "my nas");
	assert_int_equal(wizard_changes(&wizard, changes, 8), 2);
	assert_string_equal(changes[0].name, "host.name");
	assert_string_equal(changes[0].was, "nas");
	assert_string_equal(changes[0].is, "my nas");
	assert_string_equal(changes[1].name, "dns.listen");
	assert_string_equal(changes[1].is, "127.0.0.1:53,[::1]:53");
	assert_true(wizard_words(&wizard, words, sizeof words));
	assert_string_equal(words,
	    "init --name 'my nas' --services web,dns --listen "
	    "'dns.listen=127.0.0.1:53,[::1]:53'");
	assert_false(wizard_words(&wizard, words, 40));
	/* A service that is not to run keeps its addresses. */
	wizard.services[1].on = false;
	assert_int_equal(wizard_changes(&wizard, changes, 8), 1);
	/* What has no value stays as it is. */
	wizard.listens[0].reach = REACH_NETWORK;
	assert_int_equal(wizard.home.count, 0);
	assert_int_equal(wizard_changes(&wizard, changes, 8), 1);
	wizard_clear(&wizard);
	model_free(model);
}

static void assert_names(json_t *names, const char *expected)
{
	char *text = json_dumps(names, JSON_COMPACT);

	assert_string_equal(text, expected);
	free(text);
	json_decref(names);
}

static void test_moves(void **state)
{
	struct model *model = model_new();
	struct wizard wizard = { .answers = NULL };

	(void)state;
	load(&wizard, model, SERVICES, SETTINGS);
	assert_names(wizard_moves(&wizard, true), "[]");
	assert_names(wizard_moves(&wizard, false), "[]");
	wizard.services[0].on = false;
	wizard.services[1].on = true;
	assert_names(wizard_moves(&wizard, true), "[\"dns\"]");
	assert_names(wizard_moves(&wizard, false), "[\"web\"]");
	/* What was answered stays when the host says something new. */
	load(&wizard, model, SERVICES, SETTINGS);
	assert_names(wizard_moves(&wizard, true), "[\"dns\"]");
	wizard_clear(&wizard);
	model_free(model);
}

/* Answers come back as they were given, also by way of one that never met the
 * host. */
static void test_answers_come_back(void **state)
{
	struct model *model = model_new();
	struct wizard first = { .answers = NULL }, between = { .answers = NULL },
		      last = { .answers = NULL };

	(void)state;
	load(&first, model, SERVICES, SETTINGS);
	first.services[1].on = true;
	first.listens[1].reach = REACH_OTHER;
	text_format(first.listens[1].own, sizeof first.listens[1].own, "10.0.0.1:53");
	text_format(first.name, sizeof first.name, "%s", "");
	first.named = true;
	between.answers = wizard_answers(&first);
	last.answers = wizard_answers(&between);
	load(&last, model, SERVICES, SETTINGS);
	assert_true(last.services[0].on && last.services[1].on);
	assert_string_equal(last.listens[1].own, "10.0.0.1:53");
	assert_int_equal(last.listens[1].reach, REACH_OTHER);
	assert_int_equal(last.listens[0].reach, REACH_MACHINE);
	assert_string_equal(last.name, "");
	assert_string_equal(last.name_now, "nas");
	wizard_clear(&first);
	wizard_clear(&between);
	wizard_clear(&last);
	model_free(model);
}

static void test_names(void **state)
{
	char reason[128];

	(void)state;
	assert_true(wizard_name_right("", reason, sizeof reason));
	assert_true(wizard_name_right("nas-1 upstairs", reason, sizeof reason));
	assert_false(wizard_name_right(" nas", reason, sizeof reason));
	assert_false(wizard_name_right("a\033b", reason, sizeof reason));
	assert_false(wizard_name_right("a\342\200\256b", reason, sizeof reason));
}

/* One file for each steward, whatever its path is written like. */
static void test_path(void **state)
{
	char one[512], two[512], three[512];
	struct fault fault;

	(void)state;
	setenv("XDG_STATE_HOME", "/var/empty", 1);
	assert_true(wizard_path("/tmp", one, sizeof one, &fault));
	assert_true(wizard_path("/tmp/../tmp/.", two, sizeof two, &fault));
	assert_true(wizard_path("/usr", three, sizeof three, &fault));
	assert_string_equal(one, two);
	assert_string_not_equal(one, three);
	assert_int_equal(strncmp(one, "/var/empty/steward/wizard-", 26), 0);
	setenv("XDG_STATE_HOME", "relative", 1); /* the XDG rules: to be ignored */
	setenv("HOME", "/home/adm", 1);
	assert_true(wizard_path("/tmp", one, sizeof one, &fault));
	assert_int_equal(strncmp(one, "/home/adm/.local/state/steward/wizard-", 38), 0);
	unsetenv("HOME");
	unsetenv("XDG_STATE_HOME");
	assert_false(wizard_path("/tmp", one, sizeof one, &fault));
	assert_non_null(strstr(fault.text, "HOME"));
}

/* ---- What a report leaves out ---- */

static void test_hide(void **state)
{
	static const struct {
		const char *text, *hidden;
	} rows[] = {
		{ "mail.password: a -> b", "mail.password (hidden)" },
		{ "set: mail.relay_PassWord: a", "set: mail.relay_PassWord (hidden)" },
		{ "x.api_token=abc", "x.api_token (hidden)" },
		{ "web.root: www", "web.root: www" },
		{ "GET /a/server.key 200", "GET /a/server.key 200" },
		{ "no key here", "no key here" },
		{ "", "" },
		{ "db.secret", "db.secret (hidden)" },
	};
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		report_hide(rows[i].text, out, sizeof out);
		assert_string_equal(out, rows[i].hidden);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reach),
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_home),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_answers_come_back),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_hide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
