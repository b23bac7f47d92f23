/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_MODEL_H
#define CONSOLE_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/fault.h"
#include "data/journal.h"

/*
 * What the screen knows of the host: the newest snapshot, the newest journal
 * records, and how old that is. Filled from the messages of docs/control.md;
 * fields that are missing or of a wrong type become "unknown". All texts have
 * been cleaned. No terminal, no socket, no clock of its own. One thread.
 */
#define MODEL_SERVICES 64
#define MODEL_LISTENERS 16
#define MODEL_RECORDS 2000
#define MODEL_FRAMES 8
#define MODEL_ALERTS 256
#define MODEL_SESSIONS 64
#define MODEL_AUDIT 200
#define MODEL_CHANGES 32
#define MODEL_NAMES 16

enum model_state {
	MODEL_STOPPED,
	MODEL_STARTING,
	MODEL_RUNNING,
	MODEL_DRAINING,
	MODEL_FAILED,
	MODEL_HUNG,
	MODEL_QUARANTINED,
	MODEL_UNKNOWN, /* a word that this program does not know */
};

struct model_listener {
	char setting[32];
	char address[96]; /* with the port, "[::1]:80" */
	char transport[8];
	char state[16];
	char reason[160];
};

struct model_service {
	char name[32];
	char summary[96];
	enum model_state state;
	bool wanted; /* desired is running */
	char reason[512];
	char since[32]; /* RFC 3339 */
	int64_t generation;
	struct model_listener listeners[MODEL_LISTENERS];
	size_t listener_count;
	int64_t workers;
	/* -1: unknown */
	double requests_rate, cpu_percent, cpu_seconds;
	int64_t memory, connections, connections_total, requests, errors;
	int64_t bytes_in, bytes_out;
	int64_t p50, p90, p99, slowest;  /* µs */
	double last_start, last_restart; /* seconds, -1: unknown */
	double drain_left;               /* seconds, -1: it does not drain */
	char needs[MODEL_NAMES][32], needed_by[MODEL_NAMES][32];
	size_t needs_count, needed_by_count;
};

struct model_crash {
	bool present;
	char time[32];
	char service[32]; /* empty: charged to none */
	char signal[32];
	char text[256];
	char frames[MODEL_FRAMES][128];
	size_t frame_count;
};

struct model_host {
	char name[64], user[64], home[256], software[32], sandbox[128];
	char settings_fault[512];
	int64_t pid, crashes, consoles;
	bool first_run; /* nobody has set anything up yet */
	double uptime;  /* seconds, -1: unknown */
	struct model_crash crash;
};

struct model_machine {
	double cpu_percent, load; /* -1: unknown, also below */
	int64_t cores, memory_total, memory_used, swap_total, swap_used;
};

enum model_severity { MODEL_CRITICAL, MODEL_WARNING, MODEL_NOTICE, MODEL_SEVERITIES };

struct model_alert {
	char id[64];
	enum model_severity severity;
	char service[32]; /* empty: of none */
	bool active;
	char text[256], cause[512], consequence[256];
	char next[128];   /* words of the command line, or empty */
	int64_t since_us; /* UTC, -1: unknown, also below */
	int64_t ended_us; /* -1: it has not */
	int64_t count;
	char acknowledged[40];                     /* by whom, or empty */
	int64_t acknowledged_us, snoozed_until_us; /* -1: not */
};

struct model_change {
	char name[96];
	char was[256], is[256];
};

/* Settings in force that nobody has confirmed yet. */
struct model_trial {
	bool present;
	int64_t id, session;
	char action[16], state[16]; /* applying, waiting, reverting */
	char user[40], origin[72];
	double seconds, left; /* left: when it came, see model_trial_left */
	int64_t came_ms;      /* when left was told; monotonic */
	char services[256];   /* names, ", " between them */
	struct model_change changes[MODEL_CHANGES];
	size_t change_count; /* those that there is room for */
	size_t change_total;
};

struct model_session {
	int64_t number;
	char user[40], origin[72], client[40], role[16], page[72];
	char editing[40]; /* a section of the settings, or empty */
	int64_t since_us;
};

struct model_audit {
	int64_t number;
	int64_t time_us;
	char user[40], origin[72], action[16];
	char words[256];    /* of the command line */
	char services[128]; /* names, ", " between them */
	char outcome[16];   /* waiting, done, failed, reverted */
	char reason[256];
	struct model_change *changes; /* the model's */
	size_t change_count;
	bool can_undo;
	char undo_words[256], undo_grade[16], undo_reason[256];
	int64_t undoes, undone_by; /* numbers, -1: none */
};

struct model_record {
	uint64_t number; /* grows by one with every record that was added */
	int64_t time_us; /* UTC; -1: unknown */
	char *text;
	const char *subject; /* in text's block: thousands are kept */
	enum journal_level level;
	char service[32];
};

struct model {
	bool known; /* a status has come */
	struct model_host host;
	struct model_machine machine;
	struct model_service services[MODEL_SERVICES];
	size_t service_count;
	struct model_record *records; /* a ring; see model_record */
	size_t first, record_count;
	uint64_t next_number;
	int64_t resumed_us; /* records up to this time may come twice; 0: none */
	struct model_alert alerts[MODEL_ALERTS]; /* active ones, the worst first */
	size_t alert_count;
	struct model_trial trial;
	struct model_session sessions[MODEL_SESSIONS];
	size_t session_count;
	struct model_audit *audit; /* the newest, oldest first */
	size_t audit_count;
	int64_t audit_newest; /* -1: unknown */
	/* Grows with every entry that came or changed. */
	uint64_t audit_edition;
};

struct model *model_new(void);
void model_free(struct model *model); /* NULL allowed */

/* A status document or a snapshot's params. Borrowed. */
void model_status(struct model *model, const json_t *document);
/* The entries of services that an answer brought. Borrowed. */
void model_entries(struct model *model, const json_t *services);
/* A journal notification's params. Borrowed. */
void model_journal(struct model *model, const json_t *params);
/* An answer to `log`: records that are older than the oldest known one. */
void model_older(struct model *model, const json_t *list);
/* The connection is a new one: its backlog may repeat what is known. */
void model_resume(struct model *model);

/* Entries of `audit`, from an answer or a notification: new ones are added in the
 * order of their numbers, known ones replaced. Borrowed. */
void model_audit(struct model *model, const json_t *entries);
/* An entry from JSON, false: it is none. Its changes are the caller's to free. */
bool model_parse_audit(const json_t *object, struct model_audit *entry_r);
/* NULL when there is none. */
const struct model_audit *model_audit_entry(const struct model *model, int64_t number);
/* An alert from JSON, false: it is none. */
bool model_parse_alert(const json_t *object, struct model_alert *alert_r);
/* The alerts of an answer: known ones are replaced. Borrowed. */
void model_alert_entries(struct model *model, const json_t *alerts);
/* NULL when none is active by that id. */
const struct model_alert *model_alert(const struct model *model, const char *id);
/* It wants somebody: active, neither acknowledged nor snoozed. */
bool model_alert_calls(const struct model_alert *alert, int64_t now_us);
/* The trial's seconds were told at now_ms (monotonic), and how many are left. */
void model_trial_came(struct model *model, int64_t now_ms);
int64_t model_trial_left(const struct model_trial *trial, int64_t now_ms);
/* The trial that an answer at now_ms says has begun, before a snapshot tells of it. */
void model_trial_began(struct model *model, const json_t *result, int64_t now_ms);

/* NULL when there is none. */
const struct model_service *model_service(const struct model *model, const char *name);
/* From 0 (oldest) to record_count - 1. */
const struct model_record *model_record(const struct model *model, size_t index);
/* A record from JSON; text is the caller's to free. False: it is none. */
bool model_parse_record(const json_t *object, struct model_record *record_r);
/* "RUNNING"; a word for people. */
const char *model_state_word(enum model_state value);       /* translated */
const char *model_severity_word(enum model_severity value); /* "CRIT", translated */
bool model_state_up(enum model_state value);                /* it has clients, or may have */

#endif
