/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is here, and who did what. Two tabs with a table each: the sessions as the
 * newest snapshot has them, and the audit list, newest first, whose older pages are
 * asked for when somebody goes there.
 */
#include "console/who.h"

#include <stdlib.h>
#include <string.h>

#include "console/audit_list.h"
#include "console/columns.h"
#include "console/show.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "widgets/input.h"
#include "widgets/tabs.h"

#define WIDE 140
#define NEAR 5 /* rows before the end: the next page is asked for */

enum tab_name { SESSIONS, AUDIT, TABS };

struct who_state {
	struct tab names[TABS];
	struct tabs tabs;
	char filter[TABS][INPUT_MAX];
	struct table table[TABS];
	size_t rows[AUDIT_LIST_MOST]; /* of the tab that is seen */
	struct area area;
	struct audit_list list;
	bool asking;
	int64_t session, number; /* selected: -1: none */
};

static struct who_state *who(struct ui *ui)
{
	return ui_view_state(ui, &view_who);
}

static void who_end(void *state)
{
	audit_list_clear(&((struct who_state *)state)->list);
}

static enum tab_name seen(const struct who_state *state)
{
	return (enum tab_name)state->tabs.selected;
}

const struct model_audit *who_entry(struct ui *ui, int64_t number)
{
	const struct model_audit *newest = model_audit_entry(ui->model, number);

	return newest != NULL ? newest : audit_list_find(&who(ui)->list, number);
}

/* ---- Rows ---- */

static bool session_holds(const struct model_session *s, const char *text)
{
	return text[0] == '\0' || strcasestr(s->user, text) != NULL ||
	    strcasestr(s->origin, text) != NULL || strcasestr(s->client, text) != NULL ||
	    strcasestr(s->page, text) != NULL || strcasestr(s->editing, text) != NULL ||
	    strcasestr(s->role, text) != NULL;
}

/* The number of the selected thing decides which row it is in. */
static void keep(struct who_state *state, size_t found, int64_t *number, int64_t at_row)
{
	struct table *table = &state->table[seen(state)];

	if (found != SIZE_MAX)
		table->selected = found;
	table_clamp(table);
	if (table->rows == 0)
		*number = -1;
	else if (found == SIZE_MAX)
		*number = at_row;
}

static int64_t number_at(struct ui *ui, size_t row)
{
	struct who_state *state = who(ui);
	const struct table *table = &state->table[seen(state)];

	if (row >= table->rows)
		return -1;
	return seen(state) == SESSIONS ? ui->model->sessions[state->rows[row]].number :
					 state->list.entries[state->rows[row]].number;
}

static void fill(struct ui *ui)
{
	struct who_state *state = who(ui);
	struct table *table = &state->table[seen(state)];
	const char *filter = state->filter[seen(state)];
	int64_t *number = seen(state) == SESSIONS ? &state->session : &state->number;
	size_t found = SIZE_MAX;

	state->names[SESSIONS] = (struct tab){ .name = _("Sessions") };
	state->names[AUDIT] = (struct tab){ .name = _("Audit") };
	state->tabs.tabs = state->names;
	state->tabs.count = TABS;
	table->rows = 0;
	if (seen(state) == SESSIONS) {
		for (size_t i = 0; i < ui->model->session_count; i++)
			if (session_holds(&ui->model->sessions[i], filter))
				state->rows[table->rows++] = i;
	} else {
		audit_list_update(&state->list, ui->model);
		for (size_t i = state->list.count; i-- > 0;)
			if (entry_holds(&state->list.entries[i], filter))
				state->rows[table->rows++] = i;
	}
	for (size_t row = 0; row < table->rows && found == SIZE_MAX && *number >= 0; row++)
		if (number_at(ui, row) == *number)
			found = row;
	size_t last = table->rows > 0 ? table->rows - 1 : 0;
	size_t row = table->selected < last ? table->selected : last;

	keep(state, found, number, number_at(ui, row));
}

/* After the table moved. */
static void take_row(struct ui *ui)
{
	struct who_state *state = who(ui);
	int64_t number = number_at(ui, state->table[seen(state)].selected);

	if (seen(state) == SESSIONS)
		state->session = number;
	else
		state->number = number;
}

/* ---- Older entries ---- */

static void older_if_near(struct ui *ui);

static void older_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct who_state *state = who(ui);

	(void)request;
	state->asking = false;
	if (result == NULL) {
		if (ui->connected)
			ui_say_fault(ui, fault);
		return;
	}
	audit_list_older(&state->list, json_object_get(result, "entries"));
	fill(ui);
	/* A filter may have let none of them pass. */
	if (ui_view(ui) == &view_who && state->filter[AUDIT][0] != '\0')
		older_if_near(ui);
}

static void older_if_near(struct ui *ui)
{
	struct who_state *state = who(ui);
	const struct table *table = &state->table[AUDIT];

	if (seen(state) != AUDIT || state->asking || state->list.oldest || !ui->connected ||
	    state->list.count == 0 || table->selected + NEAR < table->rows)
		return;
	state->asking = ui_ask(ui, "audit",
	    json_pack("{s:i, s:I}", "last", AUDIT_PAGE, "before", state->list.entries[0].number),
	    older_came, NULL);
}

/* ---- Drawing ---- */

static const struct column session_columns[] = {
	{ N_("WHO"), 4, 20, 0, 0, ALIGN_LEFT },
	{ N_("FROM"), 4, 40, 0, 1, ALIGN_LEFT },
	{ N_("ROLE"), 5, 10, 0, 3, ALIGN_LEFT },
	{ N_("WITH"), 5, 16, 0, 5, ALIGN_LEFT },
	{ N_("PAGE"), 6, 40, 1, 2, ALIGN_LEFT },
	{ N_("EDITS"), 5, 16, 0, 4, ALIGN_LEFT },
	{ N_("SINCE"), 5, 8, 0, 6, ALIGN_RIGHT },
	{ .title = NULL },
};

static void session_cell(void *arg, size_t row, size_t column, struct table_cell *cell)
{
	struct ui *ui = arg;
	const struct model_session *s = &ui->model->sessions[who(ui)->rows[row]];
	bool own = s->number == ui->session && ui->session > 0;
	const char *const texts[] = { s->user, s->origin, show_word(s->role), s->client, s->page,
		s->editing };

	cell->style = own ? STYLE_STRONG : ui_doubtful(ui) ? STYLE_DIM : STYLE_NORMAL;
	if (column == 0 && own)
		text_format(cell->text, sizeof cell->text, _("%s (you)"), s->user);
	else if (column < 6)
		text_format(cell->text, sizeof cell->text, "%s",
		    texts[column][0] != '\0' ? texts[column] : "-");
	else
		show_age(s->since_us, ui->now_us, cell->text, sizeof cell->text);
}

static const struct column audit_columns[] = {
	{ N_("WHEN"), 8, 8, 0, 1, ALIGN_LEFT },
	{ N_("WHO"), 4, 24, 0, 2, ALIGN_LEFT },
	{ N_("WHAT"), 16, 60, 2, 0, ALIGN_LEFT },
	{ N_("OUTCOME"), 4, 12, 0, 3, ALIGN_LEFT },
	{ N_("UNDO"), 12, 0, 2, 4, ALIGN_LEFT },
	{ N_("NUMBER"), 3, 8, 0, 5, ALIGN_RIGHT },
	{ .title = NULL },
};

static void audit_cell(void *arg, size_t row, size_t column, struct table_cell *cell)
{
	struct ui *ui = arg;
	const struct who_state *state = who(ui);
	const struct model_audit *entry = &state->list.entries[state->rows[row]];
	size_t size = sizeof cell->text;

	cell->style = entry->undone_by >= 0 ? STYLE_DIM : STYLE_NORMAL;
	switch (column) {
	case 0:
		show_time(entry->time_us, ui->now_us, cell->text, size);
		break;
	case 1:
		entry_who(entry, cell->text, size);
		break;
	case 2:
		text_format(cell->text, size, "%s", entry->words);
		break;
	case 3:
		cell->style = entry_style(entry);
		text_format(cell->text, size, "%s", entry_outcome(entry));
		break;
	case 4:
		cell->style = entry->can_undo ? STYLE_NOTE : STYLE_DIM;
		entry_undo(entry, cell->text, size);
		break;
	default:
		text_format(cell->text, size, "%lld", (long long)entry->number);
		break;
	}
}

static void count_clause(struct ui *ui, char *out, size_t size)
{
	const struct who_state *state = who(ui);
	size_t rows = state->table[seen(state)].rows;

	if (seen(state) == SESSIONS)
		text_format(out, size, ngettext("%zu session", "%zu sessions", rows), rows);
	else if (state->list.oldest && state->list.count < AUDIT_LIST_MOST)
		text_format(out, size, ngettext("%zu action, all", "%zu actions, all", rows), rows);
	else if (state->list.oldest)
		text_format(out, size, _("%zu of the newest %d actions"), rows, AUDIT_LIST_MOST);
	else
		text_format(out, size,
		    ngettext("%zu action, older ones follow", "%zu actions, older ones follow",
			rows),
		    rows);
}

static void who_title(struct ui *ui, char *out, size_t size)
{
	const struct who_state *state = who(ui);
	const char *filter = state->filter[seen(state)];
	char count[96];

	count_clause(ui, count, sizeof count);
	if (filter[0] != '\0')
		text_format(out, size, _("filter \"%s\" shows %s"), filter, count);
	else if (seen(state) == SESSIONS && ui_doubtful(ui))
		text_format(out, size, _("last known: %s"), count);
	else
		text_format(out, size, "%s", count);
}

static void nothing(struct ui *ui, struct area area)
{
	const struct who_state *state = who(ui);

	if (state->filter[seen(state)][0] != '\0')
		area_print(area, 1, 2, STYLE_NOTE, _("nothing holds \"%s\"; Esc shows all"),
		    state->filter[seen(state)]);
	else if (seen(state) == SESSIONS)
		area_text(area, 1, 2, STYLE_DIM,
		    ui->model->known ? _("the host tells of nobody") :
				       _("waiting for the first figures"));
	else
		area_text(area, 1, 2, STYLE_DIM,
		    ui->model->audit_newest == 0 ? _("nobody has done anything yet") :
			ui->connected            ? _("reading") :
						   _("no connection"));
	area_cursor(area, 1, 0);
}

static void draw_list(struct ui *ui, struct area area)
{
	struct who_state *state = who(ui);
	struct table *table = &state->table[seen(state)];

	table->cell = seen(state) == SESSIONS ? session_cell : audit_cell;
	table->arg = ui;
	state->area = area;
	columns_draw(table, area, seen(state) == SESSIONS ? session_columns : audit_columns);
	if (table->rows == 0)
		nothing(ui, area);
}

static void who_draw(struct ui *ui, struct area area)
{
	struct who_state *state = who(ui);

	fill(ui);
	tabs_draw(&state->tabs, area, 0, STYLE_NORMAL);
	struct area below = area_part(area, 1, 0, area.rows - 1, area.cols);
	const struct model_audit *entry =
	    seen(state) == AUDIT ? who_entry(ui, state->number) : NULL;

	if (area.cols < WIDE || entry == NULL) {
		draw_list(ui, below);
		return;
	}
	int left = area.cols * 3 / 5;

	entry_draw(ui, area_part(below, 0, left + 2, below.rows, below.cols - left - 3), 0, entry,
	    true);
	draw_list(ui, area_part(below, 0, 0, below.rows, left));
}

/* ---- Keys ---- */

static void go_to(struct ui *ui, size_t tab)
{
	who(ui)->tabs.selected = tab;
	fill(ui);
	older_if_near(ui);
}

void ui_who_tab(struct ui *ui, bool audit)
{
	go_to(ui, audit ? AUDIT : SESSIONS);
}

static void who_opened(struct ui *ui)
{
	go_to(ui, seen(who(ui)));
}

static void who_changed(struct ui *ui)
{
	struct who_state *state = who(ui);

	/* Before somebody looked there is no list to be kept. */
	if (state->list.count > 0 || ui_view(ui) == &view_who)
		fill(ui);
}

static bool click(struct ui *ui, const struct key *key)
{
	struct who_state *state = who(ui);
	int tab = tabs_click(&state->tabs, key), row, col;

	if (tab != TABS_NOTHING) {
		go_to(ui, (size_t)tab);
		return true;
	}
	if (!ui_inside(&state->area, key, &row, &col))
		return false;
	row = table_row_at(&state->table[seen(state)], row);
	if (row >= 0) {
		state->table[seen(state)].selected = (size_t)row;
		take_row(ui);
	}
	return true;
}

static bool entry_keys(struct ui *ui, const struct key *key, uint32_t c)
{
	const struct who_state *state = who(ui);

	if (seen(state) != AUDIT || state->number < 0)
		return false;
	if (c == 'z')
		ui_undo(ui, state->number);
	else if (key->code == PRESS_ENTER)
		entry_open(ui, state->number);
	else
		return false;
	return true;
}

static bool who_key(struct ui *ui, const struct key *key)
{
	struct who_state *state = who(ui);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;

	fill(ui);
	if (key->code == PRESS_CLICK)
		return click(ui, key);
	/* Whoever types a filter stays with what it is for. */
	if (ui->overlay == NULL && (c == '[' || c == ']' || tabs_key(&state->tabs, key))) {
		if (c == '[' || c == ']')
			state->tabs.selected = (state->tabs.selected + 1) % TABS;
		go_to(ui, state->tabs.selected);
		return true;
	}
	if (entry_keys(ui, key, c))
		return true;
	if (!table_key(&state->table[seen(state)], key))
		return key->code == PRESS_ENTER;
	take_row(ui);
	older_if_near(ui);
	return true;
}

static bool who_escape(struct ui *ui)
{
	struct who_state *state = who(ui);

	if (state->filter[seen(state)][0] == '\0')
		return false;
	state->filter[seen(state)][0] = '\0';
	fill(ui);
	return true;
}

static char *who_filter(struct ui *ui)
{
	struct who_state *state = who(ui);

	return state->filter[seen(state)];
}

static void who_filtered(struct ui *ui)
{
	fill(ui);
	older_if_near(ui);
}

static void who_page(struct ui *ui, char *out, size_t size)
{
	text_format(out, size, "%s", seen(who(ui)) == SESSIONS ? "Who" : "Audit");
}

static size_t who_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	bool audit = seen(who(ui)) == AUDIT;
	size_t n = ui_hint(ui, hints, 0, most, _("Tab"), audit ? _("Sessions") : _("Audit"), ']');

	if (audit)
		n = ui_hint(ui, hints, n, most, _("Enter"), _("Entry"), PRESS_ENTER);
	n = ui_hint(ui, hints, n, most, NULL, audit ? _("Undo it") : _("Undo newest"), 'z');
	n = ui_hint(ui, hints, n, most, NULL, _("Filter"), '/');
	n = ui_hint(ui, hints, n, most, NULL, _("Menu"), 'm');
	return ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
}

static const struct view_key keys[] = {
	{ N_("Tab Left Right [ ]"), N_("sessions, or the list of what was done") },
	{ N_("Up Down j k"), N_("select one") },
	{ N_("PgUp PgDn g G"), N_("a page on or back; the first, the last; older ones follow") },
	{ N_("Enter"), N_("all about an action: its difference, and what undoes it") },
	{ "z", N_("undo the selected action; among the sessions, the newest one") },
	{ "/", N_("show only what holds a text") },
	{ N_("Esc"), N_("drop the filter; back") },
	{ NULL, NULL },
};

const struct view view_who = {
	.name = N_("Who"),
	.short_name = N_("Who"),
	.digit = '9',
	.state = sizeof(struct who_state),
	.end = who_end,
	.opened = who_opened,
	.title = who_title,
	.draw = who_draw,
	.key = who_key,
	.escape = who_escape,
	.hints = who_hints,
	.filter = who_filter,
	.filtered = who_filtered,
	.changed = who_changed,
	.page = who_page,
	.keys = keys,
};
