/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "console/format.h"
#include "console/run.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/cells.h"

/*
 * audit, versions and undo: what was done and its way back. The list is the
 * host's; here it becomes a table that fits 80 columns, whatever stands in it.
 */
#define AUDIT_DEADLINE_MS (300 * 1000) /* an undo may restart services */
#define LAST_MAX 1000
#define WHO_CELLS 14
#define WORDS_CELLS 32
#define OUTCOME_CELLS 9
#define CHANGE_CELLS 33

/* text in at most width cells; what does not fit ends in "~". */
static void cell_cut(struct grid *grid, const char *text, int width)
{
	char clean[1024], cut[1032];

	text_clean(clean, sizeof clean, text, strlen(text));
	if (cells_width(clean, false) <= width)
		grid_cell(grid, clean);
	else {
		text_format(cut, sizeof cut, "%.*s~", (int)cells_fit(clean, width - 1, false, NULL),
		    clean);
		grid_cell(grid, cut);
	}
}

/* Month, day, hour and minute: a list is of the last days. */
static void cell_time(struct grid *grid, const json_t *entry)
{
	char when[64];

	format_time(json_text(entry, "time", ""), when, sizeof when);
	if (strlen(when) == 19)
		grid_cellf(grid, "%.11s", when + 5);
	else
		cell_cut(grid, when, 11);
}

static void cell_who(struct grid *grid, const json_t *entry)
{
	const char *origin = json_text(entry, "origin", NULL);
	char who[128];

	text_format(who, sizeof who, "%s%s%s", json_text(entry, "user", "?"),
	    origin != NULL ? "@" : "", origin != NULL ? origin : "");
	cell_cut(grid, who, WHO_CELLS);
}

static const char *outcome_name(const json_t *entry)
{
	static const struct {
		const char *word, *name;
	} names[] = {
		{ "done", N_("done") },
		{ "failed", N_("failed") },
		{ "reverted", N_("reverted") },
		{ "waiting", N_("on trial") },
	};
	const char *word = json_text(entry, "outcome", "?");

	if (json_whole(entry, "undone_by", 0) > 0)
		return _("undone");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i].word, word) == 0)
			return _(names[i].name);
	return word;
}

static void print_entries(const json_t *result, FILE *out)
{
	const char *const titles[] = { _("entry"), _("time"), _("who"), _("what"), _("outcome"),
		NULL };
	struct grid *grid = grid_new(titles, "r");
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(result, "entries"), i, entry)
	{
		grid_cellf(grid, "%lld", (long long)json_whole(entry, "number", 0));
		cell_time(grid, entry);
		cell_who(grid, entry);
		cell_cut(grid, json_text(entry, "words", ""), WORDS_CELLS);
		cell_cut(grid, outcome_name(entry), OUTCOME_CELLS);
	}
	grid_print(grid, true, out);
	grid_free(grid);
}

/* "web.workers 1 -> 2": the name whole, the values as far as there is room. */
static void cell_change(struct grid *grid, const json_t *change)
{
	char text[1024];

	text_format(text, sizeof text, "%s %.300s -> %.300s", json_text(change, "name", "?"),
	    format_value(change, "old"), format_value(change, "new"));
	cell_cut(grid, text, CHANGE_CELLS);
}

static void print_versions(const json_t *result, FILE *out)
{
	const char *const titles[] = { _("entry"), _("time"), _("who"), _("outcome"), _("change"),
		NULL };
	struct grid *grid = grid_new(titles, "r");
	const json_t *entry, *change;
	size_t i, n;

	json_array_foreach(json_object_get(result, "entries"), i, entry)
	    json_array_foreach(json_object_get(entry, "changes"), n, change)
	{
		if (n == 0) {
			grid_cellf(grid, "%lld", (long long)json_whole(entry, "number", 0));
			cell_time(grid, entry);
			cell_who(grid, entry);
			cell_cut(grid, outcome_name(entry), OUTCOME_CELLS);
		} else {
			grid_cell(grid, NULL);
			grid_cell(grid, NULL);
			grid_cell(grid, NULL);
			grid_cell(grid, NULL);
		}
		cell_change(grid, change);
	}
	grid_print(grid, true, out);
	grid_free(grid);
}

static bool has_entries(const json_t *result)
{
	return json_array_size(json_object_get(result, "entries")) > 0;
}

bool ask_audit(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	const char *given = words_get(words, "last");
	int64_t last = 0;

	if (given != NULL && (!text_integer(given, &last) || last < 1 || last > LAST_MAX))
		return fault_set(fault, FAULT_USAGE, "--last: a number from 1 to %d, found \"%s\"",
		    LAST_MAX, given);
	return run_ask(ask, "audit",
	    given != NULL ? json_pack("{s:I}", "last", (json_int_t)last) : NULL, RUN_DEADLINE_MS);
}

void show_audit(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	(void)call;
	(void)words;
	if (has_entries(result))
		print_entries(result, out);
	else
		fprintf(talk, "%s\n", _("steward: nothing has been done yet"));
}

bool ask_versions(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	(void)words;
	(void)fault;
	return run_ask(ask, "audit", json_pack("{s:b}", "settings", true), RUN_DEADLINE_MS);
}

void show_versions(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	(void)call;
	(void)words;
	if (has_entries(result))
		print_versions(result, out);
	else
		fprintf(talk, "%s\n", _("steward: no settings have been changed yet"));
}

void show_undone(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	bool dry_run = words_get(words, "dry-run") != NULL;
	long long entry = (long long)json_whole(result, "entry", 0);
	char given_words[1100];

	(void)call;

	if (json_object_get(result, "changes") != NULL)
		run_print_changes(result, false, out, talk);
	else if (!dry_run)
		run_print_states(result, out);
	fflush(out);
	/* What no single command does is only to be had by undo itself. */
	const char *given = json_text(result, "words", "undo ");
	text_clean(given_words, sizeof given_words, given, strlen(given));
	if (strncmp(given_words, "undo ", 5) == 0)
		fprintf(talk,
		    dry_run ? _("steward: entry %lld would be taken back\n") :
			      _("steward: entry %lld is taken back\n"),
		    entry);
	else
		fprintf(talk,
		    dry_run ? _("steward: entry %lld would be taken back by: %s\n") :
			      _("steward: entry %lld is taken back by: %s\n"),
		    entry, given_words);
	run_print_trial(result, talk);
}

bool ask_undo(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	const char *given = words_get(words, "entry");
	int64_t entry = 0;

	if (given != NULL && (!text_integer(given, &entry) || entry < 1)) {
		fault_set(fault, FAULT_USAGE, "<entry>: the number of an entry, found \"%s\"",
		    given);
		return fault_next(fault, "steward audit lists them");
	}
	json_t *params = json_pack("{s:b}", "dry_run", words_get(words, "dry-run") != NULL);

	if (given != NULL)
		json_object_set_new(params, "entry", json_integer(entry));
	if (run_confirm_seconds(words, params, fault))
		return run_ask(ask, "undo", params, AUDIT_DEADLINE_MS);
	json_decref(params);
	return false;
}
