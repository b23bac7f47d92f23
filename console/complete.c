/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "console/client.h"
#include "console/format.h"
#include "console/offline.h"
#include "console/pattern.h"
#include "console/run.h"
#include "data/memory.h"
#include "data/text.h"

/*
 * Completion in two halves: a script that is made once from the table and knows
 * commands, options and what kind of word stands where; and the names, which
 * only a host (or steward-host --describe) knows. The names are asked for while
 * a person waits for a key, so they come quickly or not at all.
 */
#define NAMES_DEADLINE_MS 300

static const char script_head[] =
    "# bash completion for steward, made from its table of commands.\n"
    "_steward_names()\n"
    "{\n"
    "	\"${COMP_WORDS[0]}\" \"${home[@]}\" __complete \"$@\" 2>/dev/null\n"
    "}\n"
    "\n"
    "_steward_kind()\n"
    "{\n"
    "	local list=\n"
    "	case $1 in\n"
    "	service) list=$(_steward_names services) ;;\n"
    "	table) list=$(_steward_names tables \"${given[1]-}\") ;;\n"
    "	command) list=$(_steward_names commands \"${given[@]:1}\") ;;\n"
    "	setting) list=$(_steward_names settings) ;;\n"
    "	assignment)\n"
    "		list=$(_steward_names settings)\n"
    "		if [[ $reset != yes ]]; then\n"
    "			compopt -o nospace\n"
    "			list=$(printf '%s=\\n' $list)\n"
    "		fi ;;\n"
    "	level) list='error warning notice info debug' ;;\n"
    "	shell) list=bash ;;\n"
    "	alert) list=$(_steward_names alerts) ;;\n"
    "	service=address)\n"
    "		compopt -o nospace\n"
    "		list=$(printf '%s=\\n' $(_steward_names services)) ;;\n"
    "	services)\n"
    "		compopt -o nospace\n"
    "		list=$(_steward_names services)\n"
    "		COMPREPLY=($(compgen -P \"${cur%\"${cur##*,}\"}\" -W \"$list\" -- \"${cur##*,}\"))\n"
    "		return ;;\n"
    "	topic) list=\"$commands keys\" ;;\n"
    "	file) compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
    "	folder) compopt -o filenames; COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n"
    "	esac\n"
    "	COMPREPLY=($(compgen -W \"$list\" -- \"$cur\"))\n"
    "}\n"
    "\n"
    "_steward()\n"
    "{\n"
    "	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "	local -a home=() given=() kinds=()\n"
    "	local word i options=() reset=no\n";

/* Bash takes "--level=error" apart at the "=". */
static const char script_words[] = "	for ((i = 1; i < COMP_CWORD; i++)); do\n"
				   "		word=${COMP_WORDS[i]}\n"
				   "		case $word in\n";

static const char script_values[] =
    ")\n"
    "			[[ ${COMP_WORDS[i+1]-} == = ]] && ((i++))\n"
    "			((i++))\n"
    "			[[ $word == --home ]] && home=(--home \"${COMP_WORDS[i]/#\\~/$HOME}\") ;;\n"
    "		--reset) reset=yes ;;\n"
    "		-*) ;;\n"
    "		*) given+=(\"$word\") ;;\n"
    "		esac\n"
    "	done\n"
    "	if [[ $prev == = ]] || [[ $cur == = && $prev == --* ]]; then\n"
    "		[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "		[[ $cur == = ]] && cur=\n"
    "		[[ $prev == --* ]] || prev=value\n"
    "	fi\n"
    "	[[ $cur == = ]] && { prev=value; cur=; }\n"
    "	case $prev in\n"
    "	value) _steward_kind file; return ;;\n"
    "	--home) _steward_kind folder; return ;;\n";

static const char script_tail[] =
    "	if ((${#given[@]} == 0)); then\n"
    "		COMPREPLY=($(compgen -W \"$commands ${options[*]}\" -- \"$cur\"))\n"
    "	elif [[ $cur == -* ]]; then\n"
    "		COMPREPLY=($(compgen -W \"${options[*]}\" -- \"$cur\"))\n"
    "	elif ((${#kinds[@]} > 0)); then\n"
    "		i=$((${#given[@]} - 1))\n"
    "		((i >= ${#kinds[@]})) && i=$((${#kinds[@]} - 1)) && "
    "[[ ${kinds[i]} != *... ]] && return\n"
    "		_steward_kind \"${kinds[i]%...}\"\n"
    "	fi\n"
    "}\n"
    "complete -F _steward steward\n";

static bool has_option(const struct command *command, const char *name)
{
	struct pattern_part part;

	for (const char *at = command->pattern; pattern_next(&at, &part);)
		if (part.kind == PATTERN_OPTION && strcmp(part.name, name) == 0)
			return true;
	return false;
}

/* Calls each for every option with a value of the whole table, once. */
static void each_valued(FILE *out, void (*each)(FILE *out, const struct pattern_part *part))
{
	struct pattern_part part;

	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		for (const char *at = c->pattern; pattern_next(&at, &part);) {
			bool told = part.kind != PATTERN_OPTION;

			for (const struct command *d = command_table; d < c && !told; d++)
				told = has_option(d, part.name);
			if (!told)
				each(out, &part);
		}
	}
}

static void print_alternative(FILE *out, const struct pattern_part *part)
{
	fprintf(out, " | --%s", part->name);
}

static void print_kind(FILE *out, const struct pattern_part *part)
{
	fprintf(out, "	--%s) _steward_kind %s; return ;;\n", part->name, part->value);
}

static void print_command(FILE *out, const struct command *command)
{
	struct pattern_part part;
	const char *at = command->pattern;
	char name[32];

	command_name(command, name, sizeof name);
	fprintf(out, "	%s)\n		kinds=(", name);
	for (const char *sep = ""; pattern_next(&at, &part);)
		if (part.kind == PATTERN_NAME) {
			fprintf(out, "%s%s%s", sep, part.name, part.many ? "..." : "");
			sep = " ";
		}
	fprintf(out, ")\n		options+=(%s",
	    command->flags & COMMAND_JSON ? "--json" : "");
	for (at = command->pattern; pattern_next(&at, &part);)
		if (part.kind == PATTERN_FLAG || part.kind == PATTERN_OPTION)
			fprintf(out, " --%s", part.name);
	fprintf(out, ") ;;\n");
}

void complete_bash(FILE *out)
{
	char name[32];

	fputs(script_head, out);
	fprintf(out, "	local commands='");
	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		command_name(c, name, sizeof name);
		fprintf(out, "%s%s", c == command_table ? "" : " ", name);
	}
	fputs("'\n", out);
	fputs(script_words, out);
	fputs("		--home", out);
	each_valued(out, print_alternative);
	fputs(script_values, out);
	each_valued(out, print_kind);
	fputs("	esac\n	options=(--home --help)\n	case ${given[0]-} in\n"
	      "	'') options+=(--json --version --linear --read-only) ;;\n",
	    out);
	for (const struct command *c = command_table; c->pattern != NULL; c++)
		print_command(out, c);
	fputs("	esac\n", out);
	fputs(script_tail, out);
}

int run_completion(const struct invocation *call, const struct words *words, struct fault *fault)
{
	const char *shell = words_get(words, "shell");

	(void)call;
	if (strcmp(shell, "bash") != 0) {
		fault_set(fault, FAULT_USAGE, "there is no completion for \"%s\"", shell);
		fault_next(fault, "there is one for bash");
		return FAULT_USAGE;
	}
	complete_bash(stdout);
	return 0;
}

/* ---- Names ---- */

static void out_of_time(int number)
{
	(void)number;
	_exit(1);
}

/* The script hands names to `compgen -W`, which expands them: only plain ones. */
static void print_name(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-/";

	if (*name != '\0' && name[strspn(name, plain)] == '\0')
		printf("%s\n", name);
}

/* The next plain word of a service's command, when what was given so far are
 * its first words. */
static void print_next_word(const char *pattern, int argc, char *const *argv)
{
	struct pattern_part part;

	for (int i = 0; pattern_next(&pattern, &part); i++) {
		if (part.kind != PATTERN_PLAIN)
			return;
		if (i == argc) {
			print_name(part.name);
			return;
		}
		if (strcmp(part.name, argv[i]) != 0)
			return;
	}
}

static json_t *quick_schema(const char *home)
{
	struct fault fault;
	struct client *client = client_open(home, &fault);

	if (client == NULL)
		return offline_describe(&fault);
	json_t *schema = client_call(client, "describe", NULL, NAMES_DEADLINE_MS, &fault);

	client_close(client);
	return schema;
}

/* "web/failed"; nothing without a host. */
static void print_alerts(const char *home)
{
	struct fault fault;
	struct client *client = client_open(home, &fault);
	json_t *result =
	    client != NULL ? client_call(client, "alerts", NULL, NAMES_DEADLINE_MS, &fault) : NULL;
	const json_t *alert;
	size_t i;

	json_array_foreach(json_object_get(result, "alerts"), i, alert)
	    print_name(json_text(alert, "id", ""));
	json_decref(result);
	client_close(client);
}

static void print_names(const json_t *service, const char *what, int argc, char *const *argv)
{
	const char *name = json_text(service, "name", "");
	bool asked = argc > 0 && strcmp(argv[0], name) == 0;
	const json_t *entry;
	size_t i;

	if (strcmp(what, "services") == 0)
		print_name(name);
	if (strcmp(what, "settings") == 0)
		json_array_foreach(json_object_get(service, "settings"), i, entry)
		    print_name(json_text(entry, "name", ""));
	if (strcmp(what, "tables") == 0 && asked)
		json_array_foreach(json_object_get(service, "tables"), i, entry)
		    print_name(json_text(entry, "name", ""));
	if (strcmp(what, "commands") == 0 && asked)
		json_array_foreach(json_object_get(service, "commands"), i, entry)
		    print_next_word(json_text(entry, "pattern", ""), argc - 1, argv + 1);
}

int complete_names(const char *home, int argc, char *const *argv)
{
	struct itimerval limit = { .it_value.tv_usec = NAMES_DEADLINE_MS * 1000 };
	const json_t *service;
	size_t i;

	signal(SIGALRM, out_of_time);
	setitimer(ITIMER_REAL, &limit, NULL);
	if (argc > 0 && strcmp(argv[0], "alerts") == 0) {
		print_alerts(home);
		return 0;
	}
	json_t *schema = argc > 0 ? quick_schema(home) : NULL;

	if (schema != NULL)
		print_names(json_object_get(schema, "host"), argv[0], argc - 1, argv + 1);
	json_array_foreach(json_object_get(schema, "services"), i, service)
	    print_names(service, argv[0], argc - 1, argv + 1);
	json_decref(schema);
	return 0;
}
