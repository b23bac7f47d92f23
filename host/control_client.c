/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One connection. Every buffer has a limit: what a client sends (64 KiB a
 * line), how many requests it has under way, and what it leaves unread. A
 * client that does not read loses snapshots; records of the journal wait in
 * the journal's ring, because each subscriber keeps only the number of the
 * last one it was sent.
 */
#include "config.h"

#include "host/control_private.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/audit.h"
#include "host/snapshot.h"
#include "host/supervisor.h"

#define LINE_LIMIT (64 * 1024)
#define CALLS_MAX 16
#define UNREAD_SOFT (256 * 1024)       /* no more notifications above */
#define UNREAD_HARD (16 * 1024 * 1024) /* the client is let go */
#define RECORDS_A_TIME 64
/* Lines of one client in one turn; others wait no longer. */
#define TURN_NS (CLOCK_SECOND / 500)

const char *role_name(enum role role)
{
	static const char *const names[] = { "none", "viewer", "operator", "admin" };

	return names[role];
}

static bool role_allows(enum role role, enum role needed, const char *what, const char *user,
    struct fault *fault)
{
	if (role >= needed)
		return true;
	fault_set(fault, FAULT_REFUSED, "%s needs the role %s; %s has the role %s", what,
	    role_name(needed), user, role_name(role));
	return fault_next(fault, "%s",
	    needed == ROLE_ADMIN ? _("join the group steward-admin") :
				   _("join the group steward-operator"));
}

bool call_may(const struct call *call, const char *what, enum role needed, struct fault *fault)
{
	return role_allows(call->role, needed, what, call->user, fault);
}

/* ---- Sending ---- */

void client_kill(struct client *client)
{
	struct timeval now = { 0 };

	if (client->dead)
		return;
	client->dead = true;
	event_del(client->readable);
	event_del(client->writable);
	event_del(client->again);
	event_add(client->control->sweep, &now);
}

void client_flush(struct client *client)
{
	while (evbuffer_get_length(client->out)) {
		int sent = evbuffer_write(client->out, client->fd);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN) {
			event_add(client->writable, NULL);
			return;
		}
		if (sent <= 0) {
			client_kill(client);
			return;
		}
	}
	if (client->closing)
		client_kill(client);
}

static int client_dump(const char *bytes, size_t size, void *arg)
{
	return evbuffer_add(arg, bytes, size);
}

/* An answer that could not be made (NULL) becomes an error: an empty line would
 * tell nobody. id: of the request, borrowed; NULL when there is none. */
static void client_send(struct client *client, json_t *id, json_t *message)
{
	if (client->dead)
		goto out;
	if (!message)
		message =
		    json_pack("{s:O, s:{s:i, s:s, s:{s:i, s:s}}}", "id", id ? id : json_null(),
			"error", "code", -32603, "message", "steward could not make this answer",
			"data", "exit", 1, "next", "report it as a mistake of steward");
	json_object_set_new(message, "jsonrpc", json_string("2.0"));
	json_dump_callback(message, client_dump, client->out, JSON_COMPACT);
	evbuffer_add(client->out, "\n", 1);
	if (evbuffer_get_length(client->out) > UNREAD_HARD)
		client_kill(client);
	else
		client_flush(client);
out:
	json_decref(message);
}

void client_notify(struct client *client, const char *method, json_t *params)
{
	client_send(client, NULL, json_pack("{s:s, s:o}", "method", method, "params", params));
}

void client_error(struct client *client, json_t *id, int code, int exit_code, const char *text,
    const char *next)
{
	json_t *data = json_pack("{s:i}", "exit", exit_code);

	if (next && *next)
		json_object_set_new(data, "next", snapshot_text(next));
	client_send(client, id,
	    json_pack("{s:O, s:{s:i, s:o, s:o}}", "id", id ? id : json_null(), "error", "code",
		code, "message", snapshot_text(text), "data", data));
}

/* ---- Calls ---- */

static void call_free(struct call *call)
{
	struct client *client = call->client;

	if (client) {
		for (struct call **at = &client->calls; *at; at = &(*at)->next)
			if (*at == call) {
				*at = call->next;
				break;
			}
		client->call_count--;
		if (client->eof && !client->call_count) {
			client->closing = true;
			client_flush(client);
		}
	}
	json_decref(call->id);
	free(call);
}

void call_introduce(struct call *call, const char *program, const char *origin, bool read_only)
{
	struct client *client = call->client;

	if (!client)
		return;
	if (program)
		text_clean(client->program, sizeof client->program, program, strlen(program));
	if (origin)
		text_clean(client->origin, sizeof client->origin, origin, strlen(origin));
	if (read_only && client->role > ROLE_VIEWER)
		client->role = ROLE_VIEWER;
	call->role = client->role;
}

void call_present(struct call *call, const char *page, const char *editing)
{
	struct client *client = call->client;
	char clean[sizeof client->page], section[sizeof client->editing];

	if (!client)
		return;
	text_clean(clean, sizeof clean, page, strlen(page));
	text_clean(section, sizeof section, editing ? editing : "", editing ? strlen(editing) : 0);
	if (!strcmp(clean, client->page) && !strcmp(section, client->editing))
		return;
	text_format(client->page, sizeof client->page, "%s", clean);
	text_format(client->editing, sizeof client->editing, "%s", section);
	control_presence(client->control);
}

json_t *client_session(const struct client *client)
{
	char since[40];

	clock_rfc3339(client->since_us, since, sizeof since);
	return json_pack("{s:I, s:o, s:o, s:o, s:s, s:o, s:o, s:s}", "session",
	    (json_int_t)client->session, "user", snapshot_text(client->user), "origin",
	    snapshot_text(client->origin), "client", snapshot_text(client->program), "role",
	    role_name(client->role), "page", snapshot_text(client->page), "editing",
	    *client->editing ? snapshot_text(client->editing) : json_null(), "since", since);
}

void call_result(struct call *call, json_t *result)
{
	if (call->client && call->id)
		client_send(call->client, call->id,
		    json_pack("{s:O, s:o}", "id", call->id, "result", result));
	else
		json_decref(result);
	call_free(call);
}

void call_fault(struct call *call, const struct fault *fault)
{
	static const struct {
		int code, exit;
	} codes[] = {
		[FAULT_NONE] = { -32001, 1 },
		[FAULT_FAILED] = { -32001, 1 },
		[FAULT_USAGE] = { -32602, 2 },
		[FAULT_NOT_RUNNING] = { -32001, 1 },
		[FAULT_REFUSED] = { -32004, 4 },
		[FAULT_DEGRADED] = { -32005, 5 },
		[FAULT_STALE] = { -32006, 1 },
		[FAULT_RESTART] = { -32007, 1 },
	};

	if (call->client && call->id)
		client_error(call->client, call->id, codes[fault->code].code,
		    codes[fault->code].exit, fault->text, fault->next);
	call_free(call);
}

void call_subscribe(struct call *call, double seconds, bool journal, const char *service, int level,
    size_t backlog, bool audit)
{
	struct client *client = call->client;
	uint64_t newest = journal_newest(call->host->journal);

	if (!client)
		return;
	if (!client->interval != (seconds <= 0))
		control_presence(client->control);
	client->interval = (int64_t)(seconds * (double)CLOCK_SECOND);
	client->due = 0;
	client->journal = journal;
	client->journal_level = level;
	text_format(client->journal_service, sizeof client->journal_service, "%s",
	    service ? service : "");
	client->cursor = newest > backlog ? newest - backlog : 0;
	client->gapless = false;
	/* Who only changes the filter of records misses nothing of the list. */
	if (!client->audit)
		client->audit_seen = audit_seen(call->host);
	client->audit = audit;
	control_moved(client->control);
}

/* ---- Requests ---- */

/* A request without an id is a notification: nothing is said about it
 * (JSON-RPC 2.0, 4.1). */
static void client_refuse(struct client *client, json_t *id, int code, int exit_code,
    const char *text, const char *next)
{
	if (id)
		client_error(client, id, code, exit_code, text, next);
}

/* The method, when this client may call it now; else NULL, and it has been told. */
static const struct method *client_method(struct client *client, json_t *id, const char *name,
    json_t *params)
{
	const struct method *method = rpc_methods;
	char text[200], clean[64];
	struct fault fault;

	while (method->name && strcmp(method->name, name))
		method++;
	if (!method->name) {
		text_clean(clean, sizeof clean, name, strlen(name));
		text_format(text, sizeof text, "no such method: %s", clean);
		client_refuse(client, id, -32601, 2, text, NULL);
		return NULL;
	}
	if (params && !json_is_object(params) && !json_is_null(params)) {
		client_refuse(client, id, -32602, 2, "params must be an object", NULL);
		return NULL;
	}
	if (!role_allows(client->role, method->role, name, client->user, &fault)) {
		client_refuse(client, id, -32004, 4, fault.text, fault.next);
		return NULL;
	}
	if (client->call_count >= CALLS_MAX) {
		client_refuse(client, id, -32010, 2, "too many requests under way", NULL);
		return NULL;
	}
	return method;
}

static void client_request(struct client *client, json_t *message)
{
	json_t *id = json_object_get(message, "id");
	json_t *params = json_object_get(message, "params");
	const char *name = json_string_value(json_object_get(message, "method"));
	const char *version = json_string_value(json_object_get(message, "jsonrpc"));

	bool good_id = !id || json_is_integer(id) || json_is_string(id) || json_is_null(id);
	if (!json_is_object(message) || !name || !version || strcmp(version, "2.0") || !good_id) {
		client_error(client, good_id ? id : NULL, -32600, 2, "not a JSON-RPC 2.0 request",
		    NULL);
		return;
	}
	const struct method *method = client_method(client, id, name, params);
	if (!method)
		return;
	struct call *call = memory_new(sizeof *call);
	call->host = client->control->host;
	call->client = client;
	call->id = json_incref(id);
	call->role = client->role;
	call->session = client->session;
	memcpy(call->user, client->user, sizeof call->user);
	memcpy(call->origin, client->origin, sizeof call->origin);
	call->next = client->calls;
	client->calls = call;
	client->call_count++;
	method->run(call, json_is_object(params) ? params : NULL);
}

static void client_line(struct client *client, const char *line, size_t length)
{
	json_error_t error;
	char text[300], clean[160];

	if (!length)
		return;
	json_t *message =
	    json_loadb(line, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!message) {
		text_clean(clean, sizeof clean, error.text, strlen(error.text));
		text_format(text, sizeof text, "not JSON: %s", clean);
		client_error(client, NULL, -32700, 2, text, NULL);
		return;
	}
	client_request(client, message);
	json_decref(message);
}

static void client_too_long(struct client *client)
{
	client_error(client, NULL, -32010, 2, "the message is longer than 64 KiB", NULL);
	client->closing = true;
	event_del(client->readable);
	shutdown(client->fd, SHUT_RD);
	client_flush(client);
}

/* Its writing side is shut; what it asked is answered yet. */
static void client_ended(struct client *client)
{
	client->eof = true;
	event_del(client->readable);
	if (evbuffer_get_length(client->in))
		client_error(client, NULL, -32700, 2, "the message ends without a newline", NULL);
	if (client->dead || client->call_count)
		return;
	client->closing = true;
	client_flush(client);
}

/* True when it closed the connection, not its writing side alone. */
static bool client_left(const struct client *client)
{
	struct pollfd look = { .fd = client->fd };

	return poll(&look, 1, 0) == 1 && look.revents & (POLLHUP | POLLERR);
}

/* The lines that are there; when they take too long, the rest after the others. */
static void client_lines(struct client *client)
{
	const int64_t end = clock_monotonic() + TURN_NS;
	const struct timeval now = { 0 };
	size_t length;
	char *line;

	while (!client->dead && !client->closing &&
	    (line = evbuffer_readln(client->in, &length, EVBUFFER_EOL_LF))) {
		if (length > LINE_LIMIT)
			client_too_long(client);
		else
			client_line(client, line, length);
		free(line);
		if (clock_monotonic() > end && !client->dead && !client->closing &&
		    evbuffer_search_eol(client->in, NULL, NULL, EVBUFFER_EOL_LF).pos >= 0) {
			event_del(client->readable);
			event_add(client->again, &now);
			return;
		}
	}
	if (!client->dead && !client->closing && evbuffer_get_length(client->in) > LINE_LIMIT)
		client_too_long(client);
}

static void client_readable(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;

	(void)what;
	int got = evbuffer_read(client->in, fd, LINE_LIMIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		if (got == 0 && !client_left(client))
			client_ended(client);
		else
			client_kill(client);
		return;
	}
	client_lines(client);
}

/* A zero timer: an event that activates itself would leave nobody else a turn. */
static void client_again(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;

	(void)fd;
	(void)what;
	event_add(client->readable, NULL);
	client_lines(client);
}

static void client_writable(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;

	(void)fd;
	(void)what;
	client_flush(client);
	if (!client->dead)
		client_pump(client);
}

/* ---- Subscriptions ---- */

static bool record_wanted(const struct client *client, const struct journal_record *record)
{
	return (int)record->level <= client->journal_level &&
	    (!*client->journal_service || !strcmp(client->journal_service, record->service));
}

static void client_pump_audit(struct client *client)
{
	while (client->audit && !client->dead && !client->closing &&
	    evbuffer_get_length(client->out) < UNREAD_SOFT) {
		json_t *entries = audit_since(client->control->host, &client->audit_seen);
		if (!entries)
			break;
		client_notify(client, "audit", json_pack("{s:o}", "entries", entries));
	}
}

static void client_pump_journal(struct client *client)
{
	struct journal *journal = client->control->host->journal;
	struct journal_record *records;

	if (!client->journal || client->dead || client->closing ||
	    journal_newest(journal) <= client->cursor)
		return;
	records = memory_array(RECORDS_A_TIME, sizeof *records);
	while (!client->dead && evbuffer_get_length(client->out) < UNREAD_SOFT) {
		size_t count = journal_read(journal, client->cursor, records, RECORDS_A_TIME);
		if (!count)
			break;
		/* A backlog may well reach further back than the ring does. */
		uint64_t lost = client->gapless ? records[0].sequence - client->cursor - 1 : 0;
		json_t *list = json_array();
		for (size_t i = 0; i < count; i++)
			if (record_wanted(client, &records[i]))
				json_array_append_new(list, snapshot_record(&records[i]));
		client->cursor = records[count - 1].sequence;
		client->gapless = true;
		json_t *news = json_pack("{s:o}", "records", list);
		if (lost)
			json_object_set_new(news, "missed", json_integer((json_int_t)lost));
		if (lost || json_array_size(list))
			client_notify(client, "journal", news);
		else
			json_decref(news);
	}
	free(records);
}

void client_pump(struct client *client)
{
	client_pump_journal(client);
	client_pump_audit(client);
}

void client_snapshot(struct client *client, json_t **document, int64_t now)
{
	if (client->dead || client->closing || !client->interval ||
	    (!client->moved && now < client->due))
		return;
	client->due = now + client->interval;
	if (evbuffer_get_length(client->out) > UNREAD_SOFT / 8)
		return;
	if (!*document)
		*document = snapshot_watched(client->control->host);
	client->moved = false;
	client_notify(client, "snapshot", json_incref(*document));
}

/* ---- Coming and going ---- */

bool client_open(struct client *client)
{
	struct event_base *base = client->control->host->base;

	client->in = evbuffer_new();
	client->out = evbuffer_new();
	client->readable =
	    event_new(base, client->fd, EV_READ | EV_PERSIST, client_readable, client);
	client->writable = event_new(base, client->fd, EV_WRITE, client_writable, client);
	client->again = evtimer_new(base, client_again, client);
	return client->in && client->out && client->readable && client->writable && client->again &&
	    event_add(client->readable, NULL) == 0;
}

void client_free(struct client *client)
{
	while (client->calls) {
		struct call *call = client->calls;
		client->calls = call->next;
		call->client = NULL;
		atomic_store(&call->cancelled, true);
	}
	if (client->readable)
		event_free(client->readable);
	if (client->writable)
		event_free(client->writable);
	if (client->again)
		event_free(client->again);
	if (client->in)
		evbuffer_free(client->in);
	if (client->out)
		evbuffer_free(client->out);
	close(client->fd);
	free(client);
}
