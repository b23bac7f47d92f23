/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_HOOK_H
#define HOST_HOOK_H

#include <stdbool.h>

#include "host/alerts.h"

/*
 * The owner's command that is told of alerts (host.alert_command). It runs without
 * a shell and without arguments, in a process group of its own, with nothing in its
 * environment but PATH, HOME, LANG and
 *   STEWARD_ALERT_ID, _SEVERITY, _STATE (active, ended, test), _SERVICE, _TEXT,
 *   _CAUSE, _CONSEQUENCE, _NEXT, _SINCE, _HOST
 * and the alert as JSON on its standard input. It has 30 seconds, then its group is
 * killed. One at a time. Supervisor's thread; a thread of its own waits for it.
 */
struct hook;
struct host;

struct hook_outcome {
	bool ran;       /* false: it could not be started, text says why */
	int exit;       /* its status, or 128 and the signal that ended it */
	char text[256]; /* the last line that it said, cleaned; or empty */
};

struct hook *hook_new(struct host *host);
bool hook_busy(const struct hook *hook);
/* Tells command of alert (copied) as state. done is called once. False: busy, or
 * no thread to be had; fault. */
bool hook_run(struct hook *hook, const char *command, const struct alert *alert, const char *state,
    void (*done)(void *arg, const struct hook_outcome *outcome), void *arg, struct fault *fault);
/* One that runs is given a moment to end; its done is called from here. NULL
 * allowed. After the loop, and before the mailbox goes. */
void hook_free(struct hook *hook);

#endif
