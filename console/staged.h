/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_STAGED_H
#define CONSOLE_STAGED_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/fault.h"

/*
 * Changes of settings that somebody is working on: over several services, none
 * of them in force. Each keeps the value and the origin that were seen when the
 * edit began, so that what somebody else did meanwhile is never overwritten
 * unseen. What has been applied on trial is kept apart until the trial ends:
 * confirmed it is done with, else it is staged again. A file of the person keeps
 * both over a lost line. No screen, no socket. One thread.
 */
#define STAGED_MOST 256
/* Of all names and texts: what is sent must stay below 64 KiB as JSON. */
#define STAGED_BYTES 24000

struct staged_change {
	char *name;   /* "web.workers" */
	char *text;   /* the new value; NULL: back to the file's or the default */
	char *seen;   /* the value when the edit began */
	char *origin; /* and where that came from */
};

struct staged_list {
	struct staged_change *changes; /* in the order of their first edit */
	size_t count;
};

struct staged {
	struct staged_list edits;
	struct staged_list tried; /* on trial now */
	int64_t trial;            /* its id, which is its number in the audit list too; -1: none */
};

struct staged *staged_new(void);
void staged_free(struct staged *staged); /* NULL allowed */

/* NULL when the setting has no edit. Valid until the next change. */
const struct staged_change *staged_find(const struct staged *staged, const char *name);
/* Stages text (NULL: reset) for name, whose value now is seen, of origin; a
 * setting that has an edit keeps what was seen when that began. The value that
 * was seen is no change: the edit is dropped. False: there are too many. */
bool staged_put(struct staged *staged, const char *name, const char *text, const char *seen,
    const char *origin, struct fault *fault);
/* False: there was none. */
bool staged_drop(struct staged *staged, const char *name);
void staged_clear(struct staged *staged); /* the edits, not what is on trial */
/* Edits of one section ("web"), or of all (NULL). */
size_t staged_count(const struct staged *staged, const char *section);
size_t staged_sections(const struct staged *staged); /* how many have edits */

/* Whether the setting has another value by now than the one that was seen. */
bool staged_conflict(const struct staged_change *change, const char *value);
/* The edit stays and is from now on one of value: what somebody else set has
 * been seen. An edit to just that value is dropped. */
void staged_rebase(struct staged *staged, const char *name, const char *value, const char *origin);

/* The parameters `values` and `expect` of the method set; the caller's. */
json_t *staged_values(const struct staged *staged);
json_t *staged_expect(const struct staged *staged);
/* "steward set a=b c --reset --confirm 60", as a person would type it; false
 * when it did not fit. seconds 0: without a trial. */
bool staged_command(const struct staged *staged, const char *home, int seconds, char *out,
    size_t size);

/* Edits as JSON, the caller's: what was sent when it was sent. */
json_t *staged_pack(const struct staged_list *list);
/* Stages edits from JSON; what is none is left out. */
void staged_unpack(struct staged *into, const json_t *list);
/* These edits (staged_pack) are applied on trial. What is staged and not among
 * them, or with another value by now, stays staged. */
void staged_try(struct staged *staged, const json_t *sent, int64_t trial);
/* The trial has ended: kept, or everything is as before and staged again (an
 * edit that was made meanwhile counts more). Returns how many that were. */
size_t staged_kept(struct staged *staged);
size_t staged_back(struct staged *staged);

/* ---- The file (staged_file.c) ---- */

/* Where the changes of a home are kept: home as given by --home, or NULL. False:
 * fault. */
bool staged_path(const char *home, char *path_r, size_t size, struct fault *fault);
/* NULL: fault; a file that is not there is an empty one. */
struct staged *staged_load(const char *path, struct fault *fault);
/* Mode 0600, atomic and durable; nothing staged: the file is taken away. */
bool staged_save(const struct staged *staged, const char *path, struct fault *fault);

#endif
