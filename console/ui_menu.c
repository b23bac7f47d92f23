/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The menu and the footers, both from the command table: an entry is the key
 * that does the same. What a service can be told besides comes from the schema.
 */
#include <string.h>

#include "console/ui.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/menu.h"

#define MENU_MAX 64

struct menu_state {
	struct menu menu;
	struct menu_entry entries[MENU_MAX];
	const struct command *commands[MENU_MAX]; /* NULL: the key of fixed */
	const char *patterns[MENU_MAX];           /* of `do`; the schema's */
	char labels[MENU_MAX][160], refusals[MENU_MAX][96];
	char marked[64];
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
	{ N_("Find a command"), ':' },
	{ N_("Show the commands of this page"), '!' },
	{ N_("Settings of this screen"), ',' },
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

/* Whether it asks something first, and whether it can be taken back, which nobody
 * should learn afterwards. */
static void set_label(char *out, size_t size, const char *name, bool asks, bool final)
{
	if (final)
		text_format(out, size, _("%s%s (no undo)"), name, asks ? "..." : "");
	else
		text_format(out, size, "%s%s", name, asks ? "..." : "");
}

static void fill_commands(struct ui *ui, struct menu_state *state)
{
	const struct model_service *service = ui_selected(ui);

	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		size_t n = state->menu.count;
		const char *refusal = ui_refusal(ui, c, service);
		char name[96];

		if (!listed(c) || n >= MENU_MAX - FIXED)
			continue;
		text_format(name, sizeof name, "%.*s", (int)strcspn(_(c->label), "."), _(c->label));
		set_label(state->labels[n], sizeof state->labels[0], name, ui_asks(ui, c),
		    c->grade > COMMAND_READ && (c->flags & COMMAND_FINAL) != 0);
		text_format(state->refusals[n], sizeof state->refusals[0], "%s",
		    refusal != NULL ? refusal : "");
		state->commands[n] = c;
		state->patterns[n] = NULL;
		state->entries[n] = (struct menu_entry){
			.label = state->labels[n],
			.key = c->key != 0 ? bindings_shown(&ui->bindings, (char)c->key) : NULL,
			.refusal = refusal != NULL ? state->refusals[n] : NULL,
			.id = (int)n,
		};
		state->menu.count++;
	}
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* "ban... - refuse an address (no undo)" */
static void own_label(const json_t *entry, char *out, size_t size)
{
	enum command_grade grade = command_grade_parse(text_of(entry, "grade"));
	const char *pattern = text_of(entry, "pattern"), *help = text_of(entry, "help");
	size_t plain = strcspn(pattern, "<[");
	bool asks = pattern[plain] != '\0' || grade >= COMMAND_DISRUPTS;
	char name[64], told[160], label[160];

	while (plain > 0 && pattern[plain - 1] == ' ')
		plain--;
	text_format(name, sizeof name, "%.*s%s", (int)plain, pattern, asks ? "..." : "");
	text_format(told, sizeof told, "%s - %s", name, *help != '\0' ? _(help) : "");
	set_label(label, sizeof label, told, false, grade > COMMAND_READ);
	text_clean(out, size, label, strlen(label));
}

/* What the selected service can be told. */
static void fill_own(struct ui *ui, struct menu_state *state)
{
	const json_t *list = json_object_get(ui_schema_service(ui, ui->selected), "commands");
	const char *refusal = ui->connected ? NULL : _("no connection");
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		size_t n = state->menu.count;

		if (n >= MENU_MAX - FIXED - 1 || text_of(entry, "pattern")[0] == '\0')
			continue;
		if (i == 0) {
			state->commands[n] = NULL;
			state->entries[n] = (struct menu_entry){ .id = (int)n };
			state->menu.count = ++n;
		}
		own_label(entry, state->labels[n], sizeof state->labels[0]);
		state->commands[n] = NULL;
		state->patterns[n] = text_of(entry, "pattern");
		state->entries[n] = (struct menu_entry){
			.label = state->labels[n],
			.refusal = refusal,
			.id = (int)n,
		};
		state->menu.count++;
	}
}

/* Entries from the newest figures. */
static void fill(struct ui *ui, struct menu_state *state)
{
	const struct model_service *service = ui_selected(ui);
	size_t marked = ui_view(ui)->marks ? ui_marks(ui) : 0;
	size_t count;

	state->menu.count = 0;
	fill_commands(ui, state);
	if (marked == 0)
		fill_own(ui, state);
	count = state->menu.count;
	for (size_t i = 0; i < FIXED; i++, count++) {
		bool here = fixed[i].key != '/' || ui_view(ui)->filter != NULL;

		state->commands[count] = NULL;
		state->patterns[count] = NULL;
		state->entries[count] = (struct menu_entry){
			.label = fixed[i].label != NULL ? _(fixed[i].label) : NULL,
			.key =
			    fixed[i].key != 0 ? bindings_shown(&ui->bindings, fixed[i].key) : NULL,
			.refusal = here ? NULL : _("not here"),
			.id = (int)count,
		};
	}
	text_format(state->marked, sizeof state->marked,
	    ngettext("%zu marked", "%zu marked", marked), marked);
	state->menu.title = marked > 0 ? state->marked :
	    service != NULL            ? service->name :
					 "steward";
	state->menu.entries = state->entries;
	state->menu.count = count;
}

/* Keys may come before the first frame. */
static void prepare(struct ui *ui, struct menu_state *state)
{
	fill(ui, state);
	if (!state->drawn)
		menu_open(&state->menu);
	state->drawn = true;
}

static void menu_overlay_draw(struct ui *ui, struct area area)
{
	struct menu_state *state = ui_overlay_state(ui, &overlay_menu);

	prepare(ui, state);
	menu_draw(&state->menu, area, 2, area.cols - 40);
}

static void chosen(struct ui *ui, const struct menu_state *state, int id)
{
	if (state->commands[id] != NULL)
		ui_command(ui, state->commands[id], NULL);
	else if (state->patterns[id] != NULL)
		ui_do(ui, ui->selected, state->patterns[id]);
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

	prepare(ui, state);
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

/* "Space 3 marked" */
static size_t marks_hint(const struct ui *ui, struct bar_hint *hints, size_t most)
{
	static char text[64]; /* until the next footer */
	size_t count = ui_marks(ui);

	if (!ui_view(ui)->marks || count == 0)
		return 0;
	text_format(text, sizeof text, ngettext("%zu marked", "%zu marked", count), count);
	return ui_hint(ui, hints, 0, most, NULL, text, ' ');
}

size_t ui_command_hints(const struct ui *ui, struct bar_hint *hints, size_t most)
{
	static const char *const names[] = { "start", "stop", "restart", "reload", "log" };
	const struct model_service *selected = ui_selected(ui);
	size_t n = marks_hint(ui, hints, most);

	if (selected != NULL && selected->state == MODEL_QUARANTINED)
		n = command_hint(ui, hints, n, most, "resume");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		n = command_hint(ui, hints, n, most, names[i]);
	return n;
}
