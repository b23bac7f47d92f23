/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_FORM_H
#define WIDGETS_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"
#include "widgets/input.h"
#include "widgets/keys.h"
#include "widgets/menu.h"

/*
 * Fields one below the other, in groups. Values are the caller's: the form
 * asks for each field while it draws and hands back what somebody entered; the
 * caller may refuse it with a reason, which stands at the field while the edit
 * stays open. Labels stand beside the values, or above them where the screen is
 * narrow. The selected field shows its help, its default and where its value
 * comes from. The caller sets the first group and zeroes the rest.
 */
enum form_kind {
	FORM_TEXT,
	FORM_NUMBER,
	FORM_CHOICE,
	FORM_BOOLEAN, /* choices: what stands for off and for on */
	FORM_LIST,    /* a text; it may take several rows */
};

#define FORM_CHOICES 32

struct form_field {
	const char *group; /* a title above this field; NULL: the group goes on */
	const char *label;
	enum form_kind kind;
	const char *value;
	const char *const *choices; /* ends with NULL */
	const char *unit;           /* behind the value; this and all below: NULL: none */
	const char *standard;       /* a phrase about the default */
	const char *help;           /* one line */
	const char *origin;         /* where the value comes from */
	const char *error;          /* what is wrong with the value */
	const char *refusal;        /* why it cannot be changed here */
	bool changed;               /* not in force yet */
};

#define FORM_SEEN 128

struct form {
	size_t count;
	/* Fills one field; the texts are borrowed until the next call. Called
	 * while it is drawn and from form_key. */
	void (*field)(void *arg, size_t index, struct form_field *field_r);
	/* Takes a value, or refuses it with a reason. */
	bool (*commit)(void *arg, size_t index, const char *value, char *error, size_t size);
	void *arg;
	const char *too_long; /* the reason when a value is too long for a line */

	size_t selected;
	bool editing, choosing;
	struct input input;
	struct menu menu;
	struct menu_entry entries[FORM_CHOICES];
	char error[192];       /* of the field that is selected */
	int top, page, height; /* rows: passed over, seen, in all */
	bool loose;            /* the wheel was turned: the selected field may be out of sight */
	struct area drawn;
	size_t seen_count;
	struct {
		int row, end; /* on the canvas */
		size_t index;
	} seen[FORM_SEEN];
};

void form_draw(struct form *form, struct area area);
/* Arrows, j k, Tab BackTab, PgUp PgDn, Home End, g G, Enter, Space, Esc (leaves
 * an edit), the mouse. False: the key is none of the form's. Tab behind the
 * last field and BackTab before the first one are not, either. */
bool form_key(struct form *form, const struct key *key);
/* Whether an edit is open, which takes letters that are keys elsewhere. */
bool form_edits(const struct form *form);
/* Ends an edit; the old value stays. */
void form_cancel(struct form *form);
/* Fields that are seen, from 1, for the title; 0 and 0 when none is. */
void form_range(const struct form *form, size_t *first_r, size_t *last_r);

#endif
