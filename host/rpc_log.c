/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * log: reads the journal's files, so that it reaches back before this host,
 * and adds what could not be written to them.
 * That waits for the disk, so a thread of its own does it; what it found
 * becomes a document on the supervisor's thread. It gives up at the next line when
 * its client has left or the host ends, so that a slow pattern keeps neither a
 * reader's place nor the host.
 */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/rpc.h"
#include "host/snapshot.h"
#include "host/supervisor.h"

#define LOG_LAST_DEFAULT 100
/* Each costs a thread and what it finds. The last one is for admins: a viewer's
 * patterns may be slow. */
#define READERS_MAX 4
#define UNWRITTEN_MAX 2048 /* the ring's size */

struct log_reader {
	struct log_reader *next;
	struct call *call;
	pthread_t thread;
	char *folder, *service, *grep, *before, *after;
	struct journal_places places;
	struct journal_filter filter;
	struct journal_record *records;
	size_t count, room;
	bool ok;
	struct fault fault;
};

static void reader_free(struct log_reader *reader)
{
	free(reader->folder);
	free(reader->service);
	free(reader->grep);
	free(reader->before);
	free(reader->after);
	free(reader->records);
	free(reader);
}

static bool reader_each(void *arg, const struct journal_record *record)
{
	struct log_reader *reader = arg;

	if (reader->count == reader->room) {
		reader->room = reader->room ? reader->room * 2 : 128;
		reader->records =
		    memory_resize(reader->records, reader->room, sizeof *reader->records);
	}
	reader->records[reader->count++] = *record;
	return true;
}

static void reader_done(void *arg)
{
	struct log_reader *reader = arg;
	struct log_reader **at = &reader->call->host->readers;
	const struct journal_places *places = &reader->places;

	pthread_join(reader->thread, NULL);
	while (*at != reader)
		at = &(*at)->next;
	*at = reader->next;
	if (reader->ok) {
		json_t *records = json_array();
		for (size_t i = 0; i < reader->count; i++)
			json_array_append_new(records, snapshot_record(&reader->records[i]));
		call_result(reader->call,
		    json_pack("{s:i, s:o, s:o, s:o}", "version", 1, "records", records, "first",
			*places->first ? json_string(places->first) : json_null(), "end",
			*places->end ? json_string(places->end) : json_null()));
	} else {
		call_fault(reader->call, &reader->fault);
	}
	reader_free(reader);
}

static void *reader_main(void *arg)
{
	struct log_reader *reader = arg;
	struct host *host = reader->call->host;

	prctl(PR_SET_NAME, "host/log", 0, 0, 0);
	journal_flush(host->journal, 5000);
	/* What a full disk kept out of the files goes between what they have. */
	struct journal_record *unwritten = memory_array(UNWRITTEN_MAX, sizeof *unwritten);
	reader->filter.extra = unwritten;
	reader->filter.extra_count = journal_unwritten(host->journal, unwritten, UNWRITTEN_MAX);
	reader->ok = journal_page(reader->folder, &reader->filter, reader_each, reader,
	    &reader->places, &reader->fault);
	free(unwritten);
	host_post(host, reader_done, reader);
	return NULL;
}

/* A time as the command line takes it; 0: none was given. */
static bool reader_time(json_t *params, const char *name, int64_t *us_r, struct fault *fault)
{
	const char *text;

	*us_r = 0;
	if (!rpc_text(params, name, &text, fault))
		return false;
	if (text)
		*us_r = clock_parse(text, clock_utc());
	return *us_r >= 0 ||
	    fault_set(fault, FAULT_USAGE,
		"%s: expected a time such as 10m, 12:00 or 2026-01-31, found \"%s\"", name, text);
}

/* A number between least and most; absent, it stays as it is. */
static bool reader_number(json_t *params, const char *name, int least, int most, size_t *value_r,
    struct fault *fault)
{
	json_t *value = json_object_get(params, name);

	if (!value || json_is_null(value))
		return true;
	if (!json_is_integer(value) || json_integer_value(value) < least ||
	    json_integer_value(value) > most)
		return fault_set(fault, FAULT_USAGE, "%s: expected %d to %d", name, least, most);
	*value_r = (size_t)json_integer_value(value);
	return true;
}

static bool reader_flag(json_t *params, const char *name, bool *value_r, struct fault *fault)
{
	json_t *value = json_object_get(params, name);

	*value_r = json_is_true(value);
	return !value || json_is_boolean(value) || json_is_null(value) ||
	    fault_set(fault, FAULT_USAGE, "%s must be a boolean", name);
}

static bool reader_texts(struct log_reader *reader, json_t *params, struct fault *fault)
{
	const char *level, *service, *grep, *before, *after;

	if (!rpc_text(params, "level", &level, fault) ||
	    !rpc_text(params, "service", &service, fault) ||
	    !rpc_text(params, "grep", &grep, fault) ||
	    !rpc_text(params, "before", &before, fault) ||
	    !rpc_text(params, "after", &after, fault))
		return false;
	reader->service = memory_string(service);
	reader->grep = memory_string(grep);
	reader->before = memory_string(before);
	reader->after = memory_string(after);
	reader->filter = (struct journal_filter){
		.service = reader->service,
		.grep = reader->grep,
		.before = reader->before,
		.after = reader->after,
		.level = JOURNAL_DEBUG,
		.cancelled = &reader->call->cancelled,
	};
	if (level && !journal_level_parse(level, &reader->filter.level))
		return fault_set(fault, FAULT_USAGE,
		    "level: expected error, warning, notice, info or debug, found \"%s\"", level);
	return true;
}

static bool reader_filter(struct log_reader *reader, json_t *params, struct fault *fault)
{
	struct journal_filter *filter = &reader->filter;

	if (!reader_texts(reader, params, fault) ||
	    !reader_flag(params, "invert", &filter->invert, fault) ||
	    !reader_flag(params, "any_case", &filter->any_case, fault) ||
	    !reader_flag(params, "oldest", &filter->oldest, fault) ||
	    !reader_time(params, "since", &filter->since_us, fault) ||
	    !reader_time(params, "until", &filter->until_us, fault))
		return false;
	filter->last = filter->since_us ? JOURNAL_LAST_MAX : LOG_LAST_DEFAULT;
	return reader_number(params, "context", 0, JOURNAL_CONTEXT_MAX, &filter->context, fault) &&
	    reader_number(params, "beside", 0, JOURNAL_CONTEXT_MAX, &filter->beside, fault) &&
	    reader_number(params, "last", 1, JOURNAL_LAST_MAX, &filter->last, fault);
}

void rpc_log(struct call *call, json_t *params)
{
	struct host *host = call->host;
	struct log_reader *reader = memory_new(sizeof *reader);
	sigset_t all, before;
	unsigned others = 0;

	reader->call = call;
	reader->folder = memory_format("%s/journal", host->home.state);
	if (!reader_filter(reader, params, &reader->fault))
		goto out;
	for (struct log_reader *other = call->host->readers; other; other = other->next)
		others++;
	if (others >= READERS_MAX - (call->role < ROLE_ADMIN)) {
		fault_set(&reader->fault, FAULT_FAILED,
		    "the journal is being read by %u others already", others);
		fault_next(&reader->fault, "try again in a moment");
		goto out;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&reader->thread, NULL, reader_main, reader);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!error) {
		reader->next = host->readers;
		host->readers = reader;
		return;
	}
	fault_errno(&reader->fault, error, "the journal cannot be read");
out:
	call_fault(call, &reader->fault);
	reader_free(reader);
}

void rpc_log_finish(struct host *host)
{
	for (struct log_reader *reader = host->readers; reader; reader = reader->next)
		atomic_store(&reader->call->cancelled, true);
	while (host->readers) {
		struct log_reader *reader = host->readers;
		host->readers = reader->next;
		pthread_join(reader->thread, NULL);
		struct fault fault;
		fault_set(&fault, FAULT_FAILED, "the host is stopping");
		call_fault(reader->call, &fault);
		reader_free(reader);
	}
}
