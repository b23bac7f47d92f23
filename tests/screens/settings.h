/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_SCREENS_SETTINGS_H
#define TESTS_SCREENS_SETTINGS_H

#include "tests/screens/asked.h"
#include "tests/screens/stage.h"

/*
 * The stage with an admin, some settings, and a folder of its own for what is
 * staged; and the steps up to a trial.
 */
#define ROW(name, type, value, origin, more)                                                \
	"{\"name\": \"" name "\", \"type\": \"" type "\", \"value\": \"" value              \
	"\", \"default\": \"1\", \"origin\": \"" origin "\", \"help\": \"about " name "\"," \
	"\"effect\": \"live\"" more "}"
#define WORKERS(value, origin)                       \
	ROW("web.workers", "integer", value, origin, \
	    ", \"min\": 1, \"max\": 64, \"effect\": \"restart\"")
#define SETTINGS(workers)                                                            \
	"{\"result\": {\"settings\": [" ROW("host.name", "text", "nas1", "default",  \
	    "") "," ROW("web.listen", "listen", "127.0.0.1:80", "steward.conf:3",    \
	    "") "," workers "," ROW("web.gzip", "boolean", "false", "default",       \
	    "") "," ROW("dns.cache", "size", "8M", "set by op 2026-01-01T00:00:00Z", \
	    ", \"min\": 65536,"                                                      \
	    "\"max\": 67108864") "," ROW("dns.mode", "choice", "slow", "default",    \
	    ", \"choices\": [\"slow\", \"fast\"]") "]}}"
#define AS_BEFORE SETTINGS(WORKERS("1", "default"))
#define CHANGED SETTINGS(WORKERS("4", "set by op 2026-01-02T00:00:00Z"))
#define RIGHT "{\"result\": {\"changes\": [], \"services\": []}}"

int settings_begin(void **state);
int settings_end(void **state);
/* The host has gone: nothing will be answered any more. */
void forget_asked(struct stage *stage);
void open_config(struct stage *stage);
/* Opens the form of web at workers. */
void open_workers(struct stage *stage);
void stage_workers(struct stage *stage);
const char *carried(struct stage *stage, const char *method, const char *group, const char *name);
void trial(struct stage *stage, int session, int left);
void trial_is_gone(struct stage *stage);
void audit_entry(struct stage *stage, const char *outcome, const char *reason);
/* The diff is open and the host has checked it. */
void open_diff(struct stage *stage);
/* Applies on trial: the answer and the snapshot have come, the sheet is open. */
void apply(struct stage *stage);

#endif
