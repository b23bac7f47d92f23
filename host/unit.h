/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_UNIT_H
#define HOST_UNIT_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdint.h>

#include "data/counters.h"
#include "host/supervisor.h"
#include "host/worker.h"
#include "services/service.h"

/*
 * A unit: the supervisor's side of one service, alive as long as the host, with
 * its desired state, its listeners and at most one run. Actions queue up and
 * are carried out one at a time; each tells its outcome once. All of it belongs
 * to the supervisor's thread, but for the counters and cpu_retired.
 */
enum unit_state {
	UNIT_STOPPED,
	UNIT_STARTING,
	UNIT_RUNNING,
	UNIT_DRAINING,
	UNIT_FAILED,
	UNIT_QUARANTINED,
};

enum listener_state {
	LISTENER_OPEN,
	LISTENER_SHUT,
	LISTENER_WAITING,
	LISTENER_REFUSED,
	LISTENER_ASKED
};

struct unit_listener {
	struct unit_listener *next;
	unsigned id; /* names it on the workers */
	struct unit *unit;
	const struct listener_kind *kind;
	enum transport transport;
	int family;
	char address[INET6_ADDRSTRLEN + 20]; /* numeric, perhaps with %zone */
	uint16_t asked, port;
	enum listener_state state;
	bool joined; /* the workers have it */
	bool stale;  /* not in the new settings */
	bool absent; /* its address was not there before the trial either */
	int *fds;    /* our copies, closed when the workers gave them back */
	size_t count;
	char reason[512];
};

enum action_kind {
	ACTION_START,
	ACTION_STOP,
	ACTION_RESTART,
	ACTION_RELOAD,
	ACTION_RETRY,
	ACTION_LEAVE
};

struct action {
	struct action *next;
	enum action_kind kind;
	int64_t drain_ms;           /* -1: the host's */
	struct settings_book *book; /* ACTION_RELOAD, counted */
	/* Once, on the supervisor's thread; fault NULL: done. May be NULL. */
	void (*done)(void *arg, struct unit *unit, const struct fault *fault);
	void *arg;
};

#define UNIT_MINUTE 7 /* latency snapshots every 10 s, a minute back */

struct unit {
	struct host *host;
	const struct service *service;
	enum unit_state state;
	bool hung, wanted;
	char reason[768];
	char hung_text[192]; /* what it hangs in, while it does */
	int64_t since_us;
	uint64_t generation;
	struct service_run *run;
	struct service_run *checker;      /* a check's, while nothing runs */
	bool opened, joined[WORKERS_MAX]; /* how far run has come */
	struct unit_listener *listeners;
	unsigned next_listener;
	uint32_t round;
	struct action *actions; /* the first one is under way */
	bool telling;           /* an outcome is being told */
	/* The sequence under way (unit_start.c). */
	unsigned waiting; /* answers still to come */
	struct fault fault;
	bool failed; /* fault counts */
	struct fault reload_fault;
	struct settings_book *again; /* start with it after a reload that failed halfway */
	bool lenient;                /* a start that fails is no fault of the reload */
	void (*listened)(struct unit *unit, const struct fault *fault);
	void (*handed)(struct unit *unit, const struct fault *fault);
	void (*then)(struct unit *unit); /* when the workers are gone */
	struct event *patience;          /* a reload on trial waits for an address */
	struct event *drain_timer;
	int64_t drain_ms, drain_ends;           /* the second: monotonic ns */
	int64_t started_ns, restarted_ns;       /* monotonic, when it began; 0: not under way */
	int64_t last_start_ms, last_restart_ms; /* until ready; -1: not known */
	unsigned idle_workers;
	bool leaving;
	/* Accounting. */
	int arena;
	_Atomic int64_t cpu_retired;                         /* ns, of threads that ended */
	struct counter_slot *_Atomic slots[WORKERS_MAX + 1]; /* the last: a checker's */
	struct counter_sum *minute[UNIT_MINUTE];
	int64_t sampled_requests, sampled_cpu; /* at the last tick */
	double rate_requests, rate_cpu;        /* a second; percent of a core */
};

void unit_init(struct unit *unit, struct host *host, const struct service *service);
void unit_free(struct unit *unit);
const char *unit_state_name(const struct unit *unit); /* hung included */
bool unit_busy(const struct unit *unit);              /* an action is under way */

/* Queues an action. False: fault (too many are waiting, or quarantined). */
bool unit_act(struct unit *unit, enum action_kind kind, int64_t drain_ms,
    struct settings_book *book,
    void (*done)(void *arg, struct unit *unit, const struct fault *fault), void *arg,
    struct fault *fault);
/* The action under way has ended; the next one begins. fault NULL: done. */
void unit_acted(struct unit *unit, const struct fault *fault);
void unit_set_state(struct unit *unit, enum unit_state state, const char *reason);
void unit_quarantine(struct unit *unit, const char *reason);
void unit_resume(struct unit *unit);
void unit_log(struct unit *unit, enum journal_level level, const char *subject, const char *format,
    ...) __attribute__((format(printf, 4, 5)));

/* Sequences (unit_start.c, unit_stop.c, unit_reload.c). */
void unit_start(struct unit *unit);
void unit_stop(struct unit *unit, int64_t drain_ms, bool keep_open,
    void (*then)(struct unit *unit));
/* A drain under way gets no more than most ms from now, one that waits its turn no
 * more than that in all. */
void unit_hurry(struct unit *unit, int64_t most);
void unit_teardown(struct unit *unit, void (*then)(struct unit *unit));
void unit_reload(struct unit *unit, struct settings_book *book);
/* A row that differs in book from what the run goes by and takes effect with a
 * restart only; NULL: none. For a unit with a run. */
const struct setting *unit_needs_restart(const struct unit *unit, const struct settings_book *book);
/* Stopped in order to start again at once. */
void unit_restarted(struct unit *unit);
void run_free(struct service_run *run);
/* Checks set with the service on a thread of the service's own; done tells. */
void unit_check(struct unit *unit, struct settings_book *book,
    void (*done)(void *arg, const struct fault *fault), void *arg);

/* Listeners (unit_listen.c). Makes the records that book asks for (kept ones
 * stay, others are stale), asks the keeper for them; then(unit, fault) when
 * every answer came. */
void unit_listen(struct unit *unit, const struct settings *set,
    void (*then)(struct unit *unit, const struct fault *fault));
/* Hands the open ones that are not joined to all workers, takes the stale ones
 * away; then(unit, fault) when every worker has passed this. After a fault some
 * workers may have them and others not: only a stop puts that in order. */
void unit_hand_out(struct unit *unit, void (*then)(struct unit *unit, const struct fault *fault));
void unit_forget_stale(struct unit *unit);  /* after hand_out: trims */
void unit_close_copies(struct unit *unit);  /* the workers have gone */
void unit_retry_waiting(struct unit *unit); /* an address has come up */

/* Accounting. Any thread: unit_thread_cpu; the rest supervisor's. */
void unit_thread_cpu(struct unit *unit, int64_t ns);
int64_t unit_cpu(const struct unit *unit);
void unit_sum(const struct unit *unit, struct counter_sum *sum);
/* The latencies of the last minute. */
void unit_latency(const struct unit *unit, struct counter_sum *sum_r);
void unit_tick(struct unit *unit, unsigned second, double seconds);
/* Heartbeat: sets hung, ends the host when the limit is over. */
void unit_heartbeat(struct unit *unit, int64_t now);

#endif
