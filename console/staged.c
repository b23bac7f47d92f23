/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arrays that are searched from the front: a person stages some dozens at most.
 */
#include "console/staged.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "console/format.h"
#include "data/memory.h"
#include "data/text.h"

struct staged *staged_new(void)
{
	struct staged *staged = memory_new(sizeof *staged);

	staged->trial = -1;
	return staged;
}

static void change_end(struct staged_change *change)
{
	free(change->name);
	free(change->text);
	free(change->seen);
	free(change->origin);
}

static void list_clear(struct staged_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		change_end(&list->changes[i]);
	free(list->changes);
	*list = (struct staged_list){ .changes = NULL };
}

void staged_free(struct staged *staged)
{
	if (staged == NULL)
		return;
	list_clear(&staged->edits);
	list_clear(&staged->tried);
	free(staged);
}

static struct staged_change *find(const struct staged_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->changes[i].name, name) == 0)
			return &list->changes[i];
	return NULL;
}

const struct staged_change *staged_find(const struct staged *staged, const char *name)
{
	return find(&staged->edits, name);
}

static size_t bytes(const struct staged_list *list)
{
	size_t sum = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct staged_change *c = &list->changes[i];

		sum += 2 * strlen(c->name) + strlen(c->seen) + strlen(c->origin) +
		    (c->text != NULL ? strlen(c->text) : 0);
	}
	return sum;
}

static void list_remove(struct staged_list *list, struct staged_change *change)
{
	size_t index = (size_t)(change - list->changes);

	change_end(change);
	memmove(change, change + 1, (list->count - index - 1) * sizeof *change);
	list->count--;
}

static void replace(char **text, const char *by)
{
	char *copy = memory_string(by);

	free(*text);
	*text = copy;
}

bool staged_put(struct staged *staged, const char *name, const char *text, const char *seen,
    const char *origin, struct fault *fault)
{
	struct staged_list *list = &staged->edits;
	struct staged_change *change = find(list, name);
	size_t more =
	    2 * strlen(name) + strlen(seen) + strlen(origin) + (text != NULL ? strlen(text) : 0);

	if (text != NULL && strcmp(text, change != NULL ? change->seen : seen) == 0) {
		staged_drop(staged, name);
		return true;
	}
	if ((change == NULL && list->count >= STAGED_MOST) || bytes(list) + more > STAGED_BYTES) {
		fault_set(fault, FAULT_FAILED, "%s: too much is staged already", name);
		return fault_next(fault, "apply what is staged first");
	}
	if (change == NULL) {
		list->changes =
		    memory_resize(list->changes, list->count + 1, sizeof *list->changes);
		change = &list->changes[list->count++];
		*change = (struct staged_change){ .name = memory_string(name),
			.seen = memory_string(seen),
			.origin = memory_string(origin) };
	}
	replace(&change->text, text);
	return true;
}

bool staged_drop(struct staged *staged, const char *name)
{
	struct staged_change *change = find(&staged->edits, name);

	if (change == NULL)
		return false;
	list_remove(&staged->edits, change);
	return true;
}

void staged_clear(struct staged *staged)
{
	list_clear(&staged->edits);
}

static bool in_section(const char *name, const char *section, size_t length)
{
	return strncmp(name, section, length) == 0 && name[length] == '.';
}

size_t staged_count(const struct staged *staged, const char *section)
{
	size_t count = 0;

	for (size_t i = 0; i < staged->edits.count; i++)
		count += section == NULL ||
		    in_section(staged->edits.changes[i].name, section, strlen(section));
	return count;
}

size_t staged_sections(const struct staged *staged)
{
	const struct staged_list *list = &staged->edits;
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->changes[i].name;
		bool before = false;

		for (size_t k = 0; k < i && !before; k++)
			before = in_section(list->changes[k].name, name, strcspn(name, "."));
		count += !before;
	}
	return count;
}

bool staged_conflict(const struct staged_change *change, const char *value)
{
	return strcmp(change->seen, value) != 0;
}

void staged_rebase(struct staged *staged, const char *name, const char *value, const char *origin)
{
	struct staged_change *change = find(&staged->edits, name);

	if (change == NULL)
		return;
	if (change->text != NULL && strcmp(change->text, value) == 0) {
		list_remove(&staged->edits, change);
		return;
	}
	replace(&change->seen, value);
	replace(&change->origin, origin);
}

/* ---- What is sent and typed ---- */

json_t *staged_values(const struct staged *staged)
{
	json_t *values = json_object();

	for (size_t i = 0; i < staged->edits.count; i++) {
		const struct staged_change *c = &staged->edits.changes[i];

		json_object_set_new(values, c->name,
		    c->text != NULL ? json_string(c->text) : json_null());
	}
	return values;
}

json_t *staged_expect(const struct staged *staged)
{
	json_t *expect = json_object();

	for (size_t i = 0; i < staged->edits.count; i++)
		json_object_set_new(expect, staged->edits.changes[i].name,
		    json_string(staged->edits.changes[i].seen));
	return expect;
}

static bool append(char *out, size_t size, const char *text)
{
	size_t used = strlen(out);

	return text_format(out + used, size - used, " %s", text);
}

bool staged_command(const struct staged *staged, const char *home, int seconds, char *out,
    size_t size)
{
	char word[PATH_MAX], quoted[PATH_MAX], confirm[32];
	bool reset = false, fits = text_format(out, size, "steward");

	if (home != NULL)
		fits &= append(out, size, "--home") && format_quote(home, quoted, sizeof quoted) &&
		    append(out, size, quoted);
	fits &= append(out, size, "set");
	for (size_t i = 0; fits && i < staged->edits.count; i++) {
		const struct staged_change *c = &staged->edits.changes[i];

		reset |= c->text == NULL;
		fits = text_format(word, sizeof word, "%s%s%s", c->name, c->text != NULL ? "=" : "",
			   c->text != NULL ? c->text : "") &&
		    format_quote(word, quoted, sizeof quoted) && append(out, size, quoted);
	}
	text_format(confirm, sizeof confirm, "--confirm %d", seconds);
	return fits && (!reset || append(out, size, "--reset")) &&
	    (seconds == 0 || append(out, size, confirm));
}

/* ---- A trial ---- */

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

void staged_try(struct staged *staged, const json_t *sent, int64_t trial)
{
	struct staged *tried = staged_new();

	staged_unpack(tried, sent);
	list_clear(&staged->tried);
	staged->tried = tried->edits;
	tried->edits = (struct staged_list){ .changes = NULL };
	staged_free(tried);
	staged->trial = staged->tried.count > 0 ? trial : -1;
	for (size_t i = 0; i < staged->tried.count; i++) {
		const struct staged_change *c = &staged->tried.changes[i];
		struct staged_change *edit = find(&staged->edits, c->name);

		if (edit != NULL && same_text(edit->text, c->text))
			list_remove(&staged->edits, edit);
	}
}

size_t staged_kept(struct staged *staged)
{
	size_t count = staged->tried.count;

	list_clear(&staged->tried);
	staged->trial = -1;
	return count;
}

size_t staged_back(struct staged *staged)
{
	struct staged_list tried = staged->tried;
	struct fault fault;
	size_t count = 0;

	staged->tried = (struct staged_list){ .changes = NULL };
	staged->trial = -1;
	for (size_t i = 0; i < tried.count; i++) {
		const struct staged_change *c = &tried.changes[i];

		if (find(&staged->edits, c->name) == NULL)
			count += staged_put(staged, c->name, c->text, c->seen, c->origin, &fault);
	}
	list_clear(&tried);
	return count;
}
