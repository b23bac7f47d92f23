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
#define MODEL_RECORDS 4000
#define MODEL_FRAMES 8

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
	int64_t p50, p90, p99, slowest; /* µs */
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
	double uptime; /* seconds, -1: unknown */
	struct model_crash crash;
};

struct model_machine {
	double cpu_percent, load; /* -1: unknown, also below */
	int64_t cores, memory_total, memory_used, swap_total, swap_used;
};

struct model_record {
	uint64_t number; /* grows by one with every record that was added */
	int64_t time_us; /* UTC; -1: unknown */
	enum journal_level level;
	char service[32];
	char subject[64];
	char *text;
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

/* NULL when there is none. */
const struct model_service *model_service(const struct model *model, const char *name);
/* From 0 (oldest) to record_count - 1. */
const struct model_record *model_record(const struct model *model, size_t index);
/* A record from JSON; text is the caller's to free. False: it is none. */
bool model_parse_record(const json_t *object, struct model_record *record_r);
/* "RUNNING"; a word for people. */
const char *model_state_word(enum model_state value);
bool model_state_up(enum model_state value); /* it has clients, or may have */

#endif
