/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a key or menu entry does: a row of the command table, sent over the
 * control socket with the generation of the service that was on the screen, so
 * that a state which moved meanwhile is never acted on. Who may be
 * disconnected is asked first; what can be undone with one key is not.
 */
#include <ctype.h>
#include <string.h>

#include "console/client.h"
#include "console/show.h"
#include "console/ui.h"
#include "data/text.h"

#define LOG_LAST 1000

bool ui_ask(struct ui *ui, enum ui_ask ask, const struct command *command, const char *service,
    const char *method, json_t *params)
{
	struct ui_request *place = NULL;

	for (size_t i = 0; i < UI_REQUESTS && place == NULL; i++)
		if (ui->requests[i].id == 0)
			place = &ui->requests[i];
	if (place == NULL) {
		json_decref(params);
		ui_say(ui, STYLE_WARN, 8, "too many requests are under way; wait for one");
		return false;
	}
	int id = ui->port.send(ui->port.arg, method, params);

	if (id == 0)
		return false;
	*place =
	    (struct ui_request){ .id = id, .ask = ask, .command = command, .since_ms = ui->now_ms };
	text_format(place->service, sizeof place->service, "%s", service);
	return true;
}

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
		return "no connection";
	if (service == NULL)
		return "no service is selected";
	if (is(command, "start") &&
	    (service->state == MODEL_RUNNING || service->state == MODEL_STARTING))
		return "it is running";
	if (is(command, "start") && service->state == MODEL_QUARANTINED)
		return "quarantined: resume it";
	if (is(command, "stop") && service->state == MODEL_STOPPED && !service->wanted)
		return "it is stopped";
	if (is(command, "resume") && service->state != MODEL_QUARANTINED)
		return "not quarantined";
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

/* agreed: to what the host said a reload would do. */
static void carry_out(struct ui *ui, const struct command *command, const char *service,
    int64_t generation, bool agreed)
{
	json_t *params = json_pack("{s:[s]}", "services", service);

	if (generation >= 0)
		json_object_set_new(params, "generation", json_integer(generation));
	if (is(command, "reload"))
		json_object_set_new(params, "restart", json_boolean(agreed));
	ui->message[0] = '\0';
	if (!ui_ask(ui, UI_ASK_COMMAND, command, service, command->method, params) &&
	    ui->message[0] == '\0')
		ui_say(ui, STYLE_BAD, 20, "not sent: there is no connection");
}

/* ---- The question ---- */

static void dialog_open(struct ui *ui, const struct command *command,
    const struct model_service *service)
{
	ui->dialog_reason[0] = '\0';
	ui->dialog_command = command;
	ui->dialog_generation = service->generation;
	text_format(ui->dialog_service, sizeof ui->dialog_service, "%s", service->name);
	text_format(ui->dialog_button, sizeof ui->dialog_button, "%.*s now",
	    (int)strcspn(command->label, "."), command->label);
	ui->dialog_buttons[0] = "Cancel";
	ui->dialog_buttons[1] = ui->dialog_button;
	ui->dialog_buttons[2] = NULL;
	text_format(ui->dialog_title, sizeof ui->dialog_title, "%.*s %s?",
	    (int)strcspn(command->label, "."), command->label, service->name);
	ui->dialog = (struct dialog){ .title = ui->dialog_title, .buttons = ui->dialog_buttons };
	ui->overlay = UI_DIALOG_OPEN;
}

/* What cannot be known before the host has read the settings is asked after
 * its answer. */
static void dialog_open_again(struct ui *ui, const struct ui_request *request,
    const struct fault *fault)
{
	const struct model_service *service = model_service(ui->model, request->service);

	/* Whoever types a filter or looks at a menu is not taken by surprise. */
	if (service == NULL || ui->overlay != UI_PLAIN) {
		ui_say(ui, STYLE_WARN, 60, "not reloaded: %s - %c asks again", fault->text,
		    request->command->key);
		return;
	}
	dialog_open(ui, request->command, service);
	text_format(ui->dialog_reason, sizeof ui->dialog_reason, "%s.", fault->text);
	text_format(ui->dialog_title, sizeof ui->dialog_title, "Restart %s?", service->name);
	text_format(ui->dialog_button, sizeof ui->dialog_button, "Restart now");
}

static void who_is_there(const struct model_service *service, char *out, size_t size)
{
	char rate[16];

	show_rate(service->requests_rate, rate, sizeof rate);
	if (service->connections < 0)
		text_format(out, size, "How many are connected is not known.");
	else
		text_format(out, size,
		    "%lld %s open now, with %s requests a second. "
		    "Who is connected will be disconnected.",
		    (long long)service->connections,
		    service->connections == 1 ? "connection is" : "connections are", rate);
}

void ui_dialog_refresh(struct ui *ui)
{
	const struct model_service *service = model_service(ui->model, ui->dialog_service);
	size_t count = 0;
	size_t size = sizeof ui->dialog_lines[0];

	memset(ui->dialog.lines, 0, sizeof ui->dialog.lines);
	if (ui->dialog_reason[0] != '\0')
		text_format(ui->dialog_lines[count++], size, "%s", ui->dialog_reason);
	if (service == NULL) {
		text_format(ui->dialog_lines[count++], size, "%s is not there any more.",
		    ui->dialog_service);
	} else if (service->generation != ui->dialog_generation) {
		text_format(ui->dialog_lines[count++], size,
		    "%s has changed since this "
		    "was asked: it is %s now. Look again before you go on.",
		    service->name, model_state_word(service->state));
	} else if (service->state == MODEL_HUNG) {
		text_format(ui->dialog_lines[count++], size,
		    "%s hangs: if it does not "
		    "stop in its time, the whole host is started again, and the other "
		    "services are interrupted for a moment.",
		    service->name);
	} else {
		who_is_there(service, ui->dialog_lines[count++], size);
	}
	if (ui->dialog_reason[0] == '\0') {
		text_format(ui->dialog_lines[count], size, "%s.", ui->dialog_command->help);
		ui->dialog_lines[count][0] =
		    (char)toupper((unsigned char)ui->dialog_lines[count][0]);
		count++;
	}
	text_format(ui->dialog_lines[count++], size, "The same as a command:");
	command_text(ui->dialog_command, ui->port.home, ui->dialog_service,
	    ui->dialog_lines[count++], size);
	for (size_t i = 0; i < count; i++)
		ui->dialog.lines[i] = ui->dialog_lines[i];
}

void ui_decide(struct ui *ui, size_t answer)
{
	ui->overlay = UI_PLAIN;
	if (answer == 0)
		ui_say(ui, STYLE_NORMAL, 4, "cancelled, nothing was done");
	else
		carry_out(ui, ui->dialog_command, ui->dialog_service, ui->dialog_generation,
		    ui->dialog_reason[0] != '\0');
}

/* ---- Commands ---- */

void ui_log_open(struct ui *ui, const char *service)
{
	size_t dropped;
	json_t *params = json_pack("{s:i, s:s}", "last", LOG_LAST, "level", "info");

	if (service[0] != '\0')
		json_object_set_new(params, "service", json_string(service));
	records_free(ui->records);
	ui->records = records_new(service);
	ui->log_filter[0] = '\0';
	bool wrap = ui->pager.wrap;

	ui->pager = (struct pager){ .follow = true, .wrap = wrap };
	ui->pager.lines = records_update(ui->records, ui->model, &dropped);
	if (ui->connected)
		ui_ask(ui, UI_ASK_LOG, NULL, service, "log", params);
	else
		json_decref(params);
	ui_open(ui, &view_log);
}

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
		dialog_open(ui, command, service);
	} else {
		carry_out(ui, command, service->name, service->generation, false);
	}
}

/* ---- Answers ---- */

static void done(struct ui *ui, const struct ui_request *request)
{
	const struct model_service *service = model_service(ui->model, request->service);
	const struct command *undo = command_by_name("start");
	char name[32];

	command_name(request->command, name, sizeof name);
	if (service == NULL) {
		ui_say(ui, STYLE_GOOD, 8, "%s %s: done", name, request->service);
	} else if (service->state == MODEL_STOPPED && undo != NULL && undo->key != 0) {
		ui_say(ui, STYLE_GOOD, 10,
		    "%s %s: done. It is STOPPED, its port is kept; "
		    "%c starts it again",
		    name, service->name, undo->key);
	} else {
		const char *where =
		    service->listener_count > 0 ? service->listeners[0].address : "";

		ui_say(ui, model_state_up(service->state) ? STYLE_GOOD : STYLE_WARN, 8,
		    "%s %s: done. It is %s%s%s", name, service->name,
		    model_state_word(service->state), *where != '\0' ? " on " : "", where);
	}
}

static void older_lines(struct ui *ui, const struct ui_request *request, const json_t *result)
{
	if (ui->records != NULL && strcmp(records_service(ui->records), request->service) == 0)
		pager_prepended(&ui->pager,
		    records_older(ui->records, json_object_get(result, "records")));
}

void ui_answer(struct ui *ui, struct ui_request *request, json_t *message)
{
	const json_t *result = json_object_get(message, "result");
	struct fault fault;

	if (!client_answer(message, &fault)) {
		if (fault.code == FAULT_RESTART && request->command != NULL)
			dialog_open_again(ui, request, &fault);
		else
			ui_say_fault(ui, &fault);
		return;
	}
	switch (request->ask) {
	case UI_ASK_HELLO:
		text_format(ui->role, sizeof ui->role, "%s",
		    json_is_string(json_object_get(result, "role")) ?
			json_string_value(json_object_get(result, "role")) :
			"");
		break;
	case UI_ASK_OLDER:
		model_older(ui->model, json_object_get(result, "records"));
		break;
	case UI_ASK_LOG:
		older_lines(ui, request, result);
		break;
	case UI_ASK_COMMAND:
		model_entries(ui->model, json_object_get(result, "services"));
		done(ui, request);
		break;
	case UI_ASK_SUBSCRIBE:
		break;
	}
}
