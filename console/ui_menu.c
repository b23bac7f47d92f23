/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The menu and the footers, both from the command table: an entry is the key
 * that does the same, so there is nothing that only a menu can do.
 */
#include <string.h>

#include "console/ui.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/menu.h"

#define MENU_MAX 40

struct menu_state {
	struct menu menu;
	struct menu_entry entries[MENU_MAX];
	const struct command *commands[MENU_MAX]; /* NULL: the key of fixed */
	char labels[MENU_MAX][96], refusals[MENU_MAX][96];
	bool drawn;
};

/* Entries that are no commands of the command line: the key that does it. */
static const struct {
	const char *label;
	char key;
} fixed[] = {
	{ NULL, 0 },
	{ N_("Log of all services"), 'L' },
	{ N_("Filter"), '/' },
	{ N_("Mouse on or off"), 'M' },
	{ N_("Help for this page"), '?' },
	{ N_("Quit (the services go on)"), 'q' },
};

enum { FIXED = sizeof fixed / sizeof fixed[0] };

/* Commands that the menu shows: with a label and on a service. */
static bool listed(const struct command *command)
{
	return command->label != NULL && (command->flags & COMMAND_SERVICE) != 0;
}

static size_t fill_commands(struct ui *ui, struct menu_state *state)
{
	const struct model_service *service = ui_selected(ui);
	size_t count = 0;

	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		const char *refusal = ui_refusal(ui, c, service);

		if (!listed(c) || count >= MENU_MAX - FIXED)
			continue;
		text_format(state->labels[count], sizeof state->labels[0], "%s", _(c->label));
		text_format(state->refusals[count], sizeof state->refusals[0], "%s",
		    refusal != NULL ? refusal : "");
		state->commands[count] = c;
		state->entries[count] = (struct menu_entry){
			.label = state->labels[count],
			.key = c->key != 0 ? bindings_shown(&ui->bindings, (char)c->key) : NULL,
			.refusal = refusal != NULL ? state->refusals[count] : NULL,
			.id = (int)count,
		};
		count++;
	}
	return count;
}

/* Entries from the newest figures. */
static void fill(struct ui *ui, struct menu_state *state)
{
	const struct model_service *service = ui_selected(ui);
	size_t count = fill_commands(ui, state);

	for (size_t i = 0; i < FIXED; i++, count++) {
		bool here = fixed[i].key != '/' || ui_view(ui)->filter != NULL;

		state->commands[count] = NULL;
		state->entries[count] = (struct menu_entry){
			.label = fixed[i].label != NULL ? _(fixed[i].label) : NULL,
			.key =
			    fixed[i].key != 0 ? bindings_shown(&ui->bindings, fixed[i].key) : NULL,
			.refusal = here ? NULL : _("not here"),
			.id = (int)count,
		};
	}
	state->menu.title = service != NULL ? service->name : "steward";
	state->menu.entries = state->entries;
	state->menu.count = count;
}

static void menu_overlay_draw(struct ui *ui, struct area area)
{
	struct menu_state *state = ui_overlay_state(ui, &overlay_menu);

	fill(ui, state);
	if (!state->drawn)
		menu_open(&state->menu);
	state->drawn = true;
	menu_draw(&state->menu, area, 2, area.cols - 40);
}

static void chosen(struct ui *ui, const struct menu_state *state, int id)
{
	if (state->commands[id] != NULL)
		ui_command(ui, state->commands[id], NULL);
	else
		ui_press(ui, (uint32_t)fixed[(size_t)id + FIXED - state->menu.count].key);
}

/* The entry whose key is c, else MENU_NOTHING. */
static int by_key(const struct menu_state *state, uint32_t c)
{
	for (size_t i = 0; c != 0 && c != 'j' && c != 'k' && i < state->menu.count; i++) {
		const struct menu_entry *entry = &state->entries[i];

		if (entry->label != NULL && entry->refusal == NULL && entry->key != NULL &&
		    (uint32_t)entry->key[0] == c && entry->key[1] == '\0')
			return entry->id;
	}
	return MENU_NOTHING;
}

static void menu_overlay_key(struct ui *ui, const struct key *key)
{
	struct menu_state *state = ui_overlay_state(ui, &overlay_menu);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	uint32_t meant = bindings_meant(&ui->bindings, c);

	fill(ui, state);
	/* The key that opened it closes it; the keys that entries show work. */
	if (meant == 'm' || meant == 'q' || (key->code == PRESS_FUNCTION && key->number == 9)) {
		ui_close(ui);
		return;
	}
	int id = menu_key(&state->menu, key);

	if (id == MENU_NOTHING)
		id = by_key(state, c);
	if (id == MENU_NOTHING)
		return;
	ui_close(ui);
	if (id != MENU_CLOSED)
		chosen(ui, state, id);
}

static void menu_overlay_closed(struct ui *ui)
{
	((struct menu_state *)ui_overlay_state(ui, &overlay_menu))->drawn = false;
}

const struct overlay overlay_menu = {
	.name = "menu",
	.state = sizeof(struct menu_state),
	.draw = menu_overlay_draw,
	.key = menu_overlay_key,
	.closed = menu_overlay_closed,
};

/* ---- Footers ---- */

size_t ui_hint(const struct ui *ui, struct bar_hint *hints, size_t count, size_t most,
    const char *key, const char *label, int press)
{
	if (count >= most)
		return count;
	if (key == NULL)
		key = bindings_shown(&ui->bindings, (char)press);
	hints[count++] = (struct bar_hint){ key, label, press };
	return count;
}

/* First words of the labels, cut once a language. */
static size_t command_hint(const struct ui *ui, struct bar_hint *hints, size_t count, size_t most,
    const char *name)
{
	static char words[64][32];
	const struct command *command = command_by_name(name);
	size_t index = command != NULL ? (size_t)(command - command_table) : 0;

	if (command == NULL || command->key == 0 || command->label == NULL ||
	    index >= sizeof words / sizeof words[0])
		return count;
	const char *label = _(command->label);

	text_format(words[index], sizeof words[index], "%.*s", (int)strcspn(label, " ."), label);
	return ui_hint(ui, hints, count, most, NULL, words[index], command->key);
}

size_t ui_command_hints(const struct ui *ui, struct bar_hint *hints, size_t most)
{
	static const char *const names[] = { "start", "stop", "restart", "reload", "log" };
	const struct model_service *selected = ui_selected(ui);
	size_t n = 0;

	if (selected != NULL && selected->state == MODEL_QUARANTINED)
		n = command_hint(ui, hints, n, most, "resume");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		n = command_hint(ui, hints, n, most, names[i]);
	return n;
}
