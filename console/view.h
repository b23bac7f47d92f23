/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_VIEW_H
#define CONSOLE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/bar.h"
#include "widgets/canvas.h"
#include "widgets/keys.h"

/*
 * A view is a page of the screen: what stands between the host line and the
 * message line. Views are constants; what they remember lies in struct ui. A
 * new page is a file view_NAME.c, a line here, and a key that opens it.
 */
struct ui;

struct view_key {
	const char *keys; /* "PgUp PgDn"; NULL ends the list */
	const char *help;
};

struct view {
	const char *name;
	/* Acting keys of the command table work on the selected service. */
	bool acts;
	/* What goes on the right of the view's line; may leave it empty. */
	void (*title)(struct ui *ui, char *out, size_t size);
	void (*draw)(struct ui *ui, struct area area);
	/* False: the key is none of this view's. Clicks have screen coordinates. */
	bool (*key)(struct ui *ui, const struct key *key);
	/* Esc: true when there was something to undo here before leaving. */
	bool (*escape)(struct ui *ui);
	/* The footer; ids are what ui_hint takes. Returns how many. */
	size_t (*hints)(struct ui *ui, struct bar_hint *hints_r, size_t most);
	/* What / edits; NULL: there is no filter here. The view applies it. */
	char *(*filter)(struct ui *ui);
	void (*filtered)(struct ui *ui);
	const struct view_key *keys; /* for its help page */
};

extern const struct view view_home, view_service, view_log, view_help;

#endif
