/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The book: two layers of texts, the values that follow from them, and a count
 * of who reads it. It never changes once it exists, so that any thread may read
 * it without a lock; a change makes another one.
 */
#include "data/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/file.h"
#include "data/memory.h"
#include "data/settings_private.h"
#include "data/text.h"

/* ---- Layers ---- */

size_t settings_rows(const struct settings_section *schema)
{
	size_t count = 0;

	for (; schema->name; schema++)
		for (const struct setting *row = schema->rows; row->name; row++)
			count++;
	return count;
}

void raw_clear(struct settings_raw *raw)
{
	for (size_t i = 0; i < raw->count; i++)
		free(raw->items[i]);
	free(raw->items);
	free(raw->origin);
	memset(raw, 0, sizeof *raw);
}

void raw_fill(struct settings_raw *raw, const char *const *items, size_t count, unsigned line,
    const char *origin)
{
	raw_clear(raw);
	raw->set = true;
	raw->line = line;
	raw->origin = memory_string(origin);
	raw->items = memory_array(count, sizeof *raw->items);
	raw->count = count;
	for (size_t i = 0; i < count; i++)
		raw->items[i] = memory_string(items[i]);
}

void layer_init(struct settings_layer *layer, const struct settings_section *schema)
{
	layer->count = settings_rows(schema);
	layer->rows = memory_array(layer->count, sizeof *layer->rows);
}

void layer_copy(struct settings_layer *layer, const struct settings_layer *from)
{
	layer->count = from->count;
	layer->rows = memory_array(layer->count, sizeof *layer->rows);
	for (size_t i = 0; i < from->count; i++)
		if (from->rows[i].set)
			raw_fill(&layer->rows[i], (const char *const *)from->rows[i].items,
			    from->rows[i].count, from->rows[i].line, from->rows[i].origin);
}

void layer_clear(struct settings_layer *layer)
{
	for (size_t i = 0; i < layer->count; i++)
		raw_clear(&layer->rows[i]);
	free(layer->rows);
	free(layer->ignored);
	memset(layer, 0, sizeof *layer);
}

/* ---- Making a book ---- */

static struct settings_book *book_new(const struct settings_source *source)
{
	struct settings_book *book = memory_new(sizeof *book);

	atomic_init(&book->references, 1);
	book->schema = source->schema;
	book->owner_path = memory_string(source->owner_path);
	book->auto_path = memory_string(source->auto_path);
	book->state_folder = memory_string(source->state_folder);
	book->home = source->home;
	while (source->schema[book->count].name)
		book->count++;
	book->sections = memory_array(book->count, sizeof *book->sections);
	return book;
}

static size_t section_rows(const struct settings *set)
{
	size_t count = 0;

	while (set->section->rows[count].name)
		count++;
	return count;
}

static void book_free(struct settings_book *book)
{
	for (size_t i = 0; i < book->count; i++) {
		struct settings *set = &book->sections[i];
		if (!set->values)
			continue;
		for (size_t n = section_rows(set); n > 0; n--)
			value_clear(&set->values[n - 1]);
		free(set->values);
	}
	free(book->sections);
	layer_clear(&book->owner);
	layer_clear(&book->set);
	free(book->owner_text);
	free(book->owner_path);
	free(book->auto_path);
	free(book->state_folder);
	free(book);
}

_Noreturn static void mistake(const char *section, const char *name, const char *why)
{
	fprintf(stderr, "steward: setting %s.%s: %s\n", section, name, why);
	abort();
}

/* A default is ours: one that is wrong is a mistake in the program. */
static void take_default(const struct settings_book *book, const char *section,
    const struct setting *row, const char *fallback, struct settings_value *value)
{
	struct settings_raw raw = { 0 };
	struct complaint complaint;

	raw_split(&raw, row, fallback, "default");
	if (!value_take(row, &raw, book->state_folder, value, &complaint))
		mistake(section, row->name, complaint.expected);
	raw_clear(&raw);
}

/* Where a complaint about raw belongs: "FILE:LINE: ", or nothing when it was
 * given by command just now. */
static bool refuse(const char *path, const struct settings_raw *raw, const char *section,
    const struct setting *row, const struct complaint *complaint, struct fault *fault)
{
	fault_set(fault, raw->line ? FAULT_FAILED : FAULT_USAGE, "%s.%s: expected %s, found %s",
	    section, row->name, complaint->expected, complaint->found);
	if (raw->line)
		fault_prefix(fault, "%s:%u", path, raw->line);
	return false;
}

/* The value of one row; what a lower layer says must be right too. */
static bool book_row(struct settings_book *book, const char *section, const struct setting *row,
    size_t index, struct settings_value *value, struct fault *fault)
{
	const struct settings_raw *layers[] = {
		&book->owner.rows[index],
		&book->set.rows[index],
	};
	const char *paths[] = { book->owner_path, book->auto_path };
	const char *fallback =
	    book->home && row->fallback_home ? row->fallback_home : row->fallback;
	struct complaint complaint;

	if (!fallback)
		fallback = "";
	take_default(book, section, row, fallback, value);
	for (size_t i = 0; i < 2; i++) {
		if (!layers[i]->set)
			continue;
		value_clear(value);
		if (!value_take(row, layers[i], book->state_folder, value, &complaint))
			return refuse(paths[i], layers[i], section, row, &complaint, fault);
	}
	value->fallback = memory_string(fallback);
	return true;
}

static bool book_values(struct settings_book *book, struct fault *fault)
{
	size_t index = 0;

	for (size_t i = 0; i < book->count; i++) {
		struct settings *set = &book->sections[i];
		set->section = &book->schema[i];
		size_t rows = section_rows(set);
		set->values = memory_array(rows, sizeof *set->values);
		for (size_t n = 0; n < rows; n++, index++)
			if (!book_row(book, set->section->name, &set->section->rows[n], index,
				&set->values[n], fault))
				return false;
	}
	return true;
}

struct settings_book *settings_build(const struct settings_source *source, char *owner_text,
    size_t owner_length, char *auto_text, size_t auto_length, struct fault *fault)
{
	struct settings_book *book = book_new(source);

	book->owner_text = owner_text;
	book->owner_length = owner_length;
	layer_init(&book->owner, book->schema);
	layer_init(&book->set, book->schema);
	bool done = (!owner_text ||
			settings_parse(book->schema, book->owner_path, owner_text, owner_length,
			    false, &book->owner, fault)) &&
	    /* Nobody can mend what we wrote ourselves before a row went away. */
	    (!auto_text ||
		settings_parse(book->schema, book->auto_path, auto_text, auto_length, true,
		    &book->set, fault)) &&
	    book_values(book, fault);
	free(auto_text);
	if (done)
		return book;
	book_free(book);
	return NULL;
}

/* A file that is not there is as good as an empty one. */
static bool read_file(const char *path, char **text_r, size_t *length_r, struct fault *fault)
{
	*text_r = NULL;
	*length_r = 0;
	if (!path)
		return true;
	struct fault unread;
	*text_r = file_read(path, SETTINGS_FILE_LIMIT, length_r, &unread);
	if (*text_r || errno == ENOENT)
		return true;
	if (fault)
		*fault = unread;
	return false;
}

struct settings_book *settings_load(const struct settings_source *source, struct fault *fault)
{
	char *owner, *set;
	size_t owner_length, set_length;

	if (!read_file(source->owner_path, &owner, &owner_length, fault))
		return NULL;
	if (!read_file(source->auto_path, &set, &set_length, fault)) {
		free(owner);
		return NULL;
	}
	return settings_build(source, owner, owner_length, set, set_length, fault);
}

struct settings_book *settings_read(const struct settings_source *source, const char *text,
    size_t length, struct fault *fault)
{
	char *copy = text ? memory_new(length + 1) : NULL;

	if (copy)
		memcpy(copy, text, length);
	return settings_build(source, copy, length, NULL, 0, fault);
}

struct settings_book *settings_ref(struct settings_book *book)
{
	atomic_fetch_add_explicit(&book->references, 1, memory_order_relaxed);
	return book;
}

void settings_unref(struct settings_book *book)
{
	if (book && atomic_fetch_sub_explicit(&book->references, 1, memory_order_acq_rel) == 1)
		book_free(book);
}

/* ---- Changing ---- */

/* "web.root" to its place in the layers; -1 and a fault when it has none. */
static long change_find(const struct settings_section *schema, const char *name,
    const struct setting **row_r, struct fault *fault)
{
	char section[64];
	const char *dot = strchr(name, '.');
	long index = 0;

	if (!dot || dot == name || !dot[1]) {
		fault_set(fault, FAULT_USAGE, "%.64s: expected a name such as %s.%s", name,
		    schema->name ? schema->name : "SERVICE",
		    schema->name && schema->rows->name ? schema->rows->name : "SETTING");
		return -1;
	}
	text_format(section, sizeof section, "%.*s", (int)(dot - name), name);
	for (const struct settings_section *at = schema; at->name; at++)
		for (const struct setting *row = at->rows; row->name; row++, index++)
			if (strcmp(at->name, section) == 0 && strcmp(row->name, dot + 1) == 0) {
				*row_r = row;
				return index;
			}
	settings_unknown(schema, section, dot + 1, FAULT_USAGE, fault);
	return -1;
}

static bool change_rows(struct settings_book *book, const char *const *names,
    const char *const *values, size_t count, const char *origin, struct fault *fault)
{
	for (size_t i = 0; i < count; i++) {
		const struct setting *row;
		for (size_t n = 0; n < i; n++)
			if (strcmp(names[n], names[i]) == 0)
				return fault_set(fault, FAULT_USAGE, "%s is given twice", names[i]);
		long index = change_find(book->schema, names[i], &row, fault);
		if (index < 0)
			return false;
		if (values[i])
			raw_split(&book->set.rows[index], row, values[i], origin);
		else
			raw_clear(&book->set.rows[index]);
	}
	return true;
}

struct settings_book *settings_change(struct settings_book *book, const char *const *names,
    const char *const *values, size_t count, const char *by, struct fault *fault)
{
	const struct settings_source source = {
		.schema = book->schema,
		.owner_path = book->owner_path,
		.auto_path = book->auto_path,
		.state_folder = book->state_folder,
		.home = book->home,
	};
	struct settings_book *next = book_new(&source);
	char now[64], who[64], origin[160];

	clock_rfc3339(clock_utc(), now, sizeof now);
	now[strcspn(now, ".")] = '\0';
	text_clean(who, sizeof who, by ? by : "", by ? strlen(by) : 0);
	text_format(origin, sizeof origin, "set by %s %sZ", *who ? who : "unknown", now);
	if (book->owner_text)
		next->owner_text = memory_copy(book->owner_text, book->owner_length + 1);
	next->owner_length = book->owner_length;
	layer_copy(&next->owner, &book->owner);
	layer_copy(&next->set, &book->set);
	if (change_rows(next, names, values, count, origin, fault) && book_values(next, fault))
		return next;
	book_free(next);
	return NULL;
}

/* ---- Reading ---- */

const struct settings *settings_of(const struct settings_book *book, const char *section)
{
	for (size_t i = 0; i < book->count; i++)
		if (strcmp(book->sections[i].section->name, section) == 0)
			return &book->sections[i];
	return NULL;
}

const char *settings_ignored(const struct settings_book *book)
{
	return book->set.ignored;
}

char *settings_given(const struct settings_book *book, const char *name)
{
	const struct setting *row;
	struct fault fault;
	long index = change_find(book->schema, name, &row, &fault);
	char *text = NULL;

	if (index < 0 || !book->set.rows[index].set)
		return NULL;
	const struct settings_raw *raw = &book->set.rows[index];
	for (size_t i = 0; i < raw->count; i++) {
		char *longer =
		    memory_format("%s%s%s", text ? text : "", i ? "," : "", raw->items[i]);
		free(text);
		text = longer;
	}
	return text ? text : memory_string("");
}

const struct settings *settings_find(const struct settings_book *book, const char *name,
    const struct setting **row_r)
{
	struct fault fault;
	char section[64];

	if (change_find(book->schema, name, row_r, &fault) < 0)
		return NULL;
	text_format(section, sizeof section, "%.*s", (int)strcspn(name, "."), name);
	return settings_of(book, section);
}

static const struct settings_value *find_value(const struct settings *set, const char *name,
    const struct setting **row_r)
{
	for (size_t i = 0; set->section->rows[i].name; i++)
		if (strcmp(set->section->rows[i].name, name) == 0) {
			*row_r = &set->section->rows[i];
			return &set->values[i];
		}
	return NULL;
}

/* types: a bit for each type that the caller can take. */
static const struct settings_value *need_value(const struct settings *set, const char *name,
    unsigned types)
{
	const struct setting *row;
	const struct settings_value *value = find_value(set, name, &row);

	if (!value)
		mistake(set->section->name, name, "there is no such row");
	if (!(types & 1U << row->type))
		mistake(set->section->name, name, "it is asked for as another type");
	return value;
}

const char *settings_text(const struct settings *set, const char *name)
{
	return need_value(set, name, 1U << SETTING_TEXT | 1U << SETTING_CHOICE | 1U << SETTING_PATH)
	    ->text;
}

int64_t settings_number(const struct settings *set, const char *name)
{
	return need_value(set, name,
	    1U << SETTING_INTEGER | 1U << SETTING_SIZE | 1U << SETTING_DURATION)
	    ->number;
}

bool settings_boolean(const struct settings *set, const char *name)
{
	return need_value(set, name, 1U << SETTING_BOOLEAN)->boolean;
}

size_t settings_count(const struct settings *set, const char *name)
{
	return need_value(set, name, 1U << SETTING_LIST | 1U << SETTING_LISTEN)->count;
}

const char *settings_item(const struct settings *set, const char *name, size_t index)
{
	const struct settings_value *value =
	    need_value(set, name, 1U << SETTING_LIST | 1U << SETTING_LISTEN);

	return index < value->count ? value->items[index] : NULL;
}

const char *settings_shown(const struct settings *set, const char *name)
{
	const struct setting *row;
	const struct settings_value *value = find_value(set, name, &row);

	return value ? value->shown : NULL;
}

const char *settings_default(const struct settings *set, const char *name)
{
	const struct setting *row;
	const struct settings_value *value = find_value(set, name, &row);

	return value ? value->fallback : NULL;
}

const char *settings_origin(const struct settings *set, const char *name)
{
	const struct setting *row;
	const struct settings_value *value = find_value(set, name, &row);

	return value ? value->origin : NULL;
}

static bool same_value(const struct settings_value *a, const struct settings_value *b)
{
	if (a->number != b->number || a->boolean != b->boolean || a->count != b->count ||
	    !a->text != !b->text || (a->text && strcmp(a->text, b->text) != 0))
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

size_t settings_differ(const struct settings *a, const struct settings *b,
    void (*each)(void *arg, const struct setting *row), void *arg)
{
	size_t count = 0;

	for (size_t i = 0; a->section->rows[i].name; i++) {
		if (same_value(&a->values[i], &b->values[i]))
			continue;
		count++;
		if (each)
			each(arg, &a->section->rows[i]);
	}
	return count;
}
