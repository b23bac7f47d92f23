/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSOLE_PATTERN_H
#define CONSOLE_PATTERN_H

#include <stdbool.h>

/*
 * The parts of a command's pattern (data/words.h), for what is made from the
 * table rather than matched by it: completion, help, the manual's check. Pure.
 */
enum pattern_kind {
	PATTERN_PLAIN,  /* start */
	PATTERN_NAME,   /* <service>, [<service>], with or without ... */
	PATTERN_FLAG,   /* [--follow] */
	PATTERN_OPTION, /* [--level <level>] */
};

struct pattern_part {
	enum pattern_kind kind;
	bool optional, many;
	char name[32];  /* without <>, [] and -- */
	char value[32]; /* PATTERN_OPTION: level */
};

/* Takes the next part off *at; false at the end. Names longer than fit are cut. */
bool pattern_next(const char **at, struct pattern_part *part_r);

#endif
