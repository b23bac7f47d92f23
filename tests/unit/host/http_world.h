/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_HOST_HTTP_WORLD_H
#define TESTS_UNIT_HOST_HTTP_WORLD_H

#include "host/http.h"
#include "tests/unit/host/fake_worker.h"

/*
 * A server on a loopback address with a small handler, and clients for it, all
 * on one thread: the loop runs while a client waits.
 *
 * The handler answers GET and HEAD of /big with BIG_BYTES of zeros, of /file with
 * FILE_BYTES from a descriptor, of anything else with "hello\n", POST with the
 * number of content bytes it got, and refuses the content of POST /refuse in head
 * with 413.
 */
#define BIG_BYTES (32 << 20)
#define FILE_BYTES ((7 << 20) + 1234)

struct world {
	struct worker *worker;
	struct http_shared *shared;
	struct http_server *server;
	struct listener listener;
	struct http_kept hello;
	struct MHD_Response *big, *file;
	int file_fd; /* the response's */
	unsigned done;
	struct http_result result; /* of the newest */
	char target[8192], host[256], path[256], cookie[64];
	unsigned cookies;
	unsigned refused, refused_status;
	char refused_reason[64], refused_line[513], refused_agent[256];
};

struct client {
	struct world *world;
	int fd;
	const char *out;
	size_t out_length;
	char *in;
	size_t in_length, in_size;
	size_t parsed; /* what complete answers take of it */
	unsigned answers;
	bool end, reset;
	bool deaf; /* does not read */
};

/* The byte of /file at an offset. */
char world_file_byte(size_t offset);

struct world *world_new(const struct http_limits *limits, int family);
void world_free(struct world *world);

struct client *client_new(struct world *world);
void client_free(struct client *client);
/* Sends all of it while the loop runs. */
void client_send(struct client *client, const char *bytes, size_t length);
void client_say(struct client *client, const char *text);
/* Waits for so many complete answers, or the end; returns how many there are. */
unsigned client_answers(struct client *client, unsigned count);
/* Waits until the server has closed; false after five seconds. */
bool client_closed(struct client *client);
/* The status of answer number index, 0 when there is none. */
unsigned client_status(struct client *client, unsigned index);
const char *client_text(struct client *client); /* all that came, as text */

/* Waits until the handler was done so often. */
bool world_done(struct world *world, unsigned count);
/* Waits until so many connections are open. */
bool world_connections(struct world *world, int64_t count);
bool world_refused(struct world *world, unsigned count);

#endif
