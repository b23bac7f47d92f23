/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One service. Which tabs there are is made from the schema each time that it is
 * looked at: Status, Log, Config, Clients and the service's further tables; what
 * is in them is a page each (pages.h). A tab is remembered by its name, so that
 * the service before or behind shows the same one where it has it.
 */
#include <string.h>

#include "console/pages.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/tabs.h"

#define TABLES_MAX (TABS_MAX - 4)

struct service_tab {
	const struct page *page;
	char name[64];  /* translated, or the table's */
	char table[64]; /* what it lists, or empty */
};

struct service_state {
	struct service_tab list[TABS_MAX];
	size_t count;
	char service[32]; /* whose page was opened last */
	size_t opened;    /* and which tab */
	size_t selected;
	char wanted[64]; /* the name of the tab that the person chose */
	struct tabs tabs;
	struct tab shown[TABS_MAX];
};

static struct service_state *state_of(struct ui *ui)
{
	return ui_view_state(ui, &view_service);
}

/* ---- Which tabs there are ---- */

static void add_tab(struct service_state *state, const struct page *page, const char *name,
    const char *table)
{
	struct service_tab *tab = &state->list[state->count];

	if (state->count == TABS_MAX)
		return;
	state->count++;
	tab->page = page;
	text_clean(tab->name, sizeof tab->name, name, strlen(name));
	text_format(tab->table, sizeof tab->table, "%s", table);
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static void make_tabs(struct ui *ui)
{
	struct service_state *state = state_of(ui);
	const json_t *tables = json_object_get(ui_schema_service(ui, ui->selected), "tables");
	const json_t *entry, *clients = NULL;
	size_t i;

	json_array_foreach(tables, i, entry)
	{
		if (clients == NULL && strcmp(text_of(entry, "role"), "clients") == 0)
			clients = entry;
	}
	state->count = 0;
	add_tab(state, &page_status, _("Status"), "");
	add_tab(state, &page_log, _("Log"), "");
	add_tab(state, &page_config, _("Config"), "");
	add_tab(state, &page_table, _("Clients"), text_of(clients, "name"));
	json_array_foreach(tables, i, entry)
	{
		if (entry != clients && text_of(entry, "name")[0] != '\0')
			add_tab(state, &page_table, text_of(entry, "name"), text_of(entry, "name"));
	}
}

/* The tabs for what is selected now, and the page that is seen told when it is
 * another one. NULL: there is no such service. */
static const struct page *current(struct ui *ui)
{
	struct service_state *state = state_of(ui);

	if (ui_selected(ui) == NULL)
		return NULL;
	make_tabs(ui);
	state->selected = 0;
	for (size_t i = 0; i < state->count; i++)
		if (strcmp(state->list[i].name, state->wanted) == 0)
			state->selected = i;
	const struct service_tab *tab = &state->list[state->selected];

	if (strcmp(state->service, ui->selected) != 0 || state->opened != state->selected) {
		text_format(state->service, sizeof state->service, "%s", ui->selected);
		state->opened = state->selected;
		tab->page->opened(ui, tab->table);
	}
	return tab->page;
}

static void choose(struct ui *ui, size_t tab)
{
	struct service_state *state = state_of(ui);

	if (tab < state->count)
		text_format(state->wanted, sizeof state->wanted, "%s", state->list[tab].name);
	current(ui);
}

void pages_open(struct ui *ui, const char *service, const struct page *page)
{
	struct service_state *state = state_of(ui);

	ui_select(ui, service);
	if (ui_selected(ui) != NULL)
		make_tabs(ui);
	for (size_t i = 0; i < state->count; i++)
		if (state->list[i].page == page) {
			choose(ui, i);
			break;
		}
	ui_open(ui, &view_service);
}

static void service_opened(struct ui *ui)
{
	state_of(ui)->service[0] = '\0';
	current(ui);
}

static void service_tick(struct ui *ui)
{
	const struct page *page = current(ui);

	if (page != NULL && page->tick != NULL)
		page->tick(ui);
}

/* ---- Drawing ---- */

static void service_title(struct ui *ui, char *out, size_t size)
{
	const struct model_service *s = ui_selected(ui);
	const struct page *page = s != NULL ? state_of(ui)->list[state_of(ui)->opened].page : NULL;
	char more[160] = "";

	if (page != NULL && page->title != NULL)
		page->title(ui, more, sizeof more);
	if (s == NULL)
		text_format(out, size, "%s", ui->selected);
	else
		text_format(out, size, "%s: %s%s%s%s", s->name, model_state_word(s->state),
		    ui_doubtful(ui) ? "?" : "", more[0] != '\0' ? "  " : "", more);
}

static void draw_tabs(struct ui *ui, struct area area)
{
	struct service_state *state = state_of(ui);

	for (size_t i = 0; i < state->count; i++)
		state->shown[i] = (struct tab){ .name = state->list[i].name };
	state->tabs.tabs = state->shown;
	state->tabs.count = state->count;
	state->tabs.selected = state->selected;
	tabs_draw(&state->tabs, area, 0, STYLE_NORMAL);
}

static void service_draw(struct ui *ui, struct area area)
{
	const struct service_state *state = state_of(ui);

	if (ui_selected(ui) == NULL) {
		area_text(area, 0, 1, STYLE_NOTE, _("this service is not there any more"));
		return;
	}
	if (state->count == 0)
		return; /* drawn before it was opened */
	draw_tabs(ui, area);
	state->list[state->opened].page->draw(ui, area_part(area, 1, 0, area.rows - 1, area.cols));
}

/* ---- Keys ---- */

/* The service before the selected one, or the one behind it, round the ends. */
static void step(struct ui *ui, bool forward)
{
	size_t count = ui->model->service_count;

	for (size_t i = 0; i < count; i++)
		if (strcmp(ui->model->services[i].name, ui->selected) == 0) {
			i = (i + (forward ? 1 : count - 1)) % count;
			ui_select(ui, ui->model->services[i].name);
			return;
		}
}

static void turn(struct ui *ui, bool forward)
{
	const struct service_state *state = state_of(ui);

	if (state->count > 0)
		choose(ui, (state->selected + (forward ? 1 : state->count - 1)) % state->count);
}

static bool clicked(struct ui *ui, const struct key *key)
{
	int tab = key->code == PRESS_CLICK ? tabs_click(&state_of(ui)->tabs, key) : TABS_NOTHING;

	if (tab != TABS_NOTHING)
		choose(ui, (size_t)tab);
	return tab != TABS_NOTHING;
}

static bool service_key(struct ui *ui, const struct key *key)
{
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	const struct page *page = current(ui);

	if (page == NULL)
		return false;
	if (key->code == PRESS_TAB || c == ']')
		turn(ui, true);
	else if (key->code == PRESS_BACKTAB || c == '[')
		turn(ui, false);
	else if (c == '{' || c == '}')
		step(ui, c == '}');
	else if (c == 'l' || (c == 'h' && page != &page_status))
		return false; /* its log, also where letters move sideways elsewhere */
	else if (!clicked(ui, key))
		return page->key(ui, key);
	current(ui);
	return true;
}

static size_t service_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	size_t n = ui_command_hints(ui, hints, most);

	n = ui_hint(ui, hints, n, most, _("Tab"), _("Next tab"), ']');
	n = ui_hint(ui, hints, n, most, "{ }", _("Service"), '}');
	n = ui_hint(ui, hints, n, most, NULL, _("Menu"), 'm');
	n = ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
	return ui_hint(ui, hints, n, most, _("Esc"), _("Back"), PRESS_ESCAPE);
}

static void service_page(struct ui *ui, char *out, size_t size)
{
	text_format(out, size, "Service %s", ui->selected);
}

static const struct view_key keys[] = {
	{ N_("Tab [ ]"), N_("the next tab, the one before; also by a click on its name") },
	{ "{ }", N_("the service before, the one behind, on the same tab") },
	{ N_("Up Down j k"), N_("scroll; select a row in Config, Clients and tables") },
	{ N_("PgUp PgDn"), N_("a page up or down") },
	{ N_("g G Home End"), N_("the beginning, the end") },
	{ N_("Enter"), N_("on Status and Log: its whole log; on Config: change the setting") },
	{ N_("Left Right"), N_("to the columns at the sides; on Status: back, its log") },
	{ "f w", N_("on Log: follow or pause, wrap or cut lines") },
	{ "< >", N_("on tables: sort by another column; as it came") },
	{ "y", N_("on Clients and tables: copy the selected row") },
	{ N_("Esc"), N_("back") },
	{ NULL, NULL },
};

const struct view view_service = {
	.name = N_("Service"),
	.acts = true,
	.state = sizeof(struct service_state),
	.opened = service_opened,
	.tick = service_tick,
	.title = service_title,
	.draw = service_draw,
	.key = service_key,
	.hints = service_hints,
	.page = service_page,
	.keys = keys,
};
