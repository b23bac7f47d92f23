/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is amiss, in words: each function below looks at one thing and feeds a
 * condition. How long it must be so, and who hears of it, is host/alerts' business;
 * keeping and telling stand in watch_keep.c.
 */
#include "config.h"

#include <string.h>

#include "data/clock.h"
#include "data/intl.h"
#include "data/journal.h"
#include "data/text.h"
#include "host/audit.h"
#include "host/unit.h"
#include "host/watch_private.h"

#define CRASH_RECENT INT64_C(600000000) /* us */
#define MEMORY_EVERY 5                  /* seconds */
#define DISK_EVERY 30
#define DISK_STALE (90 * CLOCK_SECOND) /* a figure of that age says nothing */

static const struct alert_limits memory_limits = { 5, 7, 2, 3 };
static const struct alert_limits disk_limits = { 5, 6, 1, 1.5 };

/* ---- Services ---- */

static void add_text(char *out, size_t size, const char *text)
{
	size_t used = strlen(out);

	text_format(out + used, size - used, "%s", text);
}

/* What people miss without it, and which services go with it. */
static void consequence_of(const struct unit *unit, char *out, size_t size)
{
	const char *before = "; without it go ";

	text_format(out, size, "%s",
	    unit->service->loss ? unit->service->loss : N_("nobody can use it"));
	for (const struct service *const *s = service_list; *s; s++)
		for (const char *const *n = (*s)->needs; n && *n; n++)
			if (!strcmp(*n, unit->service->name)) {
				add_text(out, size, before);
				add_text(out, size, (*s)->name);
				before = ", ";
			}
}

static void feed_state(struct watch *watch, const struct unit *unit)
{
	/* The words that help are the command line's. */
	static const struct {
		enum alert_kind kind;
		const char *what, *command;
	} rows[] = {
		{ ALERT_FAILED, "does not run", "log" },
		{ ALERT_QUARANTINED, "crashed too often and stays down", "resume" },
		{ ALERT_HUNG, "does not answer", "log" },
	};
	const char *name = unit->service->name;
	char text[128], next[96], consequence[256];

	consequence_of(unit, consequence, sizeof consequence);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool holds = rows[i].kind == ALERT_HUNG ? unit->hung :
		    rows[i].kind == ALERT_FAILED        ? unit->state == UNIT_FAILED :
							  unit->state == UNIT_QUARANTINED;
		bool on_the_way = unit->state == UNIT_STARTING || unit->state == UNIT_DRAINING ||
		    (unit->state == UNIT_STOPPED && !watch->host->settled);
		text_format(text, sizeof text, "%s %s", name, rows[i].what);
		text_format(next, sizeof next, "%s %s", rows[i].command, name);
		alerts_feed(watch->alerts,
		    &(struct alert_condition){
			.kind = rows[i].kind,
			.service = name,
			.severity = holds && unit->wanted ? ALERT_CRITICAL : ALERT_NONE,
			.unknown = !holds && unit->wanted && on_the_way,
			.text = text,
			.cause = unit->hung ? unit->hung_text : unit->reason,
			.consequence = consequence,
			.next = next,
		    });
	}
}

static void feed_listeners(struct watch *watch, const struct unit *unit)
{
	const struct unit_listener *first = NULL;
	const char *name = unit->service->name;
	unsigned open = 0, shut = 0, asked = 0;
	char text[192], next[96], consequence[256];

	for (const struct unit_listener *l = unit->listeners; l; l = l->next) {
		bool bad = l->state == LISTENER_WAITING || l->state == LISTENER_REFUSED;
		open += l->state == LISTENER_OPEN;
		shut += bad;
		asked += l->state == LISTENER_ASKED;
		if (bad && !first)
			first = l;
	}
	if (unit->state != UNIT_RUNNING)
		first = NULL;
	text_format(text, sizeof text, "%s cannot be reached at %s port %u", name,
	    first ? first->address : "", first ? first->asked : 0);
	if (shut > 1)
		text_format(text, sizeof text, "%s cannot be reached at %s port %u and %u more",
		    name, first ? first->address : "", first ? first->asked : 0, shut - 1);
	consequence_of(unit, consequence, sizeof consequence);
	if (open)
		text_format(consequence, sizeof consequence,
		    N_("who uses that address finds nobody; its others work"));
	text_format(next, sizeof next, "status %s", name);
	alerts_feed(watch->alerts,
	    &(struct alert_condition){
		.kind = ALERT_LISTENER,
		.service = name,
		.severity = !first ? ALERT_NONE :
		    open           ? ALERT_WARNING :
				     ALERT_CRITICAL,
		.unknown = unit->wanted && (asked || unit->state != UNIT_RUNNING),
		.text = text,
		.cause = first ? first->reason : "",
		.consequence = consequence,
		.next = next,
	    });
}

/* ---- The host ---- */

static void feed_settings(struct watch *watch)
{
	const struct host *host = watch->host;

	if (!*host->settings_fault)
		return;
	alerts_feed(watch->alerts,
	    &(struct alert_condition){
		.kind = ALERT_SETTINGS,
		.service = "host",
		.severity = ALERT_WARNING,
		.text = N_("the settings files are not in force"),
		.cause = host->settings_fault,
		.consequence = N_("what was changed in them has no effect"),
		.next = "check",
	    });
}

static void feed_crash(struct watch *watch, const struct alert_time *now)
{
	const struct crash_report *crash = &watch->host->last_crash;
	const char *name = *crash->service ? crash->service : "host";
	char text[128], next[96];

	if (!crash->present || now->utc_us - crash->time_us >= CRASH_RECENT)
		return;
	text_format(text, sizeof text, "the host crashed");
	if (*crash->service)
		text_format(text, sizeof text, "%s crashed, and the host with it", name);
	text_format(next, sizeof next, "log %s", *crash->service ? name : "--level error");
	alerts_feed(watch->alerts,
	    &(struct alert_condition){
		.kind = ALERT_CRASH,
		.service = name,
		.severity = ALERT_WARNING,
		.edition = watch->host->crashes,
		.text = text,
		.cause = crash->text,
		.consequence = N_("every connection was cut off; the services came back"),
		.next = next,
	    });
}

static void feed_unwritten(struct watch *watch)
{
	static const struct {
		enum alert_kind kind;
		const char *text, *consequence, *next;
	} rows[] = {
		{ ALERT_STATE, N_("what should run cannot be kept"),
		    N_("the next start brings back what was wanted before"), "log --level error" },
		{ ALERT_AUDIT, N_("the list of what people did cannot be kept"),
		    N_("actions are refused or cannot be undone"), "log --level error" },
		{ ALERT_STORE, N_("what was acknowledged cannot be kept"),
		    N_("a restart forgets it, and tells of alerts again"), "log --level error" },
		{ ALERT_JOURNAL, N_("the journal cannot be written"),
		    N_("only the newest records are kept, and a restart loses them"), "log" },
		{ ALERT_HOOK, N_("nobody is told of alerts"),
		    N_("who is not looking at this does not learn of trouble"), "alert-test" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (*watch->unwritten[rows[i].kind])
			alerts_feed(watch->alerts,
			    &(struct alert_condition){
				.kind = rows[i].kind,
				.service = "host",
				.severity =
				    rows[i].kind == ALERT_HOOK ? ALERT_WARNING : ALERT_CRITICAL,
				.text = rows[i].text,
				.cause = watch->unwritten[rows[i].kind],
				.consequence = rows[i].consequence,
				.next = rows[i].next,
			    });
}

/* ---- The machine ---- */

static void feed_share(struct watch *watch, enum alert_kind kind, int64_t free, int64_t total,
    const struct alert_limits *limits, const struct alert_condition *words)
{
	char cause[128], left[16], all[16];
	struct alert_condition condition = *words;

	condition.kind = kind;
	condition.service = "host";
	condition.unknown = free < 0 || total <= 0;
	if (!condition.unknown)
		condition.severity = alerts_figure(watch->alerts, kind, "host",
		    100.0 * (double)free / (double)total, limits);
	/* To a tenth, so that it is not news every time. */
	text_show_bytes(free, left, sizeof left);
	text_show_bytes(total, all, sizeof all);
	text_format(cause, sizeof cause, "%s of %s are free", left, all);
	condition.cause = cause;
	alerts_feed(watch->alerts, &condition);
}

static void feed_machine(struct watch *watch, const struct alert_time *now)
{
	bool stale = now->ns - watch->disk_ns > DISK_STALE;
	char text[192];

	feed_share(watch, ALERT_MEMORY, watch->machine.memory_available,
	    watch->machine.memory_total, &memory_limits,
	    &(struct alert_condition){
		.text = N_("the machine's memory is almost used up"),
		.consequence = N_("the kernel may end services, or the whole host"),
		.next = "status",
	    });
	text_format(text, sizeof text, "the disk below %.150s is almost full",
	    watch->host->home.state);
	feed_share(watch, ALERT_DISK, stale ? -1 : watch->disk_free, watch->disk_total,
	    &disk_limits,
	    &(struct alert_condition){
		.text = text,
		.consequence = N_("soon nothing can be kept: no settings, no journal"),
		.next = "get host",
	    });
}

/* ---- All of it ---- */

void watch_feed(struct watch *watch, const struct alert_time *now)
{
	struct host *host = watch->host;
	int error = journal_error(host->journal);
	const char *why = error ? strerrordesc_np(error) : "";

	text_format(watch->unwritten[ALERT_JOURNAL], sizeof watch->unwritten[ALERT_JOURNAL], "%s",
	    why ? why : "unknown error");
	text_format(watch->unwritten[ALERT_AUDIT], sizeof watch->unwritten[ALERT_AUDIT], "%s",
	    audit_failing(host) ? "the newest entries could not be written" : "");
	for (size_t i = 0; i < host->unit_count; i++) {
		feed_state(watch, &host->units[i]);
		feed_listeners(watch, &host->units[i]);
	}
	feed_settings(watch);
	feed_crash(watch, now);
	feed_unwritten(watch);
	feed_machine(watch, now);
}

void watch_tick(struct watch *watch)
{
	if (watch->seconds % MEMORY_EVERY == 0)
		machine_sample_memory(&watch->machine, "/proc");
	if (watch->seconds % DISK_EVERY == 0)
		watch_sample_disk(watch);
	watch->seconds++;
	watch_look(watch);
}
