/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All columns that there are in one table of the source; a view names those that
 * it wants, in its order, and narrow screens leave out by rank.
 */
#include "console/service_list.h"

#include <string.h>

#include "console/panels.h"
#include "console/show.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"

static const struct table_column columns[] = {
	[SERVICE_STATE] = { N_("STATE"), 11, 0, 0, 0, ALIGN_LEFT },
	[SERVICE_NAME] = { N_("SERVICE"), 9, 1, 24, 0, ALIGN_LEFT },
	[SERVICE_RATE] = { N_("REQ/S"), 6, 0, 0, 2, ALIGN_RIGHT },
	[SERVICE_CONNECTIONS] = { N_("CONN"), 5, 0, 0, 1, ALIGN_RIGHT },
	[SERVICE_ERRORS] = { N_("ERRORS"), 6, 0, 0, 5, ALIGN_RIGHT },
	[SERVICE_CPU] = { N_("CPU%"), 5, 0, 0, 4, ALIGN_RIGHT },
	[SERVICE_MEMORY] = { N_("MEM"), 5, 0, 0, 5, ALIGN_RIGHT },
	[SERVICE_P99] = { N_("P99"), 6, 0, 0, 3, ALIGN_RIGHT },
	[SERVICE_SINCE] = { N_("FOR"), 6, 0, 0, 4, ALIGN_RIGHT },
	[SERVICE_RESTART] = { N_("RESTART"), 7, 0, 0, 7, ALIGN_RIGHT },
	[SERVICE_ADDRESS] = { N_("ADDRESS"), 15, 3, 44, 6, ALIGN_LEFT },
};

/* ---- Rows ---- */

static bool passes(const struct model_service *s, const char *filter)
{
	if (filter[0] == '\0' || strcasestr(s->name, filter) != NULL ||
	    strcasestr(s->summary, filter) != NULL ||
	    strcasestr(model_state_word(s->state), filter) != NULL)
		return true;
	for (size_t i = 0; i < s->listener_count; i++)
		if (strcasestr(s->listeners[i].address, filter) != NULL)
			return true;
	return false;
}

void service_list_update(struct ui *ui, struct service_list *list)
{
	const struct model *model = ui->model;
	bool found = false;

	list->table.rows = 0;
	for (size_t i = 0; i < model->service_count; i++) {
		if (!passes(&model->services[i], list->filter))
			continue;
		if (strcmp(model->services[i].name, ui->selected) == 0) {
			list->table.selected = list->table.rows;
			found = true;
		}
		list->rows[list->table.rows++] = i;
	}
	table_clamp(&list->table);
	if (!found)
		ui_select(ui,
		    list->table.rows == 0 ? "" :
					    model->services[list->rows[list->table.selected]].name);
}

static const struct model_service *row_service(const struct service_list *list, size_t row)
{
	return &list->ui->model->services[list->rows[row]];
}

/* ---- Cells ---- */

static void address_text(const struct model_service *s, char *out, size_t size)
{
	if (s->listener_count == 0)
		text_format(out, size, "-");
	else if (s->listener_count == 1)
		text_format(out, size, "%s", s->listeners[0].address);
	else
		text_format(out, size, "%s +%zu", s->listeners[0].address, s->listener_count - 1);
}

static void seconds_text(double seconds, char *out, size_t size)
{
	if (seconds < 0)
		text_format(out, size, "-");
	else
		show_latency((int64_t)(seconds * 1e6) > 0 ? (int64_t)(seconds * 1e6) : 1, out,
		    size);
}

static void figure(const struct service_list *list, const struct model_service *s,
    enum service_column column, char *out, size_t size)
{
	/* What counts only while it runs. */
	if (!model_state_up(s->state) &&
	    (column == SERVICE_RATE || column == SERVICE_CONNECTIONS || column == SERVICE_CPU ||
		column == SERVICE_P99))
		text_format(out, size, "-");
	else if (column == SERVICE_RATE)
		show_rate(s->requests_rate, out, size);
	else if (column == SERVICE_CONNECTIONS)
		show_count(s->connections, out, size);
	else if (column == SERVICE_ERRORS)
		show_count(s->errors, out, size);
	else if (column == SERVICE_CPU)
		show_percent(s->cpu_percent, out, size);
	else if (column == SERVICE_MEMORY)
		show_bytes(s->memory, out, size);
	else if (column == SERVICE_P99)
		show_latency(s->p99, out, size);
	else if (column == SERVICE_SINCE)
		show_age(clock_parse(s->since, list->ui->now_us), list->ui->now_us, out, size);
	else
		seconds_text(s->last_restart, out, size);
}

static void list_cell(void *arg, size_t row, size_t column, struct table_cell *cell)
{
	const struct service_list *list = arg;
	const struct model_service *s = row_service(list, row);
	enum service_column what = list->shown[column];
	size_t size = sizeof cell->text;

	cell->style = model_state_up(s->state) ? STYLE_NORMAL : STYLE_DIM;
	if (what == SERVICE_STATE) {
		cell->style = ui_doubtful(list->ui) ? STYLE_DIM : show_state_style(s->state);
		text_format(cell->text, size, "%s%s", model_state_word(s->state),
		    ui_doubtful(list->ui) ? "?" : "");
	} else if (what == SERVICE_NAME) {
		cell->style = STYLE_STRONG;
		text_format(cell->text, size, "%s", s->name);
	} else if (what == SERVICE_ADDRESS) {
		address_text(s, cell->text, size);
	} else {
		figure(list, s, what, cell->text, size);
	}
}

static bool list_marked(void *arg, size_t row)
{
	const struct service_list *list = arg;

	return ui_marked(list->ui, row_service(list, row)->name);
}

/* ---- Drawing and keys ---- */

static void nothing_to_show(const struct ui *ui, const struct service_list *list, struct area area)
{
	if (!ui->model->known)
		area_text(area, 1, 2, STYLE_DIM, _("waiting for the first figures"));
	else if (list->filter[0] != '\0')
		area_print(area, 1, 2, STYLE_NOTE, _("no service matches \"%s\"; Esc shows all"),
		    list->filter);
	else
		area_text(area, 1, 2, STYLE_NOTE, _("this steward has no services built in"));
}

void service_list_draw(struct ui *ui, struct service_list *list, struct area area)
{
	struct table_column shown[SERVICE_COLUMNS + 1];
	size_t count = 0;

	for (; list->shown[count] != SERVICE_COLUMNS; count++) {
		shown[count] = columns[list->shown[count]];
		if (list->ranks != NULL)
			shown[count].rank = list->ranks[count];
	}
	shown[count].title = NULL;
	list->ui = ui;
	list->table.columns = panel_columns(shown, list->columns, ui->ascii);
	list->table.cell = list_cell;
	list->table.marked = list_marked;
	list->table.arg = list;
	list->area = area;
	table_draw(&list->table, area);
	if (list->table.rows == 0)
		nothing_to_show(ui, list, area);
}

static bool click(struct ui *ui, struct service_list *list, const struct key *key)
{
	int row, col;

	if (!ui_inside(&list->area, key, &row, &col))
		return false;
	row = table_row_at(&list->table, row);
	if (row >= 0)
		ui_select(ui, row_service(list, (size_t)row)->name);
	return true;
}

bool service_list_key(struct ui *ui, struct service_list *list, const struct key *key)
{
	list->ui = ui;
	service_list_update(ui, list);
	if (key->code == PRESS_CLICK)
		return click(ui, list, key);
	if (table_key(&list->table, key)) {
		if (list->table.rows > 0)
			ui_select(ui, row_service(list, list->table.selected)->name);
	} else if (key->code == PRESS_ENTER || key->code == PRESS_ARROW_RIGHT) {
		if (ui_selected(ui) != NULL)
			ui_open(ui, &view_service);
	} else {
		return false;
	}
	return true;
}

bool service_list_escape(struct ui *ui, struct service_list *list)
{
	if (list->filter[0] == '\0')
		return false;
	list->filter[0] = '\0';
	service_list_update(ui, list);
	return true;
}

size_t service_list_hints(const struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = ui_command_hints(ui, hints, most);

	n = ui_hint(ui, hints, n, most, NULL, _("Mark"), ' ');
	n = ui_hint(ui, hints, n, most, NULL, _("Filter"), '/');
	n = ui_hint(ui, hints, n, most, _("Enter"), _("Page"), PRESS_ENTER);
	n = ui_hint(ui, hints, n, most, NULL, _("Menu"), 'm');
	return ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
}

const struct view_key service_list_keys[] = {
	{ N_("Up Down j k"), N_("select a service") },
	{ N_("PgUp PgDn"), N_("a page up or down") },
	{ N_("g G Home End"), N_("the first, the last service") },
	{ N_("Enter Right"), N_("everything about the selected service") },
	{ N_("Space"), N_("mark a service: the keys below then act on all that are marked") },
	{ "/", N_("show only services with a text in name, state or address") },
	{ N_("Esc"), N_("take the marks away, drop the filter; put a message away") },
	{ NULL, NULL },
};
