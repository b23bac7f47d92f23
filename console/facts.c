/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/facts.h"

#include <string.h>

#include "console/service_facts.h"
#include "console/show.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/bar.h"

#define LABEL_LEAST 12 /* cells of the labels' column, without the gap */
#define VALUE_ROWS 3   /* of one fact beside other things */

/* ---- A service ---- */

int facts_label_width(struct area area, const struct sheet_rows *rows)
{
	int width = LABEL_LEAST;

	for (size_t i = 0; i < rows->count; i++)
		if (area_width(area, rows->rows[i].label) > width)
			width = area_width(area, rows->rows[i].label);
	return width < area.cols / 2 ? width : area.cols / 2;
}

int facts_service(struct area area, const struct model_service *s, int64_t now_us, bool doubtful)
{
	struct sheet_rows rows = { .count = 0 };
	int row = 0;

	service_facts(&rows, s, now_us, doubtful);
	int label = facts_label_width(area, &rows);

	for (size_t i = 0; i < rows.count && row < area.rows; i++) {
		const struct pair *fact = &rows.rows[i];
		struct area side =
		    area_part(area, row, label + 2, area.rows - row, area.cols - label - 3);

		area_field(area, row, 1, label, ALIGN_LEFT, STYLE_DIM, fact->label);
		int used = area_wrap(side, 0, VALUE_ROWS, (int)fact->style, fact->text);

		row += used > 0 ? used : 1;
	}
	sheet_rows_clear(&rows);
	return row;
}

/* ---- The machine ---- */

static unsigned load_style(double part)
{
	return part >= 0.95 ? STYLE_BAD : part >= 0.8 ? STYLE_WARN : STYLE_GOOD;
}

static double part_of(int64_t used, int64_t total)
{
	return used < 0 || total <= 0 ? -1 : (double)used / (double)total;
}

/* label: as wide as the widest of all of them. */
static void meter(struct area area, int row, int label_cells, const char *label, double part,
    const char *value)
{
	int width = area.cols - label_cells - 2 - 16;

	area_field(area, row, 1, label_cells, ALIGN_LEFT, STYLE_DIM, label);
	if (width > 40)
		width = 40;
	if (width >= 4)
		bar_meter(area, row, label_cells + 2, width, part, load_style(part));
	area_field(area, row, area.cols - 15, 14, ALIGN_RIGHT, STYLE_NORMAL, value);
}

static void used_of(int64_t used, int64_t total, char *out, size_t size)
{
	char a[16], b[16];

	show_bytes(used, a, sizeof a);
	show_bytes(total, b, sizeof b);
	if (total < 0)
		text_format(out, size, "-");
	else if (total == 0)
		text_format(out, size, "%s", _("none"));
	else
		text_format(out, size, _("%s of %s"), a, b);
}

static void load_text(const struct model_machine *m, char *out, size_t size)
{
	char load[16] = "-";

	if (m->load >= 0)
		text_format(load, sizeof load, "%.2f", m->load);
	if (m->cores > 0)
		text_format(out, size,
		    ngettext("%s, %lld core", "%s, %lld cores", (unsigned long)m->cores), load,
		    (long long)m->cores);
	else
		text_format(out, size, "%s", load);
}

int facts_machine(struct area area, const struct model_machine *m)
{
	const char *const labels[] = { _("cpu"), _("mem"), _("swap"), _("load") };
	char cpu[16], memory[48], swap[48], load[64];
	bool wide = area.cols >= 70;
	int half = wide ? area.cols / 2 : area.cols, cells = 4;
	struct area left = area_part(area, 0, 0, area.rows, half);
	struct area right = area_part(area, 0, wide ? half : 0, area.rows, half);

	for (size_t i = 0; i < 4; i++)
		if (area_width(area, labels[i]) > cells && cells < half / 4)
			cells = area_width(area, labels[i]);
	show_percent(m->cpu_percent, cpu, sizeof cpu);
	if (m->cpu_percent >= 0)
		text_format(cpu + strlen(cpu), sizeof cpu - strlen(cpu), " %%");
	used_of(m->memory_used, m->memory_total, memory, sizeof memory);
	used_of(m->swap_used, m->swap_total, swap, sizeof swap);
	load_text(m, load, sizeof load);
	meter(left, 0, cells, labels[0], m->cpu_percent < 0 ? -1 : m->cpu_percent / 100, cpu);
	meter(right, wide ? 0 : 1, cells, labels[1], part_of(m->memory_used, m->memory_total),
	    memory);
	meter(right, wide ? 1 : 2, cells, labels[2], part_of(m->swap_used, m->swap_total), swap);
	int row = wide ? 1 : 3;

	area_field(left, row, 1, cells, ALIGN_LEFT, STYLE_DIM, labels[3]);
	area_text(left, row, cells + 2,
	    m->cores > 0 && m->load > 2.0 * (double)m->cores ? STYLE_WARN : STYLE_NORMAL, load);
	return wide ? 2 : 4;
}

/* ---- The journal ---- */

static void journal_line(struct area area, int row, const struct model_record *r, bool named,
    int64_t now_us)
{
	char time[16];
	int col = 1;

	show_time(r->time_us, now_us, time, sizeof time);
	area_field(area, row, col, 8, ALIGN_LEFT, STYLE_DIM, time);
	col += 9;
	area_field(area, row, col, 6, ALIGN_LEFT, show_level_style(r->level),
	    show_level_word(r->level));
	col += 7;
	if (named) {
		area_field(area, row, col, 7, ALIGN_LEFT, STYLE_STRONG, r->service);
		col += 8;
	}
	char text[1024];

	text_format(text, sizeof text, "%s%s%s", r->subject, r->subject[0] != '\0' ? ": " : "",
	    r->text);
	area_field(area, row, col, area.cols - col - 1, ALIGN_LEFT,
	    r->level <= JOURNAL_WARNING ? STYLE_STRONG : STYLE_NORMAL, text);
}

/* Picks indexes from the newest back: of any level first, then, in the room
 * that is kept for them, only notices and worse. Newest first. */
static size_t pick(const struct model *model, const char *service, size_t room, size_t *picked)
{
	size_t any = room >= 6 ? room / 3 : room >= 3 ? 1 : 0, count = 0;

	for (size_t i = model->record_count; i-- > 0 && count < room;) {
		const struct model_record *r = model_record(model, i);

		if (service != NULL && strcmp(service, r->service) != 0)
			continue;
		if (r->level <= JOURNAL_NOTICE || count < any)
			picked[count++] = i;
	}
	return count;
}

/* There were too few notices: whatever is newest fills the room. */
static size_t pick_all(const struct model *model, const char *service, size_t room, size_t *picked)
{
	size_t count = 0;

	for (size_t i = model->record_count; i-- > 0 && count < room;) {
		const struct model_record *r = model_record(model, i);

		if (service == NULL || strcmp(service, r->service) == 0)
			picked[count++] = i;
	}
	return count;
}

void facts_journal(struct area area, const struct model *model, const char *service, int64_t now_us)
{
	size_t picked[256];
	size_t room = area.rows < 256 ? (size_t)(area.rows > 0 ? area.rows : 0) : 256;
	size_t count = pick(model, service, room, picked);

	if (count < room)
		count = pick_all(model, service, room, picked);
	for (size_t i = 0; i < count; i++)
		journal_line(area, (int)i, model_record(model, picked[count - 1 - i]),
		    service == NULL, now_us);
	if (count == 0 && room > 0)
		area_text(area, 0, 1, STYLE_DIM, _("nothing has been written yet"));
}
