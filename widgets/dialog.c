/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/dialog.h"

#include <stdio.h>
#include <string.h>

#define WIDTH_MOST 64
#define BUTTONS_MAX 8

static size_t button_count(const struct dialog *dialog)
{
	size_t count = 1;

	while (count < BUTTONS_MAX && dialog->buttons[count] != NULL)
		count++;
	return count;
}

/* Rows that the lines take in width cells. */
static int line_rows(const struct dialog *dialog, struct area area, int width)
{
	struct area ruler = { area.canvas, 0, 0, area.rows, width };
	int rows = 0;

	for (size_t i = 0; i < DIALOG_LINES && dialog->lines[i] != NULL; i++)
		rows += *dialog->lines[i] == '\0' ?
		    1 :
		    area_wrap(ruler, 0, area.rows, -1, dialog->lines[i]);
	return rows;
}

static void draw_buttons(struct dialog *dialog, struct area inside)
{
	int row = inside.rows - 2, col = 0;

	dialog->button_row = inside.row + row;
	for (size_t i = 0; i < button_count(dialog); i++) {
		bool focused = i == dialog->focused;
		char text[80];

		snprintf(text, sizeof text, "[ %s ]", dialog->buttons[i]);
		dialog->button_col[i] = inside.col + col;
		if (focused)
			area_cursor(inside, row, col + 2);
		col = area_text(inside, row, col, STYLE_BUTTON | (focused ? STYLE_SELECTED : 0),
		    text);
		dialog->button_end[i] = inside.col + col;
		col += 2;
	}
	if (dialog->hint != NULL) {
		area_field(inside, row + 1, 0, inside.cols, ALIGN_LEFT, STYLE_DIM, dialog->hint);
		return;
	}
	area_print(inside, row + 1, 0, STYLE_DIM,
	    inside.cols < 44 ? "Enter: %s  Tab: other" : "Enter: %s   Tab: another   Esc: %s",
	    dialog->buttons[dialog->focused], dialog->buttons[0]);
}

void dialog_draw(struct dialog *dialog, struct area area)
{
	int width = area.cols - 4 < WIDTH_MOST ? area.cols - 4 : WIDTH_MOST;
	/* frame, lines, an empty row, buttons, hint */
	int height = line_rows(dialog, area, width - 4) + 5;
	bool tight = height > area.rows;

	if (tight)
		height = area.rows;
	dialog->drawn =
	    area_part(area, (area.rows - height) / 2, (area.cols - width) / 2, height, width);
	struct area inside = area_frame(dialog->drawn, dialog->title);
	int row = 0, last = inside.rows - 2;

	for (size_t i = 0; i < DIALOG_LINES && dialog->lines[i] != NULL && row < last; i++)
		row += *dialog->lines[i] == '\0' ?
		    1 :
		    area_wrap(inside, row, last - row, STYLE_NORMAL, dialog->lines[i]);
	draw_buttons(dialog, inside);
}

static int click(struct dialog *dialog, const struct key *key)
{
	for (size_t i = 0; i < button_count(dialog); i++)
		if (key->row == dialog->button_row && key->col >= dialog->button_col[i] &&
		    key->col < dialog->button_end[i])
			return (int)i;
	return DIALOG_OPEN;
}

int dialog_key(struct dialog *dialog, const struct key *key)
{
	size_t count = button_count(dialog);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	if (key->code == PRESS_ESCAPE)
		return 0;
	if (key->code == PRESS_ENTER)
		return (int)dialog->focused;
	if (key->code == PRESS_CLICK)
		return click(dialog, key);
	if (key->code == PRESS_TAB || key->code == PRESS_ARROW_RIGHT ||
	    key->code == PRESS_ARROW_DOWN || c == 'l')
		dialog->focused = (dialog->focused + 1) % count;
	else if (key->code == PRESS_BACKTAB || key->code == PRESS_ARROW_LEFT ||
	    key->code == PRESS_ARROW_UP || c == 'h')
		dialog->focused = (dialog->focused + count - 1) % count;
	return DIALOG_OPEN;
}
