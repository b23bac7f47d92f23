/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_TRIAL_H
#define HOST_TRIAL_H

#include <jansson.h>
#include <stdbool.h>

#include "data/fault.h"

/*
 * Settings on trial (docs/control.md): in force, stored nowhere, and gone again
 * unless an admin confirms them in time. One at a time; host->trial is it, and
 * while it is there no other settings are put in force. A host that dies, ends or
 * is replaced meanwhile comes back with the old ones. Supervisor's thread.
 */
struct host;
struct call;
struct settings_book;

#define TRIAL_MIN 5
#define TRIAL_MAX 3600 /* seconds */

struct trial_order {
	struct call *call;  /* answered when it waits for confirmation, or failed */
	const char *action; /* "set", "reload", "undo"; constant */
	const char *words;  /* for the audit list */
	struct settings_book *book;
	const bool *touched;
	unsigned seconds;
	bool files;       /* book is what stands in the files: confirming stores nothing */
	json_t *services; /* names of those touched; taken over, as the rest is */
	json_t *changes;  /* all that were asked for: the answer's */
	json_t *moved;    /* those that change something: the audit list's */
	json_t *inverse;  /* as in struct audit_note, or NULL */
	json_t *more;     /* an object whose fields the answer gets too, or NULL */
	json_int_t undoes;
};

/* There is none under way. The audit entry's number is its id. */
void trial_begin(struct host *host, struct trial_order *order);
/* Stores it, or goes back, and then answers the call. */
void trial_confirm(struct host *host, json_int_t id, struct call *call);
void trial_revert(struct host *host, json_int_t id, struct call *call);
/* While one is under way: false, and fault names whose and for how long. */
bool trial_absent(const struct host *host, struct fault *fault);
/* For status and snapshots: the document, or null. */
json_t *trial_shown(const struct host *host);
/* Something moved. */
void trial_turn(struct host *host);
/* The host is ending: whoever waits for an answer gets one, nothing else begins. */
void trial_leave(struct host *host);
void trial_free(struct host *host); /* after the loop */

#endif
