/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alerts, and what people do about them. What somebody acknowledged or put to
 * sleep is on the disk before that is answered.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/audit.h"
#include "host/control.h"
#include "host/rpc.h"
#include "host/snapshot.h"
#include "host/supervisor.h"
#include "host/watch.h"

#define SNOOZE_LEAST 60
#define SNOOZE_MOST 2592000

void rpc_alerts(struct call *call, json_t *params)
{
	json_t *history = json_object_get(params, "history");
	struct fault fault;

	if (history && !json_is_boolean(history) && !json_is_null(history)) {
		fault_set(&fault, FAULT_USAGE, "history must be a boolean");
		call_fault(call, &fault);
		return;
	}
	call_result(call,
	    json_pack("{s:i, s:o}", "version", 1, "alerts",
		alerts_document(watch_alerts(call->host->watch), json_is_true(history))));
}

struct deed {
	struct call *call;
	const char *action;
	char words[160], service[33];
	json_t *answer;
};

/* It is noted among what people did before it is answered. */
static void deed_kept(void *arg, const struct fault *fault)
{
	struct deed *deed = arg;
	struct audit_note note = {
		.action = deed->action,
		.words = deed->words,
		.services = strcmp(deed->service, "host") != 0 ? json_pack("[s]", deed->service) :
								 json_array(),
	};
	struct fault why;

	if (fault) {
		why = *fault;
		fault_prefix(&why, "done, but a restart will have forgotten it");
		note.outcome = "done";
		note.reason = why.text;
		json_decref(deed->answer);
	}
	audit_answer(deed->call, &note, fault ? NULL : deed->answer, fault ? &why : NULL);
	free(deed);
}

/* words: as they would be typed. */
static void deed_done(struct call *call, const char *action, const char *id, const char *words)
{
	struct watch *watch = call->host->watch;
	struct deed *deed = memory_new(sizeof *deed);
	const struct alert *alert = alerts_active(watch_alerts(watch), id, NULL);

	journal_add(call->host->journal, JOURNAL_NOTICE, "host", "alerts", "%s by %s", words,
	    call->user);
	deed->call = call;
	deed->action = action;
	text_format(deed->words, sizeof deed->words, "%s", words);
	text_format(deed->service, sizeof deed->service, "%s", alert->service);
	deed->answer = json_pack("{s:i, s:[o]}", "version", 1, "alerts", alert_document(alert));
	watch_save(watch, deed_kept, deed);
	control_moved(call->host->control);
}

static const char *alert_of(json_t *params, struct fault *fault)
{
	const char *id;

	if (!rpc_text(params, "alert", &id, fault))
		return NULL;
	if (!id) {
		fault_set(fault, FAULT_USAGE, "which alert?");
		fault_next(fault, "steward alerts lists them");
	}
	return id;
}

static struct alert_time time_now(void)
{
	return (struct alert_time){ .ns = clock_monotonic(), .utc_us = clock_utc() };
}

void rpc_acknowledge(struct call *call, json_t *params)
{
	const struct alert_time now = time_now();
	char words[160];
	struct fault fault;
	const char *id = alert_of(params, &fault);

	if (!id ||
	    !alerts_acknowledge(watch_alerts(call->host->watch), id, call->user, &now, &fault)) {
		call_fault(call, &fault);
		return;
	}
	text_format(words, sizeof words, "acknowledge %s", id);
	deed_done(call, "acknowledge", id, words);
}

void rpc_snooze(struct call *call, json_t *params)
{
	const struct alert_time now = time_now();
	json_t *given = json_object_get(params, "seconds");
	json_int_t seconds = json_integer_value(given);
	char words[160], length[16];
	struct fault fault;
	const char *id = alert_of(params, &fault);

	if (id &&
	    (!json_is_integer(given) ||
		(seconds && (seconds < SNOOZE_LEAST || seconds > SNOOZE_MOST)))) {
		fault_set(&fault, FAULT_USAGE, "seconds: expected %d to %d, or 0", SNOOZE_LEAST,
		    SNOOZE_MOST);
		id = NULL;
	}
	if (!id || !alerts_snooze(watch_alerts(call->host->watch), id, seconds, &now, &fault)) {
		call_fault(call, &fault);
		return;
	}
	text_format(length, sizeof length, "%llds", (long long)seconds);
	text_format(words, sizeof words, "snooze %s %s", id, seconds ? length : "0");
	deed_done(call, "snooze", id, words);
}

static void test_done(void *arg, const struct hook_outcome *outcome)
{
	struct call *call = arg;
	struct fault fault;

	if (outcome->ran) {
		call_result(call,
		    json_pack("{s:i, s:i, s:o}", "version", 1, "exit", outcome->exit, "text",
			snapshot_text(outcome->text)));
		return;
	}
	fault_set(&fault, FAULT_FAILED, "the command did not run: %s", outcome->text);
	fault_next(&fault, "steward get host.alert_command tells where it is set");
	call_fault(call, &fault);
}

void rpc_alert_test(struct call *call, json_t *params)
{
	struct fault fault;

	(void)params;
	if (!watch_test(call->host->watch, test_done, call, &fault))
		call_fault(call, &fault);
}
