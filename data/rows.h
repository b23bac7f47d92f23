/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_ROWS_H
#define DATA_ROWS_H

#include <stddef.h>

/*
 * What a table or a command answers: named columns and rows of texts. Built on
 * a service's thread, handed over whole. Texts are cleaned when they are added.
 */
struct rows;

struct rows *rows_new(void);
void rows_free(struct rows *rows); /* NULL allowed */
/* names ends with NULL; kept borrowed: string constants. Once, before rows. */
void rows_columns(struct rows *rows, const char *const *names);
/* Begins a row and fills its cells one after the other. */
void rows_begin(struct rows *rows);
void rows_cell(struct rows *rows, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));

size_t rows_count(const struct rows *rows);
const char *const *rows_names(const struct rows *rows); /* NULL-terminated, or NULL */
const char *rows_get(const struct rows *rows, size_t row, size_t column);

#endif
