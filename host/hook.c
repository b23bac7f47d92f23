/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A thread a run, because exec reads the program from a disk and makes its caller
 * wait for that. It waits for output, end, deadline and the end of the host on
 * descriptors (a pidfd among them), and for no process but its own: the host has no
 * SIGCHLD to share. What the command leaves running in the background is its own
 * business, unless its time is over.
 */
#include "config.h"

#include "host/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/clock.h"
#include "data/memory.h"
#include "data/text.h"
#include "host/supervisor.h"

#define HOOK_LIMIT (30 * CLOCK_SECOND)
#define HOOK_LEAVE (2 * CLOCK_SECOND) /* while the host ends */
#define HOOK_DYING (5 * CLOCK_SECOND) /* killed, and yet there: the kernel holds it */
#define HOOK_WORDS 14

struct hook {
	struct host *host;
	struct hook_run *running;
};

struct hook_run {
	struct hook *hook;
	pthread_t thread;
	int stop; /* eventfd: the host ends */
	char *command, *input;
	char *environment[HOOK_WORDS + 1];
	char said[sizeof(((struct hook_outcome *)0)->text) * 2]; /* the line that is being read */
	size_t said_length;
	struct hook_outcome outcome;
	void (*done)(void *arg, const struct hook_outcome *outcome);
	void *arg;
};

struct hook *hook_new(struct host *host)
{
	struct hook *hook = memory_new(sizeof *hook);

	hook->host = host;
	return hook;
}

bool hook_busy(const struct hook *hook)
{
	return hook->running;
}

static void run_free(struct hook_run *run)
{
	for (size_t i = 0; run->environment[i]; i++)
		free(run->environment[i]);
	if (run->stop >= 0)
		close(run->stop);
	free(run->command);
	free(run->input);
	free(run);
}

/* ---- On its thread ---- */

/* Keeps the last line that is not empty. */
static void take_output(struct hook_run *run, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != '\n' && run->said_length < sizeof run->said)
			run->said[run->said_length++] = bytes[i];
		if (bytes[i] != '\n' || !run->said_length)
			continue;
		text_clean(run->outcome.text, sizeof run->outcome.text, run->said,
		    run->said_length);
		run->said_length = 0;
	}
}

/* What is there; false at the end. */
static bool read_output(struct hook_run *run, int fd)
{
	char bytes[4096];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof bytes)) > 0)
		take_output(run, bytes, (size_t)got);
	return got < 0 && (errno == EAGAIN || errno == EINTR);
}

static pid_t spawn(struct hook_run *run, int in, int out, int *error_r)
{
	char *argv[] = { run->command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	pid_t pid = -1;

	/* The host ignores some signals and this thread blocks all. */
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes,
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
	/* All of ours are close-on-exec; what a library opened may not be. */
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	*error_r = posix_spawn(&pid, run->command, &files, &attributes, argv, run->environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return *error_r ? -1 : pid;
}

/* Until the process has ended, by itself or because its time was over. */
static void watch(struct hook_run *run, pid_t pid, int process, int output)
{
	struct pollfd look[] = {
		{ .fd = process, .events = POLLIN },
		{ .fd = output, .events = POLLIN },
		{ .fd = run->stop, .events = POLLIN },
	};
	int64_t end = clock_monotonic() + HOOK_LIMIT;
	bool killed = false, leaving = false;

	while (!(look[0].revents & POLLIN)) {
		int64_t left = end - clock_monotonic();
		if (left <= 0 && killed)
			break;
		if (left <= 0) {
			kill(-pid, SIGKILL);
			killed = true;
			left = HOOK_DYING;
			end = clock_monotonic() + left;
		}
		if (poll(look, 3, (int)(left / 1000000) + 1) < 0 && errno != EINTR)
			break;
		if (look[1].revents && !read_output(run, output))
			look[1].fd = -1;
		if (look[2].revents) {
			look[2].fd = -1;
			leaving = !killed && end > clock_monotonic() + HOOK_LEAVE;
			if (leaving)
				end = clock_monotonic() + HOOK_LEAVE;
		}
	}
	if (look[1].fd >= 0)
		read_output(run, output);
	take_output(run, "\n", 1);
	if (killed && leaving)
		text_format(run->outcome.text, sizeof run->outcome.text,
		    "killed: steward ended meanwhile");
	else if (killed)
		text_format(run->outcome.text, sizeof run->outcome.text,
		    "killed: it had not ended after %d seconds", (int)(HOOK_LIMIT / CLOCK_SECOND));
}

static void reap(struct hook_run *run, pid_t pid)
{
	siginfo_t info = { .si_code = CLD_KILLED, .si_status = SIGKILL };

	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG);
	run->outcome.exit = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

static void fail(struct hook_run *run, const char *what, int error)
{
	const char *why = strerrordesc_np(error);

	text_format(run->outcome.text, sizeof run->outcome.text, "%s: %s", what,
	    why ? why : "unknown error");
}

static void hook_started(struct hook_run *run, pid_t pid, int input, int output)
{
	int process = pidfd_open(pid, 0);

	/* It fits a pipe; who does not read it has lost it. */
	fcntl(input, F_SETFL, O_NONBLOCK);
	fcntl(output, F_SETFL, O_NONBLOCK);
	if (write(input, run->input, strlen(run->input)) < 0 && errno != EPIPE)
		take_output(run, "could not be given the alert\n", 29);
	close(input);
	run->outcome.ran = process >= 0;
	if (process >= 0) {
		watch(run, pid, process, output);
		close(process);
	} else {
		fail(run, "no descriptor to wait for it with", errno);
		kill(-pid, SIGKILL);
	}
	reap(run, pid);
}

static void hook_done(void *arg);

static void *hook_main(void *arg)
{
	struct hook_run *run = arg;
	int in[2], out[2], error;

	prctl(PR_SET_NAME, "host/hook", 0, 0, 0);
	if (pipe2(in, O_CLOEXEC) < 0) {
		fail(run, "no pipe", errno);
		goto out;
	}
	if (pipe2(out, O_CLOEXEC) < 0) {
		fail(run, "no pipe", errno);
		close(in[0]);
		close(in[1]);
		goto out;
	}
	pid_t pid = spawn(run, in[0], out[1], &error);
	close(in[0]);
	close(out[1]);
	if (pid > 0) {
		hook_started(run, pid, in[1], out[0]);
	} else {
		fail(run, run->command, error);
		close(in[1]);
	}
	close(out[0]);
out:
	host_post(run->hook->host, hook_done, run);
	return NULL;
}

/* ---- On the supervisor's ---- */

static void hook_done(void *arg)
{
	struct hook_run *run = arg;

	pthread_join(run->thread, NULL);
	run->hook->running = NULL;
	run->done(run->arg, &run->outcome);
	run_free(run);
}

static char *from_host(const char *name, const char *fallback)
{
	const char *value = getenv(name);

	return memory_format("%s=%s", name, value && *value ? value : fallback);
}

static void fill_environment(struct hook_run *run, const struct alert *alert, const char *state)
{
	char since[40];
	size_t n = 0;

	clock_rfc3339(alert->since_us, since, sizeof since);
	run->environment[n++] = memory_format("STEWARD_ALERT_ID=%s", alert->id);
	run->environment[n++] =
	    memory_format("STEWARD_ALERT_SEVERITY=%s", alert_severity_name(alert->severity));
	run->environment[n++] = memory_format("STEWARD_ALERT_STATE=%s", state);
	run->environment[n++] = memory_format("STEWARD_ALERT_SERVICE=%s", alert->service);
	run->environment[n++] = memory_format("STEWARD_ALERT_TEXT=%s", alert->text);
	run->environment[n++] = memory_format("STEWARD_ALERT_CAUSE=%s", alert->cause);
	run->environment[n++] = memory_format("STEWARD_ALERT_CONSEQUENCE=%s", alert->consequence);
	run->environment[n++] = memory_format("STEWARD_ALERT_NEXT=%s", alert->next);
	run->environment[n++] = memory_format("STEWARD_ALERT_SINCE=%s", since);
	run->environment[n++] = memory_format("STEWARD_ALERT_HOST=%s", run->hook->host->name);
	run->environment[n++] = from_host("PATH", "/usr/local/bin:/usr/bin:/bin");
	run->environment[n++] = from_host("HOME", run->hook->host->home.state);
	run->environment[n++] = from_host("LANG", "C.UTF-8");
}

static char *make_input(const struct host *host, const struct alert *alert, const char *state)
{
	json_t *document = alert_document(alert);

	json_object_set_new(document, "version", json_integer(1));
	json_object_set_new(document, "state", json_string(state));
	json_object_set_new(document, "host", json_string(host->name));
	char *text = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	char *line = memory_format("%s\n", text ? text : "{}");
	free(text);
	return line;
}

bool hook_run(struct hook *hook, const char *command, const struct alert *alert, const char *state,
    void (*done)(void *arg, const struct hook_outcome *outcome), void *arg, struct fault *fault)
{
	sigset_t all, before;

	if (hook->running)
		return fault_set(fault, FAULT_FAILED, "%s is still running", command);
	struct hook_run *run = memory_new(sizeof *run);
	run->hook = hook;
	run->done = done;
	run->arg = arg;
	run->command = memory_string(command);
	run->input = make_input(hook->host, alert, state);
	fill_environment(run, alert, state);
	run->stop = eventfd(0, EFD_CLOEXEC);
	int error = run->stop < 0 ? errno : 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (!error)
		error = pthread_create(&run->thread, NULL, hook_main, run);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error) {
		run_free(run);
		return fault_errno(fault, error, "cannot run %s", command);
	}
	hook->running = run;
	return true;
}

void hook_free(struct hook *hook)
{
	const uint64_t one = 1;

	if (hook && hook->running) {
		while (write(hook->running->stop, &one, sizeof one) < 0 && errno == EINTR)
			continue;
		hook_done(hook->running);
	}
	free(hook);
}
