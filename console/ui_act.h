/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_UI_ACT_H
#define CONSOLE_UI_ACT_H

#include "console/act.h"
#include "console/ui.h"

/*
 * The steps of an action between key and toast, each in a file of its own: by
 * its grade it is asked about (overlay_impact.c), then sent (ui_act.c); what
 * comes of it is said in the message line or in a sheet (overlay_outcome.c,
 * overlay_stale.c, overlay_rights.c). An act is copied by whoever keeps it.
 */

/* By its grade: asks first, or sends at once. */
void ui_act(struct ui *ui, const struct act *act);
/* Sends what was agreed to; who has no right to it is told how to get it. */
void ui_act_now(struct ui *ui, const struct act *act);
/* Takes more than a look to take back, or disturbs people: a sheet comes first. */
bool ui_act_asks(const struct ui *ui, const struct act *act);

/* The sheet before it. reason: what the host said that it would do (NULL: not
 * asked); borrowed. */
void impact_open(struct ui *ui, const struct act *act, const char *reason);
/* It failed. Somebody who types is told in the message line, and O shows it. */
void outcome_failed(struct ui *ui, const struct act *act, const struct fault *fault);
/* The host refused since the state had moved. Nothing is done by itself. */
void stale_open(struct ui *ui, const struct act *act, const struct fault *fault);
/* The host, or this console beforehand, refused for want of rights. fault: what
 * the host said, or NULL. */
void rights_open(struct ui *ui, const struct act *act, const struct fault *fault);

/* Somebody types, or looks at a sheet: nothing may open by itself. */
bool ui_act_busy(struct ui *ui);
/* The entry of the audit list that the message offers to undo; -1: none. */
int64_t ui_act_offered(struct ui *ui);
/* Audit entries came: the toast may know now what undoes its action. */
void ui_act_audit(struct ui *ui);

#endif
