/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a key goes, and what stands around a view. A key is offered to what
 * lies on top first: dialog or menu or filter line, then the keys that work
 * everywhere, then the view, then the rows of the command table.
 */
#include "console/ui.h"

#include <stdlib.h>
#include <string.h>

#include "console/client.h"
#include "console/show.h"
#include "data/memory.h"
#include "data/text.h"

#define FRESH_MS 2500 /* older figures are said to be old */
#define OLD_MS 6000   /* and these in doubt */
#define LOST_MS 1000  /* a host that crashed is back long before */

struct ui *ui_new(const struct ui_port *port)
{
	struct ui *ui = memory_new(sizeof *ui);

	ui->port = *port;
	ui->model = model_new();
	ui->views[0] = &view_home;
	ui->depth = 1;
	ui->mouse_on = true;
	ui->overlay = UI_PLAIN;
	return ui;
}

void ui_free(struct ui *ui)
{
	if (ui == NULL)
		return;
	records_free(ui->records);
	model_free(ui->model);
	free(ui);
}

void ui_time(struct ui *ui, int64_t monotonic_ms, int64_t utc_us)
{
	ui->now_ms = monotonic_ms;
	ui->now_us = utc_us;
	if (ui->message_until_ms > 0 && monotonic_ms >= ui->message_until_ms) {
		ui->message[0] = '\0';
		ui->message_until_ms = 0;
	}
}

unsigned ui_wants(struct ui *ui)
{
	unsigned wants = ui->wants;

	ui->wants = 0;
	return wants;
}

/* ---- Views ---- */

const struct view *ui_view(const struct ui *ui)
{
	return ui->views[ui->depth - 1];
}

void ui_open(struct ui *ui, const struct view *view)
{
	if (ui_view(ui) == view)
		return;
	if (ui->depth < UI_DEPTH)
		ui->views[ui->depth++] = view;
}

void ui_back(struct ui *ui)
{
	if (ui->depth > 1)
		ui->depth--;
}

bool ui_doubtful(const struct ui *ui)
{
	if (!ui->connected || ui->fresh_ms == 0)
		return ui->lost_ms > 0 && ui->now_ms - ui->lost_ms >= LOST_MS;
	return ui->now_ms - ui->fresh_ms >= OLD_MS;
}

bool ui_inside(const struct area *area, const struct key *key, int *row_r, int *col_r)
{
	*row_r = key->row - area->row;
	*col_r = key->col - area->col;
	return *row_r >= 0 && *row_r < area->rows && *col_r >= 0 && *col_r < area->cols;
}

const struct model_service *ui_selected(const struct ui *ui)
{
	return ui->selected[0] != '\0' ? model_service(ui->model, ui->selected) : NULL;
}

void ui_select(struct ui *ui, const char *name)
{
	text_format(ui->selected, sizeof ui->selected, "%s", name);
}

/* ---- The connection ---- */

void ui_connected(struct ui *ui)
{
	ui->connected = true;
	ui->fresh_ms = 0;
	model_resume(ui->model);
	ui_ask(ui, UI_ASK_SUBSCRIBE, NULL, "", "subscribe",
	    json_pack("{s:i, s:{s:s}, s:i}", "snapshot", 1, "journal", "level", "info", "backlog",
		500));
	ui_ask(ui, UI_ASK_HELLO, NULL, "", "hello", json_pack("{s:s}", "client", "console"));
	if (!ui->model->known)
		ui_ask(ui, UI_ASK_OLDER, NULL, "", "log",
		    json_pack("{s:i, s:s}", "last", 200, "level", "info"));
}

void ui_disconnected(struct ui *ui, const struct fault *fault)
{
	for (size_t i = 0; i < UI_REQUESTS; i++) {
		struct ui_request *request = &ui->requests[i];

		if (request->id != 0 && request->command != NULL) {
			char name[32];

			command_name(request->command, name, sizeof name);
			ui_say(ui, STYLE_WARN, 20,
			    "%s %s: the connection was lost before "
			    "the answer came; the table shows what became of it",
			    name, request->service);
		}
		request->id = 0;
	}
	if (ui->lost_ms == 0)
		ui->lost_ms = ui->now_ms;
	ui->connected = false;
	if (fault != NULL)
		ui->lost = *fault;
	else if (!ui->refused)
		fault_set(&ui->lost, FAULT_NOT_RUNNING, "The connection to stewardd broke");
	ui->refused &= fault == NULL;
}

static struct ui_request *find_request(struct ui *ui, json_int_t id)
{
	for (size_t i = 0; i < UI_REQUESTS; i++)
		if (ui->requests[i].id != 0 && ui->requests[i].id == id)
			return &ui->requests[i];
	return NULL;
}

static bool notification(struct ui *ui, const char *method, const json_t *params)
{
	if (strcmp(method, "snapshot") == 0) {
		model_status(ui->model, params);
		ui->fresh_ms = ui->now_ms;
		ui->lost_ms = 0;
		ui->refused = false;
		view_home.filtered(ui); /* something is always selected */
		return true;
	}
	if (strcmp(method, "journal") != 0)
		return false;
	model_journal(ui->model, params);
	if (ui->records != NULL) {
		size_t dropped;
		size_t came = records_update(ui->records, ui->model, &dropped);

		ui->pager.lines += came;
		pager_dropped(&ui->pager, dropped);
	}
	return true;
}

bool ui_message(struct ui *ui, json_t *message)
{
	const char *method = json_string_value(json_object_get(message, "method"));
	const json_t *id = json_object_get(message, "id");

	if (method != NULL)
		return notification(ui, method, json_object_get(message, "params"));
	struct ui_request *request =
	    json_is_integer(id) ? find_request(ui, json_integer_value(id)) : NULL;

	if (request != NULL) {
		ui_answer(ui, request, message);
		request->id = 0;
		return true;
	}
	struct fault fault;

	/* An error without a request is the host's word on the connection. */
	if (client_answer(message, &fault))
		return false;
	if (ui->fresh_ms == 0) {
		ui->refused = true;
		ui->lost = fault;
	} else {
		ui_say_fault(ui, &fault);
	}
	return true;
}

/* ---- Keys ---- */

static void filter_open(struct ui *ui)
{
	const struct view *view = ui_view(ui);

	if (view->filter == NULL)
		return;
	text_format(ui->filter_before, sizeof ui->filter_before, "%s", view->filter(ui));
	input_set(&ui->input, view->filter(ui));
	ui->overlay = UI_FILTERING;
}

static void filter_apply(struct ui *ui, const char *text)
{
	const struct view *view = ui_view(ui);

	memmove(view->filter(ui), text, strlen(text) + 1);
	view->filtered(ui);
}

static void filter_key(struct ui *ui, const struct key *key)
{
	const struct view *view = ui_view(ui);

	switch (input_key(&ui->input, key)) {
	case INPUT_CHANGED:
		filter_apply(ui, ui->input.text);
		break;
	case INPUT_DONE:
		ui->overlay = UI_PLAIN;
		break;
	case INPUT_CANCELLED:
		ui->overlay = UI_PLAIN;
		filter_apply(ui, ui->filter_before);
		break;
	case INPUT_IGNORED:
		/* One can move in the list while the filter is being typed. */
		if (key->code != PRESS_CONTROL && key->code != PRESS_FUNCTION &&
		    key->code != PRESS_CLICK)
			view->key(ui, key);
		break;
	case INPUT_MOVED:
		break;
	}
}

static void help_open(struct ui *ui)
{
	if (ui_view(ui) == &view_help)
		return;
	ui->help_of = ui_view(ui);
	memset(&ui->help, 0, sizeof ui->help);
	ui_open(ui, &view_help);
}

/* Esc and Ctrl-C: one step back from whatever is there. */
static void escape(struct ui *ui, bool leave)
{
	if (ui->message[0] != '\0') {
		ui->message[0] = '\0';
		return;
	}
	if (ui_view(ui)->escape != NULL && ui_view(ui)->escape(ui))
		return;
	if (ui->depth > 1) {
		ui_back(ui);
		return;
	}
	if (!ui_banner_put_away(ui) && leave)
		ui->wants |= UI_LEAVE;
}

static bool control_key(struct ui *ui, uint32_t letter)
{
	switch (letter) {
	case 'L':
		ui->wants |= UI_REDRAW;
		return true;
	case 'Z':
		ui->wants |= UI_SUSPEND;
		return true;
	case 'C':
		if (ui->overlay != UI_PLAIN && ui->overlay != UI_FILTERING)
			ui->overlay = UI_PLAIN;
		else
			escape(ui, true);
		return true;
	default:
		return false;
	}
}

static bool general_key(struct ui *ui, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	int f = key->code == PRESS_FUNCTION ? key->number : 0;

	if (key->code == PRESS_ESCAPE)
		escape(ui, false);
	else if (c == 'q' || f == 10)
		ui->wants |= UI_LEAVE;
	else if (c == '?' || f == 1)
		help_open(ui);
	else if (c == 'm' || f == 9)
		ui_menu_open(ui);
	else if (c == 'M')
		ui->wants |= UI_MOUSE;
	else if (c == '/' && ui_view(ui)->filter != NULL)
		filter_open(ui);
	else
		return false;
	return true;
}

static int hint_at(struct ui *ui, int col)
{
	struct bar_hint hints[UI_HINTS];
	size_t count = ui_view(ui)->hints(ui, hints, UI_HINTS);
	struct canvas ruler = { .rows = 1, .cols = ui->cols, .ascii = ui->ascii };
	struct area row = { .canvas = &ruler, .rows = 1, .cols = ui->cols };

	return bar_hint_at(row, hints, count, col);
}

/* Clicks on what is always there; false: it was inside the view. */
static bool frame_click(struct ui *ui, const struct key *key)
{
	if (key->row == 1 && key->col >= ui->menu_col && key->col < ui->menu_end) {
		ui_menu_open(ui);
		return true;
	}
	if (key->row != ui->footer_row)
		return false;
	int press = hint_at(ui, key->col);

	if (press == PRESS_ESCAPE)
		ui_key(ui, &(struct key){ .code = PRESS_ESCAPE });
	else if (press == PRESS_ENTER)
		ui_key(ui, &(struct key){ .code = PRESS_ENTER });
	else if (press > ' ')
		ui_key(ui, &(struct key){ .code = PRESS_CHARACTER, .character = (uint32_t)press });
	return true;
}

static void plain_key(struct ui *ui, const struct key *key)
{
	const struct view *view = ui_view(ui);

	if (key->code == PRESS_PASTED) {
		ui_say(ui, STYLE_NOTE, 4,
		    "pasted text is not taken for keys; / opens "
		    "a line for it");
		return;
	}
	if (key->code == PRESS_CLICK && frame_click(ui, key))
		return;
	if (general_key(ui, key) || view->key(ui, key))
		return;
	if (key->code != PRESS_CHARACTER || key->character > 126 || !view->acts)
		return;
	const struct command *command = command_by_key((int)key->character);

	if (command != NULL)
		ui_command(ui, command, NULL);
}

void ui_key(struct ui *ui, const struct key *key)
{
	/* Alt and a key may also be Esc and a key that a slow line brought
	 * together: the Esc counts, which harms nobody, the key does not. */
	if (key->alt) {
		ui_key(ui, &(struct key){ .code = PRESS_ESCAPE });
		return;
	}
	if (key->code == PRESS_CONTROL && control_key(ui, key->character))
		return;
	switch (ui->overlay) {
	case UI_PLAIN:
		plain_key(ui, key);
		break;
	case UI_MENU_OPEN:
		ui_menu_key(ui, key);
		break;
	case UI_FILTERING:
		filter_key(ui, key);
		break;
	case UI_DIALOG_OPEN: {
		int answer = dialog_key(&ui->dialog, key);

		if (answer != DIALOG_OPEN)
			ui_decide(ui, (size_t)answer);
		break;
	}
	}
}

/* ---- Drawing ---- */

static void part(struct bar_part *parts, size_t *count, unsigned style, int rank, bool right,
    const char *text)
{
	struct bar_part *p = &parts[(*count)++];

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
		text_format(out, size, "RECONNECTING %s", seconds);
	} else if (ui->fresh_ms == 0) {
		text_format(out, size, "CONNECTING");
	} else if (age < FRESH_MS) {
		*style_r = STYLE_BAR_GOOD;
		text_format(out, size, "LIVE");
	} else {
		text_format(out, size, "%s OLD", seconds);
	}
}

static void draw_host_line(const struct ui *ui, struct area area)
{
	const struct model_host *host = &ui->model->host;
	struct bar_part parts[12];
	char text[160], figure[32];
	size_t count = 0;
	unsigned style;

	text_format(text, sizeof text, "steward %s", host->name);
	part(parts, &count, STYLE_BAR_GOOD, 0, false, text);
	if (ui->model->known && host->uptime >= 0) {
		text_show_duration((int64_t)host->uptime, figure, sizeof figure);
		text_format(text, sizeof text, "up %s", figure);
		part(parts, &count, STYLE_BAR, 3, false, text);
	}
	if (ui->model->known && host->crashes > 0) {
		text_format(text, sizeof text, "%lld %s", (long long)host->crashes,
		    host->crashes == 1 ? "crash" : "crashes");
		part(parts, &count, STYLE_BAR_WARN, 2, false, text);
	}
	if (ui->model->known && host->consoles > 1) {
		text_format(text, sizeof text, "%lld consoles", (long long)host->consoles);
		part(parts, &count, STYLE_BAR, 5, false, text);
	}
	if (ui->role[0] != '\0' && strcmp(ui->role, "admin") != 0) {
		text_format(text, sizeof text, "you: %s", ui->role);
		part(parts, &count, STYLE_BAR_WARN, 4, false, text);
	}
	text_format(text, sizeof text, "%s %s", host->user, host->home);
	if (ui->model->known)
		part(parts, &count, STYLE_BAR, 6, false, text);
	show_time(ui->now_us, ui->now_us, text, sizeof text);
	part(parts, &count, STYLE_BAR, 1, true, text);
	freshness(ui, text, sizeof text, &style);
	part(parts, &count, style, 0, true, text);
	bar_draw(area, 0, STYLE_BAR, parts, count);
}

static void draw_title(struct ui *ui, struct area area)
{
	const struct view *view = ui_view(ui);
	static const char menu[] = "m Menu  ? Help";
	char text[256] = "";
	int col = area_text(area, 1, 1, STYLE_STRONG, view->name);

	ui->menu_col = area.cols - (int)sizeof menu;
	ui->menu_end = ui->menu_col + 6;
	view->title(ui, text, sizeof text);
	area_field(area, 1, col + 2, ui->menu_col - col - 4, ALIGN_LEFT, STYLE_NORMAL, text);
	area_text(area, 1, ui->menu_col, STYLE_KEY, "m");
	area_text(area, 1, ui->menu_col + 2, STYLE_NORMAL, "Menu");
	area_text(area, 1, ui->menu_col + 8, STYLE_KEY, "?");
	area_text(area, 1, ui->menu_col + 10, STYLE_NORMAL, "Help");
}

/* Returns how many rows it took below row 2. */
static int draw_banner(const struct ui *ui, struct area area)
{
	char text[UI_BANNER_BYTES];
	struct area inside = area_part(area, 2, 1, area.rows - 2, area.cols - 2);

	ui_banner_text(ui, text, sizeof text);
	if (text[0] == '\0')
		return 0;
	return area_wrap(inside, 0, area.rows >= 20 ? 3 : 2, STYLE_BAD, text);
}

/* The message stands right above the footer; returns its rows. */
static int draw_message(const struct ui *ui, struct area area, int bottom)
{
	char text[1200];
	unsigned style;
	struct area inside = area_part(area, 0, 1, area.rows, area.cols - 2);

	if (ui->overlay == UI_FILTERING) {
		input_draw(&ui->input, inside, bottom, "/ ");
		return 1;
	}
	ui_message_text(ui, text, sizeof text, &style);
	int rows = area_wrap(inside, 0, area.rows >= 20 ? 3 : 2, -1, text);

	if (rows > 1)
		area_wrap(inside, bottom - rows + 1, rows, (int)style, text);
	else
		area_text(inside, bottom, 0, style, text);
	return rows > 1 ? rows : 1;
}

static bool too_small(struct ui *ui, struct area area)
{
	if (area.rows >= 8 && area.cols >= 36)
		return false;
	area_text(area, 0, 0, STYLE_STRONG, "window too small");
	area_text(area, 1, 0, STYLE_NORMAL, "40x12 is enough");
	area_text(area, 2, 0, STYLE_NORMAL, "q leaves");
	ui->body = area_part(area, 0, 0, 0, 0);
	ui->footer_row = -1;
	return true;
}

static void draw_overlay(struct ui *ui, struct area area)
{
	if (ui->overlay == UI_MENU_OPEN) {
		ui_menu_refresh(ui);
		menu_draw(&ui->menu, area, 2, ui->menu_col - 1);
	} else if (ui->overlay == UI_DIALOG_OPEN) {
		ui_dialog_refresh(ui);
		dialog_draw(&ui->dialog, area);
	}
}

void ui_draw(struct ui *ui, struct canvas *canvas)
{
	struct area area = canvas_area(canvas);
	struct bar_hint hints[UI_HINTS];

	canvas_clear(canvas);
	ui->cols = canvas->cols;
	ui->ascii = canvas->ascii;
	if (too_small(ui, area))
		return;
	ui->footer_row = area.rows - 1;
	draw_host_line(ui, area);
	draw_title(ui, area);
	int top = 2 + draw_banner(ui, area);
	/* The filter line puts the cursor where it belongs, so it comes last. */
	int bottom = ui->footer_row -
	    (ui->overlay == UI_FILTERING ? 1 : draw_message(ui, area, ui->footer_row - 1));

	ui->body = area_part(area, top, 0, bottom - top, area.cols);
	ui_view(ui)->draw(ui, ui->body);
	bar_hints(area, ui->footer_row, hints, ui_view(ui)->hints(ui, hints, UI_HINTS));
	if (ui->overlay == UI_FILTERING)
		draw_message(ui, area, ui->footer_row - 1);
	draw_overlay(ui, area);
}
