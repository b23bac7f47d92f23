/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "data/file.h"
#include "tests/unit/data/scratch.h"

static void test_read(void **state)
{
	struct fault fault = { 0 };
	size_t length = 0;

	(void)state;
	scratch_write("a", "hello");
	char *text = file_read(scratch_path("a"), 5, &length, &fault);
	assert_non_null(text);
	assert_int_equal(length, 5);
	assert_string_equal(text, "hello");
	free(text);
	assert_null(file_read(scratch_path("a"), 4, &length, &fault));
	assert_int_equal(errno, EFBIG);
	assert_non_null(strstr(fault.text, "it is longer than 4 bytes"));
	scratch_write("empty", "");
	text = file_read(scratch_path("empty"), 0, NULL, &fault);
	assert_string_equal(text, "");
	free(text);
}

static void test_read_large(void **state)
{
	size_t length, size = 300000;
	char *bytes = malloc(size + 1);

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)('a' + i % 26);
	bytes[size] = '\0';
	scratch_write("large", bytes);
	char *text = file_read(scratch_path("large"), size, &length, NULL);
	assert_non_null(text);
	assert_int_equal(length, size);
	assert_string_equal(text, bytes);
	free(text);
	free(bytes);
}

static void test_read_refused(void **state)
{
	struct fault fault = { 0 };
	char expected[PATH_MAX * 2 + 64];

	(void)state;
	assert_null(file_read(scratch_path("no/such"), 10, NULL, &fault));
	assert_int_equal(errno, ENOENT);
	snprintf(expected, sizeof expected, "cannot read %s: %s does not exist",
	    scratch_path("no/such"), scratch_path("no"));
	assert_string_equal(fault.text, expected);
	assert_null(file_read(scratch_folder, 10, NULL, &fault));
	assert_int_equal(errno, EISDIR);
	assert_non_null(strstr(fault.text, "it is a folder"));
	scratch_write("file", "x");
	assert_null(file_read(scratch_path("file/under"), 10, NULL, &fault));
	assert_non_null(strstr(fault.text, "/file is not a folder"));
	/* A fifo must not make us wait for its writer. */
	assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
	assert_null(file_read(scratch_path("fifo"), 10, NULL, &fault));
	assert_non_null(strstr(fault.text, "not a regular file"));
}

static void check_only(const char *name)
{
	DIR *folder = opendir(scratch_folder);
	const struct dirent *entry;

	assert_non_null(folder);
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			assert_string_equal(entry->d_name, name);
	closedir(folder);
}

static void test_replace(void **state)
{
	struct fault fault = { 0 };
	struct stat status;

	(void)state;
	assert_true(file_replace(scratch_path("a"), "one", 3, 0640, &fault));
	assert_true(file_replace(scratch_path("a"), "second", 6, 0600, &fault));
	char *text = scratch_read("a");
	assert_string_equal(text, "second");
	free(text);
	assert_int_equal(stat(scratch_path("a"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	check_only("a");
	assert_false(file_replace(scratch_path("no/such"), "x", 1, 0600, &fault));
	assert_non_null(strstr(fault.text, "cannot write"));
}

/* A write that fails half way leaves the old file and nothing beside it. */
static void test_replace_full(void **state)
{
	static char bytes[100000];
	struct fault fault = { 0 };
	struct rlimit old, small;

	(void)state;
	scratch_write("a", "old");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 4096;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	bool done = file_replace(scratch_path("a"), bytes, sizeof bytes, 0600, &fault);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_false(done);
	assert_non_null(strstr(fault.text, "File too large"));
	char *text = scratch_read("a");
	assert_string_equal(text, "old");
	free(text);
	check_only("a");
}

static void test_make_folder(void **state)
{
	struct fault fault = { 0 };
	struct stat status;

	(void)state;
	mode_t mask = umask(077);
	assert_true(file_make_folder(scratch_path("a/b//c/"), 0750, &fault));
	umask(mask);
	assert_int_equal(stat(scratch_path("a/b/c"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0750);
	assert_true(file_make_folder(scratch_path("a/b/c"), 0700, &fault));
	assert_int_equal(stat(scratch_path("a/b/c"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0750);
	scratch_write("file", "x");
	assert_false(file_make_folder(scratch_path("file/x"), 0700, &fault));
	assert_non_null(strstr(fault.text, "Not a directory"));
	assert_false(file_make_folder("", 0700, &fault));
}

/* As another user than root, because root may read everything. The child tells
 * by its exit status, and prints what it got where that is not as expected. */
static int explain_child(const char *path, const char *expected)
{
	char out[1024];

	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		return 2;
	int fd = open(path, O_RDONLY);
	file_explain(path, fd < 0 ? errno : EACCES, out, sizeof out);
	if (strcmp(out, expected) == 0)
		return 0;
	fprintf(stderr, "found    %s\nexpected %s\n", out, expected);
	return 1;
}

static void check_explained(const char *path, const char *expected)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(explain_child(path, expected));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void user_name(uid_t uid, char *out, size_t size)
{
	const struct passwd *entry = getpwuid(uid);

	if (entry)
		snprintf(out, size, "%s", entry->pw_name);
	else
		snprintf(out, size, "%u", (unsigned)uid);
}

static void test_explain(void **state)
{
	char expected[PATH_MAX + 256], asker[64], owner[64];
	const char *inner = scratch_path("open/shut");

	(void)state;
	user_name(geteuid(), owner, sizeof owner);
	user_name(geteuid() == 0 ? 65534 : geteuid(), asker, sizeof asker);
	assert_int_equal(chmod(scratch_folder, 0755), 0);
	assert_true(file_make_folder(scratch_path("open/shut"), 0755, NULL));
	scratch_write("open/shut/file", "x");
	assert_int_equal(symlink("open/shut/file", scratch_path("link")), 0);
	assert_int_equal(symlink("loop", scratch_path("loop")), 0);
	assert_int_equal(chmod(scratch_path("open/shut/file"), 0), 0);
	snprintf(expected, sizeof expected, "user %s may not read %s/file (owner %s, mode 0000)",
	    asker, inner, owner);
	check_explained(scratch_path("open/shut/file"), expected);
	assert_int_equal(chmod(scratch_path("open/shut"), 0600 & ~0100), 0);
	snprintf(expected, sizeof expected, "user %s may not enter %s (owner %s, mode 0600)", asker,
	    inner, owner);
	check_explained(scratch_path("open/shut/file"), expected);
	check_explained(scratch_path("link"), expected);
	assert_int_equal(chmod(scratch_path("open/shut"), 0700), 0);
	snprintf(expected, sizeof expected, "%s does not exist", scratch_path("open/none"));
	check_explained(scratch_path("open/none/file"), expected);
	snprintf(expected, sizeof expected, "%s: too many symbolic links", scratch_path("loop"));
	check_explained(scratch_path("loop"), expected);
}

static void test_explain_odd(void **state)
{
	char out[128], *path = malloc(PATH_MAX + 10);

	(void)state;
	assert_non_null(path);
	memset(path, 'x', PATH_MAX + 9);
	path[PATH_MAX + 9] = '\0';
	file_explain("", ENOENT, out, sizeof out);
	assert_string_equal(out, "the path is empty");
	file_explain(path, ENAMETOOLONG, out, sizeof out);
	assert_string_equal(out, "the path is too long");
	file_explain("/", EIO, out, sizeof out);
	assert_string_equal(out, "/: Input/output error");
	free(path);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

static void test_kept_back(void **state)
{
	struct rlimit old, low;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	low.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_false(file_kept_back(47));
	assert_true(file_kept_back(48));
	assert_true(file_kept_back(63));
	low.rlim_cur = 256;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_false(file_kept_back(223));
	assert_true(file_kept_back(224));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(test_read),
		WITH_FOLDER(test_read_large),
		WITH_FOLDER(test_read_refused),
		WITH_FOLDER(test_replace),
		WITH_FOLDER(test_replace_full),
		WITH_FOLDER(test_make_folder),
		WITH_FOLDER(test_explain),
		cmocka_unit_test(test_explain_odd),
		cmocka_unit_test(test_kept_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
