/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_LINEAR_H
#define CONSOLE_LINEAR_H

#include <stdbool.h>

#include "data/fault.h"

/*
 * The console as lines: for screen readers, serial lines, terminals that cannot
 * place text, and pipes. Things are numbered, a number or the words of the command
 * line do something, and what happens meanwhile is told in whole lines. Nothing is
 * written but text and newlines. One thread, the whole program's.
 */
struct linear_options {
	const char *home;   /* --home as it was given, or NULL */
	const char *origin; /* where this person sits, or NULL */
	bool read_only;
	const char *note; /* a line to begin with, or NULL */
};

/* Returns the exit status; with another one than 0, fault says why. */
int linear_run(const struct linear_options *options, struct fault *fault);

#endif
