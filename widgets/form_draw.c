/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every field is laid out by one function, which counts rows or draws them: at
 * a row that may lie outside of the area, where the canvas clips. So heights
 * and pictures cannot disagree, and a form scrolls by rows.
 */
#include <limits.h>
#include <string.h>

#include "widgets/form_draw.h"

#define MARGIN 3       /* signs: selected, changed, wrong */
#define BESIDE_COLS 56 /* from so many columns on labels stand beside values */
#define ORIGIN_COLS 90
#define MANY (INT_MAX / 2)

struct layout {
	struct area area;
	bool beside;
	int value;  /* columns: where values begin */
	int origin; /* where origins begin; 0: below the selected field alone */
	int end;    /* where values end */
};

static struct layout lay_out(const struct form *form, struct area area)
{
	struct layout l = { .area = area, .beside = area.cols >= BESIDE_COLS, .end = area.cols };
	int widest = 8, most = area.cols * 2 / 5;

	if (area.cols >= ORIGIN_COLS) {
		l.origin = area.cols - area.cols / 4;
		l.end = l.origin - 2;
		most = area.cols / 3;
	}
	for (size_t i = 0; l.beside && i < form->count; i++) {
		struct form_field field = form_field(form, i);
		int width = area_width(area, field.label);

		if (width > widest)
			widest = width;
	}
	l.value = MARGIN + (widest < most - MARGIN ? widest : most - MARGIN) + 2;
	if (!l.beside)
		l.value = area.cols > 16 ? MARGIN + 2 : area.cols > MARGIN ? MARGIN : 0;
	return l;
}

/* A column of the area, as wide as it is, rows above and below it included. */
static struct area column(struct layout l, int from, int end)
{
	from = from < l.area.cols ? from : l.area.cols;
	end = end < l.area.cols ? end : l.area.cols;
	return (struct area){ l.area.canvas, l.area.row, l.area.col + from, l.area.rows,
		end > from ? end - from : 0 };
}

static int wrapped(struct area area, int at, bool drawn, unsigned style, const char *text)
{
	if (text == NULL || *text == '\0')
		return 0;
	return area_wrap(area, at, MANY, drawn ? (int)style : -1, text);
}

static unsigned value_style(const struct form_field *field)
{
	if (field->refusal != NULL)
		return STYLE_DIM;
	return field->changed ? STYLE_STRONG : STYLE_NORMAL;
}

/* The value with its unit; returns its rows. */
static int draw_value(const struct form *form, struct layout l, int at, size_t index,
    const struct form_field *field, bool drawn)
{
	struct area room = column(l, l.value, l.end);

	if (form->editing && index == form->selected) {
		if (drawn && at >= 0 && at < l.area.rows)
			input_draw(&form->input, room, at, "");
		return 1;
	}
	if (field->kind == FORM_BOOLEAN) {
		if (drawn) {
			int col = area_text(room, at, 0, value_style(field),
			    form_choice(field) == 1 ? "[x] " : "[ ] ");

			area_text(room, at, col, value_style(field), field->value);
		}
		return 1;
	}
	bool drop = field->kind == FORM_CHOICE && index == form->selected;
	int used = wrapped(room, at, drawn, value_style(field), field->value);
	int col = used == 1 ? area_width(room, field->value) : 0;

	used = used > 0 ? used : 1;
	if (field->unit != NULL && *field->unit != '\0') {
		/* Behind a value of one row, else in a row of its own. */
		bool behind = used == 1 && col + 1 + area_width(room, field->unit) <= room.cols;

		used += behind ? 0 : 1;
		if (drawn)
			col = area_text(room, at + used - 1, behind && col > 0 ? col + 1 : 0,
			    STYLE_DIM, field->unit);
	}
	if (drop && drawn && field->refusal == NULL && used == 1 && col + 2 < room.cols)
		area_glyph(room, at, col + 1, STYLE_KEY, GLYPH_DOWN);
	return used;
}

static int draw_label(struct layout l, int at, const struct form_field *field, bool selected,
    bool drawn)
{
	struct area room = column(l, MARGIN, l.beside ? l.value - 1 : l.area.cols);

	return wrapped(room, at, drawn, selected ? STYLE_STRONG : STYLE_NORMAL, field->label);
}

static void draw_signs(struct layout l, int at, const struct form_field *field, bool selected,
    bool wrong)
{
	if (selected)
		area_glyph(l.area, at, 0, STYLE_KEY, GLYPH_MARK);
	if (field->changed)
		area_text(l.area, at, 1, STYLE_NOTE, "*");
	if (wrong)
		area_text(l.area, at, 2, STYLE_BAD, "!");
}

/* What is said below a field; the reason that it is wrong always. */
static int draw_below(const struct form *form, struct layout l, int at, size_t index,
    const struct form_field *field, bool drawn)
{
	bool selected = index == form->selected;
	struct area room = column(l, l.value, l.area.cols);
	const char *error = selected && form->error[0] != '\0' ? form->error : field->error;
	int first = at;

	at += wrapped(room, at, drawn, STYLE_BAD, error);
	if (!selected)
		return at - first;
	at += wrapped(room, at, drawn, STYLE_NOTE, field->refusal);
	at += wrapped(room, at, drawn, STYLE_DIM, field->help);
	at += wrapped(room, at, drawn, STYLE_DIM, field->standard);
	if (l.origin == 0)
		at += wrapped(room, at, drawn, STYLE_DIM, field->origin);
	return at - first;
}

static int draw_group(struct layout l, int at, size_t index, const char *title, bool drawn)
{
	int gap = index > 0;

	/* area_rule draws on rows of the area only, too. */
	if (drawn)
		area_rule(l.area, at + gap, title);
	return gap + 1;
}

/* Draws a field with the group's title above it from row at on; returns the
 * rows it takes. head_r: where its own rows begin. */
static int draw_field(const struct form *form, struct layout l, int at, size_t index, bool drawn,
    int *head_r)
{
	struct form_field field = form_field(form, index);
	bool selected = index == form->selected;
	bool wrong = field.error != NULL || (selected && form->error[0] != '\0');
	int first = at, value_at, value_rows;

	if (field.group != NULL)
		at += draw_group(l, at, index, field.group, drawn);
	*head_r = at;
	int label_rows = draw_label(l, at, &field, selected, drawn);

	value_at = l.beside ? at : at + label_rows;
	value_rows = draw_value(form, l, value_at, index, &field, drawn);
	if (drawn) {
		draw_signs(l, at, &field, selected, wrong);
		if (l.origin > 0 && field.origin != NULL && l.area.cols > l.origin)
			area_field(l.area, at, l.origin, l.area.cols - l.origin, ALIGN_LEFT,
			    STYLE_DIM, field.origin);
	}
	if (drawn && selected && !form->editing && value_at >= 0 && value_at < l.area.rows)
		area_cursor(l.area, value_at, l.value);
	if (!l.beside)
		at += label_rows + value_rows;
	else
		at += label_rows > value_rows ? label_rows : value_rows;
	at += draw_below(form, l, at, index, &field, drawn);
	return at - first;
}

/* The selected field is seen whole, or from its head on when it is too high;
 * with the title above it when it is the group's first. */
static void keep_in_view(struct form *form, int from, int head, int end)
{
	int most = form->height > form->page ? form->height - form->page : 0;

	if (!form->loose) {
		if (end > form->top + form->page)
			form->top = end - form->page;
		if (from < form->top)
			form->top = end - from <= form->page ? from : head;
	}
	form->top = form->top > most ? most : form->top < 0 ? 0 : form->top;
}

static void note_seen(struct form *form, size_t index, int row, int end)
{
	struct area d = form->drawn;

	row = row < 0 ? 0 : row;
	end = end > d.rows ? d.rows : end;
	if (row >= end || form->seen_count == FORM_SEEN)
		return;
	form->seen[form->seen_count].row = d.row + row;
	form->seen[form->seen_count].end = d.row + end;
	form->seen[form->seen_count++].index = index;
}

static void draw_menu(struct form *form, struct layout l)
{
	for (size_t i = 0; i < form->seen_count; i++)
		if (form->seen[i].index == form->selected) {
			int below = form->seen[i].row - l.area.row + 1;
			int room = l.area.rows - below;

			/* Over the field when there is more room above it. */
			menu_draw(&form->menu, l.area, room < 4 && below > room ? 0 : below,
			    l.value - 2);
		}
}

void form_draw(struct form *form, struct area area)
{
	struct layout l = lay_out(form, area);
	int at = 0, from = 0, head = 0, end = 0, mine;

	if (form->selected >= form->count)
		form->selected = form->count > 0 ? form->count - 1 : 0;
	form->drawn = area;
	form->page = area.rows;
	form->seen_count = 0;
	if (area.rows < 1 || area.cols < 1)
		return;
	for (size_t i = 0; i < form->count; i++) {
		int rows = draw_field(form, l, at, i, false, &mine);

		if (i == form->selected) {
			from = at;
			head = mine;
			end = at + rows;
		}
		at += rows;
	}
	form->height = at;
	keep_in_view(form, from, head, end);
	at = -form->top;
	for (size_t i = 0; i < form->count && at < area.rows; i++) {
		int rows = draw_field(form, l, at, i, false, &mine);

		if (at + rows > 0) {
			draw_field(form, l, at, i, true, &mine);
			note_seen(form, i, mine, at + rows);
		}
		at += rows;
	}
	if (form->top > 0)
		area_glyph(area, 0, area.cols - 1, STYLE_NOTE, GLYPH_UP);
	if (form->top + form->page < form->height)
		area_glyph(area, area.rows - 1, area.cols - 1, STYLE_NOTE, GLYPH_DOWN);
	if (form->choosing)
		draw_menu(form, l);
}

void form_range(const struct form *form, size_t *first_r, size_t *last_r)
{
	*first_r = form->seen_count > 0 ? form->seen[0].index + 1 : 0;
	*last_r = form->seen_count > 0 ? form->seen[form->seen_count - 1].index + 1 : 0;
}
