/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_COPY_H
#define WIDGETS_COPY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The sequence that puts bytes on the clipboard of the terminal, wherever that
 * is: OSC 52 (XTerm Control Sequences, "Manipulate Selection Data"). Pure.
 */

/* xterm and those that followed it take 100,000 bytes for all of it; in base64
 * that is so much of what is copied. */
#define COPY_MAX 74994

enum copy_way {
	COPY_NONE,   /* it has no clipboard */
	COPY_PLAIN,  /* tmux too, which passes it on (set-clipboard) */
	COPY_SCREEN, /* GNU screen: in device control strings, a piece each */
	COPY_BOTH,   /* one of the two, it cannot be told which */
};

/* term: TERM; in_tmux, in_screen: TMUX and STY are set. */
enum copy_way copy_way(const char *term, bool in_tmux, bool in_screen);
/* length is at most COPY_MAX, way not COPY_NONE. The caller frees. */
char *copy_sequence(const void *bytes, size_t length, enum copy_way way, size_t *length_r);

#endif
