/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What passes a filter. Patterns come from whoever may look, so one that would
 * cost hours or gigabytes is refused before the library sees it, and what the
 * library learnt of a costly one is forgotten now and then.
 */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/journal_private.h"
#include "data/memory.h"

#define GREP_LONGEST 200U
#define GREP_CHOICES 32U
#define GREP_EXPANDED 4096U
#define GREP_TABLE_NS (CLOCK_SECOND / 50)

struct journal_match {
	const struct journal_filter *filter;
	regex_t regex;
	int flags; /* of regcomp */
	bool has_regex;
	int64_t spent; /* ns of matching since the pattern was compiled */
};

/*
 * Counts and references back make small patterns cost gigabytes or hours, and so
 * do many choices behind a * or +, since every mixture of them is a state of its
 * own: with 32 of them the longest text takes some tenths of a second, with 60 up
 * to three, with 250 minutes. A count or + on a group or on what is repeated already
 * is taken to be one on the whole pattern.
 */
static bool grep_sane(const char *pattern)
{
	size_t intervals = 0, number = 0, count = 1, choices = 0, copies = 1;
	bool inside = false, whole = false, group = false, endless = false;

	for (const char *at = pattern; *at; at++) {
		bool before = whole;
		whole = strchr(")*+?}", *at);
		choices += strchr(".[|*+?", *at) != NULL;
		endless |= *at == '*' || *at == '+' || (*at == ',' && at[1] == '}');
		if (*at == '\\' && at[1]) {
			at++;
			if (*at >= '1' && *at <= '9')
				return false;
			choices += isalpha((unsigned char)*at) != 0;
			continue;
		}
		if (*at == '+' && before && (copies *= 2) > GREP_CHOICES)
			return false;
		if (*at == '{' && (group = before, ++intervals > 1))
			return false;
		inside = *at == '{' || (inside && *at != '}');
		number = inside && *at >= '0' && *at <= '9' ? number * 10 + (size_t)(*at - '0') : 0;
		if (number > 255)
			return false;
		if (number > count)
			count = number;
	}
	copies *= group ? count : 1;
	choices += group || !choices ? 0 : count;
	return choices * copies <= (endless ? GREP_CHOICES : GREP_CHOICES * 2) &&
	    strlen(pattern) * copies <= GREP_EXPANDED;
}

static bool compile_grep(struct journal_match *match, struct fault *fault)
{
	const char *pattern = match->filter->grep;
	char why[128];

	if ((!pattern || !*pattern) && match->filter->invert)
		return fault_set(fault, FAULT_USAGE,
		    "what does not match can only be asked for with a pattern");
	if (!pattern || !*pattern)
		return true;
	if (strlen(pattern) > GREP_LONGEST)
		return fault_set(fault, FAULT_USAGE, "the pattern is longer than %u bytes",
		    GREP_LONGEST);
	if (!grep_sane(pattern))
		return fault_set(fault, FAULT_USAGE,
		    "the pattern \"%s\" is too costly: no reference back (\\1), at most one count "
		    "{M,N} up to 255, and at most %u of . [ | * + ?, which a count or + on a "
		    "group multiplies",
		    pattern, GREP_CHOICES);
	match->flags = REG_EXTENDED | REG_NOSUB | (match->filter->any_case ? REG_ICASE : 0);
	int error = regcomp(&match->regex, pattern, match->flags);
	if (error) {
		regerror(error, &match->regex, why, sizeof why);
		return fault_set(fault, FAULT_USAGE,
		    "the pattern \"%s\" is not a regular expression: %s", pattern, why);
	}
	match->has_regex = true;
	return true;
}

struct journal_match *journal_match_new(const struct journal_filter *filter, struct fault *fault)
{
	struct journal_match *match = memory_new(sizeof *match);

	match->filter = filter;
	if (compile_grep(match, fault))
		return match;
	free(match);
	return NULL;
}

bool journal_pattern(const char *pattern, struct fault *fault)
{
	struct journal_filter filter = { .grep = pattern };
	struct journal_match *match = journal_match_new(&filter, fault);

	journal_match_free(match);
	return match != NULL;
}

void journal_match_free(struct journal_match *match)
{
	if (match && match->has_regex)
		regfree(&match->regex);
	free(match);
}

/* The library keeps every state it met until the pattern is freed, which may be
 * 60 MB for one line: after some work the pattern is compiled anew. */
static bool grep_found(struct journal_match *match, const struct journal_record *record)
{
	if (match->spent > GREP_TABLE_NS) {
		match->spent = 0;
		regfree(&match->regex);
		if (regcomp(&match->regex, match->filter->grep, match->flags) != 0)
			abort(); /* for want of memory alone */
	}
	int64_t before = clock_monotonic();
	bool found = regexec(&match->regex, record->text, 0, NULL, 0) == 0 ||
	    regexec(&match->regex, record->subject, 0, NULL, 0) == 0;
	match->spent += clock_monotonic() - before;
	return found;
}

bool journal_selects(const struct journal_filter *filter, const struct journal_record *record)
{
	/* A time that was shown has lost its microseconds. */
	return record->level <= filter->level && record->time_us >= filter->since_us &&
	    (!filter->until_us || record->time_us / 1000 <= filter->until_us / 1000) &&
	    (!filter->service || strcmp(filter->service, record->service) == 0);
}

bool journal_matches(struct journal_match *match, const struct journal_record *record)
{
	return !match->has_regex || grep_found(match, record) != match->filter->invert;
}
