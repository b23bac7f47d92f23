/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From fork to exec. The program is opened before the rights are given up and
 * executed by that descriptor when its path is closed to the user steward, as
 * that of a build tree in somebody's home may be.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keeper/keeper.h"

#define CHILD_KEEPS 5 /* descriptors below this one are the program's */

bool child_find_user(struct keeper *k)
{
	const struct passwd *user = getpwnam(KEEPER_USER);

	if (!user || !user->pw_uid) {
		errno = user ? EPERM : ENOENT;
		return false;
	}
	k->uid = user->pw_uid;
	k->gid = user->pw_gid;
	return true;
}

bool child_drop(const struct keeper *k)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };

	if (!k->uid) {
		errno = ENOENT;
		return false;
	}
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	return initgroups(KEEPER_USER, k->gid) == 0 && setresgid(k->gid, k->gid, k->gid) == 0 &&
	    setresuid(k->uid, k->uid, k->uid) == 0 && syscall(SYS_capset, &header, none) == 0;
}

static void child_limits(void)
{
	struct rlimit core;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* One byte and not none: a core_pattern that is a pipe ignores 0, but the
	 * kernel takes 1 for "no core at all". */
	if (getrlimit(RLIMIT_CORE, &core) == 0 && (!core.rlim_cur || !getenv("STEWARD_CORE"))) {
		core.rlim_cur = core.rlim_max = 1;
		setrlimit(RLIMIT_CORE, &core);
	}
}

static bool child_descriptors(const struct child *child)
{
	int keep[2] = { -1, -1 };

	for (int i = 0; i < 2; i++)
		if (child->keep[i] >= 0 &&
		    (keep[i] = fcntl(child->keep[i], F_DUPFD_CLOEXEC, CHILD_KEEPS)) < 0)
			return false;
	for (int i = 0; i < 2; i++)
		if (keep[i] >= 0 && dup2(keep[i], 3 + i) < 0)
			return false;
	if (child->output >= 0 && dup2(child->output, STDOUT_FILENO) < 0)
		return false;
	unsigned first = keep[0] >= 0 ? CHILD_KEEPS : STDERR_FILENO + 1;
	return close_range(first, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

static void child_environment(const struct keeper *k, const struct child *child)
{
	if (!child->drop) {
		clearenv();
		return;
	}
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	unsetenv("STEWARD_KEEPER_STATE");
	if (child->keep[0] >= 0)
		setenv("STEWARD_KEEPER", "3,4", 1);
	if (!k->root)
		return;
	setenv("HOME", k->home.state, 1);
	setenv("USER", KEEPER_USER, 1);
	setenv("LOGNAME", KEEPER_USER, 1);
}

/* Returns what failed, with errno. */
static const char *child_run(const struct keeper *k, const struct child *child)
{
	child_limits();
	if (child->keep[0] >= 0)
		setpgid(0, 0); /* ^C in a terminal is the keeper's business */
	int program = open(child->program, O_PATH | O_CLOEXEC);
	if (program >= 0 && program < CHILD_KEEPS)
		program = fcntl(program, F_DUPFD_CLOEXEC, CHILD_KEEPS);
	if (!child_descriptors(child))
		return "pass descriptors to";
	if (k->root && child->drop && !child_drop(k))
		return "become user " KEEPER_USER " for";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return "set no_new_privs for";
	child_environment(k, child);
	char *const *argv = (char *const *)child->argv;
	/* By its path where that is possible: scripts need it, and older kernels
	 * name the process after the descriptor otherwise. */
	execve(child->program, argv, environ);
	if (program >= 0 && errno == EACCES)
		execveat(program, "", argv, environ, AT_EMPTY_PATH);
	return "execute";
}

pid_t child_start(const struct keeper *k, const struct child *child)
{
	struct keeper_message message = { .version = KEEPER_VERSION, .type = KEEPER_FAILED };
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	int report = fcntl(child->keep[0], F_DUPFD_CLOEXEC, CHILD_KEEPS);
	const char *step = child_run(k, child);
	snprintf(message.text, sizeof message.text, "cannot %s %.400s: %s", step, child->program,
	    strerror(errno));
	if (report < 0 || send(report, &message, sizeof message, MSG_NOSIGNAL) < 0)
		keeper_say("%s", message.text);
	_exit(127);
}
