/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_ENTRIES_H
#define CONSOLE_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/ui.h"

/*
 * Everything that the palette offers: the rows of the command table for each
 * service, what services have of their own, pages, keys, settings, alerts. Made
 * from the tables and the schema, so that nothing is listed twice.
 */
struct entry {
	char *label;    /* what is typed to find it: the words, or "go to Logs" */
	char *detail;   /* what it does, translated; or NULL */
	char key[8];    /* that does the same; or empty */
	char *refusal;  /* why it cannot be done now, translated; NULL: it can */
	char *line;     /* words of the command line; NULL: it has none */
	bool more;      /* line wants further words behind it */
	uint32_t press; /* the default key that does it; 0: none */
	const struct view *view;
	char service[32]; /* whose view */
};

struct entries {
	struct entry *list;
	size_t count, room;
};

/* In the order in which they stand when nothing has been typed: the selected
 * service's first, settings last. Freed by entries_clear. */
void entries_fill(struct ui *ui, struct entries *entries);
void entries_clear(struct entries *entries);

/* Whether a default key stands among a page's keys, or among those of any page
 * that it belongs to. */
bool entries_page_key(const struct view *view, char key);
bool entries_pages_own(char key);

#endif
