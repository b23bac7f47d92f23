/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_SCREEN_H
#define CONSOLE_SCREEN_H

#include "data/fault.h"

/*
 * The console: connects to home's host (NULL: as client_open finds it), takes
 * the terminal on stdin and stdout, and gives it back when the person leaves.
 * Returns the exit status: 0; a fault's code with fault filled; 128 and the
 * signal's number when one ended it, with nothing to say. setlocale has been
 * called.
 */
int screen_run(const char *home, struct fault *fault);

#endif
