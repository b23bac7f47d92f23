/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sd_notify's datagrams, to a socket with a path and to an abstract one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "keeper/keeper.h"

static int receiver(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(address.sun_path, name, strlen(name));
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	return fd;
}

static struct keeper *keeper_with(const char *name, const char *usec, const char *pid)
{
	struct keeper *k = calloc(1, sizeof *k);

	assert_non_null(k);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	if (name)
		setenv("NOTIFY_SOCKET", name, 1);
	if (usec)
		setenv("WATCHDOG_USEC", usec, 1);
	if (pid)
		setenv("WATCHDOG_PID", pid, 1);
	notify_open(k);
	return k;
}

static void keeper_free(struct keeper *k)
{
	if (k->notify_fd >= 0)
		close(k->notify_fd);
	free(k);
}

static void expect(int fd, const char *text)
{
	char got[2048];
	ssize_t length = recv(fd, got, sizeof got - 1, 0);

	assert_true(length >= 0);
	got[length] = '\0';
	assert_string_equal(got, text);
}

static void exchange(const char *name)
{
	int fd = receiver(name);
	struct keeper *k = keeper_with(name, NULL, NULL);
	char big[4000];

	notify_send(k, "READY=1");
	expect(fd, "READY=1");
	notify_send(k, "RELOADING=1\nMONOTONIC_USEC=%d", 42);
	expect(fd, "RELOADING=1\nMONOTONIC_USEC=42");
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	notify_send(k, "STATUS=%s", big);
	assert_int_equal(recv(fd, big, sizeof big, 0), 1023);
	assert_int_equal(k->watchdog, 0);
	keeper_free(k);
	close(fd);
}

static void test_path(void **state)
{
	char folder[] = "/tmp/steward-notify-XXXXXX", name[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(name, sizeof name, "%s/notify", folder);
	exchange(name);
	unlink(name);
	rmdir(folder);
}

static void test_abstract(void **state)
{
	char name[64];

	(void)state;
	snprintf(name, sizeof name, "@steward-notify-%d", getpid());
	exchange(name);
}

static void test_nobody(void **state)
{
	static const char *const names[] = { NULL, "", "relative", "@", "/",
		"/no/such/folder/socket" };
	char longest[300];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct keeper *k = keeper_with(names[i], NULL, NULL);
		assert_true(i == 5 || k->notify_fd == -1);
		notify_send(k, "READY=1");
		keeper_free(k);
	}
	memset(longest, '/', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	struct keeper *k = keeper_with(longest, NULL, NULL);
	assert_int_equal(k->notify_fd, -1);
	keeper_free(k);
}

static void test_watchdog(void **state)
{
	char name[64], mine[16], other[16];

	(void)state;
	snprintf(name, sizeof name, "@steward-watchdog-%d", getpid());
	snprintf(mine, sizeof mine, "%d", getpid());
	snprintf(other, sizeof other, "%d", getpid() + 1);
	int fd = receiver(name);
	int64_t before = keeper_now();
	struct keeper *k = keeper_with(name, "30000000", NULL);
	assert_int_equal(k->watchdog, 15000);
	assert_in_range(k->watchdog_at, before + 15000, keeper_now() + 15000);
	keeper_free(k);
	k = keeper_with(name, "30000000", mine);
	assert_int_equal(k->watchdog, 15000);
	keeper_free(k);
	k = keeper_with(name, "30000000", other);
	assert_int_equal(k->watchdog_at, 0);
	keeper_free(k);
	k = keeper_with(name, "rubbish", NULL);
	assert_int_equal(k->watchdog_at, 0);
	keeper_free(k);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_abstract),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_watchdog),
	};

	return cmocka_run_group_tests_name("keeper notify", tests, NULL, NULL);
}
