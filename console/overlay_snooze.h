/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_OVERLAY_SNOOZE_H
#define CONSOLE_OVERLAY_SNOOZE_H

#include "console/ui.h"

/*
 * The small menu that asks for how long an alert is to be quiet, and the request
 * that follows. What it says goes by the alert as it stood when the menu opened.
 */
extern const struct overlay overlay_snooze;

void snooze_open(struct ui *ui, const struct model_alert *alert);

#endif
