/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the console keeps for a person: staged changes and the wizard's answers,
 * as another version or a hand may have left them. They are read or refused, can
 * be shown and sent, and what was read is the same after it was written again.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/staged.h"
#include "console/wizard.h"
#include "data/file.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/steward-fuzz-XXXXXX";
static char staged_file[512], wizard_file[512];
static json_t *settings;

static void remove_folder(void)
{
	char below[64];

	unlink(staged_file);
	unlink(wizard_file);
	snprintf(below, sizeof below, "%s/steward", folder);
	rmdir(below);
	rmdir(folder);
	json_decref(settings);
}

static void need(bool truth)
{
	if (!truth)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct fault fault;

	(void)argc;
	(void)argv;
	need(mkdtemp(folder) != NULL);
	setenv("XDG_STATE_HOME", folder, 1);
	need(staged_path("/srv/home", staged_file, sizeof staged_file, &fault));
	need(wizard_path("/srv/home", wizard_file, sizeof wizard_file, &fault));
	settings = json_loads("{\"settings\": [{\"name\": \"host.name\", \"value\": \"nas1\"},"
			      "{\"name\": \"web.listen\", \"value\": \"*:80\"},"
			      "{\"name\": \"web.workers\", \"value\": \"2\"}]}",
	    0, NULL);
	need(settings != NULL);
	atexit(remove_folder);
	return 0;
}

static void same(const struct staged_list *a, const struct staged_list *b)
{
	json_t *one = staged_pack(a), *other = staged_pack(b);

	need(json_equal(one, other));
	json_decref(one);
	json_decref(other);
}

static void try_staged(void)
{
	struct fault fault = { 0 };
	struct staged *staged = staged_load(staged_file, &fault);
	char command[512];

	if (staged == NULL) {
		need(fault.text[0] != '\0');
		return;
	}
	need(staged->edits.count <= STAGED_MOST && staged->tried.count <= STAGED_MOST);
	staged_command(staged, NULL, 60, command, sizeof command);
	json_decref(staged_values(staged));
	json_decref(staged_expect(staged));
	need(staged_save(staged, staged_file, &fault));
	struct staged *again = staged_load(staged_file, &fault);

	need(again != NULL);
	same(&staged->edits, &again->edits);
	same(&staged->tried, &again->tried);
	staged_back(again);
	staged_free(again);
	staged_kept(staged);
	staged_free(staged);
}

static void try_wizard(const struct model *model)
{
	struct fault fault = { 0 };
	struct wizard *wizard = calloc(1, sizeof *wizard);
	struct model_change changes[WIZARD_LISTENS + 1];
	char words[WIZARD_WORDS], value[WIZARD_VALUE];

	need(wizard != NULL);
	wizard_clear(wizard);
	if (!wizard_load(wizard, "/srv/home", &fault))
		need(fault.text[0] != '\0');
	wizard_services(wizard, model);
	wizard_settings(wizard, settings);
	for (size_t i = 0; i < wizard->listen_count; i++)
		wizard_value(wizard, &wizard->listens[i], value, sizeof value);
	need(wizard_changes(wizard, changes, WIZARD_LISTENS + 1) <= WIZARD_LISTENS + 1);
	json_decref(wizard_moves(wizard, true));
	json_decref(wizard_moves(wizard, false));
	wizard_words(wizard, words, sizeof words);
	need(wizard_save(wizard, "/srv/home", &fault));
	wizard_clear(wizard);
	free(wizard);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct model model = {
		.known = true,
		.services = { { .name = "web" }, { .name = "dns" } },
		.service_count = 2,
	};
	struct fault fault;
	char below[64];

	snprintf(below, sizeof below, "%s/steward", folder);
	need(file_make_folder(below, 0700, &fault));
	need(file_replace(staged_file, data, size, 0600, &fault));
	need(file_replace(wizard_file, data, size, 0600, &fault));
	try_staged();
	try_wizard(&model);
	return 0;
}
