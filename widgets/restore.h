/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_RESTORE_H
#define WIDGETS_RESTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/*
 * Giving the terminal back when the program is ended by a signal: crashes
 * restore the line's modes and write a string that was prepared before, with
 * functions that a signal handler may call and that do not wait for the
 * terminal, and then die as they would have.
 * Requests to end (SIGTERM, SIGHUP, SIGINT) are reported by a descriptor, so
 * that the loop can leave in order; if it does not within two seconds, because
 * the terminal takes no output, the same is done for it.
 *
 * One at a time in a program, as there is one set of signal handlers.
 */

/* Installs the handlers. reset: what the terminal is to be sent, copied (at
 * most 511 bytes). Returns the descriptor that becomes readable. -1: errno. */
int restore_begin(int output, const struct termios *modes, const char *reset);
/* The old handlers come back; the descriptor is closed. */
void restore_end(void);
/* Empties the descriptor and tells what came: bits of enum terminal_event. */
unsigned restore_events(void);
int restore_end_signal(void);
/* While the terminal is not ours (suspended), crashes leave it alone. */
void restore_hold(bool hold);
/* While another program has it, Ctrl-C and Ctrl-\ are meant for that one, and
 * Ctrl-Z stops us with it. A program that is executed meanwhile inherits none
 * of it. */
void restore_away(bool on);

#endif
