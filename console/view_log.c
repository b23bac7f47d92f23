/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal of one service or of all, oldest first, followed until somebody
 * scrolls. The filter works while it is paused as well.
 */
#include <string.h>

#include "console/show.h"
#include "console/ui.h"
#include "data/text.h"

static const char *whose(const struct ui *ui)
{
	const char *service = ui->records != NULL ? records_service(ui->records) : "";

	return *service != '\0' ? service : "all services";
}

static void log_title(struct ui *ui, char *out, size_t size)
{
	size_t fresh = pager_new_lines(&ui->pager);
	size_t at = 0;

	text_format(out, size, "%s: ", whose(ui));
	at = strlen(out);
	if (ui->pager.follow)
		text_format(out + at, size - at, "following");
	else if (fresh > 0)
		text_format(out + at, size - at, "%zu new, f follows", fresh);
	else
		text_format(out + at, size - at, "paused, f follows");
	at = strlen(out);
	if (ui->log_filter[0] != '\0')
		text_format(out + at, size - at, "; \"%s\" in %zu of %zu lines", ui->log_filter,
		    ui->pager.lines, ui->records != NULL ? records_total(ui->records) : 0);
	else
		text_format(out + at, size - at, "; %zu lines", ui->pager.lines);
	at = strlen(out);
	if (!ui->pager.wrap && ui->pager.left > 0)
		text_format(out + at, size - at, ", from column %d", ui->pager.left + 1);
}

/* The parts of a line live here until the next one is asked for. */
static void log_line(void *arg, size_t index, struct pager_line *line)
{
	static char time[24], level[12], service[40], subject[80];
	const struct ui *ui = arg;
	const struct model_record *r = records_get(ui->records, index);
	bool all = records_service(ui->records)[0] == '\0';
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
	ui->pager.line = log_line;
	ui->pager.arg = ui;
	if (ui->pager.lines > 0)
		pager_draw(&ui->pager, area);
	else if (ui->log_filter[0] != '\0')
		area_print(area, 0, 1, STYLE_NOTE, "no line holds \"%s\"; Esc shows all",
		    ui->log_filter);
	else
		area_text(area, 0, 1, STYLE_DIM,
		    ui->records != NULL && records_loaded(ui->records) ?
			"nothing has been written yet" :
			ui->connected ? "reading" :
					"no connection");
	if (ui->pager.lines == 0)
		area_cursor(area, 0, 0);
}

static char *log_filter(struct ui *ui)
{
	return ui->log_filter;
}

static void log_filtered(struct ui *ui)
{
	if (ui->records == NULL)
		return;
	ui->pager.top = records_filter(ui->records, ui->log_filter, ui->pager.top);
	ui->pager.lines = records_count(ui->records);
	if (!ui->pager.follow)
		ui->pager.seen = ui->pager.lines;
}

static bool log_key(struct ui *ui, const struct key *key)
{
	return pager_key(&ui->pager, key);
}

static bool log_escape(struct ui *ui)
{
	if (ui->log_filter[0] == '\0')
		return false;
	ui->log_filter[0] = '\0';
	log_filtered(ui);
	return true;
}

static size_t log_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = 0;

	n = ui_hint(hints, n, most, "f", ui->pager.follow ? "Pause" : "Follow", 'f');
	n = ui_hint(hints, n, most, "/", "Filter", '/');
	n = ui_hint(hints, n, most, "w", ui->pager.wrap ? "Cut lines" : "Wrap", 'w');
	n = ui_hint(hints, n, most, "g", "First", 'g');
	n = ui_hint(hints, n, most, "G", "Last", 'G');
	n = ui_hint(hints, n, most, "m", "Menu", 'm');
	n = ui_hint(hints, n, most, "q", "Quit", 'q');
	return ui_hint(hints, n, most, "Esc", "Back", PRESS_ESCAPE);
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
	.name = "Log",
	.title = log_title,
	.draw = log_draw,
	.key = log_key,
	.escape = log_escape,
	.hints = log_hints,
	.filter = log_filter,
	.filtered = log_filtered,
	.keys = keys,
};
