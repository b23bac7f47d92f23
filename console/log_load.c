/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which part of the journal is at hand. What the host writes comes by itself while
 * our part reaches to the newest end; what is scrolled to is asked for a page at a
 * time; what there is no room for is dropped at the other end. Pages hang together
 * by the names that the host gives to places in its files, never by times: many
 * records bear the same one, and clocks are set back. Records that came by
 * themselves have no such name; they are found again in a page by what they say.
 * One request is under way at a time, and an answer that something else has
 * overtaken is dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "console/log_private.h"
#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"

/* ---- Asking ---- */

void log_set_time(json_t *params, const char *name, int64_t time_us)
{
	char text[40];

	if (time_us <= 0)
		return;
	clock_rfc3339(time_us, text, sizeof text);
	json_object_set_new(params, name, json_string(text));
}

bool log_pattern_fits(const struct log_state *log)
{
	char pattern[2 * INPUT_MAX];

	return log->sieve == NULL || sieve_pattern(log->sieve, pattern, sizeof pattern);
}

json_t *log_params(const struct log_state *log, bool filtered, unsigned beside)
{
	json_t *params = json_pack("{s:s}", "level", journal_level_name(log->level));
	char pattern[2 * INPUT_MAX];

	if (log->service[0] != '\0')
		json_object_set_new(params, "service", json_string(log->service));
	log_set_time(params, "since", log->since_us);
	log_set_time(params, "until", log->until_us);
	if (!filtered || log->sieve == NULL || !sieve_pattern(log->sieve, pattern, sizeof pattern))
		return params;
	json_object_set_new(params, "grep", json_string(pattern));
	if (sieve_any_case(log->sieve))
		json_object_set_new(params, "any_case", json_true());
	if (log->invert)
		json_object_set_new(params, "invert", json_true());
	if (log->context > 0)
		json_object_set_new(params, "context", json_integer(log->context));
	if (beside > 0)
		json_object_set_new(params, "beside", json_integer(beside));
	return params;
}

/* params is taken over; last: how many. */
void log_ask(struct ui *ui, enum log_op op, json_t *params, int last)
{
	struct log_load *load = &log_of(ui)->load;

	load->turn++;
	load->op = LOG_IDLE;
	json_object_set_new(params, "last", json_integer(last));
	if (!ui->connected)
		json_decref(params);
	else if (ui_ask(ui, "log", params, log_page_came, json_integer((json_int_t)load->turn)))
		load->op = op;
}

/* ---- Anchors ---- */

const char *log_anchor_name(const struct log_load *load, int64_t place)
{
	for (size_t i = 0; i < load->anchor_count; i++)
		if (load->anchors[i].place == place)
			return load->anchors[i].name;
	return NULL;
}

/* name may be NULL: then nothing is known of place. */
void log_set_anchor(struct log_load *load, int64_t place, const char *name)
{
	if (name == NULL || strlen(name) >= LOG_PLACE || log_anchor_name(load, place) != NULL)
		return;
	if (load->anchor_count == LOG_ANCHORS)
		memmove(load->anchors, load->anchors + 1,
		    --load->anchor_count * sizeof load->anchors[0]);
	struct log_anchor *anchor = &load->anchors[load->anchor_count++];

	anchor->place = place;
	text_format(anchor->name, sizeof anchor->name, "%s", name);
}

void log_drop_anchors(struct log_load *load, int64_t first, int64_t end)
{
	size_t kept = 0;

	for (size_t i = 0; i < load->anchor_count; i++)
		if (load->anchors[i].place >= first && load->anchors[i].place <= end)
			load->anchors[kept++] = load->anchors[i];
	load->anchor_count = kept;
}

/* The anchor at place or the next one in a direction, as far as limit. */
static const struct log_anchor *near_anchor(const struct log_load *load, int64_t place,
    int64_t limit)
{
	const struct log_anchor *best = NULL;

	for (size_t i = 0; i < load->anchor_count; i++) {
		const struct log_anchor *a = &load->anchors[i];
		bool within = place <= limit ? a->place >= place && a->place <= limit :
					       a->place <= place && a->place >= limit;

		if (within &&
		    (best == NULL || llabs(a->place - place) < llabs(best->place - place)))
			best = a;
	}
	return best;
}

/* ---- Making room ---- */

/* The oldest ones go, so many at least. */
void log_cut_front(struct log_state *log, size_t count)
{
	struct log_load *load = &log->load;
	int64_t first = records_first(log->records), end = records_end(log->records);
	int64_t place = first + (int64_t)count;
	const struct log_anchor *anchor = near_anchor(load, place, place + (end - place) / 2);

	if (anchor != NULL)
		place = anchor->place;
	else if (place < records_whole(log->records))
		place = records_whole(log->records);
	records_drop_front(log->records, place);
	log_drop_anchors(load, records_first(log->records), end);
	load->oldest = false;
}

/* The newest ones go, so many at least; what the host writes does not come any
 * more. */
void log_cut_back(struct log_state *log, size_t count)
{
	struct log_load *load = &log->load;
	int64_t first = records_first(log->records), end = records_end(log->records);
	int64_t place = end - (int64_t)count;
	const struct log_anchor *anchor = near_anchor(load, place, first + (place - first) / 2);

	if (count == 0)
		return;
	if (anchor != NULL)
		place = anchor->place;
	records_drop_back(log->records, place);
	text_format(load->back, sizeof load->back, "%s", anchor != NULL ? anchor->name : "");
	log_drop_anchors(load, first, place);
	load->follows = load->repeats = load->ended = false;
}

/* How many have to go before count more are added. */
size_t log_too_many(const struct log_state *log, size_t count)
{
	size_t total = records_total(log->records);

	if (records_full(log->records))
		return total / 10 > count ? total / 10 : count;
	return total + count > RECORDS_MAX ? total + count - RECORDS_MAX : 0;
}

void log_clear(struct log_state *log)
{
	struct log_load *load = &log->load;

	records_clear(log->records);
	load->anchor_count = 0;
	load->back[0] = '\0';
	load->follows = load->repeats = load->oldest = load->ended = false;
	load->begins = -1;
	load->missed = 0;
}

/* ---- What the host writes ---- */

void log_view_record(const struct model_record *from, struct record *record)
{
	*record = (struct record){
		.time_us = from->time_us,
		.level = from->level,
		.service = from->service,
		.subject = from->subject,
		.text = from->text != NULL ? from->text : "",
	};
}

static bool wanted(const struct log_state *log, const struct model_record *record)
{
	return record->level <= log->level &&
	    (log->service[0] == '\0' || strcmp(log->service, record->service) == 0) &&
	    record->time_us >= log->since_us;
}

/* The model's records that were not looked at and are ours; the caller frees. */
static struct record *new_ones(struct ui *ui, size_t *count_r)
{
	struct log_state *log = log_of(ui);
	const struct model *model = ui->model;
	size_t from = model->record_count;

	*count_r = 0;
	uint64_t next = log->load.next > ui->journal_from ? log->load.next : ui->journal_from;

	while (from > 0 && model_record(model, from - 1)->number >= next)
		from--;
	if (from == model->record_count)
		return NULL;
	struct record *list = memory_array(model->record_count - from, sizeof *list);

	for (; from < model->record_count; from++) {
		const struct model_record *record = model_record(model, from);

		log->load.next = record->number + 1;
		if (wanted(log, record))
			log_view_record(record, &list[(*count_r)++]);
	}
	return list;
}

/* How many of list are here already, because a page was read after they had been
 * written. */
static size_t repeated(struct log_state *log, const struct record *list, size_t count)
{
	struct log_load *load = &log->load;
	int64_t end = records_end(log->records);
	size_t skip = 0;

	if (load->repeated < 0) {
		size_t last = records_up_to_last(log->records, list, count, INT64_MAX);

		if (last > 0) {
			load->repeats = false;
			return last;
		}
		skip = records_before_first(log->records, list, count, INT64_MAX);
		load->repeated = skip < count ? records_first(log->records) :
						records_find(log->records, list, count);
		skip = skip < count ? skip : 0;
	}
	if (load->repeated >= 0) {
		int64_t here = end - load->repeated;
		size_t these = (int64_t)(count - skip) < here ? count - skip : (size_t)here;

		skip += these;
		load->repeated += (int64_t)these;
	}
	load->repeats = load->repeated >= 0 && load->repeated < end;
	return skip;
}

/* Room for one more. False: who reads further up keeps that, and what comes now is
 * read when he comes down. */
static bool room_behind(struct log_state *log)
{
	size_t total = records_total(log->records);

	if (!records_full(log->records))
		return true;
	if (!log->pager.follow && log->pager.at < records_count(log->records) / 2) {
		log->load.follows = false;
		log->load.back[0] = '\0';
		return false;
	}
	log_cut_front(log, total / 10 + 1);
	return true;
}

static void missed(struct log_state *log, const struct record *record)
{
	bool passes = log->sieve == NULL || log->searching ||
	    sieve_finds(log->sieve, record->subject, record->text) != log->invert;

	log->load.missed += passes;
}

void log_take_new(struct ui *ui, struct log_state *log)
{
	size_t count, i = 0;
	struct record *list = new_ones(ui, &count);

	if (log->load.follows && log->load.repeats && count > 0)
		i = repeated(log, list, count);
	for (; i < count; i++) {
		if (log->load.follows && room_behind(log))
			records_append(log->records, &list[i]);
		else if (log->load.come && log->until_us == 0)
			missed(log, &list[i]);
	}
	free(list);
}

/* Nobody looks any more: what only this log wanted need not be sent. */
static void leave(struct ui *ui, struct log_state *log)
{
	for (size_t i = 0; i < ui->depth; i++)
		if (ui->views[i] == &view_log)
			return;
	if (ui->journal_level == JOURNAL_INFO)
		return;
	ui_journal_level(ui, JOURNAL_INFO);
	log->load.follows = false;
	log->load.back[0] = '\0';
}

void log_load_feed(struct ui *ui)
{
	struct log_state *log = log_of(ui);
	struct log_load *load = &log->load;
	struct log_hold hold;

	if (log->records == NULL)
		return;
	log_hold(log, &hold);
	/* Between what we have and what comes there may be a hole now. */
	if (ui->connected && load->op != LOG_REJOIN &&
	    (load->connection != ui->connection || load->gaps != ui->gaps)) {
		bool rejoin = load->follows;

		load->connection = ui->connection;
		load->gaps = ui->gaps;
		load->follows = false;
		load->back[0] = '\0';
		if (rejoin)
			log_ask(ui, LOG_REJOIN, log_params(log, false, 0), LOG_PAGE);
	}
	log_take_new(ui, log);
	log_release(log, &hold);
	leave(ui, log);
}
