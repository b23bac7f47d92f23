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
#include <unistd.h>

#include "console/ui.h"
#include "data/clock.h"
#include "data/file.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "tests/screens/scenes.h"
#include "widgets/palette.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

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

#define REQUESTS 256

struct stage {
	struct ui *ui;
	struct keys *keys;
	int64_t ms;
	int last_id;
	char methods[REQUESTS][24]; /* by id; empty: answered */
};

static int stage_send(void *arg, const char *method, json_t *params)
{
	struct stage *stage = arg;

	json_decref(params);
	stage->last_id++;
	assert_true(stage->last_id < REQUESTS);
	text_format(stage->methods[stage->last_id], sizeof stage->methods[0], "%s", method);
	return stage->last_id;
}

static void stage_key(void *arg, const struct key *key)
{
	ui_key(((struct stage *)arg)->ui, key);
}

/* The language from now on; glibc keeps what it found until this counter moves. */
static void speak(const char *language)
{
	extern int _nl_msg_cat_cntr;

	setenv("LANGUAGE", language, 1);
	_nl_msg_cat_cntr++;
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

static json_t *fixture_of(const char *name)
{
	char file[64], path[512];
	json_error_t error;

	text_format(file, sizeof file, "%s.json", name);
	path_of(path, sizeof path, "fixtures", file);
	json_t *fixture = json_load_file(path, JSON_ALLOW_NUL, &error);

	if (fixture == NULL)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return fixture;
}

static void load(struct stage *stage, const char *name)
{
	static const char *const notifications[][3] = {
		{ "journal", "journal", "records" },
		{ "audit", "audit", "entries" },
	};
	json_t *fixture = fixture_of(name);
	json_t *snapshot = json_object_get(fixture, "snapshot");

	for (size_t i = 0; i < 2; i++) {
		json_t *list = json_object_get(fixture, notifications[i][0]);

		if (list == NULL)
			continue;
		json_t *params = json_pack("{s:O}", notifications[i][2], list);

		message(stage, notifications[i][1], params);
		json_decref(params);
	}
	if (snapshot != NULL)
		message(stage, "snapshot", snapshot);
	json_decref(fixture);
}

/* "METHOD FIXTURE" */
static void reply(struct stage *stage, const char *text)
{
	const char *space = strchr(text, ' ');
	int id = stage->last_id;

	assert_non_null(space);
	while (id > 0 &&
	    (strncmp(stage->methods[id], text, (size_t)(space - text)) != 0 ||
		stage->methods[id][space - text] != '\0'))
		id--;
	if (id == 0)
		fail_msg("nobody asked for %s", text);
	json_t *answer = fixture_of(space + 1);

	stage->methods[id][0] = '\0';
	json_object_set_new(answer, "id", json_integer(id));
	ui_message(stage->ui, answer);
	json_decref(answer);
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
	case REPLY:
		reply(stage, step->text);
		break;
	case LOOK:
		stage->ui->port.look = look_load(step->text);
		ui_look(stage->ui);
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
	for (size_t i = 0; i < SCENE_STEPS && scene->steps[i].verb != DONE; i++) {
		struct canvas *canvas = canvas_new(24, 80, false);

		ui_draw(stage->ui, canvas);
		canvas_free(canvas);
		play(stage, &scene->steps[i]);
	}
}

static void end_scene(struct stage *stage)
{
	struct look *look = stage->ui->port.look;

	ui_free(stage->ui);
	look_free(look);
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

/* One letter a cell for how it looks with no colours at all: bold, dim,
 * underlined, reverse. */
static char *mono(const struct canvas *canvas)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	for (int row = 0; row < canvas->rows; row++) {
		for (int col = 0; col < canvas->cols; col++) {
			struct palette_look look =
			    palette_look(canvas->cells[row * canvas->cols + col].style, 0,
				PALETTE_DARK);

			assert_int_equal(look.foreground, -1);
			assert_int_equal(look.background, -1);
			fputc(look.reverse     ? 'r' :
				look.underline ? 'u' :
				look.bold      ? 'b' :
				look.dim       ? 'd' :
						 '.',
			    out);
		}
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

/* Sections of one file: a screen in UTF-8 or ASCII, and how its cells look. */
static void section(FILE *out, const struct scene *scene, size_t size, const char *title,
    bool ascii, unsigned show)
{
	struct canvas *canvas = canvas_new(sizes[size].rows, sizes[size].cols, ascii);
	struct stage stage;

	run_scene(&stage, scene);
	ui_draw(stage.ui, canvas);
	/* Twice: drawing changes nothing that drawing shows. */
	char *first = canvas_text(canvas);

	ui_draw(stage.ui, canvas);
	char *again = canvas_text(canvas);

	assert_string_equal(first, again);
	free(again);
	print_canvas(out, title, first, sizes[size].cols);
	if (show & SHOW_STYLES)
		print_canvas(out, "STYLES ", canvas_styles(canvas), sizes[size].cols);
	if (show & SHOW_MONO)
		print_canvas(out, "NO_COLOR ", mono(canvas), sizes[size].cols);
	if (ascii)
		fprintf(out, "== cursor %d,%d\n", canvas->cursor_row, canvas->cursor_col);
	canvas_free(canvas);
	end_scene(&stage);
}

static char *render(const struct scene *scene, size_t size)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	section(out, scene, size, "UTF-8 ", false, 0);
	section(out, scene, size, "ASCII ", true, scene->show);
	if (scene->show & SHOW_PSEUDO) {
		speak("xx");
		section(out, scene, size, "PSEUDO ", false, 0);
		speak("");
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

/* The words that may stand on any screen untranslated: what is typed, and names. */
static bool is_known(const char *word, const char *fixtures)
{
	static const char *const names[] = {
		"steward",
		"stewardd",
		"journal",
		"Feb", /* of the locale, not of a catalogue */
		NULL,
	};

	if (strstr(fixtures, word) != NULL)
		return true;
	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], word) == 0)
			return true;
	for (const struct command *c = command_table; c->pattern != NULL; c++)
		if (strstr(c->pattern, word) != NULL)
			return true;
	return false;
}

/* What the person's file is written with: names and values. */
static void look_words(FILE *out)
{
	for (const struct settings_section *section = look_schema(); section->name != NULL;
	     section++)
		for (const struct setting *row = section->rows; row->name != NULL; row++)
			fprintf(out, "%s\n%s\n", row->name, row->fallback);
}

/* The texts of all fixtures that a scene plays. */
static char *fixture_texts(const struct scene *scene)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	for (size_t i = 0; i < SCENE_STEPS && scene->steps[i].verb != DONE; i++) {
		const struct step *step = &scene->steps[i];
		const char *space = strchr(step->text, ' ');

		fprintf(out, "%s\n", step->text);
		if (step->verb == LOOK)
			look_words(out);
		if (step->verb != LOAD && step->verb != REPLY)
			continue;
		json_t *fixture = fixture_of(step->verb == REPLY ? space + 1 : step->text);

		json_dumpf(fixture, out, 0);
		json_decref(fixture);
	}
	fclose(out);
	return text;
}

/* In the language of accents every word without one is data or was left out. */
static void test_every_word(void **state)
{
	const struct scene *scene = *state;
	char *fixtures = fixture_texts(scene);

	for (size_t size = 0; size < 2; size++) {
		struct canvas *canvas = canvas_new(sizes[size].rows, sizes[size].cols, false);
		struct stage stage;

		speak("xx");
		run_scene(&stage, scene);
		ui_draw(stage.ui, canvas);
		speak("");
		char *text = canvas_text(canvas);

		for (char *at = text; *at != '\0';) {
			size_t word = strspn(at, LETTERS);
			char end = at[word];

			/* A word that an accent or a cut touches is part of one. */
			bool whole = word >= 3 && (unsigned char)end < 0x80 &&
			    (at == text || (unsigned char)at[-1] < 0x80);

			at[word] = '\0';
			if (whole && !is_known(at, fixtures))
				fail_msg("\"%s\" is not translated:\n%s", at, canvas_text(canvas));
			at[word] = end;
			at += word > 0 ? word : 1;
		}
		free(text);
		canvas_free(canvas);
		end_scene(&stage);
	}
	free(fixtures);
}

/* What is offered with sudo is seen on a machine without one, too. */
static char programs[] = "/tmp/steward-golden-XXXXXX";
static char sudo[64];

static int begin_programs(void **state)
{
	struct fault fault;

	(void)state;
	if (mkdtemp(programs) == NULL)
		return -1;
	text_format(sudo, sizeof sudo, "%s/sudo", programs);
	setenv("PATH", programs, 1);
	return file_replace(sudo, "#!/bin/sh\n", 10, 0755, &fault) ? 0 : -1;
}

static int end_programs(void **state)
{
	(void)state;
	unlink(sudo);
	return rmdir(programs);
}

int main(void)
{
	size_t count = 0, tests_count = 0;

	setenv("TZ", "UTC", 1);
	/* Nothing that is typed here is kept in a file of the person. */
	unsetenv("HOME");
	unsetenv("XDG_STATE_HOME");
	tzset();
	if (setlocale(LC_ALL, "C.UTF-8") == NULL) {
		fprintf(stderr, "the locale C.UTF-8 is missing\n");
		return 1;
	}
	setenv("STEWARD_LOCALEDIR", PSEUDO_LOCALE, 1);
	intl_begin();
	while (scenes[count].name != NULL)
		count++;
	struct CMUnitTest *tests = memory_array(3 * count, sizeof *tests);

	for (size_t i = 0; i < count; i++) {
		const CMUnitTestFunction functions[] = { test_scene, test_every_size,
			scenes[i].show & SHOW_PSEUDO ? test_every_word : NULL };

		for (size_t n = 0; n < 3 && functions[n] != NULL; n++)
			tests[tests_count++] = (struct CMUnitTest){ .name = scenes[i].name,
				.test_func = functions[n],
				.initial_state = (void *)&scenes[i] };
	}
	int failed =
	    _cmocka_run_group_tests("screens", tests, tests_count, begin_programs, end_programs);

	free(tests);
	return failed;
}
