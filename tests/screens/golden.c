/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole screens without terminal and host: fixtures and typed bytes go in, the
 * memory canvas comes out and is compared with expected/CASE.SIZE.txt. After a
 * change that was meant: GENERATE=1 make check TESTS=tests/screens/golden,
 * and then read what git diff shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "console/ui.h"
#include "data/clock.h"
#include "data/file.h"
#include "data/memory.h"
#include "data/text.h"

enum verb {
	DONE,
	LOAD,   /* a fixture: its snapshot and its journal arrive */
	KEYS,   /* bytes as a terminal sends them */
	WAIT,   /* milliseconds pass */
	LOSE,   /* the connection breaks; the reason */
	ANSWER, /* to the newest request: a JSON object, result or error */
};

struct step {
	enum verb verb;
	const char *text;
};

struct scene {
	const char *name;
	struct step steps[10];
	bool styles; /* the styles are compared as well */
};

#define DOWN "\033[B"
#define UP "\033[A"
#define ENTER "\r"
#define ESC "\033"

static const struct scene scenes[] = {
	{ "healthy", { { LOAD, "healthy" } }, true },
	{ "connecting", { { DONE, NULL } }, false },
	{ "failed", { { LOAD, "failed" } }, true },
	{ "hung", { { LOAD, "hung" } }, false },
	{ "quarantined", { { LOAD, "quarantined" } }, true },
	{ "crash", { { LOAD, "crash" } }, true },
	{ "crash-put-away", { { LOAD, "crash" }, { KEYS, ESC }, { WAIT, "50" } }, false },
	{ "settings-fault", { { LOAD, "settings" } }, false },
	{ "many", { { LOAD, "many" } }, false },
	{ "many-end", { { LOAD, "many" }, { KEYS, "G" } }, false },
	{ "filter", { { LOAD, "many" }, { KEYS, "/ma" } }, true },
	{ "filter-set", { { LOAD, "many" }, { KEYS, "/ma" ENTER DOWN } }, false },
	{ "filter-empty", { { LOAD, "many" }, { KEYS, "/zzz" ENTER } }, false },
	{ "menu", { { LOAD, "healthy" }, { KEYS, "m" } }, true },
	{ "menu-stopped", { { LOAD, "stopped" }, { KEYS, "\033[20~" } }, false },
	{ "dialog-stop", { { LOAD, "healthy" }, { KEYS, "x" } }, true },
	{ "dialog-restart-hung", { { LOAD, "hung" }, { KEYS, "R\t" } }, false },
	{ "dialog-reload",
	    { { LOAD, "healthy" }, { KEYS, "r" },
		{ ANSWER,
		    "{\"error\": {\"code\": -32007, \"message\": \"web.workers has changed, "
		    "which needs a restart of web: 3 connected\", \"data\": {\"exit\": 1}}}" } },
	    false },
	{ "dialog-stale", { { LOAD, "healthy" }, { KEYS, "x" }, { LOAD, "failed" } }, false },
	{ "cancelled", { { LOAD, "healthy" }, { KEYS, "x" ENTER } }, false },
	{ "stopping", { { LOAD, "healthy" }, { KEYS, "x\t" ENTER }, { WAIT, "3200" } }, false },
	{ "stopped-toast",
	    { { LOAD, "healthy" }, { KEYS, "x\t" ENTER }, { LOAD, "stopped" },
		{ ANSWER, "{\"result\": {\"services\": []}}" } },
	    true },
	{ "refused",
	    { { LOAD, "healthy" }, { KEYS, "r" },
		{ ANSWER,
		    "{\"error\": {\"code\": "
		    "-32004, \"message\": \"reload needs the role operator; guest has the role "
		    "viewer\", \"data\": {\"exit\": 4, \"next\": \"ask an admin of this machine to "
		    "add you to the group steward-operator\"}}}" } },
	    false },
	{ "not-possible", { { LOAD, "healthy" }, { KEYS, "s" } }, false },
	{ "help", { { LOAD, "healthy" }, { KEYS, "?" } }, true },
	{ "help-log", { { LOAD, "healthy" }, { KEYS, "l\033OP" } }, false },
	{ "service", { { LOAD, "healthy" }, { KEYS, ENTER } }, true },
	{ "service-failed", { { LOAD, "failed" }, { KEYS, ENTER } }, false },
	{ "log",
	    { { LOAD, "journal" }, { KEYS, "l" },
		{ ANSWER,
		    "{\"result\": {\"records\": "
		    "[{\"time\": \"2026-02-28T09:00:00.000Z\", \"level\": \"notice\", \"service\": "
		    "\"web\", \"subject\": \"start\", \"text\": \"yesterday's line\"}]}}" } },
	    true },
	{ "log-scrolled", { { LOAD, "journal" }, { KEYS, "l" UP UP }, { LOAD, "more" } }, false },
	{ "log-filter", { { LOAD, "journal" }, { KEYS, "l/warn" } }, false },
	{ "log-no-match", { { LOAD, "journal" }, { KEYS, "l/zzz" ENTER } }, false },
	{ "log-wrapped", { { LOAD, "journal" }, { KEYS, "lw" } }, false },
	{ "log-all", { { LOAD, "journal" }, { KEYS, "L" } }, false },
	{ "disconnected",
	    { { LOAD, "healthy" }, { LOSE, "stewardd is not running for /srv/home" },
		{ WAIT, "12000" } },
	    true },
	{ "old-figures", { { LOAD, "healthy" }, { WAIT, "9000" } }, false },
	{ "no-services", { { LOAD, "none" } }, false },
	{ "long-names", { { LOAD, "long" } }, false },
	{ "wide-characters", { { LOAD, "wide" } }, true },
	{ "hostile", { { LOAD, "hostile" } }, false },
	{ "hostile-log", { { LOAD, "hostile" }, { KEYS, "L" } }, false },
	{ "paste", { { LOAD, "healthy" }, { KEYS, "\033[200~xRq\r\033[201~" } }, false },
	{ "viewer", { { ANSWER, "{\"result\": {}}" }, { LOAD, "healthy" } }, false },
};

static const struct {
	int rows, cols;
	const char *name;
} sizes[] = {
	{ 24, 80, "80x24" },
	{ 45, 160, "160x45" },
	{ 12, 40, "40x12" },
};

#define START_US INT64_C(1772373731000000) /* 2026-03-01T14:02:11Z */
#define START_MS INT64_C(5000000)

struct stage {
	struct ui *ui;
	struct keys *keys;
	int64_t ms;
	int last_id;
};

static int stage_send(void *arg, const char *method, json_t *params)
{
	struct stage *stage = arg;

	(void)method;
	json_decref(params);
	return ++stage->last_id;
}

static void stage_key(void *arg, const struct key *key)
{
	ui_key(((struct stage *)arg)->ui, key);
}

static void path_of(char *out, size_t size, const char *folder, const char *name)
{
	const char *top = getenv("srcdir");

	assert_true(text_format(out, size, "%s/tests/screens/%s/%s", top != NULL ? top : ".",
	    folder, name));
}

static void message(struct stage *stage, const char *method, json_t *params)
{
	json_t *whole =
	    json_pack("{s:s, s:s, s:O}", "jsonrpc", "2.0", "method", method, "params", params);

	ui_message(stage->ui, whole);
	json_decref(whole);
}

static void load(struct stage *stage, const char *name)
{
	char file[64], path[512];
	json_error_t error;

	text_format(file, sizeof file, "%s.json", name);
	path_of(path, sizeof path, "fixtures", file);
	json_t *fixture = json_load_file(path, JSON_ALLOW_NUL, &error);

	if (fixture == NULL)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	json_t *snapshot = json_object_get(fixture, "snapshot");
	json_t *journal = json_object_get(fixture, "journal");

	if (journal != NULL) {
		json_t *params = json_pack("{s:O}", "records", journal);

		message(stage, "journal", params);
		json_decref(params);
	}
	if (snapshot != NULL)
		message(stage, "snapshot", snapshot);
	json_decref(fixture);
}

static void pass(struct stage *stage, int64_t ms)
{
	stage->ms += ms;
	ui_time(stage->ui, START_MS + stage->ms, START_US + stage->ms * 1000);
	keys_tick(stage->keys, START_MS + stage->ms, stage_key, stage);
}

static void play(struct stage *stage, const struct step *step)
{
	struct fault fault;
	json_t *answer;

	switch (step->verb) {
	case LOAD:
		load(stage, step->text);
		break;
	case KEYS:
		keys_feed(stage->keys, step->text, strlen(step->text), START_MS + stage->ms,
		    stage_key, stage);
		break;
	case WAIT:
		pass(stage, strtol(step->text, NULL, 10));
		break;
	case LOSE:
		fault_set(&fault, FAULT_NOT_RUNNING, "%s", step->text);
		fault_next(&fault, "start it with: stewardd --home /srv/home");
		ui_disconnected(stage->ui, &fault);
		break;
	case ANSWER:
		answer = json_loads(step->text, 0, NULL);
		assert_non_null(answer);
		json_object_set_new(answer, "id", json_integer(stage->last_id));
		ui_message(stage->ui, answer);
		json_decref(answer);
		break;
	case DONE:
		break;
	}
}

static void run_scene(struct stage *stage, const struct scene *scene)
{
	struct ui_port port = { .arg = stage, .send = stage_send, .home = "/srv/home" };

	*stage = (struct stage){ .ui = ui_new(&port), .keys = keys_new(true, 40) };
	pass(stage, 0);
	ui_connected(stage->ui);
	/* A view learns its size by being drawn, as it does on a terminal. */
	for (size_t i = 0; i < 10 && scene->steps[i].verb != DONE; i++) {
		struct canvas *canvas = canvas_new(24, 80, false);

		ui_draw(stage->ui, canvas);
		canvas_free(canvas);
		play(stage, &scene->steps[i]);
	}
}

static void end_scene(struct stage *stage)
{
	ui_free(stage->ui);
	keys_free(stage->keys);
}

static void print_canvas(FILE *out, const char *title, char *text, int cols)
{
	fprintf(out, "== %s", title);
	for (int i = (int)strlen(title) + 3; i < cols; i++)
		fputc('=', out);
	fprintf(out, "\n%s", text);
	free(text);
}

/* The case at one size: UTF-8, ASCII, and the styles if asked for. */
static char *render(const struct scene *scene, size_t size)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	for (int ascii = 0; ascii < 2; ascii++) {
		struct canvas *canvas = canvas_new(sizes[size].rows, sizes[size].cols, ascii != 0);
		struct stage stage;

		run_scene(&stage, scene);
		ui_draw(stage.ui, canvas);
		/* Twice: drawing changes nothing that drawing shows. */
		char *first = canvas_text(canvas);

		ui_draw(stage.ui, canvas);
		char *again = canvas_text(canvas);

		assert_string_equal(first, again);
		free(again);
		print_canvas(out, ascii ? "ASCII " : "UTF-8 ", first, sizes[size].cols);
		if (ascii && scene->styles)
			print_canvas(out, "STYLES ", canvas_styles(canvas), sizes[size].cols);
		if (ascii)
			fprintf(out, "== cursor %d,%d\n", canvas->cursor_row, canvas->cursor_col);
		canvas_free(canvas);
		end_scene(&stage);
	}
	fclose(out);
	return text;
}

static void first_difference(const char *path, const char *expected, const char *found)
{
	int line = 1;

	while (*expected != '\0' && *expected == *found) {
		line += *expected == '\n';
		expected++;
		found++;
	}
	fail_msg("%s:%d: expected from there on\n%.300s\nfound\n%.300s", path, line, expected,
	    found);
}

static void check_size(const struct scene *scene, size_t size)
{
	char file[96], path[512];
	struct fault fault;
	char *found = render(scene, size);

	text_format(file, sizeof file, "%s.%s.txt", scene->name, sizes[size].name);
	path_of(path, sizeof path, "expected", file);
	if (getenv("GENERATE") != NULL) {
		if (!file_replace(path, found, strlen(found), 0644, &fault))
			fail_msg("%s", fault.text);
		free(found);
		return;
	}
	char *expected = file_read(path, 1 << 20, NULL, &fault);

	if (expected == NULL)
		fail_msg("%s", fault.text);
	if (strcmp(expected, found) != 0)
		first_difference(path, expected, found);
	free(expected);
	free(found);
}

static void test_scene(void **state)
{
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		check_size(*state, i);
}

/* Every size from nothing to large draws without touching what is outside, and
 * ASCII screens hold ASCII only. */
static void test_every_size(void **state)
{
	const struct scene *scene = *state;
	struct stage stage;

	run_scene(&stage, scene);
	for (int rows = 1; rows < 60; rows += rows < 30 ? 1 : 7)
		for (int cols = 1; cols < 200; cols += cols < 50 ? 3 : 17) {
			struct canvas *canvas = canvas_new(rows, cols, true);

			ui_draw(stage.ui, canvas);
			char *text = canvas_text(canvas);

			for (const char *at = text; *at != '\0'; at++)
				assert_true(*at == '\n' || (*at >= ' ' && *at <= '~'));
			assert_in_range(canvas->cursor_row, 0, rows - 1);
			assert_in_range(canvas->cursor_col, 0, cols - 1);
			free(text);
			canvas_free(canvas);
		}
	end_scene(&stage);
}

int main(void)
{
	enum { SCENES = sizeof scenes / sizeof scenes[0] };
	struct CMUnitTest tests[2 * SCENES];

	setenv("TZ", "UTC", 1);
	tzset();
	if (setlocale(LC_ALL, "C.UTF-8") == NULL) {
		fprintf(stderr, "the locale C.UTF-8 is missing\n");
		return 1;
	}
	for (size_t i = 0; i < SCENES; i++) {
		tests[2 * i] = (struct CMUnitTest){ .name = scenes[i].name,
			.test_func = test_scene,
			.initial_state = (void *)&scenes[i] };
		tests[2 * i + 1] = (struct CMUnitTest){ .name = scenes[i].name,
			.test_func = test_every_size,
			.initial_state = (void *)&scenes[i] };
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
