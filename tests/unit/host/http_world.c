/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/host/http_world.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/memory.h"

#define PATIENCE 5000 /* ms; only a failing test waits so long */

/* ---- The handler ---- */

static void copy(char *out, size_t size, const char *text, size_t length)
{
	snprintf(out, size, "%.*s", (int)length, text);
}

static void on_head(void *arg, struct http_request *request)
{
	(void)arg;
	if (strcmp(http_target(request), "/refuse") == 0)
		http_answer_error(request, MHD_HTTP_CONTENT_TOO_LARGE);
}

static void on_content(void *arg, struct http_request *request, const void *bytes, size_t length)
{
	(void)arg;
	(void)bytes;
	*(size_t *)http_data(request) += length;
}

static void on_request(void *arg, struct http_request *request)
{
	struct world *world = arg;
	size_t length;
	const char *text = http_path(request, &length);
	copy(world->path, sizeof world->path, text, length);
	text = http_host(request, &length);
	copy(world->host, sizeof world->host, text, length);
	copy(world->target, sizeof world->target, http_target(request),
	    strlen(http_target(request)));
	text = http_header(request, "Cookie");
	copy(world->cookie, sizeof world->cookie, text != NULL ? text : "",
	    text != NULL ? strlen(text) : 0);
	world->cookies = http_header_count(request, "cookie");
	if (http_method(request) == HTTP_POST) {
		char count[32];
		int n = snprintf(count, sizeof count, "%zu", *(size_t *)http_data(request));
		http_answer_once(request, 200,
		    MHD_create_response_from_buffer((size_t)n, count, MHD_RESPMEM_MUST_COPY));
	} else if (http_method(request) != HTTP_GET && http_method(request) != HTTP_HEAD) {
		http_answer_error(request, MHD_HTTP_METHOD_NOT_ALLOWED);
	} else if (strcmp(world->path, "/file") == 0) {
		http_from_file(request, FILE_BYTES);
		http_answer(request, 200, world->file);
	} else if (strcmp(world->path, "/big") == 0) {
		http_answer(request, 200, world->big);
	} else {
		http_answer_kept(request, 200, &world->hello);
	}
}

static void on_done(void *arg, struct http_request *request, const struct http_result *result)
{
	(void)request;
	struct world *world = arg;
	world->done++;
	world->result = *result;
}

static void on_refused(void *arg, const struct http_refusal *refusal)
{
	struct world *world = arg;
	world->refused++;
	world->refused_status = refusal->status;
	copy(world->refused_reason, sizeof world->refused_reason, refusal->reason,
	    strlen(refusal->reason));
	copy(world->refused_line, sizeof world->refused_line, refusal->line, refusal->line_length);
	const char *agent = refusal->user_agent != NULL ? refusal->user_agent : "(unknown)";
	copy(world->refused_agent, sizeof world->refused_agent, agent, strlen(agent));
}

static const struct http_handler handler = {
	.data_size = sizeof(size_t),
	.head = on_head,
	.content = on_content,
	.request = on_request,
	.done = on_done,
	.refused = on_refused,
};

/* ---- The server ---- */

char world_file_byte(size_t offset)
{
	return (char)(offset * 2654435761u >> 13);
}

static struct MHD_Response *file_new(int *fd_r)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	char *bytes = memory_new(FILE_BYTES);
	for (size_t i = 0; i < FILE_BYTES; i++)
		bytes[i] = world_file_byte(i);
	if (fd < 0 || write(fd, bytes, FILE_BYTES) != FILE_BYTES)
		abort();
	free(bytes);
	*fd_r = fd;
	return MHD_create_response_from_fd64(FILE_BYTES, fd);
}

struct world *world_new(const struct http_limits *limits, int family)
{
	static char *big;
	struct fault fault;
	struct world *world = memory_new(sizeof *world);
	signal(SIGPIPE, SIG_IGN);
	if (big == NULL)
		big = memory_new(BIG_BYTES);
	world->worker = fake_worker_new();
	world->shared = http_shared_new(limits);
	world->server = http_new(world->worker, world->shared, &handler, world, &fault);
	world->listener = fake_listener(family);
	world->hello.response = MHD_create_response_from_buffer(6, (void *)(uintptr_t) "hello\n",
	    MHD_RESPMEM_PERSISTENT);
	world->file = file_new(&world->file_fd);
	world->big = MHD_create_response_from_buffer(BIG_BYTES, big, MHD_RESPMEM_PERSISTENT);
	if (world->server == NULL || world->listener.fd < 0 ||
	    !http_listen(world->server, &world->listener, &fault))
		abort();
	return world;
}

void world_free(struct world *world)
{
	http_free(world->server);
	http_shared_free(world->shared);
	MHD_destroy_response(world->hello.response);
	MHD_destroy_response(world->big);
	MHD_destroy_response(world->file);
	close(world->listener.fd);
	fake_worker_free(world->worker);
	free(world);
}

/* ---- Clients ---- */

struct client *client_new(struct world *world)
{
	struct client *client = memory_new(sizeof *client);
	client->world = world;
	client->fd = socket(world->listener.address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0 ||
	    (connect(client->fd, (struct sockaddr *)&world->listener.address,
		 sizeof world->listener.address) != 0 &&
		errno != EINPROGRESS))
		abort();
	return client;
}

void client_free(struct client *client)
{
	close(client->fd);
	free(client->in);
	free(client);
}

static void client_receive(struct client *client)
{
	while (!client->end && !client->deaf) {
		if (client->in_size - client->in_length < 65536) {
			client->in_size = client->in_size * 2 + 131072;
			client->in = memory_resize(client->in, client->in_size, 1);
		}
		ssize_t n = read(client->fd, client->in + client->in_length,
		    client->in_size - client->in_length - 1);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0) {
			client->end = true;
			client->reset = n < 0;
			break;
		}
		client->in_length += (size_t)n;
	}
	if (client->in != NULL)
		client->in[client->in_length] = '\0';
}

static bool is_sent(void *arg)
{
	struct client *client = arg;
	while (client->out_length > 0) {
		ssize_t n = write(client->fd, client->out, client->out_length);
		if (n < 0 && (errno == EAGAIN || errno == ENOTCONN))
			break;
		/* The server may have stopped reading: what it said is to be read. */
		if (n < 0)
			client->out_length = 0;
		else {
			client->out += n;
			client->out_length -= (size_t)n;
		}
	}
	client_receive(client);
	return client->out_length == 0 || client->end;
}

void client_send(struct client *client, const char *bytes, size_t length)
{
	client->out = bytes;
	client->out_length = length;
	fake_worker_until(client->world->worker, is_sent, client, PATIENCE);
}

void client_say(struct client *client, const char *text)
{
	client_send(client, text, strlen(text));
}

/* Where the answer that begins at `at` ends; 0: it is not complete. */
static size_t answer_end(const struct client *client, size_t at)
{
	const char *text = client->in + at;
	const char *end = strstr(text, "\r\n\r\n");
	if (end == NULL)
		return 0;
	size_t head = (size_t)(end + 4 - text), content = 0;
	const char *length = strcasestr(text, "\r\nContent-Length: ");
	if (length != NULL && length < end)
		content = strtoul(length + 18, NULL, 10);
	if (strncmp(text, "HTTP/1.1 100", 12) == 0)
		content = 0;
	return client->in_length - at >= head + content ? at + head + content : 0;
}

static unsigned answers(struct client *client)
{
	size_t end;
	while (
	    client->parsed < client->in_length && (end = answer_end(client, client->parsed)) != 0) {
		client->answers++;
		client->parsed = end;
	}
	return client->answers;
}

struct awaited {
	struct client *client;
	unsigned count;
};

static bool is_answered(void *arg)
{
	struct awaited *awaited = arg;
	client_receive(awaited->client);
	return awaited->client->end || answers(awaited->client) >= awaited->count;
}

unsigned client_answers(struct client *client, unsigned count)
{
	struct awaited awaited = { client, count };
	fake_worker_until(client->world->worker, is_answered, &awaited, PATIENCE);
	return answers(client);
}

static bool is_closed(void *arg)
{
	struct client *client = arg;
	client_receive(client);
	return client->end;
}

bool client_closed(struct client *client)
{
	return fake_worker_until(client->world->worker, is_closed, client, PATIENCE);
}

unsigned client_status(struct client *client, unsigned index)
{
	size_t at = 0;
	for (; index > 0 && at < client->in_length; index--) {
		at = answer_end(client, at);
		if (at == 0)
			return 0;
	}
	if (client->in_length < at + 12 || strncmp(client->in + at, "HTTP/1.1 ", 9) != 0)
		return 0;
	return (unsigned)strtoul(client->in + at + 9, NULL, 10);
}

const char *client_text(struct client *client)
{
	return client->in != NULL ? client->in : "";
}

/* ---- Waiting for the server ---- */

struct goal {
	struct world *world;
	int64_t count;
};

static bool is_done(void *arg)
{
	struct goal *goal = arg;
	return goal->world->done >= goal->count;
}

bool world_done(struct world *world, unsigned count)
{
	struct goal goal = { world, count };
	return fake_worker_until(world->worker, is_done, &goal, PATIENCE);
}

static bool is_connected(void *arg)
{
	struct goal *goal = arg;
	return fake_worker_count(goal->world->worker, COUNTER_CONNECTIONS) == goal->count;
}

bool world_connections(struct world *world, int64_t count)
{
	struct goal goal = { world, count };
	return fake_worker_until(world->worker, is_connected, &goal, PATIENCE);
}

static bool is_refused(void *arg)
{
	struct goal *goal = arg;
	return goal->world->refused >= goal->count;
}

bool world_refused(struct world *world, unsigned count)
{
	struct goal goal = { world, count };
	return fake_worker_until(world->worker, is_refused, &goal, PATIENCE);
}
