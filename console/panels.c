/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verdict and events. Events are two lists merged by time: the journal's notices
 * and worse, and the audit entries, which say who did it and what undoes it. What
 * the journal says of an action that is in the audit list is not said twice.
 */
#include "console/panels.h"

#include <string.h>

#include "console/show.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/cells.h"

#define EVENTS_MAX 64

/* ---- The verdict ---- */

void panel_verdict_of(const struct ui *ui, struct verdict *verdict)
{
	bool cut_off = ui_cut_off(ui);
	int64_t since = cut_off ? ui->lost_ms : ui->fresh_ms;
	struct verdict_view view = {
		.now_us = ui->now_us,
		.cut_off = cut_off,
		.doubtful = ui_doubtful(ui),
		.age_ms = since > 0 ? ui->now_ms - since : -1,
		.lost = ui->lost.text,
		.mend = ui->lost.next,
	};

	verdict_make(ui->model, &view, verdict);
}

/* "next: v = steward log web" and how many more there are. */
static void next_step(const struct ui *ui, const struct verdict *v, char *out, size_t size)
{
	*out = '\0';
	if (v->next[0] != '\0' && !ui_cut_off(ui))
		text_format(out, size, _("next: %s = steward %s"),
		    bindings_shown(&ui->bindings, 'v'), v->next);
	else if (v->next[0] != '\0')
		text_format(out, size, _("next: %s"), v->next);
	if (v->more > 0)
		text_format(out + strlen(out), size - strlen(out),
		    ngettext("%s%zu more alert: %s", "%s%zu more alerts: %s", v->more),
		    *out != '\0' ? "   " : "", v->more, "6");
}

int panel_verdict(const struct ui *ui, struct area area, int most)
{
	struct verdict v;
	char text[1300], next[384];

	panel_verdict_of(ui, &v);
	int col = area_text(area, 0, 1, verdict_style(v.grade), verdict_word(v.grade)) + 1;
	struct area inside = area_part(area, 0, col, area.rows, area.cols - col - 1);

	text_format(text, sizeof text, "%s%s%s", v.text, v.cause[0] != '\0' ? ": " : "", v.cause);
	int room = most > 2 ? most - 1 : most;
	int rows = area_wrap(inside, 0, room > 2 ? 2 : 1, (int)STYLE_STRONG, text);

	if (rows < 1)
		rows = 1;
	if (rows >= most || (v.consequence[0] == '\0' && v.next[0] == '\0' && v.more == 0))
		return rows;
	next_step(ui, &v, next, sizeof next);
	int width = area_width(inside, next);
	int end = area_text(inside, rows, 0, STYLE_NORMAL, v.consequence);

	/* Side by side where both fit, else the next step below. */
	if (end > 0 && end + 3 + width > inside.cols && rows + 1 < most)
		rows++, end = 0;
	else if (end > 0 && end + 3 + width > inside.cols)
		return rows + 1;
	area_text(inside, rows, end > 0 ? end + 3 : 0, STYLE_NOTE, next);
	return rows + 1;
}

void panel_next(struct ui *ui)
{
	struct verdict v;

	panel_verdict_of(ui, &v);
	/* Without a connection it is advice, else words of the command line. */
	if (ui_cut_off(ui) && v.next[0] != '\0')
		ui_say(ui, STYLE_NOTE, 8, _("next: %s"), v.next);
	else
		ui_next_step(ui, v.next);
}

/* ---- Events ---- */

struct event {
	int64_t time_us;
	const struct model_record *record; /* one of the two */
	const struct model_audit *entry;
};

/* Of an action that the audit list has as well. */
static bool told_twice(const struct model_record *record)
{
	return strcmp(record->subject, "control") == 0 || strcmp(record->subject, "set") == 0;
}

static bool is_event(const struct ui *ui, const struct model_record *record)
{
	return record->level <= JOURNAL_NOTICE &&
	    !(ui->model->audit_count > 0 && told_twice(record));
}

/* Newest first, at most room. */
static size_t gather(const struct ui *ui, struct event *events, size_t room)
{
	const struct model *model = ui->model;
	size_t records = model->record_count, entries = model->audit_count, count = 0;

	while (count < room && (records > 0 || entries > 0)) {
		const struct model_record *record =
		    records > 0 ? model_record(model, records - 1) : NULL;
		const struct model_audit *entry = entries > 0 ? &model->audit[entries - 1] : NULL;

		if (entry != NULL && (record == NULL || record->time_us <= entry->time_us)) {
			entries--;
			events[count++] = (struct event){ entry->time_us, NULL, entry };
		} else if (record != NULL) {
			records--;
			if (is_event(ui, record))
				events[count++] = (struct event){ record->time_us, record, NULL };
		}
	}
	return count;
}

/* The number of the entry that an undo without a number would take; -1: none. */
static int64_t undone_next(const struct model *model)
{
	for (size_t i = model->audit_count; i-- > 0;)
		if (model->audit[i].can_undo && model->audit[i].undoes < 0)
			return model->audit[i].number;
	return -1;
}

static void describe(const struct ui *ui, const struct event *event, char *out, size_t size)
{
	const struct model_audit *entry = event->entry;
	char who[128];

	if (entry == NULL) {
		const struct model_record *r = event->record;

		text_format(out, size, "%s%s%s%s%s", r->service, r->subject[0] != '\0' ? " " : "",
		    r->subject, r->text[0] != '\0' ? ": " : "", r->text);
		return;
	}
	text_format(who, sizeof who, "%s%s%s", entry->user, entry->origin[0] != '\0' ? "@" : "",
	    entry->origin);
	if (strcmp(entry->outcome, "done") != 0)
		text_format(out, size, "%s: %s (%s%s%s)", who, entry->words,
		    show_word(entry->outcome), entry->reason[0] != '\0' ? ": " : "", entry->reason);
	else if (entry->number == undone_next(ui->model))
		text_format(out, size, _("%s: %s (%s undoes it)"), who, entry->words,
		    bindings_shown(&ui->bindings, 'z'));
	else
		text_format(out, size, "%s: %s", who, entry->words);
}

static unsigned event_style(const struct event *event)
{
	if (event->record != NULL)
		return event->record->level <= JOURNAL_WARNING ?
		    show_level_style(event->record->level) :
		    STYLE_NORMAL;
	return strcmp(event->entry->outcome, "done") == 0 ? STYLE_NORMAL : STYLE_WARN;
}

int panel_events(const struct ui *ui, struct area area)
{
	struct event events[EVENTS_MAX];
	size_t room = area.rows > EVENTS_MAX ? EVENTS_MAX : (size_t)(area.rows > 0 ? area.rows : 0);
	size_t count = gather(ui, events, room);
	char time[32], text[900];

	for (size_t i = 0; i < count; i++) {
		const struct event *event = &events[count - 1 - i];

		show_time(event->time_us, ui->now_us, time, sizeof time);
		area_field(area, (int)i, 1, 8, ALIGN_LEFT, STYLE_DIM, time);
		describe(ui, event, text, sizeof text);
		area_field(area, (int)i, 10, area.cols - 11, ALIGN_LEFT, event_style(event), text);
	}
	if (count == 0 && room > 0)
		area_text(area, 0, 1, STYLE_DIM, _("nothing has happened yet"));
	return (int)count;
}

/* ---- Tables ---- */

const struct table_column *panel_columns(const struct table_column *from, struct table_column *to,
    bool ascii)
{
	size_t i = 0;

	for (; from[i].title != NULL; i++) {
		to[i] = from[i];
		to[i].title = _(from[i].title);
		int width = cells_width(to[i].title, ascii);

		/* A longer word is cut at half again of what the figures need. */
		if (width > to[i].width)
			to[i].width = width < from[i].width * 3 / 2 ? width : from[i].width * 3 / 2;
	}
	to[i].title = NULL;
	return to;
}
