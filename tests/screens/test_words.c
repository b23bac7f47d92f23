/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words on the screen: the palette, typed lines, the command lines that `!` shows,
 * and keys that the person has changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "console/entries.h"
#include "console/line.h"
#include "data/text.h"
#include "tests/screens/stage.h"

#define DNS SERVICE("dns", "stopped", 4, 0)
#define SCHEMA                                                                            \
	"{\"result\": {\"host\": {\"name\": \"host\", \"settings\": [{\"name\": "         \
	"\"host.name\", \"help\": \"its name\"}]}, \"services\": [{\"name\": \"web\", "   \
	"\"settings\": [{\"name\": \"web.root\", \"help\": \"the folder \\u001b[2J\"}], " \
	"\"tables\": [{\"name\": \"connections\", \"help\": \"who is connected\"}], "     \
	"\"commands\": [{\"pattern\": \"cache flush\", \"help\": \"forget files\", "      \
	"\"grade\": \"reversible\"}, {\"pattern\": \"disconnect <address>\", \"help\": "  \
	"\"end connections\", \"grade\": \"disrupts\"}, {\"pattern\": \"wipe\", "         \
	"\"help\": \"delete all\", \"grade\": \"destroys\"}]}]}}"

/* Two services, the first one selected, and what the host can do. */
static int begin(void **state)
{
	if (stage_begin(state) != 0)
		return -1;
	struct stage *stage = *state;
	int last = stage->last_id;

	stage->last_id = 3; /* describe */
	say(stage, SCHEMA);
	stage->last_id = last;
	snapshot(stage, BUSY ", " DNS);
	return 0;
}

/* ---- The palette ---- */

/* Keys of every page are offered on pages that do not speak of them, too. */
static void test_keys_of_every_page(void **state)
{
	static const char *const queries[] = { "keep the settings", "undo the newest",
		"show the staged", "what was set before", "edit steward.conf itself",
		"go where the verdict" };
	struct stage *stage = *state;

	for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
		type(stage, ":");
		type(stage, queries[i]);
		assert_seen(stage, queries[i]);
		assert_unseen(stage, "not on this page");
		type(stage, "\033");
	}
	type(stage, ":");
	type(stage, "hide the selected alert");
	assert_seen(stage, "not on this page");
	type(stage, "\033");
	type(stage, "?");
	type(stage, "G");
	assert_seen(stage, "bring back the settings before the trial");
}

static void test_opens_and_closes(void **state)
{
	struct stage *stage = *state;

	type(stage, ":");
	assert_seen(stage, "What is to be done?");
	assert_seen(stage, "start web");
	type(stage, "x"); /* a letter, not the key */
	assert_seen(stage, ": x");
	type(stage, "\033");
	assert_unseen(stage, "What is to be done?");
	type(stage, "\020"); /* Ctrl-P */
	assert_seen(stage, "What is to be done?");
	type(stage, "\003");
	assert_unseen(stage, "What is to be done?");
	assert_sent(stage, "");
}

/* On an empty line the selected service comes first, with its keys. */
static void test_selected_first(void **state)
{
	struct stage *stage = *state;

	type(stage, ":");
	const char *web = strstr(stage->drawn, "stop web"), *dns = strstr(stage->drawn, "stop dns");

	assert_non_null(web);
	assert_true(dns == NULL || dns > web);
	assert_non_null(strstr(stage->drawn, "it is running")); /* why start web cannot be */
}

static void test_finds_by_letters(void **state)
{
	struct stage *stage = *state;

	type(stage, ":sta dn");
	assert_seen(stage, "start dns");
	type(stage, "\r");
	assert_sent(stage, "start dns 4; ");
	assert_unseen(stage, "What is to be done?");
}

/* By the palette as by the key: the same question. */
static void test_asks_as_the_key_does(void **state)
{
	struct stage *stage = *state;

	type(stage, ":stop web\r");
	assert_sent(stage, "impact web; ");
	assert_seen(stage, "Stop web?");
	type(stage, "\033");
	assert_sent(stage, "");
}

static void test_refused_entry(void **state)
{
	struct stage *stage = *state;

	type(stage, ":resume web");
	assert_seen(stage, "not quarantined");
	type(stage, "\r");
	assert_sent(stage, "");
	assert_seen(stage, "What is to be done?");
}

static void test_pages_and_keys(void **state)
{
	struct stage *stage = *state;

	type(stage, ":go log\r");
	assert_seen(stage, "following");
	type(stage, ":mouse on\r");
	assert_int_equal(ui_wants(stage->ui) & UI_MOUSE, UI_MOUSE);
	type(stage, ":go to dns\r");
	assert_string_equal(stage->ui->selected, "dns");
	assert_ptr_equal(ui_view(stage->ui), &view_service);
}

static void test_tab_completes(void **state)
{
	struct stage *stage = *state;

	type(stage, ":set roo\t");
	assert_seen(stage, ": set web.root=");
	type(stage, "/srv/www\r");
	assert_sent(stage, "set; ");
	say(stage,
	    "{\"result\": {\"changes\": [{\"name\": \"web.root\", \"old\": \"/a\", \"new\": "
	    "\"/srv/www\"}], \"services\": []}}");
	assert_seen(stage, "web.root  /a  ->  /srv/www");
	type(stage, ":log web --gr\t");
	assert_seen(stage, ": log web --grep ");
}

/* What needs more words fills the line and stays open. */
static void test_entry_that_needs_more(void **state)
{
	struct stage *stage = *state;

	type(stage, ":disconnect\r");
	assert_seen(stage, ": do web disconnect ");
	assert_sent(stage, "");
	type(stage, "10.0.0.2\r");
	/* The question that the service's menu asks. */
	assert_seen(stage, "disconnect 10.0.0.2");
	assert_unseen(stage, "What is to be done?");
	stage->sent[0] = '\0';
	type(stage, "\r"); /* Enter is Cancel */
	assert_sent(stage, "");
	type(stage, ":do web disconnect 10.0.0.2\r");
	stage->sent[0] = '\0';
	type(stage, "\t\r");
	assert_sent(stage, "do 7; ");
}

static void test_own_commands_by_grade(void **state)
{
	struct stage *stage = *state;

	type(stage, ":cache flush\r");
	assert_sent(stage, "do 7; ");
	say(stage, "{\"result\": {\"columns\": [], \"rows\": []}}");
	type(stage, ":do web wipe\r");
	assert_unseen(stage, "What is to be done?");
	stage->sent[0] = '\0';
	type(stage, "\r\r"); /* the answer is guarded, Cancel is not */
	assert_sent(stage, "");
}

static void test_typed_line(void **state)
{
	struct stage *stage = *state;

	type(stage, ":steward --home /srv/home stop web dns --drain 30\r");
	assert_seen(stage, "Run stop web dns --drain 30?");
	assert_seen(stage, "web is RUNNING; 3 connections are open.");
	assert_seen(stage, "dns is STOPPED");
	assert_seen(stage, "steward --home /srv/home stop web dns --drain 30");
	assert_sent(stage, "");
	type(stage, "\t\r");
	assert_sent(stage, "stop web 0; "); /* both generations, by name */
	/* Without options as several that are marked. */
	type(stage, ":stop web dns web\r");
	assert_seen(stage, "Stop 2 services?");
	assert_seen(stage, "RUNNING, 3 connected");
	stage->sent[0] = '\0';
	type(stage, "\t\t\r");
	assert_sent(stage, "stop web 0; ");
	type(stage, ":stop web nosuch\r");
	assert_seen(stage, "there is no service \"nosuch\"");
	type(stage, "\033");
	type(stage, ":log dns --follow\r");
	assert_seen(stage, "following");
}

static void test_mistake_leaves_the_line(void **state)
{
	struct stage *stage = *state;

	type(stage, ":stop web --hard\r");
	assert_sent(stage, "");
	assert_seen(stage, ": stop web --hard");
	assert_seen(stage, "usage: steward stop");
	type(stage, "\025"); /* Ctrl-U */
	type(stage, "\033");
	type(stage, ":stop nosuch\r");
	assert_seen(stage, "there is no service \"nosuch\"");
	assert_seen(stage, ": stop nosuch");
	type(stage, "\033");
	type(stage, ":completion bash\r");
	assert_seen(stage, "this is for a shell");
}

static void test_answer_is_shown(void **state)
{
	struct stage *stage = *state;

	type(stage, ":get web.root\r");
	assert_sent(stage, "get; ");
	say(stage,
	    "{\"result\": {\"settings\": [{\"name\": \"web.root\", \"value\": \"/srv/\\u009bx\", "
	    "\"help\": \"the \\u202efolder\"}]}}");
	assert_ptr_equal(ui_view(stage->ui), &view_result);
	assert_seen(stage, "get web.root");
	assert_seen(stage, "/srv/?x");
	assert_seen(stage, "the ?folder");
	type(stage, "\033");
	type(stage, ":help stop\r");
	assert_seen(stage, "usage: steward stop");
	assert_sent(stage, "");
}

static void test_failure_is_told(void **state)
{
	struct stage *stage = *state;

	type(stage, ":metrics\r");
	say(stage, "{\"error\": {\"code\": -32001, \"message\": \"too many readers\"}}");
	assert_seen(stage, "too many readers");
	stage->broken = true;
	type(stage, ":metrics\r");
	assert_seen(stage, "not sent");
}

static void test_recent_first(void **state)
{
	struct stage *stage = *state;

	type(stage, ":list conn\r");
	assert_sent(stage, "list; ");
	say(stage, "{\"result\": {\"columns\": [\"a\"], \"rows\": []}}");
	type(stage, ":");
	const char *recent = strstr(stage->drawn, "list web connections");
	const char *first = strstr(stage->drawn, "start web");

	assert_non_null(recent);
	assert_true(first == NULL || recent < first);
}

/* Every entry does something, and its words are a command line. */
static void test_every_entry_parses(void **state)
{
	struct stage *stage = *state;
	struct entries entries;
	size_t lines = 0, more = 0, keys = 0, views = 0;

	entries_fill(stage->ui, &entries);
	for (size_t i = 0; i < entries.count; i++) {
		const struct entry *e = &entries.list[i];
		struct fault fault = { 0 };
		struct line line;
		char text[512];

		assert_true((e->line != NULL) + (e->press != 0) + (e->view != NULL) == 1);
		lines += e->line != NULL;
		keys += e->press != 0;
		views += e->view != NULL;
		if (e->line == NULL)
			continue;
		more += e->more;
		text_format(text, sizeof text, "%s%s", e->line, e->more ? "x=y" : "");
		/* A pattern may want two words more. */
		if (e->more && !line_type(text, "/srv/home", &line, &fault)) {
			line_clear(&line);
			text_format(text, sizeof text, "%sx=y 5m", e->line);
		} else if (e->more) {
			line_clear(&line);
		}
		if (!line_type(text, "/srv/home", &line, &fault))
			fail_msg("%s: %s (%s)", text, fault.text, fault.next);
		line_clear(&line);
		assert_null(strchr(e->detail, '\033'));
	}
	assert_true(lines > 20 && more >= 3 && keys > 10 && views > 2);
	entries_clear(&entries);
}

/* ---- The command lines of what can be done here ---- */

static void test_commands_are_command_lines(void **state)
{
	struct stage *stage = *state;
	int copied = 0;

	type(stage, "!");
	assert_seen(stage, "steward --home /srv/home restart web");
	assert_seen(stage, "steward --home /srv/home list web connections");
	type(stage, "\033[H"); /* Home */
	for (int i = 0; i < 40; i++) {
		struct fault fault = { 0 };
		struct line line;

		type(stage, "y");
		assert_non_null(stage->ui->copy);
		assert_int_equal(ui_wants(stage->ui) & UI_COPY, UI_COPY);
		assert_seen(stage, "to the terminal's clipboard: steward");
		if (!line_type(stage->ui->copy, "/srv/home", &line, &fault))
			fail_msg("%s: %s", stage->ui->copy, fault.text);
		line_clear(&line);
		copied++;
		type(stage, "!");
		for (int down = 0; down <= i; down++)
			type(stage, "j");
	}
	assert_int_equal(copied, 40);
	type(stage, "\033");
	assert_sent(stage, "");
}

static void test_key_selects_its_line(void **state)
{
	struct stage *stage = *state;

	type(stage, "!R");
	assert_sent(stage, ""); /* it does not act */
	type(stage, "\r");
	assert_string_equal(stage->ui->copy, "steward --home /srv/home restart web");
	type(stage, "!q");
	assert_unseen(stage, "As commands");
}

/* ---- Keys of the person's own ---- */

static void test_changed_keys(void **state)
{
	struct stage *stage = *state;
	struct look *look = look_load("/nonexistent/console.conf");
	struct fault fault;

	assert_true(look_set(look, "keys.restart", "#", &fault));
	assert_true(look_set(look, "keys.palette", ";", &fault));
	assert_true(look_set(look, "keys.follow", "F", &fault));
	stage->ui->port.look = look;
	ui_look(stage->ui);
	type(stage, "R"); /* given away */
	assert_unseen(stage, "Restart web?");
	assert_seen(stage, "# Restart"); /* the footer */
	type(stage, "#");
	assert_seen(stage, "Restart web?");
	type(stage, "\033");
	type(stage, "m");
	const char *row = strstr(stage->drawn, "Restart...");

	assert_non_null(row);
	assert_non_null(memchr(row, '#', 60)); /* the menu */
	type(stage, "\033");
	type(stage, ";restart web");
	assert_seen(stage, "What is to be done?");
	row = strstr(stage->drawn, "> restart web  ");
	assert_non_null(row);
	assert_non_null(memchr(row, '#', 90)); /* the palette */
	type(stage, "\033");
	type(stage, ":");
	assert_unseen(stage, "What is to be done?");
	type(stage, "?");
	assert_seen(stage, "#                 stop services and start them again");
	type(stage, "\033");
	type(stage, "5?");
	assert_seen(stage, "F "); /* of the page Logs */
	look_free(look);
	stage->ui->port.look = NULL;
}

/* ---- The form of the screen's settings ---- */

static void test_screen_settings(void **state)
{
	struct stage *stage = *state;
	char path[] = "/tmp/steward-words-XXXXXX", file[64], command[64];
	struct fault fault;

	assert_non_null(mkdtemp(path));
	text_format(file, sizeof file, "%s/console.conf", path);
	struct look *look = look_load(file);

	stage->ui->port.look = look;
	ui_look(stage->ui);
	ui_wants(stage->ui);
	type(stage, ",");
	assert_seen(stage, "colours");
	assert_seen(stage, "auto");
	/* Down to "look", and the next choice: tried at once. */
	type(stage, "j\033[C");
	assert_string_equal(look_text(look, "look"), "light");
	assert_int_equal(ui_wants(stage->ui) & UI_LOOK, UI_LOOK);
	assert_seen(stage, "changed and not saved");
	/* A key that another has: refused beside the field, nothing changes. */
	type(stage, "jjjjj"); /* start */
	assert_seen(stage, "start");
	type(stage, "\r\025x\r");
	assert_seen(stage, "given to both");
	type(stage, "\033");
	assert_true(look->unsaved);
	type(stage, "o");
	assert_seen(stage, "saved to");
	assert_false(look->unsaved);
	struct look *again = look_load(file);

	assert_string_equal(again->fault.text, "");
	assert_string_equal(look_text(again, "look"), "light");
	look_free(again);
	type(stage, "\033");
	assert_true(look_set(look, "screen.look", NULL, &fault));
	stage->ui->port.look = NULL;
	look_free(look);
	text_format(command, sizeof command, "rm -r %s", path);
	assert_int_equal(system(command), 0);
}

/* What is typed into a field is text, whatever the keys are. */
static void test_typing_is_not_translated(void **state)
{
	struct stage *stage = *state;
	struct look *look = look_load("/nonexistent/console.conf");
	struct fault fault;

	assert_true(look_set(look, "keys.undo", "7", &fault) == false);
	assert_true(look_set(look, "keys.undo", "U", &fault));
	stage->ui->port.look = look;
	ui_look(stage->ui);
	type(stage, ",");
	for (int i = 0; i < 6; i++)
		type(stage, "j");
	type(stage, "\r\025U\r"); /* start: "U", which undo has, and not the "z" it stands for */
	assert_seen(stage, "\"U\" is given to both");
	look_free(look);
	stage->ui->port.look = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_opens_and_closes, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_keys_of_every_page, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_selected_first, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_finds_by_letters, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_asks_as_the_key_does, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_refused_entry, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_pages_and_keys, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_tab_completes, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_entry_that_needs_more, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_own_commands_by_grade, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_typed_line, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_mistake_leaves_the_line, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_answer_is_shown, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_failure_is_told, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_recent_first, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_every_entry_parses, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_commands_are_command_lines, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_key_selects_its_line, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_changed_keys, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_screen_settings, begin, stage_end),
		cmocka_unit_test_setup_teardown(test_typing_is_not_translated, begin, stage_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
