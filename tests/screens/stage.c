/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Apart from the tests, which are more than one program.
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

#include "data/text.h"
#include "tests/screens/stage.h"

static void write_down(struct stage *stage, const char *method, const json_t *params)
{
	size_t at = (size_t)++stage->last_id % STAGE_REQUESTS;

	text_format(stage->requests[at].method, sizeof stage->requests[0].method, "%s", method);
	free(stage->requests[at].params);
	stage->requests[at].params =
	    params != NULL ? json_dumps(params, JSON_SORT_KEYS) : strdup("null");
	stage->requests[at].answered = false;
}

static int stage_send(void *arg, const char *method, json_t *params)
{
	struct stage *stage = arg;
	size_t at = strlen(stage->sent);
	const char *service =
	    json_string_value(json_array_get(json_object_get(params, "services"), 0));
	const char *level = json_string_value(json_object_get(params, "level"));
	json_t *generation = json_object_get(params, "generation");
	json_t *restart = json_object_get(params, "restart");
	char number[16] = "";

	if (generation != NULL)
		snprintf(number, sizeof number, " %d", (int)json_integer_value(generation));
	snprintf(stage->sent + at, sizeof stage->sent - at, "%s%s%s%s%s%s%s; ", method,
	    service != NULL ? " " : "", service != NULL ? service : "", level != NULL ? " " : "",
	    level != NULL ? level : "", number,
	    json_is_true(restart)      ? " restart" :
		json_is_false(restart) ? " gently" :
					 "");
	if (!stage->broken)
		write_down(stage, method, params);
	json_decref(params);
	return stage->broken ? 0 : stage->last_id;
}

static void stage_key(void *arg, const struct key *key)
{
	ui_key(((struct stage *)arg)->ui, key);
}

void pass(struct stage *stage, int64_t ms)
{
	stage->ms += ms;
	ui_time(stage->ui, stage->ms, stage->ms * 1000);
	keys_tick(stage->keys, stage->ms, stage_key, stage);
}

const char *draw(struct stage *stage)
{
	struct canvas *canvas = canvas_new(24, 80, false);

	ui_draw(stage->ui, canvas);
	char *text = canvas_text(canvas);

	text_format(stage->drawn, sizeof stage->drawn, "%s", text);
	free(text);
	canvas_free(canvas);
	return stage->drawn;
}

void type(struct stage *stage, const char *bytes)
{
	keys_feed(stage->keys, bytes, strlen(bytes), stage->ms, stage_key, stage);
	pass(stage, 100);
	draw(stage);
}

static void say_to(struct stage *stage, const char *text, int id)
{
	json_error_t error;
	json_t *message = json_loads(text, 0, &error);

	if (message == NULL)
		fail_msg("%s: %s", error.text, text);
	if (json_object_get(message, "method") == NULL)
		json_object_set_new(message, "id", json_integer(id));
	ui_message(stage->ui, message);
	json_decref(message);
	draw(stage);
}

void say(struct stage *stage, const char *text)
{
	say_to(stage, text, stage->last_id);
}

/* 0: nobody asked. */
static int newest(const struct stage *stage, const char *method, bool open)
{
	for (int id = stage->last_id; id > 0 && id > stage->last_id - STAGE_REQUESTS; id--)
		if (strcmp(stage->requests[id % STAGE_REQUESTS].method, method) == 0 &&
		    !(open && stage->requests[id % STAGE_REQUESTS].answered))
			return id;
	return 0;
}

void answer(struct stage *stage, const char *method, const char *text)
{
	int id = newest(stage, method, true);

	if (id == 0)
		fail_msg("nobody waits for an answer to %s", method);
	stage->requests[id % STAGE_REQUESTS].answered = true;
	say_to(stage, text, id);
}

const char *params_of(struct stage *stage, const char *method)
{
	int id = newest(stage, method, false);

	if (id == 0)
		fail_msg("nobody asked for %s", method);
	return stage->requests[id % STAGE_REQUESTS].params;
}

void snapshot(struct stage *stage, const char *services)
{
	char text[8192];

	assert_true(text_format(text, sizeof text,
	    "{\"method\": \"snapshot\", \"params\": "
	    "{\"version\": 1, \"host\": {\"name\": \"nas1\"}, \"services\": [%s]}}",
	    services));
	say(stage, text);
}

int stage_begin(void **state)
{
	struct stage *stage = calloc(1, sizeof *stage);
	struct ui_port port = { .arg = stage, .send = stage_send, .home = "/srv/home" };

	if (stage == NULL || setlocale(LC_ALL, "C.UTF-8") == NULL)
		return -1;
	setenv("TZ", "UTC", 1);
	stage->ui = ui_new(&port);
	stage->keys = keys_new(true, 40);
	pass(stage, 1000000);
	ui_connected(stage->ui);
	assert_string_equal(stage->sent, "hello; subscribe; describe; audit; log info; ");
	stage->sent[0] = '\0';
	*state = stage;
	return 0;
}

int stage_end(void **state)
{
	struct stage *stage = *state;

	ui_free(stage->ui);
	keys_free(stage->keys);
	for (size_t i = 0; i < STAGE_REQUESTS; i++)
		free(stage->requests[i].params);
	free(stage);
	return 0;
}

void assert_sent(struct stage *stage, const char *expected)
{
	assert_string_equal(stage->sent, expected);
	stage->sent[0] = '\0';
}

void assert_seen(struct stage *stage, const char *text)
{
	if (strstr(draw(stage), text) == NULL)
		fail_msg("\"%s\" is not on the screen:\n%s", text, stage->drawn);
}

void assert_unseen(struct stage *stage, const char *text)
{
	if (strstr(draw(stage), text) != NULL)
		fail_msg("\"%s\" is on the screen:\n%s", text, stage->drawn);
}
