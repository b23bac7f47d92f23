/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_RUN_H
#define CONSOLE_RUN_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "console/commands.h"

/*
 * What the commands of the table do: each function is the run, the ask or the
 * show of a struct command; see there for what it takes and returns.
 */
#define RUN(name)                                                                \
	int run_##name(const struct invocation *call, const struct words *words, \
	    struct fault *fault)

RUN(status);
RUN(log);
RUN(alerts);
RUN(alert_test);
RUN(init);
RUN(list);
RUN(do);
RUN(confirm);
RUN(revert);
RUN(check);
RUN(edit);
RUN(completion);
RUN(help);

#define ASK(name) \
	bool ask_##name(const struct words *words, struct command_ask *ask, struct fault *fault)

ASK(status);
ASK(start);
ASK(stop);
ASK(restart);
ASK(reload);
ASK(resume);
ASK(log);
ASK(list);
ASK(alerts);
ASK(acknowledge);
ASK(snooze);
ASK(alert_test);
ASK(who);
ASK(do);
ASK(get);
ASK(set);
ASK(confirm);
ASK(revert);
ASK(versions);
ASK(audit);
ASK(undo);
ASK(check);
ASK(metrics);

#define SHOW(name)                                                                 \
	void show_##name(const struct invocation *call, const struct words *words, \
	    const json_t *result, FILE *out, FILE *talk)

SHOW(status);
SHOW(states);
SHOW(records);
SHOW(list);
SHOW(alerts);
SHOW(alert_test);
SHOW(who);
SHOW(do);
SHOW(settings);
SHOW(changes);
SHOW(confirmed);
SHOW(reverted);
SHOW(versions);
SHOW(audit);
SHOW(undone);
SHOW(check);
SHOW(metrics);
SHOW(help);

/* ---- Parts they share ---- */

#define RUN_DEADLINE_MS 15000 /* for an answer that only needs looking */

/* One request on a connection of its own. Takes params; the result is the
 * caller's; NULL: fault. */
json_t *run_call(const struct invocation *call, const char *method, json_t *params, int deadline_ms,
    struct fault *fault);

/* --confirm of words, as params' "confirm"; false: fault says what it takes. */
bool run_confirm_seconds(const struct words *words, json_t *params, struct fault *fault);
/* Tells until when the "trial" of a result waits, when it has one. */
void run_print_trial(const json_t *result, FILE *talk);
/* The "changes" of a result, and what became of its services. */
void run_print_changes(const json_t *result, bool dry_run, FILE *out, FILE *talk);
/* The "services" of a result as a table. */
void run_print_states(const json_t *result, FILE *out);

/* A command of the table on the command line: its run, or the question to the
 * host and its answer as a document or for people. Returns the exit status. */
int run_command(const struct command *command, const struct invocation *call,
    const struct words *words, struct fault *fault);
/* Sends what ask holds (taken over) and prints the answer; the exit status. */
int run_send(const struct command *command, const struct invocation *call,
    const struct words *words, const struct command_ask *ask, struct fault *fault);
/* As run_command for what only asks and shows, whatever the command's run is. */
int run_asked(const struct command *command, const struct invocation *call,
    const struct words *words, struct fault *fault);
/* Puts a question together; params is taken over. Returns true. */
bool run_ask(struct command_ask *ask, const char *method, json_t *params, int deadline_ms);

/* The exit status of a fault: 0 to 5. */
int run_exit(const struct fault *fault);

/* NAME=VALUE, the name ends at the first "="; the value may be empty. False:
 * fault says what is wrong with it. Puts name: value into values (borrowed). */
bool run_assignment(const char *text, json_t *values, struct fault *fault);

/* FAULT_DEGRADED when one of a status document's services should run and does
 * not; else FAULT_NONE. */
enum fault_code run_degraded(const json_t *status);
/* The same, with which one, why and what to do in fault (NULL allowed); fault
 * is left alone when there is none. */
enum fault_code run_why_degraded(const json_t *status, struct fault *fault);

/* The status document for people. service: the one that was asked for, or
 * NULL for the overview. */
void run_print_status(const json_t *status, const char *service, const struct invocation *call,
    FILE *out);

/* ---- The journal ---- */

/* One record, as `log` gives it, as a line; with json as a document on a line. */
void run_print_record(const json_t *record, const struct invocation *call, FILE *out);

/* What `log` was asked for; borrowed from the words. */
struct log_query {
	const char *service; /* NULL: all */
	const char *level;   /* NULL: the host's own choice */
	const char *since;   /* as given; NULL: from the beginning */
	int64_t since_us;    /* the same, 0: from the beginning */
	int64_t until_us;    /* 0: to the end */
	const char *grep;    /* NULL: all */
	bool invert;         /* those that do not match */
	int64_t context;     /* so many around each match */
	int64_t last;        /* 0: all */
};

/* The parameters of the method `log`. */
json_t *run_log_params(const struct log_query *query);
/* Reads the files of a host that does not run; each is given a borrowed
 * record and returns false to end. */
bool run_log_files(const struct invocation *call, const struct log_query *query,
    void (*each)(void *arg, json_t *record), void *arg, struct fault *fault);
/* Shows the journal and goes on until stdout is closed or a signal comes. */
int run_log_follow(const struct invocation *call, const struct log_query *query,
    struct fault *fault);

/* ---- Completion (complete.c) ---- */

/* The bash script, made from the table. */
void complete_bash(FILE *out);
/* `steward __complete WHAT [SERVICE]`: names for the script, one a line; silent
 * and quick whatever happens. */
int complete_names(const char *home, int argc, char *const *argv);

#endif
