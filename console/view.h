/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_VIEW_H
#define CONSOLE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/bar.h"
#include "widgets/canvas.h"
#include "widgets/keys.h"

/*
 * A view is a page of the screen: what stands between the bar of views and the
 * message line. An overlay is what lies over it for a moment: menu, question,
 * palette, the line of a filter. Both are constants; what they remember is a
 * struct of their own that ui_state gives them, so that no view knows another's.
 * A new view is a file view_NAME.c and a line in view_list (or a key of a view
 * that opens it).
 */
struct ui;

struct view_key {
	const char *keys; /* "PgUp PgDn", marked with N_; NULL ends the list */
	const char *help; /* marked with N_ */
};

struct view {
	const char *name;         /* marked with N_; on the screen and in the help */
	const char *short_name;   /* in the bar of views where room is short; N_ */
	char digit;               /* the key that opens it from everywhere; 0: none */
	bool acts;                /* the command table's keys work on the selected service */
	bool marks;               /* Space marks it, and the keys act on all that are marked */
	size_t state;             /* bytes that ui_state gives, zeroed at first */
	void (*end)(void *state); /* frees what state holds; NULL: nothing */
	/* It came to the top: opened, or what lay over it was closed. NULL allowed. */
	void (*opened)(struct ui *ui);
	/* What goes behind the name on the view's line; may leave out empty. NULL: the
	 * view draws its heading itself and gets that line too. */
	void (*title)(struct ui *ui, char *out, size_t size);
	void (*draw)(struct ui *ui, struct area area);
	/* False: the key is none of this view's. Clicks have screen coordinates. */
	bool (*key)(struct ui *ui, const struct key *key);
	/* Esc: true when there was something to undo here before leaving. */
	bool (*escape)(struct ui *ui);
	/* The footer; ids are what ui_hint takes. Returns how many. */
	size_t (*hints)(struct ui *ui, struct bar_hint *hints_r, size_t most);
	/* What / edits (INPUT_MAX bytes); NULL: there is no filter here. */
	char *(*filter)(struct ui *ui);
	void (*filtered)(struct ui *ui); /* it has changed */
	/* A new snapshot, records or audit entries came; seen or not. NULL allowed. */
	void (*changed)(struct ui *ui);
	/* Time went on while it is seen: what is asked for again and again. NULL allowed. */
	void (*tick)(struct ui *ui);
	/* What others are told of where this person is; NULL: the name alone. */
	void (*page)(struct ui *ui, char *out, size_t size);
	/* A line is being typed into: keys come as they were typed, whatever the
	 * person has given them to, and pasted text comes as well. NULL: never. */
	bool (*typing)(struct ui *ui);
	/* The section of the settings in work here, or NULL. NULL allowed. */
	const char *(*editing)(struct ui *ui);
	/* Tells each what a key does to what is selected here beside the rows of the
	 * command table: the words of the command line, and the key (0: none). NULL:
	 * nothing more. */
	void (*commands)(struct ui *ui, void (*each)(void *arg, char key, const char *words),
	    void *arg);
	const struct view_key *keys; /* for its help page */
};

struct overlay {
	const char *name;         /* for tests and the help; not shown */
	size_t state;             /* as a view's */
	void (*end)(void *state); /* as a view's */
	/* Draws over everything; area is the whole screen. */
	void (*draw)(struct ui *ui, struct area area);
	/* Gets every key but Ctrl-C, Ctrl-L and Ctrl-Z; closes itself with ui_close. */
	void (*key)(struct ui *ui, const struct key *key);
	/* It is being closed, whoever does it. NULL allowed. */
	void (*closed)(struct ui *ui);
	void (*tick)(struct ui *ui); /* as a view's */
	/* It draws in the message's row alone, whose area it then gets. */
	bool line;
};

/* The numbered views in the bar's order, ends with NULL. */
extern const struct view *const view_list[];
extern const struct view view_home, view_services, view_service, view_log, view_help, view_result;
extern const struct view view_alerts, view_who, view_entry, view_tools, view_wizard, view_screen;
extern const struct view view_config, view_versions;

#endif
