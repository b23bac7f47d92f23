/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Records lie in one array, oldest first; a second one holds the places of
 * those that pass the filter. Both are cut at the front by a fifth when they
 * are full, so that a busy log costs no copying for each line.
 */
#include "console/records.h"

#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/text.h"

struct records {
	char service[32];
	char filter[256];
	bool loaded;
	uint64_t next_number; /* of the model's records */
	struct model_record *all;
	size_t count;
	size_t *shown;
	size_t shown_count;
};

struct records *records_new(const char *service)
{
	struct records *r = memory_new(sizeof *r);

	text_format(r->service, sizeof r->service, "%s", service != NULL ? service : "");
	r->all = memory_array(RECORDS_MAX, sizeof *r->all);
	r->shown = memory_array(RECORDS_MAX, sizeof *r->shown);
	return r;
}

void records_free(struct records *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->count; i++)
		free(r->all[i].text);
	free(r->all);
	free(r->shown);
	free(r);
}

const char *records_service(const struct records *r)
{
	return r->service;
}

bool records_loaded(const struct records *r)
{
	return r->loaded;
}

size_t records_count(const struct records *r)
{
	return r->shown_count;
}

size_t records_total(const struct records *r)
{
	return r->count;
}

const struct model_record *records_get(const struct records *r, size_t index)
{
	return &r->all[r->shown[index]];
}

static bool passes(const struct records *r, const struct model_record *record)
{
	return r->filter[0] == '\0' || strcasestr(record->text, r->filter) != NULL ||
	    strcasestr(record->subject, r->filter) != NULL ||
	    strcasestr(record->service, r->filter) != NULL ||
	    strcasestr(journal_level_name(record->level), r->filter) != NULL;
}

static bool ours(const struct records *r, const struct model_record *record)
{
	return r->service[0] == '\0' || strcmp(r->service, record->service) == 0;
}

static void find_shown(struct records *r)
{
	r->shown_count = 0;
	for (size_t i = 0; i < r->count; i++)
		if (passes(r, &r->all[i]))
			r->shown[r->shown_count++] = i;
}

static size_t make_room(struct records *r)
{
	size_t gone = RECORDS_MAX / 5, before = r->shown_count;

	if (r->count < RECORDS_MAX)
		return 0;
	for (size_t i = 0; i < gone; i++)
		free(r->all[i].text);
	memmove(r->all, r->all + gone, (r->count - gone) * sizeof *r->all);
	r->count -= gone;
	find_shown(r);
	return before - r->shown_count;
}

size_t records_update(struct records *r, const struct model *model, size_t *dropped_r)
{
	size_t came = 0, from = model->record_count;

	*dropped_r = 0;
	while (from > 0 && model_record(model, from - 1)->number >= r->next_number)
		from--;
	for (size_t i = from; i < model->record_count; i++) {
		const struct model_record *record = model_record(model, i);

		r->next_number = record->number + 1;
		if (!ours(r, record))
			continue;
		*dropped_r += make_room(r);
		r->all[r->count] = *record;
		r->all[r->count].text = memory_string(record->text);
		if (passes(r, record)) {
			r->shown[r->shown_count++] = r->count;
			came++;
		}
		r->count++;
	}
	return came;
}

static bool before_first(const struct records *r, const struct model_record *record)
{
	if (!ours(r, record))
		return false;
	if (r->count == 0 || record->time_us < r->all[0].time_us)
		return true;
	/* Written at the same millisecond: only if it is not there already. */
	for (size_t i = 0; i < r->count && r->all[i].time_us == record->time_us; i++)
		if (strcmp(r->all[i].text, record->text) == 0)
			return false;
	return record->time_us == r->all[0].time_us;
}

size_t records_older(struct records *r, const json_t *list)
{
	size_t most = RECORDS_MAX / 2, count = 0, i;
	size_t shown = r->shown_count;
	struct model_record *older = memory_array(most, sizeof *older);
	json_t *entry;

	r->loaded = true;
	json_array_foreach(list, i, entry)
	{
		struct model_record record;

		if (count == most || r->count + count >= RECORDS_MAX)
			break;
		if (!model_parse_record(entry, &record))
			continue;
		if (before_first(r, &record))
			older[count++] = record;
		else
			free(record.text);
	}
	memmove(r->all + count, r->all, r->count * sizeof *r->all);
	memcpy(r->all, older, count * sizeof *older);
	r->count += count;
	free(older);
	find_shown(r);
	return r->shown_count - shown;
}

size_t records_filter(struct records *r, const char *filter, size_t keep)
{
	size_t place = keep < r->shown_count ? r->shown[keep] : r->count;
	size_t index = 0;

	text_format(r->filter, sizeof r->filter, "%s", filter);
	find_shown(r);
	while (index + 1 < r->shown_count && r->shown[index] < place)
		index++;
	return index;
}
