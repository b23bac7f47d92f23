/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line of everything that can be done here, as it would have to be
 * typed into a shell: to learn it, to copy it into a script.
 */
#include <string.h>

#include "console/entries.h"
#include "console/format.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/menu.h"

#define LINES_MOST 64

struct commands_state {
	struct menu menu;
	struct menu_entry entries[LINES_MOST];
	char lines[LINES_MOST][600], keys[LINES_MOST][8];
	char title[96];
	const struct ui *ui; /* while the page tells its own */
};

static struct commands_state *commands(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_commands);
}

/* words: of the command line, without steward; shown with --home where this console
 * has one. */
static void add(void *arg, char key, const char *words)
{
	struct commands_state *state = arg;
	const struct ui *ui = state->ui;
	size_t i = state->menu.count;
	char quoted[400];

	if (i == LINES_MOST)
		return;
	if (ui->port.home == NULL)
		text_format(state->lines[i], sizeof state->lines[0], "steward %s", words);
	else if (!format_quote(ui->port.home, quoted, sizeof quoted) ||
	    !text_format(state->lines[i], sizeof state->lines[0], "steward --home %s %s", quoted,
		words))
		return;
	text_format(state->keys[i], sizeof state->keys[0], "%s",
	    key != '\0' ? bindings_shown(&ui->bindings, key) : "");
	state->entries[i] =
	    (struct menu_entry){ .label = state->lines[i], .key = state->keys[i], .id = (int)i };
	state->menu.count++;
}

/* Rows of the command table for the selected service. */
static void add_table(struct commands_state *state, const char *service)
{
	char name[32], words[96];

	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		if (c->label == NULL || !(c->flags & COMMAND_SERVICE))
			continue;
		command_name(c, name, sizeof name);
		text_format(words, sizeof words, "%s %s", name, service);
		add(state, (char)c->key, words);
	}
}

/* What the service has of its own; arguments stand as the pattern names them. */
static void add_own(struct ui *ui, struct commands_state *state, const char *service)
{
	const json_t *schema = ui_schema_service(ui, service), *one;
	char name[200], words[300];
	size_t i;

	json_array_foreach(json_object_get(schema, "tables"), i, one)
	{
		const char *text = json_text(one, "name", "");

		text_clean(name, sizeof name, text, strlen(text));
		text_format(words, sizeof words, "list %s %s", service, name);
		add(state, '\0', words);
	}
	json_array_foreach(json_object_get(schema, "commands"), i, one)
	{
		const char *text = json_text(one, "pattern", "");

		text_clean(name, sizeof name, text, strlen(text));
		text_format(words, sizeof words, "do %s %s", service, name);
		add(state, '\0', words);
	}
	text_format(words, sizeof words, "get %s", service);
	add(state, 'c', words);
}

/* What works on every page. */
static void add_general(struct commands_state *state)
{
	static const struct {
		const char *words;
		char key;
	} general[] = {
		{ "status", 0 },
		{ "log", 'L' },
		{ "undo", 'z' },
		{ "confirm", 'K' },
		{ "revert", 'Z' },
		{ "check", 0 },
		{ "metrics", 0 },
	};

	for (size_t i = 0; i < sizeof general / sizeof general[0]; i++)
		if (command_by_name(general[i].words) != NULL)
			add(state, general[i].key, general[i].words);
}

void ui_commands(struct ui *ui)
{
	struct commands_state *state = commands(ui);
	const struct view *view = ui_view(ui);
	const char *service = view->acts ? ui->selected : "";

	memset(&state->menu, 0, sizeof state->menu);
	state->ui = ui;
	if (view->commands != NULL)
		view->commands(ui, add, state);
	if (service[0] != '\0') {
		add_table(state, service);
		add_own(ui, state, service);
	}
	add_general(state);
	state->ui = NULL;
	text_format(state->title, sizeof state->title, "%s",
	    _("As commands; Enter copies the line"));
	state->menu.title = state->title;
	state->menu.entries = state->entries;
	menu_open(&state->menu);
	ui_lay_over(ui, &overlay_commands);
}

static void commands_draw(struct ui *ui, struct area area)
{
	menu_draw(&commands(ui)->menu, area_part(area, 0, 0, area.rows - 2, area.cols), 2, 2);
}

static void copy(struct ui *ui, int id)
{
	const char *line = commands(ui)->lines[id];

	ui_close(ui);
	ui_copy(ui, line);
	ui_say(ui, STYLE_NOTE, 20, _("to the terminal's clipboard: %s"), line);
}

/* Selects the entry whose key c is, as the key would do what it does. */
static bool select_by_key(struct commands_state *state, uint32_t c)
{
	for (size_t i = 0; i < state->menu.count; i++) {
		if ((uint32_t)state->keys[i][0] != c || state->keys[i][1] != '\0')
			continue;
		state->menu.selected = i;
		return true;
	}
	return false;
}

static void commands_key(struct ui *ui, const struct key *key)
{
	struct commands_state *state = commands(ui);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	uint32_t meant = bindings_meant(&ui->bindings, c);

	if (c != 0 && c != 'j' && c != 'k' && select_by_key(state, c))
		return;
	if (meant == '!' || meant == 'q') {
		ui_close(ui);
		return;
	}
	if (meant == 'y') {
		copy(ui, (int)state->menu.selected);
		return;
	}
	int id = menu_key(&state->menu, key);

	if (id == MENU_CLOSED)
		ui_close(ui);
	else if (id >= 0)
		copy(ui, id);
}

const struct overlay overlay_commands = {
	.name = "commands",
	.state = sizeof(struct commands_state),
	.draw = commands_draw,
	.key = commands_key,
};
