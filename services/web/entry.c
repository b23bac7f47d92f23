/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of looking: what the path is, then for a folder its index, then a
 * listing. A precompressed companion counts when it is a regular file that is
 * not older than what it stands for. Why the system refuses something goes to
 * the journal, at most TOLD_LIMIT times a minute, since anybody may ask.
 */
#include "services/web/entry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/file.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/http.h"
#include "services/web/listing.h"
#include "services/web/root.h"
#include "services/web/target.h"

#define TOLD_LIMIT 10
#define ENTRY_OVERHEAD 1024 /* of an entry with its answers, about */

static void set_status(struct entry *entry, unsigned status)
{
	entry->kind = ENTRY_STATUS;
	entry->status = status;
}

static bool may_tell(struct entry_source *source, int64_t now)
{
	if (now - source->told_since > 60 * CLOCK_SECOND || source->told_since == 0) {
		if (source->untold > 0)
			run_log(source->run, JOURNAL_WARNING, "files",
			    "%u more refusals in a minute were not told", source->untold);
		source->told_since = now;
		source->told = source->untold = 0;
	}
	if (source->told >= TOLD_LIMIT) {
		source->untold++;
		return false;
	}
	source->told++;
	return true;
}

/* Answers with what error stands for, and tells what the owner can mend. */
static void set_error(struct entry_source *source, struct entry *entry, const char *path, int error,
    int64_t now)
{
	char whole[PATH_MAX], why[512];
	unsigned status = (unsigned)root_status(error);

	set_status(entry, status);
	if (status == 404 || !may_tell(source, now))
		return;
	text_format(whole, sizeof(whole), "%s%s%s", source->root_path, path[0] != '\0' ? "/" : "",
	    path);
	if (status == 403) {
		file_explain(whole, error, why, sizeof(why));
		run_log(source->run, JOURNAL_WARNING, path, "403: %s", why);
	} else {
		run_log(source->run, JOURNAL_ERROR, path, "%u: %s cannot be read: %s", status,
		    whole, strerror(error));
	}
}

static void keep_version(struct entry *entry, const struct version *version)
{
	entry->version[version->encoding] = memory_copy(version, sizeof(*version));
	entry->memory += sizeof(*version);
	if (version->bytes != NULL)
		entry->memory += (size_t)version->size;
	else
		entry->descriptors++;
}

/* Which companions of path there are that may stand for it. */
static unsigned look_companions(const struct entry_source *source, const char *path,
    const struct stat *original)
{
	unsigned found = 0;
	char name[PATH_MAX];
	struct stat stat;
	for (int i = ENCODING_IDENTITY + 1; i < ENCODING_COUNT; i++) {
		if (!text_format(name, sizeof(name), "%s%s", path, encoding_kinds[i].suffix))
			continue;
		if (root_look(source->root, name, &stat) != 0 || !S_ISREG(stat.st_mode))
			continue;
		if (stat.st_mtim.tv_sec >= original->st_mtim.tv_sec)
			found |= 1u << i;
	}
	return found;
}

static void open_companions(const struct entry_source *source, struct entry *entry, unsigned there)
{
	struct version version;
	for (int i = ENCODING_IDENTITY + 1; i < ENCODING_COUNT; i++) {
		if ((there & 1u << i) == 0)
			continue;
		/* One that cannot be read is as good as not there. */
		if (version_open(source->root, entry->path, (enum encoding)i, true, &version) != 0)
			continue;
		keep_version(entry, &version);
		entry->encodings |= 1u << i;
	}
}

static void open_file(struct entry_source *source, struct entry *entry, const char *path,
    const struct stat *stat, int64_t now)
{
	struct version version;
	unsigned there = 0;
	int error;

	if (source->precompressed)
		there = look_companions(source, path, stat);
	error = version_open(source->root, path, ENCODING_IDENTITY, there != 0, &version);
	if (error != 0) {
		set_error(source, entry, path, error, now);
		return;
	}
	entry->kind = ENTRY_FILE;
	entry->path = memory_string(path);
	keep_version(entry, &version);
	open_companions(source, entry, there);
}

/* 301 to the same path with a slash behind it; a query is added when asked. */
static void open_redirect(struct entry *entry)
{
	char *place = memory_format("%.*s/", (int)entry->key_length, entry->key);
	entry->kind = ENTRY_FOLDER;
	entry->page = http_error_response(301);
	MHD_add_response_header(entry->page, MHD_HTTP_HEADER_LOCATION, place);
	free(place);
}

static void open_folder(struct entry_source *source, struct entry *entry, const char *path,
    int64_t now)
{
	char index[PATH_MAX];
	struct stat stat;
	int error = ENAMETOOLONG;

	if (text_format(index, sizeof(index), "%s%s%s", path, path[0] != '\0' ? "/" : "",
		source->index))
		error = root_look(source->root, index, &stat);
	if (error == 0 && S_ISREG(stat.st_mode)) {
		open_file(source, entry, index, &stat, now);
		return;
	}
	if (error != 0 && root_status(error) != 404) {
		set_error(source, entry, index, error, now);
		return;
	}
	if (!source->listing) {
		set_status(entry, 404);
		return;
	}
	error = listing_make(source->root, path, &entry->page, &entry->memory);
	if (error != 0)
		set_error(source, entry, path, error, now);
	else
		entry->kind = ENTRY_LISTING;
}

static void look_up(struct entry_source *source, struct entry *entry, int64_t now)
{
	struct target target;
	struct stat stat;
	int status = target_parse(entry->key, entry->key_length, &target);
	if (status != 0) {
		set_status(entry, (unsigned)status);
		entry->close = target.odd || status != 404;
		return;
	}
	int error = root_look(source->root, target.path, &stat);
	if (error != 0)
		set_error(source, entry, target.path, error, now);
	else if (S_ISDIR(stat.st_mode) && !target.folder)
		open_redirect(entry);
	else if (S_ISDIR(stat.st_mode))
		open_folder(source, entry, target.path, now);
	else if (S_ISREG(stat.st_mode) && !target.folder)
		open_file(source, entry, target.path, &stat, now);
	else
		set_status(entry, 404);
	if (entry->kind == ENTRY_STATUS)
		entry->close = target.odd;
}

struct entry *entry_open(struct entry_source *source, const char *raw, size_t length, int64_t now)
{
	struct entry *entry = memory_new(sizeof(*entry));
	entry->key = memory_copy(raw, length);
	entry->key_length = length;
	entry->checked = now;
	entry->memory = ENTRY_OVERHEAD + length;
	look_up(source, entry, now);
	return entry;
}

void entry_close(struct entry *entry)
{
	if (entry == NULL)
		return;
	for (int i = 0; i < ENCODING_COUNT; i++) {
		if (entry->version[i] != NULL)
			version_close(entry->version[i]);
		free(entry->version[i]);
	}
	if (entry->page != NULL)
		MHD_destroy_response(entry->page);
	free(entry->path);
	free(entry->key);
	free(entry);
}

/* The name was opened beneath the root before; when it leads to the same inode
 * again, it does not matter by which way, so a plain stat is enough. */
static bool look_again(const struct entry_source *source, const struct entry *entry,
    enum encoding encoding, struct stat *stat_r)
{
	char name[PATH_MAX];
	return text_format(name, sizeof(name), "%s%s", entry->path,
		   encoding_kinds[encoding].suffix) &&
	    fstatat(source->root, name, stat_r, 0) == 0;
}

/* Whether what stands for a coding is what would be found now. */
static bool current_companion(const struct entry_source *source, const struct entry *entry,
    enum encoding encoding)
{
	const struct version *version = entry->version[encoding];
	struct stat stat;
	bool there = look_again(source, entry, encoding, &stat);
	if (version != NULL)
		return there && !version->fresh && version_same(version, &stat);
	/* One that was put there since, or made new. */
	return !there || !S_ISREG(stat.st_mode) ||
	    stat.st_mtim.tv_sec < entry->version[ENCODING_IDENTITY]->modified;
}

bool entry_current(const struct entry_source *source, const struct entry *entry)
{
	struct stat stat;
	if (entry->kind != ENTRY_FILE)
		return false;
	const struct version *version = entry->version[ENCODING_IDENTITY];
	if (version->fresh || !look_again(source, entry, ENCODING_IDENTITY, &stat) ||
	    !version_same(version, &stat))
		return false;
	for (int i = ENCODING_IDENTITY + 1; source->precompressed && i < ENCODING_COUNT; i++) {
		if (!current_companion(source, entry, (enum encoding)i))
			return false;
	}
	return true;
}
