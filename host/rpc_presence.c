/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who else is there: present and who; and init, by which people say that they
 * have seen the first run.
 */
#include "config.h"

#include <string.h>

#include "data/journal.h"
#include "host/audit.h"
#include "host/control.h"
#include "host/rpc.h"
#include "host/state.h"
#include "host/supervisor.h"

void rpc_present(struct call *call, json_t *params)
{
	const char *page, *editing;
	struct fault fault;

	if (!rpc_text(params, "page", &page, &fault) ||
	    !rpc_text(params, "editing", &editing, &fault)) {
		call_fault(call, &fault);
		return;
	}
	call_present(call, page ? page : "", editing);
	call_result(call, json_object());
}

void rpc_who(struct call *call, json_t *params)
{
	(void)params;
	call_result(call,
	    json_pack("{s:i, s:o}", "version", 1, "sessions",
		control_sessions(call->host->control, false)));
}

/* It is noted among what people did before it is answered. */
static void init_kept(void *arg, const struct fault *fault)
{
	struct audit_note note = {
		.action = "init",
		.words = "init --done",
		.services = json_array(),
	};
	struct fault why;

	if (fault) {
		why = *fault;
		fault_prefix(&why, "done, but not kept for the next start");
		note.outcome = "done";
		note.reason = why.text;
	}
	audit_answer(arg, &note, fault ? NULL : json_object(), fault ? &why : NULL);
}

void rpc_init(struct call *call, json_t *params)
{
	struct fault fault;

	if (!json_is_true(json_object_get(params, "done"))) {
		fault_set(&fault, FAULT_USAGE, "done must be true");
		call_fault(call, &fault);
		return;
	}
	if (!state_first_run()) {
		call_result(call, json_object());
		return;
	}
	journal_add(call->host->journal, JOURNAL_NOTICE, "host", "init", "init by %s", call->user);
	state_end_first_run();
	host_save_state(call->host, init_kept, call);
	host_moved(call->host);
}
