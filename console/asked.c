/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Apart from the table, because the command line has neither a model nor a schema
 * at hand.
 */
#include "console/asked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/format.h"
#include "data/memory.h"

/* ---- How grave it is ---- */

/* Whether the words behind the service match a row of its commands. */
static bool matches(const char *pattern, const struct words *words)
{
	size_t count = words_count(words, "command");
	const char **argv = memory_array(count + 1, sizeof *argv);
	struct fault fault;
	bool other = false;

	for (size_t i = 0; i < count; i++)
		argv[i] = words_item(words, "command", i);
	struct words *match = words_match(pattern, (int)count, (char *const *)argv, &other, &fault);
	bool same = match != NULL;

	words_free(match);
	free(argv);
	return same;
}

static enum command_grade own_grade(const struct words *words, const json_t *schema)
{
	const char *service = words_get(words, "service");
	const json_t *one, *entry;
	size_t i, n;

	if (words_count(words, "command") == 0)
		return COMMAND_READ;
	json_array_foreach(json_object_get(schema, "services"), i, one)
	{
		if (strcmp(json_text(one, "name", ""), service) != 0)
			continue;
		json_array_foreach(json_object_get(one, "commands"), n, entry)
		{
			if (matches(json_text(entry, "pattern", ""), words))
				return command_grade_parse(json_text(entry, "grade", NULL));
		}
	}
	return COMMAND_DISRUPTS;
}

enum command_grade asked_grade(const struct line *line, const json_t *schema)
{
	/* What only looks disturbs nobody. */
	if (words_get(line->words, "dry-run") != NULL ||
	    (line->argc == 1 && strcmp(line->argv[0], "init") == 0))
		return COMMAND_READ;
	return line->command->flags & COMMAND_REST ? own_grade(line->words, schema) :
						     line->command->grade;
}

/* ---- What was shown ---- */

static void add_generations(json_t *params, const struct model *model)
{
	const json_t *services = json_object_get(params, "services");
	json_t *shown = json_object();
	const json_t *one;
	size_t i;

	json_array_foreach(services, i, one)
	{
		const char *name = json_string_value(one);
		const struct model_service *s = name != NULL ? model_service(model, name) : NULL;

		if (s != NULL && s->generation >= 0)
			json_object_set_new(shown, name, json_integer(s->generation));
	}
	if (json_array_size(services) == 1 && json_object_size(shown) == 1)
		json_object_set(params, "generation",
		    json_object_iter_value(json_object_iter(shown)));
	else if (json_object_size(shown) > 0)
		json_object_set(params, "generation", shown);
	json_decref(shown);
}

void asked_shown(struct command_ask *ask, const struct model *model)
{
	bool ends = strcmp(ask->method, "confirm") == 0 || strcmp(ask->method, "revert") == 0;

	if (!ends) {
		add_generations(ask->params, model);
		return;
	}
	if (ask->params == NULL)
		ask->params = json_object();
	if (model->trial.present && json_object_get(ask->params, "trial") == NULL)
		json_object_set_new(ask->params, "trial", json_integer(model->trial.id));
}

/* ---- The answer ---- */

char *asked_text(const struct line *line, const json_t *result)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		abort(); /* no memory */
	if (line->call.json && result != NULL)
		format_json((json_t *)result, out);
	else
		line->command->show(&line->call, line->words, result, out, out);
	fclose(out);
	return text;
}
