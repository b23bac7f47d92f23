/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audit list's file, whatever a disk made of it: what is an entry is given,
 * the rest counted; and a line that is added to it is there afterwards, once, with
 * all that could be read before.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/file.h"
#include "host/audit_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LIMIT 65536
#define ADDED "{\"number\": 4711, \"version\": 1, \"action\": \"added\"}\n"

static char path[64], older[72];

static void remove_files(void)
{
	unlink(path);
	unlink(older);
}

static void need(bool truth)
{
	if (!truth)
		abort();
}

struct seen {
	size_t count, added;
};

static void see(void *arg, json_t *entry)
{
	struct seen *seen = arg;
	const char *action = json_string_value(json_object_get(entry, "action"));

	need(json_is_object(entry));
	need(json_is_integer(json_object_get(entry, "number")));
	seen->count++;
	if (action != NULL && strcmp(action, "added") == 0)
		seen->added++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen before = { 0 }, after = { 0 };
	struct fault fault = { 0 };
	unsigned left_out = 0;

	if (*path == '\0') {
		snprintf(path, sizeof path, "/tmp/steward-fuzz-audit-%d", (int)getpid());
		snprintf(older, sizeof older, "%s.1", path);
		atexit(remove_files);
	}
	remove_files();
	need(file_replace(path, data, size, 0600, &fault));
	bool read = audit_file_read(path, LIMIT, see, &before, &left_out, &fault);

	need(read || (fault.code != FAULT_NONE && *fault.text != '\0'));
	need(before.count + left_out <= size);
	if (!read)
		return 0;
	need(audit_file_append(path, LIMIT, ADDED, strlen(ADDED), &fault));
	need(audit_file_read(path, LIMIT, see, &after, &left_out, &fault));
	need(after.added == before.added + 1);
	need(after.count == before.count + 1);
	return 0;
}
