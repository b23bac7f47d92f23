/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Methods that read, and the table of all methods.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "host/apply.h"
#include "host/rpc.h"
#include "host/snapshot.h"
#include "host/unit.h"

#define CHECKS_WAITING 4

bool rpc_text(json_t *params, const char *name, const char **text_r, struct fault *fault)
{
	json_t *value = json_object_get(params, name);

	*text_r = json_string_value(value);
	if (!value || json_is_null(value) || *text_r)
		return true;
	return fault_set(fault, FAULT_USAGE, "%s must be a text", name);
}

static void rpc_hello(struct call *call, json_t *params)
{
	json_t *read_only = json_object_get(params, "read_only");
	const char *program, *origin;
	struct fault fault;

	if (!rpc_text(params, "client", &program, &fault) ||
	    !rpc_text(params, "origin", &origin, &fault) ||
	    (read_only && !json_is_boolean(read_only) && !json_is_null(read_only) &&
		!fault_set(&fault, FAULT_USAGE, "read_only must be a boolean"))) {
		call_fault(call, &fault);
		return;
	}
	call_introduce(call, program, origin, json_is_true(read_only));
	call_result(call,
	    json_pack("{s:i, s:s, s:o, s:I, s:s, s:o}", "version", 1, "role", role_name(call->role),
		"user", snapshot_text(call->user), "session", (json_int_t)call->session, "software",
		PACKAGE_VERSION, "host", snapshot_host(call->host)));
}

static void rpc_status(struct call *call, json_t *params)
{
	const struct unit *unit = NULL;
	const char *name;
	struct fault fault;

	if (!rpc_text(params, "service", &name, &fault))
		goto out;
	unit = name ? host_unit(call->host, name) : NULL;
	if (name && !unit) {
		fault_set(&fault, FAULT_USAGE, "there is no service %s", name);
		fault_next(&fault, "steward status lists them");
		goto out;
	}
	call_result(call, snapshot_document(call->host, unit, true));
	return;
out:
	call_fault(call, &fault);
}

/* ---- settings and schema ---- */

static void rpc_get(struct call *call, json_t *params)
{
	const char *name;
	struct fault fault;
	json_t *settings = rpc_text(params, "name", &name, &fault) ?
	    describe_settings(call->host->book, name, &fault) :
	    NULL;

	if (settings)
		call_result(call, json_pack("{s:i, s:o}", "version", 1, "settings", settings));
	else
		call_fault(call, &fault);
}

static void check_done(void *arg, const struct fault *fault)
{
	struct call *call = arg;

	if (fault)
		call_fault(call, fault);
	else
		call_result(call, json_pack("{s:i, s:b}", "version", 1, "ok", 1));
}

/* The files as they are now: every row, and what the services say to them. */
static void check_run(void *arg)
{
	struct call *call = arg;
	struct host *host = call->host;
	bool *touched = memory_array(host->unit_count + 1, sizeof *touched);
	struct fault fault;
	struct settings_book *book = settings_load(&host->source, &fault);

	memset(touched, 1, host->unit_count * sizeof *touched);
	if (!book || !apply_book(host, book, touched, APPLY_CHECK, check_done, call, &fault))
		call_fault(call, &fault);
	settings_unref(book);
	free(touched);
}

static void rpc_check(struct call *call, json_t *params)
{
	struct fault fault;

	(void)params;
	/* Who may only look takes nobody's place who has something to change. */
	if (apply_waiting(call->host) >= CHECKS_WAITING)
		fault_set(&fault, FAULT_FAILED,
		    "changes of settings are under way; try again later");
	else if (apply_in_turn(call->host, check_run, call, &fault))
		return;
	call_fault(call, &fault);
}

static void rpc_describe(struct call *call, json_t *params)
{
	(void)params;
	call_result(call, describe_schema());
}

static void rpc_metrics(struct call *call, json_t *params)
{
	struct fault fault;
	char *text = metrics_text(call->host);

	(void)params;
	if (text)
		call_result(call, json_pack("{s:i, s:s}", "version", 1, "text", text));
	else {
		fault_set(&fault, FAULT_FAILED, "no memory for the metrics");
		call_fault(call, &fault);
	}
	free(text);
}

static void rpc_subscribe(struct call *call, json_t *params)
{
	json_t *snapshot = json_object_get(params, "snapshot");
	json_t *journal = json_object_get(params, "journal");
	json_t *backlog = json_object_get(params, "backlog");
	bool bad = false, audit = rpc_flag(params, "audit", &bad);
	const char *level_name, *service;
	enum journal_level level = JOURNAL_DEBUG;
	double seconds = json_number_value(snapshot);
	struct fault fault;

	fault.code = FAULT_NONE;
	if (!rpc_text(journal, "level", &level_name, &fault) ||
	    !rpc_text(journal, "service", &service, &fault)) {
		call_fault(call, &fault);
		return;
	}
	if ((snapshot && !json_is_number(snapshot)) ||
	    !(seconds == 0 || (seconds >= 0.2 && seconds <= 3600)))
		fault_set(&fault, FAULT_USAGE, "snapshot: expected 0, or 0.2 to 3600 seconds");
	else if (journal && !json_is_null(journal) && !json_is_object(journal))
		fault_set(&fault, FAULT_USAGE, "journal: expected an object or null");
	else if (backlog && (!json_is_integer(backlog) || json_integer_value(backlog) < 0))
		fault_set(&fault, FAULT_USAGE, "backlog: expected a number of records");
	else if (bad)
		fault_set(&fault, FAULT_USAGE, "audit must be a boolean");
	else if (level_name && !journal_level_parse(level_name, &level))
		fault_set(&fault, FAULT_USAGE,
		    "level: expected error, warning, notice, info or debug");
	if (fault.code != FAULT_NONE) {
		call_fault(call, &fault);
		return;
	}
	call_subscribe(call, seconds, json_is_object(journal), service, level,
	    (size_t)json_integer_value(backlog), audit);
	call_result(call, json_object());
}

const struct method rpc_methods[] = {
	{ "hello", ROLE_VIEWER, rpc_hello },
	{ "status", ROLE_VIEWER, rpc_status },
	{ "start", ROLE_OPERATOR, rpc_start },
	{ "stop", ROLE_OPERATOR, rpc_stop },
	{ "restart", ROLE_OPERATOR, rpc_restart },
	{ "reload", ROLE_OPERATOR, rpc_reload },
	{ "resume", ROLE_OPERATOR, rpc_resume },
	{ "log", ROLE_VIEWER, rpc_log },
	{ "impact", ROLE_VIEWER, rpc_impact },
	{ "alerts", ROLE_VIEWER, rpc_alerts },
	{ "acknowledge", ROLE_OPERATOR, rpc_acknowledge },
	{ "snooze", ROLE_OPERATOR, rpc_snooze },
	{ "alert_test", ROLE_ADMIN, rpc_alert_test },
	{ "present", ROLE_VIEWER, rpc_present },
	{ "who", ROLE_VIEWER, rpc_who },
	{ "init", ROLE_ADMIN, rpc_init },
	{ "list", ROLE_VIEWER, rpc_list },
	{ "do", ROLE_VIEWER, rpc_do },
	{ "get", ROLE_VIEWER, rpc_get },
	{ "set", ROLE_ADMIN, rpc_set },
	{ "confirm", ROLE_ADMIN, rpc_confirm },
	{ "revert", ROLE_ADMIN, rpc_revert },
	{ "audit", ROLE_VIEWER, rpc_audit },
	{ "undo", ROLE_OPERATOR, rpc_undo },
	{ "check", ROLE_VIEWER, rpc_check },
	{ "describe", ROLE_VIEWER, rpc_describe },
	{ "metrics", ROLE_VIEWER, rpc_metrics },
	{ "subscribe", ROLE_VIEWER, rpc_subscribe },
	{ NULL, ROLE_NONE, NULL },
};
