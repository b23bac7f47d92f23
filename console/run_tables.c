/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "console/format.h"
#include "console/run.h"
#include "data/text.h"

/*
 * list, do and metrics: what the services have of their own. Which tables and
 * commands there are is told by `describe`, never known here.
 */
static void print_rows(const json_t *result)
{
	const char *titles[64] = { NULL };
	const json_t *columns = json_object_get(result, "columns");
	const json_t *row, *cell;
	size_t count = 0, i, n;

	json_array_foreach(columns, i, cell) if (count < 63) titles[count++] =
	    json_is_string(cell) ? json_string_value(cell) : "?";
	if (count == 0)
		return;
	struct grid *grid = grid_new(titles, "");

	json_array_foreach(json_object_get(result, "rows"), i, row) for (n = 0; n < count; n++)
	    grid_cell(grid, json_string_value(json_array_get(row, n)));
	grid_print(grid, true, stdout);
	grid_free(grid);
}

static int print_result(const struct invocation *call, json_t *result, const struct fault *fault)
{
	if (result == NULL)
		return run_exit(fault);
	if (call->json)
		format_json(result, stdout);
	else
		print_rows(result);
	json_decref(result);
	return 0;
}

/* What the services have in the list `what` ("tables" or "commands"), as a
 * result with columns and rows. key: what names an entry. NULL: fault. */
static json_t *schema_rows(const struct invocation *call, const char *what, const char *key,
    const char *service, struct fault *fault)
{
	json_t *schema = run_call(call, "describe", NULL, RUN_DEADLINE_MS, fault);
	const json_t *one, *entry;
	size_t i, n;
	bool known = service == NULL;

	if (schema == NULL)
		return NULL;
	json_t *rows = json_array();

	json_array_foreach(json_object_get(schema, "services"), i, one)
	{
		const char *name = json_text(one, "name", "?");

		if (service != NULL && strcmp(service, name) != 0)
			continue;
		known = true;
		json_array_foreach(json_object_get(one, what), n, entry) json_array_append_new(rows,
		    json_pack("[s,s,s]", name, json_text(entry, key, "?"),
			json_text(entry, "help", "")));
	}
	json_decref(schema);
	if (known)
		return json_pack("{s:i, s:[s,s,s], s:o}", "version", 1, "columns", "service",
		    key[0] == 'n' ? "table" : "command", "help", "rows", rows);
	json_decref(rows);
	fault_set(fault, FAULT_USAGE, "there is no service \"%s\"", service);
	fault_next(fault, "steward status shows the services");
	return NULL;
}

int run_list(const struct invocation *call, const struct words *words, struct fault *fault)
{
	const char *service = words_get(words, "service");
	const char *table = words_get(words, "table");
	json_t *result = table == NULL ?
	    schema_rows(call, "tables", "name", service, fault) :
	    run_call(call, "list", json_pack("{s:s, s:s}", "service", service, "table", table),
		RUN_DEADLINE_MS, fault);

	return print_result(call, result, fault);
}

int run_do(const struct invocation *call, const struct words *words, struct fault *fault)
{
	const char *service = words_get(words, "service");
	size_t count = words_count(words, "command");

	if (count == 0)
		return print_result(call, schema_rows(call, "commands", "pattern", service, fault),
		    fault);
	json_t *params = json_pack("{s:s, s:[]}", "service", service, "words");

	for (size_t i = 0; i < count; i++)
		json_array_append_new(json_object_get(params, "words"),
		    json_string(words_item(words, "command", i)));
	/* What a service was told may take long; it has deadlines of its own. */
	json_t *result = run_call(call, "do", params, 10 * 60 * 1000, fault);

	return print_result(call, result, fault);
}

int run_metrics(const struct invocation *call, const struct words *words, struct fault *fault)
{
	json_t *result = run_call(call, "metrics", NULL, RUN_DEADLINE_MS, fault);

	(void)words;
	if (result == NULL)
		return run_exit(fault);
	if (call->json)
		format_json(result, stdout);
	else
		fputs(json_text(result, "text", ""), stdout);
	json_decref(result);
	return 0;
}
