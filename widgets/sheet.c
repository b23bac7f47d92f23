/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What keys do to a sheet. The focus is one number over everything that can
 * have it, so that Tab is an addition; where a key means something else on an
 * answer than in the line to type in, the line comes first.
 */
#include "widgets/sheet.h"

#include <string.h>

#include "widgets/sheet_draw.h"

size_t sheet_buttons(const struct sheet *sheet)
{
	size_t count = 1;

	while (count < SHEET_BUTTONS && sheet->buttons[count] != NULL)
		count++;
	return count;
}

size_t sheet_input_focus(const struct sheet *sheet)
{
	return sheet->check_count;
}

size_t sheet_button_focus(const struct sheet *sheet, size_t button)
{
	return sheet->check_count + (sheet->word != NULL) + button;
}

size_t sheet_focuses(const struct sheet *sheet)
{
	return sheet_button_focus(sheet, sheet_buttons(sheet));
}

bool sheet_answers(const struct sheet *sheet, size_t button)
{
	return button < sheet_buttons(sheet) &&
	    (!(sheet->guarded >> button & 1) || sheet->word == NULL ||
		strcmp(sheet->input.text, sheet->word) == 0);
}

void sheet_open(struct sheet *sheet)
{
	input_set(&sheet->input, "");
	sheet->focus = 0;
	sheet->top = 0;
	sheet->follow = false; /* the facts are read from their beginning */
}

static bool in_checks(const struct sheet *sheet)
{
	return sheet->focus < sheet->check_count;
}

static bool in_input(const struct sheet *sheet)
{
	return sheet->word != NULL && sheet->focus == sheet_input_focus(sheet);
}

static void focus(struct sheet *sheet, size_t where)
{
	sheet->focus = where;
	sheet->follow = true;
}

static void step(struct sheet *sheet, bool forward)
{
	size_t all = sheet_focuses(sheet);

	focus(sheet, (sheet->focus + (forward ? 1 : all - 1)) % all);
}

static void scroll(struct sheet *sheet, int by)
{
	int most = sheet->height > sheet->page ? sheet->height - sheet->page : 0;

	sheet->top += by;
	sheet->top = sheet->top > most ? most : sheet->top < 0 ? 0 : sheet->top;
	sheet->follow = false;
}

static void toggle(struct sheet *sheet, size_t check)
{
	if (sheet->checks[check].refusal == NULL)
		sheet->checks[check].on = !sheet->checks[check].on;
}

/* The first answer that does something: where Enter leads to after checking
 * and typing, but does not give it. */
static size_t onward(const struct sheet *sheet)
{
	for (size_t i = 1; i < sheet_buttons(sheet); i++)
		if (sheet_answers(sheet, i))
			return sheet_button_focus(sheet, i);
	return sheet_button_focus(sheet, 0);
}

static int enter(struct sheet *sheet)
{
	if (in_checks(sheet)) {
		focus(sheet, sheet->word != NULL ? sheet_input_focus(sheet) : onward(sheet));
		return SHEET_OPEN;
	}
	if (in_input(sheet)) {
		if (strcmp(sheet->input.text, sheet->word) == 0)
			focus(sheet, onward(sheet));
		return SHEET_OPEN;
	}
	size_t button = sheet->focus - sheet_button_focus(sheet, 0);

	return sheet_answers(sheet, button) ? (int)button : SHEET_OPEN;
}

static int click(struct sheet *sheet, const struct key *key)
{
	for (size_t i = 0; i < sheet_buttons(sheet); i++)
		if (key->row == sheet->places[i].row && key->col >= sheet->places[i].from &&
		    key->col < sheet->places[i].end)
			return sheet_answers(sheet, i) ? (int)i : SHEET_OPEN;
	if (sheet->word != NULL && key->row == sheet->input_row)
		focus(sheet, sheet_input_focus(sheet));
	struct area body = sheet->body;
	/* The checks stand in one row each, at the end of the body. */
	int row = key->row - body.row + sheet->top - (sheet->height - (int)sheet->check_count);

	if (key->row < body.row || key->row >= body.row + body.rows || key->col < body.col ||
	    key->col >= body.col + body.cols || row < 0 || (size_t)row >= sheet->check_count)
		return SHEET_OPEN;
	focus(sheet, (size_t)row);
	toggle(sheet, (size_t)row);
	return SHEET_OPEN;
}

/* Among the checks from one to the next; on an answer the body scrolls, and
 * when it does not, up leads back to what is above the answers. */
static void vertical(struct sheet *sheet, bool down)
{
	int before = sheet->top;

	if (in_checks(sheet) && down) {
		focus(sheet, sheet->focus + 1);
	} else if (in_input(sheet) && down) {
		focus(sheet, sheet_button_focus(sheet, 0));
	} else if ((in_checks(sheet) || in_input(sheet)) && sheet->focus > 0) {
		focus(sheet, sheet->focus - 1);
	} else {
		scroll(sheet, down ? 1 : -1);
		if (sheet->top == before && !down && !in_checks(sheet) && !in_input(sheet) &&
		    sheet_button_focus(sheet, 0) > 0)
			focus(sheet, sheet_button_focus(sheet, 0) - 1);
	}
}

static void move(struct sheet *sheet, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	int page = sheet->page > 1 ? sheet->page - 1 : 1;

	if (key->code == PRESS_TAB)
		step(sheet, true);
	else if (key->code == PRESS_BACKTAB)
		step(sheet, false);
	else if (key->code == PRESS_PAGE_UP)
		scroll(sheet, -page);
	else if (key->code == PRESS_PAGE_DOWN)
		scroll(sheet, page);
	else if (key->code == PRESS_WHEEL_UP)
		scroll(sheet, -3);
	else if (key->code == PRESS_WHEEL_DOWN)
		scroll(sheet, 3);
	else if (key->code == PRESS_ARROW_UP || c == 'k')
		vertical(sheet, false);
	else if (key->code == PRESS_ARROW_DOWN || c == 'j')
		vertical(sheet, true);
	else if (c == ' ' && in_checks(sheet))
		toggle(sheet, sheet->focus);
	else if (!in_checks(sheet) && (key->code == PRESS_ARROW_RIGHT || c == 'l'))
		step(sheet, true);
	else if (!in_checks(sheet) && (key->code == PRESS_ARROW_LEFT || c == 'h'))
		step(sheet, false);
	else if (key->code == PRESS_FIRST)
		scroll(sheet, -sheet->height);
	else if (key->code == PRESS_LAST)
		scroll(sheet, sheet->height);
}

/* Keys that move although somebody types. */
static bool leaves_input(const struct key *key)
{
	return key->code == PRESS_TAB || key->code == PRESS_BACKTAB || key->code == PRESS_PAGE_UP ||
	    key->code == PRESS_PAGE_DOWN || key->code == PRESS_ARROW_UP ||
	    key->code == PRESS_ARROW_DOWN || key->code == PRESS_WHEEL_UP ||
	    key->code == PRESS_WHEEL_DOWN;
}

int sheet_key(struct sheet *sheet, const struct key *key)
{
	if (sheet->focus >= sheet_focuses(sheet))
		sheet->focus = sheet_button_focus(sheet, 0);
	if (key->code == PRESS_ESCAPE || (key->code == PRESS_CONTROL && key->character == 'C'))
		return 0;
	if (key->code == PRESS_ENTER)
		return enter(sheet);
	if (key->code == PRESS_CLICK)
		return click(sheet, key);
	if (in_input(sheet) && !leaves_input(key))
		input_key(&sheet->input, key);
	else
		move(sheet, key);
	return SHEET_OPEN;
}
