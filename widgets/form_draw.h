/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WIDGETS_FORM_DRAW_H
#define WIDGETS_FORM_DRAW_H

#include "widgets/form.h"

/* A field with every text that may be missing in place. */
struct form_field form_field(const struct form *form, size_t index);
/* The number of the choice that the value is; none: how many there are. */
size_t form_choice(const struct form_field *field);
size_t form_choices(const struct form_field *field);

#endif
