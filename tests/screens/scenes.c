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

#define SCHEMA                                 \
	{                                      \
		REPLY, "describe describe-web" \
	}
#define SERVICE_PAGE                 \
	SCHEMA, { LOAD, "healthy" }, \
	{                            \
		KEYS, "2" ENTER      \
	}
#define ALERTS                                                             \
	{ REPLY, "hello hello-admin" }, { LOAD, "alerts" }, { KEYS, "6" }, \
	{                                                                  \
		REPLY, "get alerts-hook"                                   \
	}
#define PEOPLE                                              \
	{ REPLY, "hello hello-admin" }, { LOAD, "people" }, \
	{                                                   \
		KEYS, "9"                                   \
	}
#define WIZARD                                                                            \
	{ REPLY, "hello hello-admin" }, SCHEMA, { LOAD, "healthy" }, { KEYS, "0" ENTER }, \
	{                                                                                 \
		REPLY, "get wizard-settings"                                              \
	}

const struct scene scenes[] = {
	{ "healthy", { { LOAD, "healthy" } }, SHOW_ALL },
	{ "connecting", { { DONE, NULL } }, 0 },
	{ "failed", { { LOAD, "failed" } }, SHOW_STYLES },
	{ "hung", { { LOAD, "hung" } }, 0 },
	{ "quarantined", { { LOAD, "quarantined" } }, SHOW_STYLES },
	{ "crash", { { LOAD, "crash" } }, SHOW_STYLES },
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
	{ "stopping", { { LOAD, "healthy" }, { KEYS, "x\t\t" ENTER }, { WAIT, "3200" } }, 0 },
	{ "stopped-toast",
	    { { LOAD, "healthy" }, { KEYS, "x\t\t" ENTER }, { LOAD, "stopped" },
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
	/* Services and acting. */
	{ "services", { { LOAD, "needs" }, { KEYS, "2" } }, SHOW_ALL },
	{ "marks", { { LOAD, "needs" }, { KEYS, "2 j jj " } }, SHOW_STYLES },
	{ "service-status", { SCHEMA, { LOAD, "needs" }, { KEYS, "2j" ENTER } }, SHOW_ALL },
	{ "service-log", { SCHEMA, { LOAD, "journal" }, { KEYS, "2" ENTER "\t" } }, SHOW_ALL },
	{ "service-config",
	    { SERVICE_PAGE, { KEYS, "\t\t" }, { REPLY, "get get-web" }, { KEYS, DOWN DOWN } },
	    SHOW_ALL },
	{ "service-clients",
	    { SERVICE_PAGE, { KEYS, "\t\t\t" }, { REPLY, "list list-connections" },
		{ KEYS, DOWN DOWN }, { WAIT, "1500" } },
	    SHOW_ALL },
	{ "clients-in-words",
	    { SCHEMA, { LOAD, "many" }, { KEYS, "2j" ENTER }, { KEYS, "\t\t\t" } }, 0 },
	{ "table-stopped", { SCHEMA, { LOAD, "stopped" }, { KEYS, "2" ENTER "[" } }, 0 },
	{ "impact", { { LOAD, "healthy" }, { KEYS, "x" }, { REPLY, "impact impact-web" } },
	    SHOW_ALL },
	{ "impact-many", { { LOAD, "needs" }, { KEYS, "2 j jj x" } }, 0 },
	{ "impact-needed", { { LOAD, "needs" }, { KEYS, "2jR" } }, 0 },
	{ "destroys",
	    { SCHEMA, { LOAD, "healthy" }, { KEYS, "mjjjjjjjj" ENTER },
		{ KEYS, "blog" ENTER "blo" } },
	    SHOW_STYLES },
	{ "words", { SCHEMA, { LOAD, "healthy" }, { KEYS, "mjjjjjjj" ENTER } }, 0 },
	{ "menu-own", { SCHEMA, { LOAD, "healthy" }, { KEYS, "m" } }, 0 },
	{ "stale",
	    { { LOAD, "healthy" }, { KEYS, "x\t\t" ENTER }, { LOAD, "stopped-now" },
		{ REPLY, "stop stop-stale" } },
	    SHOW_ALL },
	{ "start-failed",
	    { { LOAD, "stopped" }, { KEYS, "s" }, { LOAD, "failed" },
		{ REPLY, "start start-failed" }, { REPLY, "log log-start" } },
	    SHOW_ALL },
	{ "rights",
	    { { LOAD, "healthy" }, { KEYS, "x\t\t" ENTER }, { REPLY, "stop stop-refused" } }, 0 },
	{ "draining", { { LOAD, "needs" }, { KEYS, "2jjjjjR\t\t" ENTER } }, 0 },
	{ "start-done",
	    { { LOAD, "stopped" }, { KEYS, "s" }, { LOAD, "healthy" },
		{ REPLY, "start start-done" } },
	    0 },
	{ "result",
	    { SCHEMA, { LOAD, "healthy" }, { KEYS, "mjjjjj" ENTER }, { REPLY, "do do-show" } },
	    SHOW_STYLES },
	/* Logs. */
	{ "log-pattern", { { LOAD, "journal" }, { KEYS, "L/warn|GET" ENTER } }, SHOW_STYLES },
	{ "log-wrong-pattern", { { LOAD, "journal" }, { KEYS, "L/(x" } }, 0 },
	{ "log-search", { { LOAD, "journal" }, { KEYS, "L&/line" ENTER "N" } }, SHOW_ALL },
	{ "log-marked", { { LOAD, "journal" }, { KEYS, "Lkkvkk" } }, SHOW_STYLES },
	{ "log-record", { { LOAD, "journal" }, { KEYS, "L" ENTER } }, 0 },
	{ "log-time", { { LOAD, "journal" }, { KEYS, "Lt" } }, 0 },
	{ "log-whose", { { LOAD, "journal" }, { KEYS, "Lb" } }, 0 },
	{ "log-save", { { LOAD, "journal" }, { KEYS, "Lo" } }, 0 },
	{ "log-context", { { LOAD, "journal" }, { KEYS, "l/line 3" ENTER "++" } }, 0 },
	/* Alerts, people, tools, the first run. */
	{ "alerts", { ALERTS }, SHOW_ALL },
	{ "alerts-home", { { LOAD, "alerts" } }, SHOW_ALL },
	{ "alerts-ended", { ALERTS, { KEYS, "H" }, { REPLY, "alerts alerts-ended" } }, 0 },
	{ "alerts-snooze", { ALERTS, { KEYS, "S" } }, 0 },
	{ "alert-page", { ALERTS, { KEYS, "\033[C" } }, 0 },
	{ "who", { PEOPLE }, SHOW_ALL },
	{ "audit", { PEOPLE, { KEYS, "\t" } }, SHOW_ALL },
	{ "entry", { PEOPLE, { KEYS, "\t" ENTER } }, SHOW_STYLES },
	{ "undo-settings", { PEOPLE, { KEYS, "z" }, { REPLY, "undo undo-settings" } }, 0 },
	{ "tools", { { REPLY, "hello hello-admin" }, { LOAD, "healthy" }, { KEYS, "0" } },
	    SHOW_ALL },
	{ "about",
	    { { REPLY, "hello hello-admin" }, { LOAD, "crash" }, { KEYS, "0jjjjjjjj" ENTER } }, 0 },
	{ "wizard-name", { WIZARD }, SHOW_ALL },
	{ "wizard-services", { WIZARD, { KEYS, "]" } }, 0 },
	{ "wizard-listen", { WIZARD, { KEYS, "]]" } }, SHOW_STYLES },
	{ "wizard-summary", { WIZARD, { KEYS, "]]]" } }, 0 },
	{ "wizard-ask", { WIZARD, { KEYS, "]]]" ENTER } }, 0 },
	/* Words. */
	{ "palette", { SCHEMA, { LOAD, "needs" }, { KEYS, ":" } }, SHOW_ALL },
	{ "palette-letters", { SCHEMA, { LOAD, "needs" }, { KEYS, ":rest" } }, SHOW_STYLES },
	{ "palette-mistake", { SCHEMA, { LOAD, "needs" }, { KEYS, ":stop web --hard" ENTER } }, 0 },
	{ "commands", { SCHEMA, { LOAD, "needs" }, { KEYS, "!" } }, SHOW_ALL },
	{ "screen-settings",
	    { { LOOK, "/nonexistent/console.conf" }, { LOAD, "healthy" }, { KEYS, "," DOWN DOWN } },
	    SHOW_ALL },
	{ "screen-settings-edit",
	    { { LOOK, "/nonexistent/console.conf" }, { LOAD, "healthy" },
		{ KEYS, "," DOWN DOWN DOWN DOWN ENTER "x" ENTER } },
	    0 },
	{ .name = NULL },
};
