/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal of one service or of all, oldest first, followed until somebody
 * scrolls. The filter works while it is paused as well.
 */
#include <string.h>

#include "console/records.h"
#include "console/show.h"
#include "console/ui.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/input.h"
#include "widgets/pager.h"

#define LOG_LAST 1000

struct log_state {
	struct records *records;
	struct pager pager;
	char filter[INPUT_MAX];
};

static struct log_state *log_of(struct ui *ui)
{
	return ui_view_state(ui, &view_log);
}

static void log_end(void *state)
{
	records_free(((struct log_state *)state)->records);
}

static void older_lines(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct log_state *log = log_of(ui);
	const char *service = json_string_value(request->context);

	if (fault != NULL && ui->connected)
		ui_say_fault(ui, fault);
	if (result != NULL && log->records != NULL &&
	    strcmp(records_service(log->records), service) == 0)
		pager_prepended(&log->pager,
		    records_older(log->records, json_object_get(result, "records")));
}

void ui_log_open(struct ui *ui, const char *service)
{
	struct log_state *log = log_of(ui);
	size_t dropped;
	json_t *params = json_pack("{s:i, s:s}", "last", LOG_LAST, "level", "info");
	bool wrap = log->pager.wrap;

	if (service[0] != '\0')
		json_object_set_new(params, "service", json_string(service));
	records_free(log->records);
	log->records = records_new(service);
	log->filter[0] = '\0';
	log->pager = (struct pager){ .follow = true, .wrap = wrap };
	log->pager.lines = records_update(log->records, ui->model, &dropped);
	if (ui->connected)
		ui_ask(ui, "log", params, older_lines, json_string(service));
	else
		json_decref(params);
	ui_open(ui, &view_log);
}

static void log_opened(struct ui *ui)
{
	if (log_of(ui)->records == NULL)
		ui_log_open(ui, "");
}

static void log_changed(struct ui *ui)
{
	struct log_state *log = log_of(ui);
	size_t dropped;

	if (log->records == NULL)
		return;
	log->pager.lines += records_update(log->records, ui->model, &dropped);
	pager_dropped(&log->pager, dropped);
}

static const char *whose(struct ui *ui)
{
	const char *service =
	    log_of(ui)->records != NULL ? records_service(log_of(ui)->records) : "";

	return *service != '\0' ? service : "all services";
}

static void log_title(struct ui *ui, char *out, size_t size)
{
	size_t fresh = pager_new_lines(&log_of(ui)->pager);
	size_t at = 0;

	text_format(out, size, "%s: ", whose(ui));
	at = strlen(out);
	if (log_of(ui)->pager.follow)
		text_format(out + at, size - at, "following");
	else if (fresh > 0)
		text_format(out + at, size - at, "%zu new, f follows", fresh);
	else
		text_format(out + at, size - at, "paused, f follows");
	at = strlen(out);
	if (log_of(ui)->filter[0] != '\0')
		text_format(out + at, size - at, "; \"%s\" in %zu of %zu lines", log_of(ui)->filter,
		    log_of(ui)->pager.lines,
		    log_of(ui)->records != NULL ? records_total(log_of(ui)->records) : 0);
	else
		text_format(out + at, size - at, "; %zu lines", log_of(ui)->pager.lines);
	at = strlen(out);
	if (!log_of(ui)->pager.wrap && log_of(ui)->pager.left > 0)
		text_format(out + at, size - at, ", from column %d", log_of(ui)->pager.left + 1);
}

/* The parts of a line live here until the next one is asked for. */
static void log_line(void *arg, size_t index, struct pager_line *line)
{
	static char time[24], level[12], service[40], subject[80];
	struct ui *ui = arg;
	const struct model_record *r = records_get(log_of(ui)->records, index);
	bool all = records_service(log_of(ui)->records)[0] == '\0';
	char clock[16];

	show_time(r->time_us, ui->now_us, clock, sizeof clock);
	text_format(time, sizeof time, " %-8s ", clock);
	text_format(level, sizeof level, "%-6s ", show_level_word(r->level));
	text_format(service, sizeof service, "%-7s ", r->service);
	text_format(subject, sizeof subject, "%s%s", r->subject, r->subject[0] != '\0' ? ": " : "");
	line->spans[line->count].text = time;
	line->spans[line->count++].style = STYLE_DIM;
	line->spans[line->count].text = level;
	line->spans[line->count++].style = show_level_style(r->level);
	if (all) {
		line->spans[line->count].text = service;
		line->spans[line->count++].style = STYLE_STRONG;
	}
	line->spans[line->count].text = subject;
	line->spans[line->count++].style = STYLE_NOTE;
	line->spans[line->count].text = r->text;
	line->spans[line->count++].style =
	    r->level <= JOURNAL_WARNING ? STYLE_STRONG : STYLE_NORMAL;
}

static void log_draw(struct ui *ui, struct area area)
{
	log_of(ui)->pager.line = log_line;
	log_of(ui)->pager.arg = ui;
	if (log_of(ui)->pager.lines > 0)
		pager_draw(&log_of(ui)->pager, area);
	else if (log_of(ui)->filter[0] != '\0')
		area_print(area, 0, 1, STYLE_NOTE, "no line holds \"%s\"; Esc shows all",
		    log_of(ui)->filter);
	else
		area_text(area, 0, 1, STYLE_DIM,
		    log_of(ui)->records != NULL && records_loaded(log_of(ui)->records) ?
			"nothing has been written yet" :
			ui->connected ? "reading" :
					"no connection");
	if (log_of(ui)->pager.lines == 0)
		area_cursor(area, 0, 0);
}

static char *log_filter(struct ui *ui)
{
	return log_of(ui)->filter;
}

static void log_filtered(struct ui *ui)
{
	if (log_of(ui)->records == NULL)
		return;
	log_of(ui)->pager.top =
	    records_filter(log_of(ui)->records, log_of(ui)->filter, log_of(ui)->pager.top);
	log_of(ui)->pager.lines = records_count(log_of(ui)->records);
	if (!log_of(ui)->pager.follow)
		log_of(ui)->pager.seen = log_of(ui)->pager.lines;
}

static bool log_key(struct ui *ui, const struct key *key)
{
	return pager_key(&log_of(ui)->pager, key);
}

static bool log_escape(struct ui *ui)
{
	if (log_of(ui)->filter[0] == '\0')
		return false;
	log_of(ui)->filter[0] = '\0';
	log_filtered(ui);
	return true;
}

static size_t log_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = 0;

	n = ui_hint(ui, hints, n, most, "f", log_of(ui)->pager.follow ? "Pause" : "Follow", 'f');
	n = ui_hint(ui, hints, n, most, "/", "Filter", '/');
	n = ui_hint(ui, hints, n, most, "w", log_of(ui)->pager.wrap ? "Cut lines" : "Wrap", 'w');
	n = ui_hint(ui, hints, n, most, "g", "First", 'g');
	n = ui_hint(ui, hints, n, most, "G", "Last", 'G');
	n = ui_hint(ui, hints, n, most, "m", "Menu", 'm');
	n = ui_hint(ui, hints, n, most, "q", "Quit", 'q');
	return ui_hint(ui, hints, n, most, "Esc", "Back", PRESS_ESCAPE);
}

static const struct view_key keys[] = {
	{ "f", "follow new lines, or pause" },
	{ "Up Down j k", "a line up or down; stops following" },
	{ "PgUp PgDn Space", "a page up or down" },
	{ "g Home", "the oldest line" },
	{ "G End", "the newest line, and follow" },
	{ "w", "wrap long lines, or cut them" },
	{ "Left Right h l", "move sideways while lines are cut" },
	{ "/", "show only lines with a text; works while paused too" },
	{ "Esc", "drop the filter; back" },
	{ NULL, NULL },
};

const struct view view_log = {
	.name = N_("Logs"),
	.short_name = N_("Logs"),
	.digit = '5',
	.state = sizeof(struct log_state),
	.end = log_end,
	.opened = log_opened,
	.changed = log_changed,
	.title = log_title,
	.draw = log_draw,
	.key = log_key,
	.escape = log_escape,
	.hints = log_hints,
	.filter = log_filter,
	.filtered = log_filtered,
	.keys = keys,
};
