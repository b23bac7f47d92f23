/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Documents for programs: fields are added, never renamed (docs/control.md).
 */
#include "config.h"

#include "host/snapshot.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/text.h"
#include "host/arena.h"
#include "host/audit.h"
#include "host/control.h"
#include "host/machine.h"
#include "host/state.h"
#include "host/trial.h"
#include "host/unit.h"
#include "host/watch.h"
#include "keeper/protocol.h"

json_t *snapshot_text(const char *text)
{
	json_t *value = json_string(text);
	char clean[4096];

	if (value)
		return value;
	text_clean(clean, sizeof clean, text ? text : "", text ? strlen(text) : 0);
	return json_string(clean);
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? snapshot_text(text) : json_null();
}

static json_t *time_text(int64_t utc_us)
{
	char text[40];

	clock_rfc3339(utc_us, text, sizeof text);
	return json_string(text);
}

static json_t *unknown_or(int64_t value)
{
	return value < 0 ? json_null() : json_integer(value);
}

uid_t snapshot_owner(const struct host *host)
{
	return host->flags & KEEPER_FLAG_ROOT ? 0 : geteuid();
}

json_t *snapshot_record(const struct journal_record *record)
{
	json_t *object =
	    json_pack("{s:I, s:o, s:s, s:s, s:s, s:s}", "sequence", (json_int_t)record->sequence,
		"time", time_text(record->time_us), "level", journal_level_name(record->level),
		"service", record->service, "subject", record->subject, "text", record->text);

	if (record->context)
		json_object_set_new(object, "context", json_true());
	return object;
}

static json_t *snapshot_listeners(const struct unit *unit)
{
	static const char *const states[] = {
		[LISTENER_OPEN] = "open",
		[LISTENER_SHUT] = "shut",
		[LISTENER_WAITING] = "waiting",
		[LISTENER_REFUSED] = "refused",
		[LISTENER_ASKED] = "shut",
	};
	json_t *list = json_array();

	for (const struct unit_listener *l = unit->listeners; l; l = l->next)
		json_array_append_new(list,
		    json_pack("{s:s, s:o, s:i, s:s, s:s, s:o}", "setting", l->kind->setting,
			"address", snapshot_text(l->address), "port", l->port ? l->port : l->asked,
			"transport", l->transport == TRANSPORT_TCP ? "tcp" : "udp", "state",
			states[l->state], "reason", text_or_null(l->reason)));
	return list;
}

static json_t *snapshot_counters(const struct unit *unit, const struct counter_sum *sum)
{
	json_t *counters = json_object();
	unsigned id = 0;

	for (const struct counter_kind *k = counter_standard_kinds; k->name; k++)
		json_object_set_new(counters, k->name, json_integer(sum->value[id++]));
	for (const struct counter_kind *k = unit->service->counters; k && k->name; k++)
		json_object_set_new(counters, k->name, json_integer(sum->value[id++]));
	return counters;
}

static json_t *snapshot_latency(const struct counter_sum *sum)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "p50", (json_int_t)counter_quantile(sum, 500),
	    "p90", (json_int_t)counter_quantile(sum, 900), "p99",
	    (json_int_t)counter_quantile(sum, 990), "max", (json_int_t)sum->latency_max);
}

json_t *snapshot_needed_by(const struct unit *unit)
{
	json_t *list = json_array();

	for (const struct service *const *s = service_list; *s; s++)
		for (const char *const *n = (*s)->needs; n && *n; n++)
			if (!strcmp(*n, unit->service->name))
				json_array_append_new(list, json_string((*s)->name));
	return list;
}

static json_t *seconds_or_null(int64_t ms)
{
	return ms < 0 ? json_null() : json_real((double)ms / 1000);
}

/* What helps to decide about an action. */
static void snapshot_facts(const struct unit *unit, json_t *object)
{
	json_t *needs = json_array();
	int64_t left = -1;

	for (const char *const *n = unit->service->needs; n && *n; n++)
		json_array_append_new(needs, json_string(*n));
	if (unit->state == UNIT_DRAINING)
		left = (unit->drain_ends - clock_monotonic()) / (CLOCK_SECOND / 1000);
	if (unit->state == UNIT_DRAINING && left < 0)
		left = 0;
	json_object_set_new(object, "needs", needs);
	json_object_set_new(object, "needed_by", snapshot_needed_by(unit));
	json_object_set_new(object, "last_start_seconds", seconds_or_null(unit->last_start_ms));
	json_object_set_new(object, "last_restart_seconds", seconds_or_null(unit->last_restart_ms));
	json_object_set_new(object, "drain_left_seconds", seconds_or_null(left));
}

json_t *snapshot_unit(const struct unit *unit)
{
	struct counter_sum sum;

	unit_latency(unit, &sum);
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:I, s:o, s:i, s:f, s:o, s:o,"
				   " s:{s:f, s:f}, s:o}",
	    "name", unit->service->name, "summary", unit->service->summary, "state",
	    unit_state_name(unit), "desired", unit->wanted ? "running" : "stopped", "reason",
	    text_or_null(unit->hung ? unit->hung_text : unit->reason), "since",
	    time_text(unit->since_us), "generation", (json_int_t)unit->generation, "listeners",
	    snapshot_listeners(unit), "workers", unit->run ? (int)unit->run->workers : 0,
	    "cpu_seconds", (double)unit_cpu(unit) / 1e9, "memory_bytes",
	    unknown_or(arena_bytes(unit->arena)), "counters", snapshot_counters(unit, &sum),
	    "rates", "requests", unit->rate_requests, "cpu_percent", unit->rate_cpu, "latency_us",
	    snapshot_latency(&sum));
	snapshot_facts(unit, object);
	return object;
}

static json_t *snapshot_crash(const struct crash_report *crash)
{
	if (!crash->present)
		return json_null();
	json_t *frames = json_array();
	char address[24];
	snprintf(address, sizeof address, "0x%llx", (unsigned long long)crash->address);
	for (unsigned i = 0; i < crash->frames; i++)
		json_array_append_new(frames, snapshot_text(crash->frame[i]));
	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:o}", "time", time_text(crash->time_us),
	    "service", text_or_null(crash->service), "signal", text_or_null(crash->signal),
	    "address", address, "text", snapshot_text(crash->text), "frames", frames);
}

json_t *snapshot_host(struct host *host)
{
	return json_pack("{s:o, s:i, s:i, s:f, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:b}",
	    "name", snapshot_text(host->name), "pid", (int)getpid(), "keeper_pid", host->keeper_pid,
	    "uptime_seconds", (double)(clock_monotonic() - host->started) / 1e9, "crashes",
	    (json_int_t)host->crashes, "software", PACKAGE_VERSION, "user",
	    snapshot_text(host->user), "home",
	    snapshot_text(host->home.installed ? host->home.state : host->home.folder),
	    "settings_fault", text_or_null(host->settings_fault), "sandbox",
	    snapshot_text(host->sandbox), "last_crash", snapshot_crash(&host->last_crash),
	    "consoles", (int)control_clients(host->control), "first_run", state_first_run());
}

static json_t *figure(double value)
{
	return value < 0 ? json_null() : json_real((double)(int64_t)(value * 100 + 0.5) / 100);
}

static json_t *snapshot_machine(void)
{
	static struct machine machine;

	machine_sample(&machine, "/proc");
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "cpu_percent",
	    figure(machine.cpu_percent), "cores", unknown_or(machine.cores), "memory_total",
	    unknown_or(machine.memory_total), "memory_used", unknown_or(machine.memory_used),
	    "memory_available", unknown_or(machine.memory_available), "swap_total",
	    unknown_or(machine.swap_total), "swap_used", unknown_or(machine.swap_used), "load1",
	    figure(machine.load1), "uptime_seconds", unknown_or(machine.uptime_seconds));
}

json_t *snapshot_document(struct host *host, const struct unit *only, bool machine)
{
	json_t *services = json_array();

	arena_refresh();
	for (size_t i = 0; i < host->unit_count; i++)
		if (!only || only == &host->units[i])
			json_array_append_new(services, snapshot_unit(&host->units[i]));
	json_t *document = json_pack("{s:i, s:o, s:o}", "version", 1, "host", snapshot_host(host),
	    "services", services);
	json_object_set_new(document, "trial", trial_shown(host));
	json_object_set_new(document, "audit_newest", json_integer(audit_newest(host)));
	if (machine)
		json_object_set_new(document, "machine", snapshot_machine());
	return document;
}

json_t *snapshot_watched(struct host *host)
{
	json_t *document = snapshot_document(host, NULL, true);

	json_object_set_new(document, "alerts", alerts_document(watch_alerts(host->watch), false));
	json_object_set_new(document, "sessions", control_sessions(host->control, true));
	return document;
}

void snapshot_rows(const struct rows *rows, size_t most, json_t **columns_r, json_t **rows_r)
{
	const char *const *names = rows_names(rows);
	size_t width = 0;

	*columns_r = json_array();
	*rows_r = json_array();
	for (; names && names[width]; width++)
		json_array_append_new(*columns_r, json_string(names[width]));
	for (size_t i = 0; i < rows_count(rows) && i < most; i++) {
		json_t *line = json_array();
		for (size_t j = 0; j < width; j++)
			json_array_append_new(line, snapshot_text(rows_get(rows, i, j)));
		json_array_append_new(*rows_r, line);
	}
}
