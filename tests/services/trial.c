/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A service that exists in tests only. It echoes over TCP and UDP, has a
 * setting of every type, and does on request what no service should do: it
 * crashes, hangs, refuses, is slow and eats memory, in each of the calls that
 * a service gets. The suites in tests/clients and tests/faults drive it
 * through tests/trial-host, the real host linked with this file as well.
 */
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "data/memory.h"
#include "data/text.h"
#include "services/service.h"
#include "tests/services/trial.h"

/* What the workers share: made by open, changed on worker 0's thread only. */
struct trial {
	struct service_run *run;
	char word[128];
	int64_t number;
	/* The settings crash, hang and refuse, for the calls that get none. */
	char crash[16], hang[16], refuse[16];
	int64_t hang_time;
};

struct block {
	struct block *next;
};

/* What belongs to one worker. */
struct trial_worker {
	struct trial_client *clients;
	struct block *blocks;
	bool draining;
};

/* ---- What no service should do ---- */

/* The one place that crashes. Both are volatile so that no compiler
 * proves it null, and no sanitizer reports in the kernel's stead. */
__attribute__((noinline, no_sanitize("address", "undefined", "thread"))) static void trial_crash(
    void)
{
	volatile int *volatile nowhere = NULL;

	*nowhere = 1;
}

void trial_bytes_crash(void)
{
	trial_crash();
}

/* Blocks the calling thread, as a library would that waits for a disk. */
static void trial_block(int64_t milliseconds)
{
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += milliseconds / 1000;
	end.tv_nsec += milliseconds % 1000 * 1000000;
	for (;;) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		int64_t left =
		    (end.tv_sec - now.tv_sec) * 1000 + (end.tv_nsec - now.tv_nsec) / 1000000;
		if (left <= 0)
			return;
		poll(NULL, 0, left > 1000 ? 1000 : (int)left);
	}
}

/* Burns processor time of the calling thread. */
static void trial_spin(int64_t milliseconds)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	int64_t end = now.tv_sec * 1000 + now.tv_nsec / 1000000 + milliseconds;
	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < end);
}

/* Misbehaves when crash, hang or refuse name this call. */
static bool trial_call(const struct trial *trial, const char *call, struct fault *fault)
{
	if (!strcmp(trial->crash, call))
		trial_crash();
	if (!strcmp(trial->hang, call))
		trial_block(trial->hang_time);
	if (!strcmp(trial->refuse, call)) {
		fault_set(fault, FAULT_FAILED, "the trial refuses in %s as it was told to", call);
		return fault_next(fault, "steward set trial.refuse=none");
	}
	return true;
}

static void trial_take(struct trial *trial, const struct settings *set)
{
	text_format(trial->word, sizeof(trial->word), "%s", settings_text(set, "word"));
	trial->number = settings_number(set, "number");
	text_format(trial->crash, sizeof(trial->crash), "%s", settings_text(set, "crash"));
	text_format(trial->hang, sizeof(trial->hang), "%s", settings_text(set, "hang"));
	text_format(trial->refuse, sizeof(trial->refuse), "%s", settings_text(set, "refuse"));
	trial->hang_time = settings_number(set, "hang_time");
}

/* ---- Commands ---- */

static bool number_of(const struct words *words, const char *name, int64_t max, int64_t *value_r,
    struct fault *fault)
{
	if (text_integer(words_get(words, name), value_r) && *value_r >= 0 && *value_r <= max)
		return true;
	return fault_set(fault, FAULT_USAGE, "<%s>: expected a number from 0 to %lld, found \"%s\"",
	    name, (long long)max, words_get(words, name));
}

static void answer_one(struct rows *answer, const char *text)
{
	static const char *const columns[] = { "answer", NULL };

	rows_columns(answer, columns);
	rows_begin(answer);
	rows_cell(answer, "%s", text);
}

static bool act_crash(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	(void)state, (void)worker, (void)words, (void)answer, (void)fault;
	trial_crash();
	return true;
}

static bool act_abort(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	(void)state, (void)worker, (void)words, (void)answer, (void)fault;
	abort();
}

static bool act_hang(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	int64_t seconds;

	(void)state;
	if (!number_of(words, "seconds", 3600, &seconds, fault))
		return false;
	if (words_get(words, "declared"))
		worker_busy(worker, (unsigned)seconds + 1);
	trial_block(seconds * 1000);
	worker_busy(worker, 0);
	answer_one(answer, "hung");
	return true;
}

static bool act_slow(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	int64_t milliseconds;

	(void)state, (void)worker;
	if (!number_of(words, "milliseconds", 3600000, &milliseconds, fault))
		return false;
	trial_block(milliseconds);
	answer_one(answer, "slow");
	return true;
}

static bool act_spin(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	int64_t milliseconds;

	(void)state, (void)worker;
	if (!number_of(words, "milliseconds", 3600000, &milliseconds, fault))
		return false;
	trial_spin(milliseconds);
	answer_one(answer, "spun");
	return true;
}

static bool act_echo(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	static const char *const columns[] = { "number", "word", NULL };

	(void)state, (void)worker, (void)fault;
	rows_columns(answer, columns);
	for (size_t i = 0; i < words_count(words, "word"); i++) {
		rows_begin(answer);
		rows_cell(answer, "%zu", i + 1);
		rows_cell(answer, "%s", words_item(words, "word", i));
	}
	return true;
}

static bool act_allocate(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	struct trial_worker *own = worker_data(worker);
	int64_t bytes;

	(void)state;
	if (!number_of(words, "bytes", INT64_C(1) << 30, &bytes, fault))
		return false;
	struct block *block = memory_new((size_t)bytes + sizeof(*block));
	memset(block + 1, 'x', (size_t)bytes);
	block->next = own->blocks;
	own->blocks = block;
	answer_one(answer, "allocated");
	return true;
}

static void release_blocks(struct trial_worker *own)
{
	for (struct block *next; own->blocks; own->blocks = next) {
		next = own->blocks->next;
		free(own->blocks);
	}
}

static bool act_release(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	(void)state, (void)words, (void)fault;
	release_blocks(worker_data(worker));
	answer_one(answer, "released");
	return true;
}

static bool act_fail(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	(void)state, (void)worker, (void)words, (void)answer;
	fault_set(fault, FAULT_FAILED, "the trial was told to fail");
	return fault_next(fault, "tell it something else");
}

static bool act_degrade(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	(void)state, (void)worker, (void)words, (void)answer;
	return fault_set(fault, FAULT_DEGRADED, "the trial did it by half");
}

/* Writes a record into the journal; \x1b and the like in words come from the
 * network's side of a real service. */
static bool act_log(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	struct trial *trial = state;
	enum journal_level level;

	(void)worker;
	if (!journal_level_parse(words_get(words, "level"), &level))
		return fault_set(fault, FAULT_USAGE,
		    "<level>: expected error, warning, notice, "
		    "info or debug, found \"%s\"",
		    words_get(words, "level"));
	run_log(trial->run, level, words_get(words, "subject"), "%s", words_get(words, "text"));
	answer_one(answer, "logged");
	return true;
}

static bool act_flood(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	struct trial *trial = state;
	int64_t records;

	(void)worker;
	if (!number_of(words, "records", 1000000, &records, fault))
		return false;
	for (int64_t i = 1; i <= records; i++)
		run_log(trial->run, JOURNAL_INFO, "flood",
		    "record %lld of %lld, made long by these words so that files fill sooner",
		    (long long)i, (long long)records);
	answer_one(answer, "flooded");
	return true;
}

static bool act_show(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	static const char *const columns[] = { "word", "number", NULL };
	struct trial *trial = state;

	(void)worker, (void)words, (void)fault;
	rows_columns(answer, columns);
	rows_begin(answer);
	rows_cell(answer, "%s", trial->word);
	rows_cell(answer, "%lld", (long long)trial->number);
	return true;
}

static bool act_workers(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	static const char *const columns[] = { "worker", "of", NULL };
	struct trial *trial = state;

	(void)words, (void)fault;
	rows_columns(answer, columns);
	rows_begin(answer);
	rows_cell(answer, "%u", worker_number(worker));
	rows_cell(answer, "%u", run_workers(trial->run));
	return true;
}

static const struct service_command trial_commands[] = {
	{ "crash", "write through a null pointer", GRADE_DISRUPTS, false, act_crash },
	{ "abort", "call abort", GRADE_DISRUPTS, false, act_abort },
	{ "hang <seconds> [--declared]", "block the worker, said beforehand or not", GRADE_DISRUPTS,
	    false, act_hang },
	{ "slow <milliseconds>", "answer late", GRADE_READ, false, act_slow },
	{ "spin <milliseconds>", "burn processor time", GRADE_READ, false, act_spin },
	{ "echo <word>...", "say the words again", GRADE_READ, false, act_echo },
	{ "allocate <bytes>", "take memory and keep it", GRADE_REVERSIBLE, false, act_allocate },
	{ "release", "give the memory back", GRADE_REVERSIBLE, true, act_release },
	{ "fail", "answer with a fault", GRADE_READ, false, act_fail },
	{ "degrade", "answer that it was done by half", GRADE_READ, false, act_degrade },
	{ "log <level> <subject> <text>", "write a record", GRADE_READ, false, act_log },
	{ "flood <records>", "write many records", GRADE_READ, false, act_flood },
	{ "show", "the settings as the service has them", GRADE_READ, false, act_show },
	{ "workers", "one row for each worker", GRADE_READ, true, act_workers },
	{ "wipe", "counts as destroying data", GRADE_DESTROYS, false, act_release },
	{ NULL, NULL, GRADE_READ, false, NULL },
};

/* ---- Tables ---- */

static bool list_clients(void *state, struct worker *worker, struct rows *answer,
    struct fault *fault)
{
	static const char *const columns[] = { "worker", "clients", NULL };
	struct trial_worker *own = worker_data(worker);
	size_t count = 0;

	(void)state, (void)fault;
	for (struct trial_client *client = own->clients; client; client = trial_client_next(client))
		count++;
	rows_columns(answer, columns);
	rows_begin(answer);
	rows_cell(answer, "%u", worker_number(worker));
	rows_cell(answer, "%zu", count);
	return true;
}

static bool list_colours(void *state, struct worker *worker, struct rows *answer,
    struct fault *fault)
{
	static const char *const columns[] = { "colour", "note", NULL };
	static const char *const notes[][2] = {
		{ "red", "plain" },
		{ "green", "with a\ttab and \033[31mescape" },
		{ "blue", "\xc3\xa4 and \xff" },
	};

	(void)state, (void)fault;
	rows_columns(answer, columns);
	for (size_t i = 0; i < 3 && worker_number(worker) == 0; i++) {
		rows_begin(answer);
		rows_cell(answer, "%s", notes[i][0]);
		rows_cell(answer, "%s", notes[i][1]);
	}
	return true;
}

static bool list_people(void *state, struct worker *worker, struct rows *answer,
    struct fault *fault)
{
	static const char *const columns[] = { "worker", "number", NULL };
	struct trial_worker *own = worker_data(worker);
	size_t number = 0;

	(void)state, (void)fault;
	rows_columns(answer, columns);
	for (struct trial_client *client = own->clients; client;
	     client = trial_client_next(client)) {
		rows_begin(answer);
		rows_cell(answer, "%u", worker_number(worker));
		rows_cell(answer, "%zu", ++number);
	}
	return true;
}

/* What was allocated counts as work that a stop would lose. */
static bool list_blocks(void *state, struct worker *worker, struct rows *answer,
    struct fault *fault)
{
	static const char *const columns[] = { "block", NULL };
	struct trial_worker *own = worker_data(worker);
	size_t number = 0;

	(void)state, (void)fault;
	rows_columns(answer, columns);
	for (struct block *block = own->blocks; block; block = block->next) {
		rows_begin(answer);
		rows_cell(answer, "%zu", ++number);
	}
	return true;
}

static const struct service_table trial_tables[] = {
	{ "clients", "open connections of each worker", list_clients, TABLE_PLAIN },
	{ "colours", "three rows that never change", list_colours, TABLE_PLAIN },
	{ "people", "one row for each open connection", list_people, TABLE_CLIENTS },
	{ "blocks", "the memory that was taken and kept", list_blocks, TABLE_OPEN },
	{ NULL, NULL, NULL, TABLE_PLAIN },
};

static const char *const trial_needs[] = { "web", NULL };

/* ---- The service's life ---- */

static bool trial_check(const struct settings *set, struct fault *fault)
{
	struct trial wanted = { .run = NULL };

	trial_take(&wanted, set);
	if (!trial_call(&wanted, "check", fault))
		return false;
	if (settings_number(set, "number") > 90 && settings_boolean(set, "flag"))
		return fault_set(fault, FAULT_USAGE,
		    "trial.number: expected at most 90 while trial.flag is true");
	return true;
}

static void *trial_open(struct service_run *run, const struct settings *set, struct fault *fault)
{
	struct trial *trial = memory_new(sizeof(*trial));

	trial->run = run;
	trial_take(trial, set);
	if (trial_call(trial, "open", fault))
		return trial;
	free(trial);
	return NULL;
}

static bool trial_join(void *state, struct worker *worker, struct fault *fault)
{
	if (!trial_call(state, "join", fault))
		return false;
	struct trial_worker *own = memory_new(sizeof(*own));
	worker_set_data(worker, own);
	return true;
}

static bool trial_listen(void *state, struct worker *worker, struct listener *listener,
    struct fault *fault)
{
	struct trial_worker *own = worker_data(worker);

	return trial_call(state, "listen", fault) &&
	    trial_socket_open(worker, listener, &own->clients, fault);
}

static void trial_unlisten(void *state, struct worker *worker, struct listener *listener)
{
	(void)state, (void)worker;
	trial_socket_close(listener);
}

/* Called whenever the last client of a worker has gone. */
void trial_worker_empty(struct worker *worker)
{
	struct trial_worker *own = worker_data(worker);

	if (own->draining)
		worker_idle(worker);
}

static void trial_drain(void *state, struct worker *worker)
{
	struct trial_worker *own = worker_data(worker);

	trial_call(state, "drain", NULL);
	own->draining = true;
	if (!own->clients)
		worker_idle(worker);
}

static void trial_leave(void *state, struct worker *worker)
{
	struct trial_worker *own = worker_data(worker);

	trial_call(state, "leave", NULL);
	trial_clients_close(&own->clients);
	release_blocks(own);
	worker_set_data(worker, NULL);
	free(own);
}

static bool trial_reload(void *state, const struct settings *set, struct fault *fault)
{
	struct trial wanted = { .run = NULL };

	trial_take(&wanted, set);
	if (!trial_call(&wanted, "reload", fault))
		return false;
	trial_take(state, set);
	return true;
}

static void trial_close(void *state)
{
	trial_call(state, "close", NULL);
	free(state);
}

static const char *const calls[] = {
	"none",
	"check",
	"open",
	"join",
	"listen",
	"reload",
	"drain",
	"leave",
	"close",
	NULL,
};
static const char *const colours[] = { "red", "green", "blue", NULL };

static bool valid_word(const char *value, const char **expected_r)
{
	*expected_r = "a text without the letter q";
	return !strchr(value, 'q');
}

static const struct setting trial_settings[] = {
	{ .name = "listen",
	    .type = SETTING_LISTEN,
	    .fallback = "127.0.0.1:0",
	    .help = "where it echoes, TCP and UDP",
	    .effect = SETTING_RESTART },
	{ .name = "workers",
	    .type = SETTING_INTEGER,
	    .fallback = "1",
	    .min = 1,
	    .max = 16,
	    .help = "threads",
	    .effect = SETTING_RESTART },
	{ .name = "crash",
	    .type = SETTING_CHOICE,
	    .fallback = "none",
	    .choices = calls,
	    .help = "the call in which it crashes",
	    .effect = SETTING_RESTART },
	{ .name = "hang",
	    .type = SETTING_CHOICE,
	    .fallback = "none",
	    .choices = calls,
	    .help = "the call in which it hangs",
	    .effect = SETTING_RESTART },
	{ .name = "hang_time",
	    .type = SETTING_DURATION,
	    .fallback = "1h",
	    .min = 10,
	    .max = 3600000,
	    .help = "for how long it hangs",
	    .effect = SETTING_RESTART },
	{ .name = "refuse",
	    .type = SETTING_CHOICE,
	    .fallback = "none",
	    .choices = calls,
	    .help = "the call that it refuses",
	    .effect = SETTING_LIVE },
	{ .name = "word",
	    .type = SETTING_TEXT,
	    .fallback = "hello",
	    .help = "a text",
	    .effect = SETTING_LIVE,
	    .valid = valid_word },
	{ .name = "number",
	    .type = SETTING_INTEGER,
	    .fallback = "7",
	    .min = 1,
	    .max = 100,
	    .unit = "pieces",
	    .help = "an integer",
	    .effect = SETTING_LIVE },
	{ .name = "amount",
	    .type = SETTING_SIZE,
	    .fallback = "64K",
	    .min = 1024,
	    .max = INT64_C(1) << 30,
	    .help = "a size",
	    .effect = SETTING_LIVE },
	{ .name = "time",
	    .type = SETTING_DURATION,
	    .fallback = "30s",
	    .min = 10,
	    .max = 86400000,
	    .help = "a duration",
	    .effect = SETTING_LIVE },
	{ .name = "flag",
	    .type = SETTING_BOOLEAN,
	    .fallback = "false",
	    .help = "true or false",
	    .effect = SETTING_LIVE },
	{ .name = "colour",
	    .type = SETTING_CHOICE,
	    .fallback = "red",
	    .choices = colours,
	    .help = "one of three",
	    .effect = SETTING_LIVE },
	{ .name = "folder",
	    .type = SETTING_PATH,
	    .fallback = "trial",
	    .help = "a path",
	    .effect = SETTING_LIVE },
	{ .name = "names",
	    .type = SETTING_LIST,
	    .fallback = "one,two",
	    .min = 0,
	    .max = 4,
	    .help = "up to four texts",
	    .effect = SETTING_LIVE },
	{ .name = NULL },
};

static const struct listener_kind trial_listeners[] = {
	{ .setting = "listen", .tcp = true, .udp = true },
	{ .setting = NULL },
};

static const struct counter_kind trial_counters[] = {
	{ "datagrams", "datagrams echoed", 0 },
	{ NULL, NULL, 0 },
};

const struct service trial_service = {
	.name = "trial",
	.summary = "misbehaves on request; exists in tests only",
	.settings = trial_settings,
	.listeners = trial_listeners,
	.counters = trial_counters,
	.tables = trial_tables,
	.commands = trial_commands,
	.needs = trial_needs,
	.loss = "the tests see no trial",
	.check = trial_check,
	.open = trial_open,
	.join = trial_join,
	.listen = trial_listen,
	.unlisten = trial_unlisten,
	.drain = trial_drain,
	.leave = trial_leave,
	.reload = trial_reload,
	.close = trial_close,
};
