/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_KEEPER_TABLE_H
#define TESTS_UNIT_KEEPER_TABLE_H

#include "keeper/listeners.h"

/* A table of listeners with a folder of its own, and wishes to ask it for. */
struct table {
	struct listeners all;
	struct listener_rules rules;
	struct keeper_message answer;
	char folder[64], state[96], ports[96];
};

int table_open(void **state);
int table_close(void **state);
/* Of service web, round 1. */
struct keeper_message table_wish(const char *setting, uint32_t transport, const char *address,
    uint32_t port, uint32_t count);
struct listener *table_ask(struct table *s, struct keeper_message m);
/* Fails the test when it is refused. */
struct listener *table_granted(struct table *s, struct keeper_message m);
/* Fails the test unless it is refused with this errno and part in the text. */
void table_refused(struct table *s, struct keeper_message m, int error, const char *part);

#endif
