/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sections of the settings and the form of the selected one: beside each
 * other from 100 columns on, else one after the other. With a filter the form
 * shows what matches in all sections. While somebody types into a field an
 * overlay without a picture takes the keys, so that they are text and nothing
 * else. Nothing here changes a setting: values are staged (config_staged.c) and
 * applied by overlay_apply.c.
 */
#include <stdlib.h>
#include <string.h>

#include "console/config_page.h"
#include "console/format.h"
#include "console/trial.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "widgets/diff.h"

#define WIDE 100

static const struct overlay overlay_field;

struct config *config_of(struct ui *ui)
{
	struct config *config = ui_view_state(ui, &view_config);
	struct fault fault;

	if (config->staged != NULL)
		return config;
	config->staged = staged_new();
	config->version = 0;
	config_form_begin(ui); /* keys may come before it is drawn */
	/* Who only looks sees what is in force, and drops nobody's work. */
	if (!ui->port.read_only &&
	    staged_path(ui->port.home, config->path, sizeof config->path, &fault))
		config_read(ui);
	else
		config->path[0] = '\0';
	return config;
}

void config_end(void *state)
{
	struct config *config = state;

	setting_rows_free(config->rows);
	staged_free(config->staged);
	json_decref(config->changes);
	json_decref(config->unanswered);
	free(config->shown);
	free(config->began_value);
	free(config->began_origin);
}

static bool wide(const struct ui *ui)
{
	return ui->cols >= WIDE;
}

/* ---- Which rows ---- */

/* Fills the form's rows; the selected setting stays so by name. */
static void fill_form(struct config *config)
{
	const struct setting_section *section = setting_rows_section(config->rows, config->section);
	size_t from = 0, end = config->rows != NULL ? config->rows->count : 0, count = 0;
	bool found = false;

	if (config->filter[0] == '\0') {
		from = section != NULL ? section->first : 0;
		end = section != NULL ? from + section->count : 0;
	}
	for (size_t i = from; config->rows != NULL && i < end; i++) {
		const struct setting_row *row = &config->rows->rows[i];

		if (config->filter[0] != '\0' && !setting_row_matches(row, config->filter))
			continue;
		if (strcmp(row->name, config->setting) == 0) {
			config->form.selected = count;
			found = true;
		}
		config->shown[count++] = i;
	}
	config->form.count = count;
	if (!found && !form_edits(&config->form))
		config->form.selected = 0;
	if (config->form.selected >= count)
		config->form.selected = count > 0 ? count - 1 : 0;
	if (!form_edits(&config->form))
		text_format(config->setting, sizeof config->setting, "%s",
		    count > 0 ? config_form_row(config, config->form.selected)->name : "");
}

/* The selected section is one that there is. */
static void fill_sections(struct ui *ui, struct config *config)
{
	size_t count = config->rows != NULL ? config->rows->section_count : 0;
	bool found = false;

	if (config->section[0] == '\0' && ui->selected[0] != '\0')
		text_format(config->section, sizeof config->section, "%s", ui->selected);
	config->sections.rows = count;
	for (size_t i = 0; i < count && !found; i++)
		if (strcmp(config->rows->sections[i].name, config->section) == 0) {
			config->sections.selected = i;
			found = true;
		}
	table_clamp(&config->sections);
	if (!found && count > 0)
		text_format(config->section, sizeof config->section, "%s",
		    config->rows->sections[config->sections.selected].name);
}

void config_fill(struct ui *ui)
{
	struct config *config = config_of(ui);

	fill_sections(ui, config);
	fill_form(config);
}

/* ---- An edit: every key is text ---- */

static void field_draw(struct ui *ui, struct area area)
{
	(void)ui;
	(void)area;
}

static void field_key(struct ui *ui, const struct key *key)
{
	struct config *config = config_of(ui);

	form_key(&config->form, key);
	if (config->form.count > 0)
		text_format(config->setting, sizeof config->setting, "%s",
		    config_form_row(config, config->form.selected)->name);
	if (!form_edits(&config->form))
		ui_close(ui);
}

static void forget_began(struct config *config)
{
	free(config->began_value);
	free(config->began_origin);
	config->began_value = config->began_origin = NULL;
}

static void field_closed(struct ui *ui)
{
	form_cancel(&config_of(ui)->form);
	forget_began(config_of(ui));
}

/* What is typed from now on is about the value that is seen now. */
static void field_open(struct ui *ui)
{
	struct config *config = config_of(ui);
	const struct setting_row *row = config_form_row(config, config->form.selected);

	ui_lay_over(ui, &overlay_field);
	forget_began(config);
	config->began_value = memory_string(row->value);
	config->began_origin = memory_string(row->origin);
}

static const struct overlay overlay_field = {
	.name = "field",
	.draw = field_draw,
	.key = field_key,
	.closed = field_closed,
};

/* ---- Drawing ---- */

enum column { SECTION, WRITTEN, STAGED, EDITOR };

static const struct table_column columns[] = {
	[SECTION] = { N_("SECTION"), 10, 1, 24, 0, ALIGN_LEFT },
	[WRITTEN] = { N_("CHANGED"), 7, 0, 0, 2, ALIGN_RIGHT },
	[STAGED] = { N_("STAGED"), 6, 0, 0, 1, ALIGN_RIGHT },
	[EDITOR] = { N_("EDITED BY"), 9, 2, 40, 3, ALIGN_LEFT },
	{ .title = NULL },
};

static void editors(const struct ui *ui, const char *section, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < ui->model->session_count; i++) {
		const struct model_session *s = &ui->model->sessions[i];

		if (s->number == ui->session || strcmp(s->editing, section) != 0)
			continue;
		text_format(out + used, size - used, "%s%s%s%s", used > 0 ? ", " : "", s->user,
		    s->origin[0] != '\0' ? "@" : "", s->origin);
		used = strlen(out);
	}
}

static void section_cell(void *arg, size_t row, size_t column, struct table_cell *cell)
{
	struct ui *ui = arg;
	struct config *config = config_of(ui);
	const struct setting_section *section = &config->rows->sections[row];
	size_t staged = staged_count(config->staged, section->name);

	cell->style = STYLE_NORMAL;
	if (column == SECTION) {
		cell->style = STYLE_STRONG;
		text_format(cell->text, sizeof cell->text, "%s", section->name);
	} else if (column == WRITTEN) {
		text_format(cell->text, sizeof cell->text, "%zu", section->written);
	} else if (column == STAGED) {
		cell->style = staged > 0 ? STYLE_NOTE : STYLE_DIM;
		text_format(cell->text, sizeof cell->text, "%zu", staged);
	} else {
		cell->style = STYLE_WARN;
		editors(ui, section->name, cell->text, sizeof cell->text);
	}
}

static void nothing_to_show(struct ui *ui, struct area area)
{
	struct config *config = config_of(ui);

	if (config->rows == NULL && config->refused.code != FAULT_NONE)
		area_wrap(area_part(area, 1, 2, area.rows - 1, area.cols - 3), 0, 3, STYLE_BAD,
		    config->refused.text);
	else if (config->rows == NULL)
		area_text(area, 1, 2, STYLE_DIM,
		    ui->connected ? _("waiting for the settings") : _("no connection"));
	else if (config->filter[0] != '\0')
		area_print(area, 1, 2, STYLE_NOTE, _("no setting matches \"%s\"; Esc shows all"),
		    config->filter);
	area_cursor(area, 0, 0);
}

static void draw_sections(struct ui *ui, struct config *config, struct area area)
{
	memcpy(config->columns, columns, sizeof columns);
	for (struct table_column *c = config->columns; c->title != NULL; c++) {
		int width;

		c->title = _(c->title);
		width = area_width(area, c->title);
		c->width = width > c->width ? width : c->width;
	}
	config->sections.columns = config->columns;
	config->sections.cell = section_cell;
	config->sections.arg = ui;
	config->sections_area = area;
	table_draw(&config->sections, area);
	if (config->sections.rows == 0)
		nothing_to_show(ui, area);
}

/* What is staged in all sections, below their list. */
static void draw_staged(struct config *config, struct area area)
{
	int row = 1;

	area_rule(area, 0, _("Staged"));
	for (size_t i = 0; i < config->staged->edits.count && row < area.rows; i++) {
		const struct staged_change *c = &config->staged->edits.changes[i];
		const char *new = c->text != NULL ? c->text : config_becomes(config, c->name);
		char old[200], text[200];

		text_clean(old, sizeof old, config_shown(c->seen), strlen(config_shown(c->seen)));
		new = new != NULL ? config_shown(new) : _("(as in steward.conf, or the default)");
		text_clean(text, sizeof text, new, strlen(new));
		row += diff_draw(area, row,
		    &(struct diff_row){ .name = c->name, .old = old, .new = text }, true);
	}
}

static void draw_form(struct ui *ui, struct config *config, struct area area)
{
	const json_t *schema = ui_schema_service(ui, config->section);
	const char *summary = format_words(schema, "summary");
	char title[256], text[200];

	text_clean(text, sizeof text, summary, strlen(summary));
	text_format(title, sizeof title, "%s%s%s", config->section, text[0] != '\0' ? ": " : "",
	    text);
	area_rule(area, 0, config->filter[0] != '\0' ? _("All that match") : title);
	config->form_area = area_part(area, 1, 0, area.rows - 1, area.cols);
	if (config->form.count == 0) {
		nothing_to_show(ui, config->form_area);
		return;
	}
	form_draw(&config->form, config->form_area);
}

static void config_draw(struct ui *ui, struct area area)
{
	struct config *config = config_of(ui);
	int left = area.cols >= 140 ? 48 : 36;

	config_fill(ui);
	config->sections_area = config->form_area = area_part(area, 0, 0, 0, 0);
	if (!wide(ui)) {
		if (config->in_form)
			draw_form(ui, config, area);
		else
			draw_sections(ui, config, area);
		return;
	}
	struct area list = area_part(area, 0, 0, area.rows, left);
	struct area form = area_part(area, 0, left + 1, area.rows, area.cols - left - 1);

	int used = (int)config->sections.rows + 2;

	if (config->staged->edits.count > 0 && used + 4 <= area.rows) {
		draw_staged(config, area_part(list, used, 0, area.rows - used, left));
		list = area_part(list, 0, 0, used, left);
	}
	/* What has the focus is drawn last and keeps the cursor. */
	if (config->in_form)
		draw_sections(ui, config, list);
	draw_form(ui, config, form);
	if (!config->in_form)
		draw_sections(ui, config, list);
}

static void config_title(struct ui *ui, char *out, size_t size)
{
	struct config *config = config_of(ui);
	char staged[160];

	config_staged_text(ui, staged, sizeof staged);
	*out = '\0';
	if (staged[0] == '\0') {
		if (config->filter[0] != '\0')
			text_format(out, size, _("filter \"%s\""), config->filter);
		else if (config->in_form)
			text_format(out, size, "%s", config->section);
		return;
	}
	/* What no field shows stands here. */
	text_format(out, size, _("%s, %s applies"), staged, bindings_shown(&ui->bindings, 'A'));
	if (config->fault.code != FAULT_NONE)
		text_format(out + strlen(out), size - strlen(out), "; %s", config->fault.text);
}

/* ---- Keys ---- */

static void select_section(struct ui *ui)
{
	struct config *config = config_of(ui);
	const struct setting_section *section;

	if (config->sections.rows == 0)
		return;
	section = &config->rows->sections[config->sections.selected];
	text_format(config->section, sizeof config->section, "%s", section->name);
	if (model_service(ui->model, section->name) != NULL)
		ui_select(ui, section->name);
	config->form.top = 0;
	config->setting[0] = '\0';
	if (config->filter[0] == '\0')
		return;
	/* All matches are in the form: go to the first one of the section. */
	for (size_t i = 0; i < config->form.count; i++)
		if (strncmp(config_form_row(config, i)->name, section->name,
			strlen(section->name)) == 0) {
			text_format(config->setting, sizeof config->setting, "%s",
			    config_form_row(config, i)->name);
			return;
		}
}

static bool sections_key(struct ui *ui, const struct key *key)
{
	struct config *config = config_of(ui);

	if (table_key(&config->sections, key)) {
		select_section(ui);
		return true;
	}
	if (key->code != PRESS_ENTER && key->code != PRESS_ARROW_RIGHT && key->code != PRESS_TAB)
		return false;
	config->in_form = config->rows != NULL;
	return true;
}

static bool form_focus_key(struct ui *ui, const struct key *key)
{
	struct config *config = config_of(ui);
	bool taken = form_key(&config->form, key);

	if (config->form.count > 0)
		text_format(config->setting, sizeof config->setting, "%s",
		    config_form_row(config, config->form.selected)->name);
	if (form_edits(&config->form))
		field_open(ui);
	if (!taken && (key->code == PRESS_ARROW_LEFT || key->code == PRESS_BACKTAB)) {
		config->in_form = false;
		return true;
	}
	return taken;
}

static bool config_click(struct ui *ui, const struct key *key)
{
	struct config *config = config_of(ui);
	int row, col;

	if (ui_inside(&config->sections_area, key, &row, &col)) {
		row = table_row_at(&config->sections, row);
		if (row >= 0) {
			config->sections.selected = (size_t)row;
			select_section(ui);
			/* In one pane a click opens what it hits. */
			config->in_form = !wide(ui);
		}
		return true;
	}
	if (!ui_inside(&config->form_area, key, &row, &col))
		return false;
	config->in_form = true;
	form_focus_key(ui, key);
	return true;
}

static bool config_key(struct ui *ui, const struct key *key)
{
	struct config *config = config_of(ui);

	config_fill(ui);
	if (key->code == PRESS_CLICK)
		return config_click(ui, key);
	if (key->code == PRESS_CHARACTER && key->character == '=') {
		if (config->in_form)
			config_reset(ui);
		else
			ui_say(ui, STYLE_NOTE, 5, "%s", _("open a setting first"));
		return true;
	}
	return config->in_form ? form_focus_key(ui, key) : sections_key(ui, key);
}

static bool config_escape(struct ui *ui)
{
	struct config *config = config_of(ui);

	if (config->filter[0] != '\0') {
		config->filter[0] = '\0';
		config_fill(ui);
		return true;
	}
	if (!config->in_form || config->straight)
		return false;
	config->in_form = false;
	return true;
}

static size_t config_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	struct config *config = config_of(ui);
	size_t n = 0;

	if (form_edits(&config->form)) {
		n = ui_hint(ui, hints, n, most, _("Enter"), _("Stage"), PRESS_ENTER);
		return ui_hint(ui, hints, n, most, _("Esc"), _("Leave it"), PRESS_ESCAPE);
	}
	n = ui_hint(ui, hints, n, most, _("Enter"), config->in_form ? _("Edit") : _("Open"),
	    PRESS_ENTER);
	if (config->in_form)
		n = ui_hint(ui, hints, n, most, NULL, _("Reset"), '=');
	n = ui_hint(ui, hints, n, most, NULL, _("Apply"), 'A');
	n = ui_hint(ui, hints, n, most, NULL, _("Versions"), 'V');
	n = ui_hint(ui, hints, n, most, NULL, _("Editor"), 'E');
	n = ui_hint(ui, hints, n, most, NULL, _("Filter"), '/');
	n = ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
	return ui_hint(ui, hints, n, most, _("Esc"), _("Back"), PRESS_ESCAPE);
}

static char *config_filter(struct ui *ui)
{
	return config_of(ui)->filter;
}

static void config_filtered(struct ui *ui)
{
	struct config *config = config_of(ui);

	if (config->filter[0] != '\0')
		config->in_form = true;
	config_fill(ui);
}

/* ---- What comes and goes ---- */

static void config_changed(struct ui *ui)
{
	trial_follow(ui);
	if (ui_view(ui) != &view_config)
		return;
	config_refresh(ui);
	config_check(ui, false);
}

static void config_opened(struct ui *ui)
{
	config_of(ui)->straight = false;
	config_read(ui);
	config_refresh(ui);
	config_check(ui, false);
}

static void config_page(struct ui *ui, char *out, size_t size)
{
	text_format(out, size, "%s %s", view_config.name, config_of(ui)->section);
}

static const char *config_editing(struct ui *ui)
{
	struct config *config = config_of(ui);

	if (form_edits(&config->form) || staged_count(config->staged, config->section) > 0)
		return config->section;
	return NULL;
}

void ui_config_open(struct ui *ui, const char *section, const char *setting)
{
	struct config *config = config_of(ui);

	config->filter[0] = '\0';
	if (section != NULL && *section != '\0') {
		text_format(config->section, sizeof config->section, "%s", section);
		config->in_form = true;
	}
	if (setting != NULL && *setting != '\0')
		text_format(config->setting, sizeof config->setting, "%s%s%s",
		    strchr(setting, '.') != NULL ? "" : config->section,
		    strchr(setting, '.') != NULL ? "" : ".", setting);
	ui_open(ui, &view_config);
	config->straight = config->in_form && ui->depth > 1;
}

static const struct view_key keys[] = {
	{ N_("Up Down j k"), N_("select a section or a setting") },
	{ N_("Enter Right"), N_("open the section; edit the setting") },
	{ N_("Space"), N_("the next choice of a setting that has some") },
	{ N_("Left BackTab Esc"), N_("from the settings back to the sections") },
	{ N_("="),
	    N_("drop your change; else stage a setting that was set here to go back to the "
	       "file's value") },
	{ N_("A"), N_("show what is staged, and apply it on trial") },
	{ N_("K Z"), N_("keep what is on trial; go back to the old settings") },
	{ N_("V"), N_("what was changed before, and undo it") },
	{ N_("E"), N_("edit steward.conf itself") },
	{ N_("/"), N_("show settings with a text in name, help or value, in all sections") },
	{ NULL, NULL },
};

const struct view view_config = {
	.name = N_("Config"),
	.short_name = N_("Conf"),
	.digit = '8',
	.state = sizeof(struct config),
	.end = config_end,
	.opened = config_opened,
	.title = config_title,
	.draw = config_draw,
	.key = config_key,
	.escape = config_escape,
	.hints = config_hints,
	.filter = config_filter,
	.filtered = config_filtered,
	.changed = config_changed,
	.page = config_page,
	.editing = config_editing,
	.keys = keys,
};
