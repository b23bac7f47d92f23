/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/file.h"
#include "data/memory.h"
#include "host/http_internal.h"

/*
 * Listeners. We accept ourselves, so that limits come first and a refused
 * connection costs no engine's memory. Over the limit in all the answer is
 * 503, over an address's limit 429. The last descriptors are kept back for the
 * journal, the settings and the control socket: who would get one is refused.
 * When none is left at all, a reserve one is closed to accept, refuse and close:
 * the queue empties and clients know.
 */
#define ACCEPTS_A_TURN 16
/* Between two log lines that no descriptor is left. */
#define EXHAUSTED_QUIET (CLOCK_SECOND * 60)

static void listeners_pause(struct http_server *server)
{
	static const struct timeval wait = { .tv_usec = 200000 };
	struct http_acceptor *acceptor;
	LIST_FOREACH(acceptor, &server->acceptors, next)
	event_del(acceptor->event);
	event_add(server->resume_event, &wait);
}

static void reserve_open(struct http_server *server)
{
	server->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void http_resume(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct http_server *server = arg;
	struct http_acceptor *acceptor;
	/* It was lost when somebody else took the number at that moment. */
	if (server->reserve < 0)
		reserve_open(server);
	LIST_FOREACH(acceptor, &server->acceptors, next)
	event_add(acceptor->event, NULL);
}

static void exhausted_tell(struct http_server *server)
{
	if (server->exhausted_told == 0 || server->now - server->exhausted_told > EXHAUSTED_QUIET) {
		server->exhausted_told = server->now;
		run_log(worker_run(server->worker), JOURNAL_WARNING, "connections",
		    "no file descriptor is left: new connections are refused (503)");
	}
}

static void exhausted_refuse(struct http_server *server, int fd)
{
	char text[1024];
	size_t content;
	size_t length = answer_text(MHD_HTTP_SERVICE_UNAVAILABLE, text, sizeof text, &content);
	/* Read what is there, so that close does not reset before it is seen. */
	char bytes[4096];
	while (wire_read(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		continue;
	wire_write(fd, text, length);
	shutdown(fd, SHUT_WR);
	close(fd);
	counter_add(server->counters, COUNTER_CONNECTIONS_TOTAL, 1);
	counter_add(server->counters, COUNTER_ERRORS, 1);
}

static void reserve_use(struct http_server *server, int listener)
{
	exhausted_tell(server);
	if (server->reserve < 0) {
		listeners_pause(server);
		return;
	}
	close(server->reserve);
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0)
		exhausted_refuse(server, fd);
	reserve_open(server);
	if (server->reserve < 0)
		listeners_pause(server);
}

static void accepted(struct http_server *server, int fd, const union http_address *peer)
{
	struct http_link *link = link_new(server, fd, peer);
	enum http_admission admission = shared_admit(server->shared, link);
	if (admission != ADMIT) {
		bool full = admission == ADMIT_FULL;
		link_refuse(link, full ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_TOO_MANY_REQUESTS,
		    full ? "too many connections" : "too many connections from this address");
		link_linger(link);
		return;
	}
	if (!wire_fits(fd)) {
		link_free(link, true);
		return;
	}
	if (!engine_add(&server->engines[ENGINE_SMALL], link)) {
		link_free(link, false);
		return;
	}
	/* Its place in the list was taken before the deadline could be armed. */
	link_phase(link, PHASE_HEAD);
}

static void acceptable(evutil_socket_t listener, short what, void *arg)
{
	(void)what;
	struct http_acceptor *acceptor = arg;
	struct http_server *server = acceptor->server;
	server->now = clock_monotonic();
	shared_limits(server->shared, server);
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		union http_address peer;
		socklen_t size = sizeof peer;
		memset(&peer, 0, sizeof peer);
		int fd = accept4(listener, &peer.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd > server->highest && file_kept_back(fd)) {
			exhausted_tell(server);
			exhausted_refuse(server, fd);
			continue;
		}
		if (fd >= 0) {
			/* Asked for new numbers only: it is a system call. */
			if (fd > server->highest)
				server->highest = fd;
			accepted(server, fd, &peer);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE)
			reserve_use(server, listener);
		else if (errno == ENOBUFS || errno == ENOMEM)
			listeners_pause(server);
		else if (errno == ECONNABORTED || errno == EINTR)
			continue;
		break;
	}
	server_turn(server);
}

bool http_listen(struct http_server *server, struct listener *listener, struct fault *fault)
{
	static const int on = 1;
	struct http_acceptor *acceptor = memory_new(sizeof *acceptor);
	acceptor->server = server;
	acceptor->listener = listener;
	/* Accepted sockets inherit it. */
	setsockopt(listener->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	acceptor->event = event_new(worker_base(server->worker), listener->fd, EV_READ | EV_PERSIST,
	    acceptable, acceptor);
	if (acceptor->event == NULL || event_add(acceptor->event, NULL) != 0) {
		if (acceptor->event != NULL)
			event_free(acceptor->event);
		free(acceptor);
		return fault_set(fault, FAULT_FAILED, "the loop takes no listener");
	}
	listener->data = acceptor;
	LIST_INSERT_HEAD(&server->acceptors, acceptor, next);
	return true;
}

void http_unlisten(struct http_server *server, struct listener *listener)
{
	struct http_acceptor *acceptor = listener->data;
	(void)server;
	if (acceptor == NULL)
		return;
	LIST_REMOVE(acceptor, next);
	event_free(acceptor->event);
	listener->data = NULL;
	free(acceptor);
}
