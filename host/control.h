/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_CONTROL_H
#define HOST_CONTROL_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "data/fault.h"

/*
 * The control socket: JSON-RPC 2.0, a message a line (docs/control.md). It
 * knows connections, roles and framing; what the methods do stands in rpc.c.
 * Supervisor's thread.
 */
struct host;
struct control;

enum role { ROLE_NONE, ROLE_VIEWER, ROLE_OPERATOR, ROLE_ADMIN };

/* A request under way. Answered exactly once, then gone; the client may have
 * left meanwhile. */
struct call {
	struct host *host;
	struct client *client; /* NULL when it has left */
	json_t *id;
	enum role role;
	char user[33];
	char origin[65];       /* where the person sits, as the client claims; or empty */
	uint64_t session;      /* the connection's number */
	atomic_bool cancelled; /* nobody waits for the answer any more; any thread */
	struct call *next;     /* of the client's */
};

struct method {
	const char *name; /* NULL ends the table */
	enum role role;
	/* Answers call now or later. params is borrowed, an object or NULL. */
	void (*run)(struct call *call, json_t *params);
};

extern const struct method rpc_methods[];

/* fds: the listening sockets from the keeper, taken over. */
struct control *control_open(struct host *host, int *fds, size_t count, struct fault *fault);
void control_close(struct control *control); /* sends what it can first */
/* Something changed: subscribers get a snapshot soon. */
void control_moved(struct control *control);
unsigned control_clients(const struct control *control);
/* Who is there, as docs/control.md has it: those who said what they look at, or
 * follow something; with watching only those who get snapshots. */
json_t *control_sessions(const struct control *control, bool watching);

/* What hello claims: program is the client's, origin where the person sits (both
 * NULL allowed); read_only takes every right but looking from the connection. */
void call_introduce(struct call *call, const char *program, const char *origin, bool read_only);
/* What the person looks at, and the section in work (NULL: none). */
void call_present(struct call *call, const char *page, const char *editing);
void call_result(struct call *call, json_t *result); /* takes result over */
void call_fault(struct call *call, const struct fault *fault);
/* A subscription for the call's client; filters NULL: all; audit: entries of the
 * audit list that come from now on. */
void call_subscribe(struct call *call, double seconds, bool journal, const char *service, int level,
    size_t backlog, bool audit);
const char *role_name(enum role role);
/* Whether the person who calls has the role that what (a word, translated) needs;
 * false: fault says who has which, and what to do about it. */
bool call_may(const struct call *call, const char *what, enum role needed, struct fault *fault);

#endif
