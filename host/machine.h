/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HOST_MACHINE_H
#define HOST_MACHINE_H

#include <stdint.h>

/*
 * CPU and memory of the machine, from the files of proc(5) below root
 * ("/proc"). A figure that cannot be read is -1: unknown, never 0.
 * Supervisor's thread.
 */
struct machine_cpu {
	int64_t busy, all; /* jiffies since boot */
};

struct machine {
	double cpu_percent; /* between the last two samples */
	int cores;
	int64_t memory_total, memory_used, memory_available; /* bytes */
	int64_t swap_total, swap_used;
	double load1;
	int64_t uptime_seconds;
	struct machine_cpu last;
};

/* Reads all; machine keeps what the next sample is compared with. Samples
 * nearer than a tenth of a second leave cpu_percent as it was. */
void machine_sample(struct machine *machine, const char *root);
/* The figures of memory and swap alone. */
void machine_sample_memory(struct machine *machine, const char *root);

/* How long a process has been running, in ns by the clock that does not jump;
 * -1: not to be seen. */
int64_t machine_process_age(const char *root, int pid);

#endif
