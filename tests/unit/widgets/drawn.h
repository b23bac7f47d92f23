/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_WIDGETS_DRAWN_H
#define TESTS_UNIT_WIDGETS_DRAWN_H

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

#include "widgets/canvas.h"
#include "widgets/keys.h"

/* Compares what was drawn, row by row, spaces at the ends cut off. */
static inline void assert_drawn(const struct canvas *canvas, const char *expected)
{
	char *text = canvas_text(canvas);

	assert_string_equal(text, expected);
	free(text);
}

static inline void assert_styles(const struct canvas *canvas, const char *expected)
{
	char *text = canvas_styles(canvas);

	assert_string_equal(text, expected);
	free(text);
}

static inline struct key press(enum press code)
{
	return (struct key){ .code = code };
}

static inline struct key typed(uint32_t character)
{
	return (struct key){ .code = PRESS_CHARACTER, .character = character };
}

static inline struct key clicked(int row, int col)
{
	return (struct key){ .code = PRESS_CLICK, .row = row, .col = col };
}

/* Widths are the C library's and need a locale that knows UTF-8. */
static inline int with_utf8(void **state)
{
	(void)state;
	return setlocale(LC_ALL, "C.UTF-8") != NULL ? 0 : -1;
}

#endif
