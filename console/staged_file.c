/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file is the person's and may have been written by another version or by a
 * hand: what is not as it should be is left out, and nothing in it is trusted to
 * be short.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/person.h"
#include "console/staged.h"
#include "data/file.h"
#include "data/text.h"

#define FILE_MOST (1024 * 1024)

bool staged_path(const char *home, char *path, size_t size, struct fault *fault)
{
	return person_state("staged", home, path, size, fault);
}

/* ---- As JSON ---- */

json_t *staged_pack(const struct staged_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct staged_change *c = &list->changes[i];

		json_array_append_new(array,
		    json_pack("{s:s, s:s?, s:s, s:s}", "name", c->name, "text", c->text, "seen",
			c->seen, "origin", c->origin));
	}
	return array;
}

static const char *member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool is_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-.";
	const char *dot = name != NULL ? strchr(name, '.') : NULL;

	return dot != NULL && dot != name && dot[1] != '\0' && strlen(name) < 96 &&
	    name[strspn(name, letters)] == '\0';
}

void staged_unpack(struct staged *into, const json_t *list)
{
	const json_t *one;
	struct fault fault;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *name = member(one, "name"), *seen = member(one, "seen");
		const char *origin = member(one, "origin");
		const json_t *text = json_object_get(one, "text");
		char clean[160] = "";

		if (!is_name(name) || seen == NULL ||
		    (!json_is_string(text) && !json_is_null(text)))
			continue;
		if (origin != NULL)
			text_clean(clean, sizeof clean, origin, strlen(origin));
		if (!staged_put(into, name, json_string_value(text), seen, clean, &fault))
			return;
	}
}

/* ---- Reading ---- */

static int64_t number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? (int64_t)json_integer_value(value) : -1;
}

struct staged *staged_load(const char *path, struct fault *fault)
{
	size_t length;
	char *text = file_read(path, FILE_MOST, &length, fault);
	struct staged *staged;

	if (text == NULL)
		return errno == ENOENT ? staged_new() : NULL;
	json_t *document = json_loadb(text, length, 0, NULL);

	free(text);
	if (!json_is_object(document)) {
		json_decref(document);
		fault_set(fault, FAULT_FAILED, "%s does not hold staged settings", path);
		fault_next(fault, "move it away");
		return NULL;
	}
	staged = staged_new();
	staged_try(staged, json_object_get(document, "tried"), number(document, "trial"));
	staged_unpack(staged, json_object_get(document, "changes"));
	json_decref(document);
	return staged;
}

/* ---- Writing ---- */

bool staged_save(const struct staged *staged, const char *path, struct fault *fault)
{
	if (staged->edits.count == 0 && staged->tried.count == 0) {
		if (unlink(path) == 0 || errno == ENOENT)
			return true;
		return fault_errno(fault, errno, "cannot take %s away", path);
	}
	return person_write_json(path,
	    json_pack("{s:i, s:o, s:o, s:I}", "version", 1, "changes", staged_pack(&staged->edits),
		"tried", staged_pack(&staged->tried), "trial", (json_int_t)staged->trial),
	    fault);
}
