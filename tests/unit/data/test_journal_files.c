/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rotation, torn lines, files that others move, and reading them all back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "data/clock.h"
#include "data/journal_private.h"
#include "tests/unit/data/scratch.h"

#define START "2026-03-10T09:30:00.000000Z\tinfo\tweb\t\t"

static void open_file(struct journal_file *file, unsigned files)
{
	const struct journal_limits limits = {
		.folder = scratch_folder,
		.file_bytes = 4096,
		.files = files,
	};

	memset(file, 0, sizeof *file);
	file->fd = -1;
	journal_file_set(file, &limits);
	assert_true(journal_file_open(file));
}

static void close_file(struct journal_file *file)
{
	journal_file_set(file, &(struct journal_limits){ 0 });
}

static void check_file(const char *name, const char *expected)
{
	char *text = scratch_read(name);

	if (expected) {
		assert_non_null(text);
		assert_string_equal(text, expected);
	} else {
		assert_null(text);
	}
	free(text);
}

/* A line of 2000 bytes that begins with c. */
static void write_line(struct journal_file *file, char c, int64_t now)
{
	char line[2000];

	memset(line, c, sizeof line - 1);
	line[sizeof line - 1] = '\n';
	assert_int_equal(journal_file_write(file, line, sizeof line, now), sizeof line);
}

static void check_first(const char *name, int c, off_t size)
{
	struct stat status;
	char *text = scratch_read(name);

	assert_non_null(text);
	assert_int_equal(text[0], c);
	free(text);
	assert_int_equal(stat(scratch_path(name), &status), 0);
	assert_int_equal(status.st_size, size);
	assert_int_equal(status.st_mode & 07777, 0640);
}

static void test_rotate(void **state)
{
	struct journal_file file;

	(void)state;
	mode_t mask = umask(0);
	open_file(&file, 3);
	for (char c = 'a'; c <= 'i'; c++)
		write_line(&file, c, CLOCK_SECOND);
	check_first("journal.log", 'i', 2000);
	check_first("journal.log.1", 'g', 4000);
	check_first("journal.log.2", 'e', 4000);
	check_file("journal.log.3", NULL);
	close_file(&file);
	/* What was there before counts. */
	open_file(&file, 3);
	write_line(&file, 'j', CLOCK_SECOND);
	write_line(&file, 'k', CLOCK_SECOND);
	check_first("journal.log", 'k', 2000);
	check_first("journal.log.1", 'i', 4000);
	close_file(&file);
	/* Fewer files than before: the rest goes with the next rotation. */
	open_file(&file, 1);
	write_line(&file, 'l', CLOCK_SECOND);
	write_line(&file, 'm', CLOCK_SECOND);
	check_first("journal.log", 'm', 2000);
	check_file("journal.log.1", NULL);
	check_file("journal.log.2", NULL);
	close_file(&file);
	umask(mask);
}

static void test_torn(void **state)
{
	struct journal_file file;

	(void)state;
	scratch_write("journal.log", "whole\nhal");
	open_file(&file, 3);
	assert_int_equal(journal_file_write(&file, "next\n", 5, CLOCK_SECOND), 5);
	check_file("journal.log", "whole\nhal\nnext\n");
	close_file(&file);
	open_file(&file, 3);
	assert_int_equal(journal_file_write(&file, "last\n", 5, CLOCK_SECOND), 5);
	check_file("journal.log", "whole\nhal\nnext\nlast\n");
	close_file(&file);
}

static void test_moved(void **state)
{
	struct journal_file file;
	int64_t now = 10 * CLOCK_SECOND;

	(void)state;
	open_file(&file, 3);
	assert_int_equal(journal_file_write(&file, "1\n", 2, now), 2);
	assert_int_equal(rename(scratch_path("journal.log"), scratch_path("away")), 0);
	/* Looked at once a second: until then it goes where it went. */
	assert_int_equal(journal_file_write(&file, "2\n", 2, now + CLOCK_SECOND / 2), 2);
	assert_int_equal(journal_file_write(&file, "3\n", 2, now + 2 * CLOCK_SECOND), 2);
	check_file("away", "1\n2\n");
	check_file("journal.log", "3\n");
	assert_int_equal(unlink(scratch_path("journal.log")), 0);
	assert_int_equal(journal_file_write(&file, "4\n", 2, now + 4 * CLOCK_SECOND), 2);
	check_file("journal.log", "4\n");
	/* Cut to nothing by somebody: the size is looked at again. */
	assert_int_equal(truncate(scratch_path("journal.log"), 0), 0);
	assert_int_equal(journal_file_write(&file, "5\n", 2, now + 6 * CLOCK_SECOND), 2);
	check_file("journal.log", "5\n");
	assert_int_equal(file.size, 2);
	close_file(&file);
}

static void test_folder_removed(void **state)
{
	struct journal_limits limits = {
		.folder = scratch_path("log"),
		.file_bytes = 4096,
		.files = 2,
	};
	struct journal_file file = { .fd = -1 };

	(void)state;
	journal_file_set(&file, &limits);
	assert_true(journal_file_open(&file));
	assert_int_equal(journal_file_write(&file, "1\n", 2, CLOCK_SECOND), 2);
	assert_int_equal(unlink(scratch_path("log/journal.log")), 0);
	assert_int_equal(rmdir(scratch_path("log")), 0);
	assert_int_equal(journal_file_write(&file, "2\n", 2, 3 * CLOCK_SECOND), 2);
	check_file("log/journal.log", "2\n");
	close_file(&file);
}

/* Part of a batch fits: whole lines stay, the rest is cut off; the next try comes
 * five seconds later. */
static void test_full(void **state)
{
	static const char lines[] = "11111111\n22222222\n33333333\n";
	struct journal_file file;
	struct rlimit old, small;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	open_file(&file, 3);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 20;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	size_t first = journal_file_write(&file, lines, sizeof lines - 1, CLOCK_SECOND);
	int error = file.error;
	setrlimit(RLIMIT_FSIZE, &old);
	size_t soon = journal_file_write(&file, lines, sizeof lines - 1, 5 * CLOCK_SECOND);
	assert_int_equal(first, 18);
	assert_int_equal(error, EFBIG);
	assert_int_equal(soon, 0);
	check_file("journal.log", "11111111\n22222222\n");
	assert_int_equal(journal_file_write(&file, "4\n", 2, 7 * CLOCK_SECOND), 2);
	assert_int_equal(file.error, 0);
	check_file("journal.log", "11111111\n22222222\n4\n");
	close_file(&file);
}

/* ---- Reading back ---- */

struct found {
	char text[8192];
	size_t count, most;
};

static bool add_found(void *arg, const struct journal_record *record)
{
	struct found *found = arg;

	strcat(found->text, record->text);
	strcat(found->text, " ");
	return ++found->count < found->most;
}

static struct found scan(struct journal_filter filter)
{
	struct found found = { .most = 1000 };
	struct fault fault = { 0 };

	assert_true(journal_scan(scratch_folder, &filter, add_found, &found, NULL, &fault));
	assert_string_equal(fault.text, "");
	return found;
}

static void write_journal(void)
{
	scratch_write("journal.log.2",
	    "2026-03-01T00:00:00.000000Z\terror\tweb\tstart\tone\n"
	    "garbage\n\n\t\t\t\t\n"
	    "2026-03-02T00:00:00.000000Z\tinfo\tdns\t10.0.0.1\ttwo\n");
	scratch_write("journal.log.1",
	    "2026-03-03T00:00:00.000000Z\twarning\tweb\t10.0.0.2\tthree\n"
	    "2026-03-02T12:00:00.000000Z\tdebug\tweb\t10.0.0.1\tfour\n");
	scratch_write("journal.log",
	    "2026-03-04T00:00:00.000000Z\tinfo\tweb\tstop\tfive\n"
	    "2026-03-05T00:00:00.000000Z\tinfo\tweb\tstop\tsix\n"
	    "2026-03-06T00:00:00.000000Z\tinfo\tweb\tstop\ttorn");
}

static void test_scan(void **state)
{
	(void)state;
	write_journal();
	struct journal_filter all = { .level = JOURNAL_DEBUG };
	assert_string_equal(scan(all).text, "one two three four five six ");
	assert_string_equal(scan((struct journal_filter){ .level = JOURNAL_WARNING }).text,
	    "one three ");
	all.service = "dns";
	assert_string_equal(scan(all).text, "two ");
	all.service = NULL;
	all.since_us = clock_parse("2026-03-02T12:00:00Z", 0);
	assert_string_equal(scan(all).text, "three four five six ");
	all.since_us = 0;
	all.grep = "^10\\.0\\.0\\.1$";
	assert_string_equal(scan(all).text, "two four ");
	all.grep = "^t(wo|hree)$";
	assert_string_equal(scan(all).text, "two three ");
	all.grep = NULL;
	static const char *const lasts[] = {
		"six ",
		"five six ",
		"four five six ",
		"three four five six ",
		"two three four five six ",
		"one two three four five six ",
		"one two three four five six ",
	};
	for (size_t i = 0; i < sizeof lasts / sizeof *lasts; i++) {
		all.last = i + 1;
		assert_string_equal(scan(all).text, lasts[i]);
	}
	all.service = "dns";
	all.last = 1;
	assert_string_equal(scan(all).text, "two ");
}

static void test_scan_ended(void **state)
{
	const struct journal_filter all = { .level = JOURNAL_DEBUG };
	struct found found = { .most = 2 };

	(void)state;
	write_journal();
	assert_true(journal_scan(scratch_folder, &all, add_found, &found, NULL, NULL));
	assert_string_equal(found.text, "one two ");
}

static void test_scan_gap_and_nothing(void **state)
{
	const struct journal_filter all = { .level = JOURNAL_DEBUG };

	(void)state;
	assert_int_equal(scan(all).count, 0);
	write_journal();
	assert_int_equal(unlink(scratch_path("journal.log.1")), 0);
	assert_string_equal(scan(all).text, "one two five six ");
	/* A rotation that is under way shows one file by two names. */
	assert_int_equal(link(scratch_path("journal.log"), scratch_path("journal.log.1")), 0);
	assert_string_equal(scan(all).text, "one two five six ");
	struct found found = { .most = 1 };
	assert_true(journal_scan(scratch_path("none"), &all, add_found, &found, NULL, NULL));
	assert_int_equal(found.count, 0);
}

/* Lines longer than any of ours, and one that lies across two blocks. */
static void test_scan_long(void **state)
{
	const struct journal_filter all = { .level = JOURNAL_DEBUG };
	FILE *out = fopen(scratch_path("journal.log"), "w");

	(void)state;
	assert_non_null(out);
	fputs(START "before\n", out);
	for (int i = 0; i < 100000; i++)
		putc('x', out);
	fputs("\n" START "between\n", out);
	for (int i = 0; i < 32768 * 2; i++)
		putc('y', out);
	fputs("\n" START, out);
	for (int i = 0; i < 32768; i++)
		putc('z', out);
	fputs("\n" START "after\n", out);
	fclose(out);
	struct found found = { .most = 1000 };
	assert_true(journal_scan(scratch_folder, &all, add_found, &found, NULL, NULL));
	assert_non_null(strstr(found.text, "before between "));
	assert_non_null(strstr(found.text, " after "));
}

static void test_scan_blocks(void **state)
{
	const struct journal_filter last = { .level = JOURNAL_DEBUG, .last = 3 };
	FILE *out = fopen(scratch_path("journal.log"), "w");

	(void)state;
	assert_non_null(out);
	for (int i = 0; i < 5000; i++)
		fprintf(out, START "%d\n", i);
	fclose(out);
	assert_string_equal(scan(last).text, "4997 4998 4999 ");
	const struct journal_filter grep = { .level = JOURNAL_DEBUG, .grep = "^1[0-9]00$" };
	assert_string_equal(scan(grep).text, "1000 1100 1200 1300 1400 1500 1600 1700 1800 1900 ");
}

/* Also a scan that finds nothing is ended. */
static void test_scan_cancelled(void **state)
{
	atomic_bool cancelled = false;
	struct journal_filter filter = { .level = JOURNAL_DEBUG, .cancelled = &cancelled };

	(void)state;
	write_journal();
	assert_true(scan(filter).count > 0);
	atomic_store(&cancelled, true);
	assert_int_equal(scan(filter).count, 0);
	filter.last = 3;
	assert_int_equal(scan(filter).count, 0);
}

/* What the library learnt of a costly pattern is forgotten, not what it is. */
static void test_scan_grep_costly(void **state)
{
	const struct journal_filter filter = {
		.level = JOURNAL_DEBUG,
		.grep = "^(a|b)*a.{24}c$",
	};
	FILE *out = fopen(scratch_path("journal.log"), "w");
	unsigned random = 1;

	(void)state;
	assert_non_null(out);
	for (int i = 0; i < 40; i++) {
		fprintf(out, START);
		for (int j = 0; j < 300; j++) {
			random = random * 1103515245 + 12345;
			putc(random & 0x10000 ? 'a' : 'b', out);
		}
		fprintf(out, "%s\n", i % 10 ? "" : "a0123456789abcdefghijklmnc");
	}
	fclose(out);
	struct found *found = calloc(1, sizeof *found);
	assert_non_null(found);
	found->most = 1000;
	assert_true(journal_scan(scratch_folder, &filter, add_found, found, NULL, NULL));
	assert_int_equal(found->count, 4);
	free(found);
}

static void test_scan_grep_refused(void **state)
{
	static const char *const patterns[] = {
		"(",
		"a{2}{3}",
		"a{1000}",
		"(a)\\1",
		"a{1,256}",
		"((a{9}){9})",
		"(((((((a+)+)+)+)+)+)+)+",
		"a+++++++",
		"(.*a){20}",
		"(a|b)*a(a|b){60}c",
		".*a.............................................c",
	};
	struct found found = { .most = 1 };
	char large[300];

	(void)state;
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		const struct journal_filter filter = { .level = JOURNAL_DEBUG,
			.grep = patterns[i] };
		struct fault fault = { 0 };
		assert_false(
		    journal_scan(scratch_folder, &filter, add_found, &found, NULL, &fault));
		assert_int_equal(fault.code, FAULT_USAGE);
		assert_non_null(strstr(fault.text, patterns[i]));
	}
	memset(large, 'a', sizeof large - 1);
	large[sizeof large - 1] = '\0';
	struct journal_filter filter = { .level = JOURNAL_DEBUG, .grep = large };
	assert_false(journal_scan(scratch_folder, &filter, add_found, &found, NULL, NULL));
	filter.grep = "2026{1,2} [0-9]{0,0";
	assert_false(journal_scan(scratch_folder, &filter, add_found, &found, NULL, NULL));
	filter.grep = "a{2}.*2026";
	assert_true(journal_scan(scratch_folder, &filter, add_found, &found, NULL, NULL));
	filter.grep = "^[0-9a-f]{40} +[^ ]+ (GET|POST|HEAD)? .*\\.(html|css|js)$";
	assert_false(journal_scan(scratch_folder, &filter, add_found, &found, NULL, NULL));
	filter.grep = "[0-9a-f]{40}$";
	assert_true(journal_scan(scratch_folder, &filter, add_found, &found, NULL, NULL));
	filter.grep = "^[0-9]{1,3}[.][0-9]+[.][0-9]+[.][0-9]+ (GET|POST|HEAD) .*\\.(html|js)";
	assert_true(journal_scan(scratch_folder, &filter, add_found, &found, NULL, NULL));
}

/* What a journal wrote over several rotations is read back without a gap. */
static void test_round(void **state)
{
	const struct journal_limits limits = {
		.folder = scratch_folder,
		.file_bytes = 8192,
		.files = 50,
		.ring = 4096,
		.level = JOURNAL_DEBUG,
	};
	const struct journal_filter all = { .level = JOURNAL_DEBUG, .service = "web" };
	struct journal *journal = journal_open(&limits, NULL);
	struct found found = { .most = 2000 };
	char expected[8192] = "";

	(void)state;
	assert_non_null(journal);
	for (int i = 0; i < 1000; i++) {
		journal_add(journal, JOURNAL_INFO, "web", "some subject or other", "%d", i);
		sprintf(expected + strlen(expected), "%d ", i);
	}
	journal_close(journal);
	assert_int_equal(access(scratch_path("journal.log.5"), F_OK), 0);
	assert_true(journal_scan(scratch_folder, &all, add_found, &found, NULL, NULL));
	assert_int_equal(found.count, 1000);
	assert_string_equal(found.text, expected);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(test_rotate),
		WITH_FOLDER(test_torn),
		WITH_FOLDER(test_moved),
		WITH_FOLDER(test_folder_removed),
		WITH_FOLDER(test_full),
		WITH_FOLDER(test_scan),
		WITH_FOLDER(test_scan_ended),
		WITH_FOLDER(test_scan_gap_and_nothing),
		WITH_FOLDER(test_scan_long),
		WITH_FOLDER(test_scan_blocks),
		WITH_FOLDER(test_scan_cancelled),
		WITH_FOLDER(test_scan_grep_costly),
		WITH_FOLDER(test_scan_grep_refused),
		WITH_FOLDER(test_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
