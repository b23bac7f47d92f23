/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper's voice and clock. A line is one write, so that lines of keeper
 * and host do not mix in a file that both append to.
 */
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keeper/keeper.h"

int64_t keeper_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void keeper_say(const char *format, ...)
{
	char line[1200] = "stewardd: ";
	size_t start = strlen(line);
	va_list list;

	va_start(list, format);
	vsnprintf(line + start, sizeof line - start - 1, format, list);
	va_end(list);
	size_t length = strlen(line);
	for (size_t i = start; i < length; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = ' ';
	line[length] = '\n';
	/* Where nobody listens there is nobody to tell: a pipe that is full or a
	 * terminal that is stopped must not stop the keeper. */
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
	if (poll(&out, 1, 0) != 1 || write(STDERR_FILENO, line, length + 1) < 0)
		return;
}
