/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_AUDIT_H
#define HOST_AUDIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "data/fault.h"

/*
 * The audit list: who did what, when, and what takes it back (docs/control.md).
 * The newest AUDIT_MAX entries are in memory, all of them in the file `audit` of
 * the state folder (host/audit_file.h). An entry is durable before its action is
 * answered; one that the disk refused stays in memory and is written with the
 * next. Supervisor's thread.
 */
#define AUDIT_MAX 1000

struct host;
struct call;

/* What is told of an action. The texts are borrowed and cleaned, the JSON values
 * are taken over; what does not apply stays NULL. */
struct audit_note {
	const char *user, *origin; /* audit_answer takes the call's */
	const char *action;        /* "set", "stop", ... */
	const char *words;         /* as they would be typed behind `steward` */
	json_t *services;          /* array of names */
	json_t *changes;           /* array of {name, old, new} */
	const char *outcome;       /* waiting, done, failed, reverted; NULL: by the fault */
	const char *reason;
	json_int_t undoes; /* 0: none */
	/* What takes it back. did: "start" or "stop" with the services that it moved,
	 * "set" with what was set by command before, name to text or null. NULL: it
	 * cannot be taken back. */
	const char *did;
	json_t *moved;
	json_t *inverse;
};

/* At the start, when the settings are in force and the disk's thread runs: reads the
 * file. Entries that were waiting become reverted, since the host that held their
 * trial has gone; or done, where what they set is in force all the same. */
void audit_open(struct host *host);
void audit_close(struct host *host); /* when the disk is idle */
/* What could not be written is tried again. */
void audit_retry(struct host *host);
/* Something is not on the disk, and the newest try to write it failed. */
bool audit_failing(const struct host *host);

/* Adds an entry and returns its number; done(arg, fault) when it is durable (fault
 * NULL) or could not be written. done may be NULL. */
json_int_t audit_record(struct host *host, const struct audit_note *note,
    void (*done)(void *arg, const struct fault *fault), void *arg);
/* What became of an entry that was waiting. */
void audit_settle(struct host *host, json_int_t number, const char *outcome, const char *reason,
    void (*done)(void *arg, const struct fault *fault), void *arg);
/* For a method that acts: records what the call did and then answers it, with
 * result (taken over) and "audit" in it, or with fault when it failed (result NULL).
 * When it could not be recorded the answer says so. */
void audit_answer(struct call *call, struct audit_note *note, json_t *result,
    const struct fault *fault);

/* The number of the newest entry, 0 when there is none. */
json_int_t audit_newest(const struct host *host);
/* The entry as it is kept, borrowed; NULL: there is none (any more). */
json_t *audit_find(const struct host *host, json_int_t number);
/* The newest entry that a plain `undo` takes back: one that can be, and is no undo
 * itself. NULL: none. */
json_t *audit_undoable(struct host *host);
/* An array of entries as the method audit gives them, oldest first: the newest
 * `last` with a number below before (0: all); settings: only those that changed
 * settings. */
json_t *audit_list(struct host *host, size_t last, json_int_t before, bool settings);
/* For subscribers: entries that are new or have changed since the count *seen, at
 * most 64, oldest change first; moves *seen. NULL: none. */
json_t *audit_since(struct host *host, uint64_t *seen);
uint64_t audit_seen(const struct host *host);

#endif
