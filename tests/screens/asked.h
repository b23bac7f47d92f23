/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_SCREENS_ASKED_H
#define TESTS_SCREENS_ASKED_H

#include <string.h>

#include "tests/screens/stage.h"

/* What the newest request for method that nobody has answered carries, borrowed
 * until the next call; NULL: there is none. */
static inline const json_t *asked(struct stage *stage, const char *method)
{
	static json_t *params;

	json_decref(params);
	params = NULL;
	for (int id = stage->last_id; id > 0 && id > stage->last_id - STAGE_REQUESTS; id--) {
		int at = id % STAGE_REQUESTS;

		if (strcmp(stage->requests[at].method, method) != 0 || stage->requests[at].answered)
			continue;
		params = json_loads(stage->requests[at].params, JSON_DECODE_ANY, NULL);
		return params;
	}
	return NULL;
}

#endif
