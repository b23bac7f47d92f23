/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_SNAPSHOT_H
#define HOST_SNAPSHOT_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "data/journal.h"
#include "data/rows.h"
#include "data/settings.h"

/*
 * The host's state as the documents of docs/control.md. Supervisor's thread;
 * every result is the caller's to decref.
 */
struct host;
struct unit;

json_t *snapshot_document(struct host *host, const struct unit *only, bool machine);
json_t *snapshot_unit(const struct unit *unit);
json_t *snapshot_host(struct host *host);
json_t *snapshot_record(const struct journal_record *record);
/* A JSON text, also of bytes that are no UTF-8 (cleaned); "" of NULL. json_pack
 * makes nothing at all of such bytes, so paths and names go through here. */
json_t *snapshot_text(const char *text);
/* Columns and rows of a table, at most so many rows. */
void snapshot_rows(const struct rows *rows, size_t most, json_t **columns_r, json_t **rows_r);
/* What subscribers get: the status document with the machine's figures, the alerts
 * and who watches. */
json_t *snapshot_watched(struct host *host);
/* Names of services that need this one. */
json_t *snapshot_needed_by(const struct unit *unit);
/* Who counts as the owner: the user that stewardd was started by. */
uid_t snapshot_owner(const struct host *host);

/* The schema (describe.c) and OpenMetrics (metrics.c); text is the caller's. */
json_t *describe_schema(void);
json_t *describe_settings(const struct settings_book *book, const char *name, struct fault *fault);
char *metrics_text(struct host *host);

#endif
