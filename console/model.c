/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON to plain structs, so that views read fields and never documents. What
 * the host sends has been cleaned there; it is cleaned again here, since the
 * socket may lead to another version or another program.
 */
#include "console/model.h"

#include <stdlib.h>
#include <string.h>

#include "console/model_private.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

static const struct {
	const char *name, *word;
	bool up;
} states[] = {
	[MODEL_STOPPED] = { "stopped", N_("STOPPED"), false },
	[MODEL_STARTING] = { "starting", N_("STARTING"), true },
	[MODEL_RUNNING] = { "running", N_("RUNNING"), true },
	[MODEL_DRAINING] = { "draining", N_("DRAINING"), true },
	[MODEL_FAILED] = { "failed", N_("FAILED"), false },
	[MODEL_HUNG] = { "hung", N_("HUNG"), true },
	[MODEL_QUARANTINED] = { "quarantined", N_("QUARANTINED"), false },
	[MODEL_UNKNOWN] = { NULL, N_("UNKNOWN"), true },
};

struct model *model_new(void)
{
	struct model *model = memory_new(sizeof *model);

	model->records = memory_array(MODEL_RECORDS, sizeof *model->records);
	model->next_number = UINT64_C(1) << 32; /* older ones get lower numbers */
	model->audit = memory_array(MODEL_AUDIT, sizeof *model->audit);
	model->audit_newest = -1;
	return model;
}

void model_free(struct model *model)
{
	if (model == NULL)
		return;
	for (size_t i = 0; i < model->record_count; i++)
		free(model->records[(model->first + i) % MODEL_RECORDS].text);
	free(model->records);
	for (size_t i = 0; i < model->audit_count; i++)
		free(model->audit[i].changes);
	free(model->audit);
	free(model);
}

/* ---- Fields ---- */

void model_text(const json_t *object, const char *key, char *out, size_t size)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_string(value))
		text_clean(out, size, json_string_value(value), json_string_length(value));
	else
		*out = '\0';
}

int64_t model_integer(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_real(value)) {
		double real = json_real_value(value);

		return real >= 0 && real < 9e18 ? (int64_t)real : -1;
	}
	return json_is_integer(value) && json_integer_value(value) >= 0 ?
	    json_integer_value(value) :
	    -1;
}

double model_figure(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	double real = json_is_number(value) ? json_number_value(value) : -1;

	return real >= 0 ? real : -1;
}

static enum model_state state(const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "state"));

	for (size_t i = 0; name != NULL && i < MODEL_UNKNOWN; i++)
		if (strcmp(states[i].name, name) == 0)
			return (enum model_state)i;
	return MODEL_UNKNOWN;
}

const char *model_state_word(enum model_state value)
{
	return _(states[value].word);
}

bool model_state_up(enum model_state value)
{
	return states[value].up;
}

/* ---- The status document ---- */

static void listeners(struct model_service *service, const json_t *list)
{
	size_t i;
	json_t *entry;

	service->listener_count = 0;
	json_array_foreach(list, i, entry)
	{
		struct model_listener *listener = &service->listeners[service->listener_count];
		char address[64];

		if (i == MODEL_LISTENERS)
			break;
		model_text(entry, "address", address, sizeof address);
		int64_t port = model_integer(entry, "port");

		text_format(listener->address, sizeof listener->address,
		    strchr(address, ':') != NULL ? "[%s]:%lld" : "%s:%lld", address,
		    (long long)(port < 0 ? 0 : port));
		model_text(entry, "setting", listener->setting, sizeof listener->setting);
		model_text(entry, "transport", listener->transport, sizeof listener->transport);
		model_text(entry, "state", listener->state, sizeof listener->state);
		model_text(entry, "reason", listener->reason, sizeof listener->reason);
		service->listener_count++;
	}
}

static size_t names(char (*names_r)[32], const json_t *list)
{
	size_t count = 0, i;
	json_t *name;

	json_array_foreach(list, i, name)
	{
		if (count < MODEL_NAMES && json_is_string(name))
			text_clean(names_r[count++], sizeof names_r[0], json_string_value(name),
			    json_string_length(name));
	}
	return count;
}

static void service_fields(struct model_service *service, const json_t *entry)
{
	const json_t *counters = json_object_get(entry, "counters");
	const json_t *rates = json_object_get(entry, "rates");
	const json_t *latency = json_object_get(entry, "latency_us");
	const char *desired = json_string_value(json_object_get(entry, "desired"));

	model_text(entry, "name", service->name, sizeof service->name);
	model_text(entry, "summary", service->summary, sizeof service->summary);
	model_text(entry, "reason", service->reason, sizeof service->reason);
	model_text(entry, "since", service->since, sizeof service->since);
	service->state = state(entry);
	service->wanted = desired != NULL && strcmp(desired, "running") == 0;
	service->generation = model_integer(entry, "generation");
	listeners(service, json_object_get(entry, "listeners"));
	service->workers = model_integer(entry, "workers");
	service->memory = model_integer(entry, "memory_bytes");
	service->cpu_seconds = model_figure(entry, "cpu_seconds");
	service->requests_rate = model_figure(rates, "requests");
	service->cpu_percent = model_figure(rates, "cpu_percent");
	service->connections = model_integer(counters, "connections");
	service->connections_total = model_integer(counters, "connections_total");
	service->requests = model_integer(counters, "requests");
	service->errors = model_integer(counters, "errors");
	service->bytes_in = model_integer(counters, "bytes_in");
	service->bytes_out = model_integer(counters, "bytes_out");
	service->p50 = model_integer(latency, "p50");
	service->p90 = model_integer(latency, "p90");
	service->p99 = model_integer(latency, "p99");
	service->slowest = model_integer(latency, "max");
	service->last_start = model_figure(entry, "last_start_seconds");
	service->last_restart = model_figure(entry, "last_restart_seconds");
	service->drain_left = model_figure(entry, "drain_left_seconds");
	service->needs_count = names(service->needs, json_object_get(entry, "needs"));
	service->needed_by_count = names(service->needed_by, json_object_get(entry, "needed_by"));
}

static void crash_fields(struct model_crash *crash, const json_t *object)
{
	size_t i;
	json_t *frame;

	memset(crash, 0, sizeof *crash);
	if (!json_is_object(object))
		return;
	crash->present = true;
	model_text(object, "time", crash->time, sizeof crash->time);
	model_text(object, "service", crash->service, sizeof crash->service);
	model_text(object, "signal", crash->signal, sizeof crash->signal);
	model_text(object, "text", crash->text, sizeof crash->text);
	json_array_foreach(json_object_get(object, "frames"), i, frame)
	{
		if (i == MODEL_FRAMES)
			break;
		if (json_is_string(frame))
			text_clean(crash->frames[crash->frame_count++], sizeof crash->frames[0],
			    json_string_value(frame), json_string_length(frame));
	}
}

static void host_fields(struct model_host *host, const json_t *object)
{
	model_text(object, "name", host->name, sizeof host->name);
	model_text(object, "user", host->user, sizeof host->user);
	model_text(object, "home", host->home, sizeof host->home);
	model_text(object, "software", host->software, sizeof host->software);
	model_text(object, "sandbox", host->sandbox, sizeof host->sandbox);
	model_text(object, "settings_fault", host->settings_fault, sizeof host->settings_fault);
	host->pid = model_integer(object, "pid");
	host->crashes = model_integer(object, "crashes");
	host->consoles = model_integer(object, "consoles");
	host->first_run = json_is_true(json_object_get(object, "first_run"));
	host->uptime = model_figure(object, "uptime_seconds");
	crash_fields(&host->crash, json_object_get(object, "last_crash"));
}

static void machine_fields(struct model_machine *machine, const json_t *object)
{
	machine->cpu_percent = model_figure(object, "cpu_percent");
	machine->load = model_figure(object, "load1");
	machine->cores = model_integer(object, "cores");
	machine->memory_total = model_integer(object, "memory_total");
	machine->memory_used = model_integer(object, "memory_used");
	machine->swap_total = model_integer(object, "swap_total");
	machine->swap_used = model_integer(object, "swap_used");
}

void model_status(struct model *model, const json_t *document)
{
	const json_t *machine = json_object_get(document, "machine");
	size_t i;
	json_t *entry;

	if (!json_is_array(json_object_get(document, "services")))
		return;
	host_fields(&model->host, json_object_get(document, "host"));
	model->service_count = 0;
	json_array_foreach(json_object_get(document, "services"), i, entry)
	{
		if (i == MODEL_SERVICES)
			break;
		service_fields(&model->services[model->service_count++], entry);
	}
	model_watch(model, document);
	/* The answer to `status` has none; keep what the last snapshot said. */
	if (json_is_object(machine) || !model->known)
		machine_fields(&model->machine, machine);
	model->known = true;
}

static struct model_service *find(struct model *model, const char *name)
{
	for (size_t i = 0; i < model->service_count; i++)
		if (strcmp(model->services[i].name, name) == 0)
			return &model->services[i];
	return NULL;
}

const struct model_service *model_service(const struct model *model, const char *name)
{
	return find((struct model *)model, name);
}

void model_entries(struct model *model, const json_t *services)
{
	size_t i;
	json_t *entry;

	json_array_foreach(services, i, entry)
	{
		char name[32];

		model_text(entry, "name", name, sizeof name);
		struct model_service *service = find(model, name);

		/* A snapshot may have been quicker. */
		if (service != NULL && model_integer(entry, "generation") >= service->generation)
			service_fields(service, entry);
	}
}

/* ---- The journal ---- */

const struct model_record *model_record(const struct model *model, size_t index)
{
	return &model->records[(model->first + index) % MODEL_RECORDS];
}

bool model_parse_record(const json_t *object, struct model_record *record)
{
	char when[40], level[16], subject[64], words[2048];

	if (!json_is_object(object))
		return false;
	memset(record, 0, sizeof *record);
	model_text(object, "time", when, sizeof when);
	record->time_us = clock_parse(when, 0);
	model_text(object, "level", level, sizeof level);
	if (!journal_level_parse(level, &record->level))
		record->level = JOURNAL_NOTICE;
	model_text(object, "service", record->service, sizeof record->service);
	model_text(object, "subject", subject, sizeof subject);
	model_text(object, "text", words, sizeof words);
	size_t size = strlen(words) + 1;

	record->text = memory_format("%s%c%s", words, '\0', subject);
	record->subject = record->text + size;
	return true;
}

static bool known_already(const struct model *model, const struct model_record *record)
{
	for (size_t i = model->record_count; i-- > 0;) {
		const struct model_record *old = model_record(model, i);

		if (old->time_us < record->time_us)
			return false;
		if (old->time_us == record->time_us && strcmp(old->service, record->service) == 0 &&
		    strcmp(old->subject, record->subject) == 0 &&
		    strcmp(old->text, record->text) == 0)
			return true;
	}
	return false;
}

static void add(struct model *model, struct model_record *record)
{
	if (model->resumed_us > 0 && record->time_us <= model->resumed_us &&
	    known_already(model, record)) {
		free(record->text);
		return;
	}
	record->number = model->next_number++;
	if (model->record_count == MODEL_RECORDS) {
		free(model->records[model->first].text);
		model->first = (model->first + 1) % MODEL_RECORDS;
		model->record_count--;
	}
	model->records[(model->first + model->record_count++) % MODEL_RECORDS] = *record;
}

void model_journal(struct model *model, const json_t *params)
{
	size_t i;
	json_t *entry;

	json_array_foreach(json_object_get(params, "records"), i, entry)
	{
		struct model_record record;

		if (model_parse_record(entry, &record))
			add(model, &record);
	}
}

void model_older(struct model *model, const json_t *list)
{
	int64_t oldest = model->record_count > 0 ? model_record(model, 0)->time_us : INT64_MAX;
	uint64_t number =
	    model->record_count > 0 ? model_record(model, 0)->number : model->next_number;

	for (size_t i = json_array_size(list); i-- > 0 && model->record_count < MODEL_RECORDS;) {
		struct model_record record;

		if (!model_parse_record(json_array_get(list, i), &record))
			continue;
		if (record.time_us >= oldest) {
			free(record.text);
			continue;
		}
		record.number = --number;
		model->first = (model->first + MODEL_RECORDS - 1) % MODEL_RECORDS;
		model->records[model->first] = record;
		model->record_count++;
	}
	model_resume(model); /* the backlog may come after this answer */
}

void model_resume(struct model *model)
{
	model->resumed_us =
	    model->record_count > 0 ? model_record(model, model->record_count - 1)->time_us : 0;
}
