/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEEPER_LISTENERS_H
#define KEEPER_LISTENERS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "keeper/protocol.h"

/*
 * The listening sockets. They belong to the keeper and outlive every host; a
 * host gets copies. A listener is known by (service, setting, transport,
 * address, port asked); a shut one refuses clients and keeps its number.
 * The structs are written as they are into the state that one keeper leaves
 * to the next, see handover.c. All functions: the keeper's one thread.
 */
#define LISTENERS_MAX 256
#define ORPHANS_MAX 1024

struct listener {
	char service[32];
	char setting[32];
	char address[512];
	uint32_t transport; /* enum keeper_transport */
	uint32_t asked;     /* the port that was asked for, 0: any */
	uint32_t port;      /* the one it has */
	uint32_t round;     /* of the newest LISTEN */
	uint32_t count;     /* sockets; 0 while shut: the number is only remembered */
	uint32_t shut;      /* or 0: integers, since they may come from a file */
	uint32_t wanted;    /* the running host asked for it */
	int fd[KEEPER_FDS];
};

struct listeners {
	uint32_t count;
	uint32_t orphans; /* left by a keeper whose state could not be read */
	struct listener item[LISTENERS_MAX];
	int orphan[ORPHANS_MAX];
};

/* What may be granted. Borrowed strings. */
struct listener_rules {
	const char *run, *state; /* unix sockets only below these folders */
	const char *ports;       /* root's list of ports below 1024 */
	bool root;
};

/* Answers a KEEPER_LISTEN: the listener, open, with at least ask->count
 * sockets; or NULL with error and text in answer. EADDRINUSE with an empty
 * text: another program holds the port. */
struct listener *listeners_ask(struct listeners *all, const struct listener_rules *rules,
    const struct keeper_message *ask, struct keeper_message *answer);
/* The service's clients are refused from now on. */
void listeners_shut(struct listeners *all, const struct listener_rules *rules, const char *service);
/* Closes what the service did not ask for in this round. */
void listeners_trim(struct listeners *all, const struct listener_rules *rules, const char *service,
    uint32_t round);
/* A new host: nothing is asked for yet. */
void listeners_forget(struct listeners *all);
/* Closes what is open and was not asked for since, and the orphans. */
void listeners_sweep(struct listeners *all, const struct listener_rules *rules);
void listeners_close(struct listeners *all, const struct listener_rules *rules);

/* sockets.c. Descriptors are nonblocking and close-on-exec; -1 with errno. */
bool socket_address(const char *text, uint32_t port, struct sockaddr_storage *address_r,
    socklen_t *length_r);
int socket_open(const char *address, uint32_t transport, uint32_t port);
/* A number that is free for the transport, and with both for the other one
 * too; want 0: any. */
int socket_free_port(const char *address, uint32_t transport, uint32_t want, bool both);
int socket_unix(const struct listener_rules *rules, const char *path);
void socket_unix_remove(const struct listener_rules *rules, const char *path);
/* False: it could not be made to refuse and must be closed. */
bool socket_shut(int fd, uint32_t transport);
/* Opens what is shut. Descriptors may become others; false: all are as they were. */
bool socket_reopen(int *fds, uint32_t count, const char *address, uint32_t transport,
    uint32_t port);
/* May a port below 1024 be granted? Else answer says why not. */
bool socket_port_allowed(const struct listener_rules *rules, uint32_t transport, uint32_t port,
    struct keeper_message *answer);

#endif
