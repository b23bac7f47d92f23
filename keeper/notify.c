/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sd_notify(3) is a datagram with lines of text. The socket stays open, so
 * that a full table of descriptors does not silence the watchdog.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "keeper/keeper.h"

void notify_open(struct keeper *k)
{
	const char *name = getenv("NOTIFY_SOCKET");
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	struct timeval limit = { .tv_usec = 200000 };

	k->notify_fd = -1;
	if (!name || (name[0] != '/' && name[0] != '@') || !name[1] ||
	    strlen(name) > sizeof k->notify_to.sun_path - 1)
		return;
	k->notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (k->notify_fd < 0)
		return;
	/* The service manager may be busy, but it must not stop the keeper. */
	setsockopt(k->notify_fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	memset(&k->notify_to, 0, sizeof k->notify_to);
	k->notify_to.sun_family = AF_UNIX;
	memcpy(k->notify_to.sun_path, name, strlen(name));
	k->notify_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	if (name[0] == '@')
		k->notify_to.sun_path[0] = '\0';
	if (usec && (!pid || strtol(pid, NULL, 10) == getpid()))
		k->watchdog = strtoll(usec, NULL, 10) / 2000;
	if (k->watchdog > 0)
		k->watchdog_at = keeper_now() + k->watchdog;
}

void notify_send(const struct keeper *k, const char *format, ...)
{
	char text[1024];
	va_list list;

	if (k->notify_fd < 0)
		return;
	va_start(list, format);
	int length = vsnprintf(text, sizeof text, format, list);
	va_end(list);
	if (length < 0)
		return;
	if ((size_t)length >= sizeof text)
		length = sizeof text - 1;
	if (sendto(k->notify_fd, text, (size_t)length, MSG_NOSIGNAL,
		(const struct sockaddr *)&k->notify_to, k->notify_length) < 0)
		keeper_say("cannot tell the service manager: %s", strerror(errno));
}
