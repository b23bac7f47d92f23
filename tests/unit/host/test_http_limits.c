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
#include "data/file.h"
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

/* Content that comes byte by byte is too slow, however it is framed. */
static void test_content_drip(void **state)
{
	(void)state;
	static const struct {
		const char *head, *drip;
	} rows[] = {
		{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n", "x" },
		{ "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n",
		    "1;extension=of-many-bytes-that-are-no-content\r\nx\r\n" },
	};
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_limits limits = usual;
		limits.body_ms = 100;
		struct world *world = world_new(&limits, AF_INET);
		struct client *client = client_new(world);
		client_say(client, rows[i].head);
		for (unsigned drips = 0; !client->end && drips < 1000; drips++) {
			client_say(client, rows[i].drip);
			fake_worker_until(world->worker, never, NULL, 5);
		}
		assert_true(client->end);
		assert_int_equal(client_status(client, 0), 408);
		assert_true(world_done(world, 1));
		assert_int_equal(world->result.status, 408);
		client_free(client);
		world_free(world);
	}
}

/* Content that keeps up may take many times the span. */
static void test_content_keeps_up(void **state)
{
	(void)state;
	struct http_limits limits = usual;
	limits.body_ms = 300;
	struct world *world = world_new(&limits, AF_INET);
	struct client *client = client_new(world);
	char part[2000];
	memset(part, 'x', sizeof part);
	client_say(client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 200000\r\n\r\n");
	for (unsigned parts = 0; parts < 100; parts++) {
		client_send(client, part, sizeof part);
		fake_worker_until(world->worker, never, NULL, 10);
	}
	assert_int_equal(client_answers(client, 1), 1);
	assert_int_equal(client_status(client, 0), 200);
	assert_non_null(strstr(client_text(client), "\r\n\r\n200000"));
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

/* What leave_descriptors changed. */
static struct {
	struct rlimit limit;
	int fds[512];
	unsigned count;
} taken;

/* So many descriptors can be opened before those that are kept back, which are
 * all taken when kept is set. */
static void leave_descriptors(unsigned count, bool kept)
{
	struct rlimit low;
	int first[8], last = 0, fd;
	assert_true(count <= 8);
	for (unsigned i = 0; i < count; i++)
		last = first[i] = dup(0);
	for (unsigned i = 0; i < count; i++)
		close(first[i]);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &taken.limit), 0);
	low = taken.limit;
	low.rlim_cur = (rlim_t)last + 1;
	do {
		low.rlim_cur++;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	} while (file_kept_back(last));
	taken.count = 0;
	while (kept && (fd = dup(0)) >= 0) {
		assert_true(taken.count < 512);
		taken.fds[taken.count++] = fd;
	}
	for (unsigned i = 0; kept && i < count; i++)
		close(taken.fds[i]);
	if (kept)
		taken.count -= count;
	memmove(taken.fds, taken.fds + count, taken.count * sizeof *taken.fds);
}

static void give_descriptors(void)
{
	for (unsigned i = 0; i < taken.count; i++)
		close(taken.fds[i]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &taken.limit), 0);
}

/* One descriptor is left: clients are told, it is logged, and it passes. */
static void check_exhausted(struct world *world, struct client *clients[4])
{
	unsigned served = 0, refused = 0;
	for (unsigned i = 0; i < 4; i++) {
		client_answers(clients[i], 1);
		served += client_status(clients[i], 0) == 200;
		refused += client_status(clients[i], 0) == 503;
	}
	assert_int_equal(served, 1);
	assert_int_equal(refused, 3);
	assert_int_equal(world->worker->logged, 1);
	assert_non_null(strstr(world->worker->log, "file descriptor"));
}

static void clients_begin(struct world *world, struct client *clients[4])
{
	for (unsigned i = 0; i < 4; i++)
		clients[i] = client_new(world);
}

static void clients_end(struct client *clients[4])
{
	for (unsigned i = 0; i < 4; i++)
		client_free(clients[i]);
}

static void check_descriptors(bool kept)
{
	struct world *world = world_new(&usual, AF_INET);
	struct client *clients[4];
	/* The second time it is not logged again, although one came in between. */
	for (unsigned time = 0; time < 2; time++) {
		clients_begin(world, clients);
		leave_descriptors(1, kept);
		for (unsigned i = 0; i < 4; i++)
			client_say(clients[i], GET);
		check_exhausted(world, clients);
		give_descriptors();
		clients_end(clients);
		assert_true(world_connections(world, 0));
		struct client *client = client_new(world);
		client_say(client, GET);
		assert_int_equal(client_answers(client, 1), 1);
		client_free(client);
		assert_true(world_connections(world, 0));
	}
	world_free(world);
}

static void test_descriptors(void **state)
{
	(void)state;
	check_descriptors(true);
}

/* The last ones are not given to clients. */
static void test_descriptors_kept_back(void **state)
{
	(void)state;
	check_descriptors(false);
}

static bool is_logged(void *arg)
{
	return ((struct worker *)arg)->logged > 0;
}

/* The reserve that could not be opened again comes back when it can. */
static void test_reserve_lost(void **state)
{
	(void)state;
	struct world *world = world_new(&usual, AF_INET);
	struct client *clients[4];
	struct rlimit old, none;
	clients_begin(world, clients);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_true(fake_worker_until(world->worker, is_logged, world->worker, 5000));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	/* One for the reserve and one for a client. */
	leave_descriptors(2, true);
	for (unsigned i = 0; i < 4; i++)
		client_say(clients[i], GET);
	check_exhausted(world, clients);
	give_descriptors();
	clients_end(clients);
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
		cmocka_unit_test(test_content_drip),
		cmocka_unit_test(test_content_keeps_up),
		cmocka_unit_test(test_slow_receiver),
		cmocka_unit_test(test_connections),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_descriptors_kept_back),
		cmocka_unit_test(test_reserve_lost),
		cmocka_unit_test(test_disconnect),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
