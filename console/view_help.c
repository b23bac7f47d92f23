/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of the page from which help was asked, those of the command table
 * when they work there, and those that work everywhere.
 */
#include <stdio.h>
#include <string.h>

#include "console/entries.h"
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
#define LINES_MAX 128

struct help_line {
	char key[40];
	char text[192];
	bool heading;
};

/* What has no name in console.conf; the rest comes from the list of bindings. */
static const struct view_key everywhere[] = {
	{ N_("Esc Ctrl-C"), N_("cancel, back") },
	{ "Ctrl-L", N_("draw the screen again") },
	{ "Ctrl-Z", N_("back to the shell; fg returns") },
	{ "Ctrl-P", N_("find any command by a few letters") },
	{ "F1 F9 F10", N_("help, menu, leave") },
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

/* "Up Down f" with the keys that the person has put in the place of the defaults. */
static void shown_keys(const struct ui *ui, const char *keys, char *out, size_t size)
{
	size_t used = 0;

	for (*out = '\0'; *keys != '\0';) {
		size_t length = strcspn(keys, " ");
		bool one = length == 1 && *keys > ' ' && *keys < 127;

		text_format(out + used, size - used, "%s%.*s", used > 0 ? " " : "",
		    one ? 8 : (int)length, one ? bindings_shown(&ui->bindings, *keys) : keys);
		used = strlen(out);
		keys += length;
		keys += *keys == ' ';
	}
}

static void add_keys(const struct ui *ui, struct help_line *lines, size_t *count,
    const struct view_key *list)
{
	char shown[40];

	for (; list != NULL && list->keys != NULL; list++) {
		shown_keys(ui, _(list->keys), shown, sizeof shown);
		add(lines, count, shown, _(list->help));
	}
}

static void add_commands(struct ui *ui, struct help_line *lines, size_t *count)
{
	char text[192], name[32];

	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		if (c->key == 0 || !(c->flags & COMMAND_SERVICE))
			continue;
		command_name(c, name, sizeof name);
		text_format(text, sizeof text, "%s (steward %s %s)", _(c->help), name,
		    ui->selected[0] != '\0' ? ui->selected : "SERVICE");
		add(lines, count, bindings_shown(&ui->bindings, (char)c->key), text);
	}
}

static void add_bindings(const struct ui *ui, struct help_line *lines, size_t *count)
{
	for (const struct binding *b = binding_list; b->name != NULL; b++)
		if (b->everywhere || !entries_pages_own(b->key))
			add(lines, count, bindings_shown(&ui->bindings, b->key), _(b->help));
}

static size_t collect(struct ui *ui, struct help_line *lines)
{
	const struct view *of = help(ui)->of;
	size_t count = 0;
	char text[192];

	text_format(text, sizeof text, _("On the page %s"), _(of->name));
	heading(lines, &count, text);
	add_keys(ui, lines, &count, of->keys);
	if (of->acts) {
		heading(lines, &count, _("On the selected service, and the same as a command"));
		add_commands(ui, lines, &count);
	}
	heading(lines, &count, _("Everywhere"));
	add_keys(ui, lines, &count, everywhere);
	add_bindings(ui, lines, &count);
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
	text_format(out, size, _("keys of the page %s"), _(help(ui)->of->name));
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
	n = ui_hint(ui, hints, n, most, _("Up Down"), _("Scroll"), 0);
	n = ui_hint(ui, hints, n, most, NULL, _("Menu"), 'm');
	n = ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
	return ui_hint(ui, hints, n, most, _("Esc"), _("Back"), PRESS_ESCAPE);
}

static const struct view_key keys[] = {
	{ N_("Up Down j k"), N_("scroll") },
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
