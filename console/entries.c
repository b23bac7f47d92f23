/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A list of texts, made when the palette opens and thrown away when it closes. What
 * an entry would do may have changed by the time it is chosen: whoever carries it
 * out looks again.
 */
#include "console/entries.h"

#include <stdlib.h>
#include <string.h>

#include "console/format.h"
#include "console/pattern.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/* ---- The list ---- */

static struct entry *add(struct entries *entries, const char *label, const char *detail)
{
	if (entries->count == entries->room) {
		entries->room = entries->room * 2 + 64;
		entries->list = memory_resize(entries->list, entries->room, sizeof *entries->list);
	}
	struct entry *entry = &entries->list[entries->count++];

	*entry = (struct entry){ .label = memory_string(label) };
	entry->detail = detail != NULL ? memory_string(detail) : NULL;
	return entry;
}

/* What is typed is what is found: the label is the line. */
static struct entry *add_line(struct entries *entries, const char *line, const char *detail,
    bool more)
{
	struct entry *entry = add(entries, line, detail);

	entry->line = memory_string(line);
	entry->more = more;
	return entry;
}

static void show_key(const struct ui *ui, struct entry *entry, char key)
{
	if (key != '\0')
		text_format(entry->key, sizeof entry->key, "%s",
		    bindings_shown(&ui->bindings, key));
}

static void refuse(struct entry *entry, const char *why)
{
	if (why != NULL)
		entry->refusal = memory_string(why);
}

void entries_clear(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		free(entries->list[i].label);
		free(entries->list[i].detail);
		free(entries->list[i].refusal);
		free(entries->list[i].line);
	}
	free(entries->list);
	*entries = (struct entries){ .count = 0 };
}

/* ---- Of a service ---- */

static void service_commands(struct ui *ui, struct entries *entries,
    const struct model_service *service)
{
	char name[32], line[96];

	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		if (c->label == NULL || !(c->flags & COMMAND_SERVICE))
			continue;
		command_name(c, name, sizeof name);
		text_format(line, sizeof line, "%s %s", name, service->name);
		struct entry *entry = add_line(entries, line, _(c->help), false);

		/* The key acts on the selected one. */
		if (strcmp(service->name, ui->selected) == 0)
			show_key(ui, entry, (char)c->key);
		refuse(entry, ui_refusal(ui, c, service));
	}
}

/* The plain words at the beginning of a pattern, and whether more must follow. */
static bool plain_words(const char *pattern, char *out, size_t size)
{
	struct pattern_part part;
	size_t used = 0;
	bool more = false;

	*out = '\0';
	while (!more && pattern_next(&pattern, &part)) {
		if (part.kind != PATTERN_PLAIN) {
			more = part.kind == PATTERN_NAME && !part.optional;
			continue;
		}
		text_format(out + used, size - used, "%s%s", used > 0 ? " " : "", part.name);
		used = strlen(out);
	}
	return more;
}

static void clean_help(const json_t *object, char *out, size_t size)
{
	const char *text = format_words(object, "help");

	text_clean(out, size, text, strlen(text));
}

/* Tables and commands of its own, as the schema has them. */
static void service_own(struct ui *ui, struct entries *entries, const char *service)
{
	const json_t *schema = ui_schema_service(ui, service), *one;
	const char *refusal = ui->connected ? NULL : _("no connection");
	char words[160], help[192], line[256];
	size_t i;

	json_array_foreach(json_object_get(schema, "tables"), i, one)
	{
		json_clean(one, "name", words, sizeof words);
		clean_help(one, help, sizeof help);
		text_format(line, sizeof line, "list %s %s", service, words);
		refuse(add_line(entries, line, help, false), refusal);
	}
	json_array_foreach(json_object_get(schema, "commands"), i, one)
	{
		bool more = plain_words(json_text(one, "pattern", ""), words, sizeof words);

		clean_help(one, help, sizeof help);
		text_format(line, sizeof line, "do %s %s%s", service, words, more ? " " : "");
		refuse(add_line(entries, line, help, more), refusal);
	}
	text_format(line, sizeof line, "get %s", service);
	refuse(add_line(entries, line, _("its settings, and where each value comes from"), false),
	    refusal);
}

static void service_page(struct entries *entries, const char *service)
{
	char label[96];

	text_format(label, sizeof label, _("go to %s"), service);
	struct entry *entry = add(entries, label, _("the page of this service"));

	entry->view = &view_service;
	text_format(entry->service, sizeof entry->service, "%s", service);
}

static void one_service(struct ui *ui, struct entries *entries, const struct model_service *service)
{
	service_commands(ui, entries, service);
	service_own(ui, entries, service->name);
	service_page(entries, service->name);
}

/* ---- Pages and keys ---- */

static void pages(struct ui *ui, struct entries *entries)
{
	char label[96];

	for (const struct view *const *view = view_list; *view != NULL; view++) {
		text_format(label, sizeof label, _("go to %s"), _((*view)->name));
		struct entry *entry = add(entries, label, NULL);

		entry->view = *view;
		show_key(ui, entry, (*view)->digit);
		if (*view == ui_view(ui))
			refuse(entry, _("you are there"));
	}
}

bool entries_page_key(const struct view *view, char key)
{
	for (const struct view_key *k = view->keys; k != NULL && k->keys != NULL; k++)
		for (const char *at = k->keys; *at != '\0';
		     at += strcspn(at, " "), at += *at == ' ')
			if (strcspn(at, " ") == 1 ? *at == key :
						    key == ' ' && strncmp(at, "Space", 5) == 0)
				return true;
	return false;
}

bool entries_pages_own(char key)
{
	static const struct view *const unnumbered[] = { &view_service, &view_result,
		&view_screen };
	bool found = false;

	for (const struct view *const *view = view_list; *view != NULL; view++)
		found |= entries_page_key(*view, key);
	for (size_t i = 0; i < sizeof unnumbered / sizeof unnumbered[0]; i++)
		found |= entries_page_key(unnumbered[i], key);
	return found;
}

static void keys(struct ui *ui, struct entries *entries)
{
	for (const struct binding *b = binding_list; b->name != NULL; b++) {
		if (b->key == ':')
			continue; /* it is open */
		struct entry *entry = add(entries, _(b->help), b->name);

		entry->press = (unsigned char)b->key;
		show_key(ui, entry, b->key);
		if (!b->everywhere && entries_pages_own(b->key) &&
		    !entries_page_key(ui_view(ui), b->key))
			refuse(entry, _("not on this page"));
	}
}

/* ---- Commands without a service ---- */

/* Whether a pattern can be given as its plain words alone. */
static bool whole(const char *pattern)
{
	struct pattern_part part;

	while (pattern_next(&pattern, &part))
		if (part.kind != PATTERN_PLAIN && !part.optional)
			return false;
	return true;
}

static void commands(struct ui *ui, struct entries *entries)
{
	char line[64];

	for (const struct command *c = command_table; c->pattern != NULL; c++) {
		bool more = !whole(c->pattern);

		/* Those with a label stand among the service's, and this is no shell. */
		if ((c->label != NULL && c->flags & COMMAND_SERVICE && more) ||
		    (c->ask == NULL && c->show == NULL))
			continue;
		command_name(c, line, sizeof line - 1);
		if (more)
			text_format(line + strlen(line), 2, " ");
		struct entry *entry = add_line(entries, line, _(c->help), more);

		if (!(c->flags & COMMAND_SERVICE))
			show_key(ui, entry, (char)c->key);
		if (!ui->connected && !(c->flags & COMMAND_OFFLINE))
			refuse(entry, _("no connection"));
	}
}

/* ---- Settings and alerts ---- */

static void settings_of_section(struct ui *ui, struct entries *entries, const char *section)
{
	const json_t *one;
	char name[128], help[192], line[160];
	size_t i;

	json_array_foreach(json_object_get(ui_schema_service(ui, section), "settings"), i, one)
	{
		json_clean(one, "name", name, sizeof name);
		clean_help(one, help, sizeof help);
		text_format(line, sizeof line, "set %s=", name);
		add_line(entries, line, help, true);
	}
}

static void alerts(struct ui *ui, struct entries *entries)
{
	const struct model *model = ui->model;
	char quoted[160], line[192];

	for (size_t i = 0; i < model->alert_count; i++) {
		const struct model_alert *alert = &model->alerts[i];

		if (alert->next[0] != '\0')
			add_line(entries, alert->next, alert->text, false);
		if (command_by_name("acknowledge") == NULL || alert->acknowledged[0] != '\0' ||
		    !format_quote(alert->id, quoted, sizeof quoted))
			continue;
		text_format(line, sizeof line, "acknowledge %s", quoted);
		add_line(entries, line, alert->text, false);
	}
}

/* ---- All of them ---- */

void entries_fill(struct ui *ui, struct entries *entries)
{
	const struct model_service *selected = ui_selected(ui);
	const struct model *model = ui->model;

	*entries = (struct entries){ .count = 0 };
	if (selected != NULL)
		one_service(ui, entries, selected);
	pages(ui, entries);
	keys(ui, entries);
	commands(ui, entries);
	for (size_t i = 0; i < model->service_count; i++)
		if (&model->services[i] != selected)
			one_service(ui, entries, &model->services[i]);
	alerts(ui, entries);
	settings_of_section(ui, entries, "host");
	for (size_t i = 0; i < model->service_count; i++)
		settings_of_section(ui, entries, model->services[i].name);
}
