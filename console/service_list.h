/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_SERVICE_LIST_H
#define CONSOLE_SERVICE_LIST_H

#include "console/ui.h"
#include "widgets/input.h"
#include "widgets/table.h"

/*
 * The table of services that Home and Services show: a filter, the selected
 * service and the marked ones by name, in the order in which the host has them.
 * Part of a view's state, zeroed at first. One thread.
 */
enum service_column {
	SERVICE_STATE,
	SERVICE_NAME,
	SERVICE_RATE,
	SERVICE_CONNECTIONS,
	SERVICE_ERRORS,
	SERVICE_CPU,
	SERVICE_MEMORY,
	SERVICE_P99,
	SERVICE_SINCE,
	SERVICE_RESTART,
	SERVICE_ADDRESS,
	SERVICE_COLUMNS,
};

struct service_list {
	const enum service_column *shown; /* the view's choice; ends with SERVICE_COLUMNS */
	const int *ranks; /* of each of them on narrow screens (table_column); NULL: as Home's */
	char filter[INPUT_MAX];
	size_t rows[MODEL_SERVICES]; /* of the table: indexes into the model */
	struct table table;
	struct table_column columns[SERVICE_COLUMNS + 1];
	struct area area; /* as last drawn */
	struct ui *ui;    /* while it is drawn */
};

/* Which services the table shows, after figures or the filter changed. Selects
 * the one that came into the place of the selected one when that is gone. */
void service_list_update(struct ui *ui, struct service_list *list);
void service_list_draw(struct ui *ui, struct service_list *list, struct area area);
/* Moves, selects by a click; Enter and Right open the service's page. */
bool service_list_key(struct ui *ui, struct service_list *list, const struct key *key);
/* For the footer, and for the help page of a view that shows the list. */
size_t service_list_hints(const struct ui *ui, struct bar_hint *hints, size_t most);
extern const struct view_key service_list_keys[];
/* Drops the filter; false: there was none. */
bool service_list_escape(struct ui *ui, struct service_list *list);

#endif
