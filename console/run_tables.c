/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "console/format.h"
#include "console/run.h"
#include "data/intl.h"
#include "data/text.h"

/*
 * list, do and metrics: what the services have of their own. Which tables and
 * commands there are is told by `describe`, never known here.
 */
#define DO_DEADLINE_MS (10 * 60 * 1000) /* a service has deadlines of its own */

/* Rows of texts with the names of their columns. */
static void print_rows(const json_t *result, FILE *out)
{
	const char *titles[64] = { NULL };
	const json_t *columns = json_object_get(result, "columns");
	const json_t *row, *cell;
	size_t count = 0, i, n;

	json_array_foreach(columns, i, cell) if (count < 63)
	{
		const char *title = json_string_value(cell);

		titles[count++] = title == NULL ? "?" : *title != '\0' ? _(title) : "";
	}
	if (count == 0)
		return;
	struct grid *grid = grid_new(titles, "");

	json_array_foreach(json_object_get(result, "rows"), i, row) for (n = 0; n < count; n++)
	    grid_cell(grid, json_string_value(json_array_get(row, n)));
	grid_print(grid, true, out);
	grid_free(grid);
}

/* What the services have in the list `what` ("tables" or "commands") of the
 * schema, as an answer with columns and rows. key: what names an entry. document:
 * for a program, so in the schema's own words. NULL: fault. */
static json_t *schema_rows(const json_t *schema, const char *what, const char *key,
    const char *service, bool document, struct fault *fault)
{
	const json_t *one, *entry;
	size_t i, n;
	bool known = service == NULL;
	json_t *rows = json_array();

	json_array_foreach(json_object_get(schema, "services"), i, one)
	{
		const char *name = json_text(one, "name", "?");

		if (service != NULL && strcmp(service, name) != 0)
			continue;
		known = true;
		json_array_foreach(json_object_get(one, what), n, entry) json_array_append_new(rows,
		    json_pack("[s,s,s]", name, json_text(entry, key, "?"),
			document ? json_text(entry, "help", "") : format_words(entry, "help")));
	}
	if (known)
		return json_pack("{s:i, s:[s,s,s], s:o}", "version", 1, "columns", "service",
		    key[0] == 'n' ? N_("table") : N_("command"), "help", "rows", rows);
	json_decref(rows);
	fault_set(fault, FAULT_USAGE, "there is no service \"%s\"", service);
	fault_next(fault, "steward status shows the services");
	return NULL;
}

static json_t *tables(const struct words *words, const json_t *schema, bool document,
    struct fault *fault)
{
	return schema_rows(schema, "tables", "name", words_get(words, "service"), document, fault);
}

static json_t *commands(const struct words *words, const json_t *schema, bool document,
    struct fault *fault)
{
	return schema_rows(schema, "commands", "pattern", words_get(words, "service"), document,
	    fault);
}

/* Shows what from makes of the schema. */
static void show_schema(const struct words *words, const json_t *schema,
    json_t *(
	*from)(const struct words *words, const json_t *schema, bool document, struct fault *fault),
    FILE *out, FILE *talk)
{
	struct fault fault = { 0 };
	json_t *rows = from(words, schema, false, &fault);

	if (rows != NULL)
		print_rows(rows, out);
	else
		format_fault(&fault, talk);
	json_decref(rows);
}

/* The same on the command line, where it may be a document, too. */
static int run_schema(const struct invocation *call, const struct words *words,
    json_t *(
	*from)(const struct words *words, const json_t *schema, bool document, struct fault *fault),
    struct fault *fault)
{
	json_t *schema = run_call(call, "describe", NULL, RUN_DEADLINE_MS, fault);
	json_t *rows = schema != NULL ? from(words, schema, call->json, fault) : NULL;

	json_decref(schema);
	if (rows == NULL)
		return run_exit(fault);
	if (call->json)
		format_json(rows, stdout);
	else
		print_rows(rows, stdout);
	json_decref(rows);
	return 0;
}

/* ---- list ---- */

bool ask_list(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	const char *table = words_get(words, "table");

	(void)fault;
	if (table == NULL)
		return run_ask(ask, "describe", NULL, RUN_DEADLINE_MS);
	return run_ask(ask, "list",
	    json_pack("{s:s, s:s}", "service", words_get(words, "service"), "table", table),
	    RUN_DEADLINE_MS);
}

void show_list(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	(void)call;
	if (words_get(words, "table") == NULL)
		show_schema(words, result, tables, out, talk);
	else
		print_rows(result, out);
}

int run_list(const struct invocation *call, const struct words *words, struct fault *fault)
{
	if (words_get(words, "table") == NULL)
		return run_schema(call, words, tables, fault);
	return run_asked(command_by_name("list"), call, words, fault);
}

/* ---- do ---- */

bool ask_do(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	size_t count = words_count(words, "command");

	(void)fault;
	if (count == 0)
		return run_ask(ask, "describe", NULL, RUN_DEADLINE_MS);
	json_t *params = json_pack("{s:s, s:[]}", "service", words_get(words, "service"), "words");

	for (size_t i = 0; i < count; i++)
		json_array_append_new(json_object_get(params, "words"),
		    json_string(words_item(words, "command", i)));
	return run_ask(ask, "do", params, DO_DEADLINE_MS);
}

void show_do(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	(void)call;
	if (words_count(words, "command") == 0)
		show_schema(words, result, commands, out, talk);
	else
		print_rows(result, out);
}

int run_do(const struct invocation *call, const struct words *words, struct fault *fault)
{
	if (words_count(words, "command") == 0)
		return run_schema(call, words, commands, fault);
	return run_asked(command_by_name("do"), call, words, fault);
}

/* ---- metrics ---- */

bool ask_metrics(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	(void)words;
	(void)fault;
	return run_ask(ask, "metrics", NULL, RUN_DEADLINE_MS);
}

void show_metrics(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	(void)call;
	(void)words;
	(void)talk;
	fputs(json_text(result, "text", ""), out);
}
