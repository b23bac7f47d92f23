/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sentences of the message line and of the banner.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "console/format.h"
#include "console/ui.h"
#include "data/intl.h"
#include "data/text.h"

void ui_say(struct ui *ui, unsigned style, int seconds, const char *format, ...)
{
	char text[sizeof ui->message];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	text_clean(ui->message, sizeof ui->message, text, strlen(text));
	ui->message_style = style;
	ui->message_until_ms = seconds > 0 ? ui->now_ms + seconds * 1000 : 0;
}

void ui_say_fault(struct ui *ui, const struct fault *fault)
{
	ui_say(ui, STYLE_BAD, 60, "%s%s%s", fault->text, fault->next[0] != '\0' ? " - " : "",
	    fault->next);
}

void ui_cancel(struct ui *ui)
{
	ui_close(ui);
	ui_say(ui, STYLE_NORMAL, 4, "%s", _("cancelled, nothing was done"));
}

int ui_answer(struct ui *ui, struct sheet *sheet, const struct key *key)
{
	int answer = sheet_key(sheet, key);

	if (answer == 0)
		ui_cancel(ui);
	else if (answer != SHEET_OPEN)
		ui_close(ui);
	return answer;
}

/* The service that a person waits for: of several the first one on its way. */
static const struct model_service *waited_for(const struct ui *ui, const struct ui_request *request)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(request->context, "targets"), i, entry)
	{
		const char *name = json_string_value(json_object_get(entry, "name"));
		const struct model_service *service =
		    name != NULL ? model_service(ui->model, name) : NULL;

		if (service != NULL &&
		    (service->state == MODEL_DRAINING || service->state == MODEL_STARTING))
			return service;
	}
	return model_service(ui->model, request->service);
}

static void draining_text(const struct ui_request *request, const struct model_service *service,
    long long seconds, char *out, size_t size)
{
	if (service->connections < 0)
		text_format(out, size,
		    _("%s: under way, %llds; %s drains, %llds left, who is still connected is not "
		      "known"),
		    request->doing, seconds, service->name, (long long)service->drain_left);
	else
		text_format(out, size,
		    ngettext("%s: under way, %llds; %s drains, %llds left, %lld still connected",
			"%s: under way, %llds; %s drains, %llds left, %lld still connected",
			(unsigned long)service->connections),
		    request->doing, seconds, service->name, (long long)service->drain_left,
		    (long long)service->connections);
}

void ui_message_text(const struct ui *ui, char *out, size_t size, unsigned *style_r)
{
	const struct ui_request *request = ui_under_way(ui);

	*style_r = ui->message_style;
	if (request == NULL || ui->message[0] != '\0') {
		text_format(out, size, "%s", ui->message);
		return;
	}
	const struct model_service *service = waited_for(ui, request);
	long long seconds = (long long)(ui->now_ms - request->since_ms) / 1000;

	*style_r = STYLE_NOTE;
	if (request->service[0] == '\0')
		text_format(out, size, _("%s: under way, %llds"), request->doing, seconds);
	else if (service != NULL && service->state == MODEL_DRAINING && service->drain_left >= 0)
		draining_text(request, service, seconds, out, size);
	else if (json_array_size(json_object_get(request->context, "targets")) > 1)
		text_format(out, size, _("%s: under way, %llds, %s is %s"), request->doing, seconds,
		    service != NULL ? service->name : request->service,
		    service != NULL ? model_state_word(service->state) : _("gone"));
	else
		text_format(out, size, _("%s: under way, %llds, it is %s"), request->doing, seconds,
		    service != NULL ? model_state_word(service->state) : _("gone"));
}

bool ui_typed(const struct ui *ui, const char *words, char *out, size_t size)
{
	const char *home = ui->port.home;
	char quoted[PATH_MAX] = "";

	*out = '\0';
	if (home != NULL && !format_quote(home, quoted, sizeof quoted))
		return false;
	return text_format(out, size, "steward%s%s %s", home != NULL ? " --home " : "", quoted,
	    words);
}

/* ---- The banner ---- */

static void lost_text(const struct ui *ui, char *out, size_t size)
{
	char why[900];

	text_format(why, sizeof why, "%s%s%s", ui->lost.text, ui->lost.next[0] != '\0' ? "; " : "",
	    ui->lost.next);
	if (ui->model->known)
		text_format(out, size, _("%s. Trying again; what is seen is %llds old."), why,
		    (long long)(ui->now_ms - ui->lost_ms) / 1000);
	else
		text_format(out, size, _("%s. Trying again."), why);
}

static void trial_text(const struct ui *ui, char *out, size_t size)
{
	const struct model_trial *trial = &ui->model->trial;
	const struct model_change *first = &trial->changes[0];
	long long left = (long long)model_trial_left(trial, ui->now_ms);
	char who[128], what[700] = "";

	text_format(who, sizeof who, "%s%s%s", trial->user, trial->origin[0] != '\0' ? "@" : "",
	    trial->origin);
	if (trial->change_count > 0 && trial->change_total > 1)
		text_format(what, sizeof what,
		    ngettext("%s %s -> %s and %zu more", "%s %s -> %s and %zu more",
			trial->change_total - 1),
		    first->name, first->was, first->is, trial->change_total - 1);
	else if (trial->change_count > 0)
		text_format(what, sizeof what, "%s %s -> %s", first->name, first->was, first->is);
	if (strcmp(trial->state, "reverting") == 0)
		text_format(out, size, _("TRIAL of %s ends: the old settings come back (%s)."), who,
		    what);
	else if (strcmp(trial->state, "applying") == 0)
		text_format(out, size, _("TRIAL of %s: applied now, then looked at (%s)."), who,
		    what);
	else if (ui->port.read_only || (ui->role[0] != '\0' && !ui_may(ui, "admin")))
		text_format(out, size, _("TRIAL of %s: it goes back in %llds (%s)."), who, left,
		    what);
	else
		/* What is to be known first: a small screen has two rows for all of it. */
		text_format(out, size,
		    _("TRIAL of %s: it goes back in %llds. %s keeps it, %s goes back now (%s)."),
		    who, left, bindings_shown(&ui->bindings, 'K'),
		    bindings_shown(&ui->bindings, 'Z'), what);
}

bool ui_cut_off(const struct ui *ui)
{
	return ui->lost_ms > 0 && (!ui->connected || ui->refused);
}

void ui_banner_text(const struct ui *ui, char *out, size_t size, unsigned *style_r)
{
	*out = '\0';
	*style_r = STYLE_BAD;
	if (ui_cut_off(ui)) {
		lost_text(ui, out, size);
	} else if (ui->model->trial.present) {
		*style_r = STYLE_WARN;
		trial_text(ui, out, size);
	}
}
