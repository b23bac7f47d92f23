/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_SCREENS_PEOPLE_H
#define TESTS_SCREENS_PEOPLE_H

#include "tests/screens/stage.h"

/*
 * What the tests of alerts, Who, Tools and the first run share: who one is, and a
 * look at every size of screen.
 */

/* hello is answered: user "adm", session 12. */
void be(struct stage *stage, const char *role);
/* A snapshot with further fields: "\"alerts\": [...]". */
void snapshot_with(struct stage *stage, const char *services, const char *fields);
/* The page and what lies over it at every size: nothing outside, no control
 * characters, a cursor on the screen. */
void at_every_size(struct stage *stage);
/* The same as assert_seen at another size. */
void assert_seen_at(struct stage *stage, int rows, int cols, const char *text);

#endif
