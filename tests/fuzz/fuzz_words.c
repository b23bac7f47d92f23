/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first line is a pattern, or the number of one of ours; every other line is
 * a word. Nothing that matches may leave a required element empty.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "data/words.h"

#define MOST 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const patterns[] = {
	"start <service>... [--drain <seconds>]",
	"log [<service>] [--follow] [--level <level>] [--since <time>] [--grep <pattern>]",
	"copy <source>... <target>",
	"pick [<a>] <b> to [<c>]...",
	"job cancel <number>",
};

static void need(bool truth)
{
	if (!truth)
		abort();
}

static void check(const struct words *words, const char *name, bool required, int argc)
{
	size_t count = words_count(words, name);

	need(count <= (size_t)argc);
	need(!required || count > 0);
	for (size_t i = 0; i < count; i++)
		need(strlen(words_item(words, name, i)) < 1 << 20);
	need(words_item(words, name, count) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *argv[MOST];
	struct fault fault = { 0 };
	bool other = false;
	int argc = 0;

	need(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	const char *pattern = text;
	for (char *end = strchr(text, '\n'); end; end = strchr(end, '\n')) {
		*end++ = '\0';
		if (argc < MOST)
			argv[argc++] = end;
	}
	bool ours = *pattern >= '0' && *pattern <= '4' && !pattern[1];
	if (ours)
		pattern = patterns[*pattern - '0'];
	struct words *words = words_match(pattern, argc, argv, &other, &fault);
	words_plain(pattern);
	if (words) {
		need(!other);
		check(words, "service", pattern == patterns[0], argc);
		check(words, "drain", false, argc);
		check(words, "target", pattern == patterns[2], argc);
		check(words, "b", pattern == patterns[3], argc);
		check(words, "number", pattern == patterns[4], argc);
	} else {
		need(other ? fault.code == FAULT_NONE : fault.code == FAULT_USAGE);
	}
	words_free(words);
	free(text);
	return 0;
}
