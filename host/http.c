/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/http_internal.h"

/*
 * A worker's server. libmicrohttpd runs in external mode: its epoll descriptor
 * stands in the worker's loop, and a turn runs what is pending. A turn is
 * bounded, so that one busy engine leaves room for the loop's other events; the
 * rest comes by a zero timer, since an event that activates itself would starve
 * them.
 */
#define RUNS_A_TURN 4

static size_t leave_escaped(void *arg, struct MHD_Connection *connection, char *text)
{
	(void)arg;
	(void)connection;
	return strlen(text);
}

static void notify_connection(void *arg, struct MHD_Connection *connection, void **context,
    enum MHD_ConnectionNotificationCode code)
{
	struct http_server *server = arg;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = server->adding;
		server->adding->mhd = connection;
		wire_register(server->adding);
	} else if (*context != NULL) {
		link_closed(*context);
	}
}

static void engine_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct http_engine *engine = arg;
	engine->pending = true;
	server_turn(engine->server);
}

bool engine_ready(struct http_server *server, enum http_engine_kind kind)
{
	struct http_engine *engine = &server->engines[kind];
	size_t memory = kind == ENGINE_SMALL ? ENGINE_SMALL_MEMORY : ENGINE_LARGE_MEMORY;
	if (engine->daemon != NULL)
		return true;
	engine->server = server;
	engine->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TURBO |
		MHD_ALLOW_SUSPEND_RESUME,
	    0, NULL, NULL, request_handle, server, MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
	    MHD_OPTION_CONNECTION_LIMIT, 1U << 20, MHD_OPTION_CONNECTION_TIMEOUT, 0U,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
	    MHD_OPTION_URI_LOG_CALLBACK, request_begin, server, MHD_OPTION_UNESCAPE_CALLBACK,
	    leave_escaped, NULL, MHD_OPTION_NOTIFY_COMPLETED, request_done, server,
	    MHD_OPTION_NOTIFY_CONNECTION, notify_connection, server, MHD_OPTION_END);
	if (engine->daemon == NULL)
		return false;
	int fd = MHD_get_daemon_info(engine->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	engine->event = event_new(worker_base(server->worker), fd, EV_READ | EV_PERSIST,
	    engine_readable, engine);
	if (engine->event == NULL || event_add(engine->event, NULL) != 0) {
		MHD_stop_daemon(engine->daemon);
		engine->daemon = NULL;
		return false;
	}
	return true;
}

bool engine_add(struct http_engine *engine, struct http_link *link)
{
	struct http_server *server = engine->server;
	socklen_t size =
	    link->peer.any.sa_family == AF_INET ? sizeof link->peer.in : sizeof link->peer.in6;
	struct http_link *before = server->adding;
	server->adding = link;
	link->engine = engine;
	link->mhd = NULL;
	enum MHD_Result result =
	    MHD_add_connection(engine->daemon, link->fd, &link->peer.any, size);
	server->adding = before;
	engine->pending = true;
	return result == MHD_YES;
}

/* ---- The turn ---- */

static void engine_run(struct http_engine *engine)
{
	MHD_UNSIGNED_LONG_LONG wait;
	engine->pending = false;
	MHD_run(engine->daemon);
	if (MHD_get_timeout(engine->daemon, &wait) == MHD_YES && wait == 0)
		engine->pending = true;
}

/* Makes libmicrohttpd receive from links that have no edge to wait for. */
static void kicks_run(struct http_server *server)
{
	struct http_link *link;
	while ((link = TAILQ_FIRST(&server->kicks)) != NULL) {
		TAILQ_REMOVE(&server->kicks, link, in_kicks);
		link->kicked = false;
		MHD_suspend_connection(link->mhd);
		MHD_resume_connection(link->mhd);
		link->engine->pending = true;
	}
}

static bool pending(const struct http_server *server)
{
	return server->engines[ENGINE_SMALL].pending || server->engines[ENGINE_LARGE].pending ||
	    !TAILQ_EMPTY(&server->kicks);
}

void server_turn(struct http_server *server)
{
	static const struct timeval zero;
	if (server->busy > 0)
		return;
	server->busy++;
	server->now = clock_monotonic();
	shared_limits(server->shared, server);
	worker_activity(server->worker, "request");
	for (int run = 0; run < RUNS_A_TURN && pending(server); run++) {
		kicks_run(server);
		for (int kind = 0; kind < ENGINES; kind++) {
			if (server->engines[kind].pending)
				engine_run(&server->engines[kind]);
		}
	}
	/* A suspended connection must not outlive the turn. */
	if (pending(server))
		event_add(server->again_event, &zero);
	worker_activity(server->worker, "its loop");
	server->busy--;
	server_check_idle(server);
}

static void turn_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	server_turn(arg);
}

void server_check_idle(struct http_server *server)
{
	/* Not from the middle of a call: the service may free us. */
	if (server->draining && !server->idle_told && !server->ending && server->busy == 0 &&
	    server->links == 0) {
		server->idle_told = true;
		worker_idle(server->worker);
	}
}

/* ---- Made, drained, freed ---- */

struct http_server *http_new(struct worker *worker, struct http_shared *shared,
    const struct http_handler *handler, void *arg, struct fault *fault)
{
	struct http_server *server = memory_new(sizeof *server);
	server->worker = worker;
	server->counters = worker_counters(worker);
	server->shared = shared;
	server->handler = handler;
	server->arg = arg;
	server->now = clock_monotonic();
	shared_limits(shared, server);
	for (int phase = 0; phase < PHASES; phase++)
		TAILQ_INIT(&server->phases[phase]);
	TAILQ_INIT(&server->kicks);
	LIST_INIT(&server->acceptors);
	if (!wire_in_place()) {
		fault_set(fault, FAULT_FAILED, "the request gate is not in place");
		fault_next(fault, "link steward-host with -rdynamic");
		free(server);
		return NULL;
	}
	server->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	server->again_event = evtimer_new(worker_base(worker), turn_again, server);
	server->deadline_event = evtimer_new(worker_base(worker), links_expire, server);
	server->resume_event = evtimer_new(worker_base(worker), http_resume, server);
	if (server->again_event == NULL || server->deadline_event == NULL ||
	    server->resume_event == NULL || !engine_ready(server, ENGINE_SMALL)) {
		fault_errno(fault, errno, "the HTTP engine does not start");
		http_free(server);
		return NULL;
	}
	return server;
}

static void event_drop(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

void http_free(struct http_server *server)
{
	if (server == NULL)
		return;
	server->ending = true;
	while (!LIST_EMPTY(&server->acceptors))
		http_unlisten(server, LIST_FIRST(&server->acceptors)->listener);
	for (int kind = 0; kind < ENGINES; kind++) {
		struct http_engine *engine = &server->engines[kind];
		event_drop(engine->event);
		/* It aborts when a connection is suspended: none is, after a turn. */
		if (engine->daemon != NULL)
			MHD_stop_daemon(engine->daemon);
	}
	for (int phase = 0; phase < PHASES; phase++) {
		while (!TAILQ_EMPTY(&server->phases[phase]))
			link_free(TAILQ_FIRST(&server->phases[phase]), true);
	}
	event_drop(server->again_event);
	event_drop(server->deadline_event);
	event_drop(server->resume_event);
	if (server->reserve >= 0)
		close(server->reserve);
	requests_free(server);
	pages_free(server);
	free(server);
}

void http_drain(struct http_server *server)
{
	static const enum http_phase waiting[] = { PHASE_HEAD, PHASE_IDLE, PHASE_QUIET };
	server->draining = true;
	server->now = clock_monotonic();
	for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++) {
		struct http_link *link, *next;
		for (link = TAILQ_FIRST(&server->phases[waiting[i]]); link != NULL; link = next) {
			next = TAILQ_NEXT(link, in_phase);
			if (link->requests == 0 && gate_phase(&link->gate) == GATE_BETWEEN) {
				/* Its first request may be on its way. */
				link_phase(link, PHASE_FRESH);
				continue;
			}
			/* What has been sent already is still answered. */
			link->end_when_idle = true;
			if (gate_phase(&link->gate) == GATE_BETWEEN)
				link_kick(link);
		}
	}
	server_turn(server);
}

void http_reconfigured(struct http_server *server)
{
	server->now = clock_monotonic();
	shared_limits(server->shared, server);
}

void *http_server_arg(const struct http_server *server)
{
	return server->arg;
}

/* ---- For tables and commands ---- */

static const char *const phase_names[PHASES] = {
	[PHASE_HEAD] = "head",
	[PHASE_IDLE] = "idle",
	[PHASE_QUIET] = "idle",
	[PHASE_FRESH] = "head",
	[PHASE_CONTENT] = "content",
	[PHASE_ANSWER] = "answer",
	[PHASE_CLOSING] = "closing",
	[PHASE_LINGER] = "closing",
};

static unsigned peer_port(const struct http_link *link)
{
	return ntohs(link->peer.any.sa_family == AF_INET ? link->peer.in.sin_port :
							   link->peer.in6.sin6_port);
}

static void peer_with_port(struct http_link *link, char *out, size_t size)
{
	const char *text = link_peer_text(link);
	unsigned port = peer_port(link);
	snprintf(out, size, strchr(text, ':') != NULL ? "[%s]:%u" : "%s:%u", text, port);
}

void http_connections(struct http_server *server,
    void (*each)(void *arg, const struct http_connection *connection), void *arg)
{
	const int64_t ms = CLOCK_SECOND / 1000;
	int64_t now = clock_monotonic();
	for (int phase = 0; phase < PHASES; phase++) {
		struct http_link *link;
		TAILQ_FOREACH(link, &server->phases[phase], in_phase)
		{
			char peer[INET6_ADDRSTRLEN + 10];
			peer_with_port(link, peer, sizeof peer);
			struct http_connection connection = {
				.peer_text = peer,
				.state = phase_names[phase],
				.age_ms = (now - link->accepted) / ms,
				.phase_ms = (now - link->since) / ms,
				.requests = link->requests,
				.bytes_in = link->bytes_in,
				.bytes_out = link->bytes_out,
			};
			each(arg, &connection);
		}
	}
}

int http_disconnect(struct http_server *server, const char *address)
{
	struct http_link wanted = { 0 };
	int size = sizeof wanted.peer, count = 0;
	if (evutil_parse_sockaddr_port(address, &wanted.peer.any, &size) != 0)
		return -1;
	server->now = clock_monotonic();
	server->busy++;
	for (int phase = 0; phase < PHASES; phase++) {
		struct http_link *link, *next;
		for (link = TAILQ_FIRST(&server->phases[phase]); link != NULL; link = next) {
			next = TAILQ_NEXT(link, in_phase);
			if (link->phase == PHASE_CLOSING ||
			    strcmp(link_peer_text(&wanted), link_peer_text(link)) != 0 ||
			    (peer_port(&wanted) != 0 && peer_port(&wanted) != peer_port(link)))
				continue;
			link_abort(link);
			count++;
		}
	}
	server->busy--;
	server_turn(server);
	return count;
}
