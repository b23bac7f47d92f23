/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What becomes of alerts: they are kept in the file `alerts`, and the owner's
 * command is told of them, one at a time and the worst first. What waits to be told
 * is no queue of its own but a property of the alerts, so it is bounded as they are,
 * and what was acknowledged meanwhile is not told any more.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/file.h"
#include "data/journal.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/control.h"
#include "host/disk.h"
#include "host/watch_private.h"
#include "keeper/protocol.h"

#define FILE_LIMIT (2 * 1024 * 1024)
#define SAVE_AGAIN (10 * CLOCK_SECOND)

static struct alert_time time_now(void)
{
	return (struct alert_time){ .ns = clock_monotonic(), .utc_us = clock_utc() };
}

static char *file_path(const struct watch *watch)
{
	return memory_format("%s/alerts", watch->host->home.state);
}

static void load(struct watch *watch)
{
	const struct alert_time now = time_now();
	char *path = file_path(watch);
	struct fault fault;
	size_t length;
	bool none = access(path, F_OK) < 0 && errno == ENOENT;
	char *text = none ? NULL : file_read(path, FILE_LIMIT, &length, &fault);
	bool loaded = text &&
	    alerts_load(watch->alerts, text, length, watch->host->flags & KEEPER_FLAG_FOLLOWS, &now,
		&fault);

	/* What cannot be read is forgotten, and told: alerts come back by themselves. */
	if (!none && !loaded)
		journal_add(watch->host->journal, JOURNAL_WARNING, "host", "alerts",
		    "%s: %s; what was acknowledged is forgotten", path, fault.text);
	free(text);
	free(path);
}

struct watch *watch_open(struct host *host)
{
	struct watch *watch = memory_new(sizeof *watch);

	watch->host = host;
	watch->alerts = alerts_new();
	watch->hook = hook_new(host);
	watch->disk_free = watch->machine.memory_available = -1;
	load(watch);
	return watch;
}

/* A command that ended with the host was told all the same, and is not told again. */
static void save_last(struct watch *watch)
{
	struct fault fault;

	if (!alerts_unsaved(watch->alerts) || disk_busy(watch->host->disk))
		return;
	char *path = file_path(watch), *text = alerts_text(watch->alerts);
	if (!file_replace(path, text, strlen(text), 0640, &fault))
		journal_add(watch->host->journal, JOURNAL_ERROR, "host", "alerts",
		    "what was told could not be kept: %s", fault.text);
	free(path);
	free(text);
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	hook_free(watch->hook);
	save_last(watch);
	alerts_free(watch->alerts);
	free(watch);
}

struct alerts *watch_alerts(struct watch *watch)
{
	return watch->alerts;
}

void watch_written(struct watch *watch, enum alert_kind kind, const struct fault *fault)
{
	if (watch)
		text_format(watch->unwritten[kind], sizeof watch->unwritten[kind], "%s",
		    fault ? fault->text : "");
}

/* ---- The file system ---- */

struct space {
	struct watch *watch;
	char *folder;
	struct statvfs found;
};

static bool space_work(void *arg, struct fault *fault)
{
	struct space *space = arg;

	return statvfs(space->folder, &space->found) == 0 ||
	    fault_errno(fault, errno, "%s", space->folder);
}

static void space_done(void *arg, const struct fault *fault)
{
	struct space *space = arg;
	struct watch *watch = space->watch;
	int64_t unit = (int64_t)space->found.f_frsize;

	watch->sampling = false;
	watch->disk_ns = clock_monotonic();
	/* As df has it: what root alone may use counts for nobody. */
	watch->disk_free = fault ? -1 : (int64_t)space->found.f_bavail * unit;
	watch->disk_total =
	    (int64_t)(space->found.f_blocks - space->found.f_bfree + space->found.f_bavail) * unit;
	free(space->folder);
	free(space);
}

void watch_sample_disk(struct watch *watch)
{
	if (watch->sampling || watch->host->ending)
		return;
	struct space *space = memory_new(sizeof *space);
	space->watch = watch;
	space->folder = memory_string(watch->host->home.state);
	watch->sampling = true;
	disk_do(watch->host->disk, space_work, space_done, space);
}

/* ---- Keeping ---- */

struct keep {
	struct watch *watch;
	char *path, *text;
	void (*done)(void *arg, const struct fault *fault);
	void *arg;
};

static bool keep_work(void *arg, struct fault *fault)
{
	const struct keep *keep = arg;

	return file_replace(keep->path, keep->text, strlen(keep->text), 0640, fault);
}

static void keep_done(void *arg, const struct fault *fault)
{
	struct keep *keep = arg;
	struct watch *watch = keep->watch;

	watch->saving = false;
	if (fault && !*watch->unwritten[ALERT_STORE])
		journal_add(watch->host->journal, JOURNAL_ERROR, "host", "alerts",
		    "what was acknowledged could not be kept: %s", fault->text);
	watch_written(watch, ALERT_STORE, fault);
	if (fault) {
		alerts_set_unsaved(watch->alerts, true);
		watch->save_again = clock_monotonic() + SAVE_AGAIN;
	}
	if (keep->done)
		keep->done(keep->arg, fault);
	free(keep->path);
	free(keep->text);
	free(keep);
}

void watch_save(struct watch *watch, void (*done)(void *arg, const struct fault *fault), void *arg)
{
	struct keep *keep = memory_new(sizeof *keep);

	keep->watch = watch;
	keep->path = file_path(watch);
	keep->text = alerts_text(watch->alerts);
	keep->done = done;
	keep->arg = arg;
	watch->saving = true;
	disk_do(watch->host->disk, keep_work, keep_done, keep);
}

/* ---- Telling ---- */

static void note_outcome(struct watch *watch, const struct hook_outcome *outcome)
{
	char *why = watch->unwritten[ALERT_HOOK];
	size_t size = sizeof watch->unwritten[ALERT_HOOK];

	if (!outcome->ran)
		text_format(why, size, "%s", outcome->text);
	else if (outcome->exit)
		text_format(why, size, "the command ended with %d%s%s", outcome->exit,
		    *outcome->text ? ": " : "", outcome->text);
	else
		*why = '\0';
}

static void finish_telling(struct watch *watch, const struct hook_outcome *outcome)
{
	struct alert *alert = watch->telling;
	const struct alert_time now = time_now();
	const char *state = watch->telling_end ? "ended" : "active";
	bool done = outcome->ran && outcome->exit == 0;

	watch->telling = NULL;
	if (outcome->ran)
		journal_add(watch->host->journal, done ? JOURNAL_NOTICE : JOURNAL_WARNING, "host",
		    "alerts", "told of %s (%s): exit %d%s%s", alert->id, state, outcome->exit,
		    *outcome->text ? ": " : "", outcome->text);
	else
		journal_add(watch->host->journal, JOURNAL_WARNING, "host", "alerts",
		    "could not tell of %s (%s): %s", alert->id, state, outcome->text);
	note_outcome(watch, outcome);
	alerts_told(watch->alerts, alert, watch->telling_severity, watch->telling_end, done, &now);
}

static void told(void *arg, const struct hook_outcome *outcome)
{
	finish_telling(arg, outcome);
	watch_look(arg);
}

static void tell(struct watch *watch)
{
	const struct settings *set = settings_of(watch->host->book, "host");
	const char *command = settings_text(set, "alert_command");
	const char *level = settings_text(set, "alert_level");
	const struct alert_time now = time_now();
	struct alert_policy policy = {
		.level = !strcmp(level, "critical") ? ALERT_CRITICAL :
		    !strcmp(level, "notice")        ? ALERT_NOTICE :
						      ALERT_WARNING,
		.repeat_ns = settings_number(set, "alert_repeat") * (CLOCK_SECOND / 1000),
	};
	struct fault fault;

	if (!*command)
		watch->unwritten[ALERT_HOOK][0] = '\0';
	if (!*command || hook_busy(watch->hook) || watch->host->ending)
		return;
	struct alert *alert = alerts_due(watch->alerts, &policy, &now);
	if (!alert)
		return;
	watch->telling = alert;
	watch->telling_severity = alert->severity;
	watch->telling_end = alert->ended;
	if (hook_run(watch->hook, command, alert, alert->ended ? "ended" : "active", told, watch,
		&fault))
		return;
	struct hook_outcome outcome = { .ran = false };
	text_format(outcome.text, sizeof outcome.text, "%s", fault.text);
	finish_telling(watch, &outcome);
}

void watch_look(struct watch *watch)
{
	const struct settings *set = settings_of(watch->host->book, "host");
	const struct alert_time now = time_now();

	if (watch->host->ending)
		return;
	alerts_set_quiet(watch->alerts,
	    settings_number(set, "alert_quiet") * (CLOCK_SECOND / 1000));
	watch_feed(watch, &now);
	if (alerts_settle(watch->alerts, &now))
		control_moved(watch->host->control);
	tell(watch);
	if (alerts_unsaved(watch->alerts) && !watch->saving && now.ns >= watch->save_again)
		watch_save(watch, NULL, NULL);
}

static void tested(void *arg, const struct hook_outcome *outcome)
{
	struct watch *watch = arg;

	note_outcome(watch, outcome);
	watch->test_done(watch->test_arg, outcome);
	watch_look(watch);
}

bool watch_test(struct watch *watch, void (*done)(void *arg, const struct hook_outcome *outcome),
    void *arg, struct fault *fault)
{
	const char *command =
	    settings_text(settings_of(watch->host->book, "host"), "alert_command");
	const struct alert test = {
		.id = "host/test",
		.service = "host",
		.severity = ALERT_NOTICE,
		.text = "this is a test",
		.cause = "somebody wants to know whether alerts arrive",
		.consequence = "nothing is wrong",
		.next = "alerts",
		.since_us = clock_utc(),
		.changed_us = clock_utc(),
		.count = 1,
	};

	if (*command && hook_run(watch->hook, command, &test, "test", tested, watch, fault)) {
		watch->test_done = done;
		watch->test_arg = arg;
		return true;
	}
	if (*command)
		return false;
	fault_set(fault, FAULT_FAILED, "no command is told of alerts");
	return fault_next(fault, "steward set host.alert_command=/PATH/OF/A/PROGRAM");
}
