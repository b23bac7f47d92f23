/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of listeners. Most of it is about numbers: a port asked for as 0
 * gets one that is free for TCP and UDP both, so that the other transport of
 * the same setting and address can have the same one; when that one has been
 * taken since, the second is refused and says so, since the first has clients.
 * A number that another listener of the same service has is taken over (the
 * setting went from 0 to that number, or from an address to the wildcard);
 * one that another service has is refused by its name.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/listeners.h"

static bool same(const struct listener *l, const struct keeper_message *ask)
{
	return l->transport == ask->transport && l->asked == ask->port &&
	    !strcmp(l->service, ask->service) && !strcmp(l->setting, ask->setting) &&
	    !strcmp(l->address, ask->address);
}

static void listener_close(struct listener *l, const struct listener_rules *rules)
{
	if (l->transport == KEEPER_UNIX && l->count)
		socket_unix_remove(rules, l->address);
	for (uint32_t i = 0; i < l->count; i++) {
		/* The host may hold a copy: closing alone would go on accepting. */
		shutdown(l->fd[i], SHUT_RD);
		close(l->fd[i]);
	}
	l->count = 0;
}

static void listener_remove(struct listeners *all, struct listener *l,
    const struct listener_rules *rules)
{
	listener_close(l, rules);
	*l = all->item[--all->count];
}

/* 0: they have nothing in common, 1: they overlap, 2: they are equal. */
static int overlap(const char *a, const char *b)
{
	struct sockaddr_storage one, two, zero = { 0 };
	socklen_t length, other;

	if (!strcmp(a, b))
		return 2;
	if (!socket_address(a, 0, &one, &length) || !socket_address(b, 0, &two, &other) ||
	    length != other)
		return 0;
	if (!memcmp(&one, &two, length))
		return 2;
	zero.ss_family = one.ss_family;
	return !memcmp(&one, &zero, length) || !memcmp(&two, &zero, length);
}

/* A listener of ours that has the number that is asked for. */
static struct listener *neighbour(struct listeners *all, const struct keeper_message *ask,
    int *overlap_r)
{
	struct listener *found = NULL;

	*overlap_r = 0;
	for (uint32_t i = 0; i < all->count; i++) {
		struct listener *l = &all->item[i];
		if (l->transport != ask->transport || l->port != ask->port || !ask->port)
			continue;
		int common = overlap(l->address, ask->address);
		if (common > *overlap_r || (common && strcmp(l->service, ask->service))) {
			found = l;
			*overlap_r = common;
			if (strcmp(l->service, ask->service))
				break;
		}
	}
	return found;
}

/* ---- Numbers ---- */

/* The sockets of an earlier keeper whose state could not be read are found by
 * what they are bound to. */
static void adopt_orphans(struct listeners *all, struct listener *l, uint32_t port)
{
	struct sockaddr_storage want, have;
	socklen_t length, size;

	if (!port || !socket_address(l->address, port, &want, &length))
		return;
	for (uint32_t i = 0; i < all->orphans && l->count < KEEPER_FDS;) {
		int fd = all->orphan[i], type = 0;
		socklen_t type_size = sizeof type;
		size = sizeof have;
		memset(&have, 0, sizeof have);
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size);
		getsockname(fd, (struct sockaddr *)&have, &size);
		if (type != (l->transport == KEEPER_TCP ? SOCK_STREAM : SOCK_DGRAM) ||
		    memcmp(&want, &have, sizeof want) != 0) {
			i++;
			continue;
		}
		l->fd[l->count++] = fd;
		l->port = port;
		size = sizeof have;
		/* A listen() too much does no harm; UDP is replaced only when it must. */
		l->shut = l->transport == KEEPER_TCP ||
		    getpeername(fd, (struct sockaddr *)&have, &size) == 0;
		all->orphan[i] = all->orphan[--all->orphans];
	}
}

static int choose_port(struct listeners *all, struct listener *l, const struct keeper_message *ask,
    bool overlapping)
{
	if (ask->port)
		return overlapping ? (int)ask->port :
				     socket_free_port(l->address, l->transport, ask->port, false);
	for (uint32_t i = 0; i < all->count; i++) {
		const struct listener *o = &all->item[i];
		if (o != l && !o->asked && !strcmp(o->service, l->service) &&
		    !strcmp(o->setting, l->setting) && !strcmp(o->address, l->address))
			return socket_free_port(l->address, l->transport, o->port, false);
	}
	/* A low number is never a free one: the list of ports would be got around. */
	int port = -1;
	if (ask->hint >= 1024 && ask->hint <= UINT16_MAX)
		port = socket_free_port(l->address, l->transport, ask->hint, true);
	return port >= 0 ? port : socket_free_port(l->address, l->transport, 0, true);
}

/* ---- Opening ---- */

static bool listener_grow(struct listener *l, const struct listener_rules *rules, uint32_t count)
{
	uint32_t before = l->count;

	while (l->count < count) {
		int fd = l->transport == KEEPER_UNIX ?
		    socket_unix(rules, l->address) :
		    socket_open(l->address, l->transport, l->port);
		if (fd < 0) {
			int error = errno;
			while (l->count > before)
				close(l->fd[--l->count]);
			errno = error;
			return false;
		}
		l->fd[l->count++] = fd;
	}
	return true;
}

/* The first sockets of a new listener. */
static bool listener_start(struct listeners *all, struct listener *l,
    const struct listener_rules *rules, const struct keeper_message *ask, bool overlapping)
{
	if (l->transport == KEEPER_UNIX)
		return listener_grow(l, rules, 1);
	adopt_orphans(all, l, ask->port ? ask->port : ask->hint);
	if (l->count)
		return true;
	for (int tries = 0; tries < 8; tries++) {
		int port = choose_port(all, l, ask, overlapping);
		if (port < 0)
			return false;
		l->port = (uint32_t)port;
		if (listener_grow(l, rules, ask->count))
			return true;
		/* Between trial and bind somebody else took it: look again. */
		if (ask->port || errno != EADDRINUSE)
			return false;
	}
	return false;
}

static bool listener_open(struct listener *l, const struct listener_rules *rules,
    const struct keeper_message *ask)
{
	uint32_t count = l->transport == KEEPER_UNIX ? 1 : ask->count;

	/* One that could not be shut is only a number by now. */
	if (!l->count && socket_free_port(l->address, l->transport, l->port, false) < 0)
		return false;
	if (l->shut && !socket_reopen(l->fd, l->count, l->address, l->transport, l->port))
		return false;
	if (!listener_grow(l, rules, count)) {
		int error = errno;
		for (uint32_t i = 0; l->shut && i < l->count; i++)
			socket_shut(l->fd[i], l->transport);
		errno = error;
		return false;
	}
	l->shut = false;
	return true;
}

/* ---- Answers ---- */

static void explain(const struct keeper_message *ask, const struct listener_rules *rules,
    struct keeper_message *answer)
{
	const char *a = ask->address;
	char *text = answer->text;
	size_t size = sizeof answer->text;
	bool local = ask->transport == KEEPER_UNIX;

	if (answer->error == EADDRINUSE && !local)
		text[0] = '\0'; /* the caller finds out who has it */
	else if (answer->error == EADDRINUSE)
		snprintf(text, size, "%.300s: another program answers on this socket", a);
	else if (answer->error == EEXIST)
		snprintf(text, size, "%.300s is there already and is not a socket", a);
	else if (local && (answer->error == EPERM || answer->error == ENOTDIR))
		snprintf(text, size, "%.200s does not lie in %.200s", a, rules->state);
	else if (answer->error == EADDRNOTAVAIL || answer->error == ENODEV)
		snprintf(text, size, "this machine does not have the address %.100s", a);
	else if (answer->error == EAFNOSUPPORT)
		snprintf(text, size, "%.100s: this machine does not speak %s", a,
		    strchr(a, ':') ? "IPv6" : "IPv4");
	else if (answer->error == EACCES && !local)
		snprintf(text, size, "port %u needs root: an ordinary user has ports from 1024 up",
		    ask->port);
	else if (answer->error == EMFILE || answer->error == ENFILE)
		snprintf(text, size,
		    "no descriptor is left for %.300s: raise the limit of open files", a);
	else
		snprintf(text, size, "%.300s%s%.0u: %s", a, ask->port ? " port " : "", ask->port,
		    strerror(answer->error));
}

static struct listener *refuse(struct keeper_message *answer, int error, const char *text,
    const char *about)
{
	answer->error = error;
	snprintf(answer->text, sizeof answer->text, "%.300s%s", about, text);
	return NULL;
}

static struct listener *listener_new(struct listeners *all, const struct keeper_message *ask)
{
	struct listener *l = &all->item[all->count++];

	memset(l, 0, sizeof *l);
	snprintf(l->service, sizeof l->service, "%s", ask->service);
	snprintf(l->setting, sizeof l->setting, "%s", ask->setting);
	snprintf(l->address, sizeof l->address, "%s", ask->address);
	l->transport = ask->transport;
	l->asked = l->port = ask->port;
	return l;
}

struct listener *listeners_ask(struct listeners *all, const struct listener_rules *rules,
    const struct keeper_message *ask, struct keeper_message *answer)
{
	struct sockaddr_storage address;
	socklen_t length;
	struct listener *l = NULL;
	int common = 0;

	if (ask->transport > KEEPER_UNIX || ask->port > UINT16_MAX || !ask->count ||
	    ask->count > KEEPER_FDS)
		return refuse(answer, EINVAL, ": no such transport, port or number of sockets",
		    ask->address);
	if (ask->transport != KEEPER_UNIX && !socket_address(ask->address, 0, &address, &length))
		return refuse(answer, EINVAL, " is not a numeric address", ask->address);
	for (uint32_t i = 0; i < all->count && !l; i++)
		if (same(&all->item[i], ask))
			l = &all->item[i];
	/* Asked for in this round, also when it is refused: what the host has
	 * open is not trimmed because a rule about asking changed. */
	if (l)
		l->round = ask->round;
	if (ask->transport != KEEPER_UNIX &&
	    !socket_port_allowed(rules, ask->transport, ask->port, answer))
		return NULL;
	struct listener *next = l ? NULL : neighbour(all, ask, &common);
	if (next && strcmp(next->service, ask->service)) {
		snprintf(answer->text, sizeof answer->text, "port %u on %.100s is held by %s%s",
		    ask->port, ask->address, next->service,
		    next->shut ? ", which is stopped and keeps it" : "");
		answer->error = EADDRINUSE;
		return NULL;
	}
	if (next && common == 2 && next->wanted && next->round == ask->round)
		return refuse(answer, EADDRINUSE, " has this address and port already",
		    next->setting);
	if (next && common == 2) {
		snprintf(next->setting, sizeof next->setting, "%s", ask->setting);
		next->asked = ask->port;
		l = next;
	}
	if (!l && all->count == LISTENERS_MAX)
		return refuse(answer, ENOSPC, ": there are too many listeners", ask->address);
	bool fresh = !l;
	if (fresh)
		l = listener_new(all, ask);
	if ((fresh && !listener_start(all, l, rules, ask, next)) || !listener_open(l, rules, ask)) {
		answer->error = errno;
		explain(ask, rules, answer);
		if (fresh)
			listener_remove(all, l, rules);
		return NULL;
	}
	l->round = ask->round;
	l->wanted = true;
	return l;
}

/* ---- Less ---- */

void listeners_shut(struct listeners *all, const struct listener_rules *rules, const char *service)
{
	for (uint32_t i = all->count; i-- > 0;) {
		struct listener *l = &all->item[i];
		if (strcmp(l->service, service) || l->shut)
			continue;
		if (l->transport == KEEPER_UNIX) {
			/* It cannot be opened again; the next one gets the same name. */
			listener_remove(all, l, rules);
			continue;
		}
		l->shut = true;
		bool refuses = true;
		for (uint32_t n = 0; n < l->count; n++)
			refuses = socket_shut(l->fd[n], l->transport) && refuses;
		if (!refuses)
			listener_close(l, rules);
	}
}

void listeners_trim(struct listeners *all, const struct listener_rules *rules, const char *service,
    uint32_t round)
{
	for (uint32_t i = all->count; i-- > 0;)
		if (!strcmp(all->item[i].service, service) && all->item[i].round != round)
			listener_remove(all, &all->item[i], rules);
}

void listeners_forget(struct listeners *all)
{
	for (uint32_t i = 0; i < all->count; i++)
		all->item[i].wanted = false;
}

void listeners_sweep(struct listeners *all, const struct listener_rules *rules)
{
	for (uint32_t i = all->count; i-- > 0;)
		if (!all->item[i].wanted && !all->item[i].shut)
			listener_remove(all, &all->item[i], rules);
	while (all->orphans)
		close(all->orphan[--all->orphans]);
}

void listeners_close(struct listeners *all, const struct listener_rules *rules)
{
	while (all->count)
		listener_remove(all, &all->item[0], rules);
	listeners_sweep(all, rules);
}
