/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_SCREEN_H
#define CONSOLE_SCREEN_H

#include <stdbool.h>

#include "console/look.h"
#include "data/fault.h"

struct screen_options {
	const char *home;   /* --home as it was given; NULL: as client_open finds it */
	const char *origin; /* where this person sits, or NULL */
	bool read_only;
	struct look *look; /* the person's settings; borrowed, and changed by the person */
};

/*
 * The console: connects to the host, takes the terminal on stdin and stdout, and
 * gives it back when the person leaves.
 * Returns the exit status: 0; a fault's code with fault filled; 128 and the
 * signal's number when one ended it, with nothing to say. setlocale has been
 * called.
 */
int screen_run(const struct screen_options *options, struct fault *fault);

#endif
