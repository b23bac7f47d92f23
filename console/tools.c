/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One function to ask and one that takes the answer for each tool. Results go to
 * a page of text, so that they can be read at any size of screen, and copied.
 */
#include "console/tools.h"

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/client.h"
#include "console/show.h"
#include "console/text_page.h"
#include "data/home.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/sheet.h"

#define CONFIRM_S 60

/* Whether it can be asked for now; says why not. */
static bool may(struct ui *ui, const char *role, const char *what)
{
	if (!ui->connected)
		ui_say(ui, STYLE_NOTE, 6, _("%s: there is no connection"), what);
	else if (!ui_may(ui, role))
		ui_say(ui, STYLE_NOTE, 8, _("%s needs the role %s; you are %s"), what,
		    show_word(role), ui->role[0] != '\0' ? show_word(ui->role) : "-");
	else
		return true;
	return false;
}

/* What a fault says, on the page. */
static void fault_page(struct ui *ui, const char *title, const struct fault *fault)
{
	char text[900];

	if (!ui->connected)
		return; /* that is said already */
	text_format(text, sizeof text, "%s\n%s\n", fault->text, fault->next);
	ui_text_open(ui, title, text);
}

/* ---- Settings files ---- */

static void checked(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	if (result != NULL)
		ui_say(ui, STYLE_GOOD, 10, "%s",
		    _("the settings files have no mistakes; reload puts them in force"));
	else
		fault_page(ui, _("mistake in the settings files"), fault);
}

void tools_check(struct ui *ui)
{
	if (may(ui, "viewer", "check"))
		ui_ask_doing(ui, "check", NULL, checked, NULL, "check", NULL);
}

struct reload_state {
	struct sheet sheet;
	struct pair rows[4];
	const char *buttons[3];
	char command[512], reason[700];
	bool restart; /* the second question: a restart was agreed to */
	bool trial;
};

static const struct overlay overlay_reload;

static struct reload_state *reload(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_reload);
}

static void reload_question(struct ui *ui, const char *reason)
{
	struct reload_state *state = reload(ui);
	char words[64];
	size_t n = 0;

	memset(state, 0, sizeof *state);
	state->restart = reason != NULL;
	state->trial = ui_may(ui, "admin");
	text_format(state->reason, sizeof state->reason, "%s", reason != NULL ? reason : "");
	text_format(words, sizeof words, "reload %s%s",
	    ui->model->service_count > 0 ? ui->model->services[0].name : "",
	    state->trial ? " --confirm 60" : "");
	ui_typed(ui, words, state->command, sizeof state->command);
	if (reason != NULL)
		state->rows[n++] = (struct pair){ .text = state->reason, .style = STYLE_WARN };
	state->rows[n++] = (struct pair){
		.text = _("The files are read again, checked, and what has changed is put in "
			  "force. A mistake in them changes nothing."),
	};
	if (state->trial)
		state->rows[n++] = (struct pair){
			.text = _("After 60 s the old settings come back by themselves unless "
				  "somebody keeps the new ones."),
		};
	state->rows[n++] = (struct pair){ .label = _("as a command"), .text = state->command };
	state->buttons[0] = _("Cancel");
	state->buttons[1] = state->restart ? _("Restart and reload") : _("Reload");
	state->sheet.title =
	    state->restart ? _("Restart for new settings?") : _("Reload the settings files?");
	state->sheet.rows = state->rows;
	state->sheet.count = n;
	state->sheet.buttons = state->buttons;
	sheet_open(&state->sheet);
	ui_lay_over(ui, &overlay_reload);
}

static void reloaded(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	(void)request;
	if (result != NULL) {
		model_entries(ui->model, json_object_get(result, "services"));
		ui_say(ui, STYLE_GOOD, 10, "%s",
		    json_is_object(json_object_get(result, "trial")) ?
			_("what the files say is in force, on trial") :
			_("what the files say is in force"));
	} else if (fault->code == FAULT_RESTART && ui->overlay == NULL) {
		reload_question(ui, fault->text);
	} else {
		fault_page(ui, _("not reloaded"), fault);
	}
}

static void reload_send(struct ui *ui, bool restart, bool trial)
{
	json_t *names = json_array();
	json_t *params = json_pack("{s:o, s:b}", "services", names, "restart", restart);

	/* The files hold one state: any service stands for all of them. */
	for (size_t i = 0; i < ui->model->service_count; i++)
		json_array_append_new(names, json_string(ui->model->services[i].name));
	if (trial)
		json_object_set_new(params, "confirm", json_integer(CONFIRM_S));
	ui_ask_doing(ui, "reload", params, reloaded, NULL, "reload", NULL);
}

static void reload_draw(struct ui *ui, struct area area)
{
	sheet_draw(&reload(ui)->sheet, area);
}

static void reload_key(struct ui *ui, const struct key *key)
{
	struct reload_state *state = reload(ui);

	if (ui_answer(ui, &state->sheet, key) > 0)
		reload_send(ui, state->restart, state->trial);
}

static const struct overlay overlay_reload = {
	.name = "reload-files",
	.state = sizeof(struct reload_state),
	.draw = reload_draw,
	.key = reload_key,
};

void tools_reload(struct ui *ui)
{
	if (!may(ui, "operator", "reload"))
		return;
	if (ui->model->service_count == 0)
		ui_say(ui, STYLE_NOTE, 6, "%s", _("this steward has no services to reload"));
	else
		reload_question(ui, NULL);
}

/* ---- The hook ---- */

static void tested(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	const json_t *status = json_object_get(result, "exit");
	const char *said = json_string_value(json_object_get(result, "text"));
	char text[2048];

	(void)request;
	if (result == NULL) {
		fault_page(ui, _("the alert hook was not run"), fault);
		return;
	}
	long long code = json_is_integer(status) ? json_integer_value(status) : -1;

	text_format(text, sizeof text, "%s\n\n%s\n",
	    code == 0 ? _("The hook ran and ended with 0: it says that somebody was told.") :
			_("The hook did not end with 0: nobody may have been told."),
	    said != NULL && *said != '\0' ? said : _("It printed nothing."));
	char title[96];

	text_format(title, sizeof title, _("test of the alert hook, status %lld"), code);
	ui_text_open(ui, title, text);
}

void tools_alert_test(struct ui *ui)
{
	if (may(ui, "admin", "alert-test"))
		ui_ask_doing(ui, "alert_test", NULL, tested, NULL, "alert-test", NULL);
}

/* ---- Figures and versions ---- */

static void metrics_came(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	const char *text = json_string_value(json_object_get(result, "text"));

	(void)request;
	if (result != NULL)
		ui_text_open(ui, _("metrics, as OpenMetrics text"), text != NULL ? text : "");
	else
		fault_page(ui, _("no metrics"), fault);
}

void tools_metrics(struct ui *ui)
{
	if (may(ui, "viewer", "metrics"))
		ui_ask_doing(ui, "metrics", NULL, metrics_came, NULL, "metrics", NULL);
}

static void about_crash(const struct model_crash *crash, FILE *out)
{
	if (!crash->present)
		return;
	fprintf(out, "\n%s\n", _("The last crash"));
	fprintf(out, "  %s: %s\n", _("when"), crash->time);
	fprintf(out, "  %s: %s\n", _("charged to"),
	    crash->service[0] != '\0' ? crash->service : _("no service"));
	fprintf(out, "  %s: %s\n", _("signal"), crash->signal);
	if (crash->text[0] != '\0')
		fprintf(out, "  %s: %s\n", _("what"), crash->text);
	for (size_t i = 0; i < crash->frame_count; i++)
		fprintf(out, "  %s\n", crash->frames[i]);
}

static void about_text(const struct ui *ui, FILE *out)
{
	const struct model_host *host = &ui->model->host;
	struct home home;
	char why[256];
	bool found = home_find(ui->port.home, true, &home, why, sizeof why);

	fprintf(out, "%s: %s\n", _("this console"), PACKAGE_VERSION);
	fprintf(out, "%s: %s\n", _("you"), ui->user[0] != '\0' ? ui->user : "-");
	fprintf(out, "%s: %s\n", _("your role"), ui->role[0] != '\0' ? show_word(ui->role) : "-");
	fprintf(out, "%s: %s\n", _("control socket"), found ? home.control : why);
	fprintf(out, "%s: %s\n", _("settings file"), found ? home.settings : "-");
	if (!ui->model->known) {
		fprintf(out, "\n%s\n", _("Of the host nothing is known yet."));
		return;
	}
	fprintf(out, "\n%s: %s\n", _("host"), host->name);
	fprintf(out, "%s: %s\n", _("version"), host->software);
	fprintf(out, "%s: %s\n", _("runs as"), host->user);
	fprintf(out, "%s: %s\n", _("sandbox"), host->sandbox[0] != '\0' ? host->sandbox : "-");
	fprintf(out, "%s: %s\n", _("home folder"), host->home[0] != '\0' ? host->home : "-");
	fprintf(out, "%s: %lld\n", _("process"), (long long)host->pid);
	fprintf(out, "%s: %lld\n", _("crashes since stewardd started"), (long long)host->crashes);
	if (ui_doubtful(ui))
		fprintf(out, "%s\n", _("(this is old: there is no connection now)"));
	about_crash(&host->crash, out);
}

void tools_about(struct ui *ui)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (out != NULL) {
		about_text(ui, out);
		if (fclose(out) == 0)
			ui_text_open(ui, _("about this steward"), text);
	}
	free(text);
}
