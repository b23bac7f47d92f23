/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first run, a step at a time: three forms over what was answered, and a page
 * with all that follows from it. It can be left at any point: every answer is kept
 * as soon as it is given.
 */
#include <limits.h>
#include <string.h>

#include "console/wizard_page.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/diff.h"
#include "widgets/pairs.h"

static struct wizard_state *wizard_of(struct ui *ui)
{
	return ui_view_state(ui, &view_wizard);
}

struct wizard_state *wizard_state(struct ui *ui)
{
	return wizard_of(ui);
}

static void wizard_view_end(void *state)
{
	wizard_clear(&((struct wizard_state *)state)->wizard);
}

void wizard_keep(struct ui *ui)
{
	struct fault fault;

	if (!wizard_save(&wizard_of(ui)->wizard, ui->port.home, &fault))
		ui_say_fault(ui, &fault);
}

/* ---- Opening ---- */

static void settings_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct wizard_state *state = wizard_of(ui);

	(void)request;
	if (result != NULL)
		wizard_settings(&state->wizard, json_object_get(result, "settings"));
	else if (ui->connected)
		ui_say_fault(ui, fault);
}

void ui_wizard_open(struct ui *ui)
{
	struct wizard_state *state = wizard_of(ui);
	struct fault fault;

	if (state->phase == PHASE_ASKING) {
		wizard_clear(&state->wizard);
		state->form = (struct form){ .count = 0 };
		state->top = 0;
		state->fault[0] = '\0';
		if (!wizard_load(&state->wizard, ui->port.home, &fault))
			ui_say_fault(ui, &fault);
		addresses_home(&state->wizard.home);
	}
	state->opened = true;
	wizard_services(&state->wizard, ui->model);
	if (ui->connected)
		ui_ask(ui, "get", NULL, settings_came, NULL);
	ui_open(ui, &view_wizard);
}

static void wizard_changed(struct ui *ui)
{
	wizard_moved(ui);
}

/* ---- Fields ---- */

/* The listening that field index of the third step is about. own_r: it is the line
 * for particular addresses. NULL: there is no such field. */
static struct wizard_listen *listen_of(struct wizard *wizard, size_t index, bool *own_r)
{
	for (size_t i = 0; i < wizard->listen_count; i++) {
		struct wizard_listen *listen = &wizard->listens[i];
		size_t fields = listen->reach == REACH_OTHER ? 2 : 1;

		if (!wizard_on(wizard, listen->service))
			continue;
		if (index < fields) {
			*own_r = index == 1;
			return listen;
		}
		index -= fields;
	}
	return NULL;
}

static size_t listen_fields(struct wizard *wizard)
{
	size_t count = 0;
	bool own;

	while (listen_of(wizard, count, &own) != NULL)
		count++;
	return count;
}

static const char *const *reach_words(void)
{
	static const char *words[REACHES + 1];

	words[REACH_MACHINE] = _("this machine only");
	words[REACH_NETWORK] = _("the home network");
	words[REACH_EVERYBODY] = _("everything");
	words[REACH_OTHER] = _("addresses that I type");
	return words;
}

/* "no: answers names" and "yes: answers names". */
static const char *const *switch_words(struct wizard_state *state, const struct wizard_service *s)
{
	const char *said = s->summary[0] != '\0' ? _(s->summary) : s->name;

	text_format(state->texts[0], sizeof state->texts[0], _("no: %s"), said);
	text_format(state->texts[1], sizeof state->texts[1], _("yes: %s"), said);
	state->switches[0] = state->texts[0];
	state->switches[1] = state->texts[1];
	state->switches[2] = NULL;
	return state->switches;
}

static const char *reach_help(enum reach reach)
{
	switch (reach) {
	case REACH_MACHINE:
		return _("Nobody else reaches it: not another machine, nor the internet.");
	case REACH_NETWORK:
		return _("This machine and whoever is in its private network. An address that "
			 "changes later must be set again.");
	case REACH_EVERYBODY:
		return _("Every address of this machine, later ones too: everybody who can reach "
			 "it, from the internet as well where no router keeps them out.");
	default:
		return _("ADDRESS:PORT, with commas between several; *:PORT is everything.");
	}
}

static void listen_field(struct wizard_state *state, size_t index, struct form_field *field)
{
	bool own = false;
	struct wizard_listen *listen = listen_of(&state->wizard, index, &own);
	char value[WIZARD_VALUE], ports[64];

	if (listen == NULL)
		return;
	bool known = wizard_value(&state->wizard, listen, value, sizeof value);

	if (own) {
		*field = (struct form_field){ .label = _("its addresses"),
			.kind = FORM_LIST,
			.value = listen->own,
			.help = reach_help(REACH_OTHER) };
		return;
	}
	addresses_ports(listen->now, ports, sizeof ports);
	text_format(state->texts[0], sizeof state->texts[0], "%s", listen->name);
	text_format(state->texts[1], sizeof state->texts[1],
	    strcmp(ports, "0") == 0 ? _("a free port") : _("port %s"), ports);
	text_format(state->texts[2], sizeof state->texts[2], _("that is: %s"), value);
	*field = (struct form_field){
		.label = state->texts[0],
		.kind = FORM_CHOICE,
		.choices = reach_words(),
		.value = reach_words()[listen->reach],
		.unit = state->texts[1],
		.help = reach_help(listen->reach),
		.standard = known ? state->texts[2] : NULL,
		.error = known                     ? NULL :
		    listen->reach == REACH_NETWORK ? _("this machine has no address of a home "
						       "network now") :
		    listen->reach == REACH_OTHER   ? _("type ADDRESS:PORT") :
						     _("no port is known: type the addresses"),
		.changed = known && strcmp(value, listen->now) != 0,
	};
}

static void field_of(void *arg, size_t index, struct form_field *field)
{
	struct wizard_state *state = wizard_of(arg);
	struct wizard *wizard = &state->wizard;

	if (wizard->step == STEP_NAME) {
		*field = (struct form_field){ .label = _("name of this server"),
			.kind = FORM_TEXT,
			.value = wizard->name,
			.help = _("What it is called on the screen. Empty: the machine's name."),
			.changed = strcmp(wizard->name, wizard->name_now) != 0 };
	} else if (wizard->step == STEP_SERVICES && index < wizard->service_count) {
		const struct wizard_service *s = &wizard->services[index];
		const char *const *words = switch_words(state, s);

		*field = (struct form_field){ .label = s->name,
			.kind = FORM_BOOLEAN,
			.choices = words,
			.value = words[s->on],
			.help = s->on ? _("It runs, and starts whenever stewardd starts.") :
					_("It does not run; its settings are kept."),
			.changed = s->on != s->wanted };
	} else if (wizard->step == STEP_WHERE) {
		listen_field(state, index, field);
	}
}

static bool commit_listen(struct wizard *wizard, size_t index, const char *value, char *error,
    size_t size)
{
	bool own = false;
	struct wizard_listen *listen = listen_of(wizard, index, &own);

	if (listen == NULL)
		return false;
	if (own && !addresses_right(value)) {
		text_format(error, size, "%s",
		    _("ADDRESS:PORT such as 192.168.1.5:80, [fd00::5]:80 or *:80"));
		return false;
	}
	if (own && !text_format(listen->own, sizeof listen->own, "%s", value)) {
		text_format(error, size, "%s", _("that is too long"));
		return false;
	}
	for (size_t i = 0; !own && i < REACHES; i++)
		if (strcmp(reach_words()[i], value) == 0)
			listen->reach = (enum reach)i;
	return true;
}

static bool commit(void *arg, size_t index, const char *value, char *error, size_t size)
{
	struct ui *ui = arg;
	struct wizard_state *state = wizard_of(ui);
	struct wizard *wizard = &state->wizard;

	if (wizard->step == STEP_NAME) {
		if (!wizard_name_right(value, error, size))
			return false;
		text_format(wizard->name, sizeof wizard->name, "%s", value);
		wizard->named = true;
	} else if (wizard->step == STEP_SERVICES && index < wizard->service_count) {
		struct wizard_service *s = &wizard->services[index];

		s->on = strcmp(value, switch_words(state, s)[1]) == 0;
	} else if (!commit_listen(wizard, index, value, error, size)) {
		return false;
	}
	wizard_keep(ui);
	return true;
}

static void fill_form(struct ui *ui)
{
	struct wizard_state *state = wizard_of(ui);
	struct wizard *wizard = &state->wizard;

	state->form.field = field_of;
	state->form.commit = commit;
	state->form.arg = ui;
	state->form.too_long = _("this is too long for a line");
	state->form.count = wizard->step == STEP_NAME ? 1 :
	    wizard->step == STEP_SERVICES             ? wizard->service_count :
	    wizard->step == STEP_WHERE                ? listen_fields(wizard) :
							0;
	if (state->form.selected >= state->form.count)
		state->form.selected = state->form.count > 0 ? state->form.count - 1 : 0;
}

/* ---- The last step ---- */

struct summary {
	struct area area;
	int row;
	bool drawn;
};

static void part(struct summary *s, const char *label, unsigned style, const char *text)
{
	struct pair pair = { label, text, style, NULL };

	s->row += pairs_draw(s->area, s->row, &pair, 1, s->drawn);
}

static void name_all(const struct wizard *wizard, bool on, char *out, size_t size)
{
	json_t *names = wizard_moves(wizard, on), *name;
	size_t i;

	*out = '\0';
	json_array_foreach(names, i, name)
	{
		size_t at = strlen(out);

		text_format(out + at, size - at, "%s%s", at > 0 ? ", " : "",
		    json_string_value(name));
	}
	json_decref(names);
}

/* What everybody can reach is said once more. */
static void warn(const struct wizard *wizard, struct summary *s)
{
	char value[WIZARD_VALUE], text[WIZARD_VALUE + 256];

	for (size_t i = 0; i < wizard->listen_count; i++) {
		const struct wizard_listen *listen = &wizard->listens[i];

		if (!wizard_on(wizard, listen->service))
			continue;
		if (!wizard_value(wizard, listen, value, sizeof value)) {
			text_format(text, sizeof text, _("%s stays as it is: %s"), listen->name,
			    listen->now[0] != '\0' ? listen->now : "-");
			part(s, NULL, STYLE_WARN, text);
		} else if (addresses_reach(value) == REACH_EVERYBODY) {
			text_format(text, sizeof text,
			    _("%s: everybody who can reach this machine can use %s"), listen->name,
			    listen->service);
			part(s, NULL, STYLE_WARN, text);
		}
	}
}

static void changes(const struct wizard *wizard, struct summary *s)
{
	struct model_change list[MODEL_CHANGES];
	size_t count = wizard_changes(wizard, list, MODEL_CHANGES);
	char starts[512], stops[512];

	for (size_t i = 0; i < count; i++) {
		struct diff_row diff = { list[i].name, list[i].was, list[i].is };

		s->row += diff_draw(s->area, s->row, &diff, s->drawn);
	}
	name_all(wizard, true, starts, sizeof starts);
	name_all(wizard, false, stops, sizeof stops);
	if (starts[0] != '\0')
		part(s, _("starts"), STYLE_NORMAL, starts);
	if (stops[0] != '\0')
		part(s, _("stops"), STYLE_WARN, stops);
	if (count == 0 && starts[0] == '\0' && stops[0] == '\0')
		part(s, NULL, STYLE_NORMAL,
		    _("Nothing would change: all is as you answered. Applying it ends the first "
		      "run."));
}

static int summary(struct ui *ui, struct area area, int row, bool drawn)
{
	struct wizard_state *state = wizard_of(ui);
	struct summary s = { area, row, drawn };
	const char *why = wizard_refusal(ui);
	char words[WIZARD_WORDS + PATH_MAX];

	if (state->phase == PHASE_TRIAL)
		part(&s, NULL, STYLE_WARN,
		    _("The settings are on trial. When they are kept, the services follow."));
	else if (state->fault[0] != '\0')
		part(&s, NULL, STYLE_BAD, state->fault);
	else if (why != NULL)
		part(&s, NULL, STYLE_NOTE, why);
	else
		part(&s, NULL, STYLE_NOTE, _("Enter puts this in force; it asks once more."));
	s.row++;
	changes(&state->wizard, &s);
	s.row++;
	warn(&state->wizard, &s);
	if (wizard_typed(ui, words, sizeof words))
		part(&s, _("as a command"), STYLE_NORMAL, words);
	return s.row - row;
}

static void draw_summary(struct ui *ui, struct area area)
{
	struct wizard_state *state = wizard_of(ui);

	state->page = area.rows;
	state->height = summary(ui, area, 0, false);
	int most = state->height > state->page ? state->height - state->page : 0;

	state->top = state->top > most ? most : state->top < 0 ? 0 : state->top;
	summary(ui, area, -state->top, true);
	area_cursor(area, 0, 0);
	if (state->top > 0)
		area_glyph(area, 0, area.cols - 1, STYLE_NOTE, GLYPH_UP);
	if (state->top < most)
		area_glyph(area, area.rows - 1, area.cols - 1, STYLE_NOTE, GLYPH_DOWN);
}

/* ---- Drawing ---- */

static void wizard_title(struct ui *ui, char *out, size_t size)
{
	const struct wizard *wizard = &wizard_of(ui)->wizard;

	if (!ui_may(ui, "admin") && ui->connected)
		text_format(out, size, _("step %d of %d; to look at: only an admin can apply it"),
		    (int)wizard->step + 1, STEPS);
	else
		text_format(out, size, _("step %d of %d; every answer is kept"),
		    (int)wizard->step + 1, STEPS);
}

static void draw_tabs(struct wizard_state *state, struct area area)
{
	static const char *const labels[STEPS] = {
		[STEP_NAME] = N_("Name"),
		[STEP_SERVICES] = N_("Services"),
		[STEP_WHERE] = N_("Who reaches them"),
		[STEP_APPLY] = N_("Put in force"),
	};
	static const char *const numbers[STEPS] = { "1", "2", "3", "4" };

	for (size_t i = 0; i < STEPS; i++)
		state->names[i] = (struct tab){ .name = _(labels[i]), .shorter = numbers[i] };
	state->tabs.tabs = state->names;
	state->tabs.count = STEPS;
	state->tabs.selected = state->wizard.step;
	tabs_draw(&state->tabs, area, 0, STYLE_NORMAL);
}

static void wizard_draw(struct ui *ui, struct area area)
{
	struct wizard_state *state = wizard_of(ui);
	int gap = area.rows >= 12 ? 2 : 1;
	struct area below = area_part(area, gap, 1, area.rows - gap, area.cols - 2);
	bool waits = state->wizard.step != STEP_SERVICES ? !state->wizard.known : !ui->model->known;

	draw_tabs(state, area);
	fill_form(ui);
	if (state->wizard.step == STEP_APPLY) {
		draw_summary(ui, below);
		return;
	}
	if (state->form.count > 0 && !waits) {
		form_draw(&state->form, below);
		return;
	}
	area_text(below, 0, 0, STYLE_DIM,
	    !ui->connected ? _("no connection") :
		waits      ? _("reading") :
		state->wizard.step == STEP_WHERE ?
			_("none of the chosen services listens anywhere") :
			_("there are no services"));
	area_cursor(below, 0, 0);
}

/* ---- Keys ---- */

static void go_to(struct ui *ui, size_t step)
{
	struct wizard_state *state = wizard_of(ui);

	if (step >= STEPS)
		return;
	form_cancel(&state->form);
	state->wizard.step = (enum wizard_step)step;
	state->form.selected = 0;
	state->form.top = 0;
	state->top = 0;
	wizard_keep(ui);
}

static bool wizard_typing(struct ui *ui)
{
	return form_edits(&wizard_of(ui)->form);
}

static void scroll(struct wizard_state *state, const struct key *key, uint32_t c)
{
	int page = state->page > 1 ? state->page - 1 : 1;

	if (key->code == PRESS_ARROW_UP || key->code == PRESS_WHEEL_UP || c == 'k')
		state->top--;
	else if (key->code == PRESS_ARROW_DOWN || key->code == PRESS_WHEEL_DOWN || c == 'j')
		state->top++;
	else if (key->code == PRESS_PAGE_UP)
		state->top -= page;
	else if (key->code == PRESS_PAGE_DOWN)
		state->top += page;
}

static bool summary_key(struct ui *ui, const struct key *key, uint32_t c)
{
	struct wizard_state *state = wizard_of(ui);
	int before = state->top;

	if (key->code == PRESS_ENTER) {
		wizard_apply(ui);
		return true;
	}
	if (c == 'y') {
		char words[WIZARD_WORDS + PATH_MAX];

		if (wizard_typed(ui, words, sizeof words))
			ui_copy(ui, words);
		ui_say(ui, STYLE_NOTE, 5, "%s", _("the command goes to the terminal's clipboard"));
		return true;
	}
	scroll(state, key, c);
	return state->top != before;
}

static bool wizard_key(struct ui *ui, const struct key *key)
{
	struct wizard_state *state = wizard_of(ui);
	uint32_t c = key->code == PRESS_CHARACTER ? key->character : 0;
	int tab = tabs_click(&state->tabs, key);

	fill_form(ui);
	if (tab != TABS_NOTHING) {
		go_to(ui, (size_t)tab);
		return true;
	}
	if (state->wizard.step == STEP_APPLY) {
		if (summary_key(ui, key, c))
			return true;
	} else if (state->form.count > 0 && form_key(&state->form, key)) {
		return true;
	}
	/* Behind the last field, and before the first one. */
	if (key->code == PRESS_TAB || c == ']')
		go_to(ui, state->wizard.step + 1);
	else if ((key->code == PRESS_BACKTAB || c == '[') && state->wizard.step > 0)
		go_to(ui, state->wizard.step - 1);
	else
		return key->code == PRESS_BACKTAB || c == '[';
	return true;
}

static bool wizard_escape(struct ui *ui)
{
	struct wizard_state *state = wizard_of(ui);

	if (form_edits(&state->form)) {
		form_cancel(&state->form);
		return true;
	}
	wizard_keep(ui);
	if (ui->message[0] == '\0')
		ui_say(ui, STYLE_NOTE, 6, _("your answers are kept; %s, First run goes on"),
		    bindings_shown(&ui->bindings, '0'));
	return false;
}

static size_t wizard_hints(struct ui *ui, struct bar_hint *hints, size_t most)
{
	enum wizard_step step = wizard_of(ui)->wizard.step;
	size_t n = 0;

	if (form_edits(&wizard_of(ui)->form)) {
		n = ui_hint(ui, hints, n, most, _("Enter"), _("Take it"), PRESS_ENTER);
		return ui_hint(ui, hints, n, most, _("Esc"), _("As it was"), PRESS_ESCAPE);
	}
	n = ui_hint(ui, hints, n, most, _("Enter"),
	    step == STEP_APPLY ? _("Apply...") : _("Change"), PRESS_ENTER);
	if (step != STEP_APPLY)
		n = ui_hint(ui, hints, n, most, NULL, _("Next step"), ']');
	if (step != STEP_NAME)
		n = ui_hint(ui, hints, n, most, NULL, _("Step before"), '[');
	if (step == STEP_APPLY)
		n = ui_hint(ui, hints, n, most, NULL, _("Copy command"), 'y');
	n = ui_hint(ui, hints, n, most, NULL, _("Quit"), 'q');
	return ui_hint(ui, hints, n, most, _("Esc"), _("Leave"), PRESS_ESCAPE);
}

static const struct view_key keys[] = {
	{ N_("] Tab"), N_("the next step (Tab: the next field first)") },
	{ N_("[ BackTab"), N_("the step before") },
	{ N_("Up Down j k"), N_("the field above or below; on the last step: scroll") },
	{ N_("Enter"), N_("change the field; on the last step: put it in force, asks first") },
	{ N_("Space"), N_("the next choice of the field") },
	{ "y", N_("on the last step: copy the command that does the same") },
	{ N_("Esc"), N_("leave; the answers are kept") },
	{ NULL, NULL },
};

const struct view view_wizard = {
	.name = N_("First run"),
	.state = sizeof(struct wizard_state),
	.end = wizard_view_end,
	.changed = wizard_changed,
	.title = wizard_title,
	.draw = wizard_draw,
	.key = wizard_key,
	.escape = wizard_escape,
	.typing = wizard_typing,
	.hints = wizard_hints,
	.keys = keys,
};
