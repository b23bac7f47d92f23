/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_BINDINGS_H
#define CONSOLE_BINDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "data/fault.h"

/*
 * Which character does what. Every key that is a letter or a sign has a name and
 * a default; the person's own file may give it another one. Views and commands go
 * by the default: what is typed is turned into it before anybody sees it, and
 * what is shown is turned back. Pure; one thread.
 */
#define BINDINGS_KEYS 128

struct binding {
	const char *name; /* in the file; NULL ends the list */
	char key;         /* the default */
	const char *help; /* what it does, marked with N_ */
	bool everywhere;  /* on pages too that do not speak of it */
};

/* The ones that are no commands of the command table. */
extern const struct binding binding_list[];

struct bindings {
	/* By character; 0: that character does nothing (its key was given away). */
	uint8_t meant[BINDINGS_KEYS]; /* by what was typed: the default key */
	uint8_t shown[BINDINGS_KEYS]; /* by default key: what to press */
	char text[BINDINGS_KEYS][4];  /* shown, as a text */
	bool taken[BINDINGS_KEYS];    /* while they are being settled */
};

void bindings_reset(struct bindings *bindings);
/* Gives the binding or command called name another key: a printable ASCII
 * character that is neither a digit nor one of j k h l g G n N. To be called for
 * all of them, then bindings_settle. False: fault (no such name, not a key). */
bool bindings_set(struct bindings *bindings, const char *name, const char *key,
    struct fault *fault);
/* False: two of them have the same key; fault names both. */
bool bindings_settle(struct bindings *bindings, struct fault *fault);

/* The default key of what was typed; what it is not about comes back as it is. */
uint32_t bindings_meant(const struct bindings *bindings, uint32_t character);
/* The text of the key to press for a default key: ":" or "Space". Borrowed. */
const char *bindings_shown(const struct bindings *bindings, char key);

#endif
