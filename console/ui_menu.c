/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The menu and the footers, both from the command table: an entry is the key
 * that does the same, so there is nothing that only a menu can do.
 */
#include <string.h>

#include "console/ui.h"
#include "data/text.h"

/* Entries that are no commands of the command line; ids from here on. */
enum { MENU_ALL_LOGS = UI_MENU, MENU_FILTER, MENU_MOUSE, MENU_REDRAW, MENU_HELP, MENU_QUIT };

static const struct {
	const char *label, *key;
	int id;
} fixed[] = {
	{ NULL, NULL, -1 },
	{ "Log of all services", "L", MENU_ALL_LOGS },
	{ "Filter", "/", MENU_FILTER },
	{ "Mouse on or off", "M", MENU_MOUSE },
	{ "Draw the screen again", "Ctrl-L", MENU_REDRAW },
	{ "Help for this page", "?", MENU_HELP },
	{ "Quit (the services go on)", "q", MENU_QUIT },
};

/* Commands that the menu shows: with a label and on a service. */
static bool listed(const struct command *command)
{
	return command->label != NULL && (command->flags & COMMAND_SERVICE) != 0;
}

void ui_menu_refresh(struct ui *ui)
{
	const struct model_service *service = ui_selected(ui);
	size_t count = 0;

	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		if (!listed(c) || count >= UI_MENU - sizeof fixed / sizeof fixed[0])
			continue;
		text_format(ui->menu_labels[count], sizeof ui->menu_labels[0], "%s", c->label);
		text_format(ui->menu_keys[count], sizeof ui->menu_keys[0], "%c", c->key);
		ui->menu_commands[count] = c;
		ui->menu_entries[count] = (struct menu_entry){
			.label = ui->menu_labels[count],
			.key = c->key != 0 ? ui->menu_keys[count] : NULL,
			.refusal = ui_refusal(ui, c, service),
			.id = (int)count,
		};
		count++;
	}
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		ui->menu_entries[count++] = (struct menu_entry){ .label = fixed[i].label,
			.key = fixed[i].key,
			.id = fixed[i].id,
			.refusal = fixed[i].id == MENU_FILTER && ui_view(ui)->filter == NULL ?
			    "not here" :
			    NULL };
	ui->menu.title = service != NULL ? service->name : "steward";
	ui->menu.entries = ui->menu_entries;
	ui->menu.count = count;
}

void ui_menu_open(struct ui *ui)
{
	ui_menu_refresh(ui);
	menu_open(&ui->menu);
	ui->overlay = UI_MENU_OPEN;
}

/* An entry that is not a command is the key that is shown beside it. */
static void press(struct ui *ui, uint32_t character)
{
	ui_key(ui, &(struct key){ .code = PRESS_CHARACTER, .character = character });
}

static void chosen(struct ui *ui, int id)
{
	switch (id) {
	case MENU_ALL_LOGS:
		ui_log_open(ui, "");
		break;
	case MENU_FILTER:
		press(ui, '/');
		break;
	case MENU_MOUSE:
		press(ui, 'M');
		break;
	case MENU_REDRAW:
		ui->wants |= UI_REDRAW;
		break;
	case MENU_HELP:
		press(ui, '?');
		break;
	case MENU_QUIT:
		press(ui, 'q');
		break;
	default:
		ui_command(ui, ui->menu_commands[id], NULL);
		break;
	}
}

void ui_menu_key(struct ui *ui, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	ui_menu_refresh(ui);
	/* The key that opened it closes it; the keys that entries show work. */
	if (c == 'm' || c == 'q' || (key->code == PRESS_FUNCTION && key->number == 9)) {
		ui->overlay = UI_PLAIN;
		return;
	}
	int id = menu_key(&ui->menu, key);

	for (size_t i = 0;
	     id == MENU_NOTHING && c != 0 && c != 'j' && c != 'k' && i < ui->menu.count; i++) {
		const struct menu_entry *entry = &ui->menu_entries[i];

		if (entry->label != NULL && entry->refusal == NULL && entry->key != NULL &&
		    (uint32_t)entry->key[0] == c && entry->key[1] == '\0')
			id = entry->id;
	}
	if (id == MENU_NOTHING)
		return;
	ui->overlay = UI_PLAIN;
	if (id != MENU_CLOSED)
		chosen(ui, id);
}

/* ---- Footers ---- */

size_t ui_hint(struct bar_hint *hints, size_t count, size_t most, const char *key,
    const char *label, int press_id)
{
	if (count < most)
		hints[count++] = (struct bar_hint){ key, label, press_id };
	return count;
}

/* First words of the labels, cut once. */
struct footer_word {
	char key[2];
	char label[24];
};

static size_t command_hint(struct bar_hint *hints, size_t count, size_t most, const char *name)
{
	static struct footer_word words[UI_HINTS * 2];
	const struct command *command = command_by_name(name);
	size_t index = command != NULL ? (size_t)(command - command_table) : 0;

	if (command == NULL || command->key == 0 || command->label == NULL ||
	    index >= sizeof words / sizeof words[0])
		return count;
	text_format(words[index].key, sizeof words[index].key, "%c", command->key);
	text_format(words[index].label, sizeof words[index].label, "%.*s",
	    (int)strcspn(command->label, " ."), command->label);
	return ui_hint(hints, count, most, words[index].key, words[index].label, command->key);
}

size_t ui_command_hints(const struct ui *ui, struct bar_hint *hints, size_t most)
{
	static const char *const names[] = { "start", "stop", "restart", "reload", "log" };
	const struct model_service *selected = ui_selected(ui);
	size_t n = 0;

	if (selected != NULL && selected->state == MODEL_QUARANTINED)
		n = command_hint(hints, n, most, "resume");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		n = command_hint(hints, n, most, names[i]);
	return n;
}
