/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_SETTINGS_H
#define DATA_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/fault.h"

/*
 * Settings. A setting is one row: name, type, limits, unit, default, help. The
 * parser, its errors, the console's forms, `steward get` and the manual all
 * read the row. Two files are read with libconfuse, the later one winning:
 * steward.conf (the owner's, never written by us) and steward.auto.conf (what
 * `steward set` stored). A book is what came out of them: immutable, counted,
 * safe to read from any thread.
 */
enum setting_type {
	SETTING_TEXT,
	SETTING_INTEGER,  /* min..max */
	SETTING_SIZE,     /* bytes, "8K"; min..max in bytes */
	SETTING_DURATION, /* milliseconds inside, "30s" outside; min..max in ms */
	SETTING_BOOLEAN,  /* true, false (also yes/no, on/off) */
	SETTING_CHOICE,   /* one of choices */
	SETTING_PATH,     /* absolute, or relative to the state folder */
	SETTING_LIST,     /* texts; min..max is their number */
	SETTING_LISTEN, /* "ADDRESS:PORT", "[V6]:PORT"; port 0..65535; "*:80" = 0.0.0.0 and [::] */
};

enum setting_effect {
	SETTING_LIVE,    /* reload applies it */
	SETTING_RESTART, /* the service is restarted to apply it */
};

struct setting {
	const char *name; /* NULL ends a table */
	enum setting_type type;
	const char *fallback;       /* the default, as in the file; lists as "a,b" */
	const char *fallback_home;  /* the default below --home, or NULL: the same */
	int64_t min, max;           /* both 0: no limits */
	const char *unit;           /* shown behind the value, or NULL */
	const char *const *choices; /* SETTING_CHOICE, ends with NULL */
	const char *help;           /* one line */
	enum setting_effect effect;
	/* More than type and limits can say: true when value is right, else
	 * expected_r gets "what was expected". May be NULL. Any thread. */
	bool (*valid)(const char *value, const char **expected_r);
};

/* One section of the files: the program's own ("host") or a service's. */
struct settings_section {
	const char *name; /* NULL ends a schema */
	const char *summary;
	const struct setting *rows;
};

struct settings_source {
	const struct settings_section *schema; /* borrowed, must outlive the book */
	const char *owner_path;                /* steward.conf; may be missing */
	const char *auto_path;                 /* steward.auto.conf; may be missing, or NULL */
	const char *state_folder;              /* what relative paths are relative to */
	bool home;                             /* use fallback_home */
};

struct settings_book;
struct settings; /* one section of a book, borrowed from it */

/* NULL: fault says "FILE:LINE: SETTING: what was expected, what was found". */
struct settings_book *settings_load(const struct settings_source *source, struct fault *fault);
/* The same from the text of an owner's file that is at hand (NULL: there is none),
 * copied; the source's owner_path is for messages, auto_path is not read. */
struct settings_book *settings_read(const struct settings_source *source, const char *text,
    size_t length, struct fault *fault);
/* A copy of book with values changed. names and values: count pairs,
 * "web.root" and a text (lists "a,b"; NULL value: back to what steward.conf or
 * the default says). by: who set it, for the origin. The new book is not
 * written anywhere. */
struct settings_book *settings_change(struct settings_book *book, const char *const *names,
    const char *const *values, size_t count, const char *by, struct fault *fault);
/* Writes the values set by command atomically to path (steward.auto.conf). */
bool settings_store(const struct settings_book *book, const char *path, struct fault *fault);
/* Keeps what the book was read from (the owner's text, and what was set printed
 * afresh) in folder, and reads it back: what a host starts from when the files
 * have since been broken. */
bool settings_keep_good(const struct settings_book *book, const char *folder, struct fault *fault);
struct settings_book *settings_load_good(const struct settings_source *source, const char *folder,
    struct fault *fault);

struct settings_book *settings_ref(struct settings_book *book);
void settings_unref(struct settings_book *book); /* NULL is allowed */

/* Names in steward.auto.conf that no row has any more (another version's): they
 * are left out, and the rest counts. "web.old, web.older"; NULL: there are none.
 * Borrowed. */
const char *settings_ignored(const struct settings_book *book);
/* What was set by command for "web.root", as settings_change takes it, the
 * caller's to free; NULL: nothing was, or there is no such setting. */
char *settings_given(const struct settings_book *book, const char *name);
/* The section of "web.root" and its row; NULL when there is no such setting. */
const struct settings *settings_find(const struct settings_book *book, const char *name,
    const struct setting **row_r);

/* NULL when there is no such section. Valid as long as the book. */
const struct settings *settings_of(const struct settings_book *book, const char *section);

/* By row name; a name that is no row of the section, or has another type, is a
 * mistake in the program and ends it. Texts are borrowed from the book.
 * settings_text: TEXT, CHOICE, PATH (absolute by now). settings_number: INTEGER,
 * SIZE, DURATION (ms). */
const char *settings_text(const struct settings *set, const char *name);
int64_t settings_number(const struct settings *set, const char *name);
bool settings_boolean(const struct settings *set, const char *name);
size_t settings_count(const struct settings *set, const char *name); /* LIST, LISTEN */
const char *settings_item(const struct settings *set, const char *name, size_t index);

/* A LISTEN item taken apart. family: AF_INET or AF_INET6. "*:80" has been
 * expanded to two items by the time a book exists. */
bool settings_address(const char *item, int *family_r, char *address_r, size_t size,
    uint16_t *port_r);

/* For get, forms and diffs: the value as text (lists "a,b"), the default as
 * text and where it comes from ("default", "steward.conf:12",
 * "set by NAME 2026-01-01T00:00:00Z"). Borrowed; NULL for an unknown name. */
const char *settings_shown(const struct settings *set, const char *name);
const char *settings_default(const struct settings *set, const char *name);
const char *settings_origin(const struct settings *set, const char *name);
/* Names of the rows that differ between two books' sections. Calls back with
 * the row; returns how many. */
size_t settings_differ(const struct settings *a, const struct settings *b,
    void (*each)(void *arg, const struct setting *row), void *arg);

#endif
