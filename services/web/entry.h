/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_ENTRY_H
#define SERVICES_WEB_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/service.h"
#include "services/web/encoding.h"
#include "services/web/version.h"

/*
 * What a path of a request leads to: a file in the versions that there are of
 * it, a folder to be redirected to, a page made for it, or a status. Made by
 * looking into the root, kept by the cache. One thread.
 */
enum entry_kind { ENTRY_FILE, ENTRY_FOLDER, ENTRY_LISTING, ENTRY_STATUS };

struct entry {
	enum entry_kind kind;
	unsigned status;    /* ENTRY_STATUS */
	bool close;         /* the connection ends with the answer */
	char *path;         /* ENTRY_FILE: below the root, decoded */
	char *place;        /* ENTRY_FOLDER: where it is, encoded, with its slash */
	unsigned encodings; /* 1 << encoding for each companion there is */
	struct version *version[ENCODING_COUNT];
	/* A companion that cannot be served, as it was when that was found. */
	struct stat *unusable[ENCODING_COUNT];
	struct MHD_Response *page; /* ENTRY_FOLDER (without a query), ENTRY_LISTING */
	size_t memory;             /* bytes it holds, about */
	unsigned descriptors;

	/* The cache's. */
	char *key; /* target_key, not NUL-terminated; NULL: not to be kept */
	size_t key_length;
	uint64_t hash;
	uint64_t hits;
	int64_t checked; /* monotonic ns */
	struct entry *chain;
	struct entry *newer, *older;
};

/* Where entries come from: all borrowed. */
struct entry_source {
	int root;
	const char *root_path;
	const char *index;
	bool listing;
	bool precompressed;
	struct service_run *run; /* for the journal */
	/* Refusals told within the current minute, and when that began. */
	int64_t told_since;
	unsigned told, untold;
	/* Names looked at for listings within the current second. */
	int64_t listed_since;
	size_t listed;
};

/* raw: a target's path as it came (RFC 3986 encoded). Never NULL. now:
 * monotonic ns. May wait for a disk. */
struct entry *entry_open(struct entry_source *source, const char *raw, size_t length, int64_t now);
void entry_close(struct entry *entry); /* NULL allowed */
/* Whether the files behind it are still the same. False for all but files:
 * those are looked up again. */
bool entry_current(const struct entry_source *source, const struct entry *entry);

#endif
