/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands around every view: the host's line, the bar of views, the view's
 * name, a banner when there is one, the message, the keys. On a small screen the
 * bar of views goes first, since its digits work without being seen.
 */
#include <string.h>

#include "console/show.h"
#include "console/ui.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/cells.h"

#define FRESH_MS 2500 /* older figures are said to be old */
#define NAV_ROWS 16   /* fewer rows: no bar of views */

/* ---- The host's line ---- */

struct line {
	struct bar_part parts[20];
	size_t count;
};

static void part(struct line *line, unsigned style, int rank, bool right, const char *text)
{
	struct bar_part *p = &line->parts[line->count];

	if (line->count == sizeof line->parts / sizeof line->parts[0] || text[0] == '\0')
		return;
	line->count++;
	text_format(p->text, sizeof p->text, "%s", text);
	p->style = style;
	p->rank = rank;
	p->right = right;
}

static void freshness(const struct ui *ui, char *out, size_t size, unsigned *style_r)
{
	bool cut_off = ui_cut_off(ui);
	int64_t age = ui->now_ms - (cut_off ? ui->lost_ms : ui->fresh_ms);
	char seconds[16];

	text_show_duration(age / 1000, seconds, sizeof seconds);
	*style_r = STYLE_BAR_WARN;
	if (cut_off) {
		*style_r = STYLE_BAR_BAD;
		text_format(out, size, _("RECONNECTING %s"), seconds);
	} else if (ui->fresh_ms == 0) {
		text_format(out, size, "%s", _("CONNECTING"));
	} else if (age < FRESH_MS) {
		*style_r = STYLE_BAR_GOOD;
		text_format(out, size, "%s", _("LIVE"));
	} else {
		text_format(out, size, _("%s OLD"), seconds);
	}
}

/* "1 CRIT 1 WARN": what nobody has acknowledged yet. */
static void alert_parts(const struct ui *ui, struct line *line)
{
	size_t counts[MODEL_SEVERITIES] = { 0 };
	char text[64];

	for (size_t i = 0; i < ui->model->alert_count; i++)
		if (model_alert_calls(&ui->model->alerts[i], ui->now_us))
			counts[ui->model->alerts[i].severity]++;
	if (counts[MODEL_CRITICAL] > 0) {
		text_format(text, sizeof text, _("%zu CRIT"), counts[MODEL_CRITICAL]);
		part(line, STYLE_BAR_BAD, 0, false, text);
	}
	if (counts[MODEL_WARNING] > 0) {
		text_format(text, sizeof text, _("%zu WARN"), counts[MODEL_WARNING]);
		part(line, STYLE_BAR_WARN, 1, false, text);
	}
}

static void trial_part(const struct ui *ui, struct line *line)
{
	const struct model_trial *trial = &ui->model->trial;
	char text[96];

	if (!trial->present)
		return;
	text_format(text, sizeof text, _("TRIAL %llds"),
	    (long long)model_trial_left(trial, ui->now_ms));
	part(line, STYLE_BAR_WARN, 1, false, text);
}

static void staged_part(struct ui *ui, struct line *line)
{
	size_t count = ui_config_staged(ui);
	char text[64];

	if (count == 0)
		return;
	text_format(text, sizeof text, ngettext("%zu staged", "%zu staged", count), count);
	part(line, STYLE_BAR_WARN, 2, false, text);
}

/* Who else looks, as "adm@lan:Config". */
static void people_parts(const struct ui *ui, struct line *line)
{
	bool wide = ui->cols >= 120;
	char text[128];

	for (size_t i = 0; i < ui->model->session_count && i < 6; i++) {
		const struct model_session *s = &ui->model->sessions[i];

		if (s->number == ui->session)
			continue;
		text_format(text, sizeof text, "%s%s%s%s%s", s->user,
		    s->origin[0] != '\0' ? "@" : "", s->origin,
		    wide && s->page[0] != '\0' ? ":" : "", wide ? s->page : "");
		part(line, STYLE_BAR, 5, false, text);
	}
}

static void draw_host_line(struct ui *ui, struct area area)
{
	const struct model_host *host = &ui->model->host;
	struct line line = { .count = 0 };
	char text[160], figure[32];
	unsigned style;

	text_format(text, sizeof text, "steward %s", host->name);
	part(&line, STYLE_BAR_GOOD, 0, false, text);
	if (ui->model->known && host->uptime >= 0) {
		text_show_duration((int64_t)host->uptime, figure, sizeof figure);
		text_format(text, sizeof text, _("up %s"), figure);
		part(&line, STYLE_BAR, 3, false, text);
	}
	/* Where neither the bar of views nor a title names it. */
	if (ui->nav_row < 0 && ui_view(ui)->title == NULL)
		part(&line, STYLE_BAR, 2, false, _(ui_view(ui)->name));
	alert_parts(ui, &line);
	trial_part(ui, &line);
	staged_part(ui, &line);
	if (ui->port.read_only || (ui->role[0] != '\0' && strcmp(ui->role, "admin") != 0)) {
		text_format(text, sizeof text, _("you: %s"),
		    ui->port.read_only ? _("read only") : show_word(ui->role));
		part(&line, STYLE_BAR_WARN, 4, false, text);
	}
	people_parts(ui, &line);
	text_format(text, sizeof text, "%s %s", host->user, host->home);
	if (ui->model->known)
		part(&line, STYLE_BAR, 6, false, text);
	show_time(ui->now_us, ui->now_us, text, sizeof text);
	part(&line, STYLE_BAR, 1, true, text);
	freshness(ui, text, sizeof text, &style);
	part(&line, style, 0, true, text);
	bar_draw(area, 0, STYLE_BAR, line.parts, line.count);
}

/* ---- The bar of views ---- */

/* Whether the view that is seen belongs to the numbered one: the last numbered
 * one below it. */
static const struct view *numbered(const struct ui *ui)
{
	for (size_t i = ui->depth; i-- > 0;)
		if (ui->views[i]->digit != 0)
			return ui->views[i];
	return &view_home; /* which lies below all */
}

enum nav_length { NAV_NAMES, NAV_SHORT, NAV_DIGITS };

static void nav_word(const struct ui *ui, const struct view *view, enum nav_length length,
    bool spaced, char *out, size_t size)
{
	bool here = view == numbered(ui);
	const char *name = length == NAV_NAMES ? _(view->name) :
	    length == NAV_SHORT || here        ? _(view->short_name) :
						 "";

	text_format(out, size, "%s%c%s%s%s", here ? "[" : "", view->digit,
	    spaced && *name != '\0' ? " " : "", name, here ? "]" : "");
}

/* Calls each for every word with its place; returns the width of all. */
static int nav_walk(const struct ui *ui, enum nav_length length, int cols,
    void (*each)(void *arg, const struct view *view, int col, int width, const char *word),
    void *arg)
{
	bool spaced = length == NAV_NAMES && cols >= 100;
	int col = 1;
	char word[96];

	for (const struct view *const *view = view_list; *view != NULL; view++) {
		nav_word(ui, *view, length, spaced, word, sizeof word);
		int width = cells_width(word, ui->ascii);

		if (each != NULL)
			each(arg, *view, col, width, word);
		col += width + (spaced ? 2 : 1);
	}
	return col;
}

static enum nav_length nav_length(const struct ui *ui, int cols)
{
	for (enum nav_length length = NAV_NAMES; length < NAV_DIGITS; length++)
		if (nav_walk(ui, length, cols, NULL, NULL) <= cols)
			return length;
	return NAV_DIGITS;
}

struct nav_draw {
	const struct ui *ui;
	struct area area;
	int row;
};

static void nav_draw_word(void *arg, const struct view *view, int col, int width, const char *word)
{
	struct nav_draw *draw = arg;
	bool here = view == numbered(draw->ui);
	const char *digit = strchr(word, view->digit);

	(void)width;
	area_text(draw->area, draw->row, col, here ? STYLE_STRONG : STYLE_NORMAL, word);
	if (digit != NULL) {
		char text[2] = { *digit, '\0' };

		area_text(draw->area, draw->row, col + (int)(digit - word), STYLE_KEY, text);
	}
}

struct nav_find {
	int col;
	const struct view *found;
};

static void nav_find_word(void *arg, const struct view *view, int col, int width, const char *word)
{
	struct nav_find *find = arg;

	(void)word;
	if (find->col >= col && find->col < col + width)
		find->found = view;
}

const struct view *ui_nav_at(const struct ui *ui, int col)
{
	struct nav_find find = { .col = col };

	nav_walk(ui, nav_length(ui, ui->cols), ui->cols, nav_find_word, &find);
	return find.found;
}

/* What stands at the right of the bar where there is room: the ways to all else.
 * Returns the column it begins at, -1: there is no room. */
static int nav_ways(const struct ui *ui, int cols, struct bar_hint ways_r[3])
{
	static const struct {
		char key;
		const char *label;
	} ways[] = { { ':', N_("find") }, { 'm', N_("menu") }, { '?', N_("help") } };
	int used = nav_walk(ui, nav_length(ui, cols), cols, NULL, NULL), width = 0;

	for (size_t i = 0; i < 3; i++) {
		ways_r[i] = (struct bar_hint){ bindings_shown(&ui->bindings, ways[i].key),
			_(ways[i].label), ways[i].key };
		width += cells_width(ways_r[i].key, ui->ascii) + 1 +
		    cells_width(ways_r[i].label, ui->ascii) + 2;
	}
	return used + width <= cols ? cols - width : -1;
}

int ui_nav_key_at(const struct ui *ui, int col)
{
	struct bar_hint ways[3];
	int begin = nav_ways(ui, ui->cols, ways);
	struct canvas ruler = { .rows = 1, .cols = ui->cols, .ascii = ui->ascii };
	struct area row = { .canvas = &ruler, .rows = 1, .cols = ui->cols - begin };

	return begin >= 0 && col >= begin ? bar_hint_at(row, ways, 3, col - begin) : -1;
}

static void draw_nav(struct ui *ui, struct area area)
{
	struct nav_draw draw = { ui, area, ui->nav_row };
	struct bar_hint ways[3];
	int begin = nav_ways(ui, area.cols, ways);

	nav_walk(ui, nav_length(ui, area.cols), area.cols, nav_draw_word, &draw);
	if (begin >= 0)
		bar_hints(area_part(area, ui->nav_row, begin, 1, area.cols - begin), 0, ways, 3);
}

/* ---- Name, banner, message ---- */

static void draw_title(struct ui *ui, struct area area, int row)
{
	const struct view *view = ui_view(ui);
	char text[384] = "";
	int col = area_text(area, row, 1, STYLE_STRONG, _(view->name));

	view->title(ui, text, sizeof text);
	area_field(area, row, col + 2, area.cols - col - 3, ALIGN_LEFT, STYLE_NORMAL, text);
}

/* Returns how many rows it took from row on. */
static int draw_banner(const struct ui *ui, struct area area, int row)
{
	char text[UI_BANNER_BYTES];
	struct area inside = area_part(area, row, 1, area.rows - row, area.cols - 2);
	unsigned style;

	ui_banner_text(ui, text, sizeof text, &style);
	if (text[0] == '\0')
		return 0;
	return area_wrap(inside, 0, area.rows >= 20 ? 3 : 2, (int)style, text);
}

/* The message stands right above the footer; returns its rows. */
static int draw_message(const struct ui *ui, struct area area, int bottom)
{
	char text[1200];
	unsigned style;
	struct area inside = area_part(area, 0, 1, area.rows, area.cols - 2);

	ui_message_text(ui, text, sizeof text, &style);
	int rows = area_wrap(inside, 0, area.rows >= 20 ? 3 : 2, -1, text);

	if (rows > 1)
		area_wrap(inside, bottom - rows + 1, rows, (int)style, text);
	else
		area_text(inside, bottom, 0, style, text);
	return rows > 1 ? rows : 1;
}

bool ui_too_small(const struct ui *ui)
{
	return ui->rows > 0 && (ui->rows < 8 || ui->cols < 36);
}

static bool draw_too_small(struct ui *ui, struct area area)
{
	if (!ui_too_small(ui))
		return false;
	area_text(area, 0, 0, STYLE_STRONG, _("window too small"));
	area_text(area, 1, 0, STYLE_NORMAL, _("40x12 is enough"));
	area_print(area, 2, 0, STYLE_NORMAL, _("%s leaves"), bindings_shown(&ui->bindings, 'q'));
	ui->body = area_part(area, 0, 0, 0, 0);
	ui->nav_row = ui->footer_row = -1;
	return true;
}

/* What an action goes by that is begun from this frame. */
static void remember_services(struct ui *ui)
{
	ui->seen_count = ui->model->service_count;
	for (size_t i = 0; i < ui->seen_count; i++) {
		const struct model_service *s = &ui->model->services[i];

		text_format(ui->seen[i].name, sizeof ui->seen[i].name, "%s", s->name);
		text_format(ui->seen[i].since, sizeof ui->seen[i].since, "%s", s->since);
		ui->seen[i].state = s->state;
		ui->seen[i].generation = s->generation;
	}
}

void ui_draw(struct ui *ui, struct canvas *canvas)
{
	struct area area = canvas_area(canvas);
	struct bar_hint hints[UI_HINTS];
	bool line = ui->overlay != NULL && ui->overlay->line;

	canvas_clear(canvas);
	ui->rows = canvas->rows;
	ui->cols = canvas->cols;
	ui->ascii = canvas->ascii;
	remember_services(ui);
	if (draw_too_small(ui, area))
		return;
	ui->footer_row = area.rows - 1;
	ui->nav_row = area.rows >= NAV_ROWS ? 1 : -1;
	draw_host_line(ui, area);
	if (ui->nav_row >= 0)
		draw_nav(ui, area);
	int top = ui->nav_row >= 0 ? 2 : 1;

	top += draw_banner(ui, area, top);
	if (ui_view(ui)->title != NULL)
		draw_title(ui, area, top++);
	/* A line that is typed puts the cursor where it belongs, so it comes last. */
	int bottom = ui->footer_row - (line ? 1 : draw_message(ui, area, ui->footer_row - 1));

	ui->body = area_part(area, top, 0, bottom - top, area.cols);
	ui_view(ui)->draw(ui, ui->body);
	bar_hints(area, ui->footer_row, hints, ui_view(ui)->hints(ui, hints, UI_HINTS));
	if (line)
		ui->overlay->draw(ui, area_part(area, ui->footer_row - 1, 1, 1, area.cols - 2));
	else if (ui->overlay != NULL)
		ui->overlay->draw(ui, area);
}
