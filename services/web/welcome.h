/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_WELCOME_H
#define SERVICES_WEB_WELCOME_H

#include <stdbool.h>

#include "data/fault.h"

/*
 * The page that a new steward shows: it says in which folder it lies and how to
 * choose another. Only for the default root, and only while that is not there,
 * so that nothing of the owner's is ever touched. Any thread.
 */

/* Makes folder and its index.html when folder does not exist; *made_r tells. */
bool welcome_make(const char *folder, bool *made_r, struct fault *fault);

#endif
