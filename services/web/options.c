/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The access log is off unless it is asked for: nothing rotates a file of the
 * owner's choice, and who visited what is nothing to be kept without need.
 */
#include "services/web/options.h"

#include <stdlib.h>
#include <string.h>

#include "data/intl.h"
#include "data/memory.h"

#define KIB 1024
#define MIB (1024 * 1024)
#define SECOND_MS 1000
#define HOUR_MS (3600 * 1000)

static bool valid_access_log(const char *value, const char **expected_r)
{
	*expected_r = "off, journal, or the path of a file";
	size_t length = strlen(value);
	return length > 0 && length < 4000 && value[length - 1] != '/';
}

static bool valid_index(const char *value, const char **expected_r)
{
	*expected_r = "a file name such as index.html, without a slash and "
		      "without a dot in front";
	return value[0] != '\0' && value[0] != '.' && strlen(value) < 256 &&
	    strchr(value, '/') == NULL;
}

const struct setting options_rows[] = {
	{ .name = "listen",
	    .type = SETTING_LISTEN,
	    .fallback = "*:80",
	    .fallback_home = "127.0.0.1:0,[::1]:0",
	    .help = N_("addresses and ports to answer on; port 0: a free one, kept") },
	{ .name = "root",
	    .type = SETTING_PATH,
	    .fallback = "www",
	    .help = N_("folder whose files are served; nothing outside of it ever is") },
	{ .name = "index",
	    .type = SETTING_TEXT,
	    .fallback = "index.html",
	    .valid = valid_index,
	    .help = N_("file that stands for its folder") },
	{ .name = "directory_listing",
	    .type = SETTING_BOOLEAN,
	    .fallback = "false",
	    .help = N_("list the files of a folder that has no index") },
	{ .name = "precompressed",
	    .type = SETTING_BOOLEAN,
	    .fallback = "true",
	    .help = N_("send FILE.br, FILE.zst or FILE.gz for FILE to clients that take it") },
	{ .name = "access_log",
	    .type = SETTING_TEXT,
	    .fallback = "off",
	    .valid = valid_access_log,
	    .help = N_("off, journal, or a file (Combined format; relative to the state folder)") },
	{ .name = "workers",
	    .type = SETTING_INTEGER,
	    .fallback = "0",
	    .min = 0,
	    .max = 64,
	    .effect = SETTING_RESTART,
	    .help = N_("threads; 0: one for each processor core") },
	{ .name = "connections",
	    .type = SETTING_INTEGER,
	    .fallback = "12000",
	    .min = 1,
	    .max = 1000000,
	    .help = N_("connections at a time in all; more are answered with 503") },
	{ .name = "connections_per_address",
	    .type = SETTING_INTEGER,
	    .fallback = "256",
	    .min = 0,
	    .max = 1000000,
	    .help = N_("connections of one address (IPv6: /64), 0: no limit; more get 429") },
	{ .name = "limit_loopback",
	    .type = SETTING_BOOLEAN,
	    .fallback = "false",
	    .help = N_("connections_per_address holds for this machine itself too") },
	{ .name = "header_limit",
	    .type = SETTING_SIZE,
	    .fallback = "8K",
	    .min = KIB,
	    .max = HTTP_HEAD_BYTES_MAX,
	    .unit = "bytes",
	    .help = N_("size of a request's head; a bigger one is answered with 431") },
	{ .name = "header_timeout",
	    .type = SETTING_DURATION,
	    .fallback = "10s",
	    .min = SECOND_MS,
	    .max = HOUR_MS,
	    .help = N_("time for a request's head to arrive; later it is answered with 408") },
	{ .name = "idle_timeout",
	    .type = SETTING_DURATION,
	    .fallback = "60s",
	    .min = SECOND_MS,
	    .max = 24 * HOUR_MS,
	    .help = N_("time that a connection without a request is kept") },
	{ .name = "send_timeout",
	    .type = SETTING_DURATION,
	    .fallback = "30s",
	    .min = SECOND_MS,
	    .max = 24 * HOUR_MS,
	    .help = N_("time that a client may take nothing of an answer") },
	{ .name = "file_cache",
	    .type = SETTING_INTEGER,
	    .fallback = "1000",
	    .min = 0,
	    .max = 100000,
	    .unit = "files",
	    .help = N_("files that each worker keeps open or in memory; 0: none") },
	{ .name = "file_cache_memory",
	    .type = SETTING_SIZE,
	    .fallback = "16M",
	    .min = 128 * KIB,
	    .max = (int64_t)4096 * MIB,
	    .unit = "bytes",
	    .help = N_("memory that the kept files of each worker may take") },
	{ .name = NULL },
};

#define BODY_BYTES (64 * KIB) /* of a GET; read and dropped */
#define BODY_MS (20 * SECOND_MS)
#define HEADERS 100

static void read_limits(const struct settings *set, struct http_limits *limits)
{
	*limits = (struct http_limits){
		.head_bytes = (size_t)settings_number(set, "header_limit"),
		.target_bytes = (size_t)settings_number(set, "header_limit"),
		.headers = HEADERS,
		.body_bytes = BODY_BYTES,
		.connections = (unsigned)settings_number(set, "connections"),
		.address_connections = (unsigned)settings_number(set, "connections_per_address"),
		.loopback_counts = settings_boolean(set, "limit_loopback"),
		.head_ms = (unsigned)settings_number(set, "header_timeout"),
		.idle_ms = (unsigned)settings_number(set, "idle_timeout"),
		.body_ms = BODY_MS,
		.send_ms = (unsigned)settings_number(set, "send_timeout"),
	};
}

static void read_access(struct options *options, const char *value, const char *state_folder)
{
	if (strcmp(value, "off") == 0) {
		options->access = ACCESS_OFF;
	} else if (strcmp(value, "journal") == 0) {
		options->access = ACCESS_JOURNAL;
	} else {
		options->access = ACCESS_FILE;
		options->access_path = value[0] == '/' ?
		    memory_string(value) :
		    memory_format("%s/%s", state_folder, value);
	}
}

struct options *options_new(const struct settings *set, const char *state_folder,
    uint64_t generation)
{
	struct options *options = memory_new(sizeof(*options));
	options->generation = generation;
	options->root = memory_string(settings_text(set, "root"));
	options->root_default =
	    strcmp(settings_shown(set, "root"), settings_default(set, "root")) == 0;
	options->index = memory_string(settings_text(set, "index"));
	options->listing = settings_boolean(set, "directory_listing");
	options->precompressed = settings_boolean(set, "precompressed");
	options->cache_files = (size_t)settings_number(set, "file_cache");
	options->cache_memory = (size_t)settings_number(set, "file_cache_memory");
	read_limits(set, &options->limits);
	read_access(options, settings_text(set, "access_log"), state_folder);
	return options;
}

void options_free(void *snapshot)
{
	struct options *options = snapshot;
	if (options == NULL)
		return;
	free(options->root);
	free(options->index);
	free(options->access_path);
	free(options);
}
