/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stewardd as a whole: options, start, the background, rights, hostile hosts. */
#include <errno.h>
#include <netinet/in.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "keeper/protocol.h"
#include "tests/unit/keeper/stage.h"

/* ---- Start and stop ---- */

static void test_start_and_stop(void **state)
{
	struct stage *s = *state;
	char path[100];
	struct stat lock;

	STAGE_NEEDS_USER();
	stage_start(s);
	stage_next_host(s);
	assert_non_null(strstr(s->line, geteuid() ? "flags 6 " : "flags 7 "));
	stage_end_host(s, "listen 1 control control unix %s/state/control 0 1 1 0", s->home);
	stage_expect(s, "grant 1 port 0 count 1 fds 1");
	stage_settle(s);
	stage_do(s, "status three services\trun");
	stage_notified(s, "STATUS=three services run");
	stage_end_host(s, "descriptors");
	stage_expect(s, "descriptors 0 1 2 3 4 6");
	stage_stop(s);
	snprintf(path, sizeof path, "%s/state/control", s->home);
	assert_int_equal(access(path, F_OK), -1);
	snprintf(path, sizeof path, "%s/state/lock", s->home);
	assert_int_equal(stat(path, &lock), 0);
	assert_int_equal(lock.st_size, 0);
}

static void test_usage(void **state)
{
	static const struct {
		char *words[3];
		int status;
		const char *text;
	} rows[] = {
		{ { "--nonsense" }, 2, "usage: stewardd" },
		{ { "word" }, 2, "usage: stewardd" },
		{ { "--home" }, 2, "usage: stewardd" },
		{ { "--home", "" }, 2, "usage: stewardd" },
		{ { "--probe" }, 0, KEEPER_PROBE_OUTPUT },
		{ { "--host", "/no/such/program" }, 1, "/no/such/program" },
		{ { "--version" }, 0, "stewardd " },
		{ { "--help" }, 0, "usage: stewardd" },
	};
	struct stage *s = *state;
	char text[2000];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int status = stage_run(s, text, sizeof text, (char *const *)rows[i].words);
		if (status != rows[i].status || !strstr(text, rows[i].text))
			fail_msg("row %zu: %d %s", i, status, text);
	}
}

static void test_one_a_home(void **state)
{
	struct stage *s = *state;
	char text[2000], pid[32];
	char *words[] = { NULL };

	STAGE_NEEDS_USER();
	stage_begin(s);
	assert_int_equal(stage_run(s, text, sizeof text, words), 1);
	snprintf(pid, sizeof pid, "already running (pid %d)", s->keeper);
	assert_non_null(strstr(text, pid));
	stage_stop(s);
}

/* The state folder is the host's: it can put the lock there out of the way. */
static void test_one_a_home_whatever_the_host_removes(void **state)
{
	struct stage *s = *state;
	char text[2000], pid[32], path[100];
	char *words[] = { "--foreground", NULL };
	struct stat lock;

	if (geteuid() != 0) {
		print_message("only root's keeper is another user than its host\n");
		skip();
	}
	STAGE_NEEDS_USER();
	stage_begin(s);
	snprintf(path, sizeof path, "%s/state/lock", s->home);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(stage_run(s, text, sizeof text, words), 1);
	snprintf(pid, sizeof pid, "already running (pid %d)", s->keeper);
	assert_non_null(strstr(text, pid));
	/* Neither the lock nor who might lock it is the host's. */
	snprintf(path, sizeof path, "%s/lock", s->home);
	assert_int_equal(stat(path, &lock), 0);
	assert_int_equal(lock.st_uid, 0);
	assert_int_equal(lock.st_mode & 07777, 0640);
	stage_stop(s);
}

/* poll() alone takes two, and what is started would fail in the middle. */
static void test_too_few_files(void **state)
{
	struct stage *s = *state;
	char text[2000], script[4200];
	char *words[] = { "--foreground", NULL };

	STAGE_NEEDS_USER();
	snprintf(script, sizeof script, "#!/bin/sh\nulimit -n 9\nexec %.4000s \"$@\"\n",
	    s->program);
	stage_write(s, "stewardd", script, 0755);
	snprintf(s->program, sizeof s->program, "%s/stewardd", s->home);
	assert_int_equal(stage_run(s, text, sizeof text, words), 1);
	assert_non_null(strstr(text, "the limit of open files is 9: stewardd needs at least 32"));
}

static void test_first_host_cannot_start(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	stage_start(s);
	stage_next_host(s);
	stage_end_host(s, "failed steward.conf:2: a number is missing");
	assert_int_equal(stage_wait(s), 1);
	stage_expect_log(s, "stewardd: steward.conf:2: a number is missing\n");
}

static void test_first_host_ends_at_once(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	stage_start(s);
	stage_next_host(s);
	stage_end_host(s, "exit 3");
	assert_int_equal(stage_wait(s), 1);
	stage_expect_log(s, "exit status 3, before it was ready");
}

static void test_program_that_cannot_be_executed(void **state)
{
	struct stage *s = *state;
	char text[2000];
	char *words[] = { "--foreground", NULL };

	STAGE_NEEDS_USER();
	stage_write(s, "rubbish", "not a program", 0755);
	snprintf(s->puppet, sizeof s->puppet, "%s/rubbish", s->home);
	assert_int_equal(stage_run(s, text, sizeof text, words), 1);
	assert_non_null(strstr(text, "cannot execute"));
	assert_non_null(strstr(text, "rubbish"));
}

/* ---- In the background ---- */

static int locked_pid(const struct stage *s)
{
	char path[100];
	int pid = 0;

	snprintf(path, sizeof path, "%s/state/lock", s->home);
	FILE *lock = fopen(path, "re");
	assert_non_null(lock);
	if (fscanf(lock, "%d", &pid) != 1)
		pid = 0;
	fclose(lock);
	return pid;
}

static void test_background(void **state)
{
	struct stage *s = *state;
	char path[100], target[200];

	STAGE_NEEDS_USER();
	stage_start_background(s);
	stage_next_host(s);
	stage_settle(s);
	assert_int_equal(stage_wait(s), 0);
	int pid = locked_pid(s);
	assert_true(pid > 0);
	assert_int_equal(getsid(pid), pid);
	for (int fd = 0; fd < 3; fd++) {
		snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
		ssize_t length = readlink(path, target, sizeof target - 1);
		target[length > 0 ? length : 0] = '\0';
		if (!strstr(target, fd == 2 ? "/state/stderr.log" : "/dev/null"))
			fail_msg("%d is %s", fd, target);
	}
	kill(pid, SIGTERM);
	stage_expect(s, "stop");
	stage_host_gone(s);
}

static void test_background_that_fails(void **state)
{
	static const struct {
		const char *order, *reason;
	} rows[] = {
		{ "failed steward.conf:7: no such setting",
		    "stewardd: steward.conf:7: no such setting\n" },
		{ "exit 5", "stewardd: exit status 5, before it was ready\n" },
	};
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		stage_start_background(s);
		stage_next_host(s);
		stage_end_host(s, "%s", rows[i].order);
		assert_int_equal(stage_wait(s), 1);
		stage_expect_log(s, rows[i].reason);
		stage_notified(s, "STATUS=");
	}
}

/* A host that crashes again and again before it is ready, on nobody's account:
 * the one who waits is told, and the keeper goes on. */
static void test_background_that_crashes(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	setenv("STEWARD_KEEPER_BACKOFF_MS", "1", 1);
	stage_start_background(s);
	unsetenv("STEWARD_KEEPER_BACKOFF_MS");
	for (int life = 0; life < 4; life++) {
		stage_next_host(s);
		stage_end_host(s, "die %d", SIGKILL);
	}
	assert_int_equal(stage_wait(s), 1);
	stage_expect_log(s, "the host ended 4 times: signal KILL, before it was ready");
	stage_next_host(s);
	stage_expect(s, "crashed");
	stage_settle(s);
	kill(locked_pid(s), SIGTERM);
	stage_expect(s, "stop");
	stage_host_gone(s);
}

/* ---- A hijacked host ---- */

static void test_hostile_host(void **state)
{
	static const char *const ways[] = { "type", "0", "service", "short", "tiny", "long",
		"cut" };
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	stage_begin(s);
	unsigned port = stage_listen(s, 1, "web", 0);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		stage_end_host(s, "misbehave %s", ways[i]);
		stage_expect(s, "misbehaved");
	}
	/* No text that ends, numbers out of every limit. */
	stage_end_host(s, "misbehave listen");
	stage_expect(s, "misbehaved");
	stage_expect(s, "refuse 4294967295 error 22");
	stage_end_host(s, "listen 7 web listen tcp 127.0.0.1 0 65 1 0");
	stage_expect(s, "refuse 7 error 22");
	stage_end_host(s, "listen 8 web listen unix /tmp/steward-outside 0 1 1 0");
	stage_expect(s, "refuse 8 error 1 ");
	stage_end_host(s, "listen 9 web listen tcp 203.0.113.9 80%s 1 1 0", geteuid() ? "80" : "");
	stage_expect(s, "refuse 9 error ");
	stage_end_host(s, "flood");
	stage_expect(s, "flooded");
	stage_expect_log(s, "what the protocol does not know");
	/* After all that it still does its work. */
	kill(s->keeper, SIGHUP);
	stage_notified(s, "RELOADING=1");
	int client = stage_dial(port);
	assert_true(client >= 0);
	close(client);
	/* Refusals of the flood come first. */
	stage_end_host(s, "misbehave record");
	do
		stage_expect(s, "");
	while (strcmp(s->line, "misbehaved") != 0);
	stage_end_host(s, "die %d", SIGKILL);
	stage_next_host(s);
	stage_expect(s, "crashed: signal KILL");
	stage_settle(s);
	stage_stop(s);
}

static void test_other_version(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	stage_begin(s);
	stage_end_host(s, "misbehave version");
	stage_next_host(s);
	stage_expect(s, "crashed: steward-host speaks protocol 2 and stewardd 1");
	stage_end_host(s, "misbehave version");
	stage_next_host(s);
	stage_expect(s, "crashed");
	stage_settle(s);
	stage_stop(s);
}

static void test_first_host_of_another_version(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	stage_start(s);
	stage_next_host(s);
	stage_end_host(s, "misbehave version");
	assert_int_equal(stage_wait(s), 1);
	stage_expect_log(s, "install both from one build");
}

/* ---- Rights ---- */

static void test_rights(void **state)
{
	struct stage *s = *state;
	char expected[300];

	STAGE_NEEDS_USER();
	stage_begin(s);
	const struct passwd *user = geteuid() ? getpwuid(geteuid()) : getpwnam("steward");
	unsigned uid = user ? user->pw_uid : geteuid(), gid = geteuid() ? getegid() : user->pw_gid;
	stage_end_host(s, "rights");
	if (geteuid())
		snprintf(expected, sizeof expected, "uid %u gid %u ", uid, gid);
	else
		snprintf(expected, sizeof expected, "uid %u gid %u caps 0 0 0 nnp 1 ", uid, gid);
	stage_expect(s, expected);
	assert_non_null(strstr(s->line, " nnp 1 "));
	/* 1: no core even through a pipe; 0 is what a sanitizer sets itself. */
	assert_true(strstr(s->line, " core 1 ") || strstr(s->line, " core 0 "));
	if (geteuid() == 0) {
		snprintf(expected, sizeof expected, " home %s/state", s->home);
		assert_non_null(strstr(s->line, expected));
	}
	stage_stop(s);
}

static void test_closed_folder_is_named(void **state)
{
	struct stage *s = *state;
	char text[2000], closed[100], below[120];
	char *words[] = { "--home", below, NULL };

	if (geteuid() != 0 || !getpwnam("steward")) {
		print_message("only root starts the host as another user\n");
		skip();
	}
	snprintf(closed, sizeof closed, "%s/closed", s->home);
	snprintf(below, sizeof below, "%s/home", closed);
	assert_int_equal(mkdir(closed, 0700), 0);
	assert_int_equal(stage_run(s, text, sizeof text, words), 1);
	strcat(closed, ":");
	assert_non_null(strstr(text, closed));
	assert_non_null(strstr(text, "steward may not enter"));
}

static void test_planted_files(void **state)
{
	struct stage *s = *state;
	char text[2000], path[100];
	char *words[] = { "--foreground", NULL };

	STAGE_NEEDS_USER();
	snprintf(path, sizeof path, "%s/state", s->home);
	assert_int_equal(mkdir(path, 0700), 0);
	stage_write(s, "precious", "keep me", 0644);
	snprintf(path, sizeof path, "%s/state/lock", s->home);
	assert_int_equal(symlink("../precious", path), 0);
	assert_int_equal(stage_run(s, text, sizeof text, words), 1);
	assert_non_null(strstr(text, "lock"));
	assert_int_equal(unlink(path), 0);
	snprintf(text, sizeof text, "%s/precious", s->home);
	assert_int_equal(link(text, path), 0);
	assert_int_equal(stage_run(s, text, sizeof text, words), 1);
	assert_non_null(strstr(text, "not a plain file"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(stage_run(s, text, sizeof text, words), 1);
	assert_non_null(strstr(text, "not a plain file"));
}

/* ---- Who holds a port ---- */

static void test_holder_is_named(void **state)
{
	struct stage *s = *state;
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	char expected[200];

	STAGE_NEEDS_USER();
	stage_begin(s);
	for (int i = 0; i < 2; i++) {
		int fd = socket(AF_INET, (i ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
		address.sin_port = 0;
		assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
		if (!i)
			assert_int_equal(listen(fd, 1), 0);
		getsockname(fd, (struct sockaddr *)&address, &length);
		unsigned port = ntohs(address.sin_port);
		stage_end_host(s, "listen %d web listen %s 0.0.0.0 %u 1 1 0", 5 + i,
		    i ? "udp" : "tcp", port);
		snprintf(expected, sizeof expected,
		    "refuse %d error %d port %u on 0.0.0.0 is held by ", 5 + i, EADDRINUSE, port);
		stage_expect(s, expected);
		snprintf(expected, sizeof expected, "test_keeper (pid %d)", getpid());
		if (!strstr(s->line, expected))
			fail_msg("%s", s->line);
		close(fd);
	}
	stage_stop(s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)
	const struct CMUnitTest tests[] = {
		T(test_start_and_stop),
		T(test_usage),
		T(test_one_a_home),
		T(test_one_a_home_whatever_the_host_removes),
		T(test_too_few_files),
		T(test_first_host_cannot_start),
		T(test_first_host_ends_at_once),
		T(test_program_that_cannot_be_executed),
		T(test_background),
		T(test_background_that_fails),
		T(test_background_that_crashes),
		T(test_hostile_host),
		T(test_other_version),
		T(test_first_host_of_another_version),
		T(test_rights),
		T(test_closed_folder_is_named),
		T(test_planted_files),
		T(test_holder_is_named),
	};

	return cmocka_run_group_tests_name("keeper", tests, NULL, NULL);
}
