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
#define LOG_LAST_MAX 10000
/* Each costs a thread and what it finds. */
#define READERS_MAX 4
#define UNWRITTEN_MAX 2048 /* the ring's size */

struct log_reader {
	struct log_reader *next;
	struct call *call;
	pthread_t thread;
	char *folder, *service, *grep;
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
	free(reader->records);
	free(reader);
}

static void reader_insert(struct log_reader *reader, size_t at, const struct journal_record *record)
{
	if (reader->count == reader->room) {
		reader->room = reader->room ? reader->room * 2 : 128;
		reader->records =
		    memory_resize(reader->records, reader->room, sizeof *reader->records);
	}
	memmove(reader->records + at + 1, reader->records + at,
	    (reader->count++ - at) * sizeof *reader->records);
	reader->records[at] = *record;
}

static bool reader_each(void *arg, const struct journal_record *record)
{
	struct log_reader *reader = arg;

	reader_insert(reader, reader->count, record);
	return true;
}

/* What a full disk kept out of the files goes between what they have. */
static void reader_add_unwritten(struct log_reader *reader)
{
	struct journal *journal = reader->call->host->journal;
	struct journal_record *records = memory_array(UNWRITTEN_MAX, sizeof *records);
	size_t count = journal_unwritten(journal, records, UNWRITTEN_MAX);
	struct journal_match *match = journal_match_new(&reader->filter, &reader->fault);

	for (size_t i = 0; match && i < count && !atomic_load(&reader->call->cancelled); i++) {
		size_t at = reader->count;
		if (!journal_matches(match, &records[i]))
			continue;
		records[i].sequence = 0;
		while (at && reader->records[at - 1].time_us > records[i].time_us)
			at--;
		reader_insert(reader, at, &records[i]);
	}
	journal_match_free(match);
	free(records);
	size_t last = reader->filter.last;
	if (last && reader->count > last) {
		memmove(reader->records, reader->records + reader->count - last,
		    last * sizeof *reader->records);
		reader->count = last;
	}
}

static void reader_done(void *arg)
{
	struct log_reader *reader = arg;
	struct log_reader **at = &reader->call->host->readers;

	pthread_join(reader->thread, NULL);
	while (*at != reader)
		at = &(*at)->next;
	*at = reader->next;
	if (reader->ok) {
		json_t *records = json_array();
		for (size_t i = 0; i < reader->count; i++)
			json_array_append_new(records, snapshot_record(&reader->records[i]));
		call_result(reader->call,
		    json_pack("{s:i, s:o}", "version", 1, "records", records));
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
	reader->ok =
	    journal_scan(reader->folder, &reader->filter, reader_each, reader, &reader->fault);
	if (reader->ok)
		reader_add_unwritten(reader);
	host_post(host, reader_done, reader);
	return NULL;
}

static bool reader_filter(struct log_reader *reader, json_t *params, struct fault *fault)
{
	const char *level, *since, *service, *grep;
	json_t *last = json_object_get(params, "last");
	struct journal_filter *filter = &reader->filter;

	if (!rpc_text(params, "level", &level, fault) ||
	    !rpc_text(params, "since", &since, fault) ||
	    !rpc_text(params, "service", &service, fault) ||
	    !rpc_text(params, "grep", &grep, fault))
		return false;
	reader->service = memory_string(service);
	reader->grep = memory_string(grep);
	*filter = (struct journal_filter){
		.service = reader->service,
		.grep = reader->grep,
		.level = JOURNAL_DEBUG,
		.last = since ? LOG_LAST_MAX : LOG_LAST_DEFAULT,
		.cancelled = &reader->call->cancelled,
	};
	if (level && !journal_level_parse(level, &filter->level))
		return fault_set(fault, FAULT_USAGE,
		    "level: expected error, warning, notice, info or debug, found \"%s\"", level);
	if (since) {
		filter->since_us = clock_parse(since, clock_utc());
		if (filter->since_us < 0)
			return fault_set(fault, FAULT_USAGE,
			    "since: expected a time such as 10m, 12:00 or 2026-01-31, found \"%s\"",
			    since);
	}
	if (last && !json_is_null(last)) {
		if (!json_is_integer(last) || json_integer_value(last) < 1 ||
		    json_integer_value(last) > LOG_LAST_MAX)
			return fault_set(fault, FAULT_USAGE, "last: expected 1 to %d",
			    LOG_LAST_MAX);
		filter->last = (size_t)json_integer_value(last);
	}
	return true;
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
	if (others >= READERS_MAX) {
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
