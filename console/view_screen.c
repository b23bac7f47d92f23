/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The person's settings of the screen, as a form made from their schema. A change
 * is tried at once and kept in the file only when that is asked for, so that
 * colours that cannot be read are gone with the next start.
 */
#include <string.h>

#include "console/format.h"
#include "console/ui.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/form.h"

struct screen_state {
	struct form form;
};

static struct screen_state *screen(struct ui *ui)
{
	return ui_view_state(ui, &view_screen);
}

/* The row behind a field, its section in section_r. */
static const struct setting *row_of(size_t index, const struct settings_section **section_r)
{
	for (const struct settings_section *s = look_schema(); s->name != NULL; s++)
		for (const struct setting *row = s->rows; row->name != NULL; row++)
			if (index-- == 0) {
				*section_r = s;
				return row;
			}
	*section_r = NULL;
	return NULL;
}

static size_t count_rows(void)
{
	const struct settings_section *section;
	size_t count = 0;

	while (row_of(count, &section) != NULL)
		count++;
	return count;
}

static enum form_kind kind(const struct setting *row)
{
	return row->type == SETTING_CHOICE ? FORM_CHOICE :
	    row->type == SETTING_BOOLEAN   ? FORM_BOOLEAN :
	    row->type == SETTING_INTEGER   ? FORM_NUMBER :
					     FORM_TEXT;
}

static void field(void *arg, size_t index, struct form_field *field)
{
	static const char *const booleans[] = { "false", "true", NULL };
	static char standard[64], from[200];
	struct ui *ui = arg;
	const struct settings_section *section;
	const struct setting *row = row_of(index, &section);

	*field = (struct form_field){ .label = "" };
	if (row == NULL)
		return;
	const struct settings *set = settings_of(ui->port.look->book, section->name);
	const char *origin = settings_origin(set, row->name);

	text_format(standard, sizeof standard, _("by default %s"),
	    settings_default(set, row->name));
	format_origin(origin, from, sizeof from);
	*field = (struct form_field){
		.group = row == section->rows ? _(section->summary) : NULL,
		.label = row->name,
		.kind = kind(row),
		.value = settings_shown(set, row->name),
		.choices = row->type == SETTING_BOOLEAN ? booleans : row->choices,
		.unit = row->unit,
		.standard = standard,
		.help = _(row->help),
		.origin = from,
		.changed = strncmp(origin, "set by ", 7) == 0 && ui->port.look->unsaved,
	};
}

static bool commit(void *arg, size_t index, const char *value, char *error, size_t size)
{
	struct ui *ui = arg;
	const struct settings_section *section;
	const struct setting *row = row_of(index, &section);
	struct fault fault = { 0 };
	char name[64];

	if (row == NULL)
		return false;
	text_format(name, sizeof name, "%s.%s", section->name, row->name);
	if (!look_set(ui->port.look, name, *value != '\0' ? value : NULL, &fault)) {
		text_format(error, size, "%s", fault.text);
		return false;
	}
	ui_look(ui);
	return true;
}

static void screen_opened(struct ui *ui)
{
	struct form *form = &screen(ui)->form;

	form->field = field;
	form->commit = commit;
	form->too_long = _("too long");
	form->count = ui->port.look != NULL ? count_rows() : 0;
}

static void screen_title(struct ui *ui, char *out, size_t size)
{
	const struct look *look = ui->port.look;

	if (look != NULL)
		text_format(out, size, look->unsaved ? _("%s, changed and not saved") : "%s",
		    look->path);
}

static void screen_draw(struct ui *ui, struct area area)
{
	struct screen_state *state = screen(ui);

	if (ui->port.look == NULL) {
		area_text(area, 0, 1, STYLE_NOTE, _("the settings cannot be changed here"));
		return;
	}
	state->form.arg = ui;
	form_draw(&state->form, area);
}

static void save(struct ui *ui)
{
	struct fault fault = { 0 };

	if (look_save(ui->port.look, &fault))
		ui_say(ui, STYLE_GOOD, 6, _("saved to %s"), ui->port.look->path);
	else
		ui_say_fault(ui, &fault);
}

static void reset(struct ui *ui)
{
	const struct settings_section *section;
	const struct setting *row = row_of(screen(ui)->form.selected, &section);
	char error[192] = "";

	if (row != NULL && !commit(ui, screen(ui)->form.selected, "", error, sizeof error))
		ui_say(ui, STYLE_WARN, 10, "%s", error);
}

static bool screen_typing(struct ui *ui)
{
	return form_edits(&screen(ui)->form);
}

static bool screen_key(struct ui *ui, const struct key *key)
{
	struct form *form = &screen(ui)->form;
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	if (ui->port.look == NULL)
		return false;
	form->arg = ui;
	if (!form_edits(form) && c == 'o')
		save(ui);
	else if (!form_edits(form) && c == '=')
		reset(ui);
	else
		return form_key(form, key);
	return true;
}

static bool screen_escape(struct ui *ui)
{
	struct form *form = &screen(ui)->form;

	if (form_edits(form)) {
		form_cancel(form);
		return true;
	}
	if (ui->port.look != NULL && ui->port.look->unsaved)
		ui_say(ui, STYLE_NOTE, 10, _("not saved: what was changed counts until you leave"));
	return false;
}

static size_t screen_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = ui_hint(ui, hints, 0, most, _("Enter"), _("Change"), PRESS_ENTER);

	n = ui_hint(ui, hints, n, most, NULL, _("Save"), 'o');
	n = ui_hint(ui, hints, n, most, NULL, _("Default"), '=');
	return ui_hint(ui, hints, n, most, _("Esc"), _("Back"), PRESS_ESCAPE);
}

static const struct view_key keys[] = {
	{ N_("Up Down j k Tab"), N_("the field above or below") },
	{ N_("Enter"), N_("change it; Enter again takes the new value, Esc keeps the old one") },
	{ N_("Left Right Space"), N_("the next choice") },
	{ "=", N_("back to the default") },
	{ "o", N_("save to your file") },
	{ N_("Esc"), N_("back; what was not saved counts until you leave the console") },
	{ NULL, NULL },
};

const struct view view_screen = {
	.name = N_("Screen"),
	.state = sizeof(struct screen_state),
	.opened = screen_opened,
	.title = screen_title,
	.draw = screen_draw,
	.key = screen_key,
	.typing = screen_typing,
	.escape = screen_escape,
	.hints = screen_hints,
	.keys = keys,
};
