/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_FAULT_H
#define DATA_FAULT_H

#include <stdbool.h>

/*
 * Why something could not be done, in words for a person: what failed, on
 * what object, why, and what to do about it. The caller owns the struct
 * (usually on its stack); a function that returns false, NULL or -1 has
 * filled it. The codes are the exit statuses of the command line.
 * Any thread.
 */
enum fault_code {
	FAULT_NONE = 0,
	FAULT_FAILED = 1,      /* tried, and it did not work */
	FAULT_USAGE = 2,       /* the words or values are wrong */
	FAULT_NOT_RUNNING = 3, /* there is no stewardd to ask */
	FAULT_REFUSED = 4,     /* the caller has no right to it */
	FAULT_DEGRADED = 5,    /* done, but something is not as it should be */
	FAULT_RESTART = 7,     /* it needs a restart, which disconnects people (exit 1) */
	FAULT_STALE = 6,       /* the state moved since the caller saw it (exit 1) */
};

struct fault {
	enum fault_code code;
	char text[512]; /* one sentence, no newline, no control characters */
	char next[256]; /* what to do, or empty */
};

/* Set code and text, clear next. All three return false, so that a caller may
 * write `return fault_set(...)`. A NULL fault is allowed and ignored. Control
 * characters in the outcome are replaced. */
bool fault_set(struct fault *fault, enum fault_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with ": " and the system's words for error behind it. */
bool fault_errno(struct fault *fault, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds what to do about it. */
bool fault_next(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts "prefix: " before the text that is there. */
bool fault_prefix(struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
