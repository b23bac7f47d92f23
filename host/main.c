/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * steward-host: started by the keeper with its socket, or by hand for the
 * words that need no running host (--probe, --check, --describe).
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <jansson.h>
#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/file.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/control.h"
#include "host/crash.h"
#include "host/link.h"
#include "host/snapshot.h"
#include "host/supervisor.h"
#include "services/service.h"

static struct settings_section *main_schema(void)
{
	size_t count = 0;

	while (service_list[count])
		count++;
	struct settings_section *schema = memory_array(count + 2, sizeof *schema);
	schema[0] = (struct settings_section){ "host", "the program itself", host_settings };
	for (size_t i = 0; i < count; i++)
		schema[i + 1] = (struct settings_section){ service_list[i]->name,
			service_list[i]->summary, service_list[i]->settings };
	return schema;
}

static void main_source(struct host *host)
{
	host->schema = main_schema();
	host->source = (struct settings_source){
		.schema = host->schema,
		.owner_path = host->home.settings,
		.auto_path = host->home.automatic,
		.state_folder = host->home.state,
		.home = !host->home.installed,
	};
}

/* ---- Words that need no keeper ---- */

static int main_check(struct host *host, const char *path)
{
	struct fault fault;
	int status = 0;

	main_source(host);
	if (*path)
		host->source.owner_path = path;
	if (access(host->source.owner_path, F_OK) < 0 && *path) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 1;
	}
	struct settings_book *book = settings_load(&host->source, &fault);
	for (size_t i = 0; book && service_list[i] && !status; i++)
		if (service_list[i]->check &&
		    !service_list[i]->check(settings_of(book, service_list[i]->name), &fault))
			status = 1;
	if (!book || status) {
		fprintf(stderr, "%s\n", fault.text);
		if (*fault.next)
			fprintf(stderr, "%s\n", fault.next);
		status = 1;
	}
	settings_unref(book);
	free(host->schema);
	return status;
}

static int main_describe(void)
{
	json_t *schema = describe_schema();
	int failed = json_dumpf(schema, stdout, JSON_COMPACT);

	json_decref(schema);
	return failed || printf("\n") < 0 || fflush(stdout) ? 1 : 0;
}

/* ---- The host ---- */

static void main_sandbox(struct host *host)
{
	const struct passwd *entry = getpwuid(geteuid());
	bool no_new = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;

	if (entry)
		text_format(host->user, sizeof host->user, "%s", entry->pw_name);
	else
		text_format(host->user, sizeof host->user, "uid %u", geteuid());
	text_format(host->sandbox, sizeof host->sandbox, "user %s%s", host->user,
	    no_new ? ", no new privileges" : "");
}

/* Sockets are many: the soft limit goes up to the hard one. */
static void main_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max > 1048576 ? 1048576 : files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* A service by whose reload all changes come in; NULL: there are none. */
static const char *settings_changed(const struct host *host, const struct settings_book *a,
    const struct settings_book *b)
{
	const char *changed = NULL;

	for (const struct settings_section *at = host->schema; at->name; at++)
		if (settings_differ(settings_of(a, at->name), settings_of(b, at->name), NULL, NULL))
			changed = at == host->schema ? service_list[0]->name : at->name;
	return changed;
}

/* Two books that differ in nothing but what was set by command. */
struct settings_pair {
	const struct settings *a, *b;
	bool commands;
};

static void settings_pair_row(void *arg, const struct setting *row)
{
	static const char by_command[] = "set by ";
	struct settings_pair *pair = arg;

	pair->commands &=
	    !strncmp(settings_origin(pair->a, row->name), by_command, strlen(by_command)) ||
	    !strncmp(settings_origin(pair->b, row->name), by_command, strlen(by_command));
}

static bool settings_set_since(const struct host *host, const struct settings_book *a,
    const struct settings_book *b)
{
	struct settings_pair pair = { .commands = true };
	unsigned count = 0;

	for (const struct settings_section *at = host->schema; at->name; at++) {
		pair.a = settings_of(a, at->name);
		pair.b = settings_of(b, at->name);
		count += settings_differ(pair.a, pair.b, settings_pair_row, &pair);
	}
	return count && pair.commands;
}

/* After a crash or an upgrade what was in force stays in force. What stands in the
 * files since then was refused by a service, or nobody has asked for it yet. */
static bool main_settings_follow(struct host *host, const char *folder)
{
	struct fault why;

	host->book = settings_load_good(&host->source, folder, &why);
	if (!host->book)
		return false;
	struct settings_book *book = settings_load(&host->source, &why);
	if (!book)
		text_format(host->settings_fault, sizeof host->settings_fault, "%s", why.text);
	/* The host before has died between steward.auto.conf and the copy: what it stored
	 * had been in force, and is what all later starts go by. */
	if (book && settings_set_since(host, host->book, book)) {
		settings_unref(host->book);
		host->book = book;
		if (!settings_keep_good(book, folder, &why))
			text_format(host->settings_fault, sizeof host->settings_fault,
			    "the settings in force could not be kept: %s", why.text);
		return true;
	}
	const char *changed = book ? settings_changed(host, host->book, book) : NULL;
	if (changed)
		text_format(host->settings_fault, sizeof host->settings_fault,
		    "the files have changes that are not in force; "
		    "`steward reload %s` takes them over",
		    changed);
	settings_unref(book);
	return true;
}

static bool main_settings(struct host *host, struct fault *fault)
{
	char *folder = memory_format("%s/good", host->home.state);
	struct fault why;

	main_source(host);
	if ((host->flags & KEEPER_FLAG_FOLLOWS) && main_settings_follow(host, folder)) {
		free(folder);
		return true;
	}
	host->book = settings_load(&host->source, fault);
	if (host->book) {
		if (!settings_keep_good(host->book, folder, &why))
			text_format(host->settings_fault, sizeof host->settings_fault,
			    "the settings in force could not be kept: %s", why.text);
	} else {
		/* A broken file must not keep a server down that ran with the
		 * last good one. */
		host->book = settings_load_good(&host->source, folder, &why);
		text_format(host->settings_fault, sizeof host->settings_fault, "%s", fault->text);
	}
	free(folder);
	return host->book;
}

static bool main_journal(struct host *host, struct fault *fault)
{
	char *folder = memory_format("%s/journal", host->home.state);
	struct journal_limits limits = {
		.folder = folder,
		.file_bytes = 8 << 20,
		.files = 4,
		.ring = 2048,
		.level = JOURNAL_INFO,
	};

	host->journal = journal_open(&limits, fault);
	free(folder);
	return host->journal;
}

static int main_run(struct host *host)
{
	struct fault fault = { .code = FAULT_NONE };
	int status = 1;

	host->base = event_base_new();
	main_limits();
	host->link = host->base ? link_open(host, &fault) : NULL;
	if (!host->link)
		goto out;
	crash_init(link_crash_record(host->link));
	main_sandbox(host);
	if (!main_journal(host, &fault) || !main_settings(host, &fault)) {
		link_say(host->link, KEEPER_FAILED, NULL, 0, fault.text);
		goto out;
	}
	fault.code = FAULT_NONE;
	host_configure(host);
	host_tell_ignored(host, host->book);
	journal_add(host->journal, JOURNAL_NOTICE, "host", "start", "steward %s, pid %d, %s",
	    PACKAGE_VERSION, (int)getpid(), host->sandbox);
	if (*host->settings_fault)
		journal_add(host->journal, JOURNAL_ERROR, "host", "settings",
		    "the last good settings are in force: %s", host->settings_fault);
	status = host_run(host);
out:
	if (fault.code != FAULT_NONE)
		fprintf(stderr, "steward-host: %s\n", fault.text);
	link_close(host->link);
	journal_close(host->journal);
	settings_unref(host->book);
	free(host->schema);
	if (host->base)
		event_base_free(host->base);
	return status;
}

static int main_usage(int status)
{
	fprintf(status ? stderr : stdout,
	    "usage: steward-host --check FILE [--home DIR] | --describe | --probe | --version\n"
	    "stewardd starts it to run the services.\n");
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "home", required_argument, NULL, 'h' },
		{ "check", required_argument, NULL, 'c' },
		{ "describe", no_argument, NULL, 'd' },
		{ "probe", no_argument, NULL, 'p' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, '?' + 128 },
		{ NULL, 0, NULL, 0 },
	};
	static struct host host;
	const char *home = NULL, *check = NULL;
	char why[256];
	int word = 0, option;

	prctl(PR_SET_NAME, "steward-host", 0, 0, 0);
	/* Sentences alone: numbers and letters stay as programs want them. */
	setlocale(LC_MESSAGES, "");
	intl_begin();
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return main_usage(2);
		if (option == 'h')
			home = optarg;
		else if (option == 'c')
			check = optarg;
		else
			word = option;
	}
	if (optind < argc)
		return main_usage(2);
	/* When to end is the keeper's business: a terminal's ^C reaches both. */
	static const int ignored[] = { SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP };
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		signal(ignored[i], SIG_IGN);
	if (word == 'p')
		return fputs(KEEPER_PROBE_OUTPUT, stdout) < 0 || fflush(stdout);
	if (word == 'v')
		return printf("steward-host %s\n", PACKAGE_VERSION) < 0 || fflush(stdout);
	if (word == 'd')
		return main_describe();
	if (word)
		return main_usage(0);
	/* Without --home the keeper means the installed one, whoever it made us. */
	if (!home_find(home, true, &host.home, why, sizeof why)) {
		fprintf(stderr, "steward-host: %s\n", why);
		return 2;
	}
	return check ? main_check(&host, check) : main_run(&host);
}
