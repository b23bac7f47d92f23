/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two small tables by character instead of a search for each key. Names are those
 * of the list here and of the commands that have a key, so that nothing is named
 * twice.
 */
#include "console/bindings.h"

#include <string.h>

#include "console/commands.h"
#include "data/intl.h"
#include "data/text.h"

const struct binding binding_list[] = {
	{ "menu", 'm', N_("menu of the selected service"), true },
	{ "help", '?', N_("the keys of this page"), true },
	{ "quit", 'q', N_("leave; the services go on"), true },
	{ "filter", '/', N_("show only what holds a text"), false },
	{ "palette", ':', N_("find any command by a few letters"), true },
	{ "show-command", '!', N_("show the command line of what can be done here"), true },
	{ "undo", 'z', N_("undo the newest action that can be undone"), true },
	{ "mark", ' ', N_("mark several, to act on all of them"), false },
	{ "copy", 'y', N_("copy to the terminal's clipboard"), false },
	{ "all-logs", 'L', N_("the log of all services"), true },
	{ "config", 'c', N_("the settings of the selected service"), true },
	{ "next-step", 'v', N_("go where the verdict points"), true },
	{ "apply", 'A', N_("show the staged settings, and apply them on trial"), true },
	{ "keep", 'K', N_("keep the settings that are on trial"), true },
	{ "go-back", 'Z', N_("bring back the settings before the trial"), true },
	{ "reset", '=', N_("drop the change of a setting, or stage its reset"), false },
	{ "versions", 'V', N_("what was set before, and undo it"), true },
	{ "editor", 'E', N_("edit steward.conf itself"), true },
	{ "acknowledge", 'a', N_("acknowledge the selected alert"), false },
	{ "snooze", 'S', N_("hide the selected alert for a time"), false },
	{ "outcome", 'O', N_("why the last action failed"), true },
	{ "history", 'H', N_("alerts that have ended, too"), false },
	{ "alert-hook", 'T', N_("test the command that is told of alerts"), false },
	{ "follow", 'f', N_("follow new lines, or pause"), false },
	{ "wrap", 'w', N_("wrap long lines, or cut them"), false },
	{ "level", 'e', N_("other levels of the log: only worse records, or more"), false },
	{ "whose-log", 'b', N_("the log of another service, or of all"), false },
	{ "log-time", 't', N_("go to a time in the log, or limit it"), false },
	{ "invert", 'i', N_("the lines of the log that do not match"), false },
	{ "search-mode", '&', N_("filter the log, or search in all of its lines"), false },
	{ "more-context", '+', N_("more lines around each match"), false },
	{ "less-context", '-', N_("fewer lines around each match"), false },
	{ "screen-settings", ',', N_("colours, keys and mouse of this screen"), true },
	{ "mouse", 'M', N_("mouse on or off"), true },
	{ "save", 'o', N_("save to a file"), false },
	{ .name = NULL },
};

static const char fixed[] = "jkhlgGnN0123456789";

void bindings_reset(struct bindings *b)
{
	for (int c = 0; c < BINDINGS_KEYS; c++) {
		b->meant[c] = b->shown[c] = (uint8_t)c;
		text_format(b->text[c], sizeof b->text[c], "%c", c > ' ' ? c : ' ');
	}
}

/* The default key of a name, 0: there is no such name. */
static char default_key(const char *name)
{
	for (const struct binding *at = binding_list; at->name != NULL; at++)
		if (strcmp(at->name, name) == 0)
			return at->key;
	const struct command *command = command_by_name(name);

	return command != NULL ? (char)command->key : '\0';
}

bool bindings_set(struct bindings *b, const char *name, const char *key, struct fault *fault)
{
	char canonical = default_key(name);
	unsigned char c = (unsigned char)key[0];

	if (canonical == '\0') {
		fault_set(fault, FAULT_USAGE, "there is no key called \"%s\"", name);
		return fault_next(fault, "steward help keys shows the names");
	}
	if (strcmp(key, "Space") == 0)
		c = ' ';
	else if (c < ' ' || c > '~' || key[1] != '\0')
		return fault_set(fault, FAULT_USAGE,
		    "%s: \"%s\" is no key; a letter or a sign, or Space", name, key);
	if (strchr(fixed, c) != NULL && c != (unsigned char)canonical)
		return fault_set(fault, FAULT_USAGE,
		    "%s: \"%c\" moves on every page and cannot do anything else", name, c);
	b->shown[(unsigned char)canonical] = c;
	text_format(b->text[(unsigned char)canonical], sizeof b->text[0], "%c", c);
	return true;
}

/* Calls each for every name and default key. */
static bool every(struct bindings *b, struct fault *fault,
    bool (*each)(struct bindings *b, const char *name, char key, struct fault *fault))
{
	char name[32];

	for (const struct binding *at = binding_list; at->name != NULL; at++)
		if (!each(b, at->name, at->key, fault))
			return false;
	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		command_name(c, name, sizeof name);
		/* "help" stands in both lists, with one key. */
		if (c->key != 0 && strcmp(name, "help") != 0 && !each(b, name, (char)c->key, fault))
			return false;
	}
	return true;
}

static bool give_up(struct bindings *b, const char *name, char key, struct fault *fault)
{
	(void)name;
	(void)fault;
	b->meant[(unsigned char)key] = 0;
	return true;
}

static const char *whose(struct bindings *b, unsigned char typed)
{
	static char name[32];

	for (const struct binding *at = binding_list; at->name != NULL; at++)
		if ((unsigned char)at->key == b->meant[typed])
			return at->name;
	const struct command *command = command_by_key(b->meant[typed]);

	if (command == NULL)
		return "?";
	command_name(command, name, sizeof name);
	return name;
}

static bool take(struct bindings *b, const char *name, char key, struct fault *fault)
{
	unsigned char typed = b->shown[(unsigned char)key];

	if (b->taken[typed]) {
		fault_set(fault, FAULT_USAGE, "the key \"%c\" is given to both %s and %s", typed,
		    whose(b, typed), name);
		return fault_next(fault, "give one of them another key");
	}
	b->taken[typed] = true;
	b->meant[typed] = (uint8_t)key;
	return true;
}

bool bindings_settle(struct bindings *b, struct fault *fault)
{
	for (int c = 0; c < BINDINGS_KEYS; c++) {
		b->meant[c] = (uint8_t)c;
		b->taken[c] = false;
	}
	every(b, fault, give_up);
	return every(b, fault, take);
}

uint32_t bindings_meant(const struct bindings *b, uint32_t character)
{
	return character < BINDINGS_KEYS ? b->meant[character] : character;
}

const char *bindings_shown(const struct bindings *b, char key)
{
	unsigned char c = (unsigned char)key;

	if (c >= BINDINGS_KEYS)
		return "";
	return b->text[c][0] == ' ' ? _("Space") : b->text[c];
}
