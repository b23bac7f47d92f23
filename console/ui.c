/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a key goes. What was typed becomes the default key first (bindings.h),
 * then it is offered to what lies on top: an overlay, else the keys that work
 * everywhere, then the view, then the rows of the command table. What stands
 * around a view is drawn in ui_frame.c, the host is spoken with in ui_link.c.
 */
#include "console/ui.h"

#include <stdlib.h>
#include <string.h>

#include "console/panels.h"
#include "console/trial.h"
#include "console/ui_act.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "widgets/input.h"

#define OLD_MS 6000  /* older figures are in doubt */
#define LOST_MS 1000 /* a host that crashed is back long before */

struct ui *ui_new(const struct ui_port *port)
{
	struct ui *ui = memory_new(sizeof *ui);

	ui->port = *port;
	ui->model = model_new();
	ui->views[0] = &view_home;
	ui->depth = 1;
	ui->mouse_on = true;
	ui->journal_level = JOURNAL_INFO;
	ui->nav_row = ui->footer_row = -1;
	bindings_reset(&ui->bindings);
	if (ui->port.look != NULL)
		ui_look(ui);
	return ui;
}

void ui_look(struct ui *ui)
{
	look_keys(ui->port.look, &ui->bindings);
	ui->wants |= UI_LOOK;
}

void ui_free(struct ui *ui)
{
	if (ui == NULL)
		return;
	for (size_t i = 0; i < UI_STATES; i++) {
		if (ui->states[i].state != NULL && ui->states[i].end != NULL)
			ui->states[i].end(ui->states[i].state);
		free(ui->states[i].state);
	}
	for (size_t i = 0; i < UI_REQUESTS; i++)
		json_decref(ui->requests[i].context);
	json_decref(ui->schema);
	model_free(ui->model);
	free(ui->copy);
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
	if (ui_view(ui)->tick != NULL)
		ui_view(ui)->tick(ui);
	if (ui->overlay != NULL && ui->overlay->tick != NULL)
		ui->overlay->tick(ui);
}

unsigned ui_wants(struct ui *ui)
{
	unsigned wants = ui->wants;

	ui->wants = 0;
	return wants;
}

void ui_shell_ended(struct ui *ui, int status)
{
	void (*ended)(struct ui *, int) = ui->shell.ended;

	ui->shell = (struct ui_shell){ .argv = NULL };
	if (ended != NULL)
		ended(ui, status);
}

/* ---- What views remember ---- */

void *ui_state(struct ui *ui, const void *owner, size_t size, void (*end)(void *state))
{
	for (size_t i = 0; i < UI_STATES; i++) {
		if (ui->states[i].owner == owner)
			return ui->states[i].state;
		if (ui->states[i].owner != NULL)
			continue;
		ui->states[i].owner = owner;
		ui->states[i].state = memory_new(size > 0 ? size : 1);
		ui->states[i].end = end;
		return ui->states[i].state;
	}
	abort(); /* UI_STATES is too small for the views that there are */
}

void *ui_view_state(struct ui *ui, const struct view *view)
{
	return ui_state(ui, view, view->state, view->end);
}

void *ui_overlay_state(struct ui *ui, const struct overlay *overlay)
{
	return ui_state(ui, overlay, overlay->state, overlay->end);
}

/* ---- Views ---- */

const struct view *ui_view(const struct ui *ui)
{
	return ui->views[ui->depth - 1];
}

static void came_up(struct ui *ui)
{
	if (ui_view(ui)->opened != NULL)
		ui_view(ui)->opened(ui);
}

void ui_open(struct ui *ui, const struct view *view)
{
	if (ui_view(ui) == view)
		return;
	for (size_t i = 0; i < ui->depth; i++)
		if (ui->views[i] == view)
			ui->depth = i;
	if (ui->depth < UI_DEPTH)
		ui->views[ui->depth++] = view;
	came_up(ui);
}

void ui_go(struct ui *ui, const struct view *view)
{
	ui->depth = 1;
	if (view != ui->views[0])
		ui->views[ui->depth++] = view;
	came_up(ui);
}

void ui_back(struct ui *ui)
{
	if (ui->depth == 1)
		return;
	ui->depth--;
	came_up(ui);
}

void ui_lay_over(struct ui *ui, const struct overlay *overlay)
{
	ui_close(ui);
	ui->overlay = overlay;
}

void ui_close(struct ui *ui)
{
	const struct overlay *overlay = ui->overlay;

	ui->overlay = NULL;
	if (overlay != NULL && overlay->closed != NULL)
		overlay->closed(ui);
}

/* ---- What views ask ---- */

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

const json_t *ui_schema_service(const struct ui *ui, const char *name)
{
	const json_t *entry;
	size_t i;

	if (strcmp(name, "host") == 0)
		return json_object_get(ui->schema, "host");
	json_array_foreach(json_object_get(ui->schema, "services"), i, entry)
	{
		const char *own = json_string_value(json_object_get(entry, "name"));

		if (own != NULL && strcmp(own, name) == 0)
			return entry;
	}
	return NULL;
}

bool ui_may(const struct ui *ui, const char *role)
{
	static const char *const roles[] = { "viewer", "operator", "admin" };
	size_t have = 0, need = 2;

	if (ui->port.read_only)
		return strcmp(role, "viewer") == 0;

	for (size_t i = 0; i < 3; i++) {
		if (strcmp(roles[i], ui->role) == 0)
			have = i;
		if (strcmp(roles[i], role) == 0)
			need = i;
	}
	return have >= need;
}

void ui_copy(struct ui *ui, const char *text)
{
	free(ui->copy);
	ui->copy = memory_string(text);
	ui->wants |= UI_COPY;
}

void ui_press(struct ui *ui, uint32_t character)
{
	unsigned char shown =
	    character < BINDINGS_KEYS ? ui->bindings.shown[character] : (unsigned char)0;

	ui_key(ui,
	    &(struct key){ .code = PRESS_CHARACTER, .character = shown != 0 ? shown : character });
}

/* ---- The line of a filter ---- */

struct filter_state {
	const struct view *of; /* whose filter it is, whatever is seen by now */
	struct input input;
	char before[INPUT_MAX];
};

static void filter_open(struct ui *ui)
{
	const struct view *view = ui_view(ui);
	struct filter_state *state = ui_overlay_state(ui, &overlay_filter);

	state->of = view;
	text_format(state->before, sizeof state->before, "%s", view->filter(ui));
	input_set(&state->input, view->filter(ui));
	ui_lay_over(ui, &overlay_filter);
}

static void filter_apply(struct ui *ui, const char *text)
{
	const struct view *view =
	    ((struct filter_state *)ui_overlay_state(ui, &overlay_filter))->of;

	memmove(view->filter(ui), text, strlen(text) + 1);
	view->filtered(ui);
}

static void filter_key(struct ui *ui, const struct key *key)
{
	struct filter_state *state = ui_overlay_state(ui, &overlay_filter);

	switch (input_key(&state->input, key)) {
	case INPUT_CHANGED:
		filter_apply(ui, state->input.text);
		break;
	case INPUT_DONE:
		ui_close(ui);
		break;
	case INPUT_CANCELLED:
		ui_close(ui);
		filter_apply(ui, state->before);
		break;
	case INPUT_IGNORED:
		/* One can move in the list while the filter is being typed. */
		if (key->code != PRESS_CONTROL && key->code != PRESS_FUNCTION &&
		    key->code != PRESS_CLICK && ui_view(ui) == state->of)
			state->of->key(ui, key);
		break;
	case INPUT_MOVED:
		break;
	}
}

static void filter_draw(struct ui *ui, struct area area)
{
	struct filter_state *state = ui_overlay_state(ui, &overlay_filter);

	input_draw(&state->input, area, 0, "/ ");
}

const struct overlay overlay_filter = {
	.name = "filter",
	.state = sizeof(struct filter_state),
	.draw = filter_draw,
	.key = filter_key,
	.line = true,
};

/* ---- Keys ---- */

/* Esc and Ctrl-C: one step back from whatever is there. */
static void escape(struct ui *ui, bool leave)
{
	if (ui->message[0] != '\0') {
		ui->message[0] = '\0';
		return;
	}
	if (ui_view(ui)->marks && ui_marks(ui) > 0) {
		ui_unmark(ui);
		return;
	}
	if (ui_view(ui)->escape != NULL && ui_view(ui)->escape(ui))
		return;
	if (ui->depth > 1)
		ui_back(ui);
	else if (leave)
		ui->wants |= UI_LEAVE;
}

/* As Esc would, so that an overlay can keep or put away what it holds. */
static void give_up(struct ui *ui)
{
	const struct overlay *overlay = ui->overlay;

	overlay->key(ui, &(struct key){ .code = PRESS_ESCAPE });
	if (ui->overlay == overlay)
		ui_close(ui);
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
	case 'P':
		if (ui->overlay != NULL)
			return false;
		ui_palette(ui, "");
		return true;
	case 'C':
		if (ui->overlay != NULL)
			give_up(ui);
		else
			escape(ui, true);
		return true;
	default:
		return false;
	}
}

static bool digit_key(struct ui *ui, uint32_t character)
{
	for (const struct view *const *view = view_list; *view != NULL; view++)
		if ((uint32_t)(*view)->digit == character) {
			ui_go(ui, *view);
			return true;
		}
	return false;
}

/* The keys of the settings, which work from everywhere. */
static bool settings_key(struct ui *ui, uint32_t c)
{
	if (c == 'c')
		ui_config_open(ui, ui->selected, NULL);
	else if (c == 'A')
		ui_config_apply(ui);
	else if (c == 'K' || c == 'Z')
		trial_answer(ui, c == 'K');
	else if (c == 'V')
		ui_open(ui, &view_versions);
	else if (c == 'E')
		ui_config_edit(ui);
	else
		return false;
	return true;
}

static bool general_key(struct ui *ui, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	int f = key->code == PRESS_FUNCTION ? key->number : 0;

	if (key->code == PRESS_ESCAPE)
		escape(ui, false);
	else if (c == 'q' || f == 10)
		ui->wants |= ui_config_leave(ui) ? UI_LEAVE : 0;
	else if (c == '?' || f == 1)
		ui_open(ui, &view_help);
	else if (c == 'm' || f == 9)
		ui_lay_over(ui, &overlay_menu);
	else if (c == 'M')
		ui->wants |= UI_MOUSE;
	else if (c == 'L')
		ui_log_open(ui, "");
	else if (c == 'z')
		ui_undo(ui, ui_act_offered(ui));
	else if (c == ',')
		ui_open(ui, &view_screen);
	else if (c == ':')
		ui_palette(ui, "");
	else if (c == '!')
		ui_commands(ui);
	else if (c == '/' && ui_view(ui)->filter != NULL)
		filter_open(ui);
	else if (c == 'O')
		ui_outcome(ui);
	else if (c == 'v')
		panel_next(ui);
	else if (c == ' ' && ui_view(ui)->marks)
		ui_mark(ui, ui->selected);
	else
		return settings_key(ui, c) || (c >= '0' && c <= '9' && digit_key(ui, c));
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
	if (key->row == ui->nav_row) {
		const struct view *view = ui_nav_at(ui, key->col);

		if (view != NULL)
			ui_go(ui, view);
		else if (ui_nav_key_at(ui, key->col) >= 0)
			ui_press(ui, (uint32_t)ui_nav_key_at(ui, key->col));
		return true;
	}
	if (key->row != ui->footer_row)
		return false;
	int press = hint_at(ui, key->col);

	if (press == PRESS_ESCAPE || press == PRESS_ENTER)
		ui_key(ui, &(struct key){ .code = (enum press)press });
	else if (press >= ' ')
		ui_press(ui, (uint32_t)press);
	return true;
}

static void plain_key(struct ui *ui, const struct key *key)
{
	const struct view *view = ui_view(ui);

	if (key->code == PRESS_PASTED) {
		ui_say(ui, STYLE_NOTE, 4,
		    _("pasted text is not taken for keys; %s opens a line for it"),
		    bindings_shown(&ui->bindings, '/'));
		return;
	}
	if (key->code == PRESS_CLICK && frame_click(ui, key))
		return;
	/* Space and arrows may be the view's before they are anything general. */
	if (view->key(ui, key) || general_key(ui, key))
		return;
	if (key->code != PRESS_CHARACTER || key->character > 126 || !view->acts)
		return;
	const struct command *command = command_by_key((int)key->character);

	if (command != NULL)
		ui_command(ui, command, NULL);
}

void ui_key(struct ui *ui, const struct key *key)
{
	struct key meant = *key;

	/* Alt and a key may also be Esc and a key that a slow line brought
	 * together: the Esc counts, which harms nobody, the key does not. */
	if (key->alt) {
		ui_key(ui, &(struct key){ .code = PRESS_ESCAPE });
		return;
	}
	if (key->code == PRESS_CONTROL && control_key(ui, key->character))
		return;
	/* Nothing is done blindly, and what is staged is kept. */
	if (ui_too_small(ui)) {
		if ((key->code == PRESS_CHARACTER &&
			bindings_meant(&ui->bindings, key->character) == 'q') ||
		    (key->code == PRESS_FUNCTION && key->number == 10))
			ui->wants |= UI_LEAVE;
		return;
	}
	if (ui->overlay != NULL) {
		ui->overlay->key(ui, key);
		return;
	}
	const struct view *view = ui_view(ui);

	if (view->typing != NULL && view->typing(ui) && key->code != PRESS_CLICK) {
		view->key(ui, key);
		return;
	}
	if (key->code == PRESS_CHARACTER)
		meant.character = bindings_meant(&ui->bindings, key->character);
	if (meant.character != 0 || key->code != PRESS_CHARACTER)
		plain_key(ui, &meant);
}
