/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scenes that tests/screens/golden.c plays. A new view is seen here at rest,
 * with something wrong, and with what lies over it.
 */
#include "tests/screens/scenes.h"

#include <stddef.h>

#define DOWN "\033[B"
#define UP "\033[A"
#define ENTER "\r"
#define ESC "\033"

#define ADMIN                           \
	{ REPLY, "hello hello-admin" }, \
	{                               \
		LOAD, "healthy"         \
	}
/* Settings, at section web; and with web.workers staged. */
#define CONFIG                          \
	ADMIN, { KEYS, "8" },           \
	{                               \
		REPLY, "get config-get" \
	}
#define STAGED                                    \
	CONFIG,                                   \
	{                                         \
		KEYS, ENTER "jjj" ENTER "8" ENTER \
	}

const struct scene scenes[] = {
	{ "healthy", { { LOAD, "healthy" } }, SHOW_ALL },
	{ "connecting", { { DONE, NULL } }, 0 },
	{ "failed", { { LOAD, "failed" } }, SHOW_STYLES },
	{ "hung", { { LOAD, "hung" } }, 0 },
	{ "quarantined", { { LOAD, "quarantined" } }, SHOW_STYLES },
	{ "crash", { { LOAD, "crash" } }, SHOW_STYLES },
	{ "crash-put-away", { { LOAD, "crash" }, { KEYS, ESC }, { WAIT, "50" } }, 0 },
	{ "settings-fault", { { LOAD, "settings" } }, 0 },
	{ "many", { { LOAD, "many" } }, 0 },
	{ "many-end", { { LOAD, "many" }, { KEYS, "G" } }, 0 },
	{ "filter", { { LOAD, "many" }, { KEYS, "/ma" } }, SHOW_STYLES },
	{ "filter-set", { { LOAD, "many" }, { KEYS, "/ma" ENTER DOWN } }, 0 },
	{ "filter-empty", { { LOAD, "many" }, { KEYS, "/zzz" ENTER } }, 0 },
	{ "menu", { { LOAD, "healthy" }, { KEYS, "m" } }, SHOW_STYLES },
	{ "menu-stopped", { { LOAD, "stopped" }, { KEYS, "\033[20~" } }, 0 },
	{ "dialog-stop", { { LOAD, "healthy" }, { KEYS, "x" } }, SHOW_STYLES },
	{ "dialog-restart-hung", { { LOAD, "hung" }, { KEYS, "R\t" } }, 0 },
	{ "dialog-reload",
	    { { LOAD, "healthy" }, { KEYS, "r" },
		{ ANSWER,
		    "{\"error\": {\"code\": -32007, \"message\": \"web.workers has changed, "
		    "which needs a restart of web: 3 connected\", \"data\": {\"exit\": 1}}}" } },
	    0 },
	{ "dialog-stale", { { LOAD, "healthy" }, { KEYS, "x" }, { LOAD, "failed" } }, 0 },
	{ "cancelled", { { LOAD, "healthy" }, { KEYS, "x" ENTER } }, 0 },
	{ "stopping", { { LOAD, "healthy" }, { KEYS, "x\t" ENTER }, { WAIT, "3200" } }, 0 },
	{ "stopped-toast",
	    { { LOAD, "healthy" }, { KEYS, "x\t" ENTER }, { LOAD, "stopped" },
		{ ANSWER, "{\"result\": {\"services\": []}}" } },
	    SHOW_STYLES },
	{ "refused",
	    { { LOAD, "healthy" }, { KEYS, "r" },
		{ ANSWER,
		    "{\"error\": {\"code\": "
		    "-32004, \"message\": \"reload needs the role operator; guest has the role "
		    "viewer\", \"data\": {\"exit\": 4, \"next\": \"ask an admin of this machine to "
		    "add you to the group steward-operator\"}}}" } },
	    0 },
	{ "not-possible", { { LOAD, "healthy" }, { KEYS, "s" } }, 0 },
	{ "help", { { LOAD, "healthy" }, { KEYS, "?" } }, SHOW_STYLES },
	{ "help-log", { { LOAD, "healthy" }, { KEYS, "l\033OP" } }, 0 },
	{ "service", { { LOAD, "healthy" }, { KEYS, ENTER } }, SHOW_STYLES },
	{ "service-failed", { { LOAD, "failed" }, { KEYS, ENTER } }, 0 },
	{ "log",
	    { { LOAD, "journal" }, { KEYS, "l" },
		{ ANSWER,
		    "{\"result\": {\"records\": "
		    "[{\"time\": \"2026-02-28T09:00:00.000Z\", \"level\": \"notice\", \"service\": "
		    "\"web\", \"subject\": \"start\", \"text\": \"yesterday's line\"}]}}" } },
	    SHOW_STYLES },
	{ "log-scrolled", { { LOAD, "journal" }, { KEYS, "l" UP UP }, { LOAD, "more" } }, 0 },
	{ "log-filter", { { LOAD, "journal" }, { KEYS, "l/warn" } }, 0 },
	{ "log-no-match", { { LOAD, "journal" }, { KEYS, "l/zzz" ENTER } }, 0 },
	{ "log-wrapped", { { LOAD, "journal" }, { KEYS, "lw" } }, 0 },
	{ "log-all", { { LOAD, "journal" }, { KEYS, "L" } }, 0 },
	{ "disconnected",
	    { { LOAD, "healthy" }, { LOSE, "stewardd is not running for /srv/home" },
		{ WAIT, "12000" } },
	    SHOW_STYLES },
	{ "old-figures", { { LOAD, "healthy" }, { WAIT, "9000" } }, 0 },
	{ "no-services", { { LOAD, "none" } }, 0 },
	{ "long-names", { { LOAD, "long" } }, 0 },
	{ "wide-characters", { { LOAD, "wide" } }, SHOW_STYLES },
	{ "hostile", { { LOAD, "hostile" } }, 0 },
	{ "hostile-log", { { LOAD, "hostile" }, { KEYS, "L" } }, 0 },
	{ "paste", { { LOAD, "healthy" }, { KEYS, "\033[200~xRq\r\033[201~" } }, 0 },
	{ "viewer", { { ANSWER, "{\"result\": {}}" }, { LOAD, "healthy" } }, 0 },
	{ "config", { CONFIG }, SHOW_ALL },
	{ "config-waiting", { { LOAD, "healthy" }, { KEYS, "8" } }, 0 },
	{ "config-form", { CONFIG, { KEYS, ENTER DOWN } }, SHOW_ALL },
	{ "config-choice", { CONFIG, { KEYS, UP ENTER "G" ENTER } }, 0 },
	{ "config-edit", { CONFIG, { KEYS, ENTER "jjj" ENTER "00" } }, SHOW_STYLES },
	{ "config-error", { CONFIG, { KEYS, ENTER "jjj" ENTER "00" ENTER } }, SHOW_STYLES },
	{ "config-staged", { STAGED, { REPLY, "set config-right" } }, SHOW_ALL },
	{ "config-refused", { STAGED, { REPLY, "set config-wrong" } }, 0 },
	{ "config-filter", { CONFIG, { KEYS, "/8" } }, 0 },
	{ "config-filter-empty", { CONFIG, { KEYS, "/zzz" ENTER } }, 0 },
	{ "config-viewer",
	    { { REPLY, "hello hello-viewer" }, { LOAD, "healthy" }, { KEYS, "8" },
		{ REPLY, "get config-get" }, { KEYS, ENTER "jjj" ENTER } },
	    0 },
	{ "config-asking", { STAGED, { KEYS, "A" } }, 0 },
	{ "config-diff",
	    { STAGED, { KEYS, "A" }, { REPLY, "get config-get" }, { REPLY, "set config-right" } },
	    SHOW_ALL },
	{ "config-diff-wrong",
	    { STAGED, { KEYS, "A" }, { REPLY, "get config-get" }, { REPLY, "set config-wrong" } },
	    0 },
	{ "config-conflict", { STAGED, { KEYS, "A" }, { REPLY, "get config-get-changed" } },
	    SHOW_ALL },
	{ "config-failed",
	    { STAGED, { KEYS, "A" }, { REPLY, "get config-get" }, { REPLY, "set config-right" },
		{ KEYS, "\t" ENTER }, { REPLY, "set config-failed" } },
	    0 },
	{ "config-trial",
	    { STAGED, { KEYS, "A" }, { REPLY, "get config-get" }, { REPLY, "set config-right" },
		{ KEYS, "\t" ENTER }, { REPLY, "set config-applied" }, { LOAD, "config-trial" } },
	    SHOW_ALL },
	{ "config-trial-of-another", { { LOAD, "config-trial" }, { KEYS, "8" } }, 0 },
	{ "config-leave", { STAGED, { KEYS, "q" } }, SHOW_STYLES },
	{ "config-help", { CONFIG, { KEYS, "?" } }, 0 },
	{ "versions", { ADMIN, { KEYS, "V" }, { REPLY, "audit versions" } }, SHOW_ALL },
	{ "versions-one", { ADMIN, { KEYS, "V" }, { REPLY, "audit versions" }, { KEYS, ENTER } },
	    SHOW_STYLES },
	{ "versions-undo",
	    { ADMIN, { KEYS, "V" }, { REPLY, "audit versions" }, { KEYS, "jz" },
		{ REPLY, "undo config-undo" } },
	    0 },
	{ .name = NULL },
};
