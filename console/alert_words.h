/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_ALERT_WORDS_H
#define CONSOLE_ALERT_WORDS_H

#include "console/ui.h"
#include "widgets/pairs.h"

/*
 * What is said of an alert, apart from where: how it stands in a word, and all
 * that is known of it. One thread.
 */
#define ALERT_PAIRS 12

struct alert_facts {
	struct pair pairs[ALERT_PAIRS];
	size_t count;
	char state[160], since[96], ended[64], next[256], times[64];
};

/* "ACTIVE", "ACK by adm", "SNOOZED until 14:30", "ENDED". */
void alert_state(const struct model_alert *alert, int64_t now_us, char *out, size_t size);
/* Of the severity's word; dim when it calls nobody. */
unsigned alert_style(const struct model_alert *alert, int64_t now_us);
/* The texts are the alert's and facts's own. */
void alert_facts(const struct ui *ui, const struct model_alert *alert, struct alert_facts *facts_r);

#endif
