/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ends connections from the server's side, and new limits for open ones. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/http_internal.h"
#include "tests/unit/host/http_world.h"

#define HOST "Host: a\r\n"
#define GET "GET / HTTP/1.1\r\n" HOST "\r\n"

static const struct http_limits usual = HTTP_LIMITS_DEFAULT;

/* ---- Draining and ending ---- */

static bool is_told(void *arg)
{
	return ((struct worker *)arg)->idle > 0;
}

static void test_drain(void **state)
{
	(void)state;
	struct world *world = world_new(&usual, AF_INET);
	struct client *idle = client_new(world), *busy = client_new(world);
	struct client *fresh = client_new(world), *head = client_new(world);
	client_say(idle, GET);
	assert_int_equal(client_answers(idle, 1), 1);
	busy->deaf = true;
	client_say(busy, "GET /big HTTP/1.1\r\n" HOST "\r\n");
	client_say(head, "GET / HTTP/1.1\r\n");
	assert_true(world_connections(world, 4));
	http_unlisten(world->server, &world->listener);
	http_drain(world->server);
	assert_true(client_closed(idle));
	assert_true(client_closed(fresh));
	assert_int_equal(world->worker->idle, 0);
	client_say(head, HOST "\r\n");
	assert_true(client_closed(head));
	assert_int_equal(client_status(head, 0), 200);
	assert_non_null(strstr(client_text(head), "Connection: close\r\n"));
	assert_int_equal(world->worker->idle, 0);
	busy->deaf = false;
	assert_true(client_closed(busy));
	assert_int_equal(client_answers(busy, 1), 1);
	assert_true(fake_worker_until(world->worker, is_told, world->worker, 5000));
	assert_int_equal(world->worker->idle, 1);
	client_free(idle);
	client_free(busy);
	client_free(fresh);
	client_free(head);
	world_free(world);
}

static void test_drain_empty(void **state)
{
	(void)state;
	struct world *world = world_new(&usual, AF_INET);
	http_unlisten(world->server, &world->listener);
	http_drain(world->server);
	assert_int_equal(world->worker->idle, 1);
	world_free(world);
}

/* Freed in the middle of everything. */
static void test_ended(void **state)
{
	(void)state;
	struct world *world = world_new(&usual, AF_INET);
	struct client *clients[6];
	static const char *const texts[] = {
		"",
		"GET / HTTP/1.1\r\n",
		GET,
		"GET /big HTTP/1.1\r\n" HOST "\r\n",
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 50000\r\n\r\nx",
		"\x01",
	};
	for (unsigned i = 0; i < 6; i++) {
		clients[i] = client_new(world);
		clients[i]->deaf = true;
		client_say(clients[i], texts[i]);
	}
	assert_true(world_refused(world, 1));
	assert_true(world_connections(world, 6));
	unsigned done = world->done;
	http_free(world->server);
	world->server = NULL;
	assert_int_equal(fake_worker_count(world->worker, COUNTER_CONNECTIONS), 0);
	assert_int_equal(world->done, done + 2);
	for (unsigned i = 0; i < 6; i++)
		client_free(clients[i]);
	world_free(world);
}

/* A new connection's first request may be on its way when draining begins. */
static void test_drain_fresh(void **state)
{
	(void)state;
	static const char *const texts[] = {
		GET,
		"POST / HTTP/1.1\r\n" HOST "Content-Length: 20000\r\n\r\n",
	};
	char content[20000];
	memset(content, 'x', sizeof content);
	struct world *world = world_new(&usual, AF_INET);
	struct client *clients[2], *silent = client_new(world);
	for (unsigned i = 0; i < 2; i++)
		clients[i] = client_new(world);
	assert_true(world_connections(world, 3));
	http_unlisten(world->server, &world->listener);
	http_drain(world->server);
	assert_int_equal(fake_worker_count(world->worker, COUNTER_CONNECTIONS), 3);
	for (unsigned i = 0; i < 2; i++)
		client_say(clients[i], texts[i]);
	client_send(clients[1], content, sizeof content);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(client_closed(clients[i]));
		assert_int_equal(client_status(clients[i], 0), 200);
		assert_non_null(strstr(client_text(clients[i]), "Connection: close\r\n"));
		client_free(clients[i]);
	}
	assert_true(client_closed(silent));
	assert_int_equal(silent->in_length, 0);
	client_free(silent);
	assert_true(fake_worker_until(world->worker, is_told, world->worker, 5000));
	world_free(world);
}

/* ---- New limits ---- */

static void note_phase(void *arg, const struct http_connection *connection)
{
	/* Past the first second of idling its phase began anew. */
	*(bool *)arg = strcmp(connection->state, "idle") == 0 && connection->age_ms >= 1000 &&
	    connection->phase_ms < connection->age_ms - 900;
}

static bool is_quiet(void *arg)
{
	bool quiet = false;
	http_connections(((struct world *)arg)->server, note_phase, &quiet);
	return quiet;
}

/* A shorter wait holds for those who wait already. */
static void test_reconfigured(void **state)
{
	(void)state;
	struct http_limits limits = usual;
	struct world *world = world_new(&limits, AF_INET);
	struct client *client = client_new(world);
	client_say(client, GET);
	assert_int_equal(client_answers(client, 1), 1);
	assert_true(fake_worker_until(world->worker, is_quiet, world, 5000));
	limits.idle_ms = 50;
	http_shared_configure(world->shared, &limits);
	http_reconfigured(world->server);
	assert_true(client_closed(client));
	assert_false(client->reset);
	client_free(client);

	client = client_new(world);
	client_say(client, "GET / HTTP/1.1\r\n");
	assert_true(world_connections(world, 1));
	limits.head_ms = 50;
	http_shared_configure(world->shared, &limits);
	http_reconfigured(world->server);
	assert_true(client_closed(client));
	assert_int_equal(client_status(client, 0), 408);
	client_free(client);
	world_free(world);
}

/* ---- A request whose end libmicrohttpd did not tell ---- */

static struct http_link *first_link(struct http_server *server)
{
	struct http_link *link = NULL;
	for (int phase = 0; phase < PHASES && link == NULL; phase++)
		link = TAILQ_FIRST(&server->phases[phase]);
	return link;
}

/* Each handler that saw it hears of the end, once. */
static void test_abandoned(void **state)
{
	(void)state;
	static const bool seen[] = { true, false };
	struct world *world = world_new(&usual, AF_INET);
	struct client *client = client_new(world);
	assert_true(world_connections(world, 1));
	struct http_link *link = first_link(world->server);
	assert_non_null(link);
	for (unsigned i = 0; i < 2; i++) {
		unsigned done = world->done;
		struct http_request *request = memory_new(sizeof *request + sizeof(size_t));
		request->link = link;
		request->seen = request->has_content = seen[i];
		request->status = 200;
		request->arrived = clock_monotonic();
		link->request = request;
		link->outstanding = 2;
		link->with_content = 1;
		request_abandon(link);
		assert_null(link->request);
		assert_int_equal(link->outstanding, 1);
		assert_int_equal(link->with_content, seen[i] ? 0 : 1);
		assert_int_equal(world->done, done + seen[i]);
		assert_false(world->result.complete);
		assert_int_equal(world->result.status, 200);
		assert_int_equal(fake_worker_count(world->worker, COUNTER_ERRORS), i + 1);
		request_abandon(link);
		assert_int_equal(world->done, done + seen[i]);
	}
	link->outstanding = link->with_content = 0;
	client_free(client);
	world_free(world);
}

/* ---- Descriptors of several workers ---- */

/* Numbers that nobody has open, in blocks of the table that nobody uses. */
#define FIRST_BLOCK 100
#define WIRE_BLOCKS 64
#define BLOCK_NUMBERS 1024

struct registrar {
	pthread_t thread;
	pthread_barrier_t *barrier;
	int offset;
	unsigned wrong;
};

static void *registrar_run(void *arg)
{
	struct registrar *registrar = arg;
	char byte;
	for (int block = FIRST_BLOCK; block < FIRST_BLOCK + WIRE_BLOCKS; block++) {
		/* dead: receiving from it is an end of file, without a system call. */
		struct http_link link = { .fd = block * BLOCK_NUMBERS + registrar->offset,
			.dead = true };
		pthread_barrier_wait(registrar->barrier);
		wire_register(&link);
		registrar->wrong += recv(link.fd, &byte, 1, 0) != 0;
		wire_unregister(&link);
		wire_unregister(&link);
		registrar->wrong += recv(link.fd, &byte, 1, 0) != -1 || errno != EBADF;
	}
	return NULL;
}

/* Workers use the table at the same time; a build with -fsanitize=thread looks on. */
static void test_table(void **state)
{
	(void)state;
	struct registrar registrars[4] = { 0 };
	pthread_barrier_t barrier;
	assert_int_equal(pthread_barrier_init(&barrier, NULL, 4), 0);
	for (int i = 0; i < 4; i++) {
		registrars[i].barrier = &barrier;
		registrars[i].offset = i;
		assert_int_equal(pthread_create(&registrars[i].thread, NULL, registrar_run,
				     &registrars[i]),
		    0);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(registrars[i].thread, NULL), 0);
		assert_int_equal(registrars[i].wrong, 0);
	}
	pthread_barrier_destroy(&barrier);
	assert_false(wire_fits(-1));
	assert_true(wire_fits(0));
	assert_false(wire_fits(BLOCK_NUMBERS * 1024));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_drain_empty),
		cmocka_unit_test(test_drain_fresh),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_reconfigured),
		cmocka_unit_test(test_abandoned),
		cmocka_unit_test(test_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
