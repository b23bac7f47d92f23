/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/facts.h"

#include <string.h>

#include "console/show.h"
#include "data/clock.h"
#include "data/text.h"
#include "widgets/bar.h"

#define LABEL 13

/* ---- A service ---- */

struct sheet {
	struct area area;
	int row;
};

static void fact(struct sheet *sheet, const char *label, unsigned style, const char *value)
{
	if (sheet->row >= sheet->area.rows)
		return;
	area_field(sheet->area, sheet->row, 1, LABEL - 1, ALIGN_LEFT, STYLE_DIM, label);
	struct area side = area_part(sheet->area, sheet->row, LABEL + 1,
	    sheet->area.rows - sheet->row, sheet->area.cols - LABEL - 2);
	int rows = area_wrap(side, 0, 3, (int)style, value);

	sheet->row += rows > 0 ? rows : 1;
}

static void state_fact(struct sheet *sheet, const struct model_service *s, int64_t now_us)
{
	int64_t since = clock_parse(s->since, now_us);
	char when[32], age[32], text[160];

	show_time(since, now_us, when, sizeof when);
	show_age(since, now_us, age, sizeof age);
	text_format(text, sizeof text, "%s since %s (%s)%s", model_state_word(s->state), when, age,
	    s->wanted == model_state_up(s->state) ? "" :
		s->wanted                         ? ", should run" :
						    ", should be stopped");
	fact(sheet, "state", show_state_style(s->state), text);
	if (s->reason[0] != '\0')
		fact(sheet, "reason", model_state_up(s->state) ? STYLE_WARN : STYLE_BAD, s->reason);
}

static void listener_facts(struct sheet *sheet, const struct model_service *s)
{
	for (size_t i = 0; i < s->listener_count; i++) {
		const struct model_listener *l = &s->listeners[i];
		char text[384];

		text_format(text, sizeof text, "%s %s %s%s%s", l->transport, l->address, l->state,
		    l->reason[0] != '\0' ? ": " : "", l->reason);
		fact(sheet, i == 0 ? "listens" : "",
		    strcmp(l->state, "open") == 0     ? STYLE_NORMAL :
			strcmp(l->state, "shut") == 0 ? STYLE_DIM :
							STYLE_WARN,
		    text);
	}
}

static void traffic_facts(struct sheet *sheet, const struct model_service *s)
{
	char a[16], b[16], c[16], d[16], text[160];

	show_count(s->connections, a, sizeof a);
	show_count(s->connections_total, b, sizeof b);
	text_format(text, sizeof text, "%s now, %s in all", a, b);
	fact(sheet, "connections", STYLE_NORMAL, text);
	show_rate(s->requests_rate, a, sizeof a);
	show_count(s->requests, b, sizeof b);
	show_count(s->errors, c, sizeof c);
	text_format(text, sizeof text, "%s a second, %s in all, %s errors", a, b, c);
	fact(sheet, "requests", s->errors > 0 ? STYLE_NOTE : STYLE_NORMAL, text);
	show_bytes(s->bytes_in, a, sizeof a);
	show_bytes(s->bytes_out, b, sizeof b);
	text_format(text, sizeof text, "%s in, %s out", a, b);
	fact(sheet, "bytes", STYLE_NORMAL, text);
	show_latency(s->p50, a, sizeof a);
	show_latency(s->p90, b, sizeof b);
	show_latency(s->p99, c, sizeof c);
	show_latency(s->slowest, d, sizeof d);
	text_format(text, sizeof text, "p50 %s  p90 %s  p99 %s  max %s", a, b, c, d);
	fact(sheet, "latency", STYLE_NORMAL, text);
}

int facts_service(struct area area, const struct model_service *s, int64_t now_us)
{
	struct sheet sheet = { area, 0 };
	char a[16], b[16], text[160];

	fact(&sheet, "what", STYLE_NORMAL, s->summary);
	state_fact(&sheet, s, now_us);
	listener_facts(&sheet, s);
	traffic_facts(&sheet, s);
	show_percent(s->cpu_percent, a, sizeof a);
	show_bytes(s->memory, b, sizeof b);
	text_format(text, sizeof text, "cpu %s %%, memory %s, %lld %s", a, b,
	    (long long)(s->workers > 0 ? s->workers : 0), s->workers == 1 ? "worker" : "workers");
	fact(&sheet, "uses", STYLE_NORMAL, text);
	return sheet.row;
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

static void meter(struct area area, int row, const char *label, double part, const char *value)
{
	int width = area.cols - 5 - 16;

	area_text(area, row, 1, STYLE_DIM, label);
	if (width > 40)
		width = 40;
	if (width >= 4)
		bar_meter(area, row, 6, width, part, load_style(part));
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
		text_format(out, size, "none");
	else
		text_format(out, size, "%s of %s", a, b);
}

int facts_machine(struct area area, const struct model_machine *m)
{
	char cpu[16], memory[48], swap[48], load[64], cores[32] = "";
	bool wide = area.cols >= 70;
	int half = wide ? area.cols / 2 : area.cols;
	struct area left = area_part(area, 0, 0, area.rows, half);
	struct area right = area_part(area, 0, wide ? half : 0, area.rows, half);

	show_percent(m->cpu_percent, cpu, sizeof cpu);
	if (m->cpu_percent >= 0)
		text_format(cpu + strlen(cpu), sizeof cpu - strlen(cpu), " %%");
	used_of(m->memory_used, m->memory_total, memory, sizeof memory);
	used_of(m->swap_used, m->swap_total, swap, sizeof swap);
	if (m->cores > 0)
		text_format(cores, sizeof cores, ", %lld %s", (long long)m->cores,
		    m->cores == 1 ? "core" : "cores");
	if (m->load < 0)
		text_format(load, sizeof load, "-%s", cores);
	else
		text_format(load, sizeof load, "%.2f%s", m->load, cores);
	meter(left, 0, "cpu", m->cpu_percent < 0 ? -1 : m->cpu_percent / 100, cpu);
	meter(right, wide ? 0 : 1, "mem", part_of(m->memory_used, m->memory_total), memory);
	int row = wide ? 1 : 2;

	meter(right, row, "swap", part_of(m->swap_used, m->swap_total), swap);
	row = wide ? 1 : 3;
	area_text(left, row, 1, STYLE_DIM, "load");
	area_text(left, row, 6,
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
		area_text(area, 0, 1, STYLE_DIM, "nothing has been written yet");
}
