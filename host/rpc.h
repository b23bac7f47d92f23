/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_RPC_H
#define HOST_RPC_H

#include "host/control.h"

/* The methods of docs/control.md that rpc_methods lists (rpc_read.c). Each
 * answers its call once, at once or when the state is reached. Supervisor's
 * thread. */
void rpc_start(struct call *call, json_t *params);
void rpc_stop(struct call *call, json_t *params);
void rpc_restart(struct call *call, json_t *params);
void rpc_reload(struct call *call, json_t *params);
void rpc_resume(struct call *call, json_t *params);
void rpc_set(struct call *call, json_t *params);
void rpc_log(struct call *call, json_t *params);
void rpc_list(struct call *call, json_t *params);
void rpc_do(struct call *call, json_t *params);

/* The text of a parameter, borrowed; NULL when it is not there or null. False
 * when it has another type. */
bool rpc_text(json_t *params, const char *name, const char **text_r, struct fault *fault);
/* Waits for the readers of the journal that are still under way; their calls
 * are not answered. At the end of the host. */
void rpc_log_finish(struct host *host);

#endif
