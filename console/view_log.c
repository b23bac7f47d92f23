/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal of one service or of all, oldest first, followed until somebody
 * scrolls. What is being read stays where it is, whatever comes and goes around
 * it: that is why positions are kept as places of records while they change.
 */
#include <string.h>
#include <time.h>

#include "console/log.h"
#include "console/show.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/cells.h"

#define SIFT_NS (6 * 1000000) /* of a turn, for lines that are not seen yet */
#define TIME_BYTES 32
#define NARROW 60 /* cells; fewer: no room for years and seconds */

enum { SPAN_TIME, SPAN_LEVEL, SPAN_SERVICE, SPAN_SUBJECT, SPAN_COLON, SPAN_TEXT };

struct log_state *log_of(struct ui *ui)
{
	return ui_view_state(ui, &view_log);
}

static void log_end(void *state)
{
	struct log_state *log = state;

	records_free(log->records);
	sieve_free(log->sieve);
	log_save_free(log->save);
}

/* ---- What is being read ---- */

static int64_t place_of(const struct log_state *log, size_t index)
{
	size_t count = records_count(log->records);

	return index < count ? records_place(log->records, index) : records_end(log->records);
}

void log_hold(const struct log_state *log, struct log_hold *hold)
{
	hold->top = place_of(log, log->pager.top);
	hold->at = place_of(log, log->pager.at);
	hold->anchor = place_of(log, log->pager.anchor);
	hold->seen = place_of(log, log->pager.seen);
}

void log_release(struct log_state *log, const struct log_hold *hold)
{
	size_t lines = records_count(log->records);
	size_t last = lines > 0 ? lines - 1 : 0;
	size_t page = log->pager.page > 1 ? (size_t)log->pager.page - 1 : 0;

	log->pager.lines = lines;
	log->pager.top = records_index(log->records, hold->top);
	log->pager.at = records_index(log->records, hold->at);
	log->pager.anchor = records_index(log->records, hold->anchor);
	log->pager.seen = records_index(log->records, hold->seen);
	/* Following, the last page is there, drawn or not. */
	if (log->pager.follow || log->pager.at > last)
		log->pager.at = last;
	if (log->pager.follow)
		log->pager.top = last - (last < page ? last : page);
	if (log->pager.top > last)
		log->pager.top = last;
}

/* Looks more lines through, if there are any left. */
static void sift(struct ui *ui, struct log_state *log)
{
	struct log_hold hold;

	if (records_sifted(log->records))
		return;
	log_hold(log, &hold);
	bool all = records_sift(log->records, SIFT_NS);

	log_release(log, log->has_goal ? &log->goal : &hold);
	if (all)
		log->has_goal = false;
	else
		ui->wants |= UI_AGAIN;
}

/* ---- Opening ---- */

void ui_log_open(struct ui *ui, const char *service)
{
	struct log_state *log = log_of(ui);
	bool wrap = log->pager.wrap;

	if (log->records == NULL)
		log->records = records_new();
	text_format(log->service, sizeof log->service, "%s", service);
	log->level = JOURNAL_INFO;
	log->since_us = log->until_us = 0;
	log->filtering = log->invert = false;
	log->context = 0;
	log->pager = (struct pager){ .follow = true, .wrap = wrap, .select = true };
	log_filter(ui);
	log_load_begin(ui);
	ui_open(ui, &view_log);
}

static void log_opened(struct ui *ui)
{
	struct log_state *log = log_of(ui);

	if (log->records == NULL)
		ui_log_open(ui, "");
	else if (log->level > ui->journal_level)
		log_load_begin(ui); /* it was left, and what came since is of the level before */
}

static void log_changed(struct ui *ui)
{
	log_load_feed(ui);
	if (ui_view(ui) == &view_log && log_of(ui)->records != NULL)
		log_load_ahead(ui);
}

/* ---- The title ---- */

static const char *whose(const struct log_state *log)
{
	return log->service[0] != '\0' ? log->service : _("all services");
}

static void add(char *out, size_t size, const char *text)
{
	size_t at = strlen(out);

	text_format(out + at, size - at, "%s%s", at > 0 ? "; " : "", text);
}

static void how_far(const struct log_state *log, char *out, size_t size)
{
	size_t fresh = pager_new_lines(&log->pager) + log->load.missed;

	if (log->pager.follow)
		text_format(out, size, _("%s: following"), whose(log));
	else if (fresh > 0)
		text_format(out, size, ngettext("%s: %zu new", "%s: %zu new", fresh), whose(log),
		    fresh);
	else
		text_format(out, size, _("%s: paused"), whose(log));
}

static void which_lines(const struct log_state *log, char *out, size_t size)
{
	size_t lines = records_count(log->records), total = records_total(log->records);
	const char *more = log->load.oldest ? "" : "+";

	if (log->sieve == NULL || log->searching)
		text_format(out, size, ngettext("%zu%s line", "%zu%s lines", lines), lines, more);
	else if (log->context > 0)
		text_format(out, size, _("%zu of %zu%s lines, with %u around each match"), lines,
		    total, more, log->context);
	else
		text_format(out, size, _("%zu of %zu%s lines"), lines, total, more);
}

static void what_text(const struct log_state *log, char *out, size_t size)
{
	bool plain = sieve_plain(log->sieve) != NULL;

	if (log->searching && log->invert)
		text_format(out, size, _("searching what is not \"%s\""), log->text);
	else if (log->searching)
		text_format(out, size, _("searching \"%s\""), log->text);
	else if (log->invert && plain)
		text_format(out, size, _("without the text \"%s\""), log->text);
	else if (log->invert)
		text_format(out, size, _("without \"%s\""), log->text);
	else if (plain)
		text_format(out, size, _("the text \"%s\""), log->text);
	else
		text_format(out, size, "\"%s\"", log->text);
}

static bool today(const struct ui *ui, int64_t time_us)
{
	char day[TIME_BYTES], now[TIME_BYTES];

	show_moment(time_us, true, day, sizeof day);
	show_moment(ui->now_us, true, now, sizeof now);
	return strncmp(day, now, strcspn(now, " ")) == 0;
}

static void limits(const struct ui *ui, const struct log_state *log, char *out, size_t size)
{
	char since[TIME_BYTES], until[TIME_BYTES];

	show_moment(log->since_us, !today(ui, log->since_us), since, sizeof since);
	show_moment(log->until_us, !today(ui, log->until_us), until, sizeof until);
	if (log->since_us > 0 && log->until_us > 0)
		text_format(out, size, _("from %s to %s"), since, until);
	else if (log->since_us > 0)
		text_format(out, size, _("since %s"), since);
	else
		text_format(out, size, _("until %s"), until);
}

static void log_title(struct ui *ui, char *out, size_t size)
{
	const struct log_state *log = log_of(ui);
	char part[INPUT_MAX + 64];

	how_far(log, out, size);
	which_lines(log, part, sizeof part);
	add(out, size, part);
	if (log->sieve != NULL) {
		what_text(log, part, sizeof part);
		add(out, size, part);
	}
	if (log->since_us > 0 || log->until_us > 0) {
		limits(ui, log, part, sizeof part);
		add(out, size, part);
	}
	if (!log->pager.wrap && log->pager.left > 0) {
		text_format(part, sizeof part, _("from column %d"), log->pager.left + 1);
		add(out, size, part);
	}
	if (log->level == JOURNAL_ERROR) {
		add(out, size, _("errors alone"));
	} else {
		text_format(part, sizeof part, _("%s and worse"), show_level_word(log->level));
		add(out, size, part);
	}
}

/* ---- The lines ---- */

/* Text and as many spaces as make it width cells. */
static void pad(char *out, size_t size, const char *text, int width, bool ascii)
{
	int used = cells_width(text, ascii);

	text_format(out, size, "%s%*s", text, used < width ? width - used : 0, "");
}

/* Today's times need no date, unless others are seen above them. */
static bool dated(const struct ui *ui, const struct log_state *log)
{
	struct record record;

	if (log->pager.top >= records_count(log->records))
		return false;
	records_at(log->records, records_place(log->records, log->pager.top), &record);
	return !today(ui, record.time_us);
}

static int service_width(const struct ui *ui)
{
	int width = cells_width("host", ui->ascii);

	for (size_t i = 0; i < ui->model->service_count; i++) {
		int own = cells_width(ui->model->services[i].name, ui->ascii);

		width = own > width ? own : width;
	}
	return width < 12 ? width : 12;
}

static int level_width(const struct ui *ui)
{
	int width = 0;

	for (int level = JOURNAL_ERROR; level <= JOURNAL_DEBUG; level++) {
		int own = cells_width(show_level_word((enum journal_level)level), ui->ascii);

		width = own > width ? own : width;
	}
	return width < 12 ? width : 12;
}

static void span(struct pager_line *line, const char *text, unsigned style)
{
	line->spans[line->count].text = text;
	line->spans[line->count++].style = style;
}

/* The parts of a line live here until the next one is asked for. */
static void log_line(void *arg, size_t index, struct pager_line *line)
{
	static char when[TIME_BYTES + 2], level[64], service[64];
	struct ui *ui = arg;
	struct log_state *log = log_of(ui);
	char clock[TIME_BYTES];
	struct record r;

	records_at(log->records, records_place(log->records, index), &r);
	show_moment(r.time_us, log->dated, clock, sizeof clock);
	if (log->dated && ui->cols < NARROW) /* "03-01 14:02" */
		text_format(when, sizeof when, " %.11s ", clock + strcspn(clock, "-") + 1);
	else
		text_format(when, sizeof when, " %s ", clock);
	pad(level, sizeof level, show_level_word(r.level), log->level_width + 1, ui->ascii);
	pad(service, sizeof service, log->service[0] == '\0' ? r.service : "",
	    log->service[0] == '\0' ? log->service_width + 1 : 0, ui->ascii);
	span(line, when, STYLE_DIM);
	span(line, level, show_level_style(r.level));
	span(line, service, STYLE_STRONG);
	span(line, r.subject, STYLE_NOTE);
	span(line, r.subject[0] != '\0' ? ": " : "", STYLE_NOTE);
	span(line, r.text, r.level <= JOURNAL_WARNING ? STYLE_STRONG : STYLE_NORMAL);
	line->dim = r.beside;
}

static size_t log_matches(void *arg, size_t index, size_t number, const char *text,
    struct pager_match *matches, size_t most)
{
	const struct log_state *log = log_of(arg);
	struct sieve_span spans[PAGER_MATCHES];

	(void)index;
	if (log->sieve == NULL || log->invert || (number != SPAN_SUBJECT && number != SPAN_TEXT))
		return 0;
	size_t count =
	    sieve_spans(log->sieve, text, spans, most < PAGER_MATCHES ? most : PAGER_MATCHES);

	for (size_t i = 0; i < count; i++)
		matches[i] = (struct pager_match){ spans[i].from, spans[i].end };
	return count;
}

/* What a log that is off keeps from being seen; returns the rows that it took. */
static int draw_hidden(const struct log_state *log, struct area area)
{
	char text[256];

	if (!log->kept_known || log->level <= log->kept || area.rows < 4)
		return 0;
	text_format(text, sizeof text,
	    _("host.journal_level is %s: nothing less important is written, so nothing "
	      "less important can be seen here"),
	    journal_level_name(log->kept));
	return area_wrap(area_part(area, 0, 1, area.rows, area.cols - 2), 0, 2, STYLE_WARN, text);
}

static bool names_service(const struct ui *ui, const char *text)
{
	return strcmp(text, "host") == 0 || model_service(ui->model, text) != NULL;
}

static void draw_nothing(const struct ui *ui, const struct log_state *log, struct area area)
{
	if (log->load.op != LOG_IDLE || !records_sifted(log->records))
		area_text(area, 0, 1, STYLE_DIM, _("reading"));
	else if (!ui->connected)
		area_text(area, 0, 1, STYLE_DIM, _("no connection"));
	else if (log->sieve != NULL && !log->searching && names_service(ui, log->text))
		/* It stands in each line, but is not what the filter looks at. */
		area_print(area, 0, 1, STYLE_NOTE,
		    _("no subject or text passes \"%s\"; Esc shows all, %s the log of a service"),
		    log->text, bindings_shown(&ui->bindings, 'b'));
	else if (log->sieve != NULL && !log->searching)
		area_print(area, 0, 1, STYLE_NOTE, _("no line passes \"%s\"; Esc shows all"),
		    log->text);
	else
		area_text(area, 0, 1, STYLE_DIM, _("nothing has been written yet"));
	area_cursor(area, 0, 0);
}

static void log_draw(struct ui *ui, struct area area)
{
	struct log_state *log = log_of(ui);
	int row;

	sift(ui, log);
	row = draw_hidden(log, area);
	/* The very first line says so when one has scrolled up to it. */
	if (!log->pager.follow && log->pager.top == 0 && log->load.oldest &&
	    records_count(log->records) > (size_t)area.rows)
		area_text(area, row++, 1, STYLE_DIM, _("the oldest record is reached"));
	log->body = area_part(area, row, 0, area.rows - row, area.cols);
	log->service_width = service_width(ui);
	log->level_width = level_width(ui);
	log->pager.line = log_line;
	log->pager.matches = log_matches;
	log->pager.arg = ui;
	log->pager.lines = records_count(log->records);
	if (log->pager.lines == 0) {
		draw_nothing(ui, log, log->body);
		return;
	}
	log->dated = dated(ui, log);
	pager_draw(&log->pager, log->body);
	/* Another line may be the first one now. */
	if (dated(ui, log) == log->dated)
		return;
	log->dated = !log->dated;
	for (row = 0; row < log->body.rows; row++)
		area_fill(log->body, row, 0, log->body.cols, STYLE_NORMAL);
	pager_draw(&log->pager, log->body);
}

/* ---- Keys ---- */

static void next_level(struct ui *ui, struct log_state *log)
{
	log->level = log->level == JOURNAL_ERROR ? JOURNAL_DEBUG : log->level - 1;
	log_load_begin(ui);
}

static void change_context(struct ui *ui, struct log_state *log, int by)
{
	int context = (int)log->context + by;

	if (context < 0 || context > RECORDS_CONTEXT)
		return;
	log->context = (unsigned)context;
	log_filter(ui);
	if (log->sieve == NULL)
		ui_say(ui, STYLE_NOTE, 5,
		    ngettext("%u line around each match, once there is a filter",
			"%u lines around each match, once there is a filter", log->context),
		    log->context);
}

static void invert(struct ui *ui, struct log_state *log)
{
	log->invert = !log->invert;
	log_filter(ui);
	if (log->sieve == NULL)
		ui_say(ui, STYLE_NOTE, 5, "%s",
		    log->invert ? _("a filter will show what does not match it") :
				  _("a filter will show what matches it"));
}

static bool letter(struct ui *ui, struct log_state *log, uint32_t c)
{
	switch (c) {
	case '/':
		log_filter_open(ui);
		return true;
	case '&':
		log->searching = !log->searching;
		log_filter(ui);
		ui_say(ui, STYLE_NOTE, 5, "%s",
		    log->searching ? _("searching: all lines are there, n and N go to matches") :
				     _("filtering: only lines that match are there"));
		return true;
	case 'i':
		invert(ui, log);
		return true;
	case '+':
	case '-':
		change_context(ui, log, c == '+' ? 1 : -1);
		return true;
	case 'n':
	case 'N':
		log_next_match(ui, c == 'N');
		return true;
	case 'e':
		next_level(ui, log);
		return true;
	case 'b':
		ui_lay_over(ui, &overlay_log_service);
		return true;
	case 't':
		ui_lay_over(ui, &overlay_log_time);
		return true;
	case 'o':
		ui_lay_over(ui, &overlay_log_save);
		return true;
	case 'y':
		log_copy(ui);
		return true;
	default:
		return false;
	}
}

/* Where there is more than what is at hand, the ends are elsewhere. */
static bool far_end(struct ui *ui, struct log_state *log, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	if ((key->code == PRESS_FIRST || c == 'g') && !log->load.oldest && ui->connected &&
	    (log->sieve == NULL || log->searching)) {
		log->pager.follow = false;
		log_load_oldest(ui);
		return true;
	}
	if ((key->code != PRESS_LAST && c != 'G' && (c != 'f' || log->pager.follow)) ||
	    log->load.follows || log->load.ended || !ui->connected)
		return false;
	log_load_newest(ui);
	return true;
}

static bool click(struct log_state *log, const struct key *key)
{
	int row, col;

	if (key->code != PRESS_CLICK || !ui_inside(&log->body, key, &row, &col))
		return false;
	size_t index = pager_line_at(&log->pager, row);

	if (index < log->pager.lines)
		pager_show(&log->pager, index);
	return true;
}

static bool log_key(struct ui *ui, const struct key *key)
{
	struct log_state *log = log_of(ui);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	bool taken = true;

	if (key->code == PRESS_ESCAPE && log_saving(ui)) {
		log_save_cancel(ui);
		return true;
	}
	if (key->code == PRESS_ENTER && log->pager.lines > 0)
		ui_lay_over(ui, &overlay_log_record);
	else if (!letter(ui, log, c) && !far_end(ui, log, key) && !click(log, key))
		taken = pager_key(&log->pager, key);
	if (taken && ui_view(ui) == &view_log) {
		log->has_goal &= c == '/' || c == 'i' || c == '&' || c == '+' || c == '-';
		if (log->pager.follow && log->load.follows)
			log->load.missed = 0;
		log_load_ahead(ui);
	}
	return taken;
}

static bool log_escape(struct ui *ui)
{
	struct log_state *log = log_of(ui);

	if (!log->filtering)
		return false;
	log->filtering = log->invert = false;
	log_filter(ui);
	return true;
}

static char *log_text(struct ui *ui)
{
	return log_of(ui)->text;
}

static void log_filtered(struct ui *ui)
{
	log_of(ui)->filtering = log_of(ui)->text[0] != '\0';
	log_filter(ui);
}

static void log_page(struct ui *ui, char *out, size_t size)
{
	const struct log_state *log = log_of(ui);

	if (log->service[0] != '\0')
		text_format(out, size, "%s %s", view_log.name, log->service);
}

static size_t log_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	const struct log_state *log = log_of(ui);
	size_t n = 0;

	n = ui_hint(ui, hints, n, most, NULL, log->pager.follow ? _("Pause") : _("Follow"), 'f');
	n = ui_hint(ui, hints, n, most, NULL, log->searching ? _("Search") : _("Filter"), '/');
	n = ui_hint(ui, hints, n, most, NULL, _("Level"), 'e');
	n = ui_hint(ui, hints, n, most, NULL, _("Whose"), 'b');
	n = ui_hint(ui, hints, n, most, NULL, _("Time"), 't');
	n = ui_hint(ui, hints, n, most, NULL, log->pager.wrap ? _("Cut lines") : _("Wrap"), 'w');
	n = ui_hint(ui, hints, n, most, NULL, _("Copy"), 'y');
	n = ui_hint(ui, hints, n, most, NULL, _("Save"), 'o');
	n = ui_hint(ui, hints, n, most, _("Esc"), _("Back"), PRESS_ESCAPE);
	n = ui_hint(ui, hints, n, most, NULL, _("Menu"), 'm');
	return ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
}

static const struct view_key keys[] = {
	{ N_("f"), N_("follow new lines, or pause") },
	{ N_("Up Down j k"), N_("a line up or down; stops following") },
	{ N_("PgUp PgDn Space"), N_("a page up or down") },
	{ N_("g Home"), N_("the oldest line") },
	{ N_("G End"), N_("the newest line, and follow") },
	{ N_("Enter"), N_("all of the selected record") },
	{ N_("/"), N_("show only lines that match a regular expression, or a text") },
	{ N_("&"), N_("search instead: all lines stay, and matches stand out") },
	{ N_("n N"), N_("the next match, the one before") },
	{ N_("i"), N_("the lines that do not match") },
	{ N_("+ -"), N_("more or fewer lines around each match, 0 to 9") },
	{ N_("e"), N_("level: info, notice, warning, error, debug, each with what is worse") },
	{ N_("b"), N_("the log of another service, or of all") },
	{ N_("t"), N_("go to a time; \"since 2h\" and \"until 12:30\" limit the log") },
	{ N_("w"), N_("wrap long lines, or cut them") },
	{ N_("Left Right h l"), N_("move sideways while lines are cut") },
	{ N_("v"), N_("mark lines from here on; once more: no marks") },
	{ N_("y"), N_("copy the marked lines, or the selected one") },
	{ N_("o"), N_("save all lines that match to a file, older ones too") },
	{ N_("Esc"), N_("end marking; drop the filter; back") },
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
	.filter = log_text,
	.filtered = log_filtered,
	.page = log_page,
	.keys = keys,
};
