/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "console/client.h"
#include "console/format.h"
#include "console/run.h"
#include "console/show.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/*
 * status, and the commands that change a service's state: they answer with the
 * same entries, so they are printed by the same functions.
 */
#define STEER_DEADLINE_S 300 /* the host has shorter ones of its own */

/* The state of a listener where it is not what the service's state says. */
static const char *listener_note(const json_t *service, const json_t *listener)
{
	const char *state = json_text(listener, "state", "open");
	bool running = strcmp(json_text(service, "state", ""), "running") == 0;

	return strcmp(state, running ? "open" : "shut") == 0 ? NULL : show_word(state);
}

static void show_listeners(const json_t *service, char *out, size_t size)
{
	const json_t *listener;
	size_t used = 0, i;

	*out = '\0';
	json_array_foreach(json_object_get(service, "listeners"), i, listener)
	{
		const char *address = json_text(listener, "address", "?");
		const char *transport = json_text(listener, "transport", "tcp");
		const char *note = listener_note(service, listener);
		bool v6 = strchr(address, ':') != NULL;

		if (!text_format(out + used, size - used, "%s%s%s%s:%" PRId64 "%s%s%s%s%s",
			used > 0 ? ", " : "", v6 ? "[" : "", address, v6 ? "]" : "",
			json_whole(listener, "port", 0), strcmp(transport, "tcp") == 0 ? "" : "/",
			strcmp(transport, "tcp") == 0 ? "" : transport, note != NULL ? " (" : "",
			note != NULL ? note : "", note != NULL ? ")" : ""))
			break;
		used = strlen(out);
	}
}

static double figure(const json_t *service, const char *group, const char *key)
{
	return json_figure(json_object_get(service, group), key, 0);
}

static void latency_words(const json_t *service, const char *key, char *out, size_t size)
{
	int64_t us = json_whole(json_object_get(service, "latency_us"), key, 0);

	if (us > 0)
		text_show_latency(us, out, size);
	else
		text_format(out, size, "-");
}

static void show_memory(const json_t *service, char *out, size_t size)
{
	const json_t *bytes = json_object_get(service, "memory_bytes");

	if (json_is_integer(bytes))
		text_show_bytes(json_integer_value(bytes), out, size);
	else
		text_format(out, size, "-");
}

static void print_host(const json_t *host, const struct invocation *call, FILE *out)
{
	const json_t *crash = json_object_get(host, "last_crash");
	char up[32], when[64], clean[2048];
	bool installed = true;

	text_show_duration(json_whole(host, "uptime_seconds", 0), up, sizeof up);
	format_text(json_text(host, "name", "?"), out);
	fputs("  ", out);
	/* TRANSLATORS: a duration, and two process numbers */
	fprintf(out, _("up %s  stewardd %.0f  host %.0f"), up, json_figure(host, "keeper_pid", 0),
	    json_figure(host, "pid", 0));
	client_home(call->home, NULL, NULL, NULL, 0, &installed);
	if (json_text(host, "home", NULL) != NULL && !installed) {
		fputs("  ", out);
		json_clean(host, "home", clean, sizeof clean);
		fprintf(out, _("home %s"), clean);
	}
	if (json_figure(host, "crashes", 0) > 0) {
		fputs("  ", out);
		fprintf(out, _("crashes %.0f"), json_figure(host, "crashes", 0));
	}
	fputc('\n', out);
	if (json_text(host, "settings_fault", NULL) != NULL) {
		json_clean(host, "settings_fault", clean, sizeof clean);
		fprintf(out, _("settings not applied: %s\n"), clean);
	}
	if (json_is_object(crash)) {
		format_time(json_text(crash, "time", ""), when, sizeof when);
		json_clean(crash, json_text(crash, "text", NULL) != NULL ? "text" : "service",
		    clean, sizeof clean);
		fprintf(out, _("last crash: %s %s\n"), when, clean);
	}
}

static void print_overview(const json_t *status, FILE *out)
{
	const char *const titles[] = { _("service"), _("state"), _("address"), _("req/s"),
		_("conns"), _("cpu"), _("memory"), "p99", _("note"), NULL };
	struct grid *grid = grid_new(titles, "lllrrrrrl");
	char address[512], memory[16], latency[16];
	const json_t *service;
	size_t i;

	json_array_foreach(json_object_get(status, "services"), i, service)
	{
		show_listeners(service, address, sizeof address);
		show_memory(service, memory, sizeof memory);
		latency_words(service, "p99", latency, sizeof latency);
		grid_cell(grid, json_text(service, "name", "?"));
		grid_cell(grid, show_word(json_text(service, "state", "?")));
		grid_cell(grid, address);
		grid_cellf(grid, "%.1f", figure(service, "rates", "requests"));
		grid_cellf(grid, "%.0f", figure(service, "counters", "connections"));
		grid_cellf(grid, "%.1f%%", figure(service, "rates", "cpu_percent"));
		grid_cell(grid, memory);
		grid_cell(grid, latency);
		grid_cell(grid, json_text(service, "reason", NULL));
	}
	fputc('\n', out);
	grid_print(grid, true, out);
	grid_free(grid);
}

/* "requests_total" as "requests total". */
static void add_counter(struct grid *grid, const char *key, const json_t *value)
{
	/* Those of every service; what one counts itself has the name that metrics show. */
	static const char *const standard[] = { N_("connections"), N_("connections total"),
		N_("requests"), N_("errors"), N_("bytes in"), N_("bytes out") };
	char name[128];

	text_format(name, sizeof name, "%s", key);
	for (char *c = name; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++)
		if (strcmp(standard[i], name) == 0)
			text_format(name, sizeof name, "%s", _(standard[i]));
	grid_cell(grid, name);
	grid_cellf(grid, "%.0f", json_number_value(value));
}

static void print_service(json_t *service, FILE *out)
{
	static const char *const titles[] = { "", "", NULL };
	struct grid *grid = grid_new(titles, "ll");
	char text[512];
	const char *key;
	json_t *value;

	grid_cell(grid, json_text(service, "name", "?"));
	grid_cell(grid, format_words(service, "summary"));
	format_time(json_text(service, "since", ""), text, sizeof text);
	grid_cell(grid, _("state"));
	grid_cellf(grid, _("%s since %s, should be %s"),
	    show_word(json_text(service, "state", "?")), text,
	    show_word(json_text(service, "desired", "?")));
	if (json_text(service, "reason", NULL) != NULL) {
		grid_cell(grid, _("reason"));
		grid_cell(grid, json_text(service, "reason", NULL));
	}
	show_listeners(service, text, sizeof text);
	grid_cell(grid, _("address"));
	grid_cell(grid, text);
	grid_cell(grid, _("workers"));
	grid_cellf(grid, "%.0f", json_figure(service, "workers", 0));
	grid_cell(grid, _("cpu"));
	grid_cellf(grid, _("%.1f%% now, %.2f s in all"), figure(service, "rates", "cpu_percent"),
	    json_figure(service, "cpu_seconds", 0));
	show_memory(service, text, sizeof text);
	grid_cell(grid, _("memory"));
	grid_cell(grid, text);
	grid_cell(grid, _("latency"));
	char p50[16], p90[16], p99[16];
	latency_words(service, "p50", p50, sizeof p50);
	latency_words(service, "p90", p90, sizeof p90);
	latency_words(service, "p99", p99, sizeof p99);
	grid_cellf(grid, _("p50 %s  p90 %s  p99 %s (last minute)"), p50, p90, p99);
	json_object_foreach(json_object_get(service, "counters"), key, value)
	    add_counter(grid, key, value);
	grid_print(grid, false, out);
	grid_free(grid);
}

void run_print_status(const json_t *status, const char *service, const struct invocation *call,
    FILE *out)
{
	const json_t *services = json_object_get(status, "services");

	if (service != NULL) {
		print_service(json_array_get(services, 0), out);
		return;
	}
	print_host(json_object_get(status, "host"), call, out);
	print_overview(status, out);
}

bool ask_status(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	const char *service = words_get(words, "service");

	(void)fault;
	return run_ask(ask, "status",
	    service != NULL ? json_pack("{s:s}", "service", service) : NULL, RUN_DEADLINE_MS);
}

void show_status(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	struct fault fault = { 0 };

	run_print_status(result, words_get(words, "service"), call, out);
	if (out == talk && run_why_degraded(result, &fault) != FAULT_NONE)
		format_fault(&fault, talk);
}

int run_status(const struct invocation *call, const struct words *words, struct fault *fault)
{
	struct command_ask ask;

	ask_status(words, &ask, fault);
	json_t *status = run_call(call, ask.method, ask.params, ask.deadline_ms, fault);

	if (status == NULL)
		return run_exit(fault);
	if (call->json)
		format_json(status, stdout);
	else
		run_print_status(status, words_get(words, "service"), call, stdout);
	int code = (int)run_why_degraded(status, call->json ? NULL : fault);

	json_decref(status);
	return code;
}

/* ---- Changing states ---- */

void run_print_states(const json_t *result, FILE *out)
{
	static const char *const titles[] = { "", "", "", "", NULL };
	struct grid *grid = grid_new(titles, "");
	const json_t *service;
	char address[512];
	size_t i;

	json_array_foreach(json_object_get(result, "services"), i, service)
	{
		show_listeners(service, address, sizeof address);
		grid_cell(grid, json_text(service, "name", "?"));
		grid_cell(grid, show_word(json_text(service, "state", "?")));
		grid_cell(grid, address);
		grid_cell(grid, json_text(service, "reason", NULL));
	}
	grid_print(grid, false, out);
	grid_free(grid);
}

void show_states(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	(void)call;
	(void)words;
	run_print_states(result, out);
	run_print_trial(result, talk);
}

static bool steer(const char *method, const struct words *words, struct command_ask *ask,
    struct fault *fault)
{
	const char *drain = words_get(words, "drain");
	int64_t drain_ms = 0;

	if (drain != NULL &&
	    (!text_duration(drain, &drain_ms) || drain_ms < 0 || drain_ms > INT64_C(3600) * 1000))
		return fault_set(fault, FAULT_USAGE, "--drain: 0 to 3600 seconds, found \"%s\"",
		    drain);
	json_t *params = json_pack("{s:[]}", "services");

	for (size_t i = 0; i < words_count(words, "service"); i++)
		json_array_append_new(json_object_get(params, "services"),
		    json_string(words_item(words, "service", i)));
	if (drain != NULL)
		json_object_set_new(params, "drain",
		    drain_ms % 1000 == 0 ? json_integer(drain_ms / 1000) :
					   json_real((double)drain_ms / 1000));
	if (run_confirm_seconds(words, params, fault))
		return run_ask(ask, method, params, STEER_DEADLINE_S * 1000 + (int)drain_ms);
	json_decref(params);
	return false;
}

bool ask_start(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	return steer("start", words, ask, fault);
}

bool ask_stop(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	return steer("stop", words, ask, fault);
}

bool ask_restart(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	return steer("restart", words, ask, fault);
}

bool ask_reload(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	return steer("reload", words, ask, fault);
}

bool ask_resume(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	return steer("resume", words, ask, fault);
}
