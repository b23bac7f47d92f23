/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A monkey at the keys: random bytes, sequences, pastes and clicks, on screens of
 * random sizes, while a host answers this or that, in any order, or not at all,
 * and connections break. Seeds are fixed, so what it finds can be played again:
 * MONKEY_SEED=N runs one, MONKEY_KEYS=N for longer. Nothing may crash, hang, send
 * what is no JSON-RPC, or put a control character on a screen.
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
#include <wctype.h>

#include "console/ui.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

#define SEEDS 10
#define KEYS 10000 /* of each seed */
#define PENDING 64
#define HOSTILE "\033[31m\302\233\342\200\256x\340\271\211\340\271\211\007\n\177"

/* xorshift: the same on every machine. */
static uint64_t state_of_chance = 1;

static uint32_t chance(uint32_t below)
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return (uint32_t)(state_of_chance >> 33) % below;
}

struct monkey {
	struct ui *ui;
	struct keys *keys;
	int64_t ms;
	int last_id;
	bool connected;
	struct {
		int id;
		char method[24];
	} pending[PENDING];
	json_t *fixtures; /* by name */
};

static int monkey_send(void *arg, const char *method, json_t *params)
{
	struct monkey *monkey = arg;
	char *text = json_dumps(params, JSON_ENCODE_ANY);

	assert_true(params == NULL || (json_is_object(params) && text != NULL));
	free(text);
	json_decref(params);
	if (!monkey->connected)
		return 0;
	size_t place = chance(PENDING);

	monkey->last_id++;
	for (size_t i = 0; i < PENDING; i++)
		if (monkey->pending[i].id == 0)
			place = i;
	monkey->pending[place].id = monkey->last_id;
	text_format(monkey->pending[place].method, sizeof monkey->pending[0].method, "%s", method);
	return monkey->last_id;
}

static void monkey_key(void *arg, const struct key *key)
{
	ui_key(((struct monkey *)arg)->ui, key);
}

/* ---- The host ---- */

static json_t *fixture(const struct monkey *monkey)
{
	uint32_t number = chance((uint32_t)json_object_size(monkey->fixtures));
	const char *name;
	json_t *value;

	json_object_foreach(monkey->fixtures, name, value)
	{
		if (number-- == 0)
			return value;
	}
	return NULL;
}

/* The fixture's result when its name begins with the method's, else any. */
static json_t *result_for(const struct monkey *monkey, const char *method)
{
	const char *name;
	json_t *value;

	json_object_foreach(monkey->fixtures, name, value)
	{
		if (strncmp(name, method, strlen(method)) == 0 &&
		    json_object_get(value, "result") != NULL && chance(3) > 0)
			return json_object_get(value, "result");
	}
	return json_object_get(fixture(monkey), "result");
}

static json_t *error_for(void)
{
	static const int codes[] = { -32001, -32004, -32006, -32007, -32602, -32010, -32603 };

	return json_pack("{s:i, s:s, s:{s:i, s:s}}", "code",
	    codes[chance(sizeof codes / sizeof codes[0])], "message",
	    chance(2) ? "web: it " HOSTILE " did not work" : "web.root: expected a folder", "data",
	    "exit", 1, "next", "steward log web");
}

static void answer(struct monkey *monkey)
{
	size_t place = chance(PENDING);

	if (monkey->pending[place].id == 0)
		return;
	json_t *message =
	    json_pack("{s:s, s:i}", "jsonrpc", "2.0", "id", monkey->pending[place].id);
	json_t *result = chance(4) ? result_for(monkey, monkey->pending[place].method) : NULL;

	monkey->pending[place].id = 0;
	if (result != NULL)
		json_object_set(message, "result", result);
	else if (chance(3) == 0)
		json_object_set_new(message, "result", json_object());
	else
		json_object_set_new(message, "error", error_for());
	ui_message(monkey->ui, message);
	json_decref(message);
}

static void notify(struct monkey *monkey, const char *method, json_t *params)
{
	json_t *message =
	    json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0", "method", method, "params", params);

	if (message != NULL)
		ui_message(monkey->ui, message);
	json_decref(message);
}

static void news(struct monkey *monkey)
{
	json_t *value = fixture(monkey);
	json_t *snapshot = json_object_get(value, "snapshot");
	json_t *journal = json_object_get(value, "journal");
	json_t *audit = json_object_get(value, "audit");

	if (snapshot != NULL)
		notify(monkey, "snapshot", json_incref(snapshot));
	if (journal != NULL)
		notify(monkey, "journal", json_pack("{s:O}", "records", journal));
	if (audit != NULL)
		notify(monkey, "audit", json_pack("{s:O}", "entries", audit));
}

static void come_and_go(struct monkey *monkey)
{
	struct fault fault;

	memset(monkey->pending, 0, sizeof monkey->pending);
	monkey->connected = !monkey->connected;
	if (monkey->connected) {
		ui_connected(monkey->ui);
	} else if (chance(2)) {
		ui_disconnected(monkey->ui, NULL);
	} else {
		fault_set(&fault, FAULT_NOT_RUNNING, "stewardd is not running");
		ui_disconnected(monkey->ui, &fault);
	}
}

/* ---- The keys ---- */

static size_t random_key(char *out)
{
	static const char *const sequences[] = { "\033", "\033[A", "\033[B", "\033[C", "\033[D",
		"\r", "\t", "\033[Z", "\177", "\033[3~", "\033[5~", "\033[6~", "\033[H", "\033[F",
		"\033OP", "\033[21~", "\003", "\014", "\020", "\033[200~x \033[201~",
		"\033[200~stop web\r\033[201~", "\303\251", "\360\237\230\200", "\033[<64;5;5M",
		"\033[<65;5;5M", "\033]52;c;eA==\007", "\033[?2026;2$y", "\033P1$r\033\\", "\377",
		"\033[999;999R" };
	uint32_t kind = chance(10);

	if (kind < 5) { /* keys that do something */
		out[0] =
		    "sxRrulmLzcyav!:/?KZASE fw<>{}[]1234567890jkhlgGnNfo,.-=+\\\"@#%"[chance(60)];
		return 1;
	}
	if (kind == 5) {
		out[0] = (char)(' ' + chance(95));
		return 1;
	}
	if (kind == 6)
		return (size_t)snprintf(out, 32, "\033[<0;%u;%uM", 1 + chance(160), 1 + chance(45));
	const char *sequence = sequences[chance(sizeof sequences / sizeof sequences[0])];

	return (size_t)snprintf(out, 32, "%s", sequence);
}

/* ---- What may not be seen ---- */

static void look(struct monkey *monkey)
{
	static const int sizes[][2] = { { 24, 80 }, { 45, 160 }, { 12, 40 }, { 30, 100 }, { 1, 1 },
		{ 8, 36 }, { 60, 200 }, { 5, 300 } };
	uint32_t which = chance(10);
	int rows = which < 8 ? sizes[which][0] : 1 + (int)chance(60);
	int cols = which < 8 ? sizes[which][1] : 1 + (int)chance(200);
	struct canvas *canvas = canvas_new(rows, cols, chance(4) == 0);

	ui_draw(monkey->ui, canvas);
	assert_in_range(canvas->cursor_row, 0, rows - 1);
	assert_in_range(canvas->cursor_col, 0, cols - 1);
	for (int i = 0; i < rows * cols; i++)
		for (const wchar_t *at = canvas->cells[i].text; *at != L'\0'; at++) {
			assert_true(*at >= L' ' && (*at < 0x7f || *at >= 0xa0));
			assert_false(*at >= 0x202a && *at <= 0x202e);
			assert_false(*at >= 0x2066 && *at <= 0x2069);
		}
	canvas_free(canvas);
}

static void wishes(struct monkey *monkey)
{
	unsigned wants = ui_wants(monkey->ui);

	if (wants & UI_COPY) {
		assert_non_null(monkey->ui->copy);
		free(monkey->ui->copy);
		monkey->ui->copy = NULL;
	}
	if (wants & UI_SHELL) {
		assert_non_null(monkey->ui->shell.argv);
		ui_shell_ended(monkey->ui, chance(2) ? 0 : 256);
	}
}

/* ---- The runs ---- */

static json_t *load_fixtures(void)
{
	const char *top = getenv("srcdir");
	const char *list = getenv("MONKEY_FIXTURES");
	json_t *all = json_object();
	char name[64], path[512];
	json_error_t error;

	/* Names come from the Makefile, so that a program needs no folder listing. */
	for (list = list != NULL ? list : FIXTURES; *list != '\0'; list += strspn(list, " ")) {
		size_t length = strcspn(list, " ");

		text_format(name, sizeof name, "%.*s", (int)length, list);
		list += length;
		text_format(path, sizeof path, "%s/tests/screens/fixtures/%s",
		    top != NULL ? top : ".", name);
		json_t *value = json_load_file(path, JSON_ALLOW_NUL, &error);

		if (value == NULL)
			fail_msg("%s:%d: %s", path, error.line, error.text);
		json_object_set_new(all, name, value);
	}
	assert_true(json_object_size(all) > 10);
	return all;
}

static void turn(struct monkey *monkey)
{
	char bytes[64];
	size_t length = random_key(bytes);

	/* Split in two reads at times. */
	size_t first = chance(8) == 0 ? chance((uint32_t)length + 1) : length;

	keys_feed(monkey->keys, bytes, first, monkey->ms, monkey_key, monkey);
	keys_feed(monkey->keys, bytes + first, length - first, monkey->ms, monkey_key, monkey);
	wishes(monkey);
	if (chance(3) == 0)
		answer(monkey);
	if (chance(20) == 0)
		news(monkey);
	if (chance(400) == 0)
		come_and_go(monkey);
	monkey->ms += chance(chance(10) == 0 ? 3000 : 60);
	ui_time(monkey->ui, monkey->ms, monkey->ms * 1000);
	ui_tell_page(monkey->ui);
	keys_tick(monkey->keys, monkey->ms, monkey_key, monkey);
	if (chance(4) == 0)
		look(monkey);
}

static void test_seed(void **state)
{
	struct monkey monkey = { .keys = keys_new(true, 40), .ms = 1000000, .connected = true };
	struct ui_port port = { .arg = &monkey, .send = monkey_send, .home = "/srv/home" };
	const char *given = getenv("MONKEY_KEYS");
	long count = given != NULL ? strtol(given, NULL, 10) : KEYS;

	state_of_chance = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(uintptr_t)*state;
	monkey.fixtures = load_fixtures();
	monkey.ui = ui_new(&port);
	ui_time(monkey.ui, monkey.ms, monkey.ms * 1000);
	ui_connected(monkey.ui);
	for (long i = 0; i < count; i++)
		turn(&monkey);
	ui_free(monkey.ui);
	keys_free(monkey.keys);
	json_decref(monkey.fixtures);
}

int main(void)
{
	const char *seed = getenv("MONKEY_SEED");
	struct CMUnitTest tests[SEEDS];
	char names[SEEDS][32];

	setenv("TZ", "UTC", 1);
	/* Nothing that the monkey answers or saves is kept. */
	setenv("XDG_STATE_HOME", "/dev/null/none", 1);
	setenv("HOME", "/dev/null/none", 1);
	if (setlocale(LC_ALL, "C.UTF-8") == NULL) {
		fprintf(stderr, "the locale C.UTF-8 is missing\n");
		return 1;
	}
	for (size_t i = 0; i < SEEDS; i++) {
		long number = seed != NULL ? strtol(seed, NULL, 10) : (long)i + 1;

		snprintf(names[i], sizeof names[i], "seed %ld", number);
		tests[i] = (struct CMUnitTest){ .name = names[i],
			.test_func = test_seed,
			.initial_state = (void *)(uintptr_t)number };
	}
	return _cmocka_run_group_tests("monkey", tests, seed != NULL ? 1 : SEEDS, NULL, NULL);
}
