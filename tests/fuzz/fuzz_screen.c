/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The console without its terminal: lines that are JSON objects come from the
 * host, all others are what the terminal sends; after each the screen is drawn
 * at a size that the input chooses. Nothing may crash, and on an ASCII screen
 * nothing but ASCII may stand.
 */
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "console/client.h"
#include "console/ui.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct stage {
	struct ui *ui;
	struct keys *keys;
	int last_id;
	int64_t ms;
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	setlocale(LC_ALL, "C.UTF-8");
	return 0;
}

static int stage_send(void *arg, const char *method, json_t *params)
{
	struct stage *stage = arg;

	if (method == NULL || *method == '\0')
		abort();
	json_decref(params);
	return ++stage->last_id % 16 == 0 ? 0 : stage->last_id;
}

static void stage_key(void *arg, const struct key *key)
{
	ui_key(((struct stage *)arg)->ui, key);
}

static void draw(struct stage *stage, unsigned choice)
{
	struct canvas *canvas =
	    canvas_new(1 + (int)(choice * 7 % 50), 1 + (int)(choice * 13 % 170), choice % 2);

	ui_draw(stage->ui, canvas);
	char *text = canvas_text(canvas);

	for (const char *at = text; *at != '\0'; at++)
		if (*at != '\n' &&
		    ((unsigned char)*at < 0x20 || *at == 0x7f ||
			(canvas->ascii && (unsigned char)*at > 0x7e)))
			abort();
	free(text);
	canvas_free(canvas);
}

static void message(struct stage *stage, json_t *object)
{
	if (json_object_get(object, "method") == NULL)
		json_object_set_new(object, "id", json_integer(stage->last_id));
	ui_message(stage->ui, object);
}

static void line(struct stage *stage, const char *text, size_t length)
{
	json_t *object =
	    length > 0 && text[0] == '{' ? json_loadb(text, length, JSON_ALLOW_NUL, NULL) : NULL;
	struct fault fault;

	stage->ms += 10 + (int64_t)length * 10;
	ui_time(stage->ui, stage->ms, stage->ms * 1000);
	if (json_is_object(object)) {
		message(stage, object);
	} else if (length == 3 && memcmp(text, "bye", 3) == 0) {
		fault_set(&fault, FAULT_NOT_RUNNING, "gone");
		ui_disconnected(stage->ui, &fault);
		ui_connected(stage->ui);
	} else {
		keys_feed(stage->keys, text, length, stage->ms, stage_key, stage);
		keys_tick(stage->keys, stage->ms + 50, stage_key, stage);
	}
	json_decref(object);
	draw(stage, length > 0 ? (unsigned char)text[length - 1] : 0);
	draw(stage, (unsigned)length);
	ui_wants(stage->ui);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct stage stage = { .ms = 1000, .keys = keys_new(true, 40) };
	struct ui_port port = { .arg = &stage, .send = stage_send };
	const char *at = (const char *)bytes, *end = at + length;

	stage.ui = ui_new(&port);
	ui_time(stage.ui, stage.ms, 0);
	ui_connected(stage.ui);
	for (int lines = 0; at < end && lines < 64; lines++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t count = (size_t)((stop != NULL ? stop : end) - at);
		char *copy = malloc(count > 0 ? count : 1); /* of the exact size */

		memcpy(copy, at, count);
		line(&stage, copy, count);
		free(copy);
		at += count + 1;
	}
	ui_free(stage.ui);
	keys_free(stage.keys);
	return 0;
}
