/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The numbered views, in the order of their bar. The digits 3, 4 and 7 are kept
 * for storage, hardware and history.
 */
#include "console/view.h"

const struct view *const view_list[] = {
	&view_home,
	&view_services,
	&view_log,
	&view_alerts,
	&view_config,
	&view_who,
	&view_tools,
	NULL,
};
