/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_LINE_H
#define CONSOLE_LINE_H

#include <stdbool.h>

#include "console/commands.h"
#include "data/fault.h"

/*
 * From words to a row of the table of commands, for whoever gives them: the
 * shell, a line typed into the palette, a line of linear mode. Options that every
 * command takes may stand anywhere; the rest is matched against the one command
 * that the first word names, so that a mistake is told with that command's usage.
 * Pure but for line_type, which says what a home is relative to. One thread.
 */
struct line {
	struct invocation call;
	bool help, version;
	bool linear, read_only; /* of the console, without a command */
	int argc;
	char **argv;                   /* the words that are left, a NULL behind them */
	char *text;                    /* that a typed line's words lie in, or NULL */
	const struct command *command; /* after line_match */
	struct words *words;
};

/* The words of a command line without the program's name; they are borrowed and
 * must outlive the line. False: fault. line_clear in either case. */
bool line_parse(int argc, char *const *argv, struct line *line_r, struct fault *fault);
/* Finds the row and matches the words, of which there is at least one unless help
 * was asked for, which becomes the command help. */
bool line_match(struct line *line, struct fault *fault);
/* Both, for a line that was typed: cut as a shell would cut it (blanks, '...',
 * "...", \), "steward" at its beginning left out. home: the --home of the console
 * (NULL: none); another one in the line is refused. An empty line is a mistake. */
bool line_type(const char *text, const char *home, struct line *line_r, struct fault *fault);
/* Frees what it holds. */
void line_clear(struct line *line);

/* text cut into words, which lie in *text_r; both are the caller's to free. False:
 * a quote does not end, which fault says. */
bool line_cut(const char *text, int *argc_r, char ***argv_r, char **text_r, struct fault *fault);

#endif
