/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Four small files, read whole into a buffer on the stack: nothing is
 * allocated, and a file that is missing or odd leaves its figures unknown.
 */
#include "config.h"

#include "host/machine.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/text.h"

static bool machine_read(const char *root, const char *name, char *out, size_t size)
{
	char path[512];

	if (!text_format(path, sizeof path, "%s/%s", root, name))
		return false;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t got = read(fd, out, size - 1);
	close(fd);
	out[got > 0 ? got : 0] = '\0';
	return got > 0;
}

static void machine_cpu(struct machine *machine, const char *root)
{
	char text[8192];
	int64_t v[8] = { 0 };

	if (!machine_read(root, "stat", text, sizeof text) ||
	    sscanf(text,
		"cpu %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
		" %" SCNd64 " %" SCNd64,
		&v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) < 4) {
		machine->cpu_percent = -1;
		machine->cores = -1;
		return;
	}
	struct machine_cpu now = { .busy = v[0] + v[1] + v[2] + v[5] + v[6] + v[7] };
	now.all = now.busy + v[3] + v[4];
	int64_t all = now.all - machine->last.all, busy = now.busy - machine->last.busy;
	int cores = 0;
	for (const char *at = text; (at = strstr(at, "\ncpu")); at++)
		cores++;
	machine->cores = cores;
	if (machine->last.all && all < 10 * (cores > 0 ? cores : 1))
		return;
	machine->cpu_percent = machine->last.all && all > 0 && busy >= 0 ?
	    100.0 * (double)busy / (double)all :
	    machine->last.all ? -1 :
				0;
	machine->last = now;
}

static int64_t machine_kib(const char *text, const char *key)
{
	int64_t kib;
	const char *at = strstr(text, key);

	if (!at || sscanf(at + strlen(key), " %" SCNd64, &kib) != 1)
		return -1;
	return kib * 1024;
}

void machine_sample_memory(struct machine *machine, const char *root)
{
	char text[8192];

	if (!machine_read(root, "meminfo", text, sizeof text))
		text[0] = '\0';
	machine->memory_total = machine_kib(text, "MemTotal:");
	machine->memory_available = machine_kib(text, "MemAvailable:");
	machine->swap_total = machine_kib(text, "SwapTotal:");
	int64_t swap_free = machine_kib(text, "SwapFree:");
	machine->memory_used = machine->memory_total < 0 || machine->memory_available < 0 ?
	    -1 :
	    machine->memory_total - machine->memory_available;
	machine->swap_used =
	    machine->swap_total < 0 || swap_free < 0 ? -1 : machine->swap_total - swap_free;
}

void machine_sample(struct machine *machine, const char *root)
{
	char text[256];
	double value;

	machine_cpu(machine, root);
	machine_sample_memory(machine, root);
	machine->load1 =
	    machine_read(root, "loadavg", text, sizeof text) && sscanf(text, "%lf", &value) == 1 ?
	    value :
	    -1;
	machine->uptime_seconds =
	    machine_read(root, "uptime", text, sizeof text) && sscanf(text, "%lf", &value) == 1 ?
	    (int64_t)value :
	    -1;
}

int64_t machine_process_age(const char *root, int pid)
{
	char name[64], text[1024];
	struct timespec now;
	int64_t ticks;
	long rate = sysconf(_SC_CLK_TCK);

	/* The name in parentheses may hold anything; after it come the fields
	 * from the third on, and the start is the 22nd. */
	if (!text_format(name, sizeof name, "%d/stat", pid) ||
	    !machine_read(root, name, text, sizeof text))
		return -1;
	const char *at = strrchr(text, ')');
	if (!at || rate <= 0 || clock_gettime(CLOCK_BOOTTIME, &now) < 0 ||
	    sscanf(at + 1,
		" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d"
		" %*d %*d %*d %*d %" SCNd64,
		&ticks) != 1)
		return -1;
	int64_t age =
	    now.tv_sec * CLOCK_SECOND + now.tv_nsec - (int64_t)((double)ticks / (double)rate * 1e9);
	return age < 0 ? 0 : age;
}
