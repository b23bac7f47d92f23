/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was set before: the entries of the audit list that changed settings, the
 * newest first. Each shows its diff, and can be undone (ui_undo.c) where the host
 * says that it can be.
 */
#include <stdlib.h>
#include <string.h>

#include "console/config_page.h"
#include "console/format.h"
#include "console/sheet_rows.h"
#include "console/show.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"

#define VERSIONS 200

struct versions_state {
	json_t *entries; /* oldest first; NULL: none have come */
	int64_t of;      /* the newest number of the audit list when they were asked for */
	int64_t session;
	bool asking;
	int64_t number; /* that is selected, 0: none */
	struct table table;
	struct table_column columns[6];
	struct area drawn;
};

struct version_state {
	struct sheet sheet;
	struct sheet_rows rows;
	json_t *entry; /* that is shown */
	char title[128];
	const char *buttons[3];
};

static const struct overlay overlay_version;

static struct versions_state *versions_of(struct ui *ui)
{
	return ui_view_state(ui, &view_versions);
}

static void versions_end(void *state)
{
	json_decref(((struct versions_state *)state)->entries);
}

static void version_end(void *state)
{
	struct version_state *version = state;

	sheet_rows_clear(&version->rows);
	json_decref(version->entry);
}

/* ---- The entries ---- */

static void came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct versions_state *state = versions_of(ui);

	(void)request;
	state->asking = false;
	if (fault != NULL && ui->connected)
		ui_say_fault(ui, fault);
	if (result == NULL)
		return;
	json_decref(state->entries);
	state->entries = json_incref(json_object_get(result, "entries"));
}

static void versions_changed(struct ui *ui)
{
	struct versions_state *state = versions_of(ui);

	if (ui_view(ui) != &view_versions || !ui->connected || ui->session == 0 || state->asking)
		return;
	if (state->entries != NULL && state->of == ui->model->audit_newest &&
	    state->session == ui->session)
		return;
	state->of = ui->model->audit_newest;
	state->session = ui->session;
	state->asking = ui_ask(ui, "audit",
	    json_pack("{s:i, s:b}", "last", VERSIONS, "settings", true), came, NULL);
}

static json_t *entry_at(const struct versions_state *state, size_t row)
{
	size_t count = json_array_size(state->entries);

	return row < count ? json_array_get(state->entries, count - 1 - row) : NULL;
}

/* The selected entry stays so by its number. */
static void fill_table(struct versions_state *state)
{
	state->table.rows = json_array_size(state->entries);
	for (size_t i = 0; i < state->table.rows; i++)
		if (json_whole(entry_at(state, i), "number", -1) == state->number)
			state->table.selected = i;
	table_clamp(&state->table);
	state->number = json_whole(entry_at(state, state->table.selected), "number", 0);
}

/* ---- The table ---- */

enum column { NUMBER, TIME, WHO, OUTCOME, WHAT };

static const struct table_column columns[] = {
	[NUMBER] = { N_("NUMBER"), 6, 0, 0, 3, ALIGN_RIGHT },
	[TIME] = { N_("WHEN"), 8, 0, 0, 0, ALIGN_LEFT },
	[WHO] = { N_("WHO"), 8, 1, 28, 1, ALIGN_LEFT },
	[OUTCOME] = { N_("OUTCOME"), 9, 0, 0, 2, ALIGN_LEFT },
	[WHAT] = { N_("CHANGES"), 12, 4, 0, 0, ALIGN_LEFT },
	{ .title = NULL },
};

static const char *outcome_word(const json_t *entry)
{
	static const struct {
		const char *word, *shown;
	} words[] = {
		{ "waiting", N_("on trial") },
		{ "done", N_("kept") },
		{ "failed", N_("failed") },
		{ "reverted", N_("went back") },
	};
	const char *outcome = json_text(entry, "outcome", "");

	if (json_is_integer(json_object_get(entry, "undone_by")))
		return _("undone");
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(outcome, words[i].word) == 0)
			return _(words[i].shown);
	return "-";
}

static void who_text(const json_t *entry, char *out, size_t size)
{
	const char *origin = json_text(entry, "origin", "");
	char text[128];

	text_format(text, sizeof text, "%s%s%s", json_text(entry, "user", "-"),
	    *origin != '\0' ? "@" : "", origin);
	text_clean(out, size, text, strlen(text));
}

static void changes_text(const json_t *entry, char *out, size_t size)
{
	const json_t *change, *changes = json_object_get(entry, "changes");
	char text[256] = "";
	size_t i, used = 0;

	json_array_foreach(changes, i, change)
	{
		text_format(text + used, sizeof text - used, "%s%s %s -> %s", i > 0 ? ", " : "",
		    json_text(change, "name", "?"), config_shown(json_text(change, "old", "-")),
		    config_shown(json_text(change, "new", "-")));
		used = strlen(text);
	}
	text_clean(out, size, text, used);
}

static void version_cell(void *arg, size_t row, size_t column, struct table_cell *cell)
{
	struct ui *ui = arg;
	const json_t *entry = entry_at(versions_of(ui), row);
	size_t size = sizeof cell->text;

	cell->style = STYLE_NORMAL;
	if (column == NUMBER)
		text_format(cell->text, size, "%lld", (long long)json_whole(entry, "number", 0));
	else if (column == TIME)
		show_time(clock_parse(json_text(entry, "time", ""), ui->now_us), ui->now_us,
		    cell->text, size);
	else if (column == WHO)
		who_text(entry, cell->text, size);
	else if (column == OUTCOME)
		text_format(cell->text, size, "%s", outcome_word(entry));
	else
		changes_text(entry, cell->text, size);
}

static void versions_draw(struct ui *ui, struct area area)
{
	struct versions_state *state = versions_of(ui);

	fill_table(state);
	memcpy(state->columns, columns, sizeof columns);
	for (struct table_column *c = state->columns; c->title != NULL; c++) {
		c->title = _(c->title);
		if (area_width(area, c->title) > c->width)
			c->width = area_width(area, c->title);
	}
	state->table.columns = state->columns;
	state->table.cell = version_cell;
	state->table.arg = ui;
	state->drawn = area;
	table_draw(&state->table, area);
	if (state->table.rows > 0)
		return;
	area_text(area, 1, 2, STYLE_DIM,
	    state->entries != NULL ? _("no settings have been changed yet") :
		ui->connected      ? _("waiting for the list") :
				     _("no connection"));
	area_cursor(area, 0, 0);
}

static void versions_title(struct ui *ui, char *out, size_t size)
{
	size_t count = json_array_size(versions_of(ui)->entries);

	if (versions_of(ui)->entries != NULL)
		text_format(out, size,
		    ngettext("%zu change of settings", "%zu changes of settings", count), count);
}

/* ---- One of them ---- */

static void add_changes(struct sheet_rows *rows, const json_t *changes)
{
	const json_t *change;
	size_t i;

	json_array_foreach(changes, i, change) sheet_rows_diff(rows, json_text(change, "name", "?"),
	    json_text(change, "old", NULL), json_text(change, "new", NULL));
}

static void add_undo(struct version_state *version)
{
	const json_t *undo = json_object_get(version->entry, "undo");
	const char *reason = json_text(undo, "reason", NULL);

	if (!json_is_true(json_object_get(undo, "possible")))
		sheet_rows_add(&version->rows, _("undo"), STYLE_DIM,
		    reason != NULL ? _("It cannot be undone: %s") : _("It cannot be undone.%s"),
		    reason != NULL ? reason : "");
	else
		sheet_rows_add(&version->rows, _("undo"), STYLE_NORMAL, "steward %s",
		    json_text(undo, "words", ""));
}

static void fill_about(struct ui *ui, struct version_state *version)
{
	const json_t *entry = version->entry;
	char who[160], time[64];

	(void)ui;
	who_text(entry, who, sizeof who);
	format_time(json_text(entry, "time", ""), time, sizeof time);
	sheet_rows_add(&version->rows, _("who"), STYLE_NORMAL, "%s", who);
	sheet_rows_add(&version->rows, _("when"), STYLE_NORMAL, "%s", time);
	sheet_rows_add(&version->rows, _("command"), STYLE_NORMAL, "steward %s",
	    json_text(entry, "words", ""));
	sheet_rows_add(&version->rows, _("outcome"), STYLE_NORMAL, "%s", outcome_word(entry));
	if (json_text(entry, "reason", NULL) != NULL)
		sheet_rows_add(&version->rows, _("reason"), STYLE_WARN, "%s",
		    json_text(entry, "reason", ""));
	add_changes(&version->rows, json_object_get(entry, "changes"));
	add_undo(version);
}

static bool can_undo(const struct version_state *version)
{
	return json_is_true(json_object_get(json_object_get(version->entry, "undo"), "possible"));
}

static void fill_sheet(struct ui *ui, struct version_state *version)
{
	long long number = (long long)json_whole(version->entry, "number", 0);

	sheet_rows_clear(&version->rows);
	text_format(version->title, sizeof version->title, _("Change number %lld"), number);
	fill_about(ui, version);
	version->buttons[0] = _("Close");
	version->buttons[1] = can_undo(version) ? _("Undo it...") : NULL;
	version->buttons[2] = NULL;
	sheet_rows_show(&version->rows, &version->sheet);
	version->sheet.title = version->title;
	version->sheet.buttons = version->buttons;
}

static void open_version(struct ui *ui, json_t *entry)
{
	struct version_state *version = ui_overlay_state(ui, &overlay_version);

	if (entry == NULL)
		return;
	json_incref(entry);
	json_decref(version->entry);
	version->entry = entry;
	fill_sheet(ui, version);
	sheet_open(&version->sheet);
	ui_lay_over(ui, &overlay_version);
}

static void version_draw(struct ui *ui, struct area area)
{
	struct version_state *version = ui_overlay_state(ui, &overlay_version);

	fill_sheet(ui, version);
	sheet_draw(&version->sheet, area);
}

static void version_key(struct ui *ui, const struct key *key)
{
	struct version_state *version = ui_overlay_state(ui, &overlay_version);

	fill_sheet(ui, version);
	int answer = sheet_key(&version->sheet, key);

	if (answer == SHEET_OPEN)
		return;
	ui_close(ui);
	if (answer == 1)
		ui_undo(ui, json_whole(version->entry, "number", -1));
}

static const struct overlay overlay_version = {
	.name = "version",
	.state = sizeof(struct version_state),
	.end = version_end,
	.draw = version_draw,
	.key = version_key,
};

/* ---- Keys ---- */

static void undo_key(struct ui *ui)
{
	struct versions_state *state = versions_of(ui);
	const json_t *entry = entry_at(state, state->table.selected);
	const char *reason;

	if (entry == NULL)
		return;
	reason = json_text(json_object_get(entry, "undo"), "reason", "");
	if (!json_is_true(json_object_get(json_object_get(entry, "undo"), "possible"))) {
		ui_say(ui, STYLE_NOTE, 8, "%s%s%s", _("it cannot be undone"),
		    *reason != '\0' ? ": " : "", reason);
		return;
	}
	ui_undo(ui, json_whole(entry, "number", -1));
}

static bool versions_key(struct ui *ui, const struct key *key)
{
	struct versions_state *state = versions_of(ui);
	int row, col;

	fill_table(state);
	if (key->code == PRESS_CLICK) {
		if (!ui_inside(&state->drawn, key, &row, &col))
			return false;
		row = table_row_at(&state->table, row);
		if (row >= 0)
			state->table.selected = (size_t)row;
	} else if (key->code == PRESS_ENTER) {
		open_version(ui, entry_at(state, state->table.selected));
	} else if (key->code == PRESS_CHARACTER && key->character == 'z') {
		undo_key(ui);
	} else if (!table_key(&state->table, key)) {
		return false;
	}
	state->number = json_whole(entry_at(state, state->table.selected), "number", 0);
	return true;
}

static size_t versions_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = 0;

	n = ui_hint(ui, hints, n, most, _("Enter"), _("Show"), PRESS_ENTER);
	n = ui_hint(ui, hints, n, most, NULL, _("Undo this one"), 'z');
	n = ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
	return ui_hint(ui, hints, n, most, _("Esc"), _("Back"), PRESS_ESCAPE);
}

static const struct view_key keys[] = {
	{ N_("Up Down j k"), N_("select a change") },
	{ N_("Enter"), N_("show who made it, and its diff") },
	{ N_("z"), N_("undo it, on trial; what that changes is shown first") },
	{ N_("Esc"), N_("back") },
	{ NULL, NULL },
};

const struct view view_versions = {
	.name = N_("Versions"),
	.short_name = N_("Vers"),
	.state = sizeof(struct versions_state),
	.end = versions_end,
	.opened = versions_changed,
	.changed = versions_changed,
	.title = versions_title,
	.draw = versions_draw,
	.key = versions_key,
	.hints = versions_hints,
	.keys = keys,
};
