/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A copy of its own, because the model keeps only the newest entries and drops
 * the older ones below somebody who reads. After a connection was lost for long
 * there may be a hole between what is known and what comes: then the older part is
 * forgotten, and read again when somebody goes there.
 */
#include "console/audit_list.h"

#include <stdlib.h>
#include <string.h>

#include "console/show.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/* ---- Entries ---- */

void audit_list_clear(struct audit_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->entries[i].changes);
	free(list->entries);
	*list = (struct audit_list){ .entries = NULL };
}

const struct model_audit *audit_list_find(const struct audit_list *list, int64_t number)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (list->entries[middle].number == number)
			return &list->entries[middle];
		if (list->entries[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static struct model_audit copy_of(const struct model_audit *entry)
{
	struct model_audit copy = *entry;

	copy.changes = entry->change_count > 0 ?
	    memory_copy(entry->changes, entry->change_count * sizeof *entry->changes) :
	    NULL;
	return copy;
}

/* Behind the last one; the oldest makes room. */
static void append(struct audit_list *list, const struct model_audit *entry)
{
	if (list->count == AUDIT_LIST_MOST) {
		free(list->entries[0].changes);
		memmove(list->entries, list->entries + 1,
		    (list->count - 1) * sizeof *list->entries);
		list->count--;
		list->oldest = false;
	}
	list->entries = memory_resize(list->entries, list->count + 1, sizeof *list->entries);
	list->entries[list->count++] = copy_of(entry);
}

/* The first of the model's newest entries that have no hole between them: older
 * ones may be there alone, because some page asked for them. */
static size_t tail(const struct model *model)
{
	size_t i = model->audit_count;

	while (i > 1 && model->audit[i - 2].number + 1 == model->audit[i - 1].number)
		i--;
	return i > 0 ? i - 1 : 0;
}

bool audit_list_update(struct audit_list *list, const struct model *model)
{
	size_t from = tail(model);

	if (list->edition == model->audit_edition)
		return false;
	if (model->audit_count > 0 && list->count > 0 &&
	    model->audit[from].number > list->entries[list->count - 1].number + 1)
		audit_list_clear(list);
	list->edition = model->audit_edition;
	for (size_t i = 0; i < model->audit_count; i++) {
		const struct model_audit *entry = &model->audit[i];
		struct model_audit *known =
		    (struct model_audit *)audit_list_find(list, entry->number);

		if (known != NULL) {
			free(known->changes);
			*known = copy_of(entry);
		} else if (i >= from &&
		    (list->count == 0 || entry->number > list->entries[list->count - 1].number)) {
			append(list, entry);
		}
	}
	return true;
}

void audit_list_older(struct audit_list *list, const json_t *entries)
{
	size_t room = AUDIT_LIST_MOST - list->count, count = 0, i;
	size_t most = json_array_size(entries);
	json_t *object;

	list->oldest = most < AUDIT_PAGE || room == 0;
	if (most > room)
		most = room;
	struct model_audit *page = memory_array(most + list->count + 1, sizeof *page);
	int64_t before = list->count > 0 ? list->entries[0].number : INT64_MAX;

	/* They are told oldest first: those that have no room are the oldest. */
	json_array_foreach(entries, i, object)
	{
		struct model_audit entry;

		if (i < json_array_size(entries) - most)
			continue;
		if (model_parse_audit(object, &entry) && entry.number < before)
			page[count++] = entry;
		else
			free(entry.changes);
	}
	if (list->count > 0)
		memcpy(page + count, list->entries, list->count * sizeof *page);
	free(list->entries);
	list->entries = page;
	list->count += count;
	/* A page without anything new is the end, whatever it says. */
	list->oldest |= count == 0;
}

/* ---- Words ---- */

void entry_who(const struct model_audit *entry, char *out, size_t size)
{
	text_format(out, size, "%s%s%s", entry->user, entry->origin[0] != '\0' ? "@" : "",
	    entry->origin);
}

static const struct {
	const char *name, *word;
	unsigned style;
} outcomes[] = {
	{ "done", N_("done"), STYLE_NORMAL },
	{ "waiting", N_("ON TRIAL"), STYLE_WARN },
	{ "failed", N_("FAILED"), STYLE_BAD },
	{ "reverted", N_("REVERTED"), STYLE_WARN },
};

enum { OUTCOMES = sizeof outcomes / sizeof outcomes[0] };

static size_t outcome(const struct model_audit *entry)
{
	size_t i = 0;

	while (i < OUTCOMES && strcmp(outcomes[i].name, entry->outcome) != 0)
		i++;
	return i;
}

const char *entry_outcome(const struct model_audit *entry)
{
	size_t i = outcome(entry);

	return i < OUTCOMES ? _(outcomes[i].word) : _("not known");
}

unsigned entry_style(const struct model_audit *entry)
{
	size_t i = outcome(entry);

	return i < OUTCOMES ? outcomes[i].style : STYLE_WARN;
}

void entry_undo(const struct model_audit *entry, char *out, size_t size)
{
	if (entry->undone_by >= 0)
		text_format(out, size, _("undone by %lld"), (long long)entry->undone_by);
	else if (entry->can_undo)
		text_format(out, size, _("undo: %s"), entry->undo_words);
	else if (entry->undo_reason[0] != '\0')
		text_format(out, size, _("no: %s"), entry->undo_reason);
	else
		text_format(out, size, "%s", _("cannot be undone"));
}

static void add(struct entry_facts *facts, const char *label, unsigned style, const char *text)
{
	if (text[0] != '\0' && facts->count < ENTRY_PAIRS)
		facts->pairs[facts->count++] = (struct pair){ label, text, style, NULL };
}

static void undo_fact(const struct ui *ui, const struct model_audit *entry,
    struct entry_facts *facts)
{
	if (entry->can_undo)
		text_format(facts->undo, sizeof facts->undo, _("%s = steward %s"),
		    bindings_shown(&ui->bindings, 'z'), entry->undo_words);
	else
		entry_undo(entry, facts->undo, sizeof facts->undo);
	add(facts, _("undo"), entry->can_undo ? STYLE_NOTE : STYLE_DIM, facts->undo);
}

void entry_facts(const struct ui *ui, const struct model_audit *entry, struct entry_facts *facts)
{
	char when[32], age[32];

	memset(facts, 0, sizeof *facts);
	entry_who(entry, facts->who, sizeof facts->who);
	show_moment(entry->time_us, true, when, sizeof when);
	show_age(entry->time_us, ui->now_us, age, sizeof age);
	text_format(facts->when, sizeof facts->when, _("%s (%s ago)"), when, age);
	text_format(facts->words, sizeof facts->words, "steward %s", entry->words);
	text_format(facts->outcome, sizeof facts->outcome, "%s%s%s", entry_outcome(entry),
	    entry->reason[0] != '\0' ? ": " : "", entry->reason);
	if (entry->undoes >= 0)
		text_format(facts->undoes, sizeof facts->undoes, _("entry %lld"),
		    (long long)entry->undoes);
	if (entry->undone_by >= 0)
		text_format(facts->undone, sizeof facts->undone, _("entry %lld"),
		    (long long)entry->undone_by);
	add(facts, _("what"), STYLE_STRONG, facts->words);
	add(facts, _("who"), STYLE_NORMAL, facts->who);
	add(facts, _("when"), STYLE_NORMAL, facts->when);
	add(facts, _("services"), STYLE_NORMAL, entry->services);
	add(facts, _("outcome"), entry_style(entry), facts->outcome);
	add(facts, _("undoes"), STYLE_NORMAL, facts->undoes);
	add(facts, _("undone by"), STYLE_NORMAL, facts->undone);
	undo_fact(ui, entry, facts);
}

bool entry_holds(const struct model_audit *entry, const char *text)
{
	char who[128];

	entry_who(entry, who, sizeof who);
	if (text[0] == '\0' || strcasestr(who, text) != NULL ||
	    strcasestr(entry->words, text) != NULL || strcasestr(entry->services, text) != NULL ||
	    strcasestr(entry->reason, text) != NULL ||
	    strcasestr(entry_outcome(entry), text) != NULL)
		return true;
	for (size_t i = 0; i < entry->change_count; i++)
		if (strcasestr(entry->changes[i].name, text) != NULL ||
		    strcasestr(entry->changes[i].was, text) != NULL ||
		    strcasestr(entry->changes[i].is, text) != NULL)
			return true;
	return false;
}
