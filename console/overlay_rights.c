/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Somebody has no right to what was asked for: who may, who they are, and the
 * same action with sudo, which asks for the password where they sit. The
 * question about the action itself has been answered before.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/sheet_rows.h"
#include "console/show.h"
#include "console/ui_act.h"
#include "data/home.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

struct rights_state {
	struct sheet sheet;
	struct sheet_rows rows;
	struct act act;
	struct fault fault; /* what the host said; else FAULT_NONE */
	char sudo[PATH_MAX];
	char **argv; /* while sudo runs */
	const char *buttons[3];
};

static const struct overlay overlay_rights;

static struct rights_state *rights(struct ui *ui)
{
	return ui_overlay_state(ui, &overlay_rights);
}

/* ---- With sudo ---- */

static bool find_sudo(char *out, size_t size)
{
	const char *path = getenv("PATH");

	for (const char *at = path; at != NULL && *at != '\0';) {
		size_t length = strcspn(at, ":");

		if (*at == '/' && text_format(out, size, "%.*s/sudo", (int)length, at) &&
		    access(out, X_OK) == 0)
			return true;
		at += length + (at[length] == ':');
	}
	*out = '\0';
	return false;
}

/* This program by its absolute path, also when it has been replaced since. */
static bool own_path(char *out, size_t size)
{
	ssize_t length = readlink("/proc/self/exe", out, size - 1);
	const char *gone = " (deleted)";

	if (length <= 0)
		return false;
	out[length] = '\0';
	if ((size_t)length > strlen(gone) && strcmp(out + length - strlen(gone), gone) == 0)
		out[(size_t)length - strlen(gone)] = '\0';
	return true;
}

/* sudo, this program, the home that we are connected to (sudo takes the
 * environment away and root has another home), the words. NULL: unknown. */
static char **sudo_argv(const struct ui *ui, const struct rights_state *state)
{
	char **words = act_argv(&state->act), **argv;
	char own[PATH_MAX], why[256];
	struct home home;
	size_t count = 0, n = 0;

	while (words[count] != NULL)
		count++;
	if (!own_path(own, sizeof own) || !home_find(ui->port.home, true, &home, why, sizeof why)) {
		act_argv_free(words);
		return NULL;
	}
	argv = memory_array(count + 5, sizeof *argv);
	argv[n++] = memory_string(state->sudo);
	argv[n++] = memory_string(own);
	if (!home.installed) {
		argv[n++] = memory_string("--home");
		argv[n++] = memory_string(home.folder);
	}
	memcpy(argv + n, words, count * sizeof *words);
	free(words);
	return argv;
}

static void sudo_ended(struct ui *ui, int status)
{
	struct rights_state *state = rights(ui);
	char doing[96];

	act_argv_free(state->argv);
	state->argv = NULL;
	act_doing(&state->act, doing, sizeof doing);
	if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		ui_say(ui, STYLE_GOOD, 10, _("%s: done, with sudo"), doing);
	else if (status != -1 && WIFEXITED(status))
		ui_say(ui, STYLE_BAD, 60, _("%s: not done; sudo ended with %d"), doing,
		    WEXITSTATUS(status));
	else
		ui_say(ui, STYLE_BAD, 60, _("%s: not done; sudo could not be run to its end"),
		    doing);
}

static void run_sudo(struct ui *ui)
{
	struct rights_state *state = rights(ui);

	act_argv_free(state->argv);
	state->argv = sudo_argv(ui, state);
	if (state->argv == NULL) {
		ui_say(ui, STYLE_BAD, 20, "%s", _("where this program lies is not known"));
		return;
	}
	ui->shell = (struct ui_shell){ .argv = state->argv, .pause = true, .ended = sudo_ended };
	ui->wants |= UI_SHELL;
}

/* Words of the command line carry no generation, so it is looked at here. */
static bool has_moved(const struct ui *ui, const struct act *act, struct fault *fault)
{
	for (size_t i = 0; i < act->count; i++) {
		const struct act_target *target = &act->targets[i];
		const struct model_service *s = model_service(ui->model, target->name);

		if (s != NULL && s->generation == target->generation)
			continue;
		fault_set(fault, FAULT_STALE, "%s has changed since it was shown", target->name);
		return true;
	}
	return false;
}

/* ---- The sheet ---- */

void rights_open(struct ui *ui, const struct act *act, const struct fault *fault)
{
	struct rights_state *state = rights(ui);
	bool sudo;

	ui_close(ui);
	memset(&state->sheet, 0, sizeof state->sheet);
	state->act = *act;
	state->fault = fault != NULL ? *fault : (struct fault){ .code = FAULT_NONE };
	sudo = find_sudo(state->sudo, sizeof state->sudo);
	state->buttons[0] = sudo ? _("Cancel") : _("Close");
	state->buttons[1] = sudo ? _("Run it with sudo") : NULL;
	state->buttons[2] = NULL;
	state->sheet.buttons = state->buttons;
	state->sheet.title = _("Not allowed");
	sheet_open(&state->sheet);
	/* What it does was agreed to before, and the password is asked for yet. */
	state->sheet.focus = sudo ? 1 : 0;
	ui_lay_over(ui, &overlay_rights);
}

static void facts(struct ui *ui, struct rights_state *state)
{
	struct sheet_rows *rows = &state->rows;
	const char *role = act_role(&state->act);
	char doing[96], text[1400];

	act_doing(&state->act, doing, sizeof doing);
	sheet_rows_clear(rows);
	if (state->fault.text[0] != '\0')
		sheet_rows_add(rows, NULL, STYLE_WARN, "%s", state->fault.text);
	else
		sheet_rows_add(rows, NULL, STYLE_WARN, _("%s needs the role %s."), doing,
		    show_word(role));
	sheet_rows_add(rows, _("you"), STYLE_NORMAL, _("%s, with the role %s"),
	    ui->user[0] != '\0' ? ui->user : "-", ui->role[0] != '\0' ? show_word(ui->role) : "-");
	if (act_text(&state->act, ui->port.home, text, sizeof text))
		sheet_rows_add(rows, _("command"), STYLE_NORMAL, "%s", text);
	if (state->sudo[0] != '\0')
		sheet_rows_add(rows, NULL, STYLE_NORMAL, "%s",
		    _("Enter runs it with sudo in this terminal, which asks for your password."));
	else if (state->fault.next[0] != '\0')
		sheet_rows_add(rows, NULL, STYLE_NORMAL, "%s", state->fault.next);
	else
		sheet_rows_add(rows, NULL, STYLE_NORMAL,
		    _("An admin of this machine can add you to the group steward-%s; it counts "
		      "after the next login."),
		    role);
}

static void rights_draw(struct ui *ui, struct area area)
{
	struct rights_state *state = rights(ui);

	facts(ui, state);
	sheet_rows_show(&state->rows, &state->sheet);
	sheet_draw(&state->sheet, area);
}

static void rights_key(struct ui *ui, const struct key *key)
{
	struct rights_state *state = rights(ui);
	int answer = sheet_key(&state->sheet, key);

	if (answer == SHEET_OPEN)
		return;
	struct fault fault;

	ui_close(ui);
	if (answer != 1)
		return;
	if (has_moved(ui, &state->act, &fault))
		stale_open(ui, &state->act, &fault);
	else
		run_sudo(ui);
}

static void rights_end(void *state)
{
	struct rights_state *own = state;

	sheet_rows_clear(&own->rows);
	act_argv_free(own->argv);
}

static const struct overlay overlay_rights = {
	.name = "rights",
	.state = sizeof(struct rights_state),
	.end = rights_end,
	.draw = rights_draw,
	.key = rights_key,
};
