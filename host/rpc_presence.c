/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who else is there: present and who; and init, by which people say that they
 * have seen the first run.
 */
#include "config.h"

#include <string.h>

#include "data/journal.h"
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

static void init_kept(void *arg, const struct fault *fault)
{
	struct fault why;

	if (!fault) {
		call_result(arg, json_object());
		return;
	}
	why = *fault;
	fault_prefix(&why, "done, but not kept for the next start");
	call_fault(arg, &why);
}

/* What a person did, for those who ask later. */
static void init_note_deed(struct call *call)
{
	journal_add(call->host->journal, JOURNAL_NOTICE, "host", "init", "init by %s", call->user);
}

void rpc_init(struct call *call, json_t *params)
{
	struct fault fault;

	if (!json_is_true(json_object_get(params, "done"))) {
		fault_set(&fault, FAULT_USAGE, "done must be true");
		call_fault(call, &fault);
		return;
	}
	init_note_deed(call);
	if (!state_end_first_run()) {
		call_result(call, json_object());
		return;
	}
	host_save_state(call->host, init_kept, call);
	host_moved(call->host);
}
