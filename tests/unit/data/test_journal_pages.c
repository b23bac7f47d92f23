/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Turning the journal's pages: whatever their size, put together they are what
 * one reading from the beginning gives. A journal of random records stands against
 * a reading that is as simple as can be: everything into one array.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/clock.h"
#include "data/journal_private.h"
#include "tests/unit/data/scratch.h"

#define FILES 4
#define EACH 300
#define MOST (FILES * EACH + 8)
#define MARCH INT64_C(1772323200000000) /* 2026-03-01 */

struct book {
	struct journal_record record[MOST];
	size_t count;
};

static struct book whole, wanted, read_back;
static struct journal_record extras[8];
static size_t extra_count;
static unsigned seed;

static unsigned chance(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

static void add(struct book *book, const struct journal_record *record)
{
	assert_true(book->count < MOST);
	book->record[book->count++] = *record;
}

static void make_record(struct journal_record *record, int64_t time_us, unsigned number)
{
	*record = (struct journal_record){ .time_us = time_us, .level = chance(5) };
	snprintf(record->service, sizeof record->service, "%s", chance(3) ? "web" : "dns");
	snprintf(record->subject, sizeof record->subject, "s");
	snprintf(record->text, sizeof record->text, "%u %s", number,
	    chance(12) ? "plain" : "apple");
}

/* Many at the same time, a clock that is set back, torn lines, garbage. */
static void write_files(unsigned files)
{
	int64_t now = MARCH;
	char name[32], line[JOURNAL_LINE];
	unsigned number = 0;

	whole.count = 0;
	for (unsigned file = files; file-- > 0;) {
		snprintf(name, sizeof name, file ? "journal.log.%u" : "journal.log", file);
		FILE *out = fopen(scratch_path(name), "w");
		assert_non_null(out);
		for (unsigned i = 0; i < EACH; i++) {
			struct journal_record record;
			make_record(&record, now, ++number);
			journal_print(&record, line, sizeof line);
			fputs(line, out);
			add(&whole, &record);
			now += chance(3) ? 0 : chance(40) ? 1000 : -5000000;
			if (!chance(40))
				fputs("2026-03-01T00:00:00.0000\n\ngarbage\n", out);
		}
		fputs(file ? "torn by a cra\n" : "2026-03-09T00:00:00.000000Z\tinfo\tweb\ts\tto",
		    out);
		fclose(out);
	}
}

/* Records that no file has. */
static void make_extras(size_t count)
{
	extra_count = count;
	for (size_t i = 0; i < count; i++) {
		make_record(&extras[i], whole.record[(i + 1) * whole.count / (count + 1)].time_us,
		    9000 + (unsigned)i);
		extras[i].sequence = 100 + i;
	}
}

static bool selected(const struct journal_filter *filter, const struct journal_record *r)
{
	return r->level <= filter->level &&
	    (!filter->service || strcmp(filter->service, r->service) == 0) &&
	    r->time_us >= filter->since_us &&
	    (!filter->until_us || r->time_us / 1000 <= filter->until_us / 1000);
}

/* Behind the newest that is not younger, in the order that they have. */
static void put_extras(struct book *chosen, const struct journal_filter *filter)
{
	size_t at = chosen->count;

	for (size_t i = extra_count; i-- > 0;) {
		if (!selected(filter, &extras[i]))
			continue;
		while (at && chosen->record[at - 1].time_us > extras[i].time_us)
			at--;
		memmove(&chosen->record[at + 1], &chosen->record[at],
		    (chosen->count++ - at) * sizeof chosen->record[0]);
		chosen->record[at] = extras[i];
	}
}

static bool matches(const struct journal_filter *filter, const struct journal_record *record)
{
	return !filter->grep || (strstr(record->text, filter->grep) != NULL) != filter->invert;
}

/* The reading as simple as can be. */
static void want(const struct journal_filter *filter)
{
	static struct book chosen;

	chosen.count = wanted.count = 0;
	for (size_t i = 0; i < whole.count; i++)
		if (selected(filter, &whole.record[i]))
			add(&chosen, &whole.record[i]);
	put_extras(&chosen, filter);
	for (size_t i = 0; i < chosen.count; i++) {
		bool shown = matches(filter, &chosen.record[i]);
		chosen.record[i].context = !shown;
		for (size_t j = 0; j < chosen.count && !shown; j++)
			shown = (j > i ? j - i : i - j) <= filter->context &&
			    matches(filter, &chosen.record[j]);
		if (shown)
			add(&wanted, &chosen.record[i]);
	}
}

static bool add_read(void *arg, const struct journal_record *record)
{
	add(arg, record);
	return true;
}

static bool take_page(const struct journal_filter *filter, struct book *page, char *first)
{
	struct fault fault = { 0 };

	page->count = 0;
	bool done = journal_scan(scratch_folder, filter, add_read, page, first, &fault);
	assert_string_equal(fault.text, "");
	return done;
}

static void check_equal(const struct book *a, const struct book *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++) {
		assert_string_equal(a->record[i].text, b->record[i].text);
		assert_int_equal(a->record[i].context, b->record[i].context);
		assert_true(a->record[i].time_us == b->record[i].time_us);
	}
	assert_int_equal(a->count, b->count);
}

/* Page by page, the newest first. between is called after each. */
static void turn_pages(struct journal_filter filter, void (*between)(unsigned page))
{
	static struct book page;
	char first[JOURNAL_PLACE] = "", before[JOURNAL_PLACE];
	unsigned pages = 0;

	want(&filter);
	read_back.count = 0;
	filter.extra = extras;
	filter.extra_count = extra_count;
	do {
		strcpy(before, first);
		filter.before = pages ? before : NULL;
		assert_true(take_page(&filter, &page, first));
		assert_true(page.count <= filter.last && (page.count > 0 || !wanted.count));
		memmove(&read_back.record[page.count], read_back.record,
		    read_back.count * sizeof read_back.record[0]);
		memcpy(read_back.record, page.record, page.count * sizeof page.record[0]);
		read_back.count += page.count;
		if (between)
			between(pages);
		assert_true(++pages <= wanted.count + 1);
	} while (*first);
	check_equal(&read_back, &wanted);
}

static const struct journal_filter filters[] = {
	{ .level = JOURNAL_DEBUG },
	{ .level = JOURNAL_WARNING },
	{ .level = JOURNAL_DEBUG, .service = "dns" },
	{ .level = JOURNAL_DEBUG, .grep = "apple" },
	{ .level = JOURNAL_DEBUG, .grep = "apple", .invert = true },
	{ .level = JOURNAL_DEBUG, .grep = "apple", .context = 1 },
	{ .level = JOURNAL_DEBUG, .grep = "apple", .context = 3 },
	{ .level = JOURNAL_NOTICE, .grep = "apple", .context = 40, .service = "web" },
	{ .level = JOURNAL_DEBUG, .grep = "apple", .context = 2, .invert = true },
	{ .level = JOURNAL_DEBUG, .service = "none" },
	{ .level = JOURNAL_DEBUG, .since_us = MARCH + 30000, .until_us = MARCH + 90500 },
};

static void test_pages(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 50, 299, 300, 301, 2000 };

	(void)state;
	for (seed = 1; seed < 4; seed++) {
		unsigned kept = seed;
		write_files(FILES);
		make_extras(kept == 1 ? 0 : 8);
		for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
			for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++) {
				struct journal_filter filter = filters[i];
				filter.last = sizes[j];
				turn_pages(filter, NULL);
			}
		seed = kept;
	}
}

/* The files move up while pages are turned, and new records come. */
static void rotate(unsigned page)
{
	char from[32], to[32];

	if (page % 3 != 1)
		return;
	for (unsigned number = FILES + page; number-- > 0;) {
		snprintf(from, sizeof from, number ? "journal.log.%u" : "journal.log", number);
		snprintf(to, sizeof to, "journal.log.%u", number + 1);
		rename(scratch_path(from), scratch_path(to));
	}
	scratch_write("journal.log", "2026-03-20T00:00:00.000000Z\tinfo\tweb\ts\tapple, and new\n");
}

static void test_rotated_meanwhile(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
		struct journal_filter filter = filters[i];
		seed = 7;
		write_files(FILES);
		for (unsigned number = FILES; number < 100; number++) {
			char name[32];
			snprintf(name, sizeof name, "journal.log.%u", number);
			unlink(scratch_path(name));
		}
		make_extras(5);
		filter.last = 97;
		turn_pages(filter, rotate);
	}
}

/* New ones that no file has came meanwhile: they are newer than what was shown. */
static void test_extra_meanwhile(void **state)
{
	struct journal_filter filter = { .level = JOURNAL_DEBUG, .last = 10 };
	static struct book page;
	char first[JOURNAL_PLACE], second[JOURNAL_PLACE];

	(void)state;
	seed = 3;
	write_files(1);
	extra_count = 0;
	assert_true(take_page(&filter, &page, first));
	filter.extra = extras;
	filter.extra_count = 1;
	make_record(&extras[0], MARCH, 1);
	extras[0].sequence = 5;
	filter.before = first;
	assert_true(take_page(&filter, &page, second));
	assert_string_equal(page.record[9].text, whole.record[EACH - 11].text);
	assert_string_equal(page.record[0].text, whole.record[EACH - 20].text);
}

/* What is older than a file that was rotated away has gone with it, also when
 * another file has its inode by now. */
static void test_gone(void **state)
{
	struct journal_filter filter = { .level = JOURNAL_DEBUG, .last = EACH };
	static struct book page;
	char first[JOURNAL_PLACE], again[JOURNAL_PLACE];

	(void)state;
	seed = 5;
	write_files(3);
	assert_true(take_page(&filter, &page, first));
	assert_int_equal(page.count, EACH);
	filter.before = first;
	assert_true(take_page(&filter, &page, again));
	assert_int_equal(page.count, EACH);
	assert_string_equal(page.record[0].text, whole.record[EACH].text);
	/* The same inode with other records. */
	seed = 6;
	write_files(3);
	assert_true(take_page(&filter, &page, again));
	assert_int_equal(page.count, 0);
	assert_string_equal(again, "");
	unlink(scratch_path("journal.log"));
	assert_true(take_page(&filter, &page, again));
	assert_int_equal(page.count, 0);
}

/* From the oldest on, each page behind the end of the one before. */
static void turn_forward(struct journal_filter filter)
{
	static struct book page;
	struct journal_places places = { 0 };
	struct fault fault = { 0 };
	char after[JOURNAL_PLACE];

	want(&filter);
	read_back.count = 0;
	filter.extra = extras;
	filter.extra_count = extra_count;
	filter.oldest = true;
	do {
		page.count = 0;
		assert_true(
		    journal_page(scratch_folder, &filter, add_read, &page, &places, &fault));
		assert_true(page.count <= filter.last);
		assert_string_equal(places.first, "");
		for (size_t i = 0; i < page.count; i++)
			add(&read_back, &page.record[i]);
		strcpy(after, places.end);
		filter.after = after;
	} while (page.count == filter.last);
	check_equal(&read_back, &wanted);
}

static void test_forward(void **state)
{
	static const size_t sizes[] = { 1, 2, 7, 50, 300, 2000 };

	(void)state;
	seed = 11;
	write_files(FILES);
	make_extras(8);
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		for (size_t j = 0; !filters[i].context && j < sizeof sizes / sizeof *sizes; j++) {
			struct journal_filter filter = filters[i];
			filter.last = sizes[j];
			turn_forward(filter);
		}
}

/* A page before a place and the one after it are the whole. */
static void test_between(void **state)
{
	struct journal_filter filter = { .level = JOURNAL_DEBUG, .last = 700 };
	struct journal_places places, rest;
	static struct book page;

	(void)state;
	seed = 12;
	write_files(FILES);
	make_extras(8);
	filter.extra = extras;
	filter.extra_count = extra_count;
	struct journal_filter all = filter;
	all.last = 0;
	want(&all);
	page.count = 0;
	assert_true(journal_page(scratch_folder, &filter, add_read, &page, &places, NULL));
	assert_int_equal(page.count, 700);
	filter.after = places.first;
	page.count = 0;
	assert_true(journal_page(scratch_folder, &filter, add_read, &page, &rest, NULL));
	assert_int_equal(page.count, 700);
	assert_string_equal(rest.first, ""); /* nothing else is newer */
	assert_string_equal(rest.end, places.end);
	/* Both limits: the five records between two places. */
	filter.last = 5;
	filter.oldest = true;
	assert_true(journal_page(scratch_folder, &filter, add_read, &page, &rest, NULL));
	filter.oldest = false;
	filter.last = 100;
	filter.before = rest.end;
	page.count = 0;
	assert_true(journal_page(scratch_folder, &filter, add_read, &page, &rest, NULL));
	assert_int_equal(page.count, 5);
	assert_string_equal(page.record[0].text, wanted.record[wanted.count - 700].text);
	/* A place whose file has gone limits nothing. */
	filter.before = NULL;
	filter.after = "1.2.3.4.0.0";
	filter.last = 2000;
	page.count = 0;
	assert_true(journal_page(scratch_folder, &filter, add_read, &page, &rest, NULL));
	check_equal(&page, &wanted);
}

static void test_any_case(void **state)
{
	struct journal_filter filter = { .level = JOURNAL_DEBUG, .grep = "APPLE" };
	static struct book page;

	(void)state;
	seed = 13;
	write_files(1);
	page.count = 0;
	assert_true(journal_scan(scratch_folder, &filter, add_read, &page, NULL, NULL));
	assert_int_equal(page.count, 0);
	filter.any_case = true;
	assert_true(journal_scan(scratch_folder, &filter, add_read, &page, NULL, NULL));
	assert_true(page.count > 0);
}

/* What stands beside a match that is not of this page any more. */
static void test_beside(void **state)
{
	struct journal_filter filter = { .level = JOURNAL_DEBUG, .last = 10 };
	struct journal_places places, other;
	static struct book page;

	(void)state;
	seed = 14;
	write_files(1);
	assert_true(journal_page(scratch_folder, &filter, add_read, &page, &places, NULL));
	filter.before = places.first;
	filter.grep = "none of them";
	filter.context = 4;
	page.count = 0;
	assert_true(journal_page(scratch_folder, &filter, add_read, &page, &other, NULL));
	assert_int_equal(page.count, 0);
	filter.beside = 3;
	assert_true(journal_page(scratch_folder, &filter, add_read, &page, &other, NULL));
	assert_int_equal(page.count, 3);
	assert_true(page.record[2].context);
	assert_string_equal(page.record[2].text, whole.record[EACH - 11].text);
}

static void test_refused(void **state)
{
	static const char *const places[] = { "", "1", "x.0.0.0.0.0", "1.2.3.4.5", "1.2.3.4.5.6 ",
		"1.2.41.4.5.6", "1.ffffffffffffffff.3.4.5.6", "1.2.3.4.5.6.7" };
	static struct book page;

	(void)state;
	write_files(1);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct journal_filter filter = { .level = JOURNAL_DEBUG, .before = places[i] };
		struct fault fault = { 0 };
		assert_false(journal_scan(scratch_folder, &filter, add_read, &page, NULL, &fault));
		assert_int_equal(fault.code, FAULT_USAGE);
		filter.before = NULL;
		filter.after = places[i];
		assert_false(journal_scan(scratch_folder, &filter, add_read, &page, NULL, &fault));
	}
	struct journal_filter filter = { .level = JOURNAL_DEBUG, .invert = true };
	assert_false(journal_scan(scratch_folder, &filter, add_read, &page, NULL, NULL));
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(test_pages),
		WITH_FOLDER(test_rotated_meanwhile),
		WITH_FOLDER(test_extra_meanwhile),
		WITH_FOLDER(test_gone),
		WITH_FOLDER(test_forward),
		WITH_FOLDER(test_between),
		WITH_FOLDER(test_any_case),
		WITH_FOLDER(test_beside),
		WITH_FOLDER(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
