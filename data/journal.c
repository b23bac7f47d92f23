/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ring. Whoever adds a record formats and cleans it before the lock is
 * taken and then copies it into its slot: no call into the kernel but for waking
 * a writer that sleeps. Record n lies in slot n modulo the size.
 */
#include "data/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/file.h"
#include "data/journal_private.h"
#include "data/memory.h"
#include "data/text.h"

#define RING_LEAST 16U

/* ---- Records ---- */

void journal_fill(struct journal_record *record, enum journal_level level, const char *service,
    const char *subject, const char *text, size_t length)
{
	record->sequence = 0;
	record->time_us = clock_utc();
	record->level = level;
	if (!service)
		service = "host";
	if (!subject)
		subject = "";
	text_clean(record->service, sizeof record->service, service, strlen(service));
	text_clean(record->subject, sizeof record->subject, subject, strlen(subject));
	text_clean(record->text, sizeof record->text, text, length);
}

/* Only the bytes in use: most texts are far shorter than their field. */
static void copy_record(struct journal_record *to, const struct journal_record *from)
{
	to->sequence = from->sequence;
	to->time_us = from->time_us;
	to->level = from->level;
	memcpy(to->service, from->service, strlen(from->service) + 1);
	memcpy(to->subject, from->subject, strlen(from->subject) + 1);
	memcpy(to->text, from->text, strlen(from->text) + 1);
}

void journal_put(struct journal *journal, const struct journal_record *record)
{
	struct journal_record *slot = &journal->ring[++journal->newest % journal->size];

	copy_record(slot, record);
	slot->sequence = journal->newest;
	journal->refused[journal->newest % journal->size] = false;
}

void journal_announce(const struct journal *journal)
{
	const uint64_t one = 1;

	/* It fails only when the counter is full, and then it is readable. */
	if (write(journal->descriptor, &one, sizeof one) < 0)
		return;
}

void journal_add(struct journal *journal, enum journal_level level, const char *service,
    const char *subject, const char *format, ...)
{
	struct journal_record record;
	char text[sizeof record.text * 2];
	va_list list;

	if (!journal || (int)level > atomic_load_explicit(&journal->level, memory_order_relaxed))
		return;
	va_start(list, format);
	int length = vsnprintf(text, sizeof text, format, list);
	va_end(list);
	if (length < 0)
		length = 0;
	if (length >= (int)sizeof text)
		length = sizeof text - 1;
	journal_fill(&record, level, service, subject, text, (size_t)length);

	pthread_mutex_lock(&journal->lock);
	journal_put(journal, &record);
	/* A writer that hangs on a disk announces nothing. */
	bool late = journal->busy_us &&
	    (record.time_us - journal->busy_us > 250000 || record.time_us < journal->busy_us);
	bool wake = journal->idle || journal->newest - journal->written >= journal->size / 2;
	if (wake)
		pthread_cond_signal(&journal->wake);
	pthread_mutex_unlock(&journal->lock);
	if (late)
		journal_announce(journal);
}

int journal_descriptor(const struct journal *journal)
{
	return journal->descriptor;
}

uint64_t journal_newest(struct journal *journal)
{
	pthread_mutex_lock(&journal->lock);
	uint64_t newest = journal->newest;
	pthread_mutex_unlock(&journal->lock);
	return newest;
}

int journal_error(struct journal *journal)
{
	pthread_mutex_lock(&journal->lock);
	int error = journal->error;
	pthread_mutex_unlock(&journal->lock);
	return error;
}

size_t journal_read(struct journal *journal, uint64_t after, struct journal_record *records,
    size_t count)
{
	size_t copied = 0;

	pthread_mutex_lock(&journal->lock);
	uint64_t newest = journal->newest;
	if (newest > journal->size && after < newest - journal->size)
		after = newest - journal->size;
	while (after < newest && copied < count)
		copy_record(&records[copied++], &journal->ring[++after % journal->size]);
	pthread_mutex_unlock(&journal->lock);
	return copied;
}

size_t journal_unwritten(struct journal *journal, struct journal_record *records, size_t count)
{
	size_t copied = 0;

	pthread_mutex_lock(&journal->lock);
	uint64_t next = journal->newest > journal->size ? journal->newest - journal->size : 0;
	while (next < journal->newest && copied < count)
		if (journal->refused[++next % journal->size])
			copy_record(&records[copied++], &journal->ring[next % journal->size]);
	pthread_mutex_unlock(&journal->lock);
	return copied;
}

/* ---- Opening and closing ---- */

static void keep_limits(struct journal *journal, const struct journal_limits *limits)
{
	char *folder = memory_string(limits->folder);

	free((char *)journal->limits.folder);
	journal->limits = *limits;
	journal->limits.folder = folder;
	atomic_store_explicit(&journal->level, (int)limits->level, memory_order_relaxed);
}

/* Errors that waiting does not mend: the owner must hear of them at once. */
static bool is_lasting(int error)
{
	return error == EACCES || error == EPERM || error == EROFS || error == ENOTDIR ||
	    error == EISDIR || error == ELOOP || error == ENAMETOOLONG;
}

static bool open_file(struct journal *journal, struct fault *fault)
{
	journal_file_set(&journal->file, &journal->limits);
	if (journal_file_open(&journal->file) || !is_lasting(journal->file.error))
		return true;
	if (!file_make_folder(journal->file.folder, 0750, fault))
		return fault_prefix(fault, "the journal");
	return fault_errno(fault, journal->file.error, "the journal: cannot write %s",
	    journal->file.path);
}

/* The writer takes no signal that is meant for the program, but must not be
 * without the ones by which a crash is told. */
static bool start_writer(struct journal *journal, struct fault *fault)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };
	sigset_t most, old;

	sigfillset(&most);
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		sigdelset(&most, crashes[i]);
	pthread_sigmask(SIG_SETMASK, &most, &old);
	int error = pthread_create(&journal->thread, NULL, journal_writer, journal);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (error)
		fault_errno(fault, error, "the journal's thread does not start");
	return !error;
}

static void journal_free(struct journal *journal)
{
	journal_file_set(&journal->file, &(struct journal_limits){ 0 });
	if (journal->journald >= 0)
		close(journal->journald);
	if (journal->descriptor >= 0)
		close(journal->descriptor);
	pthread_cond_destroy(&journal->wake);
	pthread_cond_destroy(&journal->done);
	pthread_mutex_destroy(&journal->lock);
	free((char *)journal->limits.folder);
	free(journal->refused);
	free(journal->ring);
	free(journal->batch);
	free(journal->lines);
	free(journal);
}

struct journal *journal_open(const struct journal_limits *limits, struct fault *fault)
{
	struct journal *journal = memory_new(sizeof *journal);
	pthread_condattr_t monotonic;

	pthread_mutex_init(&journal->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&journal->wake, &monotonic);
	pthread_cond_init(&journal->done, &monotonic);
	pthread_condattr_destroy(&monotonic);
	journal->file.fd = journal->journald = -1;
	journal->size = limits->ring > RING_LEAST ? limits->ring : RING_LEAST;
	journal->ring = memory_array(journal->size, sizeof *journal->ring);
	journal->refused = memory_array(journal->size, sizeof *journal->refused);
	journal->batch = memory_array(JOURNAL_BATCH, sizeof *journal->batch);
	journal->lines = memory_array(JOURNAL_BATCH, JOURNAL_LINE);
	keep_limits(journal, limits);
	journal->changed = true;
	journal->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (journal->descriptor < 0) {
		fault_errno(fault, errno, "the journal has no descriptor");
		goto out;
	}
	/* Opened here, where a mistake in the settings can still be refused; from
	 * now on the file is the writer's. */
	if (open_file(journal, fault) && start_writer(journal, fault))
		return journal;
out:
	journal_free(journal);
	return NULL;
}

void journal_configure(struct journal *journal, const struct journal_limits *limits)
{
	pthread_mutex_lock(&journal->lock);
	keep_limits(journal, limits);
	journal->changed = true;
	pthread_cond_signal(&journal->wake);
	pthread_mutex_unlock(&journal->lock);
}

void journal_flush(struct journal *journal, int deadline_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	if (deadline_ms < 0)
		deadline_ms = 0;
	until.tv_sec += deadline_ms / 1000;
	until.tv_nsec += deadline_ms % 1000 * 1000000L;
	if (until.tv_nsec >= CLOCK_SECOND) {
		until.tv_sec++;
		until.tv_nsec -= CLOCK_SECOND;
	}
	pthread_mutex_lock(&journal->lock);
	uint64_t target = journal->newest;
	journal->flushes++;
	pthread_cond_signal(&journal->wake);
	while (journal->written < target)
		if (pthread_cond_timedwait(&journal->done, &journal->lock, &until))
			break;
	journal->flushes--;
	pthread_mutex_unlock(&journal->lock);
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	pthread_mutex_lock(&journal->lock);
	journal->stop = true;
	pthread_cond_signal(&journal->wake);
	pthread_mutex_unlock(&journal->lock);
	pthread_join(journal->thread, NULL);
	journal_free(journal);
}
