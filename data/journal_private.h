/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_JOURNAL_PRIVATE_H
#define DATA_JOURNAL_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "data/journal.h"

/*
 * What the files of data/journal share.
 *
 *   journal.c          the ring: adding and reading, by any thread
 *   journal_writer.c   the journal's own thread: to disk, journald, stderr
 *   journal_file.c     the files: opening, rotating, what to do when it fails
 *   journal_format.c   a record as a line, and back
 *   journal_scan.c     reading the files, backwards
 *   journal_match.c    which records pass
 */
#define JOURNAL_NAME "journal.log"
#define JOURNAL_LINE 768 /* bytes; the longest line and some */
#define JOURNAL_FILES_MOST 100U
#define JOURNAL_BATCH 32U
#define JOURNALD_SOCKET "/run/systemd/journal/socket"

/* ---- Files, used by one thread ---- */

struct journal_file {
	char *folder; /* NULL: none */
	char *path;
	int64_t limit;
	unsigned files;
	int fd; /* -1: not open */
	int64_t size;
	bool torn; /* the last line has no end */
	dev_t device;
	ino_t inode;
	int64_t looked_ns; /* when the name was last compared with fd */
	int error;         /* errno of the last failure, 0: all is well */
	int64_t retry_ns;  /* with an error: not before */
};

/* Closes what was open and takes the new folder and limits. */
void journal_file_set(struct journal_file *file, const struct journal_limits *limits);
/* False with error set. */
bool journal_file_open(struct journal_file *file);
void journal_file_close(struct journal_file *file);
/* Writes whole lines; returns how many bytes of them (always whole lines)
 * reached the kernel. Less than length: error says why. */
size_t journal_file_write(struct journal_file *file, const char *lines, size_t length,
    int64_t now_ns);
/* journal.log.NUMBER in folder; NUMBER 0: journal.log itself. */
bool journal_file_name(const char *folder, unsigned number, char *out, size_t size);

/* ---- What passes ---- */

/* By service, level and time. */
bool journal_selects(const struct journal_filter *filter, const struct journal_record *record);
/* By grep and invert. filter is borrowed until free. NULL: fault says what is wrong
 * with grep, or that it would cost too much. free takes NULL. */
struct journal_match;
struct journal_match *journal_match_new(const struct journal_filter *filter, struct fault *fault);
void journal_match_free(struct journal_match *match);
bool journal_matches(struct journal_match *match, const struct journal_record *record);

/* ---- The journal ---- */

struct journal {
	pthread_mutex_t lock;
	pthread_cond_t wake; /* for the writer */
	pthread_cond_t done; /* written grew */
	struct journal_record *ring;
	bool *refused; /* by slot: no file has it */
	size_t size;
	uint64_t newest, written;
	struct journal_limits limits; /* folder: a copy of ours */
	bool changed;                 /* limits are new to the writer */
	bool stop, idle;              /* idle: the writer waits for the first record */
	unsigned flushes;             /* who waits for done */
	int64_t busy_us;              /* UTC since when the writer writes, 0: it does not */
	int error;                    /* of the file: records do not reach it; 0: they do */
	_Atomic int level;
	int descriptor;
	pthread_t thread;
	/* The writer's own. */
	struct journal_file file;
	struct journal_record *batch;
	char *lines;
	int journald; /* socket, -1: none */
	bool stderr_too;
	uint64_t lost; /* not written since the last report */
	bool told;     /* that writing fails */
};

/* With the lock held. */
void journal_put(struct journal *journal, const struct journal_record *record);
void journal_announce(const struct journal *journal);
/* The record's fields, cleaned. */
void journal_fill(struct journal_record *record, enum journal_level level, const char *service,
    const char *subject, const char *text, size_t length);
void *journal_writer(void *arg); /* the journal */
/* journald's native datagram for record; returns its length. */
size_t journal_native(const struct journal_record *record, char *out, size_t size);

#endif
