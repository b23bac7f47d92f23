/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal's thread. It takes records out of the ring a batch at a time, so
 * that the lock is held for microseconds, and waits a moment between batches, so
 * that a busy service costs one write for many records. A disk that refuses is
 * told of once; the records stay in the ring, and the next try comes with new
 * records, five seconds later at the earliest.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/journal_private.h"
#include "data/memory.h"
#include "data/text.h"

#define LINGER_NS (20 * (CLOCK_SECOND / 1000))

/* ---- journald ---- */

size_t journal_native(const struct journal_record *record, char *out, size_t size)
{
	static const int priorities[] = {
		[JOURNAL_ERROR] = 3,
		[JOURNAL_WARNING] = 4,
		[JOURNAL_NOTICE] = 5,
		[JOURNAL_INFO] = 6,
		[JOURNAL_DEBUG] = 7,
	};

	/* A cleaned text has no newline, so no field needs a length. */
	text_format(out, size,
	    "MESSAGE=%s%s%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=steward\n"
	    "STEWARD_SERVICE=%s\nSTEWARD_SUBJECT=%s\n",
	    record->subject, *record->subject ? ": " : "", record->text, priorities[record->level],
	    record->service, record->subject);
	return strlen(out);
}

/* A journald that is away or full loses a copy, nothing else. */
static void send_journald(const struct journal *journal, size_t count)
{
	static const struct sockaddr_un address = {
		.sun_family = AF_UNIX,
		.sun_path = JOURNALD_SOCKET,
	};
	char native[1536];

	for (size_t i = 0; i < count; i++) {
		size_t length = journal_native(&journal->batch[i], native, sizeof native);
		if (sendto(journal->journald, native, length, MSG_DONTWAIT | MSG_NOSIGNAL,
			(const struct sockaddr *)&address, sizeof address) < 0)
			return;
	}
}

static void print_stderr(const struct journal *journal, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct journal_record *record = &journal->batch[i];
		char line[JOURNAL_LINE];
		text_format(line, sizeof line, "%s %s%s%s: %s\n", journal_level_name(record->level),
		    record->service, *record->subject ? " " : "", record->subject, record->text);
		/* A full pipe or a stopped terminal loses a copy, nothing else. */
		struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
		if (poll(&out, 1, 0) != 1 || write(STDERR_FILENO, line, strlen(line)) < 0)
			return;
	}
}

/* ---- The file ---- */

static size_t count_lines(const char *lines, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += lines[i] == '\n';
	return count;
}

/* Returns how many of them the file has now. */
static size_t write_file(struct journal *journal, size_t count)
{
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += journal_print(&journal->batch[i], journal->lines + length, JOURNAL_LINE);
	size_t written =
	    journal_file_write(&journal->file, journal->lines, length, clock_monotonic());
	size_t lines = count_lines(journal->lines, written);
	journal->lost += count - lines;
	return lines;
}

/* What happened to the file, as records of its own. With the lock. */
static void report(struct journal *journal)
{
	struct journal_record record;
	char text[512];

	journal->error = journal->file.folder ? journal->file.error : 0;
	if (!journal->file.folder)
		journal->lost = 0;
	if (journal->file.error && !journal->told) {
		journal->told = true;
		const char *why = strerrordesc_np(journal->file.error);
		text_format(text, sizeof text,
		    "cannot write %s: %s; records stay in memory"
		    " only",
		    journal->file.path, why ? why : "unknown error");
		journal_fill(&record, JOURNAL_ERROR, "host", "journal", text, strlen(text));
		journal_put(journal, &record);
	} else if (!journal->file.error &&
	    (journal->told ||
		(journal->lost && journal->newest - journal->written < JOURNAL_BATCH))) {
		text_format(text, sizeof text, "%" PRIu64 " records were not written to %s%s",
		    journal->lost, journal->file.path,
		    journal->told ? "; writing works again" : ": they came too fast");
		journal->told = false;
		journal->lost = 0;
		journal_fill(&record, JOURNAL_WARNING, "host", "journal", text, strlen(text));
		journal_put(journal, &record);
	}
}

/* ---- The loop ---- */

/* New limits. With the lock, which is given up while the file is opened. */
static void take_limits(struct journal *journal)
{
	struct journal_limits limits = journal->limits;
	char *folder = memory_string(limits.folder);

	limits.folder = folder;
	journal->changed = false;
	pthread_mutex_unlock(&journal->lock);
	journal_file_set(&journal->file, &limits);
	journal->stderr_too = limits.stderr_too;
	if (limits.journald && journal->journald < 0)
		journal->journald = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (!limits.journald && journal->journald >= 0) {
		close(journal->journald);
		journal->journald = -1;
	}
	journal_file_open(&journal->file);
	free(folder);
	pthread_mutex_lock(&journal->lock);
	report(journal);
}

/* Copies what comes next out of the ring. What the ring has run over is lost to
 * the file. With the lock. */
static size_t take_batch(struct journal *journal)
{
	size_t count = 0;

	if (journal->newest - journal->written > journal->size) {
		uint64_t first = journal->newest - journal->size;
		journal->lost += first - journal->written;
		journal->written = first;
	}
	for (uint64_t next = journal->written; next < journal->newest && count < JOURNAL_BATCH;
	     count++)
		journal->batch[count] = journal->ring[++next % journal->size];
	return count;
}

static size_t write_batch(struct journal *journal, size_t count)
{
	journal_announce(journal);
	if (journal->journald >= 0)
		send_journald(journal, count);
	if (journal->stderr_too)
		print_stderr(journal, count);
	return journal->file.folder ? write_file(journal, count) : count;
}

/* Those after first up to last are in no file; newer ones may lie in their
 * slots by now. With the lock. */
static void note_refused(struct journal *journal, uint64_t first, uint64_t last)
{
	while (first++ < last)
		if (journal->ring[first % journal->size].sequence == first)
			journal->refused[first % journal->size] = true;
}

/* Lets records gather for a moment, unless somebody waits or the ring fills. */
static void linger(struct journal *journal)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LINGER_NS;
	if (until.tv_nsec >= CLOCK_SECOND) {
		until.tv_sec++;
		until.tv_nsec -= CLOCK_SECOND;
	}
	while (!journal->stop && !journal->flushes && !journal->changed &&
	    journal->newest - journal->written < journal->size / 2)
		if (pthread_cond_timedwait(&journal->wake, &journal->lock, &until))
			break;
}

void *journal_writer(void *arg)
{
	struct journal *journal = arg;

	pthread_setname_np(pthread_self(), "journal");
	pthread_mutex_lock(&journal->lock);
	for (;;) {
		if (journal->changed)
			take_limits(journal);
		size_t count = take_batch(journal);
		if (!count) {
			if (journal->stop)
				break;
			journal->idle = true;
			pthread_cond_wait(&journal->wake, &journal->lock);
			journal->idle = false;
			continue;
		}
		uint64_t upto = journal->written + count;
		journal->busy_us = clock_utc();
		pthread_mutex_unlock(&journal->lock);
		size_t written = write_batch(journal, count);
		pthread_mutex_lock(&journal->lock);
		note_refused(journal, upto - count + written, upto);
		journal->busy_us = 0;
		journal->written = upto;
		report(journal);
		pthread_cond_broadcast(&journal->done);
		if (count < JOURNAL_BATCH)
			linger(journal);
	}
	pthread_mutex_unlock(&journal->lock);
	return NULL;
}
