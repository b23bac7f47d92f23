/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_WATCH_H
#define HOST_WATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "data/fault.h"
#include "host/alerts.h"
#include "host/hook.h"

/*
 * Looks at the host and its machine, feeds what is amiss to host/alerts, keeps
 * the alerts in a file of the state folder and tells the owner's command of them.
 * Supervisor's thread; nothing here waits for a disk.
 */
struct host;
struct watch;

/* Reads what an earlier host kept. Before the loop. */
struct watch *watch_open(struct host *host);
void watch_close(struct watch *watch); /* NULL allowed; before the mailbox goes */
/* Once a second. */
void watch_tick(struct watch *watch);
/* Something has changed: looks at once, and not only at the next tick. */
void watch_look(struct watch *watch);
/* Whoever writes what must be kept tells how it went; fault NULL: well. kind:
 * ALERT_STATE. watch NULL: nothing. */
void watch_written(struct watch *watch, enum alert_kind kind, const struct fault *fault);

/* The alerts, to look at or to change; a change is followed by watch_save. */
struct alerts *watch_alerts(struct watch *watch);
/* done(arg, fault) when the file has them (fault NULL) or not. */
void watch_save(struct watch *watch, void (*done)(void *arg, const struct fault *fault), void *arg);
/* Runs the command with a test alert; done is called once. False: fault. */
bool watch_test(struct watch *watch, void (*done)(void *arg, const struct hook_outcome *outcome),
    void *arg, struct fault *fault);

#endif
