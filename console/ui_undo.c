/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Undoing in two steps. The host is asked what it would do (dry_run), and what
 * comes back decides: something reversible is done at once, settings are shown as
 * a difference and go on trial, and what disconnects people is asked about with
 * what it would do to them. The second request names the entry, so that nothing
 * else is undone when somebody acted in between.
 */
#include <string.h>

#include "console/audit_list.h"
#include "console/show.h"
#include "console/who.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/sheet.h"

#define CONFIRM_S 60
#define ROWS_MOST 48
#define ROW_BYTES 320

struct undo_state {
	struct sheet sheet;
	struct pair rows[ROWS_MOST];
	char texts[ROWS_MOST][ROW_BYTES];
	struct diff_row diffs[ROWS_MOST];
	struct model_change changes[MODEL_CHANGES];
	const char *buttons[4];
	char title[160], drain_button[64];
	int64_t entry;
	int drain; /* seconds that are offered; 0: none */
	bool settings, open;
	unsigned turn; /* answers to an earlier question are not for this one */
	char words[256];
};

static const struct overlay overlay_undo;

static struct undo_state *undo(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_undo);
}

/* ---- What is done ---- */

static void next_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	const char *did = json_string_value(request->context);
	const json_t *words = json_object_get(result, "words");
	long long number = json_integer_value(json_object_get(result, "entry"));

	(void)fault;
	if (!ui->connected)
		return;
	if (json_is_string(words))
		ui_say(ui, STYLE_GOOD, 12, _("undone: %s. %s would now undo entry %lld: %s"), did,
		    bindings_shown(&ui->bindings, 'z'), number, json_string_value(words));
	else
		ui_say(ui, STYLE_GOOD, 12, _("undone: %s. There is nothing more to undo"), did);
}

static void undone(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault);

static void send(struct ui *ui, int64_t entry, const char *words, bool settings, int drain)
{
	json_t *params = json_pack("{s:I}", "entry", entry);
	char doing[96];

	if (settings)
		json_object_set_new(params, "confirm", json_integer(CONFIRM_S));
	if (drain > 0)
		json_object_set_new(params, "drain", json_integer(drain));
	text_format(doing, sizeof doing, "undo %lld", (long long)entry);
	ui->message[0] = '\0';
	ui_ask_doing(ui, "undo", params, undone,
	    json_pack("{s:I, s:s}", "entry", entry, "words", words), doing, NULL);
}

/* ---- Refused ---- */

struct refused_state {
	struct sheet sheet;
	struct pair rows[4];
	const char *buttons[2];
	char text[512], next[256], who[480];
};

static const struct overlay overlay_refused;

/* The newest entry behind number that changed what number changed, or NULL. */
static const struct model_audit *changed_since(struct ui *ui, int64_t number)
{
	const struct model_audit *own = who_entry(ui, number);

	for (size_t i = ui->model->audit_count; own != NULL && i-- > 0;) {
		const struct model_audit *later = &ui->model->audit[i];

		if (later->number <= number)
			return NULL;
		if (own->change_count == 0 && later->change_count == 0 &&
		    strcmp(own->services, later->services) == 0)
			return later;
		for (size_t a = 0; a < own->change_count; a++)
			for (size_t b = 0; b < later->change_count; b++)
				if (strcmp(own->changes[a].name, later->changes[b].name) == 0)
					return later;
	}
	return NULL;
}

static void refused(struct ui *ui, int64_t number, const struct fault *fault)
{
	const struct model_audit *later = changed_since(ui, number);
	char who[160], when[32];

	if (fault->code != FAULT_STALE || ui->overlay != NULL) {
		ui_say_fault(ui, fault);
		return;
	}
	struct refused_state *state = ui_overlay_state(ui, &overlay_refused);

	memset(state, 0, sizeof *state);
	text_format(state->text, sizeof state->text, "%s", fault->text);
	text_format(state->next, sizeof state->next, "%s", fault->next);
	state->rows[0] = (struct pair){ .text = state->text, .style = STYLE_WARN };
	state->sheet.count = 1;
	if (later != NULL) {
		entry_who(later, who, sizeof who);
		show_moment(later->time_us, true, when, sizeof when);
		text_format(state->who, sizeof state->who, _("%s at %s: steward %s (entry %lld)"),
		    who, when, later->words, (long long)later->number);
		state->rows[state->sheet.count++] =
		    (struct pair){ .label = _("since then"), .text = state->who };
	}
	if (state->next[0] != '\0')
		state->rows[state->sheet.count++] =
		    (struct pair){ .label = _("next step"), .text = state->next };
	state->buttons[0] = _("Close");
	state->sheet.title = _("Not undone");
	state->sheet.rows = state->rows;
	state->sheet.buttons = state->buttons;
	sheet_open(&state->sheet);
	ui_lay_over(ui, &overlay_refused);
}

static void refused_draw(struct ui *ui, struct area area)
{
	struct refused_state *state = ui_overlay_state(ui, &overlay_refused);

	sheet_draw(&state->sheet, area);
}

static void refused_key(struct ui *ui, const struct key *key)
{
	struct refused_state *state = ui_overlay_state(ui, &overlay_refused);

	if (sheet_key(&state->sheet, key) != SHEET_OPEN)
		ui_close(ui);
}

static const struct overlay overlay_refused = {
	.name = "undo-refused",
	.state = sizeof(struct refused_state),
	.draw = refused_draw,
	.key = refused_key,
};

static void undone(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	json_t *words = json_object_get(request->context, "words");
	int64_t entry = json_integer_value(json_object_get(request->context, "entry"));

	if (result == NULL) {
		if (ui->connected)
			refused(ui, entry, fault);
		return;
	}
	model_entries(ui->model, json_object_get(result, "services"));
	if (json_is_object(json_object_get(result, "trial"))) {
		ui_say(ui, STYLE_WARN, 10,
		    _("the old settings are back on trial: %s keeps them, %s drops them again"),
		    bindings_shown(&ui->bindings, 'K'), bindings_shown(&ui->bindings, 'Z'));
		return;
	}
	ui_say(ui, STYLE_GOOD, 12, _("undone: %s"), json_string_value(words));
	ui_ask(ui, "undo", json_pack("{s:b}", "dry_run", true), next_came, json_incref(words));
}

/* ---- The sheet ---- */

/* A row of the sheet with a text of its own, or NULL when it is full. */
static char *add_row(struct undo_state *state, const char *label, unsigned style)
{
	size_t i = state->sheet.count;

	if (i == ROWS_MOST)
		return NULL;
	state->texts[i][0] = '\0';
	state->rows[i] = (struct pair){ .label = label, .text = state->texts[i], .style = style };
	state->sheet.count++;
	return state->texts[i];
}

static void add_text(struct undo_state *state, const char *label, unsigned style, const char *text)
{
	char *out = add_row(state, label, style);

	if (out != NULL)
		text_clean(out, ROW_BYTES, text, strlen(text));
}

static void add_change(struct undo_state *state, size_t index, const json_t *change)
{
	struct model_change *kept = &state->changes[index];
	const struct {
		const char *key;
		char *out;
		size_t size;
	} fields[] = {
		{ "name", kept->name, sizeof kept->name },
		{ "old", kept->was, sizeof kept->was },
		{ "new", kept->is, sizeof kept->is },
	};

	for (size_t i = 0; i < 3; i++) {
		const char *text = json_string_value(json_object_get(change, fields[i].key));

		text_clean(fields[i].out, fields[i].size, text != NULL ? text : "",
		    text != NULL ? strlen(text) : 0);
	}
	size_t row = state->sheet.count;

	if (add_row(state, NULL, STYLE_NORMAL) == NULL)
		return;
	state->diffs[row] = (struct diff_row){ kept->name, kept->was, kept->is };
	state->rows[row].diff = &state->diffs[row];
}

static void head(struct ui *ui, struct undo_state *state)
{
	const struct model_audit *entry = who_entry(ui, state->entry);
	char text[ROW_BYTES], who[160], when[32];

	text_format(state->title, sizeof state->title, _("Undo entry %lld?"),
	    (long long)state->entry);
	if (entry != NULL) {
		entry_who(entry, who, sizeof who);
		show_moment(entry->time_us, true, when, sizeof when);
		text_format(text, sizeof text, _("%s at %s: steward %s"), who, when, entry->words);
		add_text(state, _("what was done"), STYLE_NORMAL, text);
	}
	text_format(text, sizeof text, "steward %s", state->words);
	add_text(state, _("undoing it is"), STYLE_STRONG, text);
	text_format(who, sizeof who, "undo %lld%s", (long long)state->entry,
	    state->settings ? " --confirm 60" : "");
	if (ui_typed(ui, who, text, sizeof text))
		add_text(state, _("or as a command"), STYLE_NORMAL, text);
}

static void show(struct ui *ui, struct undo_state *state)
{
	size_t n = 0;

	state->buttons[n++] = _("Cancel");
	if (state->settings)
		state->buttons[n++] = _("Undo on trial (60 s)");
	else if (state->drain > 0)
		state->buttons[n++] = state->drain_button;
	if (!state->settings)
		state->buttons[n++] = _("Undo now");
	state->buttons[n] = NULL;
	state->sheet.title = state->title;
	state->sheet.rows = state->rows;
	state->sheet.buttons = state->buttons;
	if (ui->overlay == &overlay_undo)
		return;
	sheet_open(&state->sheet);
	ui_lay_over(ui, &overlay_undo);
}

/* ---- Who would be disconnected ---- */

static void add_clients(struct undo_state *state, const json_t *clients)
{
	const json_t *row, *cell;
	size_t i, j;

	json_array_foreach(json_object_get(clients, "rows"), i, row)
	{
		char text[ROW_BYTES] = "";

		if (i == 5)
			break;
		json_array_foreach(row, j, cell)
		{
			size_t at = strlen(text);
			const char *word = json_string_value(cell);

			text_format(text + at, sizeof text - at, "%s%s", at > 0 ? "  " : "",
			    word != NULL ? word : "-");
		}
		add_text(state, "", STYLE_NORMAL, text);
	}
}

static void add_impact(struct undo_state *state, const json_t *service)
{
	const char *name = json_string_value(json_object_get(service, "name"));
	const json_t *connections = json_object_get(service, "connections"), *needed;
	char text[ROW_BYTES];
	size_t i;

	if (name == NULL)
		return;
	text_format(text, sizeof text, "%s", _("how many are connected is not known"));
	if (json_is_integer(connections)) {
		long long count = json_integer_value(connections);

		text_format(text, sizeof text,
		    ngettext("%lld connection is open", "%lld connections are open",
			(unsigned long)count),
		    count);
	}
	char label[64];

	text_clean(label, sizeof label, name, strlen(name));
	char *out = add_row(state, NULL, STYLE_WARN);

	if (out != NULL)
		text_format(out, ROW_BYTES, "%s: %s", label, text);
	add_clients(state, json_object_get(service, "clients"));
	json_array_foreach(json_object_get(service, "needed_by"), i, needed)
	{
		if (json_is_string(needed))
			add_text(state, _("needed by"), STYLE_WARN, json_string_value(needed));
	}
	int drain = (int)json_integer_value(json_object_get(service, "drain_seconds"));

	state->drain = drain > state->drain && drain <= 3600 ? drain : state->drain;
}

static void impact_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct undo_state *state = undo(ui);
	const json_t *service;
	size_t i;

	/* Another question stands there by now, or none. */
	if (ui->overlay != &overlay_undo ||
	    (unsigned)json_integer_value(request->context) != state->turn)
		return;
	state->sheet.count--; /* the row that says that it is being asked */
	if (result == NULL)
		add_text(state, NULL, STYLE_WARN, fault->text);
	json_array_foreach(json_object_get(result, "services"), i, service)
	    add_impact(state, service);
	text_format(state->drain_button, sizeof state->drain_button,
	    ngettext("Drain %d s, then undo", "Drain %d s, then undo", (unsigned long)state->drain),
	    state->drain);
	/* The answers change places; the harmless one is in front again. */
	if (state->sheet.focus != 0)
		state->sheet.focus = 0;
	show(ui, state);
}

static void ask_impact(struct ui *ui, struct undo_state *state, const json_t *services)
{
	json_t *names = json_array();
	const json_t *service;
	size_t i;

	json_array_foreach(services, i, service)
	{
		json_t *name = json_object_get(service, "name");

		if (json_is_string(name))
			json_array_append(names, name);
	}
	add_text(state, NULL, STYLE_DIM, _("asking who is connected"));
	ui_ask(ui, "impact", json_pack("{s:o, s:s}", "services", names, "action", "stop"),
	    impact_came, json_integer(state->turn));
}

static void undo_draw(struct ui *ui, struct area area)
{
	sheet_draw(&undo(ui)->sheet, area);
}

static void undo_key(struct ui *ui, const struct key *key)
{
	struct undo_state *state = undo(ui);
	int answer = sheet_key(&state->sheet, key);

	if (answer == SHEET_OPEN)
		return;
	ui_close(ui);
	if (answer == 0)
		ui_say(ui, STYLE_NORMAL, 4, "%s", _("cancelled, nothing was undone"));
	else
		send(ui, state->entry, state->words, state->settings,
		    state->drain > 0 && answer == 1 ? state->drain : 0);
}

static const struct overlay overlay_undo = {
	.name = "undo",
	.state = sizeof(struct undo_state),
	.draw = undo_draw,
	.key = undo_key,
};

/* ---- What it would do ---- */

/* Those go on trial, whatever their grade. */
static bool of_settings(const json_t *result, const char *words)
{
	return json_array_size(json_object_get(result, "changes")) > 0 ||
	    strncmp(words, "set ", 4) == 0;
}

static bool harmless(struct ui *ui, int64_t number, const json_t *result)
{
	const char *grade = json_string_value(json_object_get(result, "grade"));
	const struct model_audit *entry = who_entry(ui, number);

	if (grade == NULL && entry != NULL && entry->undo_grade[0] != '\0')
		grade = entry->undo_grade;
	/* A grade that nobody told is taken for the worst. */
	return command_grade_parse(grade) <= COMMAND_REVERSIBLE;
}

static void question(struct ui *ui, int64_t number, const char *words, const json_t *result)
{
	struct undo_state *state = undo(ui);
	const json_t *changes = json_object_get(result, "changes"), *change;
	unsigned turn = state->turn + 1;
	size_t i;

	memset(state, 0, sizeof *state);
	state->turn = turn;
	state->entry = number;
	state->settings = of_settings(result, words);
	text_clean(state->words, sizeof state->words, words, strlen(words));
	head(ui, state);
	json_array_foreach(changes, i, change)
	{
		if (i < MODEL_CHANGES)
			add_change(state, i, change);
	}
	if (json_array_size(changes) > MODEL_CHANGES)
		add_text(state, NULL, STYLE_NOTE, _("and more changes than have room here"));
	if (state->settings)
		add_text(state, NULL, STYLE_NORMAL,
		    _("It is put in force at once and goes back by itself after 60 s unless "
		      "somebody keeps it."));
	else
		ask_impact(ui, state, json_object_get(result, "services"));
	show(ui, state);
}

static void looked(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	const char *words = json_string_value(json_object_get(result, "words"));
	json_t *entry = json_object_get(result, "entry");
	int64_t asked = json_integer_value(request->context);

	if (result == NULL) {
		if (ui->connected)
			refused(ui, asked, fault);
		return;
	}
	if (!json_is_integer(entry) || words == NULL) {
		ui_say(ui, STYLE_BAD, 10, "%s",
		    _("the host did not say what it would undo; nothing was done"));
		return;
	}
	int64_t number = json_integer_value(entry);

	if (!of_settings(result, words) && harmless(ui, number, result))
		send(ui, number, words, false, 0);
	else if (ui->overlay != NULL) /* whoever types is not taken by surprise */
		ui_say(ui, STYLE_WARN, 20, _("undoing \"%s\" is asked about first: %s again"),
		    words, bindings_shown(&ui->bindings, 'z'));
	else
		question(ui, number, words, result);
}

void ui_undo(struct ui *ui, int64_t number)
{
	json_t *params = json_pack("{s:b}", "dry_run", true);
	const struct model_audit *entry = number >= 0 ? who_entry(ui, number) : NULL;
	char why[600];

	if (number >= 0)
		json_object_set_new(params, "entry", json_integer(number));
	if (!ui->connected)
		ui_say(ui, STYLE_NOTE, 6, "%s", _("nothing is undone without a connection"));
	else if (!ui_may(ui, "operator"))
		ui_say(ui, STYLE_NOTE, 8,
		    _("undoing needs the role operator, and of settings admin; you are %s"),
		    ui->role[0] != '\0' ? show_word(ui->role) : "-");
	else if (entry != NULL && !entry->can_undo && entry->undone_by >= 0) {
		entry_undo(entry, why, sizeof why);
		ui_say(ui, STYLE_NOTE, 8, _("entry %lld: %s"), (long long)number, why);
	} else {
		ui->message[0] = '\0';
		ui_ask(ui, "undo", params, looked, json_integer(number));
		return;
	}
	json_decref(params);
}
