/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/web/root.h"
#include "tests/unit/services/web/folder.h"

static struct folder folder;
static int root = -1;

static int setup(void **state)
{
	struct fault fault;
	(void)state;
	folder_make(&folder);
	folder_file(&folder, "secret", "outside");
	folder_file(&folder, "root/a", "inside");
	folder_folder(&folder, "root/dir");
	folder_file(&folder, "root/dir/b", "deeper");
	folder_link(&folder, "root/in", "dir/b");
	folder_link(&folder, "root/dir/up", "../a");
	folder_link(&folder, "root/indir", "dir");
	folder_link(&folder, "root/out", "../secret");
	folder_link(&folder, "root/absolute", "/etc/passwd");
	folder_link(&folder, "root/outdir", "..");
	folder_link(&folder, "root/dir/far", "../../secret");
	folder_link(&folder, "root/loop", "loop");
	folder_link(&folder, "root/nowhere", "missing");
	folder_link(&folder, "root/magic", "/proc/self/root/etc/passwd");
	folder_fifo(&folder, "root/fifo");
	root = root_open(folder.root, &fault);
	return root < 0;
}

static int teardown(void **state)
{
	(void)state;
	close(root);
	folder_remove(&folder);
	return 0;
}

static void test_read(void **state)
{
	static const struct {
		const char *path;
		int error;
	} rows[] = {
		{ "a", 0 },
		{ "dir/b", 0 },
		{ "in", 0 },
		{ "dir/up", 0 },
		{ "indir/b", 0 },
		{ "dir/../a", 0 },
		{ "missing", ENOENT },
		{ "a/b", ENOTDIR },
		{ "nowhere", ENOENT },
		{ "out", EXDEV },
		{ "absolute", EXDEV },
		{ "magic", EXDEV },
		{ "outdir/secret", EXDEV },
		{ "dir/far", EXDEV },
		{ "../secret", EXDEV },
		{ "..", EXDEV },
		{ "/etc/passwd", EXDEV },
		{ "dir/../../secret", EXDEV },
		{ "loop", ELOOP },
		/* Nobody writes to the fifo: opening it must not wait. */
		{ "fifo", ENOENT },
		{ "dir", ENOENT },
		{ "", ENOENT },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stat stat;
		int fd = -1;
		int error = root_read(root, rows[i].path, &fd, &stat);
		if (error != rows[i].error)
			fail_msg("%s: %s, expected %s", rows[i].path, strerror(error),
			    strerror(rows[i].error));
		if (error == 0)
			close(fd);
		else
			assert_int_equal(root_status(error), 404);
	}
}

static void test_look(void **state)
{
	struct stat stat;
	(void)state;
	assert_int_equal(root_look(root, "", &stat), 0);
	assert_true(S_ISDIR(stat.st_mode));
	assert_int_equal(root_look(root, "fifo", &stat), 0);
	assert_true(S_ISFIFO(stat.st_mode));
	assert_int_equal(root_look(root, "in", &stat), 0);
	assert_int_equal(stat.st_size, strlen("deeper"));
	assert_int_equal(root_look(root, "out", &stat), EXDEV);
}

static void test_folder(void **state)
{
	struct stat stat;
	int fd;
	(void)state;
	assert_int_equal(root_folder(root, "dir", &fd, &stat), 0);
	close(fd);
	assert_int_equal(root_folder(root, "a", &fd, &stat), ENOTDIR);
	assert_int_equal(root_folder(root, "outdir", &fd, &stat), EXDEV);
}

/* Root may read everything; as an ordinary user the mode counts. */
static void test_refused(void **state)
{
	struct stat stat;
	int fd;
	(void)state;
	folder_file(&folder, "root/closed", "x");
	folder_mode(&folder, "root/closed", 0);
	int error = root_read(root, "closed", &fd, &stat);
	if (geteuid() == 0) {
		assert_int_equal(error, 0);
		close(fd);
	} else {
		assert_int_equal(error, EACCES);
	}
	assert_int_equal(root_status(EACCES), 403);
	assert_int_equal(root_status(EMFILE), 503);
	assert_int_equal(root_status(EIO), 500);
}

static void test_open(void **state)
{
	struct fault fault = { 0 };
	(void)state;
	assert_true(root_supported(&fault));
	assert_int_equal(root_open(folder_path(&folder, "missing"), &fault), -1);
	assert_non_null(strstr(fault.text, "missing"));
	assert_true(fault.next[0] != '\0');
	assert_int_equal(root_open(folder_path(&folder, "secret"), &fault), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_open),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
