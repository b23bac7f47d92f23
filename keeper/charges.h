/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef KEEPER_CHARGES_H
#define KEEPER_CHARGES_H

#include <stdbool.h>
#include <stdint.h>

#include "keeper/protocol.h"

/*
 * Who crashed the host, and when. Three charges to a service within ten
 * minutes put it into quarantine until somebody resumes it. Part of the state
 * that one keeper leaves to the next. Times: monotonic milliseconds.
 */
#define CHARGES_MAX 32
#define CHARGES_LIMIT 3
#define CHARGES_WINDOW_MS (10 * 60 * 1000)

struct charge {
	char service[32];
	uint32_t count; /* at most CHARGES_LIMIT: the newest ones are kept */
	uint32_t quarantined;
	int64_t when[CHARGES_LIMIT];
	char reason[CHARGES_LIMIT][144];
};

struct charges {
	uint32_t count;
	struct charge item[CHARGES_MAX];
};

/* True: the service has just become quarantined. */
bool charges_add(struct charges *all, const char *service, const char *reason, int64_t now);
void charges_forget(struct charges *all, const char *service);
/* Why a quarantined one is: its reasons, in order. */
void charges_text(const struct charge *charge, char *text, size_t size);
/* The service that a host's death is charged to; NULL: nobody. */
const char *charges_service(const struct crash_record *record);
/* Milliseconds to wait after that many deaths in a row before ready. */
int64_t charges_delay(uint32_t early, int64_t unit);

/* The record as a host left it, made safe to read: texts end, numbers are in
 * their limits. False: none was written, or another version's. */
bool charges_clean(struct crash_record *record);
/* What happened, in words: "signal SEGV in web (request)". */
void charges_describe(const struct crash_record *record, char *text, size_t size);

#endif
