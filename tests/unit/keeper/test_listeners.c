/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is granted, refused, shut, opened again and closed, on real sockets. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/keeper/table.h"

#define DEADLINE_MS 20000

/* 0: a connection; else errno. The socket in *fd_r, if wanted. */
static int dial(uint32_t transport, const char *address, uint32_t port, int *fd_r)
{
	struct sockaddr_storage to;
	socklen_t length;

	assert_true(socket_address(address, port, &to, &length));
	int fd = socket(to.ss_family, transport == KEEPER_TCP ? SOCK_STREAM : SOCK_DGRAM, 0);
	int error = connect(fd, (struct sockaddr *)&to, length) ? errno : 0;
	if (fd_r)
		*fd_r = fd;
	else
		close(fd);
	return error;
}

/* Did a datagram arrive at one of the sockets (-1: refused)? Its number. */
static int udp_reaches(const struct listener *l, const char *address, uint32_t port)
{
	struct pollfd set[KEEPER_FDS + 1];
	char byte;
	int fd;

	assert_int_equal(dial(KEEPER_UDP, address, port, &fd), 0);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	set[0] = (struct pollfd){ fd, POLLIN, 0 };
	for (uint32_t i = 0; i < l->count; i++)
		set[i + 1] = (struct pollfd){ l->fd[i], POLLIN, 0 };
	assert_true(poll(set, l->count + 1, DEADLINE_MS) > 0);
	int reached = -2;
	if (recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == ECONNREFUSED)
		reached = -1;
	for (uint32_t i = 0; i < l->count; i++)
		if (recv(l->fd[i], &byte, 1, MSG_DONTWAIT) == 1)
			reached = (int)i;
	close(fd);
	return reached;
}

static bool has_address(const char *address)
{
	int port = socket_free_port(address, KEEPER_TCP, 0, false);

	return port > 0;
}

/* ---- Grants ---- */

static void test_tcp(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "0.0.0.0", "::1", "::" };
	struct table *s = *state;

	for (size_t i = 0; i < 4; i++) {
		if (!has_address(addresses[i]))
			continue; /* a machine without IPv6 */
		struct listener *l =
		    table_granted(s, table_wish("listen", KEEPER_TCP, addresses[i], 0, 2));
		assert_int_equal(l->count, 2);
		assert_true(l->port >= 1024);
		assert_int_equal(dial(KEEPER_TCP, strchr(addresses[i], ':') ? "::1" : "127.0.0.1",
				     l->port, NULL),
		    0);
		for (uint32_t n = 0; n < 2; n++) {
			assert_true(fcntl(l->fd[n], F_GETFD) & FD_CLOEXEC);
			assert_true(fcntl(l->fd[n], F_GETFL) & O_NONBLOCK);
		}
	}
	assert_true(s->all.count >= 2);
}

static void test_both_families_on_one_port(void **state)
{
	struct table *s = *state;

	if (!has_address("::")) {
		print_message("this machine has no IPv6\n");
		skip();
	}
	uint32_t port = table_granted(s, table_wish("listen", KEEPER_TCP, "0.0.0.0", 0, 1))->port;
	table_granted(s, table_wish("listen", KEEPER_TCP, "::", port, 1));
	assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", port, NULL), 0);
	assert_int_equal(dial(KEEPER_TCP, "::1", port, NULL), 0);
}

static void test_count_only_grows(void **state)
{
	struct table *s = *state;
	struct keeper_message m = table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 2);
	uint32_t port = table_granted(s, m)->port;
	int first = s->all.item[0].fd[0], client[20];

	for (int i = 0; i < 20; i++)
		assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", port, &client[i]), 0);
	m.count = 4;
	struct listener *l = table_granted(s, m);
	assert_int_equal(l->count, 4);
	assert_int_equal(l->port, port);
	m.count = 1;
	l = table_granted(s, m);
	assert_int_equal(l->count, 4);
	assert_int_equal(l->fd[0], first);
	assert_int_equal(s->all.count, 1);
	/* None of those that waited was lost. */
	int accepted = 0;
	for (uint32_t i = 0; i < 4; i++)
		for (int fd; (fd = accept(l->fd[i], NULL, NULL)) >= 0; accepted++)
			close(fd);
	assert_int_equal(accepted, 20);
	for (int i = 0; i < 20; i++)
		close(client[i]);
}

static void test_any_port_is_one_for_tcp_and_udp(void **state)
{
	struct table *s = *state;

	for (uint32_t first = KEEPER_TCP; first <= KEEPER_UDP; first++) {
		const char *setting = first == KEEPER_TCP ? "one" : "two";
		uint32_t port =
		    table_granted(s, table_wish(setting, first, "127.0.0.1", 0, 2))->port;
		uint32_t other = first == KEEPER_TCP ? KEEPER_UDP : KEEPER_TCP;
		assert_int_equal(table_granted(s, table_wish(setting, other, "127.0.0.1", 0, 2))
				     ->port,
		    port);
		/* And the same again when asked again. */
		assert_int_equal(table_granted(s, table_wish(setting, first, "127.0.0.1", 0, 2))
				     ->port,
		    port);
	}
	assert_int_equal(s->all.count, 4);
}

static void test_any_port_taken_for_the_second_transport(void **state)
{
	struct table *s = *state;
	struct keeper_message udp = table_wish("listen", KEEPER_UDP, "127.0.0.1", 0, 1);
	uint32_t port = table_granted(s, table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 1))->port;
	struct sockaddr_storage address;
	socklen_t length;
	int other = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(socket_address("127.0.0.1", port, &address, &length));
	assert_int_equal(bind(other, (struct sockaddr *)&address, length), 0);
	table_refused(s, udp, EADDRINUSE, "");
	close(other);
	assert_int_equal(table_granted(s, udp)->port, port);
}

static void test_hint(void **state)
{
	struct table *s = *state;
	struct keeper_message m = table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 1);
	uint32_t last = (uint32_t)socket_free_port("127.0.0.1", KEEPER_TCP, 0, true);

	m.hint = last;
	assert_int_equal(table_granted(s, m)->port, last);
	/* Taken: another number. */
	strcpy(m.setting, "other");
	assert_int_not_equal(table_granted(s, m)->port, last);
	/* Low: the list of ports is not got around. */
	strcpy(m.setting, "low");
	m.hint = 80;
	assert_true(table_granted(s, m)->port >= 1024);
}

static void test_udp_wildcard_learns_the_destination(void **state)
{
	struct table *s = *state;
	struct listener *l = table_granted(s, table_wish("listen", KEEPER_UDP, "0.0.0.0", 0, 1));
	char byte, control[256];
	struct iovec part = { &byte, 1 };
	struct msghdr header = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control };
	struct pollfd set = { l->fd[0], POLLIN, 0 };
	int fd;

	assert_int_equal(dial(KEEPER_UDP, "127.0.0.1", l->port, &fd), 0);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	assert_int_equal(poll(&set, 1, DEADLINE_MS), 1);
	assert_int_equal(recvmsg(l->fd[0], &header, 0), 1);
	assert_non_null(CMSG_FIRSTHDR(&header));
	assert_int_equal(CMSG_FIRSTHDR(&header)->cmsg_type, IP_PKTINFO);
	close(fd);
}

/* ---- Refusals ---- */

static void test_bad_wishes(void **state)
{
	struct table *s = *state;
	struct keeper_message m;

	table_refused(s, table_wish("listen", KEEPER_TCP, "localhost", 0, 1), EINVAL, "numeric");
	table_refused(s, table_wish("listen", KEEPER_TCP, "", 0, 1), EINVAL, "numeric");
	table_refused(s, table_wish("listen", KEEPER_TCP, "127.0.0.1:80", 0, 1), EINVAL, "numeric");
	table_refused(s, table_wish("listen", KEEPER_TCP, "[::1]", 0, 1), EINVAL, "numeric");
	table_refused(s, table_wish("listen", KEEPER_TCP, "127.0.0.1", 65536, 1), EINVAL, "");
	table_refused(s, table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 0), EINVAL, "");
	table_refused(s, table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, KEEPER_FDS + 1), EINVAL,
	    "");
	table_refused(s, table_wish("listen", 3, "127.0.0.1", 0, 1), EINVAL, "");
	m = table_wish("listen", KEEPER_TCP, "", 0, 1);
	memset(m.address, '1', sizeof m.address - 1);
	table_refused(s, m, EINVAL, "numeric");
	assert_int_equal(s->all.count, 0);
}

static void test_address_that_is_not_there(void **state)
{
	struct table *s = *state;

	/* 203.0.113.0/24 and 2001:db8::/32 are for documentation only. */
	table_refused(s, table_wish("listen", KEEPER_TCP, "203.0.113.77", 0, 1), EADDRNOTAVAIL,
	    "does not have the address 203.0.113.77");
	table_refused(s, table_wish("listen", KEEPER_UDP, "203.0.113.77", 4000, 1), EADDRNOTAVAIL,
	    "203.0.113.77");
	if (has_address("::1"))
		table_refused(s, table_wish("listen", KEEPER_TCP, "2001:db8::77", 0, 1),
		    EADDRNOTAVAIL, "2001:db8::77");
	else
		assert_null(table_ask(s, table_wish("listen", KEEPER_TCP, "2001:db8::77", 0, 1)));
	assert_int_equal(s->all.count, 0);
}

static void test_held_by_a_stranger(void **state)
{
	struct table *s = *state;
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	int one = 1, other = socket(AF_INET, SOCK_STREAM, 0);

	/* Even one that would share the port, as another steward of this user. */
	setsockopt(other, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
	setsockopt(other, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	assert_true(socket_address("127.0.0.1", 0, &address, &length));
	assert_int_equal(bind(other, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(other, 1), 0);
	getsockname(other, (struct sockaddr *)&address, &length);
	uint32_t port = ntohs(((struct sockaddr_in *)&address)->sin_port);
	table_refused(s, table_wish("listen", KEEPER_TCP, "127.0.0.1", port, 1), EADDRINUSE, "");
	assert_string_equal(s->answer.text, "");
	table_refused(s, table_wish("listen", KEEPER_TCP, "0.0.0.0", port, 1), EADDRINUSE, "");
	close(other);
	table_granted(s, table_wish("listen", KEEPER_TCP, "127.0.0.1", port, 1));
}

static void test_held_by_another_service(void **state)
{
	struct table *s = *state;
	uint32_t port = table_granted(s, table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 1))->port;
	struct keeper_message m = table_wish("listen", KEEPER_TCP, "127.0.0.1", port, 1);

	strcpy(m.service, "proxy");
	table_refused(s, m, EADDRINUSE, "is held by web");
	strcpy(m.address, "0.0.0.0");
	table_refused(s, m, EADDRINUSE, "is held by web");
	listeners_shut(&s->all, &s->rules, "web");
	table_refused(s, m, EADDRINUSE, "web, which is stopped");
}

static void test_no_descriptors(void **state)
{
	struct table *s = *state;
	struct keeper_message m = table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 2);
	struct rlimit old, low;
	uint32_t port = table_granted(s, m)->port;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	int next = dup(0);
	close(next);
	low.rlim_cur = (rlim_t)next + 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	m.count = 8;
	struct listener *l = table_ask(s, m);
	struct keeper_message first = s->answer;
	struct keeper_message other = table_wish("other", KEEPER_TCP, "127.0.0.1", 0, 8);
	struct listener *o = table_ask(s, other);
	setrlimit(RLIMIT_NOFILE, &old);
	assert_null(l);
	assert_null(o);
	assert_int_equal(first.error, EMFILE);
	assert_non_null(strstr(first.text, "no descriptor is left"));
	/* What was there is there, and no more. */
	assert_int_equal(s->all.count, 1);
	assert_int_equal(s->all.item[0].count, 2);
	assert_int_equal(s->all.item[0].port, port);
	m.count = 8;
	assert_int_equal(table_granted(s, m)->count, 8);
}

static void test_full_table(void **state)
{
	struct table *s = *state;
	struct keeper_message m = table_wish("", KEEPER_UDP, "127.0.0.1", 0, 1);

	s->all.count = LISTENERS_MAX;
	table_refused(s, m, ENOSPC, "too many");
	s->all.count = 0;
}

/* ---- Shut and open again ---- */

static void test_shut_tcp(void **state)
{
	struct table *s = *state;
	struct keeper_message m = table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 3);
	struct listener *l = table_granted(s, m);
	uint32_t port = l->port;
	int copy = dup(l->fd[0]), stranger = -1;

	for (int turn = 0; turn < 3; turn++) {
		listeners_shut(&s->all, &s->rules, "web");
		listeners_shut(&s->all, &s->rules, "web");
		assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", port, NULL), ECONNREFUSED);
		/* Nobody slips in. */
		struct sockaddr_storage address;
		socklen_t length;
		int one = 1;
		stranger = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(stranger, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
		assert_true(socket_address("127.0.0.1", port, &address, &length));
		assert_int_equal(bind(stranger, (struct sockaddr *)&address, length), -1);
		assert_int_equal(errno, EADDRINUSE);
		close(stranger);
		m.count++;
		m.round++;
		l = table_granted(s, m);
		assert_int_equal(l->port, port);
		assert_int_equal(l->count, m.count);
		assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", port, NULL), 0);
	}
	close(copy);
}

static void shut_udp(struct table *s, const char *address)
{
	struct keeper_message m = table_wish("listen", KEEPER_UDP, address, 0, 3);
	struct listener *l = table_granted(s, m);
	const char *to = strchr(address, ':') ? "::1" : "127.0.0.1";
	uint32_t port = l->port;

	assert_true(udp_reaches(l, to, port) >= 0);
	for (int turn = 0; turn < 2; turn++) {
		int old = l->fd[0], copy = dup(old), fd;
		assert_int_equal(dial(KEEPER_UDP, to, port, &fd), 0);
		assert_int_equal(send(fd, "old", 3, 0), 3);
		close(fd);
		listeners_shut(&s->all, &s->rules, "web");
		assert_int_equal(udp_reaches(l, to, port), -1);
		/* The port stays ours. */
		assert_int_equal(socket_free_port(address, KEEPER_UDP, port, false), -1);
		assert_int_equal(errno, EADDRINUSE);
		m.round++;
		l = table_granted(s, m);
		assert_int_equal(l->port, port);
		assert_int_equal(l->count, 3);
		/* Every one of the three gets its share again, and nothing that
		 * came before; a copy that the host kept gets nothing. */
		int share[3] = { 0 };
		for (int i = 0; i < 200; i++) {
			int reached = udp_reaches(l, to, port);
			assert_in_range(reached, 0, 2);
			share[reached]++;
		}
		assert_true(share[0] && share[1] && share[2]);
		char byte[4];
		assert_int_equal(recv(copy, byte, sizeof byte, MSG_DONTWAIT), -1);
		close(copy);
	}
	/* The address is the one that was asked for, not the one it was shut with. */
	struct sockaddr_storage want, have = { 0 };
	socklen_t length, size = sizeof have;
	assert_true(socket_address(address, port, &want, &length));
	getsockname(l->fd[2], (struct sockaddr *)&have, &size);
	assert_memory_equal(&want, &have, length);
	listeners_close(&s->all, &s->rules);
}

static void test_shut_udp(void **state)
{
	struct table *s = *state;

	shut_udp(s, "127.0.0.1");
	shut_udp(s, "0.0.0.0");
	if (has_address("::1")) {
		shut_udp(s, "::1");
		shut_udp(s, "::");
	}
}

static void test_shut_is_by_service(void **state)
{
	struct table *s = *state;
	struct keeper_message dns = table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 1);

	uint32_t web = table_granted(s, table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 1))->port;
	strcpy(dns.service, "dns");
	uint32_t other = table_granted(s, dns)->port;
	listeners_shut(&s->all, &s->rules, "dns");
	listeners_shut(&s->all, &s->rules, "nobody");
	assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", web, NULL), 0);
	assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", other, NULL), ECONNREFUSED);
}

/* ---- Settings change ---- */

static void test_trim(void **state)
{
	struct table *s = *state;
	struct keeper_message old = table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 2), next = old;
	uint32_t port = table_granted(s, old)->port;
	int copy = dup(s->all.item[0].fd[0]);

	strcpy(next.setting, "other");
	next.round = 2;
	uint32_t kept = table_granted(s, next)->port;
	listeners_trim(&s->all, &s->rules, "dns", 7);
	assert_int_equal(s->all.count, 2);
	listeners_trim(&s->all, &s->rules, "web", 2);
	assert_int_equal(s->all.count, 1);
	assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", port, NULL), ECONNREFUSED);
	assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", kept, NULL), 0);
	close(copy);
}

static void test_from_any_port_to_that_port(void **state)
{
	struct table *s = *state;
	uint32_t port = table_granted(s, table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 1))->port;
	struct keeper_message m = table_wish("tls_listen", KEEPER_TCP, "127.0.0.1", port, 1);
	int fd = s->all.item[0].fd[0];

	table_refused(s, m, EADDRINUSE, "listen has this");
	m.round = 2;
	struct listener *l = table_granted(s, m);
	assert_int_equal(l->fd[0], fd);
	assert_int_equal(l->asked, port);
	listeners_trim(&s->all, &s->rules, "web", 2);
	assert_int_equal(s->all.count, 1);
}

static void test_from_one_address_to_all(void **state)
{
	struct table *s = *state;
	uint32_t port = table_granted(s, table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 1))->port;
	struct keeper_message m = table_wish("listen", KEEPER_TCP, "0.0.0.0", port, 1);

	m.round = 2;
	assert_int_equal(table_granted(s, m)->port, port);
	listeners_trim(&s->all, &s->rules, "web", 2);
	assert_int_equal(s->all.count, 1);
	assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", port, NULL), 0);
	/* And back. */
	m.round = 3;
	strcpy(m.address, "127.0.0.1");
	assert_int_equal(table_granted(s, m)->port, port);
	listeners_trim(&s->all, &s->rules, "web", 3);
	assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", port, NULL), 0);
}

static void test_new_host(void **state)
{
	struct table *s = *state;
	struct keeper_message used = table_wish("used", KEEPER_TCP, "127.0.0.1", 0, 1);
	struct keeper_message stopped = table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 1);
	uint32_t port = table_granted(s, used)->port;

	table_granted(s, table_wish("unused", KEEPER_TCP, "127.0.0.1", 0, 1));
	strcpy(stopped.service, "stopped");
	uint32_t kept = table_granted(s, stopped)->port;
	listeners_shut(&s->all, &s->rules, "stopped");
	listeners_forget(&s->all);
	assert_int_equal(table_granted(s, used)->port, port);
	listeners_sweep(&s->all, &s->rules);
	assert_int_equal(s->all.count, 2);
	assert_int_equal(table_granted(s, stopped)->port, kept);
}

static void orphan_all(struct table *s)
{
	for (uint32_t i = 0; i < s->all.count; i++)
		for (uint32_t n = 0; n < s->all.item[i].count; n++)
			s->all.orphan[s->all.orphans++] = s->all.item[i].fd[n];
	s->all.count = 0;
}

static void test_orphans_are_found_by_address(void **state)
{
	struct table *s = *state;
	struct keeper_message tcp = table_wish("listen", KEEPER_TCP, "127.0.0.1", 0, 2);
	struct keeper_message udp = table_wish("listen", KEEPER_UDP, "127.0.0.1", 0, 2);
	int client;

	uint32_t port = table_granted(s, tcp)->port;
	table_granted(s, udp);
	table_granted(s, table_wish("gone", KEEPER_TCP, "127.0.0.1", 0, 1));
	assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", port, &client), 0);
	orphan_all(s);
	tcp.hint = port;
	struct listener *l = table_granted(s, tcp);
	assert_int_equal(l->port, port);
	assert_int_equal(l->count, 2);
	int fd = accept(l->fd[0], NULL, NULL);
	if (fd < 0)
		fd = accept(l->fd[1], NULL, NULL);
	assert_true(fd >= 0);
	close(fd);
	close(client);
	udp.port = port; /* asked for by its number now */
	l = table_granted(s, udp);
	assert_int_equal(l->count, 2);
	assert_true(udp_reaches(l, "127.0.0.1", port) >= 0);
	assert_int_equal(s->all.orphans, 1);
	listeners_sweep(&s->all, &s->rules);
	assert_int_equal(s->all.orphans, 0);
	/* Left in the state of refusing. */
	listeners_shut(&s->all, &s->rules, "web");
	orphan_all(s);
	assert_int_equal(table_granted(s, tcp)->port, port);
	assert_true(udp_reaches(table_granted(s, udp), "127.0.0.1", port) >= 0);
	assert_int_equal(dial(KEEPER_TCP, "127.0.0.1", port, NULL), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, table_open, table_close)
	const struct CMUnitTest tests[] = {
		T(test_tcp),
		T(test_both_families_on_one_port),
		T(test_count_only_grows),
		T(test_any_port_is_one_for_tcp_and_udp),
		T(test_any_port_taken_for_the_second_transport),
		T(test_hint),
		T(test_udp_wildcard_learns_the_destination),
		T(test_bad_wishes),
		T(test_address_that_is_not_there),
		T(test_held_by_a_stranger),
		T(test_held_by_another_service),
		T(test_no_descriptors),
		T(test_full_table),
		T(test_shut_tcp),
		T(test_shut_udp),
		T(test_shut_is_by_service),
		T(test_trim),
		T(test_from_any_port_to_that_port),
		T(test_from_one_address_to_all),
		T(test_new_host),
		T(test_orphans_are_found_by_address),
	};

	return cmocka_run_group_tests_name("keeper listeners", tests, NULL, NULL);
}
