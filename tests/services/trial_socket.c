/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The trial's echo. Over TCP every byte comes back at once; a client that does
 * not read is closed, since there is nothing to protect here but the tests.
 * Over UDP a datagram goes back from the address that it was sent to, which on
 * a wildcard socket only IP_PKTINFO tells. The bytes CRASH at the beginning of
 * a read crash the host in a request.
 */
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data/memory.h"
#include "tests/services/trial.h"

enum { DATAGRAMS = COUNTER_STANDARD }; /* the service's own first counter */

struct trial_client {
	struct trial_client *next, **link;
	struct trial_client **list;
	struct worker *worker;
	struct event *event;
	int fd;
};

/* What a listener's data points to. */
struct trial_listener {
	struct worker *worker;
	struct trial_client **clients;
	struct event *event;
};

struct trial_client *trial_client_next(struct trial_client *client)
{
	return client->next;
}

static void client_close(struct trial_client *client)
{
	*client->link = client->next;
	if (client->next)
		client->next->link = client->link;
	event_free(client->event);
	close(client->fd);
	counter_add(worker_counters(client->worker), COUNTER_CONNECTIONS, -1);
	free(client);
}

void trial_clients_close(struct trial_client **clients)
{
	while (*clients)
		client_close(*clients);
}

static void crash_if_asked(struct worker *worker, const char *bytes, ssize_t length)
{
	if (length < 5 || memcmp(bytes, "CRASH", 5))
		return;
	worker_activity(worker, "request");
	trial_bytes_crash();
}

static void client_ready(evutil_socket_t fd, short what, void *arg)
{
	struct trial_client *client = arg;
	struct worker *worker = client->worker;
	struct trial_client **list = client->list;
	char bytes[4096];

	(void)what;
	ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0) {
		struct counter_slot *counters = worker_counters(worker);
		crash_if_asked(worker, bytes, got);
		counter_add(counters, COUNTER_REQUESTS, 1);
		counter_add(counters, COUNTER_BYTES_IN, got);
		if (send(fd, bytes, (size_t)got, MSG_NOSIGNAL) == got) {
			counter_add(counters, COUNTER_BYTES_OUT, got);
			return;
		}
	}
	client_close(client);
	if (!*list)
		trial_worker_empty(worker);
}

static void listener_accept(evutil_socket_t fd, short what, void *arg)
{
	struct trial_listener *own = arg;

	(void)what;
	int accepted = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (accepted < 0)
		return;
	struct trial_client *client = memory_new(sizeof(*client));
	client->fd = accepted;
	client->worker = own->worker;
	client->list = client->link = own->clients;
	client->next = *own->clients;
	if (client->next)
		client->next->link = &client->next;
	*own->clients = client;
	client->event = event_new(worker_base(own->worker), accepted, EV_READ | EV_PERSIST,
	    client_ready, client);
	event_add(client->event, NULL);
	counter_add(worker_counters(own->worker), COUNTER_CONNECTIONS, 1);
	counter_add(worker_counters(own->worker), COUNTER_CONNECTIONS_TOTAL, 1);
}

/* The received control message is sent back with its interface cleared: then
 * its address is the source of the answer. */
static void pktinfo_for_answer(struct msghdr *message)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part;
	     part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(part), sizeof(info));
			info.ipi_ifindex = 0;
			info.ipi_spec_dst = info.ipi_addr;
			memcpy(CMSG_DATA(part), &info, sizeof(info));
		}
	}
}

static void listener_datagram(evutil_socket_t fd, short what, void *arg)
{
	struct trial_listener *own = arg;
	struct counter_slot *counters = worker_counters(own->worker);
	char bytes[2048];
	union {
		struct cmsghdr align;
		char bytes[256];
	} control;
	struct sockaddr_storage from;
	struct iovec part = { bytes, sizeof(bytes) };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};

	(void)what;
	ssize_t got = recvmsg(fd, &message, 0);
	if (got < 0)
		return;
	crash_if_asked(own->worker, bytes, got);
	counter_add(counters, COUNTER_REQUESTS, 1);
	counter_add(counters, DATAGRAMS, 1);
	counter_add(counters, COUNTER_BYTES_IN, got);
	part.iov_len = (size_t)got;
	message.msg_flags = 0;
	pktinfo_for_answer(&message);
	if (sendmsg(fd, &message, MSG_NOSIGNAL) == got)
		counter_add(counters, COUNTER_BYTES_OUT, got);
	else
		counter_add(counters, COUNTER_ERRORS, 1);
}

bool trial_socket_open(struct worker *worker, struct listener *listener,
    struct trial_client **clients, struct fault *fault)
{
	bool udp = listener->transport == TRANSPORT_UDP;
	bool v6 = listener->address.ss_family == AF_INET6;

	if (udp &&
	    setsockopt(listener->fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, &(int){ 1 }, sizeof(int)))
		return fault_errno(fault, errno, "trial: IP_PKTINFO");
	struct trial_listener *own = memory_new(sizeof(*own));
	own->worker = worker;
	own->clients = clients;
	own->event = event_new(worker_base(worker), listener->fd, EV_READ | EV_PERSIST,
	    udp ? listener_datagram : listener_accept, own);
	event_add(own->event, NULL);
	listener->data = own;
	return true;
}

void trial_socket_close(struct listener *listener)
{
	struct trial_listener *own = listener->data;

	event_free(own->event);
	free(own);
	listener->data = NULL;
}
