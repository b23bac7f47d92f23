/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is here and who did what, and undoing it: what is asked before, which entry
 * a request names, and what is said of what cannot be undone.
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

#define ENTRY(number, user, action, words, more)                                                   \
	"{\"number\": " number ", \"time\": \"1970-01-01T00:10:00.000Z\", \"user\": \"" user       \
	"\", \"origin\": \"192.0.2.7\", \"action\": \"" action "\", \"words\": \"" words           \
	"\", \"services\": [\"web\"], \"outcome\": \"done\", \"reason\": null, \"undoes\": null, " \
	"\"undone_by\": null, " more "}"
#define CAN(words, grade)                                                                     \
	"\"undo\": {\"possible\": true, \"words\": \"" words "\", \"grade\": \"" grade "\", " \
	"\"reason\": null}"
#define CANNOT(reason)                                                                            \
	"\"undo\": {\"possible\": false, \"words\": null, \"grade\": null, \"reason\": \"" reason \
	"\"}"
#define CHANGE "\"changes\": [{\"name\": \"web.workers\", \"old\": \"1\", \"new\": \"2\"}]"
#define SET17                                          \
	ENTRY("17", "adm", "set", "set web.workers=2", \
	    CHANGE ", " CAN("set web.workers=1", "disrupts"))
#define AGAIN "\"changes\": [{\"name\": \"web.workers\", \"old\": \"2\", \"new\": \"4\"}]"
#define SET18 ENTRY("18", "op", "set", "set web.workers=4", AGAIN ", " CANNOT("x"))
#define STOP18 \
	ENTRY("18", "op", "stop", "stop web", "\"changes\": [], " CAN("start web", "reversible"))
#define START19 \
	ENTRY("19", "op", "start", "start web", "\"changes\": [], " CAN("stop web", "disrupts"))
#define RESTART19                                   \
	ENTRY("19", "op", "restart", "restart web", \
	    "\"changes\": [], " CANNOT("a restart cannot be taken back"))
#define SESSIONS                                                                               \
	"\"sessions\": [{\"session\": 12, \"user\": \"adm\", \"origin\": \"192.0.2.7\", "      \
	"\"client\": \"console\", \"role\": \"admin\", \"page\": \"Who\", \"editing\": null, " \
	"\"since\": \"1970-01-01T00:16:00.000Z\"}, {\"session\": 13, \"user\": \"op\", "       \
	"\"origin\": \"pts/3\", \"client\": \"console\", \"role\": \"operator\", \"page\": "   \
	"\"Config\", \"editing\": \"web\", \"since\": \"1970-01-01T00:15:00.000Z\"}]"

static void audit(struct stage *stage, const char *entries)
{
	char text[8192];

	assert_true(text_format(text, sizeof text,
	    "{\"method\": \"audit\", \"params\": {\"entries\": [%s]}}", entries));
	say(stage, text);
}

static void begin(struct stage *stage, const char *role, const char *entries)
{
	be(stage, role);
	snapshot_with(stage, BUSY, SESSIONS);
	answer(stage, "audit", "{\"result\": {\"entries\": []}}");
	audit(stage, entries);
	stage->sent[0] = '\0';
}

/* On the audit tab, with all read that there is. */
static void at_audit(struct stage *stage, const char *entries)
{
	begin(stage, "admin", entries);
	type(stage, "9\t");
	assert_sent(stage, "audit; ");
	answer(stage, "audit", "{\"result\": {\"entries\": []}}");
}

static void no_overlay(struct stage *stage)
{
	if (stage->ui->overlay != NULL)
		fail_msg("%s lies over the page:\n%s", stage->ui->overlay->name, draw(stage));
}

/* ---- Sessions ---- */

static void test_sessions(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin", "");
	type(stage, "9");
	assert_seen(stage, "[Sessions]");
	assert_seen(stage, "adm (you)");
	assert_unseen(stage, "op (you)");
	assert_seen(stage, "pts/3");
	assert_seen(stage, "Config");
	assert_seen(stage, "2 sessions");
	assert_seen_at(stage, 12, 40, "adm (you)");
	at_every_size(stage);
	type(stage, "/pts\r");
	assert_unseen(stage, "adm (you)");
	assert_seen(stage, "filter \"pts\" shows 1 session");
	type(stage, "/zzz\r");
	assert_seen(stage, "nothing holds");
	type(stage, "\033");
	assert_seen(stage, "adm (you)");
	pass(stage, 20000);
	assert_seen(stage, "last known: 2 sessions");
}

static void test_hostile_sessions(void **state)
{
	struct stage *stage = *state;

	be(stage, "admin");
	snapshot_with(stage, QUIET,
	    "\"sessions\": [{\"session\": 13, \"user\": \"\\u001b]0;x\\u0007root\", \"origin\": "
	    "\"\\u202e7.2.0.291\", \"client\": \"\\u009b31m\", \"role\": \"\\u2066\", \"page\": "
	    "\"Logs\\n\\rx\", \"editing\": \"\\u200f\", \"since\": 5}, 7, {}]");
	type(stage, "9");
	assert_seen(stage, "?]0;x?root");
	assert_seen(stage, "?7.2.0.291");
	at_every_size(stage);
	audit(stage,
	    "{\"number\": 5, \"user\": \"\\u001b[2J\", \"origin\": \"\\u202ex\", \"words\": "
	    "\"set \\u009b\\u2069a=b\\n\", \"changes\": [{\"name\": \"\\u001b\", \"old\": 7, "
	    "\"new\": \"\\u202d\"}], \"undo\": {\"possible\": true, \"words\": "
	    "\"\\u001b]52;c;AA\\u0007\"}}, {\"number\": -4}, 9");
	type(stage, "\t");
	assert_seen(stage, "set ??a=b");
	at_every_size(stage);
	type(stage, "\r");
	at_every_size(stage);
}

/* ---- The audit list ---- */

static void test_audit_newest_first(void **state)
{
	struct stage *stage = *state;

	at_audit(stage, SET17 ", " STOP18 ", " RESTART19);
	draw(stage);
	assert_true(
	    strstr(stage->drawn, "restart web") < strstr(stage->drawn, "set web.workers=2"));
	assert_seen(stage, "adm@192.0.2.7");
	assert_seen(stage, "undo: start web");
	assert_seen(stage, "3 actions, all");
	assert_seen_at(stage, 24, 160, "no: a restart cannot be taken back");
	at_every_size(stage);
	/* A new one comes in front; the selected one stays it. */
	type(stage, "j");
	audit(stage, ENTRY("20", "op", "reload", "reload web", "\"changes\": [], " CANNOT("x")));
	type(stage, "\r");
	assert_seen(stage, "number 18");
	type(stage, "\033");
	/* What was undone says by what. */
	audit(stage,
	    "{\"number\": 18, \"user\": \"op\", \"words\": \"stop web\", \"outcome\": \"done\", "
	    "\"undone_by\": 22, \"undo\": {\"possible\": false}}");
	assert_seen(stage, "undone by 22");
	type(stage, "z");
	assert_sent(stage, "");
	assert_seen(stage, "entry 18: undone by 22");
}

static void test_filter(void **state)
{
	struct stage *stage = *state;

	at_audit(stage, SET17 ", " STOP18 ", " RESTART19);
	type(stage, "/workers\r");
	assert_seen(stage, "set web.workers=2");
	assert_unseen(stage, "restart web");
	type(stage, "/\177\177\177\177\177\177\177op@192\r");
	assert_unseen(stage, "set web.workers=2");
	assert_seen(stage, "restart web");
	/* The sessions have a filter of their own. */
	type(stage, "\t");
	assert_seen(stage, "adm (you)");
	type(stage, "\t\033");
	assert_seen(stage, "set web.workers=2");
}

static void page_of(char *out, size_t size, int first, int last)
{
	size_t at = 0;

	at += (size_t)snprintf(out, size, "{\"result\": {\"entries\": [");
	for (int i = first; i <= last; i++)
		at += (size_t)snprintf(out + at, size - at,
		    "%s{\"number\": %d, \"user\": \"adm\", \"words\": \"stop number%d\"}",
		    i > first ? ", " : "", i, i);
	assert_true(at + 4 < size);
	text_format(out + at, size - at, "]}}");
}

/* Older ones are read page after page, none twice, until there are no more. */
static void test_older_pages(void **state)
{
	static char text[65536];
	struct stage *stage = *state;

	be(stage, "admin");
	snapshot_with(stage, QUIET, SESSIONS);
	page_of(text, sizeof text, 201, 250);
	answer(stage, "audit", text);
	stage->sent[0] = '\0';
	type(stage, "9\t");
	assert_sent(stage, "");
	assert_seen(stage, "50 actions, older ones follow");
	type(stage, "G");
	assert_sent(stage, "audit; ");
	assert_string_equal(params_of(stage, "audit"), "{\"before\": 201, \"last\": 100}");
	type(stage, "G"); /* not twice */
	assert_sent(stage, "");
	page_of(text, sizeof text, 101, 200);
	answer(stage, "audit", text);
	assert_seen(stage, "150 actions");
	type(stage, "G");
	assert_string_equal(params_of(stage, "audit"), "{\"before\": 101, \"last\": 100}");
	/* While one reads, somebody does something. */
	audit(stage, "{\"number\": 251, \"user\": \"op\", \"words\": \"start new\"}");
	page_of(text, sizeof text, 90, 100);
	answer(stage, "audit", text);
	stage->sent[0] = '\0';
	assert_seen(stage, "162 actions, all");
	type(stage, "G");
	assert_sent(stage, "");
	assert_seen(stage, "stop number90");
	type(stage, "g");
	assert_seen(stage, "start new");
	assert_seen(stage, "stop number250");
}

/* A filter that lets nothing pass looks through the older ones as well. */
static void test_filter_reads_on(void **state)
{
	static char text[65536];
	struct stage *stage = *state;

	be(stage, "admin");
	snapshot_with(stage, QUIET, SESSIONS);
	page_of(text, sizeof text, 201, 250);
	answer(stage, "audit", text);
	type(stage, "9\t");
	stage->sent[0] = '\0';
	type(stage, "/number42\r");
	assert_sent(stage, "audit; ");
	page_of(text, sizeof text, 101, 200);
	answer(stage, "audit", text);
	assert_sent(stage, "audit; ");
	page_of(text, sizeof text, 30, 100);
	answer(stage, "audit", text);
	assert_sent(stage, "");
	assert_seen(stage, "stop number42");
}

/* After a long absence there may be a hole: the older part is read again. */
static void test_hole(void **state)
{
	static char text[65536];
	struct stage *stage = *state;

	at_audit(stage, SET17 ", " STOP18);
	ui_disconnected(stage->ui, NULL);
	ui_connected(stage->ui);
	be(stage, "admin");
	page_of(text, sizeof text, 301, 350);
	answer(stage, "audit", text);
	snapshot_with(stage, BUSY, SESSIONS);
	stage->sent[0] = '\0';
	type(stage, "G");
	assert_string_equal(params_of(stage, "audit"), "{\"before\": 301, \"last\": 100}");
	assert_unseen(stage, "set web.workers=2");
}

static void test_entry(void **state)
{
	struct stage *stage = *state;

	at_audit(stage, SET17);
	type(stage, "\r");
	assert_seen(stage, "number 17");
	assert_seen(stage, "adm@192.0.2.7");
	assert_seen(stage, "What it changed");
	assert_seen(stage, "web.workers  1 -> 2");
	assert_seen(stage, "What undoing it would change");
	assert_seen(stage, "web.workers  2 -> 1");
	assert_seen(stage, "z = steward set web.workers=1");
	at_every_size(stage);
	type(stage, "y");
	assert_int_equal(ui_wants(stage->ui), UI_COPY);
	assert_string_equal(stage->ui->copy, "steward --home /srv/home set web.workers=1");
	free(stage->ui->copy);
	stage->ui->copy = NULL;
	type(stage, "z");
	assert_string_equal(params_of(stage, "undo"), "{\"dry_run\": true, \"entry\": 17}");
	type(stage, "\033\033");
	assert_seen(stage, "[Audit]");
}

/* ---- Undoing ---- */

#define DRY_START                                                    \
	"{\"result\": {\"services\": [" SERVICE("web", "stopped", 9, \
	    0) "], \"audit\": null, "                                \
	       "\"entry\": 18, \"words\": \"start web\"}}"
#define DRY_STOP                                                                              \
	"{\"result\": {\"services\": [" BUSY "], \"audit\": null, \"entry\": 19, \"words\": " \
	"\"stop web\"}}"
#define DRY_SET                                                                             \
	"{\"result\": {\"changes\": [{\"name\": \"web.workers\", \"old\": \"2\", \"new\": " \
	"\"1\"}], \"services\": [" BUSY "], \"entry\": 17, \"words\": \"set web.workers=1\"}}"

static void test_reversible_at_once(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", STOP18);
	type(stage, "z"); /* from Home */
	assert_sent(stage, "undo; ");
	assert_string_equal(params_of(stage, "undo"), "{\"dry_run\": true}");
	answer(stage, "undo", DRY_START);
	/* The second request names the entry that was told. */
	assert_sent(stage, "undo; ");
	assert_string_equal(params_of(stage, "undo"), "{\"entry\": 18}");
	assert_seen(stage, "undo 18: under way");
	answer(stage, "undo",
	    "{\"result\": {\"services\": [" SERVICE("web", "running", 10,
		0) "], \"entry\": 18, "
		   "\"words\": \"start web\", \"audit\": 21}}");
	assert_seen(stage, "undone: start web");
	/* And what would come next is told. */
	assert_string_equal(params_of(stage, "undo"), "{\"dry_run\": true}");
	answer(stage, "undo", DRY_SET);
	no_overlay(stage);
	assert_seen(stage, "z would now undo entry 17: set web.workers=1");
}

static void test_nothing_more(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", STOP18);
	type(stage, "z");
	answer(stage, "undo", DRY_START);
	answer(stage, "undo", "{\"result\": {\"services\": [], \"entry\": 18}}");
	answer(stage, "undo",
	    "{\"error\": {\"code\": -32001, \"message\": \"there is nothing that can be taken "
	    "back\"}}");
	assert_seen(stage, "There is nothing more to undo");
}

static void test_nothing_to_undo(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", "");
	type(stage, "z");
	answer(stage, "undo",
	    "{\"error\": {\"code\": -32001, \"message\": \"there is nothing that can be taken "
	    "back\", \"data\": {\"next\": \"steward audit shows what was done\"}}}");
	assert_seen(stage, "nothing that can be taken back");
	no_overlay(stage);
}

static void test_settings_go_on_trial(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin", SET17);
	type(stage, "z");
	answer(stage, "undo", DRY_SET);
	stage->sent[0] = '\0';
	assert_seen(stage, "Undo entry 17?");
	assert_seen(stage, "web.workers  2 -> 1");
	assert_seen(stage, "adm@192.0.2.7 at 1970-01-01 00:10:00");
	assert_seen(stage, "steward --home /srv/home undo 17 --confirm 60");
	at_every_size(stage);
	/* Letters answer nothing, and Enter is Cancel. */
	type(stage, "yuz1");
	assert_sent(stage, "");
	type(stage, "\r");
	assert_sent(stage, "");
	assert_seen(stage, "nothing was undone");
	type(stage, "z");
	answer(stage, "undo", DRY_SET);
	type(stage, "\t\r");
	assert_string_equal(params_of(stage, "undo"), "{\"confirm\": 60, \"entry\": 17}");
	answer(stage, "undo", "{\"result\": {\"trial\": {\"id\": 30}, \"entry\": 17}}");
	assert_seen(stage, "K keeps them");
}

/* A host that tells no changes: words that set are of settings all the same. */
static void test_set_is_never_harmless(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin", "");
	type(stage, "z");
	answer(stage, "undo",
	    "{\"result\": {\"entry\": 5, \"words\": \"set --reset web.root\", \"grade\": "
	    "\"reversible\"}}");
	assert_seen(stage, "Undo on trial (60 s)");
	assert_sent(stage, "undo; ");
}

static void test_disrupting_asks(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", START19);
	type(stage, "z");
	answer(stage, "undo", DRY_STOP);
	assert_sent(stage, "undo; impact web; ");
	assert_string_equal(params_of(stage, "impact"),
	    "{\"action\": \"stop\", \"services\": [\"web\"]}");
	assert_seen(stage, "asking who is connected");
	answer(stage, "impact",
	    "{\"result\": {\"services\": [{\"name\": \"web\", \"connections\": 4, \"clients\": "
	    "{\"columns\": [\"address\"], \"rows\": [[\"192.0.2.9\", \"GET \\u001b/\"]], \"more\": "
	    "3}, \"needed_by\": [\"media\"], \"drain_seconds\": 10}]}}");
	assert_seen(stage, "4 connections are open");
	assert_seen(stage, "192.0.2.9  GET ?/");
	assert_seen(stage, "media");
	assert_seen(stage, "Drain 10 s, then undo");
	at_every_size(stage);
	type(stage, "\t\r");
	assert_string_equal(params_of(stage, "undo"), "{\"drain\": 10, \"entry\": 19}");
	answer(stage, "undo", "{\"result\": {\"entry\": 19}}");
	answer(stage, "undo", "{\"error\": {\"code\": -32001, \"message\": \"nothing\"}}");
	type(stage, "z");
	answer(stage, "undo", DRY_STOP);
	answer(stage, "impact", "{\"error\": {\"code\": -32601, \"message\": \"no such method\"}}");
	assert_seen(stage, "no such method");
	type(stage, "\t\r");
	assert_string_equal(params_of(stage, "undo"), "{\"entry\": 19}");
}

/* The answers change places when the impact comes: what Enter gives is harmless. */
static void test_impact_moves_the_focus_back(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", START19);
	type(stage, "z");
	answer(stage, "undo", DRY_STOP);
	type(stage, "\t");
	answer(stage, "impact",
	    "{\"result\": {\"services\": [{\"name\": \"web\", \"connections\": 4, "
	    "\"drain_seconds\": 10}]}}");
	stage->sent[0] = '\0';
	type(stage, "\r");
	assert_sent(stage, "");
	assert_seen(stage, "nothing was undone");
}

/* An impact that comes for a question that was closed is nobody's. */
static void test_impact_too_late(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin", START19);
	type(stage, "z");
	answer(stage, "undo", DRY_STOP);
	type(stage, "\033");
	type(stage, "z");
	answer(stage, "undo", DRY_SET);
	answer(stage, "impact",
	    "{\"result\": {\"services\": [{\"name\": \"web\", \"connections\": 4}]}}");
	assert_unseen(stage, "4 connections");
	assert_seen(stage, "web.workers  2 -> 1");
}

/* A grade that nobody told is taken for the worst. */
static void test_unknown_grade_asks(void **state)
{
	struct stage *stage = *state;

	begin(stage, "operator", "");
	type(stage, "z");
	answer(stage, "undo",
	    "{\"result\": {\"services\": [" BUSY "], \"entry\": 4, \"words\": \"frob web\"}}");
	assert_seen(stage, "Undo entry 4?");
	assert_sent(stage, "undo; impact web; ");
}

static void test_stale(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin", SET17 ", " SET18);
	type(stage, "9\tjz");
	assert_string_equal(params_of(stage, "undo"), "{\"dry_run\": true, \"entry\": 17}");
	answer(stage, "undo",
	    "{\"error\": {\"code\": -32006, \"message\": \"entry 17 cannot be taken back: "
	    "web.workers has been changed since: it is 4\", \"data\": {\"next\": \"undo entry 18 "
	    "first\"}}}");
	assert_seen(stage, "Not undone");
	assert_seen(stage, "web.workers has been changed since");
	assert_seen(stage, "since then  op@192.0.2.7 at 1970-01-01 00:10:00: steward set");
	assert_seen(stage, "undo entry 18 first");
	at_every_size(stage);
	stage->sent[0] = '\0';
	type(stage, "\r");
	assert_sent(stage, "");
	no_overlay(stage);
}

/* Whoever types is not taken by surprise. */
static void test_answer_while_typing(void **state)
{
	struct stage *stage = *state;

	begin(stage, "admin", SET17);
	type(stage, "z/w");
	answer(stage, "undo", DRY_SET);
	type(stage, "e\t\r");
	assert_string_equal(params_of(stage, "undo"), "{\"dry_run\": true}");
	assert_unseen(stage, "Undo entry 17?");
	assert_seen(stage, "is asked about first: z again");
}

static void test_who_may_not(void **state)
{
	struct stage *stage = *state;

	begin(stage, "viewer", STOP18);
	type(stage, "z");
	assert_sent(stage, "");
	assert_seen(stage, "you are viewer");
	ui_disconnected(stage->ui, NULL);
	type(stage, "\033");
	type(stage, "z");
	assert_sent(stage, "");
	assert_seen(stage, "nothing is undone without a connection");
}

static void test_broken_answers(void **state)
{
	static const char *const answers[] = { "{\"result\": {}}", "{\"result\": 5}",
		"{\"result\": {\"entry\": \"x\", \"words\": []}}",
		"{\"result\": {\"entry\": 4, \"words\": 4}}" };
	struct stage *stage = *state;

	begin(stage, "admin", "");
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		type(stage, "z");
		stage->sent[0] = '\0';
		answer(stage, "undo", answers[i]);
		assert_sent(stage, "");
		no_overlay(stage);
		assert_seen(stage, "did not say what it would undo");
	}
	/* The connection breaks with the question open. */
	type(stage, "z");
	answer(stage, "undo", DRY_SET);
	ui_disconnected(stage->ui, NULL);
	stage->broken = true;
	type(stage, "\t\r");
	assert_seen(stage, "not sent");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_begin, stage_end)
	const struct CMUnitTest tests[] = {
		TEST(test_sessions),
		TEST(test_hostile_sessions),
		TEST(test_audit_newest_first),
		TEST(test_filter),
		TEST(test_older_pages),
		TEST(test_filter_reads_on),
		TEST(test_hole),
		TEST(test_entry),
		TEST(test_reversible_at_once),
		TEST(test_nothing_more),
		TEST(test_nothing_to_undo),
		TEST(test_settings_go_on_trial),
		TEST(test_set_is_never_harmless),
		TEST(test_disrupting_asks),
		TEST(test_impact_moves_the_focus_back),
		TEST(test_impact_too_late),
		TEST(test_unknown_grade_asks),
		TEST(test_stale),
		TEST(test_answer_while_typing),
		TEST(test_who_may_not),
		TEST(test_broken_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
