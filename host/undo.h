/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_UNDO_H
#define HOST_UNDO_H

#include <jansson.h>
#include <stdbool.h>

#include "data/fault.h"

/*
 * Whether an entry of the audit list can be taken back, and how: judged from the
 * state when it is asked, never kept. Supervisor's thread.
 */
struct host;
struct settings_book;

enum undo_kind { UNDO_NONE, UNDO_START, UNDO_STOP, UNDO_SET };

struct undo_plan {
	enum undo_kind kind;
	json_t *services;  /* UNDO_START, UNDO_STOP: array of names; counted */
	json_t *values;    /* UNDO_SET: name to text or null; borrowed from the entry */
	char words[1024];  /* what `steward` would be given, or empty */
	const char *grade; /* "reversible", "disrupts"; NULL: it cannot be taken back */
	struct fault why;  /* when it is not possible; FAULT_STALE: not any more */
};

/* entry: as audit_find gives it. True when it is possible now. plan is filled in
 * either case, and cleared by undo_plan_clear. */
bool undo_plan(struct host *host, json_t *entry, struct undo_plan *plan);
void undo_plan_clear(struct undo_plan *plan);
/* The object "undo" of the entry. */
json_t *undo_shown(struct host *host, json_t *entry);

/* Words as they are typed, added to out: "set web.workers=2; set --reset web.root"
 * for values (name to text or null), "start web dns" for an array of names. False
 * when not all had room. */
bool undo_words_set(char *out, size_t size, json_t *values);
bool undo_words_names(char *out, size_t size, const char *verb, json_t *names);
/* One word more, quoted for a shell, behind what is there. */
bool undo_word(char *out, size_t size, const char *word);

#endif
