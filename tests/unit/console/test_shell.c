/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that the console runs on its terminal: their words, status, the pause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/shell.h"

static int run(const char *text, bool pause)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)text, (char *)"sh", (char *)"a b",
		(char *)"$(exit 9)", NULL };

	return shell_run(argv, pause);
}

static void test_status(void **state)
{
	int status = run("exit 3", false);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
	status = run("kill -TERM $$", false);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
}

/* Arguments are words, whatever stands in them. */
static void test_words(void **state)
{
	(void)state;
	assert_int_equal(run("test \"$1\" = 'a b' && test \"$2\" = '$(exit 9)'", false), 0);
}

/* What is ignored here while it runs is not ignored there. */
static void test_signals(void **state)
{
	(void)state;
	signal(SIGINT, SIG_IGN);
	int status = run("kill -INT $$; exit 0", false);

	signal(SIGINT, SIG_DFL);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
}

/* The pause takes one line from the terminal and nothing behind it. */
static void test_pause(void **state)
{
	int ends[2], before = dup(STDIN_FILENO), said = dup(STDOUT_FILENO);
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char left[8] = "";

	(void)state;
	/* What it asks would stand in the line of the test's own outcome. */
	fflush(stdout);
	assert_int_equal(dup2(nowhere, STDOUT_FILENO), STDOUT_FILENO);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "xx\nrest", 7), 7);
	close(ends[1]);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(run("exit 0", true), 0);
	assert_int_equal(read(STDIN_FILENO, left, sizeof left - 1), 4);
	assert_string_equal(left, "rest");
	/* One that is not there is told, and read before the screen comes back. */
	char *missing[] = { (char *)"/nonexistent/editor", NULL };
	int status = shell_run(missing, false);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 127);
	dup2(before, STDIN_FILENO);
	fflush(stdout);
	dup2(said, STDOUT_FILENO);
	close(said);
	close(nowhere);
	close(before);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
