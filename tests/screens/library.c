/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <locale.h>

#include "data/clock.h"
#include "data/text.h"
#include "tests/screens/library.h"
#include "tests/unit/data/scratch.h"

#define FILES 8
#define START_US INT64_C(1772373731000000) /* 2026-03-01T14:02:11Z */

static const char *text_of(const json_t *params, const char *name)
{
	return json_string_value(json_object_get(params, name));
}

static size_t number_of(const json_t *params, const char *name)
{
	return (size_t)json_integer_value(json_object_get(params, name));
}

static json_t *record_json(const struct journal_record *record)
{
	char when[40];

	clock_rfc3339(record->time_us, when, sizeof when);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "time", when, "level",
	    journal_level_name(record->level), "service", record->service, "subject",
	    record->subject, "text", record->text, "context", record->context);
}

static bool add_record(void *arg, const struct journal_record *record)
{
	json_array_append_new(arg, record_json(record));
	return true;
}

static int64_t time_of(const json_t *params, const char *name)
{
	return text_of(params, name) != NULL ? clock_parse(text_of(params, name), 0) : 0;
}

static json_t *read_log(struct library *library, const json_t *params)
{
	struct journal_filter filter = {
		.service = text_of(params, "service"),
		.since_us = time_of(params, "since"),
		.until_us = time_of(params, "until"),
		.grep = text_of(params, "grep"),
		.any_case = json_is_true(json_object_get(params, "any_case")),
		.invert = json_is_true(json_object_get(params, "invert")),
		.context = number_of(params, "context"),
		.beside = number_of(params, "beside"),
		.last = number_of(params, "last"),
		.oldest = json_is_true(json_object_get(params, "oldest")),
		.before = text_of(params, "before"),
		.after = text_of(params, "after"),
	};
	struct journal_places places;
	struct fault fault = { 0 };
	json_t *records = json_array();

	assert_true(journal_level_parse(text_of(params, "level"), &filter.level));
	library->asked++;
	char *asked = json_dumps(params, JSON_COMPACT | JSON_SORT_KEYS);

	text_format(library->last_asked, sizeof library->last_asked, "%s", asked);
	free(asked);
	if (!journal_page(scratch_folder, &filter, add_record, records, &places, &fault))
		fail_msg("%s", fault.text);
	return json_pack("{s:i, s:o, s:s?, s:s?}", "version", 1, "records", records, "first",
	    places.first[0] != '\0' ? places.first : NULL, "end",
	    places.end[0] != '\0' ? places.end : NULL);
}

static int library_send(void *arg, const char *method, json_t *params)
{
	struct library *library = arg;
	json_t *result = NULL;

	if (strcmp(method, "log") == 0)
		result = read_log(library, params);
	else if (strcmp(method, "get") == 0)
		result = json_pack("{s:[{s:s, s:s}]}", "settings", "name", "host.journal_level",
		    "value", library->keeps);
	else
		result = json_object();
	if (strcmp(method, "subscribe") == 0)
		text_format(library->level, sizeof library->level, "%s",
		    text_of(json_object_get(params, "journal"), "level"));
	json_decref(params);
	json_array_append_new(library->answers,
	    json_pack("{s:i, s:o}", "id", ++library->last_id, "result", result));
	return library->last_id;
}

static void library_key(void *arg, const struct key *key)
{
	ui_key(((struct library *)arg)->ui, key);
}

static void pass(struct library *library, int64_t ms)
{
	library->ms += ms;
	ui_time(library->ui, library->ms, START_US + library->ms * 1000);
	keys_tick(library->keys, library->ms, library_key, library);
}

int library_begin(void **state)
{
	struct library *library = calloc(1, sizeof *library);
	struct ui_port port = { .arg = library, .send = library_send };

	if (library == NULL || scratch_setup(NULL) != 0 || setlocale(LC_ALL, "C.UTF-8") == NULL)
		return -1;
	setenv("TZ", "UTC", 1);
	library->ui = ui_new(&port);
	library->keys = keys_new(true, 40);
	library->canvas = canvas_new(24, 80, false);
	library->answers = json_array();
	library->now_us = START_US - INT64_C(7200000000);
	library->keeps = "debug";
	pass(library, 1000000);
	ui_connected(library->ui);
	library_answer(library);
	*state = library;
	return 0;
}

int library_end(void **state)
{
	struct library *library = *state;

	ui_free(library->ui);
	keys_free(library->keys);
	canvas_free(library->canvas);
	json_decref(library->answers);
	free(library);
	return scratch_teardown(NULL);
}

/* ---- The journal ---- */

static void make_line(struct library *library, size_t number, struct journal_record *record)
{
	*record = (struct journal_record){
		.time_us = library->now_us,
		.level = number % 50 == 7 ? JOURNAL_WARNING : JOURNAL_INFO,
	};
	text_format(record->service, sizeof record->service, "%s", number % 3 ? "web" : "dns");
	text_format(record->subject, sizeof record->subject, "%s", number % 2 ? "request" : "");
	text_format(record->text, sizeof record->text, "line %zu of a log, %s", number,
	    number % 40 == 0 ? "a Needle in it" : "nothing in it");
}

static void tell(struct library *library, json_t *records)
{
	json_t *message =
	    json_pack("{s:s, s:{s:o}}", "method", "journal", "params", "records", records);

	ui_message(library->ui, message);
	json_decref(message);
}

void library_write(struct library *library, size_t count, bool live)
{
	FILE *out = fopen(scratch_path("journal.log"), "a");
	char line[JOURNAL_PRINTED];
	json_t *records = json_array();

	assert_non_null(out);
	for (size_t i = 0; i < count; i++) {
		struct journal_record record;

		/* Ten of a millisecond, a gap now and then, once a clock that is set
		 * back. */
		if (!library->alike)
			library->now_us += library->written == 5000 ? -INT64_C(600000000) :
			    library->written % 10 == 0              ? 1000 :
								      0;
		make_line(library, library->written++, &record);
		journal_print(&record, line, sizeof line);
		fputs(line, out);
		if (live)
			json_array_append_new(records, record_json(&record));
		if (live && json_array_size(records) == 64) {
			fflush(out);
			tell(library, records);
			records = json_array();
		}
	}
	assert_int_equal(fclose(out), 0);
	tell(library, records);
}

void library_rotate(struct library *library)
{
	char from[32], to[32];

	(void)library;
	for (int i = FILES; i >= 0; i--) {
		text_format(from, sizeof from, i > 0 ? "journal.log.%d" : "journal.log", i);
		text_format(to, sizeof to, "journal.log.%d", i + 1);
		rename(scratch_path(from), scratch_path(to));
	}
}

void library_backlog(struct library *library, size_t count, size_t but)
{
	struct journal_filter filter = { .level = JOURNAL_INFO, .last = count };
	json_t *records = json_array();
	struct fault fault;

	assert_true(journal_scan(scratch_folder, &filter, add_record, records, NULL, &fault));
	for (; but > 0; but--)
		json_array_remove(records, json_array_size(records) - 1);
	tell(library, records);
}

/* ---- The console ---- */

static void draw(struct library *library)
{
	do {
		ui_draw(library->ui, library->canvas);
	} while (ui_wants(library->ui) & UI_AGAIN);
}

void library_answer(struct library *library)
{
	while (json_array_size(library->answers) > 0) {
		json_t *answer = json_incref(json_array_get(library->answers, 0));

		json_array_remove(library->answers, 0);
		ui_message(library->ui, answer);
		json_decref(answer);
		draw(library);
	}
}

void library_type(struct library *library, const char *bytes)
{
	keys_feed(library->keys, bytes, strlen(bytes), library->ms, library_key, library);
	pass(library, 100);
	draw(library);
	library_answer(library);
}

long library_number(struct library *library, int64_t place)
{
	struct record record;
	long number = -1;

	records_at(log_of(library->ui)->records, place, &record);
	if (sscanf(record.text, "line %ld", &number) != 1)
		fail_msg("what line is this: %s", record.text);
	return number;
}

long library_selected(struct library *library)
{
	const struct log_state *log = log_of(library->ui);
	size_t first, count;

	if (!pager_range(&log->pager, &first, &count))
		return -1;
	return library_number(library,
	    records_place(log->records, log->pager.follow ? first + count - 1 : log->pager.at));
}

void library_check(struct library *library)
{
	const struct records *records = log_of(library->ui)->records;
	int64_t first = records_first(records), end = records_end(records);

	assert_true(records_total(records) <= RECORDS_MAX);
	for (int64_t place = first + 1; place < end; place++)
		if (library_number(library, place) != library_number(library, place - 1) + 1)
			fail_msg("line %ld comes behind line %ld", library_number(library, place),
			    library_number(library, place - 1));
}

const char *library_drawn(struct library *library)
{
	static char *text;

	draw(library);
	free(text);
	text = canvas_text(library->canvas);
	return text;
}
