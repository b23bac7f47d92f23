/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "console/client.h"
#include "console/run.h"
#include "data/memory.h"

/*
 * What more than one command needs: one question to the host, and the rules
 * that turn answers into exit statuses. Apart from the commands so that tests
 * can have it alone.
 */
json_t *run_call(const struct invocation *call, const char *method, json_t *params, int deadline_ms,
    struct fault *fault)
{
	struct client *client = client_open(call->home, fault);

	if (client == NULL) {
		json_decref(params);
		return NULL;
	}
	json_t *result = client_call(client, method, params, deadline_ms, fault);

	client_close(client);
	return result;
}

int run_exit(const struct fault *fault)
{
	switch (fault->code) {
	case FAULT_NONE:
		return 0;
	case FAULT_STALE:
		return FAULT_FAILED;
	default:
		return (int)fault->code;
	}
}

bool run_assignment(const char *text, json_t *values, struct fault *fault)
{
	const char *equals = strchr(text, '=');

	if (equals == NULL || equals == text) {
		fault_set(fault, FAULT_USAGE, "\"%s\" is no NAME=VALUE", text);
		return fault_next(fault, "for example: steward set web.root=/srv/www");
	}
	char *name = memory_format("%.*s", (int)(equals - text), text);
	json_t *value = json_string(equals + 1);
	bool done = false;

	if (json_object_get(values, name) != NULL)
		fault_set(fault, FAULT_USAGE, "%s is given twice", name);
	else if (value == NULL || json_object_set(values, name, value) != 0)
		fault_set(fault, FAULT_USAGE, "\"%s\" is no UTF-8 text", text);
	else
		done = true;
	json_decref(value);
	free(name);
	return done;
}

enum fault_code run_degraded(const json_t *status)
{
	const json_t *service;
	size_t i;

	json_array_foreach(json_object_get(status, "services"), i, service)
	{
		const char *state = json_string_value(json_object_get(service, "state"));
		const char *desired = json_string_value(json_object_get(service, "desired"));

		if (state != NULL && desired != NULL && strcmp(desired, "running") == 0 &&
		    (strcmp(state, "failed") == 0 || strcmp(state, "hung") == 0 ||
			strcmp(state, "quarantined") == 0))
			return FAULT_DEGRADED;
	}
	return FAULT_NONE;
}
