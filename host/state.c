/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The document itself is kept in memory, so that fields which a later version
 * wrote survive an older program.
 */
#include "config.h"

#include "host/state.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/file.h"
#include "data/memory.h"

#define STATE_LIMIT (256 * 1024)

static json_t *document;

static json_t *state_part(const char *name)
{
	if (!document)
		document = json_pack("{s:i}", "version", 1);
	json_t *part = json_object_get(document, name);
	if (!json_is_object(part)) {
		part = json_object();
		json_object_set_new(document, name, part);
	}
	return part;
}

static char *state_path(const struct home *home)
{
	return memory_format("%s/desired", home->state);
}

bool state_load(const struct home *home, struct fault *fault)
{
	char *path = state_path(home);
	json_error_t error;
	size_t length;
	bool good = false;

	json_decref(document);
	document = NULL;
	char *text = NULL;
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		good = true;
		goto out;
	}
	text = file_read(path, STATE_LIMIT, &length, fault);
	if (!text)
		goto out;
	document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	good = json_is_object(document);
	if (!good) {
		fault_set(fault, FAULT_FAILED, "%s: %s, line %d; every service starts", path,
		    error.text, error.line);
		json_decref(document);
		document = NULL;
	}
out:
	free(text);
	free(path);
	return good;
}

bool state_wanted(const char *service)
{
	const char *desired = json_string_value(json_object_get(state_part("services"), service));

	return !desired || strcmp(desired, "stopped") != 0;
}

static bool state_store(const struct home *home, struct fault *fault)
{
	char *path = state_path(home);
	char *text = json_dumps(document, JSON_INDENT(1) | JSON_SORT_KEYS);
	bool good = text && file_replace(path, text, strlen(text), 0640, fault);

	free(text);
	free(path);
	return good;
}

bool state_set_wanted(const struct home *home, const char *service, bool wanted,
    struct fault *fault)
{
	if (state_wanted(service) == wanted && json_object_get(state_part("services"), service))
		return true;
	json_object_set_new(state_part("services"), service,
	    json_string(wanted ? "running" : "stopped"));
	return state_store(home, fault);
}

uint16_t state_port(const struct home *home, const char *key)
{
	json_int_t port = json_integer_value(json_object_get(state_part("ports"), key));

	(void)home;
	return port > 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
}

void state_set_port(const struct home *home, const char *key, uint16_t port)
{
	struct fault fault;

	if (state_port(home, key) == port)
		return;
	json_object_set_new(state_part("ports"), key, json_integer(port));
	state_store(home, &fault);
}
