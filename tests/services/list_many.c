/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of services of tests/many-host: web, the trial, and twelve more that
 * are the trial under the names that a whole home server will have. For looking at
 * a full screen and for measuring it.
 */
#include "services/service.h"

extern const struct service web_service;
extern const struct service trial_service;

#define COPIES 12

static const char *const names[COPIES] = { "dns", "proxy", "print", "chat", "mail", "files",
	"backup", "media", "sound", "db", "game", "app" };

static struct service copies[COPIES];

#define COPY(i) &copies[i]

const struct service *const service_list[] = {
	&web_service,
	&trial_service,
	COPY(0),
	COPY(1),
	COPY(2),
	COPY(3),
	COPY(4),
	COPY(5),
	COPY(6),
	COPY(7),
	COPY(8),
	COPY(9),
	COPY(10),
	COPY(11),
	NULL,
};

/* Before main, as a service must not change afterwards. */
__attribute__((constructor)) static void name_copies(void)
{
	for (size_t i = 0; i < COPIES; i++) {
		copies[i] = trial_service;
		copies[i].name = names[i];
	}
}
