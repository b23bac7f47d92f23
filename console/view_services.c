/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All services with all their figures. Where there is room the status of the
 * selected one stands beside them: always from 140 columns on, from 100 on when
 * the list is no shorter for it.
 */
#include <string.h>

#include "console/pages.h"
#include "console/service_list.h"
#include "console/show.h"
#include "data/intl.h"
#include "data/text.h"

#define WIDE 140
#define MIDDLE 100
#define SIDE_WIDE 60
#define SIDE_MIDDLE 44

static const enum service_column shown[] = {
	SERVICE_STATE,
	SERVICE_NAME,
	SERVICE_RATE,
	SERVICE_CONNECTIONS,
	SERVICE_ERRORS,
	SERVICE_P99,
	SERVICE_CPU,
	SERVICE_MEMORY,
	SERVICE_SINCE,
	SERVICE_RESTART,
	SERVICE_ADDRESS,
	SERVICE_COLUMNS,
};

/* What stays longest where room is short: where it listens and how much it does. */
static const int ranks[] = { 0, 0, 2, 1, 5, 3, 6, 6, 4, 7, 2 };

static struct service_list *services(struct ui *ui)
{
	struct service_list *list = ui_view_state(ui, &view_services);

	list->shown = shown;
	list->ranks = ranks;
	return list;
}

static void services_filtered(struct ui *ui)
{
	service_list_update(ui, services(ui));
}

static char *services_filter(struct ui *ui)
{
	return services(ui)->filter;
}

static void services_title(struct ui *ui, char *out, size_t size)
{
	size_t running = 0, count = ui->model->service_count;
	char part[160];

	for (size_t i = 0; i < count; i++)
		running += ui->model->services[i].state == MODEL_RUNNING;
	*out = '\0';
	if (!ui->model->known)
		return;
	if (ui_doubtful(ui))
		text_format(out, size, _("last known: %zu of %zu running"), running, count);
	else
		text_format(out, size, _("%zu of %zu running"), running, count);
	if (ui_marks(ui) > 0) {
		text_format(part, sizeof part, ngettext("%zu marked", "%zu marked", ui_marks(ui)),
		    ui_marks(ui));
		text_format(out + strlen(out), size - strlen(out), ", %s", part);
	}
	if (services(ui)->filter[0] != '\0') {
		text_format(part, sizeof part, _("filter \"%s\" shows %zu"), services(ui)->filter,
		    services(ui)->table.rows);
		text_format(out + strlen(out), size - strlen(out), "; %s", part);
	}
}

/* The columns of the status beside the list; 0: it has no place. */
static int side_of(struct area area)
{
	if (area.rows < 8)
		return 0;
	return area.cols >= WIDE ? SIDE_WIDE : area.cols >= MIDDLE ? SIDE_MIDDLE : 0;
}

static void services_draw(struct ui *ui, struct area area)
{
	struct service_list *list = services(ui);
	int side = side_of(area);

	service_list_update(ui, list);
	const struct model_service *s = ui_selected(ui);
	int reason = side == 0 && s != NULL && s->reason[0] != '\0' && area.rows >= 6 ? 2 : 0;

	service_list_draw(ui, list,
	    area_part(area, 0, 0, area.rows - reason, area.cols - side - (side > 0)));
	if (s == NULL)
		return;
	if (reason > 0)
		area_wrap(area_part(area, area.rows - reason, 1, reason, area.cols - 2), 0, reason,
		    model_state_up(s->state) ? STYLE_WARN : (int)show_state_style(s->state),
		    s->reason);
	if (side > 0) {
		struct area beside = area_part(area, 0, area.cols - side, area.rows, side);

		area_rule(beside, 0, s->name);
		page_status_draw(ui, area_part(beside, 1, 0, beside.rows - 1, side), s, 0);
	}
}

static bool services_key(struct ui *ui, const struct key *key)
{
	return service_list_key(ui, services(ui), key);
}

static bool services_escape(struct ui *ui)
{
	return service_list_escape(ui, services(ui));
}

static size_t services_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	return service_list_hints(ui, hints, most);
}

const struct view view_services = {
	.name = N_("Services"),
	.short_name = N_("Svc"),
	.digit = '2',
	.acts = true,
	.marks = true,
	.state = sizeof(struct service_list),
	.title = services_title,
	.draw = services_draw,
	.key = services_key,
	.escape = services_escape,
	.hints = services_hints,
	.filter = services_filter,
	.filtered = services_filtered,
	.changed = services_filtered,
	.keys = service_list_keys,
};
