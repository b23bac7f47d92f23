/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/format.h"
#include "console/run.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/*
 * init: the first run as words. It is made of what others do too (set, stop,
 * start), so that it can be done by hand as well and leaves nothing that could not
 * be changed later. First all of it is checked: names against what there is, values
 * by the host, which sets all or none of them.
 */
#define INIT_DEADLINE_MS (300 * 1000)

struct plan {
	const struct invocation *call;
	json_t *status, *schema;
	json_t *values;       /* settings to set */
	json_t *start, *stop; /* names */
};

static const json_t *named(const json_t *list, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i,
	    one) if (strcmp(json_text(one, "name", ""), name) == 0) return one;
	return NULL;
}

static bool no_service(const char *name, struct fault *fault)
{
	fault_set(fault, FAULT_USAGE, "there is no service \"%s\"", name);
	return fault_next(fault, "steward status shows the services");
}

/* "web,dns": every service is started or stopped. */
static bool plan_services(struct plan *plan, const char *list, struct fault *fault)
{
	const json_t *services = json_object_get(plan->status, "services"), *service;
	char *copy = memory_string(list), *rest = copy, *name;
	json_t *wanted = json_object();
	bool known = true;
	size_t i;

	while (known && *list != '\0' && (name = strsep(&rest, ",")) != NULL) {
		known = named(services, name) != NULL || no_service(name, fault);
		json_object_set_new(wanted, name, json_true());
	}
	json_array_foreach(services, i, service)
	{
		const char *one = json_text(service, "name", "?");

		json_array_append_new(json_object_get(wanted, one) != NULL ? plan->start :
									     plan->stop,
		    json_string(one));
	}
	json_decref(wanted);
	free(copy);
	return known;
}

/* The setting that says where a service listens; NULL: there is none, or several. */
static const char *listen_setting(const struct plan *plan, const char *service)
{
	const json_t *listeners =
	    json_object_get(named(json_object_get(plan->schema, "services"), service), "listeners");

	return json_array_size(listeners) == 1 ?
	    json_text(json_array_get(listeners, 0), "setting", NULL) :
	    NULL;
}

/* "web=192.0.2.1:80,[::1]:80"; the name may be a setting's, too. */
static bool plan_listen(struct plan *plan, const char *text, struct fault *fault)
{
	const char *equals = strchr(text, '=');
	char name[128];

	if (equals == NULL || equals == text || (size_t)(equals - text) >= sizeof name / 2) {
		fault_set(fault, FAULT_USAGE, "--listen: \"%s\" is no SERVICE=ADDRESS:PORT", text);
		return fault_next(fault, "for example: --listen web=0.0.0.0:80,[::]:80");
	}
	text_format(name, sizeof name, "%.*s", (int)(equals - text), text);
	if (strchr(name, '.') == NULL) {
		const char *setting = listen_setting(plan, name);
		size_t length = strlen(name);

		if (named(json_object_get(plan->status, "services"), name) == NULL)
			return no_service(name, fault);
		if (setting == NULL)
			return fault_set(fault, FAULT_USAGE,
			    "--listen: %s has not one place to listen at: name the setting", name);
		text_format(name + length, sizeof name - length, ".%s", setting);
	}
	if (json_object_get(plan->values, name) != NULL)
		return fault_set(fault, FAULT_USAGE, "%s is given twice", name);
	json_object_set_new(plan->values, name, json_string(equals + 1));
	return true;
}

static bool plan_make(struct plan *plan, const struct words *words, struct fault *fault)
{
	const char *name = words_get(words, "name"), *services = words_get(words, "services");

	plan->schema = run_call(plan->call, "describe", NULL, RUN_DEADLINE_MS, fault);
	if (plan->schema == NULL)
		return false;
	if (name != NULL)
		json_object_set_new(plan->values, "host.name", json_string(name));
	for (size_t i = 0; i < words_count(words, "listen"); i++)
		if (!plan_listen(plan, words_item(words, "listen", i), fault))
			return false;
	return services == NULL || plan_services(plan, services, fault);
}

/* One of the steps; true when there is nothing to do. Its result is kept when
 * field is not NULL. */
static bool step(const struct plan *plan, const char *method, json_t *params, json_t *result,
    const char *field, struct fault *fault)
{
	json_t *answer = run_call(plan->call, method, params, INIT_DEADLINE_MS, fault);

	if (answer != NULL && field != NULL)
		json_object_set(result, field, json_object_get(answer, field));
	json_decref(answer);
	return answer != NULL;
}

static bool set_values(const struct plan *plan, json_t *result, struct fault *fault)
{
	return json_object_size(plan->values) == 0 ||
	    step(plan, "set", json_pack("{s:O}", "values", plan->values), result, "changes", fault);
}

static bool steer(const struct plan *plan, const char *method, json_t *names, struct fault *fault)
{
	return json_array_size(names) == 0 ||
	    step(plan, method, json_pack("{s:O}", "services", names), NULL, NULL, fault);
}

/* What is not changed must not be touched, so that init can be done again. */
static void leave_out(const struct plan *plan, json_t *names, const char *desired)
{
	const json_t *services = json_object_get(plan->status, "services");

	for (size_t i = json_array_size(names); i-- > 0;) {
		const char *name = json_string_value(json_array_get(names, i));
		const json_t *service = named(services, name);
		const char *state = json_text(service, "state", "");
		bool right = strcmp(json_text(service, "desired", ""), desired) == 0 &&
		    strcmp(state, "failed") != 0;

		if (right)
			json_array_remove(names, i);
	}
}

static bool plan_carry_out(const struct plan *plan, json_t *result, struct fault *fault)
{
	leave_out(plan, plan->start, "running");
	leave_out(plan, plan->stop, "stopped");
	/* The settings first: they are checked as a whole, and one that is wrong is the
	 * end of it before anything is done. */
	return set_values(plan, result, fault) && steer(plan, "stop", plan->stop, fault) &&
	    steer(plan, "start", plan->start, fault) &&
	    step(plan, "init", json_pack("{s:b}", "done", true), NULL, NULL, fault);
}

/* ---- How things stand ---- */

static void print_stand(const json_t *status, const struct invocation *call)
{
	const json_t *host = json_object_get(status, "host");
	bool first = json_is_true(json_object_get(host, "first_run"));

	run_print_status(status, NULL, call, stdout);
	fflush(stdout);
	fprintf(stderr, "steward: %s\n",
	    first ? _("nobody has set this steward up yet") : _("this steward has been set up"));
	fprintf(stderr, "         %s\n",
	    _("for example: steward init --name nas1 --services web --listen web=0.0.0.0:80"));
}

static int init_stand(const struct plan *plan)
{
	const json_t *host = json_object_get(plan->status, "host");

	if (plan->call->json) {
		json_t *result = json_pack("{s:i, s:O, s:O}", "version", 1, "first_run",
		    json_object_get(host, "first_run"), "services",
		    json_object_get(plan->status, "services"));
		format_json(result, stdout);
		json_decref(result);
	} else {
		print_stand(plan->status, plan->call);
	}
	return 0;
}

static int init_done(const struct plan *plan, json_t *result, struct fault *fault)
{
	json_t *status = run_call(plan->call, "status", NULL, RUN_DEADLINE_MS, fault);

	if (status == NULL)
		return run_exit(fault);
	if (plan->call->json) {
		json_object_set(result, "services", json_object_get(status, "services"));
		json_object_set(result, "first_run",
		    json_object_get(json_object_get(status, "host"), "first_run"));
		format_json(result, stdout);
	} else {
		run_print_status(status, NULL, plan->call, stdout);
	}
	int code = (int)run_why_degraded(status, plan->call->json ? NULL : fault);

	json_decref(status);
	return code;
}

int run_init(const struct invocation *call, const struct words *words, struct fault *fault)
{
	struct plan plan = {
		.call = call,
		.values = json_object(),
		.start = json_array(),
		.stop = json_array(),
	};
	json_t *result = json_pack("{s:i, s:[]}", "version", 1, "changes");
	bool ask = words_get(words, "name") == NULL && words_get(words, "services") == NULL &&
	    words_get(words, "listen") == NULL && words_get(words, "done") == NULL;
	int status;

	plan.status = run_call(call, "status", NULL, RUN_DEADLINE_MS, fault);
	if (plan.status == NULL)
		status = run_exit(fault);
	else if (ask)
		status = init_stand(&plan);
	else if (plan_make(&plan, words, fault) && plan_carry_out(&plan, result, fault))
		status = init_done(&plan, result, fault);
	else
		status = run_exit(fault);
	json_decref(plan.status);
	json_decref(plan.schema);
	json_decref(plan.values);
	json_decref(plan.start);
	json_decref(plan.stop);
	json_decref(result);
	return status;
}
