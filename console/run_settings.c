/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/format.h"
#include "console/offline.h"
#include "console/run.h"
#include "console/show.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/*
 * get, set and check. What a setting takes is the host's knowledge: values go
 * there as texts and come back as texts.
 */
#define SET_DEADLINE_MS (300 * 1000) /* services are restarted meanwhile */

/* A value as it is, and what the host says in words of its own in the person's. */
static const char *said(const json_t *setting, const char *key)
{
	static char text[192];

	if (strcmp(key, "type") == 0)
		return show_word(format_value(setting, key));
	if (strcmp(key, "origin") != 0)
		return format_value(setting, key);
	format_origin(json_text(setting, key, "?"), text, sizeof text);
	return text;
}

static void print_settings(const json_t *result, FILE *out)
{
	const char *const titles[] = { _("setting"), _("value"), _("from"), NULL };
	struct grid *grid = grid_new(titles, "");
	const json_t *setting;
	size_t i;

	json_array_foreach(json_object_get(result, "settings"), i, setting)
	{
		grid_cell(grid, json_text(setting, "name", "?"));
		grid_cell(grid, format_value(setting, "value"));
		grid_cell(grid, said(setting, "origin"));
	}
	grid_print(grid, true, out);
	grid_free(grid);
}

static void add_limits(struct grid *grid, const json_t *setting)
{
	const json_t *choice;
	char limits[64];
	char list[512] = "";
	size_t used = 0, i;

	json_array_foreach(json_object_get(setting, "choices"), i, choice)
	{
		const char *text = json_string_value(choice);

		if (text == NULL ||
		    !text_format(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "",
			text))
			break;
		used = strlen(list);
	}
	if (used > 0) {
		grid_cell(grid, _("one of"));
		grid_cell(grid, list);
	}
	if (format_limits(setting, limits, sizeof limits)) {
		grid_cell(grid, _("limits"));
		grid_cell(grid, limits);
	}
}

/* One setting: its value alone to out, for scripts; all about it to talk. */
static void print_setting(const json_t *setting, FILE *out, FILE *talk)
{
	static const char *const titles[] = { "", "", NULL };
	static const struct {
		const char *title, *key;
	} lines[] = {
		{ N_("from"), "origin" },
		{ N_("default"), "default" },
		{ N_("type"), "type" },
		{ N_("unit"), "unit" },
	};
	struct grid *grid = grid_new(titles, "");

	format_text(json_text(setting, "value", ""), out);
	fputc('\n', out);
	fflush(out);
	grid_cell(grid, _("help"));
	grid_cell(grid, format_words(setting, "help"));
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (json_text(setting, lines[i].key, NULL) == NULL)
			continue;
		grid_cell(grid, _(lines[i].title));
		grid_cell(grid, said(setting, lines[i].key));
	}
	add_limits(grid, setting);
	grid_cell(grid, _("a change"));
	grid_cell(grid,
	    strcmp(json_text(setting, "effect", ""), "restart") == 0 ? _("restarts the service") :
								       _("is applied at once"));
	grid_print(grid, false, talk);
	grid_free(grid);
}

bool ask_get(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	const char *name = words_get(words, "setting");

	(void)fault;
	return run_ask(ask, "get", name != NULL ? json_pack("{s:s}", "name", name) : NULL,
	    RUN_DEADLINE_MS);
}

void show_settings(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	const char *name = words_get(words, "setting");

	(void)call;
	if (name != NULL && strchr(name, '.') != NULL)
		print_setting(json_array_get(json_object_get(result, "settings"), 0), out, talk);
	else
		print_settings(result, out);
}

void run_print_changes(const json_t *result, bool dry_run, FILE *out, FILE *talk)
{
	static const char *const titles[] = { "", "", "", "", NULL };
	struct grid *grid = grid_new(titles, "");
	const json_t *change, *service;
	size_t i;

	json_array_foreach(json_object_get(result, "changes"), i, change)
	{
		if (strcmp(format_value(change, "old"), format_value(change, "new")) == 0)
			continue;
		grid_cell(grid, json_text(change, "name", "?"));
		grid_cell(grid, format_value(change, "old"));
		grid_cell(grid, "->");
		grid_cell(grid, format_value(change, "new"));
	}
	grid_print(grid, false, out);
	fflush(out);
	if (grid_rows(grid) == 0)
		fputs(_("steward: nothing changes\n"), talk);
	else if (dry_run)
		fputs(_("steward: checked, not applied (--dry-run)\n"), talk);
	grid_free(grid);
	json_array_foreach(json_object_get(result, "services"), i, service)
	{
		char name[64], state[64];

		json_clean(service, "name", name, sizeof name);
		json_clean(service, "state", state, sizeof state);
		fprintf(talk, _("steward: %s is %s\n"), name, show_word(state));
	}
}

void show_changes(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	(void)call;
	run_print_changes(result, words_get(words, "dry-run") != NULL, out, talk);
	run_print_trial(result, talk);
}

/* With --reset a name without a value goes back; the others are set. */
static bool take_assignments(const struct words *words, bool reset, json_t *values,
    struct fault *fault)
{
	bool back = false;

	for (size_t i = 0; i < words_count(words, "assignment"); i++) {
		const char *given = words_item(words, "assignment", i);

		if (!reset || strchr(given, '=') != NULL) {
			if (!run_assignment(given, values, fault))
				return false;
			continue;
		}
		if (json_object_get(values, given) != NULL)
			return fault_set(fault, FAULT_USAGE, "%s is given twice", given);
		json_object_set_new(values, given, json_null());
		back = true;
	}
	if (back || !reset)
		return true;
	fault_set(fault, FAULT_USAGE, "--reset takes names without values, and there is none");
	return fault_next(fault, "for example: steward set --reset web.root");
}

bool ask_set(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	bool reset = words_get(words, "reset") != NULL;
	json_t *values = json_object();

	if (!take_assignments(words, reset, values, fault)) {
		json_decref(values);
		return false;
	}
	json_t *params = json_pack("{s:o, s:b}", "values", values, "dry_run",
	    words_get(words, "dry-run") != NULL);

	if (run_confirm_seconds(words, params, fault))
		return run_ask(ask, "set", params, SET_DEADLINE_MS);
	json_decref(params);
	return false;
}

bool ask_check(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	(void)fault;
	/* A file of this side is for steward-host --check. */
	if (words_get(words, "file") != NULL)
		return run_ask(ask, NULL, NULL, 0);
	return run_ask(ask, "check", NULL, RUN_DEADLINE_MS);
}

void show_check(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	const char *file = words_get(words, "file");

	(void)call;
	(void)result;
	(void)talk;
	fprintf(out, _("%s: no mistakes\n"), file != NULL ? file : _("settings"));
}

int run_check(const struct invocation *call, const struct words *words, struct fault *fault)
{
	const char *file = words_get(words, "file");
	json_t *result = NULL;
	bool right;

	if (file != NULL) {
		right = offline_check(file, call->home, fault);
	} else {
		result = run_call(call, "check", NULL, RUN_DEADLINE_MS, fault);
		right = result != NULL ||
		    (fault->code == FAULT_NOT_RUNNING &&
			/* No file: the home's own. */
			offline_check("", call->home, fault));
	}
	if (right && call->json) {
		if (result == NULL)
			result = json_pack("{s:i, s:b}", "version", 1, "ok", true);
		format_json(result, stdout);
	} else if (right) {
		show_check(call, words, result, stdout, stderr);
	}
	json_decref(result);
	return right ? 0 : run_exit(fault);
}
