/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pure: no descriptors, no clock, so that a test can let years pass.
 */
#include "keeper/charges.h"

#include <stdio.h>
#include <string.h>

static struct charge *charges_find(struct charges *all, const char *service)
{
	for (uint32_t i = 0; i < all->count; i++)
		if (!strcmp(all->item[i].service, service))
			return &all->item[i];
	return NULL;
}

/* A new entry; when there is none left, that of the oldest harmless charge. */
static struct charge *charges_new(struct charges *all)
{
	struct charge *oldest = NULL;

	if (all->count < CHARGES_MAX)
		return &all->item[all->count++];
	for (uint32_t i = 0; i < all->count; i++) {
		struct charge *c = &all->item[i];
		if (!c->quarantined &&
		    (!oldest || c->when[c->count - 1] < oldest->when[oldest->count - 1]))
			oldest = c;
	}
	return oldest ? oldest : &all->item[0];
}

bool charges_add(struct charges *all, const char *service, const char *reason, int64_t now)
{
	struct charge *c = charges_find(all, service);

	if (!c) {
		c = charges_new(all);
		memset(c, 0, sizeof *c);
		snprintf(c->service, sizeof c->service, "%s", service);
	}
	if (c->count == CHARGES_LIMIT) {
		c->count--;
		memmove(c->when, c->when + 1, c->count * sizeof c->when[0]);
		memmove(c->reason, c->reason + 1, c->count * sizeof c->reason[0]);
	}
	c->when[c->count] = now;
	snprintf(c->reason[c->count++], sizeof c->reason[0], "%s", reason);
	if (c->quarantined || c->count < CHARGES_LIMIT || now - c->when[0] > CHARGES_WINDOW_MS)
		return false;
	c->quarantined = true;
	return true;
}

void charges_forget(struct charges *all, const char *service)
{
	struct charge *c = charges_find(all, service);

	if (c)
		*c = all->item[--all->count];
}

void charges_text(const struct charge *c, char *text, size_t size)
{
	int length = snprintf(text, size, "three crashes in ten minutes: ");

	for (uint32_t i = 0; i < c->count && length > 0 && (size_t)length < size; i++)
		length += snprintf(text + length, size - (size_t)length, "%s%s", i ? "; " : "",
		    c->reason[i]);
}

const char *charges_service(const struct crash_record *record)
{
	if (!record->service[0] || (record->signal != 0 && record->code <= 0))
		return NULL;
	return record->service;
}

int64_t charges_delay(uint32_t early, int64_t unit)
{
	if (early < 2)
		return 0;
	return early > 6 ? 30 * unit : unit << (early - 2);
}

static void clean(char *text, size_t size)
{
	text[size - 1] = '\0';
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

bool charges_clean(struct crash_record *record)
{
	clean(record->service, sizeof record->service);
	clean(record->activity, sizeof record->activity);
	clean(record->reason, sizeof record->reason);
	for (int i = 0; i < CRASH_MODULES; i++)
		clean(record->module[i], sizeof record->module[i]);
	if (record->frames > CRASH_FRAMES)
		record->frames = CRASH_FRAMES;
	if (record->module_count > CRASH_MODULES)
		record->module_count = CRASH_MODULES;
	for (uint32_t i = 0; i < record->frames; i++)
		if (record->frame[i].module > CRASH_MODULES)
			record->frame[i].module = CRASH_MODULES;
	return record->version == KEEPER_VERSION &&
	    (record->state == CRASH_BASIC || record->state == CRASH_COMPLETE);
}

void charges_describe(const struct crash_record *record, char *text, size_t size)
{
	const char *name = sigabbrev_np(record->signal);
	char what[sizeof record->reason + 32];

	if (!record->signal)
		snprintf(what, sizeof what, "%s",
		    record->reason[0] ? record->reason : "ended itself");
	else if (name)
		snprintf(what, sizeof what, "%s%ssignal %s%s", record->reason,
		    record->reason[0] ? ": " : "", name,
		    record->code <= 0 && !record->reason[0] ? " from outside" : "");
	else
		snprintf(what, sizeof what, "signal %d", record->signal);
	snprintf(text, size, "%s%s%s%s%s%s", what, record->service[0] ? " in " : "",
	    record->service, record->activity[0] ? " (" : "", record->activity,
	    record->activity[0] ? ")" : "");
}
