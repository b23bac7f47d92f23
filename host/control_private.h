/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_CONTROL_PRIVATE_H
#define HOST_CONTROL_PRIVATE_H

#include <event2/buffer.h>
#include <event2/event.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/control.h"
#include "host/names.h"

/*
 * What control.c (who may come in, and what all are told) and control_client.c
 * (one connection: lines, calls, answers) share.
 */
struct client {
	struct control *control;
	struct client *next;
	int fd;
	uid_t uid;
	enum role role;
	uint64_t session; /* a number of its own, from 1 */
	char user[33];
	char program[33], origin[65]; /* what hello claimed, cleaned; or empty */
	char page[65], editing[33];   /* what it looks at, cleaned; or empty */
	int64_t since_us;             /* connected; UTC */
	struct event *readable, *writable;
	struct event *again; /* lines are left, nothing is read until then */
	struct evbuffer *in, *out;
	struct call *calls;
	unsigned call_count;
	bool eof;              /* it sends no more; ends with the last answer */
	bool closing;          /* when out is empty */
	bool dead;             /* freed at the end of the turn */
	int64_t interval, due; /* snapshots: ns, 0: none */
	bool moved;
	bool journal;
	uint64_t cursor;
	bool gapless; /* everything up to the cursor was looked at */
	char journal_service[32];
	int journal_level;
	bool audit;
	uint64_t audit_seen;
};

struct control {
	struct host *host;
	struct event **listening;
	int *fds;
	size_t count;
	struct client *clients;
	unsigned client_count;
	uint64_t sessions; /* numbers given so far */
	struct event *moved, *due, *records, *sweep;
	struct event *resume;   /* accepting pauses until then */
	struct event *presence; /* who is there will be told then */
	int64_t presence_told;  /* monotonic ns */
	int64_t exhausted_told; /* monotonic ns, 0: never */
	gid_t admin, operator, viewer;
	bool groups[3];
	struct names names;
};

/* The client's part of the loop: it is freed at the end of the turn. */
void client_kill(struct client *client);
/* Writes what the socket takes. */
void client_flush(struct client *client);
void client_notify(struct client *client, const char *method, json_t *params);
void client_error(struct client *client, json_t *id, int code, int exit_code, const char *text,
    const char *next);
/* Sends records and audit entries while there are any and the client reads. */
void client_pump(struct client *client);
/* One snapshot when it is due; document is made when first needed. */
void client_snapshot(struct client *client, json_t **document, int64_t now);
/* Somebody came, went or looks at something else: all are told, some times a
 * second at most. */
void control_presence(struct control *control);
/* Its entry among the sessions; the caller's to decref. */
json_t *client_session(const struct client *client);
/* Events of a new connection; false when there are none to be had. */
bool client_open(struct client *client);
void client_free(struct client *client);

#endif
