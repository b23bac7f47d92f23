/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The messages themselves are not read: that something changed is enough, the
 * keeper's bind is the real question. An IPv6 address is announced again when
 * its duplicate detection is over, which is when it can be bound.
 */
#include "config.h"

#include "host/addresses.h"

#include <event2/event.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data/memory.h"

struct addresses {
	int fd;
	struct event *readable;
	void (*changed)(void *arg);
	void *arg;
};

static void addresses_readable(evutil_socket_t fd, short what, void *arg)
{
	struct addresses *addresses = arg;
	char message[8192];

	(void)what;
	for (int turn = 0; turn < 64; turn++)
		if (recv(fd, message, sizeof message, MSG_DONTWAIT) <= 0)
			break;
	addresses->changed(addresses->arg);
}

struct addresses *addresses_watch(struct event_base *base, void (*changed)(void *arg), void *arg)
{
	struct addresses *addresses = memory_new(sizeof *addresses);
	struct sockaddr_nl local = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_LINK,
	};

	addresses->changed = changed;
	addresses->arg = arg;
	addresses->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (addresses->fd < 0 || bind(addresses->fd, (struct sockaddr *)&local, sizeof local) < 0)
		goto out;
	addresses->readable =
	    event_new(base, addresses->fd, EV_READ | EV_PERSIST, addresses_readable, addresses);
	if (addresses->readable && event_add(addresses->readable, NULL) == 0)
		return addresses;
out:
	addresses_close(addresses);
	return NULL;
}

void addresses_close(struct addresses *addresses)
{
	if (!addresses)
		return;
	if (addresses->readable)
		event_free(addresses->readable);
	if (addresses->fd >= 0)
		close(addresses->fd);
	free(addresses);
}
