/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Home: the verdict, all services, the machine, what is selected, and what has
 * happened. From 140 columns on three panes stand beside each other, from 76 two;
 * below that the list stands alone. Rows give way in the order events, facts.
 */
#include <string.h>

#include "console/facts.h"
#include "console/panels.h"
#include "console/service_list.h"
#include "console/show.h"
#include "data/intl.h"
#include "data/text.h"

#define PANES 76   /* fewer columns: the list alone */
#define MIDDLE 100 /* the list gets more columns */
#define WIDE 140   /* three panes */
#define LEFT 37
#define LEFT_MIDDLE 52
#define LEFT_WIDE 60
#define SIDE_WIDE 44
#define LOG_ROWS 8 /* fewer rows below the panes: no log */
#define FACTS 15   /* rows that machine and selected service want */

static const enum service_column shown[] = {
	SERVICE_STATE,
	SERVICE_NAME,
	SERVICE_RATE,
	SERVICE_CONNECTIONS,
	SERVICE_CPU,
	SERVICE_MEMORY,
	SERVICE_P99,
	SERVICE_ADDRESS,
	SERVICE_COLUMNS,
};

static struct service_list *home(struct ui *ui)
{
	struct service_list *list = ui_view_state(ui, &view_home);

	list->shown = shown;
	return list;
}

static void home_filtered(struct ui *ui)
{
	service_list_update(ui, home(ui));
}

static char *home_filter(struct ui *ui)
{
	return home(ui)->filter;
}

/* ---- Drawing ---- */

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

	service_list_draw(ui, home(ui), area_part(area, 0, 0, area.rows, left));
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
	    _("first run: %s, then Enter: the name, the services, where they listen"),
	    bindings_shown(&ui->bindings, '0'));
	return 1;
}

static void draw_list(struct ui *ui, struct area area)
{
	int reason = ui_selected(ui) != NULL && ui_selected(ui)->reason[0] != '\0' ? 2 : 0;

	if (area.rows - reason < 4)
		reason = 0;
	service_list_draw(ui, home(ui), area_part(area, 0, 0, area.rows - reason, area.cols));
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

static bool home_key(struct ui *ui, const struct key *key)
{
	return service_list_key(ui, home(ui), key);
}

static bool home_escape(struct ui *ui)
{
	return service_list_escape(ui, home(ui));
}

static size_t home_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	return service_list_hints(ui, hints, most);
}

const struct view view_home = {
	.name = N_("Home"),
	.short_name = N_("Home"),
	.digit = '1',
	.acts = true,
	.marks = true,
	.state = sizeof(struct service_list),
	.draw = home_draw,
	.key = home_key,
	.escape = home_escape,
	.hints = home_hints,
	.filter = home_filter,
	.filtered = home_filtered,
	.changed = home_filtered,
	.keys = service_list_keys,
};
