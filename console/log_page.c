/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages of the journal: what is asked for when somebody goes there, and how each
 * answer joins what is at hand. Records that came by themselves have no name by
 * which the host knows their place; they are found again in a page by what they
 * say.
 */
#include <stdlib.h>
#include <string.h>

#include "console/log_private.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

#define TRIES 200     /* pages in which one of our records is looked for */
#define LOOK_BACK 200 /* records in which our last one is looked for */

static void set_text(json_t *params, const char *name, const char *text)
{
	json_object_set_new(params, name, json_string(text));
}

/* ---- Pages ---- */

struct page {
	struct model_record *owned;
	struct record *list;
	size_t count;
	const char *first, *end; /* NULL: nothing is before, no records */
};

static void page_read(struct page *page, const json_t *result)
{
	const json_t *records = json_object_get(result, "records");
	size_t most = json_array_size(records), i;
	json_t *entry;

	*page = (struct page){
		.owned = memory_array(most + 1, sizeof *page->owned),
		.list = memory_array(most + 1, sizeof *page->list),
		.first = json_string_value(json_object_get(result, "first")),
		.end = json_string_value(json_object_get(result, "end")),
	};
	json_array_foreach(records, i, entry)
	{
		if (!model_parse_record(entry, &page->owned[page->count]))
			continue;
		log_view_record(&page->owned[page->count], &page->list[page->count]);
		page->list[page->count].beside = json_is_true(json_object_get(entry, "context"));
		page->count++;
	}
}

static void page_free(struct page *page)
{
	for (size_t i = 0; i < page->count; i++)
		free(page->owned[i].text);
	free(page->owned);
	free(page->list);
}

static void append_from(struct log_state *log, const struct page *page, size_t from)
{
	for (; from < page->count; from++)
		records_append(log->records, &page->list[from]);
}

static void put_before(struct log_state *log, const struct page *page, size_t count, bool sieved)
{
	struct log_load *load = &log->load;

	log_cut_back(log, log_too_many(log, count));
	records_prepend(log->records, page->list, count, sieved);
	log_set_anchor(load, records_first(log->records), page->first);
	load->oldest = page->first == NULL;
	if (load->oldest && !sieved)
		load->begins = records_first(log->records);
}

/* From now on what the host writes comes by itself, the newest of our records
 * perhaps once more. */
static void follow_from_here(struct ui *ui, struct log_state *log)
{
	struct log_load *load = &log->load;

	load->missed = 0;
	load->ended = log->until_us > 0;
	if (load->ended)
		return;
	load->follows = load->repeats = true;
	load->repeated = -1;
	load->back[0] = '\0';
	load->next = 0;
	log_take_new(ui, log);
}

/* A page in place of all. */
static void only(struct log_state *log, const struct page *page)
{
	log_clear(log);
	append_from(log, page, 0);
	log_set_anchor(&log->load, records_first(log->records), page->first);
	text_format(log->load.back, sizeof log->load.back, "%s",
	    page->end != NULL ? page->end : "");
	log->load.replaced = true;
	log->load.oldest = page->first == NULL;
	if (log->load.oldest)
		log->load.begins = records_first(log->records);
}

/* ---- Answers ---- */

static void kept_answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	const json_t *row = json_array_get(json_object_get(result, "settings"), 0);
	const char *value = json_string_value(json_object_get(row, "value"));
	struct log_state *log = log_of(ui);

	(void)request;
	(void)fault;
	log->kept_known = value != NULL && journal_level_parse(value, &log->kept);
}

static void newest_came(struct ui *ui, struct log_state *log, const struct page *page)
{
	size_t before = records_before_first(log->records, page->list, page->count, INT64_MAX);
	int64_t inside = -1;

	if (!log->kept_known)
		ui_ask(ui, "get", json_pack("{s:s}", "name", "host.journal_level"), kept_answered,
		    NULL);
	if (before < page->count && log->load.follows) {
		put_before(log, page, before, false);
		return;
	}
	if (log->load.follows)
		inside = records_find(log->records, page->list, page->count);
	if (inside >= 0) {
		records_drop_front(log->records, inside);
		log_drop_anchors(&log->load, inside, records_end(log->records));
		log_set_anchor(&log->load, inside, page->first);
		log->load.oldest = page->first == NULL;
		log->load.begins = log->load.oldest ? inside : -1;
		return;
	}
	only(log, page);
	follow_from_here(ui, log);
}

static void rejoin_came(struct ui *ui, struct log_state *log, const struct page *page)
{
	size_t from = records_up_to_last(log->records, page->list, page->count, INT64_MAX);

	if (from == 0 && records_total(log->records) > 0) {
		/* More has come than a page holds. */
		if (log->pager.follow)
			log_load_newest(ui);
		return;
	}
	size_t many = log_too_many(log, page->count - from);

	if (many > 0)
		log_cut_front(log, many);
	append_from(log, page, from);
	follow_from_here(ui, log);
}

static void older_came(struct ui *ui, struct log_state *log, const struct page *page)
{
	(void)ui;
	put_before(log, page, page->count, log->sieve != NULL && !log->searching);
}

static int64_t time_of(const struct log_state *log, int64_t place)
{
	struct record record;

	records_at(log->records, place, &record);
	return record.time_us;
}

/* Raw records up to the time of one of ours; further back with each try. */
static json_t *params_found(const struct log_state *log, int64_t place)
{
	json_t *params = log_params(log, false, 0);

	log_set_time(params, "until", time_of(log, place));
	if (log->load.there[0] != '\0')
		set_text(params, "before", log->load.there);
	return params;
}

/* Our record was not in the page. False: it cannot be in an older one either. */
static bool look_further(struct ui *ui, enum log_op op, const struct page *page, int64_t place,
    int last)
{
	struct log_load *load = &log_of(ui)->load;

	if (page->first == NULL || strlen(page->first) >= LOG_PLACE || ++load->tries > TRIES)
		return false;
	text_format(load->there, sizeof load->there, "%s", page->first);
	log_ask(ui, op, params_found(log_of(ui), place), last);
	return true;
}

static void older_found_came(struct ui *ui, struct log_state *log, const struct page *page)
{
	int64_t until = time_of(log, records_first(log->records));
	size_t before = records_before_first(log->records, page->list, page->count, until);

	if (before < page->count)
		put_before(log, page, before, false);
	else if (!look_further(ui, LOG_OLDER_FOUND, page, records_first(log->records), LOG_PAGE))
		/* It has gone from the files; what is older can be had, not both. */
		only(log, page);
}

static void newer_came(struct ui *ui, struct log_state *log, const struct page *page)
{
	size_t many = log_too_many(log, page->count);

	if (many > 0)
		log_cut_front(log, many);
	log_set_anchor(&log->load, records_end(log->records), log->load.back);
	append_from(log, page, 0);
	if (page->end != NULL)
		text_format(log->load.back, sizeof log->load.back, "%s", page->end);
	if (page->count < LOG_PAGE)
		follow_from_here(ui, log);
}

static json_t *params_until(const struct log_state *log, int64_t time_us)
{
	json_t *params = log_params(log, false, 0);

	log_set_time(params, "until", time_us);
	return params;
}

static void place_of_last_came(struct ui *ui, struct log_state *log, const struct page *page)
{
	int64_t last = records_end(log->records) - 1;
	size_t upto = records_up_to_last(log->records, page->list, page->count, time_of(log, last));

	if (upto == page->count && upto > 0)
		text_format(log->load.back, sizeof log->load.back, "%s",
		    page->end != NULL ? page->end : "");
	else if (upto > 0)
		log_ask(ui, LOG_PLACE_BEHIND, params_found(log, last), (int)(page->count - upto));
	else if (!look_further(ui, LOG_PLACE_OF_LAST, page, last, LOOK_BACK))
		log_load_until(ui, time_of(log, last)); /* gone from the files: to its time */
}

static void place_behind_came(struct ui *ui, struct log_state *log, const struct page *page)
{
	(void)ui;
	text_format(log->load.back, sizeof log->load.back, "%s",
	    page->first != NULL ? page->first : "");
}

static void oldest_came(struct ui *ui, struct log_state *log, const struct page *page)
{
	only(log, page);
	log->load.oldest = true;
	log->load.begins = records_first(log->records);
	if (page->count < LOG_PAGE)
		follow_from_here(ui, log);
}

static void there_came(struct ui *ui, struct log_state *log, const struct page *page)
{
	if (page->count == 0) {
		log_load_oldest(ui);
		return;
	}
	only(log, page);
	log->pager.follow = false;
}

static void find_came(struct ui *ui, struct log_state *log, const struct page *page)
{
	if (page->end == NULL) {
		ui_say(ui, STYLE_NOTE, 6, "%s",
		    log->load.backwards ? _("no match before this one") :
					  _("no match behind this one"));
		return;
	}
	json_t *params = log_params(log, false, 0);

	set_text(params, "before", page->end);
	log_ask(ui, LOG_THERE, params, LOG_PAGE);
}

void log_page_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	static void (*const came[])(struct ui *, struct log_state *, const struct page *) = {
		[LOG_NEWEST] = newest_came,
		[LOG_REJOIN] = rejoin_came,
		[LOG_OLDER] = older_came,
		[LOG_OLDER_FOUND] = older_found_came,
		[LOG_NEWER] = newer_came,
		[LOG_PLACE_OF_LAST] = place_of_last_came,
		[LOG_PLACE_BEHIND] = place_behind_came,
		[LOG_OLDEST] = oldest_came,
		[LOG_UNTIL] = there_came,
		[LOG_THERE] = there_came,
		[LOG_FIND] = find_came,
	};
	struct log_state *log = log_of(ui);
	struct log_load *load = &log->load;
	enum log_op op = load->op;
	struct log_hold hold;
	struct page page;

	if (op == LOG_IDLE || json_integer_value(request->context) != (json_int_t)load->turn)
		return;
	load->op = LOG_IDLE;
	load->come = true;
	if (fault != NULL) {
		if (ui->connected)
			ui_say_fault(ui, fault);
		return;
	}
	page_read(&page, result);
	log_hold(log, &hold);
	load->replaced = false;
	came[op](ui, log, &page);
	if (load->replaced) /* to where the page was asked for: its beginning or its end */
		hold.at = hold.top = op == LOG_OLDEST ? 0 : INT64_MAX;
	log_release(log, &hold);
	page_free(&page);
	log_load_ahead(ui);
}

/* ---- What views ask ---- */

/* After a change of the filter: what the host had left out may pass now. */
void log_load_filtered(struct log_state *log)
{
	struct log_load *load = &log->load;
	int64_t first = records_first(log->records);

	log_drop_anchors(load, first, records_end(log->records));
	load->oldest = load->begins == first;
	if (load->op == LOG_OLDER) {
		load->turn++;
		load->op = LOG_IDLE;
	}
}

void log_load_newest(struct ui *ui)
{
	struct log_state *log = log_of(ui);

	log->pager.follow = true;
	log_ask(ui, LOG_NEWEST, log_params(log, false, 0), LOG_PAGE);
}

void log_load_begin(struct ui *ui)
{
	struct log_state *log = log_of(ui);
	struct log_hold hold;

	log_clear(log);
	log->load.come = log->kept_known = false;
	log->load.connection = ui->connection;
	log->load.gaps = ui->gaps;
	ui_journal_level(ui, log->level > JOURNAL_INFO ? log->level : JOURNAL_INFO);
	log->load.next = 0;
	/* What the model has is the newest end, and it is there at once. */
	log->load.follows = log->until_us == 0;
	log_take_new(ui, log);
	log_load_newest(ui);
	log_hold(log, &hold);
	log_release(log, &hold);
}

void log_load_oldest(struct ui *ui)
{
	json_t *params = log_params(log_of(ui), false, 0);

	json_object_set_new(params, "oldest", json_true());
	log_ask(ui, LOG_OLDEST, params, LOG_PAGE);
}

void log_load_until(struct ui *ui, int64_t until_us)
{
	struct log_state *log = log_of(ui);

	log->pager.follow = false;
	log_ask(ui, LOG_UNTIL, params_until(log, until_us), LOG_PAGE);
}

void log_load_match(struct ui *ui, bool backwards)
{
	struct log_state *log = log_of(ui);
	json_t *params = log_params(log, true, 0);
	const char *front = log_anchor_name(&log->load, records_first(log->records));

	json_object_del(params, "context");
	if (backwards && front != NULL)
		set_text(params, "before", front);
	if (!backwards && log->load.back[0] != '\0')
		set_text(params, "after", log->load.back);
	if (!backwards)
		json_object_set_new(params, "oldest", json_true());
	log->load.backwards = backwards;
	log_ask(ui, LOG_FIND, params, 1);
}

static void look_back(struct log_state *log)
{
	log->load.there[0] = '\0';
	log->load.tries = 0;
}

static void ask_older(struct ui *ui)
{
	struct log_state *log = log_of(ui);
	int64_t first = records_first(log->records);
	const char *front = log_anchor_name(&log->load, first);
	bool filtered = log->sieve != NULL && !log->searching;

	if (records_total(log->records) == 0)
		return;
	if (front == NULL && first < records_whole(log->records)) {
		records_drop_front(log->records, records_whole(log->records));
		first = records_first(log->records);
		front = log_anchor_name(&log->load, first);
		if (records_total(log->records) == 0)
			return;
	}
	if (front == NULL) {
		look_back(log);
		log_ask(ui, LOG_OLDER_FOUND, params_found(log, first), LOG_PAGE);
		return;
	}
	unsigned beside = first == records_whole(log->records) ? records_beside(log->records) : 0;
	json_t *params = log_params(log, filtered, beside);

	set_text(params, "before", front);
	log_ask(ui, LOG_OLDER, params, LOG_PAGE);
}

static void ask_newer(struct ui *ui)
{
	struct log_state *log = log_of(ui);
	json_t *params;

	if (records_total(log->records) == 0) {
		log_load_newest(ui);
	} else if (log->load.back[0] == '\0') {
		int64_t last = records_end(log->records) - 1;

		look_back(log);
		log_ask(ui, LOG_PLACE_OF_LAST, params_found(log, last), LOOK_BACK);
	} else {
		params = log_params(log, false, 0);
		set_text(params, "after", log->load.back);
		json_object_set_new(params, "oldest", json_true());
		log_ask(ui, LOG_NEWER, params, LOG_PAGE);
	}
}

void log_load_ahead(struct ui *ui)
{
	struct log_state *log = log_of(ui);
	const struct log_load *load = &log->load;
	size_t page = log->pager.page > 0 ? (size_t)log->pager.page : 1;
	size_t at = log->pager.at < log->pager.top ? log->pager.at : log->pager.top;
	size_t last = log->pager.at > log->pager.top + page ? log->pager.at : log->pager.top + page;
	size_t count = records_count(log->records);

	if (load->op != LOG_IDLE || !ui->connected || !load->come)
		return;
	if (log->pager.follow && !load->follows && !load->ended)
		log_load_newest(ui);
	else if (!load->oldest && records_sifted(log->records) && log_pattern_fits(log) &&
	    (log->pager.follow ? count <= page : at <= 2 * page))
		ask_older(ui);
	else if (!log->pager.follow && !load->follows && !load->ended && last + page >= count)
		ask_newer(ui);
}
