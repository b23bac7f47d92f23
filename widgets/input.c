/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/input.h"

#include <stdio.h>
#include <string.h>

#include "widgets/cells.h"

void input_set(struct input *input, const char *text)
{
	size_t length = strnlen(text, INPUT_MAX - 1);

	memcpy(input->text, text, length);
	input->text[length] = '\0';
	input->cursor = length;
}

static bool inside_character(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t before(const struct input *input)
{
	size_t at = input->cursor;

	while (at > 0 && inside_character(input->text[--at]))
		;
	return at;
}

static size_t behind(const struct input *input)
{
	size_t at = input->cursor;

	if (input->text[at] != '\0')
		at++;
	while (inside_character(input->text[at]))
		at++;
	return at;
}

static void cut(struct input *input, size_t from, size_t to)
{
	memmove(input->text + from, input->text + to, strlen(input->text + to) + 1);
	input->cursor = from;
}

static bool insert(struct input *input, uint32_t character)
{
	char bytes[4];
	size_t count = cells_encode(character, bytes);
	size_t length = strlen(input->text);

	if (length + count >= INPUT_MAX)
		return false;
	memmove(input->text + input->cursor + count, input->text + input->cursor,
	    length - input->cursor + 1);
	memcpy(input->text + input->cursor, bytes, count);
	input->cursor += count;
	return true;
}

static size_t word_start(const struct input *input)
{
	size_t at = input->cursor;

	while (at > 0 && input->text[at - 1] == ' ')
		at--;
	while (at > 0 && input->text[at - 1] != ' ')
		at--;
	return at;
}

static enum input_outcome control(struct input *input, uint32_t letter)
{
	switch (letter) {
	case 'A':
		input->cursor = 0;
		return INPUT_MOVED;
	case 'E':
		input->cursor = strlen(input->text);
		return INPUT_MOVED;
	case 'U':
		cut(input, 0, input->cursor);
		return INPUT_CHANGED;
	case 'K':
		input->text[input->cursor] = '\0';
		return INPUT_CHANGED;
	case 'W':
		cut(input, word_start(input), input->cursor);
		return INPUT_CHANGED;
	case 'C':
		return INPUT_CANCELLED;
	default:
		return INPUT_IGNORED;
	}
}

enum input_outcome input_key(struct input *input, const struct key *key)
{
	switch (key->code) {
	case PRESS_CHARACTER:
	case PRESS_PASTED:
		return insert(input, key->character) ? INPUT_CHANGED : INPUT_MOVED;
	case PRESS_CONTROL:
		return control(input, key->character);
	case PRESS_ERASE:
		cut(input, before(input), input->cursor);
		return INPUT_CHANGED;
	case PRESS_DELETE:
		cut(input, input->cursor, behind(input));
		return INPUT_CHANGED;
	case PRESS_ARROW_LEFT:
		input->cursor = before(input);
		return INPUT_MOVED;
	case PRESS_ARROW_RIGHT:
		input->cursor = behind(input);
		return INPUT_MOVED;
	case PRESS_FIRST:
		input->cursor = 0;
		return INPUT_MOVED;
	case PRESS_LAST:
		input->cursor = strlen(input->text);
		return INPUT_MOVED;
	case PRESS_ENTER:
		return INPUT_DONE;
	case PRESS_ESCAPE:
		return INPUT_CANCELLED;
	default:
		return INPUT_IGNORED;
	}
}

void input_draw(const struct input *input, struct area area, int row, const char *label)
{
	char head[INPUT_MAX];
	bool ascii = area.canvas->ascii;
	int col = area_text(area, row, 0, STYLE_KEY, label);
	int room = area.cols - col - 1;
	const char *from = input->text;

	snprintf(head, sizeof head, "%.*s", (int)input->cursor, input->text);
	/* Leave out characters at the front until the cursor has room. */
	for (const char *at = head; cells_width(at, ascii) > room && *at != '\0';) {
		cells_next(&at);
		from = input->text + (at - head);
	}
	area_fill(area, row, col, area.cols - col, STYLE_NORMAL);
	struct area line = area_part(area, row, col, 1, area.cols - col);

	area_text(line, 0, 0, STYLE_INPUT, from);
	area_cursor(line, 0, cells_width(head + (from - input->text), ascii));
}
