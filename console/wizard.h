/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_WIZARD_H
#define CONSOLE_WIZARD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/addresses.h"
#include "console/model.h"

/*
 * The first run without a screen: what was answered, what is in force, and what
 * follows from the two. Answers outlive the console in a file of the person's, so
 * that one can go on from another terminal. One thread.
 */
#define WIZARD_LISTENS 64
#define WIZARD_VALUE 512
#define WIZARD_WORDS 4096 /* of the command */

enum wizard_step { STEP_NAME, STEP_SERVICES, STEP_WHERE, STEP_APPLY, STEPS };

struct wizard_service {
	char name[32], summary[96];
	bool on;                         /* it is to run */
	bool wanted;                     /* what is so now; both: desired, not how it stands */
	int64_t generation, connections; /* -1: unknown */
};

struct wizard_listen {
	char name[96]; /* "web.listen" */
	char service[32];
	char help[192];
	char now[WIZARD_VALUE];
	enum reach reach_now, reach; /* REACH_OTHER: own */
	char own[WIZARD_VALUE];
};

struct wizard {
	enum wizard_step step;
	bool known; /* the settings have come */
	char name[64], name_now[64];
	bool named; /* the name was typed; else it is what is in force */
	struct wizard_service services[MODEL_SERVICES];
	size_t service_count;
	struct wizard_listen listens[WIZARD_LISTENS];
	size_t listen_count;
	struct addresses home;
	json_t *answers; /* as they were kept; NULL: none */
};

void wizard_clear(struct wizard *wizard); /* to how it begins */
/* What the host says, newest. Answers that were kept are applied to what is new. */
void wizard_services(struct wizard *wizard, const struct model *model);
void wizard_settings(struct wizard *wizard, const json_t *settings); /* of `get` */

bool wizard_on(const struct wizard *wizard, const char *service);
/* Whether a name can be a server's; reason (translated) says why not. */
bool wizard_name_right(const char *name, char *reason, size_t size);
/* What the setting is to be. False: what was chosen has no value (see
 * addresses_value); out is what is in force. */
bool wizard_value(const struct wizard *wizard, const struct wizard_listen *listen, char *out,
    size_t size);
/* What `set` is to change; returns how many, at most `most`. */
size_t wizard_changes(const struct wizard *wizard, struct model_change *changes, size_t most);
/* Names of the services to be started (on) or stopped, an array, the caller's. */
json_t *wizard_moves(const struct wizard *wizard, bool on);
/* "init --name nas1 --services web --listen web.listen=*:80", without steward. */
bool wizard_words(const struct wizard *wizard, char *out, size_t size);

/* ---- What is kept (wizard_file.c) ---- */

/* The answers as a document, the caller's. */
json_t *wizard_answers(const struct wizard *wizard);
/* home: as --home was given, or NULL. Where the answers of this person about that
 * steward are kept. */
bool wizard_path(const char *home, char *out, size_t size, struct fault *fault);
/* Reads them into wizard->answers and the step. False: they are there and cannot be
 * read; nothing kept is no mistake. */
bool wizard_load(struct wizard *wizard, const char *home, struct fault *fault);
bool wizard_save(const struct wizard *wizard, const char *home, struct fault *fault);
void wizard_forget(const char *home); /* it is done */

#endif
