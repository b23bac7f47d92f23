/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is in force comes in two parts and any time again, what was kept comes
 * first, and what is answered comes last: each part looks whether an answer was
 * kept for it, and never touches what a person has answered since.
 */
#include "console/wizard.h"

#include <string.h>

#include "console/format.h"
#include "console/model_private.h"
#include "data/intl.h"
#include "data/text.h"

#define NAME_MOST 63

void wizard_clear(struct wizard *wizard)
{
	json_decref(wizard->answers);
	*wizard = (struct wizard){ .answers = NULL };
}

/* ---- What is in force ---- */

/* Whether the answers that were kept name the service; in_r: what they say. */
static bool kept_service(const struct wizard *wizard, const char *name, bool *on_r)
{
	json_t *services = json_object_get(wizard->answers, "services");
	json_t *on = json_object_get(services, name);

	if (!json_is_boolean(on))
		return false;
	*on_r = json_is_true(on);
	return true;
}

static struct wizard_service *find(struct wizard *wizard, const char *name)
{
	for (size_t i = 0; i < wizard->service_count; i++)
		if (strcmp(wizard->services[i].name, name) == 0)
			return &wizard->services[i];
	return NULL;
}

void wizard_services(struct wizard *wizard, const struct model *model)
{
	for (size_t i = 0; i < model->service_count; i++) {
		const struct model_service *now = &model->services[i];
		struct wizard_service *s = find(wizard, now->name);

		if (s == NULL && wizard->service_count == MODEL_SERVICES)
			return;
		if (s == NULL) {
			s = &wizard->services[wizard->service_count++];
			text_format(s->name, sizeof s->name, "%s", now->name);
			text_format(s->summary, sizeof s->summary, "%s", now->summary);
			s->on = now->wanted;
			kept_service(wizard, s->name, &s->on);
		}
		s->wanted = now->wanted;
		s->generation = now->generation;
		s->connections = now->connections;
	}
}

static void kept_listen(const struct wizard *wizard, struct wizard_listen *listen)
{
	const json_t *kept =
	    json_object_get(json_object_get(wizard->answers, "listen"), listen->name);
	int64_t reach = model_integer(kept, "reach");

	if (reach < 0 || reach >= REACHES)
		return;
	listen->reach = (enum reach)reach;
	model_text(kept, "own", listen->own, sizeof listen->own);
}

static void take_listen(struct wizard *wizard, const json_t *row, const char *name)
{
	const char *dot = strchr(name, '.');
	struct wizard_listen *listen = NULL;

	for (size_t i = 0; i < wizard->listen_count; i++)
		if (strcmp(wizard->listens[i].name, name) == 0)
			listen = &wizard->listens[i];
	bool is_new = listen == NULL;

	if (dot == NULL || (is_new && wizard->listen_count == WIZARD_LISTENS))
		return;
	if (is_new)
		listen = &wizard->listens[wizard->listen_count++];
	text_format(listen->name, sizeof listen->name, "%s", name);
	text_format(listen->service, sizeof listen->service, "%.*s", (int)(dot - name), name);
	model_text(row, "help", listen->help, sizeof listen->help);
	model_text(row, "value", listen->now, sizeof listen->now);
	listen->reach_now = addresses_reach(listen->now);
	if (!is_new)
		return;
	listen->reach = listen->reach_now;
	text_format(listen->own, sizeof listen->own, "%s", listen->now);
	kept_listen(wizard, listen);
}

void wizard_settings(struct wizard *wizard, const json_t *settings)
{
	const json_t *row;
	char name[96], type[16];
	size_t i;

	json_array_foreach(settings, i, row)
	{
		model_text(row, "name", name, sizeof name);
		model_text(row, "type", type, sizeof type);
		if (strcmp(type, "listen") == 0)
			take_listen(wizard, row, name);
		if (strcmp(name, "host.name") != 0)
			continue;
		model_text(row, "value", wizard->name_now, sizeof wizard->name_now);
		if (wizard->named)
			continue;
		text_format(wizard->name, sizeof wizard->name, "%s", wizard->name_now);
		if (json_object_get(wizard->answers, "name") != NULL) {
			model_text(wizard->answers, "name", wizard->name, sizeof wizard->name);
			wizard->named = true;
		}
	}
	wizard->known = true;
}

/* ---- What follows ---- */

bool wizard_on(const struct wizard *wizard, const char *service)
{
	const struct wizard_service *s = find((struct wizard *)wizard, service);

	return s != NULL && s->on;
}

bool wizard_name_right(const char *name, char *reason, size_t size)
{
	char clean[256];

	text_clean(clean, sizeof clean, name, strlen(name));
	*reason = '\0';
	if (strlen(name) > NAME_MOST)
		text_format(reason, size, "%s", _("at most 63 letters"));
	else if (strcmp(clean, name) != 0 || name[0] == ' ')
		text_format(reason, size, "%s", _("letters, digits and signs only"));
	return *reason == '\0';
}

bool wizard_value(const struct wizard *wizard, const struct wizard_listen *listen, char *out,
    size_t size)
{
	if (listen->reach == REACH_OTHER && addresses_right(listen->own)) {
		text_format(out, size, "%s", listen->own);
		return true;
	}
	if (listen->reach != REACH_OTHER && listen->reach != listen->reach_now &&
	    addresses_value(listen->reach, listen->now, &wizard->home, out, size))
		return true;
	text_format(out, size, "%s", listen->now);
	return listen->reach == listen->reach_now && listen->reach != REACH_OTHER;
}

size_t wizard_changes(const struct wizard *wizard, struct model_change *changes, size_t most)
{
	size_t count = 0;

	if (wizard->known && strcmp(wizard->name, wizard->name_now) != 0 && most > 0) {
		struct model_change *c = &changes[count++];

		text_format(c->name, sizeof c->name, "host.name");
		text_format(c->was, sizeof c->was, "%s", wizard->name_now);
		text_format(c->is, sizeof c->is, "%s", wizard->name);
	}
	for (size_t i = 0; i < wizard->listen_count && count < most; i++) {
		const struct wizard_listen *listen = &wizard->listens[i];
		struct model_change *c = &changes[count];
		char value[WIZARD_VALUE];

		/* Where a service listens that is not to run is left as it is. */
		if (!wizard_on(wizard, listen->service) ||
		    !wizard_value(wizard, listen, value, sizeof value) ||
		    strcmp(value, listen->now) == 0)
			continue;
		text_format(c->name, sizeof c->name, "%s", listen->name);
		text_format(c->was, sizeof c->was, "%s", listen->now);
		/* A value with a part missing would be another one. */
		count += text_format(c->is, sizeof c->is, "%s", value);
	}
	return count;
}

json_t *wizard_moves(const struct wizard *wizard, bool on)
{
	json_t *names = json_array();

	for (size_t i = 0; i < wizard->service_count; i++)
		if (wizard->services[i].on == on && wizard->services[i].wanted != on)
			json_array_append_new(names, json_string(wizard->services[i].name));
	return names;
}

/* Behind what is there, after a space. */
static bool word(char *out, size_t size, const char *text)
{
	size_t at = strlen(out);
	char quoted[WIZARD_VALUE + 128];

	return format_quote(text, quoted, sizeof quoted) &&
	    text_format(out + at, size - at, " %s", quoted);
}

bool wizard_words(const struct wizard *wizard, char *out, size_t size)
{
	struct model_change changes[MODEL_CHANGES];
	size_t count = wizard_changes(wizard, changes, MODEL_CHANGES);
	char list[MODEL_SERVICES * 33] = "", item[WIZARD_VALUE];
	bool fits = text_format(out, size, "init");

	if (wizard->name[0] != '\0')
		fits = fits && word(out, size, "--name") && word(out, size, wizard->name);
	for (size_t i = 0; i < wizard->service_count; i++) {
		size_t at = strlen(list);

		if (wizard->services[i].on)
			text_format(list + at, sizeof list - at, "%s%s", at > 0 ? "," : "",
			    wizard->services[i].name);
	}
	fits = fits && word(out, size, "--services") && word(out, size, list);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(changes[i].name, "host.name") == 0)
			continue;
		fits = fits &&
		    text_format(item, sizeof item, "%s=%s", changes[i].name, changes[i].is) &&
		    word(out, size, "--listen") && word(out, size, item);
	}
	return fits;
}
