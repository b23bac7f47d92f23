/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The arguments of a service's own command, one after the other in the line of
 * the message: what is typed is one word, whatever stands in it, so nobody has
 * to think of quotes. Which ones there are says the pattern in the schema.
 */
#include <string.h>

#include "console/pattern.h"
#include "console/ui_act.h"
#include "data/intl.h"
#include "data/text.h"
#include "widgets/input.h"

struct words_state {
	char service[32];
	char pattern[256];
	const char *at; /* in pattern, behind part */
	struct pattern_part part;
	char words[ACT_WORDS][ACT_WORD];
	size_t count, given; /* given: of a part that takes many */
	struct input input;
	char complaint[160];
};

static const struct overlay overlay_arguments;

static struct words_state *words_of(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_arguments);
}

static bool add(struct words_state *state, const char *word)
{
	return state->count < ACT_WORDS &&
	    text_format(state->words[state->count++], ACT_WORD, "%s", word);
}

static void finish(struct ui *ui)
{
	struct words_state *state = words_of(ui);
	const char *words[ACT_WORDS];

	for (size_t i = 0; i < state->count; i++)
		words[i] = state->words[i];
	ui_close(ui);
	ui_do_words(ui, state->service, words, state->count);
}

/* The next part that somebody has to type, or the end. */
static void advance(struct ui *ui)
{
	struct words_state *state = words_of(ui);

	state->given = 0;
	while (pattern_next(&state->at, &state->part)) {
		if (state->part.kind != PATTERN_PLAIN) {
			input_set(&state->input, "");
			if (ui->overlay != &overlay_arguments)
				ui_lay_over(ui, &overlay_arguments);
			return;
		}
		add(state, state->part.name);
	}
	finish(ui);
}

void ui_do(struct ui *ui, const char *service, const char *pattern)
{
	struct words_state *state = words_of(ui);

	memset(state, 0, sizeof *state);
	text_format(state->service, sizeof state->service, "%s", service);
	text_format(state->pattern, sizeof state->pattern, "%s", pattern);
	state->at = state->pattern;
	advance(ui);
}

/* ---- What was typed ---- */

static void complain(struct words_state *state, const char *text)
{
	text_format(state->complaint, sizeof state->complaint, "%s", text);
}

/* Why text is no answer to the part, or NULL. A flag is a question: whoever types
 * anything but a yes does not mean one. */
static const char *wrong(const struct words_state *state, const char *text)
{
	const struct pattern_part *part = &state->part;

	if (text[0] == '\0')
		return part->kind == PATTERN_NAME && !part->optional && state->given == 0 ?
		    _("needed") :
		    NULL;
	if (part->kind == PATTERN_NAME && strncmp(text, "--", 2) == 0)
		return _("it cannot begin with --");
	if (part->kind == PATTERN_FLAG && strcasecmp(text, "y") != 0 &&
	    strcasecmp(text, "yes") != 0)
		return _("y, or nothing");
	return NULL;
}

/* The part has been answered. */
static void take(struct ui *ui)
{
	struct words_state *state = words_of(ui);
	const struct pattern_part *part = &state->part;
	const char *text = state->input.text, *why = wrong(state, text);
	bool empty = text[0] == '\0', fits = true, again = false;
	size_t before = state->count;

	complain(state, why != NULL ? why : "");
	if (why != NULL)
		return;
	if (!empty && (part->kind == PATTERN_OPTION || part->kind == PATTERN_FLAG)) {
		char name[40];

		text_format(name, sizeof name, "--%s", part->name);
		fits = add(state, name);
	}
	if (!empty && part->kind != PATTERN_FLAG)
		fits = fits && add(state, text);
	if (!fits) {
		complain(state, _("too long"));
		state->count = before; /* an option's name goes with its value */
		return;
	}
	state->given += !empty;
	again = part->many && !empty && state->count < ACT_WORDS;
	if (again)
		input_set(&state->input, "");
	else
		advance(ui);
}

static void words_key(struct ui *ui, const struct key *key)
{
	struct words_state *state = words_of(ui);

	switch (input_key(&state->input, key)) {
	case INPUT_DONE:
		take(ui);
		break;
	case INPUT_CANCELLED:
		ui_cancel(ui);
		break;
	case INPUT_CHANGED:
		complain(state, "");
		break;
	case INPUT_IGNORED:
	case INPUT_MOVED:
		break;
	}
}

/* "web ban <address>: " */
static void label(const struct words_state *state, char *out, size_t size)
{
	const struct pattern_part *part = &state->part;
	char name[80], words[200] = "";

	for (size_t i = 0; i < state->count; i++)
		text_format(words + strlen(words), sizeof words - strlen(words), " %s",
		    state->words[i]);
	if (part->kind == PATTERN_FLAG)
		text_format(name, sizeof name, _("--%s (y or nothing)"), part->name);
	else if (part->kind == PATTERN_OPTION)
		text_format(name, sizeof name, _("--%s <%s> (or nothing)"), part->name,
		    part->value);
	else if (part->optional || state->given > 0)
		text_format(name, sizeof name, _("<%s> (or nothing)"), part->name);
	else
		text_format(name, sizeof name, "<%s>", part->name);
	text_format(out, size, "%s%.60s %s%s%s: ", state->service, words, name,
	    state->complaint[0] != '\0' ? " - " : "", state->complaint);
}

static void words_draw(struct ui *ui, struct area area)
{
	struct words_state *state = words_of(ui);
	char text[400], clean[400];

	label(state, text, sizeof text);
	text_clean(clean, sizeof clean, text, strlen(text));
	input_draw(&state->input, area, 0, clean);
}

static const struct overlay overlay_arguments = {
	.name = "words",
	.state = sizeof(struct words_state),
	.draw = words_draw,
	.key = words_key,
	.line = true,
};
