/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A wall clock that jumps, for one process and without touching the machine's:
 * preloaded, it adds the seconds that stand in the file JUMP_FILE (a 64-bit
 * integer, read through a shared map, so that a test can change it at any
 * time). The monotonic clocks are left alone, as a real jump leaves them.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const _Atomic int64_t *seconds;

__attribute__((constructor)) static void jump_open(void)
{
	const char *path = getenv("JUMP_FILE");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	void *map = mmap(NULL, sizeof(*seconds), PROT_READ, MAP_SHARED, fd, 0);
	if (map != MAP_FAILED)
		seconds = map;
	close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	int status = (int)syscall(SYS_clock_gettime, clock, out);

	if (!status && seconds && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		out->tv_sec += atomic_load(seconds);
	return status;
}

time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}
