/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_KEYS_H
#define WIDGETS_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes from a terminal to keys. Knows what xterm, tmux, screen, rxvt, the
 * Linux console and a VT100 send. Answers and reports of the terminal (CSI,
 * OSC, DCS, APC, PM, SOS; ECMA-48) are swallowed whole, however they are split
 * over reads, and pasted text (bracketed paste) never comes out as keys.
 * Pure: the caller reads and tells the time.
 */
enum press {
	PRESS_CHARACTER, /* character: a code point from 32 on */
	PRESS_CONTROL,   /* character: 'A' .. 'Z' */
	PRESS_PASTED,    /* character: one of a pasted text */
	PRESS_ESCAPE,
	PRESS_ENTER,
	PRESS_TAB,
	PRESS_BACKTAB,
	PRESS_ERASE, /* Backspace */
	PRESS_DELETE,
	PRESS_INSERT,
	PRESS_ARROW_UP,
	PRESS_ARROW_DOWN,
	PRESS_ARROW_LEFT,
	PRESS_ARROW_RIGHT,
	PRESS_PAGE_UP,
	PRESS_PAGE_DOWN,
	PRESS_FIRST,    /* Home */
	PRESS_LAST,     /* End */
	PRESS_FUNCTION, /* number: 1 .. 12 */
	PRESS_CLICK,    /* row, col: button 1 was pressed there */
	PRESS_WHEEL_UP,
	PRESS_WHEEL_DOWN,
};

struct key {
	enum press code;
	uint32_t character;
	bool alt; /* with Alt, or right behind an Esc */
	int number;
	int row, col; /* of the mouse, from 0 */
};

struct keys;
typedef void keys_each(void *arg, const struct key *key);

/* utf8: bytes over 127 are UTF-8; else they are dropped. escape_ms: how long a
 * lone ESC may still become a sequence. */
struct keys *keys_new(bool utf8, int escape_ms);
void keys_free(struct keys *keys); /* NULL allowed */
/* Calls each for every key that is complete. now_ms: any clock that only goes
 * forward. */
void keys_feed(struct keys *keys, const void *bytes, size_t count, int64_t now_ms, keys_each *each,
    void *arg);
/* Answers of the terminal that are of use, none of which is a key: that the
 * private mode is (DECRPM, XTerm Control Sequences: 0 not known, 1 on, 2 off,
 * 3 and 4 for ever so). Called from keys_feed; what somebody pasted never is
 * an answer. NULL: nobody asks. */
typedef void keys_report(void *arg, int mode, int value);
void keys_reports(struct keys *keys, keys_report *report, void *arg);
/* Forgets what has begun: somebody else has read from the terminal. */
void keys_reset(struct keys *keys);
/* When keys_tick is to be called again: milliseconds from now, -1: not. */
int keys_wait(const struct keys *keys, int64_t now_ms);
/* Ends what has waited too long: a lone ESC becomes a key, the rest is dropped. */
void keys_tick(struct keys *keys, int64_t now_ms, keys_each *each, void *arg);

#endif
