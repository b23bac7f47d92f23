/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_SUPERVISOR_H
#define HOST_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

#include "data/fault.h"
#include "data/home.h"
#include "data/journal.h"
#include "data/settings.h"
#include "host/symbols.h"

/*
 * The host: what there is one of in steward-host. The supervisor's thread (the
 * first one) owns all of it; other threads use host_post alone.
 */
struct apply;
struct apply_waiter;
struct audit;
struct control;
struct disk;
struct link;
struct log_reader;
struct mailbox;
struct trial;
struct unit;
struct watch;
struct worker;
struct event_base;

struct host {
	struct home home;
	struct settings_source source;
	struct settings_section *schema; /* host, then every service */
	struct settings_book *book;
	struct journal *journal;
	struct event_base *base;
	struct event *tick, *moved, *left_over;
	struct mailbox *mailbox;
	struct log_reader *readers; /* rpc_log.c's */
	bool moving;                /* moved is pending */
	unsigned second;
	int64_t sampled; /* monotonic ns of the last second's tick */
	struct link *link;
	struct control *control;
	struct disk *disk;
	struct watch *watch;
	struct apply *applying;       /* a change of settings under way */
	struct apply_waiter *waiters; /* those that wait for it, in order */
	struct trial *trial;          /* settings that wait for a confirmation */
	struct audit *audit;
	bool reload_wanted; /* a SIGHUP waits until nothing is under way */
	bool going_back;    /* it failed, the old ones come back */
	bool stuck;         /* the newest change failed, and so did its way back */
	bool trying;        /* it is a trial, and stricter */
	bool storing;       /* one that is in force is being written to its file */
	bool save_failed;   /* the newest try to keep what should run */
	struct unit *units; /* one a service, in the list's order */
	size_t unit_count;
	char name[65], user[33];
	char settings_fault[768]; /* why the files are not in force, or empty */
	char sandbox[96];
	bool was_ready, settled, ending;
	bool hand_over; /* ending for another host: sockets stay open */
	int exit_status;
	int keeper_pid;
	uint32_t flags; /* enum keeper_flag */
	uint64_t crashes;
	struct crash_report last_crash;
	int64_t started;                /* stewardd did; monotonic ns */
	int64_t hung_after, hung_limit; /* ns */
	int64_t drain_ms;
	int64_t leave_ms; /* while ending: the most that a drain may take */
};

extern const struct setting host_settings[];

struct event_base *host_base(struct host *host);
struct unit *host_unit(struct host *host, const char *name); /* NULL: no such service */
/* Any thread: run(arg) on the supervisor's. */
void host_post(struct host *host, void (*run)(void *arg), void *arg);
void host_post_ended(struct host *host, void (*ended)(struct worker *worker),
    struct worker *worker);

/* Runs until told to end; returns the exit status. was_ready etc. by host. */
int host_run(struct host *host);
/* Everything down, in drain_ms at most (and what services take to leave). */
void host_end(struct host *host, bool hand_over, int64_t drain_ms);
/* The keeper died: everything down, and gone within seconds whatever hangs. */
void host_abandoned(struct host *host);
/* Keeps what state.h says durably; done(arg, fault) when it is on the disk (fault
 * NULL) or not. done may be NULL: a fault is told in the journal. */
void host_save_state(struct host *host, void (*done)(void *arg, const struct fault *fault),
    void *arg);
/* Takes over what section host of the book says. */
void host_configure(struct host *host);
/* A unit's state moved: consoles hear of it, and the keeper when all settled. */
void host_moved(struct host *host);
/* Files changed or SIGHUP: loads and applies to all; tells the keeper. */
void host_reload_all(struct host *host);
/* What stands in the files was not taken over: kept for status, and told. */
void host_reload_refused(struct host *host, const struct fault *fault);
/* Tells what of the files a new book left out. */
void host_tell_ignored(struct host *host, const struct settings_book *book);

#endif
