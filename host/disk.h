/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_DISK_H
#define HOST_DISK_H

#include <stdbool.h>

#include "data/fault.h"

/*
 * A thread that waits for the disk in the supervisor's place: what is written
 * durably is handed to it, in order, and the outcome comes back to the loop.
 */
struct host;
struct disk;

/* NULL: fault. */
struct disk *disk_open(struct host *host, struct fault *fault);
/* Supervisor's thread. work(arg) runs on the disk's thread, after all that was
 * handed over before; then done(arg, fault) on the supervisor's, fault NULL when
 * work returned true. arg is done's to free. */
void disk_do(struct disk *disk, bool (*work)(void *arg, struct fault *fault),
    void (*done)(void *arg, const struct fault *fault), void *arg);
/* Something was handed over and its outcome has not come back. */
bool disk_busy(const struct disk *disk);
/* When it is not busy. NULL allowed. */
void disk_close(struct disk *disk);

#endif
