/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_LINK_H
#define HOST_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "data/fault.h"
#include "keeper/protocol.h"

/*
 * The host's end of the keeper's socket. Supervisor's thread. Answers come
 * by callback from the loop.
 */
struct host;
struct link;

struct link_grant {
	uint16_t port;
	int *fds; /* the callback takes them over, and the array */
	size_t count;
	int error; /* 0: granted; else errno, and text */
	const char *text;
};

/* Reads STEWARD_KEEPER, maps the crash record, waits for HELLO. NULL: fault. */
struct link *link_open(struct host *host, struct fault *fault);
/* After the loop exists: messages are read by it. */
bool link_watch(struct link *link, struct fault *fault);
void link_close(struct link *link);
struct crash_record *link_crash_record(struct link *link);

void link_listen(struct link *link, const struct keeper_message *wanted,
    void (*answered)(void *arg, struct link_grant *grant), void *arg);
/* The service's clients are refused when answered is called (no descriptors). */
void link_shut(struct link *link, const char *service,
    void (*answered)(void *arg, struct link_grant *grant), void *arg);
void link_forget(struct link *link, void *arg); /* answers for arg are dropped */
/* Any other message: type, service (or NULL), round, text (or NULL). */
void link_say(struct link *link, enum keeper_type type, const char *service, uint32_t round,
    const char *text);

#endif
