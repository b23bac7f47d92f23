/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * audit and undo: the list of what was done, and its way back, which is an
 * action like any other and stands in the list itself.
 */
#include "config.h"

#include "data/intl.h"
#include "data/text.h"
#include "host/audit.h"
#include "host/control.h"
#include "host/rpc.h"
#include "host/snapshot.h"
#include "host/undo.h"

#define LAST_DEFAULT 100

static bool audit_number(json_t *params, const char *name, json_int_t most, json_int_t *value,
    struct fault *fault)
{
	json_t *given = json_object_get(params, name);

	if (!given || json_is_null(given))
		return true;
	*value = json_integer_value(given);
	if (json_is_integer(given) && *value >= 1 && (!most || *value <= most))
		return true;
	if (most)
		return fault_set(fault, FAULT_USAGE, "%s: expected 1 to %lld", name,
		    (long long)most);
	return fault_set(fault, FAULT_USAGE, "%s: expected the number of an entry", name);
}

void rpc_audit(struct call *call, json_t *params)
{
	json_int_t last = LAST_DEFAULT, before = 0;
	bool bad = false, settings = rpc_flag(params, "settings", &bad);
	struct fault fault;

	if (bad)
		fault_set(&fault, FAULT_USAGE, "settings must be a boolean");
	if (bad || !audit_number(params, "last", AUDIT_MAX, &last, &fault) ||
	    !audit_number(params, "before", 0, &before, &fault)) {
		call_fault(call, &fault);
		return;
	}
	call_result(call,
	    json_pack("{s:i, s:o}", "version", 1, "entries",
		audit_list(call->host, (size_t)last, before, settings)));
}

/* ---- undo ---- */

static json_t *undo_entry(struct call *call, json_t *params, struct fault *fault)
{
	json_t *given = json_object_get(params, "entry"), *entry;
	json_int_t number = 0;

	if (!audit_number(params, "entry", 0, &number, fault))
		return NULL;
	if (!given || json_is_null(given)) {
		entry = audit_undoable(call->host);
		if (!entry)
			fault_set(fault, FAULT_FAILED, "there is nothing that can be taken back");
	} else {
		entry = audit_find(call->host, number);
		if (!entry)
			fault_set(fault, FAULT_USAGE, "there is no entry %lld in the audit list",
			    (long long)number);
	}
	if (!entry)
		fault_next(fault, "steward audit shows what was done");
	return entry;
}

/* What would be done, of services: nothing needs to be checked. */
static void undo_show(struct call *call, const struct undo_plan *plan, json_int_t entry)
{
	struct host *host = call->host;
	json_t *services = json_array(), *name;
	size_t index;

	json_array_foreach(plan->services, index, name) json_array_append_new(services,
	    snapshot_unit(host_unit(host, json_string_value(name))));
	call_result(call,
	    json_pack("{s:i, s:o, s:n, s:I, s:o}", "version", 1, "services", services, "audit",
		"entry", entry, "words", snapshot_text(plan->words)));
}

static void undo_services(struct call *call, json_t *params, const struct undo_plan *plan,
    const struct rpc_undone *undone)
{
	json_t *drain = json_object_get(params, "drain");
	bool bad = false, dry_run = rpc_flag(params, "dry_run", &bad);
	struct fault fault;

	if (bad) {
		fault_set(&fault, FAULT_USAGE, "dry_run must be a boolean");
		call_fault(call, &fault);
	} else if (dry_run) {
		undo_show(call, plan, undone->entry);
	} else {
		json_t *order = json_pack("{s:O}", "services", plan->services);
		if (drain)
			json_object_set(order, "drain", drain);
		rpc_steer(call, order, plan->kind == UNDO_START ? ACTION_START : ACTION_STOP,
		    undone);
		json_decref(order);
	}
}

void rpc_undo(struct call *call, json_t *params)
{
	struct undo_plan plan = { .kind = UNDO_NONE };
	struct fault fault;
	json_t *entry = undo_entry(call, params, &fault);

	if (!entry) {
		call_fault(call, &fault);
		return;
	}
	struct rpc_undone undone = { json_integer_value(json_object_get(entry, "number")),
		plan.words };
	if (!undo_plan(call->host, entry, &plan)) {
		fault = plan.why;
		fault_prefix(&fault, "entry %lld cannot be taken back", (long long)undone.entry);
		call_fault(call, &fault);
	} else if (plan.kind != UNDO_SET) {
		undo_services(call, params, &plan, &undone);
	} else if (!call_may(call, _("undo of settings"), ROLE_ADMIN, &fault)) {
		call_fault(call, &fault);
	} else {
		rpc_set_back(call, params, plan.values, &undone);
	}
	undo_plan_clear(&plan);
}
