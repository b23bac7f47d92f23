/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How one socket is opened, shut and opened again. Two habits of the kernel
 * give the shape:
 * - SO_REUSEPORT lets any program of the same user join a port in silence. So
 *   a number is first bound without it, which fails when somebody has it, and
 *   then by the sockets that serve.
 * - A UDP group whose members were ever connected hands every datagram to one
 *   of them (seen on Linux 6.18). So a UDP socket that was shut by connecting
 *   it to itself is not disconnected but replaced, port held all the while.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper/listeners.h"

#define BACKLOG 4096 /* the kernel takes the smaller of this and somaxconn */

/* ---- TCP and UDP ---- */

bool socket_address(const char *text, uint32_t port, struct sockaddr_storage *address,
    socklen_t *length)
{
	struct sockaddr_in *four = (struct sockaddr_in *)address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
	char number[INET6_ADDRSTRLEN];
	const char *scope = strchrnul(text, '%');

	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		*length = sizeof *four;
		return true;
	}
	if ((size_t)(scope - text) >= sizeof number)
		return false;
	memcpy(number, text, (size_t)(scope - text));
	number[scope - text] = '\0';
	if (inet_pton(AF_INET6, number, &six->sin6_addr) != 1)
		return false;
	six->sin6_family = AF_INET6;
	six->sin6_port = htons((uint16_t)port);
	if (*scope && !(six->sin6_scope_id = if_nametoindex(scope + 1)))
		six->sin6_scope_id = (uint32_t)strtoul(scope + 1, NULL, 10);
	*length = sizeof *six;
	return true;
}

static bool set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

/* A wildcard UDP socket must learn which address it was asked by. */
static bool tell_destination(int fd, const struct sockaddr_storage *address)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;

	if (address->ss_family == AF_INET)
		return four->sin_addr.s_addr != INADDR_ANY || set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	return !IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr) ||
	    set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

/* serve: a member of the port's group; else a trial of whether it is free. */
static int socket_bind(const char *text, uint32_t transport, uint32_t port, bool serve, bool share)
{
	struct sockaddr_storage address;
	socklen_t length;
	bool tcp = transport == KEEPER_TCP;

	if (!socket_address(text, port, &address, &length)) {
		errno = EINVAL;
		return -1;
	}
	int fd = socket(address.ss_family,
	    (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if ((address.ss_family != AF_INET6 || set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) &&
	    (!port || !(tcp || share) || set(fd, SOL_SOCKET, SO_REUSEADDR, 1)) &&
	    (!serve || set(fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
	    (!serve || tcp || tell_destination(fd, &address)) &&
	    bind(fd, (struct sockaddr *)&address, length) == 0 &&
	    (!serve || !tcp || listen(fd, BACKLOG) == 0))
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

int socket_open(const char *address, uint32_t transport, uint32_t port)
{
	return socket_bind(address, transport, port, true, false);
}

int socket_free_port(const char *address, uint32_t transport, uint32_t want, bool both)
{
	for (int tries = 0; tries < 64; tries++) {
		/* The port stands at the same place in both families. */
		struct sockaddr_in6 bound = { 0 };
		socklen_t length = sizeof bound;
		int fd = socket_bind(address, transport, want, false, false), other = -1;
		if (fd < 0)
			return -1;
		getsockname(fd, (struct sockaddr *)&bound, &length);
		int port = ntohs(bound.sin6_port);
		if (both)
			other =
			    socket_bind(address, transport == KEEPER_TCP ? KEEPER_UDP : KEEPER_TCP,
				(uint32_t)port, false, false);
		int error = errno;
		close(fd);
		if (other >= 0)
			close(other);
		if (!both || other >= 0)
			return port;
		errno = error;
		if (want || error != EADDRINUSE)
			return -1;
	}
	return -1;
}

bool socket_shut(int fd, uint32_t transport)
{
	struct sockaddr_storage own;
	socklen_t length = sizeof own;

	if (transport == KEEPER_TCP) {
		/* With it, others could bind the number while nothing listens on it. */
		set(fd, SOL_SOCKET, SO_REUSEADDR, 0);
		return shutdown(fd, SHUT_RD) == 0 || errno == ENOTCONN;
	}
	/* Nobody but the socket itself can send from its own address. */
	if (getsockname(fd, (struct sockaddr *)&own, &length) != 0 ||
	    connect(fd, (struct sockaddr *)&own, length) != 0)
		return false;
	/* What came before is old when it opens again. */
	for (int i = 0; i < BACKLOG && recv(fd, &own, 1, MSG_DONTWAIT | MSG_TRUNC) >= 0; i++)
		;
	return true;
}

/* The old ones leave the group, all before the first new one would join it, but
 * hold the port until the new ones have it. */
static bool reopen_udp(int *fds, uint32_t count, const char *address, uint32_t port)
{
	int next[KEEPER_FDS], error;
	uint32_t opened = 0;
	bool left = true;

	for (uint32_t i = 0; i < count; i++)
		left = set(fds[i], SOL_SOCKET, SO_REUSEPORT, 0) &&
		    set(fds[i], SOL_SOCKET, SO_REUSEADDR, 1) && left;
	while (left && opened < count &&
	    (next[opened] = socket_bind(address, KEEPER_UDP, port, true, true)) >= 0)
		opened++;
	error = errno;
	for (uint32_t i = 0; i < count; i++) {
		if (opened == count) {
			set(next[i], SOL_SOCKET, SO_REUSEADDR, 0);
			close(fds[i]);
			fds[i] = next[i];
			continue;
		}
		set(fds[i], SOL_SOCKET, SO_REUSEADDR, 0);
		if (i < opened)
			close(next[i]);
	}
	errno = error;
	return opened == count;
}

bool socket_reopen(int *fds, uint32_t count, const char *address, uint32_t transport, uint32_t port)
{
	uint32_t i = 0;

	if (transport == KEEPER_UDP)
		return reopen_udp(fds, count, address, port);
	while (
	    i < count && set(fds[i], SOL_SOCKET, SO_REUSEADDR, 1) && listen(fds[i], BACKLOG) == 0)
		i++;
	int error = errno;
	for (uint32_t n = 0; i < count && n < count; n++)
		socket_shut(fds[n], transport);
	errno = error;
	return i == count;
}

/* ---- Ports below 1024 ---- */

static bool port_listed(int fd, const char *transport, uint32_t port)
{
	char text[16384], word[8], *rest = text, *line;
	struct stat file;
	unsigned number;
	char junk;

	if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) || file.st_uid != 0 ||
	    (file.st_mode & (S_IWGRP | S_IWOTH)))
		return false;
	ssize_t length = read(fd, text, sizeof text - 1);
	text[length > 0 ? length : 0] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		*strchrnul(line, '#') = '\0';
		if (sscanf(line, "%7s %u %c", word, &number, &junk) == 2 &&
		    strcmp(word, transport) == 0 && number == port)
			return true;
	}
	return false;
}

bool socket_port_allowed(const struct listener_rules *rules, uint32_t transport, uint32_t port,
    struct keeper_message *answer)
{
	const char *word = transport == KEEPER_TCP ? "tcp" : "udp";

	/* An ordinary user's rights are the kernel's business. */
	if (!rules->root || port >= 1024 || port == 0)
		return true;
	int fd = open(rules->ports, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool listed = fd >= 0 && port_listed(fd, word, port);
	if (fd >= 0)
		close(fd);
	answer->error = EACCES;
	if (!listed)
		snprintf(answer->text, sizeof answer->text,
		    "port %u is below 1024 and not granted: let root write the line \"%s %u\" "
		    "into %.300s, which only root may write",
		    port, word, port, rules->ports);
	return listed;
}

/* ---- Unix sockets ---- */

/* The folder that path lies in, when that is below run or state; *name is the
 * rest. As root those folders belong to the user steward, who may put symbolic
 * links there at any moment: they are not followed. */
static int folder_open(const struct listener_rules *rules, const char *path, const char **name)
{
	const char *base = NULL, *last = strrchr(path, '/');
	const char *bases[] = { rules->run, rules->state };

	for (int i = 0; i < 2 && !base; i++) {
		size_t length = strlen(bases[i]);
		if (strncmp(path, bases[i], length) == 0 && path[length] == '/')
			base = bases[i];
	}
	errno = EPERM;
	if (!base || !last[1] || strcmp(last, "/.") == 0 || strcmp(last, "/..") == 0)
		return -1;
	*name = last + 1;
	int fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (const char *part = path + strlen(base) + 1; fd >= 0 && part < last;) {
		char folder[512];
		int length = (int)strcspn(part, "/"), above = fd, error = EPERM;
		snprintf(folder, sizeof folder, "%.*s", length, part);
		part += length + 1;
		fd = -1;
		if (strcmp(folder, "..") != 0) {
			fd = openat(above, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			error = errno;
		}
		close(above);
		errno = error;
	}
	return fd;
}

/* Names are used relative to their folder, so that a path of any length fits
 * and nothing can be exchanged on the way. The working folder is nobody else's. */
static struct sockaddr_un name_address(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, name, strnlen(name, sizeof address.sun_path - 1));
	return address;
}

/* Removes a socket file on which nobody answers. */
static bool name_free(int folder, const char *name)
{
	struct sockaddr_un address = name_address(name);
	struct stat file;

	if (fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT;
	if (!S_ISSOCK(file.st_mode)) {
		errno = EEXIST;
		return false;
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	bool dead =
	    connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno == ECONNREFUSED;
	close(fd);
	errno = EADDRINUSE;
	return dead && unlinkat(folder, name, 0) == 0;
}

int socket_unix(const struct listener_rules *rules, const char *path)
{
	const char *name;
	int folder = folder_open(rules, path, &name), fd = -1, error;

	if (folder < 0)
		return -1;
	errno = ENAMETOOLONG;
	if (strlen(name) >= sizeof(struct sockaddr_un){ 0 }.sun_path)
		goto out;
	struct sockaddr_un address = name_address(name);
	if (fchdir(folder) != 0 || !name_free(folder, name))
		goto out;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		goto out;
	/* The file gets the socket's mode: it never has another one. Who may do
	 * what is decided by the peer's credentials when root's keeper serves all. */
	mode_t mask = umask(0);
	bool bound = fchmod(fd, rules->root ? 0666 : 0600) == 0 &&
	    bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
	error = errno;
	umask(mask);
	if (!bound || listen(fd, BACKLOG) != 0) {
		error = bound ? errno : error;
		close(fd);
		fd = -1;
		errno = error;
	}
out:
	error = errno;
	close(folder);
	if (chdir("/") != 0)
		error = errno;
	errno = error;
	return fd;
}

void socket_unix_remove(const struct listener_rules *rules, const char *path)
{
	const char *name;
	int folder = folder_open(rules, path, &name);

	if (folder < 0)
		return;
	unlinkat(folder, name, 0);
	close(folder);
}
