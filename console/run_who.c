/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "console/format.h"
#include "console/run.h"
#include "console/show.h"
#include "data/intl.h"

/*
 * who: the others, from where, and what they look at. A command that asks once is
 * no session of its own, so it does not show itself.
 */
void show_who(const struct invocation *call, const struct words *words, const json_t *result,
    FILE *out, FILE *talk)
{
	const char *const titles[] = { _("user"), _("role"), _("from"), _("with"), _("page"),
		_("editing"), _("since"), NULL };
	const json_t *session;
	char when[64];
	size_t i;

	(void)call;
	(void)words;
	struct grid *grid = grid_new(titles, "");

	json_array_foreach(json_object_get(result, "sessions"), i, session)
	{
		format_time(json_text(session, "since", ""), when, sizeof when);
		grid_cell(grid, json_text(session, "user", "?"));
		grid_cell(grid, show_word(json_text(session, "role", "?")));
		grid_cell(grid, json_text(session, "origin", NULL));
		grid_cell(grid, json_text(session, "client", NULL));
		grid_cell(grid, json_text(session, "page", NULL));
		grid_cell(grid, json_text(session, "editing", NULL));
		grid_cell(grid, when);
	}
	if (grid_rows(grid) > 0)
		grid_print(grid, true, out);
	else
		fprintf(talk, "steward: %s\n", _("nobody is attached"));
	grid_free(grid);
}

bool ask_who(const struct words *words, struct command_ask *ask, struct fault *fault)
{
	(void)words;
	(void)fault;
	return run_ask(ask, "who", NULL, RUN_DEADLINE_MS);
}
