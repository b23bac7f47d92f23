/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring, the line format and what happens when the disk refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>

#include "data/clock.h"
#include "data/journal_private.h"
#include "tests/unit/data/scratch.h"

static struct journal *open_journal(const char *folder, size_t ring)
{
	const struct journal_limits limits = {
		.folder = folder,
		.file_bytes = 1 << 20,
		.files = 3,
		.ring = ring,
		.level = JOURNAL_INFO,
	};
	struct fault fault = { 0 };
	struct journal *journal = journal_open(&limits, &fault);

	assert_string_equal(fault.text, "");
	assert_non_null(journal);
	return journal;
}

static void test_ring(void **state)
{
	struct journal *journal = open_journal(NULL, 32);
	struct journal_record records[64];

	(void)state;
	assert_int_equal(journal_newest(journal), 0);
	assert_int_equal(journal_read(journal, 0, records, 64), 0);
	for (int i = 1; i <= 100; i++)
		journal_add(journal, JOURNAL_INFO, "web", i % 2 ? "odd" : NULL, "record %d", i);
	assert_int_equal(journal_newest(journal), 100);
	assert_int_equal(journal_read(journal, 0, records, 64), 32);
	for (unsigned i = 0; i < 32; i++) {
		char text[32];
		snprintf(text, sizeof text, "record %u", 69 + i);
		assert_int_equal(records[i].sequence, 69 + i);
		assert_string_equal(records[i].text, text);
		assert_string_equal(records[i].subject, (69 + i) % 2 ? "odd" : "");
		assert_string_equal(records[i].service, "web");
	}
	assert_int_equal(journal_read(journal, 90, records, 3), 3);
	assert_int_equal(records[0].sequence, 91);
	assert_int_equal(journal_read(journal, 100, records, 64), 0);
	assert_int_equal(journal_read(journal, 5000, records, 64), 0);
	journal_close(journal);
	journal_close(NULL);
}

static void test_levels(void **state)
{
	struct journal *journal = open_journal(NULL, 32);
	struct journal_limits limits = { .level = JOURNAL_WARNING };

	(void)state;
	journal_add(journal, JOURNAL_DEBUG, "web", NULL, "not stored");
	assert_int_equal(journal_newest(journal), 0);
	journal_configure(journal, &limits);
	journal_add(journal, JOURNAL_INFO, "web", NULL, "not stored");
	journal_add(journal, JOURNAL_WARNING, "web", NULL, "stored");
	assert_int_equal(journal_newest(journal), 1);
	journal_add(NULL, JOURNAL_ERROR, "web", NULL, "nowhere");
	journal_close(journal);
}

static void test_cleaned(void **state)
{
	struct journal *journal = open_journal(NULL, 32);
	struct journal_record record;
	char text[4096];

	(void)state;
	journal_add(journal, JOURNAL_INFO, NULL, "a\tb\x1b", "GET /%s\n\x1b[2J",
	    "\xff\xe2\x80\xae");
	assert_int_equal(journal_read(journal, 0, &record, 1), 1);
	assert_string_equal(record.service, "host");
	assert_string_equal(record.subject, "a b?");
	assert_string_equal(record.text, "GET /?? ?[2J");
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	journal_add(journal, JOURNAL_INFO, text, text, "%s", text);
	assert_int_equal(journal_read(journal, 1, &record, 1), 1);
	assert_int_equal(strlen(record.service), sizeof record.service - 1);
	assert_int_equal(strlen(record.subject), sizeof record.subject - 1);
	assert_int_equal(strlen(record.text), sizeof record.text - 1);
	journal_close(journal);
}

static void test_descriptor(void **state)
{
	struct journal *journal = open_journal(NULL, 32);
	struct pollfd wait = { .fd = journal_descriptor(journal), .events = POLLIN };
	uint64_t count;

	(void)state;
	assert_int_equal(poll(&wait, 1, 0), 0);
	for (int i = 0; i < 3; i++) {
		journal_add(journal, JOURNAL_INFO, "web", NULL, "record");
		assert_int_equal(poll(&wait, 1, 10000), 1);
		assert_int_equal(read(wait.fd, &count, sizeof count), sizeof count);
	}
	journal_close(journal);
}

/* ---- Several threads ---- */

enum { ADDERS = 4, EACH = 2000 };

struct adder {
	struct journal *journal;
	char name[16];
};

static void *add_many(void *arg)
{
	const struct adder *adder = arg;

	for (int i = 0; i < EACH; i++)
		journal_add(adder->journal, JOURNAL_INFO, adder->name, "n", "%d", i);
	return NULL;
}

/* Each thread's records stay in their order, and none is torn or doubled. */
static void test_threads(void **state)
{
	struct journal *journal = open_journal(scratch_path("log"), 16384);
	struct journal_record *records = calloc(ADDERS * EACH, sizeof *records);
	struct adder adders[ADDERS];
	pthread_t threads[ADDERS];
	int next[ADDERS] = { 0 };
	size_t count = 0;

	(void)state;
	assert_non_null(records);
	for (int i = 0; i < ADDERS; i++) {
		adders[i].journal = journal;
		snprintf(adders[i].name, sizeof adders[i].name, "t%d", i);
		assert_int_equal(pthread_create(&threads[i], NULL, add_many, &adders[i]), 0);
	}
	while (count < ADDERS * EACH) {
		struct pollfd wait = { .fd = journal_descriptor(journal), .events = POLLIN };
		uint64_t reset;
		assert_int_equal(poll(&wait, 1, 10000), 1);
		assert_int_equal(read(wait.fd, &reset, sizeof reset), sizeof reset);
		count += journal_read(journal, count, records + count, ADDERS * EACH - count);
	}
	for (int i = 0; i < ADDERS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < count; i++) {
		unsigned thread = (unsigned)(records[i].service[1] - '0');
		assert_true(thread < ADDERS);
		assert_int_equal(records[i].sequence, i + 1);
		assert_int_equal(atoi(records[i].text), next[thread]++);
	}
	journal_close(journal);
	char *text = scratch_read("log/journal.log");
	assert_non_null(text);
	size_t lines = 0;
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, ADDERS * EACH);
	free(text);
	free(records);
}

/* ---- Lines ---- */

static void test_line(void **state)
{
	struct journal_record record = {
		.time_us = INT64_C(1773135000123456), .level = JOURNAL_NOTICE,
		.service = "web", .subject = "start", .text = "listens on 127.0.0.1:80",
	}, again;
	static const char expected[] =
	    "2026-03-10T09:30:00.123456Z\tnotice\tweb\tstart\tlistens on 127.0.0.1:80\n";
	char line[JOURNAL_LINE];

	(void)state;
	assert_int_equal(journal_print(&record, line, sizeof line), sizeof expected - 1);
	assert_string_equal(line, expected);
	memset(&again, 'x', sizeof again);
	assert_true(journal_parse(line, strlen(line) - 1, &again));
	assert_int_equal(again.sequence, 0);
	assert_int_equal(again.time_us, record.time_us);
	assert_int_equal(again.level, record.level);
	assert_string_equal(again.service, "web");
	assert_string_equal(again.subject, "start");
	assert_string_equal(again.text, record.text);
	/* A field of somebody's own making cannot add another or a line. */
	snprintf(record.subject, sizeof record.subject, "a\tb\nc");
	journal_print(&record, line, sizeof line);
	assert_true(journal_parse(line, strlen(line) - 1, &again));
	assert_string_equal(again.subject, "a b c");
	assert_int_equal(journal_print(&record, line, 12), 11);
	assert_string_equal(line, "2026-03-10\n");
}

static void test_longest_line(void **state)
{
	struct journal_record record = { .time_us = 1, .level = JOURNAL_WARNING };
	char line[JOURNAL_LINE];

	(void)state;
	memset(record.service, 's', sizeof record.service - 1);
	memset(record.subject, 's', sizeof record.subject - 1);
	memset(record.text, 't', sizeof record.text - 1);
	size_t length = journal_print(&record, line, sizeof line);
	assert_true(length < sizeof line - 1);
	assert_int_equal(line[length - 1], '\n');
	assert_int_equal(line[length - 2], 't');
}

static void test_parse_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"garbage",
		"\t\t\t\t",
		"2026-03-10T09:30:00.123456Z",
		"2026-03-10T09:30:00.123456Z\tnotice",
		"2026-03-10T09:30:00.123456Z\tnotice\tweb",
		"2026-03-10T09:30:00.123456Z\tnotice\tweb\tstart",
		"2026-03-10T09:30:00.123456Z\tloud\tweb\tstart\ttext",
		"2026-03-10T09:30:00.123456Z\tnoticenoticenotice\tweb\tstart\ttext",
		"2026-03-10T09:30:00.123456Z notice web start text",
		"2026-02-30T09:30:00.123456Z\tnotice\tweb\tstart\ttext",
		"2026-03-10T09:30:00.123Z\tnotice\tweb\tstart\ttext",
		"2026-03-10 09:30:00.123456Z\tnotice\tweb\tstart\ttext",
		"10.03.2026 09:30:00.123456Z\tnotice\tweb\tstart\ttext",
	};
	struct journal_record record;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_false(journal_parse(lines[i], strlen(lines[i]), &record));
	/* Every beginning of a good line is no line until its last tab came. */
	static const char good[] = "2026-03-10T09:30:00.123456Z\tnotice\tweb\tstart\ttext";
	size_t last = (size_t)(strrchr(good, '\t') - good);
	for (size_t length = 0; length < sizeof good; length++)
		assert_int_equal(journal_parse(good, length, &record), length > last);
	/* The text is all the rest. */
	static const char more[] = "2026-03-10T09:30:00.123456Z\tinfo\t\t\ta\tb\x1b";
	assert_true(journal_parse(more, sizeof more - 1, &record));
	assert_string_equal(record.text, "a b?");
	assert_string_equal(record.service, "");
}

static void test_level_names(void **state)
{
	enum journal_level level;

	(void)state;
	for (int i = JOURNAL_ERROR; i <= JOURNAL_DEBUG; i++) {
		assert_true(journal_level_parse(journal_level_name((enum journal_level)i), &level));
		assert_int_equal(level, i);
	}
	assert_false(journal_level_parse("Error", &level));
	assert_false(journal_level_parse("", &level));
	assert_string_equal(journal_level_name((enum journal_level)99), "unknown");
}

static void test_native(void **state)
{
	const struct journal_record record = {
		.level = JOURNAL_WARNING, .service = "web", .subject = "start", .text = "slow",
	}, bare = { .level = JOURNAL_DEBUG, .service = "host", .text = "x" };
	char out[256];

	(void)state;
	size_t length = journal_native(&record, out, sizeof out);
	assert_int_equal(length, strlen(out));
	assert_string_equal(out,
	    "MESSAGE=start: slow\nPRIORITY=4\nSYSLOG_IDENTIFIER=steward\n"
	    "STEWARD_SERVICE=web\nSTEWARD_SUBJECT=start\n");
	journal_native(&bare, out, sizeof out);
	assert_string_equal(out,
	    "MESSAGE=x\nPRIORITY=7\nSYSLOG_IDENTIFIER=steward\n"
	    "STEWARD_SERVICE=host\nSTEWARD_SUBJECT=\n");
}

/* ---- A disk that refuses ---- */

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static size_t count_text(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
		count++;
	return count;
}

static void test_full(void **state)
{
	enum { ADDED = 500 };
	struct journal *journal = open_journal(scratch_path("log"), 1024);
	const struct journal_limits limits = {
		.folder = scratch_path("log"),
		.file_bytes = 1 << 20,
		.files = 3,
		.level = JOURNAL_INFO,
	};
	struct journal_record *records = calloc(1024, sizeof *records);
	size_t told = 0, again = 0;
	unsigned long lost = 0;

	(void)state;
	assert_non_null(records);
	limit_files(8192);
	for (int i = 0; i < ADDED; i++)
		journal_add(journal, JOURNAL_INFO, "web", NULL, "a record of some length %d", i);
	journal_flush(journal, 10000);
	journal_flush(journal, 10000); /* what the failure added, too */
	limit_files(RLIM_INFINITY);
	assert_int_equal(journal_newest(journal), ADDED + 1);
	/* What no file has is still there: a run up to the newest, in order. */
	size_t kept = journal_unwritten(journal, records, 1024);
	assert_true(kept > 1 && kept < ADDED);
	for (size_t i = 0; i < kept; i++)
		assert_int_equal(records[i].sequence, ADDED + 2 - kept + i);
	journal_configure(journal, &limits); /* tries at once */
	journal_add(journal, JOURNAL_INFO, "web", NULL, "after");
	journal_flush(journal, 10000);
	journal_flush(journal, 10000);
	size_t count = journal_read(journal, 0, records, 1024);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(records[i].subject, "journal") != 0)
			continue;
		assert_string_equal(records[i].service, "host");
		if (records[i].level == JOURNAL_ERROR) {
			told++;
			assert_non_null(strstr(records[i].text,
			    "/log/journal.log: File too "
			    "large; records stay in memory only"));
		} else {
			again++;
			assert_int_equal(sscanf(records[i].text, "%lu records were not written",
					     &lost),
			    1);
			assert_non_null(strstr(records[i].text, "; writing works again"));
		}
	}
	assert_int_equal(told, 1);
	assert_int_equal(again, 1);
	journal_close(journal);
	char *text = scratch_read("log/journal.log");
	assert_non_null(text);
	size_t lines = count_text(text, "\n");
	assert_true(lost > 0 && lost < ADDED);
	assert_int_equal(lines + lost, count);
	assert_int_equal(count_text(text, "\tweb\t\tafter\n"), 1);
	/* No line was cut in two. */
	assert_int_equal(count_text(text, "\t\ta record of some length ") +
		count_text(text, "\thost\tjournal\t") + 1,
	    lines);
	free(text);
	free(records);
}

static void test_refused_at_open(void **state)
{
	struct journal_limits limits = { .folder = scratch_path("file/log"), .ring = 32 };
	struct fault fault = { 0 };

	(void)state;
	scratch_write("file", "x");
	assert_null(journal_open(&limits, &fault));
	assert_non_null(strstr(fault.text, "the journal"));
	assert_non_null(strstr(fault.text, "Not a directory"));
	limits.folder = scratch_folder;
	assert_int_equal(mkdir(scratch_path("journal.log"), 0700), 0);
	assert_null(journal_open(&limits, &fault));
	assert_non_null(strstr(fault.text, "/journal.log: Is a directory"));
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_cleaned),
		cmocka_unit_test(test_descriptor),
		WITH_FOLDER(test_threads),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_longest_line),
		cmocka_unit_test(test_parse_refused),
		cmocka_unit_test(test_level_names),
		cmocka_unit_test(test_native),
		WITH_FOLDER(test_full),
		WITH_FOLDER(test_refused_at_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
