/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All of one record. It is copied when the sheet opens, since what lies under the
 * sheet goes on.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "console/log.h"
#include "console/show.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/sheet.h"

struct record_state {
	struct sheet sheet;
	struct pair rows[5];
	const char *buttons[3];
	bool open;
	char when[96], service[32], subject[80], text[520], line[JOURNAL_PRINTED];
	enum journal_level level;
};

/* With milliseconds, which are all that is told, and the zone. */
static void full_time(int64_t utc_us, char *out, size_t size)
{
	time_t then = (time_t)(utc_us / 1000000);
	char day[32] = "-", zone[32] = "";
	struct tm at;

	if (utc_us >= 0 && localtime_r(&then, &at) != NULL) {
		strftime(day, sizeof day, "%Y-%m-%d %H:%M:%S", &at);
		strftime(zone, sizeof zone, "%Z (%z)", &at);
		text_format(out, size, "%s.%03d %s", day, (int)(utc_us / 1000 % 1000), zone);
	} else {
		text_format(out, size, "-");
	}
}

static void take(struct ui *ui, struct record_state *state)
{
	struct log_state *log = log_of(ui);
	struct record record;
	size_t index, count;

	state->open = true;
	if (!pager_range(&log->pager, &index, &count))
		return;
	index = log->pager.follow ? index + count - 1 : log->pager.at;
	if (index >= records_count(log->records))
		return;
	records_at(log->records, records_place(log->records, index), &record);
	full_time(record.time_us, state->when, sizeof state->when);
	text_format(state->service, sizeof state->service, "%s", record.service);
	text_format(state->subject, sizeof state->subject, "%s",
	    record.subject[0] != '\0' ? record.subject : "-");
	text_format(state->text, sizeof state->text, "%s", record.text);
	state->level = record.level;
	log_print(&record, state->line, sizeof state->line);
	state->sheet = (struct sheet){ .title = NULL };
	sheet_open(&state->sheet);
}

static struct record_state *record_of(struct ui *ui)
{
	struct record_state *state = ui_overlay_state(ui, &overlay_log_record);

	if (!state->open)
		take(ui, state);
	state->rows[0] = (struct pair){ .label = _("Time"), .text = state->when };
	state->rows[1] = (struct pair){ .label = _("Level"),
		.text = show_level_word(state->level),
		.style = show_level_style(state->level) };
	state->rows[2] = (struct pair){ .label = _("Service"), .text = state->service };
	state->rows[3] = (struct pair){ .label = _("Subject"), .text = state->subject };
	state->rows[4] = (struct pair){ .label = _("Text"), .text = state->text };
	state->buttons[0] = _("Close");
	state->buttons[1] = _("Copy");
	state->sheet.title = _("Record");
	state->sheet.rows = state->rows;
	state->sheet.count = 5;
	state->sheet.buttons = state->buttons;
	return state;
}

static void record_key(struct ui *ui, const struct key *key)
{
	struct record_state *state = record_of(ui);
	bool copy =
	    key->code == PRESS_CHARACTER && bindings_meant(&ui->bindings, key->character) == 'y';
	int answer = copy ? 1 : sheet_key(&state->sheet, key);

	if (answer == 1) {
		ui_copy(ui, state->line);
		ui_say(ui, STYLE_NOTE, 5, "%s", _("the record goes to the terminal's clipboard"));
	}
	if (answer != SHEET_OPEN)
		ui_close(ui);
}

static void record_draw(struct ui *ui, struct area area)
{
	sheet_draw(&record_of(ui)->sheet, area);
}

static void record_closed(struct ui *ui)
{
	((struct record_state *)ui_overlay_state(ui, &overlay_log_record))->open = false;
}

const struct overlay overlay_log_record = {
	.name = "log-record",
	.state = sizeof(struct record_state),
	.draw = record_draw,
	.key = record_key,
	.closed = record_closed,
};
