/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_PAGES_H
#define CONSOLE_PAGES_H

#include "console/ui.h"

/*
 * What a tab of a service's page shows. All of them are about the selected
 * service (ui_selected, never NULL when they are called); which tabs there are
 * comes from the schema (view_service.c).
 */
struct page {
	/* It came to be seen: another tab, another service. table: the name of the
	 * table that the tab stands for; empty: of none. */
	void (*opened)(struct ui *ui, const char *table);
	void (*draw)(struct ui *ui, struct area area);
	bool (*key)(struct ui *ui, const struct key *key);
	void (*tick)(struct ui *ui); /* time went on while it is seen; NULL allowed */
	/* What goes behind the service's name on the view's line; NULL: nothing. */
	void (*title)(struct ui *ui, char *out, size_t size);
};

extern const struct page page_status, page_log, page_config, page_table;

/* The page of a service, on the first tab that page is for (view_service.c). */
void pages_open(struct ui *ui, const char *service, const struct page *page);
/* Leads to where a setting is changed; NULL: to all of the service's. */
void page_config_edit(struct ui *ui, const char *service, const char *setting);

/* The rows of page_status, which stands beside the list of services as well.
 * From row -top on; returns how many there are in all. */
int page_status_draw(const struct ui *ui, struct area area, const struct model_service *service,
    int top);

#endif
