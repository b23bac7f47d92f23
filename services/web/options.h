/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVICES_WEB_OPTIONS_H
#define SERVICES_WEB_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/settings.h"
#include "host/http.h"

/*
 * The settings of the web service: their rows, and one set of their values as
 * the workers use it. A set is immutable and published; a reload makes another
 * with a greater generation.
 */
extern const struct setting options_rows[];

enum access_target { ACCESS_OFF, ACCESS_JOURNAL, ACCESS_FILE };

struct options {
	uint64_t generation;
	char *root;        /* absolute */
	bool root_default; /* nobody set another one: it is made */
	char *index;
	bool listing;
	bool precompressed;
	size_t cache_files;
	size_t cache_memory; /* bytes, of each worker */
	enum access_target access;
	char *access_path; /* absolute; NULL unless ACCESS_FILE */
	struct http_limits limits;
};

/* What relative paths of text settings are relative to: state_folder. */
struct options *options_new(const struct settings *set, const char *state_folder,
    uint64_t generation);
void options_free(void *snapshot);

#endif
