/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * list and do: questions that a service answers on its own threads. Workers are
 * asked one after the other, and the rows are joined; a worker that does not
 * answer in time is named, and nothing waits for it here.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/audit.h"
#include "host/rpc.h"
#include "host/snapshot.h"
#include "host/undo.h"
#include "host/unit.h"

struct errand {
	struct call *call;
	struct unit *unit;
	const struct service_table *table;
	const struct service_command *command;
	int count;
	char **argv; /* the words; words borrows them */
	struct words *words;
	struct rows *rows;
};

/* What it was told, as it was typed; fills words. */
static void errand_words_shown(const struct errand *errand, char *out, size_t size)
{
	bool fits = text_format(out, size, "do %s", errand->unit->service->name);

	for (int i = 0; i < errand->count && fits; i++)
		fits = undo_word(out, size, errand->argv[i]);
}

/* What only looks is answered, all else is recorded before it is. */
static void errand_end(const struct errand *errand, json_t *result, const struct fault *fault)
{
	char words[1024];

	if (!errand->table && errand->command->grade != GRADE_READ) {
		errand_words_shown(errand, words, sizeof words);
		struct audit_note note = {
			.action = "do",
			.words = words,
			.services = json_pack("[s]", errand->unit->service->name),
		};
		audit_answer(errand->call, &note, result, fault);
	} else if (fault) {
		call_fault(errand->call, fault);
	} else {
		call_result(errand->call, result);
	}
}

static void errand_free(struct errand *errand)
{
	rows_free(errand->rows);
	words_free(errand->words);
	for (int i = 0; i < errand->count; i++)
		free(errand->argv[i]);
	free(errand->argv);
	free(errand);
}

static void errand_release(struct question *question)
{
	errand_free(question->arg);
}

static void errand_answer(const struct errand *errand)
{
	json_t *columns, *lines;

	snapshot_rows(errand->rows, SIZE_MAX, &columns, &lines);
	errand_end(errand,
	    json_pack("{s:i, s:o, s:o}", "version", 1, "columns", columns, "rows", lines), NULL);
}

static void errand_work(struct question *question)
{
	struct errand *errand = question->arg;
	struct worker *worker = question->worker;
	struct service_run *run = worker_run(worker);

	if (errand->table) {
		worker_activity(worker, "list");
		question->ok =
		    errand->table->list(run->state, worker, errand->rows, &question->fault);
	} else {
		worker_activity(worker, "act");
		question->ok = errand->command->act(run->state, worker, errand->words, errand->rows,
		    &question->fault);
	}
	worker_activity(worker, "its loop");
}

static void errand_ask(struct errand *errand, unsigned number);

static void errand_done(struct question *question, bool answered)
{
	struct errand *errand = question->arg;
	struct unit *unit = errand->unit;
	struct fault fault;

	if (!answered) {
		/* The work still holds the errand: it is freed with the question. */
		fault_set(&fault, FAULT_FAILED, "%s does not answer (in %s)", unit->service->name,
		    worker_doing(question->worker));
		fault_next(&fault, "steward log %s", unit->service->name);
		errand_end(errand, NULL, &fault);
		return;
	}
	if (!question->ok) {
		errand_end(errand, NULL, &question->fault);
		return;
	}
	unsigned next = worker_number(question->worker) + 1;
	bool every = errand->table || errand->command->every_worker;
	if (every && unit->run && unit->state == UNIT_RUNNING && next < unit->run->workers) {
		/* The next question takes the errand over from this one. */
		question->release = NULL;
		errand_ask(errand, next);
		return;
	}
	errand_answer(errand);
}

static void errand_ask(struct errand *errand, unsigned number)
{
	struct host *host = errand->call->host;
	int64_t limit = host->hung_after / (CLOCK_SECOND / 1000);

	question_ask(host, atomic_load(&errand->unit->run->worker[number]), errand_work,
	    errand_done, errand, errand_release, limit);
}

static struct unit *errand_unit(struct call *call, json_t *params, struct fault *fault)
{
	const char *name = json_string_value(json_object_get(params, "service"));
	struct unit *unit = name ? host_unit(call->host, name) : NULL;

	if (!unit) {
		fault_set(fault, FAULT_USAGE, name ? "there is no service %s" : "which service?",
		    name);
		fault_next(fault, "steward status lists them");
	}
	return unit;
}

static bool errand_ready(const struct unit *unit, struct fault *fault)
{
	if (unit->run && unit->state == UNIT_RUNNING && !unit->hung)
		return true;
	fault_set(fault, FAULT_FAILED, "%s is %s", unit->service->name, unit_state_name(unit));
	return fault_next(fault, "steward start %s", unit->service->name);
}

void rpc_list(struct call *call, json_t *params)
{
	const char *name = json_string_value(json_object_get(params, "table"));
	struct fault fault;
	struct unit *unit = errand_unit(call, params, &fault);

	if (!unit)
		goto out;
	const struct service_table *table = unit->service->tables;
	while (table && table->name && (!name || strcmp(table->name, name)))
		table++;
	if (!table || !table->name) {
		fault_set(&fault, FAULT_USAGE, "%s has no table %s", unit->service->name,
		    name ? name : "without a name");
		fault_next(&fault, "steward list names the tables");
		goto out;
	}
	if (!errand_ready(unit, &fault))
		goto out;
	struct errand *errand = memory_new(sizeof *errand);
	errand->call = call;
	errand->unit = unit;
	errand->table = table;
	errand->rows = rows_new();
	errand_ask(errand, 0);
	return;
out:
	call_fault(call, &fault);
}

static bool errand_words(struct errand *errand, json_t *words, struct fault *fault)
{
	json_t *word;
	size_t index;

	if (!json_is_array(words) || !json_array_size(words) || json_array_size(words) > 64)
		return fault_set(fault, FAULT_USAGE, "words must be an array of 1 to 64 texts");
	errand->argv = memory_array(json_array_size(words) + 1, sizeof *errand->argv);
	json_array_foreach(words, index, word)
	{
		if (!json_is_string(word))
			return fault_set(fault, FAULT_USAGE, "words must be texts");
		errand->argv[errand->count++] = memory_string(json_string_value(word));
	}
	return true;
}

static bool errand_match(struct errand *errand, struct fault *fault)
{
	const struct service *service = errand->unit->service;
	const struct service_command *command = service->commands;

	for (; command && command->pattern; command++) {
		bool other = false;
		errand->words =
		    words_match(command->pattern, errand->count, errand->argv, &other, fault);
		if (errand->words) {
			errand->command = command;
			return true;
		}
		if (!other)
			return false;
	}
	fault_set(fault, FAULT_USAGE, "%s has no command %s", service->name, errand->argv[0]);
	return fault_next(fault, "steward do %s names the commands", service->name);
}

static bool errand_allowed(const struct errand *errand, struct fault *fault)
{
	static const enum role needed[] = {
		[GRADE_READ] = ROLE_VIEWER,
		[GRADE_REVERSIBLE] = ROLE_OPERATOR,
		[GRADE_DISRUPTS] = ROLE_OPERATOR,
		[GRADE_DESTROYS] = ROLE_ADMIN,
	};

	return call_may(errand->call, errand->argv[0], needed[errand->command->grade], fault);
}

void rpc_do(struct call *call, json_t *params)
{
	struct fault fault;
	struct errand *errand = memory_new(sizeof *errand);

	errand->call = call;
	errand->unit = errand_unit(call, params, &fault);
	if (!errand->unit || !errand_words(errand, json_object_get(params, "words"), &fault) ||
	    !errand_match(errand, &fault) || !errand_allowed(errand, &fault) ||
	    !rpc_generation(errand->unit, params, &fault) || !errand_ready(errand->unit, &fault)) {
		call_fault(call, &fault);
		errand_free(errand);
		return;
	}
	if (errand->command->grade != GRADE_READ)
		unit_log(errand->unit, JOURNAL_NOTICE, "control", "%s by %s", errand->argv[0],
		    call->user);
	errand->rows = rows_new();
	errand_ask(errand, 0);
}
