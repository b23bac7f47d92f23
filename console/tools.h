/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_TOOLS_H
#define CONSOLE_TOOLS_H

#include "console/ui.h"

/*
 * What is done seldom: each asks the host and shows what came on a page of text, or
 * asks before it does something. To be called from keys; none of them waits.
 */
void tools_check(struct ui *ui);      /* the settings files */
void tools_reload(struct ui *ui);     /* asks first */
void tools_alert_test(struct ui *ui); /* runs the alert hook */
void tools_metrics(struct ui *ui);
void tools_about(struct ui *ui);
void tools_report(struct ui *ui); /* asks for a file's name (report.c) */

#endif
