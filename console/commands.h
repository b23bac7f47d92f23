/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_COMMANDS_H
#define CONSOLE_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "data/fault.h"
#include "data/words.h"

/*
 * The one table of commands. The command line, `steward help`, the bash
 * completion, the check of the manual page, and the screen's keys, menu and
 * help are all made from it: what a key does, `steward WORDS` does too.
 * Everything here is constant and may be read from any thread.
 */

/* What a command does to people and data; the same order as the grades that
 * `describe` gives for the services' own commands. */
enum command_grade {
	COMMAND_READ,       /* looks only */
	COMMAND_REVERSIBLE, /* no question asked */
	COMMAND_DISRUPTS,   /* people may be disconnected: ask, default Cancel */
	COMMAND_DESTROYS,   /* data is lost: the name must be typed */
};

enum command_flag {
	COMMAND_SERVICE = 1, /* its first <service> is the screen's selected one */
	COMMAND_JSON = 2,    /* takes --json */
	COMMAND_OFFLINE = 4, /* needs no running stewardd */
	COMMAND_REST = 8,    /* words after <service> are the service's: no options of ours */
	COMMAND_FINAL = 16,  /* what it did cannot be taken back */
};

/* How the command line was called; lives as long as the program. */
struct invocation {
	const char *home; /* --home DIR, or NULL */
	bool json;        /* --json */
	bool colour;      /* stdout is a terminal and NO_COLOR is not set */
};

struct command {
	const char *pattern; /* data/words.h; NULL ends the table */
	const char *label;   /* in the screen's menu; NULL: not there */
	const char *help;    /* one line, no full stop */
	const char *detail;  /* paragraphs for `steward help COMMAND`, or NULL */
	enum command_grade grade;
	int key;            /* on the screen, a character; 0: none */
	const char *method; /* of the control socket (docs/control.md), or NULL */
	unsigned flags;     /* enum command_flag */
	/* Command line: prints to stdout and stderr and returns the exit status;
	 * with a status that is not 0, fault says why (an empty text: it has
	 * been said already). */
	int (*run)(const struct invocation *call, const struct words *words, struct fault *fault);
};

/* In the order in which help and menu show them. */
extern const struct command command_table[];

/* NULL when there is none. name is the first word of the pattern. */
const struct command *command_by_name(const char *name);
const struct command *command_by_key(int key);
/* The command's first word. */
void command_name(const struct command *command, char *out, size_t size);
/* "steward restart web", as a person would type it: with --home DIR when home
 * is not NULL, and service (NULL: none) in the place of <service>. False when
 * it did not fit. */
bool command_text(const struct command *command, const char *home, const char *service, char *out,
    size_t size);
/* The same with count words behind the command's own ("web", "--drain", "10"),
 * each quoted for a shell where it must be. */
bool command_text_words(const struct command *command, const char *home, const char *const *words,
    size_t count, char *out, size_t size);
/* "read", "reversible", "disrupts", "destroys" as in `describe`; an unknown
 * word is COMMAND_DESTROYS, so that more is asked rather than less. */
enum command_grade command_grade_parse(const char *name);

#endif
