/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenMetrics 1.0 text: families first by name, each with its type and help,
 * counters with _total, and the end marker that the format asks for.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "host/arena.h"
#include "host/snapshot.h"
#include "host/unit.h"

static void metric_family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# TYPE steward_%s %s\n# HELP steward_%s %s\n", name, type, name, help);
}

static void metric_kind(FILE *out, const struct host *host, const struct counter_kind *kind,
    unsigned id, const struct service *only)
{
	char name[64];
	struct counter_sum sum;
	size_t length = strlen(kind->name);

	/* A counter's family has no _total, its sample has; and no two families
	 * may share a name, as connections and connections_total would. */
	snprintf(name, sizeof name, "%s_%s", only ? only->name : "service", kind->name);
	if (!kind->gauge && length > 6 && !strcmp(kind->name + length - 6, "_total"))
		memcpy(name + strlen(name) - 6, "_ever", 6);
	metric_family(out, name, kind->gauge ? "gauge" : "counter", kind->help);
	for (size_t i = 0; i < host->unit_count; i++) {
		const struct unit *unit = &host->units[i];
		if (only && unit->service != only)
			continue;
		unit_sum(unit, &sum);
		fprintf(out, "steward_%s%s{service=\"%s\"} %lld\n", name,
		    kind->gauge ? "" : "_total", unit->service->name, (long long)sum.value[id]);
	}
}

static void metric_latency(FILE *out, const struct host *host)
{
	static const unsigned permilles[] = { 500, 900, 990 };
	struct counter_sum sum;

	metric_family(out, "service_latency_seconds", "gauge",
	    "Time to answer, quantiles over the last minute.");
	for (size_t i = 0; i < host->unit_count; i++) {
		unit_latency(&host->units[i], &sum);
		for (size_t q = 0; q < sizeof permilles / sizeof *permilles; q++)
			fprintf(out,
			    "steward_service_latency_seconds{service=\"%s\","
			    "quantile=\"0.%u\"} %.6f\n",
			    host->units[i].service->name,
			    permilles[q] % 100 ? permilles[q] / 10 : permilles[q] / 100,
			    (double)counter_quantile(&sum, permilles[q]) / 1e6);
	}
}

static void metric_states(FILE *out, const struct host *host)
{
	metric_family(out, "service_up", "gauge", "1 when the service is running and answers.");
	for (size_t i = 0; i < host->unit_count; i++)
		fprintf(out, "steward_service_up{service=\"%s\"} %d\n",
		    host->units[i].service->name,
		    host->units[i].state == UNIT_RUNNING && !host->units[i].hung);
	metric_family(out, "service_cpu_seconds", "counter", "CPU time of the service's threads.");
	for (size_t i = 0; i < host->unit_count; i++)
		fprintf(out, "steward_service_cpu_seconds_total{service=\"%s\"} %.6f\n",
		    host->units[i].service->name, (double)unit_cpu(&host->units[i]) / 1e9);
	arena_refresh();
	metric_family(out, "service_memory_bytes", "gauge",
	    "Memory that the service has allocated.");
	for (size_t i = 0; i < host->unit_count; i++) {
		int64_t bytes = arena_bytes(host->units[i].arena);
		if (bytes >= 0)
			fprintf(out, "steward_service_memory_bytes{service=\"%s\"} %lld\n",
			    host->units[i].service->name, (long long)bytes);
	}
}

char *metrics_text(struct host *host)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	unsigned id = 0;

	if (!out)
		return NULL;
	metric_family(out, "uptime_seconds", "gauge", "Seconds since stewardd started.");
	fprintf(out, "steward_uptime_seconds %.1f\n",
	    (double)(clock_monotonic() - host->started) / 1e9);
	metric_family(out, "crashes", "counter", "Crashes of the host since stewardd started.");
	fprintf(out, "steward_crashes_total %llu\n", (unsigned long long)host->crashes);
	metric_states(out, host);
	for (const struct counter_kind *k = counter_standard_kinds; k->name; k++)
		metric_kind(out, host, k, id++, NULL);
	for (size_t i = 0; i < host->unit_count; i++) {
		id = COUNTER_STANDARD;
		for (const struct counter_kind *k = host->units[i].service->counters; k && k->name;
		     k++)
			metric_kind(out, host, k, id++, host->units[i].service);
	}
	metric_latency(out, host);
	fputs("# EOF\n", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
