/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_VERDICT_H
#define CONSOLE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "console/model.h"

/*
 * One sentence for the worst that there is now, with its cause, what it means for
 * people, and the next step. What hosts tell as alerts has its hysteresis there;
 * what only this side can know, that figures are old or missing, comes first,
 * because nothing is good that nobody can see. Pure.
 */
enum verdict_grade {
	VERDICT_GOOD,
	VERDICT_NOTICE, /* worth knowing, nothing to do */
	VERDICT_WARNING,
	VERDICT_CRITICAL,
	VERDICT_UNKNOWN, /* nobody can say */
};

/* What this side knows besides the model. */
struct verdict_view {
	int64_t now_us;   /* UTC */
	bool cut_off;     /* there is no host to ask, or it refuses */
	bool doubtful;    /* the figures are too old to go by */
	int64_t age_ms;   /* of the newest figures, -1: none have come */
	const char *lost; /* why it is cut off, or NULL; borrowed */
	const char *mend; /* what to do about it, or NULL; borrowed */
};

struct verdict {
	enum verdict_grade grade;
	char text[320]; /* all of them translated, or empty */
	char cause[512];
	char consequence[320];
	char next[256]; /* words of the command line, without steward; or empty */
	char alert[64]; /* the alert's id, or empty */
	char service[32];
	size_t more; /* further alerts that call */
};

void verdict_make(const struct model *model, const struct verdict_view *view,
    struct verdict *verdict_r);
const char *verdict_word(enum verdict_grade grade); /* "CRIT", translated */
unsigned verdict_style(enum verdict_grade grade);

#endif
