/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_WIZARD_PAGE_H
#define CONSOLE_WIZARD_PAGE_H

#include "console/ui.h"
#include "console/wizard.h"
#include "widgets/form.h"
#include "widgets/sheet.h"
#include "widgets/tabs.h"

/*
 * What the page of the first run (view_wizard.c) and what puts it in force
 * (wizard_apply.c) share. Settings go first, and on trial; only when somebody kept
 * them, services are started and stopped, and then the first run is over.
 */
enum wizard_phase { PHASE_ASKING, PHASE_SETTING, PHASE_TRIAL, PHASE_MOVING, PHASE_ENDING };

#define WIZARD_ROWS 64

struct wizard_state {
	struct wizard wizard;
	bool opened;
	struct form form;
	struct tab names[STEPS];
	struct tabs tabs;
	int top, height, page;            /* of the last step */
	char texts[4][WIZARD_VALUE + 64]; /* that the form shows */
	const char *switches[3];
	enum wizard_phase phase;
	unsigned moves;  /* requests about services since it began */
	int64_t audit;   /* the entry of the trial, -1: not known */
	char fault[700]; /* why it was not put in force; empty: nothing went wrong */
};

struct wizard_state *wizard_state(struct ui *ui);
/* Keeps the answers; a fault is said. */
void wizard_keep(struct ui *ui);
/* Asks, with all that it would do. */
void wizard_apply(struct ui *ui);
/* Something came from the host. Called whether the page is seen or not. */
void wizard_moved(struct ui *ui);
/* The command that does the same, as it is to be typed. False: it did not fit. */
bool wizard_typed(struct ui *ui, char *out, size_t size);
/* Why it cannot be put in force now, translated; NULL: it can. */
const char *wizard_refusal(struct ui *ui);

#endif
