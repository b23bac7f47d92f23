/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state had moved since it was seen: what has changed, by whom as far as
 * the audit list tells, and the choice to look again. Nothing is done by itself,
 * and an action that is still wanted is asked about with its new facts.
 */
#include <string.h>

#include "console/sheet_rows.h"
#include "console/show.h"
#include "console/ui_act.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"

struct stale_state {
	struct sheet sheet;
	struct sheet_rows rows;
	struct act act;
	struct fault fault;
	const char *buttons[3];
};

static const struct overlay overlay_stale;

static struct stale_state *stale(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_stale);
}

static void status_answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	(void)fault;
	if (result != NULL)
		model_entries(ui->model, json_object_get(result, "services"));
}

void stale_open(struct ui *ui, const struct act *act, const struct fault *fault)
{
	struct stale_state *state = stale(ui);

	ui_close(ui);
	sheet_rows_clear(&state->rows);
	memset(&state->sheet, 0, sizeof state->sheet);
	state->act = *act;
	state->fault = *fault;
	state->buttons[0] = _("Cancel");
	state->buttons[1] = _("Look again");
	state->buttons[2] = NULL;
	state->sheet.buttons = state->buttons;
	state->sheet.title = _("Not done: it has changed");
	sheet_open(&state->sheet);
	/* The figures that tell what it is now may be a second away. */
	ui_ask(ui, "status", NULL, status_answered, NULL);
	ui_lay_over(ui, &overlay_stale);
}

/* Whether one of the names in list, which has ", " between them, is name. */
static bool names(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = list; (at = strstr(at, name)) != NULL; at += length)
		if ((at == list || at[-1] == ' ') && (at[length] == '\0' || at[length] == ','))
			return true;
	return false;
}

/* The newest entry about the service behind the state that was shown, or NULL. */
static const struct model_audit *by_whom(const struct ui *ui, const struct act_target *target)
{
	int64_t shown_us = clock_parse(target->since, ui->now_us);

	for (size_t i = ui->model->audit_count; i-- > 0;) {
		const struct model_audit *entry = &ui->model->audit[i];

		/* Our own one stands there too, as failed. */
		if (strcmp(entry->outcome, "failed") != 0 && entry->time_us > shown_us &&
		    names(entry->services, target->name))
			return entry;
	}
	return NULL;
}

static void who_row(const struct ui *ui, struct sheet_rows *rows, const struct act_target *target,
    const struct model_service *service)
{
	const struct model_audit *entry = by_whom(ui, target);
	char when[32];

	if (entry == NULL &&
	    (service->state == MODEL_DRAINING || service->state == MODEL_STARTING)) {
		sheet_rows_add(rows, _("by"), STYLE_DIM, "%s",
		    _("nobody on the audit list yet; an action under way is listed when it ends"));
		return;
	}
	if (entry == NULL) {
		sheet_rows_add(rows, _("by"), STYLE_DIM, "%s",
		    _("nobody whose action is on the audit list"));
		return;
	}
	show_time(entry->time_us, ui->now_us, when, sizeof when);
	sheet_rows_add(rows, _("by"), STYLE_NOTE, "%s%s%s, %s: %s", entry->user,
	    entry->origin[0] != '\0' ? "@" : "", entry->origin, when, entry->words);
}

static void target_rows(const struct ui *ui, struct sheet_rows *rows,
    const struct act_target *target)
{
	const struct model_service *s = model_service(ui->model, target->name);
	char age[32];

	if (s == NULL) {
		sheet_rows_add(rows, target->name, STYLE_WARN, "%s", _("is not there any more"));
		return;
	}
	if (s->generation == target->generation) {
		sheet_rows_add(rows, target->name, STYLE_DIM, _("%s, as it was seen"),
		    model_state_word(s->state));
		return;
	}
	show_age(clock_parse(s->since, ui->now_us), ui->now_us, age, sizeof age);
	if (s->state != target->state)
		sheet_rows_add(rows, target->name, STYLE_WARN, _("was %s, is %s now, for %s"),
		    model_state_word(target->state), model_state_word(s->state), age);
	else
		sheet_rows_add(rows, target->name, STYLE_WARN,
		    _("is %s as before, but has been restarted or has other settings since"),
		    model_state_word(s->state));
	if (s->reason[0] != '\0')
		sheet_rows_add(rows, _("why"), STYLE_NORMAL, "%s", s->reason);
	who_row(ui, rows, target, s);
}

static void stale_draw(struct ui *ui, struct area area)
{
	struct stale_state *state = stale(ui);
	char doing[96];

	act_doing(&state->act, doing, sizeof doing);
	sheet_rows_clear(&state->rows);
	sheet_rows_add(&state->rows, NULL, STYLE_NORMAL, "%s: %s", doing, state->fault.text);
	for (size_t i = 0; i < state->act.count; i++)
		target_rows(ui, &state->rows, &state->act.targets[i]);
	if (state->fault.next[0] != '\0')
		sheet_rows_add(&state->rows, _("next"), STYLE_NORMAL, "%s", state->fault.next);
	sheet_rows_show(&state->rows, &state->sheet);
	sheet_draw(&state->sheet, area);
}

static void stale_key(struct ui *ui, const struct key *key)
{
	struct stale_state *state = stale(ui);
	struct act act = state->act;

	if (ui_answer(ui, &state->sheet, key) < 1)
		return;
	act_renew(&act, ui->model, ui->now_us);
	impact_open(ui, &act, NULL);
}

static void stale_end(void *state)
{
	sheet_rows_clear(&((struct stale_state *)state)->rows);
}

static const struct overlay overlay_stale = {
	.name = "stale",
	.state = sizeof(struct stale_state),
	.end = stale_end,
	.draw = stale_draw,
	.key = stale_key,
};
