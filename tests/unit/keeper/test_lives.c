/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One host after another, and one keeper after another: crashes, signals, replacement. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/keeper/stage.h"

/* ---- Crashes ---- */

static void test_crash_keeps_sockets(void **state)
{
	struct stage *s = *state;
	char byte;

	STAGE_NEEDS_USER();
	stage_begin(s);
	unsigned port = stage_listen(s, 1, "web", 0);
	for (int life = 0; life < 3; life++) {
		int client = stage_dial(port);
		stage_end_host(s, "die %d", SIGKILL);
		stage_host_gone(s);
		int second = stage_dial(port);
		assert_true(client >= 0 && second >= 0);
		stage_next_host(s);
		/* It follows another one: 8. */
		assert_non_null(strstr(s->line, geteuid() ? "flags 14 " : "flags 15 "));
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
	stage_stop(s);
}

static void test_record_and_quarantine(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	stage_begin(s);
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
		stage_end_host(s, life == 2 ? "crash web 0 0 it did not answer" : "crash web %d 1",
		    SIGSEGV);
		stage_next_host(s);
		if (life == 2)
			stage_expect(s,
			    "quarantined web: three crashes in ten minutes: signal SEGV "
			    "in web; signal SEGV in web; it did not answer in web");
		stage_expect(s,
		    life == 2 ? "crashed: it did not answer in web; record web 0" :
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
	stage_stop(s);
}

static void test_back_off_only_before_ready(void **state)
{
	struct stage *s = *state;
	char log[8000];

	STAGE_NEEDS_USER();
	setenv("STEWARD_KEEPER_BACKOFF_MS", "1", 1);
	stage_begin(s);
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
	stage_stop(s);
}

/* Where a host cannot even be started the keeper tries again, and goes on
 * holding what it holds. */
static void test_no_descriptors_for_a_host(void **state)
{
	struct stage *s = *state;
	struct rlimit usual, low;

	STAGE_NEEDS_USER();
	setenv("STEWARD_KEEPER_BACKOFF_MS", "20", 1);
	stage_begin(s);
	unsetenv("STEWARD_KEEPER_BACKOFF_MS");
	unsigned port = stage_listen(s, 1, "web", 0);
	assert_int_equal(prlimit(s->keeper, RLIMIT_NOFILE, NULL, &usual), 0);
	low = usual;
	low.rlim_cur = 10; /* two are free, a host takes three */
	assert_int_equal(prlimit(s->keeper, RLIMIT_NOFILE, &low, NULL), 0);
	stage_end_host(s, "die %d", SIGKILL);
	stage_wait_log(s, "cannot start the host: Too many open files; trying again");
	int client = stage_dial(port);
	assert_true(client >= 0);
	assert_int_equal(prlimit(s->keeper, RLIMIT_NOFILE, &usual, NULL), 0);
	stage_next_host(s);
	stage_expect(s, "crashed: signal KILL");
	assert_int_equal(stage_listen(s, 1, "web", 0), port);
	stage_end_host(s, "accept 1");
	stage_expect(s, "accepted");
	close(client);
	stage_settle(s);
	stage_stop(s);
}

static void test_heartbeat(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	setenv("STEWARD_KEEPER_HEARTBEAT_MS", "1000", 1);
	stage_begin(s);
	unsetenv("STEWARD_KEEPER_HEARTBEAT_MS");
	stage_do(s, "deaf");
	stage_host_gone(s);
	stage_next_host(s);
	stage_expect(s, "crashed: did not answer for 1 s: signal ABRT");
	stage_expect_log(s, "the host did not answer");
	stage_settle(s);
	/* One that can still say where it was. */
	stage_do(s, "record web %d 0", SIGABRT);
	stage_do(s, "deaf");
	stage_next_host(s);
	stage_expect(s, "crashed: did not answer for 1 s: signal ABRT in web; record web 6");
	stage_settle(s);
	/* One that crashed by itself when its time was over. */
	stage_do(s, "record web %d 1", SIGSEGV);
	stage_do(s, "deaf");
	stage_next_host(s);
	stage_expect(s, "crashed: signal SEGV in web; record web 11");
	stage_settle(s);
	/* One that is frozen. */
	kill(s->host_pid, SIGSTOP);
	stage_next_host(s);
	stage_expect(s, "crashed: did not answer for 1 s: signal KILL");
	stage_settle(s);
	stage_stop(s);
}

static void test_watchdog(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	setenv("WATCHDOG_USEC", "200000", 1);
	stage_begin(s);
	unsetenv("WATCHDOG_USEC");
	for (int i = 0; i < 3; i++)
		stage_notified(s, "WATCHDOG=1");
	stage_end_host(s, "rights");
	stage_expect(s, "uid ");
	assert_null(strstr(s->line, "notify"));
	stage_stop(s);
}

/* systemd waits as long as the host gives signs of life, and no longer than
 * usual once there is nothing to wait for. */
static void test_slow_start_and_stop(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	setenv("WATCHDOG_USEC", "400000", 1);
	stage_start(s);
	unsetenv("WATCHDOG_USEC");
	stage_next_host(s);
	stage_notified(s, "EXTEND_TIMEOUT_USEC=30000000");
	stage_do(s, "ready");
	for (int i = 0; i < 3; i++)
		stage_notified(s, "EXTEND_TIMEOUT_USEC=30000000");
	stage_do(s, "settled");
	stage_notified(s, "READY=1");
	/* Two signs of life at least come between two of these. */
	for (int i = 0; i < 3; i++) {
		stage_hear(s);
		assert_string_equal(s->line, "WATCHDOG=1");
	}
	kill(s->keeper, SIGHUP);
	stage_expect(s, "reload");
	stage_notified(s, "RELOADING=1");
	stage_notified(s, "EXTEND_TIMEOUT_USEC=30000000");
	stage_do(s, "reloaded");
	stage_notified(s, "READY=1");
	stage_do(s, "stubborn");
	kill(s->keeper, SIGTERM);
	stage_expect(s, "stop");
	stage_notified(s, "STOPPING=1");
	for (int i = 0; i < 3; i++)
		stage_notified(s, "EXTEND_TIMEOUT_USEC=30000000");
	stage_end_host(s, "exit 0");
	stage_host_gone(s);
	assert_int_equal(stage_wait(s), 0);
}

/* Nobody reads what it says: a terminal that is stopped, a pager. */
static void test_standard_error_is_full(void **state)
{
	struct stage *s = *state;
	char page[4096] = "";
	int ends[2];

	STAGE_NEEDS_USER();
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	while (write(ends[1], page, sizeof page) > 0)
		;
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);
	s->error = ends[1];
	stage_begin(s);
	stage_end_host(s, "die %d", SIGKILL);
	stage_next_host(s);
	stage_expect(s, "crashed: signal KILL");
	stage_settle(s);
	stage_stop(s);
	close(ends[0]);
	close(ends[1]);
}

/* ---- Signals ---- */

static long long usec_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void test_reload(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	stage_begin(s);
	/* Not earlier than systemd asked for it, to the microsecond: ten times, since
	 * one that is cut to milliseconds may be right by chance. */
	for (int i = 0; i < 10; i++) {
		long long asked = usec_now(), usec;
		kill(s->keeper, SIGHUP);
		stage_notified(s, "RELOADING=1\nMONOTONIC_USEC=");
		assert_int_equal(sscanf(s->line, "RELOADING=1\nMONOTONIC_USEC=%lld", &usec), 1);
		assert_in_range(usec, asked, usec_now());
		stage_expect(s, "reload");
		stage_do(s, "reloaded");
		stage_notified(s, "READY=1");
	}
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
	stage_stop(s);
}

static void test_stop_has_a_limit(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	setenv("STEWARD_KEEPER_STOP_MS", "100", 1);
	stage_begin(s);
	unsetenv("STEWARD_KEEPER_STOP_MS");
	stage_do(s, "stubborn");
	stage_stop(s);
	stage_expect_log(s, "did not end in order: signal KILL");
}

static void test_stop_by_interrupt_while_starting(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	stage_start(s);
	stage_next_host(s);
	kill(s->keeper, SIGINT);
	stage_expect(s, "stop");
	assert_int_equal(stage_wait(s), 0);
}

static void test_keeper_killed(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	stage_begin(s);
	kill(s->keeper, SIGKILL);
	assert_int_equal(stage_wait(s), 128 + SIGKILL);
	stage_expect(s, "end of keeper");
	stage_host_gone(s);
	/* The home is free again. */
	stage_begin(s);
	stage_stop(s);
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

	STAGE_NEEDS_USER();
	stage_begin(s);
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
	stage_stop(s);
}

/* The path of the lock is in the host's folder and proves nothing. */
static void test_replace_without_the_locks_path(void **state)
{
	struct stage *s = *state;
	char path[100], byte;

	STAGE_NEEDS_USER();
	stage_begin(s);
	unsigned port = stage_listen(s, 1, "web", 0);
	snprintf(path, sizeof path, "%s/state/lock", s->home);
	assert_int_equal(unlink(path), 0);
	for (int turn = 0; turn < 2; turn++) {
		kill(s->keeper, SIGUSR2);
		int client = stage_dial(port);
		assert_true(client >= 0);
		replaced(s);
		assert_int_equal(stage_listen(s, 1, "web", 0), port);
		stage_end_host(s, "accept 1");
		stage_expect(s, "accepted");
		assert_int_equal(read(client, &byte, 1), 1);
		close(client);
		stage_settle(s);
		/* Another file there is not mistaken for it. */
		stage_write(s, "state/lock", "", 0640);
	}
	stage_stop(s);
}

static void test_replace_needs_a_good_probe(void **state)
{
	static const char *const probes[] = { "", "steward-host protocol 999\n", "what?\n" };
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	stage_begin(s);
	for (size_t i = 0; i < 3; i++) {
		stage_write(s, "probe", probes[i], 0644);
		kill(s->keeper, SIGUSR2);
		stage_notified(s, "STATUS=The newly installed programs are not used");
	}
	stage_expect_log(s, "the new programs are not used");
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
	stage_stop(s);
}

/* stewardd as a file of the test's own, which it can exchange. */
static void own_program(struct stage *s, const char *format)
{
	char command[9000], path[100], text[9000];

	snprintf(path, sizeof path, "%s/stewardd", s->home);
	if (!format) {
		/* The second for a script to go on with: what is probed as another
		 * user must lie where that one may go. */
		snprintf(command, sizeof command, "cp %s %s && cp %s %s.real", s->program, path,
		    path, path);
		assert_int_equal(system(command), 0);
		strcpy(s->program, path);
		return;
	}
	unlink(path);
	snprintf(text, sizeof text, "#!/bin/sh\n%s\nexec %s.real \"$@\"\n", format, path);
	stage_write(s, "stewardd", text, 0755);
}

static void test_replace_without_a_new_keeper(void **state)
{
	struct stage *s = *state;

	STAGE_NEEDS_USER();
	own_program(s, NULL);
	stage_begin(s);
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
	stage_expect_log(s, "cannot execute");
	assert_int_equal(stage_listen(s, 1, "web", 0), port);
	stage_settle(s);
	/* And a probe of a program that is not there fails. */
	kill(s->keeper, SIGUSR2);
	stage_notified(s, "STATUS=The newly installed programs are not used");
	stage_stop(s);
}

static void test_replace_by_one_that_cannot_read_the_state(void **state)
{
	struct stage *s = *state;
	char byte;

	STAGE_NEEDS_USER();
	own_program(s, NULL);
	stage_begin(s);
	unsigned port = stage_listen(s, 1, "web", 0);
	stage_end_host(s, "crash web %d 1", SIGSEGV);
	stage_next_host(s);
	stage_expect(s, "crashed");
	stage_listen(s, 1, "web", 0);
	stage_settle(s);
	/* To this one the state is empty. */
	own_program(s,
	    "state=${STEWARD_KEEPER_STATE%%,*}\n"
	    "[ -z \"$state\" ] || : >/proc/self/fd/$state");
	kill(s->keeper, SIGUSR2);
	int client = stage_dial(port);
	replaced(s);
	assert_non_null(strstr(s->line, "crashes 0"));
	stage_expect_log(s, "cannot be read: 2 sockets are kept");
	assert_int_equal(stage_listen(s, 1, "web", port), port);
	stage_end_host(s, "accept 1");
	stage_expect(s, "accepted");
	assert_int_equal(read(client, &byte, 1), 1);
	close(client);
	stage_settle(s);
	stage_stop(s);
}

/* What would keep the new keeper from starting is found by the probe. */
static void test_replace_needs_a_home_that_can_be_used(void **state)
{
	struct stage *s = *state;
	char expected[200], path[100];
	struct stat folder;

	if (geteuid() != 0) {
		print_message("only root's keeper is another user than its host\n");
		skip();
	}
	STAGE_NEEDS_USER();
	stage_begin(s);
	unsigned port = stage_listen(s, 1, "web", 0);
	assert_int_equal(chmod(s->home, 0700), 0);
	kill(s->keeper, SIGUSR2);
	stage_notified(s, "STATUS=The newly installed programs are not used");
	snprintf(expected, sizeof expected, "says \"user steward may not enter %s: allow it",
	    s->home);
	stage_expect_log(s, expected);
	int client = stage_dial(port);
	assert_true(client >= 0);
	stage_end_host(s, "accept 1");
	stage_expect(s, "accepted");
	close(client);
	assert_int_equal(chmod(s->home, 0755), 0);
	/* What the new one mends itself is no reason. */
	snprintf(path, sizeof path, "%s/state", s->home);
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(chmod(path, 0700), 0);
	kill(s->keeper, SIGUSR2);
	replaced(s);
	assert_int_equal(stat(path, &folder), 0);
	assert_true(folder.st_uid != 0);
	stage_settle(s);
	stage_stop(s);
}

/* An heir has sockets to lose: whatever it finds, it goes on with them. */
static void goes_on(struct stage *s, const char *deed, const char *told)
{
	char real[4096], text[8500], rights[100], byte;

	strcpy(real, s->program);
	own_program(s, NULL);
	stage_begin(s);
	unsigned port = stage_listen(s, 1, "web", 0);
	stage_end_host(s, "rights");
	stage_expect(s, "uid ");
	snprintf(rights, sizeof rights, "%.99s", s->line);
	strcpy(s->program, real);
	/* It has passed the probe already. */
	snprintf(text, sizeof text, "H=%s P=%s\n[ -z \"$STEWARD_KEEPER_STATE\" ] || { %s; }",
	    s->home, real, deed);
	own_program(s, text);
	kill(s->keeper, SIGUSR2);
	int client = stage_dial(port);
	assert_true(client >= 0);
	replaced(s);
	stage_expect_log(s, told);
	assert_int_equal(stage_listen(s, 1, "web", 0), port);
	stage_end_host(s, "accept 1");
	stage_expect(s, "accepted");
	assert_int_equal(read(client, &byte, 1), 1);
	close(client);
	stage_end_host(s, "rights");
	stage_expect(s, rights);
	stage_settle(s);
	stage_stop(s);
	assert_int_equal(chmod(s->home, 0755), 0);
}

static void test_replace_by_one_that_could_not_start(void **state)
{
	static const struct {
		const char *deed, *told;
		bool root;
	} rows[] = {
		{ "chmod 700 $H", "may not enter", true },
		{ "chown daemon $H/state", "belongs to another user", true },
		{ "grep -v ^steward: /etc/passwd >$H/users\n"
		  "exec unshare -m sh -c 'mount --bind $0 /etc/passwd && exec \"$@\"' "
		  "$H/users $P \"$@\"",
		    "there is no user steward", true },
		{ "mv $H/state $H/other; chmod 555 $H", "cannot make folder", false },
	};

	STAGE_NEEDS_USER();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].root != (geteuid() == 0))
			continue;
		goes_on(*state, rows[i].deed, rows[i].told);
		assert_int_equal(stage_close(state), 0);
		assert_int_equal(stage_open(state), 0);
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)
	const struct CMUnitTest tests[] = {
		T(test_crash_keeps_sockets),
		T(test_record_and_quarantine),
		T(test_back_off_only_before_ready),
		T(test_no_descriptors_for_a_host),
		T(test_heartbeat),
		T(test_watchdog),
		T(test_slow_start_and_stop),
		T(test_standard_error_is_full),
		T(test_reload),
		T(test_stop_has_a_limit),
		T(test_stop_by_interrupt_while_starting),
		T(test_keeper_killed),
		T(test_replace),
		T(test_replace_without_the_locks_path),
		T(test_replace_needs_a_good_probe),
		T(test_replace_without_a_new_keeper),
		T(test_replace_by_one_that_cannot_read_the_state),
		T(test_replace_needs_a_home_that_can_be_used),
		T(test_replace_by_one_that_could_not_start),
	};

	return cmocka_run_group_tests_name("keeper lives", tests, NULL, NULL);
}
