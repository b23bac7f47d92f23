/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_COMMANDS_H
#define CONSOLE_COMMANDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

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

/* What matched words ask of the host. */
struct command_ask {
	/* Constant, docs/control.md. NULL: with these words it asks nothing that has
	 * one answer, and is carried out by run alone. */
	const char *method;
	json_t *params;  /* whoever gets it takes it over; NULL: none */
	int deadline_ms; /* for the answer */
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
	/* What words that match the pattern ask of the host: the command line, the
	 * palette and linear mode all send this. False: fault says what is wrong
	 * with the words. NULL: it asks nothing. */
	bool (*ask)(const struct words *words, struct command_ask *ask_r, struct fault *fault);
	/* The answer, borrowed, in lines for people: data to out, talk to talk
	 * (which may be the same). With an ask of NULL it needs no answer, and result
	 * is NULL. NULL: there is nothing to show. */
	void (*show)(const struct invocation *call, const struct words *words, const json_t *result,
	    FILE *out, FILE *talk);
	/* Command line, where there is more to it than to ask and to show: prints
	 * to stdout and stderr and returns the exit status; with a status that is
	 * not 0, fault says why (an empty text: it has been said already). NULL:
	 * there is not. */
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
