/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_EDIT_H
#define CONSOLE_EDIT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "data/fault.h"

/*
 * steward.conf in the person's own editor: on a private copy, checked by
 * steward-host, and put in place as that person, who must have the right to it.
 * steward itself never writes that file. Serves `steward edit` and the screen.
 * One thread.
 */
struct edit {
	char home[PATH_MAX];   /* as --home gave it, or empty */
	char path[PATH_MAX];   /* steward.conf, links followed */
	char folder[PATH_MAX]; /* of the copy, of this person alone; empty: none */
	char copy[PATH_MAX];
	char *before;    /* the file's text when the copy was made; NULL: no file */
	char *start;     /* what the copy began with */
	char *text;      /* the copy's, as it was looked at last */
	struct stat was; /* of the file, or of its folder when there is none */
	char *command;
	char *argv[7];
};

enum edit_outcome {
	EDIT_SAME,   /* nothing was changed */
	EDIT_RIGHT,  /* it may be put in place */
	EDIT_WRONG,  /* fault: the mistake, with its line */
	EDIT_FAILED, /* fault: the copy cannot be read or checked */
};

/* Makes the copy; of a file that is not there, a commented beginning. home: as
 * for home_find. False: fault, also when this person may not write the file, who
 * may, and what to do. To be ended all the same. */
bool edit_begin(struct edit *edit, const char *home, struct fault *fault);
void edit_end(struct edit *edit); /* takes the copy away; zeroed afterwards */
/* What to run: $VISUAL or $EDITOR, else editor, nano or vi, on the copy. Borrowed. */
char *const *edit_argv(struct edit *edit);
/* Looks at the copy after the editor. Runs steward-host and waits for it. */
enum edit_outcome edit_look(struct edit *edit, struct fault *fault);
/* The lines that changed: see line_diff. */
size_t edit_diff(const struct edit *edit,
    void (*each)(void *arg, char sign, const char *line, size_t length), void *arg);
/* Replaces the file by what was looked at last, atomically, with the same owner
 * and mode. False: fault; the file is as it was, also when somebody else has
 * changed it meanwhile. */
bool edit_put(struct edit *edit, struct fault *fault);

#endif
