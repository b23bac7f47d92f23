/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_TERMINAL_H
#define WIDGETS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "widgets/canvas.h"
#include "widgets/keys.h"
#include "widgets/palette.h"

/*
 * The terminal on stdin and stdout, put into raw mode and back, whatever ends
 * the program. One at a time; the thread that opened it. The caller waits with
 * poll on terminal_input and terminal_signal, nothing here blocks but writing.
 */
struct terminal;

enum terminal_problem {
	TERMINAL_FINE,
	TERMINAL_NONE,    /* stdin or stdout is no terminal */
	TERMINAL_DUMB,    /* it cannot place the cursor */
	TERMINAL_UNKNOWN, /* TERM is not known, and nothing like it is */
};

enum terminal_event {
	TERMINAL_RESIZED = 1,   /* draw everything again */
	TERMINAL_END = 2,       /* SIGTERM, SIGHUP, SIGINT: leave */
	TERMINAL_SUSPEND = 4,   /* SIGTSTP from outside */
	TERMINAL_CONTINUED = 8, /* it had been stopped */
};

/* NULL with the problem. note: a sentence for the person when another terminal
 * type stands in for an unknown TERM, else empty. setlocale has been called. */
struct terminal *terminal_open(enum terminal_problem *problem_r, char *note, size_t size);
void terminal_close(struct terminal *terminal); /* NULL allowed */

/* The type that stands in for an unknown TERM; NULL: TERM is known. */
const char *terminal_stand_in(const struct terminal *terminal);
bool terminal_ascii(const struct terminal *terminal); /* the locale is not UTF-8 */
/* What curves are drawn with here: for canvas.signs. Never braille on a Linux
 * console, whose fonts have none, nor parts of blocks. */
enum signs terminal_signs(const struct terminal *terminal);
int terminal_colours(const struct terminal *terminal);
/* Other colours from the next frame on, which is a whole one. PALETTE_DARK
 * until then. */
void terminal_palette(struct terminal *terminal, enum palette_set set);
/* Uses at most so many of the terminal's colours (0, 8, 16, 256), from the next
 * terminal_palette on. */
void terminal_limit(struct terminal *terminal, int most);
void terminal_size(const struct terminal *terminal, int *rows_r, int *cols_r);

int terminal_input(const struct terminal *terminal); /* descriptors to poll */
int terminal_signal(const struct terminal *terminal);
/* Empties the signal descriptor: enum terminal_event bits. */
unsigned terminal_events(struct terminal *terminal);
/* The signal that asked for the end, 0 when none did. */
int terminal_end_signal(const struct terminal *terminal);
/* Reads what is there; false when the terminal has gone. */
bool terminal_read(struct terminal *terminal, keys_each *each, void *arg);
/* For lone Escapes: milliseconds until terminal_tick, -1: none is waiting. */
int terminal_wait(const struct terminal *terminal);
void terminal_tick(struct terminal *terminal, keys_each *each, void *arg);

/* Whether the terminal takes output now; when it does not, the line is slow
 * and the frame can be left out. What terminal_copy left goes first, a piece a
 * call; until it is out, frames are left out too. */
bool terminal_takes(const struct terminal *terminal);
/* Puts what changed since the last time on the terminal; all: everything. A
 * terminal that said that it can shows it at once and not row by row (private
 * mode 2026); nobody waits for it to say so. */
void terminal_show(struct terminal *terminal, const struct canvas *canvas, bool all);

void terminal_mouse(struct terminal *terminal, bool on);
bool terminal_mouse_on(const struct terminal *terminal);
/* Gives the terminal back to the shell until it brings us back. */
void terminal_suspend(struct terminal *terminal);
/* Gives the terminal to a program that the caller starts in our process group
 * and waits for, and takes it back, whatever that program did to it. In
 * between, only these two may be called. Ctrl-C and Ctrl-\ reach that program
 * alone, Ctrl-Z stops both. The next frame is a whole one; keys that were
 * typed and not read by then are dropped. */
void terminal_leave(struct terminal *terminal);
void terminal_return(struct terminal *terminal);

enum terminal_copied {
	TERMINAL_COPIED,   /* it was sent; whether the terminal obeys is not known */
	TERMINAL_NOTHING,  /* no bytes */
	TERMINAL_TOO_LONG, /* more than terminals take: over COPY_MAX bytes */
	TERMINAL_UNABLE,   /* one of this type has no clipboard */
	TERMINAL_BUSY,     /* the one before is not out yet */
};

/* Puts bytes on the clipboard of the person in front of the terminal. Returns
 * at once; see terminal_takes. */
enum terminal_copied terminal_copy(struct terminal *terminal, const void *bytes, size_t length);

#endif
