/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_LOG_H
#define CONSOLE_LOG_H

#include "console/records.h"
#include "console/sieve.h"
#include "console/ui.h"
#include "data/journal.h"
#include "widgets/input.h"
#include "widgets/pager.h"

/*
 * What the files of the log view share: view_log.c shows and takes keys, log_load.c
 * and log_page.c get the records, log_filter.c is what one types to choose among them, log_save.c
 * writes them to a file, log_record.c shows one whole. One thread.
 */
#define LOG_PAGE 500 /* records asked for at a time */
#define LOG_ANCHORS 64
#define JOURNAL_PRINTED 1024 /* bytes of a line and its NUL */
#define LOG_PLACE 128        /* bytes of what the host calls a place */

enum log_op {
	LOG_IDLE,
	LOG_NEWEST,
	LOG_REJOIN, /* the connection is a new one */
	LOG_OLDER,
	LOG_OLDER_FOUND, /* before our first record, whose place is not known */
	LOG_NEWER,
	LOG_PLACE_OF_LAST, /* then LOG_NEWER */
	LOG_PLACE_BEHIND,
	LOG_OLDEST,
	LOG_UNTIL, /* to a time */
	LOG_THERE, /* to a place */
	LOG_FIND,  /* a match that is not at hand, then LOG_THERE */
};

/* A place in our window that the host has a name for. */
struct log_anchor {
	int64_t place;
	char name[LOG_PLACE];
};

struct log_load {
	enum log_op op;            /* what has been asked */
	unsigned turn;             /* answers to an earlier one are too late */
	bool follows;              /* what the host writes comes by itself */
	bool oldest;               /* there is nothing before the first one that passes */
	bool ended;                /* nor behind the last one, because of a limit of time */
	bool replaced;             /* the answer has put another part in place of ours */
	int64_t begins;            /* the journal begins at this place; -1: not known */
	bool come;                 /* the first answer is there */
	bool repeats;              /* what comes may be here already, */
	int64_t repeated;          /* from this place on; -1: to be found out */
	uint64_t next;             /* the model's first record that was not looked at */
	unsigned connection, gaps; /* ui's, when it began to follow */
	size_t missed;             /* lines that came while it did not follow */
	char back[LOG_PLACE];      /* behind our last record; empty: not known */
	struct log_anchor anchors[LOG_ANCHORS];
	size_t anchor_count;
	bool backwards; /* with LOG_FIND */
	/* While one of our records is looked for: before which place, how often. */
	char there[LOG_PLACE];
	unsigned tries;
};

/* What is looked at, while records come and go: places. */
struct log_hold {
	int64_t top, at, anchor, seen;
};

struct log_state {
	struct records *records;
	char service[32]; /* empty: of all */
	enum journal_level level;
	int64_t since_us, until_us; /* UTC; 0: no limit */
	char text[INPUT_MAX];       /* what was typed last; it stays when it is dropped */
	bool filtering;             /* by text */
	bool searching;             /* all lines are there, n and N go to matches */
	bool invert;
	unsigned context;
	struct sieve *sieve; /* of text, while filtering; else NULL */
	struct pager pager;
	struct log_load load;
	enum journal_level kept; /* host.journal_level, */
	bool kept_known;
	/* Where to be when all lines have been looked through. */
	struct log_hold goal;
	bool has_goal;
	void *save; /* log_save.c's; NULL: nothing is being saved */
	/* As last drawn. */
	struct area body;
	bool dated;
	int level_width, service_width;
};

struct log_state *log_of(struct ui *ui);
void log_hold(const struct log_state *log, struct log_hold *hold_r);
void log_release(struct log_state *log, const struct log_hold *hold);

/* ---- log_load.c ---- */

/* From the beginning: another service, level or limit of time. */
void log_load_begin(struct ui *ui);
/* What is new in the model. */
void log_load_feed(struct ui *ui);
/* Asks for what is about to be scrolled to. */
void log_load_ahead(struct ui *ui);
void log_load_newest(struct ui *ui);
void log_load_oldest(struct ui *ui);
void log_load_until(struct ui *ui, int64_t until_us);
/* The next match that is not at hand. */
void log_load_match(struct ui *ui, bool backwards);
/* The parameters that choose the log's records; filtered: by text, too. */
json_t *log_params(const struct log_state *log, bool filtered, unsigned beside);
void log_load_filtered(struct log_state *log);
/* It can be asked with that pattern. */
bool log_pattern_fits(const struct log_state *log);

/* ---- log_filter.c ---- */

extern const struct overlay overlay_log_filter, overlay_log_time, overlay_log_service;

/* The line to type it in; what was typed last is there and applied. */
void log_filter_open(struct ui *ui);
/* Applies text, invert, context and mode as they stand. */
void log_filter(struct ui *ui);
/* Goes to the next match, older ones with backwards. */
void log_next_match(struct ui *ui, bool backwards);

/* ---- log_save.c ---- */

extern const struct overlay overlay_log_save;

/* The journal's own line, with the newline; size: JOURNAL_PRINTED at least. */
void log_print(const struct record *record, char *out, size_t size);
bool log_saving(struct ui *ui);
void log_save_free(void *arg); /* NULL allowed; ends it */
void log_save_cancel(struct ui *ui);
/* The lines that are marked, or the selected one. */
void log_copy(struct ui *ui);

/* ---- log_record.c ---- */

extern const struct overlay overlay_log_record;

#endif
