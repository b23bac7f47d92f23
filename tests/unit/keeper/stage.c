/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything is waited for by a descriptor: the puppet's reports, systemd's
 * datagrams, the end of a process.
 */
#include "tests/unit/keeper/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void wait_readable(const struct stage *s, int fd, const char *what)
{
	struct pollfd set = { fd, POLLIN, 0 };
	char log[2000];

	if (poll(&set, 1, STAGE_MS) == 1)
		return;
	stage_log(s, log, sizeof log);
	fail_msg("waited in vain for %s; stewardd said:\n%s", what, log);
}

static int bound(int type, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "%s", name);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	return fd;
}

/* ---- Beginning and end ---- */

bool stage_possible(void)
{
	if (geteuid() != 0 || getpwnam("steward"))
		return true;
	print_message("there is no user steward (./setup check makes it)\n");
	return false;
}

int stage_open(void **state)
{
	static unsigned number;
	struct stage *s = calloc(1, sizeof *s);
	const char *given = getenv("STEWARDD");
	char name[80];

	assert_non_null(s);
	strcpy(s->home, "/tmp/steward-keeper-XXXXXX");
	assert_non_null(mkdtemp(s->home));
	assert_int_equal(chmod(s->home, 0755), 0);
	/* This is BUILD/tests/unit/keeper/test_keeper. */
	ssize_t length = readlink("/proc/self/exe", s->puppet, sizeof s->puppet - 64);
	assert_true(length > 0);
	strcpy(strrchr(s->puppet, '/'), "/puppet");
	strcpy(s->program, s->puppet);
	for (int i = 0; i < 4; i++)
		*strrchr(s->program, '/') = '\0';
	strcat(s->program, "/stewardd");
	if (given)
		snprintf(s->program, sizeof s->program, "%s", given);
	snprintf(s->name, sizeof s->name, "steward-puppet-%d-%u", getpid(), ++number);
	s->reports = bound(SOCK_SEQPACKET, s->name);
	assert_int_equal(listen(s->reports, 16), 0);
	snprintf(name, sizeof name, "%s-notify", s->name);
	s->notify = bound(SOCK_DGRAM, name);
	s->host = s->keeper_end = s->error = -1;
	*state = s;
	return 0;
}

int stage_close(void **state)
{
	struct stage *s = *state;
	char command[100];

	if (s->keeper > 0) {
		kill(s->keeper, SIGKILL);
		waitpid(s->keeper, NULL, 0);
		close(s->keeper_end);
	}
	if (s->host >= 0)
		close(s->host); /* which ends the puppet */
	close(s->reports);
	close(s->notify);
	snprintf(command, sizeof command, "rm -rf %s", s->home);
	int status = system(command);
	free(s);
	return status;
}

/* In the child. */
static void execute(const struct stage *s, char *const *words)
{
	char *argv[16] = { "stewardd", "--home", (char *)(uintptr_t)s->home, "--host",
		(char *)(uintptr_t)s->puppet };
	char notify[100], probe[100];
	int count = 5;

	while (*words && count < 15)
		argv[count++] = *words++;
	snprintf(notify, sizeof notify, "@%s-notify", s->name);
	snprintf(probe, sizeof probe, "%s/probe", s->home);
	setenv("NOTIFY_SOCKET", notify, 1);
	setenv("PUPPET", s->name, 1);
	setenv("PUPPET_PROBE", probe, 1);
	unsetenv("STEWARD_HOME");
	execv(s->program, argv);
	_exit(98);
}

static pid_t spawn(const struct stage *s, char *const *words)
{
	char log[100];

	snprintf(log, sizeof log, "%s/messages", s->home);
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
		dup2(fd, STDOUT_FILENO);
		dup2(s->error >= 0 ? s->error : fd, STDERR_FILENO);
		execute(s, words);
	}
	assert_true(pid > 0);
	return pid;
}

static void start(struct stage *s, char *const *words)
{
	s->keeper = spawn(s, words);
	s->keeper_end = (int)syscall(SYS_pidfd_open, s->keeper, 0);
	assert_true(s->keeper_end >= 0);
}

void stage_start(struct stage *s)
{
	char *words[] = { "--foreground", NULL };

	start(s, words);
}

void stage_start_background(struct stage *s)
{
	char *words[] = { NULL };

	start(s, words);
}

static int status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int stage_run(struct stage *s, char *text, size_t size, char *const *words)
{
	char log[100];

	snprintf(log, sizeof log, "%s/messages", s->home);
	unlink(log);
	pid_t pid = spawn(s, words);
	int end = (int)syscall(SYS_pidfd_open, pid, 0);
	wait_readable(s, end, "the end of stewardd");
	close(end);
	stage_log(s, text, size);
	return status_of(pid);
}

int stage_wait(struct stage *s)
{
	pid_t pid = s->keeper;

	wait_readable(s, s->keeper_end, "the end of stewardd");
	close(s->keeper_end);
	s->keeper = 0;
	return status_of(pid);
}

/* ---- The puppet ---- */

static bool report(struct stage *s)
{
	wait_readable(s, s->host, "a report of the host");
	ssize_t length = recv(s->host, s->line, sizeof s->line - 1, 0);
	s->line[length > 0 ? length : 0] = '\0';
	return length > 0;
}

void stage_expect(struct stage *s, const char *prefix)
{
	if (!report(s))
		fail_msg("the host ended instead of \"%s\"", prefix);
	if (strncmp(s->line, prefix, strlen(prefix)) != 0)
		fail_msg("\"%s\" instead of \"%s\"", s->line, prefix);
}

void stage_host_gone(struct stage *s)
{
	if (report(s))
		fail_msg("\"%s\" instead of its end", s->line);
	close(s->host);
	s->host = -1;
}

void stage_next_host(struct stage *s)
{
	while (s->host >= 0 && report(s))
		;
	if (s->host >= 0)
		close(s->host);
	wait_readable(s, s->reports, "a host");
	s->host = accept4(s->reports, NULL, NULL, SOCK_CLOEXEC);
	assert_true(s->host >= 0);
	stage_expect(s, "start ");
	s->host_pid = (pid_t)strtol(s->line + 6, NULL, 10);
	stage_expect(s, "hello ");
}

void stage_settle(struct stage *s)
{
	stage_do(s, "ready");
	stage_do(s, "settled");
	stage_notified(s, "READY=1");
}

void stage_begin(struct stage *s)
{
	stage_start(s);
	stage_next_host(s);
	stage_settle(s);
}

void stage_stop(struct stage *s)
{
	kill(s->keeper, SIGTERM);
	stage_expect(s, "stop");
	stage_host_gone(s);
	stage_notified(s, "STOPPING=1");
	assert_int_equal(stage_wait(s), 0);
}

static void command(struct stage *s, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

static void command(struct stage *s, const char *format, va_list list)
{
	char line[900];

	vsnprintf(line, sizeof line, format, list);
	assert_int_equal(send(s->host, line, strlen(line), MSG_NOSIGNAL), strlen(line));
}

void stage_do(struct stage *s, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	command(s, format, list);
	va_end(list);
	stage_expect(s, "did ");
}

void stage_end_host(struct stage *s, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	command(s, format, list);
	va_end(list);
}

unsigned stage_listen(struct stage *s, unsigned id, const char *service, unsigned hint)
{
	unsigned port, got;

	stage_end_host(s, "listen %u %s listen tcp 127.0.0.1 0 2 1 %u", id, service, hint);
	stage_expect(s, "grant ");
	assert_int_equal(sscanf(s->line, "grant %u port %u", &got, &port), 2);
	assert_int_equal(got, id);
	return port;
}

/* ---- Around it ---- */

void stage_hear(struct stage *s)
{
	wait_readable(s, s->notify, "a datagram for systemd");
	ssize_t length = recv(s->notify, s->line, sizeof s->line - 1, 0);
	s->line[length > 0 ? length : 0] = '\0';
}

static bool repeated(const char *line)
{
	return !strcmp(line, "WATCHDOG=1") || !strncmp(line, "EXTEND_TIMEOUT_USEC=", 20);
}

void stage_notified(struct stage *s, const char *text)
{
	size_t length = strlen(text);
	int others = 0;

	do
		stage_hear(s);
	while (repeated(s->line) && strncmp(s->line, text, length) != 0 && ++others < 100);
	if (strncmp(s->line, text, length) != 0)
		fail_msg("systemd got \"%s\" instead of \"%s\"", s->line, text);
}

int stage_dial(unsigned port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	close(fd);
	return -1;
}

void stage_log(const struct stage *s, char *text, size_t size)
{
	char path[100];

	snprintf(path, sizeof path, "%s/messages", s->home);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);
	text[length > 0 ? length : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

void stage_expect_log(const struct stage *s, const char *part)
{
	char log[8000];

	stage_log(s, log, sizeof log);
	if (!strstr(log, part))
		fail_msg("\"%s\" is not in:\n%s", part, log);
}

void stage_wait_log(const struct stage *s, const char *part)
{
	char log[8000], path[100], event[512];
	int watch = inotify_init1(IN_CLOEXEC);

	snprintf(path, sizeof path, "%s/messages", s->home);
	assert_true(inotify_add_watch(watch, path, IN_MODIFY) >= 0);
	for (;;) {
		stage_log(s, log, sizeof log);
		if (strstr(log, part))
			break;
		wait_readable(s, watch, part);
		assert_true(read(watch, event, sizeof event) > 0);
	}
	close(watch);
}

void stage_write(const struct stage *s, const char *name, const char *text, mode_t mode)
{
	char path[100];

	snprintf(path, sizeof path, "%s/%s", s->home, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}
