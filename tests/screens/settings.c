/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Apart from the tests, which would be too long for one file with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/text.h"
#include "tests/screens/settings.h"

static char folder[64];

int settings_begin(void **state)
{
	struct stage *stage;

	text_format(folder, sizeof folder, "/tmp/steward-config-XXXXXX");
	if (mkdtemp(folder) == NULL || setenv("XDG_STATE_HOME", folder, 1) != 0 ||
	    stage_begin(state) != 0)
		return -1;
	stage = *state;
	answer(stage, "hello",
	    "{\"result\": {\"role\": \"admin\", \"user\": \"adm\", \"session\": 12}}");
	snapshot(stage, QUIET ", " SERVICE("dns", "running", 3, 5));
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

int settings_end(void **state)
{
	int status = stage_end(state);

	nftw(folder, remove_one, 4, FTW_DEPTH | FTW_PHYS);
	return status;
}

/* The host has gone: nothing will be answered any more. */
void forget_asked(struct stage *stage)
{
	for (size_t i = 0; i < STAGE_REQUESTS; i++)
		stage->requests[i].answered = true;
}

void open_config(struct stage *stage)
{
	type(stage, "8");
	answer(stage, "get", AS_BEFORE);
	stage->sent[0] = '\0';
}

/* Opens the form of web at workers. */
void open_workers(struct stage *stage)
{
	open_config(stage); /* at the selected service */
	type(stage, "\rj");
}

void stage_workers(struct stage *stage)
{
	open_workers(stage);
	type(stage,
	    "\r\177"
	    "2\r");
	assert_seen(stage, "1 change staged in web");
}

const char *carried(struct stage *stage, const char *method, const char *group, const char *name)
{
	const json_t *value = json_object_get(json_object_get(asked(stage, method), group), name);

	return json_is_null(value) ? "null" : json_string_value(value);
}

void trial(struct stage *stage, int session, int left)
{
	char text[2048];

	text_format(text, sizeof text,
	    "{\"method\": \"snapshot\", \"params\": {\"host\": {\"name\": \"nas1\"}, "
	    "\"services\": [" QUIET "], \"audit_newest\": 17, \"trial\": {\"id\": 17, "
	    "\"action\": \"set\", \"state\": \"waiting\", \"user\": \"adm\", \"origin\": \"lan\","
	    "\"session\": %d, \"seconds\": 60, \"seconds_left\": %d, \"services\": [\"web\"], "
	    "\"changes\": [{\"name\": \"web.workers\", \"old\": \"1\", \"new\": \"2\"}]}}}",
	    session, left);
	say(stage, text);
}

void trial_is_gone(struct stage *stage)
{
	say(stage,
	    "{\"method\": \"snapshot\", \"params\": {\"services\": [" QUIET
	    "], \"trial\": null, \"audit_newest\": 17}}");
}

void audit_entry(struct stage *stage, const char *outcome, const char *reason)
{
	char text[1024];

	text_format(text, sizeof text,
	    "{\"method\": \"audit\", \"params\": {\"entries\": [{\"number\": 17, \"action\": "
	    "\"set\", \"user\": \"adm\", \"outcome\": \"%s\", \"reason\": \"%s\"}]}}",
	    outcome, reason);
	say(stage, text);
}

/* The diff is open and the host has checked it. */
void open_diff(struct stage *stage)
{
	type(stage, "A");
	answer(stage, "get", AS_BEFORE);
	answer(stage, "set", RIGHT);
}

/* Applies on trial: the answer and the snapshot have come, the sheet is open. */
void apply(struct stage *stage)
{
	stage_workers(stage);
	open_diff(stage);
	type(stage, "\t\r");
	answer(stage, "set",
	    "{\"result\": {\"changes\": [], \"services\": [], \"audit\": 17, \"trial\": {\"id\": "
	    "17}}}");
	audit_entry(stage, "waiting", "");
	trial(stage, 12, 60);
	stage->sent[0] = '\0';
}
