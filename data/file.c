/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole small files, and the sentence that tells a person which folder is in
 * the way. What is replaced is first complete beside its place, so that a crash
 * or a full disk leaves the old file as it was.
 */
#include "data/file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/memory.h"
#include "data/text.h"

#define READ_BLOCK ((size_t)4096)
#define LINKS_FOLLOWED 16
#define KEPT_BACK 32U

/* ---- Who may not do what ---- */

static void file_user(uid_t uid, char *out, size_t size)
{
	char room[4096];
	struct passwd entry, *found = NULL;

	if (getpwuid_r(uid, &entry, room, sizeof room, &found) == 0 && found)
		text_format(out, size, "%s", found->pw_name);
	else
		text_format(out, size, "%u", (unsigned)uid);
}

static void file_group(gid_t gid, char *out, size_t size)
{
	char room[4096];
	struct group entry, *found = NULL;

	if (getgrgid_r(gid, &entry, room, sizeof room, &found) == 0 && found)
		text_format(out, size, "%s", found->gr_name);
	else
		text_format(out, size, "%u", (unsigned)gid);
}

/* "user steward may not enter /home/adm (owner adm, mode 0700)" */
static void file_refusal(const char *verb, const char *path, char *out, size_t size)
{
	char asker[64], owner[64], group[64];
	struct stat status;

	file_user(geteuid(), asker, sizeof asker);
	if (stat(path, &status) != 0) {
		text_format(out, size, "user %s may not %s %s", asker, verb, path);
		return;
	}
	file_user(status.st_uid, owner, sizeof owner);
	file_group(status.st_gid, group, sizeof group);
	unsigned mode = status.st_mode & 07777;
	/* The group is told where it is another's and has rights of its own. */
	if (strcmp(owner, group) != 0 && (mode & 070) != 0)
		text_format(out, size, "user %s may not %s %s (owner %s, group %s, mode %04o)",
		    asker, verb, path, owner, group, mode);
	else
		text_format(out, size, "user %s may not %s %s (owner %s, mode %04o)", asker, verb,
		    path, owner, mode);
}

/* path with the link at its first end bytes replaced by what it points to. */
static bool file_follow(char *path, size_t end)
{
	char target[PATH_MAX], whole[PATH_MAX];
	char kept = path[end];

	path[end] = '\0';
	ssize_t length = readlink(path, target, sizeof target - 1);
	path[end] = kept;
	if (length < 0)
		return false;
	target[length] = '\0';
	size_t folder = 0;
	if (*target != '/')
		for (size_t i = 0; i < end; i++)
			if (path[i] == '/')
				folder = i + 1;
	if (!text_format(whole, sizeof whole, "%.*s%s%s", (int)folder, path, target, path + end))
		return false;
	memcpy(path, whole, strlen(whole) + 1);
	return true;
}

enum component { COMPONENT_PASSED, COMPONENT_LINK, COMPONENT_TOLD };

/* Looks at the first end bytes of path. */
static enum component file_component(char *path, size_t end, char *out, size_t size)
{
	struct stat status;
	char kept = path[end];
	enum component answer = COMPONENT_TOLD;

	path[end] = '\0';
	if (lstat(path, &status) != 0) {
		if (errno == ENOENT)
			text_format(out, size, "%s does not exist", path);
		else
			text_format(out, size, "%s: %s", path, strerrordesc_np(errno));
	} else if (S_ISLNK(status.st_mode)) {
		answer = COMPONENT_LINK;
	} else if (kept && !S_ISDIR(status.st_mode)) {
		text_format(out, size, "%s is not a folder", path);
	} else if (S_ISDIR(status.st_mode) && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) != 0) {
		file_refusal("enter", path, out, size);
	} else if (!kept && faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0) {
		file_refusal("read", path, out, size);
	} else {
		answer = COMPONENT_PASSED;
	}
	path[end] = kept;
	return answer;
}

static size_t file_next_component(const char *path, size_t at)
{
	while (path[at] == '/')
		at++;
	while (path[at] && path[at] != '/')
		at++;
	return at;
}

void file_explain(const char *path, int error, char *out, size_t size)
{
	char walked[PATH_MAX];
	unsigned links = 0;

	if (!*path || !text_format(walked, sizeof walked, "%s", path)) {
		text_format(out, size, "the path is %s", *path ? "too long" : "empty");
		return;
	}
	size_t length = strlen(walked);
	while (length > 1 && walked[length - 1] == '/')
		walked[--length] = '\0';
	if (*walked == '/') {
		char root[] = "/";
		if (file_component(root, 1, out, size) == COMPONENT_TOLD)
			return;
	}
	for (size_t end = file_next_component(walked, 0); end;) {
		enum component answer = file_component(walked, end, out, size);
		if (answer == COMPONENT_TOLD)
			return;
		if (answer == COMPONENT_LINK) {
			if (++links > LINKS_FOLLOWED || !file_follow(walked, end)) {
				text_format(out, size, "%s: too many symbolic links", path);
				return;
			}
			end = file_next_component(walked, 0);
			continue;
		}
		end = walked[end] ? file_next_component(walked, end) : 0;
	}
	if (error == EACCES || error == EPERM) {
		char asker[64];
		file_user(geteuid(), asker, sizeof asker);
		text_format(out, size,
		    "user %s may not read %s, although its mode allows it"
		    " (a sandbox or a security module refuses)",
		    asker, path);
		return;
	}
	const char *words = strerrordesc_np(error);
	text_format(out, size, "%s: %s", path, words ? words : "unknown error");
}

/* ---- Reading ---- */

static bool file_unreadable(const char *path, int error, struct fault *fault)
{
	char why[512];

	file_explain(path, error, why, sizeof why);
	fault_set(fault, FAULT_FAILED, "cannot read %s: %s", path, why);
	errno = error;
	return false;
}

static char *file_read_all(int fd, size_t limit, size_t *length_r)
{
	size_t room = READ_BLOCK, length = 0;
	char *bytes = memory_resize(NULL, room, 1);

	for (;;) {
		/* One byte over the limit tells that there is more; one is for
		 * the NUL. */
		if (room - length < 2)
			bytes = memory_resize(bytes, room *= 2, 1);
		ssize_t got = read(fd, bytes + length, room - length - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got > 0)
			length += (size_t)got;
		if (got < 0 || length > limit) {
			if (got >= 0)
				errno = EFBIG;
			free(bytes);
			return NULL;
		}
		if (got == 0)
			break;
	}
	bytes[length] = '\0';
	*length_r = length;
	return bytes;
}

char *file_read(const char *path, size_t limit, size_t *length_r, struct fault *fault)
{
	struct stat status;
	char *bytes = NULL;
	size_t length = 0;

	/* Nonblocking, so that a fifo in the file's place does not hang us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		file_unreadable(path, errno, fault);
		return NULL;
	}
	int error = 0;
	if (fstat(fd, &status) != 0)
		error = errno;
	else if (S_ISDIR(status.st_mode))
		error = EISDIR;
	else if (!S_ISREG(status.st_mode))
		error = EINVAL;
	else if (!(bytes = file_read_all(fd, limit, &length)))
		error = errno;
	close(fd);
	if (error == EISDIR)
		fault_set(fault, FAULT_FAILED, "cannot read %s: it is a folder", path);
	else if (error == EINVAL)
		fault_set(fault, FAULT_FAILED, "cannot read %s: it is not a regular file", path);
	else if (error == EFBIG)
		fault_set(fault, FAULT_FAILED, "cannot read %s: it is longer than %zu bytes", path,
		    limit);
	else if (error)
		fault_errno(fault, error, "cannot read %s", path);
	if (bytes && length_r)
		*length_r = length;
	errno = error;
	return bytes;
}

/* ---- Writing ---- */

static void file_folder(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		text_format(out, size, ".");
	else
		text_format(out, size, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

static bool file_unwritable(const char *path, int error, struct fault *fault)
{
	char folder[PATH_MAX], why[512];

	if (error != EACCES)
		return fault_errno(fault, error, "cannot write %s", path);
	file_folder(path, folder, sizeof folder);
	if (faccessat(AT_FDCWD, folder, X_OK, AT_EACCESS) == 0)
		file_refusal("write in", folder, why, sizeof why);
	else
		file_explain(folder, error, why, sizeof why);
	return fault_set(fault, FAULT_FAILED, "cannot write %s: %s", path, why);
}

bool file_write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t put = write(fd, bytes, length);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		bytes += put;
		length -= (size_t)put;
	}
	return true;
}

bool file_sync_folder(const char *path)
{
	char folder[PATH_MAX];

	file_folder(path, folder, sizeof folder);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool done = fsync(fd) == 0;
	int error = errno;
	close(fd);
	errno = error;
	return done;
}

bool file_replace(const char *path, const void *bytes, size_t length, unsigned mode,
    struct fault *fault)
{
	char temporary[PATH_MAX];

	if (!text_format(temporary, sizeof temporary, "%s.new-XXXXXX", path))
		return file_unwritable(path, ENAMETOOLONG, fault);
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return file_unwritable(path, errno, fault);
	bool done = fchmod(fd, mode) == 0 && file_write_all(fd, bytes, length) && fsync(fd) == 0;
	int error = errno;
	if (close(fd) != 0 && done) {
		done = false;
		error = errno;
	}
	if (done && rename(temporary, path) != 0) {
		done = false;
		error = errno;
	}
	if (!done) {
		unlink(temporary);
		return file_unwritable(path, error, fault);
	}
	return file_sync_folder(path) || file_unwritable(path, errno, fault);
}

/* The folder is made under the umask and then given its mode through a
 * descriptor, so that a link put in its place meanwhile is not followed. */
static bool file_make_one(const char *path, unsigned mode)
{
	if (mkdir(path, mode & 0700) != 0) {
		struct stat status;
		if (errno != EEXIST)
			return false;
		if (stat(path, &status) != 0)
			return false;
		errno = ENOTDIR;
		return S_ISDIR(status.st_mode);
	}
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool done = fd >= 0 && fchmod(fd, mode) == 0;
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return done;
}

bool file_make_folder(const char *path, unsigned mode, struct fault *fault)
{
	char part[PATH_MAX];

	if (!*path || !text_format(part, sizeof part, "%s", path))
		return fault_errno(fault, *path ? ENAMETOOLONG : ENOENT,
		    "cannot make the folder %s", path);
	for (size_t end = file_next_component(part, 0);;) {
		char kept = part[end];
		part[end] = '\0';
		if (!file_make_one(part, mode)) {
			int error = errno;
			if (error == EACCES)
				file_unwritable(part, error, fault);
			else
				fault_errno(fault, error, "cannot make the folder %s", part);
			return false;
		}
		part[end] = kept;
		if (!kept)
			return true;
		end = file_next_component(part, end);
	}
}

bool file_kept_back(int fd)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
		return false;
	rlim_t kept = files.rlim_cur / 4 < KEPT_BACK ? files.rlim_cur / 4 : KEPT_BACK;
	return (rlim_t)fd >= files.rlim_cur - kept;
}
