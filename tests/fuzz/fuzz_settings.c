/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A settings file. It is read or refused with its name and a line; what was read
 * as if it had been set by command is written, read again and the same.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/settings_private.h"
#include "tests/unit/data/settings_schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char stored[64];

static void remove_stored(void)
{
	unlink(stored);
}

static void need(bool truth)
{
	if (!truth)
		abort();
}

static char *copy(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	need(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

static void compare(const struct settings_book *a, const struct settings_book *b)
{
	for (const struct settings_section *section = schema; section->name; section++)
		need(settings_differ(settings_of(a, section->name), settings_of(b, section->name),
			 NULL, NULL) == 0);
}

/* The scanner alone, on a block of the exact size. */
static void try_scan(const uint8_t *data, size_t size)
{
	struct scan scan;
	char *text = malloc(size ? size : 1);

	need(text != NULL);
	memcpy(text, data, size);
	if (!scan_text(&scan, text, size))
		need(scan.line > 0 && *scan.error);
	scan_free(&scan);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings_source source = {
		.schema = schema,
		.owner_path = "steward.conf",
		.auto_path = "steward.auto.conf",
		.state_folder = "/state",
	};
	struct fault fault = { 0 };

	if (!*stored) {
		snprintf(stored, sizeof stored, "/tmp/steward-fuzz-%d.conf", (int)getpid());
		atexit(remove_stored);
	}
	try_scan(data, size);
	struct settings_book *book =
	    settings_build(&source, copy(data, size), size, NULL, 0, &fault);
	bool strict = book;
	need(
	    strict || (strncmp(fault.text, "steward.conf:", 13) == 0 && atoi(fault.text + 13) > 0));
	settings_unref(book);
	/* As our own file it may have names that no row has, and nothing else more. */
	book = settings_build(&source, NULL, 0, copy(data, size), size, &fault);
	need(!strict || (book && !settings_ignored(book)));
	if (!book) {
		need(strncmp(fault.text, "steward.auto.conf:", 18) == 0 &&
		    atoi(fault.text + 18) > 0);
		return 0;
	}
	need(settings_store(book, stored, &fault));
	source.owner_path = NULL;
	source.auto_path = stored;
	struct settings_book *again = settings_load(&source, &fault);
	need(again != NULL);
	compare(book, again);
	settings_unref(again);
	settings_unref(book);
	return 0;
}
