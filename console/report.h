/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_REPORT_H
#define CONSOLE_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * A text about a steward that its owner may send to somebody: what is secret in
 * it is left out. Pure but for the FILE; any thread.
 */

/* What the host answered; each may be NULL: it did not. Borrowed. */
struct report {
	const json_t *status, *alerts, *settings, *log;
	const char *made; /* "2026-03-01 14:02:11 by adm" */
};

/* A setting's name that says that its value is secret: it holds password, secret,
 * key, token or passphrase, in any case of letters. length: bytes of name. */
bool report_secret(const char *name, size_t length);
/* Copies text; where it speaks of such a setting, all behind the name is left out. */
void report_hide(const char *text, char *out, size_t size);
void report_write(const struct report *report, FILE *out);

#endif
