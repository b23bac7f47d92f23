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
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "data/text.h"
#include "tests/screens/people.h"

void be(struct stage *stage, const char *role)
{
	char text[256];

	text_format(text, sizeof text,
	    "{\"result\": {\"version\": 1, \"role\": \"%s\", \"user\": \"adm\", \"session\": 12}}",
	    role);
	answer(stage, "hello", text);
}

void snapshot_with(struct stage *stage, const char *services, const char *fields)
{
	char text[16384];

	assert_true(text_format(text, sizeof text,
	    "{\"method\": \"snapshot\", \"params\": {\"version\": 1, "
	    "\"host\": {\"name\": \"nas1\"}, "
	    "\"services\": [%s], %s}}",
	    services, fields));
	say(stage, text);
}

static void look(struct stage *stage, int rows, int cols, bool ascii)
{
	struct canvas *canvas = canvas_new(rows, cols, ascii);

	ui_draw(stage->ui, canvas);
	assert_in_range(canvas->cursor_row, 0, rows - 1);
	assert_in_range(canvas->cursor_col, 0, cols - 1);
	for (int i = 0; i < rows * cols; i++)
		for (const wchar_t *at = canvas->cells[i].text; *at != L'\0'; at++) {
			assert_true(*at >= L' ' && (*at < 0x7f || *at >= 0xa0));
			assert_false(*at >= 0x202a && *at <= 0x202e);
			assert_false(*at >= 0x2066 && *at <= 0x2069);
			assert_true(!ascii || *at < 0x7f);
		}
	canvas_free(canvas);
}

void at_every_size(struct stage *stage)
{
	for (int rows = 1; rows < 60; rows += rows < 30 ? 1 : 7)
		for (int cols = 1; cols < 200; cols += cols < 50 ? 3 : 17) {
			look(stage, rows, cols, true);
			look(stage, rows, cols, false);
		}
	draw(stage);
}

void assert_seen_at(struct stage *stage, int rows, int cols, const char *text)
{
	struct canvas *canvas = canvas_new(rows, cols, false);

	ui_draw(stage->ui, canvas);
	char *screen = canvas_text(canvas);

	if (strstr(screen, text) == NULL)
		fail_msg("\"%s\" is not on the screen of %dx%d:\n%s", text, cols, rows, screen);
	free(screen);
	canvas_free(canvas);
	draw(stage);
}
