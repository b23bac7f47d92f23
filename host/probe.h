/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_PROBE_H
#define HOST_PROBE_H

#include <stdbool.h>

#include "data/fault.h"

/*
 * Whether services work: each one that should run does, its workers answer,
 * every listener of it is open and, over TCP, takes a connection from this
 * machine; but for those whose address was not there before either. Supervisor's thread.
 */
struct host;
struct probe;

#define PROBE_SECONDS 10
#define PROBE_LISTEN_SECONDS 2 /* an address may come up that late */

/* touched: one flag a unit, copied. done(arg, fault) once, never before this
 * returns; fault NULL: they work. The probe is gone then. */
struct probe *probe_new(struct host *host, const bool *touched,
    void (*done)(void *arg, const struct fault *fault), void *arg);
/* Something moved: looks again. */
void probe_turn(struct probe *probe);
/* Ends it; done is not called any more. NULL allowed. */
void probe_free(struct probe *probe);

#endif
