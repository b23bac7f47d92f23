/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the catalogues are. A build tree uses its own when it has some, so that a
 * language can be tried before it is installed.
 */
#include "data/intl.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* LOCALEDIR, unless a folder locale/ stands beside the program. */
static void beside(char folder[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

	snprintf(folder, PATH_MAX, "%s", LOCALEDIR);
	if (length < 0)
		return;
	self[length] = '\0';
	char *slash = strrchr(self, '/');
	char own[PATH_MAX];

	if (slash == NULL)
		return;
	*slash = '\0';
	if (snprintf(own, sizeof own, "%s/locale", self) < (int)sizeof own &&
	    access(own, X_OK) == 0)
		memcpy(folder, own, strlen(own) + 1);
}

void intl_begin(void)
{
	const char *given = getenv("STEWARD_LOCALEDIR");
	char folder[PATH_MAX];

	if (given != NULL && *given != '\0')
		snprintf(folder, sizeof folder, "%s", given);
	else
		beside(folder);
	bindtextdomain("steward", folder);
	bind_textdomain_codeset("steward", "UTF-8");
	textdomain("steward");
}
