/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stewardd as a whole: supervision, signals, replacement, hostile hosts. */
#include <errno.h>
#include <fcntl.h>
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
#include <sys/wait.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cmocka.h>

#include "keeper/protocol.h"
#include "tests/unit/keeper/stage.h"

#define NEEDS_USER() \
	do { \
		if (!stage_possible()) \
			skip(); \
	} while (0)

static void begin(struct stage *s)
{
	stage_start(s, NULL);
	stage_next_host(s);
	stage_settle(s);
}

static void expect_log(const struct stage *s, const char *part)
{
	char log[8000];

	stage_log(s, log, sizeof log);
	if (!strstr(log, part))
		fail_msg("\"%s\" is not in:\n%s", part, log);
}

static void stop(struct stage *s)
{
	kill(s->keeper, SIGTERM);
	stage_expect(s, "stop");
	stage_host_gone(s);
	stage_notified(s, "STOPPING=1");
	assert_int_equal(stage_wait(s), 0);
}

/* ---- Start and stop ---- */

static void test_start_and_stop(void **state)
{
	struct stage *s = *state;
	char path[100];
	struct stat lock;

	NEEDS_USER();
	stage_start(s, NULL);
	stage_next_host(s);
	assert_non_null(strstr(s->line, geteuid() ? "flags 12 " : "flags 14 "));
	stage_end_host(s, "listen 1 control control unix %s/state/control 0 1 1 0", s->home);
	stage_expect(s, "grant 1 port 0 count 1 fds 1");
	stage_settle(s);
	stage_do(s, "status three services\trun");
	stage_notified(s, "STATUS=three services run");
	stage_end_host(s, "descriptors");
	stage_expect(s, "descriptors 0 1 2 3 4 5");
	stop(s);
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
		{ { "--host", "/no/such/program" }, 1, "/no/such/program" },
		{ { "--version" }, 0, "" },
		{ { "--help" }, 0, "" },
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

	NEEDS_USER();
	begin(s);
	assert_int_equal(stage_run(s, text, sizeof text, words), 1);
	snprintf(pid, sizeof pid, "already running (pid %d)", s->keeper);
	assert_non_null(strstr(text, pid));
	stop(s);
}

static void test_first_host_cannot_start(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	stage_start(s, NULL);
	stage_next_host(s);
	stage_end_host(s, "failed steward.conf:2: a number is missing");
	assert_int_equal(stage_wait(s), 1);
	expect_log(s, "stewardd: steward.conf:2: a number is missing\n");
}

static void test_first_host_ends_at_once(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	stage_start(s, NULL);
	stage_next_host(s);
	stage_end_host(s, "exit 3");
	assert_int_equal(stage_wait(s), 1);
	expect_log(s, "exit status 3, before it was ready");
}

static void test_program_that_cannot_be_executed(void **state)
{
	struct stage *s = *state;
	char text[2000];
	char *words[] = { "--foreground", NULL };

	NEEDS_USER();
	stage_write(s, "rubbish", "not a program", 0755);
	snprintf(s->puppet, sizeof s->puppet, "%s/rubbish", s->home);
	assert_int_equal(stage_run(s, text, sizeof text, words), 1);
	assert_non_null(strstr(text, "cannot execute"));
	assert_non_null(strstr(text, "rubbish"));
}

/* ---- In the background ---- */

static void to_background(struct stage *s, const char *words, int expected, const char *part)
{
	char text[2000];
	char *none[] = { NULL };
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		/* The test's other half: it plays the host. */
		stage_next_host(s);
		stage_do(s, "ready");
		stage_end_host(s, "%s", words);
		/* Until the host is gone, which must not happen before its keeper. */
		char line[100];
		while (recv(s->host, line, sizeof line, 0) > 0)
			;
		_exit(0);
	}
	int status = stage_run(s, text, sizeof text, none);
	if (status != expected || !strstr(text, part))
		fail_msg("%d %s", status, text);
	snprintf(text, sizeof text, "%s/state/lock", s->home);
	FILE *lock = fopen(text, "re");
	assert_non_null(lock);
	int pid = 0;
	bool runs = fscanf(lock, "%d", &pid) == 1;
	fclose(lock);
	assert_int_equal(runs, expected == 0);
	if (runs) {
		snprintf(text, sizeof text, "/proc/%d/fd/2", pid);
		char target[200];
		ssize_t length = readlink(text, target, sizeof target - 1);
		target[length > 0 ? length : 0] = '\0';
		if (!strstr(target, "/state/stderr.log"))
			fail_msg("standard error is %s", target);
		assert_int_equal(getsid(pid), pid);
		kill(pid, SIGTERM);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
}

static void test_background(void **state)
{
	NEEDS_USER();
	to_background(*state, "settled", 0, "");
}

static void test_background_that_fails(void **state)
{
	struct stage *s = *state;
	char text[2000];
	char *none[] = { NULL };

	NEEDS_USER();
	pid_t child = fork();
	if (child == 0) {
		stage_next_host(s);
		stage_end_host(s, "failed steward.conf:7: such a setting is not known");
		_exit(0);
	}
	assert_int_equal(stage_run(s, text, sizeof text, none), 1);
	assert_non_null(strstr(text, "stewardd: steward.conf:7: such a setting is not known"));
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* ---- Crashes ---- */

static void test_crash_keeps_sockets(void **state)
{
	struct stage *s = *state;
	char byte;

	NEEDS_USER();
	begin(s);
	unsigned port = stage_listen(s, 1, "web", 0);
	for (int life = 0; life < 3; life++) {
		int client = stage_dial(port);
		stage_end_host(s, "die %d", SIGKILL);
		stage_host_gone(s);
		int second = stage_dial(port);
		assert_true(client >= 0 && second >= 0);
		stage_next_host(s);
		assert_non_null(strstr(s->line, geteuid() ? "flags 13 " : "flags 15 "));
		stage_expect(s, "crashed: signal KILL");
		assert_int_equal(stage_listen(s, 1, "web", 0), port);
		stage_settle(s);
		for (int i = 0; i < 2; i++) {
			stage_end_host(s, "accept 1");
			stage_expect(s, "accepted");
		}
		assert_int_equal(read(client, &byte, 1), 1);
		assert_int_equal(read(second, &byte, 1), 1);
		close(client);
		close(second);
	}
	stop(s);
}

static void test_record_and_quarantine(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	begin(s);
	unsigned port = stage_listen(s, 1, "web", 0);
	for (int life = 0; life < 3; life++) {
		/* Sent by somebody: on nobody's account. */
		stage_end_host(s, "crash web %d 0", SIGSEGV);
		stage_next_host(s);
		stage_expect(s, "crashed: signal SEGV from outside in web; record web 11");
		stage_listen(s, 1, "web", 0);
		stage_settle(s);
	}
	for (int life = 0; life < 3; life++) {
		stage_end_host(s, life == 2 ? "crash web 0 0 it did not answer" :
					      "crash web %d 1", SIGSEGV);
		stage_next_host(s);
		if (life == 2)
			stage_expect(s, "quarantined web: three crashes in ten minutes: signal SEGV "
			    "in web; signal SEGV in web; it did not answer in web");
		stage_expect(s, life == 2 ? "crashed: it did not answer in web; record web 0" :
					    "crashed: signal SEGV in web; record web 11");
		assert_int_equal(stage_dial(port) >= 0, life < 2);
		if (life < 2)
			stage_listen(s, 1, "web", 0);
		stage_settle(s);
	}
	/* It outlives a host. */
	stage_end_host(s, "die %d", SIGKILL);
	stage_next_host(s);
	assert_non_null(strstr(s->line, "crashes 7"));
	stage_expect(s, "quarantined web");
	stage_expect(s, "crashed: signal KILL");
	stage_settle(s);
	stage_do(s, "resume web");
	assert_int_equal(stage_listen(s, 1, "web", 0), port);
	stage_end_host(s, "crash web %d 1", SIGSEGV);
	stage_next_host(s);
	stage_expect(s, "crashed: signal SEGV in web");
	stage_settle(s);
	stop(s);
}

static void test_back_off_only_before_ready(void **state)
{
	struct stage *s = *state;
	char log[8000];

	NEEDS_USER();
	setenv("STEWARD_KEEPER_BACKOFF_MS", "1", 1);
	begin(s);
	unsetenv("STEWARD_KEEPER_BACKOFF_MS");
	for (int life = 0; life < 5; life++) {
		stage_end_host(s, "die %d", SIGKILL);
		stage_next_host(s);
		stage_expect(s, "crashed: signal KILL");
		stage_settle(s);
	}
	stage_end_host(s, "die %d", SIGKILL);
	for (int life = 0; life < 3; life++) {
		stage_next_host(s);
		stage_expect(s, "crashed: signal KILL");
		stage_log(s, log, sizeof log);
		assert_int_equal(strstr(log, "after a pause") != NULL, life == 2);
		stage_end_host(s, life == 1 ? "failed no idea" : "die %d", SIGKILL);
		if (life == 1) {
			stage_next_host(s);
			stage_expect(s, "crashed: no idea, before it was ready");
			stage_end_host(s, "die %d", SIGKILL);
		}
	}
	stage_next_host(s);
	stage_expect(s, "crashed: signal KILL, before it was ready");
	stage_settle(s);
	stop(s);
}

static void test_heartbeat(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	setenv("STEWARD_KEEPER_HEARTBEAT_MS", "1000", 1);
	begin(s);
	unsetenv("STEWARD_KEEPER_HEARTBEAT_MS");
	stage_do(s, "deaf");
	stage_host_gone(s);
	stage_next_host(s);
	stage_expect(s, "crashed: signal ABRT");
	expect_log(s, "the host did not answer");
	stage_settle(s);
	stop(s);
}

static void test_watchdog(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	setenv("WATCHDOG_USEC", "200000", 1);
	begin(s);
	unsetenv("WATCHDOG_USEC");
	for (int i = 0; i < 3; i++)
		stage_notified(s, "WATCHDOG=1");
	stage_end_host(s, "rights");
	stage_expect(s, "uid ");
	assert_null(strstr(s->line, "notify"));
	stop(s);
}

/* ---- Signals ---- */

static void test_reload(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	begin(s);
	kill(s->keeper, SIGHUP);
	stage_notified(s, "RELOADING=1\nMONOTONIC_USEC=");
	stage_expect(s, "reload");
	/* One more while it reloads: it must read the settings again. */
	kill(s->keeper, SIGHUP);
	stage_notified(s, "RELOADING=1\nMONOTONIC_USEC=");
	stage_do(s, "reloaded");
	stage_expect(s, "reload");
	stage_do(s, "reloaded");
	stage_notified(s, "READY=1");
	/* The host dies of it: the next one has read them. */
	kill(s->keeper, SIGHUP);
	stage_notified(s, "RELOADING=1\nMONOTONIC_USEC=");
	stage_expect(s, "reload");
	stage_end_host(s, "die %d", SIGKILL);
	stage_next_host(s);
	stage_expect(s, "crashed");
	stage_settle(s);
	stop(s);
}

static void test_stop_has_a_limit(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	setenv("STEWARD_KEEPER_STOP_MS", "100", 1);
	begin(s);
	unsetenv("STEWARD_KEEPER_STOP_MS");
	stage_do(s, "stubborn");
	stop(s);
	expect_log(s, "did not end in order: signal KILL");
}

static void test_stop_by_interrupt_while_starting(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	stage_start(s, NULL);
	stage_next_host(s);
	kill(s->keeper, SIGINT);
	stage_expect(s, "stop");
	assert_int_equal(stage_wait(s), 0);
}

static void test_keeper_killed(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	begin(s);
	kill(s->keeper, SIGKILL);
	assert_int_equal(stage_wait(s), 128 + SIGKILL);
	stage_expect(s, "end of keeper");
	stage_host_gone(s);
	/* The home is free again. */
	begin(s);
	stop(s);
}

/* ---- Replacement ---- */

static void replaced(struct stage *s)
{
	char pid[32];

	stage_notified(s, "STATUS=Replacing host and keeper.");
	stage_expect(s, "replace");
	stage_host_gone(s);
	stage_next_host(s);
	snprintf(pid, sizeof pid, "keeper %d", s->keeper);
	assert_non_null(strstr(s->line, pid));
}

static void test_replace(void **state)
{
	struct stage *s = *state;
	unsigned ports[2];
	char byte;

	NEEDS_USER();
	begin(s);
	for (int life = 0; life < 3; life++) {
		stage_end_host(s, "crash dns %d 1", SIGSEGV);
		stage_next_host(s);
		stage_expect(s, life == 2 ? "quarantined dns" : "crashed");
		if (life == 2)
			stage_expect(s, "crashed");
		stage_settle(s);
	}
	ports[0] = stage_listen(s, 1, "web", 0);
	ports[1] = stage_listen(s, 2, "proxy", 0);
	stage_do(s, "shut proxy");
	for (int turn = 0; turn < 3; turn++) {
		kill(s->keeper, SIGUSR2);
		/* Connected while there is no host at all, then while a new keeper starts. */
		stage_notified(s, "STATUS=Replacing host and keeper.");
		stage_expect(s, "replace");
		stage_host_gone(s);
		int client = stage_dial(ports[0]);
		assert_true(client >= 0);
		stage_next_host(s);
		assert_non_null(strstr(s->line, "crashes 3"));
		stage_expect(s, "quarantined dns: three crashes");
		assert_int_equal(stage_dial(ports[1]), -1);
		assert_int_equal(stage_listen(s, 1, "web", 0), ports[0]);
		stage_end_host(s, "accept 1");
		stage_expect(s, "accepted");
		assert_int_equal(read(client, &byte, 1), 1);
		close(client);
		stage_settle(s);
		stage_end_host(s, "descriptors");
		/* Only the two sockets of the grant came on top. */
		stage_expect(s, "descriptors 0 1 2 3 4 6 7");
	}
	/* What was shut still has its number. */
	assert_int_equal(stage_listen(s, 2, "proxy", 0), ports[1]);
	stop(s);
}

static void test_replace_needs_a_good_probe(void **state)
{
	static const char *const probes[] = { "", "steward-host protocol 999\n", "what?\n" };
	struct stage *s = *state;

	NEEDS_USER();
	begin(s);
	for (size_t i = 0; i < 3; i++) {
		stage_write(s, "probe", probes[i], 0644);
		kill(s->keeper, SIGUSR2);
		stage_notified(s, "STATUS=The newly installed programs do not fit together");
	}
	expect_log(s, "the new programs are not used");
	/* The same host is there. */
	kill(s->keeper, SIGHUP);
	stage_expect(s, "reload");
	stage_notified(s, "RELOADING=1\nMONOTONIC_USEC=");
	stage_do(s, "reloaded");
	stage_notified(s, "READY=1");
	char path[100];
	snprintf(path, sizeof path, "%s/probe", s->home);
	unlink(path);
	kill(s->keeper, SIGUSR2);
	replaced(s);
	stage_settle(s);
	stop(s);
}

/* stewardd as a file of the test's own, which it can exchange. */
static void own_program(struct stage *s, const char *format)
{
	char command[9000], path[100], text[9000];

	snprintf(path, sizeof path, "%s/stewardd", s->home);
	if (!format) {
		snprintf(command, sizeof command, "cp %s %s", s->program, path);
		assert_int_equal(system(command), 0);
		strcpy(s->program, path);
		return;
	}
	unlink(path);
	snprintf(text, sizeof text, "#!/bin/sh\n%s\nexec %s \"$@\"\n", format, s->program);
	stage_write(s, "stewardd", text, 0755);
}

static void test_replace_without_a_new_keeper(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	own_program(s, NULL);
	begin(s);
	unsigned port = stage_listen(s, 1, "web", 0);
	stage_do(s, "stubborn");
	kill(s->keeper, SIGUSR2);
	stage_notified(s, "STATUS=Replacing host and keeper.");
	stage_expect(s, "replace");
	/* It passed the probe, and is gone when it is needed. */
	unlink(s->program);
	stage_end_host(s, "exit 0");
	stage_host_gone(s);
	stage_next_host(s);
	expect_log(s, "cannot execute");
	assert_int_equal(stage_listen(s, 1, "web", 0), port);
	stage_settle(s);
	/* And a probe of a program that is not there fails. */
	kill(s->keeper, SIGUSR2);
	stage_notified(s, "STATUS=The newly installed programs do not fit together");
	stop(s);
}

static void test_replace_by_one_that_cannot_read_the_state(void **state)
{
	struct stage *s = *state;
	char real[4096], byte;

	NEEDS_USER();
	strcpy(real, s->program);
	own_program(s, NULL);
	begin(s);
	unsigned port = stage_listen(s, 1, "web", 0);
	stage_end_host(s, "crash web %d 1", SIGSEGV);
	stage_next_host(s);
	stage_expect(s, "crashed");
	stage_listen(s, 1, "web", 0);
	stage_settle(s);
	strcpy(s->program, real);
	/* To this one the state is empty. */
	own_program(s, "state=${STEWARD_KEEPER_STATE%,*}\n"
	    "[ -z \"$state\" ] || : >/proc/self/fd/$state");
	kill(s->keeper, SIGUSR2);
	int client = stage_dial(port);
	replaced(s);
	assert_non_null(strstr(s->line, "crashes 0"));
	expect_log(s, "cannot be read: 2 sockets are kept");
	assert_int_equal(stage_listen(s, 1, "web", port), port);
	stage_end_host(s, "accept 1");
	stage_expect(s, "accepted");
	assert_int_equal(read(client, &byte, 1), 1);
	close(client);
	stage_settle(s);
	stop(s);
}

/* ---- A hijacked host ---- */

static void test_hostile_host(void **state)
{
	static const char *const ways[] = { "type", "0", "service", "short", "tiny", "long",
		"cut" };
	struct stage *s = *state;

	NEEDS_USER();
	begin(s);
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
	expect_log(s, "what the protocol does not know");
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
	stop(s);
}

static void test_other_version(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	begin(s);
	stage_end_host(s, "misbehave version");
	stage_expect(s, "misbehaved");
	stage_host_gone(s);
	stage_next_host(s);
	stage_expect(s, "crashed: steward-host speaks protocol 2 and stewardd 1");
	stage_end_host(s, "misbehave version");
	stage_next_host(s);
	stage_expect(s, "crashed");
	stage_settle(s);
	stop(s);
}

static void test_first_host_of_another_version(void **state)
{
	struct stage *s = *state;

	NEEDS_USER();
	stage_start(s, NULL);
	stage_next_host(s);
	stage_end_host(s, "misbehave version");
	assert_int_equal(stage_wait(s), 1);
	expect_log(s, "install both from one build");
}

/* ---- Rights ---- */

static void test_rights(void **state)
{
	struct stage *s = *state;
	char expected[300];

	NEEDS_USER();
	begin(s);
	const struct passwd *user = geteuid() ? getpwuid(geteuid()) : getpwnam("steward");
	unsigned uid = user ? user->pw_uid : geteuid(), gid = geteuid() ? getegid() :
									  user->pw_gid;
	stage_end_host(s, "rights");
	if (geteuid())
		snprintf(expected, sizeof expected, "uid %u gid %u ", uid, gid);
	else
		snprintf(expected, sizeof expected, "uid %u gid %u caps 0 0 0 nnp 1 core 1 home %s/state",
		    uid, gid, s->home);
	stage_expect(s, expected);
	assert_non_null(strstr(s->line, "nnp 1"));
	stop(s);
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

	NEEDS_USER();
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

	NEEDS_USER();
	begin(s);
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
	stop(s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)
	const struct CMUnitTest tests[] = {
		T(test_start_and_stop),
		T(test_usage),
		T(test_one_a_home),
		T(test_first_host_cannot_start),
		T(test_first_host_ends_at_once),
		T(test_program_that_cannot_be_executed),
		T(test_background),
		T(test_background_that_fails),
		T(test_crash_keeps_sockets),
		T(test_record_and_quarantine),
		T(test_back_off_only_before_ready),
		T(test_heartbeat),
		T(test_watchdog),
		T(test_reload),
		T(test_stop_has_a_limit),
		T(test_stop_by_interrupt_while_starting),
		T(test_keeper_killed),
		T(test_replace),
		T(test_replace_needs_a_good_probe),
		T(test_replace_without_a_new_keeper),
		T(test_replace_by_one_that_cannot_read_the_state),
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
