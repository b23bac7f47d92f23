/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_ACCESS_LOG_H
#define SERVICES_WEB_ACCESS_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/service.h"
#include "services/web/options.h"

/*
 * A worker's access log: a file in the Combined format, the journal, or
 * nothing. Lines are collected while requests are answered and written with
 * one call before the loop sleeps. Several workers (and logrotate) share a file
 * by O_APPEND. A write or an open that fails is told once in the journal, lines
 * are lost and counted until it works again (an open is tried at most once a
 * second, with the next line); serving goes on. The worker's thread.
 */
struct access_log;

struct access_line {
	const char *peer;
	int64_t utc_us; /* when the request began */
	/* Either the three, or line alone; bytes of the network. */
	const char *method, *target, *version;
	const char *line;
	size_t line_length;
	unsigned status;             /* 0: the client went before an answer; logged as 499 */
	uint64_t bytes;              /* content sent */
	const char *referer, *agent; /* NULL: none */
};

/* told: that the file cannot be opened stands in the journal already. */
struct access_log *access_log_open(struct worker *worker, const struct options *options, bool told);
/* Takes over new options and opens the file anew (after a rotation too). */
void access_log_reopen(struct access_log *log, const struct options *options);
void access_log_close(struct access_log *log); /* writes what is left; NULL allowed */

bool access_log_wanted(const struct access_log *log);
void access_log_add(struct access_log *log, const struct access_line *line);
/* Lines lost so far. */
uint64_t access_log_lost(const struct access_log *log);

/* Whether the file could be written now. Any thread. */
bool access_log_try(const struct options *options, struct fault *fault);

/* One line with its newline; returns its length. size must hold
 * access_line_bound(line). stamp: as access_log_stamp prints it. Pure. */
size_t access_line_print(const struct access_line *line, const char *stamp, char *out);
size_t access_line_bound(const struct access_line *line);
#define ACCESS_STAMP 32
/* "22/Nov/2026:01:43:00 +0000", local time. */
void access_log_stamp(int64_t second, char out[ACCESS_STAMP]);

#endif
