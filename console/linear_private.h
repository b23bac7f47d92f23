/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_LINEAR_PRIVATE_H
#define CONSOLE_LINEAR_PRIVATE_H

#include <stdio.h>

#include "console/client.h"
#include "console/line.h"
#include "console/linear.h"
#include "console/model.h"
#include "console/verdict.h"

/*
 * What the files of linear mode share:
 *
 *   linear.c        the loop: connection, terminal, what comes
 *   linear_input.c  lines typed, and what has been typed of one so far
 *   linear_ask.c    what a line does: numbers, words, questions, answers
 *   linear_page.c   the status, a service's page
 *   linear_news.c   what changed since it was last told
 */
#define LINEAR_CHOICES 128
#define LINEAR_TOLD 64
#define LINEAR_LINE 2048

/* What a number stands for since it was last printed. */
struct linear_choice {
	char line[256];   /* words to be run; empty: a service's page */
	char service[32]; /* whose page */
};

/* What this side has been told of the host, to tell what is new. */
struct linear_told {
	bool any; /* a snapshot has come */
	size_t service_count;
	struct {
		char name[32], reason[512];
		enum model_state state;
	} services[MODEL_SERVICES];
	size_t alert_count;
	struct {
		char id[64], text[256];
		enum model_severity severity;
	} alerts[MODEL_ALERTS];
	int64_t crashes;
	int64_t trial; /* its id, 0: none */
	int64_t trial_left;
	char settings_fault[512];
	struct {
		int64_t number;
		char outcome[16];
	} audit[LINEAR_TOLD]; /* a ring */
	size_t audit_next;
};

enum linear_question {
	LINEAR_NO_QUESTION,
	LINEAR_YES,  /* "yes" must be typed */
	LINEAR_NAME, /* the name of what is destroyed */
};

struct linear {
	const struct linear_options *options;
	FILE *out;
	bool terminal; /* stdin is one: there are prompts */
	int wake;      /* readable after a signal */
	bool leave;
	int64_t now_ms;

	/* The connection. */
	struct client *client;
	struct model *model;
	json_t *schema;
	char role[16], user[40];
	int hello_id, describe_id;
	int64_t started_ms, retry_at_ms, fresh_ms; /* fresh: 0: no figures since connected */
	int retry_ms;
	bool greeted;      /* the status was printed, or why there is none */
	bool told_lost;    /* that there is no host */
	struct fault lost; /* why */
	struct linear_told told;

	/* Input. */
	char in[LINEAR_LINE];
	size_t in_length;
	bool in_long;  /* the rest of a line that is too long is passed over */
	bool in_ended; /* nothing more comes */
	bool prompted; /* the cursor stands behind a prompt */

	/* The command under way: line, and which answer it waits for. */
	struct line line;
	int pending;  /* the request's id, 0: none */
	bool impact;  /* it is the question what the command would do to people */
	bool refresh; /* it is the status after a command that asked by itself */
	int64_t pending_since_ms, pending_until_ms;
	struct command_ask ask; /* to be sent once the question is answered */
	enum linear_question question;

	/* What was printed. */
	struct linear_choice choices[LINEAR_CHOICES];
	size_t choice_count;
	char *rest, *rest_at; /* of an answer that was too long for the screen */
};

/* ---- linear.c ---- */

bool linear_connected(const struct linear *l); /* and figures came */

/* ---- linear_input.c ---- */

/* Takes what there is to read. */
void linear_read(struct linear *l);
/* The next whole line, valid until the next call; NULL: there is none. */
char *linear_next_line(struct linear *l);
/* Forgets what has been typed. */
void linear_drop_typed(struct linear *l);
/* Before something is printed while a prompt stands: a new line, and what has been
 * typed is kept for the prompt that follows. */
void linear_interrupt(struct linear *l);
/* The prompt and what has been typed behind it, unless it stands there. */
void linear_prompt(struct linear *l);

/* ---- linear_ask.c ---- */

/* Does what a line says. */
void linear_do(struct linear *l, const char *text);
/* The answer to the request under way, taken over, or why there is none. */
void linear_answered(struct linear *l, json_t *message);
void linear_failed(struct linear *l, const struct fault *fault);
/* Ends the command under way, or the question. */
void linear_forget(struct linear *l);

/* ---- linear_page.c ---- */

/* The start: verdict, services, alerts, numbered. */
void linear_status(struct linear *l);
void linear_verdict(struct linear *l, bool short_form);
void linear_service(struct linear *l, const char *name);
/* What a number stands for from now on, printed before its line. */
void linear_choice(struct linear *l, const char *service, const char *line);
void linear_fault(struct linear *l, const struct fault *fault);
/* A paragraph, with a page's end when the terminal is short. Takes text over. */
void linear_answer(struct linear *l, char *text);
void linear_more(struct linear *l);
/* A service's state as a word, with a question mark when nobody can know. */
const char *linear_state(const struct linear *l, const struct model_service *service, char *out,
    size_t size);

/* ---- linear_news.c ---- */

/* What a snapshot changed; the first one is no news. */
void linear_news(struct linear *l);
/* Entries of the audit list that somebody else caused. */
void linear_audit(struct linear *l, const json_t *entries);
/* The countdown of a trial; milliseconds until it is to be looked at again, -1:
 * not. */
int linear_countdown(struct linear *l);

#endif
