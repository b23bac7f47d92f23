/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_ALERTS_H
#define HOST_ALERTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/fault.h"

/*
 * Alerts: conditions go in, once a round and whether they are new or not, and what
 * people should know comes out. A condition must hold for a time before it is an
 * alert, and be gone for a time before that ends. One that comes back within the
 * quiet time is the same alert: it keeps its beginning, its count grows, and nobody
 * is told again. What is not known neither raises nor ends anything.
 *
 * Pure but for the allocations: time is handed in, files are the caller's. One
 * thread. At most ALERTS_MAX at once; further ones are left out until there is
 * room. ALERTS_ENDED of those that have ended are kept.
 */
#define ALERTS_MAX 256
#define ALERTS_ENDED 200

enum alert_severity { ALERT_NONE, ALERT_NOTICE, ALERT_WARNING, ALERT_CRITICAL };

/* Names by number: alerts_json.c. */
enum alert_kind {
	ALERT_FAILED,      /* a service should run and failed */
	ALERT_QUARANTINED, /* ... crashed too often */
	ALERT_HUNG,        /* ... does not answer */
	ALERT_LISTENER,    /* it runs and cannot be reached at an address */
	ALERT_SETTINGS,    /* the files are not in force */
	ALERT_CRASH,       /* the host crashed not long ago */
	ALERT_STATE,       /* what should run cannot be written */
	ALERT_JOURNAL,     /* nor the journal */
	ALERT_AUDIT,       /* nor the audit list */
	ALERT_STORE,       /* nor the alerts themselves */
	ALERT_MEMORY,      /* the machine's is almost gone */
	ALERT_DISK,        /* the state folder's file system is almost full */
	ALERT_HOOK,        /* who should be told is not */
	ALERT_KINDS
};

/* Both clocks at one moment: ns (monotonic, above 0) measures, utc_us is shown. */
struct alert_time {
	int64_t ns, utc_us;
};

/* Borrowed for the call. Texts are cleaned. */
struct alert_condition {
	enum alert_kind kind;
	const char *service;          /* or "host" */
	enum alert_severity severity; /* ALERT_NONE: all is well */
	bool unknown;                 /* severity and texts say nothing */
	uint64_t edition;             /* another number: it happened once more; 0: none */
	const char *text, *cause, *consequence, *next;
};

struct alert {
	struct alert *older; /* alerts.c's list */
	enum alert_kind kind;
	char id[64], service[33];
	enum alert_severity severity; /* ALERT_NONE: not an alert yet */
	bool ended;
	char text[192], cause[512], consequence[256], next[96];
	int64_t since_us, changed_us, ended_us;
	uint64_t count, edition;
	char acknowledged[33]; /* by whom; empty: not */
	int64_t acknowledged_us;
	int64_t snoozed_us; /* UTC, until when; 0: not */
	/* What the hook was told, and when (monotonic and UTC). */
	enum alert_severity told;
	int64_t told_ns, told_us;
	bool told_end; /* of its end, or that needs no telling */
	bool telling;  /* right now */
	unsigned tries;
	int64_t next_try_ns;
	/* The rest is alerts.c's. */
	bool fed, unknown, reworded, again, restored;
	enum alert_severity condition;
	int64_t ended_ns;
	int64_t above_ns[ALERT_CRITICAL + 1], below_ns[ALERT_CRITICAL + 1];
	bool on[ALERT_CRITICAL + 1];
};

struct alerts;

struct alerts *alerts_new(void);
void alerts_free(struct alerts *alerts); /* NULL allowed */
/* One that comes back within so long is the same, and its end is told after it. */
void alerts_set_quiet(struct alerts *alerts, int64_t quiet_ns);

/* A round: every condition that holds or is not known is fed; what was not fed
 * does not hold. alerts_settle returns true when what is shown has changed. */
void alerts_feed(struct alerts *alerts, const struct alert_condition *condition);
bool alerts_settle(struct alerts *alerts, const struct alert_time *now);

/* For figures of which little is bad (a share that is free): the condition of a
 * value, by limits of which the ones to leave a severity lie higher than those to
 * reach it. value below 0 is not for this function. */
struct alert_limits {
	double warning, warning_end, critical, critical_end;
};
enum alert_severity alerts_figure(const struct alerts *alerts, enum alert_kind kind,
    const char *service, double value, const struct alert_limits *limits);

/* An alert that is active, borrowed until the next call that changes anything;
 * NULL: fault. */
const struct alert *alerts_active(const struct alerts *alerts, const char *id, struct fault *fault);
/* By a person; the alert stays as it is and nobody is told any more, until it ends
 * or becomes worse. False: fault, nothing is active by that id. */
bool alerts_acknowledge(struct alerts *alerts, const char *id, const char *user,
    const struct alert_time *now, struct fault *fault);
/* Until a time, or until it becomes worse; seconds 0: no more. */
bool alerts_snooze(struct alerts *alerts, const char *id, int64_t seconds,
    const struct alert_time *now, struct fault *fault);

/* ---- Telling ---- */

struct alert_policy {
	enum alert_severity level; /* this and worse */
	int64_t repeat_ns;         /* 0: once */
};

/* The next one to be told of, the worst first; NULL: none. Its field ended says
 * which end of it. Marks it as being told. Borrowed: it stays until alerts_told. */
struct alert *alerts_due(struct alerts *alerts, const struct alert_policy *policy,
    const struct alert_time *now);
/* How that went, of the severity that it had then. A failure is tried again twice,
 * a minute later each. */
void alerts_told(struct alerts *alerts, struct alert *alert, enum alert_severity severity,
    bool ended, bool done, const struct alert_time *now);

/* ---- Documents (alerts_json.c) ---- */

const char *alert_severity_name(enum alert_severity severity);
const char *alert_kind_name(enum alert_kind kind);
/* As docs/control.md has it. */
json_t *alert_document(const struct alert *alert);
/* The active ones, the worst first; with history the ended ones behind them, the
 * newest first. The caller's to decref. */
json_t *alerts_document(const struct alerts *alerts, bool history);
/* What must survive a restart, the caller's to free; and back. follows: the host
 * before this one was there a moment ago, so that what was active still is; else it
 * must show itself again. False: fault, and nothing was taken. */
char *alerts_text(struct alerts *alerts);
bool alerts_load(struct alerts *alerts, const char *text, size_t length, bool follows,
    const struct alert_time *now, struct fault *fault);
/* Something that alerts_text would tell has changed since it was last called. */
bool alerts_unsaved(const struct alerts *alerts);

/* Between alerts.c and alerts_json.c: all, in the order of documents, with count;
 * the array is the caller's to free. And one that was read. */
const struct alert **alerts_sorted(const struct alerts *alerts, size_t *count_r);
void alerts_set_unsaved(struct alerts *alerts, bool unsaved);
void alerts_restore(struct alerts *alerts, const struct alert *given);
void alert_name(enum alert_kind kind, const char *service, char *out, size_t size);

#endif
