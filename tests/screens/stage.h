/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_SCREENS_STAGE_H
#define TESTS_SCREENS_STAGE_H

#include "console/ui.h"

/*
 * A console without terminal and host: what it sends is written down, keys are
 * bytes as a terminal gives them, messages are JSON. Each call draws afterwards.
 */
#define STAGE_REQUESTS 512

struct stage {
	struct ui *ui;
	struct keys *keys;
	int64_t ms;
	int last_id;
	bool broken;     /* sending fails */
	char sent[4096]; /* since it was last forgotten: "log info; stop web 7; " */
	char drawn[65536];
	struct {
		char method[24];
		char *params; /* as JSON with sorted keys; "null" when there are none */
		bool answered;
	} requests[STAGE_REQUESTS]; /* by id, the newest of those with the same */
};

#define SERVICE(name, state, generation, connections)                                   \
	"{\"name\": \"" name "\", \"state\": \"" state "\", \"desired\": \"running\", " \
	"\"generation\": " #generation ", \"counters\": {\"connections\": " #connections "}}"
#define BUSY SERVICE("web", "running", 7, 3)
#define QUIET SERVICE("web", "running", 7, 0)
#define OFF                                                                       \
	"{\"name\": \"mail\", \"state\": \"stopped\", \"desired\": \"stopped\", " \
	"\"generation\": 5, \"counters\": {\"connections\": 0}}"
/* An entry of the audit list about a stop of web, as it is told. */
#define STOP_ENTRY(number, possible)                                                        \
	"{\"method\": \"audit\", \"params\": {\"entries\": [{\"number\": " #number ", "     \
	"\"time\": \"1970-01-01T00:16:41.000Z\", \"user\": \"adm\", \"action\": \"stop\", " \
	"\"words\": \"stop web\", \"services\": [\"web\"], \"outcome\": \"done\", "         \
	"\"undo\": {\"possible\": " #possible ", \"words\": \"start web\", "                \
	"\"grade\": \"reversible\", \"reason\": \"it cannot be taken back\"}}]}}"

/* Set-up and tear-down of a test; *state is the stage, connected. */
int stage_begin(void **state);
int stage_end(void **state);
void pass(struct stage *stage, int64_t ms); /* time */
const char *draw(struct stage *stage);      /* the screen, 24x80 */
/* Types bytes, a lone Escape included. */
void type(struct stage *stage, const char *bytes);
/* What the host says: a notification, or the answer to the newest request. */
void say(struct stage *stage, const char *text);
/* The answer to the newest request for method that has none. */
void answer(struct stage *stage, const char *method, const char *text);
/* The params of the newest request for method, as JSON with sorted keys. */
const char *params_of(struct stage *stage, const char *method);
void snapshot(struct stage *stage, const char *services);
/* Compares, and forgets, what was sent. */
void assert_sent(struct stage *stage, const char *expected);
void assert_seen(struct stage *stage, const char *text);
void assert_unseen(struct stage *stage, const char *text);

#endif
