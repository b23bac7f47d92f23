/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_TRIAL_H
#define CONSOLE_TRIAL_H

#include "console/ui.h"

/*
 * Settings that are in force on trial: the sheet of whoever applied them, the
 * keys that keep them or go back, and what is said when the trial ends.
 */

/* To be called whenever something came from the host. */
void trial_follow(struct ui *ui);
/* Keeps what is on trial, or goes back; says why not. Works from everywhere. */
void trial_answer(struct ui *ui, bool keep);
/* Whether what is on trial now was begun by this person. */
bool trial_is_mine(struct ui *ui);
/* Why no other trial can be begun now, translated; NULL: it can. */
const char *trial_refusal(const struct ui *ui);

#endif
