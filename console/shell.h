/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_SHELL_H
#define CONSOLE_SHELL_H

#include <stdbool.h>

/*
 * Runs a program (looked for in PATH) on the terminal that the caller has given
 * back, in our own process group, and waits for it; Ctrl-C and the quit key are
 * the program's meanwhile. The status as waitpid gives it, 127 when there is no
 * such program; -1: no process could be made. Both have been printed. One thread.
 */
int shell_wait(char *const *argv);
/* And then, with pause or when it could not be run, waits for Enter, so that what
 * was said can be read before a screen comes back. */
int shell_run(char *const *argv, bool pause);

#endif
