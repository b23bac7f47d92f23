/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_SETTINGS_PRIVATE_H
#define DATA_SETTINGS_PRIVATE_H

#include <stdatomic.h>

#include "data/settings.h"

/*
 * What the files of data/settings share. A book is made in layers: what
 * steward.conf says, over it what was set by command (steward.auto.conf), both
 * as texts by row; from these and the defaults come the values.
 *
 *   settings_scan.c    characters to tokens: comments, quotes, what is refused
 *   settings_parse.c   a file's text to a layer, by libconfuse
 *   settings_value.c   texts to a value of the row's type, or a complaint
 *   settings.c         the book
 *   settings_store.c   layers to text, and back to disk
 */
#define SETTINGS_FILE_LIMIT ((size_t)1 << 20)

/* ---- Scanning ---- */

/* NAME = ... as it stands in a file, or a section's beginning (name NULL). */
struct scan_mark {
	char *section; /* "" at the top level */
	char *name;
	unsigned line;
};

struct scan {
	char *text; /* for libconfuse: no comments, every word in quotes */
	size_t length, room;
	struct scan_mark *marks;
	size_t count, mark_room;
	unsigned open_line; /* where a section begins that does not end, or 0 */
	unsigned line;      /* of the error, when there is one */
	char error[256];
};

/* False: line and error say where and why. scan_free in either case. */
bool scan_text(struct scan *scan, const char *text, size_t length);
void scan_free(struct scan *scan);

/* ---- Layers ---- */

/* What one layer says of one row. */
struct settings_raw {
	bool set;
	unsigned line; /* 0: not from a file */
	char *origin;
	char **items; /* one unless the row is a list */
	size_t count;
};

struct settings_layer {
	struct settings_raw *rows; /* all sections' rows, one after the other */
	size_t count;
	char *ignored; /* names that no row has, or NULL */
};

bool settings_is_list(const struct setting *row);
size_t settings_rows(const struct settings_section *schema);
/* Copies count texts. */
void raw_fill(struct settings_raw *raw, const char *const *items, size_t count, unsigned line,
    const char *origin);
void raw_clear(struct settings_raw *raw);
void layer_init(struct settings_layer *layer, const struct settings_section *schema);
void layer_copy(struct settings_layer *layer, const struct settings_layer *from);
void layer_clear(struct settings_layer *layer);

/* "there is no such setting" with the nearest name. */
bool settings_unknown(const struct settings_section *schema, const char *section, const char *name,
    enum fault_code code, struct fault *fault);
/* Fills layer from a file's text; path is for messages and origins. lenient:
 * settings that no row has go to layer->ignored and are no error. */
bool settings_parse(const struct settings_section *schema, const char *path, const char *text,
    size_t length, bool lenient, struct settings_layer *layer, struct fault *fault);

/* ---- Values ---- */

struct settings_value {
	char *text;   /* TEXT, CHOICE, PATH */
	char **items; /* LIST, LISTEN */
	size_t count;
	int64_t number;
	bool boolean;
	char *shown, *fallback, *origin;
};

struct complaint {
	char expected[160];
	char found[160]; /* with its quotes */
};

/* Makes a value of raw's texts; false: complaint says why. */
bool value_take(const struct setting *row, const struct settings_raw *raw, const char *state_folder,
    struct settings_value *value_r, struct complaint *complaint);
void value_clear(struct settings_value *value);
/* "a,b" to raw's items; spaces around commas are dropped. */
void raw_split(struct settings_raw *raw, const struct setting *row, const char *text,
    const char *origin);

/* ---- The book ---- */

struct settings {
	const struct settings_section *section;
	struct settings_value *values; /* one a row */
};

struct settings_book {
	_Atomic unsigned references;
	const struct settings_section *schema;
	char *owner_path; /* for messages; NULL when there is none */
	char *auto_path;
	char *state_folder;
	bool home;
	char *owner_text; /* as read, NULL: there was none */
	size_t owner_length;
	struct settings_layer owner, set;
	struct settings *sections;
	size_t count;
};

/* Takes the texts over. NULL: there is no such file. */
struct settings_book *settings_build(const struct settings_source *source, char *owner_text,
    size_t owner_length, char *auto_text, size_t auto_length, struct fault *fault);

#endif
