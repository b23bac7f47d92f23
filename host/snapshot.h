/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_SNAPSHOT_H
#define HOST_SNAPSHOT_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "data/journal.h"
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
/* Who counts as the owner: the user that stewardd was started by. */
uid_t snapshot_owner(const struct host *host);

/* The schema (describe.c) and OpenMetrics (metrics.c); text is the caller's. */
json_t *describe_schema(void);
json_t *describe_settings(const struct settings_book *book, const char *name, struct fault *fault);
char *metrics_text(struct host *host);

#endif
