/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The web service: static files. This file holds the pieces together: what a
 * worker has, when options change hands, and what the console may list and
 * tell. Requests go http -> on_request -> site (what is it) -> answer (how).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/http.h"
#include "host/publish.h"
#include "services/service.h"
#include "services/web/access_log.h"
#include "services/web/answer.h"
#include "services/web/options.h"
#include "services/web/root.h"
#include "services/web/site.h"
#include "services/web/welcome.h"

struct web {
	struct service_run *run;
	struct publish *options;
	struct http_shared *http;
	uint64_t generation; /* worker 0 */
	bool log_told;       /* that the access log could not be opened at the start */
};

struct web_worker {
	struct web *web;
	struct worker *worker;
	struct counter_slot *counters;
	struct http_server *server;
	struct site *site;
	struct access_log *log;
	uint64_t boundary;
	uint64_t lost; /* of the log, already counted */
};

/* Kept for each request until it is logged. */
struct web_request {
	const char *referer, *agent;
	bool walked;
};

enum {
	WEB_CACHE_HITS = COUNTER_STANDARD,
	WEB_CACHE_MISSES,
	WEB_NOT_MODIFIED,
	WEB_CLIENT_ERRORS,
	WEB_LOG_LOST,
};

static const struct counter_kind web_counters[] = {
	{ "cache_hits", "requests answered by a file that was open already", 0 },
	{ "cache_misses", "requests whose file had to be looked up", 0 },
	{ "not_modified", "answers with 304", 0 },
	{ "client_errors", "answers with 400 to 499", 0 },
	{ "log_lost", "lines that the access log did not take", 0 },
	{ NULL, NULL, 0 },
};

/* ---- Requests ---- */

static void use_newest_options(struct web_worker *w)
{
	const struct options *options = publish_get(w->web->options);
	if (site_generation(w->site) == options->generation)
		return;
	site_apply(w->site, options);
	access_log_reopen(w->log, options);
}

static void on_request(void *arg, struct http_request *request)
{
	struct web_worker *w = arg;
	struct web_request *kept = http_data(request);
	struct answer_fields fields;
	size_t length;
	bool cached;

	answer_fields(request, &fields);
	kept->referer = fields.referer;
	kept->agent = fields.agent;
	kept->walked = true;
	enum http_method method = http_method(request);
	if (method != HTTP_GET && method != HTTP_HEAD) {
		answer_method(request);
		return;
	}
	const char *path = http_path(request, &length);
	if (length == 0 || path[0] != '/') {
		answer_status(request, 400, true);
		return;
	}
	use_newest_options(w);
	struct entry *entry = site_find(w->site, path, length, http_arrived(request), &cached);
	counter_add(w->counters, cached ? WEB_CACHE_HITS : WEB_CACHE_MISSES, 1);
	answer_entry(request, entry, &fields, w->boundary++);
	site_done(w->site, entry);
}

/* Content follows: it is dropped with a GET and refused with all others. */
static void on_head(void *arg, struct http_request *request)
{
	enum http_method method = http_method(request);
	(void)arg;
	if (method != HTTP_GET && method != HTTP_HEAD && method != HTTP_OPTIONS)
		answer_method(request);
}

static void count_status(struct web_worker *w, unsigned status)
{
	if (status == 304)
		counter_add(w->counters, WEB_NOT_MODIFIED, 1);
	else if (status >= 400 && status < 500)
		counter_add(w->counters, WEB_CLIENT_ERRORS, 1);
}

static void log_line(struct web_worker *w, const struct access_line *line)
{
	access_log_add(w->log, line);
	uint64_t lost = access_log_lost(w->log);
	if (lost != w->lost) {
		counter_add(w->counters, WEB_LOG_LOST, (int64_t)(lost - w->lost));
		w->lost = lost;
	}
}

static void on_done(void *arg, struct http_request *request, const struct http_result *result)
{
	struct web_worker *w = arg;
	const struct web_request *kept = http_data(request);

	count_status(w, result->status);
	if (!access_log_wanted(w->log))
		return;
	const struct access_line line = {
		.peer = http_peer_text(request),
		.utc_us = http_arrived_utc(request),
		.method = http_method_text(request),
		.target = http_target(request),
		.version = http_version(request),
		.status = result->status,
		.bytes = result->bytes,
		.referer = kept->walked ? kept->referer : http_header(request, "Referer"),
		.agent = kept->walked ? kept->agent : http_header(request, "User-Agent"),
	};
	log_line(w, &line);
}

static void on_refused(void *arg, const struct http_refusal *refusal)
{
	struct web_worker *w = arg;
	count_status(w, refusal->status);
	if (!access_log_wanted(w->log))
		return;
	const struct access_line line = {
		.peer = refusal->peer_text,
		.utc_us = refusal->utc_us,
		.line = refusal->line,
		.line_length = refusal->line_length,
		.status = refusal->status,
		.bytes = refusal->bytes,
		.agent = refusal->user_agent,
	};
	log_line(w, &line);
}

static const struct http_handler web_handler = {
	.data_size = sizeof(struct web_request),
	.head = on_head,
	.request = on_request,
	.done = on_done,
	.refused = on_refused,
};

/* ---- A run ---- */

/* A log inside the root would be there for everybody to read. */
static bool log_allowed(const struct options *options, struct fault *fault)
{
	if (options->access != ACCESS_FILE || !root_holds(options->root, options->access_path))
		return true;
	fault_set(fault, FAULT_USAGE,
	    "access_log %s lies below root %s, where everybody could fetch it",
	    options->access_path, options->root);
	return fault_next(fault, "choose a file outside of the root");
}

/* What open and reload would refuse, as far as it can be seen by anybody: whether
 * the root may be read is told by its user alone. */
static bool web_check(const struct settings *set, struct fault *fault)
{
	struct options *options = options_new(set, "", 1);
	bool fine = true;
	struct stat seen;
	/* The default one is made. */
	if (!options->root_default && stat(options->root, &seen) != 0 && errno == ENOENT) {
		int root = root_open(options->root, fault);
		fine = root >= 0;
		if (fine)
			close(root);
	}
	/* Without a run no state folder is known. */
	if (fine && settings_text(set, "access_log")[0] == '/')
		fine = log_allowed(options, fault);
	options_free(options);
	return fine;
}

/* Makes the default root when it is not there yet, then looks whether it can
 * be served. */
static bool prepare_root(struct service_run *run, const struct options *options,
    struct fault *fault)
{
	bool made = false;
	if (options->root_default && !welcome_make(options->root, &made, fault))
		return fault_prefix(fault, "the first page cannot be written");
	if (made)
		run_log(run, JOURNAL_NOTICE, "root",
		    "made %s with a first page; put your files there", options->root);
	int root = root_open(options->root, fault);
	if (root < 0)
		return false;
	close(root);
	return log_allowed(options, fault);
}

static void *web_open(struct service_run *run, const struct settings *set, struct fault *fault)
{
	struct fault log_fault;
	if (!root_supported(fault))
		return NULL;
	struct options *options = options_new(set, run_state_folder(run), 1);
	if (!prepare_root(run, options, fault)) {
		options_free(options);
		return NULL;
	}
	/* A full or read-only disk must not keep a machine's pages away. */
	struct web *web = memory_new(sizeof(*web));
	web->log_told = !access_log_try(options, &log_fault);
	if (web->log_told)
		run_log(run, JOURNAL_ERROR, "access log", "%s; serving goes on without it",
		    log_fault.text);
	web->run = run;
	web->generation = 1;
	web->http = http_shared_new(&options->limits);
	web->options = publish_new(run, options_free);
	publish_set(web->options, options);
	return web;
}

static void web_leave(void *state, struct worker *worker)
{
	struct web_worker *w = worker_data(worker);
	(void)state;
	if (w == NULL)
		return;
	http_free(w->server);
	access_log_close(w->log);
	site_free(w->site);
	free(w);
	worker_set_data(worker, NULL);
}

static bool web_join(void *state, struct worker *worker, struct fault *fault)
{
	struct web *web = state;
	const struct options *options = publish_get(web->options);
	struct web_worker *w = memory_new(sizeof(*w));
	w->web = web;
	w->worker = worker;
	w->counters = worker_counters(worker);
	if (getrandom(&w->boundary, sizeof(w->boundary), GRND_NONBLOCK) < 0)
		w->boundary = (uint64_t)clock_monotonic();
	w->site = site_new(worker, options);
	w->log = access_log_open(worker, options, web->log_told);
	worker_set_data(worker, w);
	w->server = http_new(worker, web->http, &web_handler, w, fault);
	if (w->server != NULL)
		return true;
	web_leave(state, worker);
	return false;
}

static bool web_listen(void *state, struct worker *worker, struct listener *listener,
    struct fault *fault)
{
	struct web_worker *w = worker_data(worker);
	(void)state;
	return http_listen(w->server, listener, fault);
}

static void web_unlisten(void *state, struct worker *worker, struct listener *listener)
{
	struct web_worker *w = worker_data(worker);
	(void)state;
	http_unlisten(w->server, listener);
}

static void web_drain(void *state, struct worker *worker)
{
	struct web_worker *w = worker_data(worker);
	(void)state;
	http_drain(w->server);
}

/* On each worker, so that a log is opened anew and new deadlines hold for open
 * connections also where nobody asks. */
static void apply_options(struct worker *worker, void *arg)
{
	struct web_worker *w = worker_data(worker);
	(void)arg;
	if (w == NULL)
		return;
	use_newest_options(w);
	http_reconfigured(w->server);
}

static bool web_reload(void *state, const struct settings *set, struct fault *fault)
{
	struct web *web = state;
	struct options *options = options_new(set, run_state_folder(web->run), web->generation + 1);
	if (!prepare_root(web->run, options, fault) || !access_log_try(options, fault)) {
		options_free(options);
		return false;
	}
	web->generation++;
	http_shared_configure(web->http, &options->limits);
	publish_set(web->options, options);
	for (unsigned i = 0; i < run_workers(web->run); i++)
		run_post(web->run, i, apply_options, NULL);
	return true;
}

static void web_close(void *state)
{
	struct web *web = state;
	publish_free(web->options);
	http_shared_free(web->http);
	free(web);
}

/* ---- Tables and commands ---- */

static void add_connection(void *arg, const struct http_connection *connection)
{
	struct rows *answer = arg;
	char age[16];
	text_show_duration(connection->age_ms / 1000, age, sizeof(age));
	rows_begin(answer);
	rows_cell(answer, "%s", connection->peer_text);
	rows_cell(answer, "%s", connection->state);
	rows_cell(answer, "%s", age);
	rows_cell(answer, "%llu", (unsigned long long)connection->requests);
	rows_cell(answer, "%llu", (unsigned long long)connection->bytes_in);
	rows_cell(answer, "%llu", (unsigned long long)connection->bytes_out);
}

static bool list_connections(void *state, struct worker *worker, struct rows *answer,
    struct fault *fault)
{
	static const char *const columns[] = {
		N_("address"),
		N_("state"),
		N_("age"),
		N_("requests"),
		N_("in"),
		N_("out"),
		NULL,
	};
	struct web_worker *w = worker_data(worker);
	(void)state;
	(void)fault;
	rows_columns(answer, columns);
	http_connections(w->server, add_connection, answer);
	return true;
}

static void add_file(void *arg, const struct entry *entry)
{
	struct rows *answer = arg;
	const struct version *version = entry->version[ENCODING_IDENTITY];
	char encodings[32] = "";
	for (int i = ENCODING_IDENTITY + 1; i < ENCODING_COUNT; i++) {
		if (entry->version[i] == NULL)
			continue;
		size_t used = strlen(encodings);
		text_format(encodings + used, sizeof(encodings) - used, "%s%s", used > 0 ? " " : "",
		    encoding_kinds[i].coding);
	}
	rows_begin(answer);
	rows_cell(answer, "%s", entry->path);
	rows_cell(answer, "%llu", (unsigned long long)version->size);
	rows_cell(answer, "%llu", (unsigned long long)entry->hits);
	rows_cell(answer, "%s", version->bytes != NULL ? "memory" : "disk");
	rows_cell(answer, "%s", encodings);
}

static bool list_files(void *state, struct worker *worker, struct rows *answer, struct fault *fault)
{
	static const char *const columns[] = {
		N_("file"),
		N_("bytes"),
		N_("hits"),
		N_("kept in"),
		N_("packed as"),
		NULL,
	};
	struct web_worker *w = worker_data(worker);
	(void)state;
	(void)fault;
	rows_columns(answer, columns);
	cache_each(site_cache(w->site), add_file, answer);
	return true;
}

static void answer_count(struct rows *answer, struct worker *worker, const char *const *columns,
    size_t count)
{
	rows_columns(answer, columns);
	rows_begin(answer);
	rows_cell(answer, "%u", worker_number(worker));
	rows_cell(answer, "%zu", count);
}

static bool act_disconnect(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	static const char *const columns[] = { N_("worker"), N_("connections ended"), NULL };
	struct web_worker *w = worker_data(worker);
	const char *address = words_get(words, "address");
	(void)state;
	int count = http_disconnect(w->server, address);
	if (count < 0) {
		fault_set(fault, FAULT_USAGE, "%s is no address", address);
		return fault_next(fault,
		    "name one as the table connections shows "
		    "it: 192.0.2.1, 192.0.2.1:40000 or [2001:db8::1]:40000");
	}
	answer_count(answer, worker, columns, (size_t)count);
	return true;
}

static bool act_flush(void *state, struct worker *worker, const struct words *words,
    struct rows *answer, struct fault *fault)
{
	static const char *const columns[] = { N_("worker"), N_("entries dropped"), NULL };
	struct web_worker *w = worker_data(worker);
	(void)state;
	(void)words;
	(void)fault;
	answer_count(answer, worker, columns, cache_flush(site_cache(w->site)));
	return true;
}

/* What a stop would cut off: requests and answers that are on their way. */
static void add_transfer(void *arg, const struct http_connection *connection)
{
	struct rows *answer = arg;
	char since[16];
	if (strcmp(connection->state, "content") != 0 && strcmp(connection->state, "answer") != 0)
		return;
	text_show_duration(connection->phase_ms / 1000, since, sizeof(since));
	rows_begin(answer);
	rows_cell(answer, "%s", connection->peer_text);
	rows_cell(answer, "%s", connection->state);
	rows_cell(answer, "%s", since);
	rows_cell(answer, "%llu", (unsigned long long)connection->bytes_out);
}

static bool list_transfers(void *state, struct worker *worker, struct rows *answer,
    struct fault *fault)
{
	static const char *const columns[] = { "address", "state", "for", "out", NULL };
	struct web_worker *w = worker_data(worker);
	(void)state;
	(void)fault;
	rows_columns(answer, columns);
	http_connections(w->server, add_transfer, answer);
	return true;
}

static const struct listener_kind web_listeners[] = {
	{ .setting = "listen", .tcp = true },
	{ .setting = NULL },
};

static const struct service_table web_tables[] = {
	{ "connections", N_("who is connected, and what each connection is at"), list_connections,
	    TABLE_CLIENTS },
	{ "transfers", N_("requests and answers that are on their way"), list_transfers,
	    TABLE_OPEN },
	{ "files", N_("the files that are kept open or in memory"), list_files, TABLE_PLAIN },
	{ NULL, NULL, NULL, TABLE_PLAIN },
};

static const struct service_command web_commands[] = {
	{ "disconnect <address>", N_("end the connections of an address"), GRADE_DISRUPTS, true,
	    act_disconnect },
	{ "cache flush", N_("forget the kept files; they are opened again when asked for"),
	    GRADE_REVERSIBLE, true, act_flush },
	{ NULL, NULL, GRADE_READ, false, NULL },
};

extern const struct service web_service;
const struct service web_service = {
	.name = "web",
	.summary = N_("static web pages and files (HTTP)"),
	.settings = options_rows,
	.listeners = web_listeners,
	.counters = web_counters,
	.tables = web_tables,
	.commands = web_commands,
	.loss = N_("nobody reaches its pages"),
	.check = web_check,
	.open = web_open,
	.join = web_join,
	.listen = web_listen,
	.unlisten = web_unlisten,
	.drain = web_drain,
	.leave = web_leave,
	.reload = web_reload,
	.close = web_close,
};
