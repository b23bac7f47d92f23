/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

#include "data/home.h"
#include "keeper/charges.h"
#include "keeper/listeners.h"

/*
 * stewardd from the inside: one struct, one thread, one poll. What a signal,
 * a message of the host, a child's end or a deadline asks for is done at once
 * and never waits. Times: monotonic milliseconds, 0 for none.
 */
#define KEEPER_USER "steward"
#define HELPERS_MAX 8

/* What one keeper leaves to the next at SIGUSR2. */
struct kept {
	uint64_t crashes;
	int64_t started_us;
	struct charges charges;
	struct listeners listeners;
};

struct host {
	pid_t pid; /* 0: none runs */
	int fd, crash_fd;
	int64_t alive;   /* the newest heartbeat, or the start */
	int64_t kill_at; /* SIGKILL then */
	bool ready, settled;
	bool silent;  /* it was ended because it gave no sign of life */
	bool blocked; /* it does not read: nothing is read from it either */
	bool babbled; /* it sent what the protocol does not know, which was logged */
	char failed[512];
};

/* A program that is asked something: steward-root, or a probe of new binaries. */
enum helper_task { HELPER_HOLDER, HELPER_PROBE_KEEPER, HELPER_PROBE_HOST };

struct helper {
	pid_t pid; /* 0: free, -1: ended, its output is not read to the end yet */
	int fd;
	enum helper_task task;
	int64_t deadline;
	struct keeper_message ask; /* HELPER_HOLDER: who waits for the answer */
	size_t length;
	char output[256];
};

enum keeper_phase { PHASE_RUN, PHASE_PROBE, PHASE_REPLACE, PHASE_STOP };

struct keeper {
	struct home home;
	struct listener_rules rules;
	char self[PATH_MAX], host_program[PATH_MAX], root_program[PATH_MAX];
	bool foreground, host_given, root;
	bool probe; /* only tries whether it could start here */
	bool heir;  /* took over from a keeper before it */
	uid_t uid;  /* as root: of KEEPER_USER; 0: not known */
	gid_t gid;
	int lock_fd, signal_fd;
	int home_lock_fd;  /* as root with --home, see main.c; else -1 */
	int parent_fd;     /* who started us waits for a verdict; -1: nobody */
	char trouble[512]; /* the verdict, when it ends with one */
	int notify_fd;     /* NOTIFY_SOCKET; -1: not started by systemd */
	struct sockaddr_un notify_to;
	socklen_t notify_length;
	int64_t heartbeat, stop_limit, backoff; /* limits */
	int64_t watchdog, watchdog_at, restart_at;
	struct kept kept;
	struct host host;
	struct helper helper[HELPERS_MAX];
	enum keeper_phase phase;
	uint32_t early;   /* deaths in a row before ready */
	uint32_t nobodys; /* those of them that no service is charged with */
	bool proven;      /* a host was ready */
	bool reloading, reload_again;
	bool ended;
	int status; /* exit status */
	char probed[2][256];
	char crash_text[512]; /* the last host's death, for the next one */
	bool crash_known;     /* and its record */
	struct crash_record crash;
};

/* say.c */
int64_t keeper_now(void);
/* One line to stderr, control characters removed. */
void keeper_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* keeper.c */
int keeper_run(struct keeper *k);
/* The waiting parent's verdict: NULL is success. */
void keeper_tell_parent(struct keeper *k, const char *trouble);
void keeper_end(struct keeper *k, int status, const char *trouble);
void keeper_replace(struct keeper *k);
bool keeper_due(int64_t at, int64_t now, int64_t *next);

/* host.c */
void host_start(struct keeper *k);
void host_died(struct keeper *k, int status);
void host_read(struct keeper *k);
bool host_send(struct keeper *k, struct keeper_message *message, const int *fds, uint32_t count);
bool host_tell(struct keeper *k, enum keeper_type type);

/* helper.c */
bool helper_holder(struct keeper *k, const struct keeper_message *ask);
bool helper_probe(struct keeper *k);
void helper_read(struct keeper *k, struct helper *helper);
void helpers_timers(struct keeper *k, int64_t now, int64_t *next);
/* Nobody waits for these any more. */
void helpers_cancel(struct keeper *k, bool holders, bool probes);

/* child.c */
struct child {
	const char *program;
	const char *argv[6];
	int keep[2]; /* become 3 and 4, -1: none */
	int output;  /* becomes stdout, -1: none */
	bool drop;   /* as root: become KEEPER_USER for good */
};
/* -1 with errno. A host that cannot be executed says so by KEEPER_FAILED. */
pid_t child_start(const struct keeper *k, const struct child *child);
/* As root, in the child: gives up all rights. */
bool child_drop(const struct keeper *k);
/* Looks up KEEPER_USER; false with ENOENT, or EPERM when it is root: then what
 * was known of it stays. */
bool child_find_user(struct keeper *k);

/* notify.c: sd_notify without its library */
void notify_open(struct keeper *k);
void notify_send(const struct keeper *k, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* handover.c */
/* A memfd with what is kept; -1 with errno. */
int handover_write(const struct kept *kept);
/* False: not ours, another version's, cut off or damaged; kept is then empty. */
bool handover_read(int fd, struct kept *kept);
/* Executes the new keeper; returns when that is not possible. */
void handover_exec(struct keeper *k);
/* In the new keeper: true when an older one left its lock and sockets, and
 * maybe who KEEPER_USER was. */
bool handover_take(struct keeper *k);

#endif
