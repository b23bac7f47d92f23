/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The document itself is kept in memory, so that fields which a later program
 * added survive an older one. What it can no longer mean the same by has another
 * version: such a file is not guessed at, and not overwritten either.
 */
#include "config.h"

#include "host/state.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/file.h"
#include "data/memory.h"

#define STATE_LIMIT (256 * 1024)
#define STATE_VERSION 1
#define ASIDE_MAX 100 /* files of one newer version */

static json_t *document;
/* Counted: what was changed in it, and up to where it lies on the disk. */
static uint64_t changes, kept;

static json_t *state_new(void)
{
	return json_pack("{s:i, s:b}", "version", STATE_VERSION, "first_run", 1);
}

static json_t *state_part(const char *name)
{
	if (!document)
		document = json_pack("{s:i}", "version", STATE_VERSION);
	json_t *part = json_object_get(document, name);
	if (!json_is_object(part)) {
		part = json_object();
		json_object_set_new(document, name, part);
	}
	return part;
}

/* PATH.version-2, or PATH.version-2.1 and so on when that is taken. Nobody else
 * makes files there. */
static bool state_aside(const char *path, double version, struct fault *fault)
{
	char *aside = memory_format("%s.version-%.0f", path, version);

	for (int i = 1; i < ASIDE_MAX && access(aside, F_OK) == 0; i++) {
		free(aside);
		aside = memory_format("%s.version-%.0f.%d", path, version, i);
	}
	bool taken = access(aside, F_OK) == 0;
	if (!taken && rename(path, aside) == 0)
		fault_set(fault, FAULT_FAILED,
		    "%s is of version %.0f and this steward knows %d: it is kept as %s, "
		    "every service starts, and ports that are any get new numbers",
		    path, version, STATE_VERSION, strrchr(aside, '/') + 1);
	else
		fault_errno(fault, taken ? EEXIST : errno,
		    "%s is of version %.0f and this steward knows %d: every service starts, "
		    "and the next change overwrites it, since it could not be renamed",
		    path, version, STATE_VERSION);
	free(aside);
	return false;
}

bool state_load(const char *path, struct fault *fault)
{
	json_error_t error;
	size_t length;

	json_decref(document);
	document = NULL;
	kept = changes;
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		document = state_new();
		return true;
	}
	char *text = file_read(path, STATE_LIMIT, &length, fault);
	if (!text)
		return false;
	document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	free(text);
	double version = json_number_value(json_object_get(document, "version"));
	if (json_is_object(document) && version <= STATE_VERSION)
		return true;
	if (json_is_object(document))
		state_aside(path, version, fault);
	else
		fault_set(fault, FAULT_FAILED, "%s: %s, line %d; every service starts", path,
		    error.text, error.line);
	json_decref(document);
	document = NULL;
	return false;
}

bool state_wanted(const char *service)
{
	const char *desired = json_string_value(json_object_get(state_part("services"), service));

	return !desired || strcmp(desired, "stopped") != 0;
}

bool state_set_wanted(const char *service, bool wanted)
{
	if (state_wanted(service) != wanted || !json_object_get(state_part("services"), service)) {
		json_object_set_new(state_part("services"), service,
		    json_string(wanted ? "running" : "stopped"));
		changes++;
	}
	return state_unsaved();
}

uint16_t state_port(const char *key)
{
	json_int_t port = json_integer_value(json_object_get(state_part("ports"), key));

	return port > 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
}

bool state_set_port(const char *key, uint16_t port)
{
	if (state_port(key) != port) {
		json_object_set_new(state_part("ports"), key, json_integer(port));
		changes++;
	}
	return state_unsaved();
}

int64_t state_seconds(const char *service, const char *what)
{
	const json_t *times = json_object_get(state_part("seconds"), service);
	const json_t *seconds = json_object_get(times, what);

	return json_is_number(seconds) && json_number_value(seconds) >= 0 &&
		json_number_value(seconds) < 1e9 ?
	    (int64_t)(json_number_value(seconds) * 1000 + 0.5) :
	    -1;
}

void state_set_seconds(const char *service, const char *what, int64_t ms)
{
	json_t *part = state_part("seconds");
	json_t *times = json_object_get(part, service);

	if (!json_is_object(times)) {
		times = json_object();
		json_object_set_new(part, service, times);
	}
	if (state_seconds(service, what) == ms)
		return;
	json_object_set_new(times, what, json_real((double)ms / 1000));
	changes++;
}

bool state_first_run(void)
{
	return json_is_true(json_object_get(document, "first_run"));
}

bool state_end_first_run(void)
{
	if (state_first_run()) {
		json_object_set_new(document, "first_run", json_false());
		changes++;
	}
	return state_unsaved();
}

bool state_unsaved(void)
{
	return changes != kept;
}

char *state_text(uint64_t *changes_r)
{
	state_part("services");
	*changes_r = changes;
	return json_dumps(document, JSON_INDENT(1) | JSON_SORT_KEYS);
}

void state_saved(uint64_t up_to)
{
	if (up_to > kept)
		kept = up_to;
}

bool state_save(const char *path, const char *text, struct fault *fault)
{
	return file_replace(path, text, strlen(text), 0640, fault);
}
