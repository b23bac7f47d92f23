/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a key or menu entry does: a row of the command table, sent over the
 * control socket with the generations of the services that were on the screen, so
 * that a state which moved meanwhile is never acted on. What disturbs people is
 * asked first; what can be undone with one key is not.
 */
#include <string.h>

#include "console/show.h"
#include "console/ui.h"
#include "console/ui_act.h"
#include "data/intl.h"
#include "data/text.h"

/* ---- Which command, on what ---- */

static bool is(const struct command *command, const char *method)
{
	return command->method != NULL && strcmp(command->method, method) == 0;
}

const char *ui_refusal(const struct ui *ui, const struct command *command,
    const struct model_service *service)
{
	if (!(command->flags & COMMAND_SERVICE))
		return NULL;
	if (is(command, "log"))
		return NULL;
	if (!ui->connected)
		return _("no connection");
	if (ui->port.read_only && command->grade > COMMAND_READ)
		return _("this console only looks (--read-only)");
	if (service == NULL)
		return _("no service is selected");
	if (is(command, "start") &&
	    (service->state == MODEL_RUNNING || service->state == MODEL_STARTING))
		return _("it is running");
	if (is(command, "start") && service->state == MODEL_QUARANTINED)
		return _("quarantined: resume it");
	if (is(command, "stop") && service->state == MODEL_STOPPED && !service->wanted)
		return _("it is stopped");
	if (is(command, "resume") && service->state != MODEL_QUARANTINED)
		return _("not quarantined");
	return NULL;
}

/* Adds a service as it stands on the screen, which may be behind the model. */
static void add_seen(const struct ui *ui, struct act *act, const struct model_service *service)
{
	struct act_target *target = &act->targets[act->count];

	if (act->count == MODEL_SERVICES)
		return;
	act_add(act, service);
	for (size_t i = 0; i < ui->seen_count; i++) {
		if (strcmp(ui->seen[i].name, service->name) != 0)
			continue;
		target->state = ui->seen[i].state;
		target->generation = ui->seen[i].generation;
		text_format(target->since, sizeof target->since, "%s", ui->seen[i].since);
	}
}

/* The marked services that the command can be given for; else the one. Returns
 * why there is none, or NULL. last_r: the one that the reason speaks of. */
static const char *collect(const struct ui *ui, struct act *act, const char *name,
    const struct model_service **last_r)
{
	const char *refusal = NULL, *first = NULL;
	bool many = name == NULL && ui_view(ui)->marks && ui_marks(ui) > 0;

	*last_r = NULL;
	if (!many) {
		*last_r = name != NULL ? model_service(ui->model, name) : ui_selected(ui);
		refusal = ui_refusal(ui, act->command, *last_r);
		if (refusal == NULL && *last_r != NULL)
			add_seen(ui, act, *last_r);
		return refusal;
	}
	act->marked = true;
	/* In the order of the list, whenever each was marked. */
	for (size_t i = 0; i < ui->model->service_count; i++) {
		const struct model_service *service = &ui->model->services[i];

		if (!ui_marked(ui, service->name))
			continue;
		refusal = ui_refusal(ui, act->command, service);
		if (refusal == NULL)
			add_seen(ui, act, service);
		else if (first == NULL)
			*last_r = service;
		act->left_out += refusal != NULL;
		act->elsewhere |= refusal == NULL && strcmp(service->name, ui->selected) != 0;
		first = first == NULL ? refusal : first;
	}
	return act->count > 0 ? NULL : first;
}

static bool needed(const struct ui *ui, const struct model_service *service)
{
	for (size_t i = 0; i < service->needed_by_count; i++) {
		const struct model_service *by = model_service(ui->model, service->needed_by[i]);

		if (by != NULL && model_state_up(by->state))
			return true;
	}
	return false;
}

bool ui_act_asks(const struct ui *ui, const struct act *act)
{
	if (act->grade < COMMAND_DISRUPTS)
		return false;
	if (act->grade > COMMAND_DISRUPTS || act->count != 1 || act_is(act, "do"))
		return true;
	/* A mark may be out of sight, and old figures do not say that nobody is there. */
	if (act->elsewhere || ui_doubtful(ui))
		return true;
	const struct model_service *service = model_service(ui->model, act->targets[0].name);

	if (service == NULL || service->state == MODEL_HUNG)
		return true;
	return model_state_up(service->state) && (service->connections != 0 || needed(ui, service));
}

bool ui_asks(const struct ui *ui, const struct command *command)
{
	const struct model_service *last;
	struct act act;

	act_begin(&act, command, ui->now_us);
	return collect(ui, &act, NULL, &last) == NULL && ui_act_asks(ui, &act);
}

/* ---- Acting ---- */

bool ui_act_busy(struct ui *ui)
{
	const struct view *view = ui_view(ui);

	if (view->typing != NULL && view->typing(ui))
		return true;
	return ui->overlay != NULL || (view->editing != NULL && view->editing(ui) != NULL);
}

static ui_answered acted;

void ui_act_now(struct ui *ui, const struct act *act)
{
	char doing[96];

	ui->message[0] = '\0';
	if (ui->role[0] != '\0' && !ui_may(ui, act_role(act))) {
		rights_open(ui, act, NULL);
		return;
	}
	act_doing(act, doing, sizeof doing);
	/* What is marked from now on is for something else. */
	if (ui_ask_doing(ui, act->command->method, act_params(act), acted, act_pack(act), doing,
		act->targets[0].name) &&
	    act->marked)
		ui_unmark(ui);
}

void ui_act(struct ui *ui, const struct act *act)
{
	if (ui_act_asks(ui, act))
		impact_open(ui, act, NULL);
	else
		ui_act_now(ui, act);
}

/* refusal: NULL, or why it is not done; service: which one that speaks of. */
static void carry_out(struct ui *ui, const struct act *act, const char *refusal,
    const struct model_service *service)
{
	const struct command *command = act->command;
	char word[32];

	command_name(command, word, sizeof word);
	if (refusal != NULL && service != NULL)
		ui_say(ui, STYLE_NOTE, 6, "%s %s: %s", word, service->name, refusal);
	else if (refusal != NULL)
		ui_say(ui, STYLE_NOTE, 6, "%s: %s", word, refusal);
	else if (is(command, "log"))
		ui_log_open(ui, service != NULL ? service->name : "");
	else if (command->grade > COMMAND_READ && command->method != NULL && act->count > 0)
		ui_act(ui, act);
}

void ui_command(struct ui *ui, const struct command *command, const char *name)
{
	const struct model_service *service;
	struct act act;

	act_begin(&act, command, ui->now_us);
	const char *refusal = collect(ui, &act, name, &service);

	carry_out(ui, &act, refusal, service);
}

void ui_command_several(struct ui *ui, const struct command *command, const char *const *names,
    size_t count)
{
	const char *refusal = NULL;
	struct act act;

	act_begin(&act, command, ui->now_us);
	for (size_t i = 0; i < count; i++) {
		const struct model_service *service = model_service(ui->model, names[i]);
		bool twice = false;

		for (size_t k = 0; k < i && !twice; k++)
			twice = strcmp(names[k], names[i]) == 0;
		if (service != NULL && !twice)
			add_seen(ui, &act, service);
	}
	if (!ui->connected)
		refusal = _("no connection");
	else if (ui->port.read_only && command->grade > COMMAND_READ)
		refusal = _("this console only looks (--read-only)");
	carry_out(ui, &act, refusal, NULL);
}

void ui_do_words(struct ui *ui, const char *service, const char *const *words, size_t count)
{
	const struct command *command = command_by_name("do");
	const struct model_service *s = model_service(ui->model, service);
	const json_t *entry, *known;
	struct act act;
	size_t i;

	act_begin(&act, command, ui->now_us);
	act.grade = COMMAND_DESTROYS; /* what the schema does not know is asked about */
	if (s == NULL || count == 0 || count > ACT_WORDS) {
		ui_say(ui, STYLE_NOTE, 6, _("%s cannot be told that"), service);
		return;
	}
	add_seen(ui, &act, s);
	known = json_object_get(ui_schema_service(ui, service), "commands");
	for (act.word_count = 0; act.word_count < count; act.word_count++)
		text_format(act.words[act.word_count], ACT_WORD, "%s", words[act.word_count]);
	json_array_foreach(known, i, entry)
	{
		const char *pattern = json_string_value(json_object_get(entry, "pattern"));
		const char *grade = json_string_value(json_object_get(entry, "grade"));
		struct fault fault;
		bool other = false;
		struct words *matched = pattern == NULL ?
		    NULL :
		    words_match(pattern, (int)count, (char *const *)words, &other, &fault);

		if (matched != NULL) {
			act.grade = command_grade_parse(grade);
			act.plain = words_plain(pattern);
			/* What is lost is what was named last, else the service. */
			text_format(act.destroys, sizeof act.destroys, "%s",
			    count > words_plain(pattern) ? words[count - 1] : service);
		}
		words_free(matched);
	}
	if (act.destroys[0] == '\0')
		text_format(act.destroys, sizeof act.destroys, "%s", service);
	if (!ui->connected)
		ui_say(ui, STYLE_NOTE, 6, "%s: %s", service, _("no connection"));
	else if (ui->port.read_only && act.grade > COMMAND_READ)
		ui_say(ui, STYLE_NOTE, 6, "%s: %s", service,
		    _("this console only looks (--read-only)"));
	else
		ui_act(ui, &act);
}

/* ---- Toasts ---- */

/* The newest one, until it knows what undoes its action. */
struct toast {
	int64_t entry; /* of the audit list; 0: nothing to wait for */
	char text[512];
	unsigned style;
	int64_t offered; /* the entry that it says how to undo; 0: none */
	char offer[768]; /* as it was said */
};

static struct toast *toast_of(struct ui *ui)
{
	static const char owner = 0;

	return ui_state(ui, &owner, sizeof(struct toast), NULL);
}

static void toast_say(struct ui *ui)
{
	struct toast *toast = toast_of(ui);
	const struct model_audit *entry =
	    toast->entry > 0 ? model_audit_entry(ui->model, toast->entry) : NULL;

	if (entry == NULL) {
		ui_say(ui, toast->style, 10, "%s", toast->text);
		return;
	}
	toast->entry = 0;
	if (!entry->can_undo) {
		ui_say(ui, toast->style, 10, "%s", toast->text);
		return;
	}
	ui_say(ui, toast->style, 10, _("%s; %s undoes it (%s)"), toast->text,
	    bindings_shown(&ui->bindings, 'z'), entry->undo_words);
	toast->offered = entry->number;
	text_format(toast->offer, sizeof toast->offer, "%s", ui->message);
}

int64_t ui_act_offered(struct ui *ui)
{
	const struct toast *toast = toast_of(ui);

	return toast->offered > 0 && strcmp(ui->message, toast->offer) == 0 ? toast->offered : -1;
}

void ui_act_audit(struct ui *ui)
{
	struct toast *toast = toast_of(ui);

	/* Only while it stands there, alone. */
	if (toast->entry > 0 && strcmp(ui->message, toast->text) == 0)
		toast_say(ui);
}

static void one_done(const struct ui *ui, bool listed, const struct act *act,
    const struct model_service *service, char *out, size_t size)
{
	char doing[96];

	act_doing(act, doing, sizeof doing);
	if (service == NULL)
		text_format(out, size, _("%s: done"), doing);
	else if (service->state == MODEL_STOPPED && !listed)
		text_format(out, size,
		    _("%s: done. It is %s, its port is kept; %s starts it again"), doing,
		    model_state_word(service->state),
		    bindings_shown(&ui->bindings, (char)command_by_name("start")->key));
	else if (service->state == MODEL_STOPPED)
		text_format(out, size, _("%s: done. It is %s, its port is kept"), doing,
		    model_state_word(service->state));
	else if (service->listener_count > 0)
		text_format(out, size, _("%s: done. It is %s on %s"), doing,
		    model_state_word(service->state), service->listeners[0].address);
	else
		text_format(out, size, _("%s: done. It is %s"), doing,
		    model_state_word(service->state));
}

static void done(struct ui *ui, const struct act *act, const json_t *result)
{
	struct toast *toast = toast_of(ui);
	const json_t *entry = json_object_get(result, "audit");
	const struct model_service *service =
	    act->count == 1 ? model_service(ui->model, act->targets[0].name) : NULL;
	bool up = service == NULL || model_state_up(service->state);

	toast->entry = json_is_integer(entry) ? json_integer_value(entry) : 0;
	toast->style = up || act_is(act, "stop") ? STYLE_GOOD : STYLE_WARN;
	one_done(ui, toast->entry > 0, act, act_is(act, "do") ? NULL : service, toast->text,
	    sizeof toast->text);
	toast_say(ui);
}

/* ---- Answers ---- */

/* What a reload would do cannot be known before the host has read the files. */
static void ask_again(struct ui *ui, const struct act *act, const struct fault *fault)
{
	struct act again = *act;

	if (ui_act_busy(ui)) {
		ui_say(ui, STYLE_WARN, 60, _("not reloaded: %s - %s asks again"), fault->text,
		    bindings_shown(&ui->bindings, (char)act->command->key));
		return;
	}
	again.grade = COMMAND_DISRUPTS;
	again.agreed = true;
	impact_open(ui, &again, fault->text);
}

static void refused(struct ui *ui, const struct act *act, const struct fault *fault)
{
	if (ui_act_busy(ui))
		ui_say_fault(ui, fault);
	else if (fault->code == FAULT_REFUSED)
		rights_open(ui, act, fault);
	else
		stale_open(ui, act, fault);
}

static void acted(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct act act;

	if (!act_unpack(&act, request->context))
		return;
	if (result != NULL) {
		bool rows = act_is(&act, "do") &&
		    json_array_size(json_object_get(result, "columns")) > 0 && !ui_act_busy(ui);

		model_entries(ui->model, json_object_get(result, "services"));
		if (!rows || act.grade > COMMAND_READ)
			done(ui, &act, result);
		if (rows)
			ui_result_open(ui, request->doing, result);
	} else if (!ui->connected) {
		return; /* which has been said */
	} else if (fault->code == FAULT_RESTART) {
		ask_again(ui, &act, fault);
	} else if (fault->code == FAULT_REFUSED || fault->code == FAULT_STALE) {
		refused(ui, &act, fault);
	} else if (fault->code == FAULT_USAGE) {
		ui_say_fault(ui, fault);
	} else {
		outcome_failed(ui, &act, fault);
	}
}
