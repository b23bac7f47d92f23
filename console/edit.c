/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * As visudo does it: what may go wrong is looked for before somebody has typed
 * anything (may this person write the file at all?) and once more right before
 * the rename (is it still the file that was copied?).
 */
#include "console/edit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console/line_diff.h"
#include "console/offline.h"
#include "data/file.h"
#include "data/home.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

#define TEXT_MOST (1024 * 1024)
#define AROUND 2

/* What a file that is not there begins with. */
static const char beginning[] =
    "# The settings of steward. This file is yours: steward reads it and never writes\n"
    "# it. What is set from the console or by `steward set` goes to steward.auto.conf\n"
    "# in the state folder and counts more than what stands here.\n"
    "#\n"
    "#   steward get          shows every setting and where its value comes from\n"
    "#   man steward.conf     tells what there is to set\n"
    "#\n"
    "# For example:\n"
    "#\n"
    "# host {\n"
    "#\tname = \"nas1\"\n"
    "# }\n";

/* ---- Who may ---- */

static const char *user_name(uid_t uid, char *out, size_t size)
{
	const struct passwd *entry = getpwuid(uid);

	if (entry != NULL)
		text_format(out, size, "%s", entry->pw_name);
	else
		text_format(out, size, "%lu", (unsigned long)uid);
	return out;
}

static void folder_of(const char *path, char *out, size_t size)
{
	text_format(out, size, "%.*s", (int)(strrchr(path, '/') - path), path);
}

static bool may_write(const struct edit *edit, struct fault *fault)
{
	char folder[PATH_MAX], owner[64], self[64];
	const char *what = edit->before != NULL ? edit->path : folder;

	folder_of(edit->path, folder, sizeof folder);
	if (geteuid() == 0)
		return true;
	/* A new file in its place would be ours, so the old one must be, too. */
	if ((edit->before == NULL || edit->was.st_uid == geteuid()) && access(folder, W_OK) == 0)
		return true;
	fault_set(fault, FAULT_REFUSED, "%s may be written by %s, and you are %s", what,
	    user_name(edit->was.st_uid, owner, sizeof owner),
	    user_name(geteuid(), self, sizeof self));
	return edit->home[0] != '\0' ?
	    fault_next(fault, "sudo steward --home %s edit", edit->home) :
	    fault_next(fault, "sudo steward edit");
}

/* ---- The copy ---- */

static bool find_file(struct edit *edit, const char *home, struct fault *fault)
{
	char why[512];
	struct home found;
	char *real;

	if (!home_find(home, true, &found, why, sizeof why))
		return fault_set(fault, FAULT_USAGE, "%s", why);
	text_format(edit->home, sizeof edit->home, "%s", found.folder);
	real = realpath(found.settings, NULL);
	text_format(edit->path, sizeof edit->path, "%s", real != NULL ? real : found.settings);
	free(real);
	return true;
}

static bool read_file(struct edit *edit, struct fault *fault)
{
	char folder[PATH_MAX];

	edit->before = file_read(edit->path, TEXT_MOST, NULL, fault);
	if (edit->before != NULL)
		return stat(edit->path, &edit->was) == 0 ||
		    fault_errno(fault, errno, "cannot look at %s", edit->path);
	if (errno != ENOENT)
		return false;
	folder_of(edit->path, folder, sizeof folder);
	return stat(folder, &edit->was) == 0 ||
	    fault_errno(fault, errno, "cannot look at %s", folder);
}

static bool make_copy(struct edit *edit, struct fault *fault)
{
	const char *base = getenv("TMPDIR");
	char folder[PATH_MAX];

	text_format(folder, sizeof folder, "%s/steward-edit-XXXXXX",
	    base != NULL && *base == '/' ? base : "/tmp");
	if (mkdtemp(folder) == NULL)
		return fault_errno(fault, errno, "cannot make %s", folder);
	text_format(edit->folder, sizeof edit->folder, "%s", folder);
	if (!text_format(edit->copy, sizeof edit->copy, "%s/steward.conf", folder))
		return fault_errno(fault, ENAMETOOLONG, "cannot write below %s", folder);
	edit->start = memory_string(edit->before != NULL ? edit->before : beginning);
	return file_replace(edit->copy, edit->start, strlen(edit->start), 0600, fault);
}

bool edit_begin(struct edit *edit, const char *home, struct fault *fault)
{
	memset(edit, 0, sizeof *edit);
	return find_file(edit, home, fault) && read_file(edit, fault) && may_write(edit, fault) &&
	    make_copy(edit, fault);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

void edit_end(struct edit *edit)
{
	/* With the backups that editors leave beside what they edit. */
	if (edit->folder[0] != '\0')
		nftw(edit->folder, remove_one, 4, FTW_DEPTH | FTW_PHYS);
	free(edit->before);
	free(edit->start);
	free(edit->text);
	free(edit->command);
	memset(edit, 0, sizeof *edit);
}

char *const *edit_argv(struct edit *edit)
{
	const char *editor = getenv("VISUAL");

	if (editor == NULL || *editor == '\0')
		editor = getenv("EDITOR");
	free(edit->command);
	/* The shell takes words such as "emacs -nw" apart, as everywhere. */
	if (editor != NULL && *editor != '\0')
		edit->command = memory_format("%s \"$1\"", editor);
	else
		edit->command = memory_string("for e in editor nano vi; do "
					      "command -v $e >/dev/null && exec $e \"$1\"; done; "
					      "printf '%s\\n' \"$2\" >&2; exit 127");
	edit->argv[0] = (char *)"/bin/sh";
	edit->argv[1] = (char *)"-c";
	edit->argv[2] = edit->command;
	edit->argv[3] = (char *)"sh";
	edit->argv[4] = edit->copy;
	edit->argv[5] = (char *)_("no editor: set EDITOR");
	edit->argv[6] = NULL;
	return edit->argv;
}

/* ---- After the editor ---- */

/* The copy's folder means nothing to anybody. */
static void own_words(const struct edit *edit, struct fault *fault)
{
	size_t length = strlen(edit->folder) + 1;
	char *at = strstr(fault->text, edit->copy);

	if (at != NULL)
		memmove(at, at + length, strlen(at + length) + 1);
}

enum edit_outcome edit_look(struct edit *edit, struct fault *fault)
{
	size_t length;

	free(edit->text);
	edit->text = file_read(edit->copy, TEXT_MOST, &length, fault);
	if (edit->text == NULL)
		return EDIT_FAILED;
	if (strcmp(edit->text, edit->start) == 0 && strlen(edit->text) == length)
		return EDIT_SAME;
	if (strlen(edit->text) != length) {
		fault_set(fault, FAULT_FAILED, "steward.conf: there is a zero byte in it");
		return EDIT_WRONG;
	}
	if (offline_check(edit->copy, edit->home[0] != '\0' ? edit->home : NULL, fault))
		return EDIT_RIGHT;
	own_words(edit, fault);
	return EDIT_WRONG;
}

size_t edit_diff(const struct edit *edit,
    void (*each)(void *arg, char sign, const char *line, size_t length), void *arg)
{
	return line_diff(edit->before != NULL ? edit->before : "", edit->text, AROUND, each, arg);
}

/* ---- In place ---- */

static bool unchanged(const struct edit *edit, struct fault *fault)
{
	char *now = file_read(edit->path, TEXT_MOST, NULL, fault);
	bool same = now == NULL ? edit->before == NULL && errno == ENOENT :
				  edit->before != NULL && strcmp(now, edit->before) == 0;

	free(now);
	if (same)
		return true;
	fault_set(fault, FAULT_STALE,
	    "%s was changed by somebody else meanwhile; it is not touched", edit->path);
	return fault_next(fault,
	    "your text is lost when you leave: copy what you need, and begin "
	    "again");
}

/* The new file gets what the old one had: its owner, its group, its mode. */
static bool take_over(const struct edit *edit, int fd)
{
	struct stat ours;

	if (fstat(fd, &ours) != 0)
		return false;
	if ((ours.st_uid != edit->was.st_uid || ours.st_gid != edit->was.st_gid) &&
	    fchown(fd, edit->was.st_uid, edit->was.st_gid) != 0 && edit->before != NULL)
		return false;
	return fchmod(fd, edit->before != NULL ? edit->was.st_mode & 07777 : 0644) == 0;
}

bool edit_put(struct edit *edit, struct fault *fault)
{
	char temporary[PATH_MAX];

	if (!unchanged(edit, fault))
		return false;
	if (!text_format(temporary, sizeof temporary, "%s.new-XXXXXX", edit->path))
		return fault_errno(fault, ENAMETOOLONG, "cannot write %s", edit->path);
	int fd = mkostemp(temporary, O_CLOEXEC);

	if (fd < 0)
		return fault_errno(fault, errno, "cannot write %s", edit->path);
	bool done = take_over(edit, fd) && file_write_all(fd, edit->text, strlen(edit->text)) &&
	    fsync(fd) == 0;
	int error = errno;

	if (close(fd) != 0 && done) {
		done = false;
		error = errno;
	}
	if (!done)
		fault_errno(fault, error, "cannot write %s", edit->path);
	done = done && unchanged(edit, fault);
	if (done && rename(temporary, edit->path) != 0)
		done = fault_errno(fault, errno, "cannot write %s", edit->path);
	if (!done) {
		unlink(temporary);
		return false;
	}
	return file_sync_folder(edit->path) ||
	    fault_errno(fault, errno, "%s is in place, but maybe not on the disk", edit->path);
}
