/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two questions to the host: what the settings are, whenever something may have
 * changed them, and what it thinks of what is staged. Answers are about the moment
 * in which they were asked for, so each carries what was known then.
 */
#include <stdlib.h>
#include <string.h>

#include "console/config_page.h"
#include "console/format.h"
#include "data/memory.h"
#include "data/text.h"

#define CHECK_MS 300

/* ---- get ---- */

/* Differs when a setting may have changed: every change of settings moves a
 * generation, the audit list or the trial. */
static uint64_t known_of_host(const struct ui *ui)
{
	const struct model *model = ui->model;
	uint64_t sum = (uint64_t)ui->session * 1000003 + (uint64_t)model->audit_newest * 8191 + 1;

	for (size_t i = 0; i < model->service_count; i++)
		sum = sum * 31 + (uint64_t)model->services[i].generation;
	if (model->trial.present)
		sum = sum * 31 + (uint64_t)model->trial.id * 256 +
		    (unsigned char)model->trial.state[0];
	return sum;
}

static void take_rows(struct ui *ui, const json_t *result)
{
	struct config *config = config_of(ui);

	setting_rows_free(config->rows);
	config->rows = setting_rows_new(result);
	config->refused.code = FAULT_NONE;
	free(config->shown);
	config->shown = memory_array(config->rows->count + 1, sizeof *config->shown);
}

/* An edit to what the setting is by now has nothing left to do. */
static void drop_done(struct ui *ui)
{
	struct config *config = config_of(ui);
	size_t dropped = 0;

	config_read(ui);
	for (size_t i = config->staged->edits.count; i-- > 0;) {
		const struct staged_change *c = &config->staged->edits.changes[i];
		const struct setting_row *row = setting_rows_find(config->rows, c->name);

		if (row != NULL && c->text != NULL && strcmp(c->text, row->value) == 0)
			dropped += staged_drop(config->staged, row->name);
	}
	if (dropped > 0)
		config_write(ui);
}

static void got(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct config *config = config_of(ui);

	config->asking = false;
	if (result != NULL) {
		take_rows(ui, result);
		drop_done(ui);
		config_fill(ui);
	} else {
		config->refused = *fault;
	}
	if (request->context == NULL)
		return;
	void (*then)(struct ui *, const struct fault *) = config->then;

	config->then = NULL;
	if (then != NULL)
		then(ui, fault);
}

static void ask_rows(struct ui *ui, json_t *context)
{
	struct config *config = config_of(ui);

	config->rows_of = known_of_host(ui);
	config->asking = ui_ask(ui, "get", NULL, got, context);
}

void config_refresh(struct ui *ui)
{
	struct config *config = config_of(ui);

	if (ui->connected && ui->session != 0 && !config->asking &&
	    (config->rows == NULL || config->rows_of != known_of_host(ui)))
		ask_rows(ui, NULL);
}

void config_get(struct ui *ui, void (*then)(struct ui *ui, const struct fault *fault))
{
	config_of(ui)->then = then;
	ask_rows(ui, json_true());
}

/* ---- set, dry ---- */

/* Whether text tells of a setting, as "web.workers: expected ...", maybe behind a
 * file and a line. */
static bool tells_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	size_t length = strlen(name);

	return at != NULL && at[length] != '\0' && strchr(":, ", at[length]) != NULL &&
	    (at == text || at[-1] == ' ');
}

/* The setting that a refusal is about. One without a name, as of a folder that is
 * not there, can only be about the one that is staged. */
static void whose(struct config *config)
{
	const struct staged_list *list = &config->staged->edits;
	const struct setting_rows *rows = config->rows;
	const char *text = config->fault.text;
	bool named = config->fault.code != FAULT_FAILED && config->fault.code != FAULT_USAGE;

	config->fault_name[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		if (!tells_of(text, list->changes[i].name))
			continue;
		text_format(config->fault_name, sizeof config->fault_name, "%s",
		    list->changes[i].name);
		return;
	}
	for (size_t i = 0; rows != NULL && i < rows->count && !named; i++)
		named = tells_of(text, rows->rows[i].name);
	if (!named && list->count == 1)
		text_format(config->fault_name, sizeof config->fault_name, "%s",
		    list->changes[0].name);
}

static void checked(struct ui *ui, const struct ui_request *request, const json_t *result,
    const struct fault *fault)
{
	struct config *config = config_of(ui);

	config->checking = false;
	/* A connection that broke says nothing about the values. */
	if (result == NULL && !ui->connected) {
		config->sent = 0;
		return;
	}
	config->checked = (uint64_t)json_integer_value(request->context);
	json_decref(config->changes);
	config->changes = json_incref(json_object_get(result, "changes"));
	config->fault = (struct fault){ .code = FAULT_NONE };
	config->fault_name[0] = '\0';
	if (fault != NULL) {
		config->fault = *fault;
		whose(config);
	}
	config_check(ui, false);
}

void config_check(struct ui *ui, bool force)
{
	struct config *config = config_of(ui);

	if (config->staged->edits.count == 0) {
		config->fault.code = FAULT_NONE;
		config->fault_name[0] = '\0';
		config->sent = config->checked = 0;
		return;
	}
	if (!ui->connected || ui->session == 0 || config->checking || config_refusal(ui) != NULL)
		return;
	if (!force &&
	    (config->sent == config->version || ui->now_ms - config->checked_ms < CHECK_MS))
		return;
	config->sent = config->version;
	config->checked_ms = ui->now_ms;
	config->checking = ui_ask(ui, "set",
	    json_pack("{s:o, s:b}", "values", staged_values(config->staged), "dry_run", true),
	    checked, json_integer((json_int_t)config->version));
}

const char *config_becomes(const struct config *config, const char *name)
{
	const json_t *change;
	size_t i;

	if (config->checked != config->version)
		return NULL;
	json_array_foreach(config->changes, i, change)
	{
		if (strcmp(json_text(change, "name", ""), name) == 0)
			return json_text(change, "new", NULL);
	}
	return NULL;
}
