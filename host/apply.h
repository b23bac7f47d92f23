/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_APPLY_H
#define HOST_APPLY_H

#include "host/unit.h"

/*
 * A new book of settings put in force: every service that it touches checks
 * its part first, then they reload one after the other; when one fails, those
 * before it go back to the old book and nothing has changed. One at a time.
 * Supervisor's thread.
 */
struct apply;

/* What becomes of the book: checked only, or put in force; APPLY_FILES says that
 * the files themselves are right again. */
enum apply_mode { APPLY_CHECK, APPLY_SET, APPLY_FILES };

/* touched: one flag a unit. done is called once, perhaps before this returns;
 * fault NULL: host->book is book now. False: another change is under way. */
bool apply_book(struct host *host, struct settings_book *book, const bool *touched,
    enum apply_mode mode, void (*done)(void *arg, const struct fault *fault), void *arg,
    struct fault *fault);
/* Marks also the units whose section differs from the book in force. */
void apply_touched(const struct host *host, const struct settings_book *book, bool *touched_r);

#endif
