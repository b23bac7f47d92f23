/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Home: all services, the machine, the newest of the journal. Up to 139
 * columns these stand below each other and give way in the order journal,
 * machine, what is known of the selected service; from 140 on the machine and
 * the selected service have a column of their own.
 */
#include <string.h>

#include "console/facts.h"
#include "console/show.h"
#include "console/ui.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/input.h"
#include "widgets/table.h"

#define WIDE 140
#define SIDE 60

enum column { STATE, NAME, ADDRESS, RATE, CONNECTIONS, CPU, MEMORY, P99 };

static const struct table_column columns[] = {
	[STATE] = { "STATE", 11, 0, 0, 0, ALIGN_LEFT },
	[NAME] = { "SERVICE", 9, 1, 24, 0, ALIGN_LEFT },
	[ADDRESS] = { "ADDRESS", 15, 3, 44, 4, ALIGN_LEFT },
	[RATE] = { "REQ/S", 6, 0, 0, 3, ALIGN_RIGHT },
	[CONNECTIONS] = { "CONN", 5, 0, 0, 2, ALIGN_RIGHT },
	[CPU] = { "CPU%", 5, 0, 0, 5, ALIGN_RIGHT },
	[MEMORY] = { "MEM", 5, 0, 0, 6, ALIGN_RIGHT },
	[P99] = { "P99", 6, 0, 0, 7, ALIGN_RIGHT },
	{ .title = NULL },
};

struct home_state {
	char filter[INPUT_MAX];
	size_t rows[MODEL_SERVICES]; /* of the table: indexes into the model */
	struct table table;
	struct area table_area;
};

static struct home_state *home(struct ui *ui)
{
	return ui_view_state(ui, &view_home);
}

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

/* Which services the table shows; the selected one stays so by name. When the
 * filter took it away, the one that came into its place is selected. */
static void home_filtered(struct ui *ui)
{
	struct home_state *state = home(ui);
	const struct model *model = ui->model;
	bool found = false;

	state->table.rows = 0;
	for (size_t i = 0; i < model->service_count; i++) {
		if (!passes(&model->services[i], state->filter))
			continue;
		if (strcmp(model->services[i].name, ui->selected) == 0) {
			state->table.selected = state->table.rows;
			found = true;
		}
		state->rows[state->table.rows++] = i;
	}
	table_clamp(&state->table);
	if (!found)
		ui_select(ui,
		    state->table.rows == 0 ?
			"" :
			model->services[state->rows[state->table.selected]].name);
}

static char *home_filter(struct ui *ui)
{
	return home(ui)->filter;
}

static const struct model_service *row_service(struct ui *ui, size_t row)
{
	return &ui->model->services[home(ui)->rows[row]];
}

static void address_cell(const struct model_service *s, struct table_cell *cell)
{
	if (s->listener_count == 0)
		text_format(cell->text, sizeof cell->text, "-");
	else if (s->listener_count == 1)
		text_format(cell->text, sizeof cell->text, "%s", s->listeners[0].address);
	else
		text_format(cell->text, sizeof cell->text, "%s +%zu", s->listeners[0].address,
		    s->listener_count - 1);
}

static void home_cell(void *arg, size_t row, size_t column, struct table_cell *cell)
{
	struct ui *ui = arg;
	const struct model_service *s = row_service(ui, row);
	size_t size = sizeof cell->text;
	bool up = model_state_up(s->state);

	cell->style = up ? STYLE_NORMAL : STYLE_DIM;
	if (column == STATE) {
		cell->style = ui_doubtful(ui) ? STYLE_DIM : show_state_style(s->state);
		text_format(cell->text, size, "%s%s", model_state_word(s->state),
		    ui_doubtful(ui) ? "?" : "");
	} else if (column == NAME) {
		cell->style = STYLE_STRONG;
		text_format(cell->text, size, "%s", s->name);
	} else if (column == ADDRESS) {
		address_cell(s, cell);
	} else if (!up && column != MEMORY) {
		text_format(cell->text, size, "-");
	} else if (column == RATE) {
		show_rate(s->requests_rate, cell->text, size);
	} else if (column == CONNECTIONS) {
		show_count(s->connections, cell->text, size);
	} else if (column == CPU) {
		show_percent(s->cpu_percent, cell->text, size);
	} else if (column == MEMORY) {
		show_bytes(s->memory, cell->text, size);
	} else {
		show_latency(s->p99, cell->text, size);
	}
}

/* ---- Drawing ---- */

static void home_title(struct ui *ui, char *out, size_t size)
{
	size_t running = 0, bad = 0, count = ui->model->service_count;

	for (size_t i = 0; i < count; i++) {
		enum model_state state = ui->model->services[i].state;

		running += state == MODEL_RUNNING;
		bad += show_state_style(state) == STYLE_BAD;
	}
	if (!ui->model->known)
		return;
	*out = '\0';
	if (home(ui)->filter[0] != '\0')
		text_format(out, size, "filter \"%s\" shows %zu; ", home(ui)->filter,
		    home(ui)->table.rows);
	text_format(out + strlen(out), size - strlen(out), "%s%zu of %zu %s",
	    ui_doubtful(ui) ? "last known: " : "", running, count,
	    count == 1 ? "service runs" : "services run");
	if (bad > 0)
		text_format(out + strlen(out), size - strlen(out), ", %zu %s attention", bad,
		    bad == 1 ? "needs" : "need");
}

static void nothing_to_show(struct ui *ui, struct area area)
{
	if (!ui->model->known)
		area_text(area, 1, 2, STYLE_DIM, "waiting for the first figures");
	else if (home(ui)->filter[0] != '\0')
		area_print(area, 1, 2, STYLE_NOTE,
		    "no service matches \"%s\"; Esc shows "
		    "all",
		    home(ui)->filter);
	else
		area_text(area, 1, 2, STYLE_NOTE, "this steward has no services built in");
}

static void draw_table(struct ui *ui, struct area area)
{
	home(ui)->table.columns = columns;
	home(ui)->table.cell = home_cell;
	home(ui)->table.arg = ui;
	home(ui)->table_area = area;
	table_draw(&home(ui)->table, area);
	if (home(ui)->table.rows == 0)
		nothing_to_show(ui, area);
}

/* The selected service in a line or more: why it is as it is, else what it is. */
static int draw_selected(const struct ui *ui, struct area area, int rows)
{
	const struct model_service *s = ui_selected(ui);
	struct area inside = area_part(area, 0, 2, rows, area.cols - 3);
	char text[640], age[32];

	if (s == NULL)
		return 0;
	if (s->reason[0] != '\0') {
		bool named = strncmp(s->reason, s->name, strlen(s->name)) == 0;

		text_format(text, sizeof text, "%s%s%s", named ? "" : s->name, named ? "" : ": ",
		    s->reason);
		return area_wrap(inside, 0, rows,
		    model_state_up(s->state) ? STYLE_WARN : (int)show_state_style(s->state), text);
	}
	show_age(clock_parse(s->since, ui->now_us), ui->now_us, age, sizeof age);
	text_format(text, sizeof text, "%s: %s%s%s for %s", s->name, s->summary,
	    s->summary[0] != '\0' ? "; " : "",
	    s->state == MODEL_STOPPED     ? "stopped" :
		s->state == MODEL_RUNNING ? "running" :
					    model_state_word(s->state),
	    age);
	return area_wrap(inside, 0, 1, STYLE_DIM, text);
}

/* How the rows of the body are shared out. */
struct shares {
	int table, selected, machine, journal;
};

static struct shares share(int rows, int services, bool wide)
{
	int table = services + 1 < 4 ? 4 : services + 1;
	struct shares s = { .selected = 2 };

	if (rows < 12) { /* a list, and why the selected one is as it is */
		s.table = table < rows - 1 ? table : rows - 1;
		s.selected = rows - s.table;
		return s;
	}
	s.machine = wide ? 0 : 3;
	s.journal = rows >= 30 ? 12 : 5;
	if (table > rows - s.selected - s.machine - s.journal) {
		s.selected = 1; /* many services: the rest makes room */
		s.journal = rows >= 30 ? 8 : 3;
	}
	int most = rows - s.selected - s.machine - s.journal;

	s.table = table > most ? most : table;
	if (wide && s.table < most && s.table < 19)
		s.table = most < 19 ? most : 19; /* the side column needs it */
	s.journal = rows - s.table - s.selected - s.machine;
	return s;
}

static void draw_side(const struct ui *ui, struct area area)
{
	const struct model_service *s = ui_selected(ui);

	area_rule(area, 0, "Machine");
	int row =
	    1 + facts_machine(area_part(area, 1, 0, area.rows - 1, area.cols), &ui->model->machine);

	if (s == NULL || row + 3 > area.rows)
		return;
	area_rule(area, row, s->name);
	facts_service(area_part(area, row + 1, 0, area.rows - row - 1, area.cols), s, ui->now_us);
}

static void home_draw(struct ui *ui, struct area area)
{
	bool wide = area.cols >= WIDE && area.rows >= 24;

	home_filtered(ui);
	struct shares s = share(area.rows, (int)ui->model->service_count, wide);
	int left = wide ? area.cols - SIDE - 1 : area.cols;
	int row = s.table;

	draw_table(ui, area_part(area, 0, 0, s.table, left));
	/* Beside the side column there is room: close to the last service. */
	if (wide && (int)ui->model->service_count + 2 < row)
		row = (int)ui->model->service_count + 2;
	draw_selected(ui, area_part(area, row, 0, s.selected, left), s.selected);
	row = s.table + s.selected;
	if (wide)
		draw_side(ui, area_part(area, 0, left + 1, row, SIDE));
	if (s.machine > 0) {
		area_rule(area_part(area, row, 0, 1, area.cols), 0, "Machine");
		facts_machine(area_part(area, row + 1, 0, 2, area.cols), &ui->model->machine);
		row += s.machine;
	}
	if (s.journal > 0) {
		area_rule(area_part(area, row, 0, 1, area.cols), 0, "Journal");
		facts_journal(area_part(area, row + 1, 0, s.journal - 1, area.cols), ui->model,
		    NULL, ui->now_us);
	}
}

/* ---- Keys ---- */

static bool home_click(struct ui *ui, const struct key *key)
{
	int row, col;

	if (!ui_inside(&home(ui)->table_area, key, &row, &col))
		return false;
	row = table_row_at(&home(ui)->table, row);
	if (row >= 0)
		ui_select(ui, row_service(ui, (size_t)row)->name);
	return true;
}

static bool home_key(struct ui *ui, const struct key *key)
{
	home_filtered(ui);
	if (key->code == PRESS_CLICK)
		return home_click(ui, key);
	if (table_key(&home(ui)->table, key)) {
		if (home(ui)->table.rows > 0)
			ui_select(ui, row_service(ui, home(ui)->table.selected)->name);
	} else if (key->code == PRESS_ENTER || key->code == PRESS_ARROW_RIGHT) {
		if (ui_selected(ui) != NULL)
			ui_open(ui, &view_service);
	} else {
		return false;
	}
	return true;
}

static bool home_escape(struct ui *ui)
{
	if (home(ui)->filter[0] == '\0')
		return false;
	home(ui)->filter[0] = '\0';
	home_filtered(ui);
	return true;
}

static size_t home_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = ui_command_hints(ui, hints, most);

	n = ui_hint(ui, hints, n, most, "/", "Filter", '/');
	n = ui_hint(ui, hints, n, most, "Enter", "Page", PRESS_ENTER);
	n = ui_hint(ui, hints, n, most, "m", "Menu", 'm');
	return ui_hint(ui, hints, n, most, "q", "Quit", 'q');
}

static const struct view_key keys[] = {
	{ "Up Down j k", "select a service" },
	{ "PgUp PgDn", "a page up or down" },
	{ "g G Home End", "the first, the last service" },
	{ "Enter Right", "everything about the selected service" },
	{ "L", "the log of all services" },
	{ "/", "show only services with a text in name, state or address" },
	{ "Esc", "drop the filter; put a message away" },
	{ NULL, NULL },
};

const struct view view_home = {
	.name = N_("Home"),
	.short_name = N_("Home"),
	.digit = '1',
	.acts = true,
	.state = sizeof(struct home_state),
	.title = home_title,
	.draw = home_draw,
	.key = home_key,
	.escape = home_escape,
	.hints = home_hints,
	.filter = home_filter,
	.filtered = home_filtered,
	.changed = home_filtered,
	.keys = keys,
};
