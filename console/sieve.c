/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sixteen thousand lines are looked through while somebody types, so a text
 * without signs of a pattern is searched as text, and patterns are matched in the
 * C locale: three times as fast as in a UTF-8 one, and what the host does, too. A
 * pattern that could take for ever is refused by the same rule as there.
 */
#include "console/sieve.h"

#include <ctype.h>
#include <locale.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "data/clock.h"
#include "data/fault.h"
#include "data/intl.h"
#include "data/journal.h"
#include "data/memory.h"
#include "data/text.h"

#define SIGNS "\\^$.[]()|*+?{}"
#define TABLE_NS (CLOCK_SECOND / 20) /* the library's tables grow while it matches */
#define LOOK 64                      /* lines between two looks at the clock */

struct sieve {
	char *text;
	bool any_case;
	bool literal; /* no sign of a pattern in it, or no pattern */
	bool wrong;   /* it is meant as a pattern, but is none */
	char why[256];
	locale_t bytes;
	regex_t regex;
	int64_t spent;
	unsigned lines;
};

/* A capital letter that stands for itself: the one behind a backslash does not. */
static bool has_capital(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		else if (isupper((unsigned char)*text) || strncmp(text, "[:upper:]", 9) == 0)
			return true;
	}
	return false;
}

static bool compile(struct sieve *sieve)
{
	locale_t before = uselocale(sieve->bytes);
	int flags = REG_EXTENDED | (sieve->any_case ? REG_ICASE : 0);
	int error = regcomp(&sieve->regex, sieve->text, flags);

	uselocale(before);
	if (error != 0)
		regerror(error, &sieve->regex, sieve->why, sizeof sieve->why);
	sieve->spent = 0;
	return error == 0;
}

struct sieve *sieve_new(const char *text)
{
	struct fault fault = { 0 };

	if (text[0] == '\0')
		return NULL;
	struct sieve *sieve = memory_new(sizeof *sieve);

	sieve->text = memory_string(text);
	sieve->any_case = !has_capital(text);
	sieve->literal = strpbrk(text, SIGNS) == NULL;
	if (sieve->literal)
		return sieve;
	sieve->bytes = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (strchr("*+?{", text[0]) != NULL) {
		text_format(sieve->why, sizeof sieve->why, "%s",
		    _("there is nothing before the first sign that it could repeat"));
	} else if (compile(sieve)) {
		if (journal_pattern(text, &fault))
			return sieve;
		regfree(&sieve->regex);
		text_format(sieve->why, sizeof sieve->why, "%s", _("it would take too long"));
	}
	sieve->literal = sieve->wrong = true;
	return sieve;
}

void sieve_free(struct sieve *sieve)
{
	if (sieve == NULL)
		return;
	if (!sieve->literal)
		regfree(&sieve->regex);
	if (sieve->bytes != (locale_t)0)
		freelocale(sieve->bytes);
	free(sieve->text);
	free(sieve);
}

/* ---- Finding ---- */

/* The library keeps every state that it met until the pattern is freed, which may
 * be tens of megabytes. */
static void forget(struct sieve *sieve, int64_t began)
{
	sieve->spent += (clock_monotonic() - began) * LOOK;
	if (sieve->spent < TABLE_NS)
		return;
	regfree(&sieve->regex);
	if (!compile(sieve))
		abort(); /* for want of memory alone */
}

static const char *find_text(const struct sieve *sieve, const char *in)
{
	return sieve->any_case ? strcasestr(in, sieve->text) : strstr(in, sieve->text);
}

bool sieve_finds(struct sieve *sieve, const char *subject, const char *text)
{
	if (sieve->literal)
		return find_text(sieve, text) != NULL || find_text(sieve, subject) != NULL;
	bool look = sieve->lines++ % LOOK == 0;
	int64_t began = look ? clock_monotonic() : 0;
	bool found = regexec(&sieve->regex, text, 0, NULL, 0) == 0 ||
	    regexec(&sieve->regex, subject, 0, NULL, 0) == 0;

	if (look)
		forget(sieve, began);
	return found;
}

static bool joined(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t sieve_spans(struct sieve *sieve, const char *text, struct sieve_span *spans, size_t most)
{
	size_t count = 0, at = 0, length = strlen(text);

	while (count < most && at < length) {
		regmatch_t match = { .rm_so = 0, .rm_eo = 0 };

		if (sieve->literal) {
			const char *found = find_text(sieve, text + at);

			if (found == NULL)
				break;
			match.rm_so = (regoff_t)(found - text - (ptrdiff_t)at);
			match.rm_eo = match.rm_so + (regoff_t)strlen(sieve->text);
		} else if (regexec(&sieve->regex, text + at, 1, &match, at > 0 ? REG_NOTBOL : 0) !=
		    0) {
			break;
		}
		size_t from = at + (size_t)match.rm_so, end = at + (size_t)match.rm_eo;

		if (from == end) {
			at = end + 1;
			continue;
		}
		while (from > at && joined(text[from]))
			from--;
		while (joined(text[end]))
			end++;
		spans[count++] = (struct sieve_span){ from, end };
		at = end;
	}
	return count;
}

/* ---- For the host ---- */

bool sieve_pattern(const struct sieve *sieve, char *out, size_t size)
{
	size_t at = 0;

	for (const char *c = sieve->text; *c != '\0'; c++) {
		if (at + 3 > size)
			return false;
		/* "]" and "}" stand for themselves; a backslash before them need not
		 * be understood. */
		if (sieve->literal && strchr("\\^$.[()|*+?{", *c) != NULL)
			out[at++] = '\\';
		out[at++] = *c;
	}
	out[at] = '\0';
	return true;
}

bool sieve_any_case(const struct sieve *sieve)
{
	return sieve->any_case;
}

const char *sieve_plain(const struct sieve *sieve)
{
	return sieve->wrong ? sieve->why : NULL;
}
