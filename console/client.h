/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_CLIENT_H
#define CONSOLE_CLIENT_H

#include <jansson.h>
#include <stdbool.h>

#include "data/fault.h"

/*
 * The client's side of the control socket (docs/control.md). One thread. The
 * command line calls and waits; the screen sends, and reads what comes when
 * the descriptor is readable.
 */
struct client;

/* Connects to the socket of home (NULL: STEWARD_HOME, then the installed one,
 * then the user's own; see client_home). FAULT_NOT_RUNNING when nobody
 * listens, FAULT_REFUSED when we may not. */
struct client *client_open(const char *home, struct fault *fault);
/* The same for a screen: when stewardd's queue of connections is full, that is
 * a fault at once, where client_open waits up to five seconds. */
struct client *client_try(const char *home, struct fault *fault);
/* Says hello as program, from where the person sits: an SSH client's address, else
 * the terminal. Waits for nothing: what is sent next goes out behind it, and its
 * answer is kept for client_next. */
void client_introduce(struct client *client, const char *program);
void client_close(struct client *client); /* NULL allowed */
int client_descriptor(const struct client *client);

/* Sends a request and waits for its answer, at most deadline_ms (-1: for
 * ever). params is taken over (NULL: none). The result is the caller's to
 * json_decref; NULL: fault, from the error's code and data. Notifications that
 * come meanwhile are kept for client_next. */
json_t *client_call(struct client *client, const char *method, json_t *params, int deadline_ms,
    struct fault *fault);

/* For a screen: sends without waiting, returns the request's id (>= 1), or 0
 * when the connection is broken. params is taken over. Never blocks: what the
 * socket does not take is sent by client_flush. */
int client_send(struct client *client, const char *method, json_t *params);
bool client_wants_write(const struct client *client);
bool client_flush(struct client *client);
/* Reads what is there; false when the host has gone. */
bool client_receive(struct client *client);
/* The next whole message (answer or notification), the caller's to decref;
 * NULL when there is none. */
json_t *client_next(struct client *client);
/* Makes a fault of an answer's "error"; true when there is none. */
bool client_answer(json_t *message, struct fault *fault);

/* Where a home's parts are. Resolves NULL as client_open does; out texts are
 * absolute. installed_r: the system's own (no --home). */
void client_home(const char *home, char *folder_r, char *socket_r, char *settings_r, size_t size,
    bool *installed_r);

#endif
