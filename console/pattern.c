/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/pattern.h"

#include <stddef.h>
#include <string.h>

#include "data/text.h"

/* A pattern is read in one pass: each part says by its first characters what
 * it is, and names end at one of a few signs. */
static size_t name_length(const char *text)
{
	return strcspn(text, " <>[]");
}

static void take_name(const char *text, char *out, size_t size)
{
	text_format(out, size, "%.*s", (int)name_length(text), text);
}

bool pattern_next(const char **at, struct pattern_part *part)
{
	const char *text = *at + strspn(*at, " ");
	const char *inside = text + (*text == '[');

	*part = (struct pattern_part){ .optional = *text == '[' };
	if (*text == '\0') {
		*at = text;
		return false;
	}
	size_t length = *text == '[' ? strcspn(text, "]") : 0;

	length += strcspn(text + length, " ");
	part->many = length > 3 && strncmp(text + length - 3, "...", 3) == 0;
	if (strncmp(inside, "--", 2) == 0) {
		const char *value = memchr(inside, '<', (size_t)(text + length - inside));

		part->kind = value != NULL ? PATTERN_OPTION : PATTERN_FLAG;
		take_name(inside + 2, part->name, sizeof part->name);
		if (value != NULL)
			take_name(value + 1, part->value, sizeof part->value);
	} else if (*inside == '<') {
		part->kind = PATTERN_NAME;
		take_name(inside + 1, part->name, sizeof part->name);
	} else {
		take_name(inside, part->name, sizeof part->name);
	}
	*at = text + length;
	return true;
}
