/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list of what is done seldom, made from the table below: what stands there
 * works, and nothing else stands there.
 */
#include <string.h>

#include "console/columns.h"
#include "console/tools.h"
#include "console/wizard_page.h"
#include "data/intl.h"
#include "data/text.h"

struct tool {
	const char *label;  /* marked with N_; NULL ends the list */
	const char *help;   /* marked with N_ */
	const char *words;  /* that do it on the command line, or NULL */
	const char *object; /* marked with N_: what is to be typed behind them, or NULL */
	void (*run)(struct ui *ui);
	char key; /* that does it everywhere; 0: none. Without run it is pressed */
};

static const struct tool tools[] = {
	{ N_("First run"),
	    N_("asks for a name, which services run and where they listen; can be left and "
	       "gone on with"),
	    "init", NULL, ui_wizard_open, 0 },
	{ N_("Check the settings files"), N_("tells a mistake with its file and line"), "check",
	    NULL, tools_check, 0 },
	{ N_("Reload the settings files..."), N_("puts in force what was written into them"),
	    "reload", N_("SERVICE"), tools_reload, 0 },
	{ N_("Edit steward.conf"), N_("opens your editor; what you wrote is checked first"), "edit",
	    NULL, NULL, 'E' },
	{ N_("Test the alert hook"),
	    N_("runs the command of host.alert_command with an alert that is none"), "alert-test",
	    NULL, tools_alert_test, 0 },
	{ N_("Metrics"), N_("every counter, as a monitoring program reads them"), "metrics", NULL,
	    tools_metrics, 0 },
	{ N_("Show the command of..."),
	    N_("what would have to be typed for the things that keys do here"), NULL, NULL, NULL,
	    '!' },
	{ N_("Screen settings"), N_("colours, keys and mouse of this screen"), NULL, NULL, NULL,
	    ',' },
	{ N_("About"), N_("versions, user, sandbox, crashes: to be copied into a question"), NULL,
	    NULL, tools_about, 0 },
	{ N_("Save a report to a file..."),
	    N_("status, alerts, settings without secrets and the newest log, to send to "
	       "somebody"),
	    NULL, NULL, tools_report, 0 },
	{ .label = NULL },
};

enum { TOOLS = sizeof tools / sizeof tools[0] - 1 };

static const struct column columns[] = {
	{ N_("TOOL"), 16, 44, 0, 0, ALIGN_LEFT },
	{ N_("KEY"), 3, 8, 0, 2, ALIGN_LEFT },
	{ N_("AS A COMMAND"), 10, 30, 0, 1, ALIGN_LEFT },
	{ .title = NULL },
};

struct tools_state {
	struct table table;
	struct area area;
};

static struct tools_state *tools_of(struct ui *ui)
{
	return ui_view_state(ui, &view_tools);
}

static void cell(void *arg, size_t row, size_t column, struct table_cell *cell)
{
	const struct ui *ui = arg;
	const struct tool *tool = &tools[row];
	size_t size = sizeof cell->text;

	if (column == 0) {
		text_format(cell->text, size, "%s", _(tool->label));
		return;
	}
	cell->style = column == 1 ? STYLE_KEY : STYLE_DIM;
	if (column == 1)
		text_format(cell->text, size, "%s",
		    tool->key != 0 ? bindings_shown(&ui->bindings, tool->key) : "");
	else if (tool->words != NULL)
		text_format(cell->text, size, "steward %s%s%s", tool->words,
		    tool->object != NULL ? " " : "", tool->object != NULL ? _(tool->object) : "");
}

static void tools_title(struct ui *ui, char *out, size_t size)
{
	(void)ui;
	text_format(out, size, "%s", _("what one does seldom"));
}

static void tools_draw(struct ui *ui, struct area area)
{
	struct tools_state *state = tools_of(ui);
	int help = area.rows >= 6 ? 2 : area.rows > 2 ? 1 : 0;
	struct area below =
	    area_part(area, area.rows - help, 2, help, area.cols > 4 ? area.cols - 4 : 0);

	state->area = area_part(area, 0, 0, area.rows - help, area.cols);
	state->table.rows = TOOLS;
	state->table.cell = cell;
	state->table.arg = ui;
	columns_draw(&state->table, state->area, columns);
	if (help > 0)
		area_wrap(below, 0, help, STYLE_NOTE, _(tools[state->table.selected].help));
}

static void run(struct ui *ui)
{
	const struct tool *tool = &tools[tools_of(ui)->table.selected];

	if (tool->run != NULL)
		tool->run(ui);
	else
		ui_press(ui, (uint32_t)tool->key);
}

static bool click(struct ui *ui, const struct key *key)
{
	struct tools_state *state = tools_of(ui);
	int row, col;

	if (!ui_inside(&state->area, key, &row, &col))
		return false;
	row = table_row_at(&state->table, row);
	/* The first click selects, the second one does it. */
	if (row >= 0 && (size_t)row == state->table.selected)
		run(ui);
	else if (row >= 0)
		state->table.selected = (size_t)row;
	return true;
}

static bool tools_key(struct ui *ui, const struct key *key)
{
	if (key->code == PRESS_CLICK)
		return click(ui, key);
	if (key->code == PRESS_ENTER || key->code == PRESS_ARROW_RIGHT) {
		run(ui);
		return true;
	}
	return table_key(&tools_of(ui)->table, key);
}

static size_t tools_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = ui_hint(ui, hints, 0, most, _("Enter"), _("Do it"), PRESS_ENTER);

	n = ui_hint(ui, hints, n, most, NULL, _("Menu"), 'm');
	n = ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
	return ui_hint(ui, hints, n, most, _("Esc"), _("Back"), PRESS_ESCAPE);
}

static const struct view_key keys[] = {
	{ N_("Up Down j k"), N_("select a tool") },
	{ N_("PgUp PgDn g G"), N_("a page on or back; the first, the last one") },
	{ N_("Enter Right"), N_("do it; what has dots asks first") },
	{ N_("Esc"), N_("back") },
	{ NULL, NULL },
};

const struct view view_tools = {
	.name = N_("Tools"),
	.short_name = N_("Tool"),
	.digit = '0',
	.state = sizeof(struct tools_state),
	.changed = wizard_moved, /* which goes on when somebody looks elsewhere */
	.title = tools_title,
	.draw = tools_draw,
	.key = tools_key,
	.hints = tools_hints,
	.keys = keys,
};
