/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of looking: what the path is, then for a folder its index, then a
 * listing. A precompressed companion counts when it is a regular file that is
 * not older than what it stands for. Why the system refuses something goes to
 * the journal, at most TOLD_LIMIT times a minute, since anybody may ask. For the
 * same reason the names that listings may look at are limited within a second.
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
#include "services/web/letters.h"
#include "services/web/listing.h"
#include "services/web/root.h"
#include "services/web/target.h"

#define TOLD_LIMIT 10
#define LISTED_LIMIT 20000  /* names in a second: some tens of milliseconds */
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

/* The name was opened beneath the root before, or will be; what is compared is
 * which inode it leads to now, by whatever way, so a plain stat is enough. */
static bool look_again(const struct entry_source *source, const char *path, enum encoding encoding,
    struct stat *stat_r)
{
	char name[PATH_MAX];
	return text_format(name, sizeof(name), "%s%s", path, encoding_kinds[encoding].suffix) &&
	    fstatat(source->root, name, stat_r, 0) == 0;
}

static bool is_companion(const struct stat *stat, int64_t modified)
{
	return S_ISREG(stat->st_mode) && stat->st_mtim.tv_sec >= modified;
}

/* Which companions of path there are that may stand for it. */
static unsigned look_companions(const struct entry_source *source, const char *path,
    int64_t modified, struct stat stats_r[ENCODING_COUNT])
{
	unsigned found = 0;
	for (int i = ENCODING_IDENTITY + 1; i < ENCODING_COUNT; i++) {
		if (look_again(source, path, (enum encoding)i, &stats_r[i]) &&
		    is_companion(&stats_r[i], modified))
			found |= 1u << i;
	}
	return found;
}

/* One that cannot be read, or leads out of the root, is as good as not there
 * until it changes; a lack of descriptors or memory passes. */
static void open_companions(const struct entry_source *source, struct entry *entry, unsigned there,
    const struct stat stats[ENCODING_COUNT])
{
	struct version version;
	for (int i = ENCODING_IDENTITY + 1; i < ENCODING_COUNT; i++) {
		if ((there & 1u << i) == 0)
			continue;
		int error =
		    version_open(source->root, entry->path, (enum encoding)i, true, &version);
		if (error == 0) {
			keep_version(entry, &version);
			entry->encodings |= 1u << i;
		} else if (root_status(error) != 503) {
			entry->unusable[i] = memory_copy(&stats[i], sizeof(stats[i]));
			entry->memory += sizeof(stats[i]);
		}
	}
}

static void open_file(struct entry_source *source, struct entry *entry, const char *path,
    const struct stat *stat, int64_t now)
{
	struct stat companions[ENCODING_COUNT];
	struct version version;
	unsigned there = 0;
	int error;

	if (source->precompressed)
		there = look_companions(source, path, stat->st_mtim.tv_sec, companions);
	error = version_open(source->root, path, ENCODING_IDENTITY, there != 0, &version);
	if (error != 0) {
		set_error(source, entry, path, error, now);
		return;
	}
	entry->kind = ENTRY_FILE;
	entry->path = memory_string(path);
	keep_version(entry, &version);
	open_companions(source, entry, there, companions);
}

/* A path as a reference: all but what may stand in one as it is (RFC 3986 3.3)
 * encoded. A slash comes in front and behind. */
static char *encode_place(const char *path)
{
	static const char plain[] = "/-._~!$&'()*+,;=:@";
	char *place = memory_new(3 * strlen(path) + 3);
	char *out = place;
	*out++ = '/';
	for (const unsigned char *p = (const unsigned char *)path; *p != '\0'; p++) {
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= '0' && *p <= '9') || strchr(plain, *p) != NULL) {
			*out++ = (char)*p;
		} else {
			*out++ = '%';
			*out++ = LETTERS_HEX[*p >> 4];
			*out++ = LETTERS_HEX[*p & 15];
		}
	}
	*out++ = '/';
	*out = '\0';
	return place;
}

/* 301 to the same path with a slash behind it; a query is added when asked. */
static void open_redirect(struct entry *entry, const char *path)
{
	entry->kind = ENTRY_FOLDER;
	entry->place = encode_place(path);
	entry->page = http_error_response(301);
	MHD_add_response_header(entry->page, MHD_HTTP_HEADER_LOCATION, entry->place);
	entry->memory += 2 * strlen(entry->place);
}

static void open_listing(struct entry_source *source, struct entry *entry, const char *path,
    int64_t now)
{
	if (now - source->listed_since >= CLOCK_SECOND) {
		source->listed_since = now;
		source->listed = 0;
	}
	if (source->listed >= LISTED_LIMIT) {
		set_status(entry, 503);
		return;
	}
	int error = listing_make(source->root, path, &entry->page, &entry->memory, &source->listed);
	if (error != 0)
		set_error(source, entry, path, error, now);
	else
		entry->kind = ENTRY_LISTING;
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
	open_listing(source, entry, path, now);
}

static void look_up(struct entry_source *source, struct entry *entry, const struct target *target,
    int64_t now)
{
	struct stat stat;
	int error = root_look(source->root, target->path, &stat);
	if (error != 0)
		set_error(source, entry, target->path, error, now);
	else if (S_ISDIR(stat.st_mode) && !target->folder)
		open_redirect(entry, target->path);
	else if (S_ISDIR(stat.st_mode))
		open_folder(source, entry, target->path, now);
	else if (S_ISREG(stat.st_mode) && !target->folder)
		open_file(source, entry, target->path, &stat, now);
	else
		set_status(entry, 404);
	if (entry->kind == ENTRY_STATUS)
		entry->close = target->odd;
}

struct entry *entry_open(struct entry_source *source, const char *raw, size_t length, int64_t now)
{
	struct entry *entry = memory_new(sizeof(*entry));
	struct target target;
	char key[TARGET_PATH + 2];

	entry->checked = now;
	int status = target_parse(raw, length, &target);
	if (status != 0) {
		/* Told without a look at the disk: nothing is won by keeping it. */
		set_status(entry, (unsigned)status);
		entry->close = target.odd || status != 404;
		return entry;
	}
	entry->key_length = target_key(&target, key);
	entry->key = memory_copy(key, entry->key_length);
	entry->memory = ENTRY_OVERHEAD + entry->key_length;
	look_up(source, entry, &target, now);
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
		free(entry->unusable[i]);
	}
	if (entry->page != NULL)
		MHD_destroy_response(entry->page);
	free(entry->path);
	free(entry->place);
	free(entry->key);
	free(entry);
}

/* Whether what stands for a coding is what would be found now. */
static bool current_companion(const struct entry_source *source, const struct entry *entry,
    enum encoding encoding)
{
	const struct version *version = entry->version[encoding];
	struct stat stat;
	bool there = look_again(source, entry->path, encoding, &stat);
	if (version != NULL)
		return there && !version->fresh && version_same(&version->seen, &stat);
	/* One that was put there since, or made new, or may be read now. */
	if (!there || !is_companion(&stat, entry->version[ENCODING_IDENTITY]->modified))
		return true;
	return entry->unusable[encoding] != NULL && version_same(entry->unusable[encoding], &stat);
}

bool entry_current(const struct entry_source *source, const struct entry *entry)
{
	struct stat stat;
	if (entry->kind != ENTRY_FILE)
		return false;
	const struct version *version = entry->version[ENCODING_IDENTITY];
	if (version->fresh || !look_again(source, entry->path, ENCODING_IDENTITY, &stat) ||
	    !version_same(&version->seen, &stat))
		return false;
	for (int i = ENCODING_IDENTITY + 1; source->precompressed && i < ENCODING_COUNT; i++) {
		if (!current_companion(source, entry, (enum encoding)i))
			return false;
	}
	return true;
}
