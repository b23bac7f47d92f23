/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_SHELL_H
#define CONSOLE_SHELL_H

#include <stdbool.h>

/*
 * Runs a program (looked for in PATH) on the terminal that the caller has given
 * back, in our own process group, and waits for it. pause: and then for Enter, so
 * that what it said can be read. The status as waitpid gives it; -1: it could not
 * be started, which has been printed. One thread.
 */
int shell_run(char *const *argv, bool pause);

#endif
