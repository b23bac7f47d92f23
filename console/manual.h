/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_MANUAL_H
#define CONSOLE_MANUAL_H

#include <jansson.h>
#include <stdio.h>

#include "data/fault.h"

/*
 * The settings part of steward.conf(5), made from the schema of the
 * steward-host beside this program when steward is built.
 */
bool manual_settings(FILE *out, struct fault *fault);
/* The same from a schema that is at hand. */
void manual_print(const json_t *schema, FILE *out);

#endif
