/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_ACT_H
#define CONSOLE_ACT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/commands.h"
#include "console/model.h"

/*
 * An action of a person before, while and after it is carried out: which
 * command, on which services, and how those stood on the screen when the key
 * was pressed. From it come the request, the same words for the command line,
 * and what a question or an answer speaks of. Pure; one thread.
 */
#define ACT_WORDS 16
#define ACT_WORD 256

/* How a service stood when the key was pressed. */
struct act_target {
	char name[32];
	char since[32];
	enum model_state state;
	int64_t generation; /* -1: unknown */
};

struct act {
	const struct command *command;
	enum command_grade grade; /* the command's, or that of a service's own */
	struct act_target targets[MODEL_SERVICES];
	size_t count;
	size_t left_out; /* marked ones that the command cannot be given for */
	bool marked;     /* it is for the marked ones */
	bool elsewhere;  /* a marked one is meant, and another one is selected */
	int64_t drain;   /* seconds for the work under way, -1: at once */
	bool agreed;     /* reload: also when that disconnects people */
	/* `do`: what the one service is told. */
	char words[ACT_WORDS][ACT_WORD];
	size_t word_count, plain; /* plain: how many of them name the command */
	char destroys[ACT_WORD];  /* what has to be typed first; grade destroys */
	int64_t begun_us;         /* when the key was pressed; UTC */
};

void act_begin(struct act *act, const struct command *command, int64_t now_us);
/* Adds a service as it stands on the screen now. */
void act_add(struct act *act, const struct model_service *service);
/* Takes how its services stand now for what was shown. */
void act_renew(struct act *act, const struct model *model, int64_t now_us);

bool act_is(const struct act *act, const char *method);
/* What the method takes; the caller's. */
json_t *act_params(const struct act *act);
/* All of it as a request's context, and back. False: it is none. */
json_t *act_pack(const struct act *act);
bool act_unpack(struct act *act, const json_t *context);

/* "Stop": the label of the menu without its dots, or the service's own word. */
void act_verb(const struct act *act, char *out, size_t size);
/* "web", "web, dns", "web, dns and 2 more". */
void act_names(const struct act *act, char *out, size_t size);
/* "stop web, dns", for a person who waits. */
void act_doing(const struct act *act, char *out, size_t size);
/* The words behind `steward`, ends with NULL: "stop", "web". The caller frees
 * the array and each word with act_argv_free. */
char **act_argv(const struct act *act);
void act_argv_free(char **argv); /* NULL allowed */
/* As a person would type it. False: it did not fit. */
bool act_text(const struct act *act, const char *home, char *out, size_t size);
/* The role that it needs: "operator", "admin", "viewer". */
const char *act_role(const struct act *act);

#endif
