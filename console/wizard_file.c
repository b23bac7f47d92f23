/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The file is the person's, not the host's: nothing of it is in force. Its name
 * is made from the home folder of the steward that it is about.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/person.h"
#include "console/wizard.h"
#include "data/file.h"

#define FILE_LIMIT 65536

static const char *const step_names[STEPS] = {
	[STEP_NAME] = "name",
	[STEP_SERVICES] = "services",
	[STEP_WHERE] = "where",
	[STEP_APPLY] = "apply",
};

static json_t *kept(const struct wizard *wizard, const char *part, bool stays)
{
	json_t *old = json_object_get(wizard->answers, part);

	return stays && json_is_object(old) ? json_copy(old) : json_object();
}

json_t *wizard_answers(const struct wizard *wizard)
{
	/* What was kept and has not been met yet stays kept. */
	json_t *services = kept(wizard, "services", true);
	json_t *listen = kept(wizard, "listen", !wizard->known);
	json_t *name = json_object_get(wizard->answers, "name");
	json_t *all = json_pack("{s:i, s:s, s:o, s:o}", "version", 1, "step",
	    step_names[wizard->step], "services", services, "listen", listen);

	if (wizard->named)
		json_object_set_new(all, "name", json_string(wizard->name));
	else if (!wizard->known && name != NULL)
		json_object_set(all, "name", name);
	for (size_t i = 0; i < wizard->service_count; i++)
		json_object_set_new(services, wizard->services[i].name,
		    json_boolean(wizard->services[i].on));
	for (size_t i = 0; i < wizard->listen_count; i++) {
		const struct wizard_listen *l = &wizard->listens[i];

		if (l->reach != l->reach_now || strcmp(l->own, l->now) != 0)
			json_object_set_new(listen, l->name,
			    json_pack("{s:i, s:s}", "reach", (int)l->reach, "own", l->own));
	}
	return all;
}

bool wizard_path(const char *home, char *out, size_t size, struct fault *fault)
{
	return person_state("wizard", home, out, size, fault);
}

bool wizard_load(struct wizard *wizard, const char *home, struct fault *fault)
{
	char path[PATH_MAX];
	size_t length;

	json_decref(wizard->answers);
	wizard->answers = NULL;
	if (!wizard_path(home, path, sizeof path, fault))
		return false;
	char *text = file_read(path, FILE_LIMIT, &length, fault);

	if (text == NULL)
		return errno == ENOENT;
	json_t *answers = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);

	free(text);
	if (!json_is_object(answers)) {
		json_decref(answers);
		fault_set(fault, FAULT_FAILED, "%s holds no answers", path);
		return fault_next(fault, "it is written anew when you answer");
	}
	wizard->answers = answers;
	const char *step = json_string_value(json_object_get(answers, "step"));

	for (size_t i = 0; i < STEPS; i++)
		if (step != NULL && strcmp(step, step_names[i]) == 0)
			wizard->step = (enum wizard_step)i;
	return true;
}

bool wizard_save(const struct wizard *wizard, const char *home, struct fault *fault)
{
	char path[PATH_MAX];

	return wizard_path(home, path, sizeof path, fault) &&
	    person_write_json(path, wizard_answers(wizard), fault);
}

void wizard_forget(const char *home)
{
	char path[PATH_MAX];
	struct fault fault;

	if (wizard_path(home, path, sizeof path, &fault))
		unlink(path);
}
