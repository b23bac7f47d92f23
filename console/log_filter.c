/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one types to choose among the lines: a text or pattern, a time, a service.
 * What is wrong with it is said beside it while it is being typed, and what was
 * typed last is there again.
 */
#include <string.h>

#include "console/log.h"
#include "console/show.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/cells.h"
#include "widgets/menu.h"

#define LOOK_NS (4 * 1000000) /* before a changed filter is drawn */

/* ---- Applying it ---- */

void log_filter(struct ui *ui)
{
	struct log_state *log = log_of(ui);
	struct sieve *before = log->sieve;
	struct log_hold hold;

	log_hold(log, &hold);
	if (!log->has_goal)
		log->goal = hold;
	log->has_goal = true;
	log->sieve = log->filtering ? sieve_new(log->text) : NULL;
	records_sieve(log->records, log->searching ? NULL : log->sieve, log->invert, log->context);
	sieve_free(before);
	log_load_filtered(log);
	log->pager.anchored = false;
	if (records_sift(log->records, LOOK_NS)) {
		hold = log->goal;
		log->has_goal = false;
	} else {
		ui->wants |= UI_AGAIN;
	}
	log_release(log, &hold);
	log_load_ahead(ui);
}

static bool is_match(const struct log_state *log, int64_t place)
{
	struct record record;

	if (!log->searching)
		return records_matches(log->records, place);
	records_at(log->records, place, &record);
	return sieve_finds(log->sieve, record.subject, record.text) != log->invert;
}

/* The next line that is a match from the selected one on; lines when none is. */
static size_t find_match(const struct log_state *log, bool backwards)
{
	size_t lines = records_count(log->records);
	size_t at = log->pager.follow || log->pager.at >= lines ? lines - 1 : log->pager.at;

	while (backwards ? at > 0 : at + 1 < lines) {
		at = backwards ? at - 1 : at + 1;
		if (is_match(log, records_place(log->records, at)))
			return at;
	}
	return lines;
}

void log_next_match(struct ui *ui, bool backwards)
{
	struct log_state *log = log_of(ui);
	size_t lines = records_count(log->records);

	if (log->sieve == NULL) {
		ui_say(ui, STYLE_NOTE, 5, _("nothing is looked for; %s opens a line for it"),
		    bindings_shown(&ui->bindings, '/'));
		return;
	}
	size_t found = lines > 0 ? find_match(log, backwards) : 0;
	bool more = backwards ? !log->load.oldest : !log->load.follows && !log->load.ended;

	if (found < lines)
		pager_show(&log->pager, found);
	else if (more && ui->connected && log_pattern_fits(log))
		log_load_match(ui, backwards);
	else
		ui_say(ui, STYLE_NOTE, 6, "%s",
		    backwards ? _("no match before this one") : _("no match behind this one"));
}

/* ---- A line to type in, with a word about it ---- */

static void draw_line(struct area area, const struct input *input, const char *label,
    const char *note, unsigned style)
{
	int width = area_width(area, note);

	if (width > area.cols / 2)
		width = area.cols / 2;
	area_field(area, 0, area.cols - width, width, ALIGN_LEFT, style, note);
	input_draw(input, area_part(area, 0, 0, 1, area.cols - (width > 0 ? width + 1 : 0)), 0,
	    label);
}

struct filter_state {
	struct input input;
	bool was;
	char before[INPUT_MAX];
};

static void filter_apply(struct ui *ui, const char *text, bool filtering)
{
	struct log_state *log = log_of(ui);

	if (strcmp(log->text, text) == 0 && log->filtering == filtering)
		return;
	text_format(log->text, sizeof log->text, "%s", text);
	log->filtering = filtering;
	log_filter(ui);
}

void log_filter_open(struct ui *ui)
{
	struct filter_state *state = ui_overlay_state(ui, &overlay_log_filter);
	struct log_state *log = log_of(ui);

	state->was = log->filtering;
	text_format(state->before, sizeof state->before, "%s", log->text);
	input_set(&state->input, log->text);
	/* What was typed last is looked for again. */
	filter_apply(ui, state->before, state->before[0] != '\0');
	ui_lay_over(ui, &overlay_log_filter);
}

static void filter_key(struct ui *ui, const struct key *key)
{
	struct filter_state *state = ui_overlay_state(ui, &overlay_log_filter);
	const char *text = state->input.text;

	switch (input_key(&state->input, key)) {
	case INPUT_CHANGED:
		filter_apply(ui, text, text[0] != '\0');
		break;
	case INPUT_DONE:
		filter_apply(ui, text, text[0] != '\0');
		ui_close(ui);
		break;
	case INPUT_CANCELLED:
		filter_apply(ui, state->before, state->was);
		ui_close(ui);
		break;
	case INPUT_IGNORED:
		/* One can move in the lines while the filter is being typed. */
		if (key->code != PRESS_CONTROL && key->code != PRESS_FUNCTION &&
		    key->code != PRESS_CLICK)
			view_log.key(ui, key);
		break;
	case INPUT_MOVED:
		break;
	}
}

static void filter_draw(struct ui *ui, struct area area)
{
	const struct filter_state *state = ui_overlay_state(ui, &overlay_log_filter);
	const struct log_state *log = log_of(ui);
	char note[320] = "";
	unsigned style = STYLE_DIM;

	if (log->sieve != NULL && sieve_plain(log->sieve) != NULL) {
		style = STYLE_WARN;
		text_format(note, sizeof note, _("taken as plain text: %s"),
		    sieve_plain(log->sieve));
	} else if (log->sieve != NULL) {
		text_format(note, sizeof note, "%s",
		    sieve_any_case(log->sieve) ? _("regular expression, a is A") :
						 _("regular expression"));
	}
	draw_line(area, &state->input, log->searching ? "& " : "/ ", note, style);
}

const struct overlay overlay_log_filter = {
	.name = "log-filter",
	.state = sizeof(struct filter_state),
	.draw = filter_draw,
	.key = filter_key,
	.line = true,
};

/* ---- A time ---- */

struct time_state {
	struct input input;
};

struct moment {
	enum { GO_TO, SINCE, UNTIL } what;
	bool none; /* the limit is dropped */
	int64_t time_us;
};

static bool word(const char **text, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(*text, name, length) != 0 || ((*text)[length] != ' ' && (*text)[length]))
		return false;
	*text += length;
	*text += strspn(*text, " ");
	return true;
}

static bool read_moment(const struct ui *ui, const char *text, struct moment *moment)
{
	*moment = (struct moment){ .what = GO_TO };
	text += strspn(text, " ");
	if (word(&text, "since"))
		moment->what = SINCE;
	else if (word(&text, "until"))
		moment->what = UNTIL;
	moment->none = *text == '\0' && moment->what != GO_TO;
	moment->time_us = moment->none ? 0 : clock_parse(text, ui->now_us);
	return moment->time_us >= 0;
}

static void time_done(struct ui *ui, const struct moment *moment)
{
	struct log_state *log = log_of(ui);

	if (moment->what == GO_TO) {
		log_load_until(ui, moment->time_us);
		return;
	}
	*(moment->what == SINCE ? &log->since_us : &log->until_us) = moment->time_us;
	log_load_begin(ui);
}

static void time_key(struct ui *ui, const struct key *key)
{
	struct time_state *state = ui_overlay_state(ui, &overlay_log_time);
	struct moment moment;

	switch (input_key(&state->input, key)) {
	case INPUT_DONE:
		if (state->input.text[0] == '\0') {
			ui_close(ui);
		} else if (read_moment(ui, state->input.text, &moment)) {
			ui_close(ui);
			time_done(ui, &moment);
		}
		break;
	case INPUT_CANCELLED:
		ui_close(ui);
		break;
	default:
		break;
	}
}

static void time_draw(struct ui *ui, struct area area)
{
	const struct time_state *state = ui_overlay_state(ui, &overlay_log_time);
	unsigned style = STYLE_DIM;
	char note[96], when[32];
	struct moment moment;

	if (state->input.text[0] == '\0') {
		text_format(note, sizeof note, "%s", _("12:30, since boot, until 2026-01-31"));
	} else if (!read_moment(ui, state->input.text, &moment)) {
		style = STYLE_WARN;
		text_format(note, sizeof note, "%s", _("this is no time yet"));
	} else if (moment.none) {
		text_format(note, sizeof note, "%s", _("drops the limit"));
	} else {
		show_moment(moment.time_us, true, when, sizeof when);
		text_format(note, sizeof note, "%s", when);
	}
	draw_line(area, &state->input, _("time: "), note, style);
}

const struct overlay overlay_log_time = {
	.name = "log-time",
	.state = sizeof(struct time_state),
	.draw = time_draw,
	.key = time_key,
	.line = true,
};

/* ---- A service ---- */

struct service_state {
	struct menu menu;
	struct menu_entry entries[MODEL_SERVICES + 2];
	char names[MODEL_SERVICES + 2][32];
	bool open;
};

static struct service_state *services_of(struct ui *ui)
{
	struct service_state *state = ui_overlay_state(ui, &overlay_log_service);
	size_t count = 0;

	text_format(state->names[count++], sizeof state->names[0], "%s", "");
	text_format(state->names[count++], sizeof state->names[0], "%s", "host");
	for (size_t i = 0; i < ui->model->service_count; i++)
		text_format(state->names[count++], sizeof state->names[0], "%s",
		    ui->model->services[i].name);
	for (size_t i = 0; i < count; i++)
		state->entries[i] = (struct menu_entry){
			.label = i == 0 ? _("all services") : state->names[i],
			.id = (int)i,
		};
	state->menu.title = _("Whose log");
	state->menu.entries = state->entries;
	state->menu.count = count;
	if (state->open)
		return state;
	state->open = true;
	menu_open(&state->menu);
	for (size_t i = 0; i < count; i++)
		if (strcmp(state->names[i], log_of(ui)->service) == 0)
			state->menu.selected = i;
	return state;
}

static void service_key(struct ui *ui, const struct key *key)
{
	struct service_state *state = services_of(ui);
	struct log_state *log = log_of(ui);
	int id = menu_key(&state->menu, key);

	if (id == MENU_NOTHING)
		return;
	ui_close(ui);
	if (id < 0)
		return;
	text_format(log->service, sizeof log->service, "%s", state->names[id]);
	log_load_begin(ui);
}

static void service_draw(struct ui *ui, struct area area)
{
	menu_draw(&services_of(ui)->menu, area, 2, area.cols - 40);
}

static void service_closed(struct ui *ui)
{
	((struct service_state *)ui_overlay_state(ui, &overlay_log_service))->open = false;
}

const struct overlay overlay_log_service = {
	.name = "log-service",
	.state = sizeof(struct service_state),
	.draw = service_draw,
	.key = service_key,
	.closed = service_closed,
};
