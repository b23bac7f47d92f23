/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first line of a turn activates an event, which the loop runs after the
 * callbacks that are active already: everything that one turn of
 * libmicrohttpd's answered goes out with one write. The file is opened
 * nonblocking, so that a fifo without a reader stops nothing. One that could not
 * be opened is tried again when there is something to write, once a second.
 */
#include "services/web/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "data/clock.h"
#include "data/file.h"
#include "data/memory.h"
#include "data/text.h"

#define BUFFER (128 * 1024) /* more than the longest line takes */

struct access_log {
	struct worker *worker;
	struct event *turn; /* writes before the loop sleeps */
	enum access_target target;
	char *path;
	int fd;        /* -1: none, or it could not be opened */
	int64_t tried; /* monotonic ns: the last open */
	bool broken;   /* told, and not working since */
	bool torn;     /* the file ends inside a line */
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

static void name_user(char *out, size_t size)
{
	char room[4096];
	struct passwd entry, *found = NULL;
	if (getpwuid_r(geteuid(), &entry, room, sizeof(room), &found) == 0 && found != NULL)
		text_format(out, size, "%s", found->pw_name);
	else
		text_format(out, size, "%u", (unsigned)geteuid());
}

/* A file that is not there yet is refused by its folder. */
static void explain(const char *path, int error, char *out, size_t size)
{
	char user[64], folder[PATH_MAX];
	if (error != EACCES) {
		text_format(out, size, "%s", strerror(error));
		return;
	}
	bool there = faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0;
	if (!there && errno != ENOENT) {
		file_explain(path, error, out, size); /* a folder on the way to it */
		return;
	}
	name_user(user, sizeof(user));
	const char *slash = strrchr(path, '/');
	int length = there || slash == NULL ? (int)strlen(path) :
	    slash == path                   ? 1 :
					      (int)(slash - path);
	if (!text_format(folder, sizeof(folder), "%.*s", length, path))
		folder[0] = '\0';
	text_format(out, size, "user %s may not write %s", user, folder);
}

bool access_log_try(const struct options *options, struct fault *fault)
{
	char why[PATH_MAX];
	if (options->access != ACCESS_FILE)
		return true;
	int fd = open_file(options->access_path);
	if (fd >= 0) {
		close(fd);
		return true;
	}
	int error = errno;
	if (error == EACCES) {
		explain(options->access_path, error, why, sizeof(why));
		fault_set(fault, FAULT_FAILED, "access_log %s cannot be written: %s",
		    options->access_path, why);
	} else {
		fault_errno(fault, error, "access_log %s cannot be written", options->access_path);
	}
	return fault_next(fault,
	    "choose another file: steward set "
	    "web.access_log=FILE, or off, or journal");
}

static void tell_broken(struct access_log *log, int error)
{
	char why[PATH_MAX];
	if (log->broken)
		return;
	log->broken = true;
	explain(log->path, error, why, sizeof(why));
	run_log(worker_run(log->worker), JOURNAL_ERROR, "access log",
	    "%s cannot be written: %s; serving goes on without it", log->path, why);
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

/* Those whose end is not in the file. */
static uint64_t count_lines(const char *bytes, size_t length)
{
	uint64_t count = 0;
	for (size_t i = 0; i < length; i++)
		count += bytes[i] == '\n';
	return count;
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
		log->lost += count_lines(log->buffer + done, log->used - done);
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

static void try_open(struct access_log *log)
{
	log->tried = clock_monotonic();
	log->fd = open_file(log->path);
	if (log->fd < 0)
		tell_broken(log, errno);
}

static void apply(struct access_log *log, const struct options *options)
{
	log->target = options->access;
	if (log->target != ACCESS_FILE)
		return;
	log->path = memory_string(options->access_path);
	try_open(log);
}

struct access_log *access_log_open(struct worker *worker, const struct options *options, bool told)
{
	struct access_log *log = memory_new(sizeof(*log));
	log->worker = worker;
	log->fd = -1;
	log->second = -1;
	log->turn = event_new(worker_base(worker), -1, 0, on_turn, log);
	if (log->turn == NULL)
		abort(); /* no memory for a few bytes */
	log->broken = told;
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
	if (log->target == ACCESS_OFF)
		return;
	if (log->target == ACCESS_JOURNAL) {
		add_to_journal(log, line);
		return;
	}
	if (log->fd < 0 && clock_monotonic() - log->tried >= CLOCK_SECOND)
		try_open(log);
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
