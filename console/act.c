/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of the command line come first: what is shown in a sheet, what sudo
 * is given and what is said while it is under way are the same list.
 */
#include "console/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

#define NAMED 2 /* services that are named where all of them would be too long */

void act_begin(struct act *act, const struct command *command, int64_t now_us)
{
	memset(act, 0, sizeof *act);
	act->command = command;
	act->grade = command->grade;
	act->drain = -1;
	act->begun_us = now_us;
}

static void stands(struct act_target *target, const struct model_service *service)
{
	target->state = service->state;
	target->generation = service->generation;
	text_format(target->since, sizeof target->since, "%s", service->since);
}

void act_add(struct act *act, const struct model_service *service)
{
	struct act_target *target = &act->targets[act->count];

	if (act->count == MODEL_SERVICES)
		return;
	act->count++;
	text_format(target->name, sizeof target->name, "%s", service->name);
	stands(target, service);
}

void act_renew(struct act *act, const struct model *model, int64_t now_us)
{
	act->begun_us = now_us;
	for (size_t i = 0; i < act->count; i++) {
		const struct model_service *service = model_service(model, act->targets[i].name);

		if (service != NULL)
			stands(&act->targets[i], service);
	}
}

bool act_is(const struct act *act, const char *method)
{
	return act->command->method != NULL && strcmp(act->command->method, method) == 0;
}

/* ---- As JSON ---- */

static json_t *words_of(const struct act *act)
{
	json_t *words = json_array();

	for (size_t i = 0; i < act->word_count; i++)
		json_array_append_new(words, json_string(act->words[i]));
	return words;
}

/* One number for one service, else by name. */
static void add_generations(json_t *params, const struct act *act)
{
	json_t *all = json_object();

	for (size_t i = 0; i < act->count; i++)
		if (act->targets[i].generation >= 0)
			json_object_set_new(all, act->targets[i].name,
			    json_integer(act->targets[i].generation));
	if (act->count == 1 && act->targets[0].generation >= 0)
		json_object_set_new(params, "generation", json_integer(act->targets[0].generation));
	else if (json_object_size(all) > 0)
		json_object_set(params, "generation", all);
	json_decref(all);
}

json_t *act_params(const struct act *act)
{
	json_t *params = json_object();
	json_t *services = json_array();

	for (size_t i = 0; i < act->count; i++)
		json_array_append_new(services, json_string(act->targets[i].name));
	if (act_is(act, "do")) {
		json_object_set_new(params, "service", json_string(act->targets[0].name));
		json_object_set_new(params, "words", words_of(act));
		json_decref(services);
	} else {
		json_object_set_new(params, "services", services);
	}
	add_generations(params, act);
	if (act->drain >= 0)
		json_object_set_new(params, "drain", json_integer(act->drain));
	if (act_is(act, "reload"))
		json_object_set_new(params, "restart", json_boolean(act->agreed));
	return params;
}

json_t *act_pack(const struct act *act)
{
	json_t *targets = json_array();
	char name[32];

	command_name(act->command, name, sizeof name);
	for (size_t i = 0; i < act->count; i++) {
		const struct act_target *t = &act->targets[i];

		json_array_append_new(targets,
		    json_pack("{s:s, s:s, s:i, s:I}", "name", t->name, "since", t->since, "state",
			(int)t->state, "generation", (json_int_t)t->generation));
	}
	return json_pack("{s:s, s:i, s:o, s:I, s:b, s:o, s:I, s:s, s:I}", "command", name, "grade",
	    (int)act->grade, "targets", targets, "drain", (json_int_t)act->drain, "agreed",
	    (int)act->agreed, "words", words_of(act), "plain", (json_int_t)act->plain, "destroys",
	    act->destroys, "begun", (json_int_t)act->begun_us);
}

static void unpack_target(struct act *act, const json_t *object)
{
	struct act_target *t = &act->targets[act->count];
	const char *name = "", *since = "";
	int state = MODEL_UNKNOWN;
	json_int_t generation = -1;

	if (act->count == MODEL_SERVICES ||
	    json_unpack((json_t *)object, "{s:s, s:s, s:i, s:I}", "name", &name, "since", &since,
		"state", &state, "generation", &generation) != 0)
		return;
	text_format(t->name, sizeof t->name, "%s", name);
	text_format(t->since, sizeof t->since, "%s", since);
	t->state = (enum model_state)state;
	t->generation = generation;
	act->count++;
}

bool act_unpack(struct act *act, const json_t *context)
{
	const char *name = json_string_value(json_object_get(context, "command"));
	const struct command *command = name != NULL ? command_by_name(name) : NULL;
	const char *destroys = json_string_value(json_object_get(context, "destroys"));
	const json_t *entry;
	size_t i;

	if (command == NULL)
		return false;
	act_begin(act, command, json_integer_value(json_object_get(context, "begun")));
	act->grade = (enum command_grade)json_integer_value(json_object_get(context, "grade"));
	act->drain = json_integer_value(json_object_get(context, "drain"));
	act->plain = (size_t)json_integer_value(json_object_get(context, "plain"));
	act->agreed = json_is_true(json_object_get(context, "agreed"));
	text_format(act->destroys, sizeof act->destroys, "%s", destroys != NULL ? destroys : "");
	json_array_foreach(json_object_get(context, "targets"), i, entry) unpack_target(act, entry);
	json_array_foreach(json_object_get(context, "words"), i, entry)
	{
		if (act->word_count < ACT_WORDS && json_is_string(entry))
			text_format(act->words[act->word_count++], ACT_WORD, "%s",
			    json_string_value(entry));
	}
	return true;
}

/* ---- As words ---- */

/* "site delete" */
static void own_words(const struct act *act, char *out, size_t size)
{
	*out = '\0';
	for (size_t i = 0; i < act->word_count && (i == 0 || i < act->plain); i++)
		text_format(out + strlen(out), size - strlen(out), "%s%s", i > 0 ? " " : "",
		    act->words[i]);
}

void act_verb(const struct act *act, char *out, size_t size)
{
	const char *label = act->command->label != NULL ? _(act->command->label) : "";

	if (act_is(act, "do"))
		own_words(act, out, size);
	else
		text_format(out, size, "%.*s", (int)strcspn(label, "."), label);
}

void act_names(const struct act *act, char *out, size_t size)
{
	size_t shown = act->count <= NAMED + 1 ? act->count : NAMED, left = act->count - shown;
	char names[(NAMED + 1) * 34] = "";

	for (size_t i = 0; i < shown; i++) {
		size_t used = strlen(names);

		text_format(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "",
		    act->targets[i].name);
	}
	if (left > 0)
		text_format(out, size, ngettext("%s and %zu more", "%s and %zu more", left), names,
		    left);
	else
		text_format(out, size, "%s", names);
}

void act_doing(const struct act *act, char *out, size_t size)
{
	char name[32], names[160], own[64];

	act_names(act, names, sizeof names);
	if (act_is(act, "do")) {
		own_words(act, own, sizeof own);
		text_format(out, size, "%s: %s", names, own);
		return;
	}
	command_name(act->command, name, sizeof name);
	text_format(out, size, "%s %s", name, names);
}

char **act_argv(const struct act *act)
{
	char **argv = memory_array(act->count + act->word_count + 4, sizeof *argv);
	char name[32];
	size_t n = 0;

	command_name(act->command, name, sizeof name);
	argv[n++] = memory_string(name);
	for (size_t i = 0; i < act->count; i++)
		argv[n++] = memory_string(act->targets[i].name);
	for (size_t i = 0; i < act->word_count; i++)
		argv[n++] = memory_string(act->words[i]);
	if (act->drain >= 0) {
		argv[n++] = memory_string("--drain");
		argv[n++] = memory_format("%lld", (long long)act->drain);
	}
	return argv;
}

void act_argv_free(char **argv)
{
	for (size_t i = 0; argv != NULL && argv[i] != NULL; i++)
		free(argv[i]);
	free(argv);
}

bool act_text(const struct act *act, const char *home, char *out, size_t size)
{
	char **argv = act_argv(act);
	size_t count = 0;

	while (argv[count + 1] != NULL)
		count++;
	bool fits = command_text_words(act->command, home, (const char *const *)(argv + 1), count,
	    out, size);

	act_argv_free(argv);
	return fits;
}

const char *act_role(const struct act *act)
{
	if (act->grade == COMMAND_READ)
		return "viewer";
	return act->grade == COMMAND_DESTROYS ? "admin" : "operator";
}
