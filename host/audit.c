/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entries are kept as the JSON objects that stand in the file, so that fields
 * which a later program added survive. Writing gathers what is not on the disk:
 * a disk that was full loses nothing while the host lives.
 */
#include "config.h"

#include "host/audit.h"

#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/audit_file.h"
#include "host/control.h"
#include "host/disk.h"
#include "host/snapshot.h"
#include "host/supervisor.h"
#include "host/undo.h"

#define AUDIT_MEMORY ((size_t)4 << 20) /* bytes of entries, as text */
#define NOTIFY_MAX 64
#define WORDS_MAX 1024

struct entry {
	json_t *document;
	json_int_t number;
	size_t bytes;
	uint64_t changed; /* counts up over all entries */
	bool dirty;       /* not on the disk, nor on the way there */
};

struct audit {
	char *path;
	struct entry entries[AUDIT_MAX]; /* by number */
	size_t count, bytes;
	json_int_t newest;
	uint64_t changes;
	bool failing; /* told once */
};

struct audit_write {
	struct host *host;
	char *lines;
	size_t length;
	json_int_t *numbers;
	size_t count;
	void (*done)(void *arg, const struct fault *fault);
	void *arg;
};

/* ---- In memory ---- */

static struct entry *entry_find(const struct audit *audit, json_int_t number)
{
	size_t low = 0, high = audit->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (audit->entries[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < audit->count && audit->entries[low].number == number ?
	    (struct entry *)&audit->entries[low] :
	    NULL;
}

static void entry_touch(struct audit *audit, struct entry *entry)
{
	audit->bytes -= entry->bytes;
	char *text = json_dumps(entry->document, JSON_COMPACT);
	entry->bytes = text ? strlen(text) : 0;
	free(text);
	audit->bytes += entry->bytes;
	entry->dirty = true;
}

static bool audit_has_room(const struct audit *audit)
{
	return audit->count < AUDIT_MAX && audit->bytes <= AUDIT_MEMORY;
}

static bool entry_waits(const struct entry *entry)
{
	const char *outcome = json_string_value(json_object_get(entry->document, "outcome"));

	return outcome && !strcmp(outcome, "waiting");
}

/* But for a trial's: what becomes of it is still to be written. */
static void audit_drop_oldest(struct audit *audit)
{
	size_t at = 0;

	while (at + 1 < audit->count && entry_waits(&audit->entries[at]))
		at++;
	audit->bytes -= audit->entries[at].bytes;
	json_decref(audit->entries[at].document);
	audit->count--;
	memmove(audit->entries + at, audit->entries + at + 1,
	    (audit->count - at) * sizeof *audit->entries);
}

/* Takes document over. There is none with its number. */
static struct entry *entry_add(struct audit *audit, json_t *document, json_int_t number)
{
	while (audit->count && !audit_has_room(audit))
		audit_drop_oldest(audit);
	size_t at = audit->count++;
	for (; at && audit->entries[at - 1].number > number; at--)
		audit->entries[at] = audit->entries[at - 1];
	struct entry *entry = &audit->entries[at];
	*entry = (struct entry){ .document = document, .number = number };
	entry_touch(audit, entry);
	if (number > audit->newest)
		audit->newest = number;
	return entry;
}

json_int_t audit_newest(const struct host *host)
{
	return host->audit->newest;
}

json_t *audit_find(const struct host *host, json_int_t number)
{
	const struct entry *entry = entry_find(host->audit, number);

	return entry ? entry->document : NULL;
}

/* ---- To the disk ---- */

static bool write_work(void *arg, struct fault *fault)
{
	const struct audit_write *write = arg;

	return audit_file_append(write->host->audit->path, AUDIT_FILE_BYTES, write->lines,
	    write->length, fault);
}

static void write_tell(struct host *host, const struct fault *fault)
{
	if (fault && !host->audit->failing)
		journal_add(host->journal, JOURNAL_ERROR, "host", "audit",
		    "who did what cannot be written: %s", fault->text);
	if (!fault && host->audit->failing)
		journal_add(host->journal, JOURNAL_NOTICE, "host", "audit",
		    "who did what is written again");
	host->audit->failing = fault;
}

static void write_done(void *arg, const struct fault *fault)
{
	struct audit_write *write = arg;
	struct audit *audit = write->host->audit;

	write_tell(write->host, fault);
	for (size_t i = 0; i < write->count; i++) {
		struct entry *entry = entry_find(audit, write->numbers[i]);
		if (!entry)
			continue;
		entry->dirty |= fault != NULL;
		entry->changed = ++audit->changes;
	}
	control_moved(write->host->control);
	if (write->done)
		write->done(write->arg, fault);
	free(write->lines);
	free(write->numbers);
	free(write);
}

static void audit_write(struct host *host, void (*done)(void *arg, const struct fault *fault),
    void *arg)
{
	struct audit *audit = host->audit;
	struct audit_write *write = memory_new(sizeof *write);

	write->host = host;
	write->done = done;
	write->arg = arg;
	write->numbers = memory_array(audit->count + 1, sizeof *write->numbers);
	for (size_t i = 0; i < audit->count; i++) {
		struct entry *entry = &audit->entries[i];
		char *line = entry->dirty ? json_dumps(entry->document, JSON_COMPACT) : NULL;
		if (!line)
			continue;
		size_t length = strlen(line);
		write->lines = memory_resize(write->lines, write->length + length + 1, 1);
		memcpy(write->lines + write->length, line, length);
		write->lines[write->length + length] = '\n';
		write->length += length + 1;
		write->numbers[write->count++] = entry->number;
		entry->dirty = false;
		free(line);
	}
	disk_do(host->disk, write_work, write_done, write);
}

void audit_retry(struct host *host)
{
	if (host->audit->failing)
		audit_write(host, NULL, NULL);
}

bool audit_failing(const struct host *host)
{
	return host->audit->failing;
}

/* ---- What was done and undone ---- */

static void entry_set_undone(struct audit *audit, json_int_t number, json_int_t by)
{
	struct entry *entry = entry_find(audit, number);

	if (!entry)
		return;
	json_object_set_new(entry->document, "undone_by", by ? json_integer(by) : json_null());
	entry_touch(audit, entry);
}

/* An undo that is undone itself puts what it undid in force again, and so on down
 * the chain, whose numbers only fall. */
static void entry_undo(struct audit *audit, json_int_t number, json_int_t by)
{
	bool in_force = false;

	while (number) {
		entry_set_undone(audit, number, in_force ? 0 : by);
		const struct entry *entry = entry_find(audit, number);
		json_int_t next =
		    entry ? json_integer_value(json_object_get(entry->document, "undoes")) : 0;
		by = number;
		number = next < number ? next : 0;
		in_force = !in_force;
	}
}

static json_t *note_text(const char *text)
{
	char clean[WORDS_MAX];

	if (!text || !*text)
		return json_null();
	text_clean(clean, sizeof clean, text, strlen(text));
	return json_string(clean);
}

static json_t *or_empty(json_t *value)
{
	return value ? value : json_array();
}

static json_t *note_document(const struct audit_note *note, json_int_t number)
{
	char now[40];

	clock_rfc3339(clock_utc(), now, sizeof now);
	json_t *document = json_pack("{s:i, s:I, s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:s, s:o,"
				     " s:o, s:n}",
	    "version", AUDIT_FILE_VERSION, "number", number, "time", now, "user",
	    note_text(note->user), "origin", note_text(note->origin), "action", note->action,
	    "words", note_text(note->words), "services", or_empty(note->services), "changes",
	    or_empty(note->changes), "outcome", note->outcome ? note->outcome : "done", "reason",
	    note_text(note->reason), "undoes",
	    note->undoes ? json_integer(note->undoes) : json_null(), "undone_by");
	if (note->did)
		json_object_set_new(document, "did", json_string(note->did));
	if (note->moved)
		json_object_set_new(document, "moved", note->moved);
	if (note->inverse)
		json_object_set_new(document, "inverse", note->inverse);
	return document;
}

json_int_t audit_record(struct host *host, const struct audit_note *note,
    void (*done)(void *arg, const struct fault *fault), void *arg)
{
	struct audit *audit = host->audit;
	json_int_t number = audit->newest + 1;

	entry_add(audit, note_document(note, number), number);
	if (note->undoes && (!note->outcome || !strcmp(note->outcome, "done")))
		entry_undo(audit, note->undoes, number);
	audit_write(host, done, arg);
	return number;
}

static void entry_settle(struct audit *audit, struct entry *entry, const char *outcome,
    const char *reason)
{
	json_int_t undoes = json_integer_value(json_object_get(entry->document, "undoes"));

	json_object_set_new(entry->document, "outcome", json_string(outcome));
	json_object_set_new(entry->document, "reason", note_text(reason));
	entry_touch(audit, entry);
	if (!strcmp(outcome, "done") && undoes)
		entry_undo(audit, undoes, entry->number);
}

void audit_settle(struct host *host, json_int_t number, const char *outcome, const char *reason,
    void (*done)(void *arg, const struct fault *fault), void *arg)
{
	struct audit *audit = host->audit;
	struct entry *entry = entry_find(audit, number);

	if (entry)
		entry_settle(audit, entry, outcome, reason);
	audit_write(host, done, arg);
}

/* ---- Answers ---- */

struct audit_reply {
	struct call *call;
	json_t *result; /* NULL: fault */
	struct fault fault;
};

static void reply_written(void *arg, const struct fault *fault)
{
	struct audit_reply *reply = arg;
	struct fault why;

	if (!reply->result) {
		call_fault(reply->call, &reply->fault);
	} else if (fault) {
		why = *fault;
		fault_prefix(&why, "done, but not written to the audit list");
		json_decref(reply->result);
		call_fault(reply->call, &why);
	} else {
		call_result(reply->call, reply->result);
	}
	free(reply);
}

void audit_answer(struct call *call, struct audit_note *note, json_t *result,
    const struct fault *fault)
{
	struct audit_reply *reply = memory_new(sizeof *reply);

	reply->call = call;
	reply->result = result;
	if (fault)
		reply->fault = *fault;
	note->user = call->user;
	note->origin = call->origin;
	if (!note->outcome) {
		note->outcome = fault ? "failed" : "done";
		note->reason = fault ? fault->text : NULL;
	}
	json_int_t number = audit_record(call->host, note, reply_written, reply);
	if (result)
		json_object_set_new(result, "audit", json_integer(number));
}

/* ---- Reading ---- */

/* What is for others to see: what takes it back becomes "undo". */
static json_t *entry_shown(struct host *host, const struct entry *entry)
{
	static const char *const own[] = { "version", "did", "moved", "inverse" };
	json_t *shown = json_copy(entry->document);

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		json_object_del(shown, own[i]);
	json_object_set_new(shown, "undo", undo_shown(host, entry->document));
	return shown;
}

json_t *audit_list(struct host *host, size_t last, json_int_t before, bool settings)
{
	const struct audit *audit = host->audit;
	json_t *list = json_array();

	for (size_t i = audit->count; i > 0 && json_array_size(list) < last; i--) {
		const struct entry *entry = &audit->entries[i - 1];
		if ((before && entry->number >= before) ||
		    (settings && !json_array_size(json_object_get(entry->document, "changes"))))
			continue;
		json_array_insert_new(list, 0, entry_shown(host, entry));
	}
	return list;
}

json_t *audit_undoable(struct host *host)
{
	const struct audit *audit = host->audit;

	for (size_t i = audit->count; i > 0; i--) {
		json_t *document = audit->entries[i - 1].document;
		const char *action = json_string_value(json_object_get(document, "action"));
		struct undo_plan plan;
		if (!action || !strcmp(action, "undo"))
			continue;
		bool possible = undo_plan(host, document, &plan);
		undo_plan_clear(&plan);
		if (possible)
			return document;
	}
	return NULL;
}

uint64_t audit_seen(const struct host *host)
{
	return host->audit->changes;
}

json_t *audit_since(struct host *host, uint64_t *seen)
{
	const struct audit *audit = host->audit;
	json_t *list = NULL;

	while (*seen < audit->changes && (!list || json_array_size(list) < NOTIFY_MAX)) {
		const struct entry *next = NULL;
		for (size_t i = audit->count; i > 0; i--) {
			const struct entry *entry = &audit->entries[i - 1];
			if (entry->changed > *seen && (!next || entry->changed < next->changed))
				next = entry;
		}
		*seen = next ? next->changed : audit->changes;
		if (next && !list)
			list = json_array();
		if (next)
			json_array_append_new(list, entry_shown(host, next));
	}
	return list;
}

/* ---- Beginning and end ---- */

/* One that was written late stands behind those that came after it. */
static void audit_take(void *arg, json_t *document)
{
	struct audit *audit = arg;
	json_int_t number = json_integer_value(json_object_get(document, "number"));
	struct entry *entry = entry_find(audit, number);

	if (entry) {
		json_decref(entry->document);
		entry->document = json_incref(document);
		entry_touch(audit, entry);
	} else if (number > audit->newest || audit_has_room(audit)) {
		entry = entry_add(audit, json_incref(document), number);
	} else {
		return; /* it has fallen out of memory */
	}
	entry->dirty = false;
}

/* A host may die between storing what was confirmed and saying so; and what was on
 * trial from the files stands there still. */
static bool audit_in_force(const struct host *host, json_t *document)
{
	bool some = false;
	json_t *change;
	size_t index;

	json_array_foreach(json_object_get(document, "changes"), index, change)
	{
		const char *name = json_string_value(json_object_get(change, "name"));
		json_t *wanted = json_object_get(change, "new");
		const struct setting *row;
		const struct settings *set = name ? settings_find(host->book, name, &row) : NULL;
		json_t *now = set ? snapshot_text(settings_shown(set, row->name)) : NULL;
		bool same = now && wanted && json_equal(now, wanted);
		json_decref(now);
		if (!same)
			return false;
		some |= !json_equal(json_object_get(change, "old"), wanted);
	}
	return some;
}

/* True when it was waiting: the host that held its trial has gone. */
static bool audit_end_waiting(struct host *host, struct entry *entry)
{
	if (!entry_waits(entry))
		return false;
	bool kept = audit_in_force(host, entry->document);
	const char *reason = kept ?
	    _("steward ended before it was confirmed, but the files have it: "
	      "it is in force") :
	    _("steward ended before it was confirmed");
	entry_settle(host->audit, entry, kept ? "done" : "reverted", reason);
	journal_add(host->journal, JOURNAL_WARNING, "host", "trial",
	    kept ? "the files have the settings of entry %lld: they are in force, although steward "
		   "ended before their trial was confirmed" :
		   "the settings before are in force again: steward ended before the trial of "
		   "entry %lld was confirmed",
	    (long long)entry->number);
	return true;
}

void audit_open(struct host *host)
{
	struct audit *audit = memory_new(sizeof *audit);
	struct fault fault;
	unsigned left_out;
	bool waiting = false;

	host->audit = audit;
	audit->path = memory_format("%s/audit", host->home.state);
	if (!audit_file_read(audit->path, AUDIT_FILE_BYTES, audit_take, audit, &left_out, &fault))
		journal_add(host->journal, JOURNAL_WARNING, "host", "audit", "%s", fault.text);
	if (left_out)
		journal_add(host->journal, JOURNAL_WARNING, "host", "audit",
		    "%s: %u line%s cannot be understood and %s left out", audit->path, left_out,
		    left_out == 1 ? "" : "s", left_out == 1 ? "is" : "are");
	for (size_t i = 0; i < audit->count; i++)
		waiting |= audit_end_waiting(host, &audit->entries[i]);
	if (waiting)
		audit_write(host, NULL, NULL);
}

void audit_close(struct host *host)
{
	struct audit *audit = host->audit;

	if (!audit)
		return;
	for (size_t i = 0; i < audit->count; i++)
		json_decref(audit->entries[i].document);
	free(audit->path);
	free(audit);
	host->audit = NULL;
}
