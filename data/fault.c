/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Faults are composed in a buffer of their own before they are cleaned into
 * place, so that a fault's own text may be an argument of its next one.
 */
#include "data/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "data/intl.h"
#include "data/text.h"

#define FAULT_ROOM 2048

static void fault_compose(char *room, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

/* The format is looked up in the person's language here, so that no caller has to. */
static void fault_compose(char *room, const char *format, va_list list)
{
	if (vsnprintf(room, FAULT_ROOM, gettext(format), list) < 0)
		*room = '\0';
}

static void fault_text(struct fault *fault, const char *room)
{
	text_clean(fault->text, sizeof fault->text, room, strlen(room));
}

bool fault_set(struct fault *fault, enum fault_code code, const char *format, ...)
{
	char room[FAULT_ROOM];
	va_list list;

	if (!fault)
		return false;
	va_start(list, format);
	fault_compose(room, format, list);
	va_end(list);
	fault->code = code;
	fault_text(fault, room);
	fault->next[0] = '\0';
	return false;
}

bool fault_errno(struct fault *fault, int error, const char *format, ...)
{
	char room[FAULT_ROOM];
	va_list list;

	if (!fault)
		return false;
	va_start(list, format);
	fault_compose(room, format, list);
	va_end(list);
	/* GNU's strerrordesc_np is one constant string for each error, the same
	 * in every locale and from every thread. */
	const char *words = strerrordesc_np(error);
	if (words)
		return fault_set(fault, FAULT_FAILED, "%s: %s", room, words);
	return fault_set(fault, FAULT_FAILED, "%s: error %d", room, error);
}

bool fault_next(struct fault *fault, const char *format, ...)
{
	char room[FAULT_ROOM];
	va_list list;

	if (!fault)
		return false;
	va_start(list, format);
	fault_compose(room, format, list);
	va_end(list);
	text_clean(fault->next, sizeof fault->next, room, strlen(room));
	return false;
}

bool fault_prefix(struct fault *fault, const char *format, ...)
{
	char room[FAULT_ROOM], whole[FAULT_ROOM + sizeof fault->text + 2];
	va_list list;

	if (!fault)
		return false;
	va_start(list, format);
	fault_compose(room, format, list);
	va_end(list);
	snprintf(whole, sizeof whole, "%s: %s", room, fault->text);
	fault_text(fault, whole);
	return false;
}
