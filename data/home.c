/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one place that knows folder names, shared by keeper, host and console.
 * Kept free of everything but libc because the keeper links it.
 */
#include "data/home.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool join(char *out, char *why, size_t size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool join(char *out, char *why, size_t size, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	int length = vsnprintf(out, PATH_MAX, format, list);
	va_end(list);
	if (length >= 0 && length < PATH_MAX)
		return true;
	snprintf(why, size, "the path of the home folder is too long (limit %d bytes)",
	    PATH_MAX - 1);
	return false;
}

static bool home_installed(struct home *home, char *why, size_t size)
{
	home->installed = true;
	return join(home->settings, why, size, "%s/steward.conf", CONFDIR) &&
	    join(home->ports, why, size, "%s/ports", CONFDIR) &&
	    join(home->state, why, size, "%s", STATEDIR) &&
	    join(home->automatic, why, size, "%s/steward.auto.conf", STATEDIR) &&
	    join(home->run, why, size, "%s", RUNDIR) &&
	    join(home->control, why, size, "%s/control", RUNDIR);
}

static bool home_below(const char *folder, struct home *home, char *why, size_t size)
{
	home->installed = false;
	if (*folder == '/') {
		if (!join(home->folder, why, size, "%s", folder))
			return false;
	} else {
		char *here = getcwd(NULL, 0);
		bool fits = here && join(home->folder, why, size, "%s/%s", here, folder);
		if (!here)
			snprintf(why, size, "the current folder is not known: %s", strerror(errno));
		free(here);
		if (!fits)
			return false;
	}
	size_t length = strlen(home->folder);
	while (length > 1 && home->folder[length - 1] == '/')
		home->folder[--length] = '\0';
	return join(home->settings, why, size, "%s/steward.conf", home->folder) &&
	    join(home->ports, why, size, "%s/ports", home->folder) &&
	    join(home->state, why, size, "%s/state", home->folder) &&
	    join(home->automatic, why, size, "%s/state/steward.auto.conf", home->folder) &&
	    join(home->run, why, size, "%s/state", home->folder) &&
	    join(home->control, why, size, "%s/state/control", home->folder);
}

bool home_find(const char *given, bool client, struct home *home, char *why, size_t size)
{
	char folder[PATH_MAX];

	memset(home, 0, sizeof *home);
	if (!given || !*given)
		given = getenv("STEWARD_HOME");
	if (given && *given)
		return home_below(given, home, why, size);
	if (geteuid() == 0 || (client && access(RUNDIR, F_OK) == 0))
		return home_installed(home, why, size);
	const char *state = getenv("XDG_STATE_HOME");
	if (state && *state == '/')
		return join(folder, why, size, "%s/steward", state) &&
		    home_below(folder, home, why, size);
	const char *user = getenv("HOME");
	if (!user || *user != '/') {
		const struct passwd *entry = getpwuid(geteuid());
		user = entry ? entry->pw_dir : NULL;
	}
	if (!user || *user != '/') {
		snprintf(why, size, "no home folder is known for this user; give --home DIR");
		return false;
	}
	return join(folder, why, size, "%s/.local/state/steward", user) &&
	    home_below(folder, home, why, size);
}

bool home_socket_address(const char *path, struct sockaddr_un *address, socklen_t *length_r,
    int *folder_fd)
{
	size_t length = strlen(path);
	const char *name = strrchr(path, '/');

	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	*length_r = sizeof *address;
	*folder_fd = -1;
	if (length < sizeof address->sun_path) {
		memcpy(address->sun_path, path, length);
		return true;
	}
	if (!name || name == path || strlen(name) > 64) {
		errno = ENAMETOOLONG;
		return false;
	}
	char *folder = strndup(path, (size_t)(name - path));
	if (!folder)
		return false;
	*folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (*folder_fd < 0)
		return false;
	snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d%s", *folder_fd,
	    name);
	return true;
}
