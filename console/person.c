/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person keeps about one steward is named after that steward's folder, so
 * that the files of several do not meet.
 */
#include "console/person.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "data/file.h"
#include "data/home.h"
#include "data/text.h"

/* FNV-1a: a name for a file, nothing that has to resist anybody. */
static uint64_t hash(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return h;
}

static bool folder_of(const char *variable, const char *below, char *out, size_t size)
{
	const char *own = getenv(variable), *home = getenv("HOME");

	if (own != NULL && *own == '/')
		return text_format(out, size, "%s/steward", own);
	return home != NULL && *home == '/' && text_format(out, size, "%s/%s/steward", home, below);
}

bool person_config(const char *name, char *out, size_t size)
{
	char where[PATH_MAX];

	return folder_of("XDG_CONFIG_HOME", ".config", where, sizeof where) &&
	    text_format(out, size, "%s/%s", where, name);
}

bool person_state(const char *kind, const char *home, char *out, size_t size, struct fault *fault)
{
	char where[PATH_MAX], whole[PATH_MAX], why[512], about[32] = "installed";
	struct home found;

	if (!home_find(home, true, &found, why, sizeof why))
		return fault_set(fault, FAULT_FAILED, "%s", why);
	if (!folder_of("XDG_STATE_HOME", ".local/state", where, sizeof where))
		return fault_set(fault, FAULT_FAILED,
		    "nothing can be kept in a file: neither XDG_STATE_HOME nor HOME is set");
	/* One steward has one name, however its folder was written. */
	if (!found.installed)
		text_format(about, sizeof about, "%016" PRIx64,
		    hash(realpath(found.folder, whole) != NULL ? whole : found.folder));
	if (!text_format(out, size, "%s/%s-%s.json", where, kind, about))
		return fault_set(fault, FAULT_FAILED, "the path of your file is too long");
	return true;
}

bool person_write(const char *path, const char *text, size_t length, struct fault *fault)
{
	char whole[PATH_MAX], folder[PATH_MAX];

	/* Who keeps such files elsewhere has a link here. */
	if (realpath(path, whole) != NULL)
		return file_replace(whole, text, length, 0600, fault);
	const char *slash = strrchr(path, '/');

	if (slash == NULL || !text_format(folder, sizeof folder, "%.*s", (int)(slash - path), path))
		return fault_set(fault, FAULT_FAILED, "%s is no path of a file", path);
	return file_make_folder(folder, 0700, fault) &&
	    file_replace(path, text, length, 0600, fault);
}

bool person_write_json(const char *path, json_t *document, struct fault *fault)
{
	char *text = json_dumps(document, JSON_INDENT(1) | JSON_SORT_KEYS);
	bool done = text != NULL ?
	    person_write(path, text, strlen(text), fault) :
	    fault_set(fault, FAULT_FAILED, "cannot write %s: out of memory", path);

	free(text);
	json_decref(document);
	return done;
}
