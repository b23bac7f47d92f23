/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "console/format.h"
#include "console/run.h"
#include "data/clock.h"
#include "data/intl.h"
#include "data/text.h"

/*
 * Settings on trial: what --confirm takes and says, confirm and revert. Which
 * trial is meant is the one that is under way: there is never a second.
 */
#define TRIAL_DEADLINE_MS (300 * 1000) /* services are reloaded meanwhile */
#define CONFIRM_MIN 5
#define CONFIRM_MAX 3600

bool run_confirm_seconds(const struct words *words, json_t *params, struct fault *fault)
{
	const char *given = words_get(words, "confirm");
	int64_t milliseconds = 0;

	if (given == NULL)
		return true;
	if (!text_duration(given, &milliseconds) || milliseconds % 1000 != 0 ||
	    milliseconds < CONFIRM_MIN * 1000 || milliseconds > CONFIRM_MAX * 1000)
		return fault_set(fault, FAULT_USAGE, "--confirm: %d to %d seconds, found \"%s\"",
		    CONFIRM_MIN, CONFIRM_MAX, given);
	json_object_set_new(params, "confirm", json_integer(milliseconds / 1000));
	return true;
}

void run_print_trial(const json_t *result, FILE *talk)
{
	const json_t *trial = json_object_get(result, "trial");
	double left = json_figure(trial, "seconds_left", 0);
	char utc[40], when[64];

	if (!json_is_object(trial))
		return;
	clock_rfc3339(clock_utc() + (int64_t)(left * 1e6), utc, sizeof utc);
	format_time(utc, when, sizeof when);
	fprintf(talk,
	    _("steward: on trial until %s: `steward confirm` keeps it, else the settings "
	      "before come back\n"),
	    strlen(when) == 19 ? when + 11 : when);
}

/* Whoever asks knows which trial is under way, and adds its number. */
bool ask_confirm(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	(void)words;
	(void)fault;
	return run_ask(ask, "confirm", json_object(), TRIAL_DEADLINE_MS);
}

bool ask_revert(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	(void)words;
	(void)fault;
	return run_ask(ask, "revert", json_object(), TRIAL_DEADLINE_MS);
}

void show_confirmed(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	(void)call;
	(void)words;
	run_print_changes(result, false, out, talk);
	fprintf(talk, "%s\n", _("steward: confirmed, the settings stay"));
}

void show_reverted(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	(void)call;
	(void)words;
	run_print_changes(result, false, out, talk);
	fprintf(talk, "%s\n", _("steward: taken back, the settings before are in force again"));
}

static int end_trial(const struct invocation *call, const struct words *words,
    const struct command *command, struct fault *fault)
{
	json_t *status = run_call(call, "status", NULL, RUN_DEADLINE_MS, fault);

	if (status == NULL)
		return run_exit(fault);
	const json_t *trial = json_object_get(status, "trial");
	json_int_t id = json_integer_value(json_object_get(trial, "id"));
	bool there = json_is_object(trial);

	json_decref(status);
	if (!there) {
		fault_set(fault, FAULT_FAILED, "no settings are on trial");
		fault_next(fault, "steward audit shows what became of the last ones");
		return run_exit(fault);
	}
	struct command_ask ask = { command->method, json_pack("{s:I}", "trial", id),
		TRIAL_DEADLINE_MS };

	return run_send(command, call, words, &ask, fault);
}

int run_confirm(const struct invocation *call, const struct words *words, struct fault *fault)
{
	return end_trial(call, words, command_by_name("confirm"), fault);
}

int run_revert(const struct invocation *call, const struct words *words, struct fault *fault)
{
	return end_trial(call, words, command_by_name("revert"), fault);
}
