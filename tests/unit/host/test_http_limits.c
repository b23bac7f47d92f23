/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/clock.h"
#include "data/memory.h"
#include "tests/unit/host/http_world.h"

#define HOST "Host: a\r\n"
#define GET "GET / HTTP/1.1\r\n" HOST "\r\n"

static const struct http_limits usual = HTTP_LIMITS_DEFAULT;

static bool never(void *arg)
{
	(void)arg;
	return false;
}

/* ---- Deadlines ---- */

static void test_slow_head(void **state)
{
	(void)state;
	struct http_limits limits = usual;
	limits.head_ms = 50;
	struct world *world = world_new(&limits, AF_INET);
	struct client *client = client_new(world);
	client_say(client, "GET /slow HTTP/1.1\r\nHost:");
	assert_true(client_closed(client));
	assert_false(client->reset);
	assert_int_equal(client_answers(client, 1), 1);
	assert_int_equal(client_status(client, 0), 408);
	assert_string_equal(world->refused_line, "GET /slow HTTP/1.1");
	client_free(client);
	/* The same on a connection that has been served before. */
	client = client_new(world);
	client_say(client, GET);
	assert_int_equal(client_answers(client, 1), 1);
	client_say(client, "G");
	assert_true(client_closed(client));
	assert_int_equal(client_status(client, 1), 408);
	client_free(client);
	world_free(world);
}

/* Bytes that come one by one do not move the deadline. */
static void test_drip(void **state)
{
	(void)state;
	struct http_limits limits = usual;
	limits.head_ms = 100;
	struct world *world = world_new(&limits, AF_INET);
	struct client *client = client_new(world);
	client_say(client, "GET / HTTP/1.1\r\nX: ");
	unsigned bytes = 0;
	while (!client->end && bytes < 5000) {
		client_say(client, "x");
		fake_worker_until(world->worker, never, NULL, 5);
		bytes++;
	}
	assert_true(client->end);
	assert_int_equal(client_status(client, 0), 408);
	client_free(client);
	world_free(world);
}

/* Who says nothing is not answered either. */
static void test_silent(void **state)
{
	(void)state;
	struct http_limits limits = usual;
	limits.head_ms = 50;
	struct world *world = world_new(&limits, AF_INET);
	struct client *client = client_new(world);
	assert_true(client_closed(client));
	assert_int_equal(client->in_length, 0);
	assert_int_equal(world->refused, 0);
	assert_int_equal(fake_worker_count(world->worker, COUNTER_REQUESTS), 0);
	client_free(client);
	world_free(world);
}

static void test_idle(void **state)
{
	(void)state;
	static const unsigned times[] = { 50, 1100 };
	for (unsigned i = 0; i < 2; i++) {
		struct http_limits limits = usual;
		limits.idle_ms = times[i];
		struct world *world = world_new(&limits, AF_INET);
		struct client *client = client_new(world);
		int64_t begin = clock_monotonic();
		client_say(client, GET);
		assert_int_equal(client_answers(client, 1), 1);
		assert_true(client_closed(client));
		assert_false(client->reset);
		assert_true(clock_monotonic() - begin >= (int64_t)times[i] * 1000000);
		assert_int_equal(client_answers(client, 2), 1);
		client_free(client);
		world_free(world);
	}
}

static void test_slow_content(void **state)
{
	(void)state;
	struct http_limits limits = usual;
	limits.body_ms = 50;
	struct world *world = world_new(&limits, AF_INET);
	struct client *client = client_new(world);
	client_say(client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\nhello");
	assert_true(client_closed(client));
	assert_int_equal(client_answers(client, 1), 1);
	assert_int_equal(client_status(client, 0), 408);
	assert_int_equal(world->result.status, 408);
	assert_int_equal(world->done, 1);
	client_free(client);
	world_free(world);
}

/* A receiver that takes nothing is let go; one that takes a little is not. */
static void test_slow_receiver(void **state)
{
	(void)state;
	struct http_limits limits = usual;
	limits.send_ms = 60;
	struct world *world = world_new(&limits, AF_INET);
	struct client *client = client_new(world);
	client->deaf = true;
	client_say(client, "GET /big HTTP/1.1\r\n" HOST "\r\n");
	assert_true(world_done(world, 1));
	assert_false(world->result.complete);
	assert_int_equal(world->result.status, 200);
	assert_true(world->result.bytes > 0 && world->result.bytes < BIG_BYTES);
	assert_true(world_connections(world, 0));
	client_free(client);

	client = client_new(world);
	client->deaf = true;
	client_say(client, "GET /big HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
	char *bytes = memory_new(1 << 20);
	size_t got = 0;
	ssize_t n = 1;
	for (unsigned i = 0; i < 2000 && n != 0; i++) {
		fake_worker_until(world->worker, never, NULL, 20);
		n = recv(client->fd, bytes, 1 << 20, 0);
		got += n > 0 ? (size_t)n : 0;
	}
	assert_true(got > BIG_BYTES);
	assert_true(world_done(world, 2));
	assert_true(world->result.complete);
	assert_int_equal(world->result.bytes, BIG_BYTES);
	free(bytes);
	client_free(client);
	world_free(world);
}

/* ---- Limits ---- */

static void test_connections(void **state)
{
	(void)state;
	struct http_limits limits = usual;
	limits.connections = 2;
	struct world *world = world_new(&limits, AF_INET);
	struct client *one = client_new(world), *two = client_new(world);
	client_say(one, GET);
	client_say(two, GET);
	assert_int_equal(client_answers(one, 1) + client_answers(two, 1), 2);
	struct client *three = client_new(world);
	client_say(three, GET);
	assert_true(client_closed(three));
	assert_int_equal(client_status(three, 0), 503);
	assert_int_equal(world->refused_status, 503);
	client_free(three);
	client_free(two);
	assert_true(world_connections(world, 1));
	two = client_new(world);
	client_say(two, GET);
	assert_int_equal(client_answers(two, 1), 1);
	assert_int_equal(client_status(two, 0), 200);
	/* A limit that was raised holds at once. */
	limits.connections = 3;
	http_shared_configure(world->shared, &limits);
	three = client_new(world);
	client_say(three, GET);
	assert_int_equal(client_answers(three, 1), 1);
	assert_int_equal(client_status(three, 0), 200);
	client_free(one);
	client_free(two);
	client_free(three);
	world_free(world);
}

static void check_address_limit(int family, bool loopback_counts)
{
	struct http_limits limits = usual;
	limits.address_connections = 1;
	limits.loopback_counts = loopback_counts;
	struct world *world = world_new(&limits, family);
	struct client *one = client_new(world), *two;
	client_say(one, GET);
	assert_int_equal(client_answers(one, 1), 1);
	for (unsigned i = 0; i < 3; i++) {
		two = client_new(world);
		client_say(two, GET);
		assert_int_equal(client_answers(two, 1), 1);
		assert_int_equal(client_status(two, 0), loopback_counts ? 429 : 200);
		client_free(two);
	}
	client_free(one);
	assert_true(world_connections(world, 0));
	two = client_new(world);
	client_say(two, GET);
	assert_int_equal(client_answers(two, 1), 1);
	assert_int_equal(client_status(two, 0), 200);
	client_free(two);
	world_free(world);
}

static void test_address(void **state)
{
	(void)state;
	check_address_limit(AF_INET, true);
	check_address_limit(AF_INET, false);
	check_address_limit(AF_INET6, true);
	check_address_limit(AF_INET6, false);
}

/* No descriptor is left: clients are told, it is logged once, and it passes. */
static void test_descriptors(void **state)
{
	(void)state;
	struct world *world = world_new(&usual, AF_INET);
	struct client *clients[4];
	struct rlimit old, low;
	for (unsigned i = 0; i < 4; i++)
		clients[i] = client_new(world);
	int next = dup(0);
	assert_true(next > 0);
	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	low.rlim_cur = (rlim_t)next + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	for (unsigned i = 0; i < 4; i++)
		client_say(clients[i], GET);
	unsigned served = 0, refused = 0;
	for (unsigned i = 0; i < 4; i++) {
		client_answers(clients[i], 1);
		served += client_status(clients[i], 0) == 200;
		refused += client_status(clients[i], 0) == 503;
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(served, 1);
	assert_int_equal(refused, 3);
	assert_int_equal(world->worker->logged, 1);
	assert_non_null(strstr(world->worker->log, "file descriptor"));
	for (unsigned i = 0; i < 4; i++)
		client_free(clients[i]);
	struct client *client = client_new(world);
	client_say(client, GET);
	assert_int_equal(client_answers(client, 1), 1);
	client_free(client);
	world_free(world);
}

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

/* ---- Tables and commands ---- */

struct listing {
	unsigned count, idle, answer, content;
	char peer[64];
};

static void note(void *arg, const struct http_connection *connection)
{
	struct listing *listing = arg;
	listing->count++;
	listing->idle += strcmp(connection->state, "idle") == 0;
	listing->answer += strcmp(connection->state, "answer") == 0;
	listing->content += strcmp(connection->state, "content") == 0;
	if (strcmp(connection->state, "idle") == 0)
		snprintf(listing->peer, sizeof listing->peer, "%s", connection->peer_text);
}

static bool is_underway(void *arg)
{
	struct listing listing = { 0 };
	http_connections(((struct world *)arg)->server, note, &listing);
	return listing.idle == 1 && listing.answer == 1 && listing.content == 1;
}

static void check_disconnect(int family)
{
	struct world *world = world_new(&usual, family);
	struct client *idle = client_new(world), *answer = client_new(world);
	struct client *content = client_new(world);
	struct listing listing = { 0 };
	client_say(idle, GET);
	assert_int_equal(client_answers(idle, 1), 1);
	answer->deaf = true;
	client_say(answer, "GET /big HTTP/1.1\r\n" HOST "\r\n");
	client_say(content, "POST / HTTP/1.1\r\n" HOST "Content-Length: 50000\r\n\r\nx");
	assert_true(fake_worker_until(world->worker, is_underway, world, 5000));
	http_connections(world->server, note, &listing);
	assert_int_equal(listing.count, 3);
	assert_int_equal(http_disconnect(world->server, "nonsense"), -1);
	assert_int_equal(http_disconnect(world->server, "192.0.2.1"), 0);
	assert_int_equal(http_disconnect(world->server, listing.peer), 1);
	assert_true(client_closed(idle));
	assert_int_equal(http_disconnect(world->server, family == AF_INET ? "127.0.0.1" : "::1"),
	    2);
	assert_true(world_connections(world, 0));
	client_free(idle);
	client_free(answer);
	client_free(content);
	world_free(world);
}

static void test_disconnect(void **state)
{
	(void)state;
	check_disconnect(AF_INET);
	check_disconnect(AF_INET6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slow_head),
		cmocka_unit_test(test_drip),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_slow_content),
		cmocka_unit_test(test_slow_receiver),
		cmocka_unit_test(test_connections),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_drain_empty),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_disconnect),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
