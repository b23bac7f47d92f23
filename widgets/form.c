/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What keys do to a form. It is in one of three states: moving, editing a
 * line, choosing from a menu; each has a function that takes the keys.
 */
#include "widgets/form.h"

#include <stdio.h>
#include <string.h>

#include "widgets/form_draw.h"

struct form_field form_field(const struct form *form, size_t index)
{
	struct form_field field = { .value = "", .label = "" };

	if (index < form->count)
		form->field(form->arg, index, &field);
	return field;
}

size_t form_choices(const struct form_field *field)
{
	size_t count = 0;

	while (field->choices != NULL && count < FORM_CHOICES && field->choices[count] != NULL)
		count++;
	return count;
}

size_t form_choice(const struct form_field *field)
{
	size_t count = form_choices(field);

	for (size_t i = 0; i < count; i++)
		if (strcmp(field->choices[i], field->value) == 0)
			return i;
	return count;
}

bool form_edits(const struct form *form)
{
	return form->editing || form->choosing;
}

void form_cancel(struct form *form)
{
	form->editing = form->choosing = false;
	form->error[0] = '\0';
}

static void say(struct form *form, const char *error)
{
	snprintf(form->error, sizeof form->error, "%s", error);
}

static bool commit(struct form *form, const char *value)
{
	char error[sizeof form->error] = "";

	if (form->commit(form->arg, form->selected, value, error, sizeof error)) {
		form_cancel(form);
		return true;
	}
	/* A refusal without a reason is one all the same. */
	say(form, error[0] != '\0' ? error : "?");
	return false;
}

static void select_field(struct form *form, size_t index)
{
	size_t last = form->count > 0 ? form->count - 1 : 0;

	index = index < last ? index : last;
	if (index != form->selected)
		form->error[0] = '\0';
	form->selected = index;
	form->loose = false;
}

/* ---- Changing a value ---- */

static void edit(struct form *form, const struct form_field *field)
{
	if (strlen(field->value) >= INPUT_MAX) {
		say(form, form->too_long != NULL ? form->too_long : "?");
		return;
	}
	form->error[0] = '\0';
	form->editing = true;
	input_set(&form->input, field->value);
}

static void open_menu(struct form *form, const struct form_field *field)
{
	size_t now = form_choice(field);

	form->menu = (struct menu){ .entries = form->entries, .count = form_choices(field) };
	for (size_t i = 0; i < form->menu.count; i++)
		form->entries[i] = (struct menu_entry){ .label = field->choices[i], .id = (int)i };
	menu_open(&form->menu);
	form->menu.selected = now < form->menu.count ? now : 0;
	form->choosing = form->menu.count > 0;
}

static void cycle(struct form *form, const struct form_field *field, bool forward)
{
	size_t count = form_choices(field), now = form_choice(field);

	if (count == 0)
		return;
	if (now == count) /* the value is none of them */
		now = forward ? count - 1 : 0;
	commit(form, field->choices[(now + (forward ? 1 : count - 1)) % count]);
}

/* Enter and the second click. */
static void begin(struct form *form)
{
	struct form_field field = form_field(form, form->selected);

	form->loose = false;
	if (form->count == 0 || field.refusal != NULL)
		return;
	if (field.kind == FORM_BOOLEAN)
		cycle(form, &field, true);
	else if (field.kind == FORM_CHOICE)
		open_menu(form, &field);
	else
		edit(form, &field);
}

/* Space and the arrows to the sides, without Enter. */
static bool turn(struct form *form, bool forward, bool space)
{
	struct form_field field = form_field(form, form->selected);

	if (field.kind != FORM_CHOICE && field.kind != FORM_BOOLEAN)
		return false;
	if (field.kind == FORM_BOOLEAN && !space)
		return false;
	form->loose = false;
	if (field.refusal == NULL)
		cycle(form, &field, forward);
	return true;
}

/* ---- Keys ---- */

static bool next_field(struct form *form, bool forward)
{
	if (forward ? form->selected + 1 >= form->count : form->selected == 0)
		return false;
	select_field(form, form->selected + (forward ? 1 : (size_t)-1));
	return true;
}

/* As many fields as were seen; at least one. */
static size_t page_fields(const struct form *form)
{
	return form->seen_count > 2 ? form->seen_count - 1 : 1;
}

static void wheel(struct form *form, int by)
{
	int most = form->height > form->page ? form->height - form->page : 0;

	form->loose = true;
	form->top += by;
	form->top = form->top > most ? most : form->top < 0 ? 0 : form->top;
}

static bool click(struct form *form, const struct key *key)
{
	for (size_t i = 0; i < form->seen_count; i++) {
		if (key->row < form->seen[i].row || key->row >= form->seen[i].end ||
		    key->col < form->drawn.col || key->col >= form->drawn.col + form->drawn.cols)
			continue;
		if (form->editing && form->seen[i].index == form->selected)
			return true;
		/* What was being typed is entered, as by Tab. */
		if (form->editing && !commit(form, form->input.text))
			return true;
		if (form->seen[i].index == form->selected)
			begin(form);
		else
			select_field(form, form->seen[i].index);
		return true;
	}
	return false;
}

static bool moving_character(struct form *form, uint32_t c)
{
	switch (c) {
	case 'j':
		next_field(form, true);
		return true;
	case 'k':
		next_field(form, false);
		return true;
	case 'g':
		select_field(form, 0);
		return true;
	case 'G':
		select_field(form, form->count);
		return true;
	case ' ':
		return turn(form, true, true);
	default:
		return false;
	}
}

static bool moving(struct form *form, const struct key *key)
{
	size_t page = page_fields(form);

	switch (key->code) {
	case PRESS_CHARACTER:
		return !key->alt && moving_character(form, key->character);
	case PRESS_ARROW_DOWN:
		next_field(form, true);
		return true;
	case PRESS_ARROW_UP:
		next_field(form, false);
		return true;
	case PRESS_TAB:
		return next_field(form, true);
	case PRESS_BACKTAB:
		return next_field(form, false);
	case PRESS_PAGE_DOWN:
		select_field(form, form->selected + page);
		return true;
	case PRESS_PAGE_UP:
		select_field(form, form->selected > page ? form->selected - page : 0);
		return true;
	case PRESS_FIRST:
		select_field(form, 0);
		return true;
	case PRESS_LAST:
		select_field(form, form->count);
		return true;
	case PRESS_ARROW_RIGHT:
		return turn(form, true, false);
	case PRESS_ARROW_LEFT:
		return turn(form, false, false);
	case PRESS_ENTER:
		begin(form);
		return true;
	default:
		return false;
	}
}

static bool editing(struct form *form, const struct key *key)
{
	if (key->code == PRESS_TAB || key->code == PRESS_BACKTAB) {
		if (commit(form, form->input.text))
			next_field(form, key->code == PRESS_TAB);
		return true;
	}
	if (key->code == PRESS_ARROW_UP || key->code == PRESS_ARROW_DOWN)
		return true; /* a line has none, and the field is not left by mistake */
	switch (input_key(&form->input, key)) {
	case INPUT_DONE:
		commit(form, form->input.text);
		return true;
	case INPUT_CANCELLED:
		form_cancel(form);
		return true;
	case INPUT_CHANGED:
		form->error[0] = '\0';
		return true;
	case INPUT_MOVED:
		return true;
	default:
		return false;
	}
}

static bool choosing(struct form *form, const struct key *key)
{
	int answer = menu_key(&form->menu, key);

	if (answer == MENU_CLOSED)
		form_cancel(form);
	if (answer < 0)
		return true;
	struct form_field field = form_field(form, form->selected);

	form->choosing = false;
	if ((size_t)answer < form_choices(&field))
		commit(form, field.choices[answer]);
	return true;
}

bool form_key(struct form *form, const struct key *key)
{
	if (form->choosing)
		return choosing(form, key);
	if (key->code == PRESS_CLICK)
		return click(form, key);
	if (key->code == PRESS_WHEEL_UP || key->code == PRESS_WHEEL_DOWN) {
		wheel(form, key->code == PRESS_WHEEL_UP ? -3 : 3);
		return true;
	}
	return form->editing ? editing(form, key) : moving(form, key);
}
