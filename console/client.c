/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/client.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "console/format.h"
#include "data/clock.h"
#include "data/home.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/*
 * One descriptor, a buffer each way, and a list of messages that were read
 * while a call waited for its answer. The same parts serve a caller that waits
 * (client_call polls) and a screen that must not (client_send, client_receive).
 * The host is trusted only so far: a line that is too long or is no JSON object
 * ends the connection, and nothing is assumed of a message's types.
 */
#define LINE_MAX_BYTES (16 * 1024 * 1024)
#define REQUEST_MAX_BYTES (64 * 1024)
#define READ_TURN (256 * 1024)   /* then the screen draws again */
#define BUFFER_KEPT (256 * 1024) /* a larger one is given back when it is empty */
#define KEPT_MAX 10000

struct buffer {
	char *bytes;
	size_t length, capacity;
	size_t start;   /* bytes before it are done with */
	size_t scanned; /* no newline before it */
};

struct client {
	int fd;
	struct buffer in, out;
	json_t *kept; /* array: messages a call set aside, oldest first */
	int last_id;
	bool ended; /* nothing more comes */
	bool deaf;  /* nothing more can be sent */
};

static void buffer_add(struct buffer *b, const void *bytes, size_t count)
{
	if (b->start > 0 && b->start == b->length) {
		b->start = b->length = b->scanned = 0;
		if (b->capacity > BUFFER_KEPT) {
			free(b->bytes);
			b->bytes = NULL;
			b->capacity = 0;
		}
	}
	if (b->capacity - b->length < count && b->start > 0) {
		memmove(b->bytes, b->bytes + b->start, b->length - b->start);
		b->length -= b->start;
		b->scanned -= b->scanned < b->start ? b->scanned : b->start;
		b->start = 0;
	}
	if (b->capacity - b->length < count) {
		b->capacity = b->length + b->length / 2 + count;
		b->bytes = memory_resize(b->bytes, b->capacity, 1);
	}
	memcpy(b->bytes + b->length, bytes, count);
	b->length += count;
}

/* The next whole line without its newline, or NULL. Valid until the buffer
 * is added to. */
static char *buffer_line(struct buffer *b, size_t *length_r)
{
	if (b->scanned < b->start)
		b->scanned = b->start;
	if (b->scanned == b->length)
		return NULL;
	char *end = memchr(b->bytes + b->scanned, '\n', b->length - b->scanned);
	if (end == NULL) {
		b->scanned = b->length;
		return NULL;
	}
	char *line = b->bytes + b->start;

	*length_r = (size_t)(end - line);
	b->start = b->scanned = (size_t)(end - b->bytes) + 1;
	return line;
}

static bool not_running(const struct home *home, struct fault *fault)
{
	char quoted[PATH_MAX];

	if (!home->installed) {
		fault_set(fault, FAULT_NOT_RUNNING, "stewardd is not running for %s", home->folder);
		if (!format_quote(home->folder, quoted, sizeof quoted))
			return false;
		return fault_next(fault, "start it with: stewardd --home %s", quoted);
	}
	fault_set(fault, FAULT_NOT_RUNNING, "stewardd is not running");
	if (access("/run/systemd/system", F_OK) == 0)
		return fault_next(fault, "start it with: %ssystemctl start steward",
		    geteuid() == 0 ? "" : "sudo ");
	return fault_next(fault, "start it with: %sstewardd", geteuid() == 0 ? "" : "sudo ");
}

static bool connect_fault(const struct home *home, int error, struct fault *fault)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return not_running(home, fault);
	case EACCES:
	case EPERM:
		fault_set(fault, FAULT_REFUSED, "%s: you may not connect to it", home->control);
		return fault_next(fault,
		    "the user who started stewardd, root and the "
		    "groups steward-admin, steward-operator and steward-view may");
	case EAGAIN:
		fault_set(fault, FAULT_FAILED, "%s: stewardd takes no new connection",
		    home->control);
		return fault_next(fault, "close other consoles, or see the journal");
	default:
		return fault_errno(fault, error, "%s", home->control);
	}
}

static int connect_home(const struct home *home, bool wait, struct fault *fault)
{
	struct sockaddr_un address;
	socklen_t length;
	int folder = -1;
	int fd = -1;

	if (!home_socket_address(home->control, &address, &length, &folder)) {
		connect_fault(home, errno, fault);
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (wait ? 0 : SOCK_NONBLOCK), 0);
	if (fd < 0) {
		fault_errno(fault, errno, "cannot make a socket");
		goto out;
	}
	/* A full queue of connections makes connect wait: bound that. It has
	 * to block, for there is nothing to poll for on a unix socket. */
	struct timeval limit = { .tv_sec = 5 };
	int error = 0;

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	while (connect(fd, (struct sockaddr *)&address, length) != 0) {
		error = errno;
		if (error == EINTR)
			continue;
		if (error == EISCONN)
			break;
		connect_fault(home, error, fault);
		close(fd);
		fd = -1;
		goto out;
	}
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
out:
	if (folder >= 0)
		close(folder);
	return fd;
}

static struct client *open_home(const char *home, bool wait, struct fault *fault)
{
	struct home found;
	char why[512];

	if (!home_find(home, true, &found, why, sizeof why)) {
		fault_set(fault, FAULT_USAGE, "%s", why);
		return NULL;
	}
	int fd = connect_home(&found, wait, fault);

	if (fd < 0)
		return NULL;
	struct client *client = memory_new(sizeof *client);

	client->fd = fd;
	client->kept = json_array();
	return client;
}

struct client *client_open(const char *home, struct fault *fault)
{
	return open_home(home, true, fault);
}

struct client *client_try(const char *home, struct fault *fault)
{
	return open_home(home, false, fault);
}

void client_close(struct client *client)
{
	if (client == NULL)
		return;
	close(client->fd);
	free(client->in.bytes);
	free(client->out.bytes);
	json_decref(client->kept);
	free(client);
}

int client_descriptor(const struct client *client)
{
	return client->fd;
}

/* ---- Sending ---- */

bool client_wants_write(const struct client *client)
{
	return !client->deaf && client->out.start < client->out.length;
}

bool client_flush(struct client *client)
{
	struct buffer *out = &client->out;

	while (client_wants_write(client)) {
		ssize_t n = send(client->fd, out->bytes + out->start, out->length - out->start,
		    MSG_NOSIGNAL);
		if (n >= 0)
			out->start += (size_t)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return true;
		else if (errno != EINTR)
			client->deaf = true;
	}
	return !client->deaf;
}

/* The request as a line; NULL when it has no room in one. Takes params. */
static char *request_line(int id, const char *method, json_t *params)
{
	json_t *request = json_pack("{s:s, s:i, s:s, s:o*}", "jsonrpc", "2.0", "id", id, "method",
	    method, "params", params);
	char *line = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);

	json_decref(request);
	if (line != NULL && strlen(line) >= REQUEST_MAX_BYTES) {
		free(line);
		return NULL;
	}
	return line;
}

/* -1: it is no valid text, or too long. Takes params. */
static int queue_request(struct client *client, const char *method, json_t *params)
{
	int id = client->last_id == INT_MAX ? 1 : client->last_id + 1;
	char *line = request_line(id, method, params);

	if (line == NULL)
		return -1;
	buffer_add(&client->out, line, strlen(line));
	buffer_add(&client->out, "\n", 1);
	free(line);
	client->last_id = id;
	client_flush(client);
	return id;
}

int client_send(struct client *client, const char *method, json_t *params)
{
	if (client->deaf || client->ended) {
		json_decref(params);
		return 0;
	}
	int id = queue_request(client, method, params);

	return id < 0 || client->deaf ? 0 : id;
}

/* The address that an SSH session comes from, else the terminal; false: neither. */
static bool client_origin(char *out, size_t size)
{
	const char *connection = getenv("SSH_CONNECTION");
	char path[256];

	if (connection != NULL && *connection != '\0' && *connection != ' ')
		return text_format(out, size, "%.*s", (int)strcspn(connection, " "), connection);
	for (int fd = 0; fd <= 2; fd++)
		if (ttyname_r(fd, path, sizeof path) == 0)
			return text_format(out, size, "%s",
			    strncmp(path, "/dev/", 5) == 0 ? path + 5 : path);
	return false;
}

void client_introduce(struct client *client, const char *program)
{
	char origin[256];
	json_t *params = json_pack("{s:s}", "client", program);

	if (client_origin(origin, sizeof origin))
		json_object_set_new(params, "origin", json_string(origin));
	client_send(client, "hello", params);
}

/* ---- Receiving ---- */

bool client_receive(struct client *client)
{
	char block[65536];
	size_t turn = 0;

	while (!client->ended && turn < READ_TURN) {
		ssize_t n = recv(client->fd, block, sizeof block, 0);
		if (n > 0) {
			turn += (size_t)n;
			buffer_add(&client->in, block, (size_t)n);
			/* Only a line that has not ended can be too long: whole
			 * ones are taken out by client_next. */
			if (client->in.length - client->in.start > LINE_MAX_BYTES &&
			    memchr(client->in.bytes + client->in.start, '\n', LINE_MAX_BYTES) ==
				NULL)
				client->ended = true;
		} else if (n == 0) {
			client->ended = true;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			break;
		} else if (errno != EINTR) {
			client->ended = true;
		}
	}
	return !client->ended;
}

/* The next message from the wire, or NULL. */
static json_t *next_received(struct client *client)
{
	size_t length;
	char *line = buffer_line(&client->in, &length);

	if (line == NULL)
		return NULL;
	json_t *message =
	    length > LINE_MAX_BYTES ? NULL : json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(message))
		return message;
	json_decref(message);
	client->in.start = client->in.scanned = client->in.length;
	client->ended = true;
	return NULL;
}

json_t *client_next(struct client *client)
{
	if (json_array_size(client->kept) > 0) {
		json_t *message = json_incref(json_array_get(client->kept, 0));

		json_array_remove(client->kept, 0);
		return message;
	}
	return next_received(client);
}

/* ---- Answers ---- */

static enum fault_code error_code(json_int_t code, const json_t *data)
{
	const json_t *status = json_object_get(data, "exit");

	if (code == -32004)
		return FAULT_REFUSED;
	if (code == -32006)
		return FAULT_STALE;
	if (code == -32007)
		return FAULT_RESTART;
	if (json_is_integer(status) && json_integer_value(status) >= FAULT_FAILED &&
	    json_integer_value(status) <= FAULT_DEGRADED)
		return (enum fault_code)json_integer_value(status);
	if (code == -32005)
		return FAULT_DEGRADED;
	if (code == -32700 || code == -32010 || (code <= -32600 && code >= -32602))
		return FAULT_USAGE;
	return FAULT_FAILED;
}

bool client_answer(json_t *message, struct fault *fault)
{
	const json_t *error = json_object_get(message, "error");

	if (error == NULL || json_is_null(error))
		return true;
	const char *text = json_string_value(json_object_get(error, "message"));
	const json_t *data = json_object_get(error, "data");
	const char *next = json_string_value(json_object_get(data, "next"));

	fault_set(fault, error_code(json_integer_value(json_object_get(error, "code")), data), "%s",
	    text != NULL ? text : _("stewardd refused without saying why"));
	if (next != NULL && *next != '\0')
		fault_next(fault, "%s", next);
	return false;
}

/* Whether message ends the wait for request id. An error without an id is the
 * host's word on the whole connection: not allowed, or not understood. */
static bool answers(const json_t *message, int id)
{
	const json_t *given = json_object_get(message, "id");

	if (json_is_integer(given))
		return json_integer_value(given) == id;
	return json_object_get(message, "method") == NULL &&
	    json_object_get(message, "error") != NULL;
}

/* The answer when it is there; what else came is kept. */
static json_t *find_answer(struct client *client, int id)
{
	json_t *message;

	while ((message = next_received(client)) != NULL) {
		if (answers(message, id))
			return message;
		if (json_array_size(client->kept) >= KEPT_MAX)
			client->ended = true;
		json_array_append_new(client->kept, message);
	}
	return NULL;
}

/* Waits for the descriptor; false when until (monotonic, or -1) has passed. */
static bool wait_ready(struct client *client, int64_t until)
{
	struct pollfd p = {
		.fd = client->fd,
		.events = client_wants_write(client) ? POLLIN | POLLOUT : POLLIN,
	};
	int64_t left = -1;

	if (until >= 0) {
		left = (until - clock_monotonic() + 999999) / 1000000;
		if (left <= 0)
			return false;
		if (left > INT_MAX)
			left = INT_MAX;
	}
	int n = poll(&p, 1, (int)left);

	return n != 0;
}

static json_t *take_result(json_t *message, struct fault *fault)
{
	json_t *result = NULL;

	if (client_answer(message, fault)) {
		result = json_incref(json_object_get(message, "result"));
		if (result == NULL)
			fault_set(fault, FAULT_FAILED, "stewardd sent an answer without a result");
	}
	json_decref(message);
	return result;
}

json_t *client_call(struct client *client, const char *method, json_t *params, int deadline_ms,
    struct fault *fault)
{
	int64_t until = deadline_ms < 0 ? -1 : clock_monotonic() + deadline_ms * INT64_C(1000000);
	int id = queue_request(client, method, params);

	if (id < 0) {
		fault_set(fault, FAULT_USAGE, "%s: more than 64 KiB in one request, or no UTF-8",
		    method);
		return NULL;
	}
	for (;;) {
		json_t *message = find_answer(client, id);

		if (message != NULL)
			return take_result(message, fault);
		if (client->ended) {
			fault_set(fault, FAULT_FAILED,
			    "%s: stewardd ended the "
			    "connection before it answered",
			    method);
			fault_next(fault, "steward log says what happened");
			return NULL;
		}
		if (!wait_ready(client, until)) {
			fault_set(fault, FAULT_FAILED, "%s: no answer from stewardd within %g s",
			    method, deadline_ms / 1000.0);
			fault_next(fault, "see steward status, or the journal");
			return NULL;
		}
		client_flush(client);
		client_receive(client);
	}
}

void client_home(const char *home, char *folder_r, char *socket_r, char *settings_r, size_t size,
    bool *installed_r)
{
	struct home found;
	char why[512];

	if (!home_find(home, true, &found, why, sizeof why))
		memset(&found, 0, sizeof found);
	if (folder_r != NULL)
		text_format(folder_r, size, "%s", found.folder);
	if (socket_r != NULL)
		text_format(socket_r, size, "%s", found.control);
	if (settings_r != NULL)
		text_format(settings_r, size, "%s", found.settings);
	if (installed_r != NULL)
		*installed_r = found.installed;
}
