/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_SYMBOLS_H
#define HOST_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "keeper/protocol.h"

/*
 * A crash record in words, made by the host that came after: functions are
 * looked up in the symbol tables of the files that the record names.
 */
struct crash_report {
	bool present;
	int64_t time_us;
	char service[32]; /* empty: nobody was charged */
	char signal[32];  /* "SIGSEGV", or empty */
	uint64_t address;
	char text[512]; /* one sentence */
	unsigned frames;
	char frame[CRASH_FRAMES][160]; /* "function+0x12 (module)" */
};

/* record is copied memory that nobody writes any more; its texts are not
 * trusted to be ended. */
void symbols_report(const struct crash_record *record, struct crash_report *report);

#endif
