/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_SERVICE_H
#define SERVICES_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "data/counters.h"
#include "data/fault.h"
#include "data/journal.h"
#include "data/rows.h"
#include "data/settings.h"
#include "data/words.h"

/*
 * All that a service sees of the program around it (with host/http.h,
 * host/publish.h and data/). A service is one const struct, last in its file;
 * it has no global variable of its own. The host owns threads, loops, sockets
 * and time; the service adds its events when a worker joins.
 *
 * Order of calls for one run:
 *   check -> open                       on worker 0's thread
 *   join                                on every worker's thread, 0 first
 *   listen (per listener and worker)    also later, when an address comes up
 *   list, act, reload, ...              as asked
 *   unlisten (per listener)             when told to stop, or a setting changed
 *   drain                               on every worker's thread: take no new work
 *   leave                               idle (worker_idle was called) or out of time
 *   close                               on worker 0's thread, after the others ended
 */
struct worker;
struct service_run;
struct event_base;

/* What a command does to people and data; decides who may and what is asked. */
enum grade { GRADE_READ, GRADE_REVERSIBLE, GRADE_DISRUPTS, GRADE_DESTROYS };

enum transport { TRANSPORT_TCP, TRANSPORT_UDP };

struct listener_kind {
	const char *setting; /* a SETTING_LISTEN row; NULL ends the list */
	bool tcp, udp;       /* one port number for both when both are set */
};

/* A socket of one worker. Owned by the host: add events, accept or receive,
 * never close it, keep nothing of it after unlisten. */
struct listener {
	int fd; /* nonblocking, close-on-exec */
	enum transport transport;
	const char *setting;
	struct sockaddr_storage address; /* as bound, with the real port */
	void *data;                      /* the service's, for this listener and worker */
};

/* What a table's rows are, for those who ask what an action would do to people. */
enum table_role {
	TABLE_PLAIN,
	TABLE_CLIENTS, /* who is connected: one row a connection or person */
	TABLE_OPEN,    /* what would be lost or cut off: transfers, jobs, open writes */
};

struct service_table {
	const char *name; /* `steward list SERVICE NAME`; NULL ends the list */
	const char *help;
	/* On each worker's thread in turn; adds its rows. */
	bool (*list)(void *state, struct worker *worker, struct rows *answer, struct fault *fault);
	enum table_role role;
};

struct service_command {
	const char *pattern; /* "disconnect <address>", see data/words.h */
	const char *help;
	enum grade grade;
	bool every_worker; /* act on each worker in turn, else on worker 0 */
	bool (*act)(void *state, struct worker *worker, const struct words *words,
	    struct rows *answer, struct fault *fault);
};

struct service {
	const char *name;    /* folder, settings section, command word */
	const char *summary; /* one line for dashboard and manual */
	const struct setting *settings;
	const struct listener_kind *listeners;
	const struct counter_kind *counters; /* beyond the standard set; NULL: none */
	const struct service_table *tables;
	const struct service_command *commands;
	/* Names of services that it cannot work without, ends with NULL; NULL: none. */
	const char *const *needs;
	/* What people miss while it does not run, "nobody reaches its pages"; NULL:
	 * "nobody can use it". */
	const char *loss;
	/* Any thread: refuses values that are right alone but not together. May be NULL. */
	bool (*check)(const struct settings *set, struct fault *fault);
	/* What the workers share. NULL: fault says why, nothing is left open.
	 * set stays valid until a reload replaced it and all workers have seen
	 * that; keep copies of what is needed longer. */
	void *(*open)(struct service_run *run, const struct settings *set, struct fault *fault);
	/* worker_set_data keeps what belongs to this worker alone. */
	bool (*join)(void *state, struct worker *worker, struct fault *fault);
	bool (*listen)(void *state, struct worker *worker, struct listener *listener,
	    struct fault *fault);
	void (*unlisten)(void *state, struct worker *worker, struct listener *listener);
	/* Take no new work; call worker_idle when the last of the old is done. */
	void (*drain)(void *state, struct worker *worker);
	/* Free what join made, whatever is still open. */
	void (*leave)(void *state, struct worker *worker);
	/* Worker 0's thread, after check passed; false keeps the old settings. */
	bool (*reload)(void *state, const struct settings *set, struct fault *fault);
	void (*close)(void *state);
};

/* ---- The worker, on its own thread only ---- */

struct event_base *worker_base(struct worker *worker);
unsigned worker_number(const struct worker *worker); /* 0 .. workers - 1 */
struct service_run *worker_run(const struct worker *worker);
void worker_set_data(struct worker *worker, void *data);
void *worker_data(const struct worker *worker);
struct counter_slot *worker_counters(struct worker *worker);
/* While draining: nothing is left to do. */
void worker_idle(struct worker *worker);
/* The next seconds may pass without an answer to the heartbeat (a long
 * operation that was declared); 0 ends it. */
void worker_busy(struct worker *worker, unsigned seconds);
/* What it works at, for the crash record: a string constant, "request". */
void worker_activity(struct worker *worker, const char *activity);

/* ---- The run, any thread ---- */

const char *run_name(const struct service_run *run);
unsigned run_workers(const struct service_run *run);
const char *run_state_folder(const struct service_run *run); /* absolute, exists */
void run_log(struct service_run *run, enum journal_level level, const char *subject,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Runs task on worker number's thread; free(arg) is the task's business. False
 * when the worker has left (the task will not run). */
bool run_post(struct service_run *run, unsigned worker,
    void (*task)(struct worker *worker, void *arg), void *arg);

/* All services built in, ends with NULL; made by configure. */
extern const struct service *const service_list[];

#endif
