/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one keeper leaves to the next: read as it was written, or not at all. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "keeper/keeper.h"

#define HEADER 16 /* magic, version, size */

static struct kept *kept_new(int fd)
{
	struct kept *kept = calloc(1, sizeof *kept);
	struct listener *l = &kept->listeners.item[0];

	assert_non_null(kept);
	kept->crashes = 7;
	kept->started_us = 1234567;
	charges_add(&kept->charges, "web", "signal SEGV in web (request)", 5);
	kept->listeners.count = 1;
	strcpy(l->service, "web");
	strcpy(l->setting, "listen");
	strcpy(l->address, "127.0.0.1");
	l->port = 8080;
	l->shut = 1;
	l->count = 1;
	l->fd[0] = fd;
	return kept;
}

static void test_round_trip(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct kept *kept = kept_new(fd), *back = calloc(1, sizeof *back);
	int file = handover_write(kept);

	(void)state;
	assert_true(fd > 2 && file > 2);
	assert_non_null(back);
	assert_true(handover_read(file, back));
	assert_memory_equal(kept, back, sizeof *kept);
	/* A second reader finds the same. */
	assert_true(handover_read(file, back));
	close(file);
	close(fd);
	free(kept);
	free(back);
}

static void expect_refused(int file, struct kept *back)
{
	static const struct kept empty;

	memset(back, 0x55, sizeof *back);
	assert_false(handover_read(file, back));
	assert_memory_equal(back, &empty, sizeof empty);
}

static void test_cut_off(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct kept *kept = kept_new(fd), *back = calloc(1, sizeof *back);
	static const size_t lengths[] = { 0, 1, 8, HEADER - 1, HEADER, HEADER + 1, 4096 };

	(void)state;
	for (size_t i = 0; i <= sizeof lengths / sizeof lengths[0]; i++) {
		int file = handover_write(kept);
		size_t length =
		    i < sizeof lengths / sizeof lengths[0] ? lengths[i] : HEADER + sizeof *kept - 1;
		assert_int_equal(ftruncate(file, (off_t)length), 0);
		expect_refused(file, back);
		close(file);
	}
	int longer = handover_write(kept);
	assert_int_equal(ftruncate(longer, HEADER + sizeof *kept + 1), 0);
	expect_refused(longer, back);
	close(longer);
	expect_refused(-1, back);
	close(fd);
	free(kept);
	free(back);
}

/* One damage a row: where, and what stands there then. */
static void test_garbage(void **state)
{
	static const struct {
		size_t offset, length;
		int byte;
	} rows[] = {
		{ 0, 1, 'S' },   /* magic */
		{ 8, 1, 99 },    /* version */
		{ 12, 4, 0xff }, /* size */
		{ HEADER + offsetof(struct kept, listeners.count), 4, 0xff },
		{ HEADER + offsetof(struct kept, listeners.orphans), 4, 0x7f },
		{ HEADER + offsetof(struct kept, charges.count), 4, 0xff },
		{ HEADER + offsetof(struct kept, charges.item[0].count), 4, 0xff },
		{ HEADER + offsetof(struct kept, charges.item[0].count), 4, 0 },
		{ HEADER + offsetof(struct kept, charges.item[0].service), 32, 'x' },
		{ HEADER + offsetof(struct kept, charges.item[0].reason[2]), 144, 'x' },
		{ HEADER + offsetof(struct kept, listeners.item[0].service), 32, 'x' },
		{ HEADER + offsetof(struct kept, listeners.item[0].setting), 32, 'x' },
		{ HEADER + offsetof(struct kept, listeners.item[0].address), 512, 'x' },
		{ HEADER + offsetof(struct kept, listeners.item[0].transport), 4, 3 },
		{ HEADER + offsetof(struct kept, listeners.item[0].port), 4, 0xff },
		{ HEADER + offsetof(struct kept, listeners.item[0].count), 4, 0xff },
		{ HEADER + offsetof(struct kept, listeners.item[0].fd[0]), 4, 0xff },
		{ HEADER + offsetof(struct kept, listeners.item[0].fd[0]), 4, 0 },
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct kept *kept = kept_new(fd), *back = calloc(1, sizeof *back);
	unsigned char bytes[512];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int file = handover_write(kept);
		memset(bytes, rows[i].byte, sizeof bytes);
		assert_int_equal(pwrite(file, bytes, rows[i].length, (off_t)rows[i].offset),
		    rows[i].length);
		expect_refused(file, back);
		close(file);
	}
	/* A descriptor that is no socket. */
	int file = handover_write(kept);
	assert_int_equal(dup2(file, fd), fd);
	expect_refused(file, back);
	close(file);
	close(fd);
	free(kept);
	free(back);
}

static void test_nothing_was_left(void **state)
{
	struct keeper *k = calloc(1, sizeof *k);

	(void)state;
	k->lock_fd = -1;
	unsetenv("STEWARD_KEEPER_STATE");
	assert_false(handover_take(k));
	setenv("STEWARD_KEEPER_STATE", "rubbish", 1);
	assert_false(handover_take(k));
	assert_null(getenv("STEWARD_KEEPER_STATE"));
	assert_int_equal(k->lock_fd, -1);
	free(k);
}

/* Each letter is replaced by the descriptor that stands at its place in numbers. */
static void tell(const char *told, const char *letters, const int *numbers)
{
	char value[100] = "";

	for (; *told; told++) {
		size_t at = strlen(value);
		const char *letter = strchr(letters, *told);
		if (letter)
			snprintf(value + at, sizeof value - at, "%d", numbers[letter - letters]);
		else
			snprintf(value + at, sizeof value - at, "%c", *told);
	}
	setenv("STEWARD_KEEPER_STATE", value, 1);
}

/* Memory with the state, the Lock, the Home's, a Socket, Nothing open, and a file
 * that is Planted: somebody else has locked it. */
static void test_heir(void **state)
{
	enum { M, L, H, S, N, P };
	static const struct {
		const char *told;
		bool heir, home;
		uid_t uid; /* with a gid one greater */
	} rows[] = {
		{ "M,M,L,-1", true, false, 0 },
		{ "M,M,L,-1,107,108", true, false, 107 },
		{ "M,M,L,H,107,108,what a later version adds", true, true, 107 },
		{ "M,M,L,H,107", true, true, 0 },
		{ "M,M,P,-1,107,108", false, false, 0 },
		{ "M,M,L,H", true, true, 0 },
		{ "M,M,L,S", true, false, 0 },
		{ "M,M,L,H,what a later version adds", true, true, 0 },
		{ "M,M", false, false, 0 },
		{ "M,M,L", false, false, 0 },
		{ "M,M,S,-1", false, false, 0 },
		{ "M,M,N,-1", false, false, 0 },
		{ "M,M,-1,-1", false, false, 0 },
		{ "M,M,0,-1", false, false, 0 },
		{ "M,M,P,-1", false, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct keeper *k = calloc(1, sizeof *k);
		char path[] = "/tmp/steward-heir-XXXXXX";
		int fd[6] = { [N] = 1000 };
		fd[S] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		fd[L] = mkstemp(path);
		fd[P] = open(path, O_RDWR);
		fd[H] = memfd_create("home", 0);
		struct kept *kept = kept_new(fd[S]);
		fd[M] = handover_write(kept);
		unlink(path);
		assert_int_equal(flock(fd[L], LOCK_EX | LOCK_NB), 0);
		k->lock_fd = k->home_lock_fd = -1;
		tell(rows[i].told, "MLHSNP", fd);
		if (handover_take(k) != rows[i].heir || k->lock_fd != (rows[i].heir ? fd[L] : -1) ||
		    k->home_lock_fd != (rows[i].home ? fd[H] : -1) ||
		    k->kept.crashes != (rows[i].heir ? 7 : 0) || k->uid != rows[i].uid ||
		    k->gid != (rows[i].uid ? rows[i].uid + 1 : 0))
			fail_msg("row %zu: %s", i, rows[i].told);
		if (rows[i].heir)
			assert_true(fcntl(fd[L], F_GETFD) & FD_CLOEXEC);
		for (int n = 0; n <= P; n++)
			close(fd[n]);
		free(kept);
		free(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_nothing_was_left),
		cmocka_unit_test(test_heir),
	};

	return cmocka_run_group_tests_name("keeper handover", tests, NULL, NULL);
}
