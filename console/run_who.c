/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "console/format.h"
#include "console/run.h"
#include "data/intl.h"

/*
 * who: the others, from where, and what they look at. A command that asks once is
 * no session of its own, so it does not show itself.
 */
int run_who(const struct invocation *call, const struct words *words, struct fault *fault)
{
	const char *const titles[] = { _("user"), _("role"), _("from"), _("with"), _("page"),
		_("editing"), _("since"), NULL };
	json_t *result = run_call(call, "who", NULL, RUN_DEADLINE_MS, fault);
	const json_t *session;
	char when[64];
	size_t i;

	(void)words;
	if (result == NULL)
		return run_exit(fault);
	if (call->json) {
		format_json(result, stdout);
		json_decref(result);
		return 0;
	}
	struct grid *grid = grid_new(titles, "");

	json_array_foreach(json_object_get(result, "sessions"), i, session)
	{
		format_time(json_text(session, "since", ""), when, sizeof when);
		grid_cell(grid, json_text(session, "user", "?"));
		grid_cell(grid, json_text(session, "role", "?"));
		grid_cell(grid, json_text(session, "origin", NULL));
		grid_cell(grid, json_text(session, "client", NULL));
		grid_cell(grid, json_text(session, "page", NULL));
		grid_cell(grid, json_text(session, "editing", NULL));
		grid_cell(grid, when);
	}
	if (grid_rows(grid) > 0)
		grid_print(grid, true, stdout);
	else
		fprintf(stderr, "steward: %s\n", _("nobody is attached"));
	grid_free(grid);
	json_decref(result);
	return 0;
}
