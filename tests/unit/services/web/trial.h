/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_SERVICES_WEB_TRIAL_H
#define TESTS_UNIT_SERVICES_WEB_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "data/settings.h"
#include "tests/unit/host/fake_worker.h"
#include "tests/unit/services/web/folder.h"

/*
 * The whole web service on a loop that the test runs, with real sockets: one
 * worker, one loopback listener, settings from a text. The root is the
 * folder's. Functions end the test when something goes wrong that is not what
 * is tested.
 */
struct trial {
	struct folder folder;
	struct worker *worker;
	struct listener listener;
	struct settings_book *book;
	void *state;
};

/* settings: lines of the web section; root is added unless they name one. */
void trial_start(struct trial *trial, const char *settings);
void trial_stop(struct trial *trial);
/* Another text; what reload says. */
bool trial_reload(struct trial *trial, const char *settings, struct fault *fault);
/* The settings of a text, without a service. */
struct settings_book *trial_settings(const struct folder *folder, const char *settings);

struct answer {
	unsigned status;
	char *head; /* status line and header lines */
	char *body; /* NUL behind it */
	size_t length;
	bool closed; /* the server ended the connection */
};

/* A connection to the listener, blocking. */
int trial_connect(struct trial *trial);
/* Sends request on a new connection and reads until the server closes it. */
void trial_raw(struct trial *trial, const char *request, struct answer *answer_r);
/* The same for METHOD target, with header lines ("A: b\r\n", may be empty) and
 * Connection: close. */
void trial_ask(struct trial *trial, const char *method, const char *target, const char *headers,
    struct answer *answer_r);
void answer_free(struct answer *answer);
/* The value of a header, or NULL; in a buffer that the next call uses again. */
const char *answer_header(const struct answer *answer, const char *name);

/* GET and look: status and, when not NULL, the whole body. */
void expect_get(struct trial *trial, const char *target, const char *headers, unsigned status,
    const char *body);

#endif
