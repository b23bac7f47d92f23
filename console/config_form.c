/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A setting's row as a field of the form, and what was entered there as a staged
 * change. What the row tells is looked at here and at once, the rest by the host.
 */
#include <string.h>

#include "console/config_page.h"
#include "console/format.h"
#include "data/intl.h"
#include "data/text.h"

const struct setting_row *config_form_row(const struct config *config, size_t index)
{
	return &config->rows->rows[config->shown[index]];
}

static const char *const no_yes[] = { "false", "true", NULL };

static const char *truth(const char *value)
{
	static const char *const words[] = { "true", "yes", "on" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(value, words[i]) == 0)
			return "true";
	return "false";
}

static enum form_kind kind_of(const struct setting_row *row)
{
	static const struct {
		const char *type;
		enum form_kind kind;
	} kinds[] = {
		{ "integer", FORM_NUMBER },
		{ "size", FORM_NUMBER },
		{ "duration", FORM_NUMBER },
		{ "boolean", FORM_BOOLEAN },
		{ "list", FORM_LIST },
		{ "listen", FORM_LIST },
	};

	if (row->choices != NULL)
		return FORM_CHOICE;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(row->type, kinds[i].type) == 0)
			return kinds[i].kind;
	return FORM_TEXT;
}

static void add_sentence(char *out, size_t size, const char *sentence)
{
	size_t used = strlen(out);

	if (*sentence != '\0')
		text_format(out + used, size - used, " %s", sentence);
}

/* What it takes and what a change does, in sentences of their own. */
static void standard_text(const struct setting_row *row, char *out, size_t size)
{
	char least[32], most[32], sentence[256] = "";

	text_format(out, size, _("The default is %s."), config_shown(row->standard));
	if (row->limited && strcmp(row->type, "size") == 0) {
		text_show_bytes(row->min, least, sizeof least);
		text_show_bytes(row->max, most, sizeof most);
		text_format(sentence, sizeof sentence, _("It may be %s to %s."), least, most);
	} else if (row->limited && strcmp(row->type, "duration") == 0) {
		setting_show_ms(row->min, least, sizeof least);
		setting_show_ms(row->max, most, sizeof most);
		text_format(sentence, sizeof sentence, _("It may be %s to %s."), least, most);
	} else if (row->limited && strcmp(row->type, "integer") == 0) {
		text_format(sentence, sizeof sentence, _("It may be %lld to %lld."),
		    (long long)row->min, (long long)row->max);
	}
	add_sentence(out, size, sentence);
	sentence[0] = '\0';
	if (row->restarts)
		text_format(sentence, sizeof sentence, _("A change restarts %.*s."),
		    (int)row->dot - 1, row->name);
	add_sentence(out, size, sentence);
}

static void origin_text(struct config *config, const struct setting_row *row,
    const struct staged_change *change)
{
	char origin[200];

	format_origin(row->origin, origin, sizeof origin);
	if (change != NULL)
		text_format(config->origin, sizeof config->origin, _("staged; now %s (%s)"),
		    config_shown(row->value), origin);
	else
		text_format(config->origin, sizeof config->origin, "%s", origin);
}

static const char *error_text(struct config *config, const struct setting_row *row,
    const struct staged_change *change)
{
	char origin[200];

	if (change == NULL)
		return NULL;
	if (strcmp(config->fault_name, row->name) == 0 && config->fault.code != FAULT_NONE) {
		text_format(config->error, sizeof config->error, "%s", config->fault.text);
		return config->error;
	}
	if (!staged_conflict(change, row->value))
		return NULL;
	format_origin(row->origin, origin, sizeof origin);
	text_format(config->error, sizeof config->error,
	    _("It was %s when you began and is %s now (%s)."), config_shown(change->seen),
	    config_shown(row->value), origin);
	return config->error;
}

static void value_text(struct config *config, const struct setting_row *row,
    const struct staged_change *change)
{
	const char *value = change != NULL ? change->text : row->value;

	if (value == NULL)
		value = config_becomes(config, row->name);
	if (value == NULL)
		value = _("(as in steward.conf, or the default)");
	if (kind_of(row) == FORM_BOOLEAN && row->choices == NULL)
		value = truth(value);
	text_clean(config->value, sizeof config->value, value, strlen(value));
}

static void form_get(void *arg, size_t index, struct form_field *field)
{
	struct ui *ui = arg;
	struct config *config = config_of(ui);
	const struct setting_row *row = config_form_row(config, index);
	const struct staged_change *change = staged_find(config->staged, row->name);

	value_text(config, row, change);
	standard_text(row, config->standard, sizeof config->standard);
	origin_text(config, row, change);
	if (config->filter[0] != '\0' &&
	    (index == 0 ||
		strncmp(config_form_row(config, index - 1)->name, row->name, row->dot) != 0)) {
		text_format(config->group, sizeof config->group, "%.*s", (int)row->dot - 1,
		    row->name);
		field->group = config->group;
	}
	field->label = row->name + row->dot;
	field->kind = kind_of(row);
	field->value = config->value;
	field->choices = field->kind == FORM_BOOLEAN ? no_yes : (const char *const *)row->choices;
	field->unit = row->unit[0] != '\0' ? row->unit : NULL;
	field->help = row->help;
	field->standard = config->standard;
	field->origin = config->origin;
	field->error = error_text(config, row, change);
	field->refusal = config_refusal(ui);
	field->changed = change != NULL;
}

static bool form_commit(void *arg, size_t index, const char *value, char *error, size_t size)
{
	struct ui *ui = arg;
	struct config *config = config_of(ui);
	const struct setting_row *row = config_form_row(config, index);
	struct fault fault;

	if (!setting_row_check(row, value, error, size))
		return false;
	config_read(ui);
	/* A truth in other words is the same value. */
	if (kind_of(row) == FORM_BOOLEAN && strcmp(truth(row->value), value) == 0)
		value = row->value;
	const char *seen = config->began_value != NULL ? config->began_value : row->value;
	const char *origin = config->began_value != NULL ? config->began_origin : row->origin;

	if (!staged_put(config->staged, row->name, value, seen, origin, &fault)) {
		text_format(error, size, "%s", fault.text);
		return false;
	}
	config_write(ui);
	config_check(ui, false);
	return true;
}

/* = : an edit is dropped; what was set here goes back to what the file or the
 * default says. Both only stage, and = again takes it back. */
void config_reset(struct ui *ui)
{
	struct config *config = config_of(ui);
	struct fault fault;

	if (config->form.count == 0)
		return;
	const struct setting_row *row = config_form_row(config, config->form.selected);

	if (config_refusal(ui) != NULL) {
		ui_say(ui, STYLE_NOTE, 8, "%s", config_refusal(ui));
		return;
	}
	config_read(ui);
	if (staged_drop(config->staged, row->name)) {
		ui_say(ui, STYLE_NOTE, 6, _("%s: your change is dropped, it stays %s"), row->name,
		    config_shown(row->value));
	} else if (strncmp(row->origin, "set by ", 7) != 0) {
		ui_say(ui, STYLE_NOTE, 6,
		    _("%s was not set here: it is what steward.conf or the default says"),
		    row->name);
		return;
	} else if (staged_put(config->staged, row->name, NULL, row->value, row->origin, &fault)) {
		ui_say(ui, STYLE_NOTE, 6,
		    _("%s: staged to go back to what steward.conf or the default says; %s takes "
		      "that back"),
		    row->name, bindings_shown(&ui->bindings, '='));
	} else {
		ui_say_fault(ui, &fault);
	}
	config_write(ui);
	config_check(ui, false);
}

void config_form_begin(struct ui *ui)
{
	struct form *form = &config_of(ui)->form;

	form->field = form_get;
	form->commit = form_commit;
	form->arg = ui;
	form->too_long = _("This value is too long for a line; use the editor.");
}
