/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * impact: who is connected, what would be cut off. The services are asked on their
 * own threads, all at once, and nobody waits for one that does not answer: a sheet
 * with a gap comes in time, a whole one too late.
 */
#include "config.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/memory.h"
#include "host/rpc.h"
#include "host/snapshot.h"
#include "host/unit.h"

#define IMPACT_ROWS 20
#define IMPACT_LIMIT_S 2

struct impact {
	struct call *call;
	struct event *limit;
	json_t *services; /* the answer */
	size_t waiting;
	struct ask *asks; /* those that are not answered */
};

/* One table of one service, worker after worker. */
struct ask {
	struct ask *next;
	struct impact *impact; /* NULL: nobody waits any more */
	struct unit *unit;
	const struct service_table *table;
	json_t *entry; /* borrowed from impact->services */
	const char *field;
	struct rows *rows;
};

static void impact_answer(struct impact *impact)
{
	if (impact->limit)
		event_free(impact->limit);
	call_result(impact->call,
	    json_pack("{s:i, s:o}", "version", 1, "services", impact->services));
	free(impact);
}

static void impact_one_less(struct impact *impact)
{
	if (!--impact->waiting)
		impact_answer(impact);
}

/* ---- One table ---- */

static void ask_release(struct question *question)
{
	struct ask *ask = question->arg;

	rows_free(ask->rows);
	free(ask);
}

static void ask_work(struct question *question)
{
	struct ask *ask = question->arg;
	struct worker *worker = question->worker;

	worker_activity(worker, "list");
	question->ok =
	    ask->table->list(worker_run(worker)->state, worker, ask->rows, &question->fault);
	worker_activity(worker, "its loop");
}

static void ask_reason(struct ask *ask, const char *text)
{
	json_object_set_new(ask->entry, "reason", snapshot_text(text));
}

/* The impact waits no more for it, whatever came of it. */
static void ask_forget(struct ask *ask)
{
	struct impact *impact = ask->impact;

	if (!impact)
		return;
	for (struct ask **at = &impact->asks; *at; at = &(*at)->next)
		if (*at == ask) {
			*at = ask->next;
			break;
		}
	ask->impact = NULL;
	impact_one_less(impact);
}

static void ask_worker(struct ask *ask, unsigned number);

static void ask_done(struct question *question, bool answered)
{
	struct ask *ask = question->arg;
	const struct unit *unit = ask->unit;
	unsigned next = worker_number(question->worker) + 1;
	json_t *columns, *rows;

	(void)answered;
	if (!ask->impact)
		return;
	if (!question->ok) {
		ask_reason(ask, question->fault.text);
	} else if (unit->run && unit->state == UNIT_RUNNING && next < unit->run->workers) {
		/* The next question takes it over from this one. */
		question->release = NULL;
		ask_worker(ask, next);
		return;
	} else {
		size_t count = rows_count(ask->rows);
		snapshot_rows(ask->rows, IMPACT_ROWS, &columns, &rows);
		json_object_set_new(ask->entry, ask->field,
		    json_pack("{s:o, s:o, s:I}", "columns", columns, "rows", rows, "more",
			(json_int_t)(count > IMPACT_ROWS ? count - IMPACT_ROWS : 0)));
	}
	ask_forget(ask);
}

static void ask_worker(struct ask *ask, unsigned number)
{
	/* Without a deadline of its own: the sheet has one. */
	question_ask(ask->unit->host, atomic_load(&ask->unit->run->worker[number]), ask_work,
	    ask_done, ask, ask_release, 0);
}

static void impact_late(evutil_socket_t fd, short what, void *arg)
{
	struct impact *impact = arg;
	char text[96];

	(void)fd;
	(void)what;
	impact->waiting++;
	while (impact->asks) {
		struct ask *ask = impact->asks;
		snprintf(text, sizeof text, "%s does not answer", ask->unit->service->name);
		ask_reason(ask, text);
		ask_forget(ask);
	}
	impact_one_less(impact);
}

static void impact_ask(struct impact *impact, struct unit *unit, json_t *entry,
    enum table_role role, const char *field)
{
	const struct service_table *table = unit->service->tables;
	char text[96];

	while (table && table->name && table->role != role)
		table++;
	json_object_set_new(entry, field, json_null());
	if (!table || !table->name)
		return;
	struct ask *ask = memory_new(sizeof *ask);
	ask->unit = unit;
	ask->table = table;
	ask->entry = entry;
	ask->field = field;
	if (!unit->run || unit->state != UNIT_RUNNING || unit->hung) {
		snprintf(text, sizeof text, "%s is %s", unit->service->name, unit_state_name(unit));
		ask_reason(ask, text);
		free(ask);
		return;
	}
	ask->rows = rows_new();
	ask->impact = impact;
	ask->next = impact->asks;
	impact->asks = ask;
	impact->waiting++;
	ask_worker(ask, 0);
}

/* ---- All of it ---- */

static void impact_service(struct impact *impact, struct unit *unit, bool stop)
{
	struct counter_sum sum;
	bool undo = stop && unit->wanted;

	unit_sum(unit, &sum);
	json_t *undo_words =
	    undo ? json_pack("s++", "start ", unit->service->name, "") : json_null();
	json_t *entry = json_pack("{s:s, s:I, s:I, s:o, s:o, s:f, s:o, s:n}", "name",
	    unit->service->name, "generation", (json_int_t)unit->generation, "connections",
	    (json_int_t)sum.value[COUNTER_CONNECTIONS], "needed_by", snapshot_needed_by(unit),
	    "last_restart_seconds",
	    unit->last_restart_ms < 0 ? json_null() :
					json_real((double)unit->last_restart_ms / 1000),
	    "drain_seconds", (double)unit->host->drain_ms / 1000, "undo", undo_words, "reason");
	json_array_append_new(impact->services, entry);
	impact_ask(impact, unit, entry, TABLE_CLIENTS, "clients");
	impact_ask(impact, unit, entry, TABLE_OPEN, "open");
}

static bool impact_action(json_t *params, bool *stop_r, struct fault *fault)
{
	const char *action;

	if (!rpc_text(params, "action", &action, fault))
		return false;
	*stop_r = action && !strcmp(action, "stop");
	if (*stop_r || (action && !strcmp(action, "restart")))
		return true;
	return fault_set(fault, FAULT_USAGE, "action: expected stop or restart");
}

static bool impact_names(const struct host *host, json_t *names, struct fault *fault)
{
	json_t *name;
	size_t index;

	if (!json_is_array(names) || !json_array_size(names))
		return fault_set(fault, FAULT_USAGE, "services must be an array of names");
	json_array_foreach(names, index, name)
	{
		const char *text = json_string_value(name);
		bool known = false;
		for (size_t i = 0; i < host->unit_count && text; i++)
			known |= !strcmp(host->units[i].service->name, text);
		if (known)
			continue;
		fault_set(fault, FAULT_USAGE, "there is no service %s",
		    text ? text : "of that kind");
		return fault_next(fault, "steward status lists them");
	}
	return true;
}

void rpc_impact(struct call *call, json_t *params)
{
	struct host *host = call->host;
	json_t *names = json_object_get(params, "services"), *name;
	struct timeval limit = { .tv_sec = IMPACT_LIMIT_S };
	struct fault fault;
	size_t index;
	bool stop;

	if (!impact_action(params, &stop, &fault) || !impact_names(host, names, &fault)) {
		call_fault(call, &fault);
		return;
	}
	bool *wanted = memory_array(host->unit_count + 1, sizeof *wanted);
	json_array_foreach(names, index, name)
	    wanted[host_unit(host, json_string_value(name)) - host->units] = true;
	struct impact *impact = memory_new(sizeof *impact);
	impact->call = call;
	impact->services = json_array();
	impact->waiting = 1;
	impact->limit = evtimer_new(host->base, impact_late, impact);
	if (impact->limit)
		event_add(impact->limit, &limit);
	for (size_t i = 0; i < host->unit_count; i++)
		if (wanted[i])
			impact_service(impact, &host->units[i], stop);
	free(wanted);
	impact_one_less(impact);
}
