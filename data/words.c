/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pattern is cut into elements once, then the words given are dealt out to
 * them: first options are taken out, then what is left is laid on the
 * positions. An element that takes many leaves as many words as the ones
 * behind it need.
 */
#include "data/words.h"

#include <stdlib.h>
#include <string.h>

#include "data/memory.h"
#include "data/text.h"

enum element_kind { ELEMENT_PLAIN, ELEMENT_NAME, ELEMENT_FLAG, ELEMENT_OPTION };

struct element {
	enum element_kind kind;
	bool optional, many;
	const char *name;    /* the word, the name, the option without "--" */
	const char *value;   /* an option's <value> */
	size_t first, count; /* what it took: words[first], ... */
};

struct words {
	char *text; /* the pattern, cut up */
	struct element *elements;
	size_t count;
	const char **words; /* given, in the order of elements */
	size_t used;
};

/* ---- Patterns ---- */

/* "<name>" or "<name>..." at text: cuts the name out. */
static bool words_angle(char *text, struct element *element, const char **name_r)
{
	size_t length = strlen(text);

	if (length > 3 && strcmp(text + length - 3, "...") == 0) {
		element->many = true;
		text[length -= 3] = '\0';
	}
	if (length < 3 || text[0] != '<' || text[length - 1] != '>')
		return false;
	text[length - 1] = '\0';
	*name_r = text + 1;
	return true;
}

/* What stands between brackets. */
static bool words_bracket(char *inside, struct element *element)
{
	element->optional = true;
	if (strncmp(inside, "--", 2) != 0) {
		element->kind = ELEMENT_NAME;
		return words_angle(inside, element, &element->name);
	}
	char *space = strchr(inside, ' ');
	element->kind = space ? ELEMENT_OPTION : ELEMENT_FLAG;
	element->name = inside + 2;
	if (!space)
		return inside[2] != '\0';
	*space = '\0';
	return words_angle(space + 1, element, &element->value);
}

/* The end of the element that begins at at. */
static char *words_element_end(char *at)
{
	if (*at == '[') {
		char *close = strchr(at, ']');
		if (close)
			at = close;
	}
	return at + strcspn(at, " ");
}

static void words_element(char *at, struct element *element)
{
	size_t length = strlen(at);
	bool known = false;

	if (*at == '[') {
		bool many = length > 3 && strcmp(at + length - 3, "...") == 0;
		if (many)
			at[length -= 3] = '\0';
		if (length > 2 && at[length - 1] == ']') {
			at[length - 1] = '\0';
			known = words_bracket(at + 1, element);
			element->many |= many;
		}
	} else if (*at == '<') {
		element->kind = ELEMENT_NAME;
		known = words_angle(at, element, &element->name);
	}
	if (!known)
		*element = (struct element){ .kind = ELEMENT_PLAIN, .name = at };
}

static struct words *words_compile(const char *pattern)
{
	struct words *words = memory_new(sizeof *words);

	words->text = memory_string(pattern);
	words->elements = memory_array(strlen(pattern) / 2 + 1, sizeof *words->elements);
	for (char *at = words->text; *at;) {
		if (*at == ' ') {
			at++;
			continue;
		}
		char *end = words_element_end(at);
		bool last = !*end;
		*end = '\0';
		words_element(at, &words->elements[words->count++]);
		at = last ? end : end + 1;
	}
	return words;
}

size_t words_plain(const char *pattern)
{
	struct words *words = words_compile(pattern);
	size_t plain = 0;

	while (plain < words->count && words->elements[plain].kind == ELEMENT_PLAIN)
		plain++;
	words_free(words);
	return plain;
}

void words_free(struct words *words)
{
	if (!words)
		return;
	free(words->text);
	free(words->elements);
	free(words->words);
	free(words);
}

/* ---- Matching ---- */

struct match {
	const char *pattern;
	struct words *words;
	char command[128];      /* "start: ", before each message */
	const char **positions; /* what is left without options */
	size_t given;
	struct fault *fault;
};

static bool words_usage(const struct match *match)
{
	return fault_next(match->fault, "usage: %s", match->pattern);
}

static bool words_is_option(const struct element *element)
{
	return element->kind == ELEMENT_FLAG || element->kind == ELEMENT_OPTION;
}

static struct element *words_option(struct words *words, const char *name, size_t length)
{
	for (size_t i = 0; i < words->count; i++) {
		struct element *element = &words->elements[i];
		if (words_is_option(element) && strlen(element->name) == length &&
		    strncmp(element->name, name, length) == 0)
			return element;
	}
	return NULL;
}

/* Is words[i] an option's word? Sets its value, if it has one, and how many
 * words it takes. */
static struct element *words_peek(struct words *words, int argc, char *const *argv, int i,
    const char **value_r, int *taken_r)
{
	const char *equals = strchr(argv[i], '=');
	size_t length = equals ? (size_t)(equals - argv[i]) - 2 : strlen(argv[i]) - 2;
	struct element *element = words_option(words, argv[i] + 2, length);

	*taken_r = 1;
	*value_r = equals ? equals + 1 : NULL;
	if (!equals && element && element->kind == ELEMENT_OPTION && i + 1 < argc &&
	    strncmp(argv[i + 1], "--", 2) != 0) {
		*value_r = argv[i + 1];
		*taken_r = 2;
	}
	return element;
}

/* The words that are no options, without complaint about those that are. */
static void words_split(struct match *match, int argc, char *const *argv)
{
	bool ended = false;

	for (int i = 0; i < argc;) {
		const char *value;
		int taken = 1;
		if (ended || strncmp(argv[i], "--", 2) != 0)
			match->positions[match->given++] = argv[i];
		else if (!argv[i][2])
			ended = true;
		else
			words_peek(match->words, argc, argv, i, &value, &taken);
		i += taken;
	}
}

static bool words_same_command(struct match *match)
{
	const struct words *words = match->words;
	size_t used = 0;

	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->elements[i].name;
		if (words->elements[i].kind != ELEMENT_PLAIN)
			break;
		if (i >= match->given || strcmp(match->positions[i], word) != 0)
			return false;
		if (text_format(match->command + used, sizeof match->command - used, "%s%s",
			used ? " " : "", word))
			used = strlen(match->command);
	}
	if (used)
		text_format(match->command + used, sizeof match->command - used, ": ");
	return true;
}

static bool words_unknown_option(struct match *match, const char *word)
{
	const struct words *words = match->words;
	const char **names = memory_array(words->count + 1, sizeof *names);
	char name[64];
	size_t known = 0;

	text_format(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
	for (size_t i = 0; i < words->count; i++)
		if (words_is_option(&words->elements[i]))
			names[known++] = words->elements[i].name;
	const char *near = text_nearest(name, names);
	if (near)
		fault_set(match->fault, FAULT_USAGE, "%sunknown option --%s, did you mean --%s?",
		    match->command, name, near);
	else
		fault_set(match->fault, FAULT_USAGE, "%sunknown option --%s", match->command, name);
	free(names);
	return words_usage(match);
}

/* One more value of an option: its values stand together, so those of options that
 * came in between move on. */
static void words_put(struct words *words, struct element *element, const char *value)
{
	size_t at = element->first + element->count++;

	memmove(&words->words[at + 1], &words->words[at],
	    (words->used++ - at) * sizeof *words->words);
	words->words[at] = value;
	for (size_t i = 0; i < words->count; i++)
		if (&words->elements[i] != element && words->elements[i].first >= at)
			words->elements[i].first++;
}

static bool words_take_option(struct match *match, struct element *element, const char *word,
    const char *value)
{
	struct words *words = match->words;

	if (!element)
		return words_unknown_option(match, word);
	if (element->kind == ELEMENT_FLAG && value) {
		fault_set(match->fault, FAULT_USAGE, "%s--%s takes no value", match->command,
		    element->name);
		return words_usage(match);
	}
	if (element->kind == ELEMENT_OPTION && !value) {
		fault_set(match->fault, FAULT_USAGE, "%s--%s needs a value: --%s <%s>",
		    match->command, element->name, element->name, element->value);
		return words_usage(match);
	}
	if (element->count && element->many) {
		words_put(words, element, value);
		return true;
	}
	if (element->kind == ELEMENT_OPTION && element->count) {
		fault_set(match->fault, FAULT_USAGE, "%s--%s is given twice", match->command,
		    element->name);
		return words_usage(match);
	}
	element->first = words->used;
	element->count = 1;
	words->words[words->used++] = value ? value : "";
	return true;
}

static bool words_options(struct match *match, int argc, char *const *argv)
{
	for (int i = 0; i < argc;) {
		const char *value;
		int taken = 1;
		if (strcmp(argv[i], "--") == 0)
			break;
		if (strncmp(argv[i], "--", 2) == 0) {
			struct element *element =
			    words_peek(match->words, argc, argv, i, &value, &taken);
			if (!words_take_option(match, element, argv[i], value))
				return false;
		}
		i += taken;
	}
	return true;
}

/* How many words the elements from i on cannot do without. */
static size_t words_needed(const struct words *words, size_t i)
{
	size_t needed = 0;

	for (; i < words->count; i++)
		needed += !words->elements[i].optional;
	return needed;
}

static bool words_missing(struct match *match, const struct element *element)
{
	if (element->kind == ELEMENT_PLAIN)
		fault_set(match->fault, FAULT_USAGE, "%s\"%s\" is missing", match->command,
		    element->name);
	else
		fault_set(match->fault, FAULT_USAGE, "%swhich %s?", match->command, element->name);
	return words_usage(match);
}

static bool words_lay(struct match *match)
{
	struct words *words = match->words;
	size_t at = 0;

	for (size_t i = 0; i < words->count; i++) {
		struct element *element = &words->elements[i];
		if (words_is_option(element))
			continue;
		size_t left = match->given - at, behind = words_needed(words, i + 1);
		size_t spare = left > behind ? left - behind : 0;
		if (!element->optional && !left)
			return words_missing(match, element);
		size_t take = element->many ? spare : spare > 0;
		if (!element->optional && !take)
			take = 1;
		if (element->kind == ELEMENT_PLAIN &&
		    strcmp(match->positions[at], element->name) != 0) {
			fault_set(match->fault, FAULT_USAGE, "%sexpected \"%s\", found \"%s\"",
			    match->command, element->name, match->positions[at]);
			return words_usage(match);
		}
		element->first = words->used;
		element->count = take;
		for (size_t n = 0; n < take; n++)
			words->words[words->used++] = match->positions[at++];
	}
	if (at == match->given)
		return true;
	fault_set(match->fault, FAULT_USAGE, "%s\"%s\" is one word too many", match->command,
	    match->positions[at]);
	return words_usage(match);
}

struct words *words_match(const char *pattern, int argc, char *const *argv, bool *other_r,
    struct fault *fault)
{
	size_t room = argc > 0 ? (size_t)argc : 0;
	struct match match = { .pattern = pattern, .fault = fault };

	match.words = words_compile(pattern);
	match.words->words = memory_array(room + 1, sizeof(char *));
	match.positions = memory_array(room + 1, sizeof(char *));
	words_split(&match, argc, argv);
	bool same = words_same_command(&match);
	if (other_r)
		*other_r = !same;
	bool matched = same && words_options(&match, argc, argv) && words_lay(&match);
	free(match.positions);
	if (matched)
		return match.words;
	words_free(match.words);
	return NULL;
}

/* ---- What was given ---- */

static const struct element *words_find(const struct words *words, const char *name)
{
	for (size_t i = 0; i < words->count; i++)
		if (words->elements[i].kind != ELEMENT_PLAIN &&
		    strcmp(words->elements[i].name, name) == 0)
			return &words->elements[i];
	return NULL;
}

const char *words_get(const struct words *words, const char *name)
{
	return words_item(words, name, 0);
}

size_t words_count(const struct words *words, const char *name)
{
	const struct element *element = words_find(words, name);

	return element ? element->count : 0;
}

const char *words_item(const struct words *words, const char *name, size_t index)
{
	const struct element *element = words_find(words, name);

	return element && index < element->count ? words->words[element->first + index] : NULL;
}
