/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The document itself is kept in memory, so that fields which a later version
 * wrote survive an older program.
 */
#include "config.h"

#include "host/state.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/file.h"

#define STATE_LIMIT (256 * 1024)

static json_t *document;
/* Counted: what was changed in it, and up to where it lies on the disk. */
static uint64_t changes, kept;

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

bool state_load(const char *path, struct fault *fault)
{
	json_error_t error;
	size_t length;

	json_decref(document);
	document = NULL;
	kept = changes;
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return true;
	char *text = file_read(path, STATE_LIMIT, &length, fault);
	if (!text)
		return false;
	document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	free(text);
	if (json_is_object(document))
		return true;
	fault_set(fault, FAULT_FAILED, "%s: %s, line %d; every service starts", path, error.text,
	    error.line);
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
