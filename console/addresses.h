/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_ADDRESSES_H
#define CONSOLE_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * This machine's addresses in the network at home, and what lists of addresses in
 * a setting mean. Any thread.
 */
#define ADDRESSES_MOST 8
#define ADDRESS_PORTS 8

struct addresses {
	char text[ADDRESSES_MOST][64]; /* as in a setting: IPv6 in brackets */
	size_t count;
};

/* Who can reach a service that listens there. */
enum reach {
	REACH_MACHINE, /* this machine only */
	REACH_NETWORK, /* the home network: private addresses */
	REACH_EVERYBODY,
	REACH_OTHER, /* particular addresses, or none */
	REACHES,
};

/* The private addresses (RFC 1918, RFC 4193) of interfaces that are up, without
 * those that container programs make. */
void addresses_home(struct addresses *addresses_r);
/* What a value such as "127.0.0.1:80,[::1]:80" reaches. */
enum reach addresses_reach(const char *value);
/* Whether every item of value is ADDRESS:PORT; an empty list is right. */
bool addresses_right(const char *value);
/* The value that reaches so far with the ports that are in another value. False:
 * there is no port, or no address of a home network; out is empty. */
bool addresses_value(enum reach reach, const char *ports_of, const struct addresses *home,
    char *out, size_t size);
/* "80, 443": the ports of a value; "-" when there is none. */
void addresses_ports(const char *value, char *out, size_t size);

#endif
