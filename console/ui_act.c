/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a key or menu entry does: a row of the command table, sent over the
 * control socket with the generation of the service that was on the screen, so
 * that a state which moved meanwhile is never acted on. Who may be
 * disconnected is asked first; what can be undone with one key is not.
 */
#include <ctype.h>
#include <string.h>

#include "console/show.h"
#include "console/ui.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/dialog.h"

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

static bool must_ask(const struct command *command, const struct model_service *service)
{
	if (command->grade < COMMAND_DISRUPTS)
		return false;
	if (command->grade > COMMAND_DISRUPTS || service->state == MODEL_HUNG)
		return true;
	return model_state_up(service->state) && service->connections != 0;
}

struct act_state {
	struct dialog dialog;
	char title[96], button[64];
	char lines[DIALOG_LINES][256];
	/* What the host said a reload would do; empty: another question. */
	char reason[256];
	const char *buttons[3];
	const struct command *command;
	char service[32];
	int64_t generation;
};

static const struct overlay overlay_act;

static void acted(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault);

/* agreed: to what the host said a reload would do. */
static void carry_out(struct ui *ui, const struct command *command, const char *service,
    int64_t generation, bool agreed)
{
	json_t *params = json_pack("{s:[s]}", "services", service);
	char doing[96], name[32];

	if (generation >= 0)
		json_object_set_new(params, "generation", json_integer(generation));
	if (is(command, "reload"))
		json_object_set_new(params, "restart", json_boolean(agreed));
	ui->message[0] = '\0';
	command_name(command, name, sizeof name);
	text_format(doing, sizeof doing, "%s %s", name, service);
	ui_ask_doing(ui, command->method, params, acted, json_pack("{s:s}", "command", name), doing,
	    service);
}

/* ---- The question ---- */

/* The label without its dots: "Stop". */
static void verb(const struct command *command, char *out, size_t size)
{
	const char *label = _(command->label);

	text_format(out, size, "%.*s", (int)strcspn(label, "."), label);
}

static struct act_state *question(struct ui *ui, const struct command *command,
    const struct model_service *service)
{
	struct act_state *act = ui_overlay_state(ui, &overlay_act);
	char word[64];

	verb(command, word, sizeof word);
	act->reason[0] = '\0';
	act->command = command;
	act->generation = service->generation;
	text_format(act->service, sizeof act->service, "%s", service->name);
	text_format(act->button, sizeof act->button, _("%s now"), word);
	act->buttons[0] = _("Cancel");
	act->buttons[1] = act->button;
	act->buttons[2] = NULL;
	text_format(act->title, sizeof act->title, _("%s %s?"), word, service->name);
	act->dialog = (struct dialog){ .title = act->title, .buttons = act->buttons };
	ui_lay_over(ui, &overlay_act);
	return act;
}

/* What cannot be known before the host has read the settings is asked after
 * its answer. */
static void ask_again(struct ui *ui, const struct command *command, const char *name,
    const struct fault *fault)
{
	const struct model_service *service = model_service(ui->model, name);

	/* Whoever types a filter or looks at a menu is not taken by surprise. */
	if (service == NULL || ui->overlay != NULL) {
		ui_say(ui, STYLE_WARN, 60, _("not reloaded: %s - %s asks again"), fault->text,
		    bindings_shown(&ui->bindings, (char)command->key));
		return;
	}
	struct act_state *act = question(ui, command, service);

	text_format(act->reason, sizeof act->reason, "%s.", fault->text);
	text_format(act->title, sizeof act->title, _("Restart %s?"), service->name);
	text_format(act->button, sizeof act->button, "%s", _("Restart now"));
}

static void who_is_there(const struct model_service *service, char *out, size_t size)
{
	char rate[16];

	show_rate(service->requests_rate, rate, sizeof rate);
	if (service->connections < 0)
		text_format(out, size, "%s", _("How many are connected is not known."));
	else
		text_format(out, size,
		    ngettext("%lld connection is open now, with %s requests a second. "
			     "Who is connected will be disconnected.",
			"%lld connections are open now, with %s requests a second. "
			"Who is connected will be disconnected.",
			(unsigned long)service->connections),
		    (long long)service->connections, rate);
}

/* The facts, from the newest figures. */
static void refresh(struct ui *ui, struct act_state *act)
{
	const struct model_service *service = model_service(ui->model, act->service);
	size_t count = 0, size = sizeof act->lines[0];

	memset(act->dialog.lines, 0, sizeof act->dialog.lines);
	if (act->reason[0] != '\0')
		text_format(act->lines[count++], size, "%s", act->reason);
	if (service == NULL)
		text_format(act->lines[count++], size, _("%s is not there any more."),
		    act->service);
	else if (service->generation != act->generation)
		text_format(act->lines[count++], size,
		    _("%s has changed since this was asked: it is %s now. Look again before you "
		      "go on."),
		    service->name, model_state_word(service->state));
	else if (service->state == MODEL_HUNG)
		text_format(act->lines[count++], size,
		    _("%s hangs: if it does not stop in its time, the whole host is started "
		      "again, and the other services are interrupted for a moment."),
		    service->name);
	else
		who_is_there(service, act->lines[count++], size);
	if (act->reason[0] == '\0') {
		text_format(act->lines[count], size, "%s.", _(act->command->help));
		act->lines[count][0] = (char)toupper((unsigned char)act->lines[count][0]);
		count++;
	}
	text_format(act->lines[count++], size, "%s", _("The same as a command:"));
	command_text(act->command, ui->port.home, act->service, act->lines[count++], size);
	for (size_t i = 0; i < count; i++)
		act->dialog.lines[i] = act->lines[i];
}

static void act_draw(struct ui *ui, struct area area)
{
	struct act_state *act = ui_overlay_state(ui, &overlay_act);

	refresh(ui, act);
	dialog_draw(&act->dialog, area);
}

static void act_key(struct ui *ui, const struct key *key)
{
	struct act_state *act = ui_overlay_state(ui, &overlay_act);
	int answer = dialog_key(&act->dialog, key);

	if (answer == DIALOG_OPEN)
		return;
	ui_close(ui);
	if (answer == 0)
		ui_say(ui, STYLE_NORMAL, 4, "%s", _("cancelled, nothing was done"));
	else
		carry_out(ui, act->command, act->service, act->generation, act->reason[0] != '\0');
}

static const struct overlay overlay_act = {
	.name = "act",
	.state = sizeof(struct act_state),
	.draw = act_draw,
	.key = act_key,
};

/* ---- Commands ---- */

void ui_command(struct ui *ui, const struct command *command, const char *name)
{
	const struct model_service *service =
	    name != NULL ? model_service(ui->model, name) : ui_selected(ui);
	const char *refusal = ui_refusal(ui, command, service);
	char word[32];

	command_name(command, word, sizeof word);
	if (refusal != NULL) {
		ui_say(ui, STYLE_NOTE, 6, "%s%s%s: %s", word, service != NULL ? " " : "",
		    service != NULL ? service->name : "", refusal);
	} else if (is(command, "log")) {
		ui_log_open(ui, service != NULL ? service->name : "");
	} else if (command->method == NULL || service == NULL ||
	    !(command->flags & COMMAND_SERVICE)) {
		return; /* nothing that a key could do */
	} else if (must_ask(command, service)) {
		question(ui, command, service);
	} else {
		carry_out(ui, command, service->name, service->generation, false);
	}
}

/* ---- Answers ---- */

static void done(struct ui *ui, const struct ui_request *request)
{
	const struct model_service *service = model_service(ui->model, request->service);
	const struct command *start = command_by_name("start");

	if (service == NULL) {
		ui_say(ui, STYLE_GOOD, 8, _("%s: done"), request->doing);
	} else if (service->state == MODEL_STOPPED && start != NULL) {
		ui_say(ui, STYLE_GOOD, 10,
		    _("%s: done. It is %s, its port is kept; %s starts it again"), request->doing,
		    model_state_word(service->state),
		    bindings_shown(&ui->bindings, (char)start->key));
	} else if (service->listener_count > 0) {
		ui_say(ui, model_state_up(service->state) ? STYLE_GOOD : STYLE_WARN, 8,
		    _("%s: done. It is %s on %s"), request->doing, model_state_word(service->state),
		    service->listeners[0].address);
	} else {
		ui_say(ui, model_state_up(service->state) ? STYLE_GOOD : STYLE_WARN, 8,
		    _("%s: done. It is %s"), request->doing, model_state_word(service->state));
	}
}

static void acted(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	const struct command *command =
	    command_by_name(json_string_value(json_object_get(request->context, "command")));

	if (result != NULL) {
		model_entries(ui->model, json_object_get(result, "services"));
		done(ui, request);
	} else if (fault->code == FAULT_RESTART) {
		ask_again(ui, command, request->service, fault);
	} else if (ui->connected) {
		ui_say_fault(ui, fault);
	}
}
