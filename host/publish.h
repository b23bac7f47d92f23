/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_PUBLISH_H
#define HOST_PUBLISH_H

#include "services/service.h"

/*
 * What several workers share and a reload replaces: settings, zones, lists.
 * Readers take the newest snapshot without a lock; a replaced one is freed
 * after every worker has passed its loop once since. The snapshot is immutable
 * but for what it synchronises itself.
 */
struct publish;

/* release frees one snapshot, on some worker's thread of the run. */
struct publish *publish_new(struct service_run *run, void (*release)(void *snapshot));
/* Frees the current snapshot too; only from close, when no worker reads. */
void publish_free(struct publish *publish);
/* Any thread of the service; publish owns snapshot from here on. */
void publish_set(struct publish *publish, void *snapshot);
/* A worker's thread; valid until its callback returns to the loop. */
void *publish_get(const struct publish *publish);

#endif
