/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where rights matter: ports below 1024, and unix sockets in folders of others. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/keeper/table.h"

/* ---- Ports below 1024 ---- */

static void write_ports(struct table *s, const char *text)
{
	int fd = open(s->ports, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_low_ports_as_root(void **state)
{
	struct table *s = *state;
	struct keeper_message m;
	uint32_t port = 600;
	char line[64];

	if (geteuid() != 0) {
		print_message("only root is granted ports below 1024\n");
		skip();
	}
	while (socket_free_port("127.0.0.1", KEEPER_TCP, port, true) < 0)
		assert_true(++port < 1024);
	m = table_wish("listen", KEEPER_TCP, "127.0.0.1", port, 1);
	snprintf(line, sizeof line, "tcp %u", port);
	table_refused(s, m, EACCES, line);
	table_refused(s, m, EACCES, s->ports);
	static const char *const useless[] = { "", "tcp", "# tcp %u\n", "udp %u\n", "tcp %u0\n",
		"tcp %u more\n", "tcp -%u\n", "xtcp %u\n", "tcp%u\n" };
	for (size_t i = 0; i < sizeof useless / sizeof useless[0]; i++) {
		/* The %u, if any, by hand: a format must be a literal. */
		const char *mark = strstr(useless[i], "%u");
		if (mark)
			snprintf(line, sizeof line, "%.*s%u%s", (int)(mark - useless[i]),
			    useless[i], port, mark + 2);
		else
			snprintf(line, sizeof line, "%s", useless[i]);
		write_ports(s, line);
		table_refused(s, m, EACCES, "not granted");
	}
	snprintf(line, sizeof line, "# mine\nudp 53\n  tcp\t%u  # the web\n", port);
	write_ports(s, line);
	assert_int_equal(chmod(s->ports, 0664), 0);
	table_refused(s, m, EACCES, "only root may write");
	assert_int_equal(chmod(s->ports, 0644), 0);
	assert_int_equal(chown(s->ports, 65534, 0), 0);
	table_refused(s, m, EACCES, "only root may write");
	assert_int_equal(chown(s->ports, 0, 0), 0);
	assert_int_equal(table_granted(s, m)->port, port);
	/* UDP has a line of its own. */
	m.transport = KEEPER_UDP;
	table_refused(s, m, EACCES, "udp");
	/* A link is not root's list. */
	m.transport = KEEPER_TCP;
	char real[128];
	snprintf(real, sizeof real, "%s.real", s->ports);
	assert_int_equal(rename(s->ports, real), 0);
	assert_int_equal(symlink(real, s->ports), 0);
	table_refused(s, m, EACCES, "not granted");
}

/* Its line was taken out of the list while it is open: what is asked for anew is
 * refused, but what has clients is not closed by it. */
static void test_low_port_that_is_held(void **state)
{
	struct table *s = *state;
	uint32_t port = 600;
	char line[64];

	if (geteuid() != 0) {
		print_message("only root is granted ports below 1024\n");
		skip();
	}
	while (socket_free_port("127.0.0.1", KEEPER_TCP, port, false) < 0)
		assert_true(++port < 1024);
	struct keeper_message m = table_wish("listen", KEEPER_TCP, "127.0.0.1", port, 1);
	snprintf(line, sizeof line, "tcp %u\n", port);
	write_ports(s, line);
	int fd = table_granted(s, m)->fd[0];
	write_ports(s, "");
	m.round = 2;
	table_refused(s, m, EACCES, "not granted");
	listeners_trim(&s->all, &s->rules, "web", 2);
	assert_int_equal(s->all.count, 1);
	assert_int_equal(s->all.item[0].fd[0], fd);
	assert_int_equal(socket_free_port("127.0.0.1", KEEPER_TCP, port, false), -1);
	/* Allowed again it is the same one; not asked for at all it is closed. */
	write_ports(s, line);
	m.round = 3;
	assert_int_equal(table_granted(s, m)->fd[0], fd);
	listeners_trim(&s->all, &s->rules, "web", 4);
	assert_int_equal(s->all.count, 0);
	assert_int_equal(socket_free_port("127.0.0.1", KEEPER_TCP, port, false), port);
}

/* As an ordinary user, in a child when the test is root's. */
static void test_low_ports_as_a_user(void **state)
{
	struct table *s = *state;
	int limit = 1024, status;
	FILE *file = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");

	if (file && fscanf(file, "%d", &limit) != 1)
		limit = 1024;
	if (file)
		fclose(file);
	if (limit < 700) {
		print_message("everybody may have low ports here\n");
		skip();
	}
	pid_t pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
			_exit(2);
		s->rules.root = false;
		struct listener *l =
		    table_ask(s, table_wish("listen", KEEPER_TCP, "127.0.0.1", 600, 1));
		_exit(l || s->answer.error != EACCES || !strstr(s->answer.text, "needs root"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* ---- Unix sockets ---- */

static struct keeper_message unix_wish(const struct table *s, const char *name)
{
	struct keeper_message m = table_wish("socket", KEEPER_UNIX, "", 0, 3);

	snprintf(m.address, sizeof m.address, "%s%s", s->state, name);
	return m;
}

static int dial_unix(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	int error = connect(fd, (struct sockaddr *)&to, sizeof to) ? errno : 0;
	close(fd);
	return error;
}

static void test_unix(void **state)
{
	struct table *s = *state;
	struct keeper_message m = unix_wish(s, "/control");
	struct stat file;

	struct listener *l = table_granted(s, m);
	assert_int_equal(l->count, 1);
	assert_int_equal(dial_unix(m.address), 0);
	assert_int_equal(stat(m.address, &file), 0);
	assert_int_equal(file.st_mode & 0777, geteuid() ? 0600 : 0666);
	/* Asked again it is the same one. */
	int fd = l->fd[0];
	assert_int_equal(table_granted(s, m)->fd[0], fd);
	listeners_shut(&s->all, &s->rules, "web");
	assert_int_equal(dial_unix(m.address), ENOENT);
	table_granted(s, m);
	assert_int_equal(dial_unix(m.address), 0);
	listeners_close(&s->all, &s->rules);
	assert_int_equal(access(m.address, F_OK), -1);
	/* In a folder below. */
	char folder[128];
	snprintf(folder, sizeof folder, "%s/below", s->state);
	mkdir(folder, 0755);
	m = unix_wish(s, "/below/socket");
	table_granted(s, m);
	assert_int_equal(dial_unix(m.address), 0);
}

static void test_unix_left_over(void **state)
{
	struct table *s = *state;
	struct keeper_message m = unix_wish(s, "/control");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int old = socket(AF_UNIX, SOCK_STREAM, 0), plain;

	strcpy(address.sun_path, m.address);
	assert_int_equal(bind(old, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(old, 1), 0);
	table_refused(s, m, EADDRINUSE, "another program answers");
	close(old);
	table_granted(s, m);
	listeners_close(&s->all, &s->rules);
	plain = open(m.address, O_WRONLY | O_CREAT, 0644);
	close(plain);
	table_refused(s, m, EEXIST, "not a socket");
	assert_int_equal(access(m.address, F_OK), 0);
}

static void test_unix_only_below(void **state)
{
	static const char *const names[] = { "", "/", "/.", "/..", "/../outside",
		"/below/../../outside", "/link/socket", "/linked/../../outside", "xyz/socket",
		"/missing/socket" };
	struct table *s = *state;
	char link[128];
	struct keeper_message m = table_wish("socket", KEEPER_UNIX, "/tmp/outside", 0, 1);

	snprintf(link, sizeof link, "%s/link", s->state);
	assert_int_equal(symlink("/tmp", link), 0);
	snprintf(link, sizeof link, "%s/below", s->state);
	mkdir(link, 0755);
	assert_null(table_ask(s, m));
	assert_int_equal(s->answer.error, EPERM);
	strcpy(m.address, "relative");
	assert_null(table_ask(s, m));
	strcpy(m.address, "");
	assert_null(table_ask(s, m));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (table_ask(s, unix_wish(s, names[i])))
			fail_msg("granted %s", names[i]);
	m = unix_wish(s, "/");
	memset(m.address + strlen(m.address), 'n', 200);
	table_refused(s, m, ENAMETOOLONG, "");
	snprintf(link, sizeof link, "%s/outside", s->folder);
	assert_int_equal(access(link, F_OK), -1);
	assert_int_equal(s->all.count, 0);
}

static void test_unix_long_path(void **state)
{
	struct table *s = *state;
	char part[128], below[256];

	memset(part, 'd', 100);
	part[100] = '\0';
	snprintf(below, sizeof below, "%s/%s", s->state, part);
	assert_int_equal(mkdir(below, 0755), 0);
	snprintf(below, sizeof below, "/%s/control", part);
	struct keeper_message m = unix_wish(s, below);
	assert_true(strlen(m.address) > 107);
	table_granted(s, m);
	assert_int_equal(access(m.address, F_OK), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, table_open, table_close)
	const struct CMUnitTest tests[] = {
		T(test_low_ports_as_root),
		T(test_low_port_that_is_held),
		T(test_low_ports_as_a_user),
		T(test_unix),
		T(test_unix_left_over),
		T(test_unix_only_below),
		T(test_unix_long_path),
	};

	return cmocka_run_group_tests_name("keeper sockets", tests, NULL, NULL);
}
