/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The settings of one service as they are in force: value, where it comes from,
 * default; what the selected one is for stands below. They are changed in the
 * view of the settings, to which Enter leads. Asked for again when the service's
 * generation grows, which every change of settings does.
 */
#include <string.h>

#include "console/pages.h"
#include "console/text_rows.h"
#include "data/intl.h"
#include "data/text.h"

#define HELP_ROWS 2

struct config_state {
	struct text_rows rows;
	json_t *settings; /* the answer's, for the help below; NULL: none */
	char service[32];
	int64_t generation; /* of the service when they were asked for */
	bool asking;
	struct fault fault;
};

static struct config_state *config(struct ui *ui);

static void config_end(void *state)
{
	struct config_state *own = state;

	text_rows_free(&own->rows);
	json_decref(own->settings);
}

static struct config_state *config(struct ui *ui)
{
	return ui_state(ui, &page_config, sizeof(struct config_state), config_end);
}

/* ---- Asking ---- */

/* Rows as a table takes them; names without the section. */
static json_t *as_rows(const char *service, const json_t *settings)
{
	json_t *rows = json_array();
	size_t i, length = strlen(service);
	const json_t *entry;

	json_array_foreach(settings, i, entry)
	{
		const char *name = json_string_value(json_object_get(entry, "name"));
		json_t *row = json_array();

		if (name != NULL && strncmp(name, service, length) == 0 && name[length] == '.')
			name += length + 1;
		json_array_append_new(row, json_string(name != NULL ? name : "-"));
		json_array_append(row, json_object_get(entry, "value"));
		json_array_append(row, json_object_get(entry, "origin"));
		json_array_append(row, json_object_get(entry, "default"));
		json_array_append_new(rows, row);
	}
	return json_pack("{s:[s,s,s,s], s:o}", "columns", _("SETTING"), _("VALUE"), _("FROM"),
	    _("DEFAULT"), "rows", rows);
}

static void config_answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct config_state *state = config(ui);
	const char *service = json_string_value(request->context);

	if (strcmp(service, state->service) != 0)
		return;
	state->asking = false;
	if (result == NULL) {
		state->fault = *fault;
		/* Asked again when there is a connection. */
		if (!ui->connected)
			state->generation = -2;
		return;
	}
	state->fault = (struct fault){ .code = FAULT_NONE };
	json_decref(state->settings);
	state->settings = json_incref(json_object_get(result, "settings"));
	json_t *rows = as_rows(service, state->settings);

	text_rows_take(&state->rows, rows);
	json_decref(rows);
}

static void config_tick(struct ui *ui)
{
	struct config_state *state = config(ui);
	const struct model_service *s = ui_selected(ui);

	if (!ui->connected || state->asking || s == NULL || s->generation == state->generation)
		return;
	state->generation = s->generation;
	state->asking = ui_ask(ui, "get", json_pack("{s:s}", "name", state->service),
	    config_answered, json_string(state->service));
}

static void config_opened(struct ui *ui, const char *table)
{
	struct config_state *state = config(ui);

	(void)table;
	if (strcmp(state->service, ui->selected) != 0) {
		config_end(state);
		memset(state, 0, sizeof *state);
		text_format(state->service, sizeof state->service, "%s", ui->selected);
	}
	state->generation = -2; /* not even the unknown one */
	config_tick(ui);
}

/* ---- Drawing and keys ---- */

/* The setting that is selected, or NULL. */
static const json_t *selected(const struct config_state *state)
{
	if (state->rows.table.selected >= state->rows.table.rows)
		return NULL;
	return json_array_get(state->settings, state->rows.order[state->rows.table.selected]);
}

static void draw_help(const struct config_state *state, struct area area)
{
	const char *help = json_string_value(json_object_get(selected(state), "help"));
	char text[512];

	if (help == NULL)
		return;
	/* Marked for translation where the setting's row is. */
	help = *help != '\0' ? _(help) : "";
	text_clean(text, sizeof text, help, strlen(help));
	area_wrap(area_part(area, 0, 1, area.rows, area.cols - 2), 0, area.rows, STYLE_DIM, text);
}

static void config_draw(struct ui *ui, struct area area)
{
	struct config_state *state = config(ui);
	int help = area.rows >= 6 ? HELP_ROWS : 0;

	if (state->fault.code != FAULT_NONE && state->settings == NULL)
		area_wrap(area_part(area, 0, 1, area.rows, area.cols - 2), 0, area.rows, STYLE_WARN,
		    state->fault.text);
	else if (state->settings == NULL)
		area_text(area, 0, 1, STYLE_DIM, _("asking for the settings ..."));
	text_rows_draw(&state->rows, area_part(area, 0, 0, area.rows - help, area.cols));
	if (help > 0)
		draw_help(state, area_part(area, area.rows - help, 0, help, area.cols));
}

void page_config_edit(struct ui *ui, const char *service, const char *setting)
{
	if (setting == NULL)
		pages_open(ui, service, &page_config);
	else
		ui_config_open(ui, service, setting);
}

static void edit_selected(struct ui *ui)
{
	const struct config_state *state = config(ui);
	const char *name = json_string_value(json_object_get(selected(state), "name"));
	size_t length = strlen(state->service);
	char setting[64] = "";

	if (name != NULL && strncmp(name, state->service, length) == 0 && name[length] == '.')
		text_format(setting, sizeof setting, "%s", name + length + 1);
	if (setting[0] != '\0')
		page_config_edit(ui, ui->selected, setting);
}

static bool config_key(struct ui *ui, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	if (key->code == PRESS_ENTER || c == 'c')
		edit_selected(ui);
	else
		return text_rows_key(&config(ui)->rows, key);
	return true;
}

const struct page page_config = {
	.opened = config_opened,
	.draw = config_draw,
	.key = config_key,
	.tick = config_tick,
};
