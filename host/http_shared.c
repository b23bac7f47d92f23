/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/http_internal.h"

/*
 * What the workers of a run share. It is touched when a connection is accepted
 * or ends, not by requests, so one mutex is enough. The table holds one entry
 * an address that has a connection, so it is bounded by the limit on
 * connections; its hash is keyed, since peers choose their addresses.
 */
#define BUCKETS 1024

struct address {
	uint8_t key[16];
	unsigned count;
	struct address *next;
};

struct http_shared {
	pthread_mutex_t lock;
	_Atomic unsigned generation;
	struct http_limits limits;
	unsigned connections;
	uint64_t seed;
	struct address *buckets[BUCKETS];
};

static void limits_clamp(struct http_limits *limits)
{
	if (limits->head_bytes > HTTP_HEAD_BYTES_MAX)
		limits->head_bytes = HTTP_HEAD_BYTES_MAX;
	if (limits->target_bytes > HTTP_HEAD_BYTES_MAX)
		limits->target_bytes = HTTP_HEAD_BYTES_MAX;
	if (limits->headers > HTTP_HEADERS_MAX)
		limits->headers = HTTP_HEADERS_MAX;
}

struct http_shared *http_shared_new(const struct http_limits *limits)
{
	struct http_shared *shared = memory_new(sizeof *shared);
	pthread_mutex_init(&shared->lock, NULL);
	shared->limits = *limits;
	limits_clamp(&shared->limits);
	atomic_init(&shared->generation, 1);
	if (getrandom(&shared->seed, sizeof shared->seed, GRND_NONBLOCK) < 0)
		shared->seed = (uint64_t)clock_monotonic();
	return shared;
}

void http_shared_configure(struct http_shared *shared, const struct http_limits *limits)
{
	pthread_mutex_lock(&shared->lock);
	shared->limits = *limits;
	limits_clamp(&shared->limits);
	atomic_fetch_add(&shared->generation, 1);
	pthread_mutex_unlock(&shared->lock);
}

void http_shared_free(struct http_shared *shared)
{
	if (shared == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (shared->buckets[i] != NULL) {
			struct address *address = shared->buckets[i];
			shared->buckets[i] = address->next;
			free(address);
		}
	}
	pthread_mutex_destroy(&shared->lock);
	free(shared);
}

void shared_limits(struct http_shared *shared, struct http_server *server)
{
	if (atomic_load(&shared->generation) == server->generation)
		return;
	pthread_mutex_lock(&shared->lock);
	server->generation = atomic_load(&shared->generation);
	server->limits = shared->limits;
	pthread_mutex_unlock(&shared->lock);
	server->gate_limits = (struct gate_limits){
		.head_bytes = server->limits.head_bytes,
		.target_bytes = server->limits.target_bytes,
		.headers = server->limits.headers,
		.body_bytes = server->limits.body_bytes,
	};
	/* The copy is also made before there is anything to arm. */
	if (server->deadline_event != NULL)
		links_rearm(server);
}

/* An IPv4 address as a mapped one, an IPv6 address without its last 64 bits.
 * False: it is not counted (loopback, unless set otherwise). */
static bool address_key(const struct http_link *link, bool loopback_counts, uint8_t key[16])
{
	bool loopback;
	memset(key, 0, 16);
	if (link->peer.any.sa_family == AF_INET) {
		key[10] = key[11] = 0xff;
		memcpy(key + 12, &link->peer.in.sin_addr, 4);
		loopback = key[12] == 127;
	} else if (link->peer.any.sa_family == AF_INET6) {
		const struct in6_addr *in6 = &link->peer.in6.sin6_addr;
		bool mapped = IN6_IS_ADDR_V4MAPPED(in6);
		memcpy(key, in6, mapped ? 16 : 8);
		loopback = mapped ? key[12] == 127 : IN6_IS_ADDR_LOOPBACK(in6);
	} else {
		return false;
	}
	return loopback_counts || !loopback;
}

static struct address **bucket_of(struct http_shared *shared, const uint8_t key[16])
{
	uint64_t half[2];
	memcpy(half, key, sizeof half);
	uint64_t hash = shared->seed;
	for (int i = 0; i < 2; i++) {
		hash = (hash ^ half[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return &shared->buckets[(hash >> 20) % BUCKETS];
}

static struct address *address_find(struct address **bucket, const uint8_t key[16])
{
	struct address *address = *bucket;
	while (address != NULL && memcmp(address->key, key, sizeof address->key) != 0)
		address = address->next;
	return address;
}

enum http_admission shared_admit(struct http_shared *shared, struct http_link *link)
{
	enum http_admission admission = ADMIT;
	uint8_t key[16];
	pthread_mutex_lock(&shared->lock);
	const struct http_limits *limits = &shared->limits;
	if (shared->connections >= limits->connections) {
		admission = ADMIT_FULL;
		goto out;
	}
	/* Counted also without a limit, so that one may be set later. */
	if (address_key(link, limits->loopback_counts, key)) {
		struct address **bucket = bucket_of(shared, key);
		struct address *address = address_find(bucket, key);
		if (address == NULL) {
			address = memory_new(sizeof *address);
			memcpy(address->key, key, sizeof key);
			address->next = *bucket;
			*bucket = address;
		}
		if (limits->address_connections > 0 &&
		    address->count >= limits->address_connections) {
			admission = ADMIT_ADDRESS;
			goto out;
		}
		address->count++;
		link->counted_address = true;
	}
	shared->connections++;
	link->counted = true;
out:
	pthread_mutex_unlock(&shared->lock);
	return admission;
}

void shared_leave(struct http_shared *shared, struct http_link *link)
{
	uint8_t key[16];
	if (!link->counted)
		return;
	pthread_mutex_lock(&shared->lock);
	shared->connections--;
	if (link->counted_address) {
		address_key(link, true, key);
		struct address **at = bucket_of(shared, key);
		while (memcmp((*at)->key, key, sizeof key) != 0)
			at = &(*at)->next;
		struct address *address = *at;
		if (--address->count == 0) {
			*at = address->next;
			free(address);
		}
	}
	pthread_mutex_unlock(&shared->lock);
	link->counted = link->counted_address = false;
}
