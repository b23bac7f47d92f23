/* SPDX-License-Identifier: GPL-3.0-or-later */
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
#include "services/web/cache.h"
#include "services/web/root.h"
#include "tests/unit/services/web/folder.h"

#define PLENTY (1024 * 1024 * 1024)

/* An entry without a file behind it: the cache looks at its sizes only. */
static struct entry *make(const char *key, enum entry_kind kind, size_t memory,
    unsigned descriptors)
{
	struct entry *entry = memory_new(sizeof(*entry));
	entry->key = memory_copy(key, strlen(key));
	entry->key_length = strlen(key);
	entry->kind = kind;
	entry->memory = memory;
	entry->descriptors = descriptors;
	return entry;
}

static void keep(struct cache *cache, const char *key, enum entry_kind kind, size_t memory,
    unsigned descriptors)
{
	assert_true(cache_keep(cache, make(key, kind, memory, descriptors)));
}

static int has(struct cache *cache, const char *key)
{
	return cache_find(cache, key, strlen(key)) != NULL;
}

/* Of the files that are kept. */
struct usage {
	size_t files, memory, descriptors;
};

static void add_entry(void *arg, const struct entry *entry)
{
	struct usage *usage = arg;
	usage->files++;
	usage->memory += entry->memory;
	usage->descriptors += entry->descriptors;
}

static struct usage add_up(const struct cache *cache)
{
	struct usage usage = { 0 };
	cache_each(cache, add_entry, &usage);
	return usage;
}

static void test_find(void **state)
{
	struct cache *cache = cache_new(100, PLENTY, 1);
	char key[32];
	(void)state;
	for (int i = 0; i < 75; i++) {
		snprintf(key, sizeof(key), "/file-%d", i);
		keep(cache, key, ENTRY_FILE, 10, 0);
	}
	for (int i = 0; i < 75; i++) {
		snprintf(key, sizeof(key), "/file-%d", i);
		struct entry *entry = cache_find(cache, key, strlen(key));
		assert_non_null(entry);
		assert_int_equal(entry->key_length, strlen(key));
		assert_memory_equal(entry->key, key, strlen(key));
		assert_int_equal(entry->hits, 1);
	}
	assert_false(has(cache, "/file-"));
	assert_false(has(cache, "/file-750"));
	assert_false(has(cache, ""));
	cache_drop(cache, cache_find(cache, "/file-7", 7));
	assert_false(has(cache, "/file-7"));
	assert_true(has(cache, "/file-70"));
	assert_int_equal(cache_flush(cache), 74);
	assert_false(has(cache, "/file-70"));
	cache_free(cache);
}

static void test_least_recently_used(void **state)
{
	struct cache *cache = cache_new(4, PLENTY, 1); /* 3 files, 1 other */
	(void)state;
	keep(cache, "/a", ENTRY_FILE, 10, 0);
	keep(cache, "/b", ENTRY_FILE, 10, 0);
	keep(cache, "/c", ENTRY_FILE, 10, 0);
	assert_true(has(cache, "/a"));
	keep(cache, "/d", ENTRY_FILE, 10, 0);
	assert_true(has(cache, "/a"));
	assert_false(has(cache, "/b"));
	assert_true(has(cache, "/c"));
	assert_true(has(cache, "/d"));
	cache_free(cache);
}

/* Names that do not exist drive no file out, however many are asked for. */
static void test_others_have_their_own_places(void **state)
{
	struct cache *cache = cache_new(8, PLENTY, 1);
	struct usage usage;
	char key[32];
	(void)state;
	keep(cache, "/a", ENTRY_FILE, 10, 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "/missing-%d", i);
		keep(cache, key, ENTRY_STATUS, 100, 0);
	}
	assert_true(has(cache, "/a"));
	usage = add_up(cache);
	assert_int_equal(usage.files, 1);
	assert_true(has(cache, "/missing-999"));
	assert_true(has(cache, "/missing-998"));
	assert_false(has(cache, "/missing-997"));
	cache_free(cache);
}

static void test_memory(void **state)
{
	struct cache *cache = cache_new(1000, 1000, 1);
	struct usage usage;
	(void)state;
	keep(cache, "/listing", ENTRY_LISTING, 300, 0);
	keep(cache, "/a", ENTRY_FILE, 400, 0);
	keep(cache, "/b", ENTRY_FILE, 600, 0);
	assert_false(has(cache, "/listing"));
	assert_true(has(cache, "/a"));
	keep(cache, "/c", ENTRY_FILE, 100, 0);
	assert_false(has(cache, "/b"));
	assert_true(has(cache, "/a"));
	usage = add_up(cache);
	assert_int_equal(usage.memory, 500);
	struct entry *big = make("/big", ENTRY_FILE, 1001, 0);
	assert_false(cache_keep(cache, big));
	entry_close(big);
	assert_true(has(cache, "/a"));
	cache_free(cache);
}

/* How many files a worker of so many keeps open. */
static size_t keep_open(unsigned workers)
{
	struct cache *cache = cache_new(10000, PLENTY, workers);
	char key[32];
	keep(cache, "/small", ENTRY_FILE, 10, 0);
	for (int i = 0; i < CACHE_DESCRIPTORS * 2; i++) {
		snprintf(key, sizeof(key), "/big-%d", i);
		keep(cache, key, ENTRY_FILE, 10, 1);
	}
	assert_true(has(cache, "/small"));
	assert_false(has(cache, "/big-0"));
	assert_true(has(cache, key));
	struct usage usage = add_up(cache);
	cache_free(cache);
	return usage.descriptors;
}

/* All workers together keep no more than a part of what the program may have. */
static void test_descriptors(void **state)
{
	struct rlimit before, limit;
	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	assert_in_range(keep_open(1), CACHE_DESCRIPTORS_MIN, CACHE_DESCRIPTORS);
	if (before.rlim_max < 32 * 64)
		skip();
	limit = before;
	limit.rlim_cur = 32 * 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	size_t alone = keep_open(1), two = keep_open(2), many = keep_open(64);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(alone, 64);
	assert_int_equal(two, 32);
	assert_int_equal(many, CACHE_DESCRIPTORS_MIN);
}

static void test_not_kept(void **state)
{
	struct cache *none = cache_new(0, PLENTY, 1);
	struct cache *cache = cache_new(100, PLENTY, 1);
	char key[CACHE_KEY_MAX + 2];
	(void)state;
	struct entry *entry = make("/a", ENTRY_FILE, 10, 0);
	assert_false(cache_keep(none, entry));
	entry_close(entry);
	memset(key, 'x', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	entry = make(key, ENTRY_FILE, 10, 0);
	assert_false(cache_keep(cache, entry));
	entry_close(entry);
	key[CACHE_KEY_MAX] = '\0';
	keep(cache, key, ENTRY_FILE, 10, 0);
	assert_true(has(cache, key));
	cache_free(none);
	cache_free(cache);
}

/* Real entries: what a path leads to, and whether it still does. */
static void test_entries(void **state)
{
	struct folder folder;
	struct fault fault;
	(void)state;
	folder_make(&folder);
	folder_file(&folder, "root/a.css", "body{}");
	folder_file(&folder, "root/a.css.gz", "packed");
	folder_file(&folder, "root/old.css", "x");
	folder_file(&folder, "root/old.css.gz", "packed");
	folder_age(&folder, "root/old.css.gz", 7200);
	folder_folder(&folder, "root/dir");
	struct entry_source source = { .index = "index.html",
		.precompressed = true,
		.root_path = folder.root };
	source.root = root_open(folder.root, &fault);
	assert_true(source.root >= 0);

	struct entry *file = entry_open(&source, "/a.css", 6, 1);
	assert_int_equal(file->kind, ENTRY_FILE);
	assert_int_equal(file->encodings, 1u << ENCODING_GZIP);
	assert_string_equal(file->version[ENCODING_IDENTITY]->type, "text/css; charset=utf-8");
	assert_string_equal(file->version[ENCODING_GZIP]->type, "text/css; charset=utf-8");
	assert_string_not_equal(file->version[ENCODING_IDENTITY]->etag,
	    file->version[ENCODING_GZIP]->etag);
	assert_true(file->version[ENCODING_IDENTITY]->varies);
	assert_int_equal(file->descriptors, 0);

	struct entry *old = entry_open(&source, "/old.css", 8, 1);
	assert_int_equal(old->encodings, 0);
	assert_false(old->version[ENCODING_IDENTITY]->varies);

	struct entry *redirect = entry_open(&source, "/dir", 4, 1);
	assert_int_equal(redirect->kind, ENTRY_FOLDER);
	assert_string_equal(MHD_get_response_header(redirect->page, "Location"), "/dir/");
	struct entry *empty = entry_open(&source, "/dir/", 5, 1);
	assert_int_equal(empty->kind, ENTRY_STATUS);
	assert_int_equal(empty->status, 404);
	assert_false(empty->close);
	struct entry *slash = entry_open(&source, "/a.css/", 7, 1);
	assert_int_equal(slash->status, 404);
	struct entry *odd = entry_open(&source, "/%252e%252e/a", 13, 1);
	assert_int_equal(odd->status, 404);
	assert_true(odd->close);
	struct entry *bad = entry_open(&source, "/../a", 5, 1);
	assert_int_equal(bad->status, 400);
	assert_true(bad->close);

	/* Files were made just now; look again as if time had passed. */
	file->version[ENCODING_IDENTITY]->fresh = false;
	file->version[ENCODING_GZIP]->fresh = false;
	old->version[ENCODING_IDENTITY]->fresh = false;
	assert_true(entry_current(&source, file));
	assert_true(entry_current(&source, old));
	assert_false(entry_current(&source, empty));
	folder_delete(&folder, "root/a.css.gz");
	assert_false(entry_current(&source, file));
	folder_file(&folder, "root/old.css.br", "x");
	folder_age(&folder, "root/old.css.br", 0);
	assert_false(entry_current(&source, old));
	folder_delete(&folder, "root/old.css.br");
	assert_true(entry_current(&source, old));
	folder_file(&folder, "root/old.css", "y");
	assert_false(entry_current(&source, old));

	entry_close(file);
	entry_close(old);
	entry_close(redirect);
	entry_close(empty);
	entry_close(slash);
	entry_close(odd);
	entry_close(bad);
	close(source.root);
	folder_remove(&folder);
}

/* A companion that cannot be served is looked at, and not looked up again until
 * it changes. */
static void test_unusable_companion(void **state)
{
	struct folder folder;
	struct fault fault;
	(void)state;
	folder_make(&folder);
	folder_file(&folder, "outside", "packed");
	folder_file(&folder, "root/a.css", "body{}");
	folder_link(&folder, "root/a.css.gz", "../outside");
	struct entry_source source = { .index = "index.html",
		.precompressed = true,
		.root_path = folder.root };
	source.root = root_open(folder.root, &fault);
	assert_true(source.root >= 0);
	struct entry *file = entry_open(&source, "/a.css", 6, 1);
	assert_int_equal(file->encodings, 0);
	file->version[ENCODING_IDENTITY]->fresh = false;
	assert_true(entry_current(&source, file));
	folder_delete(&folder, "root/a.css.gz");
	assert_true(entry_current(&source, file));
	folder_file(&folder, "root/a.css.gz", "packed");
	assert_false(entry_current(&source, file));
	entry_close(file);
	close(source.root);
	folder_remove(&folder);
}

/* Listings cost a system call for each name: there is an end to it in a second. */
static void test_listings_are_limited(void **state)
{
	struct folder folder;
	struct fault fault;
	char name[64];
	(void)state;
	folder_make(&folder);
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "root/%d", i);
		folder_file(&folder, name, "");
	}
	struct entry_source source = { .index = "index.html",
		.listing = true,
		.root_path = folder.root };
	source.root = root_open(folder.root, &fault);
	int64_t now = 10 * CLOCK_SECOND;
	int made = 0;
	enum entry_kind kind;
	do {
		struct entry *entry = entry_open(&source, "/", 1, now);
		kind = entry->kind;
		if (kind == ENTRY_STATUS)
			assert_int_equal(entry->status, 503);
		entry_close(entry);
	} while (kind == ENTRY_LISTING && ++made < 1000);
	assert_in_range(made, 2, 999);
	struct entry *later = entry_open(&source, "/", 1, now + CLOCK_SECOND);
	assert_int_equal(later->kind, ENTRY_LISTING);
	entry_close(later);
	close(source.root);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_least_recently_used),
		cmocka_unit_test(test_others_have_their_own_places),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_not_kept),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_unusable_companion),
		cmocka_unit_test(test_listings_are_limited),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
