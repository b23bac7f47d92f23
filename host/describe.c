/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The schema: what services there are, and what each row of theirs says. The
 * console, completion and the manual are made from it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/snapshot.h"
#include "host/supervisor.h"
#include "services/service.h"

static const char *const type_names[] = {
	[SETTING_TEXT] = "text",
	[SETTING_INTEGER] = "integer",
	[SETTING_SIZE] = "size",
	[SETTING_DURATION] = "duration",
	[SETTING_BOOLEAN] = "boolean",
	[SETTING_CHOICE] = "choice",
	[SETTING_PATH] = "path",
	[SETTING_LIST] = "list",
	[SETTING_LISTEN] = "listen",
};
static const char *const grade_names[] = {
	[GRADE_READ] = "read",
	[GRADE_REVERSIBLE] = "reversible",
	[GRADE_DISRUPTS] = "disrupts",
	[GRADE_DESTROYS] = "destroys",
};

static const char *const role_names[] = {
	[TABLE_PLAIN] = "plain",
	[TABLE_CLIENTS] = "clients",
	[TABLE_OPEN] = "open",
};

static json_t *describe_row(const char *section, const struct setting *row)
{
	char name[96];
	json_t *choices = json_null();

	text_format(name, sizeof name, "%s.%s", section, row->name);
	if (row->choices) {
		choices = json_array();
		for (const char *const *c = row->choices; *c; c++)
			json_array_append_new(choices, json_string(*c));
	}
	bool limits = row->min || row->max;
	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:o, s:o, s:o, s:s, s:s}", "name", name,
	    "type", type_names[row->type], "default", row->fallback ? row->fallback : "",
	    "default_home", row->fallback_home, "unit", row->unit, "min",
	    limits ? json_integer(row->min) : json_null(), "max",
	    limits ? json_integer(row->max) : json_null(), "choices", choices, "help",
	    row->help ? row->help : "", "effect",
	    row->effect == SETTING_RESTART ? "restart" : "live");
}

static json_t *describe_rows(const char *section, const struct setting *rows)
{
	json_t *list = json_array();

	for (; rows && rows->name; rows++)
		json_array_append_new(list, describe_row(section, rows));
	return list;
}

static json_t *describe_service(const struct service *service)
{
	json_t *tables = json_array(), *commands = json_array();
	json_t *counters = json_array(), *listeners = json_array(), *needs = json_array();

	for (const struct service_table *t = service->tables; t && t->name; t++)
		json_array_append_new(tables,
		    json_pack("{s:s, s:s, s:s}", "name", t->name, "help", t->help, "role",
			role_names[t->role]));
	for (const char *const *n = service->needs; n && *n; n++)
		json_array_append_new(needs, json_string(*n));
	for (const struct service_command *c = service->commands; c && c->pattern; c++)
		json_array_append_new(commands,
		    json_pack("{s:s, s:s, s:s}", "pattern", c->pattern, "help", c->help, "grade",
			grade_names[c->grade]));
	for (const struct counter_kind *k = counter_standard_kinds; k->name; k++)
		json_array_append_new(counters,
		    json_pack("{s:s, s:s, s:b}", "name", k->name, "help", k->help, "gauge",
			k->gauge));
	for (const struct counter_kind *k = service->counters; k && k->name; k++)
		json_array_append_new(counters,
		    json_pack("{s:s, s:s, s:b}", "name", k->name, "help", k->help, "gauge",
			k->gauge));
	for (const struct listener_kind *l = service->listeners; l && l->setting; l++)
		json_array_append_new(listeners,
		    json_pack("{s:s, s:b, s:b}", "setting", l->setting, "tcp", l->tcp, "udp",
			l->udp));
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "name", service->name,
	    "summary", service->summary, "needs", needs, "settings",
	    describe_rows(service->name, service->settings), "tables", tables, "commands", commands,
	    "counters", counters, "listeners", listeners);
}

json_t *describe_schema(void)
{
	json_t *services = json_array();

	for (const struct service *const *s = service_list; *s; s++)
		json_array_append_new(services, describe_service(*s));
	return json_pack("{s:i, s:o, s:o}", "version", 1, "host",
	    json_pack("{s:o}", "settings", describe_rows("host", host_settings)), "services",
	    services);
}

/* ---- get: rows with their values ---- */

static void describe_values(json_t *list, const struct settings_book *book, const char *section,
    const struct setting *rows, const char *only)
{
	const struct settings *set = settings_of(book, section);

	for (; rows && rows->name; rows++) {
		if (only && strcmp(only, rows->name))
			continue;
		json_t *row = describe_row(section, rows);
		json_object_set_new(row, "value", snapshot_text(settings_shown(set, rows->name)));
		json_object_set_new(row, "default",
		    snapshot_text(settings_default(set, rows->name)));
		json_object_set_new(row, "origin", snapshot_text(settings_origin(set, rows->name)));
		json_array_append_new(list, row);
	}
}

json_t *describe_settings(const struct settings_book *book, const char *name, struct fault *fault)
{
	const char *dot = name ? strchr(name, '.') : NULL;
	size_t length = dot ? (size_t)(dot - name) : name ? strlen(name) : 0;
	json_t *list = json_array();

	if (!name || (length == 4 && !strncmp(name, "host", 4)))
		describe_values(list, book, "host", host_settings, dot ? dot + 1 : NULL);
	for (const struct service *const *s = service_list; *s; s++)
		if (!name || (strlen((*s)->name) == length && !strncmp(name, (*s)->name, length)))
			describe_values(list, book, (*s)->name, (*s)->settings,
			    dot ? dot + 1 : NULL);
	if (json_array_size(list) == 0 && name) {
		fault_set(fault, FAULT_USAGE, "there is no setting %s", name);
		fault_next(fault, "steward get lists all of them");
		json_decref(list);
		return NULL;
	}
	return list;
}
