/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A name is looked at with O_PATH first and opened for reading only when it is
 * a regular file; O_NONBLOCK covers the moment between, in which somebody may
 * have put a fifo there. The C library has no wrapper for openat2.
 */
#include "services/web/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "data/file.h"
#include "data/text.h"

#define LINKS 40   /* in a row, as the kernel has it */
#define ATTEMPTS 8 /* a rename anywhere in the system may give EAGAIN */

static int open_beneath(int root, const char *path, unsigned long long flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		long fd =
		    syscall(SYS_openat2, root, path[0] != '\0' ? path : ".", &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			return (int)fd;
	}
	return -1;
}

bool root_supported(struct fault *fault)
{
	int fd = open_beneath(AT_FDCWD, ".", O_PATH | O_DIRECTORY);
	if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
		fault_errno(fault, errno, "files cannot be opened safely");
		return fault_next(fault,
		    "openat2 is needed: Linux 5.6 or newer, "
		    "and a container that permits it");
	}
	if (fd >= 0)
		close(fd);
	return true;
}

int root_open(const char *folder, struct fault *fault)
{
	char why[512];
	int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int error = errno;
	if (fd >= 0 && faccessat(fd, ".", X_OK, AT_EACCESS) == 0)
		return fd;
	if (fd >= 0) {
		error = errno;
		close(fd);
	}
	if (error == EACCES) {
		file_explain(folder, error, why, sizeof(why));
		fault_set(fault, FAULT_FAILED, "%s", why);
	} else {
		fault_errno(fault, error, "%s", folder);
	}
	if (error == ENOENT)
		fault_next(fault,
		    "make the folder, or set another: "
		    "steward set web.root=FOLDER");
	else
		fault_next(fault,
		    "permit it, or set another folder: "
		    "steward set web.root=FOLDER");
	return -1;
}

int root_look(int root, const char *path, struct stat *stat_r)
{
	int fd = open_beneath(root, path, O_PATH);
	if (fd < 0)
		return errno;
	int error = fstat(fd, stat_r) == 0 ? 0 : errno;
	close(fd);
	return error;
}

static int open_kind(int root, const char *path, unsigned long long flags, mode_t kind, int *fd_r,
    struct stat *stat_r)
{
	int error = 0;
	int fd = open_beneath(root, path, flags);
	if (fd < 0)
		return errno;
	if (fstat(fd, stat_r) != 0)
		error = errno;
	else if ((stat_r->st_mode & S_IFMT) != kind)
		error = ENOENT;
	if (error != 0) {
		close(fd);
		return error;
	}
	*fd_r = fd;
	return 0;
}

int root_read(int root, const char *path, int *fd_r, struct stat *stat_r)
{
	int error = root_look(root, path, stat_r);
	if (error != 0)
		return error;
	if (!S_ISREG(stat_r->st_mode))
		return ENOENT;
	return open_kind(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, S_IFREG, fd_r, stat_r);
}

int root_folder(int root, const char *path, int *fd_r, struct stat *stat_r)
{
	return open_kind(root, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK, S_IFDIR, fd_r, stat_r);
}

/* path with the links that its last name leads through followed, since opening
 * with O_CREAT makes the file that a dangling link points to. */
static void follow_links(char path[PATH_MAX])
{
	char link[PATH_MAX], joined[PATH_MAX];
	for (int i = 0; i < LINKS; i++) {
		ssize_t length = readlink(path, link, sizeof(link) - 1);
		if (length <= 0)
			return;
		link[length] = '\0';
		const char *slash = strrchr(path, '/');
		int folder = link[0] == '/' || slash == NULL ? 0 : (int)(slash + 1 - path);
		if (!text_format(joined, sizeof(joined), "%.*s%s", folder, path, link))
			return;
		memcpy(path, joined, strlen(joined) + 1);
	}
}

/* The folder that path is in, or the nearest one on the way to it that exists. */
static int open_above(const char *path)
{
	char folder[PATH_MAX];
	if (!text_format(folder, sizeof(folder), "%s", path))
		return -1;
	follow_links(folder);
	for (;;) {
		char *slash = strrchr(folder, '/');
		if (slash == NULL)
			return open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
		slash[slash == folder ? 1 : 0] = '\0';
		int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 || slash == folder)
			return fd;
	}
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

bool root_holds(const char *folder, const char *path)
{
	struct stat root, now, before = { 0 };
	bool held = false;
	int fd = stat(folder, &root) == 0 ? open_above(path) : -1;
	while (fd >= 0 && fstat(fd, &now) == 0 && !same_inode(&now, &before)) {
		held = same_inode(&now, &root);
		if (held)
			break;
		before = now; /* above "/" comes "/" again */
		int up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = up;
	}
	if (fd >= 0)
		close(fd);
	return held;
}

int root_status(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return 403;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EAGAIN:
	case EBADF:
		return 503;
	case EIO:
	case ESTALE:
		return 500;
	default:
		return 404;
	}
}
