/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The palette: a few letters find anything that can be done, and a whole line of
 * the command line is done as it stands. The last place of the list is the line
 * itself, which is the best match once it is a command.
 */
#include <stdlib.h>
#include <string.h>

#include "console/entries.h"
#include "console/line.h"
#include "console/pattern.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "widgets/chooser.h"

#define RECENT_MOST 8

struct palette_state {
	struct chooser chooser;
	struct entries entries;
	size_t *order;             /* recent ones first; as many as there are entries */
	char *recent[RECENT_MOST]; /* labels, the newest first */
	char typed[INPUT_MAX];     /* the line as an entry; empty: it is no command */
};

static struct palette_state *palette(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_palette);
}

/* ---- Entries ---- */

/* Whether the line can be run as it stands. Words that fit a pattern are not enough:
 * "list conn" is on its way to a service's name, "set roo" to a setting's. */
static bool is_command(const struct ui *ui, const char *text)
{
	struct command_ask ask = { .method = NULL };
	struct fault fault;
	struct line line;
	bool right = line_type(text, ui->port.home, &line, &fault);

	for (size_t i = 0; right && i < words_count(line.words, "service"); i++)
		right = model_service(ui->model, words_item(line.words, "service", i)) != NULL;
	if (right && line.command->ask != NULL)
		right = line.command->ask(line.words, &ask, &fault);
	json_decref(ask.params);
	line_clear(&line);
	return right;
}

static void entry(void *arg, size_t index, struct chooser_entry *entry)
{
	struct palette_state *state = arg;

	if (index == state->entries.count) {
		/* The line itself, unless it is no command yet. */
		*entry = (struct chooser_entry){ .label = state->typed, .detail = _("as typed") };
		if (state->typed[0] == '\0')
			*entry = (struct chooser_entry){
				.label = state->chooser.input.text[0] == '\0' ?
				    _("or a whole command line") :
				    "",
				.refusal = _("Tab completes, Enter runs it"),
			};
		return;
	}
	const struct entry *e = &state->entries.list[state->order[index]];

	*entry = (struct chooser_entry){ e->label, e->detail, e->key[0] != '\0' ? e->key : NULL,
		e->refusal };
}

static size_t recent_place(const struct palette_state *state, const char *label)
{
	size_t i = 0;

	while (i < RECENT_MOST && state->recent[i] != NULL && strcmp(state->recent[i], label) != 0)
		i++;
	return i < RECENT_MOST && state->recent[i] != NULL ? i : RECENT_MOST;
}

static void make_order(struct palette_state *state)
{
	size_t count = 0;

	free(state->order);
	state->order = memory_array(state->entries.count + 1, sizeof *state->order);
	for (size_t place = 0; place <= RECENT_MOST; place++)
		for (size_t i = 0; i < state->entries.count; i++)
			if (recent_place(state, state->entries.list[i].label) == place)
				state->order[count++] = i;
}

static void remember(struct palette_state *state, const char *label)
{
	size_t place = recent_place(state, label);
	char *own = memory_string(label);

	if (place == RECENT_MOST)
		place = RECENT_MOST - 1;
	free(state->recent[place]);
	memmove(state->recent + 1, state->recent, place * sizeof *state->recent);
	state->recent[0] = own;
}

/* ---- Opening and closing ---- */

void ui_palette(struct ui *ui, const char *query)
{
	struct palette_state *state = palette(ui);

	ui_lay_over(ui, &overlay_palette);
	entries_fill(ui, &state->entries);
	make_order(state);
	state->typed[0] = '\0';
	state->chooser = (struct chooser){
		.title = _("What is to be done?"),
		.prompt = ": ",
		.nothing = _("nothing fits; Enter runs it as a command line"),
		.count = state->entries.count + 1,
		.entry = entry,
		.arg = state,
	};
	chooser_open(&state->chooser, query);
}

static void palette_closed(struct ui *ui)
{
	struct palette_state *state = palette(ui);

	chooser_close(&state->chooser);
	entries_clear(&state->entries);
	free(state->order);
	state->order = NULL;
}

static void palette_end(void *arg)
{
	struct palette_state *state = arg;

	chooser_close(&state->chooser);
	entries_clear(&state->entries);
	free(state->order);
	for (size_t i = 0; i < RECENT_MOST; i++)
		free(state->recent[i]);
}

/* ---- Completing ---- */

/* The line is another one now. */
static void changed(struct ui *ui)
{
	struct palette_state *state = palette(ui);
	const char *text = state->chooser.input.text;
	bool listed = false;

	for (size_t i = 0; i < state->entries.count && !listed; i++)
		listed = strcmp(state->entries.list[i].label, text) == 0;
	text_format(state->typed, sizeof state->typed, "%s",
	    !listed && is_command(ui, text) ? text : "");
	chooser_refresh(&state->chooser);
	state->chooser.selected = state->chooser.top = 0;
}

static void fill_line(struct ui *ui, const char *text)
{
	input_set(&palette(ui)->chooser.input, text);
	changed(ui);
}

/* "--le" at the end of a line becomes the command's "--level "; false: it is no
 * option, or of none. */
static bool complete_option(struct ui *ui)
{
	const char *text = palette(ui)->chooser.input.text, *last = strrchr(text, ' ');
	char name[32], line[INPUT_MAX];
	struct pattern_part part;

	if (last == NULL || strncmp(last + 1, "--", 2) != 0)
		return false;
	text_format(name, sizeof name, "%.*s", (int)strcspn(text, " "), text);
	const struct command *command = command_by_name(name);

	for (const char *at = command != NULL ? command->pattern : ""; pattern_next(&at, &part);) {
		bool option = part.kind == PATTERN_OPTION;

		if ((!option && part.kind != PATTERN_FLAG) ||
		    strncmp(part.name, last + 3, strlen(last + 3)) != 0)
			continue;
		text_format(line, sizeof line, "%.*s --%s%s", (int)(last - text), text, part.name,
		    option ? " " : "");
		fill_line(ui, line);
		return true;
	}
	return false;
}

static void complete(struct ui *ui)
{
	struct palette_state *state = palette(ui);
	const struct chooser *chooser = &state->chooser;

	if (complete_option(ui) || chooser->selected >= chooser->found_count)
		return;
	size_t index = chooser->found[chooser->selected].index;

	if (index == state->entries.count)
		return;
	const struct entry *e = &state->entries.list[state->order[index]];

	fill_line(ui, e->line != NULL ? e->line : e->label);
}

/* ---- Choosing ---- */

static void run_typed(struct ui *ui)
{
	struct palette_state *state = palette(ui);
	char text[INPUT_MAX];

	text_format(text, sizeof text, "%s", state->chooser.input.text);
	/* It may lay a question over the palette, or open a page below it. */
	ui_close(ui);
	if (ui_run(ui, text))
		remember(state, text);
	else
		ui_palette(ui, text);
}

static void choose(struct ui *ui, const struct entry *chosen)
{
	struct palette_state *state = palette(ui);
	char line[512] = "", service[32];
	uint32_t press = chosen->press;
	const struct view *view = chosen->view;

	if (chosen->more) {
		fill_line(ui, chosen->line);
		return;
	}
	remember(state, chosen->label);
	text_format(line, sizeof line, "%s", chosen->line != NULL ? chosen->line : "");
	text_format(service, sizeof service, "%s", chosen->service);
	ui_close(ui);
	if (press != 0) {
		ui_press(ui, press);
	} else if (view != NULL && service[0] != '\0') {
		ui_select(ui, service);
		ui_open(ui, view);
	} else if (view != NULL) {
		ui_go(ui, view);
	} else {
		ui_run(ui, line);
	}
}

static void palette_key(struct ui *ui, const struct key *key)
{
	struct palette_state *state = palette(ui);
	struct chooser *chooser = &state->chooser;
	char before[INPUT_MAX];

	if (key->code == PRESS_TAB) {
		complete(ui);
		return;
	}
	if (key->code == PRESS_ENTER && chooser->input.text[0] != '\0' &&
	    (chooser->found_count == 0 ||
		(chooser->selected < chooser->found_count &&
		    chooser->found[chooser->selected].index == state->entries.count))) {
		run_typed(ui);
		return;
	}
	text_format(before, sizeof before, "%s", chooser->input.text);
	int answer = chooser_key(chooser, key);

	if (strcmp(before, chooser->input.text) != 0) {
		ui->message[0] = '\0';
		changed(ui);
	}
	if (answer == CHOOSER_CLOSED)
		ui_close(ui);
	else if (answer >= 0 && (size_t)answer < state->entries.count)
		choose(ui, &state->entries.list[state->order[answer]]);
	else if (answer >= 0)
		run_typed(ui);
}

static void palette_draw(struct ui *ui, struct area area)
{
	/* The message line is seen below it: a mistake in the line is told there. */
	chooser_draw(&palette(ui)->chooser, area_part(area, 0, 0, area.rows - 2, area.cols));
}

const struct overlay overlay_palette = {
	.name = "palette",
	.state = sizeof(struct palette_state),
	.end = palette_end,
	.draw = palette_draw,
	.key = palette_key,
	.closed = palette_closed,
};
