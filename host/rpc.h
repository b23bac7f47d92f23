/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_RPC_H
#define HOST_RPC_H

#include "host/control.h"
#include "host/unit.h"

/* The methods of docs/control.md that rpc_methods lists (rpc_read.c). Each
 * answers its call once, at once or when the state is reached. Supervisor's
 * thread. */
void rpc_start(struct call *call, json_t *params);
void rpc_stop(struct call *call, json_t *params);
void rpc_restart(struct call *call, json_t *params);
void rpc_reload(struct call *call, json_t *params);
void rpc_resume(struct call *call, json_t *params);
void rpc_set(struct call *call, json_t *params);
void rpc_confirm(struct call *call, json_t *params);
void rpc_revert(struct call *call, json_t *params);
void rpc_audit(struct call *call, json_t *params);
void rpc_undo(struct call *call, json_t *params);
void rpc_log(struct call *call, json_t *params);
void rpc_list(struct call *call, json_t *params);
void rpc_do(struct call *call, json_t *params);
void rpc_alerts(struct call *call, json_t *params);
void rpc_acknowledge(struct call *call, json_t *params);
void rpc_snooze(struct call *call, json_t *params);
void rpc_alert_test(struct call *call, json_t *params);
void rpc_impact(struct call *call, json_t *params);
void rpc_present(struct call *call, json_t *params);
void rpc_who(struct call *call, json_t *params);
void rpc_init(struct call *call, json_t *params);

/* The text of a parameter, borrowed; NULL when it is not there or null. False
 * when it has another type. */
bool rpc_text(json_t *params, const char *name, const char **text_r, struct fault *fault);
/* A boolean of params, false when it is not there or null; *bad is set when it is
 * neither. */
bool rpc_flag(json_t *params, const char *name, bool *bad);
/* False when the unit is not as params' "generation" has it: FAULT_STALE. */
bool rpc_generation(const struct unit *unit, json_t *params, struct fault *fault);
/* Marks the services that params name, each of the generation that was shown. */
bool rpc_named(struct host *host, json_t *params, bool *touched_r, struct fault *fault);
/* "drain" in ms, -1: not given. */
bool rpc_drain(json_t *params, int64_t *drain_ms, struct fault *fault);
/* "confirm": seconds, 0: not given. */
bool rpc_seconds(json_t *params, unsigned *seconds_r, struct fault *fault);
/* The entries, or the names alone, of those that are marked. */
json_t *rpc_touched(const struct host *host, const bool *touched);
json_t *rpc_names(const struct host *host, const bool *touched);
/* Settings that have changed, each a record of the journal. */
void rpc_tell_changes(struct host *host, json_t *changes, const char *action, const char *user);

/* What an undo takes back. */
struct rpc_undone {
	json_int_t entry;
	const char *words; /* what is done instead */
};

/* Starts or stops what params name; undone NULL: a person's own action. */
void rpc_steer(struct call *call, json_t *params, enum action_kind kind,
    const struct rpc_undone *undone);
/* Sets values (name to text or null, borrowed) that take an entry back. */
void rpc_set_back(struct call *call, json_t *params, json_t *values,
    const struct rpc_undone *undone);
/* Waits for the readers of the journal that are still under way; their calls
 * are not answered. At the end of the host. */
void rpc_log_finish(struct host *host);

#endif
