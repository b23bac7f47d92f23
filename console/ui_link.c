/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The console's talk with the host: what a connection begins with, which answer
 * belongs to which request, and what everybody is told of where this person is.
 */
#include <string.h>

#include "console/client.h"
#include "console/ui.h"
#include "console/ui_act.h"
#include "data/intl.h"
#include "data/text.h"

#define TELL_MS 300 /* not more often: where this person is */

/* ---- Requests ---- */

static struct ui_request *ask(struct ui *ui, const char *method, json_t *params,
    ui_answered *answered, json_t *context)
{
	struct ui_request *place = NULL;
	int id = 0;

	for (size_t i = 0; i < UI_REQUESTS && place == NULL; i++)
		if (ui->requests[i].id == 0)
			place = &ui->requests[i];
	if (place != NULL)
		id = ui->port.send(ui->port.arg, method, params);
	else
		json_decref(params);
	if (id == 0) {
		json_decref(context);
		ui_say(ui, STYLE_BAD, 10, "%s",
		    place == NULL ? _("too many requests are under way; wait for one") :
				    _("not sent: there is no connection"));
		return NULL;
	}
	*place = (struct ui_request){ .id = id,
		.answered = answered,
		.context = context,
		.since_ms = ui->now_ms };
	return place;
}

bool ui_ask(struct ui *ui, const char *method, json_t *params, ui_answered *answered,
    json_t *context)
{
	return ask(ui, method, params, answered, context) != NULL;
}

bool ui_ask_doing(struct ui *ui, const char *method, json_t *params, ui_answered *answered,
    json_t *context, const char *doing, const char *service)
{
	struct ui_request *request = ask(ui, method, params, answered, context);

	if (request == NULL)
		return false;
	ui->message[0] = '\0'; /* it was about something before */
	text_format(request->doing, sizeof request->doing, "%s", doing);
	text_format(request->service, sizeof request->service, "%s",
	    service != NULL ? service : "");
	return true;
}

const struct ui_request *ui_under_way(const struct ui *ui)
{
	for (size_t i = 0; i < UI_REQUESTS; i++)
		if (ui->requests[i].id != 0 && ui->requests[i].doing[0] != '\0')
			return &ui->requests[i];
	return NULL;
}

/* The place is free before answered is called, which may ask again. */
static void answer(struct ui *ui, struct ui_request *place, const json_t *result,
    const struct fault *fault)
{
	struct ui_request request = *place;

	place->id = 0;
	place->context = NULL;
	if (request.answered != NULL)
		request.answered(ui, &request, result, fault);
	json_decref(request.context);
}

/* ---- A connection begins and ends ---- */

static void hello_answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	const char *role = json_string_value(json_object_get(result, "role"));
	const char *user = json_string_value(json_object_get(result, "user"));

	(void)request;
	(void)fault;
	text_format(ui->role, sizeof ui->role, "%s", role != NULL ? role : "");
	text_format(ui->user, sizeof ui->user, "%s", user != NULL ? user : "");
	ui->session = (int64_t)json_integer_value(json_object_get(result, "session"));
}

static void schema_answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	(void)fault;
	if (result == NULL)
		return;
	json_decref(ui->schema);
	ui->schema = json_incref((json_t *)result);
}

static void older_answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	(void)fault;
	model_older(ui->model, json_object_get(result, "records"));
}

static void subscribed(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	(void)result;
	/* A connection that broke says so by itself. */
	if (fault != NULL && ui->connected)
		ui_say_fault(ui, fault);
}

static void subscribe(struct ui *ui, int backlog, ui_answered *subscribed_now)
{
	ui_ask(ui, "subscribe",
	    json_pack("{s:i, s:{s:s}, s:i, s:b}", "snapshot", 1, "journal", "level",
		journal_level_name(ui->journal_level), "backlog", backlog, "audit", true),
	    subscribed_now, NULL);
}

/* All that was written before is of the level before. */
static void level_changed(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	subscribed(ui, request, result, fault);
	if (ui->journal_from == UINT64_MAX)
		ui->journal_from = ui->model->next_number;
}

void ui_journal_level(struct ui *ui, enum journal_level level)
{
	if (level == ui->journal_level)
		return;
	if (level > ui->journal_level)
		ui->journal_from = UINT64_MAX;
	ui->journal_level = level;
	if (ui->connected)
		subscribe(ui, 0, level_changed);
}

void ui_connected(struct ui *ui)
{
	json_t *hello = json_pack("{s:s}", "client", "console");

	ui->connected = true;
	ui->fresh_ms = 0;
	ui->session = 0;
	ui->told_page[0] = '\0';
	model_resume(ui->model);
	if (ui->port.origin != NULL)
		json_object_set_new(hello, "origin", json_string(ui->port.origin));
	if (ui->port.read_only)
		json_object_set_new(hello, "read_only", json_true());
	ui_ask(ui, "hello", hello, hello_answered, NULL);
	/* A second connection's backlog may not reach back to where the first broke. */
	ui->journal_from = ui->connection++ > 0 ? ui->model->next_number : 0;
	subscribe(ui, 500, subscribed);
	ui_ask(ui, "describe", NULL, schema_answered, NULL);
	ui_ask(ui, "audit", json_pack("{s:i}", "last", 50), ui_audit_answered, NULL);
	if (!ui->model->known)
		ui_ask(ui, "log", json_pack("{s:i, s:s}", "last", 200, "level", "info"),
		    older_answered, NULL);
}

void ui_disconnected(struct ui *ui, const struct fault *fault)
{
	struct fault broke;

	ui->connected = false;
	fault_set(&broke, FAULT_NOT_RUNNING, "the connection was lost before the answer came");
	for (size_t i = 0; i < UI_REQUESTS; i++) {
		struct ui_request *request = &ui->requests[i];

		if (request->id == 0)
			continue;
		if (request->doing[0] != '\0')
			ui_say(ui, STYLE_WARN, 20,
			    _("%s: the connection was lost before the answer came; the "
			      "services' list shows what became of it"),
			    request->doing);
		answer(ui, request, NULL, &broke);
	}
	if (ui->lost_ms == 0)
		ui->lost_ms = ui->now_ms;
	if (fault != NULL)
		ui->lost = *fault;
	else if (!ui->refused)
		fault_set(&ui->lost, FAULT_NOT_RUNNING, "The connection to stewardd broke");
	ui->refused &= fault == NULL;
}

/* ---- What comes ---- */

static void tell_views(struct ui *ui)
{
	const struct view *seen = ui_view(ui);

	for (const struct view *const *view = view_list; *view != NULL; view++)
		if ((*view)->changed != NULL)
			(*view)->changed(ui);
	if (seen->digit == 0 && seen->changed != NULL)
		seen->changed(ui);
}

static bool notification(struct ui *ui, const char *method, const json_t *params)
{
	if (strcmp(method, "snapshot") == 0) {
		model_status(ui->model, params);
		model_trial_came(ui->model, ui->now_ms);
		ui->fresh_ms = ui->now_ms;
		ui->lost_ms = 0;
		ui->refused = false;
	} else if (strcmp(method, "journal") == 0) {
		if (json_integer_value(json_object_get(params, "missed")) > 0) {
			ui->gaps++;
			if (ui->journal_from != UINT64_MAX)
				ui->journal_from = ui->model->next_number;
		}
		model_journal(ui->model, params);
	} else if (strcmp(method, "audit") == 0) {
		model_audit(ui->model, json_object_get(params, "entries"));
		ui_act_audit(ui);
	} else {
		return false;
	}
	tell_views(ui);
	return true;
}

void ui_audit_answered(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	(void)fault;
	if (result == NULL)
		return;
	model_audit(ui->model, json_object_get(result, "entries"));
	tell_views(ui);
}

static struct ui_request *find_request(struct ui *ui, json_int_t id)
{
	for (size_t i = 0; i < UI_REQUESTS; i++)
		if (ui->requests[i].id != 0 && ui->requests[i].id == id)
			return &ui->requests[i];
	return NULL;
}

bool ui_message(struct ui *ui, json_t *message)
{
	const char *method = json_string_value(json_object_get(message, "method"));
	const json_t *id = json_object_get(message, "id");
	struct fault fault;

	if (method != NULL)
		return notification(ui, method, json_object_get(message, "params"));
	struct ui_request *request =
	    json_is_integer(id) ? find_request(ui, json_integer_value(id)) : NULL;
	bool good = client_answer(message, &fault);

	if (request != NULL) {
		answer(ui, request, good ? json_object_get(message, "result") : NULL,
		    good ? NULL : &fault);
		return true;
	}
	/* An error without a request is the host's word on the connection. */
	if (good)
		return false;
	if (ui->fresh_ms == 0) {
		ui->refused = true;
		ui->lost = fault;
	} else {
		ui_say_fault(ui, &fault);
	}
	return true;
}

/* ---- Where this person is ---- */

void ui_tell_page(struct ui *ui)
{
	const struct view *view = ui_view(ui);
	const char *editing = view->editing != NULL ? view->editing(ui) : NULL;
	char page[64], whole[96];

	if (!ui->connected || ui->session == 0 || ui->now_ms - ui->told_ms < TELL_MS)
		return;
	text_format(page, sizeof page, "%s", view->name);
	if (view->page != NULL)
		view->page(ui, page, sizeof page);
	text_format(whole, sizeof whole, "%s|%s", page, editing != NULL ? editing : "");
	if (strcmp(whole, ui->told_page) == 0)
		return;
	text_format(ui->told_page, sizeof ui->told_page, "%s", whole);
	ui->told_ms = ui->now_ms;
	ui_ask(ui, "present", json_pack("{s:s, s:s?}", "page", page, "editing", editing), NULL,
	    NULL);
}
