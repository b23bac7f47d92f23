/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Allocation that does not return without memory. A program that has none left
 * for a few bytes cannot tell a person anything useful on a path of its own;
 * ending with a message and a core (or a crash record) can.
 */
#include "data/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn static void memory_none(void)
{
	static const char text[] = "steward: the system has no memory left\n";

	if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
		abort();
	abort();
}

static void *memory_check(void *block)
{
	if (!block)
		memory_none();
	return block;
}

void *memory_new(size_t size)
{
	return memory_check(calloc(1, size ? size : 1));
}

void *memory_array(size_t count, size_t size)
{
	return memory_check(calloc(count ? count : 1, size ? size : 1));
}

void *memory_resize(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		memory_none();
	return memory_check(realloc(old, bytes ? bytes : 1));
}

void *memory_copy(const void *bytes, size_t size)
{
	void *copy = memory_check(malloc(size ? size : 1));

	if (size)
		memcpy(copy, bytes, size);
	return copy;
}

char *memory_string(const char *text)
{
	return text ? memory_copy(text, strlen(text) + 1) : NULL;
}

char *memory_format(const char *format, ...)
{
	char *text;
	va_list list;

	va_start(list, format);
	if (vasprintf(&text, format, list) < 0)
		memory_none();
	va_end(list);
	return text;
}
