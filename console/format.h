/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_FORMAT_H
#define CONSOLE_FORMAT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "data/fault.h"

/*
 * What the command line prints: tables aligned by the cells that characters
 * take, JSON documents, times in local time, faults. Texts are cleaned of
 * control characters on the way, whoever sent them. One thread.
 */

/* The cells that text takes on a terminal in the locale that is set. */
size_t format_width(const char *text);

struct grid;

/* titles: column names, ends with NULL (copied). align: a character a column,
 * 'l' or 'r'; a shorter string means 'l' for the rest. */
struct grid *grid_new(const char *const *titles, const char *align);
void grid_free(struct grid *grid); /* NULL allowed */
/* The next cell, row by row; NULL is an empty one. Copied and cleaned. */
void grid_cell(struct grid *grid, const char *text);
void grid_cellf(struct grid *grid, const char *format, ...) __attribute__((format(printf, 2, 3)));
size_t grid_rows(const struct grid *grid);
/* Two spaces between columns, none at the end of a line; titles: print the
 * column names in capitals first. */
void grid_print(const struct grid *grid, bool titles, FILE *out);

/* A document of the command line: adds "version": 1 when it has none, and
 * prints it indented, with a newline. Borrowed. */
void format_json(json_t *document, FILE *out);
/* text cleaned, to out. */
void format_text(const char *text, FILE *out);
/* An RFC 3339 time as local "2026-01-31 12:30:05"; what is none stays as it is. */
void format_time(const char *rfc3339, char *out, size_t size);
/* Where a setting comes from: "set by adm 2026-01-01 12:00:00" (local),
 * "steward.conf:12", "default"; what is ours in the person's language. */
void format_origin(const char *origin, char *out, size_t size);
/* text as one word of a shell: as it is when nothing in it is special, else in
 * single quotes. False when it did not fit. */
bool format_quote(const char *text, char *out, size_t size);
/* "1 to 64", "4K to 1G" or "1s to 10m" from a setting's type, min and max;
 * false when it has no limits. */
bool format_limits(const json_t *setting, char *out, size_t size);
/* "steward: TEXT", and what to do about it on a line below it. Nothing when the
 * text is empty. */
void format_fault(const struct fault *fault, FILE *out);

/* ---- Reading documents: wrong types give the fallback, never a crash ---- */

const char *json_text(const json_t *object, const char *key, const char *fallback);
/* A text cleaned into out; "?" when there is none. */
void json_clean(const json_t *object, const char *key, char *out, size_t size);
/* What a service says of itself (summary, help, names of columns), in the person's
 * language: the texts of the services are in the catalogues. Not cleaned; "": none. */
const char *format_words(const json_t *object, const char *key);
/* A setting's value as a person sees it: "-" for none, the empty text in quotes. */
const char *format_value(const json_t *object, const char *key);
double json_figure(const json_t *object, const char *key, double fallback);
/* A number cut to what fits +-2^53, where doubles are whole. */
int64_t json_whole(const json_t *object, const char *key, int64_t fallback);

#endif
