/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGUSR2: the keeper executes the newly installed stewardd in its own place.
 * The sockets stay open across execve; a memfd tells the new keeper what they
 * are. That is the plain struct behind a header with version and size: a
 * keeper that knows another one does not guess. It then takes every bound
 * socket that it inherited as an orphan, and the next host's LISTENs find
 * them by address, so that only charges are lost. Whether something was left
 * at all is decided by the lock: who inherits its descriptor is the heir. Its
 * number is handed over, since the path may lead elsewhere by now: the folder
 * that the lock lies in is the host's to write in.
 *
 * STEWARD_KEEPER_STATE=<memfd>,<highest descriptor that is passed on>,<lock>,
 * <lock of the home, or -1>,<uid>,<gid> is the only part that no later version
 * may change, except by adding to its end. The last two are those of the user
 * steward, for an heir that does not find it any more; the first version did not
 * pass them on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/keeper.h"

#define HANDOVER_VARIABLE "STEWARD_KEEPER_STATE"
#define HANDOVER_VERSION 1

struct handover_header {
	char magic[8];
	uint32_t version;
	uint32_t size; /* of struct kept: tells a change that forgot the version */
};

static const struct handover_header handover_header = { "steward", HANDOVER_VERSION,
	sizeof(struct kept) };

static bool write_all(int fd, const void *bytes, size_t length)
{
	for (const char *from = bytes; length;) {
		ssize_t written = write(fd, from, length);
		if (written <= 0)
			return false;
		from += written;
		length -= (size_t)written;
	}
	return true;
}

int handover_write(const struct kept *kept)
{
	int fd = memfd_create("keeper-state", MFD_CLOEXEC);

	if (fd < 0 ||
	    (write_all(fd, &handover_header, sizeof handover_header) &&
		write_all(fd, kept, sizeof *kept)))
		return fd;
	close(fd);
	return -1;
}

#define ENDS(text) (memchr(text, '\0', sizeof(text)) != NULL)

static bool listener_sound(const struct listener *l)
{
	struct stat file;

	if (l->count > KEEPER_FDS || l->transport > KEEPER_UNIX || l->port > UINT16_MAX ||
	    !ENDS(l->service) || !ENDS(l->setting) || !ENDS(l->address))
		return false;
	for (uint32_t i = 0; i < l->count; i++)
		if (l->fd[i] <= STDERR_FILENO || fstat(l->fd[i], &file) != 0 ||
		    !S_ISSOCK(file.st_mode))
			return false;
	return true;
}

static bool charge_sound(const struct charge *c)
{
	bool sound = c->count > 0 && c->count <= CHARGES_LIMIT && ENDS(c->service);

	for (int i = 0; i < CHARGES_LIMIT; i++)
		sound = sound && ENDS(c->reason[i]);
	return sound;
}

static bool kept_sound(const struct kept *kept)
{
	bool sound = kept->listeners.count <= LISTENERS_MAX &&
	    kept->listeners.orphans <= ORPHANS_MAX && kept->charges.count <= CHARGES_MAX;

	for (uint32_t i = 0; sound && i < kept->listeners.count; i++)
		sound = listener_sound(&kept->listeners.item[i]);
	for (uint32_t i = 0; sound && i < kept->charges.count; i++)
		sound = charge_sound(&kept->charges.item[i]);
	return sound;
}

bool handover_read(int fd, struct kept *kept)
{
	struct handover_header header;
	struct stat file;

	if (fstat(fd, &file) == 0 && file.st_size == (off_t)(sizeof header + sizeof *kept) &&
	    pread(fd, &header, sizeof header, 0) == sizeof header &&
	    !memcmp(&header, &handover_header, sizeof header) &&
	    pread(fd, kept, sizeof *kept, sizeof header) == sizeof *kept && kept_sound(kept))
		return true;
	memset(kept, 0, sizeof *kept);
	return false;
}

/* ---- Across execve ---- */

static int set_flags(int fd, int flags, int highest)
{
	fcntl(fd, F_SETFD, flags);
	return fd > highest ? fd : highest;
}

/* Sets what happens to the descriptors that are passed on; returns the highest. */
static int pass_on(const struct keeper *k, int state, int flags)
{
	const struct listeners *all = &k->kept.listeners;
	int highest = set_flags(state, flags, set_flags(k->lock_fd, flags, 0));

	if (k->home_lock_fd >= 0)
		highest = set_flags(k->home_lock_fd, flags, highest);
	for (uint32_t i = 0; i < all->count; i++)
		for (uint32_t n = 0; n < all->item[i].count; n++)
			highest = set_flags(all->item[i].fd[n], flags, highest);
	for (uint32_t i = 0; i < all->orphans; i++)
		highest = set_flags(all->orphan[i], flags, highest);
	return highest;
}

void handover_exec(struct keeper *k)
{
	char value[96];
	const char *argv[8] = { "stewardd" };
	int count = 1;

	if (!k->home.installed) {
		argv[count++] = "--home";
		argv[count++] = k->home.folder;
	}
	if (k->host_given) {
		argv[count++] = "--host";
		argv[count++] = k->host_program;
	}
	if (k->foreground)
		argv[count++] = "--foreground";
	helpers_cancel(k, true, true);
	while (waitpid(-1, NULL, 0) > 0)
		; /* they were killed: it does not know them */
	int state = handover_write(&k->kept);
	if (state >= 0) {
		snprintf(value, sizeof value, "%d,%d,%d,%d,%u,%u", state, pass_on(k, state, 0),
		    k->lock_fd, k->home_lock_fd, k->uid, k->gid);
		setenv(HANDOVER_VARIABLE, value, 1);
		execv(k->self, (char *const *)argv);
	}
	keeper_say("cannot execute %s: %s; this keeper goes on", k->self, strerror(errno));
	unsetenv(HANDOVER_VARIABLE);
	if (state >= 0) {
		pass_on(k, state, FD_CLOEXEC);
		close(state);
	}
	k->phase = PHASE_RUN;
	host_start(k);
}

static bool listed(const struct listeners *all, int fd)
{
	for (uint32_t i = 0; i < all->count; i++)
		for (uint32_t n = 0; n < all->item[i].count; n++)
			if (all->item[i].fd[n] == fd)
				return true;
	for (uint32_t i = 0; i < all->orphans; i++)
		if (all->orphan[i] == fd)
			return true;
	return false;
}

static bool orphan(int fd)
{
	struct sockaddr_storage bound = { 0 };
	socklen_t length = sizeof bound;

	return getsockname(fd, (struct sockaddr *)&bound, &length) == 0 &&
	    (bound.ss_family == AF_INET || bound.ss_family == AF_INET6);
}

/* An inherited lock is held already, so locking it again changes nothing. */
static bool held(int fd)
{
	struct stat file;

	return fd > STDERR_FILENO && fstat(fd, &file) == 0 && S_ISREG(file.st_mode) &&
	    flock(fd, LOCK_EX | LOCK_NB) == 0;
}

bool handover_take(struct keeper *k)
{
	const char *value = getenv(HANDOVER_VARIABLE);
	struct listeners *all = &k->kept.listeners;
	struct stat file;
	int state, highest, lock, home_lock;
	uid_t uid;
	gid_t gid;

	int told = value ?
	    sscanf(value, "%d,%d,%d,%d,%u,%u", &state, &highest, &lock, &home_lock, &uid, &gid) :
	    0;
	unsetenv(HANDOVER_VARIABLE);
	if (told < 4 || !held(lock))
		return false;
	if (told == 6) {
		k->uid = uid;
		k->gid = gid;
	}
	k->lock_fd = lock;
	k->home_lock_fd = held(home_lock) ? home_lock : -1;
	bool sound = handover_read(state, &k->kept);
	for (int fd = STDERR_FILENO + 1; fd <= highest; fd++) {
		if (fstat(fd, &file) != 0)
			continue;
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		if (fd == k->lock_fd || fd == k->home_lock_fd)
			continue;
		if (!sound && orphan(fd) && all->orphans < ORPHANS_MAX)
			all->orphan[all->orphans++] = fd;
		else if (!listed(all, fd))
			close(fd);
	}
	if (!sound)
		keeper_say("the state of the keeper before this one cannot be read: "
			   "%u sockets are kept, charges are forgotten",
		    all->orphans);
	return true;
}
