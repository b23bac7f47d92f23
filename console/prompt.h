/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_PROMPT_H
#define CONSOLE_PROMPT_H

#include "console/ui.h"

/*
 * A line to type in, in the message's row. Esc closes it and nothing was done.
 */
extern const struct overlay overlay_prompt;

/* Takes what was entered; false: error (translated, size bytes) says why, and the
 * line stays. It may lay over another overlay itself. */
typedef bool prompt_entered(struct ui *ui, const char *text, char *error, size_t size);

/* label: translated, with what separates it from the text; copied, as initial is. */
void ui_prompt(struct ui *ui, const char *label, const char *initial, prompt_entered *entered);

#endif
