/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_MODEL_PRIVATE_H
#define CONSOLE_MODEL_PRIVATE_H

#include "console/model.h"

/*
 * What the files of the model share: fields of a document, each cleaned and each
 * with its own "unknown".
 */

/* Empty when it is not there or no text. */
void model_text(const json_t *object, const char *key, char *out, size_t size);
/* -1: unknown, also for what is negative. */
int64_t model_integer(const json_t *object, const char *key);
double model_figure(const json_t *object, const char *key);
/* UTC microseconds of an RFC 3339 text, -1: none. */
int64_t model_time(const json_t *object, const char *key);

/* Alerts, trial and sessions of a snapshot (model_watch.c). */
void model_watch(struct model *model, const json_t *document);

#endif
