/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "console/client.h"
#include "console/format.h"
#include "console/run.h"
#include "console/show.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

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
	client_introduce(client, "steward");
	json_t *result = client_call(client, method, params, deadline_ms, fault);

	client_close(client);
	return result;
}

bool run_ask(struct command_ask *ask, const char *method, json_t *params, int deadline_ms)
{
	*ask = (struct command_ask){ method, params, deadline_ms };
	return true;
}

int run_send(const struct command *command, const struct invocation *call,
    const struct words *words, const struct command_ask *ask, struct fault *fault)
{
	json_t *result = run_call(call, ask->method, ask->params, ask->deadline_ms, fault);

	if (result == NULL)
		return run_exit(fault);
	if (call->json)
		format_json(result, stdout);
	else
		command->show(call, words, result, stdout, stderr);
	json_decref(result);
	return 0;
}

int run_asked(const struct command *command, const struct invocation *call,
    const struct words *words, struct fault *fault)
{
	struct command_ask ask;

	if (!command->ask(words, &ask, fault))
		return run_exit(fault);
	return run_send(command, call, words, &ask, fault);
}

int run_command(const struct command *command, const struct invocation *call,
    const struct words *words, struct fault *fault)
{
	return command->run != NULL ? command->run(call, words, fault) :
				      run_asked(command, call, words, fault);
}

int run_exit(const struct fault *fault)
{
	switch (fault->code) {
	case FAULT_NONE:
		return 0;
	case FAULT_STALE:
	case FAULT_RESTART:
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

/* Whether service should run and does not, and nothing is under way. */
static bool is_degraded(const json_t *service)
{
	const char *state = json_text(service, "state", "");

	return strcmp(json_text(service, "desired", ""), "running") == 0 &&
	    (strcmp(state, "failed") == 0 || strcmp(state, "hung") == 0 ||
		strcmp(state, "quarantined") == 0);
}

static void degraded_words(const json_t *service, size_t others, struct fault *fault)
{
	const char *name = json_text(service, "name", "?");
	const char *state = json_text(service, "state", "");
	const char *reason = json_text(service, "reason", "");
	const char *mend = strcmp(state, "quarantined") == 0 ? "resume" :
	    strcmp(state, "hung") == 0                       ? "restart" :
							       "start";

	if (*reason != '\0')
		fault_set(fault, FAULT_DEGRADED, "%.64s should run and is %s: %.320s", name,
		    show_word(state), reason);
	else
		fault_set(fault, FAULT_DEGRADED, "%.64s should run and is %s", name,
		    show_word(state));
	if (others > 0) {
		char more[160];

		text_format(more, sizeof more,
		    ngettext("%zu more is not as it should be",
			"%zu more are not as they should be", others),
		    others);
		fault_set(fault, FAULT_DEGRADED, "%s; %s", fault->text, more);
	}
	fault_next(fault, "steward log %.64s tells more; steward %s %.64s tries again", name, mend,
	    name);
}

enum fault_code run_why_degraded(const json_t *status, struct fault *fault)
{
	const json_t *service, *first = NULL;
	size_t i, count = 0;

	json_array_foreach(json_object_get(status, "services"), i,
	    service) if (is_degraded(service) && count++ == 0) first = service;
	if (first == NULL)
		return FAULT_NONE;
	if (fault != NULL)
		degraded_words(first, count - 1, fault);
	return FAULT_DEGRADED;
}

enum fault_code run_degraded(const json_t *status)
{
	return run_why_degraded(status, NULL);
}
