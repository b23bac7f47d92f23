/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_CRASH_H
#define HOST_CRASH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "keeper/protocol.h"

/*
 * What the host leaves behind when it dies: the record in memory shared with
 * the keeper. The handler never returns to the faulty code.
 */

/* Once, before threads: installs the handlers. record NULL: only for tests. */
bool crash_init(struct crash_record *record);
/* This thread works for service from here on (a borrowed constant), and tells
 * at what in activity. Gives the thread a signal stack of its own. */
void crash_thread(const char *service, _Atomic(const char *) *activity);
void crash_thread_end(void);
/* The calling thread's CPU time in ns. */
int64_t crash_thread_cpu(void);
/* Ends the process at once with a record that charges service. */
_Noreturn void crash_end(const char *service, const char *activity, const char *reason);

#endif
