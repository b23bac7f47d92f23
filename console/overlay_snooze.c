/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The alert's id is kept from the moment the menu opens: what vanishes below it
 * or comes in its place is never snoozed instead.
 */
#include "console/overlay_snooze.h"

#include <string.h>
#include <time.h>

#include "console/prompt.h"
#include "console/show.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/menu.h"

#define LEAST_S 60
#define MOST_S (30 * 86400)

enum { OWN = 5, WAKE = 6, ENTRIES };

struct snooze_state {
	struct menu menu;
	struct menu_entry entries[ENTRIES];
	char id[64], title[200], tomorrow[96];
	bool snoozed;
};

static const struct {
	const char *label, *key;
	int64_t seconds; /* 0: until tomorrow morning, or none */
} kinds[ENTRIES] = {
	{ N_("15 minutes"), "1", 15 * 60 },
	{ N_("1 hour"), "2", 3600 },
	{ N_("8 hours"), "3", 8 * 3600 },
	{ N_("1 day"), "4", 86400 },
	{ NULL, "5", 0 },
	[OWN] = { N_("for as long as you type..."), "6", 0 },
	[WAKE] = { N_("wake it now"), "0", 0 },
};

static struct snooze_state *snooze(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_snooze);
}

/* Seconds until 8:00 of the next day, in local time. */
static int64_t until_morning(int64_t now_us)
{
	time_t now = (time_t)(now_us / 1000000);
	struct tm at;

	if (localtime_r(&now, &at) == NULL)
		return 86400;
	at.tm_mday++;
	at.tm_hour = 8;
	at.tm_min = at.tm_sec = 0;
	at.tm_isdst = -1;
	time_t then = mktime(&at);

	return then > now ? (int64_t)(then - now) : 86400;
}

void snooze_open(struct ui *ui, const struct model_alert *alert)
{
	struct snooze_state *state = snooze(ui);
	char until[32];

	memset(state, 0, sizeof *state);
	text_format(state->id, sizeof state->id, "%s", alert->id);
	text_format(state->title, sizeof state->title, _("Quiet: %s"), alert->text);
	state->snoozed = alert->snoozed_until_us >= ui->now_us;
	show_clock(ui->now_us + until_morning(ui->now_us) * 1000000, ui->now_us, until,
	    sizeof until);
	text_format(state->tomorrow, sizeof state->tomorrow, _("until tomorrow morning (%s)"),
	    until);
	for (int i = 0; i < ENTRIES; i++)
		state->entries[i] = (struct menu_entry){
			.label = kinds[i].label != NULL ? _(kinds[i].label) : state->tomorrow,
			.key = kinds[i].key,
			.refusal = i == WAKE && !state->snoozed ? _("it is not snoozed") : NULL,
			.id = i,
		};
	state->menu =
	    (struct menu){ .title = state->title, .entries = state->entries, .count = ENTRIES };
	menu_open(&state->menu);
	ui_lay_over(ui, &overlay_snooze);
}

static void snoozed(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	int64_t seconds = (int64_t)json_integer_value(request->context);
	char until[32];

	if (result == NULL) {
		if (ui->connected)
			ui_say_fault(ui, fault);
		return;
	}
	model_alert_entries(ui->model, json_object_get(result, "alerts"));
	show_clock(ui->now_us + seconds * 1000000, ui->now_us, until, sizeof until);
	if (seconds == 0)
		ui_say(ui, STYLE_GOOD, 6, "%s", _("awake again: it is told as before"));
	else
		ui_say(ui, STYLE_GOOD, 8,
		    _("snoozed until %s; it comes back by itself, and at once when it becomes "
		      "worse. %s wakes it"),
		    until, bindings_shown(&ui->bindings, 'S'));
}

static void send(struct ui *ui, const char *id, int64_t seconds)
{
	char doing[96];

	text_format(doing, sizeof doing, "snooze %s", id);
	ui_ask_doing(ui, "snooze", json_pack("{s:s, s:I}", "alert", id, "seconds", seconds),
	    snoozed, json_integer(seconds), doing, NULL);
}

static bool own_entered(struct ui *ui, const char *text, char *error, size_t size)
{
	int64_t ms;

	if (!text_duration(text, &ms) || ms < LEAST_S * 1000 || ms > (int64_t)MOST_S * 1000) {
		text_format(error, size, "%s", _("not a time from 1m to 30d, such as 90m or 2d"));
		return false;
	}
	send(ui, snooze(ui)->id, ms / 1000);
	return true;
}

static void chosen(struct ui *ui, int id)
{
	const struct snooze_state *state = snooze(ui);

	ui_close(ui);
	if (id == OWN)
		ui_prompt(ui, _("For how long (90m, 2h, 3d): "), "", own_entered);
	else if (id == WAKE)
		send(ui, state->id, 0);
	else
		send(ui, state->id,
		    kinds[id].seconds > 0 ? kinds[id].seconds : until_morning(ui->now_us));
}

static void snooze_draw(struct ui *ui, struct area area)
{
	menu_draw(&snooze(ui)->menu, area, 3, 4);
}

static void snooze_key(struct ui *ui, const struct key *key)
{
	struct snooze_state *state = snooze(ui);
	int id = menu_key(&state->menu, key);

	for (int i = 0; id == MENU_NOTHING && key->code == PRESS_CHARACTER && i < ENTRIES; i++)
		if ((uint32_t)kinds[i].key[0] == key->character &&
		    state->entries[i].refusal == NULL)
			id = i;
	if (id == MENU_CLOSED)
		ui_close(ui);
	else if (id != MENU_NOTHING)
		chosen(ui, id);
}

const struct overlay overlay_snooze = {
	.name = "snooze",
	.state = sizeof(struct snooze_state),
	.draw = snooze_draw,
	.key = snooze_key,
};
