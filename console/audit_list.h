/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_AUDIT_LIST_H
#define CONSOLE_AUDIT_LIST_H

#include "console/ui.h"
#include "widgets/pairs.h"

/*
 * The audit list as far as it has been read: what the model has of it, and the
 * older pages that were asked for, without a hole between them. Newest last. What
 * is said of an entry is here as well. One thread.
 */
#define AUDIT_LIST_MOST 3000
#define AUDIT_PAGE 100
#define ENTRY_PAIRS 12

struct audit_list {
	struct model_audit *entries; /* the list's, with their changes */
	size_t count;
	uint64_t edition; /* of the model, as it was taken over last */
	bool oldest;      /* nothing is before the first one */
};

void audit_list_clear(struct audit_list *list);
/* Takes over what is new or has changed. True when something was. */
bool audit_list_update(struct audit_list *list, const struct model *model);
/* The answer to `audit` with `before`: goes before the first one. */
void audit_list_older(struct audit_list *list, const json_t *entries);
/* NULL when it has not been read. */
const struct model_audit *audit_list_find(const struct audit_list *list, int64_t number);

/* ---- Words ---- */

struct entry_facts {
	struct pair pairs[ENTRY_PAIRS];
	size_t count;
	char who[160], when[96], outcome[340], undo[600], undone[64], undoes[64], words[320];
};

/* "adm@192.0.2.7" */
void entry_who(const struct model_audit *entry, char *out, size_t size);
const char *entry_outcome(const struct model_audit *entry); /* translated */
unsigned entry_style(const struct model_audit *entry);      /* of its outcome */
/* How it is undone, by what it was undone, or why it cannot be. */
void entry_undo(const struct model_audit *entry, char *out, size_t size);
/* All but its changes. The texts are the entry's and facts's own. */
void entry_facts(const struct ui *ui, const struct model_audit *entry, struct entry_facts *facts_r);
/* Holds the text in some field, in any case of letters. */
bool entry_holds(const struct model_audit *entry, const char *text);

#endif
