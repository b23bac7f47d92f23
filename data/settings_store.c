/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was set by command, as a file that settings_parse reads back, and the
 * copy of the last good settings. That copy is one file with both texts, because
 * two files cannot be replaced at one instant.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/file.h"
#include "data/memory.h"
#include "data/settings_private.h"
#include "data/text.h"

#define GOOD_NAME "settings"
#define GOOD_HEAD "steward good settings 1"

static const char store_head[] =
    "# steward.auto.conf: what was set from the console or by `steward set`.\n"
    "# steward writes this file and reads it after steward.conf, which it never\n"
    "# touches. Edits of yours here are lost at the next `steward set`.\n";

static void store_word(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\' || *text == '$')
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void store_row(FILE *out, const struct setting *row, const struct settings_raw *raw)
{
	if (strncmp(raw->origin, "set by ", 7) == 0)
		fprintf(out, "\t# %s\n", raw->origin);
	fprintf(out, "\t%s = ", row->name);
	if (settings_is_list(row)) {
		putc('{', out);
		for (size_t i = 0; i < raw->count; i++) {
			if (i)
				fputs(", ", out);
			store_word(out, raw->items[i]);
		}
		putc('}', out);
	} else {
		store_word(out, raw->items[0]);
	}
	putc('\n', out);
}

/* The caller frees it. */
static char *store_text(const struct settings_book *book, size_t *length_r)
{
	char *text = NULL;
	size_t index = 0;
	FILE *out = open_memstream(&text, length_r);

	if (!out)
		return memory_new(0); /* no memory: ends the program */
	fputs(store_head, out);
	for (const struct settings_section *section = book->schema; section->name; section++) {
		bool begun = false;
		for (const struct setting *row = section->rows; row->name; row++, index++) {
			const struct settings_raw *raw = &book->set.rows[index];
			if (!raw->set)
				continue;
			if (!begun)
				fprintf(out, "\n%s {\n", section->name);
			begun = true;
			store_row(out, row, raw);
		}
		if (begun)
			fputs("}\n", out);
	}
	fclose(out);
	return text;
}

bool settings_store(const struct settings_book *book, const char *path, struct fault *fault)
{
	size_t length;
	char *text = store_text(book, &length);
	bool done = length <= SETTINGS_FILE_LIMIT ?
	    file_replace(path, text, length, 0640, fault) :
	    fault_set(fault, FAULT_FAILED, "%s would be longer than %zu bytes", path,
		SETTINGS_FILE_LIMIT);

	free(text);
	return done;
}

/* ---- The last good ones ---- */

bool settings_keep_good(const struct settings_book *book, const char *folder, struct fault *fault)
{
	char path[PATH_MAX];
	size_t set_length, length;

	if (!file_make_folder(folder, 0750, fault))
		return false;
	if (!text_format(path, sizeof path, "%s/" GOOD_NAME, folder))
		return fault_errno(fault, ENAMETOOLONG, "cannot write below %s", folder);
	char *set = store_text(book, &set_length);
	char *head = memory_format(GOOD_HEAD " %zd %zu\n",
	    book->owner_text ? (ssize_t)book->owner_length : -1, set_length);
	size_t head_length = strlen(head);
	length = head_length + book->owner_length + set_length;
	char *whole = memory_new(length);
	memcpy(whole, head, head_length);
	if (book->owner_text)
		memcpy(whole + head_length, book->owner_text, book->owner_length);
	memcpy(whole + head_length + book->owner_length, set, set_length);
	bool done = file_replace(path, whole, length, 0640, fault);
	free(whole);
	free(head);
	free(set);
	return done;
}

/* "HEAD OWNER SET\n": the two lengths, -1 for a file that was not there. */
static bool good_head(const char *text, size_t length, size_t *head_r, int64_t *owner_r,
    int64_t *set_r)
{
	const char *end = memchr(text, '\n', length);
	char owner[32], set[32];

	if (!end || sscanf(text, GOOD_HEAD " %31[-0-9] %31[-0-9]\n", owner, set) != 2 ||
	    !text_integer(owner, owner_r) || !text_integer(set, set_r))
		return false;
	*head_r = (size_t)(end - text) + 1;
	const int64_t most = (int64_t)SETTINGS_FILE_LIMIT;
	return *owner_r >= -1 && *set_r >= 0 && *owner_r <= most && *set_r <= most &&
	    *head_r + (size_t)(*owner_r > 0 ? *owner_r : 0) + (size_t)*set_r == length;
}

static char *good_part(const char *bytes, int64_t length)
{
	if (length < 0)
		return NULL;
	char *text = memory_new((size_t)length + 1);
	memcpy(text, bytes, (size_t)length);
	return text;
}

struct settings_book *settings_load_good(const struct settings_source *source, const char *folder,
    struct fault *fault)
{
	char path[PATH_MAX];
	struct settings_source copy = *source;
	struct settings_book *book = NULL;
	size_t length, head;
	int64_t owner, set;

	if (!text_format(path, sizeof path, "%s/" GOOD_NAME, folder)) {
		fault_errno(fault, ENAMETOOLONG, "cannot read below %s", folder);
		return NULL;
	}
	char *text = file_read(path, 2 * SETTINGS_FILE_LIMIT + 256, &length, fault);
	if (!text)
		return NULL;
	if (good_head(text, length, &head, &owner, &set)) {
		const char *first = text + head, *second = first + (owner > 0 ? owner : 0);
		/* A line number of the copy is one of the file that was good. */
		if (!copy.owner_path)
			copy.owner_path = "steward.conf";
		if (!copy.auto_path)
			copy.auto_path = "steward.auto.conf";
		book = settings_build(&copy, good_part(first, owner), owner > 0 ? (size_t)owner : 0,
		    good_part(second, set), (size_t)set, fault);
		if (!book)
			fault_prefix(fault, "the copy of the last good settings, %s", path);
	} else {
		fault_set(fault, FAULT_FAILED, "%s is not a copy of good settings", path);
	}
	free(text);
	return book;
}
