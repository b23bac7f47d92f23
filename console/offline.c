/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/offline.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/file.h"
#include "data/home.h"
#include "data/intl.h"
#include "data/memory.h"
#include "data/text.h"

/*
 * The console knows no service: the schema and the checks are steward-host's,
 * and reach us as text over a pipe. posix_spawn keeps that small.
 */
#define OUTPUT_MAX (16 * 1024 * 1024)
#define SAID_MAX 65536

bool offline_program(const char *program, const char *folder, char path_r[PATH_MAX],
    struct fault *fault)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	if (n > 0) {
		self[n] = '\0';
		char *name = strrchr(self, '/');

		if (name != NULL &&
		    text_format(path_r, PATH_MAX, "%.*s/%s", (int)(name - self), self, program) &&
		    access(path_r, X_OK) == 0)
			return true;
	}
	if (text_format(path_r, PATH_MAX, "%s/%s", folder, program) && access(path_r, X_OK) == 0)
		return true;
	fault_set(fault, FAULT_FAILED, "%s is neither beside steward nor in %s", program, folder);
	return fault_next(fault, "build it, or install the package again");
}

/* Starts argv with stdin from nowhere; out_r: a pipe from its stdout (and from
 * its stderr with both). -1 and fault. */
static pid_t start(char *const *argv, bool both, int *out_r, struct fault *fault)
{
	posix_spawn_file_actions_t files;
	int ends[2];
	pid_t pid = -1;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		fault_errno(fault, errno, "cannot make a pipe");
		return -1;
	}
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
	if (both)
		posix_spawn_file_actions_adddup2(&files, ends[1], STDERR_FILENO);
	int error = posix_spawn(&pid, argv[0], &files, NULL, argv, environ);

	posix_spawn_file_actions_destroy(&files);
	close(ends[1]);
	if (error != 0) {
		close(ends[0]);
		fault_errno(fault, error, "cannot run %s", argv[0]);
		return -1;
	}
	*out_r = ends[0];
	return pid;
}

/* Everything until the other end closes, a NUL behind it; NULL: too much. */
static char *read_all(int fd, size_t *length_r)
{
	size_t length = 0, capacity = 65536;
	char *bytes = memory_new(capacity);

	for (;;) {
		if (capacity - length < 2)
			bytes = memory_resize(bytes, capacity *= 2, 1);
		ssize_t n = read(fd, bytes + length, capacity - length - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		length += (size_t)n;
		if (length > OUTPUT_MAX) {
			free(bytes);
			return NULL;
		}
	}
	bytes[length] = '\0';
	*length_r = length;
	return bytes;
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What argv printed; its exit status in status_r. NULL: fault. */
static char *output_of(char *const *argv, bool both, int *status_r, size_t *length_r,
    struct fault *fault)
{
	int fd;
	pid_t pid = start(argv, both, &fd, fault);

	if (pid < 0)
		return NULL;
	char *output = read_all(fd, length_r);

	close(fd); /* too much: the program's next write ends it */
	*status_r = wait_for(pid);
	if (output == NULL)
		fault_set(fault, FAULT_FAILED, "%s printed more than 16 MiB", argv[0]);
	return output;
}

json_t *offline_describe(struct fault *fault)
{
	char program[PATH_MAX];
	char *argv[] = { program, "--describe", NULL };
	size_t length;
	int status;

	if (!offline_program("steward-host", PKGLIBEXECDIR, program, fault))
		return NULL;
	char *output = output_of(argv, false, &status, &length, fault);

	if (output == NULL)
		return NULL;
	json_t *schema = status == 0 ? json_loadb(output, length, 0, NULL) : NULL;

	if (!json_is_object(schema)) {
		json_decref(schema);
		schema = NULL;
		fault_set(fault, FAULT_FAILED, "%s --describe gave no schema (exit status %d)",
		    program, status);
	}
	free(output);
	return schema;
}

/* The last line of output that says something is the reason. */
static void take_reason(char *output, const char *file, struct fault *fault)
{
	char clean[sizeof fault->text];
	char *line = output;

	for (char *end = output + strlen(output); end > output && end[-1] == '\n'; end--)
		end[-1] = '\0';
	if (*output == '\0') {
		fault_set(fault, FAULT_FAILED, "%s: there is a mistake in it",
		    *file != '\0' ? file : _("settings"));
		return;
	}
	/* "PROGRAM: FILE:LINE: ..." is told as our own words. */
	if (strncmp(line, "steward-host: ", 14) == 0)
		line += 14;
	char *more = strchr(line, '\n');

	if (more != NULL)
		*more++ = '\0';
	text_clean(clean, sizeof clean, line, strlen(line));
	fault_set(fault, FAULT_FAILED, "%s", clean);
	if (more != NULL) {
		more += strspn(more, " ");
		text_clean(clean, sizeof clean, more, strlen(more));
		fault_next(fault, "%s", clean);
	}
}

bool offline_check(const char *file, const char *home, struct fault *fault)
{
	char program[PATH_MAX], why[512];
	struct home found;
	size_t length;
	int status;

	if (!home_find(home, true, &found, why, sizeof why))
		return fault_set(fault, FAULT_USAGE, "%s", why);
	if (!offline_program("steward-host", PKGLIBEXECDIR, program, fault))
		return false;
	char *argv[] = { program, "--check", (char *)file, found.installed ? NULL : "--home",
		found.folder, NULL };
	char *output = output_of(argv, true, &status, &length, fault);

	if (output == NULL)
		return false;
	if (status != 0)
		take_reason(output, file, fault);
	free(output);
	return status == 0;
}

/* Runs argv without input; what it says goes to stderr, or to said (-1: none).
 * Its exit status, or -1 when it cannot be run. */
static int run_program(char *const *argv, int said)
{
	posix_spawn_file_actions_t files;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (said >= 0)
		posix_spawn_file_actions_adddup2(&files, said, STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
	int error = posix_spawnp(&pid, argv[0], &files, NULL, argv, environ);

	posix_spawn_file_actions_destroy(&files);
	errno = error;
	return error != 0 ? -1 : wait_for(pid);
}

/* An installed stewardd that systemd knows is systemd's to start: else it would
 * run without its watchdog and beside its unit. */
static bool systemd_has_it(const char *program)
{
	char *argv[] = { "systemctl", "cat", "steward.service", NULL };

	if (strcmp(program, SBINDIR "/stewardd") != 0 || access("/run/systemd/system", F_OK) != 0)
		return false;
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	bool has_it = run_program(argv, nowhere) == 0;

	if (nowhere >= 0)
		close(nowhere);
	return has_it;
}

/* A file and no pipe: a program that goes on in the background may keep it. */
static char *take_said(int said)
{
	char *text = memory_new(SAID_MAX + 1);
	ssize_t length = said >= 0 ? pread(said, text, SAID_MAX, 0) : 0;

	if (said >= 0)
		close(said);
	if (length > 0)
		return text;
	free(text);
	return NULL;
}

bool offline_start(const char *home, char **said_r, struct fault *fault)
{
	*said_r = NULL;
	char program[PATH_MAX], why[512];
	struct home found;

	if (!home_find(home, true, &found, why, sizeof why))
		return fault_set(fault, FAULT_USAGE, "%s", why);
	if (!offline_program("stewardd", SBINDIR, program, fault))
		return false;
	char *by_systemd[] = { "systemctl", "start", "steward.service", NULL };
	char *directly[] = { program, found.installed ? NULL : "--home", found.folder, NULL };
	bool systemd = found.installed && systemd_has_it(program);
	int said = memfd_create("said", MFD_CLOEXEC);
	int status = run_program(systemd ? by_systemd : directly, said);
	int error = errno;

	*said_r = take_said(said);
	if (status < 0)
		return fault_errno(fault, error, "cannot run %s", program);
	if (status == 0)
		return true;
	fault_set(fault, FAULT_FAILED, "stewardd did not start (exit status %d)", status);
	if (systemd)
		fault_next(fault, "journalctl -u steward says why");
	return false;
}

bool offline_runs(const char *home)
{
	char path[PATH_MAX], why[512];
	struct home found;
	struct fault fault;
	size_t length;

	if (!home_find(home, true, &found, why, sizeof why) ||
	    !text_format(path, sizeof path, "%s/lock", found.run))
		return false;
	char *text = file_read(path, 64, &length, &fault);
	int64_t pid = 0;

	if (text != NULL)
		text[strcspn(text, "\n")] = '\0';
	bool runs = text != NULL && text_integer(text, &pid) && pid > 0 && pid <= INT_MAX &&
	    (kill((pid_t)pid, 0) == 0 || errno == EPERM);

	free(text);
	return runs;
}
