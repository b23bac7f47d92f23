/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of the page from which help was asked, those of the command table
 * when they work there, and those that work everywhere.
 */
#include <stdio.h>
#include <string.h>

#include "console/ui.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/cells.h"
#include "widgets/pager.h"

struct help_state {
	struct pager pager;
	const struct view *of; /* the page from which it was asked */
};

static struct help_state *help(struct ui *ui)
{
	return ui_view_state(ui, &view_help);
}

/* Opened over the page that it speaks of. */
static void help_opened(struct ui *ui)
{
	struct help_state *state = help(ui);

	memset(state, 0, sizeof *state);
	state->of = ui->depth > 1 ? ui->views[ui->depth - 2] : &view_home;
}

#define KEY_CELLS 18
#define LINES_MAX 64

struct help_line {
	char key[40];
	char text[192];
	bool heading;
};

static const struct view_key everywhere[] = {
	{ "m F9", "menu; also by a click on the word" },
	{ "? F1", "this page" },
	{ "O", "why the last action failed" },
	{ "M", "mouse off and on (off: the terminal's own selecting works)" },
	{ "Ctrl-L", "draw the screen again" },
	{ "Ctrl-Z", "back to the shell; fg returns" },
	{ "Esc Ctrl-C", "cancel, back" },
	{ "q F10", "leave; the services go on" },
	{ NULL, NULL },
};

static void add(struct help_line *lines, size_t *count, const char *key, const char *text)
{
	if (*count == LINES_MAX)
		return;
	text_format(lines[*count].key, sizeof lines[0].key, "%s", key);
	text_format(lines[*count].text, sizeof lines[0].text, "%s", text);
	lines[(*count)++].heading = false;
}

static void heading(struct help_line *lines, size_t *count, const char *text)
{
	if (*count > 0)
		add(lines, count, "", "");
	add(lines, count, "", text);
	lines[*count - 1].heading = true;
}

static size_t collect(struct ui *ui, struct help_line *lines)
{
	const struct view *of = help(ui)->of;
	size_t count = 0;
	char text[192], name[32];

	text_format(text, sizeof text, "On the page %s", of->name);
	heading(lines, &count, text);
	for (const struct view_key *k = of->keys; k->keys != NULL; k++)
		add(lines, &count, k->keys, k->help);
	if (of->acts)
		heading(lines, &count, "On the selected service, and the same as a command");
	for (const struct command *c = command_table; of->acts && c->pattern != NULL; c++) {
		char key[2] = { (char)c->key, '\0' };

		if (c->key == 0 || !(c->flags & COMMAND_SERVICE))
			continue;
		command_name(c, name, sizeof name);
		text_format(text, sizeof text, "%s (steward %s %s)", c->help, name,
		    ui->selected[0] != '\0' ? ui->selected : "SERVICE");
		add(lines, &count, key, text);
	}
	heading(lines, &count, "Everywhere");
	for (const struct view_key *k = everywhere; k->keys != NULL; k++)
		add(lines, &count, k->keys, k->help);
	return count;
}

static void help_line(void *arg, size_t index, struct pager_line *line)
{
	static char key[KEY_CELLS + 48], text[192];
	const struct help_line *lines = arg;
	int pad = KEY_CELLS - cells_width(lines[index].key, false);

	text_format(key, sizeof key, "  %s%*s", lines[index].key, pad > 1 ? pad : 1, "");
	text_format(text, sizeof text, "%s", lines[index].text);
	if (lines[index].heading)
		text_format(key, sizeof key, " ");
	line->count = 2;
	line->spans[0].text = key;
	line->spans[0].style = STYLE_KEY;
	line->spans[1].text = text;
	line->spans[1].style = lines[index].heading ? STYLE_TITLE : STYLE_NORMAL;
}

static void help_title(struct ui *ui, char *out, size_t size)
{
	text_format(out, size, "keys of the page %s", _(help(ui)->of->name));
}

static void help_draw(struct ui *ui, struct area area)
{
	struct help_line lines[LINES_MAX];

	help(ui)->pager.lines = collect(ui, lines);
	help(ui)->pager.line = help_line;
	help(ui)->pager.arg = lines;
	help(ui)->pager.wrap = true;
	help(ui)->pager.indent = KEY_CELLS + 2;
	pager_draw(&help(ui)->pager, area);
	if (help(ui)->pager.top > 0)
		area_glyph(area, 0, area.cols - 1, STYLE_NOTE, GLYPH_UP);
	if (help(ui)->pager.top + (size_t)area.rows < help(ui)->pager.lines)
		area_glyph(area, area.rows - 1, area.cols - 1, STYLE_NOTE, GLYPH_DOWN);
	help(ui)->pager.arg = NULL;
}

static bool help_key(struct ui *ui, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	/* A page that is read, not followed. */
	if (c == 'f' || c == 'w')
		return true;
	if (!pager_key(&help(ui)->pager, key))
		return false;
	if (help(ui)->pager.follow) {
		help(ui)->pager.follow = false;
		help(ui)->pager.top = help(ui)->pager.lines; /* drawing finds the last page */
	}
	return true;
}

static size_t help_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = 0;

	(void)ui;
	n = ui_hint(ui, hints, n, most, "Up Down", "Scroll", 0);
	n = ui_hint(ui, hints, n, most, "m", "Menu", 'm');
	n = ui_hint(ui, hints, n, most, "q", "Quit", 'q');
	return ui_hint(ui, hints, n, most, "Esc", "Back", PRESS_ESCAPE);
}

static const struct view_key keys[] = {
	{ "Up Down j k", "scroll" },
	{ NULL, NULL },
};

const struct view view_help = {
	.name = N_("Help"),
	.state = sizeof(struct help_state),
	.opened = help_opened,
	.title = help_title,
	.draw = help_draw,
	.key = help_key,
	.hints = help_hints,
	.keys = keys,
};
