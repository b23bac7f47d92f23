/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_APPLY_H
#define HOST_APPLY_H

#include "host/unit.h"

/*
 * A new book of settings put in force: every service that it touches checks
 * its part first, then they reload one after the other; when one fails, those
 * before it go back to the old book and nothing has changed; where that fails too
 * the fault says so, and host->stuck. One at a time.
 * Supervisor's thread.
 */
struct apply;
struct apply_waiter;

/* What becomes of the book. */
enum apply_mode {
	APPLY_CHECK, /* checked only */
	APPLY_SET,   /* in force; who asked for it stores it, then keeps it (below) */
	APPLY_FILES, /* in force, kept as what a host that follows starts from, and the
		      * files themselves are right again */
	APPLY_TRIAL, /* in force, and a host that follows knows nothing of it */
	APPLY_BACK,  /* the way back from a trial: in force whatever fails. A service that
		      * does not take its old settings is restarted with them, and failed
		      * when that fails too; no check is asked, and a drain under way gets
		      * host.drain_limit at most */
};

/* Runs run(arg) when no change of settings is being applied or stored: at once, or
 * after those that asked before. Also when the host ends meanwhile: run asks
 * host->ending. False: too many wait, and fault says so. */
bool apply_in_turn(struct host *host, void (*run)(void *arg), void *arg, struct fault *fault);
/* How many wait. */
unsigned apply_waiting(const struct host *host);
/* Something moved: the next in turn, when it can run. */
void apply_turn(struct host *host);
/* What a host starts with that follows this one, or whose files are broken; told
 * in the journal when it cannot be kept. Never before what was set is stored, or
 * could not be. */
void apply_keep_good(struct host *host);

/* touched: one flag a unit. done is called once, perhaps before this returns;
 * fault NULL: host->book is book now. False: another change is under way. */
bool apply_book(struct host *host, struct settings_book *book, const bool *touched,
    enum apply_mode mode, void (*done)(void *arg, const struct fault *fault), void *arg,
    struct fault *fault);
/* Marks also the units whose section differs from the book in force. */
void apply_touched(const struct host *host, const struct settings_book *book, bool *touched_r);

#endif
