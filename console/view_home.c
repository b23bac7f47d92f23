/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Home: the verdict, all services, the machine, what is selected, and what has
 * happened. From 140 columns on three panes stand beside each other, from 76 two;
 * below that the list stands alone. Rows give way in the order events, facts.
 */
#include <string.h>

#include "console/facts.h"
#include "console/panels.h"
#include "console/show.h"
#include "console/ui.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/input.h"
#include "widgets/table.h"

#define PANES 76   /* fewer columns: the list alone */
#define MIDDLE 100 /* the list gets more columns */
#define WIDE 140   /* three panes */
#define LEFT 37
#define LEFT_MIDDLE 52
#define LEFT_WIDE 60
#define SIDE_WIDE 44
#define LOG_ROWS 8 /* fewer rows below the panes: no log */
#define FACTS 15   /* rows that machine and selected service want */

enum column { STATE, NAME, RATE, CONNECTIONS, CPU, MEMORY, P99, ADDRESS };

static const struct table_column columns[] = {
	[STATE] = { N_("STATE"), 11, 0, 0, 0, ALIGN_LEFT },
	[NAME] = { N_("SERVICE"), 9, 1, 24, 0, ALIGN_LEFT },
	[RATE] = { N_("REQ/S"), 6, 0, 0, 2, ALIGN_RIGHT },
	[CONNECTIONS] = { N_("CONN"), 5, 0, 0, 1, ALIGN_RIGHT },
	[CPU] = { N_("CPU%"), 5, 0, 0, 4, ALIGN_RIGHT },
	[MEMORY] = { N_("MEM"), 5, 0, 0, 5, ALIGN_RIGHT },
	[P99] = { N_("P99"), 6, 0, 0, 3, ALIGN_RIGHT },
	[ADDRESS] = { N_("ADDRESS"), 15, 3, 44, 6, ALIGN_LEFT },
	{ .title = NULL },
};

struct home_state {
	char filter[INPUT_MAX];
	size_t rows[MODEL_SERVICES]; /* of the table: indexes into the model */
	struct table table;
	struct table_column columns[sizeof columns / sizeof columns[0]];
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

static void nothing_to_show(struct ui *ui, struct area area)
{
	if (!ui->model->known)
		area_text(area, 1, 2, STYLE_DIM, _("waiting for the first figures"));
	else if (home(ui)->filter[0] != '\0')
		area_print(area, 1, 2, STYLE_NOTE, _("no service matches \"%s\"; Esc shows all"),
		    home(ui)->filter);
	else
		area_text(area, 1, 2, STYLE_NOTE, _("this steward has no services built in"));
}

static void draw_table(struct ui *ui, struct area area)
{
	struct home_state *state = home(ui);

	state->table.columns = panel_columns(columns, state->columns, ui->ascii);
	state->table.cell = home_cell;
	state->table.arg = ui;
	state->table_area = area;
	table_draw(&state->table, area);
	if (state->table.rows == 0)
		nothing_to_show(ui, area);
}

/* Why the selected one is as it is, in a line or more; nothing when it runs. */
static int draw_reason(const struct ui *ui, struct area area)
{
	const struct model_service *s = ui_selected(ui);
	struct area inside = area_part(area, 0, 1, area.rows, area.cols - 2);
	char text[640];

	if (s == NULL || s->reason[0] == '\0' || area.rows < 1)
		return 0;
	bool named = strncmp(s->reason, s->name, strlen(s->name)) == 0;

	text_format(text, sizeof text, "%s%s%s", named ? "" : s->name, named ? "" : ": ",
	    s->reason);
	return area_wrap(inside, 0, area.rows,
	    model_state_up(s->state) ? STYLE_WARN : (int)show_state_style(s->state), text);
}

static void draw_selected(const struct ui *ui, struct area area)
{
	const struct model_service *s = ui_selected(ui);

	if (s == NULL || area.rows < 3)
		return;
	area_rule(area, 0, s->name);
	facts_service(area_part(area, 1, 0, area.rows - 1, area.cols), s, ui->now_us,
	    ui_doubtful(ui));
}

static int draw_machine(const struct ui *ui, struct area area)
{
	area_rule(area, 0, _("Machine"));
	return 1 +
	    facts_machine(area_part(area, 1, 0, area.rows - 1, area.cols), &ui->model->machine);
}

/* The services' pane and what stands beside it. */
static void draw_panes(struct ui *ui, struct area area)
{
	int left = area.cols >= WIDE ? LEFT_WIDE : area.cols >= MIDDLE ? LEFT_MIDDLE : LEFT;
	int side = area.cols >= WIDE ? SIDE_WIDE : 0;
	struct area middle =
	    area_part(area, 0, left + 1, area.rows, area.cols - left - 1 - (side ? side + 1 : 0));

	draw_table(ui, area_part(area, 0, 0, area.rows, left));
	if (side > 0) {
		draw_machine(ui, area_part(area, 0, area.cols - side, area.rows, side));
		draw_selected(ui, middle);
		return;
	}
	int row = draw_machine(ui, middle);

	if (row < area.rows)
		draw_selected(ui, area_part(middle, row, 0, area.rows - row, middle.cols));
}

/* The line that offers the first run; it goes when that is over. */
static int draw_first_run(const struct ui *ui, struct area area)
{
	if (!ui->model->host.first_run || area.rows < 8)
		return 0;
	area_print(area, 0, 1, STYLE_NOTE,
	    _("first run: %s, then \"first run\", asks for a name, the services and where they "
	      "listen"),
	    bindings_shown(&ui->bindings, '0'));
	return 1;
}

static void draw_list(struct ui *ui, struct area area)
{
	int reason = ui_selected(ui) != NULL && ui_selected(ui)->reason[0] != '\0' ? 2 : 0;

	if (area.rows - reason < 4)
		reason = 0;
	draw_table(ui, area_part(area, 0, 0, area.rows - reason, area.cols));
	if (reason > 0)
		draw_reason(ui, area_part(area, area.rows - reason, 0, reason, area.cols));
}

/* The events; where there is room, the newest of the log above them. */
static void draw_below(struct ui *ui, struct area area)
{
	int log = area.rows >= LOG_ROWS + 5 ? area.rows - area.rows / 3 : 0;

	if (log > 0) {
		area_rule(area_part(area, 0, 0, 1, area.cols), 0, _("Log of all services"));
		facts_journal(area_part(area, 1, 0, log - 1, area.cols), ui->model, NULL,
		    ui->now_us);
	}
	area_rule(area_part(area, log, 0, 1, area.cols), 0, _("Events"));
	panel_events(ui, area_part(area, log + 1, 0, area.rows - log - 1, area.cols));
}

static void home_draw(struct ui *ui, struct area area)
{
	int services = (int)ui->model->service_count;

	home_filtered(ui);
	int row = panel_verdict(ui, area, area.rows >= 16 ? 3 : area.rows >= 8 ? 2 : 1);

	row += draw_first_run(ui, area_part(area, row, 0, area.rows - row, area.cols));
	struct area rest = area_part(area, row, 0, area.rows - row, area.cols);

	if (area.cols < PANES || rest.rows < 10) {
		draw_list(ui, rest);
		return;
	}
	/* The panes need what the services or the facts need; the events get what is
	 * left, at least three lines. */
	int need = services + 1 > FACTS ? services + 1 : FACTS;
	int events = rest.rows - need - 1;

	if (events < 3)
		events = rest.rows >= 14 ? 3 : 0;
	int panes = rest.rows - (events > 0 ? events + 1 : 0);

	draw_panes(ui, area_part(rest, 0, 0, panes, rest.cols));
	if (events > 0)
		draw_below(ui, area_part(rest, panes, 0, events + 1, rest.cols));
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

	n = ui_hint(ui, hints, n, most, NULL, _("Filter"), '/');
	n = ui_hint(ui, hints, n, most, _("Enter"), _("Page"), PRESS_ENTER);
	n = ui_hint(ui, hints, n, most, NULL, _("Menu"), 'm');
	return ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
}

static const struct view_key keys[] = {
	{ N_("Up Down j k"), N_("select a service") },
	{ N_("PgUp PgDn"), N_("a page up or down") },
	{ N_("g G Home End"), N_("the first, the last service") },
	{ N_("Enter Right"), N_("everything about the selected service") },
	{ N_("/"), N_("show only services with a text in name, state or address") },
	{ N_("Esc"), N_("drop the filter; put a message away") },
	{ NULL, NULL },
};

const struct view view_home = {
	.name = N_("Home"),
	.short_name = N_("Home"),
	.digit = '1',
	.acts = true,
	.state = sizeof(struct home_state),
	.draw = home_draw,
	.key = home_key,
	.escape = home_escape,
	.hints = home_hints,
	.filter = home_filter,
	.filtered = home_filtered,
	.changed = home_filtered,
	.keys = keys,
};
