/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_SCREENS_LIBRARY_H
#define TESTS_SCREENS_LIBRARY_H

#include "console/log.h"
#include "console/ui.h"
#include "widgets/keys.h"

/*
 * A console before a journal of real files: what it asks of `log` is answered by
 * the reading that the host does. Lines are "line 17 ...", numbered from 0; every
 * fortieth holds "needle".
 */
struct library {
	struct ui *ui;
	struct keys *keys;
	struct canvas *canvas;
	int64_t ms;
	int last_id;
	json_t *answers; /* not delivered yet */
	unsigned asked;  /* how often log was */
	char last_asked[512];
	char level[16];    /* of the last subscription */
	size_t written;    /* lines */
	int64_t now_us;    /* of the last one */
	bool alike;        /* they bear the same time, all of them */
	const char *keeps; /* host.journal_level */
};

int library_begin(void **state);
int library_end(void **state);

/* Writes lines to the journal; live: the console is told, too. */
void library_write(struct library *library, size_t count, bool live);
/* The newest file becomes an older one. */
void library_rotate(struct library *library);
/* Tells of the newest lines once more, as a new connection does, but not of the
 * last ones of them. */
void library_backlog(struct library *library, size_t count, size_t but);
/* Delivers answers until nothing more is asked. */
void library_answer(struct library *library);
/* Types, draws, and delivers what was asked. */
void library_type(struct library *library, const char *bytes);
/* The number in a record of the window, by its place. */
long library_number(struct library *library, int64_t place);
/* The selected line's number, -1: there is none. */
long library_selected(struct library *library);
/* The window holds lines that follow each other; fails when it does not. */
void library_check(struct library *library);
const char *library_drawn(struct library *library); /* until the next call */

#endif
