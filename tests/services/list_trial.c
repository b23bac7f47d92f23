/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of services of tests/trial-host: the real web beside the trial, in
 * the place of the list that configure makes for steward-host.
 */
#include "services/service.h"

extern const struct service web_service;
extern const struct service trial_service;

const struct service *const service_list[] = {
	&web_service,
	&trial_service,
	NULL,
};
