/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/http_internal.h"

/*
 * A request: libmicrohttpd's callbacks, and what the handler may ask. Request
 * objects are used again, with their copy of the target, so that serving one
 * allocates nothing. libmicrohttpd calls the handler first when the head is
 * there and once more when the request is complete; the answer is queued on
 * the second call, since one that is queued on the first ends the connection.
 */

/* ---- Objects ---- */

static struct http_request *request_take(struct http_server *server)
{
	struct http_request *request = server->spares;
	if (request == NULL) {
		request = memory_new(sizeof *request + server->handler->data_size);
		return request;
	}
	server->spares = request->next;
	char *target = request->target;
	size_t size = request->target_size;
	memset(request, 0, sizeof *request + server->handler->data_size);
	request->target = target;
	request->target_size = size;
	return request;
}

static void request_give(struct http_server *server, struct http_request *request)
{
	request->next = server->spares;
	server->spares = request;
}

void requests_free(struct http_server *server)
{
	while (server->spares != NULL) {
		struct http_request *request = server->spares;
		server->spares = request->next;
		free(request->target);
		free(request);
	}
}

/* ---- Taking the target apart ---- */

static void target_split(struct http_request *request)
{
	const char *target = request->target;
	size_t begin = 0, length = request->target_length;
	if (target[0] != '/' && target[0] != '*') {
		/* absolute-form; the gate has seen that one of the two fits */
		const char *authority = strstr(target, "://");
		if (authority != NULL) {
			begin = (size_t)(authority + 3 - target);
			request->host_begin = (uint32_t)begin;
			begin += strcspn(target + begin, "/?");
			request->host_end = (uint32_t)begin;
		} else {
			begin = length;
		}
	}
	const char *query = memchr(target + begin, '?', length - begin);
	request->path_begin = (uint32_t)begin;
	request->path_end = (uint32_t)(query != NULL ? (size_t)(query - target) : length);
}

void *request_begin(void *arg, const char *target, struct MHD_Connection *connection)
{
	struct http_server *server = arg;
	struct http_link *link =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	struct http_request *request = request_take(server);
	size_t length = strlen(target);
	if (length >= request->target_size) {
		request->target_size = length < 256 ? 256 : length + 1;
		request->target = memory_resize(request->target, request->target_size, 1);
	}
	memcpy(request->target, target, length + 1);
	for (char *at = request->target; (at = strchr(at, HIDDEN)) != NULL; at++)
		*at = '?';
	request->target_length = length;
	request->link = link;
	request->mhd = connection;
	request->sent_before = link->bytes_out;
	request->arrived = link->outstanding > 1 ? server->now : link->arrived;
	target_split(request);
	link->request = request;
	return request;
}

/* ---- libmicrohttpd's callbacks ---- */

static enum http_method method_of(const char *text)
{
	static const struct {
		const char *text;
		enum http_method method;
	} methods[] = {
		{ "GET", HTTP_GET },
		{ "HEAD", HTTP_HEAD },
		{ "POST", HTTP_POST },
		{ "PUT", HTTP_PUT },
		{ "DELETE", HTTP_DELETE },
		{ "OPTIONS", HTTP_OPTIONS },
		{ "TRACE", HTTP_TRACE },
		{ "CONNECT", HTTP_CONNECT },
		{ "PATCH", HTTP_PATCH },
	};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (strcmp(text, methods[i].text) == 0)
			return methods[i].method;
	}
	return HTTP_OTHER;
}

static void request_head(struct http_server *server, struct http_request *request,
    const char *method, const char *version)
{
	request->seen = true;
	request->method_text = method;
	request->method = method_of(method);
	request->version = version;
	if (request->link->with_content == 0 || http_content_length(request) == 0)
		return;
	request->has_content = true;
	if (server->handler->head != NULL)
		server->handler->head(server->arg, request);
}

enum MHD_Result request_handle(void *arg, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size,
    void **context)
{
	(void)connection;
	(void)url;
	struct http_server *server = arg;
	struct http_request *request = *context;
	if (!request->seen) {
		request_head(server, request, method, version);
		return MHD_YES;
	}
	if (*upload_size > 0) {
		if (server->handler->content != NULL && !request->answered)
			server->handler->content(server->arg, request, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	request->whole = true;
	if (!request->answered)
		server->handler->request(server->arg, request);
	if (!request->answered)
		http_answer_error(request, MHD_HTTP_INTERNAL_SERVER_ERROR);
	return MHD_YES;
}

static void result_tell(struct http_server *server, struct http_request *request,
    const struct http_result *result)
{
	counter_add(server->counters, COUNTER_REQUESTS, 1);
	if (result->status >= 500 || !result->complete)
		counter_add(server->counters, COUNTER_ERRORS, 1);
	counter_latency(server->counters, result->duration_us);
	if (request->seen) {
		if (server->handler->done != NULL)
			server->handler->done(server->arg, request, result);
		return;
	}
	request->link->linger = true;
	if (request->link->bytes_out == request->sent_before || server->handler->refused == NULL)
		return;
	/* libmicrohttpd had no memory for it, and has said so. */
	struct http_refusal refusal = {
		.peer_text = link_peer_text(request->link),
		.status = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
		.reason = "head too large",
		.line = "",
		.utc_us = clock_utc(),
	};
	server->handler->refused(server->arg, &refusal);
}

/* Tells of its end and lets go of it. */
static void request_end(struct http_server *server, struct http_request *request, bool complete)
{
	struct http_link *link = request->link;
	server->now = clock_monotonic();
	uint64_t sent = request->head_known ? link->bytes_out - request->sent_before : 0;
	struct http_result result = {
		.status = request->status,
		.bytes = sent > request->head_bytes ? sent - request->head_bytes : 0,
		.duration_us = (uint64_t)(server->now - request->arrived) / 1000,
		.complete = complete,
	};
	result_tell(server, request, &result);
	link->request = NULL;
	link->outstanding--;
	link->with_content -= request->has_content;
	request_give(server, request);
}

void request_abandon(struct http_link *link)
{
	if (link->request != NULL)
		request_end(link->server, link->request, false);
}

void request_done(void *arg, struct MHD_Connection *connection, void **context,
    enum MHD_RequestTerminationCode code)
{
	(void)connection;
	struct http_server *server = arg;
	struct http_request *request = *context;
	if (request == NULL)
		return;
	struct http_link *link = request->link;
	*context = NULL;
	request_end(server, request,
	    code == MHD_REQUEST_TERMINATED_COMPLETED_OK && request->answered);
	if (link->dead || code != MHD_REQUEST_TERMINATED_COMPLETED_OK)
		return;
	if (server->draining)
		link->end_when_idle = true;
	if (link->again || link->end_when_idle)
		link_kick(link);
	if (link->outstanding == 0 && gate_phase(&link->gate) != GATE_IN_HEAD)
		link_phase(link, PHASE_IDLE);
	else
		wire_phase(link);
}

/* ---- What the handler may ask ---- */

enum http_method http_method(const struct http_request *request)
{
	return request->method;
}

const char *http_method_text(const struct http_request *request)
{
	return request->method_text;
}

const char *http_version(const struct http_request *request)
{
	return request->version;
}

const char *http_target(const struct http_request *request)
{
	return request->target;
}

const char *http_path(const struct http_request *request, size_t *length_r)
{
	if (request->path_begin == request->path_end && request->host_end != 0) {
		*length_r = 1;
		return "/";
	}
	*length_r = request->path_end - request->path_begin;
	return request->target + request->path_begin;
}

const char *http_query(const struct http_request *request, size_t *length_r)
{
	*length_r = 0;
	if (request->path_end == request->target_length)
		return NULL;
	*length_r = request->target_length - request->path_end - 1;
	return request->target + request->path_end + 1;
}

const char *http_host(const struct http_request *request, size_t *length_r)
{
	if (request->host_end != 0) {
		*length_r = request->host_end - request->host_begin;
		return request->target + request->host_begin;
	}
	const char *host = http_header(request, MHD_HTTP_HEADER_HOST);
	if (host == NULL)
		host = "";
	*length_r = strcspn(host, " \t");
	return host;
}

const char *http_header(const struct http_request *request, const char *name)
{
	if ((name[0] == 'C' || name[0] == 'c') && strcasecmp(name, "Cookie") == 0)
		name = HIDDEN_COOKIE;
	return MHD_lookup_connection_value(request->mhd, MHD_HEADER_KIND, name);
}

struct header_walk {
	const char *name;
	unsigned count;
	bool (*each)(void *arg, const char *name, const char *value);
	void *arg;
};

static const char *header_name(const char *name)
{
	return name[0] == HIDDEN ? "Cookie" : name;
}

static enum MHD_Result header_count(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	(void)kind;
	(void)value;
	struct header_walk *walk = arg;
	walk->count += strcasecmp(header_name(name), walk->name) == 0;
	return MHD_YES;
}

unsigned http_header_count(const struct http_request *request, const char *name)
{
	struct header_walk walk = { .name = name };
	MHD_get_connection_values(request->mhd, MHD_HEADER_KIND, header_count, &walk);
	return walk.count;
}

static enum MHD_Result header_each(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	(void)kind;
	struct header_walk *walk = arg;
	return walk->each(walk->arg, header_name(name), value != NULL ? value : "") ? MHD_YES :
										      MHD_NO;
}

void http_headers(const struct http_request *request,
    bool (*each)(void *arg, const char *name, const char *value), void *arg)
{
	struct header_walk walk = { .each = each, .arg = arg };
	MHD_get_connection_values(request->mhd, MHD_HEADER_KIND, header_each, &walk);
}

int64_t http_content_length(const struct http_request *request)
{
	/* The gate has seen that it is one of both, and well-formed. */
	if (http_header(request, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL)
		return -1;
	const char *length = http_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
	return length != NULL ? strtoll(length, NULL, 10) : 0;
}

const struct sockaddr *http_peer(const struct http_request *request)
{
	return &request->link->peer.any;
}

const char *http_peer_text(const struct http_request *request)
{
	return link_peer_text(request->link);
}

int64_t http_arrived(const struct http_request *request)
{
	return request->arrived;
}

static int64_t utc_offset(struct http_server *server)
{
	/* Every request asks, and a look at the clock costs; a jump of it shows
	 * a tenth of a second later. */
	if (server->utc_seen == 0 || server->now - server->utc_seen > CLOCK_SECOND / 10) {
		server->utc_seen = server->now;
		server->utc_offset = clock_utc() - clock_monotonic() / 1000;
	}
	return server->utc_offset;
}

int64_t http_utc(struct http_server *server)
{
	return server->now / 1000 + utc_offset(server);
}

int64_t http_arrived_utc(const struct http_request *request)
{
	return request->arrived / 1000 + utc_offset(request->link->server);
}

void *http_data(struct http_request *request)
{
	return request + 1;
}

struct http_server *http_request_server(const struct http_request *request)
{
	return request->link->server;
}

struct worker *http_request_worker(const struct http_request *request)
{
	return request->link->server->worker;
}
