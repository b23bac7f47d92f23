/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first line of a turn activates an event, which the loop runs after the
 * callbacks that are active already: everything that one turn of
 * libmicrohttpd's answered goes out with one write. The file is opened
 * nonblocking, so that a fifo without a reader stops nothing.
 */
#include "services/web/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "data/file.h"
#include "data/memory.h"

#define BUFFER (128 * 1024) /* more than the longest line takes */

struct access_log {
	struct worker *worker;
	struct event *turn; /* writes before the loop sleeps */
	enum access_target target;
	char *path;
	int fd;      /* -1: none, or it could not be opened */
	bool broken; /* told, and not working since */
	bool torn;   /* the file ends inside a line */
	uint64_t lost, lost_told;
	unsigned lines; /* in the buffer */
	size_t used;
	char *buffer;
	int64_t second;
	char stamp[ACCESS_STAMP];
};

static int open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
}

bool access_log_try(const struct options *options, struct fault *fault)
{
	char why[512];
	if (options->access != ACCESS_FILE)
		return true;
	int fd = open_file(options->access_path);
	if (fd >= 0) {
		close(fd);
		return true;
	}
	int error = errno;
	if (error == EACCES) {
		file_explain(options->access_path, error, why, sizeof(why));
		fault_set(fault, FAULT_FAILED, "access_log cannot be written: %s", why);
	} else {
		fault_errno(fault, error, "access_log %s cannot be written", options->access_path);
	}
	return fault_next(fault,
	    "choose another file: steward set "
	    "web.access_log=FILE, or off, or journal");
}

static void tell_broken(struct access_log *log, int error)
{
	if (log->broken)
		return;
	log->broken = true;
	run_log(worker_run(log->worker), JOURNAL_ERROR, "access log",
	    "%s cannot be written: %s; serving goes on without it", log->path, strerror(error));
}

static void tell_mended(struct access_log *log)
{
	if (!log->broken)
		return;
	log->broken = false;
	run_log(worker_run(log->worker), JOURNAL_NOTICE, "access log",
	    "%s is written again; %llu lines were lost", log->path,
	    (unsigned long long)(log->lost - log->lost_told));
	log->lost_told = log->lost;
}

/* Returns how many bytes the file took. */
static size_t write_all(int fd, const char *bytes, size_t length, int *error_r)
{
	size_t done = 0;
	*error_r = 0;
	while (fd >= 0 && done < length && *error_r == 0) {
		ssize_t n = write(fd, bytes + done, length - done);
		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			*error_r = errno;
	}
	return done;
}

/* Writes what there is; what the file does not take is lost. */
static void flush(struct access_log *log)
{
	size_t done = 0;
	int error = 0;
	if (log->used == 0)
		return;
	if (log->torn)
		log->torn = write_all(log->fd, "\n", 1, &error) == 0;
	if (error == 0)
		done = write_all(log->fd, log->buffer, log->used, &error);
	if (done > 0)
		log->torn = log->buffer[done - 1] != '\n';
	if (done < log->used) {
		log->lost += log->lines;
		if (error != 0)
			tell_broken(log, error);
	} else {
		tell_mended(log);
	}
	log->used = 0;
	log->lines = 0;
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

static void close_file(struct access_log *log)
{
	flush(log);
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
	free(log->path);
	log->path = NULL;
}

static void apply(struct access_log *log, const struct options *options)
{
	log->target = options->access;
	if (log->target != ACCESS_FILE)
		return;
	log->path = memory_string(options->access_path);
	log->fd = open_file(log->path);
	if (log->fd < 0)
		tell_broken(log, errno);
}

struct access_log *access_log_open(struct worker *worker, const struct options *options)
{
	struct access_log *log = memory_new(sizeof(*log));
	log->worker = worker;
	log->fd = -1;
	log->second = -1;
	log->turn = event_new(worker_base(worker), -1, 0, on_turn, log);
	if (log->turn == NULL)
		abort(); /* no memory for a few bytes */
	apply(log, options);
	return log;
}

void access_log_reopen(struct access_log *log, const struct options *options)
{
	close_file(log);
	log->broken = false;
	apply(log, options);
}

void access_log_close(struct access_log *log)
{
	if (log == NULL)
		return;
	close_file(log);
	event_free(log->turn);
	free(log->buffer);
	free(log);
}

bool access_log_wanted(const struct access_log *log)
{
	return log->target != ACCESS_OFF;
}

static void add_to_journal(struct access_log *log, const struct access_line *line)
{
	struct service_run *run = worker_run(log->worker);
	unsigned status = line->status != 0 ? line->status : 499;
	if (line->method != NULL)
		run_log(run, JOURNAL_INFO, line->peer, "%s %s %u %llu", line->method, line->target,
		    status, (unsigned long long)line->bytes);
	else
		run_log(run, JOURNAL_INFO, line->peer, "%.*s %u %llu", (int)line->line_length,
		    line->line, status, (unsigned long long)line->bytes);
}

void access_log_add(struct access_log *log, const struct access_line *line)
{
	if (log->target == ACCESS_JOURNAL) {
		add_to_journal(log, line);
		return;
	}
	if (log->fd < 0) {
		log->lost++;
		return;
	}
	if (log->buffer == NULL)
		log->buffer = memory_new(BUFFER);
	if (log->used + access_line_bound(line) > BUFFER)
		flush(log);
	int64_t second = line->utc_us / 1000000;
	if (second != log->second) {
		log->second = second;
		access_log_stamp(second, log->stamp);
	}
	log->used += access_line_print(line, log->stamp, log->buffer + log->used);
	log->lines++;
	if (log->lines == 1)
		event_active(log->turn, EV_TIMEOUT, 0);
}

uint64_t access_log_lost(const struct access_log *log)
{
	return log->lost;
}
