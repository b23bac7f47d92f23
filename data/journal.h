/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DATA_JOURNAL_H
#define DATA_JOURNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "data/fault.h"

/*
 * One structured log: time, level, service, subject, text. A ring in memory
 * for the screens, files on disk rotated by size, and journald's fields when
 * that is present. Any thread may add; a thread of the journal's own writes,
 * so that no loop waits for a disk. Text is cleaned of control characters
 * before it is stored. A full disk is told once, records stay in the ring, and
 * once more when writing works again, with the number that were not written.
 *
 * File format: one record a line, tab separated:
 *   2026-01-01T00:00:00.000000Z <TAB> level <TAB> service <TAB> subject <TAB> text
 * journal.log is the newest, journal.log.1 the one before it, and so on.
 */
enum journal_level {
	JOURNAL_ERROR,
	JOURNAL_WARNING,
	JOURNAL_NOTICE,
	JOURNAL_INFO,
	JOURNAL_DEBUG,
};

struct journal_record {
	uint64_t sequence; /* 1, 2, ...; 0 when read from a file */
	int64_t time_us;   /* UTC */
	enum journal_level level;
	char service[32]; /* "host", "web", ... */
	char subject[64]; /* what it is about: an address, a path, "start" */
	char text[512];
	bool context; /* of a scan: no match, but it stands beside one */
};

struct journal_limits {
	const char *folder;       /* NULL: memory only */
	int64_t file_bytes;       /* rotate at this size */
	unsigned files;           /* how many are kept, the newest included */
	size_t ring;              /* records in memory */
	enum journal_level level; /* less important ones are not stored */
	bool journald;            /* send to /run/systemd/journal/socket too */
	bool stderr_too;          /* print each record on stderr (--foreground) */
};

struct journal;

struct journal *journal_open(const struct journal_limits *limits, struct fault *fault);
/* Applies new limits but for ring; waits for nothing. */
void journal_configure(struct journal *journal, const struct journal_limits *limits);
/* Waits until every record is with the kernel, ends the thread. NULL allowed. */
void journal_close(struct journal *journal);
/* Waits until what was added before is written, or deadline_ms passed. */
void journal_flush(struct journal *journal, int deadline_ms);

/* subject may be NULL. */
void journal_add(struct journal *journal, enum journal_level level, const char *service,
    const char *subject, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* An eventfd-like descriptor that becomes readable when records came; the
 * caller (one reader) reads 8 bytes to reset it. Owned by the journal. */
int journal_descriptor(const struct journal *journal);
/* The newest sequence number, 0 when none. */
uint64_t journal_newest(struct journal *journal);
/* Copies up to count records with sequence > after, oldest first; returns how
 * many. Records that fell out of the ring are skipped. */
size_t journal_read(struct journal *journal, uint64_t after, struct journal_record *records_r,
    size_t count);

/* Why records do not reach the file (an errno), as of the newest try; 0: they do. */
int journal_error(struct journal *journal);
/* As journal_read, but only records that reached no file because writing failed: what
 * journal_scan cannot find. */
size_t journal_unwritten(struct journal *journal, struct journal_record *records_r, size_t count);

/* The most records that one scan gives. */
#define JOURNAL_LAST_MAX 10000
#define JOURNAL_CONTEXT_MAX 100
/* A place in the journal as a text, its NUL included. */
#define JOURNAL_PLACE 96

struct journal_filter {
	const char *service;      /* NULL: all */
	enum journal_level level; /* this and more important */
	int64_t since_us;         /* 0: from the beginning */
	int64_t until_us;         /* up to this millisecond; 0: to the end */
	/* Of these records: POSIX extended, on subject and text; NULL: all. */
	const char *grep;
	bool any_case;  /* grep takes small and capital letters as the same */
	bool invert;    /* those that do not match; needs grep */
	size_t context; /* and so many before and behind each, JOURNAL_CONTEXT_MAX at most */
	size_t last;    /* only the newest so many; 0: JOURNAL_LAST_MAX */
	bool oldest;    /* the oldest so many in place of the newest */
	/* Only what is older than this: what a scan gave as its first or its end.
	 * NULL: from the newest on. */
	const char *before;
	/* Only what is newer than this, the same. NULL: from the oldest on. */
	const char *after;
	/* With before and context: so many records before it stand beside a match
	 * that is newer. 0: what before says itself, if it was given for the same grep. */
	size_t beside;
	/* Records that are in no file, as journal_unwritten gives them; borrowed.
	 * They go where their times belong. */
	const struct journal_record *extra;
	size_t extra_count;
	/* Set by any thread: a scan ends at the next line. NULL: it does not. */
	const atomic_bool *cancelled;
};

/* Reads the files of folder, from the newest record back as far as needed, and
 * calls each for what passes, the oldest first; each returns false to end. For a
 * running host and for a console without one. first_r (JOURNAL_PLACE bytes, or
 * NULL): the place of the oldest record that was given, for before; empty when
 * there is nothing older that passes, or with oldest. When that place has gone with
 * its file, nothing older is left and nothing is given. False: fault says what is wrong with
 * grep (or that it would cost too much), with before, or with the files. */
bool journal_scan(const char *folder, const struct journal_filter *filter,
    bool (*each)(void *arg, const struct journal_record *record), void *arg, char *first_r,
    struct fault *fault);
/* The same, and tells where it ended, too: the place behind the newest record that
 * was given; empty when none was. */
struct journal_places {
	char first[JOURNAL_PLACE], end[JOURNAL_PLACE];
};
bool journal_page(const char *folder, const struct journal_filter *filter,
    bool (*each)(void *arg, const struct journal_record *record), void *arg,
    struct journal_places *places_r, struct fault *fault);
/* Whether grep takes pattern; false: fault says why not. */
bool journal_pattern(const char *pattern, struct fault *fault);

const char *journal_level_name(enum journal_level level);
bool journal_level_parse(const char *name, enum journal_level *level_r);
/* One line of a file, without its newline; false when it is none. */
bool journal_parse(const char *line, size_t length, struct journal_record *record_r);
/* The line with a newline; returns its length. */
size_t journal_print(const struct journal_record *record, char *out, size_t size);

#endif
