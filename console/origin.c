/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what the login left in the environment and from the descriptors.
 */
#include "console/origin.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/text.h"

void origin_find(char *out, size_t size)
{
	const char *ssh = getenv("SSH_CONNECTION");
	char name[128];

	*out = '\0';
	if (ssh != NULL && strcspn(ssh, " ") > 0) {
		text_clean(out, size, ssh, strcspn(ssh, " "));
		return;
	}
	/* A pipe may be at either end. */
	for (int fd = 0; fd <= 2; fd++) {
		if (ttyname_r(fd, name, sizeof name) != 0)
			continue;
		const char *text = strncmp(name, "/dev/", 5) == 0 ? name + 5 : name;

		text_clean(out, size, text, strlen(text));
		return;
	}
}
