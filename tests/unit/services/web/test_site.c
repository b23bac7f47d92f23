/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time is what the test says it is: nothing waits here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/clock.h"
#include "services/web/site.h"
#include "tests/unit/services/web/folder.h"

#define SOON (CLOCK_SECOND / 2)
#define LATER (2 * CLOCK_SECOND)

static struct folder folder;
static struct options options;
static char root_path[512];
static int64_t now = 1000 * CLOCK_SECOND;

static int setup(void **state)
{
	(void)state;
	folder_make(&folder);
	snprintf(root_path, sizeof(root_path), "%s", folder_path(&folder, "root"));
	options = (struct options){
		.generation = 1,
		.root = root_path,
		.index = (char *)(uintptr_t) "index.html",
		.precompressed = true,
		.cache_files = 100,
		.cache_memory = 1 << 20,
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	folder_remove(&folder);
	return 0;
}

/* The bytes of a file's answer, or the status as text. */
static const char *get(struct site *site, const char *path, bool *cached_r)
{
	static char text[64];
	struct entry *entry = site_find(site, path, strlen(path), now, cached_r);
	if (entry->kind == ENTRY_FILE)
		snprintf(text, sizeof(text), "%s", entry->version[ENCODING_IDENTITY]->bytes);
	else
		snprintf(text, sizeof(text), "%u", entry->status);
	site_done(site, entry);
	return text;
}

static void expect(struct site *site, const char *path, const char *text, bool cached)
{
	bool was_cached;
	assert_string_equal(get(site, path, &was_cached), text);
	assert_int_equal(was_cached, cached);
}

/* Right after a file was made its times cannot tell a second change; the next
 * look that comes later is sure. */
static void settle(struct site *site, const char *path)
{
	int64_t limit = clock_monotonic() + 10 * CLOCK_SECOND;
	bool cached = false;
	while (!cached && clock_monotonic() < limit) {
		now += LATER;
		get(site, path, &cached);
	}
	if (!cached)
		fail_msg("%s never comes from the cache", path);
}

static void test_revalidation(void **state)
{
	(void)state;
	folder_file(&folder, "root/a", "one");
	struct site *site = site_new(NULL, &options);
	expect(site, "/a", "one", false);
	expect(site, "/a", "one", true);
	settle(site, "/a");
	now += LATER;
	expect(site, "/a", "one", true);
	/* A change shows after a second at most, and costs nothing before. */
	folder_file(&folder, "root/a", "two");
	now += SOON;
	expect(site, "/a", "one", true);
	now += SOON;
	expect(site, "/a", "two", false);
	folder_delete(&folder, "root/a");
	now += LATER;
	expect(site, "/a", "404", false);
	expect(site, "/a", "404", true);
	folder_file(&folder, "root/a", "three");
	expect(site, "/a", "404", true);
	now += LATER;
	expect(site, "/a", "three", false);
	site_free(site);
}

/* Time that a slow client's request carries lies behind: no harm. */
static void test_time_goes_back(void **state)
{
	(void)state;
	folder_file(&folder, "root/b", "one");
	struct site *site = site_new(NULL, &options);
	expect(site, "/b", "one", false);
	now -= 100 * CLOCK_SECOND;
	expect(site, "/b", "one", true);
	now += 100 * CLOCK_SECOND;
	site_free(site);
}

static void test_index_comes_and_goes(void **state)
{
	(void)state;
	folder_folder(&folder, "root/dir");
	struct site *site = site_new(NULL, &options);
	expect(site, "/dir/", "404", false);
	folder_file(&folder, "root/dir/index.html", "index");
	now += LATER;
	expect(site, "/dir/", "index", false);
	folder_delete(&folder, "root/dir/index.html");
	now += LATER;
	expect(site, "/dir/", "404", false);
	site_free(site);
}

/* A root that is a link to a release, and is set to the next one. */
static void test_root_is_replaced(void **state)
{
	(void)state;
	char link[600];
	folder_folder(&folder, "one");
	folder_folder(&folder, "two");
	folder_file(&folder, "one/a", "first");
	folder_file(&folder, "two/a", "second");
	folder_link(&folder, "current", "one");
	snprintf(link, sizeof(link), "%s", folder_path(&folder, "current"));
	struct options linked = options;
	linked.root = link;
	struct site *site = site_new(NULL, &linked);
	expect(site, "/a", "first", false);
	folder_delete(&folder, "current");
	now += LATER;
	expect(site, "/a", "503", false);
	folder_link(&folder, "current", "two");
	now += LATER;
	expect(site, "/a", "second", false);
	site_free(site);
}

static void test_without_cache(void **state)
{
	(void)state;
	struct options none = options;
	none.cache_files = 0;
	none.generation = 2;
	folder_file(&folder, "root/c", "text");
	struct site *site = site_new(NULL, &options);
	expect(site, "/c", "text", false);
	expect(site, "/c", "text", true);
	site_apply(site, &none);
	assert_int_equal(site_generation(site), 2);
	expect(site, "/c", "text", false);
	expect(site, "/c", "text", false);
	expect(site, "/nothing", "404", false);
	site_free(site);
}

struct tally {
	unsigned files;
	uint64_t hits;
};

static void tally_file(void *arg, const struct entry *entry)
{
	struct tally *tally = arg;
	tally->files++;
	tally->hits += entry->hits;
}

/* However a path is spelt, it is one entry, looked up once. */
static void test_spellings(void **state)
{
	static const char *const paths[] = { "/%6dany", "/m%61ny", "/%6D%61ny", "/%6dan%79" };
	struct tally tally = { 0 };
	(void)state;
	folder_file(&folder, "root/many", "text");
	folder_file(&folder, "root/a%41", "percent");
	folder_file(&folder, "root/aA", "letter");
	struct site *site = site_new(NULL, &options);
	expect(site, "/%6d%61%6e%79", "text", false);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		expect(site, paths[i], "text", true);
	expect(site, "/many", "text", true);
	cache_each(site_cache(site), tally_file, &tally);
	assert_int_equal(tally.files, 1);
	assert_int_equal(tally.hits, 5);
	/* Names that only look like another's spelling. */
	expect(site, "/a%2541", "percent", false);
	expect(site, "/a%41", "letter", false);
	expect(site, "/a%2541", "percent", true);
	expect(site, "/aA", "letter", true);
	/* What is refused at sight takes no place. */
	expect(site, "/../many", "400", false);
	expect(site, "/%2e%2e/many", "400", false);
	expect(site, "/%2e%2e/many", "400", false);
	site_free(site);
}

static void test_root_is_gone(void **state)
{
	(void)state;
	struct options gone = options;
	gone.root = (char *)(uintptr_t) "/nonexistent/root";
	struct site *site = site_new(NULL, &gone);
	expect(site, "/c", "503", false);
	site_free(site);
}

/* What the options' strings were may be gone with them. */
static void test_options_are_copied(void **state)
{
	(void)state;
	char root[512], index[] = "start.html";
	snprintf(root, sizeof(root), "%s", root_path);
	struct options passing = options;
	passing.root = root;
	passing.index = index;
	folder_file(&folder, "root/start.html", "start");
	struct site *site = site_new(NULL, &passing);
	memset(root, 'x', strlen(root));
	memset(index, 'x', strlen(index));
	now += LATER;
	expect(site, "/", "start", false);
	site_free(site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_revalidation),
		cmocka_unit_test(test_time_goes_back),
		cmocka_unit_test(test_index_comes_and_goes),
		cmocka_unit_test(test_root_is_replaced),
		cmocka_unit_test(test_without_cache),
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_root_is_gone),
		cmocka_unit_test(test_options_are_copied),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
