/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/http_internal.h"

/*
 * One connection from accept to close. libmicrohttpd owns the descriptor while
 * it has the connection, and closes it in its own way; where the peer must
 * still be able to read an answer, or the connection goes on elsewhere, we
 * duplicate the descriptor just before that.
 *
 * libmicrohttpd's own time-out starts anew with every byte and cannot tell
 * phases apart, so it is off and the deadlines are here.
 */
#define QUIET_AFTER (CLOCK_SECOND)
#define LINGER_TIME (CLOCK_SECOND * 3 / 2)
#define CLOSING_TIME (CLOCK_SECOND)
#define FRESH_TIME (CLOCK_SECOND)
#define LINGER_BYTES (1 << 20)
#define LINGER_MOST 512
#define AGENT_BYTES 256

struct http_link *link_new(struct http_server *server, int fd, const union http_address *peer)
{
	struct http_link *link = memory_new(sizeof *link);
	link->server = server;
	link->fd = fd;
	link->peer = *peer;
	link->accepted = link->since = link->arrived = server->now;
	gate_reset(&link->gate);
	link->phase = PHASE_HEAD;
	TAILQ_INSERT_TAIL(&server->phases[PHASE_HEAD], link, in_phase);
	server->links++;
	counter_add(server->counters, COUNTER_CONNECTIONS, 1);
	counter_add(server->counters, COUNTER_CONNECTIONS_TOTAL, 1);
	return link;
}

void link_free(struct http_link *link, bool close_fd)
{
	struct http_server *server = link->server;
	TAILQ_REMOVE(&server->phases[link->phase], link, in_phase);
	if (link->kicked)
		TAILQ_REMOVE(&server->kicks, link, in_kicks);
	if (link->linger_event != NULL) {
		event_free(link->linger_event);
		server->lingering--;
	}
	wire_unregister(link);
	shared_leave(server->shared, link);
	if (close_fd)
		close(link->fd);
	server->links--;
	counter_add(server->counters, COUNTER_CONNECTIONS, -1);
	free(link->held);
	free(link);
	server_check_idle(server);
}

const char *link_peer_text(struct http_link *link)
{
	if (link->peer_text[0] != '\0')
		return link->peer_text;
	const struct sockaddr_in *in = &link->peer.in;
	const struct sockaddr_in6 *in6 = &link->peer.in6;
	if (in->sin_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, link->peer_text, sizeof link->peer_text);
	else if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, link->peer_text,
		    sizeof link->peer_text);
	else
		inet_ntop(AF_INET6, &in6->sin6_addr, link->peer_text, sizeof link->peer_text);
	return link->peer_text;
}

/* ---- Phases and deadlines ---- */

static int64_t milliseconds(unsigned ms)
{
	return (int64_t)ms * (CLOCK_SECOND / 1000);
}

/* How long a link may stay in the phase, ns; 0: for ever. */
static int64_t phase_time(const struct http_server *server, enum http_phase phase)
{
	const struct http_limits *limits = &server->limits;
	int64_t idle = milliseconds(limits->idle_ms);
	switch (phase) {
	case PHASE_HEAD:
		return milliseconds(limits->head_ms);
	case PHASE_IDLE:
		return idle > 0 && idle < QUIET_AFTER ? idle : QUIET_AFTER;
	case PHASE_QUIET:
		return idle > QUIET_AFTER ? idle - QUIET_AFTER : idle;
	case PHASE_FRESH:
		return FRESH_TIME;
	case PHASE_CONTENT:
		return milliseconds(limits->body_ms);
	case PHASE_ANSWER:
		return milliseconds(limits->send_ms);
	case PHASE_CLOSING:
		return CLOSING_TIME;
	default:
		return LINGER_TIME;
	}
}

static void deadline_arm(struct http_server *server, int64_t due)
{
	if (server->deadline != 0 && server->deadline <= due)
		return;
	int64_t left = due > server->now ? due - server->now : 0;
	/* Rounded up, so that it does not fire just before it is due. */
	struct timeval wait = {
		.tv_sec = left / CLOCK_SECOND,
		.tv_usec = left % CLOCK_SECOND / 1000 + 1,
	};
	server->deadline = due;
	event_add(server->deadline_event, &wait);
}

void links_rearm(struct http_server *server)
{
	server->deadline = 0;
	deadline_arm(server, server->now);
}

void link_phase(struct http_link *link, enum http_phase phase)
{
	struct http_server *server = link->server;
	TAILQ_REMOVE(&server->phases[link->phase], link, in_phase);
	TAILQ_INSERT_TAIL(&server->phases[phase], link, in_phase);
	link->phase = phase;
	link->since = server->now;
	link->unsent = 0;
	link->content_mark = gate_content_taken(&link->gate);
	int64_t time = phase_time(server, phase);
	if (time > 0)
		deadline_arm(server, server->now + time);
}

static void expire_answer(struct http_link *link)
{
	int unsent = 0;
	/* Nothing was written for a while: has the peer at least taken some? */
	if (ioctl(link->fd, SIOCOUTQ, &unsent) == 0 && unsent > 0 &&
	    (link->unsent == 0 || unsent < link->unsent)) {
		link_phase(link, PHASE_ANSWER);
		link->unsent = unsent;
		return;
	}
	link_abort(link);
}

static void expire_content(struct http_link *link)
{
	uint64_t least = (uint64_t)link->server->limits.body_ms * HTTP_CONTENT_RATE / 1000;
	uint64_t came = gate_content_taken(&link->gate) - link->content_mark;
	if (came > 0 && came >= least) {
		link_phase(link, PHASE_CONTENT);
		return;
	}
	link_refuse(link, MHD_HTTP_REQUEST_TIMEOUT, "slow request content");
	link_end(link);
}

static void expire(struct http_link *link)
{
	int64_t idle = milliseconds(link->server->limits.idle_ms);
	switch (link->phase) {
	case PHASE_HEAD:
		/* Who has said nothing at all is not told either: browsers open
		 * connections that they may not need. */
		if (gate_phase(&link->gate) == GATE_BETWEEN)
			link_end(link);
		else {
			link_refuse(link, MHD_HTTP_REQUEST_TIMEOUT, "slow request head");
			link_end(link);
		}
		break;
	case PHASE_IDLE:
		if (idle == 0 || idle > QUIET_AFTER) {
			/* An end of file together with the last request brought no edge. */
			link_phase(link, PHASE_QUIET);
			if (!link_is_silent(link))
				link_kick(link);
			break;
		}
		link_end(link);
		break;
	case PHASE_CONTENT:
		expire_content(link);
		break;
	case PHASE_ANSWER:
		expire_answer(link);
		break;
	case PHASE_QUIET:
	case PHASE_FRESH:
		link_end(link);
		break;
	case PHASE_CLOSING:
		link_abort(link);
		break;
	default:
		link_free(link, true);
		break;
	}
}

void links_expire(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct http_server *server = arg;
	int64_t next = 0;
	server->now = clock_monotonic();
	server->busy++;
	shared_limits(server->shared, server);
	server->deadline = INT64_MIN; /* no arming while this looks at all */
	for (int phase = 0; phase < PHASES; phase++) {
		int64_t time = phase_time(server, (enum http_phase)phase);
		struct http_link *link;
		while (time > 0 && (link = TAILQ_FIRST(&server->phases[phase])) != NULL &&
		    link->since + time <= server->now)
			expire(link);
	}
	for (int phase = 0; phase < PHASES; phase++) {
		int64_t time = phase_time(server, (enum http_phase)phase);
		struct http_link *link = TAILQ_FIRST(&server->phases[phase]);
		if (time > 0 && link != NULL && (next == 0 || link->since + time < next))
			next = link->since + time;
	}
	server->busy--;
	server->deadline = 0;
	if (next != 0)
		deadline_arm(server, next);
	server_turn(server);
}

/* ---- The end ---- */

void link_kick(struct http_link *link)
{
	if (link->kicked || link->mhd == NULL)
		return;
	link->kicked = true;
	TAILQ_INSERT_TAIL(&link->server->kicks, link, in_kicks);
}

bool link_is_silent(struct http_link *link)
{
	char byte;
	return wire_read(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void link_end(struct http_link *link)
{
	link->dead = true;
	if (link->mhd == NULL) {
		link_free(link, true);
		return;
	}
	link_phase(link, PHASE_CLOSING);
	link_kick(link);
}

void link_abort(struct http_link *link)
{
	link->dead = true;
	link->linger = false;
	if (link->mhd != NULL) {
		/* What is unsent would stay in the kernel for minutes. */
		struct linger now = { .l_onoff = 1, .l_linger = 0 };
		setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		shutdown(link->fd, SHUT_RDWR);
		link_phase(link, PHASE_CLOSING);
		link_kick(link);
		return;
	}
	link_free(link, true);
}

/* The request line of the request that is refused, as far as it is held. */
static size_t refused_line(const struct http_link *link, const char **line_r)
{
	size_t begin = 0, end;
	while (begin < link->held_length && begin < 2 &&
	    (link->held[begin] == '\r' || link->held[begin] == '\n'))
		begin++;
	for (end = begin; end < link->held_length && end - begin < 512; end++) {
		if (link->held[end] == '\r' || link->held[end] == '\n')
			break;
	}
	*line_r = link->held == NULL ? "" : link->held + begin;
	return end - begin;
}

/* The User-Agent of the request that is refused, when the gate has seen its whole
 * line. */
static const char *refused_agent(const struct http_link *link, char out[AGENT_BYTES])
{
	static const char name[] = "User-Agent:";
	const size_t name_length = sizeof name - 1;
	const char *line = link->held;
	const char *end = link->held == NULL ? NULL : link->held + link->held_fed;
	while (line != NULL && (line = memchr(line, '\n', (size_t)(end - line))) != NULL) {
		line++;
		if ((size_t)(end - line) < name_length || strncasecmp(line, name, name_length) != 0)
			continue;
		const char *value = line + name_length;
		while (value < end && (*value == ' ' || *value == '\t'))
			value++;
		const char *value_end = memchr(value, '\r', (size_t)(end - value));
		if (value_end == NULL)
			return NULL;
		while (value_end > value && (value_end[-1] == ' ' || value_end[-1] == '\t'))
			value_end--;
		size_t length = (size_t)(value_end - value);
		if (length >= AGENT_BYTES)
			length = AGENT_BYTES - 1;
		memcpy(out, value, length);
		out[length] = '\0';
		return out;
	}
	return NULL;
}

void link_refuse(struct http_link *link, unsigned status, const char *reason)
{
	struct http_server *server = link->server;
	char text[1024], agent[AGENT_BYTES];
	size_t content;
	size_t length = answer_text(status, text, sizeof text, &content);
	ssize_t n = wire_write(link->fd, text, length);
	if (n > 0) {
		link->bytes_out += (uint64_t)n;
		counter_add(server->counters, COUNTER_BYTES_OUT, n);
	}
	link->dead = link->linger = link->closing = true;
	if (link->request != NULL) {
		/* Its handler knows of it and hears about the end from done. */
		link->request->status = status;
		return;
	}
	counter_add(server->counters, COUNTER_REQUESTS, 1);
	counter_add(server->counters, COUNTER_ERRORS, 1);
	if (server->handler->refused == NULL)
		return;
	struct http_refusal refusal = {
		.peer_text = link_peer_text(link),
		.status = status,
		.reason = reason,
		.user_agent = refused_agent(link, agent),
		.utc_us = clock_utc(),
		.bytes = n == (ssize_t)length ? content : 0,
	};
	refusal.line_length = refused_line(link, &refusal.line);
	server->handler->refused(server->arg, &refusal);
}

static void link_drain(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	struct http_link *link = arg;
	char bytes[16384];
	ssize_t n = 0;
	link->server->now = clock_monotonic();
	for (int i = 0; i < 4; i++) {
		n = wire_read(fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (n <= 0)
			break;
		link->linger_bytes += (size_t)n;
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) ||
	    link->linger_bytes > LINGER_BYTES)
		link_free(link, true);
}

void link_linger(struct http_link *link)
{
	struct http_server *server = link->server;
	wire_unregister(link);
	free(link->held);
	link->held = NULL;
	shutdown(link->fd, SHUT_WR);
	if (server->lingering >= LINGER_MOST) {
		link_free(link, true);
		return;
	}
	link->linger_event = event_new(worker_base(server->worker), link->fd, EV_READ | EV_PERSIST,
	    link_drain, link);
	if (link->linger_event == NULL || event_add(link->linger_event, NULL) != 0) {
		server->lingering += link->linger_event != NULL;
		link_free(link, true);
		return;
	}
	server->lingering++;
	link_phase(link, PHASE_LINGER);
}

/* The link goes on with a duplicate of its descriptor, or ends. */
static bool link_duplicate(struct http_link *link)
{
	int fd = fcntl(link->fd, F_DUPFD_CLOEXEC, 0);
	wire_unregister(link);
	if (fd < 0) {
		link_free(link, false);
		return false;
	}
	link->fd = fd;
	return true;
}

void link_closed(struct http_link *link)
{
	struct http_server *server = link->server;
	link->mhd = NULL;
	if (server->adding == link) {
		/* It is given up while it is handed over: engine_add says so. */
		wire_unregister(link);
		return;
	}
	request_abandon(link);
	if (link->kicked) {
		TAILQ_REMOVE(&server->kicks, link, in_kicks);
		link->kicked = false;
	}
	if (server->ending || (!link->moving && !link->linger)) {
		link_free(link, false);
		return;
	}
	if (!link_duplicate(link))
		return;
	if (!link->moving) {
		link_linger(link);
		return;
	}
	link->moving = false;
	if (!engine_ready(server, ENGINE_LARGE) || !wire_fits(link->fd)) {
		link_refuse(link, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory");
		link_linger(link);
		return;
	}
	if (!engine_add(&server->engines[ENGINE_LARGE], link))
		link_free(link, false);
}
